"""Two casebooks and a server: what is written on one stands on the other, once, and whole."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import inspect

from app.core.clock import FixedClock
from app.models.base import ChildRecord, Record
from app.models.queries import history
from app.models.records import RECORD_TYPES, Child, FormRecord, Hearing
from app.models.search import search
from app.sync import caseload
from tests.sync.conftest import Laptop, NewLaptop


def test_what_is_written_on_one_laptop_stands_on_the_other(ash: Laptop, robin: Laptop) -> None:
    child = ash.child(languages=["cy"])
    form = ash.form(child)
    ash.answer(form.id, home="With his grandmother")
    with ash.casebook.write() as work:
        work.save_answers(form.id, {"people/r1/who": {"value": "Nan"}})
    sent = ash.sync()
    assert sent.sent > 3
    assert (sent.refused, sent.aside, sent.differing) == (0, 0, [])
    assert ash.view().word == "confirmed"

    caseload.choose(robin.casebook, child.id, True)
    outcome = robin.sync()
    assert ("child", child.id) in outcome.changed
    assert outcome.differing == []
    there = robin.get(FormRecord, form.id)
    assert there.answers == ash.get(FormRecord, form.id).answers
    assert there.answers["people"]["rows"][0]["answers"]["who"] == {"value": "Nan"}
    assert robin.get(Child, child.id).languages == ["cy"]
    assert robin.get(Child, child.id).sort_name == "fenwick tal"
    with robin.casebook.read() as session:
        assert [found.record_id for found in search(session, "grandmother")] == [form.id]
        told = history.entries(session, record_id=child.id)
    assert [entry.kind for entry in told] == ["create"]
    assert told[0].actor_id == ash.casebook.actor_id
    assert robin.casebook.verify().ok
    assert robin.rows(
        "SELECT count(*) FROM change WHERE record_id = ? AND device_seq IS NOT NULL", child.id
    ) == [(0,)], "what was pulled is never sent"


def test_nothing_is_exchanged_when_nothing_was_done(ash: Laptop) -> None:
    ash.child()
    ash.sync()
    entries = ash.casebook.head()
    again = ash.sync()
    assert (again.sent, again.received, again.changed) == (0, 0, [])
    assert again.requests <= 4
    assert ash.casebook.head() == entries


# -- any type -------------------------------------------------------------------------------------


def filled(type_: type[Record], given: dict[str, Any]) -> Record:
    """A record of any type with something other than nothing in every column."""
    values: dict[str, Any] = dict(given)
    left_out = {"id", "service_id", "created_at", "changed_at", "revision", "base_revision"}
    for column in inspect(type_).columns:
        if column.key in left_out | type_.derived | given.keys():
            continue
        values[column.key] = something_for(type_, column)
    return type_(**values)


def something_for(type_: type[Record], column: Any) -> Any:
    if column.key in type_.documents:
        return {
            "home": {"value": "ŵ ŷ \u202e 😀", "language": "cy"},
            "people": {"rows": [row("b", who="Nan"), row("a", who="Mam")], "note": 1},
            "none": {"rows": []},
        }
    if column.foreign_keys:
        return None
    kinds: dict[str, Any] = {
        "Json": {"one": [1, {"two": None}]},
        "Moment": datetime(2026, 2, 3, 4, 5, 6, 789, tzinfo=UTC),
        "Date": date(2011, 2, 28),
        "Boolean": True,
        "Integer": 7,
        "LargeBinary": b"%PDF " + bytes(range(256)) * 3000,
        "Text": f"{column.key} – «ŵ» \t\n",
    }
    default = getattr(column.default, "arg", None)
    if callable(default) and default({}) == []:
        return ["one", "two"]
    return kinds[type(column.type).__name__]


def row(id_: str, **answers: str) -> dict[str, Any]:
    return {
        "id": id_,
        "answers": {name: {"value": value} for name, value in answers.items()},
        "how": "typed",
    }


@pytest.mark.parametrize("name", RECORD_TYPES)
def test_every_type_of_record_travels_whole(
    name: str, new_laptop: NewLaptop, clock: FixedClock
) -> None:
    type_ = RECORD_TYPES[name]
    # The service's own records are an administrator's to write, countersignatures a manager's.
    role = "manager" if issubclass(type_, ChildRecord) else "administrator"
    ash, robin = new_laptop("ash", role), new_laptop("robin", role)
    child = ash.child()
    form, hearing = ash.form(child), Hearing(child_id=child.id)
    given: dict[str, Any] = {"removed_at": None, "state": "final"} if name == "report" else {}
    with ash.casebook.write() as work:
        work.add(hearing)
        targets = {"child": child.id, "form_record": form.id, "hearing": hearing.id}
        for column in inspect(type_).columns:
            for key in column.foreign_keys:
                given[column.key] = targets[key.column.table.name]
        if issubclass(type_, Child):
            given["allocated_to"] = ash.casebook.actor_id
        record = work.add(filled(type_, given))
    clock.advance(timedelta(hours=1))
    sent = ash.sync()
    assert (sent.refused, sent.differing) == (0, [])
    caseload.choose(robin.casebook, child.id, True)
    caseload.choose(robin.casebook, record.id, True)
    outcome = robin.sync()
    assert (outcome.aside, outcome.differing) == (0, [])
    columns = [column.key for column in inspect(type_).columns if column.key != "revision"]
    wanted = f'SELECT {", ".join(columns)} FROM "{name}" WHERE id = ?'
    (there,), (here,) = robin.rows(wanted, record.id), ash.rows(wanted, record.id)
    assert dict(zip(columns, there, strict=True)) == dict(zip(columns, here, strict=True))
    assert there[columns.index("base_revision")] > 0
    assert robin.rows("SELECT count(*) FROM sync_extra") == [(0,)]
