"""Where somebody was, kept so that a lock or a crash leads back to it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.casework.desk import Desk
from app.models.records import Place as PlaceRow
from app.models.work import UnitOfWork


@dataclass(frozen=True)
class Place:
    """Where somebody was, so that unlocking leads back to it.

    Attributes:
        page: Name of the page. child_id, record_id: what it showed.
        path: Path of the question, or what else the page needs to be as it was, such as what was
            typed and not saved. cursor: place of the text cursor in it.
        words: What was typed anywhere in the window and not saved: pairs of what it was typed
            for (a list of texts) and the fields, as JSON can hold them.
    """

    page: str
    child_id: str | None = None
    record_id: str | None = None
    path: str | None = None
    cursor: int | None = None
    words: Sequence[Any] = ()


def keep_place(desk: Desk, place: Place, *, left_at: datetime | None = None) -> None:
    """Keep where the person is, so that a crash too leads back to it.

    Args:
        left_at: When they were there, where that was not now: a later place is left alone.
    """
    with desk.casebook.write() as work:
        held = work.get(PlaceRow, desk.actor.id)
        if left_at is None or held is None or held.left_at <= left_at:
            put_place(desk, work, place)


def put_place(desk: Desk, work: UnitOfWork, place: Place) -> None:
    """Write where the person is, within a transaction."""
    row = work.get(PlaceRow, desk.actor.id)
    if row is None:
        row = work.add(PlaceRow(user_id=desk.actor.id, page=place.page, left_at=desk.clock.now()))
    row.page, row.child_id, row.record_id = place.page, place.child_id, place.record_id
    row.path, row.cursor, row.left_at = _with_words(place), place.cursor, desk.clock.now()


def _with_words(place: Place) -> str | None:
    """The path, and after a line end, which no path has, the words."""
    if not place.words:
        return place.path
    return f"{place.path or ''}\n{json.dumps(list(place.words), ensure_ascii=False)}"


def last_place(desk: Desk) -> Place | None:
    """Where the person was at the last lock."""
    with desk.casebook.read() as session:
        row = session.get(PlaceRow, desk.actor.id)
        if row is None:
            return None
        path, _end, words = (row.path or "").partition("\n")
        return Place(
            page=row.page,
            child_id=row.child_id,
            record_id=row.record_id,
            path=path or None,
            cursor=row.cursor,
            words=json.loads(words) if words else (),
        )
