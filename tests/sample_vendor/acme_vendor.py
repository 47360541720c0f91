"""Acme Invoicing: a small vendor for ledgersim, installed like any other package."""

from datetime import datetime, timedelta
from typing import Annotated, Any, ClassVar

from fastapi import Query, Request
from pydantic import Field as Member
from sqlalchemy import func, insert, select, update
from sqlmodel import Field, SQLModel
from starlette.responses import JSONResponse

from ledgersim.admin.base import CurrentSpace
from ledgersim.admin.base import new_router as new_admin_router
from ledgersim.http.context import CurrentContext
from ledgersim.http.openapi import ApiMetadata
from ledgersim.http.vendor_app import VendorApp, new_router, operation
from ledgersim.odata import Field as FilterField
from ledgersim.odata import Kind, ODataError, filter_to_sql, parse_filter
from ledgersim.plugin import Vendor, VendorSettings, option
from ledgersim.problems import COMMON, NOT_FOUND, Problem, invalid
from ledgersim.schemas import Amount, AmountIn, RequestModel, ResponseModel
from ledgersim.spaces.scheduler import Event, ScheduledJob
from ledgersim.spaces.space import Space
from ledgersim.spaces.vendor_state import VendorState
from ledgersim.storage.statements import row, rows
from ledgersim.storage.types import Instant
from ledgersim.world.fixtures import FixtureContext, FixtureKind
from ledgersim.world.seeding import Seed, SeedContext


# Tables. Prefix their names with that of the vendor.
class Customer(SQLModel, table=True):
    __tablename__ = "acme_customer"

    id: int | None = Field(default=None, primary_key=True)
    name: str


class Invoice(SQLModel, table=True):
    __tablename__ = "acme_invoice"

    id: int | None = Field(default=None, primary_key=True)
    customer_id: int = Field(foreign_key="acme_customer.id", index=True)
    amount: int
    due_at: datetime = Field(sa_type=Instant)
    status: str = "open"


CUSTOMER, INVOICE = Customer.__table__, Invoice.__table__  # type: ignore[attr-defined]
FIELDS = {
    "amount": FilterField(INVOICE.c.amount, Kind.NUMBER, scale=100, nullable=False),
    "status": FilterField(INVOICE.c.status, Kind.STRING, nullable=False),
}


# Settings and state. A setting holds for the server, state for a space.
class AcmeSettings(VendorSettings):
    acme_payment_days: int = option(
        30, "Days until an invoice of Acme's is due.", "from 1 to 365", ge=1, le=365
    )


class AcmeState(VendorState):
    key: ClassVar[str] = "acme"

    reminders: bool = True


# Schemas, problems and routes.


class CustomerIn(RequestModel):
    name: Annotated[str, Member(min_length=1)]


class InvoiceIn(RequestModel):
    customer_id: int
    amount: AmountIn


class InvoiceOut(ResponseModel):
    id: int
    customer_id: int
    amount: Amount
    due_at: datetime
    status: str


NO_CREDIT = Problem(422, "no-credit", "Credit limit reached")
PROBLEM = {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}
router = new_router("Acme")
INFERRED: Any = {"method": "inferred", "path": "inferred"}


def render(problem: Problem, _: Request) -> JSONResponse:
    reasons = "; ".join(f"{name}: {messages[0]}" for name, messages in problem.errors.items())
    content = {"error": problem.code, "message": problem.detail or reasons or problem.title}
    return JSONResponse(content, problem.status, dict(problem.headers))


@router.post(
    "/customers",
    status_code=201,
    response_model=Customer,
    **operation("acme.customers.create", summary="Add one", **INFERRED),
)
async def create_customer(context: CurrentContext, body: CustomerIn) -> Any:
    with context.space.transaction() as connection:
        return row(connection, insert(CUSTOMER).values(body.model_dump()).returning(*CUSTOMER.c))


@router.get(
    "/invoices",
    response_model=list[InvoiceOut],
    **operation("acme.invoices.list", summary="List invoices", **INFERRED),
)
async def list_invoices(context: CurrentContext, text: Annotated[str, Query(alias="$filter")] = "") -> Any:
    try:
        conditions = [filter_to_sql(parse_filter(text), FIELDS)] if text else []
    except ODataError as error:
        raise invalid(error.parameter, error.message) from error
    return rows(context.space.connection, select(INVOICE).where(*conditions).order_by(INVOICE.c.id))


@router.post(
    "/invoices",
    status_code=201,
    response_model=InvoiceOut,
    **operation("acme.invoices.create", summary="Add one", **INFERRED),
)
async def create_invoice(context: CurrentContext, body: InvoiceIn) -> Any:
    return add_invoice(context.space, body)


def add_invoice(space: Space, body: InvoiceIn) -> Any:
    if row(space.connection, select(CUSTOMER).where(CUSTOMER.c.id == body.customer_id)) is None:
        raise NOT_FOUND.with_detail(f"Customer {body.customer_id} not found.")
    if body.amount > 1_000_00:
        raise NO_CREDIT.with_detail("An invoice may come to 1,000.00.")
    due = space.clock.now() + timedelta(days=space.options(AcmeSettings).acme_payment_days)
    with space.transaction() as connection:
        return row(connection, insert(INVOICE).values(**body.model_dump(), due_at=due).returning(*INVOICE.c))


# What happens by the clock, the seeded world, fixtures, and the admin API.
def next_at(space: Space) -> datetime | None:
    first = select(func.min(INVOICE.c.due_at)).where(INVOICE.c.status == "open")
    return space.connection.execute(first).scalar() if space.state(AcmeState).reminders else None


def remind(space: Space) -> list[list[Event]]:
    now = space.clock.now()
    due = select(INVOICE.c.id).where(INVOICE.c.status == "open", INVOICE.c.due_at <= now)
    numbers = [one["id"] for one in rows(space.connection, due)]
    with space.transaction() as connection:
        connection.execute(update(INVOICE).where(INVOICE.c.id.in_(numbers)).values(status="overdue"))
    return [[Event(now, "acme.invoice.overdue", "/acme/invoices", {"invoiceId": one})] for one in numbers]


def fill(world: SeedContext) -> AcmeState:
    for persona in world.personas:
        name = persona.person.facts["full_name"]
        persona.entry["acme"] = {"customerId": world.rows.add(CUSTOMER, {"name": name})}
    return AcmeState()


def load_invoice(to: FixtureContext, item: InvoiceIn) -> dict[str, Any]:
    return {"invoiceId": add_invoice(to.space, item)["id"], "href": to.url("/invoices")}


admin = new_admin_router("Acme", "/acme")


@admin.put("/reminders", operation_id="sim.acme.reminders.set", summary="Switch reminders on or off")
async def set_reminders(space: CurrentSpace, body: AcmeState) -> AcmeState:
    with space.transaction() as connection:
        space.save_state(connection, body)
    return body


def app(_: AcmeSettings) -> VendorApp:
    metadata = ApiMetadata(error=PROBLEM, media_type="application/json", problems=(*COMMON, NO_CREDIT))
    api = VendorApp("acme", "Acme Invoicing", render, about=metadata)
    api.include(router)
    return api


VENDOR = Vendor(
    name="acme",
    mount="/acme",
    app=app,
    settings=AcmeSettings,
    jobs=[ScheduledJob("acme.reminders", next_at, remind)],
    seed=Seed(fill=fill),
    fixtures=[FixtureKind("invoices", InvoiceIn, load_invoice)],
    admin=admin,
)
