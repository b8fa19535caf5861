"""What a person is told of syncing, and what a person decides about it. Casework speaks to this.

The five words, in the order of what matters most: *needs_you*: something waits for a person;
*waiting*: work isn't sent yet; *sent*: the server has it, and hasn't been asked since whether both
sides agree; *confirmed*: everything was with the server at `last_confirmed_at`; *saved_here*: this
casebook belongs to no server.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import Connection

from app.models.base import moment_of, moment_text
from app.models.casebook import Casebook
from app.models.change_log import values
from app.models.database import WRITES
from app.sync import kept_sign_in, outbox, standing
from app.sync.conflicts import is_closed
from app.sync.digests import DIFFERS
from app.sync.protocol import ConflictItem
from app.sync.removals import children_of
from app.sync.standing import Standing
from app.sync.stops import NEW_DEVICE, mark_of

Word = Literal["saved_here", "waiting", "sent", "confirmed", "needs_you"]
# How often a moment that was shown is kept: a view is asked for after every save.
_SEEN_EVERY: Final = timedelta(hours=1)
# Leases of one sync differ by the time that it took.
_APART: Final = timedelta(hours=1)

ItemKind = Literal["conflict", "refused", "aside", "stop", "differs", "notice"]


@dataclass(frozen=True)
class SyncItem:
    """Something that a person has to see to.

    Attributes:
        kind: *conflict*: two people wrote one field (`conflict`); *refused*: the server refused
            work of this laptop (`refused`); *aside*: a change from the server that could not be
            written (`aside`); *stop*: syncing waits for an answer (`stop`); *differs*: what lies
            here of a child, or of the service, isn't what the server holds, though it was read
            once more; *notice*: to be read (`read_notice`).
        id: Of the item, for the function that settles it. Of a stop: its kind.
        child_id, record_type, record_id, field: What it is about; None where it is about nothing
            of a child, or of no one record. A field is a column, or `answers.` and a path.
        reason: A code: of a refusal, see `protocol.RejectionCode`; of what was put aside, see
            `SyncQuarantine.why`; of a stop, its kind; of a notice, its kind; of a conflict,
            `both_wrote`; of what differs, `differs`.
        at: When it came up, by this laptop's clock; None where that isn't kept.
        safety: Whether somebody's safety may depend on it.
        other_id: Of a notice about two children: the other.
        answered: Decided here already; the server will be told.
    """

    kind: ItemKind
    id: str
    child_id: str | None
    record_type: str | None
    record_id: str | None
    field: str | None
    reason: str
    at: datetime | None
    safety: bool = False
    answered: bool = False
    other_id: str | None = None


@dataclass(frozen=True)
class SyncView:
    """Where this laptop stands with the server.

    Attributes:
        waiting: How many operations have yet to be sent.
        last_confirmed_at: When the server last had everything, by this laptop's clock.
        items: What needs a person, safety first.
        lease_until: Until when the laptop may work without the server; `lease_days_left`: whole
            days until then, 0 once it has ended, None without a lease.
        enrol_anew: The casebook was restored or copied, or has to become a device of its own.
        has_sign_in: Whether the service has a sign-in of its own. signed_in_as: Who is signed in
            now, as that sign-in says; None: nobody.
        automatic, on_metered, in_custody: The settings, see `SyncState`.
    """

    word: Word
    enrolled: bool
    server: str | None
    waiting: int
    last_confirmed_at: datetime | None
    items: tuple[SyncItem, ...]
    lease_until: datetime | None
    lease_days_left: int | None
    enrol_anew: bool
    has_sign_in: bool
    signed_in_as: str | None
    automatic: bool
    on_metered: bool
    in_custody: bool


@dataclass(frozen=True)
class Conflict:
    """Two values of one field, side by side.

    Attributes:
        base: What both started from. mine, theirs: As JSON can hold them; an answer is an object.
        mine_actor, theirs_actor: Ids of users. current: What counts until somebody decides.
        closed: The record is closed (a submitted form), so that only `current` can be kept.
    """

    id: str
    child_id: str | None
    record_type: str
    record_id: str
    field: str
    base: Any
    mine: Any
    mine_actor: str | None
    mine_made_at: datetime | None
    theirs: Any
    theirs_actor: str | None
    theirs_made_at: datetime | None
    current: Any
    safety: bool
    closed: bool
    answered: bool


@dataclass(frozen=True)
class RefusedWork:
    """Work that the server refused, with what was written, to be read and copied.

    Attributes:
        group: How many operations were refused together with it.
    """

    id: str
    code: str
    child_id: str | None
    record_type: str
    record_id: str
    kind: str
    set_to: dict[str, Any]
    base: dict[str, Any]
    actor_id: str
    made_at: datetime
    group: int


@dataclass(frozen=True)
class Stop:
    """What syncing waits for an answer to.

    Attributes:
        mark: What the answer names, so that it is for this and nothing else.
        count: Of *many_removals*: how many records would go. children: how many of which child.
    """

    kind: str
    mark: str
    count: int
    children: dict[str, int]


@dataclass(frozen=True)
class Lease:
    """Until when a child's record may lie here without the server having confirmed it again.

    Attributes:
        until: By this laptop's clock. days_left: whole days until then; 0: less than one.
        ended: It is over. Nothing is taken away by that: what isn't sent yet stays.
        alone: It ends before that of the laptop: the server lets go of the child, or the last
            syncs were cut before they came to it.
    """

    child_id: str
    until: datetime
    days_left: int
    ended: bool
    alone: bool


@dataclass(frozen=True)
class HandBack:
    """Whether the laptop may be handed back.

    Attributes:
        reasons: Codes of why not: not_enrolled, waiting, open_edits, refused, aside, conflict,
            stop, differs, never_confirmed.
    """

    safe: bool
    reasons: tuple[str, ...]


def view(casebook: Casebook) -> SyncView:
    """Where this laptop stands. Quick: it is asked after every save."""
    with casebook.engine.connect() as connection:
        here = standing.read(connection)
        waiting = outbox.waiting(connection, here) if here.enrolled else 0
        items = _items(connection, here)
    signed_in = kept_sign_in.read(casebook) if here.sign_in is not None else None
    latest = _latest(casebook, here)
    days = None
    if here.lease_until is not None:
        days = max(0, (here.lease_until - latest).days)
    return SyncView(
        word=_word(here, waiting, items),
        enrolled=here.enrolled,
        server=here.server,
        waiting=waiting,
        last_confirmed_at=here.last_confirmed_at,
        items=items,
        lease_until=here.lease_until,
        lease_days_left=days,
        enrol_anew=enrol_anew(here, casebook.device_id),
        has_sign_in=here.sign_in is not None,
        signed_in_as=signed_in.name if signed_in is not None else None,
        automatic=here.automatic,
        on_metered=here.on_metered,
        in_custody=here.in_custody,
    )


def _latest(casebook: Casebook, here: Standing) -> datetime:
    """The latest moment that this laptop ever showed, kept about once an hour, so that a clock
    which is put back doesn't lengthen the lease."""
    now = casebook.clock.now()
    if here.highest_seen is None or not here.enrolled:
        return now
    if now - here.highest_seen > _SEEN_EVERY:
        with casebook.engine.execution_options(**{WRITES: True}).begin() as connection:
            return standing.see(connection, now)
    return max(now, here.highest_seen)


