"""Oversight between laptops, with a real server: submitted on one, decided on another, come back.

Two who decide on one snapshot at once are a conflict that a manager chooses in, both kept.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from app.casework import (
    assessments,
    children,
    deciding,
    demo,
    form_records,
    history,
    oversight,
    returned,
    rival_decisions,
    sync_conflicts,
    sync_deeds,
    tasks,
    waiting,
)
from app.casework.children import ChildDetails
from app.casework.desk import Desk, NotAllowed
from app.casework.form_records import AnswerChange
from app.core.clock import FixedClock
from app.core.errors import KnownError
from app.forms.schema import Judgement
from app.models.records import FormRecord, Oversight
from app.sync.conflicts import ConflictSettled
from tests.casework.sync_desks import NewDesk, quiet
from tests.casework.test_oversight import answer

AGREED = "The evidence carries the levels, and the plan is small enough to keep."
WHY = "I rang both of them, and this is what we agreed."


@pytest.fixture
def ash(new_desk: NewDesk) -> Desk:
    """The author."""
    return new_desk("Ash Rivers")


@pytest.fixture
def rowan(new_desk: NewDesk) -> Desk:
    """A manager."""
    return new_desk("Rowan Okell", "manager")


@pytest.fixture
def sam(new_desk: NewDesk) -> Desk:
    """Another."""
    return new_desk("Sam Teal", "manager")


def submitted(ash: Desk, *others: Desk) -> tuple[str, str]:
    """An assessment that is submitted and stands on every laptop; the child's id and its own."""
    child_id = children.add_child(
        ash,
        ChildDetails(given_name="Tal", family_name="Fenwick", date_of_birth=date(2011, 7, 3)),
    ).id
    record_id = form_records.start(ash, child_id, "assessment").record_id
    demo.fill_in(ash, record_id, demo.answers_of({"like": "assessment"}), by=ash.actor.id)
    assessments.submit(ash, record_id)
    for other in others:
        sync_deeds.choose(other, child_id, True)
    quiet(ash, *others)
    return child_id, record_id


def states(desk: Desk, child_id: str) -> list[str]:
    return sorted(form.state for form in form_records.list_forms(desk, child_id))


def snapshot(desk: Desk, record_id: str) -> dict[str, Any]:
    with desk.casebook.read() as session:
        record = session.get_one(FormRecord, record_id)
        return {
            "state": record.state,
            "by": record.countersigned_by,
            "answers": record.answers,
            "whole": assessments.snapshot_hash(record.form_id, record.form_version, record.answers)
            == record.snapshot_hash,
        }


def request(desk: Desk, record_id: str) -> Oversight:
    with desk.casebook.read() as session:
        return session.query(Oversight).filter_by(form_record_id=record_id).one()


def same_everywhere(record_id: str, *desks: Desk) -> None:
    """Every laptop holds one and the same decision and snapshot, and nothing is left to settle."""
    first = desks[0]
    for desk in desks:
        assert snapshot(desk, record_id) == snapshot(first, record_id)
        one, other = request(desk, record_id), request(first, record_id)
        assert one.state == other.state and one.decided_by == other.decided_by
        assert (one.revision_id, one.set_aside) == (other.revision_id, other.set_aside)
        assert one.snapshot_hash == other.snapshot_hash
        assert rival_decisions.rivals(desk) == ()
        assert sync_conflicts.conflicts(desk) == ()
        assert history.verify(desk).ok
    assert snapshot(first, record_id)["whole"]


def test_it_is_submitted_here_countersigned_there_and_comes_back(ash: Desk, rowan: Desk) -> None:
    child_id, record_id = submitted(ash, rowan)
    (item,) = waiting.read(rowan).to_decide
    assert (item.author, item.child_name) == ("Ash Rivers", "Tal Fenwick")
    oversight.write_direction(rowan, item.id, "plan", "Name who goes along.")
    oversight.countersign(rowan, item.id, AGREED)
    quiet(rowan, ash)
    assert states(ash, child_id) == ["countersigned"]
    (seen,) = oversight.of_child(ash, child_id)
    assert (seen.decision, seen.decided_by, seen.note) == ("countersigned", "Rowan Okell", AGREED)
    (task,) = waiting.read(ash).tasks
    tasks.finish(ash, task.id, "Mum goes along.")
    quiet(ash, rowan)
    assert tasks.list_tasks(rowan, child_id)[0].done_words.endswith("Mum goes along.")
    same_everywhere(record_id, ash, rowan)


