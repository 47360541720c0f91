"""Pending imports: the response is sent at once, a scheduled job creates the cases when they are due."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from ledgersim.diagnostics.diagnostic import Diagnostic
from ledgersim.http.body import parse_json
from ledgersim.http.lenient_parsing import respell
from ledgersim.problems import Problem, in_one_line
from ledgersim.spaces.scheduler import DueRows, Event
from ledgersim.spaces.space import Space
from ledgersim.storage.statements import add, add_all, change, row, rows, scalar
from ledgersim.vendors.aptic.cases.commands import import_cases, new_import
from ledgersim.vendors.aptic.cases.models import CASE, CASE_IMPORT, PENDING_CASE, PENDING_IMPORT
from ledgersim.vendors.aptic.cases.schemas import CaseCreate

MAX_PENDING = 1_000  # imports per space

TOO_MANY = Problem(429, "too-many-imports", "Too Many Requests")

_P = PENDING_IMPORT.c
_SOURCE = PENDING_IMPORT.join(CASE_IMPORT, CASE_IMPORT.c.id == _P.import_id)
_ADD_IMPORT = insert(PENDING_IMPORT)
_ADD_CASE = insert(PENDING_CASE)
_COUNT = select(func.count()).select_from(PENDING_IMPORT)
_DUE = (
    select(_P.import_id)
    .select_from(_SOURCE)
    .where(CASE_IMPORT.c.imported_at <= bindparam("now"))
    .order_by(CASE_IMPORT.c.imported_at, _P.import_id)
)
_BODY = select(_P.body).where(_P.import_id == bindparam("of_import"))
_RESERVED = (
    select(PENDING_CASE).where(PENDING_CASE.c.import_id == bindparam("of_import")).order_by(PENDING_CASE.c.id)
)
_IMPORTED = (
    select(CASE.c.import_id, CASE.c.case_guid, CASE.c.case_number)
    .where(CASE.c.import_id == bindparam("of_import"))
    .order_by(CASE.c.id)
)
_DELETE_CASES = delete(PENDING_CASE).where(PENDING_CASE.c.import_id == bindparam("of_import"))
_DELETE = delete(PENDING_IMPORT).where(_P.import_id == bindparam("of_import"))


def schedule_import(
    space: Space, bodies: Sequence[CaseCreate], text: str, delay: timedelta
) -> tuple[list[str], int, list[Diagnostic]]:
    """Schedule an import after `delay`; return the GUIDs of its cases, its id, and diagnostics.

    `text` is the request body. A dry run reserves the GUIDs and numbers and finds the errors. Raises a 400, 409
    or 429 Problem.
    """
    with space.transaction() as connection:
        if scalar(connection, _COUNT) >= MAX_PENDING:
            raise TOO_MANY.with_detail(
                f"This space already has {MAX_PENDING:,} pending imports; advance its clock to run them."
            )
        import_id = new_import(connection, bodies, space.clock.now() + delay)
        with connection.begin_nested() as dry_run:
            guids, diagnostics = import_cases(connection, space, import_id, bodies)
            cases = rows(connection, _IMPORTED, of_import=import_id)
            dry_run.rollback()
        add(connection, _ADD_IMPORT, {"import_id": import_id, "body": text})
        add_all(connection, _ADD_CASE, cases)
    return guids, import_id, diagnostics


next_at = DueRows(CASE_IMPORT.c.imported_at, CASE_IMPORT.c.id.in_(select(_P.import_id)))


def run(space: Space) -> Iterator[list[Event]]:
    """Run the imports that are due, each in its own transaction."""
    for one in rows(space.connection, _DUE, now=space.clock.now()):
        yield _import(space, one["import_id"])


def _import(space: Space, import_id: int) -> list[Event]:
    """Run one import. If it has become impossible in the meantime, the event contains the reason."""
    pending = row(space.connection, _BODY, of_import=import_id)
    assert pending is not None
    value = parse_json(pending["body"].encode())
    respell((CaseCreate,), value)
    bodies = [CaseCreate.model_validate(one) for one in value]
    reserved = rows(space.connection, _RESERVED, of_import=import_id)
    details = {"impStockId": import_id}
    try:
        with space.transaction() as connection:
            _delete(connection, import_id)
            guids, _ = import_cases(connection, space, import_id, bodies, reserved)
    except Problem as problem:
        with space.transaction() as connection:
            _delete(connection, import_id)
        return [Event(space.clock.now(), "aptic.cases.refused", "/APIGW/v1/Cases", details | _reason(problem))]
    return [
        Event(space.clock.now(), "aptic.case.imported", f"/APIGW/v1/Cases/{guid}", details) for guid in guids
    ]


def _delete(connection: Connection, import_id: int) -> None:
    change(connection, _DELETE_CASES, of_import=import_id)
    change(connection, _DELETE, of_import=import_id)


def _reason(problem: Problem) -> dict[str, str]:
    return {"reason": problem.detail or in_one_line(problem.errors)}
