"""The chronology: noted once, never changed, corrected by a new entry, on one line of time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.casework import chronology, due, reference, search, timeline
from app.casework.chronology import AlreadyCorrected, EntryDetails
from app.casework.desk import Desk
from app.casework.keeping import ReasonMissing
from app.casework.problems import DetailsRefused
from app.core.clock import FixedClock
from tests.casework.conftest import AddChild
from tests.ui.pages.people import submit_assessment

Note = Callable[..., str]


@pytest.fixture
def child_id(add_child: AddChild) -> str:
    return add_child(given_name="Tal", family_name="Fenwick", date_of_birth=date(2011, 7, 3)).id


@pytest.fixture
def note(desk: Desk, child_id: str, clock: FixedClock) -> Note:
    def noted(kind: str = "phone_call", *, days_ago: int = 0, **given: str) -> str:
        details = EntryDetails(
            kind=kind,
            happened_on=clock.today() - timedelta(days=days_ago),
            **{"note": "Marn said evenings are best.", **given},
        )
        return chronology.add_entry(desk, child_id, details)

    return noted


def titles(desk: Desk, child_id: str, *groups: timeline.Group) -> list[str]:
    page = timeline.timeline(desk, child_id, groups or timeline.GROUPS)
    return [moment.title for moment in page.moments]


def test_what_happened_last_stands_first_whenever_it_was_noted(
    desk: Desk, child_id: str, note: Note
) -> None:
    note("phone_call")
    note("home_visit", days_ago=9, attendance="kept")
    note("good_news", days_ago=3)
    assert titles(desk, child_id) == ["Phone call", "Something went well", "Home visit"]
    assert titles(desk, child_id, "contact") == ["Phone call", "Home visit"]
    older = timeline.timeline(desk, child_id).moments[2]
    assert older.pills == (("Kept", "good"),)
    assert "noted on" in older.by


def test_a_correction_leaves_the_entry_before_and_says_who_and_why(
    desk: Desk, child_id: str, note: Note, clock: FixedClock
) -> None:
    first = note(note="Marn said mornings are best.")
    better = EntryDetails(kind="phone_call", happened_on=clock.today(), note="Evenings are best.")
    second = chronology.correct_entry(desk, first, better, "I had misheard")
    moments = {m.entry_id: m for m in timeline.timeline(desk, child_id).moments}
    assert moments[first].note == "Marn said mornings are best."
    assert moments[first].corrected.startswith(f"Corrected by {desk.actor.name}")
    assert (moments[second].note, moments[second].corrected) == ("Evenings are best.", "")
    with pytest.raises(AlreadyCorrected):
        chronology.correct_entry(desk, first, better, "Once more")
    chronology.take_back(desk, second, "It was another family")
    moments = {m.entry_id: m for m in timeline.timeline(desk, child_id).moments}
    assert "It was another family" in moments[second].corrected
    assert len(moments) == 2


def test_a_correction_says_why(desk: Desk, note: Note, clock: FixedClock) -> None:
    entry = note()
    details = EntryDetails(kind="phone_call", happened_on=clock.today(), note="Other words.")
    with pytest.raises(ReasonMissing):
        chronology.correct_entry(desk, entry, details, "  ")
    with pytest.raises(ReasonMissing):
        chronology.take_back(desk, entry, "")


def test_the_store_itself_refuses_to_change_an_entry(desk: Desk, note: Note) -> None:
    entry = note()
    with desk.casebook.engine.begin() as connection, pytest.raises(IntegrityError):
        connection.execute(
            text("UPDATE chronology_entry SET note = 'Nothing' WHERE id = :id"), {"id": entry}
        )


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"kind": ""}, "kind", "Choose what happened"),
        ({"happened_on": None}, "happened_on", "Enter the day"),
        ({"happened_on": date(2100, 1, 1)}, "happened_on", "still to come"),
        ({"happened_on": date(2001, 1, 1)}, "happened_on", "not born"),
        ({"note": "  "}, "note", "in a sentence"),
        ({"note": "x" * 1_000_000}, "note", "too long"),
    ],
)
def test_an_entry_that_makes_no_sense_is_refused_in_words(
    desk: Desk, child_id: str, clock: FixedClock, given: dict[str, object], field: str, words: str
) -> None:
    whole = {"kind": "phone_call", "happened_on": clock.today(), "note": "Rang.", **given}
    with pytest.raises(DetailsRefused) as refused:
        chronology.add_entry(desk, child_id, EntryDetails(**whole))  # type: ignore[arg-type]
    (problem,) = refused.value.problems
    assert (problem.field, words in problem.text) == (field, True)
    assert not timeline.timeline(desk, child_id).moments


def test_a_kept_visit_needs_no_note_and_a_missed_one_asks_why(clock: FixedClock) -> None:
    today = clock.today()
    kept = EntryDetails(kind="home_visit", happened_on=today, attendance="kept")
    assert chronology.check_entry(kept, None, today) == ()
    missed = EntryDetails(kind="home_visit", happened_on=today, attendance="missed_unknown")
    (problem,) = chronology.check_entry(missed, None, today)
    assert (problem.field, problem.blocks) == ("missed_why", False)


def test_what_stands_elsewhere_in_the_record_is_on_the_line_too(
    desk: Desk, child_id: str, note: Note
) -> None:
    submit_assessment(desk, child_id)
    note("home_visit", days_ago=1, attendance="kept")
    shown = titles(desk, child_id)
    assert shown[0].endswith("submitted")
    assert shown[-1] == "Home visit"
    assert titles(desk, child_id, "decision") == shown[:-1]


def test_an_event_since_the_assessment_asks_for_a_review_until_it_is_taken_back(
    desk: Desk, child_id: str, note: Note, clock: FixedClock
) -> None:
    def asked() -> list[str]:
        return [one.text for one in due.of_child(desk, child_id) if one.kind == "event_review"]

    note("missing", days_ago=1)
    submit_assessment(desk, child_id)
    assert asked() == []
    clock.advance(timedelta(hours=1))
    note("phone_call")
    assert asked() == []
    event = note("arrest")
    (words,) = asked()
    assert "New arrest or charge" in words
    assert any(item.kind == "event_review" for item in due.of_all(desk))
    chronology.take_back(desk, event, "It was his cousin")
    assert asked() == []


def test_every_kind_belongs_to_a_filter_and_every_progress_has_a_word() -> None:
    assert {kind.group for kind in chronology.kinds(date(2026, 11, 1))} == set(timeline.GROUPS)
    assert chronology.prompting_kinds()
    assert reference.label("target_progress", "done") == "Done"


def test_older_moments_are_counted(desk: Desk, child_id: str, note: Note) -> None:
    for number in range(5):
        note(days_ago=number)
    page = timeline.timeline(desk, child_id, limit=2)
    assert (len(page.moments), page.more) == (2, 3)


def test_a_child_found_by_what_was_noted(desk: Desk, child_id: str, note: Note) -> None:
    note(note="The heron on the quay made Tal laugh.")
    assert child_id in {hit.child_id for hit in search.find(desk, "heron")}
