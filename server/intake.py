"""What a push has accepted becomes rows: locks, loads, judges, counts and writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import groupby
from typing import Final

from sqlalchemy import Connection

from app.core.ids import is_id
from app.sync.protocol import SERVICE_STREAM, Operation, OperationResult
from server import (
    access,
    accounts,
    blobs,
    bulk,
    conflicts,
    erasure,
    marks,
    notices,
    records,
    streams,
    tables,
)
from server.access import People, Standing
from server.batch import OF_THE_SERVICE, Batch, blobs_named
from server.caller import Caller
from server.envelope import ServiceKeys
from server.met_before import met_before
from server.records import Key, Row
from server.refused import Refused

_TRIES: Final = 5
# The half of a fingerprint that stands for no values, as once they were lawfully erased.
NO_VALUES: Final = sha256(b"").digest()
_LOGGED: Final = (
    "device_id",
    "device_seq",
    "op_id",
    "fingerprint",
    "result",
    "kind",
    "type",
    "record_id",
    "child_id",
    "actor",
    "made_at",
    "received_at",
    "body",
)


@dataclass(frozen=True)
class Entry:
    """An operation with what the log keeps of it.

    Attributes:
        body: Its values as JSON; empty where there are none, or they can't be kept.
        fingerprint: Hash of which entry of which chain it is, then hash of its values.
        keepable: Whether every value can be kept.
    """

    operation: Operation
    body: bytes
    fingerprint: bytes
    keepable: bool


class _StreamsMoved(Exception):
    """Records lie in streams that aren't locked; undone, and begun again with these too."""

    def __init__(self, names: set[str]) -> None:
        super().__init__()
        self.names = names


def take_in(
    connection: Connection,
    keys: ServiceKeys,
    caller: Caller,
    entries: Sequence[Entry],
    now: datetime,
) -> list[OperationResult]:
    """Judge operations that are new, and write what they do. The device's row is locked."""
    operations = [entry.operation for entry in entries]
    met = met_before(
        connection,
        caller.service_id,
        caller.device_id,
        {entry.operation.op_id: entry.fingerprint[32:] for entry in entries},
        NO_VALUES,
    )
    new = [one for one in operations if one.op_id not in met]
    writing = [one for one in new if one.set or one.resolves or one.kind == "erase"]
    rows, heads = _locked(connection, caller.service_id, writing)
    people = access.people_of(connection, caller.service_id, caller.device_id)
    named = blobs_named(writing)
    batch = Batch(
        connection=connection,
        keys=keys,
        standing=_standing(connection, people, operations, rows),
        device_id=caller.device_id,
        now=now,
        rows=rows,
        conflicts=conflicts.load_open(connection, keys, {id_ for _, id_ in rows}),
        blobs=blobs.known_for(connection, caller, named) if named else None,
    )
    unkeepable = {entry.operation.op_id for entry in entries if not entry.keepable}
    results: list[OperationResult] = []
    for _, grouped in groupby(operations, key=lambda one: one.group):
        group = list(grouped)
        judged = batch.judge([one for one in group if one.op_id not in met], unkeepable)
        fresh = {result.op_id: result for result in judged}
        results += [fresh.get(one.op_id) or _again(met[one.op_id], one.device_seq) for one in group]
    _write(connection, keys, batch, heads)
    _log(connection, keys, batch, entries, results)
    return results


def _again(before: OperationResult, device_seq: int) -> OperationResult:
    return before.model_copy(update={"device_seq": device_seq, "duplicate": True})


# -- locking and loading -----------------------------------------------------------------------


def _locked(
    connection: Connection, service_id: str, writing: Sequence[Operation]
) -> tuple[dict[Key, Row], dict[str, streams.Head]]:
    """The records that operations name, and all streams that they touch, locked.

    Locks come before records are read. Where a record lies in another stream than its operation
    says, which only a move by somebody else brings about, the locks are given back and taken
    again with that stream among them, so that the order of locks holds.
    """
    wanted = {key for one in writing for key in _keys_of(one)}
    names = {stream for one in writing for stream in _streams_of(one)}
    known = [one.id for one in writing if one.kind != "create" and one.id is not None]
    names.update(records.streams_of(connection, service_id, known).values())
    for _ in range(_TRIES):
        try:
            with connection.begin_nested():
                heads = streams.lock(connection, service_id, names)
                rows = records.load(connection, service_id, wanted)
                missed = {row.stream for row in rows.values()} - heads.keys()
                if missed:
                    raise _StreamsMoved(missed)
                homes = {("child", row.child_id) for row in rows.values() if row.child_id}
                if homes - rows.keys():
                    rows |= records.load(connection, service_id, homes - rows.keys())
                return rows, heads
        except _StreamsMoved as moved:
            names |= moved.names
    raise Refused(503, "busy")


