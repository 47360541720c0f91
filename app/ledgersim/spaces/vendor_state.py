"""What a vendor keeps in a space besides rows: world-specific configuration, and switches set at run time."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class VendorState(BaseModel):
    """Base class: add the vendor's fields and set `key` to the vendor's name.

    It is stored in the database of the space, so snapshots, resets and restarts treat it like rows.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: ClassVar[str]
