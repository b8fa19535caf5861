"""Version 5: a service's own forms, brought in from spreadsheets."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

VERSION = 5

STATEMENTS: Final = (
    """CREATE TABLE service_form (
        form_id TEXT NOT NULL,
        form_version INTEGER NOT NULL,
        kind TEXT NOT NULL,
        title TEXT NOT NULL,
        document TEXT NOT NULL,
        source_name TEXT NOT NULL,
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
    "CREATE INDEX service_form_by_version ON service_form (form_id, form_version)",
)


def apply(connection: Connection) -> None:
    """Make the table of the service's forms."""
    for statement in STATEMENTS:
        connection.exec_driver_sql(statement)
