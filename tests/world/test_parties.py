"""People and companies are consistent in themselves and fit their country."""

import re
from collections import Counter
from datetime import UTC, date, datetime

import pytest
from stdnum import ean, iban, luhn
from stdnum.dk import cpr, cvr
from stdnum.fi import alv, hetu, ytunnus
from stdnum.no import fodselsnummer, kontonr, mva
from stdnum.no import orgnr as no_orgnr
from stdnum.se import orgnr as se_orgnr
from stdnum.se import personnummer
from stdnum.se import vat as se_vat

from ledgersim.errors import StartupError
from ledgersim.vendors.aptic.addresses.rules import full_address
from ledgersim.world.model import Definition
from ledgersim.world.people import Register
from tests.worlds import AS_OF, Row, Tables

COUNTRIES = {
    "SE": ("SEK", "sv", "sv-SE", "+46", r"\d{3} \d{2}"),
    "NO": ("NOK", "nb", "nb-NO", "+47", r"\d{4}"),
    "FI": ("EUR", "fi", "fi-FI", "+358", r"\d{5}"),
    "DK": ("DKK", "da", "da-DK", "+45", r"\d{4}"),
}
VAT = {"SE": se_vat, "NO": mva, "FI": alv, "DK": cvr}


def parties(world: Tables) -> list[Row]:
    """All debtors and customers, each with its addresses and the country of the default one."""
    found = []
    for owner in ("debtor", "customer"):
        addresses: dict[int, list[Row]] = {}
        for address in world["address"]:
            if address["owner"] == owner:
                addresses.setdefault(address["owner_id"], []).append(address)
        for party in world[owner]:
            own = addresses[party["id"]]
            found.append({**party, "owner": owner, "addresses": own, "country": own[0]["country_code"]})
    return found


def born(country: str, number: str) -> datetime:
    """The birth date in a person's number."""
    if country == "SE":
        day = personnummer.get_birth_date(number)
    elif country == "NO":
        day = fodselsnummer.get_birth_date(number)
    elif country == "DK":
        day = cpr.get_birth_date(number)
    else:
        century = 2000 if number[6] == "A" else 1900
        return datetime(century + int(number[4:6]), int(number[2:4]), int(number[:2]), tzinfo=UTC)
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def is_man(country: str, number: str) -> bool:
    """Whether a person's number is that of a man."""
    digit = {"SE": -2, "NO": 8, "FI": 9, "DK": -1}[country]
    return int(number[digit]) % 2 == 1


def test_national_numbers_pass_the_checks_of_their_country(world: Tables) -> None:
    for party in parties(world):
        number, country = party["id_number"], party["country"]
        if party["juridical_type"]:
            check = {"SE": se_orgnr, "NO": no_orgnr, "FI": ytunnus, "DK": cvr}[country]
            assert check.is_valid(number), number
        elif country == "FI":
            assert hetu.is_valid(number, allow_temporary=True), number
        else:
            assert {"SE": personnummer, "NO": fodselsnummer, "DK": cpr}[country].is_valid(number), number
        if country == "DK" and not party["juridical_type"]:
            assert cpr.checksum(number.replace("-", "")) == 0


def test_persons_have_numbers_that_are_reserved_for_tests(world: Tables) -> None:
    for party in parties(world):
        number = party["id_number"]
        if not party["juridical_type"]:
            if party["country"] == "SE":
                assert 980 <= int(number[9:12]) <= 999
            elif party["country"] == "NO":
                assert 41 <= int(number[2:4]) <= 52
            elif party["country"] == "FI":
                assert 900 <= int(number[7:10]) <= 999


def test_date_of_birth_and_gender_agree_with_the_national_number(world: Tables) -> None:
    for party in parties(world):
        if party["juridical_type"]:
            assert (party["date_of_birth"], party["gender"]) == (None, 0)
        else:
            assert party["date_of_birth"] == born(party["country"], party["id_number"])
            assert (party["gender"] == 1) == is_man(party["country"], party["id_number"])


def test_currency_language_culture_phones_and_postcodes_fit_the_country(
    world: Tables, definition: Definition
) -> None:
    cities = {(place.zip_code, place.city) for places in definition.places.values() for place in places}
    for party in parties(world):
        currency, language, culture, prefix, postcode = COUNTRIES[party["country"]]
        assert party["currency_code"] == currency
        assert (party["language_code"], party["culture_code"]) == (language, culture)
        for phone in (party["cellular_phone"], party["home_phone"], party["work_phone"]):
            assert phone is None or re.fullmatch(re.escape(prefix) + r"\d{7,10}", phone)
        for address in party["addresses"]:
            assert re.fullmatch(postcode, address["zip_code"])
            assert (address["zip_code"], address["city"]) in cities
            assert address["country_code"] == party["country"]


def test_swedish_phone_numbers_are_reserved_for_fiction(world: Tables) -> None:
    for party in parties(world):
        if party["country"] == "SE" and party["cellular_phone"]:
            assert "+46701740605" <= party["cellular_phone"] <= "+46701740699"


def test_email_domains_are_reserved(world: Tables) -> None:
    for party in parties(world):
        if party["email"]:
            assert re.fullmatch(r"[a-z0-9.'-]+@example\.(com|net|org)", party["email"]), party["email"]


