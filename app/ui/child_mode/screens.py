"""The screens a child sees: the start, one question, whether the court may be told, the end."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QRectF, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.core.i18n import _
from app.forms.schema import Question
from app.ui import theme
from app.ui.child_mode.editors import SIZE, child_editor
from app.ui.child_mode.session import DONT_UNDERSTAND, RATHER_NOT_SAY, SKIP, ChildSession
from app.ui.form.editors.base import Editor, Option
from app.ui.form.editors.cards_layout import CardsLayout
from app.ui.form.editors.pictures import ChoiceCard
from app.ui.kit import Body, ErrorText
from app.ui.kit.buttons import Button

WAYS: Final = ("typed", "read_to_me", "typed_for_me")


class BigButton(Button):
    """A button that is easy to hit, with large words."""

    def __init__(self, text: str = "", *, main: bool = False) -> None:
        super().__init__(text)
        self.setObjectName("mainAction" if main else "action")
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)


class BigWords(Body):
    """Words at the size of the options; `weight` 400 or 600."""

    def __init__(self, text: str = "", *, size: str = SIZE, weight: int = 400) -> None:
        super().__init__(text)
        font = theme.current().font(size, weight)
        self.setStyleSheet(f"font-size: {font.pointSizeF():g}pt; font-weight: {weight};")


class Centred(QScrollArea):
    """A column in the middle of the screen, that scrolls when large words need more room."""

    def __init__(self) -> None:
        super().__init__()
        look = theme.current()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        across = QHBoxLayout(inside)
        across.setContentsMargins(look.px(32), look.px(8), look.px(32), look.px(8))
        across.addStretch(1)
        middle = QWidget()
        middle.setMaximumWidth(look.text_px(900))
        middle.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        across.addWidget(middle, 100)
        across.addStretch(1)
        self.column = QVBoxLayout(middle)
        self.column.setContentsMargins(look.px(6), look.px(6), look.px(6), look.px(6))
        self.column.setSpacing(look.px(24))
        self.column.addStretch(1)
        self.setWidget(inside)
        self.viewport().setAutoFillBackground(False)
        inside.setAutoFillBackground(False)

    def finish(self) -> None:
        """Nothing more comes: keep what there is in the middle."""
        self.column.addStretch(1)


class ProgressLine(QWidget):
    """How far the child is, as a bar; the words stand beside it."""

    def __init__(self) -> None:
        super().__init__()
        look = theme.current()
        self.setFixedSize(look.px(260), look.px(10))
        self._part = 0.0

    def show_part(self, part: float) -> None:
        """Fill the bar up to `part` (0 to 1)."""
        self._part = part
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Override QWidget.paintEvent."""
        look = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        bar = QRectF(self.rect())
        corner = bar.height() / 2.5
        painter.setBrush(look.color("hair"))
        painter.drawRoundedRect(bar, corner, corner)
        if self._part > 0:
            bar.setWidth(max(bar.height(), bar.width() * min(1.0, self._part)))
            painter.setBrush(look.color("accent"))
            painter.drawRoundedRect(bar, corner, corner)
        painter.end()


class StartScreen(Centred):
    """What this is, who reads it, what isn't secret, that stopping is fine. In plain words."""

    way_chosen = Signal(str)

    def __init__(self, title: str, lines: Sequence[str], way: str) -> None:
        super().__init__()
        look = theme.current()
        self.column.setSpacing(look.px(12))
        self.heading = BigWords(title, size="child_question", weight=700)
        self.column.addWidget(self.heading)
        for line in (
            *lines,
            _("Your worker and your worker’s manager can read your answers."),
            _("If you or someone else may get hurt, we have to tell people who can help."),
            _("The court is only told your own words if you say yes."),
            _("You can skip any question. You can stop at any time. That is fine."),
        ):
            self.column.addWidget(BigWords(line))
        ask = BigWords(_("How do you want to do this?"), weight=600)
        self.column.addWidget(ask)
        box = QWidget()
        box.setAccessibleName(ask.text())
        flow = CardsLayout(box, spacing=look.px(16))
        self._group = QButtonGroup(self)
        self.cards: dict[str, ChoiceCard] = {}
        for name, words in zip(
            WAYS,
            (
                _("I read and type"),
                _("My worker reads it to me"),
                _("My worker types for me"),
            ),
            strict=True,
        ):
            card = ChoiceCard(words, size=SIZE, parent=box)
            card.setChecked(name == way)
            card.clicked.connect(self._clicked)
            self._group.addButton(card)
            flow.addWidget(card)
            self.cards[name] = card
        self.column.addWidget(box)
        self.finish()

    @Slot(bool)
    def _clicked(self, _checked: bool) -> None:
        for name, card in self.cards.items():
            if card.isChecked():
                self.way_chosen.emit(name)


