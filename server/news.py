"""What changed in several streams since given places, a page of it, in one query for each kind."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Table

from app.sync.protocol import MOST_RESPONSE_BYTES
from server import bulk, conflicts, records, tables
from server.conflicts import Conflict
from server.envelope import ServiceKeys
from server.records import Row

Behind = tuple[str, int, int]
MOST_PAGE_BYTES: Final = MOST_RESPONSE_BYTES // 4
_DEPARTURE: Final = ("stream", "id", "type", "seq")


@dataclass(frozen=True)
class Departure:
    """A record that left a stream."""

    stream: str
    id: str
    type: str
    seq: int


@dataclass(frozen=True)
class Collided:
    """A conflict that isn't opened yet."""

    stream: str
    seq: int
    type: str
    values: tuple[Any, ...]

    def opened(self, keys: ServiceKeys) -> Conflict:
        """The conflict. Raises `EnvelopeDamaged`."""
        return conflicts.conflict_of(self.values, keys)


Piece = Row | Departure | Collided


def read(
    connection: Connection, service_id: str, behind: Sequence[Behind], limit: int
) -> tuple[list[Piece], dict[str, int]]:
    """The first pieces of news, at most `limit`, and how far each stream is told by them.

    Args:
        behind: (stream, after, head) in the order in which streams are told; what lies after
            `head` is left for the next page.

    Returns:
        Pieces in the order of streams and their places. Streams that the page doesn't reach stay
        where they were.
    """
    place = {stream: at for at, (stream, _, _) in enumerate(behind)}
    pieces: list[Piece] = [
        records.row_of(values)
        for values in _after(
            connection, service_id, tables.record, records.COLUMNS, behind=behind, limit=limit
        )
    ]
    pieces += [
        Departure(*values)
        for values in _after(
            connection, service_id, tables.departure, _DEPARTURE, behind=behind, limit=limit
        )
    ]
    pieces += [
        Collided(values[1], values[2], values[3], values)
        for values in _after(
            connection, service_id, tables.conflict, conflicts.COLUMNS, behind=behind, limit=limit
        )
    ]
    pieces.sort(key=lambda piece: (place[piece.stream], piece.seq))
    page = pieces[: _fitting(pieces, limit)]
    if len(page) == len(pieces):
        return page, {stream: head for stream, _, head in behind}
    last = page[-1]
    reached = {}
    for at, (stream, after, head) in enumerate(behind):
        if at < place[last.stream]:
            reached[stream] = head
        elif at == place[last.stream]:
            reached[stream] = max(after, last.seq)
    return page, reached


def _fitting(pieces: Sequence[Piece], limit: int) -> int:
    """How many of them make one answer: at most `limit`, and not too many bytes."""
    size = 0
    for at, piece in enumerate(pieces[:limit]):
        size += len(piece.body or b"") if isinstance(piece, Row) else 0
        if size > MOST_PAGE_BYTES and at:
            return at
    return min(limit, len(pieces))


def _after(
    connection: Connection,
    service_id: str,
    table: Table,
    columns: Sequence[str],
    *,
    behind: Sequence[Behind],
    limit: int,
) -> list[tuple[Any, ...]]:
    """Rows of these streams between after and head, one more than `limit` at most."""
    chosen = ", ".join(f"found.{name}" for name in columns)
    if bulk.is_postgresql(connection):
        streams, afters, heads = (list(part) for part in zip(*behind, strict=True))
        result = connection.exec_driver_sql(
            f"SELECT {chosen} FROM unnest(%s::text[], %s::bigint[], %s::bigint[])"
            " WITH ORDINALITY AS wanted (stream, after, head, place)"
            f" CROSS JOIN LATERAL (SELECT * FROM {table.name} WHERE service_id = %s"
            f" AND {table.name}.stream = wanted.stream AND {table.name}.seq > wanted.after"
            f" AND {table.name}.seq <= wanted.head ORDER BY {table.name}.seq LIMIT %s) AS found"
            " ORDER BY wanted.place, found.seq LIMIT %s",
            (streams, afters, heads, service_id, limit + 1, limit + 1),
        )
    else:
        result = connection.exec_driver_sql(
            f"SELECT {chosen} FROM json_each(?) AS wanted JOIN {table.name} AS found"
            " ON found.service_id = ? AND found.stream = json_extract(wanted.value, '$[0]')"
            " AND found.seq > json_extract(wanted.value, '$[1]')"
            " AND found.seq <= json_extract(wanted.value, '$[2]')"
            " ORDER BY wanted.key, found.seq LIMIT ?",
            (json.dumps([list(one) for one in behind]), service_id, limit + 1),
        )
    return [tuple(row) for row in result]