def test_it_is_returned_there_and_mended_here(ash: Desk, rowan: Desk) -> None:
    child_id, record_id = submitted(ash, rowan)
    (item,) = oversight.queue(rowan)
    oversight.write_direction(rowan, item.id, "family", "Say what Nan thinks.")
    oversight.propose_level(rowan, item.id, "serious_harm", "medium", "The fight in May.")
    oversight.return_with_directions(rowan, item.id)
    quiet(rowan, ash)
    (back,) = waiting.read(ash).returned
    asked = returned.asked_of(ash, back.record_id)
    assert asked is not None and asked.of_page("family")[0].title == "Say what Nan thinks."
    returned.answer_level(ash, back.record_id, "serious_harm", accept=True, reasons="Agreed.")
    why = AnswerChange("harm_differs_why", answer("The fight in May weighs more.", ash.actor.id))
    form_records.save_answers(ash, back.record_id, [why], leaving=True)
    tasks.finish(ash, asked.tasks[0].id, "Rang Nan.")
    assessments.submit(ash, back.record_id)
    quiet(ash, rowan)
    (again,) = oversight.queue(rowan)
    assert again.record_id == back.record_id
    oversight.countersign(rowan, again.id, AGREED)
    quiet(rowan, ash)
    assert states(ash, child_id) == ["countersigned", "superseded"]
    assert request(rowan, record_id).level_answers["serious_harm"]["accepted"] is True
    same_everywhere(record_id, ash, rowan)
    same_everywhere(back.record_id, ash, rowan)


def propose(desk: Desk, record_id: str, judgement: Judgement, level: str, why: str) -> None:
    oversight.propose_level(desk, request(desk, record_id).id, judgement, level, why)


def test_two_managers_who_propose_levels_for_different_judgements_both_stand(
    ash: Desk, rowan: Desk, sam: Desk
) -> None:
    _child_id, record_id = submitted(ash, rowan, sam)
    propose(rowan, record_id, "serious_harm", "medium", "The fight in May.")
    propose(sam, record_id, "safety_wellbeing", "very_high", "He sleeps out.")
    quiet(rowan, sam, ash)
    for desk in (ash, rowan, sam):
        assert sync_conflicts.conflicts(desk) == ()
        levels = request(desk, record_id).proposed_levels
        assert {name: said["level"] for name, said in levels.items()} == {
            "serious_harm": "medium",
            "safety_wellbeing": "very_high",
        }


@pytest.mark.parametrize("keep", ["mine", "theirs"])
def test_two_levels_proposed_for_one_judgement_at_once_are_one_decision_with_both_reasons(
    ash: Desk, rowan: Desk, sam: Desk, keep: str
) -> None:
    _child_id, record_id = submitted(ash, rowan, sam)
    propose(rowan, record_id, "serious_harm", "medium", "The fight in May.")
    propose(rowan, record_id, "reoffending", "high", "Three in a month.")
    propose(sam, record_id, "serious_harm", "very_high", "The knife in June.")
    quiet(rowan, sam, ash)
    for desk in (ash, rowan, sam):
        (one,) = sync_conflicts.conflicts(desk)
        assert (one.field, one.safety) == ("proposed_levels.serious_harm", True)
        assert one.label == "Proposed level: Risk of serious harm to others"
        assert (one.base.text, one.base.level) == ("", None)
        sides = {side.who: (side.text, side.reasons) for side in (one.mine, one.theirs)}
        assert sides == {
            "Rowan Okell": ("Medium: The fight in May.", "The fight in May."),
            "Sam Teal": ("Very high: The knife in June.", "The knife in June."),
        }
        (counts,) = [side for side in (one.mine, one.theirs) if side.counts]
        assert counts.who == "Sam Teal", "the more severe, whoever came first"
        levels = request(desk, record_id).proposed_levels
        assert levels["serious_harm"]["level"] == "very_high"
        assert levels["reoffending"]["level"] == "high"
        seen = deciding.read(desk, request(desk, record_id).id)
        beside = {line.judgement: line.beside for line in seen.levels if line.beside}
        assert beside == {"serious_harm": ("Rowan Okell proposes Medium: The fight in May.",)}
    (one,) = sync_conflicts.conflicts(ash)
    assert one.why_not
    with pytest.raises(NotAllowed):
        sync_conflicts.keep_mine(ash, one.id)
    {"mine": sync_conflicts.keep_mine, "theirs": sync_conflicts.keep_theirs}[keep](rowan, one.id)
    quiet(rowan, ash, sam)
    chosen = one.mine if keep == "mine" else one.theirs
    for desk in (ash, rowan, sam):
        assert sync_conflicts.conflicts(desk) == ()
        standing = request(desk, record_id).proposed_levels["serious_harm"]
        assert standing["reasons"] == chosen.reasons
        assert history.verify(desk).ok


