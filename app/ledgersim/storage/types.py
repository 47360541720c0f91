"""The base class of the models of tables, and column types."""

from datetime import UTC, datetime

from sqlalchemy import Dialect, String
from sqlalchemy.ext.declarative import DeferredReflection
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel


class TableModel(DeferredReflection, SQLModel):
    """Base of the models of tables, which are only used to declare these: see `__table__`.

    SQLAlchemy maps no class to them, and pydantic validates no rows, which halves the time to import models.
    """

    model_config = {"defer_build": True}


class Instant(TypeDecorator[datetime]):
    """A timezone-aware instant, stored as fixed-width UTC text so that text order is chronological order."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        if value is None:
            return None
        return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else datetime.fromisoformat(value)
