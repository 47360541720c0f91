"""What a vendor keeps in a space besides rows: its stored state, and records in memory."""

from abc import ABC, abstractmethod
from datetime import datetime
from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class VendorState(BaseModel):
    """Configuration of the world, and switches set at run time: add fields, and set `key` to the vendor's name.

    It is stored in the database of the space, so snapshots, resets and restarts treat it like rows.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: ClassVar[str]


class VendorRecord(ABC):
    """A record of what a vendor has done, in memory only, and its work in the background.

    A space creates it on first use. Its size counts towards that of the space.
    """

    size: int = 0  # about how many bytes it takes
    is_running: bool = False  # whether there is work in the background, for which the space must stay open

    @abstractmethod
    def clear(self) -> None:
        """Delete the record, because the whole space is reset."""

    @abstractmethod
    def cancel(self, now: datetime) -> None:
        """Cancel background work, because the rows are replaced or the space is closed."""
