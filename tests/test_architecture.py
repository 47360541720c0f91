"""Rules of this project that no linter checks."""

import ast
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect as inspect_database
from sqlmodel import SQLModel
from starlette.middleware.base import BaseHTTPMiddleware

import ledgersim
from ledgersim.storage.database import Database
from ledgersim.vendors import installed_vendors
from tests.apps import mounts
from tests.serving import Fork

PACKAGE = Path(ledgersim.__file__).parent
SOURCES = {
    path.relative_to(PACKAGE).as_posix(): path.read_text(encoding="utf-8")
    for path in sorted(PACKAGE.rglob("*.py"))
}
APPS = list(mounts().values())
ROUTES = [route for app in APPS for route in app.operations()]


@cache
def tree(path: str) -> ast.Module:
    """The syntax tree of a source."""
    return ast.parse(SOURCES[path])


def trees(pattern: str = "") -> dict[str, ast.Module]:
    """The syntax trees of the sources in which a pattern occurs, by path in the package."""
    return {path: tree(path) for path, text in SOURCES.items() if re.search(pattern, text)}


def dependencies(dependant: Any) -> Iterator[Any]:
    for one in dependant.dependencies:
        yield one.call
        yield from dependencies(one)


def test_endpoints_and_their_dependencies_are_coroutines() -> None:
    called = [
        (route.operation_id, call)
        for route in ROUTES
        for call in (route.endpoint, *dependencies(route.dependant))
    ]
    assert [(name, call) for name, call in called if not inspect.iscoroutinefunction(call)] == []


def test_no_base_http_middleware_is_used() -> None:
    used: list[Any] = [one.cls for app in APPS for one in app.user_middleware]
    assert [one for one in used if issubclass(one, BaseHTTPMiddleware)] == []


def test_nothing_is_awaited_within_a_transaction() -> None:
    awaited = [
        f"{path}:{inner.lineno}"
        for path, tree in trees("transaction").items()
        for block in ast.walk(tree)
        if isinstance(block, ast.With) and any("transaction" in ast.unparse(item) for item in block.items)
        for inner in ast.walk(block)
        if isinstance(inner, ast.Await | ast.AsyncWith | ast.AsyncFor)
    ]
    assert awaited == []


def test_vendors_report_diagnostics_so_that_they_can_be_rejected() -> None:
    unheeded = [path for path, text in SOURCES.items() if "record.add_diagnostic" in text]
    assert unheeded == ["http/context.py"]


def test_no_sql_is_written_as_text() -> None:
    import_of_text = r"import [\w ,]*\btext\b|import \([\w\s,]*\btext\b"
    found = []
    for path, tree in trees(rf"{import_of_text}|literal_column|exec_driver_sql|raw\.execute").items():
        texts = (
            ("literal_column",)
            if path.startswith("storage/")
            else ("literal_column", "exec_driver_sql", "raw.execute")
        )
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and "text" in [alias.name for alias in node.names]:
                found.append(f"{path}:{node.lineno} imports text")
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(texts):
                found.append(f"{path}:{node.lineno} calls {ast.unparse(node.func)}")
    assert found == []


def test_every_module_and_public_thing_has_a_docstring() -> None:
    assert [path for path, tree in trees().items() if tree.body and not ast.get_docstring(tree)] == []
    bare = [
        f"{path}: {node.name}"
        for path, tree in trees().items()
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
        ("ledgersim.serve", {"fastapi", "sqlalchemy", "uvicorn", "faker", "typer", "yaml"}),
        ("ledgersim.cli", {"fastapi", "sqlalchemy", "uvicorn", "faker", "yaml"}),
        ("ledgersim.pytest_plugin", {"fastapi", "http.client", "pydantic", "sqlalchemy", "uvicorn", "yaml"}),
        ("ledgersim.testing", {"fastapi", "pydantic", "pytest", "sqlalchemy", "uvicorn", "yaml"}),
        ("ledgersim.app", {"faker", "jinja2", "ledgersim.ui", "markdown_it", "yaml", "uvicorn", "typer"}),
        ("ledgersim.vendors.aptic.app", {"stdnum"}),
        ("ledgersim.vendors.payex.app, ledgersim.vendors.payex.admin", {"stdnum"}),
        ("ledgersim.vendors.riverty.app, ledgersim.vendors.riverty.admin", {"stdnum"}),
    ],
)
def test_slow_libraries_load_only_where_they_are_used(module: str, absent: set[str]) -> None:
    code = f"import sys, {module}; print(' '.join(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert absent & set(loaded.stdout.split()) == set()


def print_tables(_: list[str]) -> int:
    print(*SQLModel.metadata.tables)
    return 0


def test_a_server_knows_every_table_of_its_world_without_having_built_it(image: bytes) -> None:
    known, _ = Fork(print_tables, [], {}).communicate()
    database = Database.in_memory(image)
    stored = set(inspect_database(database.connection).get_table_names())
    database.close()
    assert set(known.split()) == stored


# Modules outside the vendors' packages that may name them: the project summary, the example of the test objects, and the
# container, which has the methods of the containers in other languages.
NAMES_VENDORS = {"__init__.py", "cli.py", "testing/__init__.py", "testing/container.py"}


def test_only_a_vendors_own_package_names_it() -> None:
    names = "|".join(vendor.name for vendor in installed_vendors())
    pages = (path for path in (PACKAGE / "ui").rglob("*") if path.suffix in (".html", ".css", ".js"))
    own = {path.relative_to(PACKAGE).as_posix(): path.read_text("utf-8") for path in pages}
    found = {
        path: re.findall(names, text, re.IGNORECASE)
        for path, text in {**SOURCES, **own}.items()
        if not path.startswith("vendors/") and path not in NAMES_VENDORS
    }
    assert {path: names for path, names in found.items() if names} == {}
