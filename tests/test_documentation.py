"""Everything public is documented in README.md or docs/, and everything documented there exists."""

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, get_args
from urllib.parse import unquote

import pytest
import typer
import yaml

import ledgersim
from ledgersim import cli
from ledgersim.admin import MOUNT
from ledgersim.app import mounts
from ledgersim.diagnostics.codes import CODES
from ledgersim.diagnostics.faults import Fault, Kind
from ledgersim.settings import Settings, flag, variable
from ledgersim.ui import guides
from ledgersim.vendors import installed_vendors
from ledgersim.vendors.riverty import messages
from tests.client import Api

PACKAGE = Path(ledgersim.__file__).parent
ROOT = PACKAGE.parents[1]
PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text("utf-8")
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
}
# The page on writing a vendor documents a vendor that is not installed.
OWN_PAGES = {name: text for name, text in PAGES.items() if name != "docs/vendors.md"}
VENDORS = [vendor.name for vendor in installed_vendors()]
APPS = mounts(Settings())
COMMANDS: dict[str, Any] = {
    name: command
    for group, one in typer.main.get_command(cli.app).commands.items()  # type: ignore[attr-defined]
    for name, command in (
        [(f"{group} {inner}", command) for inner, command in one.commands.items()]
        if hasattr(one, "commands")
        else [(group, one)]
    )
}
FOREIGN_FLAGS = {
    *("--data-binary", "--data-urlencode"),  # curl
    *("--env-var", "--sandbox"),  # Bruno, Newman
    *("--read-only", "--rm", "--volumes", "--wait"),  # docker
    *("--no-date-header", "--no-server-header"),  # uvicorn
    *("--minutes", "--requests", "--tag"),  # make soak, make fuzz-http, make release-check
    *("--create-namespace", "--namespace", "--set"),  # helm
    *("--strict", "--test"),  # twine, node
    *("--from", "--install-links", "--save-dev", "--spec"),  # uvx, npm, pipx
}


def tables(page: str, *header: str) -> list[list[str]]:
    """The rows of all tables of a page whose header begins with these cells."""
    rows: list[list[str]] = []
    for table in re.findall(r"(?:^\|.*\n)+", PAGES[page], re.MULTILINE):
        first, _, *others = ([cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines())
        if tuple(first[: len(header)]) == header:
            rows += others
    assert rows, f"{page} has no table with the columns {header}"
    return rows


def code(cell: str) -> list[str]:
    """The code spans of a cell."""
    return re.findall(r"`([^`]+)`", cell)


def first_column(page: str, *header: str) -> list[str]:
    """The code spans in the first column of these tables."""
    return [span for row in tables(page, *header) for span in code(row[0])]


def literals(*calls: str) -> Iterator[tuple[Path, str]]:
    """The text literals that these functions are called with in the package, with the path of the module."""
    for path in sorted(PACKAGE.rglob("*.py")):
        text = path.read_text("utf-8")
        if not any(f"{call}(" in text for call in calls):
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in calls:
                for argument in node.args[:2]:
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                        yield path.relative_to(PACKAGE), argument.value
                        break


# Settings and commands


def test_every_setting_is_documented_with_its_variable_and_default() -> None:
    rows = tables("docs/settings.md", "Flag", "Variable", "Default")
    documented = {tuple(code(row[0]) + code(row[1])): code(row[2]) for row in rows}
    assert set(documented) == {(flag(name), variable(name)) for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        defaults = documented[flag(name), variable(name)]
        read = [getattr(Settings.model_validate({name: default}), name) for default in defaults]
        assert read == ([] if field.default in (None, ()) else [field.default]), name


def test_every_command_is_documented_with_its_options() -> None:
    documented = {code(row[0])[0]: code(row[1]) for row in tables("docs/settings.md", "Command", "Options")}
    existing = {
        f"ledgersim {name}": [option for parameter in command.params for option in parameter.opts]
        for name, command in COMMANDS.items()
    }
    assert documented.pop("ledgersim serve") == []  # "all settings"
    assert existing.pop("ledgersim serve") == [flag(name) for name in Settings.model_fields]
    assert documented == {
        name: [option for option in options if option.startswith("--")] for name, options in existing.items()
    }


@pytest.mark.parametrize("page", OWN_PAGES)
def test_every_flag_variable_and_command_of_a_page_exists(page: str) -> None:
    text = PAGES[page]
    options = {option for command in COMMANDS.values() for one in command.params for option in one.opts}
    flags = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text))
    assert flags - options - FOREIGN_FLAGS - {"--help", "--version"} == set()
    variables = set(re.findall(r"LEDGERSIM_[A-Z_]+", text))
    assert variables - {variable(name) for name in Settings.model_fields} == set()
    commands = set(re.findall(r"(?:`|^ {4}|- run: |RUN )ledgersim ([a-z-]+)", text, re.MULTILINE))
    known = {name.split()[0] for name in COMMANDS}
    assert {one for one in commands if not one.startswith("-")} - known == set()


# The admin API


ADMIN_ROUTES = [(method, one.path) for one in APPS[MOUNT].operations() for method in one.methods or ()]


def matches(template: str, path: str) -> bool:
    """Whether a path, perhaps with its own placeholders, is that of a route. A final `…` matches anything."""
    if path.endswith("…"):
        return template.startswith(path.rstrip("…"))
    return re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path) is not None


def test_every_admin_route_is_documented_with_its_method() -> None:
    text = "".join(OWN_PAGES.values())
    documented = set(re.findall(rf"\b([A-Z]+) {MOUNT}(/[\w/{{}}.-]+)(?=[`? ])", text))
    found = {
        (verb, path): [route for route in ADMIN_ROUTES if verb == route[0] and matches(route[1], path)]
        for verb, path in documented
    }
    assert [pair for pair, routes in found.items() if not routes] == []
    undocumented = set(ADMIN_ROUTES).difference(*found.values())
    assert {(method, path) for method, path in undocumented if method != "HEAD"} == set()


