"""The rows of a space as JSON, out and in, and the check of a database image that anybody may have made."""

import json
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from ledgersim.clock import EARLIEST, LATEST, Clock, Setting
from ledgersim.http.body import parse_json, to_float
from ledgersim.ids import Stream
from ledgersim.problems import VALIDATION, Problem, invalid
from ledgersim.spaces.models import FACT, STATE, TOKEN
from ledgersim.spaces.space import Space, start_of
from ledgersim.storage.database import BadImage, Database, row, rows
from ledgersim.storage.row_validation import (
    MAX_WHOLE,
    Error,
    Row,
    check_values,
    dangling,
    differing,
    name_errors,
    repeated,
    stored_rows,
    vendor_tables,
)

MAX_ERRORS = 20
COMING = 1_000  # how many of the GUIDs to be drawn next no row may have yet

BAD_IMAGE = Problem(400, "bad-image", "Not a database of ledgersim")


def export(space: Space) -> bytes:
    """The vendors' rows and the position of the identifiers as JSON: equal states give equal bytes.

    A world of 10,000 customers is 130 MB and takes some 5 seconds, in which nothing else is served.
    """
    tables = [
        json.dumps(table.name).encode() + b":" + _as_json(stored_rows(space.connection, table))
        for table in vendor_tables()
    ]
    return b'{"guid_position":%d,"tables":{%b}}' % (space.guids.position, b",".join(tables))


def replace_rows(space: Space, body: bytes) -> None:
    """Put what `export` wrote in place of all rows of the vendors: all of it or nothing.

    The clock stays, as do tokens and what the world's definition says besides rows; jobs end as with a reset.
    A world of 10,000 customers takes some 10 seconds, in which nothing else is served, and 0.7 GB meanwhile.
    Raises a 400 Problem that names up to 20 places, such as `tables.debtor[3].full_name`.
    """
    position, sent = _read(body)
    found: dict[str, list[Row]] = {}
    coming = _coming(_state_of(space.database)["seed"], position)
    for table in vendor_tables():
        found[table.name], errors = check_values(table, sent.pop(table.name))
        _refuse(errors)
        _refuse(repeated(table, found[table.name], coming))
    _refuse(dangling(found))
    space.runs.cancel(space.clock.now())
    ours = [table for table in SQLModel.metadata.sorted_tables if table.name in found]
    with space.transaction() as connection:
        space.database.defer_foreign_keys()  # a customer may come before its parent
        for table in reversed(ours):
            connection.execute(delete(table))
        for table in ours:
            if found[table.name]:
                connection.execute(insert(table), found[table.name])
        space.guids.position = position
        connection.execute(update(STATE).values(guid_position=position))


def _state_of(database: Database) -> Row:
    state = row(database.connection, select(STATE))
    assert state is not None
    return state


def _as_json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _read(body: bytes) -> tuple[int, dict[str, list[Row]]]:
    """The position of the identifiers, and the rows by table: their names and members are right."""
    content = parse_json(body, to_float)
    if not isinstance(content, dict):
        raise invalid("body", "Input should be a JSON object")
    _refuse(differing(content, ("guid_position", "tables"), "", "member of an export"))
    position, tables = content["guid_position"], content["tables"]
    if type(position) is not int or not 0 <= position <= MAX_WHOLE:
        raise invalid("guid_position", f"Input should be a whole number from 0 to {MAX_WHOLE}")
    if not isinstance(tables, dict):
        raise invalid("tables", "Input should be a JSON object")
    known = vendor_tables()
    _refuse(differing(tables, [table.name for table in known], "tables", "table"))
    for table in known:
        if not isinstance(tables[table.name], list):
            raise invalid(f"tables.{table.name}", "Input should be a JSON array")
    _refuse(
        error for table in known for error in name_errors(table, tables[table.name], f"tables.{table.name}")
    )
    return position, tables


def _coming(seed: int, position: int) -> frozenset[str]:
    stream = Stream(seed, "guid", position)
    return frozenset(stream.guid() for _ in range(COMING))


def _refuse(errors: Iterable[Error]) -> None:
    """Raises a 400 Problem if there are any."""
    told: dict[str, list[str]] = {}
    for where, message in islice(errors, MAX_ERRORS):
        told.setdefault(where, []).append(message)
    if told:
        raise VALIDATION.with_errors(told)


def check_image(image: bytes, like: Database) -> None:
    """Raises a 400 Problem, with a plain reason, unless `image` is a whole and consistent image of a space.

    `like` is a database of this version and of the same world's facts. An image may come from anywhere: it is
    only opened in a scratch database in memory, and every value is checked as those of an import are.
    """
    try:
        database = Database.from_outside(image, like)
    except BadImage as error:
        raise BAD_IMAGE.with_detail(f"The file cannot be taken: {error}.") from error
    try:
        position, seed = _check_state(database, like)
        coming = _coming(seed, position)
        for table in vendor_tables():
            _refuse(repeated(table, _checked_rows(database, table), coming))
    except (DBAPIError, ValueError, TypeError, OverflowError, RecursionError) as error:
        reason = str(error.orig) if isinstance(error, DBAPIError) else str(error)
        raise BAD_IMAGE.with_detail(f"The file cannot be taken: {reason}.") from error
    finally:
        database.close()


def _checked_rows(database: Database, table: Table) -> list[Row]:
    stored = stored_rows(database.connection, table)
    found, errors = check_values(table, stored)
    _refuse(errors)
    _as_json(stored)  # which JSON of infinite numbers or of halves of characters cannot become
    return found


def _check_state(database: Database, like: Database) -> tuple[int, int]:
    """The guid position and the seed, where the simulator's own rows are such as it writes them."""
    _checked_rows(database, TOKEN)
    _check_facts(_checked_rows(database, FACT), rows(like.connection, select(FACT)))
    states, ours = _checked_rows(database, STATE), _state_of(like)
    if len(states) != 1 or states[0]["schema_version"] != ours["schema_version"]:
        raise ValueError("it was made by another version of ledgersim")
    (state,) = states
    if state["id"] != 1 or min(state["seed"], state["guid_position"], state["chance_position"]) < 0:
        raise ValueError("its row of sim_state is not one that ledgersim writes")
    if max(state["guid_position"], state["chance_position"]) > MAX_WHOLE:
        raise ValueError("its identifiers are used up")
    _check_clock(state)
    return state["guid_position"], state["seed"]


def _check_facts(found: Sequence[Row], ours: Sequence[Row]) -> None:
    kinds = [{fact["name"]: type(fact["value"]) for fact in facts} for facts in (found, ours)]
    if kinds[0] != kinds[1]:
        raise ValueError("its rows of sim_fact are not those of a world of this version")


def _check_clock(state: Row) -> None:
    start = start_of(date.fromisoformat(state["as_of"]))
    offset, frozen_at = state["clock_offset_microseconds"], state["clock_frozen_at"]
    told = [start, state["clock_floor"]]
    if offset is not None:
        told.append(Clock(Setting(offset=timedelta(microseconds=offset), frozen_at=frozen_at)).now())
    expected = "real" if frozen_at is None else "frozen"
    if state["clock_mode"] != expected or not all(EARLIEST <= one < LATEST for one in told):
        raise ValueError("its clock tells a time that no clock here tells")
