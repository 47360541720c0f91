"""Sample requests to Aptic for the pages."""

from collections.abc import Mapping
from typing import Any

from ledgersim.plugin import AuthMode, Samples
from ledgersim.spaces.space import Space
from ledgersim.vendors.aptic.state import ApticState


def _headers(space: Space, auth: AuthMode, _: Mapping[str, Any]) -> Mapping[str, str]:
    if auth != "strict":
        return {"Authorization": "Bearer any"}
    keys = space.state(ApticState).api_keys
    return {"X-Api-Key": keys[0]} if keys else {}


SAMPLES = Samples(
    links={
        "debtor": "/v1/Debtors/{debtorGuid}",
        "summary": "/v1/Debtors/{debtorGuid}/Summary",
        "cases": "/v1/Debtors/{debtorGuid}/Cases",
        "payment plan": "/v1/Debtors/{debtorGuid}/Paymentplans/{paymentPlanGuid}",
        "customer": "/v1/Customers/{customerGuid}",
        "customer summary": "/v1/Customers/{customerGuid}/Summary",
    },
    headers=_headers,
)
