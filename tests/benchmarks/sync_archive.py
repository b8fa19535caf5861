"""Fills a server with the records of many other children, sealed as the server seals them.

Written by the server's own functions in large batches, past the requests that would have brought
them: a million of those would take hours.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection
from sqlalchemy.engine import make_url

from app.core.ids import new_id
from app.sync.merge import Held
from server import access, bulk, records, streams, tables
from server.database import in_service, make_engine
from server.envelope import ServiceKeys
from server.records import Row
from server.streams import Head
from tests.benchmarks import stores
from tests.benchmarks.sync_central import Central
from tests.benchmarks.sync_device import OF_A_CHILD

BATCH: Final = 200
OF_A_WORKER: Final = 50
LOGGED: Final = (
    "device_id", "device_seq", "op_id", "fingerprint", "result", "kind", "type", "record_id",
    "child_id", "actor", "made_at", "received_at", "body",
)  # fmt: skip


def archive(server: Central, count: int) -> None:
    """Store about so many records of children whom no measured device holds."""
    engine = make_engine(str(make_url(server.parts.settings.database_url.get_secret_value())))
    children = count // OF_A_CHILD
    for first in range(0, children, BATCH):
        numbers = range(first, min(first + BATCH, children))
        in_service(
            engine,
            server.service_id,
            lambda connection: _store(connection, server.keys(connection), numbers),  # noqa: B023
        )
    engine.dispose()


def _store(connection: Connection, keys: ServiceKeys, numbers: range) -> None:
    now = datetime.now(UTC)
    rows: list[Row] = []
    heads: list[Head] = []
    given: dict[tuple[str, str, str], None] = {}
    device, worker = new_id(), new_id()
    for number in numbers:
        if number % OF_A_WORKER == 0:
            device, worker = new_id(), new_id()
        child = new_id()
        head = Head(child)
        given[child, worker, "allocated"] = None
        for at in range(OF_A_CHILD):
            id_ = new_id() if at else child
            rows.append(_row(head, id_, child, number * OF_A_CHILD + at, device, worker, now))
        heads.append(head)
    records.write(connection, keys.service_id, keys, rows)
    streams.write(connection, keys.service_id, heads)
    access.grant(connection, keys.service_id, given, now)
    logged = [_entry(row, keys, now, at) for at, row in enumerate(rows, 1)]
    bulk.put(connection, tables.op_log, LOGGED, logged, service_id=keys.service_id)


def _row(
    head: Head, id_: str, child: str, number: int, device: str, worker: str, now: datetime
) -> Row:
    type_ = "child" if id_ == child else "professional"
    fields: dict[str, Any] = {"note": stores.word(number) * 30, "role": "Mentor"}
    if type_ == "child":
        fields = {"given_name": "Sam", "family_name": stores.word(number), "allocated_to": worker}
    seq = head.next()
    head.add(type_, id_, 1)
    return Row(
        type_, id_, child, child, seq, 1, None, device, 0, worker, now, erased=False,
        held=Held(1, fields, dict.fromkeys(fields, 1)), writers={"1": [worker, now.isoformat()]},
    )  # fmt: skip


def _entry(row: Row, keys: ServiceKeys, now: datetime, at: int) -> tuple[Any, ...]:
    op_id, device = new_id(), row.last_device
    body = keys.log.seal(os.urandom(120), f"op/{device}/{at}")
    return (
        device, at, op_id, os.urandom(64), '{"status": "applied"}', "create", row.type, row.id,
        row.child_id, row.last_actor, now, now, body,
    )  # fmt: skip
