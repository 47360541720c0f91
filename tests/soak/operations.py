"""Random operations of a client that alone writes what it reads, and a model of what it wrote."""

import asyncio
from collections.abc import Collection
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

from tests.soak.checks import case_errors, cents, payment_errors, plan_errors, surplus_errors
from tests.soak.client import expect
from tests.soak.servers import Process
from tests.soak.session import Load, Session

DEBTORS, CASES, ACCOUNTS = "/APIGW/v1/Debtors", "/APIGW/v1/Cases", "/api/v3/customer-account"
CUSTOMERS, INVOICES = "/ledger/customer/v1/46001/customers", "/ledger/invoice/v1/46001/invoices"
CUSTOMER, INVOICE = "1000019", "100001901"  # a persona with surpluses, and an unpaid invoice of hers
OPEN, TO_DISBURSE, TO_SET_OFF = "open", "pending-disbursement", "pending-regulate"
MAX_DEBTORS, MAX_CASES, MAX_PAYMENTS, MAX_SURPLUSES = 100, 60, 50, 50
SOME = 10  # to verify after a kill
LATEST_EXECUTION = timedelta(days=14)  # of an order, after two banking days

UNREADABLE = b'{"fullName": "'
MALFORMED: tuple[tuple[str, str, Any, int], ...] = (
    ("PUT", DEBTORS, UNREADABLE, 400), ("PUT", DEBTORS, [1], 400), ("PUT", DEBTORS, {"gender": 9}, 400),
    ("PUT", CASES, [], 400), ("PUT", CASES, [{"clientGuid": "x"}], 400), ("POST", DEBTORS, {}, 405),
    ("GET", f"{DEBTORS}?$filter=fullName eq", None, 400), ("GET", f"{DEBTORS}/x", None, 404),
    ("GET", "/APIGW/v1/Nowhere", None, 404), ("POST", CUSTOMERS, UNREADABLE, 400), ("GET", f"{CUSTOMERS}/0", None, 404),
    ("POST", ACCOUNTS, UNREADABLE, 400), ("GET", f"{ACCOUNTS}/9/credit-limit", None, 404),
    ("POST", "/_sim/faults", {"kind": "x"}, 400), ("POST", "/_sim/clock/advance", {"by": "P"}, 400),
    ("PUT", "/_sim/clock", {"now": "2001-01-01T00:00:00Z"}, 409), ("POST", "/_sim/snapshots/none/restore", None, 404),
)  # fmt: skip

# How often each operation is done; a DURABLE one also on a server that is killed. Those in ON_… need one of these.
WEIGHTS = {
    "create_debtor": 10, "update_debtor": 8, "list_debtors": 6, "count": 4, "import_cases": 5, "balances": 6, "pay": 6,
    "adjust": 2, "close_case": 1, "plan": 1, "receive": 4, "order": 5, "surpluses": 3, "apply": 3, "clock": 4,
    "malformed": 6, "journal": 4, "snapshot": 2, "reset": 0.7, "reset_meanwhile": 0.2, "export_and_import": 0.02,
}  # fmt: skip
DURABLE = (
    "create_debtor",
    "update_debtor",
    "list_debtors",
    "import_cases",
    "balances",
    "pay",
    "receive",
    "order",
)
ON_DEBTORS, ON_CASES = ("update_debtor", "import_cases"), ("balances", "pay", "adjust", "close_case", "plan")


@dataclass
class Case:
    """What was paid on a case by payment, how much of it was used, and adjusted, in hundredths."""

    debtor: str
    payments: dict[str, int] = field(default_factory=dict)
    paid: int = 0
    adjusted: int = 0
    closed: bool = False


@dataclass
class Model:
    """What must be in a space. Surpluses have a balance, a status, and since when; unknown ids begin with ?."""

    now: datetime
    debtors: dict[str, dict[str, str]] = field(default_factory=dict)
    cases: dict[str, Case] = field(default_factory=dict)
    planned: set[str] = field(default_factory=set)  # debtors with plans
    accounts: set[str] = field(default_factory=set)
    surpluses: dict[str, tuple[int, str, datetime]] = field(default_factory=dict)
    debt: int = 0
    received: int = 0
    set_off: int = 0
    paid_out: int = 0


