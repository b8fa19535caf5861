"""Version 4: what a copy of the casebook keeps of its exchange with the central server.

The row of `sync_state` is made here and never by anything else. Entries of the change log that
are older than this version count a record's own revisions in `base_revision`; later ones say the
server's, and `old_entries_until` tells them apart.

A child who leaves this laptop (*purge*: the server keeps everything) takes the values along, as
a lawfully erased one does, so the trigger that guards values now knows both kinds of entry.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

VERSION = 4

TABLES: Final = (
    """CREATE TABLE sync_state (
        id INTEGER NOT NULL,
        server TEXT,
        service_id TEXT,
        device_id TEXT,
        user_id TEXT,
        role TEXT NOT NULL,
        epoch TEXT,
        acked INTEGER NOT NULL,
        sent_to INTEGER NOT NULL,
        numbered_from INTEGER NOT NULL,
        old_entries_until INTEGER NOT NULL,
        pull_first BOOLEAN NOT NULL,
        device_key TEXT,
        order_key TEXT,
        organisation_key TEXT,
        sign_in TEXT,
        sign_in_client TEXT,
        lease_until TEXT,
        highest_seen TEXT,
        last_confirmed_at TEXT,
        stop TEXT,
        automatic BOOLEAN NOT NULL,
        on_metered BOOLEAN NOT NULL,
        in_custody BOOLEAN NOT NULL,
        PRIMARY KEY (id)
    )""",
    """CREATE TABLE stream_cursor (
        stream TEXT NOT NULL,
        "after" INTEGER NOT NULL,
        head INTEGER NOT NULL,
        lease_until TEXT,
        reread BOOLEAN NOT NULL,
        PRIMARY KEY (stream)
    )""",
    """CREATE TABLE sync_conflict (
        id TEXT NOT NULL,
        stream TEXT NOT NULL,
        record_type TEXT NOT NULL,
        record_id TEXT NOT NULL,
        child_id TEXT,
        field TEXT NOT NULL,
        safety BOOLEAN NOT NULL,
        body TEXT NOT NULL,
        answered BOOLEAN NOT NULL,
        PRIMARY KEY (id)
    )""",
    """CREATE TABLE sync_refused (
        op_id TEXT NOT NULL,
        device_seq INTEGER NOT NULL,
        entry INTEGER NOT NULL,
        code TEXT NOT NULL,
        record_type TEXT NOT NULL,
        record_id TEXT NOT NULL,
        child_id TEXT,
        at TEXT NOT NULL,
        PRIMARY KEY (op_id)
    )""",
    """CREATE TABLE sync_quarantine (
        record_id TEXT NOT NULL,
        record_type TEXT NOT NULL,
        stream TEXT NOT NULL,
        child_id TEXT,
        seq INTEGER NOT NULL,
        rev INTEGER NOT NULL,
        why TEXT NOT NULL,
        body TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (record_id)
    )""",
    """CREATE TABLE sync_extra (
        record_id TEXT NOT NULL,
        record_type TEXT NOT NULL,
        stream TEXT NOT NULL,
        rev INTEGER NOT NULL,
        whole BOOLEAN NOT NULL,
        fields TEXT NOT NULL,
        PRIMARY KEY (record_id)
    )""",
    """CREATE TABLE sync_choice (
        child_id TEXT NOT NULL,
        travels BOOLEAN NOT NULL,
        PRIMARY KEY (child_id)
    )""",
    """CREATE TABLE sync_notice (
        id TEXT NOT NULL,
        kind TEXT NOT NULL,
        child_id TEXT,
        body TEXT NOT NULL,
        at TEXT NOT NULL,
        seen_at TEXT,
        PRIMARY KEY (id)
    )""",
)

INDEXES: Final = (
    "CREATE INDEX sync_conflict_by_record ON sync_conflict (record_id, field)",
    "CREATE INDEX sync_refused_by_record ON sync_refused (record_id)",
    "CREATE INDEX sync_quarantine_by_stream ON sync_quarantine (stream)",
    "CREATE INDEX sync_extra_by_stream ON sync_extra (stream)",
)

ROW: Final = """INSERT INTO sync_state (id, role, acked, sent_to, numbered_from, old_entries_until,
    pull_first, automatic, on_metered, in_custody)
    SELECT 1, '', 0, 0, 0, coalesce(max(entry), 0), 0, 1, 0, 0 FROM change"""

TRIGGERS: Final = (
    "DROP TRIGGER change_payload_goes_by_erasure",
    "DROP INDEX change_erasures",
    "CREATE INDEX change_erasures ON change (record_id, entry) WHERE kind IN ('erase', 'purge')",
    """CREATE TRIGGER change_payload_goes_by_erasure BEFORE DELETE ON change_payload
    WHEN NOT EXISTS (
        SELECT 1 FROM change AS gone JOIN change AS erasure
        ON erasure.record_id IN (gone.child_id, gone.record_id)
        WHERE gone.entry = OLD.entry AND erasure.kind IN ('erase', 'purge')
        AND erasure.entry > gone.entry
    )
    BEGIN SELECT RAISE(ABORT, 'values go by lawful erasure only'); END""",
)


def apply(connection: Connection) -> None:
    """Make the tables, the one row of where this copy stands, and the trigger of version 1 anew."""
    for statement in (*TABLES, *INDEXES, ROW, *TRIGGERS):
        connection.exec_driver_sql(statement)
