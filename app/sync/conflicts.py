"""A person settles a conflict: the value that counts is written as any other, and says what it
settles, so that every laptop learns of it.
"""

from __future__ import annotations

import copy
from typing import Any

from sqlalchemy import Connection

from app.core.errors import KnownError
from app.core.i18n import _
from app.models import documents
from app.models.base import Record
from app.models.change_log import plain
from app.models.records import RECORD_TYPES
from app.models.work import UnitOfWork
from app.sync import fields
from app.sync.fields import Column, Unreadable
from app.sync.merge import SEALED
from app.sync.protocol import ConflictItem


class ConflictSettled(KnownError):
    """Somebody has settled it already."""

    def __init__(self) -> None:
        super().__init__(_("Somebody has decided this already."))


class BytesElsewhere(KnownError):
    """The other file, or pages, lie with the server and not on this laptop."""

    def __init__(self) -> None:
        super().__init__(
            _("Only what stands here can be kept: the other file is not on this laptop."),
            _("Keep what stands, or add the other file again."),
        )


class RecordClosed(KnownError):
    """What was submitted never changes, so neither of two values can be written into it."""

    def __init__(self) -> None:
        super().__init__(
            _("This form has been submitted, so its answers can't change."),
            _("Keep what stands there, or start a new version of the form."),
        )


def settle(work: UnitOfWork, conflict_id: str, value: Any) -> None:
    """Let `value` count from now on, together with what else `work` writes.

    Args:
        work: In which `seal` was called before: what a page visit left open is no part of this.
        value: As `state.Conflict` gives `mine` and `theirs`: what JSON can hold; None clears it.

    Raises:
        ConflictSettled: It is settled already, or the record is gone from here.
        RecordClosed: The record can't be changed any more, and `value` isn't what stands there.
        BytesElsewhere: It is about a file, and `value` isn't the one that stands there.
    """
    connection = work.session.connection()
    body = connection.exec_driver_sql(
        "SELECT body FROM sync_conflict WHERE id = ?", (conflict_id,)
    ).scalar_one_or_none()
    item = None if body is None else ConflictItem.model_validate_json(body)
    type_ = RECORD_TYPES.get(item.type) if item else None
    record = work.get(type_, item.record_id) if type_ and item else None
    if item is None or record is None:
        raise ConflictSettled
    closed = is_closed(connection, item)
    head, _dot, path = item.field.partition(".")
    shape = fields.shape(item.type)
    column = shape.by_name.get(head) if shape else None
    if column is None:
        raise ConflictSettled
    if _standing(record, column, path) == value:
        work.settle(record, item.field, value, item.id)
    elif closed:
        raise RecordClosed
    elif column.kind == "bytes":
        raise BytesElsewhere
    else:
        work.flush()
        work.resolves = (item.id,)
        if column.kind == "document":
            parts = documents.leaves(copy.deepcopy(getattr(record, head)))
            parts.pop(path, None)
            if value is not None:
                parts[path] = value
            setattr(record, head, documents.assemble(parts))
        else:
            try:
                stored = fields.stored(column, value)
            except Unreadable as error:
                raise ConflictSettled from error
            setattr(record, head, fields.python(column, stored))
        work.flush()
        work.resolves = ()
    connection.exec_driver_sql("UPDATE sync_conflict SET answered = 1 WHERE id = ?", (conflict_id,))


def _standing(record: Record, column: Column, path: str) -> Any:
    """What stands in a column, or at a path of it, as a conflict says it."""
    held = getattr(record, column.name)
    if column.kind == "document":
        return documents.leaves(held).get(path)
    if column.kind == "bytes":
        return plain(held)
    return fields.said(column, fields.stored(column, plain(held)))


def is_closed(connection: Connection, item: ConflictItem) -> bool:
    """Whether the record that a conflict is about never changes that field any more."""
    sealed = SEALED.get(item.type)
    if sealed is None or not item.field.startswith(sealed[2]):
        return False
    state = connection.exec_driver_sql(
        f'SELECT "{sealed[0]}" FROM "{item.type}" WHERE id = ?', (item.record_id,)
    ).scalar_one_or_none()
    return state in sealed[1]
