"""Where the rows that requests and jobs write are read, and what they are called."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from ledgersim.pages import Link, RowPage
from ledgersim.plugin import Vendor, resolve
from ledgersim.schemas import AdminResponse
from ledgersim.spaces.space import Space


class WrittenRow(AdminResponse):
    """A row that was written: its table, its id if it is known, its name, and where it is read, if anywhere."""

    table: str
    id: int | None
    name: str
    path: str | None


class RowLinks:
    """The pages of all vendors' rows."""

    def __init__(self, vendors: Sequence[Vendor]) -> None:
        self._vendors = vendors

    @cached_property
    def _pages(self) -> dict[str, tuple[str, RowPage]]:
        """The mount and the page, by the name of the table."""
        return {
            table: (vendor.mount, page)
            for vendor in self._vendors
            if (pages := resolve(vendor.pages)) is not None
            for table, page in pages.rows.items()
        }

    def of_row(self, space: Space, table: str, row_id: int | None) -> Link | None:
        """The path and the name of a row; None if it is not read anywhere."""
        if row_id is None or table not in self._pages:
            return None
        mount, page = self._pages[table]
        return _below(mount, page.link(space, row_id))

    def above(self, space: Space, path: str) -> Link | None:
        """The row that is read at a path, or what that is part of."""
        while path:
            for mount, page in self._pages.values():
                if path.startswith(mount) and (found := page.at(space, path.removeprefix(mount))) is not None:
                    return _below(mount, found)
            path = path.rpartition("/")[0]
        return None

    def below(self, space: Space, path: str) -> set[tuple[str, int]]:
        """The rows, by table and id, that are read at a path or below it."""
        return {
            (table, row_id)
            for table, (mount, page) in self._pages.items()
            if path.startswith(mount)
            for row_id in page.below(space, path.removeprefix(mount))
        }

    def described(
        self, space: Space, table: str, row_id: int | None, deleted: str | None = None
    ) -> dict[str, Any]:
        """A row as a `WrittenRow`. One that is not there any more was read at the path `deleted`."""
        link = self.of_row(space, table, row_id)
        old_path = deleted if table in self._pages else None
        name, path = (self._title(table), old_path) if link is None else (link.text, link.path)
        return {"table": table, "id": row_id, "name": name, "path": path}

    def _title(self, table: str) -> str:
        """What to call a row that is not read anywhere: one of `acme_invoice_move` is an invoice move."""
        for vendor in self._vendors:
            table = table.removeprefix(f"{vendor.name}_")
        return table.replace("_", " ").capitalize()


def _below(mount: str, link: Link | None) -> Link | None:
    return None if link is None else Link(text=link.text, path=mount + link.path)
