"""An example client with httpx: python conversation.py http://127.0.0.1:8080/s/python"""

import sys
from collections.abc import Mapping
from typing import Any

from httpx import URL, Client, Response


def main(base: str) -> None:
    """Perform all steps in the space of the base address."""
    with (
        api(f"{base}/_sim/") as sim,
        api(f"{base}/APIGW/") as aptic,
        api(f"{base}/ledger/customer/v1/46001/customers/", Authorization="Bearer payex-46001-token") as payex,
        api(f"{base}/api/v3/", **{"X-Auth-Key": "ledgersim-key"}) as riverty,
    ):
        sim.post("reset")
        collect_a_debt(sim, aptic)
        read_a_ledger(payex, sim)
        open_an_account(riverty)
    print("ok")


def collect_a_debt(sim: Client, aptic: Client) -> None:
    """Aptic: a case, a payment and a payment plan, which ends when nobody pays."""
    sim.put("clock", json={"mode": "frozen", "now": "2026-01-10T09:00:00Z"})
    log_in(aptic)

    query = {"$filter": "startswith(fullName,'Ulla') and city eq 'Stockholm'", "$top": "5"}
    debtors = aptic.get("v1/Debtors", params=query).json()
    expect(debtors, total=1)
    expect(debtors["value"][0], fullName="Ulla Unpaid")

    new_case = {
        "currencyCode": "SEK",
        "debtors": [{"idNumber": "556000-0167", "juridicalType": 1, "companyname": "Åkeri Söder AB"}],
        "debts": [
            {"referenceNumber": "F-1", "originalPrincipal": 12000, "remainingPrincipal": 12000},
            {"referenceNumber": "F-2", "originalPrincipal": 1000, "remainingPrincipal": 750.5},
        ],
    }
    case = "v1/Cases/" + aptic.put("v1/Cases", json=[new_case]).json()["caseGuids"][0]
    expect(aptic.get(case).json(), originalSum=13000, paidSum=249.5, remainingSum=12750.5)
    [of_case] = aptic.get(f"{case}/Debtors").json()
    expect(of_case, fullName="Åkeri Söder AB", remainingSum=12750.5)

    # A change of the e-mail address changes nothing else: a company stays a company.
    debtor = "v1/Debtors/" + of_case["debtorGuid"]
    aptic.patch(debtor, json={"email": "new@soder.example"})
    expect(aptic.get(debtor).json(), email="new@soder.example", juridicalType=1)

    payment = {"paymentAmount": 750.5, "currencyCode": "SEK", "paymentDate": "2026-01-10"}
    expect(aptic.put(f"{case}/Payments", json=payment).json(), paymentAmount=750.5)
    expect(aptic.get(case).json(), paidSum=1000, remainingSum=12000)

    # Twelve payments for the remainder (type 3 is linear), from now on (active 1).
    new_plan = {
        "paymentPlanType": 3,
        "numberOfPayments": 12,
        "reminderFee": 60,
        "active": 1,
        "cases": [case.removeprefix("v1/Cases/")],
    }
    plan = aptic.put(f"{debtor}/Paymentplans", json=new_plan).json()
    expect(plan, active=1, totalAmount=12000, remainingNumberOfPayments=12)
    expect(plan["payments"][0], dueDate="2026-02-28T00:00:00Z", amount=1000, unpaid=11000)

    # A year later the token has expired, and two reminders have ended the plan.
    sim.put("clock", json={"mode": "frozen", "now": "2027-01-10T09:00:00Z"})
    log_in(aptic)
    expect(aptic.get(f"{debtor}/Paymentplans/{plan['paymentPlanGuid']}").json(), active=0, totalFee=120)
    expect(aptic.get(case).json(), remainingFee=120, remainingSum=12120)


def read_a_ledger(payex: Client, sim: Client) -> None:
    """PayEx: a customer, her addresses, the consent of another customer, and a surplus that is paid out."""
    expect(payex.get("1000002").json(), name="Petra Paymentplan", legalEntity="consumer")
    expect(payex.get("1000002/legal-address").json(), city="Göteborg", countryCode="SE")
    expect(payex.get("1000002/billing-address").json(), streetAddress="Avbetalningsvägen 12")
    [first, second] = payex.get("1000019/surpluses").json()["items"]
    expect(first, balance=10, currency="SEK", status="open")
    expect(second, balance=20, currency="SEK", status="open")

    # Links in answers are relative to the host.
    consent = payex.get("1000004/consent").json()
    card = payex.get(URL(payex.base_url).join(consent["recurringCard"])).json()
    expect(card, instrumentDisplayName="551000******1232", cardExpiryDate="01/2030")

    # The first surplus is paid out some days after the order.
    surplus = f"1000019/surpluses/{first['surplusId']}"
    payee = {"clearingNo": "8327", "accountNo": "9048175", "accountType": "BKSE"}
    payex.post(f"{surplus}/active-disbursement-orders", json={"swedishBankAccount": payee})
    [order] = payex.get(f"{surplus}/active-disbursement-orders").json()["items"]
    expect(order["swedishBankAccount"], accountNo="8327-9048175")
    expect(payex.get(surplus).json(), status="pending-disbursement")
    sim.put("clock", json={"mode": "frozen", "now": "2027-02-10T09:00:00Z"})
    [left] = payex.get("1000019/surpluses").json()["items"]
    expect(left, balance=20)


def open_an_account(riverty: Client) -> None:
    """Riverty: an application for an account, and its remaining limit."""
    application = {
        "accountLimit": 5000,
        "customer": {"firstName": "Åsa", "lastName": "Ek", "category": "Person", "currency": "SEK"},
        "countryCode": "SE",
        "conversationLanguage": "SV",
    }
    decision = riverty.post("customer-account", json=application).json()
    expect(decision, outcome="Accepted")
    account = decision["account"]
    expect(account, accountStatus="Ok", accountLimit=5000, balance=0)
    limit = riverty.get(f"customer-account/{account['accountNumber']}/credit-limit").json()
    expect(limit, remainingCreditLimit=5000, isOpenForNewTransactions=True)


def api(base_url: str, **headers: str) -> Client:
    """A client that stops the program when the API answers with a problem."""
    return Client(base_url=base_url, headers=headers, event_hooks={"response": [check]})


def check(response: Response) -> None:
    """Show the problem that the API describes."""
    if response.is_error:
        sys.exit(f"{response.request.method} {response.url}: {response.status_code} {response.read().decode()}")


def log_in(aptic: Client) -> None:
    """Get a token, which is valid for an hour of the simulated clock."""
    credentials = {
        "grant_type": "client_credentials",
        "client_id": "ledgersim",
        "client_secret": "ledgersim-secret",
    }
    token = aptic.post("login/oauth/access_token", data=credentials).json()
    aptic.headers["Authorization"] = f"Bearer {token['access_token']}"


def expect(body: Mapping[str, Any], **members: object) -> None:
    """Stop the program if a member has another value."""
    for name, value in members.items():
        if body[name] != value:
            sys.exit(f"{name}: expected {value!r}, got {body[name]!r}")


main(sys.argv[1])
