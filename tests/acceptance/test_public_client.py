"""The sequence of a public client of the gateway, unchanged."""

from typing import Any

import pytest

from tests.client import Api
from tests.contract.shapes import of_answer, of_sample


@pytest.mark.parametrize("auth", ["lenient", "strict"])
@pytest.mark.parametrize("prefix", ["", "/s/other"])
def test_the_public_clients_sequence_works_unchanged(serve: Any, auth: str, prefix: str) -> None:
    api: Api = serve(auth=auth)
    base = f"{prefix}/APIGW"
    bearer = {"Authorization": f"Bearer {api.token(prefix)}"}

    def call(method: str, path: str, body: Any = None, expect: int = 200) -> Any:
        answer = api.send(method, f"{base}/v1{path}", headers=bearer, json=body)
        assert answer.status_code == expect, answer.text
        return answer.json() if answer.content else None

    assert call("GET", "/CurrentUser")["systemCurrencyCode"] == "SEK"
    client = call(
        "PUT",
        "/Clients",
        {
            "idNumber": "556000-0001",
            "fullName": "Nordlys AB",
            "companyPhone": "08-1",
            "email": "a@b.example",
            "active": True,
        },
        201,
    )
    debtor = call(
        "PUT",
        "/Debtors",
        {"idNumber": "19101010-1010", "juridicalType": 1, "fullName": "Ada Ek AB", "city": "Umeå"},
        201,
    )
    assert of_answer(debtor) == of_sample("aptic.debtors.create")
    guid = debtor["debtorGuid"].upper()
    assert call("PATCH", f"/Debtors/{guid}", {"email": "ada@ek.example"}, 204) is None
    whole = call("GET", f"/Debtors/{guid}")
    assert whole["email"] == "ada@ek.example"
    assert of_answer(whole) == of_sample("aptic.debtors.get")
    imported = call(
        "PUT",
        "/Cases",
        [
            {
                "clientGuid": client["uniqueId"].upper(),
                "currencyCode": "SEK",
                "debtors": [whole],
                "debts": [
                    {
                        "referenceNumber": "F-1",
                        "originalPrincipal": 1000,
                        "remainingPrincipal": 750.5,
                        "billDate": "2026-01-15T00:00:00",
                    }
                ],
            }
        ],
        201,
    )
    assert of_answer(imported) == of_sample("aptic.cases.create")
    case_guid = imported["caseGuids"][0]
    case = call("GET", f"/Cases/{case_guid}")
    assert of_answer(case) == of_sample("aptic.cases.get")
    assert (case["clientName"], case["originalSum"], case["paidSum"], case["remainingSum"]) == (
        "Nordlys AB",
        1000,
        249.5,
        750.5,
    )
    debtors = call("GET", f"/Cases/{case_guid}/Debtors")
    assert [one["debtorGuid"] for one in debtors] == [debtor["debtorGuid"]]
    created = call(
        "PUT",
        f"/Cases/{case_guid}/Debts",
        {"remainingPrincipal": 99.95, "billDate": "2026-02-01T00:00:00"},
        201,
    )
    assert of_answer({**created, "extraFields": [{"name": "", "value": [""]}]}) == of_sample(
        "aptic.cases.debts.create"
    )
    debts = call("GET", f"/Cases/{case_guid}/Debts")
    assert of_answer(debts) == of_sample("aptic.cases.debts.list")
    debt_path = f"/Cases/{case_guid}/Debts/{debts['value'][1]['debtGuid']}"
    assert call("PATCH", debt_path, {"description": "late", "dueDate": "2026-03-01T00:00:00"}, 204) is None
    debt = call("GET", debt_path)
    assert of_answer(debt) == of_sample("aptic.cases.debts.get")
    assert (debt["description"], debt["head"]["dueDate"]) == ("late", "2026-03-01T00:00:00Z")
    assert call("GET", f"/Cases/{case_guid}")["remainingSum"] == 850.45


def test_the_lists_answer_with_the_members_of_their_samples(api: Api) -> None:
    for name, path in [("aptic.debtors.list", "/APIGW/v1/Debtors"), ("aptic.cases.list", "/APIGW/v1/Cases")]:
        assert of_answer(api.get(path).json()) == of_sample(name)
