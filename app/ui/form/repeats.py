"""A part of a form that is asked once for each of several things: one card for each."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.core.i18n import _
from app.forms.schema import Repeat
from app.ui import theme
from app.ui.form.controller import FormController
from app.ui.form.field import Field
from app.ui.kit import Banner, Body, Card, FlowLayout, Heading, LinkButton, Muted, SecondaryButton

Fill = Callable[["Row"], None]


class Row(Card):
    """One of the things, as a card: its name, its questions, and what can be done with it."""

    def __init__(self, repeat: RepeatView, row_id: str) -> None:
        super().__init__(parent=repeat)
        self.repeat = repeat
        self.row_id = row_id
        self.path = f"{repeat.path}/{row_id}"
        look = theme.current()
        self.name = Heading()
        self.up = LinkButton(_("Move up"), self._move_up, small=True)
        self.down = LinkButton(_("Move down"), self._move_down, small=True)
        self.remove = LinkButton(_("Remove"), self._remove, small=True)
        head = QHBoxLayout()
        head.setSpacing(look.px(16))
        head.addWidget(self.name, 1)
        for button in (self.up, self.down, self.remove):
            head.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        self.add(head)
        self.fields = QVBoxLayout()
        self.fields.setSpacing(look.px(20))
        self.add(self.fields)

    def show_name(self, name: str, *, first: bool, last: bool) -> None:
        """Call the card by `name`, and offer to move it where it can go."""
        self.name.setText(name)
        self.setAccessibleName(name)
        may_move = self.repeat.controller.editable and not self.repeat.fixed
        self.up.setVisible(may_move and not first)
        self.down.setVisible(may_move and not last)
        self.remove.setVisible(may_move)
        for button in (self.up, self.down, self.remove):
            button.setAccessibleDescription(name)

    def _remove(self) -> None:
        self.repeat.remove(self.row_id)

    def _move_up(self) -> None:
        self.repeat.move(self.row_id, -1)

    def _move_down(self) -> None:
        self.repeat.move(self.row_id, 1)


class RepeatView(QWidget):
    """All rows of one repeat, with a button to add one and a way back after a removal.

    Signals:
        row_gone: a card was taken away; carries its path.
    """

    row_gone = Signal(str)

    def __init__(
        self, controller: FormController, repeat: Repeat, path: str, fill: Fill, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.controller = controller
        self.repeat = repeat
        self.path = path
        self.fixed = repeat.count is not None
        self.rows: dict[str, Row] = {}
        self._fill = fill
        self._removed: list[str] = []
        look = theme.current()
        self.heading = Heading()
        self.hint = Muted()
        self.empty = Body()
        self._cards = QVBoxLayout()
        self._cards.setSpacing(look.px(12))
        self._undo = SecondaryButton(_("Undo"), self._restore)
        self.removed = Banner(actions=(self._undo,))
        self.removed.hide()
        self.add = SecondaryButton("", self._add)
        if not controller.editable or self.fixed:
            self.add.hide()
        add_row = FlowLayout()
        add_row.addWidget(self.add)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.px(8))
        for widget in (self.heading, self.hint, self.empty):
            column.addWidget(widget)
        column.addLayout(self._cards)
        column.addWidget(self.removed)
        column.addLayout(add_row)
        self.update_words()
        self.update_rows()

    def update_words(self) -> None:
        """Show heading and row names anew."""
        label = self.controller.sheet.label(self.path)
        self.heading.setText(label)
        self.heading.setVisible(bool(label))
        self.hint.setText(self.controller.sheet.hint(self.path))
        self.hint.setVisible(bool(self.hint.text()))
        self.empty.setText(_("Nothing here yet."))
        self.add.setText(_("Add to: {list}").format(list=label) if label else _("Add another"))
        self.setAccessibleName(label)
        self.name_rows()

    def update_rows(self) -> None:
        """Make cards for new rows, take away those that are gone, keep the others as they are."""
        sheet = self.controller.sheet
        # Rows beyond the number that the form asks for are kept, and not shown.
        wanted = [row for row in sheet.rows(self.path) if sheet.is_relevant(f"{self.path}/{row}")]
        for row_id in [row_id for row_id in self.rows if row_id not in wanted]:
            card = self.rows.pop(row_id)
            self._cards.removeWidget(card)
            card.hide()
            card.deleteLater()
            self.row_gone.emit(card.path)
        for place, row_id in enumerate(wanted):
            card = self.rows.get(row_id)
            if card is None:
                card = self.rows[row_id] = Row(self, row_id)
                self._fill(card)
            if self._cards.indexOf(card) != place:
                self._cards.removeWidget(card)
                self._cards.insertWidget(place, card)
                card.show()
        self.rows = {row_id: self.rows[row_id] for row_id in wanted}
        self._removed = [row_id for row_id in self._removed if row_id not in wanted]
        self.removed.setVisible(bool(self._removed))
        self.empty.setVisible(not wanted)
        self.name_rows()

    def remove(self, row_id: str) -> None:
        """Take a row away and offer it back."""
        name = self.rows[row_id].name.text()
        self._removed.append(row_id)
        self.controller.remove_row(self.path, row_id)
        self.removed.set_words(_("Removed: {name}.").format(name=name))
        self.removed.show()
        self._undo.setFocus(Qt.FocusReason.OtherFocusReason)

    def move(self, row_id: str, by: int) -> None:
        """Put a row one place up (-1) or down (1); the keyboard goes with it."""
        self.controller.move_row(self.path, row_id, by)
        card = self.rows[row_id]
        button = card.up if by < 0 else card.down
        (button if button.isVisible() else card.remove).setFocus(Qt.FocusReason.OtherFocusReason)

    def _add(self) -> None:
        row_id = self.controller.add_row(self.path)
        card = self.rows.get(row_id)
        if card is not None:
            self.row_ready(card)

    def row_ready(self, card: Row) -> None:
        """Give the keyboard to the first question of a new card."""
        for place in card.findChildren(Field):
            if place.shown and place.question.asks:
                place.focus_editor()
                return

    def _restore(self) -> None:
        if self._removed:
            row_id = self._removed.pop()
            self.controller.restore_row(self.path, row_id)
            card = self.rows.get(row_id)
            if card is not None:
                self.row_ready(card)

    def name_rows(self) -> None:
        """Call every card by what its answers make of it."""
        last = len(self.rows) - 1
        for place, card in enumerate(self.rows.values()):
            name = self.controller.sheet.label(card.path)
            card.show_name(name, first=place == 0, last=place == last)
