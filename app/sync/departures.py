"""What leaves a casebook because the server says so: erased, moved to another stream, or no longer
for anybody on this device. Work that the server hasn't taken never leaves with it."""

from __future__ import annotations

from sqlalchemy import Connection

from app.models import erasure, search
from app.models.records import RECORD_TYPES
from app.sync import fields, quarantine
from app.sync.merge import RESTRICTED
from app.sync.protocol import RecordChange
from app.sync.taking import Taking


def restricted_of(connection: Connection, stream: str) -> list[tuple[str, str]]:
    """Type and id of the records of a child that only some roles may see."""
    return [
        (name, id_)
        for name in sorted(RESTRICTED & RECORD_TYPES.keys())
        for id_ in connection.exec_driver_sql(
            f'SELECT id FROM "{name}" WHERE child_id = ?', (stream,)
        ).scalars()
    ]


def erase(taking: Taking, change: RecordChange) -> None:
    """Take away a record that was lawfully erased; with a child all that is the child's."""
    if change.type == "child":
        erased = erasure.erase_child(
            taking.connection, taking.log, change.id, None, origin=taking.arrival.origin
        )
        taking.applied.taken_away += erased.records
        return
    _take_away(taking, change, "erase")


def gone(taking: Taking, change: RecordChange) -> None:
    """A record left this stream. Whether it arrives in another one here is known at the end."""
    shape = fields.shape(change.type)
    if shape is None:
        taking.connection.exec_driver_sql(
            "DELETE FROM sync_extra WHERE record_id = ? AND stream = ?",
            (change.id, change.stream),
        )
    elif shape.of_child and _owner(taking.connection, change) == change.stream:
        quarantine.keep(taking, change, "leaves")
    else:
        # What waited in that stream to be written must not come after it has left.
        quarantine.forget(taking, change)


def let_leave(taking: Taking, change: RecordChange) -> None:
    """Take away a record that left its stream and came in no other."""
    if _owner(taking.connection, change) != change.stream:
        taking.connection.exec_driver_sql(
            "DELETE FROM sync_quarantine WHERE record_id = ?", (change.id,)
        )
    elif taking.unsettled.get(change.id):
        # Unsent work on it is never taken away; the server will say what becomes of it.
        return
    elif _referred_to(taking.connection, change.type, change.id):
        quarantine.keep(taking, change, "in_use")
    else:
        _take_away(taking, change, "purge")


def let_go_of_restricted(taking: Taking, stream: str) -> None:
    """Nobody on this device may see these any more: a role changed, or somebody left.

    Work on one that the server has not taken stays until it is settled.
    """
    for type_, id_ in restricted_of(taking.connection, stream):
        if taking.unsettled.get(id_):
            continue
        taking.applied.taken_away += erasure.erase_record(
            taking.connection,
            taking.log,
            "purge",
            id_,
            record_type=type_,
            child_id=stream,
            origin=taking.arrival.origin,
        )
        taking.applied.changed.append((type_, id_))


def forget_words(taking: Taking) -> None:
    """Let no word of what was taken away stay in the index."""
    if taking.applied.taken_away:
        search.forget_old_words(taking.connection)


def _owner(connection: Connection, change: RecordChange) -> str | None:
    """The child that a record belongs to here; None where it isn't held."""
    owner = connection.exec_driver_sql(
        f'SELECT child_id FROM "{change.type}" WHERE id = ?', (change.id,)
    ).scalar_one_or_none()
    return None if owner is None else str(owner)


def _take_away(taking: Taking, change: RecordChange, kind: str) -> None:
    if change.type not in RECORD_TYPES:
        taking.connection.exec_driver_sql(
            "DELETE FROM sync_extra WHERE record_id = ?", (change.id,)
        )
        return
    taking.applied.taken_away += erasure.erase_record(
        taking.connection,
        taking.log,
        kind,
        change.id,
        record_type=change.type,
        child_id=quarantine.child_of(change),
        origin=taking.arrival.origin,
    )
    taking.applied.changed.append((change.type, change.id))


def _referred_to(connection: Connection, type_: str, record_id: str) -> bool:
    for name in RECORD_TYPES:
        shape = fields.shape(name)
        for column in shape.columns if shape else ():
            if (
                column.refers_to == type_
                and connection.exec_driver_sql(
                    f'SELECT 1 FROM "{name}" WHERE "{column.name}" = ? LIMIT 1', (record_id,)
                ).fetchone()
            ):
                return True
    return False