class Operations(Session):
    """Does random operations and checks every response; each raises a Violation."""

    def __init__(self, server: Process, name: str, seed: int, load: Load, root: str = "") -> None:
        super().__init__(server, name, seed, load, root)
        self.customer = CUSTOMER if self.alone else name.rpartition("-")[2]
        self.doing = ""
        self.model = Model(datetime(1, 1, 1, tzinfo=UTC))
        self.snapshots: dict[str, Model] = {}
        self.total = 0
        self.fresh = ""  # digest of the export of a fresh space

    async def step(self) -> None:
        """One operation that can be done now."""
        names = [
            name
            for name in WEIGHTS
            if (self.alone or name in DURABLE)
            and (self.model.debtors or name not in ON_DEBTORS)
            and (self.model.cases or name not in ON_CASES)
        ]
        (self.doing,) = self.random.choices(names, [WEIGHTS[name] for name in names])
        if len(self.model.debtors) > MAX_DEBTORS:
            self.doing = "reset" if self.alone else "update_debtor"
        await getattr(self, self.doing)()

    async def verify(self, most: int | None = None) -> None:
        """What was acknowledged is there: all of it, or a random part of it."""
        await self.list_debtors()
        for guid in self.some_of(self.model.debtors, most):
            self.expect_members(await self.ask("GET", f"{DEBTORS}/{guid}"), self.model.debtors[guid])
        for guid in self.some_of(self.model.cases, most):
            await self.balances(guid)
        await self.surpluses()

    async def verify_some(self) -> None:
        """Some of what was acknowledged is there."""
        await self.verify(SOME)

    def some_of(self, known: Collection[str], most: int | None) -> list[str]:
        """All ids, or some at random."""
        return self.random.sample(list(known), len(known) if most is None else min(most, len(known)))

    async def count_debtors(self) -> None:
        """Count the debtors of this session."""
        self.total = (await self.listed(DEBTORS, f"startswith(fullName,'{self.name}-')"))["total"]

    # Spaces and the clock

    async def begin(self) -> None:
        """Read what is there at the start, with the clock frozen."""
        now = (await self.ask("PUT", "/_sim/clock", {"mode": "frozen"}))["now"]
        self.model = model = Model(datetime.fromisoformat(now))
        if not self.alone:
            address = {"addressee": self.name, "city": "Oslo", "zipCode": "0150", "countryCode": "NO"}
            body = {"customerNo": self.customer, "name": self.name, "legalAddress": address}
            await self.write("POST", CUSTOMERS, body, 201)
            return
        for one in await self.list_surpluses():
            model.surpluses[one["surplusId"]] = (cents(one["balance"]), one["status"], model.now)
        model.received = sum(balance for balance, _, _ in model.surpluses.values())
        model.debt = await self.debt()

    async def begin_again(self) -> None:
        """Begin in the same space after a violation."""
        await self.ask("POST", "/_sim/reset", status=204)
        await self.begin()

    async def reset(self) -> None:
        """Reset the space or a part of it, or delete it. A fresh space always exports the same."""
        scope = self.random.choice(["all", "all", "data", "journal", "faults", "delete"])
        if scope == "delete":
            await self.ask("DELETE", f"/_sim/spaces/{self.name}", status=204)
            self.snapshots.clear()
        else:
            await self.ask("POST", "/_sim/reset", {"scope": scope}, 204)
        if scope in ("journal", "faults"):
            return
        if scope != "data" and self.random.random() < 0.05:  # after that, jobs run that are due by the clock
            self.answer = await self.send("GET", "/_sim/export")
            digest = sha256(self.answer.body).hexdigest()
            self.expect(
                self.fresh in ("", digest), f"the export of a fresh space, with the SHA-256 {self.fresh}"
            )
            self.fresh = digest
        await self.begin()

    async def reset_meanwhile(self) -> None:
        """Reset the space while a fault delays a write, which is not carried out unless it came too late."""
        name, other = self.fresh_name(), Session(self.server, self.name, 0, self.load, self.root)
        delayed = asyncio.create_task(other.send("PUT", DEBTORS, {"fullName": name}, "delay=0.1"))
        await asyncio.sleep(0.02)
        await self.ask("POST", "/_sim/reset", status=204)
        answer = await delayed
        other.client.close()
        expect(answer.status in (201, 503), "status 201 or 503", answer)
        await self.begin()
        if answer.status == 201:
            self.model.debtors[answer.json()["debtorGuid"]] = {"fullName": name}
        await self.list_debtors()

    async def snapshot(self) -> None:
        """Restore a snapshot, or take one in place of an older one."""
        name = self.random.choice(["a", "b"])
        if name in self.snapshots and self.random.random() < 0.6:
            await self.ask("POST", f"/_sim/snapshots/{name}/restore", status=204)
            self.model = deepcopy(self.snapshots[name])
            self.expect_time((await self.ask("GET", "/_sim/clock"))["now"])
            return
        if name in self.snapshots:
            await self.ask("DELETE", f"/_sim/snapshots/{name}", status=204)
        await self.ask("POST", "/_sim/snapshots", {"name": name}, 201)
        self.snapshots[name] = deepcopy(self.model)

    async def export_and_import(self) -> None:
        """Import an export after another write, which is gone then."""
        exported, before = await self.send("GET", "/_sim/export"), deepcopy(self.model)
        await self.create_debtor()
        await self.ask("POST", "/_sim/import", exported.body, 204)
        self.answer, self.model = await self.send("GET", "/_sim/export"), before
        self.expect(self.answer.body == exported.body, "what was imported")

    async def clock(self) -> None:
        """Move the clock. Scheduled jobs execute the orders that become due."""
        days = self.random.randint(1, 40)
        moved = await self.ask("POST", "/_sim/clock/advance", {"by": f"P{days}D"})
        self.model.now += timedelta(days=days)
        for event in moved["events"]:
            if (known := self.model.surpluses.get(event.get("surplusId"))) is not None:
                self.expect(cents(event["balance"]) == known[0], f"the balance {known[0] / 100}")
                self.executed(event["surplusId"])
        self.expect_time(moved["to"])
        await self.surpluses()

    def expect_time(self, now: str) -> None:
        """The time is that of the model."""
        self.expect(datetime.fromisoformat(now) == self.model.now, f"the time {self.model.now}")

    async def malformed(self) -> None:
        """A request that must be rejected."""
        await self.ask(*self.random.choice(MALFORMED))

    async def journal(self) -> None:
        """The journal has the latest request to a vendor."""
        await self.ask("GET", f"{DEBTORS}/x", status=404)
        identifier, *sent = self.sent
        found = await self.ask("GET", f"/_sim/requests/{identifier}")
        self.expect([found["method"], found["path"], found["status"]] == sent, f"{sent}")

    # Aptic

    async def create_debtor(self) -> None:
        """Create a debtor with an address: both are there then, or neither."""
        sent = {"fullName": self.fresh_name(), "email": f"{self.number}@example.com", "cellularPhone": "1"}
        done = await self.write("PUT", DEBTORS, {**sent, "city": "Oslo"}, 201)
        guid = self.answer.json().get("debtorGuid") if done and self.answer.status == 201 else None
        found = (await self.listed(DEBTORS, f"fullName eq '{sent['fullName']}'"))["value"]
        if self.settle(done, len(found) == 1):
            self.expect_members(found[0], {**sent, "city": "Oslo", **({"debtorGuid": guid} if guid else {})})
            self.model.debtors[found[0]["debtorGuid"]] = sent

    async def update_debtor(self) -> None:
        """Change two members: both are changed then, or neither."""
        guid, known = self.random.choice(list(self.model.debtors.items()))
        number = self.random.randrange(10**9)
        changed = {**known, "email": f"{number}@example.org", "cellularPhone": f"{number}"}
        done = await self.write("PATCH", f"{DEBTORS}/{guid}", changed, 204)
        found = await self.ask("GET", f"{DEBTORS}/{guid}")
        if self.settle(done, found["email"] == changed["email"]):
            self.model.debtors[guid] = known = changed
        self.expect_members(found, known)

    def expect_members(self, found: dict[str, Any], known: dict[str, str]) -> None:
        """A response has these members, save for those that only lists have."""
        self.expect({**known, **found}.items() >= known.items(), f"{known}")

    async def list_debtors(self) -> None:
        """A page of this session's debtors, which are all there are with its prefix, in order."""
        names = sorted((one["fullName"] for one in self.model.debtors.values()), reverse=True)
        skip = self.random.randrange(len(names) + 1)
        condition = f"startswith(fullName,'{self.name}-')"
        page = await self.listed(DEBTORS, condition, f"&$orderby=fullName desc&$top=20&$skip={skip}")
        wanted, found = names[skip : skip + 20], [one["fullName"] for one in page["value"]]
        self.expect((page["total"], found) == (len(names), wanted), f"total {len(names)}, names {wanted}")

    async def count(self) -> None:
        """Nothing of another space is here: all names of any session are of this one."""
        for path, name, known in (
            (DEBTORS, "fullName", self.model.debtors),
            (CASES, "caseNumber", self.model.cases),
        ):
            total = (await self.listed(path, f"startswith({name},'soak-')"))["total"]
            self.expect(total == len(known), f"total {len(known)}")

    async def import_cases(self) -> None:
        """Import some cases: all of them are there then, or none."""
        if len(self.model.cases) >= MAX_CASES:
            return
        debtor, number = self.random.choice(list(self.model.debtors)), self.fresh_name()
        terms: dict[str, Any] = {
            "interestRate": self.random.randint(0, 20),
            "interestFrom": self.model.now.isoformat(),
        }
        debts = [{**terms, "originalPrincipal": self.amount()} for _ in range(self.random.randint(1, 3))]
        fees: list[dict[str, Any]] = [{"originalPrincipal": self.amount()}]
        case = {"currencyCode": "SEK", "debtors": [{"debtorGuid": debtor}], "debts": debts, "fees": fees}
        sent = [{**case, "caseNumber": f"{number}-{index}"} for index in range(self.random.randint(1, 3))]
        done = await self.write("PUT", CASES, sent, 201)
        found = (await self.listed(CASES, f"startswith(caseNumber,'{number}-')"))["value"]
        if self.settle(done, bool(found)):
            self.expect(len(found) == len(sent), f"{len(sent)} cases")
            owed = sum(cents(one["originalPrincipal"]) for one in (*debts, *fees))
            self.expect({cents(one["originalSum"]) for one in found} == {owed}, f"originalSum {owed / 100}")
            self.model.cases.update((one["caseGuid"], Case(debtor)) for one in found)

    def some_case(self) -> tuple[str, str, Case]:
        """The path of a case, its id, and what is known of it."""
        guid, known = self.random.choice(list(self.model.cases.items()))
        return f"{CASES}/{guid}", guid, known

    async def balances(self, guid: str = "") -> None:
        """All sums of a case agree."""
        guid = guid or self.some_case()[1]
        path, known = f"{CASES}/{guid}", self.model.cases[guid]
        case = await self.ask("GET", path)
        claims = [one for kind in ("Debts", "Fees") for one in (await self.listed(f"{path}/{kind}"))["value"]]
        payments = (await self.listed(f"{path}/Payments"))["value"]
        self.check(case_errors(case, claims, known.payments, payments, known.paid, known.adjusted))

    async def pay(self) -> None:
        """Register a payment: the balances contain all of it then, or nothing."""
        path, guid, known = self.some_case()
        amount = self.amount()
        if known.closed or len(known.payments) >= MAX_PAYMENTS:
            amount, status = (amount, 409) if known.closed else (-amount, 400)
            await self.ask("PUT", f"{path}/Payments", {"paymentAmount": amount}, status)
            return
        remaining = cents((await self.ask("GET", path))["remainingSum"])
        done = await self.write("PUT", f"{path}/Payments", {"paymentAmount": amount}, 201)
        found = (await self.listed(f"{path}/Payments"))["value"]
        new = [one["paymentGuid"] for one in found if one["paymentGuid"] not in known.payments]
        if self.settle(done, len(new) == 1):
            payment = await self.ask("GET", f"{path}/Payments/{new[0]}")
            self.check(payment_errors(payment, cents(amount), remaining))
            known.payments[new[0]] = cents(amount)
            known.paid += cents(payment["totalAmountDeducted"])
        await self.balances(guid)

    async def adjust(self) -> None:
        """Adjust a fee."""
        path, guid, known = self.some_case()
        fee = (await self.listed(f"{path}/Fees"))["value"][0]
        by = self.random.randint(-cents(fee["remainingPrincipal"]), 1000)
        if await self.write(
            "POST", f"{path}/Fees/{fee['feeGuid']}/Adjust", {"principalAdjustment": by / 100}, 204
        ):
            known.adjusted += by
        await self.balances(guid)

    async def close_case(self) -> None:
        """Close a case, which cannot be closed again."""
        path, guid, known = self.some_case()
        if not known.closed:
            known.closed = bool(await self.write("POST", f"{path}/Close", {"closureCode": "DISPUTED"}, 204))
        await self.ask("POST", f"{path}/Close", {"closureCode": "PAID"}, 409 if known.closed else 204)
        known.closed = True
        await self.balances(guid)

    async def plan(self) -> None:
        """Propose a payment plan for a debtor's open cases, and activate it."""
        debtor = self.some_case()[2].debtor
        open_cases = [guid for guid, one in self.model.cases.items() if one.debtor == debtor and not one.closed]
        owed = sum([cents((await self.ask("GET", f"{CASES}/{guid}"))["remainingSum"]) for guid in open_cases])
        if debtor in self.model.planned or not owed:
            return
        path = f"{DEBTORS}/{debtor}/Paymentplans"
        terms = {"paymentPlanType": 3, "numberOfPayments": self.random.randint(1, 6), "invoiceFee": 5}
        done = await self.write("PUT", path, terms, 201)
        found = (await self.listed(path))["value"]
        if self.settle(done, len(found) == 1):
            self.model.planned.add(debtor)
            path += f"/{found[0]['paymentPlanGuid']}"
            self.check(plan_errors(await self.ask("GET", path), owed))
            await self.ask("POST", f"{path}/Activate", status=204)

    # PayEx

    async def list_surpluses(self) -> list[Any]:
        """The surpluses of the customer."""
        return list((await self.ask("GET", f"{CUSTOMERS}/{self.customer}/surpluses?take=100"))["items"])

    async def debt(self) -> int:
        """What is owed on the invoice of the persona."""
        return cents((await self.ask("GET", f"{INVOICES}/{INVOICE}"))["currentDebt"])

    async def surpluses(self) -> None:
        """The surpluses are what came in and has not gone out; new ones get their ids."""
        model, items = self.model, await self.list_surpluses()
        for one in items:
            for key, value in list(model.surpluses.items()):
                is_new = key[0] == "?" and value[:2] == (cents(one["balance"]), one["status"])
                if is_new and one["surplusId"] not in model.surpluses:
                    model.surpluses[one["surplusId"]] = model.surpluses.pop(key)
        known = {guid: value[:2] for guid, value in model.surpluses.items()}
        self.check(surplus_errors(items, known, model.received, model.set_off, model.paid_out))
        late = [
            one
            for _, status, one in model.surpluses.values()
            if status != OPEN and model.now - one > LATEST_EXECUTION
        ]
        self.expect(not late, f"the orders of {late} executed")
        if self.alone:
            self.expect(await self.debt() == model.debt, f"currentDebt {model.debt / 100}")

    def executed(self, guid: str) -> None:
        """Take over that a pending surplus was paid out or set off; a remainder is a new surplus."""
        balance, status, _ = self.model.surpluses.pop(guid)
        if status == TO_DISBURSE:
            self.model.paid_out += balance
            return
        used = min(self.model.debt, balance)
        self.model.debt -= used
        self.model.set_off += used
        if balance > used:
            self.model.surpluses[f"?{guid}"] = (balance - used, OPEN, self.model.now)

    async def receive(self) -> None:
        """Receive a payment; what is left after the debt of an invoice is a surplus."""
        if len(self.model.surpluses) >= MAX_SURPLUSES:
            return
        amount, to_invoice = self.random.randint(1, 20_000), self.alone and self.random.random() < 0.2
        body = {"amount": amount / 100, **({"invoiceNo": INVOICE} if to_invoice else {})}
        done = await self.write("POST", f"/_sim/payex/46001/customers/{self.customer}/payments", body, 201)
        used = min(amount, self.model.debt) if to_invoice else 0
        found = len(await self.list_surpluses()) > len(self.model.surpluses)
        if self.settle(done, found) if amount > used else done:
            self.model.debt -= used
            self.model.received += amount - used
            if amount > used:
                self.model.surpluses["?"] = (amount - used, OPEN, self.model.now)
        await self.surpluses()

    async def order(self) -> None:
        """Order the disbursement or set-off of a surplus, or execute a pending one."""
        if not self.model.surpluses:
            return
        guid, (balance, status, _) = self.random.choice(list(self.model.surpluses.items()))
        path, admin = (
            f"{base}/{self.customer}/surpluses/{guid}" for base in (CUSTOMERS, "/_sim/payex/46001/customers")
        )
        if status != OPEN:
            done = await self.write("POST", f"{admin}/execute", None, 204)
            if self.settle(done, guid not in [one["surplusId"] for one in await self.list_surpluses()]):
                self.executed(guid)
        elif self.model.debt > self.to_set_off and self.random.random() < 0.5:
            await self.ask("POST", f"{admin}/regulate", {"invoiceNo": INVOICE}, 204)
            self.model.surpluses[guid] = (balance, TO_SET_OFF, self.model.now)
        else:
            payee = {"swedishBankAccount": {"clearingNo": "5000", "accountNo": "1234567"}}
            done = await self.write("POST", f"{path}/active-disbursement-orders", payee, 201)
            orders = (await self.ask("GET", f"{path}/active-disbursement-orders"))["items"]
            if self.settle(done, len(orders) == 1):
                self.model.surpluses[guid] = (balance, TO_DISBURSE, self.model.now)
        await self.surpluses()

    @property
    def to_set_off(self) -> int:
        """What is pending to be set off against the invoice."""
        return sum(balance for balance, status, _ in self.model.surpluses.values() if status == TO_SET_OFF)

    # Riverty

    async def apply(self) -> None:
        """Apply for an account; a second application returns the same one."""
        number = self.fresh_name()
        customer = {
            "firstName": "A",
            "lastName": "Ek",
            "customerNumber": number,
            "category": "Person",
            "currency": "SEK",
        }
        body = {"accountLimit": 500, "customer": customer, "countryCode": "SE", "conversationLanguage": "SV"}
        await self.write("POST", ACCOUNTS, body, 200)
        account = (await self.ask("POST", ACCOUNTS, body))["account"]["accountNumber"]
        self.expect(account not in self.model.accounts, "a new accountNumber")
        self.model.accounts.add(account)
        found = await self.ask("GET", f"{ACCOUNTS}/{account}/credit-limit")
        self.expect(found["remainingCreditLimit"] == 500, "remainingCreditLimit 500")
