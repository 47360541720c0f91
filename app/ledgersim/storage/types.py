"""The base class of the models of tables, and column types."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache

from sqlalchemy import Dialect, String
from sqlalchemy.ext.declarative import DeferredReflection
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel


class TableModel(DeferredReflection, SQLModel):
    """Base of the models of tables, which are only used to declare these: see `__table__`.

    SQLAlchemy maps no class to them, and pydantic validates no rows, which halves the time to import models.
    """

    model_config = {"defer_build": True}


_WITHOUT_OFFSET = -len("+00:00")


class Instant(TypeDecorator[datetime]):
    """A timezone-aware instant, stored as fixed-width UTC text so that text order is chronological order."""

    impl = String(27)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], str | None]:  # noqa: ARG002
        """The function that makes a stored value."""
        return instant_to_text

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str | None], datetime | None]:  # noqa: ARG002
        """The function that reads a stored value."""
        return _from_text


@lru_cache(maxsize=64)
def instant_to_text(value: datetime | None) -> str | None:
    """An instant as it is stored."""
    if value is None:
        return None
    utc = value if value.tzinfo is UTC else value.astimezone(UTC)
    return utc.isoformat("T", "microseconds")[:_WITHOUT_OFFSET] + "Z"


def _from_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)
