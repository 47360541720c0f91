"""A client that alone writes to a space (or to its part of the default one), and a model of what it wrote."""

import asyncio
from collections import Counter
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from random import Random  # noqa: TID251 - seeded
from time import monotonic
from typing import Any, NamedTuple, Protocol
from urllib.parse import quote

from tests.soak.checks import case_errors, cents, expected_type, payment_errors, plan_errors, surplus_errors
from tests.soak.client import Broken, Client, Exchange, expect

CREDENTIALS = {"Authorization": "Bearer any", "X-Auth-Key": "any"}
DEBTORS, CASES = "/APIGW/v1/Debtors", "/APIGW/v1/Cases"
INVOICE = "100000101"  # of the customer 1000001
MAX_DEBTORS = 100  # in a space, before it is reset
FAULTS = (
    "status=503", "status=500; when=after_commit", "status=429; retry-after=1", "drop", "drop; when=after_commit",
    "reset", "reset; when=after_commit", "truncate", "delay=0.001-0.02", "delay=0.005; when=after_commit",
)  # fmt: skip
BODY = b'{"fullName": "'
MALFORMED: tuple[tuple[str, str, Any, int], ...] = (
    ("PUT", DEBTORS, BODY, 400), ("PUT", DEBTORS, [1], 400), ("PUT", DEBTORS, {"gender": 9}, 400),
    ("PUT", CASES, [], 400), ("PUT", CASES, [{"clientGuid": "x"}], 400), ("POST", DEBTORS, {}, 405),
    ("GET", f"{DEBTORS}?$filter=fullName eq", None, 400), ("GET", f"{DEBTORS}/x", None, 404),
    ("GET", "/APIGW/v1/Nowhere", None, 404), ("POST", "/ledger/customer/v1/46001/customers", BODY, 400),
    ("GET", "/ledger/customer/v1/46001/customers/0", None, 404), ("POST", "/api/v3/customer-account", BODY, 400),
    ("GET", "/api/v3/customer-account/9/credit-limit", None, 404), ("POST", "/_sim/faults", {"kind": "x"}, 400),
    ("POST", "/_sim/clock/advance", {"by": "P"}, 400), ("POST", "/_sim/snapshots/none/restore", None, 404),
)  # fmt: skip


class Server(Protocol):
    """A server to send to. `generation` counts how often it has been killed."""

    port: int
    generation: int

    async def wait(self) -> None:
        """Wait until the server is up."""


class Load:
    """Keeps the requests of all sessions together to a rate per second, and counts them."""

    def __init__(self, rate: float) -> None:
        self._interval, self._next = 1 / rate, monotonic()
        self.statuses: Counter[int] = Counter()

    async def turn(self) -> None:
        """Wait for the next turn. Time lost to a slow server is not made up for."""
        self._next = max(self._next, monotonic() - 0.5) + self._interval
        await asyncio.sleep(max(0.0, self._next - monotonic()))


class Written(NamedTuple):
    """Whether a write was carried out (None: the server was killed meanwhile), and its response if it arrived."""

    done: bool | None
    response: Exchange | None = None


@dataclass
class Case:
    """A case, what was paid on it by payment, how much of that was used, and adjustments, in hundredths."""

    payments: dict[str, int] = field(default_factory=dict)
    paid: int = 0
    adjusted: int = 0
    closed: bool = False


@dataclass
class Model:
    """What must be in a space. Surpluses have their balance, their status, and when they were ordered."""

    now: datetime
    debtors: dict[str, dict[str, str]] = field(default_factory=dict)
    cases: dict[str, Case] = field(default_factory=dict)
    owing: dict[str, list[str]] = field(default_factory=dict)  # cases by debtor
    plans: dict[str, str] = field(default_factory=dict)  # the debtor of each plan
    accounts: dict[str, str] = field(default_factory=dict)
    surpluses: dict[str, tuple[int, str, datetime]] = field(default_factory=dict)
    debt: int = 0
    received: int = 0
    set_off: int = 0
    paid_out: int = 0