def leases(casebook: Casebook, child_id: str | None = None) -> tuple[Lease, ...]:
    """The lease of each child here, known without the network, the one that ends first first.

    Each sync that brings a child's record up to date makes it longer.

    Args:
        child_id: Only this child's.
    """
    with casebook.engine.connect() as connection:
        here = standing.read(connection)
        rows = connection.exec_driver_sql(
            "SELECT s.stream, s.lease_until FROM stream_cursor AS s"
            " JOIN child AS c ON c.id = s.stream WHERE s.lease_until IS NOT NULL"
            " AND (s.stream = ? OR ? IS NULL) ORDER BY s.lease_until",
            (child_id, child_id),
        ).all()
    if not here.enrolled or not rows:
        return ()
    latest = _latest(casebook, here)
    made = []
    for stream, text in rows:
        until = moment_of(text)
        left = until - latest
        alone = here.lease_until is not None and until < here.lease_until - _APART
        made.append(Lease(stream, until, max(0, left.days), left <= timedelta(), alone))
    return tuple(made)


def enrol_anew(here: Standing, device_id: str) -> bool:
    """Whether a casebook that belonged to a server must be enrolled as another device."""
    stop = here.stop or {}
    return here.enrolled and (
        here.device_id != device_id
        or (stop.get("kind") in NEW_DEVICE and stop.get("answer") is True)
    )


def set_choices(
    casebook: Casebook,
    *,
    automatic: bool | None = None,
    on_metered: bool | None = None,
    in_custody: bool | None = None,
) -> None:
    """Change the settings that are given."""
    given = {"automatic": automatic, "on_metered": on_metered, "in_custody": in_custody}
    with casebook.exchange() as (connection, _log):
        standing.write(
            connection, **{name: value for name, value in given.items() if value is not None}
        )


def conflict(casebook: Casebook, conflict_id: str) -> Conflict | None:
    """A conflict, side by side; None once it is settled."""
    with casebook.engine.connect() as connection:
        row = connection.exec_driver_sql(
            "SELECT body, answered FROM sync_conflict WHERE id = ?", (conflict_id,)
        ).fetchone()
        if row is None:
            return None
        item = ConflictItem.model_validate_json(row[0])
        closed = is_closed(connection, item)
    return Conflict(
        id=item.id,
        child_id=item.child_id,
        record_type=item.type,
        record_id=item.record_id,
        field=item.field,
        base=item.base,
        mine=item.mine,
        mine_actor=item.mine_actor,
        mine_made_at=item.mine_made_at,
        theirs=item.theirs,
        theirs_actor=item.theirs_actor,
        theirs_made_at=item.theirs_made_at,
        current=item.current,
        safety=item.safety,
        closed=closed,
        answered=bool(row[1]),
    )


