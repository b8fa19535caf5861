"""One passage of a report on the page that writes it: its words, and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QRegularExpression, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QFocusEvent,
    QResizeEvent,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextDocument,
)
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from app.casework.house_words import Reading, Remark
from app.casework.report_checking import CommentView
from app.casework.report_writing import PassageView
from app.core.i18n import _
from app.ui import theme
from app.ui.kit import Banner, Body, ErrorText, FlowLayout, LinkButton, Muted, Pill, Small
from app.ui.kit.fields import bring_into_view
from app.ui.kit.layout import clear
from app.ui.kit.qt_counts import as_qt_counts
from app.ui.spelling import NEXT_KEYS, SpelledField

LINES_AT_LEAST: Final = 1
REMARKS_SHOWN: Final = 5
WORDS_NAMED: Final = 4
WORDS_TOLD: Final = 8


class _Marks(QSyntaxHighlighter):
    """Colours what somebody said, word for word, and underlines what could be said better.

    Attributes:
        words: What somebody said, as the passage holds it.
        better: From where to where, as Qt counts, words could be said better.
        spoken: The same of words between quotation marks, which stay as they were said.
    """

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self.words: tuple[str, ...] = ()
        self.better: tuple[tuple[int, int], ...] = ()
        self.spoken: tuple[tuple[int, int], ...] = ()

    def highlightBlock(self, text: str) -> None:
        """Override QSyntaxHighlighter::highlightBlock."""
        look = theme.current()
        line = QTextCharFormat()
        line.setUnderlineStyle(QTextCharFormat.UnderlineStyle.DotLine)
        line.setUnderlineColor(look.color("attention"))
        at = self.currentBlock().position()
        length = self.currentBlock().length()
        for spans, format_ in ((self.better, line), (self.spoken, QTextCharFormat())):
            for start, end in spans:
                first, last = max(start - at, 0), min(end - at, length)
                if first < last:
                    self.setFormat(first, last - first, format_)
        shape = QTextCharFormat()
        shape.setBackground(look.color("accent_soft"))
        for words in self.words:
            found = QRegularExpression(QRegularExpression.escape(words)).globalMatch(text)
            while found.hasNext():
                match = found.next()
                self.setFormat(match.capturedStart(), match.capturedLength(), shape)


class WordsEdit(QPlainTextEdit):
    """Words that take the height that they need.

    Signals:
        entered: It has the keyboard now.
    """

    entered = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSizePolicy(policy)
        self.marks = _Marks(self.document())
        self.document().documentLayout().documentSizeChanged.connect(self._fit)
        # Once the lines are laid out: then the page follows where one types.
        self._follow = QTimer(self)
        self._follow.setSingleShot(True)
        self._follow.setInterval(0)
        self._follow.timeout.connect(self._come_along)
        self.textChanged.connect(self._follow.start)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Override QWidget::focusInEvent."""
        super().focusInEvent(event)
        self.entered.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Override QWidget::resizeEvent: other lines at another width."""
        super().resizeEvent(event)
        self._fit()

    def sizeHint(self) -> QSize:
        """Override QWidget::sizeHint."""
        return QSize(super().sizeHint().width(), self.height())

    @Slot()
    def _come_along(self) -> None:
        if self.hasFocus():
            bring_into_view(self)

    @Slot()
    def _fit(self, _size: object = None) -> None:
        lines = max(LINES_AT_LEAST, int(self.document().size().height()))
        margins = self.contentsMargins()
        around = margins.top() + margins.bottom() + int(2 * self.document().documentMargin())
        height = lines * self.fontMetrics().lineSpacing() + around + theme.current().px(4)
        if height != self.height():
            self.setFixedHeight(height)


class PassageEdit(QWidget):
    """A passage: words to write in, or what is drawn from the record.

    Signals:
        typed: The id of the passage whose words a person changed.
        entered: The id of the passage that has the keyboard.
        wanted: The id and a deed: add, up, down, comment, remove.
        dealt_with: The id of a comment that the author has dealt with.
    """

    typed = Signal(str)
    entered = Signal(str)
    wanted = Signal(str, str)
    dealt_with = Signal(str)

    def __init__(
        self,
        view: PassageView,
        number: int,
        *,
        editable: bool,
        comments: Sequence[CommentView] = (),
    ) -> None:
        super().__init__()
        self.view = view
        look = theme.current()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, look.px(6))
        column.setSpacing(look.px(4))
        self.words: WordsEdit | None = None
        if view.kind == "made":
            line = FlowLayout(gap=8)
            line.addWidget(Pill(_("From the record"), "plain"))
            line.addWidget(Body(view.made).one_line())
            column.addLayout(line)
        elif editable:
            self.words = WordsEdit(self._name(number))
            self.words.setPlainText(view.text)
            self.words.marks.words = tuple(quote.words for quote in view.quotes)
            self.words.marks.rehighlight()
            if view.kind == "heading":
                self.words.setFont(look.font("strong", 600))
            self.words.textChanged.connect(lambda: self.typed.emit(self.view.id))
            self.words.entered.connect(lambda: self.entered.emit(self.view.id))
            column.addWidget(self.words)
        else:
            column.addWidget(Body(view.text))
        if view.said_by:
            column.addWidget(Muted(view.said_by))
        self.problem = ErrorText()
        self.problem.hide()
        column.addWidget(self.problem)
        self.reading = QWidget()
        self._remarks = QVBoxLayout(self.reading)
        self._remarks.setContentsMargins(0, 0, 0, 0)
        self._remarks.setSpacing(look.px(2))
        self.reading.hide()
        column.addWidget(self.reading)
        self._read: str | None = None
        self._reading: Reading | None = None
        self.spelled: SpelledField | None = None
        for comment in comments:
            column.addWidget(self._comment(comment, editable=editable))
        self.deeds = QWidget()
        row = QHBoxLayout(self.deeds)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(look.px(12))
        for deed, words in (
            ("add", _("Add below")),
            ("up", _("Move up")),
            ("down", _("Move down")),
            ("comment", _("Comment")),
            ("remove", _("Take out")),
        ):
            button = LinkButton(words, partial(self.wanted.emit, view.id, deed), small=True)
            button.setAccessibleDescription(self._name(number))
            row.addWidget(button)
        row.addStretch(1)
        # Of what is typed in, only where one is; what is drawn has nothing else to come to.
        self._editable = editable
        column.addWidget(self.deeds)
        self.deeds.setVisible(editable and self.words is None)
        self.show_view(view)

    def show_view(self, view: PassageView) -> None:
        """Show what is known of the passage now; the words that are typed stay."""
        self.view = view
        said = ""
        if view.changed_words:
            said = _("These words were said and must stay as they were said: {words}").format(
                words=" ".join(view.changed_words)
            )
        self.problem.setText(said)
        self.problem.setVisible(bool(said))

    def show_deeds(self, on: bool) -> None:
        """Whether the buttons below the words, and what could be said better, are there."""
        self.deeds.setVisible(self._editable and (on or self.words is None))
        self.reading.setVisible(on and self._read is not None)

    @property
    def is_read(self) -> bool:
        """Whether what could be said better of these very words is shown."""
        return self.words is None or self._read == self.text()

    def show_reading(self, text: str, reading: Reading) -> None:
        """Show how `text` reads, unless other words were typed meanwhile."""
        if self.words is None or text != self.text():
            return
        self._read, self._reading = text, reading
        self._say_reading()
        marks = self.words.marks
        better = as_qt_counts(
            text, ((one.start, one.start + one.length) for one in reading.remarks if one.length)
        )
        spoken = as_qt_counts(text, reading.spoken)
        if (better, spoken) != (marks.better, marks.spoken):
            marks.better, marks.spoken = better, spoken
            marks.rehighlight()

    def show_spelling(self, spelled: SpelledField) -> None:
        """Say the words that no dictionary has beside what could be said better, from now on."""
        self.spelled = spelled
        spelled.looked.connect(self._say_reading)

    @Slot()
    def _say_reading(self) -> None:
        reading = self._reading
        if self.words is None or reading is None:
            return
        clear(self._remarks)
        counted = [_("Words: {count}").format(count=reading.words)]
        if reading.reading_age is not None:
            counted.append(_("Reading age: {age}").format(age=reading.reading_age))
        said = [_remark_words(remark) for remark in reading.remarks]
        self._remarks.addWidget(Small(" · ".join(counted)))
        for words in said[:REMARKS_SHOWN]:
            self._remarks.addWidget(Small(words))
        if len(said) > REMARKS_SHOWN:
            more = len(said) - REMARKS_SHOWN
            self._remarks.addWidget(
                Small(_("More underlined further on: {count}").format(count=more))
            )
        misspelt = self.spelled.words if self.spelled is not None else ()
        spelling = ""
        if misspelt:
            spelling = _("Not in the dictionary: {words}. {keys} goes to the next.").format(
                words=", ".join(misspelt[:WORDS_TOLD]), keys=NEXT_KEYS
            )
            self._remarks.addWidget(Small(spelling))
        self.words.setAccessibleDescription(" ".join((*said[:REMARKS_SHOWN], spelling)).strip())

    def text(self) -> str:
        """The words as they stand in the field."""
        return self.words.toPlainText() if self.words is not None else self.view.text

    def _comment(self, comment: CommentView, *, editable: bool) -> QWidget:
        if comment.done:
            return Muted(
                _("{who}: {text} Dealt with. {how}")
                .format(who=comment.who, text=comment.text, how=comment.reply)
                .strip()
            )
        actions: tuple[QWidget, ...] = ()
        if editable:
            done = LinkButton(
                _("Dealt with"), partial(self.dealt_with.emit, comment.id), small=True
            )
            done.setAccessibleDescription(comment.text)
            actions = (done,)
        return Banner(comment.text, "attention", heading=comment.who, actions=actions)

    def _name(self, number: int) -> str:
        words = {
            "heading": _("Heading {number}"),
            "quotation": _("Quotation {number}"),
            "bullet": _("Item {number}"),
        }.get(self.view.kind, _("Paragraph {number}"))
        return words.format(number=number)


def _remark_words(remark: Remark) -> str:
    """What could be said better, in one line."""
    if remark.kind in ("label", "abbreviation"):
        return _("“{words}”: {why} {instead}").format(
            words=remark.words, why=remark.why, instead=remark.instead
        )
    if remark.kind == "long_sentence":
        begins = " ".join(remark.words.split()[:WORDS_NAMED])
        return _("“{words} …”: {why} {instead}").format(
            words=begins, why=remark.why, instead=remark.instead
        )
    return f"{remark.why} {remark.instead}"
