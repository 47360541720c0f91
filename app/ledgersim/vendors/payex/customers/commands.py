"""Creating and changing customers."""

from sqlalchemy import Connection, bindparam, func, insert, select, update

from ledgersim.problems import CONFLICT, VALIDATION, Errors, invalid
from ledgersim.storage.statements import Row, add, change, scalar
from ledgersim.vendors.payex.addresses.commands import upsert_address
from ledgersim.vendors.payex.addresses.models import BILLING, LEGAL
from ledgersim.vendors.payex.context import LedgerContext
from ledgersim.vendors.payex.customers.models import CUSTOMER
from ledgersim.vendors.payex.customers.queries import customer_by_number, customers_by_national_number
from ledgersim.vendors.payex.customers.rules import (
    generated_length,
    merge_edi_address,
    next_number,
    number_error,
    person_number,
)
from ledgersim.vendors.payex.customers.schemas import CustomerCreate, CustomerUpdate, GenerateCustomer
from ledgersim.vendors.payex.register.queries import look_up
from ledgersim.vendors.payex.register.rules import Person
from ledgersim.vendors.payex.state import Ledger

_C = CUSTOMER.c
_ADD = insert(CUSTOMER)
_CHANGE = update(CUSTOMER).where(_C.id == bindparam("row_id"))
_LAST_NUMBER = select(func.max(_C.customer_no)).where(
    _C.ledger == bindparam("of_ledger"), func.length(_C.customer_no) == bindparam("of_length")
)


def set_columns(connection: Connection, customer_id: int, values: Row) -> None:
    """Set columns of a customer."""
    if values:
        change(connection, _CHANGE, row_id=customer_id, **values)


def creation_errors(
    ledger: Ledger, number: str | None, has_identifier: bool, protected: bool, may_generate: bool = False
) -> dict[str, list[str]]:
    """What a ledger does not accept of a new customer, by member, besides what no ledger accepts.

    `may_generate` is whether a number is generated if none is sent.
    """
    errors = {}
    if ledger.generates_numbers:
        if number is not None:
            errors["customerNo"] = ["must be absent: this ledger generates the customer numbers"]
        if not has_identifier:
            errors["nationalIdentifier"] = ["Field required: this ledger generates the customer numbers"]
    elif number is not None:
        if error := number_error(number, ledger.number_lengths, ledger.leading_zero):
            errors["customerNo"] = [error]
    elif not may_generate:
        errors["customerNo"] = ["Field required"]
    if protected and ledger.country != "SE":
        errors["protectedIdentity"] = ["is supported in Sweden only"]
    return errors


def create_customer(context: LedgerContext, body: CustomerCreate) -> Row:
    """Create a customer. Raises a 400 or 409 Problem."""
    identifier = body.national_identifier
    _check(
        creation_errors(context.ledger, body.customer_no, identifier is not None, bool(body.protected_identity))
    )
    values = body.model_dump(
        exclude={"customer_no", "national_identifier", "legal_address", "billing_address", "edi_address_info"}
    )
    if body.edi_address_info is not None:
        values["edi_address_info"] = _edi_address(None, body.edi_address_info.model_dump())
    values |= {} if identifier is None else identifier.model_dump()
    number = _customer_number(context, body.customer_no)
    with context.space.transaction() as connection:
        customer = _add(connection, context, number, values)
        upsert_address(connection, customer["id"], LEGAL, body.legal_address.model_dump())
        if body.billing_address is not None:
            upsert_address(connection, customer["id"], BILLING, body.billing_address.model_dump())
    return customer


