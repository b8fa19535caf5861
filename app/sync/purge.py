"""Children who leave this laptop: reassigned at the server, or left behind by a person.

Never while anything about them waits to be sent or to be settled. The server keeps everything;
here nothing stays but the entries of the change log without their values.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from app.models import erasure
from app.models.casebook import Casebook
from app.models.change_log import ChangeLog
from app.sync import caseload, outbox, standing
from app.sync.protocol import SERVICE_STREAM


def let_go(connection: Connection, log: ChangeLog, not_held: Iterable[str]) -> list[str]:
    """Take away the children whom this laptop may not hold, or shall not; return who left.

    Args:
        not_held: Streams that the server says this device may not hold.
    """
    here = standing.read(connection)
    unsettled = outbox.unsettled_streams(connection, here)
    held = standing.streams(connection)
    gone = []
    for stream in dict.fromkeys([*not_held, *caseload.left_behind(connection)]):
        if stream == SERVICE_STREAM or stream not in held or stream in unsettled:
            continue
        if _never_sent(connection, stream):
            continue
        erasure.purge_child(connection, log, stream)
        gone.append(stream)
    return gone


def _never_sent(connection: Connection, child_id: str) -> bool:
    """Whether the server never took the child's own record, so that this is the only copy."""
    base = connection.exec_driver_sql(
        "SELECT base_revision FROM child WHERE id = ?", (child_id,)
    ).scalar_one_or_none()
    return base == 0


def clear_old_pages(casebook: Casebook) -> None:
    """Empty the write-ahead log of the pages that held what was taken away."""
    raw = casebook.engine.raw_connection()
    try:
        raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        raw.close()
