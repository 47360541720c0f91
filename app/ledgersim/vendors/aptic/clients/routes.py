"""Clients: the creditors that cases belong to."""

from typing import Any

from fastapi import Response

from ledgersim.http.context import CurrentContext
from ledgersim.http.vendor_app import NO_CONTENT, new_router, operation
from ledgersim.vendors.aptic.clients.commands import add_client, change_client
from ledgersim.vendors.aptic.clients.models import CLIENT
from ledgersim.vendors.aptic.clients.schemas import ClientCreate, ClientDetails, ClientPage, ClientUpdate
from ledgersim.vendors.aptic.fields import fields_of
from ledgersim.vendors.aptic.listing import Listing, ListOptions
from ledgersim.vendors.aptic.repository import by_guid, find

router = new_router("Clients")

BY_GUID = by_guid(CLIENT.c.unique_id)
_COLUMNS = {name: CLIENT.c[name] for name in ClientDetails.model_fields}
_LIST = Listing(CLIENT, _COLUMNS, fields_of(ClientDetails, _COLUMNS))
_OBSERVED: Any = {"method": "observed", "path": "observed"}


@router.get(
    "/v1/Clients",
    response_model=ClientPage,
    **operation("aptic.clients.list", **_OBSERVED, summary="List clients, filtered, sorted and paged"),
)
async def list_clients(context: CurrentContext, query: ListOptions) -> Any:
    return _LIST.page(context.space, query)


@router.put(
    "/v1/Clients",
    status_code=201,
    response_model=ClientDetails,
    **operation("aptic.clients.create", **_OBSERVED, summary="Create a client"),
)
async def create_client(context: CurrentContext, body: ClientCreate, response: Response) -> Any:
    with context.space.transaction() as connection:
        client = add_client(connection, context.space, body.model_dump())
    response.headers["Location"] = context.url(f"/v1/Clients/{client['unique_id']}")
    return client


@router.get(
    "/v1/Clients/{uniqueId}",
    response_model=ClientDetails,
    **operation("aptic.clients.get", **_OBSERVED, summary="Read one client"),
)
async def get_client(context: CurrentContext, uniqueId: str) -> Any:
    return find(context.space.connection, BY_GUID, "client", uniqueId)


@router.patch(
    "/v1/Clients/{uniqueId}",
    **NO_CONTENT,
    **operation("aptic.clients.update", **_OBSERVED, summary="Change fields of a client"),
)
async def update_client(context: CurrentContext, uniqueId: str, body: ClientUpdate) -> None:
    changes = body.model_dump(exclude_unset=True)
    with context.space.transaction() as connection:
        client = find(connection, BY_GUID, "client", uniqueId)
        change_client(connection, client, changes)
