"""Reading the summary of a customer."""

from typing import Any

from sqlalchemy import Select, bindparam, select

from ledgersim.http.context import RequestContext
from ledgersim.storage.statements import Row, rows
from ledgersim.vendors.aptic.customer_summary.models import (
    COLLATERAL,
    CUSTOMER_ACCOUNT,
    CUSTOMER_INVOICE,
    GUARANTEE,
    PURCHASE,
    UNSETTLED_PAYMENT,
)
from ledgersim.vendors.aptic.customer_summary.rules import (
    GUARANTEED,
    GUARANTOR,
    PARENT,
    SUBSIDIARY,
    balances,
    summary_currency,
)
from ledgersim.vendors.aptic.customers.models import CUSTOMER
from ledgersim.vendors.aptic.links import link

_OF_CUSTOMER: Any = bindparam("of_customer")


def _own(table: Any) -> Select[Any]:
    return select(table).where(table.c.customer_id == _OF_CUSTOMER).order_by(table.c.id)


def _others(condition: Any) -> Select[Any]:
    return select(CUSTOMER).where(condition).order_by(CUSTOMER.c.id)


_PURCHASES, _INVOICES, _ACCOUNTS = _own(PURCHASE), _own(CUSTOMER_INVOICE), _own(CUSTOMER_ACCOUNT)
_UNSETTLED, _GUARANTEES, _COLLATERALS = _own(UNSETTLED_PAYMENT), _own(GUARANTEE), _own(COLLATERAL)
_RELATIONS = {
    PARENT: _others(CUSTOMER.c.id == bindparam("of_parent")),
    SUBSIDIARY: _others(CUSTOMER.c.parent_customer_id == _OF_CUSTOMER),
    GUARANTOR: _others(
        CUSTOMER.c.id.in_(select(GUARANTEE.c.guarantor_id).where(GUARANTEE.c.customer_id == _OF_CUSTOMER))
    ),
    GUARANTEED: _others(
        CUSTOMER.c.id.in_(select(GUARANTEE.c.customer_id).where(GUARANTEE.c.guarantor_id == _OF_CUSTOMER))
    ),
}


def summary(context: RequestContext, customer: Row) -> Row:
    """Return the balances of a customer, their parts, and all related customers."""
    connection, of = context.space.connection, customer["id"]
    purchases = rows(connection, _PURCHASES, of_customer=of)
    accounts = rows(connection, _ACCOUNTS, of_customer=of)
    currency = summary_currency(customer["currency_code"], purchases, accounts)
    sums = balances(currency, purchases, accounts, rows(connection, _UNSETTLED, of_customer=of))
    related = _related(context, customer)
    return {
        "total_balance": sums.total,
        "account_balance": sums.account,
        "currency_code": currency,
        "unsettled_payment_balance": sums.unsettled,
        "purchases": purchases,
        "invoices": rows(connection, _INVOICES, of_customer=of),
        "accounts": accounts,
        "guarantees": rows(connection, _GUARANTEES, of_customer=of),
        "collaterals": rows(connection, _COLLATERALS, of_customer=of),
        "my_guarantors": [
            {**one, "guarantor_guid": one["customer_guid"]}
            for one in related
            if one["customer_role_code"] == GUARANTOR
        ],
        "guarantee_for": [one for one in related if one["customer_role_code"] == GUARANTEED],
        "all_related_customers": related,
    }


def _related(context: RequestContext, customer: Row) -> list[Row]:
    """Return all customers related to a customer, once per role."""
    values = {"of_customer": customer["id"], "of_parent": customer["parent_customer_id"]}
    return [
        {**one, "customer_role_code": role, "links": _links(context, one)}
        for role, statement in _RELATIONS.items()
        for one in rows(context.space.connection, statement, **values)
    ]


def _links(context: RequestContext, customer: Row) -> list[dict[str, str]]:
    guid = customer["customer_guid"]
    path = f"/v1/Customers/{guid}"
    return [
        link(context, "self", path, "Customers", guid, "item"),
        link(context, "summary", f"{path}/Summary", "Customers", guid, "item"),
    ]