class Session:
    """Does random operations in a space and checks every response. Operations raise a Violation."""

    def __init__(self, server: Server, name: str, seed: int, load: Load, root: str = "") -> None:
        self.server, self.name, self.root, self.load = server, name, root, load
        self.random = Random(f"{seed} {name}")
        self.client = Client()
        self.customer = "1000001"
        self.with_faults = True
        self.snapshots: dict[str, Model] = {}
        self.number = 0  # of names, never used twice
        self.model = Model(datetime(1, 1, 1, tzinfo=UTC))
        self.answer = Exchange("", 0, {}, b"")  # the latest
        self.doing = "begin"
        self.start = ""  # digest of the export of a fresh space
        self.last: tuple[str, str, str, int] | None = (
            None  # id, method, path, status of the last vendor request
        )

    # Sending

    async def send(self, method: str, path: str, body: Any = None, **headers: str) -> Exchange:
        """One exchange, with the expected media type. Raises Broken."""
        await self.load.turn()
        await self.server.wait()
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        target = self.root + quote(path, safe="/?&=$',()")
        answer = await self.client.send(self.server.port, method, target, body, {**CREDENTIALS, **names})
        self.load.statuses[answer.status] += 1
        if answer.body:
            kind = expected_type(path, answer.status)
            expect(answer.headers.get("content-type") == kind, f"content-type: {kind}", answer)
        if not path.startswith("/_sim"):
            self.last = (answer.headers["sim-request-id"], method, path.partition("?")[0], answer.status)
        return answer

    async def ask(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        """The JSON of a response with this status. Sent again if the server is killed meanwhile."""
        while True:
            generation = self.server.generation
            try:
                answer = await self.send(method, path, body)
            except Broken as broken:
                expect(self.server.generation != generation, "a response", Exchange(str(broken), 0, {}, b""))
                continue
            self.answer = answer
            expect(answer.status == status, f"status {status}", answer)
            return answer.json() if answer.body else None

    async def write(self, method: str, path: str, body: Any, status: int, with_faults: bool = True) -> Written:
        """A write that must succeed, at times under a fault."""
        fault, generation, standing = "", self.server.generation, None
        if self.with_faults and with_faults and self.random.random() < 0.1:
            fault = self.random.choice(FAULTS)
            if fault in ("drop", "reset") and self.random.random() < 0.5:
                standing = await self.ask("POST", "/_sim/faults", {"kind": fault, "times": 1}, 201)
        after = "after_commit" in fault or fault == "truncate"
        try:
            answer = await self.send(
                method, path, body, **({"Sim_Fault": fault} if fault and not standing else {})
            )
        except Broken as broken:
            if self.server.generation != generation:
                return Written(None)
            broke = Exchange(f"{broken} (Sim-Fault: {fault})", 0, {}, b"")
            expect(fault.startswith(("drop", "reset", "truncate")), f"status {status}", broke)
            if standing is not None:
                found = await self.ask("GET", f"/_sim/faults/{standing['id']}")
                expect(found["fired"] == 1 and found["ended"], "a fault that has fired once", self.answer)
            return Written(after)
        expect(not fault.startswith(("drop", "reset")), f"no response (Sim-Fault: {fault})", answer)
        if fault.startswith("status"):
            expect(answer.status == int(fault[7:10]), f"status {fault}", answer)
            return Written(after)
        self.answer = answer
        expect(answer.status == status, f"status {status}", answer)
        return Written(True, answer)

    def check(self, errors: list[str]) -> None:
        """Raise a Violation if there are mismatches."""
        expect(not errors, "; ".join(errors), self.answer)

    async def listed(self, path: str, condition: str = "", options: str = "&$top=100") -> Any:
        """A page of a list."""
        return await self.ask(
            "GET", f"{path}?$filter={condition}{options}" if condition else f"{path}?$top=100"
        )

    def fresh_name(self) -> str:
        """A name with the prefix of this session."""
        self.number += 1
        return f"{self.name}-{self.number:06}"

    # The life of a space

    async def begin(self) -> None:
        """Read what a fresh space has, with the clock frozen."""
        now = (await self.ask("PUT", "/_sim/clock", {"mode": "frozen"}))["now"]
        self.model = model = Model(datetime.fromisoformat(now))
        if not self.with_faults:  # other clients use the same space
            address = {"addressee": self.name, "city": "Oslo", "zipCode": "0150", "countryCode": "NO"}
            body = {"customerNo": self.customer, "name": self.name, "legalAddress": address}
            await self.write("POST", "/ledger/customer/v1/46001/customers", body, 201)
        for one in (await self.surpluses())["items"]:
            model.surpluses[one["surplusId"]] = (cents(one["balance"]), one["status"], model.now)
        model.received = sum(balance for balance, _, _ in model.surpluses.values())
        model.debt = await self.debt()

    async def begin_again(self) -> None:
        """Begin in a space of the same name, after a violation."""
        await self.ask("POST", "/_sim/reset", status=204)
        await self.begin()

    async def reset(self) -> None:
        """Reset the space, which then exports what every fresh space does; a part of it; or delete it."""
        kind = self.random.choice(["all", "all", "data", "journal", "faults", "delete"])
        if kind == "delete":
            await self.ask("DELETE", f"/_sim/spaces/{self.name}", status=204)
            self.snapshots.clear()
        else:
            await self.ask("POST", "/_sim/reset", {"scope": kind}, 204)
        if kind in ("journal", "faults"):
            return
        if self.random.random() < 0.05:
            self.answer = await self.send("GET", "/_sim/export")
            digest = sha256(self.answer.body).hexdigest()
            expect(
                self.start in ("", digest), f"the export of a fresh space (SHA-256 {self.start})", self.answer
            )
            self.start = digest
        await self.begin()

    async def reset_meanwhile(self) -> None:
        """Reset the space while a fault delays a write: not carried out, or, if it came too late, kept."""
        name = self.fresh_name()
        other = Session(self.server, self.name, 0, self.load, self.root)
        task = asyncio.create_task(other.send("PUT", DEBTORS, {"fullName": name}, Sim_Fault="delay=0.1"))
        await asyncio.sleep(0.02)
        await self.ask("POST", "/_sim/reset", status=204)
        answer = await task
        other.client.close()
        expect(answer.status in (201, 503), "status 201 or 503", answer)
        await self.begin()
        if answer.status == 201:
            self.model.debtors[answer.json()["debtorGuid"]] = {"fullName": name}
        await self.list_debtors()

    async def snapshot(self) -> None:
        """Take a snapshot in place of an older one, or restore one."""
        name = self.random.choice(["a", "b"])
        if name in self.snapshots and self.random.random() < 0.6:
            await self.ask("POST", f"/_sim/snapshots/{name}/restore", status=204)
            self.model = deepcopy(self.snapshots[name])
            await self.clock()
            return
        if name in self.snapshots:
            await self.ask("DELETE", f"/_sim/snapshots/{name}", status=204)
        await self.ask("POST", "/_sim/snapshots", {"name": name}, 201)
        self.snapshots[name] = deepcopy(self.model)

    async def export_and_import(self) -> None:
        """Import an export after another write, which is gone then."""
        exported = await self.send("GET", "/_sim/export")
        before = deepcopy(self.model)
        await self.create_debtor()
        await self.ask("POST", "/_sim/import", exported.body, 204)
        self.model = before
        again = await self.send("GET", "/_sim/export")
        expect(again.body == exported.body, "what was imported", again)

    async def clock(self) -> None:
        """Read the clock, or move it; what is due happens."""
        if self.random.random() < 0.3:
            now = (await self.ask("GET", "/_sim/clock"))["now"]
        elif self.random.random() < 0.2:
            past = (self.model.now - timedelta(days=9000)).isoformat()
            await self.ask("PUT", "/_sim/clock", {"now": past}, 409)
            return
        else:
            days = self.random.randint(1, 40)
            moved = await self.ask("POST", "/_sim/clock/advance", {"by": f"P{days}D"})
            now, self.model.now = moved["to"], self.model.now + timedelta(days=days)
            self.happened(moved["events"])
        expect(datetime.fromisoformat(now) == self.model.now, f"the time {self.model.now}", self.answer)

    def happened(self, events: list[Any]) -> None:
        """Take over what scheduled jobs did to surpluses."""
        for event in events:
            found = self.model.surpluses.get(event.get("surplusId", ""))
            if found is not None:
                expect(cents(event["balance"]) == found[0], f"the balance {found[0]}", self.answer)
                self.executed(event["surplusId"])

    # Aptic

    async def create_debtor(self) -> None:
        sent = {"fullName": self.fresh_name(), "email": f"{self.number}@example.com", "cellularPhone": "1"}
        written = await self.write("PUT", DEBTORS, {**sent, "city": "Oslo", "street": "Gate 1"}, 201)
        found = await self.listed(DEBTORS, f"fullName eq '{sent['fullName']}'")
        expect(
            written.done is None or found["total"] == written.done,
            f"total {written.done:d}" if written.done is not None else "",
            self.answer,
        )
        for one in found["value"]:
            self.model.debtors[one["debtorGuid"]] = sent
            expect((one["street"], one["city"]) == ("Gate 1", "Oslo"), "the address that was sent", self.answer)
        if written.response is not None:
            guid = written.response.json()["debtorGuid"]
            expect(found["value"][0]["debtorGuid"] == guid, f"debtorGuid {guid}", self.answer)

    async def update_debtor(self) -> None:
        guid, known = self.random.choice(list(self.model.debtors.items()))
        sent = {
            "email": f"{self.random.randrange(10**6)}@example.org",
            "cellularPhone": str(self.random.random()),
        }
        written = await self.write("PATCH", f"{DEBTORS}/{guid}", sent, 204)
        found = await self.ask("GET", f"{DEBTORS}/{guid}")
        if written.done is None:
            written = Written({name: found[name] for name in sent} == sent)
        self.model.debtors[guid] = known = {**known, **sent} if written.done else known
        expect(
            {name: found[name] for name in sent if name in known}.items() <= known.items(),
            f"{known}",
            self.answer,
        )

    async def list_debtors(self) -> None:
        """All debtors of this session, which no other has written to, in order."""
        names = sorted(one["fullName"] for one in self.model.debtors.values())
        skip = self.random.randrange(len(names) + 1)
        page = await self.listed(
            DEBTORS, f"startswith(fullName,'{self.name}-')", f"&$orderby=fullName desc&$top=20&$skip={skip}"
        )
        wanted = names[::-1][skip : skip + 20]
        found = [one["fullName"] for one in page["value"]]
        expect((page["total"], found) == (len(names), wanted), f"total {len(names)}, {wanted}", self.answer)

    async def other_spaces(self) -> None:
        """Nothing of other spaces is here: every name with a hyphen and digits is ours."""
        total = (await self.listed(DEBTORS, "startswith(fullName,'soak-')"))["total"]
        expect(total == len(self.model.debtors), f"total {len(self.model.debtors)}", self.answer)
        total = (await self.listed(CASES, "startswith(caseNumber,'soak-')"))["total"]
        expect(total == len(self.model.cases), f"total {len(self.model.cases)}", self.answer)

    async def import_cases(self) -> None:
        guid = self.random.choice(list(self.model.debtors))
        number, today = self.fresh_name(), self.model.now.date().isoformat()
        sent = [
            {
                "caseNumber": f"{number}-{index}",
                "currencyCode": "SEK",
                "debtors": [{"debtorGuid": guid}],
                "debts": [
                    {
                        "originalPrincipal": self.amount(),
                        "interestRate": self.random.randint(0, 20),
                        "interestFrom": today,
                    }
                    for _ in range(self.random.randint(1, 3))
                ],
                "fees": [{"originalPrincipal": self.amount()}],
            }
            for index in range(self.random.randint(1, 3))
        ]
        written = await self.write("PUT", CASES, sent, 201)
        found = await self.listed(CASES, f"startswith(caseNumber,'{number}-')")
        allowed = (0, len(sent)) if written.done is None else (len(sent) * written.done,)
        expect(found["total"] in allowed, f"total {allowed}", self.answer)
        for one, case in zip(found["value"], sent, strict=False):
            owed = sum(cents(claim["originalPrincipal"]) for claim in (*case["debts"], *case["fees"]))  # type: ignore[misc, index]
            expect(cents(one["originalSum"]) == owed, f"originalSum {owed / 100}", self.answer)
            self.model.cases[one["caseGuid"]] = Case()
            self.model.owing.setdefault(guid, []).append(one["caseGuid"])

    def amount(self) -> float:
        return self.random.randint(1, 500_000) / 100

    async def books(self, guid: str = "") -> None:
        """The sums of a case."""
        guid = guid or self.random.choice(list(self.model.cases))
        path, known = f"{CASES}/{guid}", self.model.cases[guid]
        case = await self.ask("GET", path)
        claims = [one for kind in ("Debts", "Fees") for one in (await self.listed(f"{path}/{kind}"))["value"]]
        found = (await self.listed(f"{path}/Payments"))["value"]
        self.check(case_errors(case, claims, known.payments, found, known.paid, known.adjusted))

    async def pay(self) -> None:
        guid, known = self.random.choice(list(self.model.cases.items()))
        path, amount = f"{CASES}/{guid}", self.amount()
        if known.closed or len(known.payments) > 50:
            await self.ask(
                "PUT",
                f"{path}/Payments",
                {"paymentAmount": amount if known.closed else 0},
                409 if known.closed else 400,
            )
            return
        remaining = cents((await self.ask("GET", path))["remainingSum"])
        written = await self.write("PUT", f"{path}/Payments", {"paymentAmount": amount}, 201)
        found = (await self.listed(f"{path}/Payments"))["value"]
        new = [one["paymentGuid"] for one in found if one["paymentGuid"] not in known.payments]
        allowed = (0, 1) if written.done is None else (int(written.done),)
        expect(len(new) in allowed, f"{allowed} new payments", self.answer)
        for one in new:
            payment = await self.ask("GET", f"{path}/Payments/{one}")
            self.check(payment_errors(payment, cents(amount), remaining))
            known.payments[one] = cents(amount)
            known.paid += cents(payment["totalAmountDeducted"])
        await self.books(guid)

    async def adjust(self) -> None:
        guid, known = self.random.choice(list(self.model.cases.items()))
        fee = (await self.listed(f"{CASES}/{guid}/Fees"))["value"][0]
        by = self.random.randint(-cents(fee["remainingPrincipal"]), 1000)
        if by:
            path = f"{CASES}/{guid}/Fees/{fee['feeGuid']}/Adjust"
            written = await self.write("POST", path, {"principalAdjustment": by / 100}, 204)
            known.adjusted += by if written.done else 0
        await self.books(guid)

    async def close_case(self) -> None:
        guid, known = self.random.choice(list(self.model.cases.items()))
        if not known.closed:
            written = await self.write("POST", f"{CASES}/{guid}/Close", {"closureCode": "DISPUTED"}, 204)
            known.closed = bool(written.done)
        await self.ask("POST", f"{CASES}/{guid}/Close", {"closureCode": "PAID"}, 409 if known.closed else 204)
        known.closed = True
        await self.books(guid)

    async def plan(self) -> None:
        """Propose a plan and activate it; while it runs, the books go on to agree."""
        debtor = self.random.choice(list(self.model.owing))
        path = f"{DEBTORS}/{debtor}/Paymentplans"
        remaining = [
            cents((await self.ask("GET", f"{CASES}/{guid}"))["remainingSum"])
            for guid in self.model.owing[debtor]
            if not self.model.cases[guid].closed
        ]
        if debtor in self.model.plans.values() or not sum(remaining):
            return
        terms = {"paymentPlanType": 3, "numberOfPayments": self.random.randint(1, 6), "invoiceFee": 5}
        written = await self.write("PUT", path, terms, 201)
        for one in (await self.listed(path))["value"]:
            made = await self.ask("GET", f"{path}/{one['paymentPlanGuid']}")
            self.check(plan_errors(made, sum(remaining)))
            self.model.plans[one["paymentPlanGuid"]] = debtor
        expect((debtor in self.model.plans.values()) is written.done, f"a plan: {written.done}", self.answer)
        for guid in [guid for guid, owner in self.model.plans.items() if owner == debtor]:
            await self.ask("POST", f"{path}/{guid}/Activate", status=204)

    # PayEx

    @property
    def _customer(self) -> str:
        return f"/ledger/customer/v1/46001/customers/{self.customer}"

    @property
    def _admin(self) -> str:
        return f"/_sim/payex/46001/customers/{self.customer}"

    async def surpluses(self) -> Any:
        return await self.ask("GET", f"{self._customer}/surpluses?take=100")

    async def debt(self) -> int:
        return cents((await self.ask("GET", f"/ledger/invoice/v1/46001/invoices/{INVOICE}"))["currentDebt"])

    def executed(self, surplus: str) -> None:
        """Take over that a pending surplus has been paid out or set off."""
        balance, status, _ = self.model.surpluses.pop(surplus)
        if status == "pending-disbursement":
            self.model.paid_out += balance
        else:
            used = min(self.model.debt, balance)
            self.model.debt -= used
            self.model.set_off += used
            if balance > used:  # becomes a new surplus
                self.model.surpluses[f"?{surplus}"] = (balance - used, "open", self.model.now)

    async def receive(self) -> None:
        if len(self.model.surpluses) > 50:
            return
        amount = self.random.randint(1, 20_000)
        body: dict[str, Any] = {"amount": amount / 100}
        to_invoice = self.customer == "1000001" and self.random.random() < 0.2
        if to_invoice:
            body["invoiceNo"] = INVOICE
        written = await self.write("POST", f"{self._admin}/payments", body, 201, with_faults=False)
        used = min(amount, self.model.debt) if to_invoice else 0
        if written.done is None:
            written = Written(len((await self.surpluses())["items"]) > len(self.model.surpluses))
        if written.done:
            self.model.debt -= used
            self.model.received += amount - used
            if amount > used:
                self.model.surpluses["?"] = (amount - used, "open", self.model.now)
        await self.surplus_books()

    async def surplus_books(self) -> None:
        """The list of surpluses; those whose id is not known yet get it."""
        items = (await self.surpluses())["items"]
        surpluses = self.model.surpluses
        for one in items:
            if one["surplusId"] not in surpluses:
                wanted = (cents(one["balance"]), one["status"])
                key = next(
                    (key for key, value in surpluses.items() if key[0] == "?" and value[:2] == wanted), None
                )
                expect(key is not None, f"no surplus {one['surplusId']}", self.answer)
                surpluses[one["surplusId"]] = surpluses.pop(str(key))
        model = self.model
        known = {guid: (balance, status) for guid, (balance, status, _) in surpluses.items()}
        self.check(surplus_errors(items, known, model.received, model.set_off, model.paid_out))
        late = [
            guid
            for guid, (_, status, at) in surpluses.items()
            if status != "open" and model.now - at > timedelta(days=14)
        ]
        expect(not late, f"orders of more than two weeks ago executed: {late}", self.answer)
        if self.customer == "1000001":
            expect(await self.debt() == model.debt, f"currentDebt {model.debt / 100}", self.answer)

    async def order(self) -> None:
        """Order the disbursement or the set-off of a surplus; execute a pending one."""
        if not self.model.surpluses:
            return
        await self.surplus_books()
        guid, (balance, status, _) = self.random.choice(list(self.model.surpluses.items()))
        if status != "open":
            done = (await self.write("POST", f"{self._admin}/surpluses/{guid}/execute", None, 204, False)).done
            if done is None:
                done = guid not in [one["surplusId"] for one in (await self.surpluses())["items"]]
            if done:
                self.executed(guid)
        elif self.model.debt and self.customer == "1000001" and self.random.random() < 0.5:
            await self.ask("POST", f"{self._admin}/surpluses/{guid}/regulate", {"invoiceNo": INVOICE}, 204)
            self.model.surpluses[guid] = (balance, "pending-regulate", self.model.now)
        else:
            path, payee = f"{self._customer}/surpluses/{guid}", {"clearingNo": "5000", "accountNo": "1234567"}
            written = await self.write(
                "POST", f"{path}/active-disbursement-orders", {"swedishBankAccount": payee}, 201
            )
            found = (await self.ask("GET", path))["status"]
            allowed = (
                ("open", "pending-disbursement")
                if written.done is None
                else (("open", "pending-disbursement")[written.done],)
            )
            expect(found in allowed, f"status {allowed}", self.answer)
            orders = (await self.ask("GET", f"{path}/active-disbursement-orders"))["items"]
            expect(len(orders) == (found != "open"), f"an order: {found != 'open'}", self.answer)
            self.model.surpluses[guid] = (balance, found, self.model.now)
        await self.surplus_books()

    # Riverty

    async def apply(self) -> None:
        number = self.fresh_name()
        customer = {
            "firstName": "Astrid",
            "lastName": "Ek",
            "customerNumber": number,
            "category": "Person",
            "currency": "SEK",
        }
        body = {"accountLimit": 500, "customer": customer, "countryCode": "SE", "conversationLanguage": "SV"}
        await self.write("POST", "/api/v3/customer-account", body, 200)
        found = await self.ask("POST", "/api/v3/customer-account", body)  # the same account, if there is one
        account = found["account"]["accountNumber"]
        expect(account not in self.model.accounts, "a new accountNumber", self.answer)
        self.model.accounts[account] = number

    async def credit(self) -> None:
        for account in list(self.model.accounts)[-1:]:
            found = await self.ask("GET", f"/api/v3/customer-account/{account}/credit-limit")
            expect(found["remainingCreditLimit"] == 500, "remainingCreditLimit 500", self.answer)

    # Everything else

    async def malformed(self) -> None:
        method, path, body, status = self.random.choice(MALFORMED)
        await self.ask(method, path, body, status)

    async def journal(self) -> None:
        """The journal has the last request to a vendor."""
        await self.malformed()
        if self.last is not None:
            identifier, method, path, status = self.last
            self.last = None
            found = await self.send("GET", f"/_sim/requests/{identifier}")
            if found.status == 200:  # not after a reset
                kept = found.json()
                expect(
                    (kept["method"], kept["path"], kept["status"]) == (method, path, status),
                    f"{method} {path} {status}",
                    found,
                )
            else:
                expect(found.status == 404, "status 404", found)

    async def verify(self) -> None:
        """All that was acknowledged is there."""
        await self.list_debtors()
        for guid, known in self.model.debtors.items():
            found = await self.ask("GET", f"{DEBTORS}/{guid}")
            expect(
                {**known, **found, "fullName": known["fullName"]}.items() >= known.items(),
                f"{known}",
                self.answer,
            )
        for guid in list(self.model.cases):
            await self.books(guid)
        await self.surplus_books()

    async def step(self) -> None:
        """One operation that can be done now."""
        model = self.model
        if len(model.debtors) > MAX_DEBTORS:
            name = "reset"
        else:
            names = [name for name in WEIGHTS if self.with_faults or name in DURABLE]
            if not model.debtors:
                names = [name for name in names if name not in ("update_debtor", "import_cases")]
            if not model.cases:
                names = [name for name in names if name not in ("books", "pay", "adjust", "close_case", "plan")]
            (name,) = self.random.choices(names, [WEIGHTS[name] for name in names])
        self.doing = name
        await getattr(self, name)()


WEIGHTS = {
    "create_debtor": 10, "update_debtor": 8, "list_debtors": 6, "other_spaces": 4, "import_cases": 5, "books": 6, "pay": 6,
    "adjust": 2, "close_case": 1, "plan": 1, "receive": 4, "order": 5, "surplus_books": 3, "apply": 3, "credit": 3,
    "clock": 3, "malformed": 6, "journal": 4, "snapshot": 2, "reset": 0.7, "reset_meanwhile": 0.2, "export_and_import": 0.02,
}  # fmt: skip
DURABLE = (
    "create_debtor",
    "update_debtor",
    "list_debtors",
    "import_cases",
    "books",
    "pay",
    "adjust",
    "receive",
    "order",
)
