"""Documents of cases."""

from datetime import datetime

from sqlmodel import Field

from ledgersim.storage.types import Instant, TableModel


class Document(TableModel, table=True):
    """A document. Its content is stored as it was sent, in base64."""

    __tablename__ = "document"

    id: int | None = Field(default=None, primary_key=True)
    document_guid: str = Field(unique=True)
    case_id: int = Field(foreign_key="case.id", index=True)
    note: str
    document_type: str | None = None
    logged_at: datetime = Field(sa_type=Instant)
    original_file_name: str
    search_value: str | None = None
    external_link: str | None = None
    important: bool = False
    file_data_base64: str | None = None


DOCUMENT = Document.__table__  # type: ignore[attr-defined]
