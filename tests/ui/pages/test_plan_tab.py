"""The plan on a child’s record: the same targets as ours and as the child’s, with progress."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from app.casework import plan
from app.casework.desk import Desk
from app.ui.shell import Shell
from tests.ui.pages.keyboard import dialog, focused, press, tab_to
from tests.ui.pages.people import submit_assessment


def said(shell: Shell) -> list[str]:
    QApplication.processEvents()
    return [label.text() for label in shell.page.findChildren(QLabel) if label.isVisible()]


def test_one_turns_from_our_plan_to_my_plan_and_back(
    qtbot: QtBot, shell: Shell, desk: Desk, child_id: str
) -> None:
    submit_assessment(desk, child_id)
    shell.go("child", child_id=child_id, tab="plan")
    assert "1. I have a place at college" in said(shell)
    assert "“I want to learn about engines.”" in said(shell)
    press("My plan")
    words = said(shell)
    assert "1. “I want to learn about engines.”" in words
    assert "Visit the motor vehicle workshop" not in words
    qtbot.waitUntil(lambda: focused() == "My plan")
    press("Our plan")
    assert "Visit the motor vehicle workshop" in said(shell)


def test_progress_is_noted_and_shown(shell: Shell, desk: Desk, child_id: str) -> None:
    submit_assessment(desk, child_id)
    shell.go("child", child_id=child_id, tab="plan")
    press("Note progress")
    asked = dialog()
    asked.state.setCurrentIndex(asked.state.findData("done"))
    press("Save")
    assert asked.frames["note"].error.text() == "Write what happened, in a sentence."
    asked.text.setPlainText("Starts on Monday.")
    asked.day.setText("a while ago")
    press("Save")
    assert asked.frames["happened_on"].has_error
    asked.day.setText("today")
    press("Save")
    assert "Starts on Monday." in said(shell)
    found = plan.plan_of(desk, child_id)
    assert found is not None
    assert found.targets[0].state == "done"


def test_without_a_plan_the_page_says_where_it_grows(shell: Shell, child_id: str) -> None:
    shell.go("child", child_id=child_id, tab="plan")
    assert "There is no plan yet" in said(shell)
    press("Go to the assessment")
    assert shell.page.name == "form"


def test_the_childs_page_is_saved_where_it_is_wanted(
    qtbot: QtBot, shell: Shell, desk: Desk, child_id: str, tmp_path: Path
) -> None:
    submit_assessment(desk, child_id)
    shell.go("child", child_id=child_id, tab="plan")
    press("Save My plan as PDF")
    asked = dialog()
    assert asked.recipient.text() == "Tal"
    asked.file.setText(str(tmp_path / "plan.pdf"))
    press(asked.buttons.itemAt(asked.buttons.count() - 1).widget().accessibleName() or "Save")
    qtbot.waitUntil((tmp_path / "plan.pdf").exists)
    assert tab_to("Our plan") is not None
