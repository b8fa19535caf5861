"""Streams: the order in which what belongs together was committed.

A stream counts its changes from 1 without a gap. Whoever writes to one holds its row's lock until
the commit, so that a lower number never appears after a higher one was read. Locks are taken in
the order of the streams' names, new ones first: no two requests can wait for each other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection

from app.sync.merge import RESTRICTED
from app.sync.protocol import DIGEST_MODULUS, digest_text, record_digest
from server import bulk, tables

_COLUMNS = ("stream", "head", "count_open", "digest_open", "count_all", "digest_all")


@dataclass
class Head:
    """Where a stream stands.

    Attributes:
        head: Its last change.
        count_open, digest_open: Of the records of types that everybody may see.
        count_all, digest_all: Of all records. A digest is a number below `DIGEST_MODULUS`.
        changed: Whether it differs from the stored row.
    """

    stream: str
    head: int = 0
    count_open: int = 0
    digest_open: int = 0
    count_all: int = 0
    digest_all: int = 0
    changed: bool = field(default=False, compare=False)

    def next(self) -> int:
        """The place of one more change."""
        self.changed = True
        self.head += 1
        return self.head

    def add(self, type_: str, id_: str, rev: int) -> None:
        """Count a record in."""
        self._count(type_, 1, record_digest(id_, rev))

    def take_away(self, type_: str, id_: str, rev: int) -> None:
        """Count a record out, as it was counted in."""
        self._count(type_, -1, -record_digest(id_, rev))

    def _count(self, type_: str, by: int, digest: int) -> None:
        self.changed = True
        self.count_all += by
        self.digest_all = (self.digest_all + digest) % DIGEST_MODULUS
        if type_ not in RESTRICTED:
            self.count_open += by
            self.digest_open = (self.digest_open + digest) % DIGEST_MODULUS


def lock(connection: Connection, service_id: str, names: Iterable[str]) -> dict[str, Head]:
    """The streams of these names, locked until the transaction ends; made where they are not."""
    wanted = sorted(set(names))
    bulk.put(
        connection,
        tables.stream,
        ("stream",),
        [(name,) for name in wanted],
        service_id=service_id,
        again="keep",
    )
    return read(connection, service_id, wanted, locked=True)


def read(
    connection: Connection, service_id: str, names: Iterable[str], *, locked: bool = False
) -> dict[str, Head]:
    """The streams of these names that there are."""
    rows = bulk.take(
        connection,
        tables.stream,
        _COLUMNS,
        service_id=service_id,
        among=("stream", names),
        lock=locked,
    )
    return {
        name: Head(name, head, count_open, int(digest_open, 16), count_all, int(digest_all, 16))
        for name, head, count_open, digest_open, count_all, digest_all in rows
    }


def write(connection: Connection, service_id: str, heads: Collection[Head]) -> None:
    """Store where locked streams stand now."""
    rows = [
        (
            head.stream,
            head.head,
            head.count_open,
            digest_text(head.digest_open),
            head.count_all,
            digest_text(head.digest_all),
        )
        for head in sorted(heads, key=lambda head: head.stream)
        if head.changed
    ]
    bulk.put(connection, tables.stream, _COLUMNS, rows, service_id=service_id, again="replace")
    # Locked for an operation that was rejected: nothing of what it named stays.
    unused = [head.stream for head in heads if not head.changed and head.head == 0]
    if unused:
        connection.execute(
            tables.stream.delete().where(
                tables.stream.c.service_id == service_id,
                tables.stream.c.stream.in_(unused),
                tables.stream.c.head == 0,
            )
        )