def generate_customer(context: LedgerContext, body: GenerateCustomer) -> Row:
    """Create a consumer from the population register, or return the customer that the person is already.

    A `customer_no` that none of the person's customers has is a wish for another one. Raises a 400, 404 or 409
    Problem.
    """
    identifier = body.national_identifier
    if person_number(identifier.country_code, identifier.reg_no) is None:
        raise invalid("nationalIdentifier.regNo", "Input should be the national number of a person")
    _check(creation_errors(context.ledger, body.customer_no, True, False, may_generate=True))
    existing = customers_by_national_number(context, identifier.country_code, identifier.reg_no)
    for customer in existing:
        if body.customer_no in (None, customer["customer_no"]):
            return customer
    number = _customer_number(context, body.customer_no)
    person = look_up(context.space, identifier.country_code, identifier.reg_no)
    values = {
        **identifier.model_dump(),
        "legal_entity": "consumer",
        "name": person.name,
        "email_address": body.email_address,
        "msisdn": body.msisdn,
        "protected_identity": True if person.protected and context.ledger.country == "SE" else None,
    }
    with context.space.transaction() as connection:
        customer = _add(connection, context, number, values)
        upsert_address(connection, customer["id"], LEGAL, _address(person, identifier.country_code))
    return customer


def update_from_register(context: LedgerContext, customer: Row) -> None:
    """Replace the legal address with the one in the population register. Raises a 400 or 404 Problem."""
    country, reg_no = customer["country_code"], customer["reg_no"]
    if reg_no is None:
        raise invalid("nationalIdentifier", "The customer has none, so the register cannot be searched")
    if person_number(country, reg_no) is None:
        raise invalid("nationalIdentifier", "The population register contains people only, no companies")
    person = look_up(context.space, country, reg_no, bool(customer["protected_identity"]))
    with context.space.transaction() as connection:
        upsert_address(connection, customer["id"], LEGAL, _address(person, country))
        if person.protected and context.ledger.country == "SE":
            set_columns(connection, customer["id"], {"protected_identity": True})


def update_customer(context: LedgerContext, customer: Row, body: CustomerUpdate) -> None:
    """Change the members that the body contains. Raises a 400 Problem."""
    values = body.model_dump(exclude_unset=True)
    if body.protected_identity and context.ledger.country != "SE":
        raise invalid("protectedIdentity", "is supported in Sweden only")
    if values.get("edi_address_info") is not None:
        values["edi_address_info"] = _edi_address(customer["edi_address_info"], values["edi_address_info"])
    with context.space.transaction() as connection:
        set_columns(connection, customer["id"], values)


def _edi_address(before: Row | None, sent: Row) -> Row:
    after = merge_edi_address(before, sent)
    if after is None:
        raise invalid("eDIAddressInfo.BuyerId", "Field required")
    return after


def _add(connection: Connection, context: LedgerContext, number: str, values: Row) -> Row:
    defaults = {
        "protected_identity": False if context.ledger.country == "SE" else None,
        "preferred_language_code": context.ledger.language,
        "legal_status": "active",
    }
    given = {name: value for name, value in values.items() if value is not None}
    customer = {**defaults, **given, "ledger": context.ledger.number, "customer_no": number, "consents": []}
    return {**customer, "id": add(connection, _ADD, customer)}


def _check(errors: Errors) -> None:
    if errors:
        raise VALIDATION.with_errors(errors)


def _customer_number(context: LedgerContext, sent: str | None) -> str:
    """The number of a new customer: `sent`, or generated. Raises a 409 Problem."""
    ledger = context.ledger
    if sent is not None:
        if customer_by_number(context, sent) is not None:
            raise CONFLICT.with_detail(f"The ledger {ledger.number} already has a customer {sent}.")
        return sent
    return free_number(context)


def free_number(context: LedgerContext) -> str:
    """An unused customer number. Raises a 409 Problem."""
    ledger = context.ledger
    length = generated_length(ledger.number_lengths)
    of_ledger = {"of_ledger": ledger.number, "of_length": length}
    number = next_number(scalar(context.space.connection, _LAST_NUMBER, **of_ledger), length)
    if number is None:
        raise CONFLICT.with_detail(
            f"The ledger {ledger.number} has no customer numbers of {length} digits left."
        )
    return number


def _address(person: Person, country: str) -> Row:
    return {
        "addressee": person.name,
        "street_address": person.street_address,
        "co_address": None,
        "city": person.city,
        "zip_code": person.zip_code,
        "country_code": country,
    }
