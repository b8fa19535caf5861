"""A record as it came, beside the one that is held: what will be stored, and what that changes.

What this device wrote and the server has not taken yet stays as it stands; every other field
becomes the server's. Nothing is written here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, inspect

from app.core.ids import is_id
from app.models import documents
from app.models.base import Record, canonical, moment_text
from app.models.change_log import Received
from app.sync import fields
from app.sync.fields import Column, Shape, Unreadable
from app.sync.merge import SEALED
from app.sync.protocol import (
    MOST_DEPTH,
    MOST_FIELD_NAME,
    MOST_FIELDS,
    SERVICE_STREAM,
    RecordChange,
    depth_of,
)


class BlobMissing(Exception):
    """The server has no bytes for a field. Holds the field's name."""


@dataclass
class Incoming:
    """A record on its way into its table.

    Attributes:
        held: The row that is there; None: it is new. values: By column, as it will be stored.
        base, set_to: By field, before and after, as the log says it; only what differs.
        stands_against: Whether unsent work of this device holds another value.
    """

    change: RecordChange
    shape: Shape
    held: Row[Any] | None
    values: dict[str, Any]
    base: dict[str, Any]
    set_to: dict[str, Any]
    created_at: str
    made_at: str | None
    stands_against: bool

    @property
    def differs(self) -> bool:
        """Whether the record reads otherwise afterwards."""
        return self.held is None or bool(self.set_to or self.base)

    def received(self) -> Received:
        """What the log says of it."""
        change = self.change
        return Received(
            self._kind(),
            change.type,
            change.id,
            self._child(),
            self.base,
            self.set_to,
            self.held.base_revision if self.held else 0,
            change.actor,
            self.made_at,
        )

    def object(self) -> Record | None:
        """The record as an object, where something follows from it."""
        type_ = self.shape.type
        if not (type_.derived or type_.documents or type_.found_by is not Record.found_by):
            return None
        # Never one of a session, so its columns are filled past the session's bookkeeping.
        object_: Record = inspect(type_).class_manager.new_instance()
        object_.__dict__["id"] = self.change.id
        object_.__dict__.update(self.values)
        for column in self.shape.turned:
            object_.__dict__[column.name] = fields.python(column, self.values[column.name])
        object_.prepare()
        return object_

    def stored(self, object_: Record | None, service_id: str, now: str) -> tuple[Any, ...]:
        """The row for `statement`.

        Args:
            object_: As `object` gave it. now: When it is written.
        """
        held = self.held
        revision = 1 if held is None else held.revision + self.differs
        return (
            self.change.id,
            service_id,
            self.created_at,
            self.made_at or now,
            revision,
            self.change.rev,
            # In the order of the columns, as they were filled.
            *self.values.values(),
            *(getattr(object_, name) for name in sorted(self.shape.type.derived)),
        )

    def _kind(self) -> str:
        if self.held is None:
            return "create"
        was, now = self.held.removed_at, self.values["removed_at"]
        if bool(was) != bool(now):
            return "remove" if now else "restore"
        return "update"

    def _child(self) -> str | None:
        if self.shape.of_child:
            return str(self.values["child_id"])
        return self.change.id if self.shape.in_child_stream else None


