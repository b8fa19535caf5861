"""The queue by the keyboard: countersigned, returned, refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.casework import form_records, oversight
from app.casework.desk import Desk
from app.ui.pages.edit_record import ReasonDialog
from app.ui.shell import Shell
from tests.ui.pages.keyboard import dialog, focused, no_dialog, press, tab_to, write
from tests.ui.pages.people import manager_at, submit_assessment, window_on

AGREED = "The evidence carries the levels."
DIRECTIONS = "Say what Nan thinks."


def buttons(shell: Shell) -> list[str]:
    QApplication.processEvents()
    return [button.text() for button in shell.page.findChildren(QPushButton) if button.isVisible()]


def states(desk: Desk, child_id: str) -> list[str]:
    return [form.state for form in form_records.list_forms(desk, child_id)]


def test_the_author_can_read_and_nothing_else(shell: Shell, desk: Desk, child_id: str) -> None:
    submit_assessment(desk, child_id)
    shell.go("waiting")
    assert buttons(shell) == ["Read", "Take it back"]
    press("Read")
    assert shell.page.name == "form"


def test_a_manager_countersigns_by_the_keyboard(
    qtbot: QtBot, desk: Desk, child_id: str, dressed: None
) -> None:
    submit_assessment(desk, child_id)
    with manager_at(desk) as manager:
        shell = window_on(qtbot, manager)
        shell.go("waiting")
        press("Read and decide")
        press("Countersign")
        press("Countersign")
        asked = dialog()
        assert isinstance(asked, ReasonDialog)
        assert asked.field.error.text() == "Say why, in a few words."
        assert states(desk, child_id) == ["submitted"]
        write("Why you agree", AGREED)
        press("Countersign")
        assert no_dialog()
        assert states(desk, child_id) == ["countersigned"]
        assert buttons(shell) == []
        # Nothing on the page takes the keyboard now: it stays beside the page's name.
        assert focused() == "Waiting"


def test_directions_lead_to_a_new_version_and_the_keyboard_comes_back(
    qtbot: QtBot, desk: Desk, child_id: str, dressed: None
) -> None:
    submit_assessment(desk, child_id)
    with manager_at(desk) as manager:
        shell = window_on(qtbot, manager)
        shell.go("waiting")
        press("Read and decide")
        press("Return with directions")
        press("Cancel")
        assert no_dialog()
        assert shell.focusWidget() is tab_to("Return with directions")
        assert states(desk, child_id) == ["submitted"]
        press("Return with directions")
        write("What is to be done", DIRECTIONS)
        press("Return")
        assert sorted(states(desk, child_id)) == ["draft", "returned"]
        assert focused() == "Waiting"
    (draft,) = [f for f in form_records.list_forms(desk, child_id) if f.state == "draft"]
    assert form_records.open_form(desk, draft.record_id).directions == DIRECTIONS


def test_what_somebody_decided_meanwhile_is_said_and_nothing_is_written(
    qtbot: QtBot, desk: Desk, child_id: str, dressed: None
) -> None:
    submit_assessment(desk, child_id)
    with manager_at(desk) as manager:
        shell = window_on(qtbot, manager)
        shell.go("waiting")
        press("Read and decide")
        press("Countersign")
        write("Why you agree", AGREED)
        (item,) = oversight.queue(manager)
        oversight.return_with_directions(manager, item.id, DIRECTIONS)
        press("Countersign")
        assert dialog().windowTitle() == "That did not work"
        said = [label.text() for label in dialog().findChildren(QLabel)]
        assert "Somebody has already decided on this." in said
        press("Close")
        assert sorted(states(desk, child_id)) == ["draft", "returned"]


@pytest.mark.parametrize("role", ["reader", "administrator"])
def test_those_who_decide_nothing_see_who_has_to(
    qtbot: QtBot, desk: Desk, child_id: str, dressed: None, role: str
) -> None:
    submit_assessment(desk, child_id)
    with manager_at(desk) as manager:
        looker = replace(manager, actor=replace(manager.actor, role=role))
        shell = window_on(qtbot, looker)
        shell.go("waiting")
        assert buttons(shell) == ["Read"]
        assert no_dialog()
