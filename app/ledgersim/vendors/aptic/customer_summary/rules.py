"""The sums of a customer summary, in hundredths."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

Rows = Iterable[Mapping[str, Any]]

PARENT, SUBSIDIARY, GUARANTOR, GUARANTEED = "PARENT", "SUBSIDIARY", "GUARANTOR", "GUARANTEED"  # [inferred]


class Balances(NamedTuple):
    """What a customer owes; negative if unsettled payments exceed the debt."""

    total: int
    account: int
    unsettled: int


def balances(currency: str | None, purchases: Rows, accounts: Rows, unsettled: Rows) -> Balances:
    """Return the sums over the parts in one currency [inferred].

    The total is the balances of the accounts, plus the remaining amounts of purchases without an account, less
    unsettled payments. Invoices claim the same money as their purchases, so they do not count; neither do
    guarantees and collateral.
    """
    account = sum(one["balance"] for one in accounts if one["currency_code"] == currency)
    direct = sum(
        one["remaining_amount"]
        for one in purchases
        if one["currency_code"] == currency and one["customer_account_number"] is None
    )
    credit = sum(one["amount"] for one in unsettled if one["currency_code"] == currency)
    return Balances(account + direct - credit, account, credit)


def summary_currency(own: str | None, purchases: Rows, accounts: Rows) -> str | None:
    """Return the currency of a summary: that of the accounts or purchases, else the customer's [inferred]."""
    return next((one["currency_code"] for one in (*accounts, *purchases)), own)
