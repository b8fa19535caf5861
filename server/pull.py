"""Gives a device what changed in its streams, in the order in which it was committed.

What is asked for says what lies on the device, and is kept (`manifest`): so a lost laptop can be
reported, work that was done before a child was given to another is known for what it is, and a
device isn't sent again what it has just sent itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Literal

from sqlalchemy import Connection, text

from app.sync.protocol import (
    OLDEST_PROTOCOL,
    SERVICE_STREAM,
    ConflictItem,
    Pull,
    Pulled,
    RecordChange,
    StreamState,
    digest_text,
)
from server import access, bulk, conflicts, news, notices, records, streams, tables
from server.access import People
from server.caller import Caller
from server.envelope import ServiceKeys
from server.push import current_epoch
from server.records import Row
from server.refused import Refused
from server.streams import Head

_LARGEST: Final = 2**63 - 1


def pull(
    connection: Connection,
    keys: ServiceKeys,
    caller: Caller,
    message: Pull,
    *,
    now: datetime | None = None,
) -> Pulled:
    """A page of changes, in the transaction of `connection`, which the caller commits.

    Args:
        now: The server's time; None: what its clock says.

    Raises:
        Refused: Wrong device or epoch.
    """
    now = now or datetime.now(UTC)
    epoch = current_epoch(connection)
    if message.protocol < OLDEST_PROTOCOL:
        raise Refused(426, "program_too_old")
    if message.epoch != epoch:
        raise Refused(409, "epoch_changed", epoch=epoch)
    if message.device_id != caller.device_id:
        raise Refused(403, "not_allowed")
    after = {cursor.stream: cursor.after for cursor in message.cursors}
    if len(after) != len(message.cursors) or max(after.values(), default=0) > _LARGEST:
        raise Refused(422, "malformed")
    people = access.people_of(connection, caller.service_id, caller.device_id)
    visible = access.visible(connection, people, after)
    held = _held(connection, caller)
    wanted = {name: place for name, place in after.items() if name in visible}
    page = _page(connection, keys, caller, people, wanted=wanted, held=held, limit=message.limit)
    # Nothing of a stream that isn't there lies on any device, whoever asks for it.
    reached = {
        name: place
        for name, place in page.reached.items()
        if name in page.heads or name == SERVICE_STREAM
    }
    _keep_manifest(connection, caller, after, held=held, reached=reached, now=now)
    lease, restricted = _lease(connection, caller), people.restricted
    states = [
        page.state(name, lease, restricted=restricted)
        if name in visible
        else StreamState(stream=name, head=0, next=after[name], more=False, held=False)
        for name in after
    ]
    return Pulled(
        epoch=epoch,
        server_time=now,
        changes=tuple(page.changes),
        conflicts=tuple(page.conflicts),
        streams=tuple(states),
        notices=notices.tell(connection, caller, now),
    )


@dataclass
class _Page:
    """One answer in the making.

    Attributes:
        heads: Where the streams stood when the page was begun. moved: Those that have more since.
        reached: How far each stream is told.
    """

    heads: dict[str, Head]
    reached: dict[str, int]
    changes: list[RecordChange] = field(default_factory=list)
    conflicts: list[ConflictItem] = field(default_factory=list)
    moved: set[str] = field(default_factory=set)

    def state(self, name: str, lease: datetime | None, *, restricted: bool) -> StreamState:
        head = self.heads.get(name) or Head(name)
        reached = self.reached[name]
        more = reached < head.head or name in self.moved
        whole = not more and reached == head.head
        total = head.count_all if restricted else head.count_open
        digest = head.digest_all if restricted else head.digest_open
        return StreamState(
            stream=name,
            head=head.head,
            next=reached,
            more=more,
            count=total if whole else None,
            digest=digest_text(digest) if whole else None,
            restricted=restricted,
            lease_until=lease,
        )


def _page(
    connection: Connection,
    keys: ServiceKeys,
    caller: Caller,
    people: People,
    *,
    wanted: Mapping[str, int],
    held: Mapping[str, int],
    limit: int,
) -> _Page:
    service_id = caller.service_id
    heads = streams.read(connection, service_id, wanted)
    page = _Page(heads, dict(wanted))
    # The service's own records, its people among them, come before those of children.
    order = sorted(wanted, key=lambda name: (name != SERVICE_STREAM, name))
    behind = [
        (name, wanted[name], heads[name].head)
        for name in order
        if name in heads and heads[name].head > wanted[name]
    ]
    if not behind:
        return page
    found, reached = news.read(connection, service_id, behind, limit)
    page.reached.update(reached)
    restricted = people.restricted
    for piece in found:
        if isinstance(piece, Row):
            if restricted or not access.is_restricted(piece.type):
                same = _is_same(piece, caller, wanted[piece.stream], held)
                page.changes.append(_change(piece, keys, same=same))
        elif isinstance(piece, news.Departure):
            page.changes.append(
                RecordChange(
                    stream=piece.stream,
                    seq=piece.seq,
                    op="gone",
                    type=piece.type,
                    id=piece.id,
                    rev=0,
                )
            )
        elif restricted or not access.is_restricted(piece.type):
            page.conflicts.append(conflicts.as_item(piece.opened(keys)))
    # What was written again while the page was read lies after it: its digest says so only then.
    now = streams.read(connection, service_id, [name for name, _, _ in behind])
    page.moved = {name for name, head in now.items() if head.head > heads[name].head}
    return page


def _is_same(row: Row, caller: Caller, after: int, held: Mapping[str, int]) -> bool:
    """Whether the device holds the record as it is: it wrote it last, and nobody in between.

    A device that begins again, further back than it has been, wants everything.
    """
    confirmed = held.get(row.stream)
    return (
        row.last_device == caller.device_id
        and not row.erased
        and confirmed is not None
        and after >= confirmed
        and after >= row.foreign_seq
    )


def _change(row: Row, keys: ServiceKeys, *, same: bool) -> RecordChange:
    op: Literal["upsert", "same", "erase"] = "erase" if row.erased else "same" if same else "upsert"
    return RecordChange(
        stream=row.stream,
        seq=row.seq,
        op=op,
        type=row.type,
        id=row.id,
        child_id=row.child_id,
        rev=row.rev,
        fields=dict(records.opened(row, keys).fields) if op == "upsert" else {},
        actor=row.last_actor,
        made_at=row.made_at,
    )


def _held(connection: Connection, caller: Caller) -> dict[str, int]:
    """How far the device was ever told each stream that lies on it."""
    return {
        row.stream: int(row.cursor)
        for row in connection.execute(
            text(
                "SELECT stream, cursor FROM manifest WHERE service_id = :service"
                " AND device_id = :device"
            ),
            {"service": caller.service_id, "device": caller.device_id},
        )
    }


def _keep_manifest(
    connection: Connection,
    caller: Caller,
    after: Mapping[str, int],
    *,
    held: Mapping[str, int],
    reached: Mapping[str, int],
    now: datetime,
) -> None:
    """Keep what lies on the device, with what this answer brings: whoever asks once more from
    further back begins again, or never had the answer, and is given everything.

    A stream that it may no longer hold stays listed while the device itself still lists it.
    """
    changed = [
        (caller.device_id, name, place, now)
        for name, place in sorted(reached.items())
        if place > held.get(name, -1)
    ]
    bulk.put(
        connection,
        tables.manifest,
        ("device_id", "stream", "cursor", "at"),
        changed,
        service_id=caller.service_id,
        again="replace",
    )
    gone = [name for name in held if name not in after]
    if gone:
        connection.execute(
            tables.manifest.delete().where(
                tables.manifest.c.service_id == caller.service_id,
                tables.manifest.c.device_id == caller.device_id,
                tables.manifest.c.stream.in_(gone),
            )
        )


def _lease(connection: Connection, caller: Caller) -> datetime | None:
    found = connection.execute(
        tables.device.select().where(
            tables.device.c.service_id == caller.service_id,
            tables.device.c.device_id == caller.device_id,
        )
    ).first()
    return None if found is None else found.lease_until
