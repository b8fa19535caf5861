"""Version 10: reports that are written: their passages, comments, reading back and states."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

VERSION = 10

_OF_A_CHILD: Final = """
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
    )"""

STATEMENTS: Final = (
    f"""CREATE TABLE report_passage (
        report_id TEXT NOT NULL,
        section TEXT NOT NULL,
        place INTEGER NOT NULL,
        kind TEXT NOT NULL,
        text TEXT NOT NULL,
        language TEXT NOT NULL,
        said_by TEXT NOT NULL,
        paths TEXT NOT NULL,
        quotes TEXT NOT NULL,
        facts TEXT NOT NULL,{_OF_A_CHILD}""",
    "CREATE INDEX ix_report_passage_child_id ON report_passage (child_id)",
    "CREATE INDEX report_passage_by_place ON report_passage (report_id, section, place)",
    f"""CREATE TABLE report_comment (
        report_id TEXT NOT NULL,
        passage_id TEXT,
        text TEXT NOT NULL,
        said_by TEXT,
        state TEXT NOT NULL,
        reply TEXT NOT NULL,
        done_at TEXT,
        done_by TEXT,{_OF_A_CHILD}""",
    "CREATE INDEX ix_report_comment_child_id ON report_comment (child_id)",
    "CREATE INDEX report_comment_by_report ON report_comment (report_id, state)",
    f"""CREATE TABLE report_read_back (
        report_id TEXT NOT NULL,
        section TEXT NOT NULL,
        listener TEXT NOT NULL,
        answer TEXT NOT NULL,
        comment TEXT NOT NULL,
        language TEXT NOT NULL,
        read_on DATE,
        read_by TEXT,{_OF_A_CHILD}""",
    "CREATE INDEX ix_report_read_back_child_id ON report_read_back (child_id)",
    "CREATE INDEX report_read_back_by_report ON report_read_back (report_id, section)",
    "ALTER TABLE report ADD COLUMN details TEXT",
    "ALTER TABLE report ADD COLUMN addendum_to TEXT",
    "ALTER TABLE report ADD COLUMN check_asked_at TEXT",
    "ALTER TABLE report ADD COLUMN check_asked_by TEXT",
    "ALTER TABLE report ADD COLUMN checked_at TEXT",
    "ALTER TABLE report ADD COLUMN checked_by TEXT",
    "ALTER TABLE report ADD COLUMN pending_reason TEXT",
    "ALTER TABLE report ADD COLUMN state_reason TEXT",
    "DROP TRIGGER report_is_final",
    """CREATE TRIGGER report_is_final BEFORE UPDATE ON report
    WHEN OLD.state IN ('final', 'withdrawn', 'superseded')
        AND (NEW.content IS NOT OLD.content OR NEW.pdf IS NOT OLD.pdf
        OR NEW.content_hash IS NOT OLD.content_hash OR NEW.pdf_hash IS NOT OLD.pdf_hash
        OR NEW.state NOT IN ('final', 'withdrawn', 'superseded'))
    BEGIN SELECT RAISE(ABORT, 'a final report never changes'); END""",
)


def apply(connection: Connection) -> None:
    """Make the tables, and let a final report be withdrawn or superseded."""
    for statement in STATEMENTS:
        connection.exec_driver_sql(statement)
