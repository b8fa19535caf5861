"""Work of a restored or copied casebook that its former device had sent already.

Such a casebook is a new device, whose count begins with whatever the former one had not sent as
far as that copy knows. What the former device sent since the backup comes again then, under other
numbers and the same `op_id`: it had its effect, and has none a second time. Only devices that
replace another are looked at, so that nobody else pays for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Connection, text

from app.sync.protocol import OperationResult
from server import bulk, tables

# How many copies of copies are followed back.
_FARTHEST: Final = 32
_FORMER: Final = text(
    "SELECT replaces FROM device WHERE service_id = :service AND device_id = :device"
)


def met_before(
    connection: Connection,
    service_id: str,
    device_id: str,
    hashes: Mapping[str, bytes],
    no_values: bytes,
) -> dict[str, OperationResult]:
    """What became of operations when a former device sent them; only those that one did send.

    Args:
        hashes: By `op_id`, the hash of the values that each holds now.
        no_values: The hash of no values, which an operation has once they were lawfully erased.

    Returns:
        By `op_id`. What holds other values than it did then is *rejected*: it is another piece of
        work under the same name.
    """
    found: dict[str, OperationResult] = {}
    for former in _former_devices(connection, service_id, device_id):
        for op_id, fingerprint, result in bulk.take(
            connection,
            tables.op_log,
            ("op_id", "fingerprint", "result"),
            service_id=service_id,
            among=("op_id", hashes),
            equal=("device_id", former),
        ):
            before = OperationResult.model_validate_json(result)
            if hashes[op_id] not in (bytes(fingerprint)[32:], no_values):
                before = OperationResult(
                    op_id=op_id,
                    device_seq=before.device_seq,
                    status="rejected",
                    code="already_exists",
                )
            found.setdefault(op_id, before)
    return found


def _former_devices(connection: Connection, service_id: str, device_id: str) -> list[str]:
    """The devices that this one replaces, directly or through others, the latest first."""
    former: list[str] = []
    for _ in range(_FARTHEST):
        named = {"service": service_id, "device": former[-1] if former else device_id}
        replaced = connection.execute(_FORMER, named).scalar()
        if replaced is None or replaced in (device_id, *former):
            break
        former.append(str(replaced))
    return former
