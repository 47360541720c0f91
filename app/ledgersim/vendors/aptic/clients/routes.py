"""Clients: the creditors that cases belong to."""

from typing import Any

from fastapi import Response
from sqlalchemy import bindparam, func, insert, select

from ledgersim.core.database import add, row
from ledgersim.core.problems import CONFLICT
from ledgersim.core.vendor import NO_CONTENT, CurrentCall, new_router, operation
from ledgersim.vendors.aptic.clients.schemas import ClientIn, ClientItem
from ledgersim.vendors.aptic.clients.table import CLIENT
from ledgersim.vendors.aptic.fields import fields_of
from ledgersim.vendors.aptic.listing import Listing, ListOptions, Page
from ledgersim.vendors.aptic.store import by_guid, change, find

_ADD_CLIENT = insert(CLIENT)

router = new_router()

BY_GUID = by_guid(CLIENT.c.unique_id)
BY_REFERENCE = select(CLIENT).where(CLIENT.c.reference_code == bindparam("code"))
_LAST_ID = select(func.coalesce(func.max(CLIENT.c.id), 0).label("id"))
_COLUMNS = {name: CLIENT.c[name] for name in ClientItem.model_fields}
_LIST = Listing(CLIENT, _COLUMNS, fields_of(ClientItem, _COLUMNS), CLIENT.c.id)
_OBSERVED: Any = {"method": "observed", "path": "observed"}


@router.get(
    "/v1/Clients",
    response_model=Page[ClientItem],
    **operation("aptic.clients.list", **_OBSERVED, summary="List clients, filtered, sorted and paged"),
)
async def list_clients(call: CurrentCall, query: ListOptions) -> Any:
    return _LIST.page(call.space, query)


@router.put(
    "/v1/Clients",
    status_code=201,
    response_model=ClientItem,
    **operation("aptic.clients.create", **_OBSERVED, summary="Create a client"),
)
async def create_client(call: CurrentCall, body: ClientIn, response: Response) -> Any:
    client = body.model_dump()
    with call.space.transaction() as connection:
        if client["reference_code"] is None:
            client["reference_code"] = _free_reference(connection)
        elif row(connection, BY_REFERENCE, code=client["reference_code"]):
            raise _reference_taken(client["reference_code"])
        client |= {"unique_id": call.space.guids.guid(), "reg_date": call.space.clock.now()}
        add(connection, _ADD_CLIENT, client)
    response.headers["Location"] = call.url(f"/v1/Clients/{client['unique_id']}")
    return client


@router.get(
    "/v1/Clients/{uniqueId}",
    response_model=ClientItem,
    **operation("aptic.clients.get", **_OBSERVED, summary="Read one client"),
)
async def get_client(call: CurrentCall, uniqueId: str) -> Any:
    return find(call.space.connection, BY_GUID, "client", uniqueId)


@router.patch(
    "/v1/Clients/{uniqueId}",
    **NO_CONTENT,
    **operation("aptic.clients.update", **_OBSERVED, summary="Change fields of a client"),
)
async def update_client(call: CurrentCall, uniqueId: str, body: ClientIn) -> None:
    changes = body.model_dump(exclude_unset=True)
    with call.space.transaction() as connection:
        client = find(connection, BY_GUID, "client", uniqueId)
        code = changes.get("reference_code", client["reference_code"])
        if code is None:
            changes["reference_code"] = _free_reference(connection)
        elif code != client["reference_code"] and row(connection, BY_REFERENCE, code=code):
            raise _reference_taken(code)
        change(connection, CLIENT, client["id"], changes)


def _free_reference(connection: Any) -> str:
    last = row(connection, _LAST_ID)
    number = 1001 + (last["id"] if last else 0)
    while row(connection, BY_REFERENCE, code=f"C{number}"):
        number += 1
    return f"C{number}"


def _reference_taken(code: str) -> Exception:
    return CONFLICT.with_detail(f"Another client has the referenceCode {code!r} already.")
