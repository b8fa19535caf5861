"""What every editor of a question can do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from app.core.clock import Clock
from app.core.errors import BugError
from app.forms.schema import Question


@dataclass(frozen=True)
class Option:
    """A choice as a person sees it: its stored name, its words, and whether it stands alone."""

    name: str
    words: str
    exclusive: bool = False
    image: str | None = None


class Editor(QWidget):
    """A widget that shows one answer and says when a person changes it.

    An editor never judges what is typed. What it can't read as a value it passes on as the text
    it is, so that nothing is lost and the form can say what is wrong.

    Signals:
        edited: the new value: what is stored, or the text as typed, or `None` when emptied.
        entered: the keyboard has come to this field.
        left: the keyboard has gone to another field.
    """

    edited = Signal(object)
    entered = Signal()
    left = Signal()

    #: Whether a person types text here, which undoes its own steps with Ctrl+Z.
    undoes_itself = False
    #: Whether the editor shows the label itself, so that the frame around it must not.
    carries_label = False

    def __init__(self, question: Question, *, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.question = question
        self.clock = clock

    def show_language(self, _language: str) -> None:
        """Show the editor's own words (buttons, month names) in the language of the form."""

    def show_options(self, options: Sequence[Option]) -> None:
        """Take the choices that are open now. Editors without choices pay no attention."""

    def show_value(self, _value: Any) -> None:
        """Show an answer without telling anybody; text that is no value is shown as it stands."""
        raise BugError(f"{type(self).__name__} shows no value")

    def focus_target(self) -> QWidget:
        """The widget that takes the keyboard."""
        return self

    def named(self) -> QWidget:
        """The widget that a screen reader calls by the question's label."""
        return self.focus_target()

    def cursor(self) -> int | None:
        """Where the text cursor stands, or `None` where there is no text."""
        return None

    def place_cursor(self, position: int) -> None:
        """Put the text cursor where it was. Editors without text pay no attention."""

    def setFocus(self, reason: Qt.FocusReason = Qt.FocusReason.OtherFocusReason) -> None:
        """Override QWidget.setFocus: the keyboard goes to the part that takes it."""
        self.focus_target().setFocus(reason)

    def setAccessibleName(self, name: str) -> None:
        """Override QWidget.setAccessibleName: the name belongs to the part that it names."""
        self.named().setAccessibleName(name)

    def setAccessibleDescription(self, text: str) -> None:
        """Override QWidget.setAccessibleDescription: so does the description."""
        self.named().setAccessibleDescription(text)

    def setProperty(self, name: str, value: object) -> bool:
        """Override QObject.setProperty: a problem is shown on the field itself."""
        if name == "problem":
            target = self.named()
            target.setProperty(name, value)
            target.style().unpolish(target)
            target.style().polish(target)
            return True
        return super().setProperty(name, value)

    def _watch(self, *widgets: QWidget) -> None:
        """Say `entered` and `left` as the keyboard comes to these widgets and leaves them all."""
        for widget in widgets:
            widget.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Override QObject.eventFilter."""
        if event.type() == QEvent.Type.FocusIn:
            self.entered.emit()
        elif event.type() == QEvent.Type.FocusOut:
            focus = self.window().focusWidget()
            if focus is None or not self.isAncestorOf(focus):
                self.left.emit()
        return False
