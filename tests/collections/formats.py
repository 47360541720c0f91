"""The collections as files: for Bruno (OpenCollection), Postman, and editors (`.http`)."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from tests.collections.requests import ABOUT, Folder, Request, folders

Files = Mapping[str, str]  # contents by path
NAME = "ledgersim"
_WORD = re.compile(r"[A-Za-z0-9]+")


def files(variables: Mapping[str, str]) -> dict[str, str]:
    """The contents of all files by path below `openapi/collections`."""
    found = folders()
    return {
        **{f"bruno/{path}": text for path, text in _bruno(found, variables)},
        f"{NAME}.postman_collection.json": _postman(found, variables),
        **{f"http/{one.slug}.http": _http(one, variables) for one in found},
    }


def write(folder: Path, variables: Mapping[str, str]) -> None:
    """Write all files, and remove those that are no longer among them."""
    wanted = {folder / path: text for path, text in files(variables).items()}
    for path in [path for path in folder.rglob("*") if path.is_file() and path not in wanted]:
        path.unlink()
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="\n")


# Bruno


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks."""


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    node: yaml.ScalarNode = dumper.represent_scalar(
        "tag:yaml.org,2002:str", text, style="|" if "\n" in text else None
    )
    return node


_Dumper.add_representer(str, _represent_text)


def _yaml(content: Any) -> str:
    text: str = yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)
    return text


def _bruno(found: list[Folder], variables: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    root = {
        "opencollection": "1.0.0",
        "info": {"name": NAME, "version": "1"},
        "request": {"variables": [{"name": name, "value": value} for name, value in variables.items()]},
        "docs": {"content": ABOUT, "type": "text/markdown"},
        "bundled": False,
    }
    yield "opencollection.yml", _yaml(root)
    for number, folder in enumerate(found, 1):
        info = {"name": folder.name, "type": "folder", "seq": number}
        docs = {"content": folder.about, "type": "text/markdown"}
        yield f"{folder.slug}/folder.yml", _yaml({"info": info, "docs": docs})
        for place, request in enumerate(folder.requests, 1):
            yield f"{folder.slug}/{_file_name(request)}.yml", _yaml(_bruno_request(request, place))


def _file_name(request: Request) -> str:
    return re.sub(r"[^\w() ,'-]", " ", request.name)[:80].strip()


def _bruno_request(request: Request, place: int) -> Any:
    http: dict[str, Any] = {"method": request.method, "url": request.url}
    headers = {name: value for name, value in request.headers.items() if name != "Content-Type"}
    if headers:
        http["headers"] = [{"name": name, "value": value} for name, value in headers.items()]
    if request.is_form:
        data = [{"name": name, "value": value} for name, value in request.body.items()]
        http["body"] = {"type": "form-urlencoded", "data": data}
    elif request.body is not None:
        http["body"] = {"type": "json", "data": request.text}
    runtime: dict[str, Any] = {
        "assertions": [{"expression": "res.status", "operator": "eq", "value": str(request.status)}]
    }
    if request.save:
        runtime["actions"] = [
            {
                "type": "set-variable",
                "phase": "after-response",
                "selector": {"expression": f"res.body.{path}", "method": "jsonq"},
                "variable": {"name": name, "scope": "runtime"},
            }
            for name, path in request.save.items()
        ]
    return {
        "info": {"name": request.name, "type": "http", "seq": place},
        "http": http,
        "runtime": runtime,
        "settings": {"encodeUrl": False},
        **({"docs": request.about} if request.about else {}),
    }


# Postman


def _postman(found: list[Folder], variables: Mapping[str, str]) -> str:
    content = {
        "info": {
            "name": NAME,
            "description": ABOUT,
            "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
        },
        "item": [
            {
                "name": folder.name,
                "description": folder.about,
                "item": [_postman_request(request) for request in folder.requests],
            }
            for folder in found
        ],
        "variable": [{"key": name, "value": value} for name, value in variables.items()],
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _postman_request(request: Request) -> Any:
    address, _, query = request.url.partition("?")
    host, *path = address.split("/")
    url: dict[str, Any] = {"raw": request.url, "host": [host], "path": path}
    if query:
        url["query"] = [
            dict(zip(("key", "value"), part.split("=", 1), strict=True)) for part in query.split("&")
        ]
    content: dict[str, Any] = {
        "method": request.method,
        "header": [{"key": name, "value": value} for name, value in request.headers.items()],
        "url": url,
    }
    if request.is_form:
        data = [{"key": name, "value": value} for name, value in request.body.items()]
        content["body"] = {"mode": "urlencoded", "urlencoded": data}
    elif request.body is not None:
        content["body"] = {"mode": "raw", "raw": request.text, "options": {"raw": {"language": "json"}}}
    if request.about:
        content["description"] = request.about
    script = [f'pm.test("returns {request.status}", () => pm.response.to.have.status({request.status}));']
    script += [
        f'pm.collectionVariables.set("{name}", pm.response.json(){"" if path.startswith("[") else "."}{path});'
        for name, path in request.save.items()
    ]
    event = {"listen": "test", "script": {"type": "text/javascript", "exec": script}}
    return {"name": request.name, "event": [event], "request": content}


# Editors


def _http(folder: Folder, variables: Mapping[str, str]) -> str:
    used = {name for request in folder.requests for name in request.variables()}
    lines = [f"# {folder.name}: {folder.about}", ""]
    lines += [f"@{name} = {value}" for name, value in variables.items() if name in used]
    saved: list[str] = []
    for request in folder.requests:
        lines += ["", f"### {request.name}"]
        lines += saved
        saved = []
        if request.save:
            name = _identifier(request.name)
            lines.append(f"# @name {name}")
            saved = [f"@{one} = {{{{{name}.response.body.$.{path}}}}}" for one, path in request.save.items()]
        lines.append(f"{request.method} {request.url}")
        lines += [f"{name}: {value}" for name, value in request.headers.items()]
        if request.text:
            lines += ["", request.text]
    return "\n".join(lines) + "\n"


def _identifier(name: str) -> str:
    words: list[str] = _WORD.findall(name)
    first, *others = words
    return first.lower() + "".join(one.title() for one in others)
