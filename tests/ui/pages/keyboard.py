"""The keyboard alone: what Tab comes to, and pressing what it came to."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from app.ui.kit import Dialog

MOST_STOPS = 80


def uppermost() -> QWidget:
    """The window that has the keyboard: a dialog, if one is open."""
    window = QApplication.activeModalWidget() or QApplication.activeWindow()
    assert window is not None
    return window


def dialog() -> Any:
    """The dialog that is open, the uppermost one."""
    QApplication.processEvents()
    found = QApplication.activeModalWidget()
    assert isinstance(found, Dialog)
    return found


def open_dialogs() -> list[Dialog]:
    """Every dialog that is open."""
    QApplication.processEvents()
    return [
        window
        for window in QApplication.topLevelWidgets()
        if isinstance(window, Dialog) and window.isVisible()
    ]


def no_dialog() -> bool:
    """Whether no dialog is open."""
    return not open_dialogs()


def focused() -> str:
    """What a screen reader calls the thing that has the keyboard; empty where nothing has it."""
    QApplication.processEvents()
    found = uppermost().focusWidget()
    return "" if found is None else found.accessibleName()


def tab_to(name: str, *, back: bool = False) -> QWidget:
    """Press Tab until what a screen reader calls `name` has the keyboard."""
    QApplication.processEvents()
    passed = []
    for _stop in range(MOST_STOPS):
        focus = uppermost().focusWidget()
        if focus is not None and focus.accessibleName() == name:
            return focus
        passed.append("" if focus is None else focus.accessibleName())
        key = Qt.Key.Key_Backtab if back else Qt.Key.Key_Tab
        QTest.keyClick(focus or uppermost(), key)
    raise AssertionError(f"Tab never comes to “{name}”, only to {passed}")


def press(name: str) -> None:
    """Tab to a button and press it with Return."""
    QTest.keyClick(tab_to(name), Qt.Key.Key_Return)
    QApplication.processEvents()


def write(name: str, text: str) -> None:
    """Tab to a field and type in place of what is there."""
    field = tab_to(name)
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(field, text)
    QApplication.processEvents()
