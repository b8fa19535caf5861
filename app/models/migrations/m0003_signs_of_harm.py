"""Version 3: a sign of harm keeps what the child said first; what is due is found by indexes.

Version 2 kept of a sign of harm only which question it was, so that an answer which the child
changed before giving the laptop back was not held anywhere a worker looks. For prompts of then
`given` stays empty: what stood in the form when they were raised stands there still.

A form's answers are long, and a table with them is slow to go through: the new indexes hold all
that the caseload, the numbers on the rail and the list of what is due ask of a form, and find the
other records that make something due without reading each.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

VERSION = 3

COLUMNS: Final = (
    "ALTER TABLE harm_prompt ADD COLUMN given TEXT",
    "ALTER TABLE harm_prompt ADD COLUMN later TEXT",
    "ALTER TABLE harm_prompt ADD COLUMN later_at TEXT",
)

INDEXES: Final = (
    "DROP INDEX form_record_by_state",
    "CREATE INDEX form_record_by_state ON form_record (state, due_on, removed_at, child_id,"
    " started_by, id)",
    "CREATE INDEX form_record_by_submission ON form_record (kind, submitted_at, state,"
    " removed_at, child_id)",
    "CREATE INDEX form_record_by_revision ON form_record (revises_id, state)",
    "CREATE INDEX form_record_in_brief ON form_record (child_id, removed_at, id, kind, state,"
    " due_on, submitted_at, revises_id, created_at, level_reoffending, level_serious_harm,"
    " level_safety)",
    "CREATE INDEX child_by_birth ON child (removed_at, merged_into, date_of_birth, id)",
    "CREATE INDEX outcome_by_date ON outcome (outcome_date, disposal, removed_at, end_date,"
    " child_id)",
    "CREATE INDEX address_to_confirm ON address (confirmed, created_at, removed_at, to_date,"
    " child_id)",
    "CREATE INDEX alert_by_review ON alert (review_on, removed_at, child_id)",
)


def apply(connection: Connection) -> None:
    """Add the columns of a sign of harm, and the indexes that what is due is found by."""
    for statement in (*COLUMNS, *INDEXES):
        connection.exec_driver_sql(statement)
