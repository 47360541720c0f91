"""How the parts of a summary add up, in whole hundredths."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

Rows = Iterable[Mapping[str, Any]]

PARENT, SUBSIDIARY, GUARANTOR, GUARANTEED = "PARENT", "SUBSIDIARY", "GUARANTOR", "GUARANTEED"  # [inferred]


class Balances(NamedTuple):
    """What a customer owes; below zero where there is more unsettled money than debt."""

    total: int
    account: int
    unsettled: int


def balances(currency: str | None, purchases: Rows, accounts: Rows, unsettled: Rows) -> Balances:
    """The sums over the parts in a currency [inferred].

    Accounts, and what remains of the purchases that are on none, less the money that was not set off yet.
    Invoices ask for the same money as the purchases, so they add nothing; nor do guarantees or collaterals.
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
    """The currency of a summary: that of the accounts and purchases, else the customer's [inferred]."""
    return next((one["currency_code"] for one in (*accounts, *purchases)), own)
