"""What follows from the kind of a form: who may open it, who signs it, which levels stand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.casework import (
    assessments,
    caseload,
    court,
    demo,
    due,
    form_copies,
    form_records,
    glance,
    history,
    permission,
    search,
)
from app.casework.court import HearingDetails, OutcomeDetails
from app.casework.desk import Actor, Desk, NotAllowed, Role
from app.casework.form_copies import CopyFor
from app.core.ids import new_id
from app.forms.sentences import sentences
from app.forms.sheet import Sheet
from app.models.records import FormRecord, Oversight
from tests.casework.conftest import AddChild
from tests.reports.reading import text_of

KEPT = {
    "parent_view": {
        "parent_view_who": "mother",
        "parent_view_how": "told_me",
        "parent_worry_list": ["school"],
        "parent_worries": "The kingfisher bridge frightens him.",
        "parent_quote_agreed": "not_asked",
    },
    "trauma_timeline": {
        "life_good": "Nan, and the kingfisher bridge.",
        "timeline_people": ["child"],
        "timeline_child_part": "told",
        "timeline_seen_by": "these_people",
        "formulation_story": "He learned early to look out for himself.",
        "formulation_needs": ["safe"],
        "support_now": "settled",
        "plan_review_date": "in 60 days",
    },
}


def kept(desk: Desk, child_id: str, form_id: str) -> str:
    opened = form_records.start(desk, child_id, form_id)
    demo.fill_in(desk, opened.record_id, KEPT[form_id], by=desk.actor.id)
    return opened.record_id


@pytest.mark.parametrize("form_id", sorted(KEPT))
@pytest.mark.parametrize("role", ["reader", "administrator"])
def test_what_a_parent_said_and_a_childs_life_are_for_those_who_work_with_the_child(
    desk: Desk, add_child: AddChild, tmp_path: Path, form_id: str, role: Role
) -> None:
    child = add_child()
    record_id = kept(desk, child.id, form_id)
    views = {
        "glance": lambda: glance.glance(desk, child.id),
        "history": lambda: history.changes(desk, child.id, limit=500),
        "search": lambda: search.find(desk, "kingfisher"),
    }
    assert "kingfisher" in repr([view() for view in views.values()])
    desk.actor = Actor(new_id(), "Perry Lind", role)
    for name, view in views.items():
        assert "kingfisher" not in repr(view()), name
    [line] = form_records.list_forms(desk, child.id)
    assert line.why_not == permission.refusal_of_form(line.kind).user_text
    with pytest.raises(NotAllowed) as refused:
        form_records.open_form(desk, record_id)
    assert refused.value.hint
    with pytest.raises(NotAllowed):
        form_copies.export(desk, record_id, tmp_path / "copy.pdf", CopyFor("Jo"))


def test_what_a_parent_said_is_finished_and_waits_for_nobody(
    desk: Desk, add_child: AddChild
) -> None:
    record_id = kept(desk, add_child().id, "parent_view")
    assessments.submit(desk, record_id)
    opened = form_records.open_form(desk, record_id)
    assert (opened.state_text, opened.editable) == ("Finished", False)
    with desk.casebook.read() as session:
        assert session.query(Oversight).count() == 0
    assert "Finished" in repr(history.changes(desk, opened.child_id, record_id=record_id))


def test_a_timeline_waits_for_a_manager_like_all_that_a_worker_writes(
    desk: Desk, add_child: AddChild
) -> None:
    record_id = kept(desk, add_child().id, "trauma_timeline")
    assessments.submit(desk, record_id)
    with desk.casebook.read() as session:
        assert session.query(Oversight).one().form_record_id == record_id


def test_a_form_that_says_nothing_of_one_level_leaves_it_as_it_was(
    desk: Desk, add_child: AddChild
) -> None:
    child = add_child()
    with desk.casebook.write() as work:
        for day, form_id, levels in (
            (1, "assessment", ("medium", "low", "low")),
            (9, "bail_remand", ("", "medium", "high")),
            (12, "trauma_timeline", ("", "", "")),
        ):
            reoffending, harm, safety = levels
            work.add(
                FormRecord(
                    child_id=child.id,
                    form_id=form_id,
                    form_version=1,
                    kind=desk.forms.form(form_id).kind,
                    state="submitted",
                    submitted_at=datetime(2026, 11, day, 12, tzinfo=UTC),
                    level_reoffending=reoffending,
                    level_serious_harm=harm,
                    level_safety=safety,
                )
            )
    [row] = [row for row in caseload.rows(desk).rows if row.child_id == child.id]
    assert (row.serious_harm, row.safety) == ("medium", "high")
    points = glance.glance(desk, child.id).levels
    assert [(p.on.day, p.reoffending, p.safety) for p in points] == [
        (1, "medium", "low"),
        (9, None, "high"),
    ]


def test_a_short_assessment_is_reviewed_like_a_long_one(desk: Desk, add_child: AddChild) -> None:
    child = add_child()
    day = desk.clock.today()
    court.add_outcome(
        desk,
        child.id,
        OutcomeDetails(disposal="outcome_22", outcome_date=day),
    )
    with desk.casebook.write() as work:
        work.add(
            FormRecord(
                child_id=child.id,
                form_id="prevention",
                form_version=1,
                kind="diversion",
                state="submitted",
                submitted_at=datetime(2026, 9, 1, 12, tzinfo=UTC),
                level_safety="low",
            )
        )
    assert "review" in {item.kind for item in due.of_child(desk, child.id)}


def test_what_was_carried_forward_is_told_once_as_it_was_said_last(
    desk: Desk, add_child: AddChild
) -> None:
    child = add_child()
    for form_id, strength in (("prevention", "Fixes bikes."), ("assessment", "Mends engines.")):
        opened = form_records.start(desk, child.id, form_id)
        target = {"target_outcome": strength, "target_steps": "A place", "target_state": "done"}
        answers = {"strengths_list": strength, "targets": [target]}
        demo.fill_in(desk, opened.record_id, answers, by=desk.actor.id)
    seen = glance.glance(desk, child.id)
    assert [one.text for one in seen.strengths] == ["Mends engines."]
    assert [row.want for row in seen.plan] == ["Mends engines."]


@pytest.mark.parametrize(("agreed", "told"), [("yes", True), ("no", False), ("not_asked", False)])
def test_a_parents_words_leave_the_casebook_only_with_a_yes(
    desk: Desk, add_child: AddChild, tmp_path: Path, agreed: str, told: bool
) -> None:
    record_id = kept(desk, add_child().id, "parent_view")
    demo.fill_in(desk, record_id, {"parent_quote_agreed": agreed}, by=desk.actor.id)
    for whom, there in (
        (CopyFor("Fernbridge Youth Court"), told),
        (CopyFor("Mum", own=True), True),
    ):
        file = tmp_path / f"{whom.recipient}.pdf"
        form_copies.export(desk, record_id, file, whom)
        assert ("kingfisher" in text_of(file.read_bytes())) is there
    with desk.casebook.read() as session:
        sheet = form_records.sheet_of(desk, session, form_records.found(session, record_id))
    said = [one.text for one in sentences(sheet, "psr.child", "en")]
    assert any("kingfisher" in text for text in said) is told


def test_a_form_opens_with_what_the_record_knows(desk: Desk, add_child: AddChild) -> None:
    child, day = add_child(), desk.clock.today()
    for after, hearing_type in ((-3, "first"), (9, "bail"), (20, "referral_panel")):
        court.add_hearing(
            desk,
            child.id,
            HearingDetails(
                hearing_date=day + timedelta(days=after), hearing_type=hearing_type, court="x"
            ),
        )
    for form_id, question, after in (
        ("bail_remand", "bail_hearing", 9),
        ("referral_panel", "panel_date", 20),
    ):
        opened = form_records.start(desk, child.id, form_id)
        sheet = Sheet(opened.form, opened.document, clock=desk.clock, context=opened.context)
        assert sheet.value(question) == (day + timedelta(days=after)).isoformat()