def test_each_of_two_decisions_keeps_the_levels_that_it_proposed(
    ash: Desk, rowan: Desk, sam: Desk, clock: FixedClock
) -> None:
    _child_id, record_id = submitted(ash, rowan, sam)
    propose(rowan, record_id, "serious_harm", "medium", "The fight in May.")
    give_back(rowan, record_id)
    clock.advance(timedelta(minutes=5))
    propose(sam, record_id, "serious_harm", "very_high", "The knife in June.")
    give_back(sam, record_id)
    for desk in (rowan, sam):
        sync_deeds.sync_now(desk)
    quiet(ash, rowan, sam)
    (rivals,) = rival_decisions.rivals(rowan)
    assert sync_conflicts.conflicts(rowan) == (), "told with the decisions that they belong to"
    which = [side.who for side in rivals.sides].index("Rowan Okell")
    rival_decisions.choose(rowan, rivals.id, which, WHY)
    quiet(rowan, ash, sam)
    same_everywhere(record_id, ash, rowan, sam)
    for desk in (ash, rowan, sam):
        proposed = request(desk, record_id).proposed_levels["serious_harm"]
        assert (proposed["level"], proposed["by"]) == ("medium", rowan.actor.id)


def recall(desk: Desk, record_id: str) -> None:
    draft = assessments.recall(desk, record_id)
    change = AnswerChange("hopes", answer("A place on the boat course.", desk.actor.id))
    form_records.save_answers(desk, draft.record_id, [change], leaving=True)


def give_back(desk: Desk, record_id: str) -> None:
    oversight.return_with_directions(desk, request(desk, record_id).id, "Say what Nan thinks.")


def sign(desk: Desk, record_id: str) -> None:
    oversight.countersign(desk, request(desk, record_id).id, AGREED)


Deed = Callable[[Desk, str], None]
PAIRS = {
    "taken back and returned": (recall, give_back),
    "returned and taken back": (give_back, recall),
    "countersigned and returned": (sign, give_back),
    "returned twice": (give_back, give_back),
    "countersigned twice": (sign, sign),
}


