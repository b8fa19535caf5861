"""The history of a child's record, read from the change log."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from app.models.change_log import Change, ChangePayload, values
from app.models.records import Disclosure


@dataclass(frozen=True)
class Entry:
    """One entry of the log with its values.

    Attributes:
        entry: Its place in the chain; op_id: its id everywhere.
        fields: Names of the fields that were written.
        base_revision: The record's revision before; None where it was made.
        base, set_to: Values by field before and after; empty once they were erased.
        erased: Whether the values were taken away by lawful erasure.
    """

    entry: int
    op_id: str
    group_id: str
    kind: str
    record_type: str | None
    record_id: str | None
    child_id: str | None
    actor_id: str
    made_at: datetime
    fields: tuple[str, ...]
    base_revision: int | None
    base: dict[str, Any]
    set_to: dict[str, Any]
    reason: str
    recipient: str
    detail: dict[str, Any]
    erased: bool


def entries(
    session: Session,
    *,
    child_id: str | None = None,
    record_id: str | None = None,
    field: str | None = None,
    kinds: tuple[str, ...] = (),
    before: int | None = None,
    limit: int = 50,
) -> tuple[Entry, ...]:
    """Entries of a child, of one record or of one field of it, the newest first.

    Args:
        field: A field's name; with it come the parts of it (`answers.people` and its rows).
        before: Only entries before this place in the chain.
        kinds: Only entries of these kinds; none named: of every kind.
    """
    query = (
        select(Change, ChangePayload.body)
        .outerjoin(ChangePayload, ChangePayload.entry == Change.entry)
        .order_by(Change.entry.desc())
        .limit(limit)
    )
    if child_id is not None:
        query = query.where(Change.child_id == child_id)
    if record_id is not None:
        query = query.where(Change.record_id == record_id)
    if before is not None:
        query = query.where(Change.entry < before)
    if kinds:
        query = query.where(Change.kind.in_(kinds))
    if field is not None:
        part = func.json_each(Change.fields).table_valued("value", name="part")
        named = or_(part.c.value == field, part.c.value.startswith(field + "/", autoescape=True))
        query = query.where(select(part.c.value).where(named).exists())
    return tuple(_entry(change, body) for change, body in session.execute(query))


def leaps(session: Session, after: int, before: int) -> tuple[Entry, ...]:
    """What tells that the clock of this laptop was set, between two places in the chain, the
    newest first."""
    query = (
        select(Change, ChangePayload.body)
        .join(ChangePayload, ChangePayload.entry == Change.entry)
        # What is about no child is little, and the index of the children finds it.
        .where(
            Change.child_id.is_(None),
            Change.entry > after,
            Change.entry < before,
            Change.kind == "clock",
        )
        .order_by(Change.entry.desc())
    )
    return tuple(_entry(change, body) for change, body in session.execute(query))


def leap_before_this_unlock(session: Session) -> Entry | None:
    """What tells that the clock was set after the casebook was unlocked the time before this, the
    newest where there are several; None where it was not."""
    query = (
        select(Change, ChangePayload.body)
        .outerjoin(ChangePayload, ChangePayload.entry == Change.entry)
        .where(
            Change.child_id.is_(None),
            Change.origin.is_(None),
            Change.kind.in_(("clock", "unlock")),
        )
        .order_by(Change.entry.desc())
        .limit(2)
    )
    of_now, before = (*session.execute(query).all(), None, None)[:2]
    if of_now is None or before is None or before[0].kind != "clock":
        return None
    return _entry(before[0], before[1])


@dataclass(frozen=True)
class Copy:
    """Pages that were passed on or printed, on whichever laptop: see `records.Disclosure`."""

    way: str
    record_type: str
    record_id: str
    child_id: str | None
    recipient: str
    given_at: datetime
    given_by: str
    why: str = ""
    state: str = ""
    pdf_hash: str = ""


def passed_on(session: Session, pdf_hash: str) -> tuple[Copy, ...]:
    """When the pages with this SHA-256 were passed on or printed, the oldest first."""
    logged = func.json_extract(ChangePayload.body, "$.detail.pdf") == pdf_hash
    return _copies(session, Disclosure.pdf_hash == pdf_hash, logged)


def copies_of(session: Session, record_type: str, record_id: str) -> tuple[Copy, ...]:
    """When pages about a record were passed on or printed, the oldest first."""
    kept = and_(Disclosure.about_type == record_type, Disclosure.about_id == record_id)
    return _copies(session, kept, Change.record_id == record_id)


def _copies(
    session: Session, kept: ColumnElement[bool], logged: ColumnElement[bool]
) -> tuple[Copy, ...]:
    held = [
        Copy(
            one.way,
            one.about_type,
            one.about_id,
            one.child_id,
            one.recipient,
            one.given_at or one.created_at,
            one.given_by or "",
            one.why,
            one.state,
            one.pdf_hash,
        )
        for one in session.scalars(select(Disclosure).where(kept, Disclosure.removed_at.is_(None)))
    ]
    # Before version 15 of the store only the log told of it.
    query = (
        select(Change, ChangePayload.body)
        .join(ChangePayload, ChangePayload.entry == Change.entry)
        .where(
            Change.kind.in_(("disclosure", "print")),
            Change.group_id.not_in(
                select(Change.group_id).where(
                    Change.record_type == Disclosure.record_type(), Change.kind == "create"
                )
            ),
            logged,
        )
    )
    held += [_logged_copy(change, values(body)) for change, body in session.execute(query)]
    return tuple(sorted(held, key=lambda one: one.given_at))


def _logged_copy(change: Change, said: dict[str, Any]) -> Copy:
    detail = said.get("detail", {})
    return Copy(
        change.kind,
        change.record_type or "",
        change.record_id or "",
        change.child_id,
        said.get("recipient", ""),
        change.made_at,
        change.actor_id,
        said.get("reason", ""),
        str(detail.get("state") or ""),
        str(detail.get("pdf") or ""),
    )


def _entry(change: Change, body: str | None) -> Entry:
    held = values(body)
    return Entry(
        entry=change.entry,
        op_id=change.op_id,
        group_id=change.group_id,
        kind=change.kind,
        record_type=change.record_type,
        record_id=change.record_id,
        child_id=change.child_id,
        actor_id=change.actor_id,
        made_at=change.made_at,
        fields=tuple(change.fields),
        base_revision=change.base_revision,
        base=held.get("base", {}),
        set_to=held.get("set", {}),
        reason=held.get("reason", ""),
        recipient=held.get("recipient", ""),
        detail=held.get("detail", {}),
        erased=body is None and change.payload_hash is not None,
    )
