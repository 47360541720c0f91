"""Aptic's section of a world file."""

from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from ledgersim.vendors.aptic.seed.customer_definition import Customers
from ledgersim.vendors.aptic.seed.invoices import Kind
from ledgersim.world.model import PastRange
from ledgersim.world.parts import (
    CountryCode,
    Currency,
    DaysAgo,
    ExtraFields,
    Guid,
    Part,
    PerCent,
    Phone,
    Rate,
    Text,
    Weight,
    some_weight,
)


class Client(Part):
    """A creditor; `invoices` are the kinds of invoices that some of its debts have.

    `commission` is the share of payments, in per cent, that is withheld from it, plus VAT.
    """

    guid: Guid
    reference_code: Text
    informal_name: Text
    full_name: Text
    id_number: Text
    country: CountryCode
    phone: Phone
    email: Text
    web_page: Text
    bank_account: Text | None = None  # instead of that in `bank_accounts`
    report_paid_interest: bool = False
    registered_days_ago: DaysAgo
    goods: list[Text] = Field(min_length=1)
    invoices: list[Kind] = []
    commission: Rate = 0


class Credential(Part):
    """Client credentials that get a token with `--auth strict`."""

    client_id: Text
    client_secret: Text


class Service(Part):
    """A service of cases: its weight, its sub-statuses, and the fees of its cases.

    With `fee_interest`, the fees bear the interest of the country, as costs that a court has awarded do.
    """

    weight: Weight
    sub_statuses: list[Text] = Field(min_length=1)
    fees: list[Text] = []
    fee_interest: bool = False


class Cases(Part):
    """The properties of random cases; shares are in per cent."""

    registered_days_ago: PastRange
    debts: Annotated[dict[Annotated[int, Field(ge=1, le=50)], Weight], AfterValidator(some_weight)]
    two_debtors: PerCent
    services: dict[Text, Service] = Field(min_length=1)
    with_interest: PerCent
    with_vat: PerCent
    paid_before_import: PerCent
    part_paid: PerCent
    closed: dict[Text, PerCent]
    payment_sources: list[Text] = Field(min_length=1)

    @model_validator(mode="after")
    def _has_shares(self) -> Self:
        if sum(self.closed.values()) > 100:
            raise ValueError("the shares in closed must add up to 100 at most")
        some_weight({name: service.weight for name, service in self.services.items()})
        return self


class ExtraFieldChoices(Part):
    """The extra fields of debtors, customers and cases, each with the values to choose from."""

    debtor: ExtraFields = {}
    customer: ExtraFields = {}
    case: ExtraFields = {}


class PredefinedValues(Part):
    """Values that Aptic calls predefined. Others that clients send are reported, unless the list is empty."""

    channels: list[Text] = ["LETTER", "E-INVOICE", "EMAIL", "SMS"]
    debt_groups: list[Text] = []
    interest_codes: list[Text] = ["FIXED", "ÖGR", "F_365_BASE"]
    fee_names: list[Text] = ["REMIND", "INKVARSEL", "KK"]


class Aptic(Part):
    """The data of Aptic's gateway."""

    user: dict[str, Any]
    api_keys: list[Text]
    credentials: list[Credential]
    bank_accounts: dict[Currency, Text]
    clients: list[Client] = Field(min_length=1)
    cases: Cases
    customers: Customers = Customers()
    predefined_values: PredefinedValues = PredefinedValues()
    extra_fields: ExtraFieldChoices = ExtraFieldChoices()
