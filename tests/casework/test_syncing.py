"""Syncing as a person is told of it: what waits, what was refused, two answers side by side."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from app.casework import (
    assessments,
    casebook_users,
    caseload,
    children,
    demo,
    form_records,
    history,
    people,
    stages,
    sync_conflicts,
    sync_deeds,
    syncing,
)
from app.casework.children import ChildDetails
from app.casework.desk import Desk, NotAllowed
from app.casework.form_records import AnswerChange
from app.casework.people import CarerDetails
from app.core.clock import FixedClock
from app.core.errors import KnownError
from app.core.ids import new_id
from app.forms.sheet import Sheet
from app.forms.statements import Statement, path_of
from app.sync import pace, standing
from tests.casework.sync_desks import NewDesk, quiet
from tests.sync.conftest import Central
from tests.sync.test_standing_here import miscount

LEVEL = "harm_level"


@pytest.fixture
def ash(new_desk: NewDesk) -> Desk:
    return new_desk("Ash Rivers")


@pytest.fixture
def morgan(new_desk: NewDesk) -> Desk:
    return new_desk("Morgan Idris")


def a_child(desk: Desk) -> str:
    return children.add_child(
        desk,
        ChildDetails(given_name="Tal", family_name="Fenwick", date_of_birth=date(2011, 7, 3)),
    ).id


def answer(desk: Desk, record_id: str, path: str, value: str) -> None:
    change = AnswerChange(path, {"value": value})
    form_records.save_answers(desk, record_id, [change], leaving=True)


def two_levels(ash: Desk, morgan: Desk, clock: FixedClock) -> tuple[str, str]:
    """Ash says high, Morgan medium, of what was low; Ash's arrives last."""
    child_id = a_child(ash)
    record_id = form_records.start(ash, child_id, "assessment").record_id
    answer(ash, record_id, LEVEL, "low")
    sync_deeds.choose(morgan, child_id, True)
    quiet(ash, morgan)
    clock.advance(timedelta(hours=1))
    answer(ash, record_id, LEVEL, "high")
    clock.advance(timedelta(hours=1))
    answer(morgan, record_id, LEVEL, "medium")
    sync_deeds.sync_now(morgan)
    quiet(ash, morgan)
    return child_id, record_id


def test_a_casebook_of_no_server_says_that_it_is_saved_here(desk: Desk) -> None:
    now = syncing.status(desk)
    assert (now.joined, now.state, now.waiting, now.waiting_words) == (False, "saved here", 0, "")
    assert syncing.hand_back(desk).text.endswith("no, everything is only on this laptop")
    with pytest.raises(sync_deeds.NotEnrolled):
        sync_deeds.sync_now(desk)


def test_what_waits_is_told_record_by_record_and_then_confirmed(
    ash: Desk, clock: FixedClock
) -> None:
    sync_deeds.sync_now(ash)
    child_id = a_child(ash)
    record_id = form_records.start(ash, child_id, "assessment").record_id
    answer(ash, record_id, LEVEL, "low")
    seen = syncing.overview(ash)
    assert (seen.status.state, seen.status.waiting) == ("waiting", 2)
    assert [(row.what, row.child_name) for row in seen.waiting] == [
        ("Assessment, 1 answer", "Tal Fenwick"),
        ("Child's details, new", "Tal Fenwick"),
    ]
    assert seen.waiting[0].changed.startswith("Today ")
    assert seen.hand_back.text == "Safe to hand back this laptop: no, 2 changes are only here"
    assert seen.summary.startswith("Everything is saved on this laptop. 2 changes wait")
    sync_deeds.sync_now(ash)
    after = syncing.overview(ash)
    assert (after.status.state, after.waiting) == ("confirmed", ())
    assert after.status.confirmed_words == f"Server confirmed {clock.now():%H:%M} today"
    assert after.hand_back.text == "Safe to hand back this laptop: yes"


