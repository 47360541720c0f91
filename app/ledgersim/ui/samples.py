"""What a newcomer can look at: addresses of the personas, and credentials that the server accepts."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal
from urllib.parse import quote

from ledgersim.spaces.space import Space
from ledgersim.vendors import VENDORS

AuthMode = Literal["lenient", "strict", "off"]

# A persona's data, by vendor and label: paths below the mount, to be filled in with its ids.
_PATHS = {
    "aptic": {
        "debtor": "/v1/Debtors/{debtorGuid}",
        "summary": "/v1/Debtors/{debtorGuid}/Summary",
        "cases": "/v1/Debtors/{debtorGuid}/Cases",
        "payment plan": "/v1/Debtors/{debtorGuid}/Paymentplans/{paymentPlanGuid}",
        "customer": "/v1/Customers/{customerGuid}",
        "customer summary": "/v1/Customers/{customerGuid}/Summary",
    },
    "payex": {
        "ledger customer": "/customer/v1/{ledger}/customers/{customerNo}",
        "surpluses": "/customer/v1/{ledger}/customers/{customerNo}/surpluses",
    },
    "riverty": {"credit limit": "/customer-account/{accountNumber}/credit-limit"},
}
_BEARER = {"Authorization": "Bearer any"}
_MOUNTS = {vendor.name: vendor.mount for vendor in VENDORS}


def links(persona: Mapping[str, Any], root: str) -> dict[str, dict[str, str]]:
    """Addresses of a persona's data, by vendor and label; they begin with `root`."""
    return {
        vendor: dict(_filled(paths, persona[vendor], root + _MOUNTS[vendor]))
        for vendor, paths in _PATHS.items()
        if vendor in persona
    }


def _filled(paths: Mapping[str, str], ids: Mapping[str, Any], base: str) -> Iterator[tuple[str, str]]:
    quoted = {name: quote(value, safe="") for name, value in ids.items() if isinstance(value, str)}
    for label, path in paths.items():
        try:
            yield label, base + path.format_map(quoted)
        except KeyError:  # a persona need not be everything
            continue


def credentials(space: Space, vendor: str, auth: AuthMode, ledger: str | None = None) -> dict[str, str]:
    """The header by which a vendor lets a caller in, PayEx to a ledger; empty where the world has no key."""
    if vendor == "aptic":
        return _header("X-Api-Key", space.facts["aptic.api_keys"]) if auth == "strict" else _BEARER
    if vendor == "payex":
        tokens = [
            f"Bearer {token}"
            for one in space.facts["payex.ledgers"]
            for token in one["tokens"]
            if ledger in (None, one["number"])
        ]
        return _header("Authorization", tokens) if auth == "strict" else _BEARER
    if vendor == "riverty":
        return _header("X-Auth-Key", space.facts["riverty.keys"] if auth == "strict" else ["any"])
    return {}


def _header(name: str, values: Sequence[str]) -> dict[str, str]:
    return {name: values[0]} if values else {}
