"""What is shown more than asked: notes, what the form works out, a box to say "I agree"."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.core.clock import Clock
from app.forms.schema import Question
from app.ui.form.editors.base import Editor
from app.ui.form.editors.options import CheckOption
from app.ui.kit import Body

AGREED = "OK"


class AcknowledgeEditor(Editor):
    """A box that a person ticks to say that they have seen something."""

    carries_label = True

    def __init__(self, question: Question, *, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(question, clock=clock, parent=parent)
        self.box = CheckOption("", self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.box)
        self.box.clicked.connect(self._clicked)
        self._watch(self.box)

    def setAccessibleName(self, name: str) -> None:
        """Override Editor.setAccessibleName: the label stands beside the box."""
        self.box.setText(name.replace("&", "&&"))
        self.box.setAccessibleName(name)

    def show_value(self, value: Any) -> None:
        """Override Editor.show_value."""
        self.box.setChecked(bool(value))

    def focus_target(self) -> QWidget:
        """Override Editor.focus_target."""
        return self.box

    @Slot(bool)
    def _clicked(self, checked: bool) -> None:
        self.edited.emit(AGREED if checked else None)


class NoteEditor(Editor):
    """Words to read, with nothing to answer."""

    carries_label = True

    def __init__(self, question: Question, *, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(question, clock=clock, parent=parent)
        self.words = Body()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.words)

    def setAccessibleName(self, name: str) -> None:
        """Override Editor.setAccessibleName: the label is all there is."""
        self.words.setText(name)

    def named(self) -> QWidget:
        """Override Editor.named."""
        return self.words

    def show_value(self, _value: Any) -> None:
        """Override Editor.show_value: a note has none."""


class ShownEditor(Editor):
    """An answer as a person reads it: worked out by the form, or locked."""

    def __init__(self, question: Question, *, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(question, clock=clock, parent=parent)
        self.words = Body()
        self.words.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.words)

    def show_value(self, value: Any) -> None:
        """Override Editor.show_value. `value` is the answer in words."""
        self.words.setText(str(value) if value else "–")

    def focus_target(self) -> QWidget:
        """Override Editor.focus_target."""
        return self.words
