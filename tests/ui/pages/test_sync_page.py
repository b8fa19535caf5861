"""The Sync page by the keyboard: what waits, two answers, what was refused, joining."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from app.casework import casebook_users, children, form_records, sync_conflicts, sync_deeds, syncing
from app.casework.desk import Desk
from app.core.clock import FixedClock
from app.core.errors import KnownError
from app.sync import standing, stops
from app.ui import theme
from app.ui.accessibility import audit
from app.ui.kit import LevelBadge, Pill, Table
from app.ui.shell import Shell
from tests.casework.sync_desks import NewDesk, quiet
from tests.casework.test_syncing import LEVEL, a_child, give, two_levels
from tests.sync.conftest import Central
from tests.sync.test_standing_here import miscount
from tests.ui.pages.keyboard import dialog, no_dialog, press, write
from tests.ui.pages.people import window_on


@pytest.fixture
def ash(new_desk: NewDesk) -> Desk:
    return new_desk("Ash Rivers")


@pytest.fixture
def morgan(new_desk: NewDesk) -> Desk:
    return new_desk("Morgan Idris")


def shown(shell: Shell) -> list[str]:
    """Words that can be read on the page."""
    QApplication.processEvents()
    assert shell.page is not None
    labels = [one.text() for one in shell.page.findChildren(QLabel) if one.isVisible()]
    return labels + [one.text for one in shell.page.findChildren(Pill) if one.isVisible()]


def buttons(shell: Shell) -> list[str]:
    QApplication.processEvents()
    assert shell.page is not None
    return [one.text() for one in shell.page.findChildren(QPushButton) if one.isVisible()]


def at_sync(qtbot: QtBot, desk: Desk) -> Shell:
    shell = window_on(qtbot, desk)
    shell.sync.look()
    shell.go("sync")
    return shell


def test_before_joining_the_page_explains_and_offers_to_join(shell: Shell) -> None:
    shell.go("sync")
    assert "This laptop has not joined a server" in shown(shell)
    assert buttons(shell) == ["I have a code from my service"]
    assert not shell.status_bar.sync_strip.isVisible()
    press("I have a code from my service")
    press("Join")
    assert "Enter the address of the server." in [
        one.text() for one in dialog().findChildren(QLabel)
    ]
    press("Cancel")
    assert no_dialog()


def test_the_status_bar_says_what_waits_and_what_is_confirmed(
    qtbot: QtBot, ash: Desk, dressed: None
) -> None:
    sync_deeds.sync_now(ash)
    shell = at_sync(qtbot, ash)
    assert shell.status_bar.sync_strip.isVisible()
    assert shell.status_bar.sync_strip.waiting.text() == "Nothing waits to be sent"
    a_child(ash)
    shell.saved(ash.clock.now())
    qtbot.waitUntil(
        lambda: shell.status_bar.sync_strip.waiting.text() == "1 change waiting to be sent"
    )
    assert shell.status_bar.sync_strip.confirmed.text().startswith("Server confirmed ")
    press("Sync now")
    assert shell.status_bar.sync_strip.waiting.text() == "Nothing waits to be sent"
    assert "Safe to hand back this laptop: yes" in shown(shell)


def test_a_row_that_waits_opens_its_record(qtbot: QtBot, ash: Desk, dressed: None) -> None:
    child_id = a_child(ash)
    record_id = form_records.start(ash, child_id, "assessment").record_id
    shell = at_sync(qtbot, ash)
    (table,) = shell.page.findChildren(Table)
    table.opened.emit(0)
    assert (shell.page.name, shell.page.args["record_id"]) == ("form", record_id)


def test_a_person_decides_between_two_levels_by_the_keyboard(
    qtbot: QtBot, ash: Desk, morgan: Desk, clock: FixedClock, dressed: None
) -> None:
    _child_id, record_id = two_levels(ash, morgan, clock)
    shell = at_sync(qtbot, ash)
    QApplication.processEvents()
    badges = [one.level for one in shell.page.findChildren(LevelBadge) if one.isVisible()]
    assert badges == ["low", "high", "medium"]
    assert "Two people changed the same answer about Tal Fenwick" in shown(shell)
    assert any("Morgan Idris · " in words for words in shown(shell))
    press("Keep theirs")
    assert "Decided here. The server is told with the next sync." in shown(shell)
    assert form_records.open_form(ash, record_id).document[LEVEL]["value"] == "medium"
    press("Sync now")
    quiet(morgan)
    assert sync_conflicts.conflicts(morgan) == ()
    assert "Keep theirs" not in buttons(shell)


def test_a_new_answer_is_asked_with_reasons_and_its_words_are_held(
    qtbot: QtBot, ash: Desk, morgan: Desk, clock: FixedClock, dressed: None
) -> None:
    two_levels(ash, morgan, clock)
    shell = at_sync(qtbot, ash)
    press("Write a new answer with reasons")
    press("Save the new answer")
    said = [one.text() for one in dialog().findChildren(QLabel)]
    assert "Give the new answer." in said
    assert "Say why, in a few words." in said
    write("Why", "A new threat this morning.")
    (kept,) = [fields for subject, fields in shell.unsaved.items() if subject[0] == "conflict"]
    assert kept["words"] == "A new threat this morning."
    asked = dialog()
    asked.choice.setCurrentIndex(asked.choice.findData("very_high"))
    press("Save the new answer")
    assert no_dialog()
    assert not shell.unsaved
    assert sync_conflicts.conflicts(ash)[0].answered


def test_who_may_only_read_is_offered_nothing_to_decide(
    qtbot: QtBot, ash: Desk, morgan: Desk, clock: FixedClock, dressed: None
) -> None:
    two_levels(ash, morgan, clock)
    ash.actor = type(ash.actor)(ash.actor.id, ash.actor.name, "reader")
    shell = at_sync(qtbot, ash)
    assert not {"Keep mine", "Keep theirs", "Write a new answer with reasons"} & set(buttons(shell))


def test_refused_work_shows_what_was_written_and_is_given_up_only_when_asked(
    qtbot: QtBot, ash: Desk, dressed: None
) -> None:
    sync_deeds.sync_now(ash)
    child_id = a_child(ash)
    perry = casebook_users.admit(ash, "Perry Lind", "practitioner", "seven quiet herons wait")
    ash.casebook.actor_id = perry.id
    children.change_details(
        ash,
        child_id,
        children.ChildDetails(
            given_name="Tal", family_name="Marlow", date_of_birth=date(2011, 7, 3)
        ),
    )
    ash.casebook.actor_id = ash.actor.id
    sync_deeds.sync_now(ash)
    shell = at_sync(qtbot, ash)
    assert any(words.startswith("Refused: whoever wrote it") for words in shown(shell))
    press("What was written")
    assert "Marlow" in [one.text() for one in dialog().findChildren(QLabel)]
    press("Close")
    press("Let the server’s version count")
    press("Cancel")
    assert syncing.status(ash).needs == 1
    press("Let the server’s version count")
    press("Let the server’s version count")
    assert syncing.status(ash).needs == 0


def test_in_custody_no_network_is_used_not_even_when_asked(
    qtbot: QtBot, ash: Desk, central: Central, dressed: None
) -> None:
    sync_deeds.sync_now(ash)
    shell = at_sync(qtbot, ash)
    assert not shell.custody_banner.isVisible()
    press("Custody mode")
    assert shell.custody_banner.isVisible()
    assert shell.custody_banner.main.text() == "No recording. No network."
    assert not shell.sync.start()
    assert "No network is used: custody mode is on." in shown(shell)
    sync_now = next(one for one in shell.page.findChildren(QPushButton) if one.text() == "Sync now")
    assert not sync_now.isEnabled()


def test_without_the_server_everything_stays_and_the_reason_is_said(
    qtbot: QtBot, ash: Desk, central: Central, dressed: None
) -> None:
    sync_deeds.sync_now(ash)
    shell = at_sync(qtbot, ash)
    a_child(ash)
    with ash.casebook.exchange() as (connection, _log):
        connection.exec_driver_sql("UPDATE sync_state SET server = 'http://127.0.0.1:9'")
    press("Sync now")
    assert shell.sync.offline
    assert shell.status_bar.network_label.text() == "No network"
    assert any("can't be reached" in words for words in shown(shell))
    assert syncing.status(ash).waiting == 1
    (table,) = shell.page.findChildren(Table)
    assert table.shown_model.cell(table.shown_model.index(0, 3)).spoken == "waiting: no network"


def test_others_work_appears_on_the_page_that_is_open(
    qtbot: QtBot, ash: Desk, morgan: Desk, clock: FixedClock, dressed: None
) -> None:
    _child_id, record_id = two_levels(ash, morgan, clock)
    shell = window_on(qtbot, morgan)
    shell.sync.look()
    shell.go("form", record_id=record_id, child_id=_child_id)
    (one,) = sync_conflicts.conflicts(ash)
    sync_conflicts.answer_anew(ash, one.id, "very_high", "A new threat this morning.")
    sync_deeds.sync_now(ash)
    shell.sync.start()
    QApplication.processEvents()
    held = shell.page.controller.sheet.answer(LEVEL)
    assert held is not None
    assert held.value == "very_high"


def test_a_sync_says_on_the_page_that_the_clock_is_wrong(
    qtbot: QtBot, ash: Desk, clock: FixedClock, dressed: None
) -> None:
    # A laptop whose clock is wrong goes by the server's answer, which the computer dates.
    clock.moment = datetime.now(UTC)
    own = FixedClock(clock.now() - timedelta(days=3))
    ash.clock = ash.casebook.clock = own
    shell = at_sync(qtbot, ash)
    shell.sync.start()
    QApplication.processEvents()
    assert any("clock is 3 days behind the server's" in text for text in shown(shell))
    own.moment = clock.now()
    shell.sync.start()
    QApplication.processEvents()
    assert not any("clock is" in text for text in shown(shell))


def test_a_wrong_code_is_said_beside_the_field(
    qtbot: QtBot, desk: Desk, central: Central, dressed: None
) -> None:
    with pytest.raises(KnownError):
        sync_deeds.join(desk, central.address, "ABCD-EFGH-JKMN")
    at_sync(qtbot, desk)
    press("I have a code from my service")
    write("Address of the server", central.address)
    write("Code", "ABCD-EFGH-JKMN")
    press("Join")
    said = [one.text() for one in dialog().findChildren(QLabel)]
    assert any("does not know that code" in words for words in said)
    assert not syncing.status(desk).joined
    press("Cancel")


def test_the_record_and_the_form_show_both_levels_until_somebody_decides(
    qtbot: QtBot, ash: Desk, morgan: Desk, clock: FixedClock, dressed: None
) -> None:
    child_id, record_id = two_levels(ash, morgan, clock)
    shell = window_on(qtbot, morgan)
    both = "High (Ash Rivers), or Medium (Morgan Idris). Until somebody decides, High counts."
    shell.go("child", child_id=child_id)
    assert any(words.endswith(both) for words in shown(shell))
    shell.go("form", record_id=record_id, child_id=child_id)
    assert any(words.endswith(both) for words in shown(shell))
    press("Decide")
    assert shell.page.name == "sync"
    press("Keep the answer of Ash Rivers")
    shell.go("form", record_id=record_id, child_id=child_id)
    assert not any(words.endswith(both) for words in shown(shell))


def test_no_sync_begins_by_itself_under_words_that_are_being_typed(
    qtbot: QtBot, ash: Desk, morgan: Desk, dressed: None
) -> None:
    child_id = a_child(ash)
    sync_deeds.choose(morgan, child_id, True)
    quiet(ash, morgan)
    shell = window_on(qtbot, morgan)
    shell.sync.look()
    shell.go("change_child", child_id=child_id)
    change = children.ChildDetails(
        given_name="Tal",
        family_name="Fenwick",
        school="Fictional Bridge School",
        date_of_birth=date(2011, 7, 3),
    )
    children.change_details(ash, child_id, change)
    sync_deeds.sync_now(ash)
    QApplication.processEvents()
    (school,) = [
        one for one in shell.page.findChildren(QLineEdit) if "School" in one.accessibleName()
    ]
    QTest.keyClicks(school, "Invented Quay College")
    assert shell.page.being_typed
    shell.sync._by_itself()
    assert children.open_child(morgan, child_id).details.school == ""
    shell.sync.start()
    QApplication.processEvents()
    assert any("Somebody else changed this record" in one.text for one in shell._strips)


def test_what_others_changed_is_in_the_fields_before_anything_is_typed(
    qtbot: QtBot, ash: Desk, morgan: Desk, dressed: None
) -> None:
    child_id = a_child(ash)
    sync_deeds.choose(morgan, child_id, True)
    quiet(ash, morgan)
    shell = window_on(qtbot, morgan)
    shell.sync.look()
    shell.go("change_child", child_id=child_id)
    change = children.ChildDetails(
        given_name="Tal", family_name="Marlow", date_of_birth=date(2011, 7, 3)
    )
    children.change_details(ash, child_id, change)
    sync_deeds.sync_now(ash)
    shell.sync._by_itself()
    QApplication.processEvents()
    fields = {one.accessibleName(): one.text() for one in shell.page.findChildren(QLineEdit)}
    assert fields["Family name"] == "Marlow"


@pytest.mark.parametrize(("look", "size"), [("light", 100), ("dark", 150), ("contrast", 200)])
def test_the_page_keeps_nobody_out_however_much_stands_on_it(
    qtbot: QtBot, ash: Desk, morgan: Desk, clock: FixedClock, dressed: None, look: str, size: int
) -> None:
    two_levels(ash, morgan, clock)
    perry = casebook_users.admit(ash, "Perry Lind", "practitioner", "seven quiet herons wait")
    ash.casebook.actor_id = perry.id
    child_id = a_child(ash)
    ash.casebook.actor_id = ash.actor.id
    sync_deeds.sync_now(ash)
    form_records.start(ash, child_id, "resettlement")
    theme.use(look, size)
    shell = window_on(qtbot, ash)
    shell.sync.look()
    shell.go("sync")
    for _round in range(4):
        QApplication.processEvents()
    found = [f"{one.rule}: {one.where}: {one.what}" for one in audit(shell)]
    assert found == []
    assert {"Keep mine", "Keep theirs", "Send again", "Sync now"} <= set(buttons(shell))


def test_what_differs_from_the_server_stands_on_the_page_and_is_compared_again(
    qtbot: QtBot, ash: Desk, central: Central, dressed: None
) -> None:
    child_id = a_child(ash)
    sync_deeds.sync_now(ash)
    miscount(central, child_id, 1)
    sync_deeds.sync_now(ash)
    shell = at_sync(qtbot, ash)
    assert "This laptop and the server don’t hold the same about Tal Fenwick." in shown(shell)
    assert "needs you" in shown(shell)
    assert any(words.endswith("don’t hold the same") for words in shown(shell))
    assert {"Compare again", "Open the record"} <= set(buttons(shell))
    assert audit(shell) == []
    miscount(central, child_id, -1)
    press("Compare again")
    qtbot.waitUntil(lambda: "Compare again" not in buttons(shell))
    assert "Safe to hand back this laptop: yes" in shown(shell)


def test_a_stop_says_how_much_would_go_and_a_yes_to_what_changed_is_not_taken(
    qtbot: QtBot, ash: Desk, dressed: None
) -> None:
    child_id = a_child(ash)
    sync_deeds.sync_now(ash)

    def ask(count: int) -> None:
        detail = {"count": count, "digest": str(count), "children": {child_id: count}}
        with ash.casebook.exchange() as (connection, _log):
            stops.keep(connection, stops.Stopped("many_removals", detail))

    ask(30)
    shell = at_sync(qtbot, ash)
    assert "30 records would go from this laptop. Tal Fenwick: 30." in shown(shell)
    press("Take them off this laptop")
    said = " ".join(one.text() for one in dialog().findChildren(QLabel))
    assert "30 records would go" in said
    # Another sync, by itself, has found more by now.
    ask(31)
    dialog().findChildren(QPushButton)
    press("Take them off this laptop")
    told = " ".join(one.text() for one in dialog().findChildren(QLabel))
    assert "has changed meanwhile" in told
    press("Close")
    assert "31 records would go from this laptop. Tal Fenwick: 31." in shown(shell)
    stop = syncing.overview(ash).stop
    assert stop is not None, "nothing was answered"


def test_the_record_says_that_the_server_has_to_confirm_it(
    qtbot: QtBot, ash: Desk, clock: FixedClock, dressed: None
) -> None:
    child_id = a_child(ash)
    sync_deeds.sync_now(ash)
    clock.advance(timedelta(days=12))
    with ash.casebook.exchange() as (connection, _log):
        standing.write(connection, lease_until=clock.now() + timedelta(days=14))
    shell = at_sync(qtbot, ash)
    assert "The server has to confirm these records" in shown(shell)
    shell.go("child", child_id=child_id)
    words = "Sync within 2 days: the server has to confirm that the record of Tal Fenwick may stay"
    assert any(one.startswith(words) for one in shown(shell))
    sync_deeds.sync_now(ash)
    shell.go("child", child_id=child_id)
    assert not any(one.startswith("Sync within") for one in shown(shell))


def test_who_works_with_somebody_elses_child_can_be_seen_and_not_changed(
    qtbot: QtBot, ash: Desk, morgan: Desk, dressed: None
) -> None:
    child_id = a_child(ash)
    give(ash, child_id, ash.actor.id)
    sync_deeds.choose(morgan, child_id, True)
    quiet(ash, morgan)
    shell = window_on(qtbot, morgan)
    shell.go("change_child", child_id=child_id)
    frame = shell.page.editor.frames["allocated_to"]
    offered = [one.text() for one in frame.findChildren(QAbstractButton)]
    assert "Ash Rivers" in offered
    assert "Morgan Idris" not in offered
    hint = "Only whoever works with this child now, or a manager, can hand the child on."
    assert hint in shown(shell)
    shell.page.editor.frames["allocated_to"].editor.edited.emit(None)
    shell.page.save.click()
    assert shell.page.name == "change_child"
    assert hint in " ".join(shown(shell)), "what was typed stays, beside why it is refused"
    assert children.open_child(morgan, child_id).details.allocated_to == ash.actor.id
    give(ash, child_id, None)
    quiet(ash, morgan)
    shell.go("caseload")
    shell.go("change_child", child_id=child_id)
    assert hint not in shown(shell)
