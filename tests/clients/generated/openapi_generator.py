import datetime
import sys

import aptic_client
import httpx
import payex_client
import riverty_client
from aptic_client.models import (
    CaseCreate,
    CaseDebtorInput,
    DebtCreate,
    DebtorUpdate,
    PaymentCreate,
    PaymentPlanCreate,
)
from payex_client.models import AccountType, DisbursementOrderCreate, SwedishBankAccountInput
from riverty_client.models import AccountApplication, CustomerInput

base = sys.argv[1]


def expect(actual: object, expected: object) -> None:
    if actual != expected:
        sys.exit(f"expected {expected!r}, got {actual!r}")


def freeze(now: str) -> None:
    httpx.put(f"{base}/_sim/clock", json={"mode": "frozen", "now": now}).raise_for_status()


def log_in() -> None:
    api = aptic_client.AuthenticationApi(aptic)
    aptic.configuration.access_token = api.aptic_auth_token(
        "client_credentials", "ledgersim", "ledgersim-secret"
    ).access_token


with aptic_client.ApiClient(aptic_client.Configuration(host=f"{base}/APIGW")) as aptic:
    debtors = aptic_client.DebtorsApi(aptic)
    cases = aptic_client.CasesApi(aptic)
    payments = aptic_client.PaymentsApi(aptic)
    plans = aptic_client.PaymentPlansApi(aptic)

    freeze("2026-01-10T09:00:00Z")
    log_in()
    page = debtors.aptic_debtors_list(filter="startswith(fullName,'Ulla') and city eq 'Stockholm'", top=5)
    expect([debtor.full_name for debtor in page.value], ["Ulla Unpaid"])

    company = CaseDebtorInput(id_number="556000-0167", juridical_type=1, companyname="Åkeri Söder AB")
    debts = [
        DebtCreate(reference_number="F-1", original_principal=12000.0, remaining_principal=12000.0),
        DebtCreate(reference_number="F-2", original_principal=1000.0, remaining_principal=750.5),
    ]
    new_case = CaseCreate(currency_code="SEK", debtors=[company], debts=debts)
    [case_guid] = cases.aptic_cases_create([new_case]).case_guids
    case = cases.aptic_cases_get(case_guid)
    expect((case.paid_sum, case.remaining_sum), (249.5, 12750.5))
    [of_case] = cases.aptic_cases_debtors_list(case_guid)
    expect(of_case.full_name, "Åkeri Söder AB")

    debtors.aptic_debtors_update(of_case.debtor_guid, DebtorUpdate(email="new@soder.example"))
    debtor = debtors.aptic_debtors_get(of_case.debtor_guid)
    expect((debtor.email, debtor.juridical_type), ("new@soder.example", 1))

    day = datetime.datetime(2026, 1, 10, tzinfo=datetime.UTC)
    payment = PaymentCreate(payment_amount=750.5, currency_code="SEK", payment_date=day)
    expect(payments.aptic_cases_payments_create(case_guid, payment).payment_amount, 750.5)

    new_plan = PaymentPlanCreate(
        payment_plan_type=3, number_of_payments=12, reminder_fee=60.0, active=1, cases=[case_guid]
    )
    plan = plans.aptic_debtors_paymentplans_create(of_case.debtor_guid, new_plan)
    expect((plan.active, plan.total_amount, len(plan.payments)), (1, 12000, 12))
    expect(plan.payments[0].due_date, datetime.datetime(2026, 2, 28, tzinfo=datetime.UTC))

    freeze("2027-01-10T09:00:00Z")
    log_in()
    plan = plans.aptic_debtors_paymentplans_get(of_case.debtor_guid, plan.payment_plan_guid)
    expect((plan.active, plan.total_fee), (0, 120))
    expect(cases.aptic_cases_get(case_guid).remaining_sum, 12120)

ledger = payex_client.Configuration(host=f"{base}/ledger", access_token="payex-46001-token")
with payex_client.ApiClient(ledger) as payex:
    customer = payex_client.CustomersApi(payex).payex_customers_get("46001", "1000002")
    expect((customer.name, customer.legal_entity), ("Petra Paymentplan", "consumer"))
    addresses = payex_client.AddressesApi(payex)
    expect(addresses.payex_legaladdress_get("46001", "1000002").city, "Göteborg")
    expect(addresses.payex_billingaddress_get("46001", "1000002").street_address, "Avbetalningsvägen 12")
    overpaid = payex_client.SurplusesApi(payex)
    surpluses = overpaid.payex_surpluses_list("46001", "1000019")
    expect([surplus.balance for surplus in surpluses.items], [10, 20])
    consents = payex_client.ConsentsApi(payex)
    link = "/ledger/customer/v1/46001/customers/1000004/consent/recurring-card"
    expect(consents.payex_consent_get("46001", "1000004").recurring_card, httpx.URL(base).path + link)
    expect(consents.payex_recurringcard_get("46001", "1000004").card_expiry_date, "01/2030")

    payee = SwedishBankAccountInput(clearing_no="8327", account_no="9048175", account_type=AccountType.BKSE)
    path = ("46001", "1000019", surpluses.items[0].surplus_id)
    ordered = overpaid.payex_disbursements_create(*path, DisbursementOrderCreate(swedish_bank_account=payee))
    expect(ordered.swedish_bank_account.account_no, "8327-9048175")
    expect(len(overpaid.payex_disbursements_list(*path).items), 1)
    expect(overpaid.payex_surpluses_get(*path).status, "pending-disbursement")
    freeze("2027-02-10T09:00:00Z")
    left = overpaid.payex_surpluses_list("46001", "1000019")
    expect([surplus.balance for surplus in left.items], [20])

shop = riverty_client.Configuration(host=f"{base}/api/v3", api_key={"key": "ledgersim-key"})
with riverty_client.ApiClient(shop) as riverty:
    accounts = riverty_client.CustomerAccountsApi(riverty)
    person = CustomerInput(first_name="Åsa", last_name="Ek", category="Person", currency="SEK")
    application = AccountApplication(
        account_limit=5000.0, customer=person, country_code="SE", conversation_language="SV"
    )
    decision = accounts.riverty_customeraccount_apply(application)
    expect((decision.outcome, decision.account.account_status), ("Accepted", "Ok"))
    limit = accounts.riverty_customeraccount_creditlimit(decision.account.account_number)
    expect((limit.remaining_credit_limit, limit.is_open_for_new_transactions), (5000, True))

print("ok")