class QuestionScreen(Centred):
    """One question with its answers and three ways not to answer.

    Signals:
        refused: the child chose not to answer; carries how.
    """

    refused = Signal(str)
    edited = Signal(object)

    def __init__(self, session: ChildSession, path: str, *, read_button: QWidget | None) -> None:
        super().__init__()
        look = theme.current()
        self.session = session
        self.path = path
        controller = session.controller
        question = controller.sheet.question(path)
        self.question = BigWords(size="child_question", weight=700)
        self.hint = BigWords()
        self.hint.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.problem = ErrorText()
        self.problem.setStyleSheet(f"font-size: {look.points(SIZE):g}pt;")
        self.problem.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.problem.hide()
        self._head = QHBoxLayout()
        self._head.setSpacing(look.px(18))
        self._head.addStretch(1)
        if read_button is not None:
            self._head.addWidget(read_button, 0, Qt.AlignmentFlag.AlignVCenter)
        self._head.addWidget(self.question, 100)
        self._head.addStretch(1)
        self.column.addLayout(self._head)
        self.column.addWidget(self.hint)
        self.column.addWidget(self.problem)
        self.editor: Editor | None = None
        self.ways_out: dict[str, BigButton] = {}
        if question.asks:
            self._build_answer(question)
        self.show_words()
        self.show_answer()
        self.finish()

    def show_words(self) -> None:
        """Show the question and its answers in the language of the form."""
        sheet = self.session.controller.sheet
        label, hint = sheet.label(self.path), sheet.hint(self.path)
        self.question.setText(label)
        self._fit_question()
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))
        for how, words in (
            (RATHER_NOT_SAY, _("I don’t want to say")),
            (DONT_UNDERSTAND, _("I don’t understand")),
            (SKIP, _("Skip")),
        ):
            if how in self.ways_out:
                self.ways_out[how].setText(words)
        if self.editor is not None:
            self.editor.show_language(sheet.language)
            self.editor.show_options(
                tuple(
                    Option(
                        choice.name,
                        sheet.choice_label(self.path, choice.name),
                        choice.exclusive,
                        choice.image,
                    )
                    for choice in sheet.choices(self.path)
                )
            )
            self.editor.setAccessibleName(label)
            self.editor.setAccessibleDescription(hint)

    def show_answer(self) -> None:
        """Show what the child has answered so far, or how they chose not to."""
        if self.editor is not None:
            self.editor.show_value(self.session.controller.sheet.value(self.path))
        refusal = self.session.refusal()
        for how, button in self.ways_out.items():
            button.setChecked(how == refusal)

    def show_problem(self, text: str) -> None:
        """Say what does not fit in what was typed."""
        self.problem.setText(text)
        self.problem.setVisible(bool(text))

    def spoken(self) -> str:
        """Everything on the screen, to be read aloud."""
        sheet = self.session.controller.sheet
        choices = [
            sheet.choice_label(self.path, choice.name) for choice in sheet.choices(self.path)
        ]
        parts = (self.question.text(), self.hint.text(), *choices, self.problem.text())
        return ". ".join(part for part in parts if part)

    def focus_answer(self) -> None:
        """Give the keyboard to the answer."""
        if self.editor is not None:
            self.editor.setFocus()

    def _fit_question(self) -> None:
        """In the middle, and no wider than its words, as long as they fit on one line."""
        width = self.question.fontMetrics().horizontalAdvance(self.question.text())
        font = theme.current().font("child_question", 700)
        self.question.setFont(font)
        width = self.question.fontMetrics().horizontalAdvance(self.question.text())
        self.question.setMaximumWidth(width + theme.current().px(12))
        self.question.setAlignment(Qt.AlignmentFlag.AlignHCenter)

    def _build_answer(self, question: Question) -> None:
        clock = self.session.controller.clock
        self.editor = child_editor(question, clock=clock, parent=self)
        self.editor.edited.connect(self.edited)
        self.column.addWidget(self.editor)
        row = QWidget()
        flow = CardsLayout(row, spacing=theme.current().px(16), centred=True)
        for how in (RATHER_NOT_SAY, DONT_UNDERSTAND, SKIP):
            button = BigButton()
            button.setCheckable(True)
            button.clicked.connect(partial(self._way_out, how))
            flow.addWidget(button)
            self.ways_out[how] = button
        self.column.addWidget(row)

    def _way_out(self, how: str) -> None:
        self.refused.emit(how)


class QuoteScreen(Centred):
    """Whether the court may be told an answer in the child's own words. Nothing chosen at first.

    Signals:
        said: the child said yes or no.
    """

    said = Signal(bool)

    def __init__(self, words: str, may_quote: bool | None) -> None:
        super().__init__()
        look = theme.current()
        self.question = BigWords(
            _("Can the court be told this in your words?"), size="child_question", weight=700
        )
        self.question.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.column.addWidget(self.question)
        quoted = QFrame()
        quoted.setObjectName("ownWords")
        inside = QVBoxLayout(quoted)
        inside.setContentsMargins(look.px(24), look.px(16), look.px(24), look.px(16))
        inside.addWidget(BigWords(_("“{words}”").format(words=words)))
        self.column.addWidget(quoted)
        explained = BigWords(
            _("If you say no, your worker can still read it. The court is not told your words.")
        )
        explained.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.column.addWidget(explained)
        box = QWidget()
        box.setAccessibleName(self.question.text())
        flow = CardsLayout(box, spacing=look.px(20), centred=True)
        self._group = QButtonGroup(self)
        self.yes = ChoiceCard(_("Yes"), size=SIZE, parent=box)
        self.no = ChoiceCard(_("No"), size=SIZE, parent=box)
        for card, value in ((self.yes, True), (self.no, False)):
            card.setChecked(may_quote is value)
            card.clicked.connect(self._clicked)
            self._group.addButton(card)
            flow.addWidget(card)
        self.column.addWidget(box)
        self.finish()

    @Slot(bool)
    def _clicked(self, _checked: bool) -> None:
        self.said.emit(self.yes.isChecked())


class EndScreen(Centred):
    """The child has come to the end."""

    def __init__(self) -> None:
        super().__init__()
        self.heading = BigWords(
            _("That was the last question. Thank you."), size="child_question", weight=700
        )
        self.column.addWidget(self.heading)
        self.column.addWidget(BigWords(_("You can go back and change an answer.")))
        self.column.addWidget(BigWords(_("When you are done, give the laptop to your worker.")))
        self.finish()
