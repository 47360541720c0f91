"""The customer summaries of a world: random ones, and those defined by personas."""

from collections.abc import Mapping
from typing import Any

from ledgersim.vendors.aptic.seed.agreement_rows import AgreementRows, MandateDraft, PeriodDraft
from ledgersim.vendors.aptic.seed.context import Context
from ledgersim.vendors.aptic.seed.customer_definition import PersonaCustomerSummary
from ledgersim.vendors.aptic.seed.purchase_rows import Customer, PurchaseDraft, PurchaseRows
from ledgersim.world.bank_accounts import finnish_iban, swedish_account
from ledgersim.world.days import end_of_month
from ledgersim.world.parts import CountryCode
from ledgersim.world.people import Weighted

# Values of Aptic's directDebitMandateType and sendingBankAccountClass.
AUTOGIRO, SEPA_CONSUMER, SEPA_BUSINESS = 1, 3, 5
SWEDISH_ACCOUNT, FINNISH_ACCOUNT = 9, 10

PARAMETERS_EVERY = 5  # of the customers, one has party parameters
RECENT_DAYS = 300  # random events happened within these days


def add_customer_summaries(context: Context, customers: list[Customer]) -> None:
    """Add random parts to the summaries of customers."""
    maker = _Maker(context, customers)
    for customer in customers:
        maker.make(customer)


def add_persona_summary(
    context: Context, customer: Customer, given: PersonaCustomerSummary, ids: Mapping[str, int]
) -> None:
    """Add the parts of the summary that a persona defines. `ids` maps GUIDs of customers to their ids."""
    today, of = context.today, context.section.customers
    purchases, agreements = PurchaseRows(context), AgreementRows(context)
    campaigns = {campaign.code: campaign for campaign in of.campaigns}
    drafts: dict[bool, list[PurchaseDraft]] = {True: [], False: []}
    for one in given.purchases:
        campaign = None if one.campaign is None else campaigns[one.campaign]
        draft = PurchaseDraft(one.description, one.amount, one.remaining, today - one.days_ago, campaign)
        drafts[one.on_account].append(draft)
    if given.account is not None:
        purchases.add_account(customer, drafts[True], given.account.number, given.account.guid)
    for draft in drafts[False]:
        purchases.add_purchase(customer, draft)
    if given.unsettled_payment:
        purchases.add_unsettled_payment(customer, given.unsettled_payment, today - 1)
    for guarantee in given.guarantees:
        guarantor = ids[guarantee.guarantor]
        agreements.add_guarantee(customer, guarantor, guarantee.amount, today - 30, guarantee.guid)
    questions = {question.code: question for question in of.questions}
    for question in given.questions:
        agreements.add_question(customer, questions[question.code], today - 1, question.guid)
    if (loan := given.loan) is not None:
        period = PeriodDraft(loan.principal, loan.rate, today - loan.days_ago, None)
        agreements.add_loan(customer, [period], loan.number, loan.guid)


