"""Links in responses. Their members are [documented], their values [inferred]."""

from typing import TYPE_CHECKING, Literal

from ledgersim.schemas import RowModel

if TYPE_CHECKING:  # worlds are built without FastAPI
    from ledgersim.http.context import RequestContext


class Link(RowModel):
    """A link to a related resource."""

    type: str
    name: str
    href: str
    resource: str
    guid: str | None


def link(
    context: "RequestContext",
    name: str,
    path: str,
    resource: str,
    guid: str,
    type_: Literal["item", "list"] = "list",
) -> dict[str, str]:
    """Return a link; `guid` identifies the resource itself or, for a list, the owner of the list."""
    return {"type": type_, "name": name, "href": context.url(path), "resource": resource, "guid": guid}
