"""The keyboard stays on the page where somebody works when the page is drawn anew."""

from __future__ import annotations

from datetime import timedelta

from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.casework import demo, people, questionnaires
from app.casework.desk import Desk
from app.casework.people import CarerDetails
from app.ui.shell import Shell
from tests.made_once import PASSPHRASE
from tests.ui.pages.keyboard import focused, no_dialog, press, write

WORDS = "Rang the safeguarding lead."


def on_page(shell: Shell) -> bool:
    """Whether something on the page itself has the keyboard."""
    now = shell.focusWidget()
    return now is not None and shell.page.isAncestorOf(now)


def hear(desk: Desk, child_id: str) -> None:
    """A child tells of harm in a questionnaire, and gives the laptop back."""
    handover = questionnaires.hand_over(desk, child_id, "my_life_now")
    demo.fill_in(desk, handover.record_id, {"someone_hurts_me": "yes"}, by="child")
    questionnaires.give_back(desk, handover.id, PASSPHRASE, finished=True)


def test_a_sign_of_harm_that_was_acted_on_leaves_the_keyboard_at_the_next(
    qtbot: QtBot, shell: Shell, desk: Desk, child_id: str
) -> None:
    hear(desk, child_id)
    desk.clock.advance(timedelta(minutes=5))
    hear(desk, child_id)
    shell.go("waiting")
    press("Write what was done")
    write("What you did, or decided and why", WORDS)
    press("Save")
    assert no_dialog()
    qtbot.waitUntil(lambda: on_page(shell))
    assert focused() == "Write what was done"
    press("Write what was done")
    write("What you did, or decided and why", WORDS)
    press("Save")
    qtbot.waitUntil(lambda: focused() == "Waiting")


def test_a_record_added_and_taken_out_leaves_the_keyboard_in_the_childs_record(
    qtbot: QtBot, shell: Shell, desk: Desk, child_id: str
) -> None:
    shell.go("edit_record", record_type="carer", child_id=child_id)
    write("Name", "Melangell Fenwick")
    press("Save")
    qtbot.waitUntil(lambda: shell.page.name == "child" and on_page(shell))
    assert focused() == "Parts of the record"
    carer = people.add_carer(desk, child_id, CarerDetails(name="Rowan Fenwick"))
    shell.go("edit_record", record_type="carer", child_id=child_id, record_id=carer.id)
    press("Remove")
    write("Why is it taken out?", "No contact")
    press("Remove")
    qtbot.waitUntil(lambda: shell.page.name == "child" and on_page(shell))
    assert focused() == "Parts of the record"


def test_the_next_thing_on_the_page_takes_the_keyboard_from_what_goes(
    qtbot: QtBot, shell: Shell
) -> None:
    shell.go("caseload")
    page = shell.page
    parts = [QPushButton(name, page) for name in ("One", "Two", "Three")]
    for part in parts:
        page.outer.addWidget(part)
        part.show()
    for go in (QWidget.hide, lambda part: part.setEnabled(False)):
        part = parts.pop(0)
        part.setFocus()
        go(part)
        qtbot.waitUntil(lambda: shell.focusWidget() is parts[0])