def _keys_of(operation: Operation) -> Iterator[Key]:
    if operation.type is not None and operation.id is not None:
        yield operation.type, operation.id
    for child in (operation.child_id, _moved_to(operation)):
        if child is not None:
            yield "child", child


def _streams_of(operation: Operation) -> Iterator[str]:
    if operation.type in OF_THE_SERVICE:
        yield SERVICE_STREAM
        return
    if operation.type == "child":
        yield operation.id or SERVICE_STREAM
    else:
        yield operation.child_id or SERVICE_STREAM
    moved_to = _moved_to(operation)
    if moved_to is not None:
        yield moved_to


def _moved_to(operation: Operation) -> str | None:
    """The child that an operation gives the record to; None where it says none that can be."""
    child = operation.set.get("child_id")
    if child == operation.child_id:
        return operation.child_id
    return child if isinstance(child, str) and is_id(child) else None


def _standing(
    connection: Connection,
    people: People,
    operations: Sequence[Operation],
    rows: dict[Key, Row],
) -> Standing:
    actors = {one.actor for one in operations} & people.roles.keys()
    if all(people.has_every_child(actor) for actor in actors):
        return Standing(people)
    children = {row.child_id for row in rows.values() if row.child_id is not None}
    children |= {one.child_id for one in operations if one.child_id is not None}
    opened = access.open_children(connection, people, children)
    standing = Standing(people, dict.fromkeys(opened))
    if any(not standing.has(actor, child) for actor in actors for child in children):
        standing.held = dict.fromkeys(access.held_streams(connection, people, children))
    return standing


# -- writing -----------------------------------------------------------------------------------


def _write(
    connection: Connection, keys: ServiceKeys, batch: Batch, heads: dict[str, streams.Head]
) -> None:
    service_id, now = keys.service_id, batch.now
    for child, ids in batch.erased.items():
        erasure.erase_child(connection, service_id, child, ids)
    changed = [batch.rows[key] for key in batch.changed]
    moved = [row for row in changed if row.origin and row.origin.stream != row.stream]
    _place(changed, heads, batch.device_id)
    _move(connection, keys, batch, moved, heads)
    records.write(connection, service_id, keys, changed)
    judged = [one for one in batch.conflicts.values() if one.changed]
    for conflict in judged:
        conflict.seq = heads[conflict.stream].next()
    conflicts.write(connection, keys, judged)
    uses = [use for use in batch.uses if use[3] not in batch.erased]
    columns = ("sha256", "record_id", "type", "child_id")
    bulk.put(connection, tables.blob_use, columns, uses, service_id=service_id, again="replace")
    streams.write(connection, service_id, heads.values())
    for child, user in batch.closed.items():
        access.close_for_others(connection, service_id, child, user, now)
    access.grant(connection, service_id, [*batch.granted, *_of_joined(connection, batch)], now)
    bulk.put(
        connection,
        tables.manifest,
        ("device_id", "stream", "cursor", "at"),
        [(batch.device_id, child, 0, now) for child in sorted(batch.created)],
        service_id=service_id,
        again="keep",
    )
    accounts.follow(
        connection,
        keys,
        batch.standing.people,
        user_ids=batch.people,
        rows=batch.rows,
        now=now,
    )
    notices.file(connection, service_id, [*_late(batch), *_same(connection, keys, batch)], now)


def _place(rows: Sequence[Row], heads: dict[str, streams.Head], device_id: str) -> None:
    """Give changed records their places in their streams, and count them in and out."""
    for row in rows:
        before, head = row.origin, heads[row.stream]
        if before is not None and not before.erased:
            heads[before.stream].take_away(before.type, before.id, before.rev)
        row.seq = head.next()
        if not row.erased:
            head.add(row.type, row.id, row.rev)
        if row.differs or row.erased:
            row.foreign_seq = row.seq
        elif before is not None and before.last_device != device_id:
            row.foreign_seq = before.seq
        row.last_device = device_id


