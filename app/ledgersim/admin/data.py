"""Browses the vendors' data: lists, items with cards that explain them, and what has changed them."""

from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote

from fastapi import APIRouter, Query, Request

from ledgersim.admin import MOUNT
from ledgersim.admin.base import CurrentSpace, new_router
from ledgersim.admin.requests import find
from ledgersim.admin.row_links import RowLinks, WrittenRow
from ledgersim.diagnostics.journal import Record
from ledgersim.http import internal
from ledgersim.http.context import CurrentContext, context_of
from ledgersim.http.routing import is_below
from ledgersim.pages import Card, Chart, Facts, Link, ListQuery, Pages, Read, Resource, States, Table, money
from ledgersim.plugin import Vendor, resolve
from ledgersim.problems import INTERNAL, NOT_FOUND, Problem, invalid
from ledgersim.schemas import AdminResponse
from ledgersim.spaces.space import Space

MAX_TOP = 100
MAX_HISTORY = 100


class ResourceInfo(AdminResponse):
    """A list: the members that it shows, and those that a filter may name.

    `filter` is the vendor's name of the parameter; it is empty where one can search for text only.
    """

    name: str
    title: str
    columns: list[str]
    filter: str
    fields: list[str]


class VendorData(AdminResponse):
    """The lists of a vendor."""

    name: str
    title: str
    resources: list[ResourceInfo]


class DataInfo(AdminResponse):
    """What there is to browse."""

    vendors: list[VendorData]


class ListedData(AdminResponse):
    """An item of a list, and the path at which it is read."""

    path: str
    item: dict[str, Any]


class DataList(AdminResponse):
    """A part of a list; `total` items match."""

    title: str
    columns: list[str]
    filter: str
    fields: list[str]
    total: int
    skip: int
    items: list[ListedData]


class Change(AdminResponse):
    """A request, by its id, or else the event of a scheduled job that changed an item.

    `path` is where to read the result of the job.
    """

    at: datetime
    summary: str
    request: int | None
    event: str | None
    path: str | None


class WrittenRows(AdminResponse):
    """The rows that a request wrote, in order: up to 100."""

    rows: list[WrittenRow]


class DataAtPath(AdminResponse):
    """What a path of a vendor returns, cards that explain it, and what has changed it, the latest first.

    `resource` is the list that has it, or the item at the path `parent` that it is part of, if any. `gone` says
    why the vendor does not return it any more: then `content` is its error, of `status` 404, and cards say
    what is still known of it.
    """

    path: str
    vendor: str
    operation: str
    status: int
    gone: str | None
    resource: str | None
    parent: str | None
    content: Any
    cards: list[Facts | Table | Chart | States]
    history: list[Change]


