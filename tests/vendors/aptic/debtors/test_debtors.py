"""Debtors, with their addresses, extra fields and summary."""

from typing import Any

import pytest

from tests.client import APTIC, Api

DEBTORS = f"{APTIC}/Debtors"
UNKNOWN = "5eed0000-0000-4000-8000-00000000dead"


def test_a_debtor_reads_back_as_it_was_created(api: Api) -> None:
    created = api.debtor(
        idNumber="any text",
        dateOfBirth="1990-05-06T00:00:00",
        gender=2,
        firstname="Ada",
        cellularPhone="call me",
        email="no e-mail at all",
        underAged=False,
        conversationNotificationChannel=3,
    )
    assert created["dateOfBirth"] == "1990-05-06T00:00:00Z"
    assert (created["gender"], created["underAged"], created["conversationNotificationChannel"]) == (
        2,
        False,
        3,
    )
    assert (created["idNumber"], created["email"]) == ("any text", "no e-mail at all")
    assert api.get(f"{DEBTORS}/{created['debtorGuid']}").json() == created


def test_put_always_creates_and_an_id_number_may_occur_twice(api: Api) -> None:
    first, second = api.debtor(idNumber="42"), api.debtor(idNumber="42")
    assert first["debtorGuid"] != second["debtorGuid"]
    assert first["debtorReference"] != second["debtorReference"]
    assert api.get(DEBTORS, _filter="idNumber eq '42'").json()["total"] == 2


def test_juridical_type_is_0_where_absent(api: Api) -> None:
    assert api.create(DEBTORS, {})["juridicalType"] == 0


def test_unknown_members_are_tolerated(api: Api) -> None:
    assert api.put(DEBTORS, {"fullName": "A", "shoeSize": 43, "links": [{}]}).status_code == 201


def test_creating_a_debtor_returns_its_location(api: Api) -> None:
    answer = api.put(DEBTORS, {})
    assert answer.headers["location"] == f"http://sim.test{DEBTORS}/{answer.json()['debtorGuid']}"


def test_patch_changes_what_was_sent_and_null_clears(api: Api) -> None:
    debtor = api.debtor(firstname="Ada", lastname="Ek", email="e", workPhone="1", gender=1)
    path = f"{DEBTORS}/{debtor['debtorGuid']}"
    answer = api.patch(path, {"email": None, "workPhone": "2"})
    assert (answer.status_code, answer.content) == (204, b"")
    assert "content-type" not in answer.headers
    assert api.get(path).json() == {**debtor, "email": None, "workPhone": "2"}
    assert api.patch(path, {}).status_code == 204
    assert api.get(path).json() == {**debtor, "email": None, "workPhone": "2"}


@pytest.mark.parametrize(
    ("sent", "changed", "full_name"),
    [
        ({"firstname": "Ada", "lastname": "Ek"}, {}, "Ada Ek"),
        ({"firstname": "Ada", "lastname": "Ek", "fullName": "Dr Ada"}, {}, "Dr Ada"),
        ({"firstname": "Ada", "lastname": "Ek"}, {"lastname": "Alm"}, "Ada Alm"),
        ({"firstname": "Ada", "lastname": "Ek"}, {"lastname": "Alm", "fullName": "X"}, "X"),
        ({"firstname": "Ada", "middlename": "B", "lastname": "Ek", "nameSuffix": "Jr"}, {}, "Ada B Ek Jr"),
        ({"fullName": "Ek AB"}, {"email": "e"}, "Ek AB"),
    ],
)
def test_the_full_name_is_as_sent_or_made_of_its_parts(
    api: Api, sent: dict[str, str], changed: dict[str, str], full_name: str
) -> None:
    guid = api.create(DEBTORS, sent)["debtorGuid"]
    api.patch(f"{DEBTORS}/{guid}", changed)
    assert api.get(f"{DEBTORS}/{guid}/Summary").json()["fullName"] == full_name