CASES = (
    ("taken back and returned", 0),
    ("countersigned and returned", 1),
    ("returned twice", 1),
)
# Tried with --long: they take the same ways.
MORE = tuple((pair, which) for pair in PAIRS for which in (0, 1) if (pair, which) not in CASES)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every pair of decisions, and either choice, where there is time for it."""
    if "pair" in metafunc.fixturenames:
        long = metafunc.config.getoption("--long")
        metafunc.parametrize(("pair", "which"), CASES + MORE if long else CASES)


def test_two_decisions_at_once_are_both_kept_and_a_manager_chooses(
    ash: Desk, rowan: Desk, sam: Desk, clock: FixedClock, pair: str, which: int
) -> None:
    child_id, record_id = submitted(ash, rowan, sam)
    deeds = PAIRS[pair]
    who = [ash if deed is recall else desk for deed, desk in zip(deeds, (rowan, sam), strict=True)]
    before = snapshot(ash, record_id)["answers"]
    for deed, desk in zip(deeds, who, strict=True):
        clock.advance(timedelta(minutes=5))
        deed(desk, record_id)
    for desk in who:
        sync_deeds.sync_now(desk)
    quiet(ash, rowan, sam)
    chooser = sam if who[0] is rowan else rowan
    (rivals,) = rival_decisions.rivals(chooser)
    assert [side.who for side in rivals.sides] == [desk.actor.name for desk in who]
    assert [side.counts for side in rivals.sides] == [True, False]
    assert sync_conflicts.conflicts(chooser) == (), "told whole, not field by field"
    assert rival_decisions.rivals(ash)[0].why_not
    with pytest.raises(NotAllowed):
        rival_decisions.choose(ash, rivals.id, which, WHY)
    with pytest.raises(KnownError, match="why"):
        rival_decisions.choose(chooser, rivals.id, which, " ")
    drafts = [side.draft_id for side in rivals.sides]
    rival_decisions.choose(chooser, rivals.id, which, WHY)
    with pytest.raises(ConflictSettled):
        rival_decisions.choose(chooser, rivals.id, which, WHY)
    quiet(chooser, ash, rowan, sam)
    same_everywhere(record_id, ash, rowan, sam)
    chosen, other = rivals.sides[which], rivals.sides[1 - which]
    asked = request(ash, record_id)
    assert asked.state == chosen.decision
    assert asked.decided_by == who[which].actor.id
    (kept,) = asked.set_aside["decisions"]
    assert (kept["decision"], kept["by"]) == (other.decision, who[1 - which].actor.id)
    held = snapshot(ash, record_id)
    assert held["answers"] == before
    assert (held["by"] is not None) is (chosen.decision == "countersigned")
    open_now = [f for f in form_records.list_forms(ash, child_id) if f.state == "draft"]
    wanted = [] if chosen.decision == "countersigned" else [drafts[which]]
    assert [form.record_id for form in open_now] == wanted
    if recall in deeds:
        typed = drafts[deeds.index(recall)]
        assert typed is not None
        document = form_records.open_form(rowan, typed).document
        assert document["hopes"]["value"] == "A place on the boat course.", "nothing typed is lost"


def test_answers_that_arrive_after_a_return_never_change_what_was_returned(
    ash: Desk, rowan: Desk, new_desk: NewDesk
) -> None:
    """Ash has a second laptop with the draft on it, and types there while it is decided."""
    other = new_desk("Ash Rivers", user_id=ash.actor.id)
    child_id = children.add_child(ash, ChildDetails(given_name="Tal", family_name="Fenwick")).id
    record_id = form_records.start(ash, child_id, "assessment").record_id
    demo.fill_in(ash, record_id, demo.answers_of({"like": "assessment"}), by=ash.actor.id)
    for desk in (other, rowan):
        sync_deeds.choose(desk, child_id, True)
    quiet(ash, other, rowan)
    late = AnswerChange("hopes", answer("Typed late, elsewhere.", ash.actor.id))
    form_records.save_answers(other, record_id, [late], leaving=True)
    assessments.submit(ash, record_id)
    quiet(ash, rowan)
    give_back(rowan, record_id)
    quiet(rowan, ash)
    quiet(other, ash, rowan)
    for desk in (ash, other, rowan):
        assert snapshot(desk, record_id)["whole"], "the snapshot is what was decided on"
        (one,) = sync_conflicts.conflicts(desk)
        assert "Typed late, elsewhere." in (one.mine.text, one.theirs.text)


@pytest.mark.parametrize("which", [0, 1])
def test_a_version_that_was_submitted_again_meanwhile_waits_or_is_kept(
    ash: Desk, rowan: Desk, sam: Desk, which: int
) -> None:
    """Ash takes it back, mends it and submits again while Rowan returns what was submitted."""
    child_id, record_id = submitted(ash, rowan, sam)
    draft = assessments.recall(ash, record_id)
    mended = AnswerChange("hopes", answer("A place on the boat course.", ash.actor.id))
    form_records.save_answers(ash, draft.record_id, [mended], leaving=True)
    assessments.submit(ash, draft.record_id)
    give_back(rowan, record_id)
    sync_deeds.sync_now(ash)
    sync_deeds.sync_now(rowan)
    quiet(ash, rowan, sam)
    (rivals,) = rival_decisions.rivals(sam)
    assert [side.decision for side in rivals.sides] == ["recalled", "returned"]
    rival_decisions.choose(sam, rivals.id, which, WHY)
    quiet(sam, ash, rowan)
    same_everywhere(record_id, ash, rowan, sam)
    same_everywhere(draft.record_id, ash, rowan, sam)
    if which == 0:
        assert states(ash, child_id) == ["submitted", "superseded", "superseded"]
        assert [item.record_id for item in oversight.queue(sam)] == [draft.record_id]
    else:
        assert states(ash, child_id) == ["draft", "returned", "superseded"]
        assert oversight.queue(sam) == ()
        document = form_records.open_form(sam, draft.record_id).document
        assert document["hopes"]["value"] == "A place on the boat course."