def data_router(vendors: Sequence[Vendor]) -> APIRouter:
    """The routes that browse the data of these vendors."""
    router = new_router("Data", "/data")
    links = RowLinks(vendors)

    @router.get(
        "", response_model=DataInfo, operation_id="sim.data", summary="List what data there is to browse"
    )
    async def get_data() -> Any:
        """The lists of each vendor, for `GET /_sim/data/{vendor}/{resource}`."""
        found = [(vendor, resolve(vendor.pages)) for vendor in vendors]
        return {
            "vendors": [
                {
                    "name": vendor.name,
                    "title": vendor.title,
                    "resources": [_about(one) for one in pages.resources],
                }
                for vendor, pages in found
                if pages is not None
            ]
        }

    @router.get(
        "/item",
        response_model=DataAtPath,
        operation_id="sim.data.item",
        summary="Explain what a path of a vendor returns",
    )
    async def get_item(request: Request, space: CurrentSpace, path: str = Query(max_length=2_000)) -> Any:
        """`path` is that of a `GET` operation, without the prefix of a space. It takes no credentials, nothing
        is recorded, and no fault hits. The history has the requests in the journal and the jobs that changed
        the item. An item that the vendor does not return any more still has one.
        """
        vendor = _vendor_at(vendors, path)
        app = context_of(request.scope).dispatcher.vendors[vendor.mount]
        below = app.own_path(path[len(vendor.mount) :])
        own = vendor.mount + below
        answer = await _send(request, own)
        past = history(space, own, links.below(space, own))
        pages = resolve(vendor.pages)
        gone, cards = _gone(space, vendor, pages, answer, own, past) if answer.status == 404 else (None, [])
        if answer.status >= 400 and gone is None:
            raise _problem(answer)
        if answer.operation is None:
            raise NOT_FOUND.with_detail(f"No operation of {vendor.title} reads {path[:200]!r}.")
        content = answer.json()
        lists = [
            (found, one.name)
            for one in (() if pages is None else pages.resources)
            if (found := one.item_at(below)) is not None
        ]
        item, resource = max(lists, default=(None, None), key=lambda one: len(one[0]))
        return {
            "path": path,
            "vendor": vendor.name,
            "operation": answer.operation,
            "status": answer.status,
            "gone": gone,
            "resource": resource,
            "parent": None if item in (None, below) else vendor.mount + item,
            "content": content,
            "cards": cards
            if pages is None or gone
            else await _cards(request, space, vendor, pages, answer.operation, own, content),
            "history": past,
        }

    @router.get(
        "/written/{request}",
        response_model=WrittenRows,
        operation_id="sim.data.written",
        summary="List the rows that a recorded request wrote",
    )
    async def list_written(space: CurrentSpace, request: str) -> Any:
        """With the paths at which they are read. Rows of a bulk insert have no id, and deleted ones no path,
        except for what a DELETE has removed: it has the path of the request.
        """
        record = find(space, request)
        deleted = quote(record.path) if record.method == "DELETE" else None
        return {"rows": [links.described(space, *one, deleted) for one in record.wrote]}

    @router.get(
        "/{vendor}/{resource}",
        response_model=DataList,
        operation_id="sim.data.list",
        summary="List items of a vendor",
    )
    async def list_items(
        request: Request,
        context: CurrentContext,
        vendor: str,
        resource: str,
        filter: str = Query("", max_length=2_000),
        skip: int = Query(0, ge=0, le=2**31 - 1),
        top: int = Query(25, ge=1, le=MAX_TOP),
    ) -> Any:
        """`filter` is in the vendor's own filter language, or for a vendor without one a text to search for."""
        at, found = _find(vendors, vendor, resource)
        page = await found.page(context.space, _reader(request, at), ListQuery(filter, skip, top))
        items = [{"path": at.mount + found.path.format_map(item), "item": item} for item in page.items]
        return {**_about(found), "total": page.total, "skip": skip, "items": items}

    return router


def _about(resource: Resource) -> dict[str, Any]:
    return {name: getattr(resource, name) for name in ResourceInfo.model_fields}


def _find(vendors: Sequence[Vendor], vendor: str, resource: str) -> tuple[Vendor, Resource]:
    known = []
    for at in vendors:
        pages = resolve(at.pages)
        for one in () if pages is None else pages.resources:
            known.append(f"{at.name}/{one.name}")
            if (at.name, one.name) == (vendor, resource):
                return at, one
    raise NOT_FOUND.with_detail(
        f"There is no list {f'{vendor}/{resource}'[:80]!r}; there are {', '.join(known)}."
    )


def _vendor_at(vendors: Sequence[Vendor], path: str) -> Vendor:
    for vendor in vendors:
        if is_below(path, vendor.mount):
            return vendor
    mounts = " or ".join(vendor.mount for vendor in vendors)
    raise invalid("path", f"must begin with {mounts}")


async def _send(request: Request, path: str) -> internal.Answer:
    """What a path of a vendor returns."""
    context = context_of(request.scope)
    root = context.root_path.removesuffix(MOUNT)
    return await internal.send(context, request.scope, root, "GET", path, is_trusted=True)