def test_a_main_address_becomes_the_legal_default_address(api: Api) -> None:
    api.freeze("2027-01-01T00:00:00Z")
    debtor = api.debtor(
        street="Storgatan", houseNo="1", houseNoExtension="A", zipCode="111 22", city="Umeå", countryCode="SE"
    )
    found = api.get(f"{DEBTORS}/{debtor['debtorGuid']}/Addresses").json()
    assert (found["count"], found["total"]) == (1, 1)
    address = found["value"][0]
    assert {name: value for name, value in address.items() if value is not None and name != "addressGuid"} == {
        "addressType": "LEGAL",
        "street": "Storgatan",
        "houseNo": "1",
        "houseNoExtension": "A",
        "city": "Umeå",
        "zipCode": "111 22",
        "countryCode": "SE",
        "fullAddress": "Storgatan 1 A, 111 22 Umeå, SE",
        "defaultAddress": True,
        "validatedAt": "2027-01-01T00:00:00Z",
        "validOverride": False,
        "lastUpdatedAt": "2027-01-01T00:00:00Z",
    }
    listed = api.get(DEBTORS, _filter=f"debtorGuid eq {debtor['debtorGuid']}").json()["value"][0]
    assert (listed["street"], listed["city"], listed["zipCode"]) == ("Storgatan", "Umeå", "111 22")


def test_addresses_are_added_changed_and_removed_with_one_default(api: Api) -> None:
    path = f"{DEBTORS}/{api.debtor()['debtorGuid']}/Addresses"
    first = api.create(path, {"street": "A"})
    second = api.create(path, {"street": "B", "addressType": "WORK"})
    third = api.create(path, {"street": "C", "defaultAddress": True})

    def defaults() -> list[str]:
        return [one["street"] for one in api.get(path).json()["value"] if one["defaultAddress"]]

    assert (first["defaultAddress"], second["defaultAddress"], third["defaultAddress"]) == (True, False, True)
    assert defaults() == ["C"]
    assert (
        api.patch(f"{path}/{second['addressGuid'].upper()}", {"defaultAddress": True, "city": "X"}).status_code
        == 204
    )
    assert defaults() == ["B"]
    assert api.get(f"{path}/{second['addressGuid']}").json()["fullAddress"] == "B, X"
    assert api.delete(f"{path}/{second['addressGuid']}").status_code == 204
    assert defaults() == ["A"]
    assert api.delete(f"{path}/{second['addressGuid']}").status_code == 404


def test_an_address_belongs_to_its_debtor(api: Api) -> None:
    mine = f"{DEBTORS}/{api.debtor(street='A')['debtorGuid']}/Addresses"
    other = f"{DEBTORS}/{api.debtor()['debtorGuid']}/Addresses"
    guid = api.get(mine).json()["value"][0]["addressGuid"]
    for method in ("GET", "DELETE"):
        assert api.send(method, f"{other}/{guid}").status_code == 404
    assert api.patch(f"{other}/{guid}", {}).status_code == 404
    assert api.get(f"{mine}/{guid}").status_code == 200


def test_extra_fields_are_set_read_changed_and_removed(api: Api) -> None:
    path = f"{DEBTORS}/{api.debtor()['debtorGuid']}/Extrafields"
    assert api.create(path, {"name": "Färg / no 1", "value": ["blå", "röd"]}) == {
        "name": "Färg / no 1",
        "value": ["blå", "röd"],
    }
    one = f"{path}/F%C3%A4rg%20%2F%20no%201"
    assert api.get(one).json() == {"name": "Färg / no 1", "value": ["blå", "röd"]}
    assert api.patch(one, {"value": ["grön"]}).status_code == 204
    assert api.patch(one, {"name": "Färg / no 1"}).status_code == 204
    assert api.get(path).json() == {
        "count": 1,
        "skip": 0,
        "total": 1,
        "value": [{"name": "Färg / no 1", "value": ["grön"]}],
    }
    renamed = api.patch(one, {"name": "other"})
    assert (renamed.status_code, list(renamed.json()["errors"])) == (400, ["name"])
    assert api.patch(one, {"value": None}).status_code == 204
    assert api.get(one).json()["value"] == []
    assert api.delete(one).status_code == 204
    assert api.get(one).status_code == 404


def test_names_of_extra_fields_keep_their_case_and_setting_one_again_replaces_it(api: Api) -> None:
    path = f"{DEBTORS}/{api.debtor()['debtorGuid']}/Extrafields"
    for name, value in [("a", "1"), ("A", "2"), ("a", "3")]:
        api.create(path, {"name": name, "value": [value]})
    assert [(one["name"], one["value"]) for one in api.get(path).json()["value"]] == [
        ("a", ["3"]),
        ("A", ["2"]),
    ]
    assert api.get(path, _filter="name eq 'A'").json()["total"] == 1


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"juridicalType": 2, "gender": "1", "underAged": "yes", "dateOfBirth": "31/12/1999"},
         ["juridicalType", "gender", "dateOfBirth", "underAged"]),
        ({"juridicalType": None}, ["juridicalType"]),
        ({"fullName": 5, "email": ["a"], "city": {}}, ["fullName", "city", "email"]),
        ({"conversationNotificationChannel": 4}, ["conversationNotificationChannel"]),
        ([], ["body"]),
        ("text", ["body"]),
        (None, ["body"]),
    ],
)  # fmt: skip
def test_bad_bodies_are_a_400_naming_all_fields_at_once(api: Api, body: Any, errors: list[str]) -> None:
    answer = api.put(DEBTORS, body)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert list(answer.json()) == ["type", "title", "status", "detail", "instance", "errors", "traceId"]
    assert sorted(answer.json()["errors"]) == sorted(errors)


