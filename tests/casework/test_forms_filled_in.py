"""A form is started, saved, submitted, countersigned, returned and recalled."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.casework import assessments, demo, form_records, history, oversight
from app.casework.assessments import SubmitRefused
from app.casework.desk import Desk, NotAllowed
from app.casework.form_records import AnswerChange, NotEditable
from app.core.errors import KnownError
from app.models.records import FormRecord, Oversight
from tests.casework.conftest import AddChild, Office


def filled(desk: Desk, child_id: str, **differs: object) -> str:
    """An assessment with every answer that is asked for; gives its id."""
    opened = form_records.start(desk, child_id, "assessment")
    answers = {**demo.answers_of({"like": "assessment"}), **differs}
    demo.fill_in(desk, opened.record_id, answers, by=desk.actor.id)
    return opened.record_id


def answer(value: object) -> dict[str, object]:
    return {"value": value, "language": "en", "by": "x", "how": "typed", "at": "2026-11-23"}


def test_a_draft_is_gone_on_with_not_started_twice(desk: Desk, add_child: AddChild) -> None:
    child = add_child()
    first = form_records.start(desk, child.id, "assessment")
    form_records.save_answers(
        desk, first.record_id, [AnswerChange("home_good", answer("A room of their own"))]
    )
    again = form_records.start(desk, child.id, "assessment")
    assert again.record_id == first.record_id
    assert again.document["home_good"]["value"] == "A room of their own"
    assert again.context["child"] == "Tal"
    assert again.editable


def test_two_people_on_different_questions_keep_both_answers(
    desk: Desk, add_child: AddChild
) -> None:
    opened = form_records.start(desk, add_child().id, "assessment")
    form_records.save_answers(desk, opened.record_id, [AnswerChange("home_good", answer("one"))])
    form_records.save_answers(desk, opened.record_id, [AnswerChange("health_good", answer("two"))])
    document = form_records.open_form(desk, opened.record_id).document
    assert document["home_good"]["value"] == "one"
    assert document["health_good"]["value"] == "two"


def test_an_answer_in_a_row_and_a_row_taken_out(desk: Desk, add_child: AddChild) -> None:
    opened = form_records.start(desk, add_child().id, "assessment")
    path = "factors/01a20000-0000-7000-8000-000000000001/factor_what"
    form_records.save_answers(desk, opened.record_id, [AnswerChange(path, answer("Nan"))])
    rows = form_records.open_form(desk, opened.record_id).document["factors"]["rows"]
    assert rows[0]["answers"]["factor_what"]["value"] == "Nan"
    form_records.save_answers(desk, opened.record_id, [AnswerChange("factors", {"rows": []})])
    assert form_records.open_form(desk, opened.record_id).document["factors"]["rows"] == []


def test_an_unfinished_form_is_not_submitted_and_nothing_changes(
    desk: Desk, add_child: AddChild
) -> None:
    opened = form_records.start(desk, add_child().id, "assessment")
    with pytest.raises(SubmitRefused) as refused:
        assessments.submit(desk, opened.record_id)
    paths = {problem.path for problem in refused.value.problems}
    assert {"home_kind", "harm_level", "safety_level"} <= paths
    assert all(problem.text for problem in refused.value.problems)
    assert form_records.open_form(desk, opened.record_id).state == "draft"
    assert oversight.queue(desk) == ()


def test_a_high_level_needs_a_contingency(desk: Desk, add_child: AddChild) -> None:
    record_id = filled(desk, add_child().id, harm_level="high")
    with pytest.raises(SubmitRefused) as refused:
        assessments.submit(desk, record_id)
    assert "plan" in {problem.page for problem in refused.value.problems}
    assert any("if this, then that" in problem.text for problem in refused.value.problems)


def test_submitting_locks_the_snapshot_and_its_hash_stands_for_the_answers(
    desk: Desk, add_child: AddChild
) -> None:
    record_id = filled(desk, add_child().id)
    done = assessments.submit(desk, record_id)
    opened = form_records.open_form(desk, record_id)
    assert opened.state == "submitted" and not opened.editable
    assert done.snapshot_hash == assessments.snapshot_hash(
        opened.form.id, opened.form.version, opened.document
    )
    changed = {**opened.document, "home_good": answer("else")}
    assert done.snapshot_hash != assessments.snapshot_hash("assessment", 1, changed)
    with pytest.raises(NotEditable):
        form_records.save_answers(desk, record_id, [AnswerChange("home_good", answer("late"))])
    with pytest.raises(NotEditable):
        assessments.submit(desk, record_id)
    with desk.casebook.read() as session:
        record = session.get(FormRecord, record_id)
        assert record is not None
        assert (record.level_serious_harm, record.level_safety) == ("low", "medium")


def test_a_manager_countersigns_and_the_decision_names_the_hash(
    staffed: Office, add_child: AddChild
) -> None:
    desk = staffed.as_user("Ash Rivers")
    from app.casework import children

    child = children.add_child(
        desk, children.ChildDetails(given_name="Noor", family_name="Larkspur")
    )
    record_id = filled(desk, child.id)
    done = assessments.submit(desk, record_id)
    with pytest.raises(NotAllowed):
        oversight.countersign(desk, oversight.queue(desk)[0].id, "I agree with myself")
    manager = staffed.as_user("Rowan Okell")
    item = oversight.queue(manager)[0]
    assert item.author == "Ash Rivers" and not item.mine
    with pytest.raises(KnownError, match="why"):
        oversight.countersign(manager, item.id, "   ")
    decided = oversight.countersign(manager, item.id, "Clear, and in Noor's words.")
    assert decided.decision == "countersigned" and decided.decided_by == "Rowan Okell"
    assert oversight.queue(manager) == ()
    with manager.casebook.read() as session:
        kept = session.scalars(select(Oversight)).one()
        assert kept.snapshot_hash == done.snapshot_hash
    with pytest.raises(KnownError, match="already"):
        oversight.return_with_directions(manager, item.id, "Too late")


def test_a_return_opens_a_new_revision_that_replaces_the_old_one(staffed: Office) -> None:
    desk = staffed.as_user("Ash Rivers")
    from app.casework import children

    child = children.add_child(desk, children.ChildDetails(given_name="Wren", family_name="Hollis"))
    record_id = filled(desk, child.id)
    assessments.submit(desk, record_id)
    manager = staffed.as_user("Rowan Okell")
    oversight.return_with_directions(
        manager, oversight.queue(manager)[0].id, "Say more about the route home."
    )
    desk = staffed.as_user("Ash Rivers")
    forms = form_records.list_forms(desk, child.id)
    assert {form.state for form in forms} == {"returned", "draft"}
    draft = form_records.start(desk, child.id, "assessment")
    assert draft.record_id != record_id
    assert draft.directions == "Say more about the route home."
    assert (
        draft.document["home_good"]["value"]
        == "Wren has a room of their own and helps in the house."
    )
    assessments.submit(desk, draft.record_id)
    states = {form.record_id: form.state for form in form_records.list_forms(desk, child.id)}
    assert states == {record_id: "superseded", draft.record_id: "submitted"}


def test_what_waits_can_be_recalled_but_not_what_was_decided(staffed: Office) -> None:
    desk = staffed.as_user("Ash Rivers")
    from app.casework import children

    child = children.add_child(desk, children.ChildDetails(given_name="Sol", family_name="March"))
    record_id = filled(desk, child.id)
    with pytest.raises(KnownError, match="taken back"):
        assessments.recall(desk, record_id)
    assessments.submit(desk, record_id)
    draft = assessments.recall(desk, record_id)
    assert draft.editable and draft.document["offence_part"]["value"] == "small_part"
    assert oversight.queue(desk) == ()
    assert oversight.of_form(desk, record_id)[0].decision == "recalled"


def test_a_reader_starts_and_saves_nothing(staffed: Office) -> None:
    desk = staffed.as_user("Ash Rivers")
    from app.casework import children

    child = children.add_child(desk, children.ChildDetails(given_name="Ivy", family_name="Pen"))
    opened = form_records.start(desk, child.id, "assessment")
    reader = staffed.as_user("Perry Lind")
    with pytest.raises(NotAllowed):
        form_records.start(reader, child.id, "resettlement")
    with pytest.raises(NotAllowed):
        form_records.save_answers(
            reader, opened.record_id, [AnswerChange("home_good", answer("x"))]
        )
    assert not form_records.open_form(reader, opened.record_id).editable


def test_the_log_stays_whole_through_all_of_it(desk: Desk, add_child: AddChild) -> None:
    record_id = filled(desk, add_child().id)
    assessments.submit(desk, record_id)
    assessments.recall(desk, record_id)
    verdict = history.verify(desk)
    assert verdict.ok, verdict.text
    assert verdict.entries > 5
