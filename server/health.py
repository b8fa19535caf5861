"""Whether a process can serve: the database answers, its tables are those of this program, its
epoch is there, the keys open what they sealed."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.core.errors import WaymarkError
from server.database import unscoped
from server.migrations import newest, version_of
from server.parts import Parts


def what_is_missing(parts: Parts) -> list[str]:
    """Words for what keeps a process from serving; none: it can."""
    missing = ["draining"] if parts.draining.is_set() else []
    if not _keys_are_there(parts):
        missing.append("keys")
    try:
        with unscoped(parts.engine) as connection:
            if version_of(connection) != newest():
                return [*missing, "migrations"]
            if connection.execute(text("SELECT epoch FROM server_state")).scalar() is None:
                missing.append("epoch")
    except SQLAlchemyError:
        missing.append("database")
    return missing


def _keys_are_there(parts: Parts) -> bool:
    try:
        return parts.master.unwrap(parts.master.wrap(b"ready", "ready"), "ready") == b"ready"
    except (WaymarkError, OSError):
        return False