def test_an_answer_that_is_still_being_written_counts_as_waiting(ash: Desk) -> None:
    record_id = form_records.start(ash, a_child(ash), "assessment").record_id
    sync_deeds.sync_now(ash)
    form_records.save_answers(ash, record_id, [AnswerChange(LEVEL, {"value": "low"})])
    assert syncing.status(ash).waiting == 1
    assert syncing.overview(ash).waiting[0].what == "Assessment, 1 answer"
    assert not syncing.hand_back(ash).safe


def test_reading_a_record_is_no_change_yet_keeps_the_laptop(ash: Desk) -> None:
    child_id = a_child(ash)
    sync_deeds.sync_now(ash)
    ash.leave()
    children.open_child(ash, child_id)
    now = syncing.overview(ash)
    assert (now.status.waiting, now.status.notes) == (0, 1)
    assert "what was read and opened" in now.hand_back.text


def test_two_levels_stand_side_by_side_with_who_and_when(
    ash: Desk, morgan: Desk, clock: FixedClock
) -> None:
    _child_id, record_id = two_levels(ash, morgan, clock)
    (one,) = sync_conflicts.conflicts(ash)
    assert (one.child_name, one.record) == ("Tal Fenwick", "Assessment")
    assert (one.base.level, one.mine.level, one.theirs.level) == ("low", "high", "medium")
    assert (one.mine.who, one.theirs.who) == ("Ash Rivers", "Morgan Idris")
    assert one.mine.when != one.theirs.when
    assert one.here
    assert (one.mine.counts, one.theirs.counts, one.safety) == (True, False, True)
    assert [two.id for two in sync_conflicts.of_form(morgan, record_id)] == [one.id]
    assert syncing.status(ash).state == "needs you"


def test_a_person_decides_and_the_other_laptop_learns_of_it(
    ash: Desk, morgan: Desk, clock: FixedClock
) -> None:
    _child_id, record_id = two_levels(ash, morgan, clock)
    (one,) = sync_conflicts.conflicts(ash)
    sync_conflicts.keep_theirs(ash, one.id)
    assert sync_conflicts.conflicts(ash)[0].answered
    assert syncing.status(ash).needs == 0
    quiet(ash, morgan)
    for desk in (ash, morgan):
        assert sync_conflicts.conflicts(desk) == ()
        held = form_records.open_form(desk, record_id).document[LEVEL]
        assert held["value"] == "medium"
        assert syncing.status(desk).state in ("confirmed", "waiting")


def test_a_new_answer_needs_reasons_and_they_stay_in_the_history(
    ash: Desk, morgan: Desk, clock: FixedClock
) -> None:
    child_id, record_id = two_levels(ash, morgan, clock)
    (one,) = sync_conflicts.conflicts(ash)
    assert one.new_answer is not None
    assert "very_high" in [code for code, _words in one.new_answer.choices]
    with pytest.raises(KnownError, match="Say in a sentence why"):
        sync_conflicts.answer_anew(ash, one.id, "very_high", " ")
    sync_conflicts.answer_anew(ash, one.id, "very_high", "A new threat this morning.")
    said = history.changes(ash, child_id, record_id=record_id).entries[0]
    assert said.reason == "A new threat this morning."
    with pytest.raises(KnownError, match="decided this already"):
        sync_conflicts.keep_mine(ash, "0198c0de-0000-7000-8000-00000000dead")


def test_who_may_not_read_an_answer_sees_none_of_it_and_decides_nothing(
    ash: Desk, morgan: Desk, clock: FixedClock
) -> None:
    child_id = a_child(ash)
    victim = people.add_victim(ash, child_id, people.VictimDetails(name="Jo Marlow"))
    sync_deeds.choose(morgan, child_id, True)
    quiet(ash, morgan)
    people.change_victim(ash, victim.id, people.VictimDetails(name="Jo Marlowe"))
    people.change_victim(morgan, victim.id, people.VictimDetails(name="Joanna Marlow"))
    sync_deeds.sync_now(morgan)
    quiet(ash, morgan)
    (one,) = sync_conflicts.conflicts(ash)
    assert {one.mine.text, one.theirs.text} == {"Jo Marlowe", "Joanna Marlow"}
    ash.actor = type(ash.actor)(ash.actor.id, ash.actor.name, "reader")
    (kept_back,) = sync_conflicts.conflicts(ash)
    assert kept_back.kept_back
    assert kept_back.mine.text == kept_back.theirs.text == kept_back.base.text == ""
    with pytest.raises(NotAllowed):
        sync_conflicts.keep_mine(ash, one.id)


