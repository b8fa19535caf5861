"""The sections of a form with how far each is, down the left of the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.core.i18n import _
from app.ui import theme
from app.ui.kit import Heading, Small
from app.ui.kit.fields import bring_into_view
from app.ui.kit.layout import ScrollColumn

_WRAP: Final = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
WIDTH: Final = 236
LARGE_TEXT: Final = 1.5
_ABOVE: Final = 3  # what stands above the first section: the whole, what waits, a space


@dataclass(frozen=True)
class Section:
    """One line of the rail.

    Attributes:
        state: A word or a percentage. part: how much is done (0 to 1).
        brief: What stands in place of `state` where text is large.
    """

    name: str
    words: str
    state: str
    part: float | None
    brief: str = ""

    @property
    def shown_state(self) -> str:
        """The state as there is room for it."""
        large = theme.current().scale >= LARGE_TEXT
        return self.brief or self.state if large else self.state


class SectionButton(QPushButton):
    """One section: its name, its state in words, and a bar."""

    def __init__(self, section: Section, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.section = section
        self.setCheckable(True)
        self.setFlat(True)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(section.words)
        self.setAccessibleDescription(section.state)

    def show_section(self, section: Section) -> None:
        """Show another state of the same section."""
        again = (section.words, section.state) != (self.section.words, self.section.state)
        self.section = section
        self.setAccessibleName(section.words)
        self.setAccessibleDescription(section.state)
        if again:
            self.updateGeometry()
        self.update()

    def heightForWidth(self, width: int) -> int:
        """Override QWidget.heightForWidth."""
        look = theme.current()
        bar = look.px(6) + look.px(4) if self.section.part is not None else 0
        below = 0 if self._fits_beside(width) else QFontMetrics(look.font("small")).height()
        return self._words_rect(width).height() + below + bar + 2 * look.px(6)

    def sizeHint(self) -> QSize:
        """Override QWidget.sizeHint."""
        width = theme.current().px(WIDTH - 24)
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """Override QWidget.minimumSizeHint."""
        return QSize(40, self.fontMetrics().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Override QWidget.paintEvent."""
        look = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        here = self.isChecked()
        if here or self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.color("accent_soft" if here else "pressed"))
            painter.drawRoundedRect(QRectF(self.rect()), look.px(6), look.px(6))
        side, above = look.px(8), look.px(6)
        painter.setFont(self._font())
        painter.setPen(look.color("accent" if here else "ink"))
        words = self._words_rect(self.width())
        painter.drawText(words.translated(side, above), _WRAP, self.section.words)
        painter.setFont(look.font("small"))
        painter.setPen(look.color("accent" if here else "muted"))
        beside = self._fits_beside(self.width())
        painter.drawText(
            QRect(
                side,
                above if beside else above + words.height(),
                self.width() - 2 * side,
                words.height() if beside else painter.fontMetrics().height(),
            ),
            (Qt.AlignmentFlag.AlignRight if beside else Qt.AlignmentFlag.AlignLeft)
            | Qt.AlignmentFlag.AlignTop,
            self.section.shown_state,
        )
        if self.section.part is not None:
            bar = QRectF(
                side, self.height() - above - look.px(6), self.width() - 2 * side, look.px(6)
            )
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(look.color("line" if here else "hair"))
            painter.drawRoundedRect(bar, bar.height() / 2, bar.height() / 2)
            if self.section.part > 0:
                done = QRectF(bar)
                done.setWidth(max(bar.height(), bar.width() * min(1.0, self.section.part)))
                painter.setBrush(look.color("accent"))
                painter.drawRoundedRect(done, bar.height() / 2, bar.height() / 2)
        painter.end()

    def _font(self) -> object:
        return theme.current().font("small", 600 if self.isChecked() else 400)

    def _words_rect(self, width: int) -> QRect:
        look = theme.current()
        # Reckoned with the heavier face, so that being chosen never moves the lines below.
        metrics = QFontMetrics(look.font("small", 600))
        room = self._room_beside(width)
        if not self._fits_beside(width):
            room = width - 2 * look.px(8)
        return metrics.boundingRect(QRect(0, 0, max(40, room), 1 << 20), _WRAP, self.section.words)

    def _room_beside(self, width: int) -> int:
        """How wide the words may be where the state stands beside them."""
        look = theme.current()
        state = QFontMetrics(look.font("small")).horizontalAdvance(self.section.shown_state)
        return width - 2 * look.px(8) - state - (look.px(8) if state else 0)

    def _fits_beside(self, width: int) -> bool:
        """Whether no word of the name is so long that it would run into the state."""
        metrics = QFontMetrics(theme.current().font("small", 600))
        longest = max(
            metrics.horizontalAdvance(word) for word in self.section.words.split() or [""]
        )
        return longest <= self._room_beside(width)


class SectionRail(QFrame):
    """All sections of the form, and how far the whole is.

    Signals:
        chosen: a section was chosen; carries its name.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        look = theme.current()
        self.setObjectName("rail")
        self.setAccessibleName(_("Sections"))
        self.setFixedWidth(look.px(WIDTH))
        self.buttons: dict[str, SectionButton] = {}
        self._group = QButtonGroup(self)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        area = ScrollColumn(margins=(10, 14, 10, 12), spacing=2)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._column = area.column
        self.whole = Heading()
        self.whole.setIndent(look.px(8))
        self._column.addWidget(self.whole)
        self.waiting = Small()
        self.waiting.setIndent(look.px(8))
        self.waiting.hide()
        self._column.addWidget(self.waiting)
        self._column.addSpacing(look.px(6))
        self._column.addStretch(1)
        outer.addWidget(area)

    def show_sections(
        self, whole: str, sections: Sequence[Section], here: str, waiting: str = ""
    ) -> None:
        """Show these sections, `here` as the open one; `waiting` says what is left to confirm."""
        self.whole.setText(whole)
        self.waiting.setText(waiting)
        self.waiting.setVisible(bool(waiting))
        names = [section.name for section in sections]
        for gone in [name for name in self.buttons if name not in names]:
            button = self.buttons.pop(gone)
            self._group.removeButton(button)
            self._column.removeWidget(button)
            button.hide()
            button.deleteLater()
        for place, section in enumerate(sections):
            button = self.buttons.get(section.name)
            if button is None:
                button = self.buttons[section.name] = SectionButton(section)
                button.clicked.connect(partial(self._clicked, section.name))
                self._group.addButton(button)
            else:
                button.show_section(section)
            if self._column.indexOf(button) != place + _ABOVE:
                self._column.removeWidget(button)
                self._column.insertWidget(place + _ABOVE, button)
        button = self.buttons.get(here)
        if button is not None and not button.isChecked():
            button.setChecked(True)
            bring_into_view(button)

    def _clicked(self, name: str) -> None:
        self.chosen.emit(name)
