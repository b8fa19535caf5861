"""What waits to be sent, as a person counts it: record by record, not entry by entry."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from app.models.base import moment_of
from app.sync import standing


@dataclass(frozen=True)
class UnsentRecord:
    """A record that was changed here and isn't with the server yet.

    Attributes:
        fields: Names of the fields that were written, each once.
        made: Whether it was made since, too. changed_at: The last change.
    """

    record_type: str
    record_id: str
    child_id: str | None
    fields: frozenset[str]
    made: bool
    changed_at: datetime


@dataclass(frozen=True)
class UnsentCount:
    """How much waits.

    Attributes:
        records: Records that were changed. notes: Entries that only say what was done, such as
            that a record was read.
    """

    records: int
    notes: int


_UNSENT = (
    "FROM change AS c, sync_state AS s"
    " WHERE s.server IS NOT NULL AND c.entry > s.sent_to AND c.origin IS NULL"
)


def count(connection: Connection) -> UnsentCount:
    """How much waits, with what page visits left open. Quick: it is asked after every save."""
    notes, records = connection.exec_driver_sql(
        "SELECT (SELECT count(*) " + _UNSENT + " AND c.fields = '[]'),"
        " (SELECT count(*) FROM (SELECT c.record_id " + _UNSENT + " AND c.fields <> '[]'"
        " UNION SELECT o.record_id FROM open_edit AS o, sync_state AS s"
        " WHERE s.server IS NOT NULL))"
    ).one()
    return UnsentCount(records, notes)


def records(connection: Connection) -> tuple[UnsentRecord, ...]:
    """The records that wait, the one that was changed last first."""
    if not standing.read(connection).enrolled:
        return ()
    found: dict[str, UnsentRecord] = {}
    rows = connection.exec_driver_sql(
        "SELECT c.record_type, c.record_id, c.child_id, c.fields, c.kind, c.made_at "
        + _UNSENT
        + " AND c.fields <> '[]' ORDER BY c.entry"
    )
    for type_, id_, child_id, fields, kind, made_at in rows:
        before = found.pop(id_, None)
        written = frozenset(json.loads(fields))
        found[id_] = UnsentRecord(
            type_,
            id_,
            child_id,
            written if before is None else before.fields | written,
            kind == "create" or (before is not None and before.made),
            moment_of(made_at),
        )
    for id_, child_id, path, made_at in connection.exec_driver_sql(
        "SELECT o.record_id, f.child_id, o.path, o.made_at FROM open_edit AS o"
        " JOIN form_record AS f ON f.id = o.record_id ORDER BY o.made_at"
    ):
        before = found.pop(id_, None)
        written = frozenset({f"answers.{path}"})
        found[id_] = UnsentRecord(
            "form_record",
            id_,
            child_id,
            written if before is None else before.fields | written,
            before is not None and before.made,
            moment_of(made_at),
        )
    return tuple(reversed(found.values()))
