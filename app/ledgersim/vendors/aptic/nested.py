"""Resources below a case, customer or debtor: metadata of their operations, lists, and items with links."""

from collections.abc import Callable, Mapping
from typing import Any

from fastapi import Response
from pydantic import BaseModel
from sqlalchemy import Column, ColumnElement, bindparam, select

from ledgersim.http.context import RequestContext
from ledgersim.http.vendor_app import operation
from ledgersim.storage.statements import Row
from ledgersim.vendors.aptic.fields import fields_of
from ledgersim.vendors.aptic.links import link
from ledgersim.vendors.aptic.listing import Listing, ListQuery
from ledgersim.vendors.aptic.repository import find


def inferred_operations(resource: str) -> Callable[[str, str], dict[str, Any]]:
    """Return a function from a verb and a summary to the metadata of an operation on `resource`.

    The methods and paths of these operations are [inferred].
    """

    def metadata(verb: str, summary: str) -> dict[str, Any]:
        return operation(f"{resource}.{verb}", method="inferred", path="inferred", summary=summary)

    return metadata


def item_links(context: RequestContext, kind: str, owner: Row, segment: str, guid: str) -> list[dict[str, str]]:
    """Return the links of an item to itself and to its owner, of kind `case` or `customer`."""
    owner_guid, collection = owner[f"{kind}_guid"], f"{kind.capitalize()}s"
    path = f"/v1/{collection}/{owner_guid}"
    return [
        link(context, "self", f"{path}/{segment}/{guid}", segment, guid, "item"),
        link(context, kind, path, collection, owner_guid, "item"),
    ]


class NestedResource:
    """Items that belong to a case or customer and have links to themselves and to their owner.

    `owner` is `case` or `customer`, `segment` the path segment below it, `name` the term for an item in errors.
    `key` is the GUID column of the items, `schema` their response model. `extra` are columns to select beyond
    those of the schema, `listed` a condition for the list alone.
    """

    def __init__(
        self,
        owner: str,
        segment: str,
        name: str,
        key: Column[str],
        schema: type[BaseModel],
        *,
        extra: Mapping[str, ColumnElement[Any]] | None = None,
        listed: ColumnElement[bool] | None = None,
    ) -> None:
        table = key.table
        of_owner = table.c[f"{owner}_id"] == bindparam("of_owner")
        self._owner, self._segment, self._key = owner, segment, key.name
        self._name = f"{name} of this {owner}"
        columns = {
            "id": table.c.id,
            key.name: key,
            **{name: table.c[name] for name in schema.model_fields if name in table.c},
            **(extra or {}),
        }
        scope = of_owner if listed is None else of_owner & listed
        self._list = Listing(table, columns, fields_of(schema, columns), scope)
        self._by_guid = select(*(column.label(name) for name, column in columns.items())).where(
            key == bindparam("guid"), of_owner
        )

    def page(self, context: RequestContext, owner: Row, query: ListQuery) -> Row:
        """Return a page of the owner's items. Raises a 400 Problem for an invalid filter or order."""
        page = self._list.page(context.space, query, of_owner=owner["id"])
        return {**page, "value": [self.response(context, owner, item) for item in page["value"]]}

    def find(self, context: RequestContext, owner: Row, guid: str) -> Row:
        """Return the owner's item with that GUID. Raises a 404 Problem."""
        return find(context.space.connection, self._by_guid, self._name, guid, of_owner=owner["id"])

    def get(self, context: RequestContext, owner: Row, guid: str) -> Row:
        """Return the owner's item with that GUID, with its links. Raises a 404 Problem."""
        return self.response(context, owner, self.find(context, owner, guid))

    def created(self, context: RequestContext, owner: Row, item: Row, response: Response) -> Row:
        """Return a new item with its links, and set the `Location` of the response."""
        created = self.response(context, owner, item)
        response.headers["Location"] = created["links"][0]["href"]
        return created

    def response(self, context: RequestContext, owner: Row, item: Row) -> Row:
        """Return an item with its links."""
        return {**item, "links": item_links(context, self._owner, owner, self._segment, item[self._key])}
