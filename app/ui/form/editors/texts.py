"""Text on one line or many, and numbers, all of them typed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from PySide6.QtCore import QMimeData, QSize, Qt, Slot
from PySide6.QtGui import (
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QResizeEvent,
    QTextDocumentFragment,
)
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.core.clock import Clock
from app.forms.schema import Question
from app.forms.texts import LONGEST
from app.ui.form.editors.base import Editor
from app.ui.form.typed import read_decimal, read_integer
from app.ui.kit.spelled import check_spelling

LINES_AT_FIRST: Final = 3
LINES_OF_A_LONG_TEXT: Final = 20
MOST_LETTERS: Final = 10_000_000
WIDTH_IN_LETTERS: Final = {"integer": 10, "decimal": 12, "date": 14, "time": 8}


class LineEditor(Editor):
    """Text on one line."""

    undoes_itself = True

    def __init__(self, question: Question, *, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(question, clock=clock, parent=parent)
        self.line = Line(self)
        self._shown: str = ""
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        letters = WIDTH_IN_LETTERS.get(question.type)
        if letters is not None:
            make_as_wide_as(self.line, letters)
            row.addWidget(self.line)
            row.addStretch(1)
        else:
            row.addWidget(self.line, 1)
        self.line.textEdited.connect(self._typed)
        self._watch(self.line)

    def show_value(self, value: Any) -> None:
        """Override Editor.show_value. A text that means the same keeps the cursor where it is."""
        text = self._text_of(value)
        if self._read(self.line.text()) != value and self.line.text() != text:
            self.line.setText(text)

    def focus_target(self) -> QWidget:
        """Override Editor.focus_target."""
        return self.line

    def cursor(self) -> int | None:
        """Override Editor.cursor."""
        return self.line.cursorPosition()

    def place_cursor(self, position: int) -> None:
        """Override Editor.place_cursor."""
        self.line.setCursorPosition(position)

    @Slot(str)
    def _typed(self, text: str) -> None:
        self.edited.emit(self._read(text))

    def _read(self, text: str) -> Any:
        """The value that `text` stands for."""
        return text or None

    def _text_of(self, value: Any) -> str:
        return "" if value is None else str(value)


class NumberEditor(LineEditor):
    """A number, typed. No spin box: a passing mouse wheel must not change an answer."""

    def __init__(self, question: Question, *, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(question, clock=clock, parent=parent)
        whole = question.type == "integer"
        self._reader: Callable[[str], Any] = read_integer if whole else read_decimal
        self.line.setInputMethodHints(
            Qt.InputMethodHint.ImhDigitsOnly
            if whole
            else Qt.InputMethodHint.ImhFormattedNumbersOnly
        )

    def _read(self, text: str) -> Any:
        if not text.strip():
            return None
        number = self._reader(text)
        return text if number is None else number


def plain_text_of(source: QMimeData) -> str:
    """What is pasted, as plain text: of rich text its words, line by line."""
    if source.hasText():
        return source.text()
    return QTextDocumentFragment.fromHtml(source.html()).toPlainText() if source.hasHtml() else ""


class Line(QLineEdit):
    """A line that takes the words of rich text, and all of them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        # Qt would cut what is longer than this without a word.
        self.setMaxLength(MOST_LETTERS)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Override QLineEdit.keyPressEvent: lines that are pasted become one."""
        if event.matches(QKeySequence.StandardKey.Paste):
            self.insert(" ".join(plain_text_of(QGuiApplication.clipboard().mimeData()).split("\n")))
        else:
            super().keyPressEvent(event)


class GrowingText(QPlainTextEdit):
    """A text box that is as high as what is written in it, so that it never scrolls in a page.

    A text that is longer than any answer scrolls after all: laying out all of it would take
    minutes.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.document().documentLayout().documentSizeChanged.connect(self._fit)
        self._height = 0
        self._long = False
        self._fit()

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """Override QPlainTextEdit.canInsertFromMimeData: rich text too, for its words."""
        return source.hasText() or source.hasHtml()

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Override QPlainTextEdit.insertFromMimeData."""
        words = plain_text_of(source)
        self._prepare_for(self.document().characterCount() + len(words))
        self.insertPlainText(words)

    def setPlainText(self, text: str) -> None:
        """Override QPlainTextEdit.setPlainText."""
        self._prepare_for(len(text))
        super().setPlainText(text)

    def _prepare_for(self, letters: int) -> None:
        """Scroll what is too long to be laid out as a whole."""
        self._long = letters > LONGEST
        wrapping = QPlainTextEdit.LineWrapMode
        self.setLineWrapMode(wrapping.NoWrap if self._long else wrapping.WidgetWidth)
        shown = Qt.ScrollBarPolicy.ScrollBarAsNeeded
        hidden = Qt.ScrollBarPolicy.ScrollBarAlwaysOff
        self.setVerticalScrollBarPolicy(shown if self._long else hidden)
        self.setHorizontalScrollBarPolicy(shown if self._long else hidden)

    def sizeHint(self) -> QSize:
        """Override QWidget.sizeHint: as high as the text."""
        return QSize(super().sizeHint().width(), self._height)

    def minimumSizeHint(self) -> QSize:
        """Override QWidget.minimumSizeHint."""
        return QSize(super().minimumSizeHint().width(), self._height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Override QWidget.resizeEvent: another width breaks the lines elsewhere."""
        super().resizeEvent(event)
        self._fit()

    @Slot()
    def _fit(self) -> None:
        # The layout of plain text counts its height in lines, each as the text wraps.
        lines = LINES_OF_A_LONG_TEXT
        if not self._long:
            size = self.document().documentLayout().documentSize()
            lines = max(LINES_AT_FIRST, int(size.height()))
        around = self.height() - self.viewport().height() if self.isVisible() else 24
        # Above and below, and once more: the last line counts as shown only with room to spare.
        margin = 3 * self.document().documentMargin()
        height = round(lines * self.fontMetrics().lineSpacing() + margin) + max(around, 4)
        if height != self._height:
            self._height = height
            self.updateGeometry()


class LongTextEditor(Editor):
    """Text on as many lines as it needs."""

    undoes_itself = True

    def __init__(self, question: Question, *, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(question, clock=clock, parent=parent)
        self.box = GrowingText(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.box)
        self.box.textChanged.connect(self._typed)
        self._watch(self.box)

    def show_language(self, language: str) -> None:
        """Override Editor.show_language: spelling, but of what a child or a parent said."""
        if self.question.said_by == "practitioner":
            check_spelling(self.box, language)

    def show_value(self, value: Any) -> None:
        """Override Editor.show_value."""
        text = "" if value is None else str(value)
        if self.box.toPlainText() != text:
            self.box.blockSignals(True)
            self.box.setPlainText(text)
            self.box.blockSignals(False)
            self.box._fit()

    def focus_target(self) -> QWidget:
        """Override Editor.focus_target."""
        return self.box

    def cursor(self) -> int | None:
        """Override Editor.cursor."""
        return self.box.textCursor().position()

    def place_cursor(self, position: int) -> None:
        """Override Editor.place_cursor."""
        cursor = self.box.textCursor()
        cursor.setPosition(min(position, len(self.box.toPlainText())))
        self.box.setTextCursor(cursor)

    @Slot()
    def _typed(self) -> None:
        self.edited.emit(self.box.toPlainText() or None)


def make_as_wide_as(line: QLineEdit, letters: int) -> None:
    """Make a field as wide as what belongs in it, whatever the size of the text."""
    line.setMinimumWidth(line.fontMetrics().horizontalAdvance("0") * letters + 24)
    line.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
