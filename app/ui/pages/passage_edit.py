"""One passage of a report on the page that writes it: its words, and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QRegularExpression, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QFocusEvent,
    QResizeEvent,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextDocument,
)
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from app.casework.report_checking import CommentView
from app.casework.report_writing import PassageView
from app.core.i18n import _
from app.ui import theme
from app.ui.kit import Banner, Body, ErrorText, FlowLayout, LinkButton, Muted, Pill

LINES_AT_LEAST: Final = 1


class _Quotes(QSyntaxHighlighter):
    """Colours what somebody said, word for word, inside the words about it."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self.words: tuple[str, ...] = ()

    def highlightBlock(self, text: str) -> None:
        """Override QSyntaxHighlighter::highlightBlock."""
        look = theme.current()
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
        self.quotes = _Quotes(self.document())
        self.document().documentLayout().documentSizeChanged.connect(self._fit)

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
            self.words.quotes.words = tuple(quote.words for quote in view.quotes)
            self.words.quotes.rehighlight()
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
        """Whether the buttons below the words are there."""
        self.deeds.setVisible(self._editable and (on or self.words is None))

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
