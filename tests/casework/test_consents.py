"""Decisions on sharing information about a child: kept, told in words, and never shared by mistake.

The people are invented.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.casework import children, consents, history, search
from app.casework.children import ChildView
from app.casework.consents import ConsentDetails
from app.casework.desk import Desk
from app.casework.keeping import ReasonMissing
from app.casework.problems import DetailsRefused
from tests.casework.conftest import AddChild

NO = ConsentDetails(
    about="health",
    shared_with="Fernbank School",
    decision="refused",
    given_by="child",
    why="Teachers would talk about it",
    explained="With a drawing of who would see what",
    decided_on=date(2026, 11, 3),
)


def fields(problems: tuple[object, ...], *, blocks: bool) -> list[str]:
    return [p.field for p in problems if p.blocks is blocks]  # type: ignore[attr-defined]


def not_to_share(desk: Desk, child: ChildView) -> tuple[str, ...]:
    return children.glance(desk, child.id).not_to_share


def test_a_decision_is_kept_and_told_in_words(desk: Desk, child: ChildView) -> None:
    added = consents.add_consent(desk, child.id, NO)
    assert added.title == "Health, with Fernbank School: Said no"
    assert added.detail == (
        "3 November 2026 · The child · Teachers would talk about it · "
        "Explained: With a drawing of who would see what"
    )
    assert added.problems == ()
    ended = consents.change_consent(
        desk, added.id, replace(NO, to_date=date(2026, 12, 31)), reason="Until the panel meets"
    )
    assert "until 31 December 2026" in ended.detail
    told = history.changes(desk, child.id).entries
    assert [entry.what for entry in told if entry.record_type == "consent"] == [
        "Changed: Decision on sharing",
        "Added: Decision on sharing",
    ]
    with pytest.raises(ReasonMissing):
        consents.remove_consent(desk, added.id, " ")
    consents.remove_consent(desk, added.id, "Written for the wrong child")
    assert consents.list_consents(desk, child.id) == ()


def test_the_list_is_dated_and_the_newest_stands_first(desk: Desk, child: ChildView) -> None:
    consents.add_consent(desk, child.id, NO)
    consents.add_consent(desk, child.id, replace(NO, about="plan", decided_on=date(2026, 11, 10)))
    consents.add_consent(desk, child.id, replace(NO, about="family", decided_on=date(2026, 1, 2)))
    days = [view.details.decided_on for view in consents.list_consents(desk, child.id)]
    assert days == [date(2026, 11, 10), date(2026, 11, 3), date(2026, 1, 2)]


def test_what_makes_no_sense_is_refused_and_what_is_missing_is_said(
    desk: Desk, child: ChildView
) -> None:
    born, today = child.details.date_of_birth, desk.clock.today()
    assert born is not None
    empty = consents.check_consent(ConsentDetails(), born, today)
    assert fields(empty, blocks=True) == ["about", "decision"]
    assert fields(empty, blocks=False) == ["shared_with", "given_by", "explained", "decided_on"]
    for days in (
        {"decided_on": today + timedelta(days=1)},
        {"decided_on": born - timedelta(days=1)},
        {"to_date": date(2026, 11, 2)},
    ):
        with pytest.raises(DetailsRefused):
            consents.add_consent(desk, child.id, replace(NO, **days))
    law = replace(NO, decision="not_needed", given_by="", why="")
    assert fields(consents.check_consent(law, born, today), blocks=False) == ["why"]
    assert consents.list_consents(desk, child.id) == ()


def test_only_a_no_and_a_yes_taken_back_stand_in_the_glance(desk: Desk, child: ChildView) -> None:
    consents.add_consent(desk, child.id, replace(NO, about="plan", decision="given"))
    consents.add_consent(desk, child.id, replace(NO, about="offence", decision="not_needed"))
    assert not_to_share(desk, child) == ()
    consents.add_consent(desk, child.id, NO)
    consents.add_consent(desk, child.id, replace(NO, about="family", decision="withdrawn"))
    assert set(not_to_share(desk, child)) == {
        "Health, with Fernbank School: Said no · The child",
        "Family and home, with Fernbank School: Said yes, then took it back · The child",
    }


def test_a_no_holds_until_the_same_person_says_otherwise_or_its_last_day_is_over(
    desk: Desk, child: ChildView
) -> None:
    said = consents.add_consent(desk, child.id, NO)
    later = replace(NO, decided_on=date(2026, 11, 12), decision="given")
    consents.add_consent(desk, child.id, replace(later, given_by="parent", giver_name="Nan"))
    assert len(not_to_share(desk, child)) == 1, "a parent's yes took away the child's no"
    yes = consents.add_consent(desk, child.id, replace(later, shared_with="fernbank school"))
    assert not_to_share(desk, child) == ()
    consents.remove_consent(desk, yes.id, "It was not said")
    assert len(not_to_share(desk, child)) == 1
    yesterday = desk.clock.today() - timedelta(days=1)
    consents.change_consent(desk, said.id, replace(NO, to_date=yesterday))
    assert not_to_share(desk, child) == ()


def test_a_search_finds_with_whom_something_was_to_be_shared(desk: Desk, child: ChildView) -> None:
    consents.add_consent(desk, child.id, NO)
    (hit,) = search.find(desk, "fernbank")
    assert (hit.kind, hit.child_id) == ("child", child.id)
    assert hit.detail.endswith("Decision on sharing: Fernbank School")


def test_decisions_move_with_a_merge_and_come_back(
    desk: Desk, child: ChildView, add_child: AddChild
) -> None:
    other = add_child(given_name="Taliesin", family_name="Fennick")
    consents.add_consent(desk, other.id, NO)
    children.merge(desk, child.id, other.id, "The same child")
    assert [view.title for view in consents.list_consents(desk, child.id)] == [
        "Health, with Fernbank School: Said no"
    ]
    children.undo_merge(desk, other.id, "Two children after all")
    assert consents.list_consents(desk, child.id) == ()
    assert len(consents.list_consents(desk, other.id)) == 1


def test_what_the_family_was_told_stays_beside_the_decisions(desk: Desk, child: ChildView) -> None:
    kept = children.change_details(
        desk, child.id, replace(child.details, consent_note="Told on 1 November")
    )
    consents.add_consent(desk, child.id, NO)
    shown = {fact.field: fact.value for fact in kept.facts}
    assert shown["consent_note"] == "Told on 1 November"
