"""Storing claims."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Float, bindparam, cast, func, insert, select

from ledgersim.core.database import add
from ledgersim.core.problems import invalid
from ledgersim.core.space import Space
from ledgersim.vendors.aptic.claims.rules import due_date, opened
from ledgersim.vendors.aptic.claims.table import CLAIM, DEBT, FEE

_ADD_CLAIM = insert(CLAIM)

MOST_OWED = 10**15  # hundredths a case: far below where sums, with a century's interest, leave 64 bits

_C = CLAIM.c
_OWED = select(
    func.sum(
        cast(_C.original_principal + _C.adjusted_principal + _C.original_interest, Float)
        * func.coalesce(_C.exch_rate, 1_000_000)
        / 1_000_000
    )
).where(_C.case_id == bindparam("of_case"))


def add_debt(
    connection: Connection, space: Space, case: Mapping[str, Any], sent: Mapping[str, Any]
) -> dict[str, Any]:
    """Add a debt to a case as a client sends it; without a bill date it is billed today [inferred]."""
    values = dict(sent)
    values["bill_date"] = values.get("bill_date") or space.clock.now()
    values["due_date"] = due_date(
        values.get("due_date"), values["bill_date"], values.get("payment_condition")
    )
    values["extra_fields"] = [
        {"name": field["name"], "value": field["value"] or []} for field in values.get("extra_fields") or []
    ]
    return _add_claim(connection, space, DEBT, case, values)


def add_fee(
    connection: Connection, space: Space, case: Mapping[str, Any], sent: Mapping[str, Any]
) -> dict[str, Any]:
    """Add a fee to a case as a client sends it; without a date it is of today [inferred]."""
    values = dict(sent)
    values["bill_date"] = values.pop("fee_date", None) or space.clock.now()
    values["fee_type"] = values.get("name")
    return _add_claim(connection, space, FEE, case, values)


def check_owed(connection: Connection, case_id: int, name: str) -> None:
    """Raises a 400 Problem if more is owed on a case than sums can hold."""
    if (connection.execute(_OWED, {"of_case": case_id}).scalar() or 0) > MOST_OWED:
        raise invalid(name, f"The claims of a case may come to {MOST_OWED // 100:,} at most")


def _add_claim(
    connection: Connection, space: Space, kind: str, case: Mapping[str, Any], values: dict[str, Any]
) -> dict[str, Any]:
    claim = {
        **values,
        **opened(values).columns(),
        "guid": space.guids.guid(),
        "case_id": case["id"],
        "kind": kind,
        "currency_code": values.get("currency_code") or case["currency_code"],
        "registration_date": space.clock.now(),
    }
    claim["id"] = add(connection, _ADD_CLAIM, claim)
    return claim
