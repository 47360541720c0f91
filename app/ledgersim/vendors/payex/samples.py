"""Sample requests to PayEx for the pages."""

from collections.abc import Mapping
from typing import Any

from ledgersim.plugin import AuthMode, Samples
from ledgersim.spaces.space import Space
from ledgersim.vendors.payex.state import PayexState


def _headers(space: Space, auth: AuthMode, ids: Mapping[str, Any]) -> Mapping[str, str]:
    if auth != "strict":
        return {"Authorization": "Bearer any"}
    wanted = ids.get("ledger")
    ledgers = [one for one in space.state(PayexState).ledgers if wanted in (None, one.number)]
    tokens = [token for ledger in ledgers for token in ledger.tokens]
    return {"Authorization": f"Bearer {tokens[0]}"} if tokens else {}


SAMPLES = Samples(
    links={
        "ledger customer": "/customer/v1/{ledger}/customers/{customerNo}",
        "surpluses": "/customer/v1/{ledger}/customers/{customerNo}/surpluses",
    },
    headers=_headers,
)
