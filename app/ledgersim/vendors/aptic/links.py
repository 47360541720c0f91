"""The links of answers. Their members are documented, what stands in them is inferred."""

from typing import Literal

from ledgersim.http.schemas import ResponseModel
from ledgersim.http.vendor_app import RequestContext


class Link(ResponseModel):
    """Where something that belongs to an answer is to be had."""

    type: str
    name: str
    href: str
    resource: str
    guid: str | None


def link(
    context: RequestContext,
    name: str,
    path: str,
    resource: str,
    guid: str,
    type_: Literal["item", "list"] = "list",
) -> dict[str, str]:
    """One link; `guid` is that of the thing itself, or for a list that of its owner."""
    return {"type": type_, "name": name, "href": context.url(path), "resource": resource, "guid": guid}
