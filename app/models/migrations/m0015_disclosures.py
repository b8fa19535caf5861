"""Version 15: who was given pages of a record, so that every laptop knows."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

VERSION = 15

WRITTEN: Final = (
    "way",
    "about_type",
    "about_id",
    "state",
    "pdf_hash",
    "pdf_bytes",
    "recipient",
    "why",
    "given_at",
    "given_by",
)

STATEMENTS: Final = (
    """CREATE TABLE disclosure (
        way TEXT NOT NULL,
        about_type TEXT NOT NULL,
        about_id TEXT NOT NULL,
        state TEXT NOT NULL,
        pdf_hash TEXT NOT NULL,
        pdf_bytes INTEGER NOT NULL,
        recipient TEXT NOT NULL,
        why TEXT NOT NULL,
        given_at TEXT,
        given_by TEXT,
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
    "CREATE INDEX ix_disclosure_child_id ON disclosure (child_id)",
    "CREATE INDEX disclosure_by_hash ON disclosure (pdf_hash)",
    f"""CREATE TRIGGER disclosure_never_changes BEFORE UPDATE ON disclosure
    WHEN {" OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in WRITTEN)}
    BEGIN SELECT RAISE(ABORT, 'what was passed on never changes'); END""",
)


def apply(connection: Connection) -> None:
    """Make the table of what was passed on."""
    for statement in STATEMENTS:
        connection.exec_driver_sql(statement)
