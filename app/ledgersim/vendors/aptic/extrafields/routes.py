"""The extra fields of debtors, customers and cases: one router factory for all three."""

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Response
from sqlalchemy import Select

from ledgersim.http.context import CurrentContext
from ledgersim.http.vendor_app import NO_CONTENT, new_router
from ledgersim.problems import NOT_FOUND, invalid
from ledgersim.storage.statements import Row, row
from ledgersim.vendors.aptic.extrafields.commands import BY_NAME, OWN, set_extra_fields
from ledgersim.vendors.aptic.extrafields.models import EXTRA_FIELD
from ledgersim.vendors.aptic.extrafields.schemas import (
    ExtraField,
    ExtraFieldCreate,
    ExtraFieldPage,
    ExtraFieldUpdate,
)
from ledgersim.vendors.aptic.fields import fields_of
from ledgersim.vendors.aptic.listing import Listing, ListOptions
from ledgersim.vendors.aptic.nested import inferred_operations
from ledgersim.vendors.aptic.repository import delete_row, find, update_row

_COLUMNS = {"name": EXTRA_FIELD.c.name, "value": EXTRA_FIELD.c.value}
_LIST = Listing(EXTRA_FIELD, _COLUMNS, fields_of(ExtraField, _COLUMNS), OWN)


def extra_field_router(owner: str, collection: str, owner_by_guid: Select[Any]) -> APIRouter:
    """Return the operations on the extra fields of the rows in table `owner`, below `/v1/<collection>`."""
    router = new_router(collection)
    base = f"/v1/{collection}/{{{owner}Guid}}/Extrafields"
    one = base + "/{name}"
    operation = inferred_operations(f"aptic.{collection.lower()}.extrafields")

    async def find_owner(context: CurrentContext, guid: str = Path(alias=f"{owner}Guid")) -> Row:
        return find(context.space.connection, owner_by_guid, owner, guid)

    def find_field(context: CurrentContext, of: Row, name: str) -> Row:
        field = row(context.space.connection, BY_NAME, of_owner=owner, of_id=of["id"], of_name=name)
        if field is None:
            raise NOT_FOUND.with_detail(
                f"This {owner} has no extra field {name[:80]!r}; names are case-sensitive."
            )
        return field

    @router.get(base, response_model=ExtraFieldPage, **operation("list", "List the extra fields"))
    async def list_extra_fields(
        context: CurrentContext, query: ListOptions, of: Row = Depends(find_owner)
    ) -> Any:
        return _LIST.page(context.space, query, of_owner=owner, of_id=of["id"])

    @router.put(base, status_code=201, response_model=ExtraField, **operation("create", "Add an extra field"))
    async def create_extra_field(
        context: CurrentContext, body: ExtraFieldCreate, response: Response, of: Row = Depends(find_owner)
    ) -> Any:
        with context.space.transaction() as connection:
            set_extra_fields(connection, owner, of["id"], [body.model_dump()])
        path = f"/v1/{collection}/{of[f'{owner}_guid']}/Extrafields"
        if body.name is not None:
            path += f"/{quote(body.name, safe='')}"
        response.headers["Location"] = context.url(path)
        return {"name": body.name, "value": body.value or []}

    @router.get(one, response_model=ExtraField, **operation("get", "Read one extra field"))
    async def get_extra_field(context: CurrentContext, name: str, of: Row = Depends(find_owner)) -> Any:
        return find_field(context, of, name)

    @router.patch(one, **NO_CONTENT, **operation("update", "Change one extra field"))
    async def update_extra_field(
        context: CurrentContext, name: str, body: ExtraFieldUpdate, of: Row = Depends(find_owner)
    ) -> None:
        field = find_field(context, of, name)
        if body.name is not None and body.name != name:
            raise invalid("name", f"must be {name!r}, as in the path, or absent")
        if "value" in body.model_fields_set:
            with context.space.transaction() as connection:
                update_row(connection, EXTRA_FIELD, field["id"], {"value": body.value or []})

    @router.delete(one, **NO_CONTENT, **operation("delete", "Remove one extra field"))
    async def delete_extra_field(context: CurrentContext, name: str, of: Row = Depends(find_owner)) -> None:
        field = find_field(context, of, name)
        with context.space.transaction() as connection:
            delete_row(connection, EXTRA_FIELD, field["id"])

    return router
