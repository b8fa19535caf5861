"""Whether a page that came from the server may be applied at all, looked at as a whole first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from sqlalchemy import Connection

from app.core.ids import is_id
from app.models.records import RECORD_TYPES
from app.sync import departures, fields, outbox, standing
from app.sync.fields import Blob
from app.sync.protocol import MANY_REMOVALS, MANY_REMOVALS_SHARE, MOST_CHANGES, Pulled, RecordChange
from app.sync.stops import Stopped
from app.sync.wire import BadAnswer


def check(page: Pulled, asked: Mapping[str, int], epoch: str) -> None:
    """Refuse a page that doesn't answer what was asked.

    Args:
        asked: How far this copy has come, by stream.

    Raises:
        BadAnswer: It doesn't; nothing of it may be used.
        Stopped: The server went back behind what it had given already.
    """
    if page.epoch != epoch:
        raise Stopped("epoch_changed", {"epoch": page.epoch})
    if len(page.changes) > MOST_CHANGES:
        raise BadAnswer("changes")
    states = {state.stream: state for state in page.streams}
    if len(states) != len(page.streams) or not states.keys() <= asked.keys():
        raise BadAnswer("streams")
    for stream, state in states.items():
        if state.held and state.head < asked[stream]:
            raise Stopped("went_back", {"stream": stream})
        if state.held and not asked[stream] <= state.next <= state.head:
            raise BadAnswer("cursor")
    last = dict(asked)
    for change in page.changes:
        held = states.get(change.stream)
        if held is None or not held.held or not is_id(change.id):
            raise BadAnswer("stream")
        if not last[change.stream] < change.seq <= held.next or change.rev < 0:
            # Repeated, or out of order: a record would be put back to what it was.
            raise BadAnswer("order")
        last[change.stream] = change.seq
    upserts = [(change.type, change.id) for change in page.changes if change.op == "upsert"]
    if len(set(upserts)) != len(upserts):
        raise BadAnswer("a record twice")
    if any(not is_id(item.id) or item.stream not in states for item in page.conflicts):
        raise BadAnswer("conflicts")
    moved = any(state.next > asked[stream] for stream, state in states.items())
    if not moved and any(state.held and state.more for state in page.streams):
        raise BadAnswer("no progress")


def blobs(page: Pulled) -> Iterator[Blob]:
    """The bytes that records of a page name."""
    for change in page.changes:
        for blob, _column in named(change):
            yield blob


def named(change: RecordChange) -> Iterator[tuple[Blob, str]]:
    """The bytes that a record names, and the columns that they are for."""
    shape = fields.shape(change.type)
    for column in shape.bytes_columns if shape else ():
        blob = fields.blob_of(change.fields.get(column))
        if blob is not None:
            yield blob, column


def would_take_away(connection: Connection, page: Pulled) -> set[tuple[str, str]]:
    """Type and id of the records of this copy that a page would take away.

    Those that leave a stream may arrive in another and are looked at at the end.
    """
    going: set[tuple[str, str]] = set()
    for change in page.changes:
        if change.op == "erase" and change.type == "child":
            going |= records_of(connection, [change.id])
        elif change.op == "erase" and change.type in RECORD_TYPES:
            found = connection.exec_driver_sql(
                f'SELECT 1 FROM "{change.type}" WHERE id = ?', (change.id,)
            ).fetchone()
            if found:
                going.add((change.type, change.id))
    for state in page.streams:
        if state.held and not state.restricted:
            going.update(departures.restricted_of(connection, state.stream))
    # A child with work that the server hasn't taken stays until that is settled.
    stay = outbox.unsettled_streams(connection, standing.read(connection))
    let_go = [one.stream for one in page.streams if not one.held and one.stream not in stay]
    return going | records_of(connection, let_go)


def records_of(connection: Connection, children: Iterable[str]) -> set[tuple[str, str]]:
    """Type and id of the records of these children that are here, their own among them."""
    found: set[tuple[str, str]] = set()
    for child in children:
        for name in RECORD_TYPES:
            shape = fields.shape(name)
            if shape is None or not shape.in_child_stream:
                continue
            column = "child_id" if shape.of_child else "id"
            found.update(
                (name, id_)
                for id_ in connection.exec_driver_sql(
                    f'SELECT id FROM "{name}" WHERE "{column}" = ?', (child,)
                ).scalars()
            )
    return found


def many(connection: Connection, taken: int) -> bool:
    """Whether so many removals must wait until a person has said yes."""
    if taken <= MANY_REMOVALS:
        return False
    held = sum(
        int(connection.exec_driver_sql(f'SELECT count(*) FROM "{name}"').scalar_one())
        for name in RECORD_TYPES
    )
    return taken > MANY_REMOVALS_SHARE * held