@pytest.mark.parametrize("page", OWN_PAGES)
def test_every_admin_path_of_a_page_exists(page: str) -> None:
    paths = {path.rstrip(".") for path in re.findall(rf"{MOUNT}(/[\w/{{}}.…-]+)", PAGES[page])} - {"/ui"}
    assert {path for path in paths if not any(matches(template, path) for _, template in ADMIN_ROUTES)} == set()


def test_the_kinds_and_members_of_faults_are_documented() -> None:
    assert first_column("docs/faults.md", "`kind`") == list(get_args(Kind))
    members = first_column("docs/faults.md", "Member")
    for row in tables("docs/faults.md", "`kind`"):
        members += [name for name in code(row[1]) if name.isidentifier()]
    assert sorted(members) == sorted(Fault.model_fields)


def test_what_the_pages_send_to_the_clock_and_to_faults_is_accepted(small_api: Api) -> None:
    text = "".join(OWN_PAGES.values())
    sent = re.findall(rf"`([A-Z]+) {MOUNT}(/clock\S*?)`? `?(\{{.*?\}})`", text)
    sent += [("POST", "/faults", body) for body in re.findall(r'`(\{"kind": .*?\})`', text)]
    assert len(sent) > 10
    for number, (method, path, body) in enumerate(sent):
        answer = small_api.send(method, f"/s/body-{number}{MOUNT}{path}", json=json.loads(body))
        assert answer.is_success, f"{method} {path} {body}: {answer.text}"


# The world


def test_the_personas_are_documented_with_their_guids() -> None:
    documented = {row[0]: code(row[2])[0] for row in tables("docs/personas.md", "Name", "Shows")}
    existing = {}
    for persona in yaml.safe_load((ROOT / "seed/personas.yaml").read_text("utf-8")):
        parts = persona["aptic"]
        existing[persona["name"]] = (parts.get("debtor") or parts["customer"])["guid"]
    assert documented == existing


# Problems and diagnostics


def test_the_codes_of_problems_are_documented() -> None:
    declared: dict[str, set[str]] = {"docs/problems.md": set()}
    for path, name in literals("Problem", "StorageProblem"):
        vendor = path.parts[1] if path.parts[0] == "vendors" else ""
        declared.setdefault(f"docs/{vendor or 'problems'}.md", set()).add(name)
    assert declared["docs/problems.md"] == set(first_column("docs/problems.md", "Code", "Status"))
    for app in APPS.values():
        own = {one.code for one in app.about.problems} - declared["docs/problems.md"]
        own |= declared.get(f"docs/{app.name}.md", set())
        if own:
            documented = set(first_column(f"docs/{app.name}.md", "Code", "Status"))
            assert own <= documented
            assert documented - own <= declared["docs/problems.md"]


def test_the_codes_of_diagnostics_are_documented() -> None:
    assert {name for _, name in literals("Diagnostic", "Tolerated")} == set(CODES)
    rows = tables("docs/diagnostics.md", "Code", "Where")
    assert {code(row[0])[0]: row[2].replace("`", "") for row in rows} == CODES


def test_the_codes_of_rivertys_messages_are_documented() -> None:
    declared = {
        value[0] for name, value in vars(messages).items() if name.isupper() and isinstance(value, tuple)
    }
    assert {row[0] for row in tables("docs/riverty.md", "Code", "When")} == declared


# Links


@pytest.mark.parametrize("page", [*PAGES, "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_lead_to_pages_and_headings_that_exist(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    for target in re.findall(r"\]\((?!https?://)([^)\s]+)\)", text):
        name, _, anchor = unquote(target).partition("#")
        path = (ROOT / page).parent / name if name else ROOT / page
        assert path.exists(), target
        if anchor:
            assert f'id="{anchor}"' in guides.html_of(path.resolve().relative_to(ROOT).as_posix()), target


@pytest.mark.parametrize("page", PAGES)
def test_tests_that_a_page_refers_to_exist(page: str) -> None:
    missing = [path for path in re.findall(r"`(tests/[\w./]+)`", PAGES[page]) if not (ROOT / path).exists()]
    assert missing == []


def test_every_page_is_listed_in_the_index_and_in_the_navigation_of_the_site() -> None:
    pages = {name.removeprefix("docs/") for name in PAGES} - {"README.md", "index.md"}
    assert set(re.findall(r"\]\(([\w-]+\.md)\)", PAGES["docs/index.md"])) == pages
    navigation = re.findall(r"^ +- .+: ([\w-]+\.md)$", (ROOT / "mkdocs.yml").read_text("utf-8"), re.MULTILINE)
    assert sorted(navigation) == sorted({*pages, "index.md"})


# Behaviour of Aptic

STATES = ("documented", "inferred", "not simulated")


def functions(path: str) -> set[str]:
    """The names of the functions of a module."""
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_behaviour_of_aptic_has_a_state_and_a_test_that_exists_unless_it_is_not_simulated() -> None:
    known = cache(functions)
    for behaviour, state, test in tables("docs/aptic-behaviour.md", "Behaviour", "State", "Test"):
        found = re.fullmatch(r"`([a-z ]+)`(: .+)?", state)
        assert found, behaviour
        assert found[1] in STATES, behaviour
        assert bool(found[2]) == (found[1] == "not simulated"), behaviour
        assert test or found[1] == "not simulated", behaviour
        if test:
            path, _, name = code(test)[0].partition("::")
            assert name in known(path), f"{behaviour} {test}"
