"""Version 14: the words that a service added to the dictionaries."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

VERSION = 14

STATEMENTS: Final = (
    """CREATE TABLE service_word (
        word TEXT NOT NULL,
        language TEXT NOT NULL,
        added_by TEXT,
        id TEXT NOT NULL,
        service_id TEXT NOT NULL,
        created_at TEXT NOT NULL,
        changed_at TEXT NOT NULL,
        revision INTEGER NOT NULL,
        base_revision INTEGER NOT NULL,
        removed_at TEXT,
        PRIMARY KEY (id)
    )""",
)


def apply(connection: Connection) -> None:
    """Make the table of the service's words."""
    for statement in STATEMENTS:
        connection.exec_driver_sql(statement)
