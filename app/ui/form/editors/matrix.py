"""Likelihood and impact as a table that prompts: gone through by arrow keys, chosen with Space."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from app.core.clock import Clock
from app.core.i18n import _
from app.forms import matrix
from app.forms.schema import Question
from app.ui import theme
from app.ui.form.editors.base import Editor, Option
from app.ui.kit import Body
from app.ui.kit.levels import draw_level, level_word

_WRAP: Final = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignVCenter
_STEPS: Final[Mapping[int, tuple[int, int]]] = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}


class Table(QWidget):
    """The table itself: a row for each likelihood, a column for each impact, a level in each field.

    Signals:
        chosen: a field was chosen; carries its likelihood and its impact.
    """

    chosen = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[Option, ...] = ()
        self.columns: tuple[Option, ...] = ()
        self.here: tuple[str, str] = ("", "")
        self.at = (0, 0)
        self.editable = True
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSizePolicy(policy)

    def show_choices(self, rows: Sequence[Option], columns: Sequence[Option]) -> None:
        """Take the words of the two questions."""
        self.rows, self.columns = tuple(rows), tuple(columns)
        self.updateGeometry()
        self.update()

    def show_answers(self, likelihood: str, impact: str, *, editable: bool) -> None:
        """Mark the field that the answers name, if they name one."""
        self.here, self.editable = (likelihood, impact), editable
        focus = Qt.FocusPolicy.StrongFocus if editable else Qt.FocusPolicy.NoFocus
        self.setFocusPolicy(focus)
        found = self._found(likelihood, impact)
        if found is not None:
            self.at = found
        self._say()
        self.update()

    def words_at(self, row: int, column: int) -> str:
        """A field in words, as in "Likely, serious harm: High"."""
        likelihood, impact = self.rows[row], self.columns[column]
        pointed = level_word(matrix.level(likelihood.name, impact.name))
        return _("{likelihood}, {impact}: {level}").format(
            likelihood=likelihood.words, impact=impact.words, level=pointed
        )

    def _found(self, likelihood: str, impact: str) -> tuple[int, int] | None:
        rows = [option.name for option in self.rows]
        columns = [option.name for option in self.columns]
        if likelihood in rows and impact in columns:
            return rows.index(likelihood), columns.index(impact)
        return None

    def _say(self) -> None:
        """Tell a screen reader which field the keyboard is at, and whether it is the chosen one."""
        if not self.rows or not self.columns:
            return
        words = self.words_at(*self.at)
        if self._found(*self.here) == self.at:
            words = _("{field}, chosen").format(field=words)
        if words != self.accessibleDescription():
            self.setAccessibleDescription(words)
            event = QAccessibleEvent(self, QAccessible.Event.DescriptionChanged)
            QAccessible.updateAccessibility(event)

    # -- keyboard and mouse ----------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Override QWidget.keyPressEvent."""
        step = _STEPS.get(event.key())
        if step is not None and self.rows and self.columns:
            self.at = (
                max(0, min(len(self.rows) - 1, self.at[0] + step[0])),
                max(0, min(len(self.columns) - 1, self.at[1] + step[1])),
            )
            self._say()
            self.update()
        elif event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Override QWidget.mousePressEvent."""
        for row in range(len(self.rows)):
            for column in range(len(self.columns)):
                if self.field(row, column).contains(event.position()):
                    self.at = (row, column)
                    self._choose()

    def _choose(self) -> None:
        if self.editable and self.rows and self.columns:
            row, column = self.at
            self.chosen.emit(self.rows[row].name, self.columns[column].name)
            self._say()

    # -- drawing ---------------------------------------------------------------------------

    def field(self, row: int, column: int) -> QRectF:
        """Where a field is drawn; row and column -1 are the heads."""
        across = self.width() / (len(self.columns) + 1)
        down = self._row_height()
        return QRectF((column + 1) * across, (row + 1) * down, across, down)

    def _row_height(self) -> float:
        lines = 3 if theme.current().scale >= 1.5 else 2
        return self.fontMetrics().height() * lines + theme.current().px(10)

    def sizeHint(self) -> QSize:
        """Override QWidget.sizeHint."""
        return QSize(theme.current().px(420), int(self._row_height() * (len(self.rows) + 1)) + 2)

    def minimumSizeHint(self) -> QSize:
        """Override QWidget.minimumSizeHint."""
        return QSize(theme.current().px(240), self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Override QWidget.paintEvent."""
        look = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(look.font("small"))
        inside = look.px(6)
        for place, option in enumerate(self.columns):
            self._head(painter, self.field(-1, place), option.words)
        for row, option in enumerate(self.rows):
            self._head(painter, self.field(row, -1), option.words)
            for column, impact in enumerate(self.columns):
                area = self.field(row, column).adjusted(2, 2, -2, -2)
                self._draw_field(painter, area, (row, column), option.name, impact.name, inside)
        painter.end()

    def _head(self, painter: QPainter, area: QRectF, words: str) -> None:
        look = theme.current()
        painter.setPen(look.color("muted"))
        inside = look.px(4)
        painter.drawText(area.adjusted(inside, 0, -inside, 0), int(_WRAP), words)

    def _draw_field(
        self,
        painter: QPainter,
        area: QRectF,
        at: tuple[int, int],
        likelihood: str,
        impact: str,
        inside: int,
    ) -> None:
        look = theme.current()
        chosen = self.here == (likelihood, impact)
        painter.setPen(look.color("accent" if chosen else "line"))
        painter.setBrush(look.color("accent_soft" if chosen else "surface"))
        painter.drawRoundedRect(area, look.px(4), look.px(4))
        if self.hasFocus() and at == self.at:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(look.color("ink"))
            painter.drawRoundedRect(area.adjusted(2, 2, -2, -2), look.px(3), look.px(3))
        pointed = matrix.level(likelihood, impact)
        ink = look.color("accent" if chosen else "ink")
        side = look.text_px(10)
        shape = QRectF(area.x() + inside, area.center().y() - side / 2, side, side)
        draw_level(painter, shape, pointed, ink)
        painter.setPen(ink)
        painter.setFont(look.font("small", 600 if chosen else 400))
        words = area.adjusted(inside + side + look.px(4), 0, -2, 0)
        painter.drawText(words, int(_WRAP), level_word(pointed))
        painter.setFont(look.font("small"))


class MatrixEditor(Editor):
    """The table with what it points to in words. Choosing a field answers the two questions.

    Signals:
        chosen: a field was chosen; carries its likelihood and its impact.
    """

    chosen = Signal(str, str)

    def __init__(self, question: Question, *, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(question, clock=clock, parent=parent)
        self.table = Table(self)
        self.words = Body()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.current().px(6))
        column.addWidget(self.words)
        column.addWidget(self.table)
        self.table.chosen.connect(self.chosen)
        self._watch(self.table)

    def show_choices(self, rows: Sequence[Option], columns: Sequence[Option]) -> None:
        """Take the words of the two questions."""
        self.table.show_choices(rows, columns)

    def show_answers(self, likelihood: str, impact: str, *, editable: bool) -> None:
        """Mark the field that the answers name, and say what it points to."""
        self.table.show_answers(likelihood, impact, editable=editable)
        pointed = matrix.level(likelihood, impact)
        self.words.setText(
            _("They point to: {level}. You decide the level.").format(level=level_word(pointed))
            if pointed
            else _("Answer both questions above, or choose a field of the table.")
        )

    def show_value(self, _value: Any) -> None:
        """Override Editor.show_value: it follows from the two answers."""

    def focus_target(self) -> QWidget:
        """Override Editor.focus_target."""
        return self.table
