"""Finding things, and the history of a record in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import event

from app.casework import children, court, form_records, history, people, search
from app.casework.children import ChildView, IdentifierDetails
from app.casework.court import HearingDetails, OffenceDetails
from app.casework.desk import Desk
from app.casework.form_records import AnswerChange
from app.casework.people import CarerDetails, ProfessionalDetails
from app.core import i18n
from app.models.records import Report
from tests.casework.conftest import AddChild, Office


def answer(value: object) -> dict[str, object]:
    return {"value": value, "language": "en", "by": "u", "how": "typed", "at": None}


# -- search ------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "   ", "'\"*", "nobody"])
def test_nothing_is_found_for_nothing(desk: Desk, child: ChildView, text: str) -> None:
    assert search.find(desk, text) == ()


@pytest.mark.parametrize("text", ["fen", "FENWICK", "wick tal", "tâl fenw", "26/1"])
def test_a_child_is_found_by_the_beginnings_of_words(
    desk: Desk, child: ChildView, text: str
) -> None:
    children.add_identifier(desk, child.id, IdentifierDetails(kind="pnc", value="26/1A"))
    hits = search.find(desk, text)
    found = text != "wick tal"
    assert [(hit.kind, hit.child_id) for hit in hits] == ([("child", child.id)] if found else [])


def test_a_child_is_told_apart_by_age_and_number(desk: Desk, child: ChildView) -> None:
    children.add_identifier(desk, child.id, IdentifierDetails(kind="pnc", value="26/1A"))
    (hit,) = search.find(desk, "26/1A")
    assert hit.title == "Tal Fenwick"
    assert hit.detail == "15 years old, born 3 July 2011 · 26/1A"


def test_everything_around_a_child_is_found_under_the_child(desk: Desk, child: ChildView) -> None:
    people.add_carer(desk, child.id, CarerDetails(name="Melangell Fenwick"))
    people.add_professional(desk, child.id, ProfessionalDetails(agency="Harbour Boxing Club"))
    court.add_offence(desk, child.id, OffenceDetails(description="Took a scooter"))
    court.add_hearing(
        desk, child.id, HearingDetails(hearing_date=date(2026, 12, 8), court="Alderholt Court")
    )
    with desk.casebook.write() as work:
        work.add(Report(child_id=child.id, title="Pre-sentence report", reference="PSR-77"))
    form = form_records.start(desk, child.id, "assessment")
    change = AnswerChange("home_good", answer("The quokka lives next door"))
    form_records.save_answers(desk, form.record_id, [change], leaving=True)
    expected = {
        "melangell": ("person", "Tal Fenwick · Melangell Fenwick"),
        "boxing": ("person", "Tal Fenwick · Harbour Boxing Club"),
        "scooter": ("offence", "Tal Fenwick · Took a scooter"),
        "alderholt": ("hearing", "Tal Fenwick · Alderholt Court, 8 December 2026"),
        "PSR-77": ("report", "Tal Fenwick · Pre-sentence report"),
        "quokka": ("form", "Tal Fenwick · Assessment, 23 November 2026"),
    }
    for text, (kind, title) in expected.items():
        (hit,) = search.find(desk, text)
        assert (hit.kind, hit.title, hit.child_id) == (kind, title, child.id)


def test_children_come_before_anything_else(
    desk: Desk, child: ChildView, add_child: AddChild
) -> None:
    for number in range(5):
        people.add_carer(desk, child.id, CarerDetails(name=f"Hollis {number}"))
    wren = add_child(given_name="Wren", family_name="Hollis")
    hits = search.find(desk, "hollis", limit=3)
    assert (hits[0].kind, hits[0].child_id, len(hits)) == ("child", wren.id, 3)


def test_what_was_taken_out_is_not_found(desk: Desk, child: ChildView) -> None:
    held = people.add_carer(desk, child.id, CarerDetails(name="Melangell Fenwick"))
    people.remove_carer(desk, held.id, "No contact")
    assert search.find(desk, "melangell") == ()


# -- history -----------------------------------------------------------------------------------


def test_a_change_reads_as_who_when_what_before_after_why(desk: Desk, child: ChildView) -> None:
    before = court.add_offence(
        desk,
        child.id,
        OffenceDetails(description="Took a bike", offence_date=date(2026, 10, 1), knife=True),
    )
    court.change_offence(
        desk,
        before.id,
        replace(before.details, offence_date=date(2026, 10, 2), knife=False, category="robbery"),
        reason="Police corrected it",
    )
    entry = history.changes(desk, child.id).entries[0]
    assert (entry.who, entry.when, entry.what, entry.reason) == (
        "Ash Rivers",
        "23 November 2026 at 09:30",
        "Changed: Offence",
        "Police corrected it",
    )
    assert {(each.label, each.before, each.after) for each in entry.fields} == {
        ("Date of the offence", "1 October 2026", "2 October 2026"),
        ("A knife or blade was involved", "Yes", "No"),
        ("Category", "", "Robbery"),
    }


def test_a_history_follows_the_language_of_the_screen(desk: Desk, child: ChildView) -> None:
    i18n.set_language("cy")
    court.add_offence(desk, child.id, OffenceDetails(category="robbery"))
    (category,) = history.changes(desk, child.id).entries[0].fields
    assert category.after == "Lladrata"


def test_answers_are_told_with_their_questions_and_choices(desk: Desk, child: ChildView) -> None:
    form = form_records.start(desk, child.id, "assessment")
    changes = [
        AnswerChange("home_kind", answer("secure")),
        AnswerChange("home_good", answer("A room of one's own")),
    ]
    form_records.save_answers(desk, form.record_id, changes, leaving=True)
    entry = history.changes(desk, child.id, record_id=form.record_id).entries[0]
    assert entry.what == "Changed: Assessment"
    told = {each.field: each for each in entry.fields}
    assert told["answers.home_kind"].label == "Where does Tal live now?"
    assert told["answers.home_kind"].after not in ("", "secure")
    assert told["answers.home_good"].after == "A room of one's own"
    of_one = history.changes(
        desk, child.id, record_id=form.record_id, field="answers.home_good"
    ).entries
    assert [each.entry_id for each in of_one] == [entry.entry_id]


def test_a_history_asks_no_more_of_the_casebook_for_many_answers_than_for_few(
    desk: Desk, child: ChildView
) -> None:
    def asked(record_id: str) -> int:
        seen: list[str] = []

        def listen(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
            seen.append(statement)

        event.listen(desk.casebook.engine, "before_cursor_execute", listen)
        page = history.changes(desk, child.id, record_id=record_id)
        event.remove(desk.casebook.engine, "before_cursor_execute", listen)
        assert page.entries[0].fields
        return len(seen)

    form = form_records.start(desk, child.id, "assessment")
    names = [question.name for question in form.form.questions() if question.type == "text"]
    first, *others = [AnswerChange(name, answer("Said so")) for name in names]
    form_records.save_answers(desk, form.record_id, [first], leaving=True)
    few = asked(form.record_id)
    form_records.save_answers(desk, form.record_id, others, leaving=True)
    assert len(others) > 20
    assert asked(form.record_id) == few


def test_a_history_comes_page_by_page(desk: Desk, child: ChildView) -> None:
    for number in range(7):
        people.add_carer(desk, child.id, CarerDetails(name=f"Carer {number}"))
    told: list[int] = []
    before: int | None = None
    while True:
        page = history.changes(desk, child.id, before=before, limit=3)
        told += [entry.sequence for entry in page.entries]
        if page.before is None:
            break
        before = page.before
    whole = [entry.sequence for entry in history.changes(desk, child.id).entries]
    assert told == whole == sorted(told, reverse=True)
    assert len(told) == 8


def test_the_history_of_one_child_says_nothing_of_another(
    desk: Desk, child: ChildView, add_child: AddChild
) -> None:
    other = add_child(given_name="Wren", family_name="Hollis")
    told = history.changes(desk, child.id)
    assert other.id not in repr(told) and "Hollis" not in repr(told)
    assert history.changes(desk, child.id, record_id=other.id).entries == ()


def test_who_did_something_is_named(staffed: Office, child: ChildView) -> None:
    desk = staffed.as_user("Rowan Okell")
    children.open_child(desk, child.id, "For oversight")
    newest = history.changes(desk, child.id).entries[0]
    assert (newest.kind, newest.who, newest.reason) == (
        "consultation",
        "Rowan Okell",
        "For oversight",
    )


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE change SET kind = 'print' WHERE entry = 4", "Entry 4 of the history was changed"),
        ("DELETE FROM change WHERE entry = 3", "Entry 3 of the history is missing"),
        (
            "UPDATE change_payload SET body = '{}' WHERE entry = 2",
            "What entry 2 of the history recorded was changed",
        ),
    ],
)
def test_a_log_that_was_tampered_with_is_told_in_words(
    desk: Desk, child: ChildView, statement: str, words: str
) -> None:
    assert history.verify(desk).ok
    with desk.casebook.engine.begin() as connection:
        for name in connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'change%'"
        ).scalars():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        if statement.startswith("DELETE"):
            connection.exec_driver_sql("DELETE FROM change_payload WHERE entry = 3")
        connection.exec_driver_sql(statement)
    verdict = history.verify(desk)
    assert not verdict.ok
    assert words in verdict.text


def test_a_history_whose_end_was_cut_is_noticed(office: Office, child: ChildView) -> None:
    """The anchor outside the casebook knows how far the history had come."""
    desk = office.as_user("Ash Rivers")
    known = history.verify(desk).entries
    with desk.casebook.engine.begin() as connection:
        for name in connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'change%'"
        ).scalars():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        for table in ("change_payload", "change"):
            connection.exec_driver_sql(f"DELETE FROM {table} WHERE entry > {known - 2}")
    verdict = history.verify(desk)
    assert not verdict.ok
    assert verdict.first_bad == known - 1
