"""Hooks for Schemathesis, which runs in its own environment."""

import schemathesis  # type: ignore[import-not-found,unused-ignore]


def as_bytes(_: object, value: object) -> bytes:
    """The file of a snapshot: any bytes."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


schemathesis.serializer("application/vnd.sqlite3")(as_bytes)
