"""Sample requests to Riverty for the pages."""

from collections.abc import Mapping
from typing import Any

from ledgersim.plugin import AuthMode, Samples
from ledgersim.spaces.space import Space
from ledgersim.vendors.riverty.state import RivertyState


def _headers(space: Space, auth: AuthMode, _: Mapping[str, Any]) -> Mapping[str, str]:
    keys = space.state(RivertyState).keys if auth == "strict" else ["any"]
    return {"X-Auth-Key": keys[0]} if keys else {}


SAMPLES = Samples(links={"credit limit": "/customer-account/{accountNumber}/credit-limit"}, headers=_headers)
