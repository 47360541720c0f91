"""The filter language: parses `$filter` and `$orderby` into a tree, and translates the tree into portable SQL.

It is a subset of OData 4.01 (URL Conventions, section 5.1.1). Nothing here knows HTTP or a vendor.
"""

from ledgersim.odata.errors import ODataError
from ledgersim.odata.fields import Field, Fields, Kind
from ledgersim.odata.orderby import SortKey, orderby_to_sql, parse_orderby
from ledgersim.odata.parser import parse_filter
from ledgersim.odata.to_sql import filter_to_sql
from ledgersim.odata.tree import Node

__all__ = [
    "Field",
    "Fields",
    "Kind",
    "Node",
    "ODataError",
    "SortKey",
    "filter_to_sql",
    "orderby_to_sql",
    "parse_filter",
    "parse_orderby",
]
