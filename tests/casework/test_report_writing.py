"""Writing a report: from the locked assessment on, with sources, quotations and facts that stay."""

from __future__ import annotations

import pytest

from app.casework import (
    children,
    form_records,
    history,
    questionnaires,
    report_views,
    report_writing,
    reports,
)
from app.casework.children import ChildDetails
from app.casework.desk import Actor, Desk
from app.casework.keeping import ReasonMissing
from app.casework.problems import RecordGone
from app.casework.report_views import ReportView
from app.casework.report_writing import NotSaidForCourt, PassageLocked, PassageView
from app.casework.reports import RecordChanged
from app.core.errors import KnownError
from app.core.ids import new_id
from tests.casework.conftest import AddChild
from tests.casework.test_reports import Case, case, made, words
from tests.made_once import PASSPHRASE


@pytest.fixture
def of(desk: Desk, add_child: AddChild) -> Case:
    return case(desk, add_child, quote_agreed="yes")


@pytest.fixture
def report(desk: Desk, of: Case) -> ReportView:
    return made(desk, of)


def paragraphs(desk: Desk, report: ReportView, section: str) -> list[PassageView]:
    return [
        one
        for one in report_writing.passages(desk, report.id)
        if one.section == section and one.kind == "paragraph"
    ]


def test_each_heading_begins_with_what_the_assessment_says_and_where_it_comes_from(
    desk: Desk, report: ReportView
) -> None:
    held = report_writing.passages(desk, report.id)
    assert {one.section for one in held} == {
        "psr.sources", "psr.offence", "psr.child", "psr.risk", "psr.conclusion", "psr.sign_off",
    }  # fmt: skip
    first = paragraphs(desk, report, "psr.offence")[0]
    assert first.sources
    assert all(note.question and note.who and note.when for note in first.sources)


def test_what_is_written_is_on_the_pages_and_in_the_history(
    desk: Desk, of: Case, report: ReportView
) -> None:
    first = paragraphs(desk, report, "psr.offence")[0]
    report_writing.change_text(desk, first.id, "Tal took the bicycle on the way home.")
    text = words(reports.preview(desk, report.id))
    assert "Tal took the bicycle on the way home." in text
    again = report_views.open_report(desk, report.id)
    assert again.content_hash not in ("", report.content_hash)
    told = [entry.record_type for entry in history.changes(desk, of.child_id).entries]
    assert "report_passage" in told


def test_a_draft_written_in_since_is_read_once_more_before_it_is_final(
    desk: Desk, report: ReportView
) -> None:
    first = paragraphs(desk, report, "psr.offence")[0]
    report_writing.change_text(desk, first.id, "Something else.")
    with pytest.raises(RecordChanged):
        reports.make_final(desk, report.id, "The hearing is today")
    final = reports.make_final(desk, report.id, "The hearing is today")
    assert "Something else." in words(reports.preview(desk, final.id))
    with pytest.raises(PassageLocked):
        report_writing.change_text(desk, first.id, "Too late.")
    with pytest.raises(PassageLocked):
        report_writing.add(desk, report.id, "psr.offence", text="Too late.")


def test_passages_are_added_moved_taken_out_and_put_back(desk: Desk, report: ReportView) -> None:
    section = "psr.conclusion"
    before = [one.id for one in report_writing.passages(desk, report.id) if one.section == section]
    added = report_writing.add(desk, report.id, section, after=before[0], text="A new thought.")

    def order() -> list[str]:
        return [
            one.id for one in report_writing.passages(desk, report.id) if one.section == section
        ]

    assert order() == [before[0], added.id, *before[1:]]
    report_writing.move(desk, added.id, after=None)
    assert order() == [added.id, *before]
    report_writing.move(desk, added.id, after=before[-1])
    assert order() == [*before, added.id]
    report_writing.remove(desk, added.id)
    assert order() == before
    report_writing.restore(desk, added.id)
    assert order() == [*before, added.id]


def test_there_is_always_room_between_two_passages(desk: Desk, report: ReportView) -> None:
    section = "psr.conclusion"
    first = next(one for one in report_writing.passages(desk, report.id) if one.section == section)
    added = []
    for number in range(14):
        one = report_writing.add(desk, report.id, section, after=first.id, text=f"No. {number}")
        added.insert(0, one.id)
    held = [one.id for one in report_writing.passages(desk, report.id) if one.section == section]
    assert held[1:15] == added


def test_what_every_report_has_to_say_goes_with_a_reason_only(
    desk: Desk, of: Case, report: ReportView
) -> None:
    levels = next(one for one in report_writing.passages(desk, report.id) if one.text == "levels")
    with pytest.raises(ReasonMissing):
        report_writing.remove(desk, levels.id)
    with pytest.raises(KnownError, match="drawn from the record"):
        report_writing.change_text(desk, levels.id, "Low, low, low.")
    report_writing.remove(desk, levels.id, "The court asked for a short report")
    reasons = [entry.reason for entry in history.changes(desk, of.child_id).entries]
    assert "The court asked for a short report" in reasons
    assert "Levels run from low" not in words(reports.preview(desk, report.id))


