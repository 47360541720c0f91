"""Seeds Riverty: the accounts of the personas, with their moves."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from ledgersim.errors import StartupError
from ledgersim.storage.statements import Row
from ledgersim.vendors.riverty.customer_account.models import ACCOUNT_MOVE, CUSTOMER_ACCOUNT
from ledgersim.vendors.riverty.customer_account.rules import (
    OPEN,
    AccountState,
    account_number,
    described,
    moved,
    noticed,
    ocr,
    possible_moves,
    remaining_credit,
)
from ledgersim.vendors.riverty.customer_account.schemas import Move, PastMove
from ledgersim.vendors.riverty.state import RivertyState
from ledgersim.world.days import at, instant
from ledgersim.world.model import Definition
from ledgersim.world.parts import Amount, Currency, DaysAgo, Guid, Part, Text
from ledgersim.world.persona_model import PersonaParty
from ledgersim.world.seeding import Mismatch, Seed, SeedContext, SeededDebt, SeededPersona

NOON = 43_200  # seconds
_LANGUAGES = {"SE": "SV", "NO": "NO", "FI": "FI", "DK": "DA"}


class PersonaRiverty(Part):
    """A persona's credit account; its purchases are the persona's debts in the currency of its country.

    `first_notice_days_ago` is the date of the first notice that the application asked for, if it asked for one.
    """

    guid: Guid
    customer_number: Annotated[str, Field(min_length=1, max_length=100)]
    account_limit: Amount
    opened_days_ago: DaysAgo
    first_notice_days_ago: DaysAgo | None = None


class Riverty(Part):
    """Riverty's section of a world: keys for `--auth strict`, and the bank accounts to pay to, by currency."""

    keys: list[Text] = []
    bank_accounts: dict[Currency, Text] = {}


def fill(context: SeedContext) -> RivertyState:
    """Store the accounts of the personas, and the moves that led to their present state.

    Raises StartupError if an account does not allow one of them.
    """
    section: Riverty = context.definition.section("riverty")
    for persona in context.personas:
        part: PersonaRiverty | None = persona.definition.part("riverty")
        if part is not None:
            _add_account(context, section, persona, part)
    context.rows.flush()
    return RivertyState(keys=section.keys, bank_accounts=section.bank_accounts)


def unique(definition: Definition) -> Iterator[Mismatch]:
    """The values that no two personas may share."""
    for number, persona in enumerate(definition.personas):
        account: PersonaRiverty | None = persona.part("riverty")
        if account is not None:
            key = f"[{number}] {persona.name}"
            yield Mismatch("personas", key, account.guid)
            yield Mismatch("personas", key, f"customer_number {account.customer_number}")


def _add_account(context: SeedContext, section: Riverty, persona: SeededPersona, part: PersonaRiverty) -> None:
    party = persona.definition.party
    currency = context.definition.world.countries[party.country].currency
    account_id = context.rows.new_id(CUSTOMER_ACCOUNT)
    number = account_number(account_id)
    national_number = persona.person.facts["id_number"]
    persona.entry["riverty"] = {
        "organizationPersonalNo": national_number,
        "customerNumber": part.customer_number,
        "customerAccountId": part.guid,
        "accountNumber": number,
        "ocr": ocr(number),
    }
    history = History(part, context.today)
    try:
        history.follow([debt for debt in persona.debts if debt.currency == currency])
    except ValueError as error:
        raise StartupError(f"the persona {persona.definition.name}, riverty: {error}") from error
    account = {
        **asdict(history.state),
        "id": account_id,
        "account_number": number,
        "bank_account": section.bank_accounts.get(currency),
        "created_at": instant(context.today - part.opened_days_ago),
        "customer_number": part.customer_number,
        "customer_account_id": part.guid,
        "first_name": party.first,
        "last_name": party.company or party.last,
        "organization_personal_no": national_number,
        "category": "Company" if party.company else "Person",
        "currency": currency,
        "address_list": [_address(party)],
        "country_code": party.country,
        "conversation_language": _LANGUAGES[party.country],
    }
    context.rows.add(CUSTOMER_ACCOUNT, account)
    for move in history.moves:
        context.rows.add(ACCOUNT_MOVE, {"account_id": account_id, **move})


class History:
    """The moves of an account up to the date of the world, by the rules of accounts."""

    def __init__(self, part: PersonaRiverty, today: int) -> None:
        days_ago = part.first_notice_days_ago
        first = None if days_ago is None else date.fromordinal(today - days_ago)
        self._today = today
        self.state = AccountState(
            account_status=OPEN,
            account_limit=part.account_limit,
            balance=0,
            billed=0,
            is_stopped=False,
            confirmed=True,
            first_notice_date=first,
            last_notice_date=None,
            next_notice_date=first,
        )
        self.moves: list[Row] = []

    def follow(self, debts: Sequence[SeededDebt]) -> None:
        """Purchase and pay the debts, and send the account to collection with the last that was sent there.

        If the monthly notices have not reminded of the account by then, the shop has been quicker: it is billed
        and reminded on that day. Raises ValueError for a move that the account does not allow.
        """
        planned: list[tuple[int, Move, int]] = [(debt.billed, "purchase", debt.amount) for debt in debts]
        collected = (debt for debt in debts if debt.stage == "collection" and debt.collected is not None)
        last = max(collected, key=lambda debt: debt.collected or 0, default=None)
        if last is not None:
            day = last.collected or 0
            planned += [(day, "reminder", 0), (day, "send-to-collection", 0)]
        planned += [(day, "payment", amount) for debt in debts for day, amount in debt.payments]
        if last is not None and last.closed is not None:
            planned.append((last.closed, "close", 0))
        for day, move, amount in sorted(planned, key=lambda one: one[0]):
            self._send_notices(day)
            if move == "reminder":
                self._remind(day)
            else:
                self._make(day, move, amount)
        self._send_notices(self._today)

    def _remind(self, day: int) -> None:
        if self.state.account_status != OPEN:
            return
        if not self.state.billed:
            self._record("notice", instant(day))
        self._make(day, "reminder", 0)

    def _make(self, day: int, move: Move, amount: int) -> None:
        credit = remaining_credit(self.state.account_limit, self.state.balance)
        if move not in possible_moves(self.state) or (move == "purchase" and amount > credit):
            what = f"{move} of {amount / 100:,.2f}" if amount else move
            state = f"{described(self.state)}, remaining credit {credit / 100:,.2f}"
            raise ValueError(f"on {date.fromordinal(day)} the account ({state}) allows no {what}")
        self.state = moved(self.state, move, date.fromordinal(day), amount)
        is_late = move in ("payment", "close")  # at noon, as they follow from what the other vendors received
        self._record(move, at(day, NOON) if is_late else instant(day), amount or None)

    def _send_notices(self, until: int) -> None:
        while (due := self.state.next_notice_date) is not None and due.toordinal() <= until:
            move, self.state = noticed(self.state, due)
            if move is not None:
                self._record(move, instant(due.toordinal()))

    def _record(self, move: PastMove, when: datetime, amount: int | None = None) -> None:
        after = {"account_status": self.state.account_status, "balance": self.state.balance}
        self.moves.append({"at": when, "move": move, "amount": amount, **after})


def _address(party: PersonaParty) -> Row:
    address = party.addresses[0]
    return {
        "street": address.street,
        "street_number": address.house_no,
        "street_number_additional": address.house_no_extension,
        "postal_code": address.zip_code,
        "postal_place": address.city,
        "country_code": party.country,
        "care_of": None,
    }


SEED = Seed(fill=fill, section=Riverty, persona=PersonaRiverty, unique=unique)