def test_refused_work_says_why_and_can_be_sent_again_or_given_up(
    central: Central, ash: Desk, new_desk: NewDesk
) -> None:
    sync_deeds.sync_now(ash)
    child_id = a_child(ash)
    stranger = casebook_users.admit(ash, "Perry Lind", "practitioner", "seven quiet herons wait")
    ash.casebook.actor_id = stranger.id
    form_records.start(ash, child_id, "assessment")
    ash.casebook.actor_id = ash.actor.id
    sync_deeds.sync_now(ash)
    rows = syncing.overview(ash).refused
    assert "whoever wrote it has not joined" in {row.why for row in rows}.pop()
    assert rows[0].child_name == "Tal Fenwick"
    assert not syncing.hand_back(ash).safe
    assert sync_deeds.give_up(ash, rows[0].id) >= 1
    with pytest.raises(KnownError, match="settled this already"):
        sync_deeds.give_up(ash, rows[0].id)


def test_a_child_left_behind_goes_once_everything_is_sent(ash: Desk) -> None:
    child_id = a_child(ash)
    sync_deeds.sync_now(ash)
    (tal,) = sync_deeds.travellers(ash)
    assert (tal.name, tal.here, tal.travels) == ("Tal Fenwick", True, True)
    sync_deeds.choose(ash, child_id, False)
    assert sync_deeds.sync_now(ash).let_go == frozenset({child_id})
    (tal,) = sync_deeds.travellers(ash)
    assert (tal.here, tal.travels) == (False, False)
    sync_deeds.choose(ash, child_id, True)
    sync_deeds.sync_now(ash)
    assert children.open_child(ash, child_id).name == "Tal Fenwick"


def test_a_casebook_made_before_joins_its_service_with_a_code(central: Central, desk: Desk) -> None:
    with pytest.raises(KnownError, match="does not know that code"):
        sync_deeds.join(desk, central.address, "ABCD-EFGH-JKMN")
    assert not syncing.status(desk).joined


def test_settings_are_kept(ash: Desk) -> None:
    sync_deeds.set_choices(ash, automatic=False, in_custody=True)
    now = syncing.status(ash)
    assert (now.automatic, now.on_metered, now.in_custody) == (False, False, True)


def test_what_was_put_aside_is_saved_as_a_file_and_noted(
    ash: Desk, morgan: Desk, tmp_path: Path
) -> None:
    with pytest.raises(KnownError, match="taken in meanwhile"):
        sync_deeds.save_aside(ash, "0198c0de-0000-7000-8000-00000000dead", tmp_path / "file.json")
    child_id = a_child(ash)
    body = json.dumps({"type": "alert", "id": child_id, "child_id": child_id})
    with ash.casebook.exchange() as (connection, _log):
        connection.exec_driver_sql(
            "INSERT INTO sync_quarantine (record_id, record_type, stream, child_id, seq, rev, why,"
            " body, at) VALUES (?, 'alert', ?, ?, 1, 1, 'unreadable', ?, ?)",
            (child_id, child_id, child_id, body, "2026-11-22T09:00:00.000000Z"),
        )
    (row,) = syncing.overview(ash).aside
    assert row.child_name == "Tal Fenwick"
    sync_deeds.save_aside(ash, row.record_id, tmp_path / "file.json")
    assert json.loads((tmp_path / "file.json").read_text("utf-8"))["type"] == "alert"


