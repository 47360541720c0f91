"""Rules of this project that no linter checks."""

import ast
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import inspect as inspect_database
from starlette.middleware.base import BaseHTTPMiddleware

import ledgersim
from ledgersim.app import mounts
from ledgersim.settings import Settings
from ledgersim.storage.database import Database
from ledgersim.vendors import installed_vendors

PACKAGE = Path(ledgersim.__file__).parent
SOURCES = sorted(PACKAGE.rglob("*.py"))
APPS = list(mounts(Settings()).values())
ROUTES = [route for app in APPS for route in app.operations()]


def dependencies(dependant: Any) -> Iterator[Any]:
    for one in dependant.dependencies:
        yield one.call
        yield from dependencies(one)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.operation_id)
def test_endpoints_and_their_dependencies_are_coroutines(route: APIRoute) -> None:
    called = [route.endpoint, *dependencies(route.dependant)]
    assert [call for call in called if not inspect.iscoroutinefunction(call)] == []


def test_no_base_http_middleware_is_used() -> None:
    used: list[Any] = [one.cls for app in APPS for one in app.user_middleware]
    assert [one for one in used if issubclass(one, BaseHTTPMiddleware)] == []


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_nothing_is_awaited_within_a_transaction(source: Path) -> None:
    tree = ast.parse(source.read_text(encoding="utf-8"))
    awaited = [
        inner.lineno
        for block in ast.walk(tree)
        if isinstance(block, ast.With) and any("transaction" in ast.unparse(item) for item in block.items)
        for inner in ast.walk(block)
        if isinstance(inner, ast.Await | ast.AsyncWith | ast.AsyncFor)
    ]
    assert awaited == []


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_sql_is_written_as_text(source: Path) -> None:
    tree = ast.parse(source.read_text(encoding="utf-8"))
    imported = {
        alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    calls = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    assert "text" not in imported
    assert not any(call.endswith("literal_column") for call in calls)
    if source.parent != PACKAGE / "storage":
        assert not any(call.endswith(("exec_driver_sql", "raw.execute")) for call in calls)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_every_module_and_public_thing_has_a_docstring(source: Path) -> None:
    tree = ast.parse(source.read_text(encoding="utf-8"))
    assert not tree.body or ast.get_docstring(tree)
    bare = [
        node.name
        for node in tree.body
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and not node.name.startswith("_")
        and ast.get_docstring(node) is None
        and not any("router." in ast.unparse(one) for one in node.decorator_list)  # these have a summary
    ]
    assert bare == []


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("ledgersim.cli", {"fastapi", "sqlalchemy", "uvicorn", "faker", "yaml"}),
        ("ledgersim.pytest_plugin", {"fastapi", "http.client", "pydantic", "sqlalchemy", "uvicorn", "yaml"}),
        ("ledgersim.testing", {"fastapi", "pydantic", "pytest", "sqlalchemy", "uvicorn", "yaml"}),
        ("ledgersim.app", {"faker", "jinja2", "ledgersim.ui", "markdown_it", "yaml", "uvicorn", "typer"}),
    ],
)
def test_slow_libraries_load_only_where_they_are_used(module: str, absent: set[str]) -> None:
    code = f"import sys, {module}; print(' '.join(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert absent & set(loaded.stdout.split()) == set()


def test_a_server_knows_every_table_of_its_world_without_having_built_it(image: bytes) -> None:
    code = "import ledgersim.app as m; m.vendor_apps(); from sqlmodel import SQLModel; print(*SQLModel.metadata.tables)"
    known = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    database = Database.in_memory(image)
    stored = set(inspect_database(database.connection).get_table_names())
    database.close()
    assert set(known.stdout.split()) == stored


# Modules outside the vendors' packages that may name them: the project summary, and the example of the test objects.
NAMES_VENDORS = {"__init__.py", "cli.py", "testing/__init__.py"}


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_a_vendors_own_package_names_it(source: Path) -> None:
    path = source.relative_to(PACKAGE).as_posix()
    names = "|".join(vendor.name for vendor in installed_vendors())
    if not path.startswith("vendors/") and path not in NAMES_VENDORS:
        assert re.findall(names, source.read_text(encoding="utf-8"), re.IGNORECASE) == []
