"""A record as the server holds it, flat fields, and as the casebook does, columns; both ways.

Generic over the types of record: what a column may hold follows from its type, a document is
taken apart into its answers, bytes stand for themselves by hash and size.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from typing import Any, Final, Literal, NamedTuple

from sqlalchemy import Boolean, ColumnDefault, Date, Integer, LargeBinary, inspect

from app.models import documents
from app.models.base import ChildRecord, Json, Moment, Record, canonical, moment_of, moment_text
from app.models.change_log import plain
from app.models.records import RECORD_TYPES, Child
from app.sync.protocol import MOST_DEPTH, depth_of

# Kept by each copy for itself, so never sent. When a record was made is sent once, with it.
KEPT_HERE: Final = frozenset(
    {"id", "service_id", "created_at", "changed_at", "revision", "base_revision"}
)
CREATED: Final = "created_at"

Kind = Literal["text", "date", "moment", "flag", "number", "json", "document", "bytes"]
_LARGEST_NUMBER: Final = 2**63
_AS_STORED: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


class Unreadable(Exception):
    """A value can't stand in the column that it is for. Holds the field's name, no value."""


class Blob(NamedTuple):
    """Bytes by their hash."""

    sha256: str
    size: int


@dataclass(frozen=True)
class Column:
    """One column that travels.

    Attributes:
        empty: What it holds, as stored, where nothing was said.
        refers_to: The type of record whose id it holds, checked by the store.
    """

    name: str
    kind: Kind
    empty: Any
    refers_to: str | None
    nullable: bool


@dataclass(frozen=True)
class Shape:
    """What a type of record consists of.

    Attributes:
        columns: Those that travel. empty: What each holds, as stored, where nothing was said.
        turned: Those whose stored value is another than the one that an object holds.
    """

    type: type[Record]
    columns: tuple[Column, ...]
    by_name: Mapping[str, Column]
    empty: Mapping[str, Any]
    turned: tuple[Column, ...]

    def among(self, fields: Mapping[str, Any]) -> list[Column]:
        """The columns that fields are for, and every document."""
        found = [self.by_name[name] for name in fields if name in self.by_name]
        return found + [column for column in self.columns if column.kind == "document"]

    @cached_property
    def of_child(self) -> bool:
        """Whether it belongs to a child."""
        return issubclass(self.type, ChildRecord)

    @cached_property
    def in_child_stream(self) -> bool:
        """Whether it travels in a child's stream rather than in the service's."""
        return self.of_child or self.type is Child

    @cached_property
    def bytes_columns(self) -> tuple[str, ...]:
        """Columns of bytes."""
        return tuple(column.name for column in self.columns if column.kind == "bytes")


@cache
def shape(name: str) -> Shape | None:
    """What the type of that name consists of; None where this program doesn't know it."""
    type_ = RECORD_TYPES.get(name)
    if type_ is None:
        return None
    columns = tuple(
        _column(type_, column)
        for column in inspect(type_).columns
        if column.key not in KEPT_HERE | type_.derived
    )
    return Shape(
        type_,
        columns,
        {column.name: column for column in columns},
        {column.name: column.empty for column in columns},
        tuple(column for column in columns if column.kind not in ("text", "number", "bytes")),
    )


def _column(type_: type[Record], column: Any) -> Column:
    kind = _kind(type_, column)
    empty: Any = None
    if not column.nullable:
        empty = {"flag": 0, "number": 0}.get(kind, "")
        if kind in ("json", "document"):
            default = column.default
            made = default.arg({}) if isinstance(default, ColumnDefault) else {}
            empty = canonical(made)
    target = next((key.column.table.name for key in column.foreign_keys), None)
    return Column(column.key, kind, empty, target, bool(column.nullable))


def _kind(type_: type[Record], column: Any) -> Kind:
    if column.key in type_.documents:
        return "document"
    kinds: tuple[tuple[type[Any], Kind], ...] = (
        (Json, "json"),
        (Moment, "moment"),
        (Date, "date"),
        (Boolean, "flag"),
        (Integer, "number"),
        (LargeBinary, "bytes"),
    )
    return next((kind for python, kind in kinds if isinstance(column.type, python)), "text")


# -- from the log to the server ------------------------------------------------------------------