def _move(
    connection: Connection,
    keys: ServiceKeys,
    batch: Batch,
    moved: Sequence[Row],
    heads: dict[str, streams.Head],
) -> None:
    """What was moved leaves a departure in its old stream, and takes its conflicts along."""
    if not moved:
        return
    service_id = keys.service_id
    columns = ("stream", "id", "type", "seq")
    left = []
    for row in moved:
        assert row.origin is not None
        # Another device holds nothing of it in this stream.
        row.foreign_seq = row.seq
        left.append((row.origin.stream, row.id, row.type, heads[row.origin.stream].next()))
        for conflict in [one for one in batch.conflicts.values() if one.record_id == row.id]:
            if conflict.type == row.type:
                batch.conflicts[conflict.id] = conflicts.moved(conflict, row.stream, row.child_id)
        arrived = {"service_id": service_id, "stream": row.stream, "id": row.id, "type": row.type}
        connection.execute(
            tables.departure.delete().where(
                *(tables.departure.c[name] == value for name, value in arrived.items())
            )
        )
        connection.execute(
            tables.blob_use.update()
            .where(
                tables.blob_use.c.service_id == service_id,
                tables.blob_use.c.record_id == row.id,
                tables.blob_use.c.type == row.type,
            )
            .values(child_id=row.child_id)
        )
    bulk.put(connection, tables.departure, columns, left, service_id=service_id, again="replace")


def _of_joined(connection: Connection, batch: Batch) -> Iterator[tuple[str, str, str]]:
    """Whoever had a child has the record that the child's was joined with: it is the same child."""
    if not batch.joined:
        return
    workers = access.workers_of(connection, batch.keys.service_id, batch.joined)
    for child, into in batch.joined.items():
        for user in sorted(workers.get(child, ())):
            yield into, user, "allocated"


def _late(batch: Batch) -> Iterator[notices.ToTell]:
    """Whoever has the child now is told of work by those who no longer have it."""
    for child, actor in batch.late:
        row = batch.rows.get(("child", child))
        if row is None or row.erased:
            continue
        worker = records.opened(row, batch.keys).fields.get("allocated_to")
        yield notices.ToTell(
            "late_work",
            user_id=worker if isinstance(worker, str) and worker != actor else None,
            child_id=child,
            device_id=batch.device_id,
            actor=actor,
        )


def _same(connection: Connection, keys: ServiceKeys, batch: Batch) -> Iterator[notices.ToTell]:
    """The workers of two children that seem to be one are told, and the managers."""
    found: list[tuple[str, str]] = []
    for key in batch.changed:
        row = batch.rows[key]
        if key[0] in ("child", "identifier") and row.child_id and row.held and not row.erased:
            child = row.child_id
            found += ((mark, child) for mark in marks.marks_of(row.type, row.held.fields, keys))
    pairs = marks.meet(connection, keys.service_id, found)
    if not pairs:
        return
    workers = access.workers_of(
        connection, keys.service_id, {one for pair in pairs for one in pair}
    )
    for child, other in pairs:
        told: Iterable[str | None] = sorted(workers.get(child, set()) | workers.get(other, set()))
        for user in (None, *told):
            yield notices.ToTell("same_child", user_id=user, child_id=child, other_id=other)


def _log(
    connection: Connection,
    keys: ServiceKeys,
    batch: Batch,
    entries: Sequence[Entry],
    results: Sequence[OperationResult],
) -> None:
    gone = {id_ for ids in batch.erased.values() for id_ in ids}
    device, seal = batch.device_id, keys.log.seal
    rows = []
    for entry, result in zip(entries, results, strict=True):
        one = entry.operation
        kept = (
            entry.body
            and result.status != "rejected"
            and one.child_id not in batch.erased
            and one.id not in gone
        )
        rows.append(
            (
                device,
                one.device_seq,
                one.op_id,
                entry.fingerprint,
                result.model_dump_json(),
                one.kind,
                one.type,
                one.id,
                one.child_id,
                one.actor,
                bulk.keepable(one.made_at),
                batch.now,
                seal(entry.body, f"op/{device}/{one.device_seq}") if kept else None,
            )
        )
    bulk.put(connection, tables.op_log, _LOGGED, rows, service_id=keys.service_id)
