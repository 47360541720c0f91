"""Members and codes of the vendor's documents that no other test shows: they are kept, and codes are closed lists."""

from typing import Any

import pytest

from tests.client import APTIC, Api

DEBTORS, CUSTOMERS, CASES = f"{APTIC}/Debtors", f"{APTIC}/Customers", f"{APTIC}/Cases"


@pytest.fixture
def api(small_api: Api) -> Api:
    """A client of a server with few people, whose export is short."""
    return small_api


def stored(api: Api, table: str) -> dict[str, Any]:
    """The row that was added last to a table."""
    row: dict[str, Any] = api.get("/_sim/export").json()["tables"][table][-1]
    return row


def snake(name: str) -> str:
    """The column of a member."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def test_lists_begin_at_the_start_with_25_items_and_have_100_at_most(serve: Any) -> None:
    api: Api = serve()
    total = api.get(DEBTORS).json()["total"]
    assert total > 125
    for query, skip, count in [
        ({}, 0, 25), ({"_top": 7}, 0, 7), ({"_top": 100}, 0, 100), ({"_top": 101}, 0, 100),
        ({"_skip": total - 3}, total - 3, 3), ({"_skip": 25}, 25, 25),
    ]:  # fmt: skip
        page = api.get(DEBTORS, **query).json()
        assert (page["skip"], page["count"], len(page["value"]), page["total"]) == (skip, count, count, total)
    everyone = [one["debtorGuid"] for one in api.get(DEBTORS, _top=100).json()["value"]]
    assert [one["debtorGuid"] for one in api.get(DEBTORS, _skip=25).json()["value"]] == everyone[25:50]


@pytest.mark.parametrize("channel", [0, 1, 2, 3])
def test_a_debtor_has_a_channel_and_addresses_for_notifications(api: Api, channel: int) -> None:
    sent = {
        "conversationNotificationChannel": channel,
        "conversationNotificationEmail": "a@example.com",
        "conversationNotificationCellularPhone": "+46701740605",
    }
    debtor = api.debtor(**sent)
    assert {name: debtor[name] for name in sent} == sent


def test_a_debtor_keeps_what_is_said_of_it(api: Api) -> None:
    sent = {
        "placeOfBirth": "Umeå", "dateOfBirth": "1990-05-06T00:00:00Z", "cultureCode": "sv-SE", "middlename": "E",
        "lastname": "Ek", "nameSuffix": "Jr", "domicile": "Umeå", "municipalCode": "2480", "naceCode": "41.200",
        "homePhone": "1", "workPhone": "2", "cellularPhone": "3", "telefax": "4", "languageCode": "sv",
        "currencyCode": "SEK", "underAged": True,
    }  # fmt: skip
    debtor = api.debtor(**sent, vatNumber="SE1")
    assert {name: debtor[name] for name in sent} == sent
    assert stored(api, "debtor")["vat_number"] == "SE1"


def test_an_address_has_a_type_of_ones_own_and_shows_no_more_once_it_is_marked_as_invalid(api: Api) -> None:
    api.freeze("2027-06-15T12:00:00Z")
    debtor = api.debtor()["debtorGuid"]
    path = f"{DEBTORS}/{debtor}/Addresses"
    address = api.create(path, {"street": "S", "addressType": "SUMMER"})
    assert address["addressType"] == "SUMMER"
    assert (
        api.patch(f"{path}/{address['addressGuid']}", {"addressNotValidDate": "2027-06-20"}).status_code == 204
    )
    for now, street in [("2027-06-19T23:00:00Z", "S"), ("2027-06-20T00:00:00Z", None)]:
        api.freeze(now)
        (listed,) = api.get(DEBTORS, _filter=f"debtorGuid eq {debtor}").json()["value"]
        assert listed["street"] == street
    assert api.only(path)["addressNotValidDate"] == "2027-06-20T00:00:00Z"


@pytest.mark.parametrize("kind", ["Customers", "Debtors", "Cases"])
def test_an_extra_field_is_defined_by_its_first_use(api: Api, kind: str) -> None:
    path = {
        "Customers": lambda: f"{CUSTOMERS}/{api.customer()['customerGuid']}",
        "Debtors": lambda: f"{DEBTORS}/{api.debtor()['debtorGuid']}",
        "Cases": lambda: api.case(),
    }[kind]()
    assert api.get(f"{path}/Extrafields/Never used").status_code == 404
    created = api.create(f"{path}/Extrafields", {"name": "Never used", "value": ["a", "b"]})
    assert api.get(f"{path}/Extrafields/Never%20used").json() == created


def test_the_note_of_an_answer_is_kept(api: Api) -> None:
    api.freeze("2026-01-01T00:00:00Z")
    path = f"{CUSTOMERS}/5eed0017-c057-4000-8000-000000000001/Questions/5eed0017-ac71-4000-8000-000000000002"
    assert api.post(path, {"response": "NO", "note": "never"}).status_code == 204
    assert [one["note"] for one in api.get("/_sim/export").json()["tables"]["question"] if one["note"]] == [
        "never"
    ]


@pytest.mark.parametrize(
    ("name", "value", "column"),
    [
        ("receivedFrom", "Import", None),
        ("referenceNumber", "R-1", None),
        ("deliverySystemCode", "D", None),
        ("originalClaimantName", "Bank", None),
        ("claimType", "T", None),
        ("legalClaimType", "0412", None),
        ("protected", True, None),
        ("prohibitTrustAccounting", True, None),
        ("reportPaidInterestFrom", "2026-01-02T00:00:00Z", None),
        ("feeBasePrincipalAmount", 12.34, 1234),
        ("highCostCredit", True, None),
        ("highCostCreditAmount", 500.5, 50050),
        ("highCostCreditUsedAmount", 100, 10000),
        ("creditRegistryStatus", 0, None),
        ("creditRegistryStatus", 4, None),
        ("creditRegistrySubmissionDate", "2026-01-02T03:04:05Z", None),
    ],
)
def test_a_case_keeps_what_no_answer_shows(api: Api, name: str, value: Any, column: Any) -> None:
    """The case is otherwise like any other: it can be read, and a payment on it is booked."""
    case = api.case(debts=[{"remainingPrincipal": 10}], **{name: value})
    assert stored(api, "case")[snake(name)] == (value if column is None else column)
    api.create(f"{case}/Payments", {"paymentAmount": 4})
    assert api.get(case).json()["remainingSum"] == 6
    assert api.get(f"{case}/Fees").json()["total"] == 0


def test_a_case_shows_its_description_reference_and_service(api: Api) -> None:
    sent = {"description": "d", "paymentReferenceNumber": "OCR", "service": "Surveillance", "caseNumber": "N-1"}
    case = api.get(api.case(**sent)).json()
    assert {name: case[name] for name in sent} == sent


def test_a_new_debtor_of_a_case_keeps_what_is_said_of_it(api: Api) -> None:
    sent = {
        "idNumber": "77", "juridicalType": 1, "placeOfBirth": "Umeå", "underAged": False, "protected": True,
        "cultureCode": "sv-SE", "initials": "B", "careOf": "c/o", "domicile": "Umeå", "municipalCode": "2480",
        "naceCode": "41", "homePhone": "1", "workPhone": "2", "cellularPhone": "3", "telefax": "4",
        "languageCode": "sv", "currencyCode": "SEK", "companyType": "AB", "digitalMailbox": True,
        "allowCalls": True, "allowSms": False, "allowEmail": True,
    }  # fmt: skip
    api.case(debtors=[{**sent, "companyname": "Ek AB", "creditorDebtorRef": "K-7"}])
    row = stored(api, "debtor")
    assert {name: row[snake(name)] for name in sent} == sent
    assert (row["full_name"], stored(api, "case_debtor")["creditor_debtor_ref"]) == ("Ek AB", "K-7")


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("loanPurpose", ["HomeLoan", "HomeLoanForFirstHome", "HomeLoanForLeisureHouse",
                         "HomeLoanForInvestmentPurposes", "StudentLoan", "LoanForPurchaseOfVehicleOrCraft",
                         "OtherConsumerCredit", "OtherLoan", "LoanForBusinessActivities", "GuaranteeReceivable"]),
        ("loanTypeCode", ["LumpSumLoan", "RunningAccountLoan", "Leasing", "GuaranteeReceivable"]),
        ("debtPrincipalType", ["INVOICE", "CREDIT_INVOICE", "INTEREST_INVOICE", "FINAL_INVOICE_CREDITDEBT",
                               "OFFER_INVOICE", "BILLING", "CAPITALIZED_INTEREST", "INTEREST_COMPENSATION",
                               "TERMINATED_ACCOUNT", "PREREDEMPTION", "LOAN_INTEREST", "SUPPLIER_INVOICE",
                               "CREDIT_EXPENSE"]),
    ],
)  # fmt: skip
def test_the_codes_of_a_debt_are_those_of_the_document(api: Api, name: str, codes: list[str]) -> None:
    case = api.case()
    assert [api.create(f"{case}/Debts", {name: one})[name] for one in codes] == codes
    for wrong in ("Other", codes[0].swapcase()):
        answer = api.put(f"{case}/Debts", {name: wrong})
        assert (answer.status_code, list(answer.json()["errors"])) == (400, [name])


def test_a_debt_shows_its_references_agreement_and_credit(api: Api) -> None:
    shown = {
        "description": "d", "ledgerRef": "L", "debtGroup": "G", "accountRefType": "T", "originalEir": 12.5,
        "agreementDate": "2025-01-01T00:00:00Z", "agreementDueDate": "2026-01-01T00:00:00Z",
        "agreementEndDate": "2027-01-01T00:00:00Z", "exchRate": 11.5, "exchDate": "2025-01-02T00:00:00Z",
    }  # fmt: skip
    head = {
        "referenceNumber": "F-1", "ourReference": "O", "yourReference": "Y", "oneTimeServiceFees": 5,
        "enforceableDebtType": "E", "goodsRelatedCredit": True, "effectiveYear": 2026, "lenderName": "Bank",
        "grantedCreditAmount": 1000, "usedCreditAmount": 900.5,
    }  # fmt: skip
    created = {"periodOfLimitation": "10 years", "limitationDate": "2036-01-01T00:00:00Z"}
    case = api.case()
    sent = {**shown, **head, **created, "remainingPrincipal": 1, "billDate": "2025-01-02"}
    answer = api.put(f"{case}/Debts", sent)
    assert {name: answer.json()[name] for name in created} == created
    debt = api.get(answer.headers["location"]).json()
    assert {name: debt[name] for name in shown} == shown
    assert {name: debt["head"][name] for name in head} == head


def test_a_payment_shows_its_dates_and_source(api: Api) -> None:
    case = api.case(debts=[{"remainingPrincipal": 10}])
    sent = {
        "paymentReference": "7", "paymentDate": "2026-01-02T00:00:00Z", "accountingDate": "2026-01-03T00:00:00Z",
        "paymentAmount": 5, "currencyCode": "SEK", "exchangeDate": "2026-01-02T00:00:00Z", "source": "bank",
    }  # fmt: skip
    created = api.create(f"{case}/Payments", sent)
    assert {name: created[name] for name in sent} == sent


@pytest.mark.parametrize("kind", ["idoc", "invoice", "gjeldsbrev", "verdict", "domforlik"])
def test_a_document_is_of_a_predefined_type_and_keeps_its_day_and_search_value(api: Api, kind: str) -> None:
    case = api.case()
    document = api.create(
        f"{case}/Documents",
        {
            "note": "n",
            "originalFileName": "a.pdf",
            "documentType": kind,
            "loggedAt": "2026-01-02T03:04:05Z",
            "searchValue": "S-1",
        },
    )
    assert (document["documentType"], document["loggedAt"]) == (kind, "2026-01-02T03:04:05Z")
    assert stored(api, "document")["search_value"] == "S-1"


def test_the_note_of_a_closing_is_kept(api: Api) -> None:
    case = api.case()
    assert api.post(f"{case}/Close", {"closureCode": "RETRIEVED", "note": "taken back"}).status_code == 204
    assert stored(api, "case")["closure_note"] == "taken back"


def test_the_note_of_an_adjustment_is_kept(api: Api) -> None:
    case = api.case(debts=[{"remainingPrincipal": 10}])
    path = f"{case}/Debts/{api.only(f'{case}/Debts')['debtGuid']}/Adjust"
    assert api.post(path, {"principalAdjustment": -1, "note": "goodwill"}).status_code == 204
    row = stored(api, "claim_adjustment")
    assert (row["trans_spec_type_code"], row["principal"], row["note"]) == ("ADJUST", -100, "goodwill")


def test_a_case_can_be_changed_in_each_documented_member(api: Api) -> None:
    path = api.case()
    sent = {
        "description": "d", "paymentReferenceNumber": "OCR", "protected": True, "prohibitTrustAccounting": True,
        "stopPayments": True, "service": "Legal", "status": "Paused", "subStatus": "Waiting",
    }  # fmt: skip
    assert api.patch(path, sent).status_code == 204
    row = stored(api, "case")
    assert {name: row[snake(name)] for name in sent} == sent


def test_a_debt_can_be_changed_in_each_documented_member(api: Api) -> None:
    case = api.case(debts=[{"remainingPrincipal": 1}])
    path = f"{case}/Debts/{api.only(f'{case}/Debts')['debtGuid']}"
    own = {
        "description": "d", "debtGroup": "G", "accountRef": "A", "accountRefType": "T", "originalEir": 12.5,
        "agreementDate": "2025-01-01T00:00:00Z", "agreementDueDate": "2026-01-01T00:00:00Z",
        "agreementEndDate": "2027-01-01T00:00:00Z", "debtPrincipalType": "BILLING",
    }  # fmt: skip
    head = {
        "referenceNumber": "F-1", "ourReference": "O", "yourReference": "Y", "dueDate": "2026-02-01T00:00:00Z",
        "paymentCondition": 30, "oneTimeServiceFees": 5, "loanPurpose": "OtherLoan", "loanTypeCode": "Leasing",
        "enforceableDebtType": "E", "goodsRelatedCredit": True, "effectiveYear": 2026, "grantedCreditAmount": 10,
        "usedCreditAmount": 9, "lenderName": "Bank",
    }  # fmt: skip
    assert api.patch(path, {**own, **head}).status_code == 204
    debt = api.get(path).json()
    assert {name: debt[name] for name in own} == own
    assert {name: debt["head"][name] for name in head} == head


def test_a_fee_keeps_its_terms(api: Api) -> None:
    case = api.case()
    sent = {
        "name": "KK", "description": "d", "feeDate": "2026-01-02T00:00:00Z", "currencyCode": "SEK",
        "originalPrincipal": 180, "remainingPrincipal": 100, "interestRate": 8.0, "interestCode": "FIXED",
        "interestFrom": "2026-02-01T00:00:00Z",
    }  # fmt: skip
    created = api.create(f"{case}/Fees", sent)
    assert {name: created[name] for name in sent} == sent


@pytest.mark.parametrize(
    ("sent", "active"), [({}, 2), ({"active": None}, 2), ({"active": 2}, 2), ({"active": 1}, 1)]
)
def test_a_plan_is_a_proposal_unless_it_is_sent_as_active(api: Api, sent: dict[str, Any], active: int) -> None:
    debtor = api.debtor()["debtorGuid"]
    api.case(debtors=[{"debtorGuid": debtor}], debts=[{"originalPrincipal": 100}])
    path = f"{DEBTORS}/{debtor}/Paymentplans"
    assert api.create(path, {"paymentPlanType": 3, "numberOfPayments": 2, **sent})["active"] == active
