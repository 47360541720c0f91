import datetime
import sys
from typing import TypeVar

import httpx
from aptic_client import AuthenticatedClient, Client
from aptic_client.api.authentication import aptic_auth_token
from aptic_client.api.cases import aptic_cases_create, aptic_cases_debtors_list, aptic_cases_get
from aptic_client.api.debtors import aptic_debtors_get, aptic_debtors_list, aptic_debtors_update
from aptic_client.api.payment_plans import aptic_debtors_paymentplans_create, aptic_debtors_paymentplans_get
from aptic_client.api.payments import aptic_cases_payments_create
from aptic_client.models import (
    AccessToken,
    ApticAuthTokenBody,
    CaseCreate,
    CaseDebtorInput,
    CaseDebtorInputJuridicalType,
    CaseDetails,
    CasesCreated,
    DebtCreate,
    Debtor,
    DebtorPage,
    DebtorUpdate,
    PaymentCreate,
    PaymentCreated,
    PaymentPlan,
    PaymentPlanCreate,
)
from payex_client import AuthenticatedClient as LedgerClient
from payex_client.api.addresses import payex_billingaddress_get, payex_legaladdress_get
from payex_client.api.consents import payex_consent_get, payex_recurringcard_get
from payex_client.api.customers import payex_customers_get
from payex_client.api.surpluses import (
    payex_disbursements_create,
    payex_disbursements_list,
    payex_surpluses_get,
    payex_surpluses_list,
)
from payex_client.models import (
    Address,
    BankAccount,
    Consents,
    Customer,
    DisbursementOrder,
    DisbursementOrderCreate,
    DisbursementOrderPage,
    RecurringCard,
    Surplus,
    SurplusPage,
    SwedishBankAccountInput,
    SwedishBankAccountInputAccountTypeType0,
)
from riverty_client import AuthenticatedClient as ShopClient
from riverty_client.api.customer_accounts import (
    riverty_customeraccount_apply,
    riverty_customeraccount_creditlimit,
)
from riverty_client.models import (
    Account,
    AccountApplication,
    AccountApplicationConversationLanguage,
    AccountApplicationCountryCode,
    AccountApplicationResult,
    CreditLimit,
    CustomerInput,
    CustomerInputCategory,
    CustomerInputCurrency,
)

Answer = TypeVar("Answer")
base = sys.argv[1]


def expect(actual: object, expected: object) -> None:
    if actual != expected:
        sys.exit(f"expected {expected!r}, got {actual!r}")


def some(kind: type[Answer], answer: object) -> Answer:
    if not isinstance(answer, kind):
        sys.exit(f"expected a {kind.__name__}, got {answer!r}")
    return answer


def freeze(now: str) -> None:
    httpx.put(f"{base}/_sim/clock", json={"mode": "frozen", "now": now}).raise_for_status()


def log_in() -> AuthenticatedClient:
    form = ApticAuthTokenBody("client_credentials", "ledgersim", "ledgersim-secret")
    with Client(base_url=f"{base}/APIGW") as client:
        token = some(AccessToken, aptic_auth_token.sync(client=client, body=form)).access_token
    return AuthenticatedClient(base_url=f"{base}/APIGW", token=token)


freeze("2026-01-10T09:00:00Z")
with log_in() as client:
    condition = "startswith(fullName,'Ulla') and city eq 'Stockholm'"
    page = some(DebtorPage, aptic_debtors_list.sync(client=client, filter_=condition, top=5))
    expect([debtor.full_name for debtor in page.value], ["Ulla Unpaid"])

    company = CaseDebtorInput(
        id_number="556000-0167",
        juridical_type=CaseDebtorInputJuridicalType.LEGAL_PERSON,
        companyname="Åkeri Söder AB",
    )
    debts = [
        DebtCreate(reference_number="F-1", original_principal=12000, remaining_principal=12000),
        DebtCreate(reference_number="F-2", original_principal=1000, remaining_principal=750.5),
    ]
    new_case = CaseCreate(currency_code="SEK", debtors=[company], debts=debts)
    [case_guid] = some(CasesCreated, aptic_cases_create.sync(client=client, body=[new_case])).case_guids
    case = some(CaseDetails, aptic_cases_get.sync(case_guid, client=client))
    expect((case.paid_sum, case.remaining_sum), (249.5, 12750.5))
    [of_case] = some(list, aptic_cases_debtors_list.sync(case_guid, client=client))
    expect(of_case.full_name, "Åkeri Söder AB")

    debtor_guid = str(of_case.debtor_guid)
    changes = DebtorUpdate(email="new@soder.example")
    expect(aptic_debtors_update.sync_detailed(debtor_guid, client=client, body=changes).status_code, 204)
    debtor = some(Debtor, aptic_debtors_get.sync(debtor_guid, client=client))
    expect((debtor.email, debtor.juridical_type), ("new@soder.example", 1))

    payment = PaymentCreate(
        payment_amount=750.5,
        currency_code="SEK",
        payment_date=datetime.datetime(2026, 1, 10, tzinfo=datetime.UTC),
    )
    paid = some(PaymentCreated, aptic_cases_payments_create.sync(case_guid, client=client, body=payment))
    expect(paid.payment_amount, 750.5)

    new_plan = PaymentPlanCreate(
        payment_plan_type=3, number_of_payments=12, reminder_fee=60, active=1, cases=[case_guid]
    )
    plan = some(PaymentPlan, aptic_debtors_paymentplans_create.sync(debtor_guid, client=client, body=new_plan))
    expect((plan.active, plan.total_amount, len(plan.payments)), (1, 12000, 12))
    expect(plan.payments[0].due_date, datetime.datetime(2026, 2, 28, tzinfo=datetime.UTC))

