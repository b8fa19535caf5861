"""Version 12: what a report proposes, requirement by requirement, and what took its place."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

VERSION = 12

STATEMENTS: Final = (
    """CREATE TABLE report_requirement (
        report_id TEXT NOT NULL,
        requirement TEXT NOT NULL,
        months INTEGER,
        days INTEGER,
        hours INTEGER,
        hours_a_day INTEGER,
        hours_a_week INTEGER,
        times_a_month INTEGER,
        from_date DATE,
        what TEXT NOT NULL,
        agreed BOOLEAN NOT NULL,
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
    "CREATE INDEX ix_report_requirement_child_id ON report_requirement (child_id)",
    "CREATE INDEX report_requirement_by_report ON report_requirement (report_id, id)",
    "ALTER TABLE report ADD COLUMN superseded_by TEXT",
    "ALTER TABLE report ADD COLUMN proposal_order TEXT",
    "ALTER TABLE report ADD COLUMN proposal_months INTEGER",
    "ALTER TABLE report ADD COLUMN proposal_hours INTEGER",
    "ALTER TABLE report ADD COLUMN proposal_pounds INTEGER",
    "ALTER TABLE report ADD COLUMN proposal_imprisonable BOOLEAN",
    "ALTER TABLE report ADD COLUMN proposal_threshold BOOLEAN",
    "ALTER TABLE report ADD COLUMN proposal_persistent BOOLEAN",
)


def apply(connection: Connection) -> None:
    """Make the table of requirements, and room for the order itself."""
    for statement in STATEMENTS:
        connection.exec_driver_sql(statement)
