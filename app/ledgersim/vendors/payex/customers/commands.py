"""Creating and changing customers."""

from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from ledgersim.problems import CONFLICT, VALIDATION, invalid
from ledgersim.storage.database import add
from ledgersim.vendors.payex.addresses.models import BILLING, LEGAL
from ledgersim.vendors.payex.addresses.queries import keep
from ledgersim.vendors.payex.context import LedgerContext
from ledgersim.vendors.payex.customers.models import CUSTOMER
from ledgersim.vendors.payex.customers.queries import with_number
from ledgersim.vendors.payex.customers.rules import person_number
from ledgersim.vendors.payex.customers.schemas import CustomerCreate, CustomerUpdate, GenerateCustomer
from ledgersim.vendors.payex.register.queries import look_up
from ledgersim.vendors.payex.register.rules import Person

Row = dict[str, Any]

FIRST_NUMBER = 1_000_001  # of those that the ledger generates

_C = CUSTOMER.c
_ADD = insert(CUSTOMER)
_CHANGE = update(CUSTOMER).where(_C.id == bindparam("row_id"))
_LAST_NUMBER = select(func.max(_C.customer_no)).where(
    _C.ledger == bindparam("of_ledger"), func.length(_C.customer_no) == len(str(FIRST_NUMBER))
)


def change(connection: Connection, customer_id: int, values: Row) -> None:
    """Set columns of a customer."""
    if values:
        connection.execute(
            _CHANGE.values({name: bindparam(name) for name in values}), {"row_id": customer_id, **values}
        )


def create(context: LedgerContext, body: CustomerCreate) -> Row:
    """Store a new customer. Raises a 400 or 409 Problem."""
    identifier = body.national_identifier
    if context.ledger.generates_numbers and identifier is None:
        raise invalid("nationalIdentifier", "Field required: this ledger gives the customer numbers itself")
    _check_protected(context, body.protected_identity)
    own = body.model_dump(
        exclude={"customer_no", "national_identifier", "legal_address", "billing_address", "edi_address_info"}
    )
    if body.edi_address_info is not None:
        own["edi_address_info"] = merged_edi(None, body.edi_address_info.model_dump(exclude_none=True))
    own |= {} if identifier is None else identifier.model_dump()
    number = _number(context, body.customer_no, may_choose=False)
    with context.space.transaction() as connection:
        customer = _add(connection, context, number, own)
        keep(connection, customer["id"], LEGAL, body.legal_address.model_dump())
        if body.billing_address is not None:
            keep(connection, customer["id"], BILLING, body.billing_address.model_dump())
    return customer


def generate(context: LedgerContext, body: GenerateCustomer) -> Row:
    """Store a consumer as the population register knows it. Raises a 400, 404 or 409 Problem."""
    identifier = body.national_identifier
    if person_number(identifier.country_code, identifier.reg_no) is None:
        raise invalid("nationalIdentifier", "Input should be the national number of a person")
    number = _number(context, body.customer_no, may_choose=True)
    person = look_up(context.space, identifier.country_code, identifier.reg_no)
    own = {
        **identifier.model_dump(),
        "legal_entity": "consumer",
        "name": person.name,
        "email_address": body.email_address,
        "msisdn": body.msisdn,
        "protected_identity": True if person.protected and context.ledger.country == "SE" else None,
    }
    with context.space.transaction() as connection:
        customer = _add(connection, context, number, own)
        keep(connection, customer["id"], LEGAL, _address(person, identifier.country_code))
    return customer


def update_from_register(context: LedgerContext, customer: Row) -> None:
    """Put the register's address in place of the legal address. Raises a 400 or 404 Problem."""
    country, reg_no = customer["country_code"], customer["reg_no"]
    if reg_no is None:
        raise invalid("nationalIdentifier", "The customer has none, so the register cannot be asked")
    if person_number(country, reg_no) is None:
        raise invalid("nationalIdentifier", "The population register has people only, no companies")
    person = look_up(context.space, country, reg_no, bool(customer["protected_identity"]))
    with context.space.transaction() as connection:
        keep(connection, customer["id"], LEGAL, _address(person, country))
        if person.protected and context.ledger.country == "SE":
            change(connection, customer["id"], {"protected_identity": True})


def update_customer(context: LedgerContext, customer: Row, body: CustomerUpdate) -> None:
    """Change what the body names. Raises a 400 Problem."""
    values = body.model_dump(exclude_unset=True)
    _check_protected(context, body.protected_identity)
    if values.get("edi_address_info") is not None:
        values["edi_address_info"] = merged_edi(customer["edi_address_info"], values["edi_address_info"])
    with context.space.transaction() as connection:
        change(connection, customer["id"], values)


def merged_edi(before: Row | None, sent: Row) -> Row:
    """The EDI address after a change: absent is unchanged, null removed. Raises a 400 without BuyerId."""
    after = {name: value for name, value in ((before or {}) | sent).items() if value is not None}
    if "buyer_id" not in after:
        raise invalid("eDIAddressInfo.BuyerId", "Field required")
    return after


def _add(connection: Connection, context: LedgerContext, number: str, own: Row) -> Row:
    sweden = context.ledger.country == "SE"
    defaults = {
        "protected_identity": False if sweden else None,
        "preferred_language_code": context.ledger.language,
        "legal_status": "active",
    }
    given = {name: value for name, value in own.items() if value is not None}
    customer = {**defaults, **given, "ledger": context.ledger.number, "customer_no": number, "consents": []}
    return {**customer, "id": add(connection, _ADD, customer)}


def _number(context: LedgerContext, sent: str | None, may_choose: bool) -> str:
    """The number of a new customer. Raises a 400 or 409 Problem."""
    ledger = context.ledger
    if ledger.generates_numbers and sent is not None:
        raise invalid("customerNo", "must be absent: this ledger gives the customer numbers itself")
    if sent is None and (ledger.generates_numbers or may_choose):
        return _next_number(context)
    if sent is None:
        raise invalid("customerNo", "Field required")
    least, most = ledger.number_lengths
    errors = []
    if not (sent.isascii() and sent.isdigit() and least <= len(sent) <= most):
        digits = f"{least}" if least == most else f"{least} to {most}"
        errors.append(f"Input should be {digits} digits")
    elif not ledger.leading_zero and sent.startswith("0"):
        errors.append("Input should not begin with 0, for AutoGiro")
    if errors:
        raise VALIDATION.with_errors({"customerNo": errors})
    if with_number(context, sent) is not None:
        raise CONFLICT.with_detail(f"The ledger {ledger.number} has a customer {sent} already.")
    return sent


def _next_number(context: LedgerContext) -> str:
    last = context.space.connection.execute(_LAST_NUMBER, {"of_ledger": context.ledger.number}).scalar()
    number = FIRST_NUMBER if last is None else max(int(last) + 1, FIRST_NUMBER)
    if number >= 10 ** len(str(FIRST_NUMBER)):
        raise CONFLICT.with_detail("There is no customer number left.")
    return str(number)


def _check_protected(context: LedgerContext, protected: bool | None) -> None:
    if protected and context.ledger.country != "SE":
        raise invalid("protectedIdentity", "is supported in Sweden only")


def _address(person: Person, country: str) -> Row:
    return {
        "addressee": person.name,
        "street_address": person.street_address,
        "co_address": None,
        "city": person.city,
        "zip_code": person.zip_code,
        "country_code": country,
    }
