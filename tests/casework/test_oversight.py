"""Countersigning, returning section by section, levels that a manager proposes, panels, tasks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from app.casework import (
    assessments,
    casebook_users,
    demo,
    due,
    form_records,
    oversight,
    permission,
    quality,
    returned,
    tasks,
    timeline,
    waiting,
)
from app.casework.assessments import SubmitRefused
from app.casework.children import ChildView
from app.casework.desk import Desk, NotAllowed
from app.casework.form_records import AnswerChange
from app.casework.oversight import MoreThanASignature, PanelDetails
from app.casework.problems import DetailsRefused
from app.casework.tasks import AlreadyDone, TaskDetails
from app.core.clock import FixedClock
from app.core.errors import KnownError
from app.models.records import FormRecord, Oversight, Task
from tests.made_once import PASSPHRASE

AGREED = "The evidence carries the levels, and the plan is small enough to keep."
DIFFERS = "What happened in May weighs more than how likely it looks."
HIGH = {"harm_level": "high", "harm_differs_why": DIFFERS, "contingency_checked": "OK"}
CONTINGENCY = {
    "contingency_if": "The older boys come to the house",
    "contingency_then": "Mum rings the duty worker",
    "contingency_who": ["parent_or_carer"],
    "contingency_by": "same_day",
}


@contextmanager
def acting(desk: Desk, name: str, role: Any = "manager") -> Iterator[Desk]:
    """Another person at the same casebook; afterwards the author is back."""
    before = desk.casebook.actor_id
    known = {user.name: user.id for user in casebook_users.users(desk)}
    if name not in known:
        known[name] = casebook_users.admit(desk, name, role, PASSPHRASE).id
    desk.casebook.actor_id = known[name]
    yield replace(desk, actor=replace(desk.actor, id=known[name], name=name, role=role))
    desk.casebook.actor_id = before


def submit(desk: Desk, child_id: str, **differs: Any) -> str:
    """Submit an assessment, complete but for what is None here; gives its id."""
    opened = form_records.start(desk, child_id, "assessment")
    answers = {**demo.answers_of({"like": "assessment"}), **differs}
    said = {name: value for name, value in answers.items() if value is not None}
    demo.fill_in(desk, opened.record_id, said, by=desk.actor.id)
    return assessments.submit(desk, opened.record_id).record_id


def submit_high(desk: Desk, child_id: str, **differs: Any) -> str:
    """Submit one with a high level that holds all that such a level asks for."""
    return submit(desk, child_id, **{**high_answers(), **differs})


def high_answers() -> dict[str, Any]:
    """What a high level of serious harm asks for."""
    return {**HIGH, "contingencies": [{**CONTINGENCY, "contingency_for": ["serious_harm"]}]}


def answer(value: Any, by: str = "x") -> dict[str, Any]:
    return {"value": value, "language": "en", "by": by, "how": "typed", "at": "2026-11-23"}


def test_directions_are_tasks_of_the_author_section_by_section(
    desk: Desk, child: ChildView
) -> None:
    record_id = submit(desk, child.id)
    with acting(desk, "Rowan Okell") as manager:
        (item,) = oversight.queue(manager)
        oversight.write_direction(manager, item.id, "family", "Say what Nan thinks.")
        oversight.write_direction(
            manager, item.id, "plan", "Name who goes along.", date(2026, 12, 9)
        )
        assert tasks.list_tasks(desk, child.id) == (), "nobody is asked before it is decided"
        decided = oversight.return_with_directions(manager, item.id)
        assert decided.decision == "returned"
    (draft,) = [f for f in form_records.list_forms(desk, child.id) if f.state == "draft"]
    asked = returned.asked_of(desk, draft.record_id)
    assert asked is not None and asked.by == "Rowan Okell"
    (family,) = asked.of_page("family")
    assert family.title == "Say what Nan thinks." and family.mine
    assert family.section_label == "Family and relationships"
    assert family.details.due_on == date(2026, 11, 30), "five working days, by the dated rule"
    assert [task.details.due_on for task in asked.of_page("plan")] == [date(2026, 12, 9)]
    kinds = [item.kind for item in due.of_child(desk, child.id)]
    assert kinds.count("task") == 2
    shown = waiting.read(desk)
    assert [task.title for task in shown.returned[0].tasks] == [
        "Say what Nan thinks.",
        "Name who goes along.",
    ]
    assert shown.tasks == () and shown.number == waiting.number(desk) == 1
    with pytest.raises(KnownError, match="what was done"):
        tasks.finish(desk, family.id, " ")
    done = tasks.finish(desk, family.id, "Rang Nan and added her words.")
    assert done.state == "done" and "Rang Nan" in done.done_words
    with pytest.raises(AlreadyDone):
        tasks.finish(desk, family.id, "Again")
    assessments.submit(desk, draft.record_id)
    (left,) = waiting.read(desk).tasks
    assert left.title == "Name who goes along.", "a task outlives the form that it came from"
    assert waiting.number(desk) == 1
    assert {form.state for form in form_records.list_forms(desk, child.id)} == {
        "superseded",
        "submitted",
    }
    assert record_id != draft.record_id


def test_a_manager_proposes_a_level_and_the_author_sets_it(desk: Desk, child: ChildView) -> None:
    submit(desk, child.id)
    with acting(desk, "Rowan Okell") as manager:
        (item,) = oversight.queue(manager)
        with pytest.raises(KnownError, match="author set"):
            oversight.propose_level(manager, item.id, "safety_wellbeing", "medium", "As it is.")
        oversight.propose_level(manager, item.id, "safety_wellbeing", "high", "Followed home once.")
        oversight.propose_level(manager, item.id, "serious_harm", "medium", "The fight in May.")
        with pytest.raises(KnownError, match="author sets the level"):
            oversight.countersign(manager, item.id, AGREED)
        oversight.return_with_directions(manager, item.id)
    (draft,) = [f for f in form_records.list_forms(desk, child.id) if f.state == "draft"]
    with pytest.raises(SubmitRefused) as refused:
        assessments.submit(desk, draft.record_id)
    assert {p.path for p in refused.value.problems} == {"safety_level", "harm_level"}
    with pytest.raises(KnownError, match="why"):
        returned.answer_level(desk, draft.record_id, "serious_harm", accept=False, reasons="")
    returned.answer_level(
        desk, draft.record_id, "serious_harm", accept=False, reasons="There was no fight in May."
    )
    returned.answer_level(
        desk, draft.record_id, "safety_wellbeing", accept=True, reasons="I had not seen it so."
    )
    document = form_records.open_form(desk, draft.record_id).document
    assert document["safety_level"]["value"] == "high"
    assert document["harm_level"]["value"] == "low"
    for path, value in (("contingency_checked", "OK"), ("safety_differs_why", DIFFERS)):
        form_records.save_answers(desk, draft.record_id, [AnswerChange(path, answer(value))])
    save_contingency(desk, draft.record_id, ["safety_wellbeing"])
    assessments.submit(desk, draft.record_id)
    with desk.casebook.read() as session:
        asked = session.get_one(Oversight, item.id)
        assert asked.proposed_levels["serious_harm"]["level"] == "medium"
        assert asked.level_answers["serious_harm"]["reasons"] == "There was no fight in May."
        assert asked.level_answers["safety_wellbeing"]["accepted"] is True
        newest = session.get_one(FormRecord, draft.record_id)
        assert (newest.level_safety, newest.level_serious_harm) == ("high", "low")


def save_contingency(desk: Desk, record_id: str, judgements: list[str]) -> None:
    said = {**CONTINGENCY, "contingency_for": judgements}
    row = {name: answer(value) for name, value in said.items()}
    rows = {"rows": [{"id": "01a20000-0000-7000-8000-000000000001", "answers": row}]}
    form_records.save_answers(desk, record_id, [AnswerChange("contingencies", rows)])


def test_an_accepted_level_that_was_changed_again_is_asked_about(
    desk: Desk, child: ChildView
) -> None:
    submit(desk, child.id)
    with acting(desk, "Rowan Okell") as manager:
        (item,) = oversight.queue(manager)
        oversight.propose_level(manager, item.id, "serious_harm", "medium", "The fight in May.")
        oversight.return_with_directions(manager, item.id)
        (draft,) = [f for f in form_records.list_forms(desk, child.id) if f.state == "draft"]
        with pytest.raises(NotAllowed):
            returned.answer_level(
                manager, draft.record_id, "serious_harm", accept=True, reasons="I say so."
            )
    returned.answer_level(desk, draft.record_id, "serious_harm", accept=True, reasons="Yes.")
    form_records.save_answers(
        desk, draft.record_id, [AnswerChange("harm_level", answer("low", desk.actor.id))]
    )
    with pytest.raises(SubmitRefused) as refused:
        assessments.submit(desk, draft.record_id)
    assert [p.text for p in refused.value.problems] == [
        "You accepted Medium, and another level is set. Set it, or keep your level."
    ]


def test_nobody_signs_a_level_that_they_set_in_anothers_form(desk: Desk, child: ChildView) -> None:
    opened = form_records.start(desk, child.id, "assessment")
    demo.fill_in(desk, opened.record_id, demo.answers_of({"like": "assessment"}), by=desk.actor.id)
    with acting(desk, "Rowan Okell") as manager:
        form_records.save_answers(
            manager,
            opened.record_id,
            [AnswerChange("harm_level", answer("low", manager.actor.id))],
        )
    assessments.submit(desk, opened.record_id)
    with acting(desk, "Rowan Okell") as manager:
        shown = waiting.read(manager)
        assert shown.to_decide == () and shown.for_others[0].mine
        assert waiting.number(manager) == 0
        with pytest.raises(NotAllowed, match="You wrote this"):
            oversight.countersign(manager, shown.for_others[0].id, AGREED)
    with acting(desk, "Sam Teal") as other:
        assert oversight.countersign(other, oversight.queue(other)[0].id, AGREED).decision


def test_a_panel_is_asked_for_held_and_then_it_is_decided(
    desk: Desk, child: ChildView, clock: FixedClock
) -> None:
    submit(desk, child.id)
    with acting(desk, "Rowan Okell") as manager:
        (item,) = oversight.queue(manager)
        asked = oversight.ask_for_panel(manager, item.id, "Is the route home safe enough?")
        assert asked.panel == "Panel: in 10 working days"
        with pytest.raises(KnownError, match="already"):
            oversight.ask_for_panel(manager, item.id, "Twice")
        with pytest.raises(KnownError, match="panel"):
            oversight.countersign(manager, item.id, AGREED)
        assert "panel_meeting" in {one.kind for one in due.of_child(manager, child.id)}
        (panel,) = oversight.list_panels(manager, child.id)
        with pytest.raises(DetailsRefused) as refused:
            oversight.record_panel(manager, panel.id, panel.details)
        assert {p.field for p in refused.value.problems} == {"held_on", "attended", "decided"}
        clock.advance(timedelta(days=7))
        held = oversight.record_panel(
            manager,
            panel.id,
            PanelDetails(
                why=panel.details.why,
                held_on=clock.today(),
                attended="Rowan Okell; D. Penn, social care; Sgt Lowe, police",
                decided="A lift home until the new year.",
            ),
        )
        assert held.held and "A lift home" in held.detail
        assert oversight.countersign(manager, item.id, AGREED).decision == "countersigned"


def test_what_waits_says_for_how_long_and_what_is_overdue_comes_first(
    desk: Desk, child: ChildView, clock: FixedClock
) -> None:
    from app.casework import children

    other = children.add_child(desk, children.ChildDetails(given_name="Noor", family_name="Lark"))
    submit(desk, child.id)
    clock.advance(timedelta(days=9))
    submit(desk, other.id)
    with acting(desk, "Rowan Okell") as manager:
        first, second = oversight.queue(manager)
        assert (first.child_id, first.age, first.late) == (child.id, "for 9 days", True)
        assert (second.age, second.late) == ("since today", False)
        assert not first.verified, "the window is local practice that nobody has checked"


def test_a_signature_alone_is_not_enough_where_a_level_is_high(
    desk: Desk, child: ChildView
) -> None:
    submit_high(desk, child.id)
    with acting(desk, "Rowan Okell") as manager:
        (item,) = oversight.queue(manager)
        assert item.high
        with pytest.raises(MoreThanASignature):
            oversight.countersign(manager, item.id, "Agreed.")
        oversight.write_direction(manager, item.id, "harm", "Look at it again after the hearing.")
        assert oversight.countersign(manager, item.id, "Agreed.").decision == "countersigned"
    (task,) = waiting.read(desk).tasks
    assert task.title == "Look at it again after the hearing."


def test_reasons_at_length_are_more_than_a_signature(desk: Desk, child: ChildView) -> None:
    submit_high(desk, child.id)
    with acting(desk, "Rowan Okell") as manager:
        assert oversight.countersign(manager, oversight.queue(manager)[0].id, AGREED).decision


def test_a_high_level_is_not_submitted_without_what_it_needs(desk: Desk, child: ChildView) -> None:
    lacking = {"futures": None, "safety_reasons": "As before."}
    with pytest.raises(SubmitRefused) as refused:
        submit_high(desk, child.id, **lacking)
    said = [p for p in refused.value.problems if p.kind == quality.PROMPT]
    assert {p.path for p in said} == {"safety_concerns", "other_behaviour", "safety_level"}
    (draft,) = form_records.list_forms(desk, child.id)
    assert draft.state == "draft"


def test_below_high_what_is_not_met_blocks_nothing_and_goes_to_the_manager(
    desk: Desk, child: ChildView
) -> None:
    submit(desk, child.id, futures=None, identity=None)
    with desk.casebook.read() as session:
        (asked,) = session.query(Oversight).all()
        assert {"harmful_behaviour", "childs_safety", "diversity"} <= set(asked.unmet_prompts)
        assert "analyses_why" not in asked.unmet_prompts


def test_only_those_who_wrote_it_take_it_back(desk: Desk, child: ChildView) -> None:
    record_id = submit(desk, child.id)
    with acting(desk, "Rowan Okell") as manager, pytest.raises(NotAllowed):
        assessments.recall(manager, record_id)
    assert assessments.recall(desk, record_id).editable


def test_a_task_needs_what_who_and_when(desk: Desk, child: ChildView) -> None:
    with pytest.raises(DetailsRefused) as refused:
        tasks.add_task(desk, child.id, TaskDetails())
    assert {p.field for p in refused.value.problems} == {"what", "for_user", "due_on"}
    details = TaskDetails(what="Ring the school", for_user=desk.actor.id, due_on=date(2026, 11, 20))
    made = tasks.add_task(desk, child.id, details)
    assert made.late and made.when == "3 days late"
    changed = tasks.change_task(desk, made.id, replace(details, due_on=date(2026, 11, 24)))
    assert changed.when == "tomorrow"
    tasks.remove_task(desk, made.id, "Somebody rang already")
    assert tasks.list_tasks(desk, child.id) == ()
    with desk.casebook.read() as session:
        assert session.get_one(Task, made.id).removed_at is not None


def test_the_chronology_tells_of_panels_and_of_tasks_that_were_done(
    desk: Desk, child: ChildView, clock: FixedClock
) -> None:
    submit(desk, child.id)
    with acting(desk, "Rowan Okell") as manager:
        (item,) = oversight.queue(manager)
        oversight.ask_for_panel(manager, item.id, "Is the route home safe enough?")
        (panel,) = oversight.list_panels(manager, child.id)
        details = PanelDetails(
            why="Home", held_on=clock.today(), attended="Police, school", decided="A lift home."
        )
        oversight.record_panel(manager, panel.id, details)
        oversight.return_with_directions(manager, item.id, "Ring the school.")
    (task,) = tasks.list_tasks(desk, child.id)
    tasks.finish(desk, task.id, "Rang them.")
    told = {moment.title: moment.note for moment in timeline.timeline(desk, child.id).moments}
    assert told["Panel held"] == "A lift home."
    assert told["Task done: Ring the school."] == "Rang them."
    assert told["Assessment returned with directions"] == "Ring the school."


def test_directions_are_read_by_those_who_may_open_the_form(
    desk: Desk, child: ChildView, monkeypatch: pytest.MonkeyPatch
) -> None:
    submit(desk, child.id)
    with acting(desk, "Rowan Okell") as manager:
        (item,) = oversight.queue(manager)
        oversight.return_with_directions(manager, item.id, "Ask what the move meant.")
    # As a life timeline is: for those who work with the child.
    monkeypatch.setitem(permission.READING, "assessment", "read_timeline")
    assert len(tasks.list_tasks(desk, child.id)) == 1
    assert "the move meant" in repr(timeline.timeline(desk, child.id))
    assert "the move meant" in repr(due.of_child(desk, child.id))
    with acting(desk, "Perry Lind", "administrator") as other:
        assert tasks.list_tasks(other, child.id) == ()
        assert "the move meant" not in repr(due.of_child(other, child.id))
        assert "the move meant" not in repr(timeline.timeline(other, child.id))
