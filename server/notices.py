"""What people must be told: filed by a push, given by a pull."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, or_, select

from app.core.ids import new_id
from app.sync.protocol import Notice
from server import bulk, tables
from server.access import EVERY_CHILD
from server.caller import Caller

# An answer can be lost on its way, so that what was told is told again for a while; a laptop
# knows a notice by its id.
TOLD_AGAIN_FOR: Final = timedelta(days=14)
MOST_NOTICES: Final = 200
_COLUMNS: Final = (
    "id",
    "user_id",
    "kind",
    "child_id",
    "other_id",
    "device_id",
    "actor",
    "at",
)


@dataclass(frozen=True)
class ToTell:
    """A notice that isn't filed yet. `user_id` None: for every manager and administrator."""

    kind: str
    user_id: str | None = None
    child_id: str | None = None
    other_id: str | None = None
    device_id: str | None = None
    actor: str | None = None


def file(connection: Connection, service_id: str, notices: Iterable[ToTell], now: datetime) -> None:
    """File notices; one that waits to be seen already isn't filed twice."""
    wanted = list(dict.fromkeys(notices))
    if not wanted:
        return
    waiting = {
        (row.kind, row.user_id, row.child_id, row.other_id, row.device_id, row.actor)
        for row in connection.execute(
            select(tables.notice).where(
                tables.notice.c.service_id == service_id,
                tables.notice.c.seen_at.is_(None),
                tables.notice.c.kind.in_({one.kind for one in wanted}),
                or_(
                    tables.notice.c.child_id.is_(None),
                    tables.notice.c.child_id.in_({one.child_id or "" for one in wanted}),
                ),
            )
        )
    }
    rows = [
        (new_id(), one.user_id, one.kind, one.child_id, one.other_id, one.device_id, one.actor, now)
        for one in wanted
        if (one.kind, one.user_id, one.child_id, one.other_id, one.device_id, one.actor)
        not in waiting
    ]
    bulk.put(connection, tables.notice, _COLUMNS, rows, service_id=service_id)


def tell(connection: Connection, caller: Caller, now: datetime) -> tuple[Notice, ...]:
    """What the caller must be told, the newest first; it counts as seen from now on."""
    mine = tables.notice.c.user_id == caller.user_id
    if caller.role in EVERY_CHILD:
        mine = or_(mine, tables.notice.c.user_id.is_(None))
    told = tables.notice.c.seen_at
    rows = connection.execute(
        select(tables.notice)
        .where(
            tables.notice.c.service_id == caller.service_id,
            mine,
            or_(told.is_(None), told > now - TOLD_AGAIN_FOR),
        )
        .order_by(tables.notice.c.at.desc(), tables.notice.c.id)
        .limit(MOST_NOTICES)
    ).all()
    fresh = [row.id for row in rows if row.seen_at is None]
    if fresh:
        connection.execute(
            tables.notice.update()
            .where(tables.notice.c.service_id == caller.service_id, tables.notice.c.id.in_(fresh))
            .values(seen_at=now)
        )
    return tuple(
        Notice(
            id=row.id,
            kind=row.kind,
            child_id=row.child_id,
            other_id=row.other_id,
            device_id=row.device_id,
            actor=row.actor,
            at=row.at,
        )
        for row in rows
    )
