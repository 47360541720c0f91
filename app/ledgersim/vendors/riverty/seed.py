"""Seeds Riverty: the accounts of the personas."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated

from pydantic import Field
from sqlalchemy import insert

from ledgersim.storage.statements import Row
from ledgersim.vendors.riverty.customer_account.models import CUSTOMER_ACCOUNT
from ledgersim.vendors.riverty.customer_account.rules import (
    CLOSED,
    OPEN,
    account_number,
    months_after,
    notice_dates,
    ocr,
)
from ledgersim.vendors.riverty.customer_account.schemas import AccountStatus
from ledgersim.vendors.riverty.state import RivertyState
from ledgersim.world.days import instant
from ledgersim.world.model import Definition
from ledgersim.world.parts import Amount, Currency, DaysAgo, Guid, Part, Text
from ledgersim.world.persona_model import PersonaParty
from ledgersim.world.seeding import Mismatch, Seed, SeedContext, SeededDebt

_LANGUAGES = {"SE": "SV", "NO": "NO", "FI": "FI", "DK": "DA"}


class PersonaRiverty(Part):
    """A persona's credit account. Its balance is what the persona owes in the currency of its country."""

    guid: Guid
    customer_number: Annotated[str, Field(min_length=1, max_length=100)]
    account_limit: Amount
    status: AccountStatus = "Ok"
    opened_days_ago: DaysAgo


class Riverty(Part):
    """Riverty's section of a world: keys for `--auth strict`, and the bank accounts to pay to, by currency."""

    keys: list[Text] = []
    bank_accounts: dict[Currency, Text] = {}


def fill(context: SeedContext) -> RivertyState:
    """Store the accounts of the personas."""
    section: Riverty = context.definition.section("riverty")
    accounts = list(_accounts(context, section))
    if accounts:
        context.connection.execute(insert(CUSTOMER_ACCOUNT), accounts)
    return RivertyState(keys=section.keys, bank_accounts=section.bank_accounts)


def unique(definition: Definition) -> Iterator[Mismatch]:
    """The values that no two personas may share."""
    for number, persona in enumerate(definition.personas):
        account: PersonaRiverty | None = persona.part("riverty")
        if account is not None:
            key = f"[{number}] {persona.name}"
            yield Mismatch("personas", key, account.guid)
            yield Mismatch("personas", key, f"customer_number {account.customer_number}")


def _accounts(context: SeedContext, section: Riverty) -> Iterator[Row]:
    parts = ((persona, persona.definition.part("riverty")) for persona in context.personas)
    granted = ((persona, part) for persona, part in parts if part is not None)
    for account_id, (persona, part) in enumerate(granted, start=1):
        party = persona.definition.party
        currency = context.definition.world.countries[party.country].currency
        number = account_number(account_id)
        debts = [debt for debt in persona.debts if debt.currency == currency]
        national_number = persona.person.facts["id_number"]
        persona.entry["riverty"] = {
            "organizationPersonalNo": national_number,
            "customerNumber": part.customer_number,
            "customerAccountId": part.guid,
            "accountNumber": number,
            "ocr": ocr(number),
        }
        yield {
            "id": account_id,
            "account_number": number,
            "account_limit": part.account_limit,
            "account_status": part.status,
            "balance": sum(debt.remaining for debt in debts),
            "billed": 0,
            "bank_account": section.bank_accounts.get(currency),
            "created_at": instant(context.today - part.opened_days_ago),
            "is_stopped": False,
            "confirmed": True,
            **_notices(part, debts, context.today),
            "customer_number": part.customer_number,
            "customer_account_id": part.guid,
            "first_name": party.first,
            "last_name": party.company or party.last,
            "organization_personal_no": national_number,
            "category": "Company" if party.company else "Person",
            "currency": currency,
            "address_list": [_address(party)],
            "country_code": party.country,
            "conversation_language": _LANGUAGES[party.country],
        }


def _notices(part: PersonaRiverty, debts: list[SeededDebt], today: int) -> Row:
    """The notice dates: monthly, from a month after the oldest purchase, until the account is closed."""
    if not debts and part.status in (OPEN, CLOSED):
        return {"first_notice_date": None, "last_notice_date": None, "next_notice_date": None}
    started = min((debt.billed for debt in debts), default=today - part.opened_days_ago)
    first = months_after(date.fromordinal(started), 1)
    last, following = notice_dates(first, date.fromordinal(today))
    if part.status == CLOSED:
        collected = max((debt.collected for debt in debts if debt.collected), default=today)
        last, following = notice_dates(first, date.fromordinal(collected))[0], None
    return {"first_notice_date": first, "last_notice_date": last, "next_notice_date": following}


def _address(party: PersonaParty) -> Row:
    address = party.addresses[0]
    return {
        "street": address.street,
        "street_number": address.house_no,
        "street_number_additional": address.house_no_extension,
        "postal_code": address.zip_code,
        "postal_place": address.city,
        "country_code": party.country,
        "care_of": None,
    }


SEED = Seed(fill=fill, section=Riverty, persona=PersonaRiverty, unique=unique)