def test_laptops_wait_longer_after_each_failure_and_never_all_at_once() -> None:
    pauses = [pace.seconds_to_next(waiting=True, failures=count, chance=0.5) for count in range(12)]
    assert pauses[1:] == sorted(pauses[1:])
    assert pauses[-1] == pace.LONGEST_PAUSE
    assert pace.seconds_to_next(waiting=True, failures=0, chance=0.5) < pace.seconds_to_next(
        waiting=False, failures=0, chance=0.5
    )
    spread = {pace.seconds_to_next(waiting=True, failures=3, chance=c / 10) for c in range(11)}
    assert len(spread) == 11


def test_what_differs_from_the_server_says_so_and_what_to_do(ash: Desk, central: Central) -> None:
    child_id = a_child(ash)
    sync_deeds.sync_now(ash)
    miscount(central, child_id, 1)
    sync_deeds.sync_now(ash)
    seen = syncing.overview(ash)
    (row,) = seen.differs
    assert row.child_id == child_id
    assert row.text == "This laptop and the server don’t hold the same about Tal Fenwick."
    assert "Compare again" in row.advice
    assert "tell your administrator" in row.advice
    assert (seen.status.state, seen.status.needs) == ("needs you", 1)
    assert seen.hand_back.text.endswith("no, this laptop and the server don’t hold the same")
    miscount(central, child_id, -1)
    sync_deeds.sync_now(ash)
    assert syncing.overview(ash).differs == ()


def test_a_stop_says_how_many_records_of_whom_and_is_answered_as_it_was_shown(
    ash: Desk, central: Central
) -> None:
    child_id = a_child(ash)
    for number in range(25):
        people.add_carer(ash, child_id, CarerDetails(name=f"Person {number}"))
    sync_deeds.sync_now(ash)
    with central.parts.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE record SET erased = 1, seq = seq + 1000 WHERE child_id = ?", (child_id,)
        )
        connection.exec_driver_sql("UPDATE stream SET head = head + 1000")
    with pytest.raises(sync_deeds.Stopped):
        sync_deeds.sync_now(ash)
    stop = syncing.overview(ash).stop
    assert stop is not None
    assert stop.about == "26 records would go from this laptop. Tal Fenwick: 26."
    with pytest.raises(KnownError, match="has changed meanwhile"):
        sync_deeds.answer_stop(ash, "many_removals", "another mark")
    sync_deeds.answer_stop(ash, "many_removals", stop.mark)
    sync_deeds.sync_now(ash)
    assert syncing.overview(ash).stop is None
    with pytest.raises(KnownError):
        children.open_child(ash, child_id)


def test_a_child_whom_the_server_has_to_confirm_is_said_on_record_list_and_page(
    ash: Desk, clock: FixedClock
) -> None:
    child_id = a_child(ash)
    sync_deeds.sync_now(ash)
    assert syncing.lease_words(ash, child_id, "Tal") == ""
    clock.advance(timedelta(days=12))
    assert syncing.lease_words(ash, child_id, "Tal").startswith("Sync within 2 days: the server")
    # All of this laptop is due: that is said once, by the status bar and the banner.
    assert syncing.overview(ash).leases == ()
    assert syncing.status(ash).lease_words.startswith("Sync within 2 days")
    with ash.casebook.exchange() as (connection, _log):
        standing.write(connection, lease_until=clock.now() + timedelta(days=14))
    (row,) = syncing.overview(ash).leases
    assert row.text.startswith("Sync within 2 days: the server has to confirm that the record of")
    (listed,) = caseload.rows(ash).rows
    assert "Sync within 2 days" in [one.text for one in listed.attention]
    clock.advance(timedelta(days=2))
    assert "What is not sent yet stays here." in syncing.lease_words(ash, child_id, "Tal")
    sync_deeds.sync_now(ash)
    assert syncing.lease_words(ash, child_id, "Tal") == ""
    assert caseload.rows(ash).rows[0].attention == ()


