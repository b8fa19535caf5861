"""Version 7: what happened with a child, as it was noted at the time."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

VERSION = 7

WRITTEN: Final = (
    "kind",
    "happened_on",
    "happened_at",
    "who",
    "attendance",
    "missed_why",
    "note",
    "target_id",
    "progress",
    "corrects_id",
    "written_by",
)

STATEMENTS: Final = (
    """CREATE TABLE chronology_entry (
        kind TEXT NOT NULL,
        happened_on DATE,
        happened_at TEXT NOT NULL,
        who TEXT NOT NULL,
        attendance TEXT NOT NULL,
        missed_why TEXT NOT NULL,
        note TEXT NOT NULL,
        target_id TEXT,
        progress TEXT NOT NULL,
        corrects_id TEXT,
        written_by TEXT,
        child_id TEXT NOT NULL,
        id TEXT NOT NULL,
        service_id TEXT NOT NULL,
        created_at TEXT NOT NULL,
        changed_at TEXT NOT NULL,
        revision INTEGER NOT NULL,
        base_revision INTEGER NOT NULL,
        removed_at TEXT,
        PRIMARY KEY (id),
        FOREIGN KEY(child_id) REFERENCES child (id) DEFERRABLE INITIALLY DEFERRED
    )""",
    "CREATE INDEX ix_chronology_entry_child_id ON chronology_entry (child_id)",
    "CREATE INDEX chronology_entry_by_day ON chronology_entry (child_id, happened_on, id)",
    "CREATE INDEX chronology_entry_by_kind ON chronology_entry (kind, happened_on)",
    f"""CREATE TRIGGER chronology_entry_never_changes BEFORE UPDATE ON chronology_entry
    WHEN {" OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in WRITTEN)}
    BEGIN SELECT RAISE(ABORT, 'an entry of the chronology is corrected by a new one'); END""",
)


def apply(connection: Connection) -> None:
    """Make the table of the chronology."""
    for statement in STATEMENTS:
        connection.exec_driver_sql(statement)