def test_the_childs_words_are_placed_as_they_were_said(desk: Desk, report: ReportView) -> None:
    spoken = next(
        one for one in report_writing.words_to_place(desk, report.id) if one.said_by == "child"
    )
    placed = report_writing.place_words(
        desk, report.id, "psr.offence", spoken.form_record_id, spoken.path
    )
    assert (placed.kind, placed.text, placed.changed_words) == ("quotation", spoken.words, ())
    changed = report_writing.change_text(desk, placed.id, spoken.words.replace("I", "he"))
    assert changed.changed_words == (spoken.words,)


def test_words_that_nobody_agreed_to_can_not_be_placed(desk: Desk, add_child: AddChild) -> None:
    of = case(desk, add_child, quote_agreed="no")
    report = made(desk, of)
    assert not [
        one
        for one in report_writing.words_to_place(desk, report.id)
        if one.path == "child_words_offence"
    ]
    with pytest.raises(NotSaidForCourt):
        report_writing.place_words(
            desk, report.id, "psr.offence", of.assessment_id, "child_words_offence"
        )


def test_what_a_child_answered_is_placed_by_those_who_may_read_it(
    desk: Desk, of: Case, report: ReportView
) -> None:
    handover = questionnaires.hand_over(desk, of.child_id, "my_life_now")
    said = {"value": "Fixing bikes.", "language": "en", "by": "child", "may_quote": True}
    change = form_records.AnswerChange("good_at", said)
    form_records.save_answers(desk, handover.record_id, [change], leaving=True)
    questionnaires.give_back(desk, handover.id, PASSPHRASE, finished=True)
    before = report_writing.words_to_place(desk, report.id)
    (one,) = [one for one in before if one.path == "good_at"]
    desk.actor = Actor(new_id(), "Perry Lind", "administrator")
    after = report_writing.words_to_place(desk, report.id)
    assert [each for each in before if each.form_record_id == of.assessment_id] == list(after)
    with pytest.raises(NotSaidForCourt):
        report_writing.place_words(desk, report.id, "psr.child", one.form_record_id, one.path)


def test_nothing_of_another_child_is_inserted(
    desk: Desk, report: ReportView, add_child: AddChild
) -> None:
    other = add_child(given_name="Wren", family_name="Ashe", school="Fen Academy")
    passage = report_writing.add(desk, report.id, "psr.child", text="Tal goes to")
    fact = report_writing.Fact("child", other.id, "school", "School", "Fen Academy")
    with pytest.raises(RecordGone):
        report_writing.insert_fact(desk, passage.id, fact)


def test_a_fact_keeps_its_link_and_is_pointed_out_when_the_record_changes(
    desk: Desk, of: Case, report: ReportView
) -> None:
    view = children.open_child(desk, of.child_id)
    details: ChildDetails = view.details
    children.change_details(
        desk, of.child_id, details.__class__(**{**vars(details), "school": "Fen Academy"})
    )
    fact = next(
        one for one in report_writing.facts_to_insert(desk, report.id) if one.field == "school"
    )
    passage = report_writing.add(desk, report.id, "psr.child", text="Tal goes to")
    noted = report_writing.insert_fact(desk, passage.id, fact)
    assert noted.text == "Tal goes to Fen Academy"
    assert [note.changed for note in noted.facts] == [False]
    children.change_details(
        desk, of.child_id, details.__class__(**{**vars(details), "school": "Harbour College"})
    )
    (held,) = [one for one in report_writing.passages(desk, report.id) if one.id == passage.id]
    (note,) = held.facts
    assert (note.then, note.now, note.changed) == ("Fen Academy", "Harbour College", True)
    taken = report_writing.take_up(desk, passage.id)
    assert taken.text == "Tal goes to Harbour College"
    assert not taken.facts[0].changed


def test_no_fact_of_a_victim_is_offered(desk: Desk, report: ReportView) -> None:
    offered = {fact.record_type for fact in report_writing.facts_to_insert(desk, report.id)}
    assert "victim" not in offered
    assert "offence" in offered


def test_a_passage_that_nobody_would_read_is_refused_in_words(
    desk: Desk, report: ReportView
) -> None:
    first = paragraphs(desk, report, "psr.offence")[0]
    with pytest.raises(KnownError, match="too long"):
        report_writing.change_text(desk, first.id, "x" * 20_001)
    assert paragraphs(desk, report, "psr.offence")[0].text == first.text
