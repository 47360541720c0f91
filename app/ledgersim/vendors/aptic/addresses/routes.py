"""The addresses of debtors and customers: one router factory for both."""

from typing import Any

from fastapi import APIRouter, Depends, Path, Response
from sqlalchemy import Select

from ledgersim.http.context import CurrentContext
from ledgersim.http.vendor_app import NO_CONTENT, new_router
from ledgersim.storage.statements import Row
from ledgersim.vendors.aptic.addresses.commands import add_address, change_address, remove_address
from ledgersim.vendors.aptic.addresses.models import ADDRESS
from ledgersim.vendors.aptic.addresses.queries import OWN
from ledgersim.vendors.aptic.addresses.schemas import Address, AddressCreate, AddressPage, AddressUpdate
from ledgersim.vendors.aptic.fields import fields_of
from ledgersim.vendors.aptic.listing import Listing, ListOptions
from ledgersim.vendors.aptic.nested import inferred_operations
from ledgersim.vendors.aptic.repository import by_guid, find

_COLUMNS = {name: ADDRESS.c[name] for name in Address.model_fields}
_LIST = Listing(ADDRESS, _COLUMNS, fields_of(Address, _COLUMNS), OWN)
_BY_GUID = by_guid(ADDRESS.c.address_guid).where(OWN)


def address_router(owner: str, collection: str, owner_by_guid: Select[Any]) -> APIRouter:
    """Return the operations on the addresses of the parties in table `owner`, below `/v1/<collection>`."""
    router = new_router(collection)
    base = f"/v1/{collection}/{{{owner}Guid}}/Addresses"
    one = base + "/{addressGuid}"
    operation = inferred_operations(f"aptic.{collection.lower()}.addresses")

    async def find_owner(context: CurrentContext, guid: str = Path(alias=f"{owner}Guid")) -> Row:
        return find(context.space.connection, owner_by_guid, owner, guid)

    def find_address(context: CurrentContext, party: Row, guid: str) -> Row:
        values = {"of_owner": owner, "of_id": party["id"]}
        return find(context.space.connection, _BY_GUID, f"address of this {owner}", guid, **values)

    @router.get(base, response_model=AddressPage, **operation("list", "List the addresses"))
    async def list_addresses(
        context: CurrentContext, query: ListOptions, party: Row = Depends(find_owner)
    ) -> Any:
        return _LIST.page(context.space, query, of_owner=owner, of_id=party["id"])

    @router.put(base, status_code=201, response_model=Address, **operation("create", "Add an address"))
    async def create_address(
        context: CurrentContext, body: AddressCreate, response: Response, party: Row = Depends(find_owner)
    ) -> Any:
        with context.space.transaction() as connection:
            now = context.space.clock.now()
            address = add_address(connection, context.space.guids, now, owner, party["id"], body.model_dump())
        path = f"/v1/{collection}/{party[f'{owner}_guid']}/Addresses/{address['address_guid']}"
        response.headers["Location"] = context.url(path)
        return address

    @router.get(one, response_model=Address, **operation("get", "Read one address"))
    async def get_address(context: CurrentContext, addressGuid: str, party: Row = Depends(find_owner)) -> Any:
        return find_address(context, party, addressGuid)

    @router.patch(one, **NO_CONTENT, **operation("update", "Change one address"))
    async def update_address(
        context: CurrentContext, addressGuid: str, body: AddressUpdate, party: Row = Depends(find_owner)
    ) -> None:
        with context.space.transaction() as connection:
            address = find_address(context, party, addressGuid)
            changes = body.model_dump(exclude_unset=True)
            change_address(connection, address, context.space.clock.now(), changes)

    @router.delete(one, **NO_CONTENT, **operation("delete", "Remove one address"))
    async def delete_address(
        context: CurrentContext, addressGuid: str, party: Row = Depends(find_owner)
    ) -> None:
        with context.space.transaction() as connection:
            remove_address(connection, find_address(context, party, addressGuid))

    return router
