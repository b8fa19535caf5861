"""The plan: two views of the same targets, a dated history of each, and the child's page."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pdfua
import pikepdf
import pytest

from app.casework import demo, form_records, glance, history, plan
from app.casework.desk import Desk
from app.casework.plan import NoPlan
from app.casework.problems import DetailsRefused, RecordGone
from app.core.clock import FixedClock
from app.core.errors import KnownError
from app.reports import my_plan
from app.reports.my_plan import MyPlan, MyTarget
from tests.casework.conftest import AddChild
from tests.reports.reading import pages_of, text_of
from tests.ui.pages.people import submit_assessment


@pytest.fixture
def child_id(add_child: AddChild) -> str:
    return add_child(given_name="Talwyn", preferred_name="Tal", family_name="Fenwick").id


def test_both_plans_see_the_same_targets(desk: Desk, child_id: str) -> None:
    submit_assessment(desk, child_id)
    found = plan.plan_of(desk, child_id)
    assert found is not None
    first = found.targets[0]
    assert first.outcome == "I have a place at college"
    assert first.wants == "I want to learn about engines."
    assert (first.state, first.state_text) == ("in_progress", "In progress")
    assert first.helpers == "My youth justice worker, My mum, dad or carer"
    assert not found.draft


def test_a_target_says_how_late_it_is_until_it_has_ended(
    desk: Desk, child_id: str, clock: FixedClock
) -> None:
    submit_assessment(desk, child_id)

    def first() -> plan.Target:
        found = plan.plan_of(desk, child_id)
        assert found is not None
        return found.targets[0]

    target = first()
    assert target.by is not None and not target.late
    clock.advance(timedelta(days=(target.by - clock.today()).days + 2))
    assert first().late == "2 days late"
    assert glance.glance(desk, child_id).plan[0].late == "2 days late"
    plan.note_progress(desk, child_id, target.id, progress="done", note="Starts on Monday.")
    assert not first().late
    assert not glance.glance(desk, child_id).plan[0].late


def test_without_targets_there_is_no_plan(desk: Desk, child_id: str, tmp_path: Path) -> None:
    form_records.start(desk, child_id, "assessment")
    assert plan.plan_of(desk, child_id) is None
    with pytest.raises(NoPlan):
        plan.my_plan_pages(desk, child_id)
    with pytest.raises(NoPlan):
        plan.export_my_plan(desk, child_id, tmp_path / "plan.pdf", recipient="Tal")


def test_a_draft_is_a_plan_until_one_is_submitted_and_says_so(desk: Desk, child_id: str) -> None:
    record = form_records.start(desk, child_id, "assessment")
    answers = demo.answers_of({"like": "assessment"})
    demo.fill_in(desk, record.record_id, answers, by=desk.actor.id)
    found = plan.plan_of(desk, child_id)
    assert found is not None
    assert found.draft
    assert "We are still talking about this plan." in text_of(plan.my_plan_pages(desk, child_id))


def test_progress_is_a_dated_history_and_what_was_noted_last_counts(
    desk: Desk, child_id: str, clock: FixedClock
) -> None:
    locked = submit_assessment(desk, child_id)
    before = plan.plan_of(desk, child_id)
    assert before is not None
    target = before.targets[0]
    earlier = clock.today() - timedelta(days=3)
    plan.note_progress(
        desk, child_id, target.id, progress="in_progress", note="Saw the workshop.", day=earlier
    )
    clock.advance(timedelta(days=1))
    plan.note_progress(desk, child_id, target.id, progress="done", note="Starts on Monday.")
    found = plan.plan_of(desk, child_id)
    assert found is not None
    now = found.targets[0]
    assert (now.state, now.kind, now.ended) == ("done", "good", True)
    assert [moment.note for moment in now.progress] == ["Starts on Monday.", "Saw the workshop."]
    assert found.targets[1].state == "not_started"
    assert glance.glance(desk, child_id).plan[0].status == "Done"
    # The assessment that was submitted says what it said.
    opened = form_records.open_form(desk, locked)
    rows = opened.document["targets"]["rows"]
    assert rows[0]["answers"]["target_state"]["value"] == "in_progress"


def test_progress_of_no_target_is_refused_and_so_is_an_empty_note(
    desk: Desk, child_id: str
) -> None:
    submit_assessment(desk, child_id)
    found = plan.plan_of(desk, child_id)
    assert found is not None
    with pytest.raises(RecordGone):
        plan.note_progress(desk, child_id, "nowhere", progress="done", note="Done.")
    with pytest.raises(DetailsRefused):
        plan.note_progress(desk, child_id, found.targets[0].id, progress="done", note=" ")


def test_the_childs_page_holds_the_childs_words_and_no_jargon(
    desk: Desk, child_id: str, tmp_path: Path
) -> None:
    submit_assessment(desk, child_id)
    pdf = plan.my_plan_pages(desk, child_id)
    assert len(pages_of(pdf)) == 1
    text = text_of(pdf)
    assert "“I want to learn about engines.”" in text
    assert "I will go and look at the workshop with Ash." in text
    for ours in ("risk", "victim", "High", "contingency", "Agree another route"):
        assert ours not in text
    file = tmp_path / "plan.pdf"
    file.write_bytes(pdf)
    assert list(pdfua.validate(str(file)).findings) == []


def test_the_childs_page_is_in_the_childs_language(desk: Desk, child_id: str) -> None:
    submit_assessment(desk, child_id)
    pdf = plan.my_plan_pages(desk, child_id, "cy")
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert str(opened.Root.Lang) == "cy"
    text = text_of(pdf)
    assert "Fy nghynllun" in text
    assert "Fy ngweithiwr cyfiawnder ieuenctid" in text
    # What was said stays as it was said.
    assert "“I want to learn about engines.”" in text


def test_a_copy_is_in_the_history_with_who_got_it(
    desk: Desk, child_id: str, tmp_path: Path
) -> None:
    submit_assessment(desk, child_id)
    with pytest.raises(KnownError, match="Say who gets"):
        plan.export_my_plan(desk, child_id, tmp_path / "plan.pdf", recipient=" ")
    done = plan.export_my_plan(desk, child_id, tmp_path / "plan.pdf", recipient="Tal")
    assert done.file.read_bytes().startswith(b"%PDF")
    assert any(entry.kind == "disclosure" for entry in history.changes(desk, child_id).entries)


def test_a_day_that_has_passed_is_not_announced(
    desk: Desk, child_id: str, clock: FixedClock
) -> None:
    submit_assessment(desk, child_id)
    assert "We look at this plan again on" in text_of(plan.my_plan_pages(desk, child_id))
    clock.advance(timedelta(days=200))
    assert "We look at this plan again on" not in text_of(plan.my_plan_pages(desk, child_id))


LONG = "I want to go back to the boat yard every week and learn how engines are mended. " * 2


@pytest.mark.parametrize("targets", [0, 1, 5])
def test_as_much_as_a_plan_may_hold_stays_on_one_page(clock: FixedClock, targets: int) -> None:
    full = MyTarget(LONG, True, LONG, "A, " * 10 + "A teacher", clock.today())
    content = MyPlan(
        called="Tal",
        service_name="Rivermouth Youth Justice Service",
        reference="WM-2026-00000001",
        made_on=clock.today(),
        language="en",
        wants=LONG,
        targets=(full,) * targets,
        done=(LONG,),
        more=2,
        review_on=clock.today(),
        draft=False,
    )
    pdf = my_plan.on_one_page(content)
    assert len(pages_of(pdf)) == 1
    assert "There are more things in our plan." in text_of(pdf)
