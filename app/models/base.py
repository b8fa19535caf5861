"""What every stored record is made of: column types, the common columns, and two families.

`Record` is a record of casework: every write of one is an entry of the change log, and it is
never deleted but by lawful erasure. `Local` belongs to this copy of the casebook alone (where a
user was, what the last page visit left unsealed); it is neither logged nor ever sent anywhere.

Records refer to one another by id and hold no relationships: each use says in a query what it
reads, and nothing is loaded behind its back.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, ClassVar

from sqlalchemy import Date, ForeignKey, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from sqlalchemy.types import TypeDecorator

from app.core.errors import BugError


def canonical(value: Any) -> str:
    """`value` as JSON that is the same text wherever it is made: sorted keys, no spaces.

    Raises:
        ValueError: It holds a number that JSON has no word for.
    """
    return _encoder.encode(value)


# Made once: `json.dumps` makes one for each call that asks for anything but its defaults.
_encoder = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
)


def moment_text(moment: datetime) -> str:
    """A moment as it is stored: UTC, microseconds always shown, so that text sorts as time does."""
    if moment.tzinfo is None:
        raise BugError("a moment without a time zone was to be stored")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def moment_of(text: str) -> datetime:
    """The moment that `moment_text` wrote."""
    return datetime.fromisoformat(text)


class Moment(TypeDecorator[datetime]):
    """A moment, aware and in UTC, kept as text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else moment_text(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else moment_of(value)


class Json(TypeDecorator[Any]):
    """A JSON document, kept as text. What it holds is compared with a snapshot, see `work`."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else canonical(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> Any | None:  # noqa: ARG002
        return None if value is None else json.loads(value)


class Base(DeclarativeBase):
    """The root of everything that has a table."""

    type_annotation_map: ClassVar[Mapping[Any, Any]] = {
        str: Text,
        date: Date,
        datetime: Moment,
        dict[str, Any]: Json,
        list[str]: Json,
    }


class Local(Base):
    """A row that belongs to this copy of the casebook: not logged, not sent."""

    __abstract__ = True


class Record(Base):
    """A record of casework.

    Attributes:
        id: UUIDv7 as text.
        service_id: The youth justice service that it belongs to.
        created_at, changed_at: Moments by this device's clock, for people to read; nothing is
            ordered or merged by them.
        revision: Counts the logged changes of this record here; 1 when it is made.
        base_revision: The server's revision that this copy rests on; 0 until it was sent.
        removed_at: When it was taken out of use; None while it is in use.
    """

    __abstract__ = True

    # JSON columns whose parts are logged one by one instead of as a whole (a form's answers).
    documents: ClassVar[frozenset[str]] = frozenset()
    # What is held of people whom no child-facing view, report or search may show.
    restricted: ClassVar[bool] = False
    # Columns that follow from others, so that the log need not say them.
    derived: ClassVar[frozenset[str]] = frozenset()

    id: Mapped[str] = mapped_column(primary_key=True)
    service_id: Mapped[str]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(default=1)
    base_revision: Mapped[int] = mapped_column(default=0)
    removed_at: Mapped[datetime | None]

    @classmethod
    def record_type(cls) -> str:
        """The name of this type of record, in the log and in the registry."""
        return str(cls.__tablename__)

    def of_child(self) -> str | None:
        """The id of the child that it belongs to, or is; None for what belongs to the service."""
        return None

    def prepare(self) -> None:
        """Fill columns that follow from others. Called before each write."""

    def found_by(self) -> Mapping[str, str]:
        """What a search finds this record by: text for each field. Nothing, unless it says so."""
        return {}


class ChildRecord(Record):
    """A record that belongs to one child."""

    __abstract__ = True

    @declared_attr
    def child_id(cls) -> Mapped[str]:  # noqa: N805 - a declared attribute is made on the class
        """The child that it belongs to. Checked at commit, so rows may come in any order."""
        return mapped_column(
            ForeignKey("child.id", deferrable=True, initially="DEFERRED"), index=True
        )

    def of_child(self) -> str:
        return self.child_id
