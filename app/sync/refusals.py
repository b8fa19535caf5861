"""A person settles what could not be taken in: work that the server refused, and changes from the
server that could not be written here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from app.core.errors import BugError
from app.core.ids import new_id
from app.models import erasure, search
from app.models.base import canonical, moment_text
from app.models.casebook import Casebook
from app.models.change_log import ChangeLog, Received, values
from app.sync import apply, standing
from app.sync.merge import SEALED
from app.sync.protocol import SERVICE_STREAM, Operation, OperationResult, Pulled

# The kind of a notice of this laptop's own.
LOST_WORK: Final = "lost_work"


def send_again(casebook: Casebook, op_id: str) -> int:
    """Send refused work again, with all that was refused along with it; return how many.

    It becomes new entries of the log, which say what the records hold now.
    """
    with casebook.exchange() as (connection, log):
        return _send_again(connection, log, op_id)


def send_again_what_is_known(connection: Connection, log: ChangeLog, page: Pulled) -> int:
    """Send work again that was refused because the server didn't know what it is about, where a
    page shows that it does by now: another laptop has sent again what a server that was put back
    had lost. Return how many operations.
    """
    waiting = connection.exec_driver_sql(
        "SELECT op_id, record_id FROM sync_refused WHERE code = 'unknown_record' ORDER BY entry"
    ).all()
    if not waiting:
        return 0
    came = {change.id for change in page.changes if change.op in ("upsert", "same")}
    a_child = any(change.type == "child" and change.id in came for change in page.changes)
    sent = 0
    for op_id, record_id in waiting:
        still = connection.exec_driver_sql(
            "SELECT 1 FROM sync_refused WHERE op_id = ?", (op_id,)
        ).fetchone()
        if still and (a_child or record_id in came):
            sent += _send_again(connection, log, op_id)
    return sent


def _send_again(connection: Connection, log: ChangeLog, op_id: str) -> int:
    here = standing.read(connection)
    rows = _refused_with(connection, op_id)
    for entry in rows:
        kind, type_, record_id, child_id, base_revision, body = connection.exec_driver_sql(
            "SELECT c.kind, c.record_type, c.record_id, c.child_id, c.base_revision, p.body"
            " FROM change AS c LEFT JOIN change_payload AS p ON p.entry = c.entry"
            " WHERE c.entry = ?",
            (entry,),
        ).one()
        held = values(body)
        rests_on = base_revision if entry > here.old_entries_until else 0
        log.append(
            kind,
            record_type=type_,
            record_id=record_id,
            child_id=child_id,
            set_to=held.get("set", {}),
            base=held.get("base", {}),
            # Others may have written since, and this knows nothing of it.
            base_revision=rests_on or 0,
            reason=held.get("reason"),
            detail=held.get("detail"),
        )
        connection.exec_driver_sql("DELETE FROM sync_refused WHERE entry = ?", (entry,))
    return len(rows)


def give_up(casebook: Casebook, op_id: str) -> int:
    """Let the server's version count instead of refused work; return how many were given up.

    What was written stays in the change log. A record that the server never took goes.
    """
    with casebook.exchange() as (connection, log):
        rows = _refused_with(connection, op_id)
        origin = str(standing.read(connection).server)
        for entry in rows:
            type_, record_id, child_id, body = connection.exec_driver_sql(
                "SELECT c.record_type, c.record_id, c.child_id, p.body FROM change AS c"
                " LEFT JOIN change_payload AS p ON p.entry = c.entry WHERE c.entry = ?",
                (entry,),
            ).one()
            connection.exec_driver_sql("DELETE FROM sync_refused WHERE entry = ?", (entry,))
            base = connection.exec_driver_sql(
                f'SELECT base_revision FROM "{type_}" WHERE id = ?', (record_id,)
            ).scalar_one_or_none()
            if base == 0 and type_ != "child":
                erasure.erase_record(
                    connection,
                    log,
                    "purge",
                    record_id,
                    record_type=type_,
                    child_id=child_id,
                    origin=origin,
                )
                search.forget_old_words(connection)
            else:
                _open_again(connection, log, (type_, record_id, child_id), values(body), origin)
            standing.begin_again(connection, child_id or SERVICE_STREAM)
        return len(rows)


def _open_again(
    connection: Connection,
    log: ChangeLog,
    record: tuple[str, str, str | None],
    written: dict[str, Any],
    origin: str,
) -> None:
    """Take back that a record was closed, which only this laptop ever thought it was: closed it
    could never take in what the server holds."""
    type_, record_id, child_id = record
    sealed = SEALED.get(type_)
    if sealed is None or written.get("set", {}).get(sealed[0]) not in sealed[1]:
        return
    state, before = sealed[0], written.get("base", {}).get(sealed[0])
    row = connection.exec_driver_sql(
        f'SELECT * FROM "{type_}" WHERE id = ?', (record_id,)
    ).fetchone()
    if row is None or before is None or before in sealed[1]:
        return
    held = dict(row._mapping)
    names = ", ".join(f'"{name}"' for name in held)
    # A row that is closed can't be changed, so another takes its place.
    connection.exec_driver_sql(f'DELETE FROM "{type_}" WHERE id = ?', (record_id,))
    connection.exec_driver_sql(
        f'INSERT INTO "{type_}" ({names}) VALUES ({", ".join("?" * len(held))})',
        tuple({**held, state: before}.values()),
    )
    taken_back = Received(
        "update",
        type_,
        record_id,
        child_id,
        {state: held[state]},
        {state: before},
        held["base_revision"],
        None,
        None,
    )
    log.append_received([taken_back], origin)


def tell_of_lost(
    connection: Connection, sent: Iterable[tuple[Operation, OperationResult]], at: datetime
) -> None:
    """Tell a person of work that is nowhere any more: a server that was put back had lost it, and
    its values left this laptop with the record, after it was sent.

    Args:
        sent: Operations that went without their values, and what became of each.
    """
    lost = [
        [operation.type, operation.id]
        for operation, result in sent
        # One that the server had kept is a duplicate; what was lawfully erased is meant to be gone.
        if result.status == "recorded"
        and not result.duplicate
        and operation.id is not None
        and not connection.exec_driver_sql(
            "SELECT 1 FROM change WHERE kind = 'erase' AND record_id IN (?, ?) LIMIT 1",
            (operation.id, operation.child_id),
        ).fetchone()
    ]
    if not lost:
        return
    body = connection.exec_driver_sql(
        "SELECT body FROM sync_notice WHERE kind = ? AND seen_at IS NULL", (LOST_WORK,)
    ).scalar_one_or_none()
    known = [] if body is None else json.loads(body)["records"]
    records = canonical({"records": known + [one for one in lost if one not in known]})
    if body is None:
        connection.exec_driver_sql(
            "INSERT INTO sync_notice (id, kind, child_id, body, at) VALUES (?, ?, NULL, ?, ?)",
            (new_id(), LOST_WORK, records, moment_text(at)),
        )
    else:
        connection.exec_driver_sql(
            "UPDATE sync_notice SET body = ? WHERE kind = ? AND seen_at IS NULL",
            (records, LOST_WORK),
        )


def _refused_with(connection: Connection, op_id: str) -> list[int]:
    """The entries that were refused together with this one, in their order."""
    entries = list(
        connection.exec_driver_sql(
            "SELECT r.entry FROM sync_refused AS r JOIN change AS c ON c.entry = r.entry"
            " WHERE c.group_id = (SELECT d.group_id FROM sync_refused AS s"
            " JOIN change AS d ON d.entry = s.entry WHERE s.op_id = ?) ORDER BY r.entry",
            (op_id,),
        ).scalars()
    )
    if not entries:
        raise BugError("no such work was refused")
    return entries


def retry_aside(casebook: Casebook, record_id: str) -> bool:
    """Try again to write a change that was put aside; whether it could be written.

    One that lacks its bytes is asked for again by the next sync.
    """
    with casebook.exchange() as (connection, log):
        here = standing.read(connection)
        stream = connection.exec_driver_sql(
            "SELECT stream FROM sync_quarantine WHERE record_id = ?", (record_id,)
        ).scalar_one_or_none()
        if stream is None:
            return True
        apply.apply_again(
            connection,
            log,
            [record_id],
            apply.Arrival(
                service_id=casebook.service_id,
                origin=str(here.server),
                clock=casebook.clock,
                blobs={},
            ),
        )
        left = connection.exec_driver_sql(
            "SELECT 1 FROM sync_quarantine WHERE record_id = ?", (record_id,)
        ).fetchone()
        if left:
            standing.begin_again(connection, stream)
        return left is None
