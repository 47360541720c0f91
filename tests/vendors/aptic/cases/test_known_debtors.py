"""Debtors of an import who exist already."""

from typing import Any

import pytest

from tests.client import APTIC, Api
from tests.conftest import Serve

CASES = f"{APTIC}/Cases"


def import_debtors(api: Api, *debtors: dict[str, Any]) -> str | None:
    """Import a case with these debtors. Returns the diagnostics in the header of the response."""
    answer = api.put(CASES, [{"debtors": list(debtors)}])
    assert answer.status_code == 201, answer.text
    diagnostics: str | None = answer.headers.get("sim-diagnostics")
    return diagnostics


def message(api: Api) -> str:
    """The message of the one diagnostic of the last request."""
    *_, last = api.get("/_sim/requests").json()["requests"]
    (one,) = last["diagnostics"]
    return str(one["message"])


def stored(api: Api, guid: str) -> dict[str, Any]:
    """The row of a debtor."""
    (found,) = [row for row in api.get("/_sim/export").json()["tables"]["debtor"] if row["debtor_guid"] == guid]
    return dict(found)


def test_members_that_are_present_update_the_debtor_and_a_diagnostic_names_them(api: Api) -> None:
    debtor = api.debtor(idNumber="42", firstname="Ada", lastname="Ek", fullName=None, juridicalType=1)
    path = f"{APTIC}/Debtors/{debtor['debtorGuid']}"
    sent = {"idNumber": "42", "lastname": "Berg", "languageCode": "sv", "firstname": None, "protected": True}
    assert import_debtors(api, sent) == "known-debtor [0].debtors[0]"
    assert message(api) == (
        f"The debtor {debtor['debtorGuid']} exists already: updated protected, lastname, languageCode."
    )
    assert api.get(path).json() == {**debtor, "lastname": "Berg", "languageCode": "sv"}
    assert stored(api, debtor["debtorGuid"])["full_name"] == "Ada Berg"
    assert import_debtors(api, sent) is None  # nothing differs any more


def test_a_known_guid_may_get_another_id_number_and_name(api: Api) -> None:
    guid = api.debtor(idNumber="42", fullName="Ek AB")["debtorGuid"]
    import_debtors(api, {"debtorGuid": guid.upper(), "idNumber": "43", "companyname": "Berg AB"})
    assert message(api) == f"The debtor {guid} exists already: updated idNumber, companyname."
    found = api.get(f"{APTIC}/Debtors", _filter="idNumber eq '43'").json()["value"]
    assert [(one["debtorGuid"], one["fullName"]) for one in found] == [(guid, "Berg AB")]


def test_a_new_address_becomes_the_default_beside_the_old_one(api: Api) -> None:
    guid = api.debtor(idNumber="42", street="Storgatan", houseNo="1", city="Umeå")["debtorGuid"]
    path = f"{APTIC}/Debtors/{guid}/Addresses"
    assert import_debtors(api, {"idNumber": "42", "street": "Storgatan", "city": "Umeå"}) is None
    import_debtors(api, {"idNumber": "42", "street": "Lillgatan", "city": "Umeå"})
    assert message(api) == f"The debtor {guid} exists already: updated street, city."
    addresses = api.get(path).json()["value"]
    assert [(one["addressType"], one["fullAddress"], one["defaultAddress"]) for one in addresses] == [
        ("LEGAL", "Storgatan 1, Umeå", False),
        ("LEGAL", "Lillgatan, Umeå", True),
    ]


def test_a_debtor_who_moves_back_gets_the_old_address_as_the_default(api: Api) -> None:
    guid = api.debtor(idNumber="42", street="Storgatan", city="Umeå")["debtorGuid"]
    import_debtors(api, {"idNumber": "42", "street": "Lillgatan", "city": "Umeå"})
    import_debtors(api, {"idNumber": "42", "street": "Storgatan", "city": "Umeå"})
    assert message(api) == f"The debtor {guid} exists already: updated street, city."
    addresses = api.get(f"{APTIC}/Debtors/{guid}/Addresses").json()["value"]
    assert [(one["street"], one["defaultAddress"]) for one in addresses] == [
        ("Storgatan", True),
        ("Lillgatan", False),
    ]


def test_all_emails_and_phones_are_kept(api: Api) -> None:
    import_debtors(
        api, {"idNumber": "42", "emails": ["a@x", "b@x", "a@x"], "cellularPhone": "1", "homePhone": "2"}
    )
    (debtor,) = api.get(f"{APTIC}/Debtors", _filter="idNumber eq '42'").json()["value"]
    guid = debtor["debtorGuid"]
    assert (debtor["email"], stored(api, guid)["other_emails"]) == ("a@x", ["b@x"])
    import_debtors(api, {"idNumber": "42", "emails": ["c@x", "b@x"], "cellularPhone": "3", "workPhone": "2"})
    assert message(api) == f"The debtor {guid} exists already: updated workPhone, cellularPhone, emails."
    row = stored(api, guid)
    assert (row["email"], row["other_emails"]) == ("c@x", ["a@x", "b@x"])
    assert (row["home_phone"], row["work_phone"], row["cellular_phone"], row["other_phones"]) == (
        "2",
        "2",
        "3",
        ["1"],
    )
    assert import_debtors(api, {"idNumber": "42", "emails": ["c@x"], "cellularPhone": "3"}) is None