def incoming(
    shape: Shape,
    change: RecordChange,
    held: Row[Any] | None,
    *,
    mine: Mapping[str, Any],
    blobs: Mapping[str, bytes],
    now: str,
) -> Incoming:
    """What a record will hold, and what that changes.

    Args:
        mine: The fields that unsent work of this device wrote. blobs: Bytes that came, by hash.
        now: When it is written, as stored.

    Raises:
        Unreadable: A value can't be kept, or no server that keeps its own rules says it.
        BlobMissing: Bytes are missing.
    """
    _check(shape, change)
    sealed = SEALED.get(change.type)
    if sealed is not None and change.fields.get(sealed[0]) in sealed[1]:
        # What the server has closed counts as it stands there; mine becomes a conflict.
        mine = {name: value for name, value in mine.items() if not name.startswith(sealed[2])}
    values: dict[str, Any] = {} if held is not None else dict(shape.empty)
    base: dict[str, Any] = {}
    set_to: dict[str, Any] = {}
    given = shape.columns if held is not None else shape.among(change.fields)
    for column in given:
        name = column.name
        was: Any = None if held is None else getattr(held, name)
        if column.kind == "document":
            values[name], pairs = _document(column, change.fields, was, mine)
            for path, pair in pairs.items():
                base[f"{name}.{path}"], set_to[f"{name}.{path}"] = pair
            continue
        kept = held is not None and name in mine
        now_ = was if kept else _value(column, change.fields.get(name), was, blobs)
        values[name] = now_
        if held is not None and now_ != was:
            base[name] = fields.said(column, was)
            set_to[name] = fields.said(column, now_)
        elif held is None and now_ not in (None, column.empty):
            set_to[name] = fields.said(column, now_)
    made_at = None if change.made_at is None else moment_text(change.made_at)
    if held is not None:
        created = held.created_at
    else:
        created = _moment(change.fields.get(fields.CREATED)) or made_at or now
    against = any(change.fields.get(name) != value for name, value in mine.items())
    return Incoming(change, shape, held, values, base, set_to, created, made_at, against)


def _value(column: Column, value: Any, was: Any, blobs: Mapping[str, bytes]) -> Any:
    if column.kind != "bytes" or value is None:
        return fields.stored(column, value)
    blob = fields.blob_of(value)
    if blob is None:
        raise Unreadable(column.name)
    if fields.said(column, was) == {"sha256": blob.sha256, "size": blob.size}:
        return was
    if blob.sha256 not in blobs:
        raise BlobMissing(column.name)
    return blobs[blob.sha256]


def _check(shape: Shape, change: RecordChange) -> None:
    """Refuse what no server that keeps its own rules says.

    Raises:
        Unreadable: It does.
    """
    names = change.fields
    if len(names) > MOST_FIELDS or max(map(len, names), default=0) > MOST_FIELD_NAME:
        raise Unreadable("fields")
    for value in names.values():
        if type(value) in (dict, list) and depth_of(value) > MOST_DEPTH:
            raise Unreadable("depth")
    if shape.of_child:
        right = names.get("child_id") == change.stream
    else:
        right = change.stream == (change.id if shape.in_child_stream else SERVICE_STREAM)
    if not right or not is_id(change.id):
        raise Unreadable("stream")


def _document(
    column: Column, given: Mapping[str, Any], was: str | None, mine: Mapping[str, Any]
) -> tuple[str, dict[str, tuple[Any, Any]]]:
    """A document as it will be stored, and what differs by path."""
    before: documents.Document = json.loads(was) if was else {}
    parts = fields.parts_of(column, given)
    start = f"{column.name}."
    for name, value in mine.items():
        if name.startswith(start):
            parts.pop(name[len(start) :], None)
            if value is not None:
                parts[name[len(start) :]] = value
    if was is not None and documents.leaves(before) == parts:
        return was, {}
    try:
        after = documents.assemble(parts)
        if not documents.is_whole(after):
            raise Unreadable(column.name)
        return canonical(after), documents.differences(before, after)
    except (AttributeError, TypeError, KeyError, ValueError) as error:
        raise Unreadable(column.name) from error


def _moment(value: Any) -> str | None:
    try:
        return fields.stored(Column("", "moment", None, None, True), value)  # type: ignore[no-any-return]
    except Unreadable:
        return None


def statement(shape: Shape) -> str:
    """Writes a row of `Incoming.stored`, over the one that is there."""
    names = [
        *("id", "service_id", "created_at", "changed_at", "revision", "base_revision"),
        *(column.name for column in shape.columns),
        *sorted(shape.type.derived),
    ]
    written = ", ".join(
        f'"{name}" = excluded."{name}"'
        for name in names
        if name not in ("id", "service_id", "created_at")
    )
    listed = ", ".join(f'"{name}"' for name in names)
    return (
        f'INSERT INTO "{shape.type.record_type()}" ({listed}) VALUES'
        f" ({', '.join('?' * len(names))}) ON CONFLICT (id) DO UPDATE SET {written}"
    )
