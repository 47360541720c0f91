"""The columns, other than ids, whose values differ between a copied block of rows and the original."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Column, ColumnElement, Integer, String, case, cast, func

from ledgersim.vendors.aptic.addresses.models import ADDRESS
from ledgersim.vendors.aptic.cases.models import CASE
from ledgersim.vendors.aptic.claims.models import CLAIM
from ledgersim.vendors.aptic.credit_insurances.models import CREDIT_INSURANCE
from ledgersim.vendors.aptic.customer_summary.models import (
    COLLATERAL,
    CUSTOMER_ACCOUNT,
    CUSTOMER_INVOICE,
    GUARANTEE,
    PURCHASE,
)
from ledgersim.vendors.aptic.customers.models import CUSTOMER
from ledgersim.vendors.aptic.debtors.models import DEBTOR
from ledgersim.vendors.aptic.debtors.rules import payment_reference
from ledgersim.vendors.aptic.debts.models import DEBT_INVOICE
from ledgersim.vendors.aptic.direct_debits.models import DIRECT_DEBIT_MANDATE
from ledgersim.vendors.aptic.documents.models import DOCUMENT
from ledgersim.vendors.aptic.extrafields.models import EXTRA_FIELD
from ledgersim.vendors.aptic.loan_interests.models import LOAN
from ledgersim.vendors.aptic.payments.models import PAYMENT, PAYMENT_PLEDGE
from ledgersim.vendors.aptic.questions.models import QUESTION
from ledgersim.vendors.aptic.seed.case_rows import case_number
from ledgersim.vendors.aptic.seed.context import Context
from ledgersim.world.bank_accounts import similar_account
from ledgersim.world.blocks import Own, Shift, numbered_by
from ledgersim.world.people import HOUSES

_GUIDS = (
    ADDRESS.c.address_guid,
    CASE.c.case_guid,
    CLAIM.c.guid,
    COLLATERAL.c.collateral_guid,
    CREDIT_INSURANCE.c.insurance_guid,
    CUSTOMER_ACCOUNT.c.unique_id,
    DIRECT_DEBIT_MANDATE.c.mandate_guid,
    DOCUMENT.c.document_guid,
    GUARANTEE.c.guarantee_guid,
    LOAN.c.loan_guid,
    PAYMENT.c.payment_guid,
    QUESTION.c.action_guid,
)
_NUMBERED = {
    CASE: (DOCUMENT.c.search_value,),
    CLAIM: (
        CLAIM.c.account_ref,
        CLAIM.c.ledger_ref,
        CLAIM.c.reference_number,
        CLAIM.c.your_reference,
        DEBT_INVOICE.c.credit_card_transaction_id,
        DEBT_INVOICE.c.delivery_note,
        DEBT_INVOICE.c.goods_mark,
        DEBT_INVOICE.c.object_ref,
        DEBT_INVOICE.c.old_account_ref,
        DEBT_INVOICE.c.original_debt_ref,
        DEBT_INVOICE.c.our_order,
        DEBT_INVOICE.c.receipt_number,
        DEBT_INVOICE.c.your_order,
    ),
    COLLATERAL: (COLLATERAL.c.insurance_number, COLLATERAL.c.reference_number),
    CREDIT_INSURANCE: (CREDIT_INSURANCE.c.insurance_company_number,),
    CUSTOMER: (CREDIT_INSURANCE.c.insurance_company_customer_number,),
    CUSTOMER_ACCOUNT: (
        CUSTOMER_ACCOUNT.c.account_number,
        CUSTOMER_ACCOUNT.c.description,
        CUSTOMER_INVOICE.c.invoice_grouping_reference,
        PURCHASE.c.customer_account_number,
    ),
    DIRECT_DEBIT_MANDATE: (DIRECT_DEBIT_MANDATE.c.reference_no,),
    GUARANTEE: (GUARANTEE.c.reference_number,),
    LOAN: (LOAN.c.loan_number,),
    PAYMENT: (PAYMENT_PLEDGE.c.identity_number,),
    PURCHASE: (
        CUSTOMER_INVOICE.c.invoice_number,
        CUSTOMER_INVOICE.c.reservation_id,
        PURCHASE.c.creditor_reference,
        PURCHASE.c.invoice_no,
        PURCHASE.c.reservation_id,
    ),
}


def _of_case(column: Column[Any], shift: Shift) -> ColumnElement[Any]:
    """Replace the case id in a file name."""
    return func.replace(column, DOCUMENT.c.case_id, DOCUMENT.c.case_id + shift(CASE))


def _owner_id(column: Column[Any], shift: Shift) -> ColumnElement[Any]:
    """Refer to the copy of the owner; the column `owner` says of which table it is."""
    owners = {"debtor": shift(DEBTOR), "customer": shift(CUSTOMER), "case": shift(CASE)}
    return column + case(owners, value=column.table.c.owner)


def _house_no(column: Column[Any], shift: Shift) -> ColumnElement[Any]:
    """Return another house number in the same street."""
    return cast((cast(column, Integer) + shift(ADDRESS)) % HOUSES + 1, String)


def _full_address(column: Column[Any], shift: Shift) -> ColumnElement[Any]:
    number = ADDRESS.c.house_no
    start = ADDRESS.c.street + " "
    return func.replace(column, start + number, start + _house_no(number, shift))


OWN: Mapping[Column[Any], Own] = {
    **{column: lambda _, __: func.guid() for column in _GUIDS},
    **{column: numbered_by(table) for table, columns in _NUMBERED.items() for column in columns},
    **dict.fromkeys((DOCUMENT.c.original_file_name, DOCUMENT.c.external_link), _of_case),
    **dict.fromkeys((ADDRESS.c.owner_id, EXTRA_FIELD.c.owner_id), _owner_id),
    ADDRESS.c.house_no: _house_no,
    ADDRESS.c.full_address: _full_address,
    CASE.c.case_number: lambda _, shift: func.case_number(CASE.c.id + shift(CASE)),
    CASE.c.payment_reference_number: lambda _, shift: func.case_reference(CASE.c.id + shift(CASE)),
    PAYMENT.c.payment_reference: lambda _, shift: func.case_reference(PAYMENT.c.case_id + shift(CASE)),
    CUSTOMER_INVOICE.c.payment_reference_number: lambda column, shift: func.reference(column, shift(PURCHASE)),
    DEBT_INVOICE.c.original_payment_reference: lambda column, shift: func.reference(column, shift(CLAIM)),
    DIRECT_DEBIT_MANDATE.c.sending_bank_account_no: lambda column, _: func.similar_account(column),
}


def functions(context: Context) -> Mapping[str, Callable[..., Any]]:
    """Return the functions that `OWN` calls."""
    chance = next(iter(context.registers.values())).chance
    return {
        "guid": context.aptic.new_guid,
        "case_number": case_number,
        "case_reference": lambda case_id: payment_reference(case_number(case_id)),
        "reference": _renumbered_reference,
        "similar_account": lambda account: similar_account(account, chance),
    }


def _renumbered_reference(reference: str | None, by: int) -> str | None:
    """Return the reference for its number plus `by`. The last two digits are check digits."""
    return reference and payment_reference(str(int(reference[:-2]) + by))
