"""Version 11: signed copies of reports, and whose certificates a service trusts."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

VERSION = 11

WRITTEN: Final = (
    "report_id",
    "added",
    "pdf_hash",
    "signed_at",
    "signed_by",
    "signer",
    "subject",
    "issuer",
    "issued_by",
    "serial",
    "fingerprint",
    "valid_until",
)

STATEMENTS: Final = (
    """CREATE TABLE report_signature (
        report_id TEXT NOT NULL,
        added BLOB,
        pdf_hash TEXT NOT NULL,
        signed_at TEXT,
        signed_by TEXT,
        signer TEXT NOT NULL,
        subject TEXT NOT NULL,
        issuer TEXT NOT NULL,
        issued_by TEXT NOT NULL,
        serial TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        valid_until DATE,
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
    "CREATE INDEX ix_report_signature_child_id ON report_signature (child_id)",
    "CREATE INDEX report_signature_by_report ON report_signature (report_id)",
    f"""CREATE TRIGGER report_signature_never_changes BEFORE UPDATE ON report_signature
    WHEN {" OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in WRITTEN)}
    BEGIN SELECT RAISE(ABORT, 'a signature never changes'); END""",
    "ALTER TABLE service ADD COLUMN trusted_roots TEXT",
)


def apply(connection: Connection) -> None:
    """Make the table of signatures, and a place for the certificates that are trusted."""
    for statement in STATEMENTS:
        connection.exec_driver_sql(statement)
