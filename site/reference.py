"""Prints the reference pages of the site, generated from the code, as JSON: Markdown by name of the page.

The hook of MkDocs runs this with the Python that has ledgersim installed, which is not that of MkDocs.
"""

import json
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import typer
from pydantic import ByteSize

import ledgersim
from ledgersim import cli
from ledgersim.diagnostics.codes import CODES
from ledgersim.plugin import VendorSettings
from ledgersim.problems import COMMON, Problem
from ledgersim.settings import ServerSettings, Settings, flag, variable
from ledgersim.vendors import installed_vendors
from ledgersim.vendors.riverty import messages

ROOT = Path(__file__).parents[1]
METHODS = ("get", "post", "put", "patch", "delete")

Json = dict[str, Any]


def pages() -> dict[str, str]:
    """The pages, by name."""
    document = json.loads((ROOT / "openapi/admin.json").read_text("utf-8"))
    return {
        "admin": "\n\n".join(operations(document)),
        "objects": "\n\n".join(objects(document["components"]["schemas"])),
        "commands": "\n\n".join(commands()),
        "settings": "\n\n".join(settings()),
        "codes": "\n\n".join(codes()),
    }


# The admin API


def operations(document: Json) -> Iterator[str]:
    """Each operation of the admin API, by tag."""
    base = document["servers"][0]["url"]
    yield "# Operations of the admin API"
    yield (
        f"{document['info']['description']} [The admin API](../admin.md) explains how to use them. If the "
        "server has an admin token, every operation requires it, unless its description says otherwise. The "
        "body of every error is [ProblemDetails](objects.md#problemdetails)."
    )
    for tag in document["tags"]:
        yield f"## {tag['name']}"
        yield f"{tag['description']}."
        for path, item in document["paths"].items():
            for method in METHODS:
                if tag["name"] in item.get(method, {}).get("tags", ()):
                    yield from operation(f"{method.upper()} {base}{path}", item[method], document)


def operation(title: str, described: Json, document: Json) -> Iterator[str]:
    """An operation: what it does, its parameters, its body and its responses."""
    yield f"### `{title}`"
    yield f"**{described['summary']}.** {described.get('description', '')}"
    if parameters := described.get("parameters"):
        rows = (
            (code(one["name"]), one["in"], type_of(one["schema"]), about(one, one["schema"]))
            for one in parameters
        )
        yield table(("Parameter", "In", "Type", "Description"), rows)
    body = described.get("requestBody", {})
    for media_type, content in body.get("content", {}).items():
        schema, optional = content["schema"], "" if body.get("required") else ", optional"
        yield f"Body{optional}: `{media_type}`, {type_of(schema)}"
        name = schema.get("$ref", "").rpartition("/")[2]
        if name:
            yield members(document["components"]["schemas"][name])
    answers = (
        (status, text(answer["description"]), body_of(answer) if status < "4" else "")
        for status, answer in described["responses"].items()
        if status != "default"
    )
    yield table(("Status", "Response", "Body"), answers)


def body_of(answer: Json) -> str:
    """The type of the body of a response."""
    return " or ".join(type_of(one["schema"]) for one in answer.get("content", {}).values() if "schema" in one)


def objects(schemas: Json) -> Iterator[str]:
    """Each object in the requests and responses of the admin API."""
    yield "# Objects of the admin API"
    yield "What the requests and responses of the [operations](admin.md) consist of."
    for name, schema in schemas.items():
        yield f"## {name}"
        yield schema.get("description", "")
        yield members(schema) if "properties" in schema else f"Type: {type_of(schema)}"


def members(schema: Json) -> str:
    """The members of an object, as a table."""
    required = schema.get("required", ())
    rows = (
        (code(name), type_of(one), "yes" if name in required else "no", about(one, one))
        for name, one in schema.get("properties", {}).items()
    )
    return table(("Member", "Type", "Required", "Description"), rows)


def type_of(schema: Json) -> str:
    """The type of a value, in words."""
    if name := schema.get("$ref", "").rpartition("/")[2]:
        return f"[{name}](objects.md#{name.lower()})"
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            return " or ".join(dict.fromkeys(map(type_of, schema[choice])))
    if "enum" in schema:
        return ", ".join(code(one) for one in schema["enum"])
    if "const" in schema:
        return code(schema["const"])
    kind = schema.get("type", "any value")
    if isinstance(kind, list):
        return " or ".join(type_of({**schema, "type": one}) for one in kind)
    if kind == "array":
        return f"array of {type_of(schema.get('items', {}))}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"object of {type_of(schema['additionalProperties'])}"
    bounds = [
        f"{word} {schema[key]:,.10g}"
        for key, word in (
            ("minimum", "from"),
            ("exclusiveMinimum", "above"),
            ("maximum", "to"),
            ("exclusiveMaximum", "below"),
        )
        if key in schema
    ]
    if "maxLength" in schema:
        bounds.append(f"up to {schema['maxLength']} characters")
    return " ".join([kind, *bounds])


def about(described: Json, schema: Json) -> str:
    """The description of a parameter or member, with its default."""
    said, default = text(described.get("description", "")), schema.get("default")
    if default in (None, ""):
        return said
    return f"{said}; default: {code(default if isinstance(default, str) else json.dumps(default))}"


# The command line and the settings