class _Maker:
    """Makes random parts of summaries by the shares in the definition of the world."""

    def __init__(self, context: Context, customers: list[Customer]) -> None:
        self._context = context
        self._of = context.section.customers
        self._purchases, self._agreements = PurchaseRows(context), AgreementRows(context)
        self._numbers = Weighted(self._of.purchases)
        self._neighbours: dict[CountryCode, list[int]] = {code: [] for code in context.registers}
        for customer in customers:
            self._neighbours[customer.country].append(customer.id)

    def make(self, customer: Customer) -> None:
        """Add random parts to the summary of a customer."""
        if self._hits(customer, self._of.with_purchases):
            self._add_purchases(customer)
        if self._hits(customer, self._of.with_guarantor):
            self._add_guarantee(customer)
        chance = self._chance(customer)
        if self._hits(customer, self._of.with_collateral):
            pledge = chance.choice(self._of.pledges)
            self._agreements.add_collateral(customer, pledge, self._large(customer), self._day(customer))
        if self._hits(customer, self._of.with_mandate):
            self._add_mandate(customer)
        if customer.person.is_company and self._hits(customer, self._of.with_insurance):
            code = chance.choice(self._of.insurers)
            self._agreements.add_insurance(customer, code, self._large(customer), self._day(customer))
        if self._hits(customer, self._of.with_question):
            question = chance.choice(self._of.questions)
            self._agreements.add_question(customer, question, self._day(customer))
        if self._hits(customer, self._of.with_loan):
            self._add_loan(customer)
        if customer.id % PARAMETERS_EVERY == 0:
            self._agreements.add_parameters(customer, self._of.parameters)

    def _chance(self, customer: Customer) -> Any:
        return self._context.registers[customer.country].chance

    def _hits(self, customer: Customer, share: float) -> bool:
        return bool(self._chance(customer).random() * 100 < share)

    def _day(self, customer: Customer) -> int:
        """Return a recent day after the registration of the customer."""
        days_ago: int = self._chance(customer).randrange(1, RECENT_DAYS)
        return max(customer.registered.toordinal(), self._context.today - days_ago)

    def _large(self, customer: Customer) -> int:
        """Return a large amount, as in a contract."""
        most = self._context.registers[customer.country].country.principal.most
        factor: int = self._chance(customer).randrange(2, 11)
        return most * factor

    def _add_purchases(self, customer: Customer) -> None:
        number = self._numbers.pick(self._chance(customer).random())
        drafts = [self._purchase(customer) for _ in range(number)]
        if self._hits(customer, self._of.on_account):
            self._purchases.add_account(customer, drafts)
        else:
            for draft in drafts:
                self._purchases.add_purchase(customer, draft)
        owed = sum(draft.remaining for draft in drafts)
        if owed and self._hits(customer, self._of.with_unsettled_payment):
            amount = max(1, owed * self._chance(customer).randrange(1, 6) // 10)
            self._purchases.add_unsettled_payment(customer, amount, self._context.today - 1)

    def _purchase(self, customer: Customer) -> PurchaseDraft:
        chance = self._chance(customer)
        size = self._context.registers[customer.country].country.principal
        # Mostly small amounts.
        amount = max(1, size.least) + int((size.most - size.least) * chance.random() ** 3)
        goods, day = chance.choice(customer.client.goods), self._day(customer)
        fields = (("SalesChannel", chance.choice(("Web", "Store"))),)
        if self._hits(customer, self._of.in_campaign):
            draft = self._in_campaign(customer, goods, amount)
            if draft.day >= customer.registered.toordinal():
                return draft
        remaining = amount
        if self._hits(customer, self._of.paid):
            remaining = 0
        elif self._hits(customer, self._of.part_paid):
            remaining = amount * chance.randrange(1, 10) // 10
        return PurchaseDraft(goods, amount, remaining, day, extra_fields=fields)

    def _in_campaign(self, customer: Customer, goods: str, least: int) -> PurchaseDraft:
        """Return a purchase whose due payments have all been made."""
        chance, today = self._chance(customer), self._context.today
        campaign = chance.choice(self._of.campaigns)
        payment = (least + campaign.payments - 1) // campaign.payments
        paid = chance.randrange(0, campaign.payments)
        day = end_of_month(today, -paid - 1) - chance.randrange(0, 28)
        return PurchaseDraft(
            goods, payment * campaign.payments, payment * (campaign.payments - paid), day, campaign
        )

    def _add_guarantee(self, customer: Customer) -> None:
        guarantor = self._chance(customer).choice(self._neighbours[customer.country])
        if guarantor != customer.id:
            self._agreements.add_guarantee(customer, guarantor, self._large(customer), self._day(customer))

    def _add_mandate(self, customer: Customer) -> None:
        """Add a mandate. There is no mandate type for Norway and Denmark."""
        chance, day = self._chance(customer), self._day(customer)
        if customer.country == "SE":
            account = swedish_account(chance)
            self._agreements.add_mandate(customer, MandateDraft(AUTOGIRO, SWEDISH_ACCOUNT, account, day))
        elif customer.country == "FI":
            kind = SEPA_BUSINESS if customer.person.is_company else SEPA_CONSUMER
            account = finnish_iban(chance)
            self._agreements.add_mandate(customer, MandateDraft(kind, FINNISH_ACCOUNT, account, day))

    def _add_loan(self, customer: Customer) -> None:
        """Add a loan, either unchanged or with a new rate and an extra payment half-way."""
        chance, today = self._chance(customer), self._context.today
        start, principal = self._day(customer), self._large(customer)
        rate = chance.choice(self._of.loan_rates)
        if today - start < 60 or chance.random() < 0.5:
            self._agreements.add_loan(customer, [PeriodDraft(principal, rate, start, None)])
            return
        middle = (start + today) // 2
        later = chance.choice(self._of.loan_rates)
        self._agreements.add_loan(
            customer,
            [
                PeriodDraft(principal, rate, start, middle),
                PeriodDraft(principal // 10 * 9, later, middle, None, "VARIABLE", "MARGIN"),
            ],
        )
