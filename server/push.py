"""Takes in what a device sends: each operation has its effect once, each group whole or not.

A request is one transaction. The device's row is locked first, so that one device's requests
come one after another whichever process they reach; then the streams that its operations touch;
then records are loaded, judged in memory (`server.batch`) and written with a few statements.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from itertools import chain, groupby
from typing import Any, Final

from pydantic_core import PydanticSerializationError, to_json
from sqlalchemy import Connection, select, text

from app.sync.protocol import (
    MOST_DEPTH,
    MOST_OPERATIONS,
    Operation,
    OperationResult,
    Push,
    Pushed,
    depth_of,
)
from server import bulk, notices, tables
from server.caller import Caller
from server.envelope import ServiceKeys
from server.intake import NO_VALUES, Entry, take_in
from server.refused import Refused

_LARGEST: Final = 2**63 - 1


def push(
    connection: Connection,
    keys: ServiceKeys,
    caller: Caller,
    message: Push,
    *,
    now: datetime | None = None,
) -> Pushed:
    """Take in operations, in the transaction of `connection`, which the caller commits.

    Args:
        now: The server's time; None: what its clock says.

    Raises:
        Refused: The request as a whole: wrong device or epoch, a gap, or a number that was used
            for another operation (then a notice to the managers is filed).
    """
    now = now or datetime.now(UTC)
    epoch = current_epoch(connection)
    # A program that is too old may no longer pull, but its work is never left on the laptop.
    if message.epoch != epoch:
        raise Refused(409, "epoch_changed", epoch=epoch)
    if message.device_id != caller.device_id:
        raise Refused(403, "not_allowed")
    _check_order(message.operations)
    acked = _lock_device(connection, caller)
    if message.operations[0].device_seq > acked + 1:
        raise Refused(409, "sequence_gap", expected=acked + 1)
    entries = [entry_of(operation) for operation in message.operations]
    again = [entry for entry in entries if entry.operation.device_seq <= acked]
    fresh = entries[len(again) :]
    results = _as_before(connection, caller, again, now)
    if fresh:
        results += take_in(connection, keys, caller, fresh, now)
        acked = fresh[-1].operation.device_seq
        _move_on(connection, caller, message, now)
    return Pushed(epoch=epoch, acked=acked, server_time=now, results=tuple(results))


def current_epoch(connection: Connection) -> str:
    """The epoch that the server is in."""
    return str(connection.execute(text("SELECT epoch FROM server_state")).scalar_one())


def entry_of(operation: Operation) -> Entry:
    """What the log keeps of an operation."""
    parts: dict[str, Any] = {
        "set": operation.set,
        "base": operation.base,
        "reason": operation.reason,
        "recipient": operation.recipient,
        "detail": operation.detail,
    }
    values = {name: part for name, part in parts.items() if part}
    which = (
        f"{operation.op_id} {operation.device_seq} {operation.own_hash} {operation.kind}"
        f" {operation.type} {operation.id} {operation.actor}"
    )
    keepable = True
    body = b""
    if values:
        keepable = _is_keepable(operation)
        try:
            body = to_json(values)
        except PydanticSerializationError:
            keepable = False
    fingerprint = sha256(which.encode()).digest() + sha256(body).digest()
    return Entry(operation, body if keepable else b"", fingerprint, keepable)


def _is_keepable(operation: Operation) -> bool:
    """Whether every value is one that a JSON answer can give back, and PostgreSQL keep."""
    if "\0" in "".join(operation.set):
        return False
    for value in chain(operation.set.values(), operation.base.values(), (operation.detail,)):
        if type(value) is dict or type(value) is list:
            if depth_of(value) > MOST_DEPTH or not _is_finite(value):
                return False
        elif type(value) is float and not math.isfinite(value):
            return False
    return True


def _is_finite(value: Any) -> bool:
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
        elif isinstance(part, float) and not math.isfinite(part):
            return False
    return True


def _check_order(operations: Sequence[Operation]) -> None:
    first = operations[0].device_seq
    if operations[-1].entry > _LARGEST or operations[-1].device_seq > _LARGEST:
        raise Refused(422, "malformed")
    if any(one.device_seq != first + at for at, one in enumerate(operations)):
        raise Refused(422, "malformed")
    groups = [group for group, _ in groupby(operations, key=lambda one: one.group)]
    if len(groups) != len(set(groups)):
        raise Refused(422, "malformed")
    if len({one.op_id for one in operations}) != len(operations):
        raise Refused(422, "malformed")
    if len(groups) > 1 and len(operations) > MOST_OPERATIONS:
        raise Refused(413, "too_large")


def _lock_device(connection: Connection, caller: Caller) -> int:
    """The last `device_seq` that is kept of the device, whose row is locked from here on."""
    end = " FOR UPDATE" if bulk.is_postgresql(connection) else ""
    acked = connection.execute(
        text("SELECT acked FROM device WHERE service_id = :service AND device_id = :device" + end),
        {"service": caller.service_id, "device": caller.device_id},
    ).scalar()
    if acked is None:
        raise Refused(403, "device_unknown")
    return int(acked)


def _move_on(connection: Connection, caller: Caller, message: Push, now: datetime) -> None:
    last = message.operations[-1]
    connection.execute(
        tables.device.update()
        .where(
            tables.device.c.service_id == caller.service_id,
            tables.device.c.device_id == caller.device_id,
        )
        .values(
            acked=last.device_seq,
            anchor_entry=last.entry,
            anchor_hash=last.own_hash,
            schema_version=max(0, min(message.schema_version, _LARGEST)),
            last_seen=now,
        )
    )


def _as_before(
    connection: Connection, caller: Caller, entries: Sequence[Entry], now: datetime
) -> list[OperationResult]:
    """What became of operations when they first arrived.

    Raises:
        Refused: One of the numbers was used for another operation: another copy of the casebook
            sends work under this device's name. The managers are told.
    """
    if not entries:
        return []
    log = tables.op_log.c
    stored = {
        row.device_seq: row
        for row in connection.execute(
            select(log.device_seq, log.fingerprint, log.result).where(
                log.service_id == caller.service_id,
                log.device_id == caller.device_id,
                log.device_seq.between(
                    entries[0].operation.device_seq, entries[-1].operation.device_seq
                ),
            )
        )
    }
    results = []
    for entry in entries:
        row = stored.get(entry.operation.device_seq)
        if row is None or not _is_same(entry, bytes(row.fingerprint)):
            told = notices.ToTell(
                "sequence_reused", device_id=caller.device_id, actor=caller.user_id
            )
            notices.file(connection, caller.service_id, [told], now)
            raise Refused(409, "sequence_reused")
        before = OperationResult.model_validate_json(row.result)
        results.append(before.model_copy(update={"duplicate": True}))
    return results


def _is_same(entry: Entry, stored: bytes) -> bool:
    """Whether it is the operation that came before; its values may have been erased since."""
    which, values = entry.fingerprint[:32], entry.fingerprint[32:]
    return which == stored[:32] and (values == stored[32:] or values == NO_VALUES)
