"""Where this copy of the casebook stands with the server: the one row of `sync_state`, and the
cursors of its streams, read and written within a transaction that is given.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from app.core.errors import BugError
from app.models.base import canonical, moment_of, moment_text


@dataclass(frozen=True)
class Standing:
    """See `app.models.records.sync.SyncState`."""

    server: str | None
    service_id: str | None
    device_id: str | None
    user_id: str | None
    role: str
    epoch: str | None
    acked: int
    sent_to: int
    numbered_from: int
    old_entries_until: int
    pull_first: bool
    device_key: str | None
    order_key: dict[str, Any] | None
    organisation_key: str | None
    sign_in: str | None
    sign_in_client: str | None
    lease_until: datetime | None
    highest_seen: datetime | None
    last_confirmed_at: datetime | None
    stop: dict[str, Any] | None
    automatic: bool
    on_metered: bool
    in_custody: bool

    @property
    def enrolled(self) -> bool:
        """Whether it belongs to a server."""
        return self.server is not None


@dataclass(frozen=True)
class StreamStanding:
    """See `app.models.records.sync.StreamCursor`."""

    after: int
    head: int
    reread: bool = False


_COLUMNS: Final = tuple(field.name for field in fields(Standing))
_BOOLEANS: Final = frozenset({"pull_first", "automatic", "on_metered", "in_custody"})
_JSON: Final = frozenset({"order_key", "stop"})
_MOMENTS: Final = frozenset({"lease_until", "highest_seen", "last_confirmed_at"})
_SELECT: Final = f"SELECT {', '.join(_COLUMNS)} FROM sync_state WHERE id = 1"


def read(connection: Connection) -> Standing:
    """Where this copy stands.

    Raises:
        BugError: The store has no such row, which no migration leaves out.
    """
    row = connection.exec_driver_sql(_SELECT).fetchone()
    if row is None:
        raise BugError("the store doesn't say where it stands with the server")
    return Standing(**{name: _held(name, value) for name, value in zip(_COLUMNS, row, strict=True)})


def _held(name: str, value: Any) -> Any:
    if name in _BOOLEANS:
        return bool(value)
    if value is None:
        return None
    if name in _JSON:
        return json.loads(value)
    return moment_of(value) if name in _MOMENTS else value


def write(connection: Connection, **changed: Any) -> None:
    """Write some columns of where this copy stands."""
    for name, value in changed.items():
        if name not in _COLUMNS:
            raise BugError(f"sync_state has no column {name}")
        stored = value
        if value is not None and name in _JSON:
            stored = canonical(value)
        elif value is not None and name in _MOMENTS:
            stored = moment_text(value)
        connection.exec_driver_sql(f"UPDATE sync_state SET {name} = ?", (stored,))


def see(connection: Connection, moment: datetime) -> datetime:
    """Remember the latest moment ever seen, and give it; a clock put back doesn't undo it."""
    seen = read(connection).highest_seen
    latest = moment if seen is None else max(seen, moment)
    if latest != seen:
        write(connection, highest_seen=latest)
    return latest


def streams(connection: Connection) -> dict[str, StreamStanding]:
    """How far this copy has come in each stream that it holds or wants."""
    return {
        stream: StreamStanding(after, head, bool(reread))
        for stream, after, head, reread in connection.exec_driver_sql(
            'SELECT stream, "after", head, reread FROM stream_cursor ORDER BY stream'
        )
    }


def begin_again(connection: Connection, stream: str | None = None) -> None:
    """Let one stream, or all, be read from their beginning. What is unsent stays."""
    condition, values = ("", ()) if stream is None else (" WHERE stream = ?", (stream,))
    connection.exec_driver_sql(
        f'UPDATE stream_cursor SET "after" = 0, head = 0, reread = 0{condition}', values
    )
