"""What a file of fixtures may say: the bodies of the vendors' own requests, and who they belong to."""

from typing import Annotated

from pydantic import Field

from ledgersim.http.schemas import AmountIn, GuidIn, RequestModel
from ledgersim.vendors.aptic.cases.schemas import CaseCreate
from ledgersim.vendors.aptic.clients.schemas import ClientCreate
from ledgersim.vendors.aptic.customers.schemas import CustomerCreate
from ledgersim.vendors.aptic.debtors.schemas import DebtorCreate
from ledgersim.vendors.payex.customers.schemas import CustomerCreate as PayexCustomerCreate
from ledgersim.vendors.payex.schemas import RequestModel as PayexBody
from ledgersim.vendors.payex.seed.definition import Ledger
from ledgersim.vendors.riverty.customer_account.schemas import AccountApplication, AccountStatus


class Debtor(DebtorCreate):
    """The body of `PUT /v1/Debtors`."""

    debtor_guid: GuidIn | None = None


class Case(CaseCreate):
    """One item of the body of `PUT /v1/Cases`."""

    case_guid: GuidIn | None = None


class Aptic(RequestModel):
    """What to create in Aptic, in this order."""

    clients: list[ClientCreate] = []
    debtors: list[Debtor] = []
    customers: list[CustomerCreate] = []
    cases: list[Case] = []


class Leftover(PayexBody):
    """A payment for which nothing was owed."""

    amount: AmountIn


class LedgerCustomer(PayexCustomerCreate):
    """The body of `POST …/customers`, and the ledger."""

    ledger: str
    surpluses: list[Leftover] = []


class Surplus(PayexBody):
    """A payment by a customer, in the file or of the world, as in the backstage."""

    ledger: str
    customer_no: str
    amount: AmountIn
    invoice_no: str | None = None
    account_no: str | None = None


class Payex(RequestModel):
    """What to create in PayEx, in this order."""

    ledgers: list[Ledger] = []
    customers: list[LedgerCustomer] = []
    surpluses: list[Surplus] = []


class Account(AccountApplication):
    """The body of `POST /customer-account`, and how the account stands."""

    account_status: AccountStatus = "Ok"
    balance: AmountIn = 0


class Riverty(RequestModel):
    """What to create in Riverty."""

    accounts: list[Account] = []


class Fixtures(RequestModel):
    """A whole file."""

    aptic: Annotated[Aptic, Field(default_factory=Aptic)]
    payex: Annotated[Payex, Field(default_factory=Payex)]
    riverty: Annotated[Riverty, Field(default_factory=Riverty)]
