"""Version 13: the figures that a service holds on how decisions fall on groups of children."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

VERSION = 13

STATEMENTS: Final = (
    """CREATE TABLE decision_figures (
        area TEXT NOT NULL,
        area_welsh TEXT NOT NULL,
        period_from DATE,
        period_to DATE,
        decision TEXT NOT NULL,
        out_of TEXT NOT NULL,
        counts TEXT NOT NULL,
        source_publisher TEXT NOT NULL,
        source_name TEXT NOT NULL,
        source_date DATE,
        entered_by TEXT,
        id TEXT NOT NULL,
        service_id TEXT NOT NULL,
        created_at TEXT NOT NULL,
        changed_at TEXT NOT NULL,
        revision INTEGER NOT NULL,
        base_revision INTEGER NOT NULL,
        removed_at TEXT,
        PRIMARY KEY (id)
    )""",
    "CREATE INDEX decision_figures_by_decision ON decision_figures (decision, period_to)",
)


def apply(connection: Connection) -> None:
    """Make the table."""
    for statement in STATEMENTS:
        connection.exec_driver_sql(statement)
