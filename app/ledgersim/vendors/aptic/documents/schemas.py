"""Schemas of documents."""

import base64
import binascii
import re
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from ledgersim.schemas import InstantIn, RequestModel, RowModel
from ledgersim.vendors.aptic.links import Link
from ledgersim.vendors.aptic.listing import Page

DocumentType = Literal["idoc", "invoice", "gjeldsbrev", "verdict", "domforlik"]
MAX_BYTES = 7 * 2**20  # of a file; in base64 that fits into the largest body
MAX_LINK = 2_000  # characters of a URL or a path of an archive [inferred]

_SPACES = re.compile(r"[ \t\r\n]+")  # line breaks, as in MIME (RFC 2045)


def _check_base64(text: str) -> str:
    try:
        content = base64.b64decode(_SPACES.sub("", text), validate=True)
    except (binascii.Error, ValueError) as error:
        raise PydanticCustomError("base64", "Input should be base64 (RFC 4648)") from error
    if len(content) > MAX_BYTES:
        raise PydanticCustomError("file_size", f"The file may have up to {MAX_BYTES:,} bytes (7 MiB)")
    return text


class DocumentCreate(RequestModel):
    """A document to add: its content in base64, or a link to an archive."""

    note: str = Field(min_length=1)
    document_type: DocumentType | None = None
    logged_at: InstantIn | None = None
    original_file_name: str = Field(min_length=1)
    search_value: str | None = None
    external_link: str | None = Field(None, min_length=1, max_length=MAX_LINK)
    important: bool | None = None
    file_data_base64: Annotated[str, AfterValidator(_check_base64)] | None = Field(None, alias="fileDataBase64")


class Document(RowModel):
    """A document; its links contain its GUID."""

    note: str
    document_type: str | None
    logged_at: datetime
    original_file_name: str
    important: bool
    links: list[Link]


class DocumentPage(Page[Document]):
    """A page of documents."""
