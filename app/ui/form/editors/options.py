"""Radio buttons and check boxes whose words wrap, so that nothing is cut at a large text size."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QRadioButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QWidget,
)

from app.ui import theme

_WRAP: Final = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
_LONGEST: Final = 16_777_215


class _Wrapping:
    """Draws the mark as the style does and the words beside it, on as many lines as they need."""

    _element: QStyle.ControlElement
    _mark_width: QStyle.PixelMetric
    _mark_height: QStyle.PixelMetric

    def _prepare(self) -> None:
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def _mark(self) -> QSize:
        style = self.style()
        return QSize(
            style.pixelMetric(self._mark_width, None, self),
            style.pixelMetric(self._mark_height, None, self),
        )

    def _words_left(self) -> int:
        return self._mark().width() + theme.current().px(10)

    def _shown_words(self) -> str:
        # A single "&" in the words of a form is an ampersand, not a shortcut.
        return self.text().replace("&&", "&")

    def _words_rect(self, width: int) -> QRect:
        room = QRect(0, 0, max(40, width - self._words_left()), _LONGEST)
        return self.fontMetrics().boundingRect(room, _WRAP, self._shown_words())

    def heightForWidth(self, width: int) -> int:
        """Override QWidget.heightForWidth."""
        words = self._words_rect(width).height()
        return max(words, self._mark().height()) + 2 * theme.current().px(4)

    def sizeHint(self) -> QSize:
        """Override QWidget.sizeHint: the words on one line."""
        width = self._words_left() + self._words_rect(_LONGEST).width() + 4
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """Override QWidget.minimumSizeHint: room for the longest word."""
        words = self._shown_words().split() or [""]
        longest = max(self.fontMetrics().horizontalAdvance(word) for word in words)
        width = self._words_left() + longest + 4
        return QSize(width, max(self._mark().height(), self.fontMetrics().height()) + 8)

    def hitButton(self, position: QPoint) -> bool:
        """Override QAbstractButton.hitButton: the words belong to the target."""
        return self.rect().contains(position)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Override QWidget.paintEvent."""
        painter = QPainter(self)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        mark, line = self._mark(), self.fontMetrics().height()
        above = theme.current().px(4)
        option.text = ""
        option.rect = QRect(
            0, above + (max(line, mark.height()) - mark.height()) // 2, mark.width(), mark.height()
        )
        option.state &= ~QStyle.StateFlag.State_HasFocus
        self.style().drawPrimitive(self._primitive, option, painter, self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        words = QRect(
            self._words_left(),
            above + (max(line, mark.height()) - line) // 2,
            self.width() - self._words_left(),
            self.height(),
        )
        painter.drawText(words, _WRAP, self._shown_words())
        painter.end()

    def mark_rect(self) -> QRect:
        """Where the circle or square is drawn."""
        mark, line = self._mark(), self.fontMetrics().height()
        above = theme.current().px(4) + (max(line, mark.height()) - mark.height()) // 2
        return QRect(0, above, mark.width(), mark.height())


class TakenBack:
    """One of several choices of which one can be chosen: Delete takes the choice back."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Override QWidget.keyPressEvent."""
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and self.isChecked():
            group = self.group()
            group.setExclusive(False)
            self.setChecked(False)
            group.setExclusive(True)
            self.clicked.emit()
            return
        super().keyPressEvent(event)


class RadioOption(TakenBack, _Wrapping, QRadioButton):
    """One of several choices of which one can be chosen."""

    _primitive = QStyle.PrimitiveElement.PE_IndicatorRadioButton
    _mark_width = QStyle.PixelMetric.PM_ExclusiveIndicatorWidth
    _mark_height = QStyle.PixelMetric.PM_ExclusiveIndicatorHeight

    def __init__(self, words: str, parent: QWidget | None = None) -> None:
        super().__init__(words.replace("&", "&&"), parent)
        self._prepare()
        self.setAccessibleName(words)


class CheckOption(_Wrapping, QCheckBox):
    """One of several choices of which any number can be chosen."""

    _primitive = QStyle.PrimitiveElement.PE_IndicatorCheckBox
    _mark_width = QStyle.PixelMetric.PM_IndicatorWidth
    _mark_height = QStyle.PixelMetric.PM_IndicatorHeight

    def __init__(self, words: str, parent: QWidget | None = None) -> None:
        super().__init__(words.replace("&", "&&"), parent)
        self._prepare()
        self.setAccessibleName(words)