def written(
    name: str, set_to: Mapping[str, Any], base: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What an entry of the log wrote and what stood there before, as fields."""
    known = shape(name)
    new: dict[str, Any] = {}
    old: dict[str, Any] = {}
    for field in {**set_to, **base}:
        head, _, path = field.partition(".")
        if known is None or head not in known.type.documents:
            new[field] = set_to.get(field)
            if base.get(field) is not None:
                old[field] = base[field]
            continue
        if path:
            after = documents.leaves_at(path, set_to.get(field))
            before = documents.leaves_at(path, base.get(field))
        else:
            # Logged as one, before its parts were told apart.
            after = documents.leaves(set_to.get(field) or {})
            before = documents.leaves(base.get(field) or {})
        # Written though nothing differs: what stands there was confirmed.
        confirmed = bool(after) and after == before
        for leaf in {**before, **after}:
            if confirmed or before.get(leaf) != after.get(leaf):
                new[f"{head}.{leaf}"] = after.get(leaf)
                if leaf in before:
                    old[f"{head}.{leaf}"] = before[leaf]
    return new, old


# -- from the server to the store ----------------------------------------------------------------


def blob_of(value: Any) -> Blob | None:
    """The blob that a field names; None for anything else."""
    if not isinstance(value, dict) or set(value) != {"sha256", "size"}:
        return None
    sha256, size = value["sha256"], value["size"]
    if not isinstance(sha256, str) or len(sha256) != 64 or not isinstance(size, int):
        return None
    return Blob(sha256, size) if set(sha256) <= set("0123456789abcdef") and size >= 0 else None


def stored(column: Column, value: Any) -> Any:
    """A field's value as its column stores it. Documents and bytes are not for this.

    Raises:
        Unreadable: It can't stand there.
    """
    if value is None:
        return column.empty
    try:
        found = _TO_STORE[column.kind](column, value)
    except ValueError as error:
        raise Unreadable(column.name) from error
    if found is None:
        raise Unreadable(column.name)
    return found


def _text(_column: Column, value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _date(_column: Column, value: Any) -> str | None:
    return date.fromisoformat(value).isoformat() if isinstance(value, str) else None


def _moment(_column: Column, value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    moment = moment_of(value)
    if _AS_STORED.fullmatch(value):
        return value
    return None if moment.tzinfo is None else moment_text(moment)


def _flag(_column: Column, value: Any) -> int | None:
    return int(value) if isinstance(value, bool) else None


def _number(_column: Column, value: Any) -> int | None:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return value if whole and -_LARGEST_NUMBER <= value < _LARGEST_NUMBER else None


def _json(column: Column, value: Any) -> str | None:
    if not isinstance(value, dict | list) or depth_of(value) > MOST_DEPTH:
        return None
    fits = column.nullable or isinstance(value, type(json.loads(column.empty)))
    return canonical(value) if fits else None


_TO_STORE: Final[Mapping[Kind, Callable[[Column, Any], Any]]] = {
    "text": _text,
    "date": _date,
    "moment": _moment,
    "flag": _flag,
    "number": _number,
    "json": _json,
}


def said(column: Column, value: Any) -> Any:
    """What a column stores, as the log says it."""
    if value is None or column.kind == "text":
        return value
    if column.kind == "flag":
        return bool(value)
    if column.kind in ("json", "document"):
        return json.loads(value)
    return plain(value)


def python(column: Column, value: Any) -> Any:
    """What a column stores, as a record's object holds it."""
    if value is None:
        return None
    if column.kind == "date":
        return date.fromisoformat(value)
    if column.kind == "moment":
        return moment_of(value)
    if column.kind == "flag":
        return bool(value)
    if column.kind in ("json", "document"):
        return json.loads(value)
    return value


def parts_of(column: Column, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of a document among a record's fields, by path."""
    start = f"{column.name}."
    # Before its parts were told apart, what stands here was written as one.
    whole = fields.get(column.name)
    parts: dict[str, Any] = {}
    if isinstance(whole, dict) and documents.is_whole(whole):
        parts.update(documents.leaves(whole))
    parts.update(
        (name[len(start) :], value)
        for name, value in fields.items()
        if name.startswith(start) and value is not None
    )
    return parts


def unknown(known: Shape, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that this program has no column for."""
    return {
        name: fields[name]
        for name in fields.keys() - known.by_name.keys()
        if name != CREATED and name.partition(".")[0] not in known.type.documents
    }
