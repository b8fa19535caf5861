"""Version 6: what was decided on sharing information about a child.

The words that a child's record holds on it (`child.consent_note`) stay where they are: who decided
what, and when, can't be read out of them.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

VERSION = 6

STATEMENTS: Final = (
    """CREATE TABLE consent (
        about TEXT NOT NULL,
        shared_with TEXT NOT NULL,
        decision TEXT NOT NULL,
        given_by TEXT NOT NULL,
        giver_name TEXT NOT NULL,
        why TEXT NOT NULL,
        explained TEXT NOT NULL,
        decided_on DATE,
        to_date DATE,
        note TEXT NOT NULL,
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
    "CREATE INDEX ix_consent_child_id ON consent (child_id)",
)


def apply(connection: Connection) -> None:
    """Make the table of decisions on sharing."""
    for statement in STATEMENTS:
        connection.exec_driver_sql(statement)
