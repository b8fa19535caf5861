"""The history of a record as it is read: newest first, with reasons, and older ones on demand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.casework import children, form_records, history
from app.casework.desk import Desk
from app.casework.form_records import AnswerChange
from app.core.errors import KnownError
from app.ui.shell import Shell
from tests.ui.pages.keyboard import dialog, focused, press, tab_to
from tests.ui.pages.people import tab_of


def said(shell: Shell) -> list[str]:
    QApplication.processEvents()
    return [label.text() for label in shell.page.findChildren(QLabel) if label.isVisible()]


def along_to_history(shell: Shell, bar: QWidget) -> None:
    """Press the right arrow until the tabs have come to the history."""
    for _tab in range(shell.page.bar.count()):
        if shell.page.window_title == "History":
            return
        QTest.keyClick(bar, Qt.Key.Key_Right)
    raise AssertionError("the arrows never come to the history")


def rename(desk: Desk, child_id: str, called: str) -> None:
    view = children.open_child(desk, child_id)
    children.change_details(desk, child_id, replace(view.details, preferred_name=called))


def test_the_tabs_are_walked_by_the_keyboard_and_say_what_changed(
    shell: Shell, desk: Desk, child_id: str
) -> None:
    rename(desk, child_id, "Tally")
    rename(desk, child_id, "Tal")
    shell.go("child", child_id=child_id)
    bar = tab_to("Parts of the record")
    along_to_history(shell, bar)
    words = said(shell)
    newer = next(at for at, text in enumerate(words) if "Tally → Tal" in text)
    older = next(at for at, text in enumerate(words) if text == "Likes to be called: Tally")
    assert newer < older
    assert any(text.endswith("Ash Rivers") for text in words)


def test_older_entries_come_when_they_are_asked_for(
    qtbot: QtBot, shell: Shell, desk: Desk, child_id: str
) -> None:
    for number in range(30):
        rename(desk, child_id, f"Tal {number}")
    shell.go("child", child_id=child_id, tab="history")
    qtbot.waitUntil(lambda: any("Tal 11 → Tal 12" in text for text in said(shell)))
    assert "Likes to be called: Tal 0" not in said(shell)
    press("Show older entries")
    qtbot.waitUntil(lambda: "Likes to be called: Tal 0" in said(shell))
    assert not tab_of(shell, "history").more.isVisible()
    # What was pressed is gone: the keyboard stays in the record.
    assert focused() == "Parts of the record"


def test_a_form_filled_in_at_one_go_shows_its_first_answers_and_all_on_demand(
    qtbot: QtBot, shell: Shell, desk: Desk, child_id: str
) -> None:
    form = form_records.start(desk, child_id, "assessment")
    asked = [question.name for question in form.form.questions() if question.type == "text"][:12]
    said_so = [
        AnswerChange(name, {"value": f"Said so {number}", "language": "en", "by": "u"})
        for number, name in enumerate(asked)
    ]
    form_records.save_answers(desk, form.record_id, said_so, leaving=True)
    shell.go("child", child_id=child_id, tab="history")

    def shown() -> int:
        return sum(text.count("Said so ") for text in said(shell))

    qtbot.waitUntil(lambda: shown() == 5)
    press("Show all 12 changes")
    assert shown() == 12
    assert focused() == "Show fewer"
    press("Show fewer")
    assert shown() == 5


def test_a_history_that_can_not_be_read_is_said(
    shell: Shell, desk: Desk, child_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_asked: object, **_more: object) -> None:
        raise KnownError("The history can't be read.", "Check the casebook under Settings.")

    shell.go("child", child_id=child_id, tab="details")
    monkeypatch.setattr(history, "changes", refuse)
    bar = tab_to("Parts of the record")
    along_to_history(shell, bar)
    assert dialog().windowTitle() == "That did not work"
    press("Close")
    assert shell.page.name == "child"
