"""Fills a space with what Riverty has: the accounts of the personas."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import Connection, insert

from ledgersim.vendors.riverty.auth import KEYS
from ledgersim.vendors.riverty.customer_account.commands import BANK_ACCOUNTS, Row
from ledgersim.vendors.riverty.customer_account.models import CUSTOMER_ACCOUNT
from ledgersim.vendors.riverty.customer_account.rules import account_number, ocr
from ledgersim.world.days import instant
from ledgersim.world.model import Definition
from ledgersim.world.persona_model import PersonaParty

_LANGUAGES = {"SE": "SV", "NO": "NO", "FI": "FI", "DK": "DA"}


def fill(
    connection: Connection, definition: Definition, personas: list[dict[str, Any]], as_of: date
) -> dict[str, Any]:
    """Store the accounts and tell of them in the facts of the personas; what else the world says, by fact."""
    accounts = list(_accounts(definition, personas, as_of.toordinal()))
    if accounts:
        connection.execute(insert(CUSTOMER_ACCOUNT), accounts)
    riverty = definition.world.riverty
    return {KEYS: riverty.keys, BANK_ACCOUNTS: riverty.bank_accounts}


def _accounts(definition: Definition, personas: list[dict[str, Any]], today: int) -> Iterator[Row]:
    known = zip(definition.personas, personas, strict=True)
    opened = ((persona, fact) for persona, fact in known if persona.riverty is not None)
    for account_id, (persona, fact) in enumerate(opened, start=1):
        credit, party = persona.riverty, persona.party
        assert credit is not None, "filtered above"
        currency = definition.world.countries[party.country].currency
        number = account_number(account_id)
        national_number = fact["aptic"]["idNumber"]
        fact["riverty"] = {
            "organizationPersonalNo": national_number,
            "customerNumber": credit.customer_number,
            "customerAccountId": credit.guid,
            "accountNumber": number,
            "ocr": ocr(number),
        }
        yield {
            "id": account_id,
            "account_number": number,
            "account_limit": credit.account_limit,
            "account_status": credit.status,
            "balance": credit.balance,
            "bank_account": definition.world.riverty.bank_accounts.get(currency),
            "created_at": instant(today - credit.opened_days_ago),
            "is_stopped": False,
            "confirmed": True,
            "first_notice_date": None,
            "customer_number": credit.customer_number,
            "customer_account_id": credit.guid,
            "first_name": party.first,
            "last_name": party.company or party.last,
            "organization_personal_no": national_number,
            "category": "Company" if party.company else "Person",
            "currency": currency,
            "address_list": [_address(party)],
            "country_code": party.country,
            "conversation_language": _LANGUAGES[party.country],
        }


def _address(party: PersonaParty) -> Row:
    legal = party.addresses[0]
    return {
        "street": legal.street,
        "street_number": legal.house_no,
        "street_number_additional": legal.house_no_extension,
        "postal_code": legal.zip_code,
        "postal_place": legal.city,
        "country_code": party.country,
        "care_of": None,
    }