def test_extra_fields_are_set(api: Api) -> None:
    guid = api.debtor(idNumber="42")["debtorGuid"]
    sent = {"idNumber": "42", "extraFields": [{"name": "Segment", "value": ["Plus"]}]}
    assert import_debtors(api, sent) == "known-debtor [0].debtors[0]"
    assert message(api) == f"The debtor {guid} exists already: updated extraFields."
    assert api.only(f"{APTIC}/Debtors/{guid}/Extrafields") == {"name": "Segment", "value": ["Plus"]}
    assert import_debtors(api, sent) is None


def test_a_setting_ignores_what_an_import_says_of_known_debtors(serve: Serve) -> None:
    api = serve(known_debtors="ignore")
    debtor = api.debtor(idNumber="42", street="A", city="B")
    sent = {"idNumber": "42", "lastname": "Berg", "emails": ["a@x"], "street": "C"}
    before = stored(api, debtor["debtorGuid"])
    assert import_debtors(api, sent) == "known-debtor [0].debtors[0]"
    assert message(api) == (
        f"The debtor {debtor['debtorGuid']} exists already: ignored lastname, emails, street (--known-debtors ignore)."
    )
    assert stored(api, debtor["debtorGuid"]) == before
    assert api.get(f"{APTIC}/Debtors/{debtor['debtorGuid']}/Addresses").json()["total"] == 1


def test_strict_parsing_rejects_an_import_that_would_update_a_debtor(serve: Serve) -> None:
    api = serve(leniency="strict")
    guid = api.debtor(idNumber="42")["debtorGuid"]
    start = api.get("/_sim/export").json()["tables"]
    for query in ("", "?async=false"):
        answer = api.send("PUT", CASES + query, json=[{"debtors": [{"idNumber": "42", "lastname": "Berg"}]}])
        assert (answer.status_code, answer.json()["errors"]) == (
            400,
            {"[0].debtors[0]": [f"known-debtor: The debtor {guid} exists already: updated lastname."]},
        )
    api.put("/_sim/aptic/case-import", {"delay": 60})
    assert api.put(CASES, [{"debtors": [{"idNumber": "42", "lastname": "Berg"}]}]).status_code == 400
    tables = api.get("/_sim/export").json()["tables"]
    assert {**tables, "sim_value": None} == {**start, "sim_value": None}
    assert import_debtors(api, {"idNumber": "42"}) is None


def test_a_delayed_import_reports_at_once_and_updates_when_it_is_due(api: Api) -> None:
    guid = api.debtor(idNumber="42", lastname="Ek")["debtorGuid"]
    api.put("/_sim/aptic/case-import", {"delay": 60})
    assert import_debtors(api, {"idNumber": "42", "lastname": "Berg"}) == "known-debtor [0].debtors[0]"
    assert api.get(f"{APTIC}/Debtors/{guid}").json()["lastname"] == "Ek"
    api.post("/_sim/clock/advance", {"by": "PT60S"})
    assert api.get(f"{APTIC}/Debtors/{guid}").json()["lastname"] == "Berg"


@pytest.mark.parametrize("known", [False, True])
def test_two_debtors_of_a_case_with_one_id_number_are_a_400_that_names_both(api: Api, known: bool) -> None:
    if known:
        api.debtor(idNumber="42")
    start = api.get("/_sim/export").content
    debtors = [{"idNumber": "42", "lastname": "Ek"}, {"idNumber": "1"}, {"idNumber": "42", "lastname": "Berg"}]
    answer = api.put(CASES, [{}, {"debtors": debtors}])
    assert (answer.status_code, answer.json()["errors"]) == (
        400,
        {"[1].debtors[2].idNumber": ["[1].debtors[0] has the same idNumber, but differs in other members"]},
    )
    assert api.get("/_sim/export").content == start


def test_identical_debtors_of_a_case_are_one(api: Api) -> None:
    debtor = {"idNumber": "42", "lastname": "Ek", "emails": ["a@x"], "street": "A", "dateOfBirth": "1985-03-14"}
    case = api.case(debtors=[debtor, debtor])
    assert len(api.get(f"{case}/Debtors").json()) == 1
    *_, last = api.get("/_sim/requests").json()["requests"]
    assert "diagnostics" not in last


def test_a_debtor_without_a_number_is_always_new(api: Api) -> None:
    case = api.case(debtors=[{"lastname": "Ek"}, {"lastname": "Ek"}])
    assert len(api.get(f"{case}/Debtors").json()) == 2
