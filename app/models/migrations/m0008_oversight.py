"""Version 8: oversight in full: tasks, panels, and what a decision rests on.

The table of oversight is made anew, because a column that always holds something can't be added
to one without a default. What stands in it stays as it is: a laptop that changed rows in a step
would differ from the server.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

VERSION = 8

STATEMENTS: Final = (
    """CREATE TABLE oversight_anew (
        form_record_id TEXT NOT NULL,
        state TEXT NOT NULL,
        requested_at TEXT,
        requested_by TEXT,
        due_on DATE,
        decided_at TEXT,
        decided_by TEXT,
        note TEXT NOT NULL,
        directions TEXT NOT NULL,
        snapshot_hash TEXT NOT NULL,
        proposed_levels TEXT NOT NULL,
        authors TEXT NOT NULL,
        unmet_prompts TEXT NOT NULL,
        level_answers TEXT NOT NULL,
        revision_id TEXT,
        set_aside TEXT NOT NULL,
        child_id TEXT NOT NULL,
        id TEXT NOT NULL,
        service_id TEXT NOT NULL,
        created_at TEXT NOT NULL,
        changed_at TEXT NOT NULL,
        revision INTEGER NOT NULL,
        base_revision INTEGER NOT NULL,
        removed_at TEXT,
        PRIMARY KEY (id),
        FOREIGN KEY(form_record_id) REFERENCES form_record (id) DEFERRABLE INITIALLY DEFERRED,
        FOREIGN KEY(child_id) REFERENCES child (id) DEFERRABLE INITIALLY DEFERRED
    )""",
    """INSERT INTO oversight_anew SELECT
        o.form_record_id, o.state, o.requested_at, o.requested_by, o.due_on, o.decided_at,
        o.decided_by, o.note, o.directions, o.snapshot_hash, o.proposed_levels,
        '[]', '[]', '{}', NULL, '{}', o.child_id, o.id, o.service_id, o.created_at, o.changed_at,
        o.revision, o.base_revision, o.removed_at
    FROM oversight AS o""",
    "DROP TABLE oversight",
    "ALTER TABLE oversight_anew RENAME TO oversight",
    "CREATE INDEX ix_oversight_child_id ON oversight (child_id)",
    "CREATE INDEX ix_oversight_form_record_id ON oversight (form_record_id)",
    "CREATE INDEX oversight_by_state ON oversight (state, due_on)",
    """CREATE TABLE task (
        what TEXT NOT NULL,
        section TEXT NOT NULL,
        form_record_id TEXT,
        oversight_id TEXT,
        for_user TEXT NOT NULL,
        due_on DATE,
        state TEXT NOT NULL,
        asked_at TEXT,
        asked_by TEXT,
        done_at TEXT,
        done_by TEXT,
        done_note TEXT NOT NULL,
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
    "CREATE INDEX ix_task_child_id ON task (child_id)",
    "CREATE INDEX task_by_state ON task (state, due_on, removed_at, child_id)",
    "CREATE INDEX task_by_person ON task (for_user, state)",
    """CREATE TABLE panel (
        oversight_id TEXT,
        form_record_id TEXT,
        snapshot_hash TEXT NOT NULL,
        state TEXT NOT NULL,
        why TEXT NOT NULL,
        due_on DATE,
        asked_at TEXT,
        asked_by TEXT,
        held_on DATE,
        attended TEXT NOT NULL,
        decided TEXT NOT NULL,
        recorded_at TEXT,
        recorded_by TEXT,
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
    "CREATE INDEX ix_panel_child_id ON panel (child_id)",
    "CREATE INDEX ix_panel_oversight_id ON panel (oversight_id)",
)


def apply(connection: Connection) -> None:
    """Make oversight anew with all that it holds, and the tables of tasks and panels."""
    for statement in STATEMENTS:
        connection.exec_driver_sql(statement)
