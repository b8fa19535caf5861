"""Stages of assessment: each starts with what the one before held, to be confirmed or changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from app.casework import (
    assessments,
    court,
    form_copies,
    form_records,
    reference,
    stage_changes,
    stages,
)
from app.casework.assessments import SubmitRefused
from app.casework.court import HearingDetails, OutcomeDetails
from app.casework.desk import Desk
from app.casework.form_copies import CopyFor
from app.casework.form_records import AnswerChange
from app.casework.problems import RecordGone
from app.core.clock import FixedClock
from app.forms.answers import each_answer
from app.forms.loader import FormLibrary
from app.forms.sheet import UNCONFIRMED, Sheet
from tests.casework.conftest import AddChild, Office

FORMS = Path(__file__).parent.parent / "data" / "forms" / "stages"
ROW = "01a20000-0000-7000-8000-000000000001"


@pytest.fixture
def at_work(desk: Desk) -> Desk:
    """Ash Rivers, with the small forms of these tests."""
    return replace(desk, forms=FormLibrary(FORMS))


@pytest.fixture
def child_id(add_child: AddChild) -> str:
    return add_child().id


def answer(value: object, by: str = "ash") -> dict[str, object]:
    return {"value": value, "language": "en", "by": by, "how": "typed", "at": "2026-11-23T09:30"}


def submitted(desk: Desk, child_id: str, **values: object) -> str:
    """A locked assessment before sentence, with an answer of each kind."""
    record_id = stages.start(desk, child_id, "before_sentence").record_id
    said = {"home_good": "Nan lives near", "contact": "Every weekend", **values}
    changes = [AnswerChange(name, answer(value)) for name, value in said.items()]
    changes.append(AnswerChange(f"people/{ROW}/who", answer("Nan")))
    form_records.save_answers(desk, record_id, changes, leaving=True)
    assessments.submit(desk, record_id)
    return record_id


def sheet(desk: Desk, record_id: str) -> Sheet:
    opened = form_records.open_form(desk, record_id)
    return Sheet(opened.form, opened.document, clock=desk.clock)


def save(desk: Desk, record_id: str, of: Sheet, *paths: str) -> None:
    changes = [AnswerChange(path, of.json_at(path)) for path in paths]
    form_records.save_answers(desk, record_id, changes, leaving=True)


def test_a_first_stage_starts_empty_and_knows_its_stage(at_work: Desk, child_id: str) -> None:
    opened = stages.start(at_work, child_id, "before_sentence")
    assert opened.title == "Assessment: Before sentence"
    assert dict(opened.document) == {}
    assert stages.offered(at_work, child_id).earlier is None


def test_the_next_stage_holds_every_answer_to_be_confirmed(
    at_work: Desk, child_id: str, clock: FixedClock
) -> None:
    first = submitted(at_work, child_id)
    opened = stages.start(at_work, child_id, "start_of_order")
    assert opened.record_id != first and opened.editable
    held = dict(each_answer(dict(opened.document)))
    assert held["home_good"].value == "Nan lives near"
    assert held[f"people/{ROW}/who"].value == "Nan"
    # Whoever said it first is still said to have said it.
    assert held["home_good"].by == "ash"
    asked = {path for path, one in held.items() if one.unconfirmed}
    assert asked == {"home_good", "contact", f"people/{ROW}/who"}
    earlier = stages.offered(at_work, child_id).earlier
    assert earlier is not None
    assert (earlier.record_id, earlier.author, earlier.answers) == (first, "Ash Rivers", 4)
    assert stages.start(at_work, child_id, "start_of_order").record_id == opened.record_id


def test_it_is_not_submitted_while_an_answer_waits_to_be_confirmed(
    at_work: Desk, child_id: str
) -> None:
    submitted(at_work, child_id)
    record_id = stages.start(at_work, child_id, "start_of_order").record_id
    with pytest.raises(SubmitRefused) as refused:
        assessments.submit(at_work, record_id)
    assert [(p.path, p.page, p.kind) for p in refused.value.problems] == [
        ("home_good", "home", UNCONFIRMED),
        ("contact", "home", UNCONFIRMED),
        (f"people/{ROW}/who", "people_page", UNCONFIRMED),
    ]
    assert all("still true" in problem.text for problem in refused.value.problems)
    of = sheet(at_work, record_id)
    of.confirm("home_good", by=at_work.actor.id)
    of.set("contact", "none", by=at_work.actor.id)
    of.confirm_all(of.unconfirmed(), by=at_work.actor.id)
    save(at_work, record_id, of, "home_good", "contact", "people")
    assessments.submit(at_work, record_id)
    kept = dict(each_answer(dict(form_records.open_form(at_work, record_id).document)))
    assert kept["home_good"].confirmed_by == at_work.actor.id
    assert kept["home_good"].confirmed_at == "2026-11-23T09:30:00+00:00"
    assert not kept["contact"].carried and kept["contact"].by == at_work.actor.id


def test_what_is_not_asked_at_present_need_not_be_confirmed(at_work: Desk, child_id: str) -> None:
    submitted(at_work, child_id, contact="none", contact_why="He moved away")
    of = sheet(at_work, stages.start(at_work, child_id, "start_of_order").record_id)
    assert "contact_why" in of.unconfirmed()
    of.set("contact", "weekly", by="ash")
    assert "contact_why" not in of.unconfirmed()
    of.set("contact", "none", by="ash")
    assert "contact_why" in of.unconfirmed()


def test_a_stage_in_another_form_keeps_what_that_form_does_not_ask(
    at_work: Desk, child_id: str
) -> None:
    submitted(at_work, child_id)
    offered = stages.offered(at_work, child_id)
    review = next(one for one in offered.stages if one.code == "review")
    assert [form.form_id for form in review.forms] == ["review", "assessment"]
    opened = stages.start_review(at_work, child_id)
    assert opened.form.id == "review" and opened.title == "Short review: Review"
    of = sheet(at_work, opened.record_id)
    assert of.unconfirmed() == ("home_good",)
    of.confirm("home_good", by="ash")
    of.set("what_changed", "A new school", by="ash")
    save(at_work, opened.record_id, of, "home_good", "what_changed")
    assessments.submit(at_work, opened.record_id)
    # The next full assessment has it all again, the answers of the review with it.
    back = stages.start(at_work, child_id, "closure", "assessment")
    held = dict(each_answer(dict(back.document)))
    assert held["contact"].value == "Every weekend"
    assert held[f"people/{ROW}/who"].value == "Nan"
    assert held["what_changed"].value == "A new school"
    assert "what_changed" not in sheet(at_work, back.record_id).unconfirmed()


def test_an_answer_in_another_shape_is_kept_until_something_takes_its_place(
    at_work: Desk, child_id: str
) -> None:
    form = at_work.forms.form("assessment")
    odd: dict[str, Any] = {"people": answer("Nan and Kit"), "contact": {"rows": []}}
    of = Sheet(form, odd, clock=at_work.clock)
    of.set("home_good", "Quiet", by="ash")
    assert {name: of.document()[name] for name in odd} == odd
    assert {name: of.json_at(name) for name in odd} == odd
    of.set("contact", "weekly", by="ash")
    assert of.document()["contact"]["value"] == "weekly"


def test_a_returned_stage_still_knows_what_it_was_carried_from(
    at_work: Desk, child_id: str
) -> None:
    submitted(at_work, child_id)
    record_id = stages.start(at_work, child_id, "start_of_order").record_id
    of = sheet(at_work, record_id)
    of.confirm_all(of.unconfirmed(), by="ash")
    save(at_work, record_id, of, "home_good", "contact", "people")
    assessments.submit(at_work, record_id)
    again = assessments.recall(at_work, record_id)
    assert again.title == "Assessment: Start of an order"
    assert sheet(at_work, again.record_id).unconfirmed() == ()


def test_the_stage_that_fits_is_offered_first_and_a_review_follows_it(
    at_work: Desk, child_id: str, clock: FixedClock
) -> None:
    court.add_hearing(
        at_work,
        child_id,
        HearingDetails(
            hearing_date=date(2026, 12, 9),
            hearing_type="sentence",
            report_requested=True,
        ),
    )
    first = stages.offered(at_work, child_id).stages[0]
    assert (first.code, first.suggested) == ("before_sentence", True)
    assert first.due == date(2026, 12, 7) and not first.verified
    submitted(at_work, child_id)
    court.add_outcome(
        at_work,
        child_id,
        OutcomeDetails(disposal="yro", outcome_date=date(2026, 11, 23), term_months=12),
    )
    clock.advance(timedelta(days=30))
    assert stages.suggested(at_work, child_id) == "start_of_order"
    of_order = stages.offered(at_work, child_id).stages[0]
    assert of_order.due == date(2026, 12, 14)
    with at_work.casebook.read() as session:
        before = stages.newest_snapshot(session, child_id)
    assert before is not None


def test_what_changed_goes_to_paper_with_who_and_when(
    at_work: Desk, child_id: str, clock: FixedClock, tmp_path: Path
) -> None:
    submitted(at_work, child_id)
    clock.advance(timedelta(days=90))
    record_id = stages.start(at_work, child_id, "start_of_order").record_id
    of = sheet(at_work, record_id)
    of.set("contact", "None since May", by=at_work.actor.id)
    of.confirm("home_good", by=at_work.actor.id)
    save(at_work, record_id, of, "contact", "home_good")
    (compared,) = stage_changes.comparisons(at_work, record_id)
    assert [(one.path, one.before, one.after, one.who) for one in compared.differences] == [
        ("contact", "Every weekend", "None since May", "Ash Rivers")
    ]
    assert (compared.same, compared.unconfirmed) == (2, 1)
    file = tmp_path / "changes.pdf"
    copy = CopyFor("Fernbridge Youth Court")
    form_copies.export_changes(at_work, record_id, "stage", file, copy)
    words = text_of(file)
    for part in ("Every weekend", "None since May", "Ash Rivers, 21 February 2027"):
        assert part in words, part
    with pytest.raises(RecordGone):
        form_copies.export_changes(at_work, record_id, "revision", tmp_path / "other.pdf", copy)


def test_two_revisions_are_compared_with_what_was_taken_away(at_work: Desk, child_id: str) -> None:
    first = submitted(at_work, child_id)
    again = assessments.recall(at_work, first).record_id
    form_records.save_answers(at_work, again, [AnswerChange("contact", None)], leaving=True)
    (compared,) = stage_changes.comparisons(at_work, again)
    assert compared.since == "revision"
    (gone,) = compared.differences
    assert (gone.before, gone.after, gone.who) == ("Every weekend", "", "Ash Rivers")
    assert gone.when is not None


def text_of(file: Path) -> str:
    document = pypdfium2.PdfDocument(file)
    text = "\n".join(page.get_textpage().get_text_bounded() for page in document)
    document.close()
    return " ".join(text.split())


def test_every_stage_names_forms_and_rules_in_force() -> None:
    for entry in reference.listing(form_records.STAGES).entries:
        assert "assessment" in entry.column("forms"), entry.code
        rule_id = entry.column("due")
        assert rule_id is None or reference.rule(rule_id, date(2026, 11, 23)), entry.code
        assert (rule_id is None) == (entry.column("due_from") is None), entry.code
        where = {one.code for one in reference.listing("stages").entries}
        assert set(entry.column("where")) <= where, entry.code


def test_a_reader_starts_no_stage(staffed: Office) -> None:
    reader = staffed.as_user("Perry Lind")
    with pytest.raises(form_records.permission.NotAllowed):
        stages.start(reader, "nobody", "review")
