"""The privacy cover: one key, and nothing of anybody is seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFrame, QVBoxLayout, QWidget
from shiboken6 import isValid

from app.core.i18n import _
from app.ui import theme
from app.ui.kit.buttons import Button
from app.ui.kit.text import Heading, Muted
from app.ui.shell.keys import with_keys

if TYPE_CHECKING:
    from app.casework.places import Place


class PrivacyCover(QFrame):
    """What is seen while the screen is covered."""

    def __init__(self, uncover: Callable[[], object]) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setSpacing(theme.current().px(12))
        column.addStretch(1)
        heading = Heading(_("The screen is covered"))
        heading.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(heading)
        words = Muted(_("Nothing is lost. The casebook is still unlocked."))
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column.addWidget(words)
        self.button = with_keys(Button(_("Show the screen again"), uncover), "F9")
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)


class Underneath:
    """What stood on the screen when it was covered, to be put back.

    Attributes:
        place: Where the person was: the cover takes the keyboard away from the question.
    """

    def __init__(self, window: QWidget, place: Place | None) -> None:
        self.place = place
        self._focus = window.focusWidget()
        self._dialogs = [
            widget
            for widget in QApplication.topLevelWidgets()
            if widget is not window and widget.isVisible() and widget.isWindow()
        ]
        for dialog in self._dialogs:
            dialog.hide()

    def show_dialogs(self) -> None:
        """Show again the dialogs that stood over the window."""
        for dialog in self._dialogs:
            dialog.show()

    def give_keyboard_back(self) -> None:
        """Let the keyboard be where it was, if that is still there."""
        if self._focus is not None and isValid(self._focus):
            self._focus.setFocus()