def test_a_child_who_was_handed_on_is_handed_on_by_whoever_has_the_child_now(
    ash: Desk, morgan: Desk, new_desk: NewDesk
) -> None:
    manager = new_desk("Sidney Hale", "manager")
    child_id = a_child(ash)
    give(ash, child_id, ash.actor.id)
    for desk in (morgan, manager):
        sync_deeds.choose(desk, child_id, True)
    quiet(ash, morgan, manager)
    with pytest.raises(NotAllowed, match="Only whoever works with this child now"):
        give(morgan, child_id, morgan.actor.id)
    assert children.open_child(morgan, child_id).details.allocated_to == ash.actor.id
    give(ash, child_id, morgan.actor.id)
    quiet(ash, morgan, manager)
    with pytest.raises(NotAllowed):
        give(ash, child_id, ash.actor.id)
    assert not children.may_hand_on(ash, morgan.actor.id)
    give(manager, child_id, ash.actor.id)
    quiet(ash, morgan, manager)
    assert children.open_child(ash, child_id).details.allocated_to == ash.actor.id


def test_a_hand_over_that_this_laptop_did_not_know_of_takes_no_child_back(
    ash: Desk, morgan: Desk, new_desk: NewDesk
) -> None:
    """Ash hands the child on without a network, after the manager has given the child to Morgan."""
    manager = new_desk("Sidney Hale", "manager")
    child_id = a_child(ash)
    give(ash, child_id, ash.actor.id)
    for desk in (morgan, manager):
        sync_deeds.choose(desk, child_id, True)
    quiet(ash, morgan, manager)
    give(manager, child_id, morgan.actor.id)
    sync_deeds.sync_now(manager)
    give(ash, child_id, manager.actor.id, school="Hill School")
    quiet(ash, morgan, manager)
    held = children.open_child(morgan, child_id).details
    assert (held.allocated_to, held.school) == (morgan.actor.id, "Hill School")
    (asked,) = sync_conflicts.conflicts(morgan)
    assert asked.label == "Works with the child"
    assert [one.text for one in syncing.overview(morgan).notices] == []


def give(desk: Desk, child_id: str, worker: str | None, **more: str) -> None:
    details = children.open_child(desk, child_id).details
    children.change_details(desk, child_id, replace(details, allocated_to=worker, **more))


def test_two_people_work_through_a_carried_stage_and_its_sources_without_a_conflict(
    ash: Desk, morgan: Desk
) -> None:
    child_id = a_child(ash)
    first = stages.start(ash, child_id, "before_sentence").record_id
    demo.fill_in(ash, first, demo.answers_of({"like": "assessment"}), by=ash.actor.id)
    assessments.submit(ash, first)
    record_id = stages.start(ash, child_id, "review", "assessment").record_id
    sync_deeds.choose(morgan, child_id, True)
    quiet(ash, morgan)
    for desk, path, who in ((ash, "home_good", "school"), (morgan, "health_good", "health")):
        sheet = opened(desk, record_id)
        assert path in sheet.unconfirmed()
        sheet.confirm(path, by=desk.actor.id)
        said = Statement(id=new_id(), about="home_good", who=who, words=f"Said by {who}")
        sheet.say(said, by=desk.actor.id)
        changes = [AnswerChange(at, sheet.json_at(at)) for at in (path, path_of(said.id))]
        form_records.save_answers(desk, record_id, changes, leaving=True)
    quiet(ash, morgan)
    one, other = opened(ash, record_id), opened(morgan, record_id)
    assert one.document() == other.document()
    for desk, path in ((ash, "home_good"), (morgan, "health_good")):
        answer_now = one.answer(path)
        assert answer_now is not None and answer_now.confirmed_by == desk.actor.id
    assert {said.words for said in one.statements()} == {"Said by school", "Said by health"}
    assert syncing.status(ash).state == syncing.status(morgan).state == "confirmed"


def opened(desk: Desk, record_id: str) -> Sheet:
    """The form as it stands on one laptop."""
    form = form_records.open_form(desk, record_id)
    return Sheet(form.form, form.document, clock=desk.clock, context=form.context)