def commands() -> Iterator[str]:
    """Each command with its arguments and options."""
    yield "# Commands"
    yield "What `--help` prints after each command. For an overview, see [Commands](../settings.md#commands)."
    for name, command in commands_of(typer.main.get_command(cli.app)):
        yield f"## `ledgersim {name}`"
        yield text(command.help)
        if name == "serve":
            yield "Its options are the [settings](settings.md)."
            continue
        yield table(("Argument or option", "Default", "Description"), map(option, command.params))


def option(parameter: Any) -> tuple[str, str, str]:
    """An argument or an option: its name, its default and what it does."""
    said, _, given = parameter.help.partition("  [")  # the default and the variable of a setting
    name = ", ".join(parameter.opts) if parameter.param_type_name == "option" else parameter.metavar
    default = Settings.model_fields[parameter.name].default if given else parameter.default
    described = f"{text(said)} Variable: {code(variable(parameter.name))}." if given else text(said)
    return code(name), "required" if parameter.required else default_of(default), described


def commands_of(group: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The commands of a group, and of the groups in it."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands_of(command, f"{prefix}{name} ")
        else:
            yield prefix + name, command


def settings() -> Iterator[str]:
    """Each setting, by who declares it."""
    yield "# Settings"
    yield (
        "Each setting is a flag of `ledgersim serve` and an environment variable; "
        "[Commands and settings](../settings.md#settings) explains which one wins."
    )
    declared: dict[str, type[Any]] = {"The server": ServerSettings, "All vendors": VendorSettings}
    declared |= {vendor.title: vendor.settings for vendor in installed_vendors()}
    left = dict(Settings.model_fields)  # vendors inherit those of all vendors
    for title, owner in declared.items():
        names = [name for name in owner.model_fields if name in left]
        if names:
            yield f"## {title}"
        for name in names:
            field = left.pop(name)
            yield f"### `{flag(name)}`"
            yield text(field.description or "")
            extra: Any = field.json_schema_extra
            yield (
                f"- Variable: `{variable(name)}`\n"
                f"- Default: {default_of(field.default)}\n"
                f"- Value: {text(extra['allowed'])}"
            )


def default_of(value: Any) -> str:
    """A default as one would write it."""
    if value is None or value == () or value is False:
        return "none"
    if isinstance(value, ByteSize):
        return code(value.human_readable(separator="").replace(".0", ""))
    return code(value.isoformat() if isinstance(value, date) else getattr(value, "value", value))


# Diagnostics and problems


def codes() -> Iterator[str]:
    """Each code of a diagnostic or a problem."""
    yield "# Codes of diagnostics and problems"
    yield "Codes are stable. You find them in the header `Sim-Diagnostics` and in the [journal](../journal.md)."
    yield "## Diagnostics"
    yield "What was accepted although the vendor may reject it; see [Diagnostics](../diagnostics.md)."
    yield table(("Code", "Meaning"), ((code(name), text(meaning)) for name, meaning in CODES.items()))
    yield "## Problems"
    yield (
        "Why a request was rejected; [Problem codes](../problems.md) explains when each occurs. A request that "
        "the web framework itself rejects has the code `http`, with any status. A [fault](../faults.md) with a "
        "status that is not listed here has the name of the status as its code."
    )
    yield table(("Code", "Status", "Title or detail", "Returned by"), problems())
    yield "## Messages of Riverty"
    yield "The codes within Riverty's error responses; see [Riverty](../riverty.md#errors)."
    found = (value for name, value in vars(messages).items() if name.isupper() and isinstance(value, tuple))
    yield table(("Code", "Text"), ((code(name), text(said)) for name, said in found))


def problems() -> Iterator[tuple[str, str, str, str]]:
    """The problems that the modules of the package declare: those of any API, of the simulator, of vendors."""
    found = {(one.code, one.status): (one, "any vendor and the admin API") for one in COMMON}
    owners = {f"ledgersim.vendors.{vendor.name}": vendor.title for vendor in installed_vendors()}
    names = [one.name for one in walk_packages(ledgersim.__path__, "ledgersim.") if "__main__" not in one.name]
    for name in sorted(names, key=lambda name: name.startswith("ledgersim.vendors.")):
        owner = next((title for start, title in owners.items() if name.startswith(start)), "the simulator")
        for value in vars(import_module(name)).values():
            for one in value.values() if isinstance(value, dict) else [value]:
                if isinstance(one, Problem):
                    found.setdefault((one.code, one.status), (one, owner))
    groups = list(dict.fromkeys(owner for _, owner in found.values()))
    for one, owner in sorted(found.values(), key=lambda pair: (groups.index(pair[1]), pair[0].status)):
        yield code(one.code), str(one.status), text(one.detail or one.title), owner


# Markdown


def table(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table, or nothing if it has no rows."""
    header = list(header)
    lines = [line(cells) for cells in rows]
    return "\n".join([line(header), line("---" for _ in header), *lines]) if lines else ""


def line(cells: Iterable[str]) -> str:
    """A row of a table."""
    return f"| {' | '.join(' '.join(cell.split()).replace('|', chr(92) + '|') for cell in cells)} |"


def code(value: object) -> str:
    """A value as code."""
    return f"`{value}`"


def text(said: str) -> str:
    """Plain text, of which only the code between backticks is Markdown."""
    parts = re.split(r"(`[^`]*`)", said)
    return "".join(part if part.startswith("`") else re.sub(r"([*_<\[\]])", r"\\\1", part) for part in parts)


if __name__ == "__main__":
    json.dump(pages(), sys.stdout)