freeze("2027-01-10T09:00:00Z")
with log_in() as client:
    plan_guid = str(plan.payment_plan_guid)
    plan = some(PaymentPlan, aptic_debtors_paymentplans_get.sync(debtor_guid, plan_guid, client=client))
    expect((plan.active, plan.total_fee), (0, 120))
    expect(some(CaseDetails, aptic_cases_get.sync(case_guid, client=client)).remaining_sum, 12120)

with LedgerClient(base_url=f"{base}/ledger", token="payex-46001-token") as ledger:
    customer = some(Customer, payex_customers_get.sync("46001", "1000002", client=ledger))
    expect((customer.name, customer.legal_entity), ("Petra Paymentplan", "consumer"))
    expect(some(Address, payex_legaladdress_get.sync("46001", "1000002", client=ledger)).city, "Göteborg")
    billing = some(Address, payex_billingaddress_get.sync("46001", "1000002", client=ledger))
    expect(billing.street_address, "Avbetalningsvägen 12")
    surpluses = some(SurplusPage, payex_surpluses_list.sync("46001", "1000019", client=ledger))
    expect([surplus.balance for surplus in surpluses.items], [10, 20])
    consents = some(Consents, payex_consent_get.sync("46001", "1000004", client=ledger))
    link = "/ledger/customer/v1/46001/customers/1000004/consent/recurring-card"
    expect(consents.recurring_card, httpx.URL(base).path + link)
    card = some(RecurringCard, payex_recurringcard_get.sync("46001", "1000004", client=ledger))
    expect(card.card_expiry_date, "01/2030")

    payee = SwedishBankAccountInput(
        clearing_no="8327", account_no="9048175", account_type=SwedishBankAccountInputAccountTypeType0.BKSE
    )
    path = ("46001", "1000019", surpluses.items[0].surplus_id)
    order = DisbursementOrderCreate(swedish_bank_account=payee)
    ordered = some(DisbursementOrder, payex_disbursements_create.sync(*path, client=ledger, body=order))
    expect(some(BankAccount, ordered.swedish_bank_account).account_no, "8327-9048175")
    expect(len(some(DisbursementOrderPage, payex_disbursements_list.sync(*path, client=ledger)).items), 1)
    expect(some(Surplus, payex_surpluses_get.sync(*path, client=ledger)).status, "pending-disbursement")
    freeze("2027-02-10T09:00:00Z")
    left = some(SurplusPage, payex_surpluses_list.sync("46001", "1000019", client=ledger))
    expect([surplus.balance for surplus in left.items], [20])

application = AccountApplication(
    account_limit=5000,
    customer=CustomerInput(
        first_name="Åsa",
        last_name="Ek",
        category=CustomerInputCategory.PERSON,
        currency=CustomerInputCurrency.SEK,
    ),
    country_code=AccountApplicationCountryCode.SE,
    conversation_language=AccountApplicationConversationLanguage.SV,
)
with ShopClient(f"{base}/api/v3", "ledgersim-key", prefix="", auth_header_name="X-Auth-Key") as shop:
    decision = some(AccountApplicationResult, riverty_customeraccount_apply.sync(client=shop, body=application))
    expect(decision.outcome, "Accepted")
    account = some(Account, decision.account)
    expect(account.account_status, "Ok")
    limit = riverty_customeraccount_creditlimit.sync(account.account_number, client=shop)
    expect(some(CreditLimit, limit).remaining_credit_limit, 5000)

print("ok")
