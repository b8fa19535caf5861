"""Things put in order, with buttons: dragging is never needed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.core.clock import Clock
from app.core.i18n import _
from app.forms.schema import Question
from app.ui import theme
from app.ui.form.editors.base import Editor, Option
from app.ui.form.editors.choices import NAME_ROLE, Choices
from app.ui.kit import FlowLayout, Muted, SecondaryButton


class RankEditor(Editor):
    """A list that is put in order with two buttons. Until then it says that it has no answer."""

    def __init__(self, question: Question, *, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(question, clock=clock, parent=parent)
        self._options: tuple[Option, ...] = ()
        self._order: list[str] = []
        self._answered = False
        self.list: QListWidget = Choices(self)
        self.up = SecondaryButton("", self._move_up)
        self.down = SecondaryButton("", self._move_down)
        self.keep = SecondaryButton("", self._keep_order)
        self._note = Muted()
        buttons = FlowLayout()
        for button in (self.up, self.down, self.keep):
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.current().px(8))
        column.addWidget(self.list)
        column.addLayout(buttons)
        column.addWidget(self._note)
        self._watch(self.list)

    def show_language(self, _language: str) -> None:
        """Override Editor.show_language."""
        for button, words in (
            (self.up, _("Move up")),
            (self.down, _("Move down")),
            (self.keep, _("This order is right")),
        ):
            button.setText(words)
        self._note.setText(_("Not in order yet."))

    def show_options(self, options: Sequence[Option]) -> None:
        """Override Editor.show_options."""
        if tuple(options) == self._options:
            return
        self._options = tuple(options)
        names = [option.name for option in self._options]
        kept = [name for name in self._order if name in names]
        self._order = kept + [name for name in names if name not in kept]
        self._draw()

    def show_value(self, value: Any) -> None:
        """Override Editor.show_value."""
        self._answered = bool(value)
        if isinstance(value, str):
            value = value.split()
        names = [option.name for option in self._options]
        ranked = [name for name in (value or ()) if name in names]
        order = ranked + [name for name in names if name not in ranked]
        if value and order != self._order:
            self._order = order
            self._draw()
        self._show_state()

    def focus_target(self) -> QWidget:
        """Override Editor.focus_target."""
        return self.list

    def _move_up(self) -> None:
        self._move(-1)

    def _move_down(self) -> None:
        self._move(1)

    def _keep_order(self) -> None:
        self._answered = True
        self._show_state()
        self.edited.emit(list(self._order))

    def _move(self, by: int) -> None:
        row = self.list.currentRow()
        target = row + by
        if row < 0 or not 0 <= target < len(self._order):
            return
        self._order[row], self._order[target] = self._order[target], self._order[row]
        self._draw()
        self.list.setCurrentRow(target)
        self._keep_order()

    def _draw(self) -> None:
        words = {option.name: option.words for option in self._options}
        row = self.list.currentRow()
        self.list.clear()
        for place, name in enumerate(self._order, 1):
            item = QListWidgetItem(
                _("{place}. {words}").format(place=place, words=words[name]), self.list
            )
            item.setData(NAME_ROLE, name)
        self.list.setCurrentRow(max(0, row))

    def _show_state(self) -> None:
        self._note.setVisible(not self._answered)
        self.keep.setVisible(not self._answered)
