"""The history of a record as it is read: newest first, with reasons, and older ones on demand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from app.casework import children, history
from app.casework.desk import Desk
from app.core.errors import KnownError
from app.ui.shell import Shell
from tests.ui.pages.keyboard import dialog, press, tab_to


def said(shell: Shell) -> list[str]:
    QApplication.processEvents()
    return [label.text() for label in shell.page.findChildren(QLabel) if label.isVisible()]


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
    for _tab in range(6):
        QTest.keyClick(bar, Qt.Key.Key_Right)
    words = said(shell)
    newer = next(at for at, text in enumerate(words) if "Tally → Tal" in text)
    older = next(at for at, text in enumerate(words) if "nothing → Tally" in text)
    assert newer < older
    assert any(text.endswith("Ash Rivers") for text in words)


def test_older_entries_come_when_they_are_asked_for(
    shell: Shell, desk: Desk, child_id: str
) -> None:
    for number in range(60):
        rename(desk, child_id, f"Tal {number}")
    shell.go("child", child_id=child_id, tab="history")
    assert not any("nothing → Tal 0" in text for text in said(shell))
    press("Show older entries")
    assert any("nothing → Tal 0" in text for text in said(shell))
    assert not shell.page.tabs[6].more.isVisible()


def test_a_history_that_can_not_be_read_is_said(
    shell: Shell, desk: Desk, child_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_asked: object, **_more: object) -> None:
        raise KnownError("The history can't be read.", "Check the casebook under Settings.")

    shell.go("child", child_id=child_id, tab="details")
    monkeypatch.setattr(history, "changes", refuse)
    bar = tab_to("Parts of the record")
    for _tab in range(5):
        QTest.keyClick(bar, Qt.Key.Key_Right)
    assert dialog().windowTitle() == "That did not work"
    press("Close")
    assert shell.page.name == "child"
