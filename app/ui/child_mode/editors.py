"""How a child answers: large cards, large boxes, large words, nothing chosen beforehand."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from typing import Any, Final

from PySide6.QtWidgets import QGroupBox, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from app.core.clock import Clock
from app.forms.schema import Question
from app.ui import theme
from app.ui.form.editors.base import Editor, Option
from app.ui.form.editors.cards_layout import CardsLayout
from app.ui.form.editors.pictures import CheckCard, PictureEditor, amount_of
from app.ui.form.editors.registry import editor_for

SIZE: Final = "child_option"
AMOUNT_PICTURE: Final = "amount-"


class ChildCards(PictureEditor):
    """One choice of a few, each a large card; amounts as circles filled more and more."""

    card_size = SIZE
    centred = True

    def _amount(self, option: Option) -> Fraction | None:
        drawn = "amount" in self.question.appearance or (option.image or "").startswith(
            AMOUNT_PICTURE
        )
        return amount_of(option, self._options) if drawn else None


class ChildChecks(Editor):
    """Any number of choices, each a large card."""

    def __init__(self, question: Question, *, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(question, clock=clock, parent=parent)
        self.box = QGroupBox(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.box)
        self._flow = CardsLayout(self.box, spacing=theme.current().px(16), centred=True)
        self._options: tuple[Option, ...] = ()
        self.cards: dict[str, CheckCard] = {}

    def show_options(self, options: Sequence[Option]) -> None:
        """Override Editor.show_options."""
        options = tuple(options)
        if options == self._options:
            return
        same = [option.name for option in options] == list(self.cards)
        self._options = options
        if same:
            for option in options:
                self.cards[option.name].set_words(option.words)
            return
        for card in self.cards.values():
            self._flow.removeWidget(card)
            card.deleteLater()
        self.cards = {}
        for option in options:
            card = CheckCard(option.words, picture=option.image, size=SIZE, parent=self.box)
            card.clicked.connect(partial(self._clicked, option.name))
            self._watch(card)
            self._flow.addWidget(card)
            self.cards[option.name] = card

    def show_value(self, value: Any) -> None:
        """Override Editor.show_value."""
        names = list(value) if isinstance(value, list) else []
        for name, card in self.cards.items():
            card.setChecked(name in names)

    def focus_target(self) -> QWidget:
        """Override Editor.focus_target."""
        return next(iter(self.cards.values()), self.box)

    def named(self) -> QWidget:
        """Override Editor.named."""
        return self.box

    def _clicked(self, clicked: str) -> None:
        if self.cards[clicked].isChecked():
            alone = {option.name for option in self._options if option.exclusive}
            for name, card in self.cards.items():
                if name != clicked and (clicked in alone or name in alone):
                    card.setChecked(False)
        chosen = [name for name, card in self.cards.items() if card.isChecked()]
        self.edited.emit(chosen or None)


def child_editor(question: Question, *, clock: Clock, parent: QWidget | None = None) -> Editor:
    """A new editor for a child to answer `question` with."""
    if question.type == "select_one":
        return ChildCards(question, clock=clock, parent=parent)
    if question.type == "select_multiple":
        return ChildChecks(question, clock=clock, parent=parent)
    editor = editor_for(question, clock=clock, parent=parent)
    font = theme.current().font(SIZE)
    for field in (*editor.findChildren(QLineEdit), *editor.findChildren(QPlainTextEdit)):
        field.setStyleSheet(f"font-size: {font.pointSizeF():g}pt;")
    return editor
