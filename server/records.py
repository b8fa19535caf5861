"""Records as the server keeps them: which are loaded in one query, and how they are sealed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from pydantic_core import from_json, to_json
from sqlalchemy import Connection

from app.sync.merge import NOTHING, Held
from server import bulk, tables
from server.envelope import ServiceKeys

Key = tuple[str, str]

COLUMNS: Final = (
    "type",
    "id",
    "child_id",
    "stream",
    "seq",
    "rev",
    "body",
    "last_device",
    "foreign_seq",
    "last_actor",
    "last_made_at",
    "erased",
)


@dataclass(slots=True)
class Row:
    """A record, as it was loaded or as operations have made it since.

    Attributes:
        child_id: The child that it belongs to, or is; None for what belongs to the service.
        body: What the database holds, sealed; None for a new record and an erased one.
        held: What the body says, once it was opened.
        writers: By revision that some field was last written at: who wrote it, when, and on which
            device; the last is missing in what was written before it was kept.
        origin: The row as the database has it; None for a new record.
        differs: Whether it differs from what the device that writes it now holds.
    """

    type: str
    id: str
    child_id: str | None
    stream: str
    seq: int
    rev: int
    body: bytes | None
    last_device: str
    foreign_seq: int
    last_actor: str
    made_at: datetime
    erased: bool
    held: Held | None = None
    writers: dict[str, list[str]] | None = None
    origin: Row | None = None
    differs: bool = False

    @property
    def key(self) -> Key:
        """Type and id."""
        return self.type, self.id

    def changed(self, **changes: Any) -> Row:
        """A copy with these changes; it remembers how the database has it."""
        origin = self.origin or (self if self.seq else None)
        return replace(self, origin=origin, **changes)


def row_of(values: Sequence[Any]) -> Row:
    """A row from the values of `COLUMNS`."""
    (type_, id_, child, stream, seq, rev, body, device, foreign, actor, made_at, erased) = values
    moment = bulk.moment_of(made_at)
    assert moment is not None
    sealed = None if body is None else bytes(body)
    return Row(
        type_, id_, child, stream, seq, rev, sealed, device, foreign, actor, moment, bool(erased)
    )


def load(connection: Connection, service_id: str, keys: Iterable[Key]) -> dict[Key, Row]:
    """The records of these keys that there are."""
    wanted = set(keys)
    found = bulk.take(
        connection,
        tables.record,
        COLUMNS,
        service_id=service_id,
        among=("id", (id_ for _, id_ in wanted)),
    )
    rows = (row_of(values) for values in found)
    return {row.key: row for row in rows if row.key in wanted}


def streams_of(connection: Connection, service_id: str, ids: Iterable[str]) -> dict[Key, str]:
    """In which streams the records of these ids lie now."""
    found = bulk.take(
        connection,
        tables.record,
        ("type", "id", "stream"),
        service_id=service_id,
        among=("id", ids),
    )
    return {(type_, id_): stream for type_, id_, stream in found}


def of_stream(connection: Connection, service_id: str, stream: str) -> list[Row]:
    """All records of a stream, in their order."""
    found = bulk.take(
        connection, tables.record, COLUMNS, service_id=service_id, among=("stream", (stream,))
    )
    return sorted((row_of(values) for values in found), key=lambda row: row.seq)


def opened(row: Row, keys: ServiceKeys) -> Held:
    """What a record holds; `NOTHING` for an erased one. Raises `EnvelopeDamaged`."""
    if row.held is None:
        if row.body is None:
            row.held, row.writers = NOTHING, {}
        else:
            parts = from_json(keys.records.open(row.body, f"record/{row.type}/{row.id}"))
            row.held = Held(row.rev, parts["fields"], parts["field_rev"])
            row.writers = parts["writers"]
    return row.held


def sealed(row: Row, keys: ServiceKeys) -> bytes | None:
    """The body of a record for the database; None for an erased one."""
    if row.erased:
        return None
    if row.held is None:
        return row.body
    plain = to_json(
        {
            "fields": row.held.fields,
            "field_rev": row.held.field_rev,
            "writers": row.writers or {},
        }
    )
    return keys.records.seal(plain, f"record/{row.type}/{row.id}")


def wrote(row: Row, held: Held, actor: str, made_at: datetime, device: str) -> dict[str, list[str]]:
    """Who wrote which revision, after one more; revisions that no field rests on drop out."""
    if held.rev == 1:
        return {"1": [actor, made_at.isoformat(), device]}
    kept = {str(rev) for rev in held.field_rev.values()}
    before = row.writers or {}
    after = {rev: before[rev] for rev in before.keys() & kept}
    if str(held.rev) in kept and held.rev != row.rev:
        after[str(held.rev)] = [actor, made_at.isoformat(), device]
    return after


def by_others(row: Row, held: Held, actor: str, device: str) -> frozenset[str]:
    """Fields of a record that somebody else than `actor` wrote last, on another device: people
    of one laptop see at once what the others wrote on it."""
    writers = row.writers or {}
    return frozenset(
        name
        for name, rev in held.field_rev.items()
        if not {actor, device} & set(writers.get(str(rev), ()))
    )


def write(connection: Connection, service_id: str, keys: ServiceKeys, rows: Iterable[Row]) -> None:
    """Store records as they are now."""
    values = [
        (
            row.type,
            row.id,
            row.child_id,
            row.stream,
            row.seq,
            row.rev,
            sealed(row, keys),
            row.last_device,
            row.foreign_seq,
            row.last_actor,
            row.made_at,
            row.erased,
        )
        for row in rows
    ]
    bulk.put(connection, tables.record, COLUMNS, values, service_id=service_id, again="replace")
