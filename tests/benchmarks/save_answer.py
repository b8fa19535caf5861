"""Saving one answer (record, change, payload, chain) beside the same rows in raw SQL."""

from __future__ import annotations

import gc
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from sqlcipher3 import dbapi2 as sqlcipher

from app.casework import children, form_records
from app.casework.children import ChildDetails
from app.casework.desk import Desk
from app.casework.form_records import AnswerChange
from tests.benchmarks import stores
from tests.benchmarks.measuring import Measured, must_equal, timed

SAVES = 400
WARMING = 50
ANSWERS = 40
SETTINGS = (
    "busy_timeout = 5000",
    "journal_mode = WAL",
    "synchronous = FULL",
    "foreign_keys = ON",
    "trusted_schema = OFF",
    "temp_store = MEMORY",
    "cache_size = -65536",
)
WRITTEN = ("form_record", "change", "change_payload", "search_text")


def measure(within: Path) -> Iterator[Measured]:
    """One answer of a form with forty, saved as when its page is left.

    The raw side writes the rows that the product has just written, without making them.
    """
    folder = within / "to-save"
    desk = stores.new_desk(folder)
    record_id = form_with_answers(desk)
    key = desk.data_key
    desk.close()
    raw = keyed(stores.copy_of(folder, within / "to-save-raw") / "casebook.db", key)
    desk = stores.open_desk(folder)
    reader = keyed(folder / "casebook.db", key)
    bring_level(reader, raw)
    took: list[float] = []
    bare: list[float] = []
    for number in range(ANSWERS, ANSWERS + WARMING + SAVES):
        change = AnswerChange(f"question_{number % ANSWERS}", answer(number, desk.actor.id))
        gc.collect(0)
        seconds, _saved = timed(
            lambda: form_records.save_answers(desk, record_id, [change], leaving=True)  # noqa: B023
        )
        rows = newest(reader, record_id, change.path)
        raw_seconds, _done = timed(lambda: save_raw(raw, record_id, change.path, rows))  # noqa: B023
        if number >= ANSWERS + WARMING:
            took.append(seconds)
            bare.append(raw_seconds)
    for table in WRITTEN:
        must_equal(*(_content(connection, table) for connection in (reader, raw)))
    reader.close()
    raw.close()
    desk.close()
    yield Measured(
        "save_answer",
        median(took),
        "the same rows in raw SQL on SQLCipher, one transaction",
        median(bare),
        median(took) / median(bare),
        "<= 8",
    )


def form_with_answers(desk: Desk) -> str:
    """The id of a form that holds forty answers."""
    child = children.add_child(desk, ChildDetails(given_name="Tal", family_name="Fenwick"))
    form = form_records.start(desk, child.id, "assessment")
    form_records.save_answers(
        desk,
        form.record_id,
        [AnswerChange(f"question_{n}", answer(n, desk.actor.id)) for n in range(ANSWERS)],
        leaving=True,
    )
    return form.record_id


def answer(number: int, by: str) -> dict[str, Any]:
    """An answer of a sentence or two."""
    at = datetime(2026, 11, 23, 9, 30, tzinfo=UTC) + timedelta(seconds=number)
    return {
        "value": f"{number}. {stores.text_of(number)[:160]}",
        "language": "en",
        "by": by,
        "how": "typed",
        "at": at.isoformat(),
    }


# ---- the raw side ------------------------------------------------------------------------------


def keyed(store: Path, key: bytes) -> sqlite3.Connection:
    """A connection of the driver's own, with the settings of the product's."""
    connection: sqlite3.Connection = sqlcipher.connect(str(store), isolation_level=None)
    connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    for setting in SETTINGS:
        connection.execute(f"PRAGMA {setting}")
    return connection


def bring_level(subject: sqlite3.Connection, raw: sqlite3.Connection) -> None:
    """Give the copy the entries of the log that unlocking the original has written since."""
    (has,) = raw.execute("SELECT max(entry) FROM change").fetchone()
    for table in ("change", "change_payload"):
        for row in subject.execute(f"SELECT * FROM {table} WHERE entry > ? ORDER BY 1", (has,)):
            raw.execute(f"INSERT INTO {table} VALUES ({', '.join('?' * len(row))})", row)


def newest(subject: sqlite3.Connection, record_id: str, path: str) -> dict[str, tuple[Any, ...]]:
    """The rows of the last save."""
    last = "(SELECT max(entry) FROM change)"
    found = {
        "record": subject.execute(
            "SELECT answers, changed_at, revision FROM form_record WHERE id = ?", (record_id,)
        ),
        "change": subject.execute(f"SELECT * FROM change WHERE entry = {last}"),
        "payload": subject.execute(f"SELECT * FROM change_payload WHERE entry = {last}"),
        "text": subject.execute(
            "SELECT * FROM search_text WHERE record_id = ? AND field = ?",
            (record_id, f"answers.{path}"),
        ),
    }
    return {name: cursor.fetchone() for name, cursor in found.items()}


def save_raw(
    raw: sqlite3.Connection, record_id: str, path: str, rows: dict[str, tuple[Any, ...]]
) -> None:
    """Write the rows of one save, finding what they replace as any program must."""
    raw.execute("BEGIN IMMEDIATE")
    raw.execute("SELECT answers, state, revision FROM form_record WHERE id = ?", (record_id,))
    raw.execute("SELECT entry, own_hash FROM change ORDER BY entry DESC LIMIT 1").fetchone()
    raw.execute(
        "UPDATE form_record SET answers = ?, changed_at = ?, revision = ? WHERE id = ?",
        (*rows["record"], record_id),
    )
    raw.execute(
        f"INSERT INTO change VALUES ({', '.join('?' * len(rows['change']))})", rows["change"]
    )
    raw.execute("INSERT INTO change_payload VALUES (?, ?, ?)", rows["payload"])
    raw.execute(
        "DELETE FROM search_text WHERE record_id = ? AND field = ?", (record_id, f"answers.{path}")
    )
    if rows["text"]:
        raw.execute("INSERT INTO search_text VALUES (?, ?, ?, ?, ?, ?, ?)", rows["text"])
    raw.execute("COMMIT")


def _content(connection: sqlite3.Connection, table: str) -> list[tuple[Any, ...]]:
    return connection.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()
