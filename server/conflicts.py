"""Two values of one field, kept until a person has decided."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pydantic_core import from_json, to_json
from sqlalchemy import Connection

from app.core.ids import new_id
from app.sync.merge import Collision
from app.sync.protocol import ConflictItem, Operation
from server import bulk, tables
from server.envelope import ServiceKeys
from server.records import Row

COLUMNS: Final = (
    "id",
    "stream",
    "seq",
    "type",
    "record_id",
    "child_id",
    "field",
    "body",
    "mine_device",
    "resolved_by",
    "resolved_at",
)


@dataclass
class Conflict:
    """One field that two people wrote.

    Attributes:
        values: base, theirs, mine, current, safety, and of theirs and mine who and when.
        device: The device that `mine` came from.
    """

    id: str
    stream: str
    seq: int
    type: str
    record_id: str
    child_id: str | None
    field: str
    values: dict[str, Any]
    device: str
    resolved_by: str | None = None
    resolved_at: datetime | None = None
    changed: bool = dataclasses.field(default=False, compare=False)


def load_open(
    connection: Connection, keys: ServiceKeys, record_ids: Iterable[str]
) -> dict[str, Conflict]:
    """The open conflicts of these records, by id."""
    found = bulk.take(
        connection,
        tables.conflict,
        COLUMNS,
        service_id=keys.service_id,
        among=("record_id", record_ids),
        also="resolved_at IS NULL",
    )
    return {values[0]: conflict_of(values, keys) for values in found}


def conflict_of(values: Sequence[Any], keys: ServiceKeys) -> Conflict:
    """A conflict from the values of `COLUMNS`. Raises `EnvelopeDamaged`."""
    id_, stream, seq, type_, record_id, child, name, body, device, by, at = values
    plain = from_json(keys.conflicts.open(bytes(body), f"conflict/{id_}"))
    moment = bulk.moment_of(at)
    return Conflict(id_, stream, seq, type_, record_id, child, name, plain, device, by, moment)


def begin(row: Row, collision: Collision, operation: Operation, device: str) -> Conflict:
    """A conflict of what an operation wrote with what the record held.

    Args:
        row: The record before the operation.
    """
    held_rev = row.held.field_rev.get(collision.field) if row.held else None
    actor, made_at, *_device = (row.writers or {}).get(
        str(held_rev), [row.last_actor, row.made_at.isoformat()]
    )
    return Conflict(
        id=new_id(),
        stream=row.stream,
        seq=0,
        type=row.type,
        record_id=row.id,
        child_id=row.child_id,
        field=collision.field,
        values={
            "base": collision.base,
            "theirs": collision.theirs,
            "theirs_actor": actor,
            "theirs_made_at": made_at,
            **_mine(collision, operation),
        },
        device=device,
        changed=True,
    )


def go_on(conflict: Conflict, fresh: Conflict) -> Conflict:
    """The same device wrote the field once more, before anybody decided: its newer value counts.

    Only where it went on from its own value. Where it had taken in what others wrote and wrote
    over that, the earlier value is another loss for a person to see: then it is `fresh` itself.
    """
    if fresh.values["base"] != conflict.values["mine"]:
        return fresh
    values = {**fresh.values, "base": conflict.values["base"]}
    return Conflict(**{**_parts(conflict), "values": values}, changed=True)


def counting(conflict: Conflict, current: Any) -> Conflict:
    """Something else counts now, until a person decides."""
    values = {**conflict.values, "current": current}
    return Conflict(**{**_parts(conflict), "values": values}, changed=True)


def settled(conflict: Conflict, by: str, at: datetime) -> Conflict:
    """A person decided."""
    parts = {**_parts(conflict), "resolved_by": by, "resolved_at": at}
    return Conflict(**parts, changed=True)


def write(connection: Connection, keys: ServiceKeys, conflicts: Iterable[Conflict]) -> None:
    """Store conflicts as they are now."""
    rows = [
        (
            one.id,
            one.stream,
            one.seq,
            one.type,
            one.record_id,
            one.child_id,
            one.field,
            keys.conflicts.seal(to_json(one.values), f"conflict/{one.id}"),
            one.device,
            one.resolved_by,
            one.resolved_at,
        )
        for one in conflicts
    ]
    bulk.put(
        connection,
        tables.conflict,
        COLUMNS,
        rows,
        service_id=keys.service_id,
        again="replace",
    )


def as_item(conflict: Conflict) -> ConflictItem:
    """A conflict as a laptop is told of it."""
    return ConflictItem(
        id=conflict.id,
        stream=conflict.stream,
        type=conflict.type,
        record_id=conflict.record_id,
        child_id=conflict.child_id,
        field=conflict.field,
        resolved_by=conflict.resolved_by,
        resolved_at=conflict.resolved_at,
        **conflict.values,
    )


def _mine(collision: Collision, operation: Operation) -> dict[str, Any]:
    return {
        "mine": collision.mine,
        "mine_actor": operation.actor,
        "mine_made_at": bulk.keepable(operation.made_at).isoformat(),
        "current": collision.current,
        "safety": collision.safety,
    }


def _parts(conflict: Conflict) -> dict[str, Any]:
    return {name: value for name, value in vars(conflict).items() if name != "changed"}


def moved(conflict: Conflict, stream: str, child_id: str | None) -> Conflict:
    """The record was moved to another child."""
    parts = {**_parts(conflict), "stream": stream, "child_id": child_id}
    return Conflict(**parts, changed=True)
