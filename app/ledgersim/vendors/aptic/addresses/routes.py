"""Addresses of debtors and of customers: written once, built for an owner."""

from typing import Any

from fastapi import APIRouter, Depends, Path, Response
from sqlalchemy import Select, bindparam, delete

from ledgersim.http.vendor_app import NO_CONTENT, CurrentContext, new_router, operation
from ledgersim.storage.database import row
from ledgersim.vendors.aptic.addresses.models import ADDRESS
from ledgersim.vendors.aptic.addresses.rules import (
    DEFAULT,
    OLDEST,
    OWN,
    add_address,
    clear_default,
    full_address,
    validated_at,
)
from ledgersim.vendors.aptic.addresses.schemas import Address, AddressCreate, AddressPage, AddressUpdate
from ledgersim.vendors.aptic.fields import fields_of
from ledgersim.vendors.aptic.listing import Listing, ListOptions
from ledgersim.vendors.aptic.repository import Row, by_guid, change, find

_COLUMNS = {name: ADDRESS.c[name] for name in Address.model_fields}
_LIST = Listing(ADDRESS, _COLUMNS, fields_of(Address, _COLUMNS), ADDRESS.c.id, OWN)
_BY_GUID = by_guid(ADDRESS.c.address_guid).where(OWN)
_REMOVE = delete(ADDRESS).where(ADDRESS.c.id == bindparam("row_id"))


def address_router(owner: str, collection: str, owner_by_guid: Select[Any]) -> APIRouter:
    """The operations on the addresses of the parties in table `owner`, below `/v1/<collection>`."""
    router = new_router(collection)
    base = f"/v1/{collection}/{{{owner}Guid}}/Addresses"
    one = base + "/{addressGuid}"

    def about(verb: str, summary: str) -> Any:
        identifier = f"aptic.{collection.lower()}.addresses.{verb}"
        return operation(identifier, method="inferred", path="inferred", summary=summary)

    async def find_owner(context: CurrentContext, guid: str = Path(alias=f"{owner}Guid")) -> Row:
        return find(context.space.connection, owner_by_guid, owner, guid)

    def find_address(context: CurrentContext, party: Row, guid: str) -> Row:
        values = {"of_owner": owner, "of_id": party["id"]}
        return find(context.space.connection, _BY_GUID, f"address of this {owner}", guid, **values)

    @router.get(base, response_model=AddressPage, **about("list", "List the addresses"))
    async def list_addresses(
        context: CurrentContext, query: ListOptions, party: Row = Depends(find_owner)
    ) -> Any:
        return _LIST.page(context.space, query, of_owner=owner, of_id=party["id"])

    @router.put(base, status_code=201, response_model=Address, **about("create", "Add an address"))
    async def create_address(
        context: CurrentContext, body: AddressCreate, response: Response, party: Row = Depends(find_owner)
    ) -> Any:
        with context.space.transaction() as connection:
            now = context.space.clock.now()
            address = add_address(connection, context.space.guids, now, owner, party["id"], body.model_dump())
        path = f"/v1/{collection}/{party[f'{owner}_guid']}/Addresses/{address['address_guid']}"
        response.headers["Location"] = context.url(path)
        return address

    @router.get(one, response_model=Address, **about("get", "Read one address"))
    async def get_address(context: CurrentContext, addressGuid: str, party: Row = Depends(find_owner)) -> Any:
        return find_address(context, party, addressGuid)

    @router.patch(one, **NO_CONTENT, **about("update", "Change one address"))
    async def update_address(
        context: CurrentContext, addressGuid: str, body: AddressUpdate, party: Row = Depends(find_owner)
    ) -> None:
        changes = body.model_dump(exclude_unset=True)
        with context.space.transaction() as connection:
            address = find_address(context, party, addressGuid)
            if "default_address" in changes:
                changes["default_address"] = bool(changes["default_address"])
                if changes["default_address"]:
                    clear_default(connection, owner, party["id"])
            changes["full_address"] = full_address(address | changes)
            changes["last_updated_at"] = context.space.clock.now()
            changes["validated_at"] = validated_at(address | changes, context.space.clock.now())
            change(connection, ADDRESS, address["id"], changes)

    @router.delete(one, **NO_CONTENT, **about("delete", "Remove one address"))
    async def delete_address(
        context: CurrentContext, addressGuid: str, party: Row = Depends(find_owner)
    ) -> None:
        own = {"of_owner": owner, "of_id": party["id"]}
        with context.space.transaction() as connection:
            address = find_address(context, party, addressGuid)
            connection.execute(_REMOVE, {"row_id": address["id"]})
            oldest = row(connection, OLDEST, **own)
            if oldest is not None and row(connection, DEFAULT, **own) is None and address["default_address"]:
                change(connection, ADDRESS, oldest["id"], {"default_address": True})

    return router
