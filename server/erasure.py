"""Lawful erasure at the server: what was written about a child goes, that it went stays."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select, text

from server import marks, tables


def erase_child(
    connection: Connection, service_id: str, child_id: str, record_ids: Sequence[str]
) -> None:
    """Take away all values about a child but those of its record rows, which the push writes.

    Values of operations go, with the conflicts, notices and marks. The key of a blob that no
    other record names goes: its file can't be read from then on, and `server.blobs.sweep` removes
    it. What was once logged under this child of a record that has moved to another stays.

    Args:
        record_ids: The child's records.
    """
    scope = {"service": service_id, "child": child_id}
    connection.execute(
        text(
            "UPDATE op_log SET body = NULL WHERE service_id = :service AND child_id = :child"
            " AND NOT EXISTS (SELECT 1 FROM record WHERE record.service_id = op_log.service_id"
            " AND record.id = op_log.record_id AND record.child_id <> :child)"
        ),
        scope,
    )
    for start in range(0, len(record_ids), 500):
        _erase_records(connection, service_id, record_ids[start : start + 500])
    for statement in (
        "DELETE FROM conflict WHERE service_id = :service AND child_id = :child",
        "DELETE FROM notice WHERE service_id = :service AND (child_id = :child"
        " OR other_id = :child)",
        "DELETE FROM blob WHERE service_id = :service AND sha256 IN (SELECT sha256 FROM blob_use"
        " WHERE service_id = :service AND child_id = :child) AND sha256 NOT IN (SELECT sha256"
        " FROM blob_use WHERE service_id = :service AND (child_id IS NULL OR child_id <> :child))",
        "DELETE FROM blob_use WHERE service_id = :service AND child_id = :child",
        'DELETE FROM blob_upload WHERE service_id = :service AND size = "offset" AND NOT EXISTS'
        " (SELECT 1 FROM blob WHERE blob.service_id = blob_upload.service_id"
        " AND blob.sha256 = blob_upload.sha256)",
    ):
        connection.execute(text(statement), scope)
    marks.forget(connection, service_id, child_id)


def _erase_records(connection: Connection, service_id: str, record_ids: Sequence[str]) -> None:
    # The log is found by child: what was moved here was logged under the child that it left.
    left = select(tables.departure.c.stream).where(
        tables.departure.c.service_id == service_id, tables.departure.c.id.in_(record_ids)
    )
    connection.execute(
        tables.op_log.update()
        .where(
            tables.op_log.c.service_id == service_id,
            tables.op_log.c.child_id.in_(left),
            tables.op_log.c.record_id.in_(record_ids),
        )
        .values(body=None)
    )
    connection.execute(
        tables.conflict.delete().where(
            tables.conflict.c.service_id == service_id,
            tables.conflict.c.record_id.in_(record_ids),
        )
    )