def _gone(
    space: Space,
    vendor: Vendor,
    pages: Pages | None,
    answer: internal.Answer,
    path: str,
    past: Sequence[Mapping[str, Any]],
) -> tuple[str | None, list[Card]]:
    """Why a path does not return an item any more, None if that is unknown; and cards that explain it."""
    fate = None if pages is None else pages.fates.get(answer.operation or "")
    found = None if fate is None else fate(space, path.removeprefix(vendor.mount))
    what, cards = (None, ()) if found is None else found
    own = unquote(path).lower()
    for one in space.journal:
        if (
            one.method == "DELETE"
            and one.path.lower().removesuffix("/") == own
            and (one.status or one.withheld or 500) < 300
        ):
            what = f"Request {one.id} deleted it at {one.at:%Y-%m-%d %H:%M:%S}"
    if what is not None:
        return f"{what}; {vendor.title} no longer returns it.", [_below(vendor.mount, one) for one in cards]
    return f"{vendor.title} does not return it at present." if past else None, []


def _problem(answer: internal.Answer) -> Problem:
    content = answer.json()
    said = {name.lower(): one for name, one in content.items()} if isinstance(content, dict) else {}
    detail = str(said.get("detail") or said.get("message") or said.get("title") or "The vendor's API failed.")
    errors = said.get("errors")
    status = answer.status if answer.status in (400, 404) else 409
    problem = Problem(status, INTERNAL.code, str(said.get("title") or "Not available"), detail)
    is_usual = isinstance(errors, dict) and all(isinstance(one, list) for one in errors.values())
    return problem.with_errors(errors or {}) if is_usual else problem


def _reader(request: Request, vendor: Vendor) -> Read:
    async def read(path: str) -> Any:
        answer = await _send(request, vendor.mount + path)
        if answer.status >= 400:
            raise _problem(answer)
        return answer.json()

    return read


async def _cards(
    request: Request, space: Space, vendor: Vendor, pages: Pages, operation: str, path: str, content: Any
) -> list[Card]:
    view = pages.views.get(operation)
    if view is None:
        return []
    cards = await view(space, _reader(request, vendor), path.removeprefix(vendor.mount), content)
    return [_below(vendor.mount, card) for card in cards]


def _below(mount: str, card: Card) -> Card:
    """A card whose links begin with the mount."""
    values = [one.value for one in card.facts] if isinstance(card, Facts) else []
    values += [value for row in card.rows for value in row] if isinstance(card, Table) else []
    for value in values:
        if isinstance(value, Link):
            value.path = mount + value.path
    return card


def history(space: Space, path: str, rows: Set[tuple[str, int]]) -> list[dict[str, Any]]:
    """The requests and jobs that have changed what a path returns, the latest first. `rows` are those of it."""
    found = [*_requests(space, path, rows), *_jobs(space, path, rows)]
    found.sort(key=lambda one: one["at"])
    return found[: -MAX_HISTORY - 1 : -1]


def _requests(space: Space, path: str, rows: Set[tuple[str, int]]) -> Iterator[dict[str, Any]]:
    own = unquote(path)
    name = unquote(path.rpartition("/")[2]).encode()
    for record in space.journal:
        if not record.wrote:
            continue
        if is_below(record.path, own) or not rows.isdisjoint(record.wrote) or _names(record, name):
            status = record.status or record.withheld
            summary = f"{record.method} {record.path} → {status}"
            yield {"at": record.at, "summary": summary, "request": record.id, "event": None, "path": None}


def _names(record: Record, name: bytes) -> bool:
    """Whether a request or its response names an item. Short names occur everywhere."""
    return len(name) > 6 and (name in record.content or name in record.response_body)


def _jobs(space: Space, path: str, rows: Set[tuple[str, int]]) -> Iterator[dict[str, Any]]:
    for event in space.events:
        if is_below(event.path, path) or not rows.isdisjoint(event.wrote):
            details = ", ".join(
                f"{name} {money(value, None) if isinstance(value, float) else value}"
                for name, value in event.details.items()
            )
            summary = f"{event.name} {details}".strip()
            yield {
                "at": event.at,
                "summary": summary,
                "request": None,
                "event": event.name,
                "path": event.path,
            }