@pytest.mark.parametrize(
    "guid", [UNKNOWN, "1", "5eed0000-0000-4000-8000-00000000DEA", "%00", "%F0%9F", "{guid}", "a" * 5000]
)
def test_an_unknown_or_malformed_guid_is_a_404_problem(api: Api, guid: str) -> None:
    for method, path in [
        ("GET", ""), ("PATCH", ""), ("GET", "/Summary"), ("GET", "/Cases"), ("GET", f"/Cases/{UNKNOWN}"),
        ("GET", "/Addresses"), ("PUT", "/Addresses"), ("GET", "/Paymentplans"), ("DELETE", f"/Paymentplans/{UNKNOWN}"),
        ("GET", "/Extrafields"), ("GET", "/Extrafields/x"),
    ]:  # fmt: skip
        answer = api.send(method, f"{DEBTORS}/{guid}{path}", json={} if method in ("PATCH", "PUT") else None)
        assert answer.status_code == 404, (method, path)
        assert answer.json()["detail"].startswith("Unknown debtor ")


def test_the_summary_adds_up_over_cases_and_counts_them(api: Api) -> None:
    debtor = api.debtor(currencyCode="SEK", idNumber="7")
    who = [{"debtorGuid": debtor["debtorGuid"]}]
    api.case(
        debtors=who,
        debts=[{"remainingPrincipal": 100, "remainingInterest": 5}],
        fees=[{"remainingPrincipal": 60}],
    )
    api.case(debtors=who, debts=[{"remainingPrincipal": 50.5}])
    summary = api.get(f"{DEBTORS}/{debtor['debtorGuid']}/Summary").json()
    assert {name: summary[name] for name in summary if name.startswith("remain")} == {
        "remainingPrincipal": 150.5,
        "remainingInterest": 5,
        "remaininFee": 60,
        "remainingSum": 215.5,
    }
    assert (summary["activeCases"], summary["closedCases"]) == (2, 0)
    assert [case["remainingSum"] for case in summary["cases"]] == [165, 50.5]
    assert summary["idNumber"] == "7"


def test_a_summary_over_currencies_is_in_the_debtors_by_the_debts_exchange_rates(api: Api) -> None:
    debtor = api.debtor(currencyCode="SEK")
    who = [{"debtorGuid": debtor["debtorGuid"]}]
    api.case(debtors=who, debts=[{"remainingPrincipal": 100}])
    api.case(debtors=who, currencyCode="NOK", debts=[{"remainingPrincipal": 200.01, "exchRate": 0.985}])
    api.case(
        debtors=who,
        currencyCode="EUR",
        debts=[{"remainingPrincipal": 10, "remainingInterest": 0.5, "exchRate": 11.2345}],
    )
    summary = api.get(f"{DEBTORS}/{debtor['debtorGuid']}/Summary").json()
    assert summary["remainingPrincipal"] == round(100 + 197.01 + 112.35, 2)  # 197.00985, 112.345: half up
    assert summary["remainingInterest"] == 5.62  # 5.61725
    assert [(case["currencyCode"], case["remainingSum"]) for case in summary["cases"]] == [
        ("SEK", 100),
        ("NOK", 200.01),
        ("EUR", 10.5),
    ]


def test_the_cases_of_a_debtor_are_its_own(api: Api) -> None:
    debtor, other = api.debtor(), api.debtor()
    mine = api.case(debtors=[{"debtorGuid": debtor["debtorGuid"]}], debts=[{"remainingPrincipal": 5}])
    guid = mine.rsplit("/", 1)[1]
    path = f"{DEBTORS}/{debtor['debtorGuid']}/Cases"
    listed = api.get(path, _filter="remainingSum eq 5").json()
    assert [case["caseGuid"] for case in listed["value"]] == [guid]
    assert api.get(f"{path}/{guid.upper()}").json() == api.get(mine).json()
    assert api.get(f"{DEBTORS}/{other['debtorGuid']}/Cases").json()["total"] == 0
    assert api.get(f"{DEBTORS}/{other['debtorGuid']}/Cases/{guid}").status_code == 404


