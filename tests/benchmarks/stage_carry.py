"""Carrying a stage of four hundred answers forward beside the same rows in raw SQL."""

from __future__ import annotations

import gc
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

import yaml

from app.casework import assessments, children, form_records, stages
from app.casework.children import ChildDetails
from app.casework.desk import Desk
from app.casework.form_records import AnswerChange
from app.forms.answers import each_answer
from app.forms.loader import FormLibrary
from tests.benchmarks import big_form, stores
from tests.benchmarks.measuring import Measured, must_equal, timed
from tests.benchmarks.save_answer import bring_level, keyed

ROUNDS = 11
FORM_ID = "assessment"
TABLES = ("form_record", "change", "change_payload", "search_text")


def measure(within: Path) -> Iterator[Measured]:
    """A new stage with every answer of the one before, as when it is started from the record.

    The raw side inserts the rows that the product has just written, in one transaction of the
    same durability, after it read the snapshot as any program must.
    """
    folder, forms = within / "to-carry", within / "carry-forms"
    desk = at_work(stores.new_desk(folder), forms)
    snapshots = [snapshot(desk, number) for number in range(ROUNDS)]
    key = desk.data_key
    desk.close()
    raw = keyed(stores.copy_of(folder, within / "to-carry-raw") / "casebook.db", key)
    desk = at_work(stores.open_desk(folder), forms)
    reader = keyed(folder / "casebook.db", key)
    bring_level(reader, raw)
    took: list[float] = []
    bare: list[float] = []
    for turn, (child_id, record_id) in enumerate(snapshots):
        (last,) = reader.execute("SELECT max(entry) FROM change").fetchone()
        gc.collect()
        seconds, opened = timed(lambda: stages.start(desk, child_id, "review", FORM_ID))  # noqa: B023
        carried = [one for _path, one in each_answer(dict(opened.document)) if one.unconfirmed]
        must_equal(len(carried), len(big_form.names()))
        rows = newest(reader, opened.record_id, last)
        gc.collect()
        raw_seconds, _done = timed(lambda: insert(raw, record_id, rows))  # noqa: B023
        if turn:
            took.append(seconds)
            bare.append(raw_seconds)
    for table in TABLES:
        must_equal(
            *(
                connection.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()
                for connection in (reader, raw)
            )
        )
    reader.close()
    raw.close()
    desk.close()
    yield Measured(
        "stage_carry",
        median(took),
        "the same rows in raw SQL on SQLCipher, one transaction",
        median(bare),
        median(took) / median(bare),
        "<= 3",
    )


def at_work(desk: Desk, forms: Path) -> Desk:
    """The desk with the form of four hundred questions in place of the assessment."""
    forms.mkdir(parents=True, exist_ok=True)
    content = {**big_form.content(), "id": FORM_ID}
    text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
    (forms / f"{FORM_ID}.yaml").write_text(text, "utf-8")
    return replace(desk, forms=FormLibrary(forms))


def snapshot(desk: Desk, number: int) -> tuple[str, str]:
    """A child with a locked stage of four hundred answers: the ids of both."""
    details = ChildDetails(given_name="Tal", family_name=stores.family_name(number))
    child = children.add_child(desk, details)
    opened = stages.start(desk, child.id, "before_sentence", FORM_ID)
    answers = [
        AnswerChange(name, answer(place, plain.kind, desk.actor.id))
        for place, (name, plain) in enumerate(zip(big_form.names(), big_form.plain(), strict=True))
    ]
    form_records.save_answers(desk, opened.record_id, answers, leaving=True)
    assessments.submit(desk, opened.record_id)
    return child.id, opened.record_id


def answer(number: int, kind: str, by: str) -> dict[str, Any]:
    """An answer that fits its question; a text is a sentence or two."""
    values: dict[str, Any] = {
        "text": f"{number}. {stores.text_of(number)[:160]}",
        "select_one": "often",
        "integer": number,
        "date": "2026-11-10",
    }
    at = "2026-11-23T09:30:00+00:00"
    return {"value": values[kind], "language": "en", "by": by, "how": "typed", "at": at}


# ---- the raw side ------------------------------------------------------------------------------


def newest(
    reader: sqlite3.Connection, record_id: str, last: int
) -> dict[str, list[tuple[Any, ...]]]:
    """The rows that the product has just written."""
    return {
        "form_record": reader.execute(
            "SELECT * FROM form_record WHERE id = ?", (record_id,)
        ).fetchall(),
        "change": reader.execute(
            "SELECT * FROM change WHERE entry > ? ORDER BY entry", (last,)
        ).fetchall(),
        "change_payload": reader.execute(
            "SELECT * FROM change_payload WHERE entry > ? ORDER BY entry", (last,)
        ).fetchall(),
        "search_text": reader.execute(
            "SELECT * FROM search_text WHERE record_id = ? ORDER BY id", (record_id,)
        ).fetchall(),
    }


def insert(raw: sqlite3.Connection, record_id: str, rows: dict[str, list[tuple[Any, ...]]]) -> None:
    """Read the snapshot and insert the rows of the new stage."""
    raw.execute("BEGIN IMMEDIATE")
    raw.execute("SELECT answers FROM form_record WHERE id = ?", (record_id,)).fetchone()
    raw.execute("SELECT entry, own_hash FROM change ORDER BY entry DESC LIMIT 1").fetchone()
    for table, found in rows.items():
        if found:
            marks = ", ".join("?" * len(found[0]))
            raw.executemany(f"INSERT INTO {table} VALUES ({marks})", found)
    raw.execute("COMMIT")
