"""Pills: a few words in a rounded border that say a state, a source or what needs attention."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.ui import theme

TONES: Final = ("plain", "accent", "good", "attention", "serious")
_COLOURS: Final = {
    "plain": ("ink", "surface", "line"),
    "accent": ("accent", "accent_soft", "accent_line"),
    "good": ("good", "good_soft", "good_line"),
    "attention": ("attention", "attention_soft", "attention_line"),
    "serious": ("serious", "serious_soft", "serious_line"),
}


def pill_width(text: str) -> int:
    """How wide a pill with `text` is, in pixels."""
    look = theme.current()
    metrics = QFontMetricsF(look.font("small"))
    return int(metrics.horizontalAdvance(text) + look.text_px(9) * 2 + 2)


def pill_height() -> int:
    """How high a pill is, in pixels."""
    return int(QFontMetricsF(theme.current().font("small")).height() + theme.current().px(5))


def draw_pill(painter: QPainter, area: QRectF, text: str, tone: str = "plain") -> None:
    """Draw a pill that fills `area`; words that do not fit end in an ellipsis."""
    look = theme.current()
    ink, ground, line = _COLOURS.get(tone, _COLOURS["plain"])
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(look.color(line), 1))
    painter.setBrush(look.color(ground))
    box = area.adjusted(0.5, 0.5, -0.5, -0.5)
    painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
    font = look.font("small")
    painter.setFont(font)
    painter.setPen(look.color(ink))
    room = area.width() - look.text_px(9) * 2 + 2
    words = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, room)
    painter.drawText(area, int(Qt.AlignmentFlag.AlignCenter), words)
    painter.restore()


class Pill(QWidget):
    """A pill on a page. `tone` is one of `TONES`; accent is for the child's own words."""

    def __init__(self, text: str, tone: str = "plain", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self._tone = tone
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.set_text(text, tone)

    @property
    def text(self) -> str:
        """The words in the pill."""
        return self._text

    @property
    def tone(self) -> str:
        """Which of `TONES` it wears."""
        return self._tone

    def set_text(self, text: str, tone: str | None = None) -> None:
        """Show other words, in another tone where one is given."""
        self._text = text
        self._tone = tone or self._tone
        self.setAccessibleName(text)
        self.setToolTip("")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Override QWidget::sizeHint."""
        return QSize(pill_width(self._text), pill_height())

    def minimumSizeHint(self) -> QSize:
        """Override QWidget::minimumSizeHint."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Override QWidget::paintEvent."""
        painter = QPainter(self)
        draw_pill(painter, QRectF(self.rect()), self._text, self._tone)
        painter.end()