def test_the_list_shows_the_default_address_only_while_it_is_valid(api: Api) -> None:
    api.freeze("2027-06-15T12:00:00Z")
    debtor = api.debtor()["debtorGuid"]
    dates = {"validFrom": "2027-06-15", "validTo": "2027-06-20"}
    api.create(f"{DEBTORS}/{debtor}/Addresses", {"street": "Now", "zipCode": "1", "city": "X", **dates})

    def street() -> Any:
        return api.get(DEBTORS, _filter=f"debtorGuid eq {debtor}").json()["value"][0]["street"]

    assert street() == "Now"
    api.freeze("2027-06-20T23:00:00Z")
    assert street() == "Now"
    api.freeze("2027-06-21T00:00:00Z")
    assert street() is None
    assert api.get(DEBTORS, _filter=f"debtorGuid eq {debtor} and street eq 'Now'").json()["total"] == 0


def test_a_complete_address_is_validated_when_it_is_stored(api: Api) -> None:
    api.freeze("2027-06-15T12:00:00Z")
    path = f"{DEBTORS}/{api.debtor()['debtorGuid']}/Addresses"
    address = api.create(path, {"street": "S"})
    assert address["validatedAt"] is None
    api.freeze("2027-06-16T00:00:00Z")
    api.patch(f"{path}/{address['addressGuid']}", {"zipCode": "1", "city": "X"})
    changed = api.get(f"{path}/{address['addressGuid']}").json()
    assert (changed["validatedAt"], changed["lastUpdatedAt"]) == (
        "2027-06-16T00:00:00Z",
        "2027-06-16T00:00:00Z",
    )


def test_a_full_name_that_was_sent_stays_and_a_composed_one_follows_its_parts(api: Api) -> None:
    made = api.create(DEBTORS, {"firstname": "Ada", "lastname": "Ek"})["debtorGuid"]
    sent = api.create(DEBTORS, {"firstname": "Ada", "lastname": "Ek", "fullName": "Dr Ada Ek"})["debtorGuid"]

    def name(guid: str) -> Any:
        return api.get(f"{DEBTORS}/{guid}/Summary").json()["fullName"]

    for guid in (made, sent):
        api.patch(f"{DEBTORS}/{guid}", {"lastname": "Alm"})
    assert (name(made), name(sent)) == ("Ada Alm", "Dr Ada Ek")
    api.patch(f"{DEBTORS}/{sent}", {"fullName": None})
    api.patch(f"{DEBTORS}/{made}", {"firstname": None, "lastname": None})
    assert (name(made), name(sent)) == (None, "Ada Alm")


def test_fees_of_foreign_cases_count_by_the_exchange_rate_of_their_debts(api: Api) -> None:
    debtor = api.debtor(currencyCode="SEK")["debtorGuid"]
    api.case(
        currencyCode="NOK",
        debtors=[{"debtorGuid": debtor}],
        debts=[{"remainingPrincipal": 100, "exchRate": 0.95}],
        fees=[{"originalPrincipal": 20}],
    )
    summary = api.get(f"{DEBTORS}/{debtor}/Summary").json()
    assert (summary["remainingPrincipal"], summary["remaininFee"], summary["remainingSum"]) == (95, 19, 114)


def test_the_bank_account_of_a_summary_is_that_of_the_client(api: Api) -> None:
    guid = api.debtor(currencyCode="SEK")["debtorGuid"]
    summary = f"{APTIC}/Debtors/{guid}/Summary"
    assert api.get(summary).json()["bankAccountNo"] is None
    own = api.create(f"{APTIC}/Clients", {"fullName": "Own", "referenceCode": "OWN"})
    first = api.case(debtors=[{"debtorGuid": guid}], clientReferenceNumber="BJORKVIK")
    second = api.case(debtors=[{"debtorGuid": guid}], clientGuid=own["uniqueId"])
    third = api.case(debtors=[{"debtorGuid": guid}], clientReferenceNumber="JARVILAINA", currencyCode="EUR")
    assert api.get(summary).json()["bankAccountNo"] == "599-0015"
    shown = [api.get(f"{case}/Debtors").json()[0]["bankAccountNo"] for case in (first, second, third)]
    assert shown == ["599-0015", "599-0007", "FI9612345600000793"]  # the second is that of the world
    api.post(f"{first}/Close", {})
    assert api.get(summary).json()["bankAccountNo"] == "599-0007"
