"""A hearing that has passed leads to its outcome: from Due and from the child at a glance."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from app.casework import court
from app.casework.court import HearingDetails
from app.casework.desk import Actor, Desk
from app.core.ids import new_id
from app.core.settings import Settings
from app.ui.application import register_pages
from app.ui.shell import Shell
from app.ui.tasks import InlineTasks


@pytest.fixture
def hearing_id(desk: Desk, child_id: str) -> str:
    details = HearingDetails(
        hearing_date=desk.clock.today() - timedelta(days=4),
        hearing_type="sentence",
        court="fernbridge_youth",
    )
    return court.add_hearing(desk, child_id, details).id


def buttons(shell: Shell, words: str) -> list[QPushButton]:
    return [one for one in shell.page.findChildren(QPushButton) if one.text() == words]


def test_what_is_due_leads_to_the_outcome_of_the_hearing(
    shell: Shell, desk: Desk, child_id: str, hearing_id: str
) -> None:
    shell.go("due")
    assert shell.page.model.row(0).text.startswith("Record what was decided: Court")
    shell.page.table.opened.emit(0)
    values = shell.page.editor._values
    assert (values["hearing_id"], values["court"]) == (hearing_id, "Fernbridge Youth Court")
    shell.page.editor.frames["disposal"].editor.edited.emit("fine")
    shell.page.save.click()
    (outcome,) = court.list_outcomes(desk, child_id)
    assert (outcome.details.hearing_id, outcome.details.disposal) == (hearing_id, "fine")
    shell.go("due")
    assert shell.page.model.row(0) is None


def test_the_glance_asks_for_it_and_it_comes_back_after_a_lock(
    qtbot: QtBot, shell: Shell, desk: Desk, child_id: str, hearing_id: str
) -> None:
    shell.go("child", child_id=child_id)
    (button,) = buttons(shell, "Record the outcome")
    assert button.accessibleDescription().startswith("Record what was decided")
    button.click()
    assert shell.page.put_off.isVisibleTo(shell.page)
    place = shell.leave_page()
    fresh = Shell(desk, InlineTasks(), Settings(theme="light"))
    register_pages(fresh)
    qtbot.addWidget(fresh, before_close_func=lambda window: window.leave_for_good())
    fresh.go_to_place(place)
    assert fresh.page.editor._values["hearing_id"] == hearing_id
    assert fresh.page.put_off.isVisibleTo(fresh.page)


def test_a_hearing_that_was_put_off_leads_to_the_next_one(
    shell: Shell, desk: Desk, child_id: str, hearing_id: str
) -> None:
    shell.go("edit_record", record_type="outcome", child_id=child_id, hearing_id=hearing_id)
    (button,) = buttons(shell, "Add the next hearing")
    button.click()
    assert shell.page.kind.record_type == "hearing"
    assert not shell.page.put_off.isVisibleTo(shell.page)
    assert shell.page.editor._values["court"] is None, "the page begins anew"


def test_whoever_may_only_read_is_led_to_the_hearing(
    qtbot: QtBot, desk: Desk, child_id: str, hearing_id: str
) -> None:
    reader = replace(desk, actor=Actor(new_id(), "Perry Lind", "reader"))
    shell = Shell(reader, InlineTasks(), Settings(theme="light"))
    register_pages(shell)
    qtbot.addWidget(shell, before_close_func=lambda window: window.leave_for_good())
    shell.go("child", child_id=child_id)
    assert not buttons(shell, "Record the outcome")
    shell.go("due")
    shell.page.table.opened.emit(0)
    assert shell.page.name == "child"
