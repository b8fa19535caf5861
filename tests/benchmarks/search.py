"""Search in a casebook of 100,000 children beside the same query on a store without encryption."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2 as sqlcipher

from app.casework.desk import Desk
from app.models import search
from tests.benchmarks import stores
from tests.benchmarks.measuring import Measured, side_by_side

LIMIT = 80
TABLES = """
    CREATE TABLE search_text (
        id INTEGER PRIMARY KEY, record_type TEXT, record_id TEXT, child_id TEXT, field TEXT,
        name TEXT, text TEXT
    );
    CREATE VIRTUAL TABLE search_index USING fts5(
        name, text, content='search_text', content_rowid='id',
        tokenize='unicode61 remove_diacritics 2', prefix='2 3'
    );
"""
QUERY = """
    SELECT t.record_type, t.record_id, t.child_id, t.field,
        snippet(search_index, -1, char(2), char(3), '…', 12)
    FROM search_index JOIN search_text AS t ON t.id = search_index.rowid
    WHERE search_index MATCH ? AND rank MATCH 'bm25(10.0, 1.0)'
    ORDER BY rank LIMIT ?
"""
# As a person types them, letter by letter: names of children, then words of what was written.
_TYPED = (
    *(stores.family_name(number) for number in range(4_711, stores.MANY, 19_000)),
    f"Tal {stores.family_name(50_000)}",
    stores.word(70),
    f"{stores.word(700)} {stores.word(90)}",
)
ASKED = tuple(words[:length] for words in _TYPED for length in range(3, len(words) + 1))
"""What is asked for."""


def measure(within: Path) -> Iterator[Measured]:
    """The time of one query, over some sixty of them."""
    desk = stores.open_desk(stores.casebook(within, stores.MANY))
    plain = plain_copy(desk, within / "plain.db")
    queries = [(text, " ".join(f'"{word}" *' for word in text.split())) for text in ASKED]

    def subject() -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = []
        for text, _query in queries:
            with desk.casebook.read() as session:
                found += [
                    (f.record_type, f.record_id, f.child_id, f.field, f.snippet)
                    for f in search.search(session, text, LIMIT)
                ]
        return found

    def baseline() -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = []
        for _text, query in queries:
            plain.execute("BEGIN")
            found += plain.execute(QUERY, (query, LIMIT)).fetchall()
            plain.execute("COMMIT")
        return found

    if len(subject()) < len(ASKED):
        raise SystemExit("what is searched for is not there")
    took, bare = side_by_side(subject, baseline, rounds=15)
    plain.close()
    desk.close()
    yield Measured(
        "search",
        took / len(ASKED),
        "the same FTS5 query on SQLite without encryption",
        bare / len(ASKED),
        took / bare,
        "<= 1.4",
    )


def plain_copy(desk: Desk, file: Path) -> sqlite3.Connection:
    """A plain store with the same texts, in the same version of SQLite, with the same settings."""
    file.unlink(missing_ok=True)
    plain: sqlite3.Connection = sqlcipher.connect(str(file), isolation_level=None)
    plain.executescript(TABLES)
    for setting in (
        "journal_mode = WAL",
        "synchronous = FULL",
        "temp_store = MEMORY",
        "cache_size = -65536",
    ):
        plain.execute(f"PRAGMA {setting}")
    plain.execute("BEGIN")
    with desk.casebook.read() as session:
        rows = iter(
            session.connection().exec_driver_sql(
                "SELECT id, record_type, record_id, child_id, field, name, text FROM search_text"
                " ORDER BY id"
            )
        )
        while batch := [tuple(row) for row in islice(rows, 5_000)]:
            plain.executemany("INSERT INTO search_text VALUES (?, ?, ?, ?, ?, ?, ?)", batch)
            plain.executemany(
                "INSERT INTO search_index (rowid, name, text) VALUES (?, ?, ?)",
                [(row[0], row[5], row[6]) for row in batch],
            )
    plain.execute("COMMIT")
    return plain