def stop(casebook: Casebook) -> Stop | None:
    """What syncing waits for an answer to; None where it doesn't."""
    with casebook.engine.connect() as connection:
        held = standing.read(connection).stop
    if held is None or held["answer"] is True:
        return None
    detail = held["detail"]
    return Stop(held["kind"], mark_of(held), int(detail.get("count", 0)), children_of(detail))


def refused(casebook: Casebook, op_id: str) -> RefusedWork | None:
    """Refused work with its words; None once it is settled."""
    with casebook.engine.connect() as connection:
        row = connection.exec_driver_sql(
            "SELECT r.code, r.child_id, r.record_type, r.record_id, c.kind, c.actor_id, c.made_at,"
            " p.body, (SELECT count(*) FROM sync_refused AS s JOIN change AS d ON d.entry = s.entry"
            " WHERE d.group_id = c.group_id) FROM sync_refused AS r JOIN change AS c"
            " ON c.entry = r.entry LEFT JOIN change_payload AS p ON p.entry = r.entry"
            " WHERE r.op_id = ?",
            (op_id,),
        ).fetchone()
    if row is None:
        return None
    held = values(row[7])
    return RefusedWork(
        id=op_id,
        code=row[0],
        child_id=row[1],
        record_type=row[2],
        record_id=row[3],
        kind=row[4],
        set_to=held.get("set", {}),
        base=held.get("base", {}),
        actor_id=row[5],
        made_at=moment_of(row[6]),
        group=row[8],
    )


def aside(casebook: Casebook, record_id: str) -> dict[str, Any] | None:
    """A change that was put aside, as it came, for a file that is exported; None: none is."""
    with casebook.engine.connect() as connection:
        body = connection.exec_driver_sql(
            "SELECT body FROM sync_quarantine WHERE record_id = ?", (record_id,)
        ).scalar_one_or_none()
    return None if body is None else dict(json.loads(body))


def read_notice(casebook: Casebook, notice_id: str) -> None:
    """Count a notice as read. It is kept: the server tells it again for a while."""
    with casebook.exchange() as (connection, _log):
        connection.exec_driver_sql(
            "UPDATE sync_notice SET seen_at = ? WHERE id = ?",
            (moment_text(casebook.clock.now()), notice_id),
        )


def safe_to_hand_back(casebook: Casebook) -> HandBack:
    """Whether everything on this laptop is with the server, and if not, why not."""
    with casebook.engine.connect() as connection:
        here = standing.read(connection)
        reasons = [] if here.enrolled else ["not_enrolled"]
        if outbox.waiting(connection, here):
            reasons.append("waiting")
        if connection.exec_driver_sql("SELECT 1 FROM open_edit LIMIT 1").fetchone():
            reasons.append("open_edits")
        kinds = {item.kind for item in _items(connection, here) if item.kind != "notice"}
    reasons += sorted(kinds)
    if here.enrolled and here.last_confirmed_at is None:
        reasons.append("never_confirmed")
    return HandBack(not reasons, tuple(reasons))


def _word(here: Standing, waiting: int, items: tuple[SyncItem, ...]) -> Word:
    if not here.enrolled:
        return "saved_here"
    if any(not item.answered for item in items):
        return "needs_you"
    if waiting:
        return "waiting"
    return "confirmed" if here.last_confirmed_at is not None else "sent"


def _items(connection: Connection, here: Standing) -> tuple[SyncItem, ...]:
    items: list[SyncItem] = []
    if here.stop is not None and here.stop["answer"] is not True:
        kind = here.stop["kind"]
        items.append(SyncItem("stop", kind, None, None, None, None, kind, None))
    items += [
        SyncItem(
            "conflict",
            row[0],
            row[1],
            row[2],
            row[3],
            row[4],
            "both_wrote",
            None,
            safety=bool(row[5]),
            answered=bool(row[6]),
        )
        for row in connection.exec_driver_sql(
            "SELECT id, child_id, record_type, record_id, field, safety, answered"
            " FROM sync_conflict ORDER BY answered, safety DESC, id"
        )
    ]
    items += [
        SyncItem("refused", row[0], row[1], row[2], row[3], None, row[4], moment_of(row[5]))
        for row in connection.exec_driver_sql(
            "SELECT op_id, child_id, record_type, record_id, code, at FROM sync_refused"
            " ORDER BY entry"
        )
    ]
    items += [
        SyncItem("aside", row[0], row[1], row[2], row[0], None, row[3], moment_of(row[4]))
        for row in connection.exec_driver_sql(
            "SELECT record_id, child_id, record_type, why, at FROM sync_quarantine"
            " WHERE why <> 'leaves' ORDER BY at"
        )
    ]
    items += [
        SyncItem(
            DIFFERS if row[1] == DIFFERS else "notice",
            row[0],
            row[2],
            None,
            None,
            None,
            row[1],
            moment_of(row[3]),
            other_id=json.loads(row[4]).get("other_id"),
        )
        for row in connection.exec_driver_sql(
            "SELECT id, kind, child_id, at, body FROM sync_notice WHERE seen_at IS NULL ORDER BY at"
        )
    ]
    return tuple(sorted(items, key=lambda item: (item.answered, not item.safety)))
