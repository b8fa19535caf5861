"""Buttons: one primary action on a page, quiet others, links, and one for what can't be undone."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from app.ui import theme


class Button(QPushButton):
    """A button whose accessible name is its visible words. `on_click` takes no arguments."""

    def __init__(
        self,
        text: str,
        on_click: Callable[[], object] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._on_click = on_click
        self.setText(text)
        self.setAutoDefault(False)
        if on_click is not None:
            self.clicked.connect(self._clicked)

    def _clicked(self, _checked: bool = False) -> None:
        if self._on_click is not None:
            self._on_click()

    def setText(self, text: str) -> None:
        """Override QAbstractButton::setText: the accessible name follows the words."""
        super().setText(text.replace("&", "&&"))
        self.setAccessibleName(text)


class SecondaryButton(Button):
    """A quiet button, for any action that is not the main one."""


class PrimaryButton(Button):
    """The main action of a page. A page has one."""


class DangerButton(Button):
    """An action that takes something away."""


class LinkButton(Button):
    """An action that reads as a link. `small` for links below a form."""

    def __init__(
        self,
        text: str,
        on_click: Callable[[], object] | None = None,
        parent: QWidget | None = None,
        *,
        small: bool = False,
        tone: str = "",
    ) -> None:
        super().__init__(text, on_click, parent)
        if small:
            self.setProperty("fine", True)
        if tone:
            self.setProperty("tone", tone)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)


def button_row(*buttons: QWidget, align: str = "left") -> QHBoxLayout:
    """The buttons side by side; `align` is left or right."""
    row = QHBoxLayout()
    row.setSpacing(theme.current().px(12))
    if align == "right":
        row.addStretch(1)
    for button in buttons:
        row.addWidget(button)
    if align == "left":
        row.addStretch(1)
    return row