def test_exactly_one_address_is_the_default_and_it_is_the_legal_one(world: Tables) -> None:
    several = 0
    for party in parties(world):
        defaults = [address["address_type"] for address in party["addresses"] if address["default_address"]]
        assert defaults == ["LEGAL"]
        assert [address["address_type"] for address in party["addresses"]].count("LEGAL") == 1
        several += len(party["addresses"]) > 1
    assert several >= 10


def test_full_address_is_made_of_the_parts(world: Tables) -> None:
    for address in world["address"]:
        assert address["full_address"] == full_address(address)


def test_companies_have_the_members_of_companies(world: Tables) -> None:
    companies = [party for party in parties(world) if party["juridical_type"]]
    assert 40 <= len(companies) <= 80
    for company in companies:
        assert company["juridical_type"] == 1
        assert VAT[company["country"]].is_valid(company["vat_number"])
        assert company["full_name"].endswith(f" {company['company_type']}")
        assert (company["firstname"], company["lastname"], company["under_aged"]) == (None, None, None)
        assert company.get("gln_number") is None or ean.is_valid(company["gln_number"])


def test_the_name_of_a_person_is_made_of_its_parts(world: Tables) -> None:
    for party in parties(world):
        if not party["juridical_type"]:
            parts = [party[name] for name in ("firstname", "middlename", "lastname", "name_suffix")]
            assert party["full_name"] == " ".join(part for part in parts if part)


@pytest.mark.parametrize("owner", ["debtor", "customer"])
def test_references_and_national_numbers_are_unique(world: Tables, owner: str) -> None:
    for column in ("id_number", f"{owner}_reference", f"{owner}_guid"):
        values = [party[column] for party in world[owner]]
        assert len(set(values)) == len(values)


def test_debtors_and_customers_share_no_number_but_that_of_a_persona(world: Tables) -> None:
    debtors = {debtor["id_number"] for debtor in world["debtor"]}
    assert debtors & {customer["id_number"] for customer in world["customer"]} == {"19850314-9984"}


def test_debtor_reference_follows_from_the_id(world: Tables) -> None:
    for debtor in world["debtor"]:
        assert debtor["debtor_reference"] == str(100_000 + debtor["id"])


def test_notifications_go_where_the_debtor_can_be_reached(world: Tables) -> None:
    for debtor in world["debtor"]:
        channel = debtor["conversation_notification_channel"]
        assert debtor["conversation_notification_email"] == (debtor["email"] if channel & 1 else None)
        assert debtor["conversation_notification_cellular_phone"] == (
            debtor["cellular_phone"] if channel & 2 else None
        )
        assert not channel & 1 or debtor["email"]
        assert not channel & 2 or debtor["cellular_phone"]


def test_debtors_pay_to_valid_accounts_of_their_creditors(world: Tables, definition: Definition) -> None:
    section = definition.section("aptic")
    accounts = [(one["country_code_of_operation"], one["bank_account_no"]) for one in world["client"]]
    accounts += zip(("SE", "NO", "FI"), section.bank_accounts.values(), strict=False)
    valid = {
        "SE": lambda number: luhn.is_valid(number.replace("-", "")),
        "NO": kontonr.is_valid,
        "FI": iban.is_valid,
    }
    assert [one for one in accounts if one[1] and one[0] in valid and not valid[one[0]](one[1])] == []
    assert sorted({country for country, number in accounts if number}) == ["DK", "FI", "NO", "SE"]


def test_customers_belong_to_a_client_of_their_country(world: Tables) -> None:
    countries = {client["id"]: client["country_code_of_operation"] for client in world["client"]}
    for party in parties(world):
        if party["owner"] == "customer":
            assert countries[party["client_id"]] == party["country"]


def test_parents_of_customers_are_companies_of_the_same_country(world: Tables) -> None:
    customers = {party["id"]: party for party in parties(world) if party["owner"] == "customer"}
    children = [customer for customer in customers.values() if customer["parent_customer_id"]]
    assert children
    for child in children:
        parent = customers[child["parent_customer_id"]]
        assert (parent["juridical_type"], parent["country"]) == (1, child["country"])
        assert parent["id"] != child["id"]


def test_clients_have_valid_numbers(world: Tables) -> None:
    checks = {"SE": se_orgnr, "NO": no_orgnr, "FI": ytunnus, "DK": cvr}
    for client in world["client"]:
        assert checks[client["country_code_of_operation"]].is_valid(client["id_number"])


def test_some_extra_fields_of_each_kind_have_values_of_the_definition(
    world: Tables, definition: Definition
) -> None:
    allowed = definition.section("aptic").extra_fields.model_dump()
    guids = {row["id"]: row["debtor_guid"] for row in world["debtor"]}
    assert {field["owner"] for field in world["extra_field"]} == {"debtor", "customer", "case"}
    for field in world["extra_field"]:
        if not (field["owner"] == "debtor" and guids[field["owner_id"]].startswith("5eed")):
            assert set(field["value"]) <= set(allowed[field["owner"]][field["name"]])


def test_a_day_has_ten_numbers_for_swedish_men_and_then_ten_coordination_numbers(
    definition: Definition,
) -> None:
    register = Register(definition, "SE", 1, AS_OF)
    day = date(1990, 5, 1)
    numbers = {register.person_number([day.toordinal()], 1)[1] for _ in range(20)}
    assert Counter(number[:9] for number in numbers) == {"19900501-": 10, "19900561-": 10}
    assert all(luhn.is_valid(number[2:].replace("-", "")) for number in numbers)
    with pytest.raises(StartupError, match="SE has too few national numbers for so many people"):
        register.person_number([day.toordinal()], 1)
