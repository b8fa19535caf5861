"""Levels of likelihood and of harm: a shape and a word, never colour alone.

● low, ▲ medium, ◆ high, ■ very high. The shapes are drawn, because fonts may lack them.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.core.i18n import _
from app.ui import theme

LEVELS: Final = ("low", "medium", "high", "very_high")


def level_word(level: str | None) -> str:
    """The word for `level`; a level that nobody has set yet is said to be so."""
    return {
        "low": _("Low"),
        "medium": _("Medium"),
        "high": _("High"),
        "very_high": _("Very high"),
    }.get(level or "", _("Not set"))


def draw_level(painter: QPainter, area: QRectF, level: str | None, color: QColor) -> None:
    """Draw the shape of `level` in the middle of `area`."""
    side = min(area.width(), area.height())
    middle = area.center()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    half = side / 2
    if level == "low":
        painter.drawEllipse(middle, half * 0.72, half * 0.72)
    elif level == "medium":
        painter.drawPath(
            _shape(
                middle + QPointF(0, -half * 0.85),
                middle + QPointF(half * 0.92, half * 0.75),
                middle + QPointF(-half * 0.92, half * 0.75),
            )
        )
    elif level == "high":
        painter.drawPath(
            _shape(
                middle + QPointF(0, -half),
                middle + QPointF(half, 0),
                middle + QPointF(0, half),
                middle + QPointF(-half, 0),
            )
        )
    elif level == "very_high":
        painter.drawRect(
            QRectF(middle.x() - half * 0.75, middle.y() - half * 0.75, half * 1.5, half * 1.5)
        )
    else:
        painter.drawRect(QRectF(middle.x() - half * 0.6, middle.y() - 1, half * 1.2, 2))
    painter.restore()


def _shape(first: QPointF, *others: QPointF) -> QPainterPath:
    """A closed shape. A path: a plain list of points is not safe to hand to the painter."""
    path = QPainterPath(first)
    for point in others:
        path.lineTo(point)
    path.closeSubpath()
    return path


class LevelBadge(QWidget):
    """A level as shape and word, `◆ High`; `label` goes before it for those who only hear it."""

    def __init__(
        self,
        level: str | None,
        label: str = "",
        parent: QWidget | None = None,
        *,
        strong: bool = False,
    ) -> None:
        super().__init__(parent)
        self._level: str | None = None
        self._label = label
        self._strong = strong
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_level(level)

    @property
    def level(self) -> str | None:
        """The level shown: low, medium, high, very_high or None."""
        return self._level

    def set_level(self, level: str | None) -> None:
        """Show another level."""
        self._level = level
        word = level_word(level)
        self.setAccessibleName(f"{self._label}: {word}" if self._label else word)
        self.updateGeometry()
        self.update()

    def _metrics(self) -> QFontMetricsF:
        return QFontMetricsF(theme.current().font("body", 600 if self._strong else 400))

    def sizeHint(self) -> QSize:
        """Override QWidget::sizeHint."""
        metrics = self._metrics()
        height = metrics.height()
        width = height * 0.72 + height * 0.35 + metrics.horizontalAdvance(level_word(self._level))
        return QSize(int(width) + 2, int(height) + 2)

    def minimumSizeHint(self) -> QSize:
        """Override QWidget::minimumSizeHint."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Override QWidget::paintEvent."""
        painter = QPainter(self)
        ink = self.palette().windowText().color()
        paint_level(painter, QRectF(self.rect()), self._level, ink, strong=self._strong)
        painter.end()


def paint_level(
    painter: QPainter, area: QRectF, level: str | None, ink: QColor, *, strong: bool = False
) -> None:
    """Paint shape and word, left-aligned in `area`."""
    font = theme.current().font("body", 600 if strong else 400)
    metrics = QFontMetricsF(font)
    side = metrics.height() * 0.62
    top = area.center().y() - side / 2
    draw_level(painter, QRectF(area.x(), top, side, side), level, ink)
    painter.setFont(font)
    painter.setPen(ink)
    words = area.adjusted(metrics.height() * 0.72 + metrics.height() * 0.25, 0, 0, 0)
    painter.drawText(
        words, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), level_word(level)
    )
