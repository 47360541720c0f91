"""Decompresses bodies with a `Content-Encoding` (RFC 9110, section 8.4) of gzip or deflate, up to a limit."""

import zlib
from collections.abc import Iterable

from ledgersim.problems import UNREADABLE, UNSUPPORTED_MEDIA_TYPE, Problem

GZIP, DEFLATE = "gzip", "deflate"
_NAMES = {"gzip": GZIP, "x-gzip": GZIP, "deflate": DEFLATE}
_WRAPPED_IN_GZIP, _RAW = 16 + zlib.MAX_WBITS, -zlib.MAX_WBITS
_METHOD = 0x0F, 8  # in the first byte of a zlib header: the mask of the method, and deflate


def coding_of(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """The coding of a body: GZIP, DEFLATE or None. Raises a 415 Problem for any other."""
    values = [value.decode("latin-1") for name, value in headers if name == b"content-encoding"]
    if not values:
        return None
    names = [name for value in values for part in value.split(",") if (name := part.strip().lower())]
    codings = [name for name in names if name != "identity"]
    if not codings:
        return None
    if len(codings) > 1 or codings[0] not in _NAMES:
        raise UNSUPPORTED_MEDIA_TYPE.with_detail(
            f"The Content-Encoding of the body is {', '.join(codings)[:80]!r}; "
            "send it as gzip or deflate, compressed once, or uncompressed.",
            Accept_Encoding="gzip, deflate",
        )
    return _NAMES[codings[0]]


def plain(headers: Iterable[tuple[bytes, bytes]], body: bytes, most: int) -> bytes:
    """The first `most` bytes of a body, decompressed; the body itself if it cannot be decompressed."""
    try:
        coding = coding_of(headers)
        return body if coding is None else Decoder(coding).feed(body, most)
    except Problem:
        return body


class Decoder:
    """Decompresses a body that comes in chunks."""

    def __init__(self, coding: str) -> None:
        self._coding = coding
        self._stream: zlib._Decompress | None = None

    def feed(self, chunk: bytes, most: int) -> bytes:
        """The next part of the body, at most `most` bytes. Raises a 400 Problem for a corrupt stream."""
        if not chunk:
            return b""
        if self._stream is None:
            self._stream = zlib.decompressobj(self._window(chunk[0]))
        try:
            plain = self._stream.decompress(chunk, most)
        except zlib.error as error:
            raise self._corrupt("is damaged, or in another format") from error
        if self._stream.unused_data:
            raise self._corrupt("is followed by other bytes")
        return plain

    def finish(self) -> None:
        """Raise a 400 Problem if the stream is incomplete. An empty body is complete."""
        if self._stream is not None and not self._stream.eof:
            raise self._corrupt("is incomplete")

    def _window(self, first: int) -> int:
        """The format of the stream. Some clients send deflate without the zlib header that it should have."""
        if self._coding == GZIP:
            return _WRAPPED_IN_GZIP
        mask, method = _METHOD
        return zlib.MAX_WBITS if first & mask == method else _RAW

    def _corrupt(self, what: str) -> Problem:
        reason = f"Its Content-Encoding is {self._coding}, but the {self._coding} stream {what}."
        return UNREADABLE.with_detail(f"The body is not readable: {reason}").with_errors({"body": [reason]})
