"""Choices as cards: amounts as circles filled more and more, or pictures, always with words."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QIcon, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QGroupBox,
    QRadioButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.core.clock import Clock
from app.core.paths import resource_path
from app.forms.schema import Question
from app.ui import theme
from app.ui.form.editors.base import Editor, Option
from app.ui.form.editors.cards_layout import CardsLayout
from app.ui.form.editors.options import TakenBack

_CENTRED: Final = (
    Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
)


class _Card:
    """How a choice is drawn as a card: a picture above its words, a tick when it is chosen."""

    _amount: Fraction | None = None
    _picture: str | None = None
    _size = "body"

    def dress(self, words: str, amount: Fraction | None, picture: str | None, size: str) -> None:
        """Take words, picture and the name of the text size."""
        self._amount = amount
        self._picture = picture
        self._size = size
        self.set_words(words)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFont(theme.current().font(size, 600))

    def set_words(self, words: str) -> None:
        """Show other words: the same choice in another language."""
        self.setText(words.replace("&", "&&"))
        self.setAccessibleName(words)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """Override QWidget.sizeHint: a card of even width, as high as its words need."""
        look = theme.current()
        # The bold face is asked for here: a style sheet may not have reached the widget yet.
        width = max(look.text_px(176 if self._size != "body" else 104), self._longest_word() + 32)
        words = self._words_rect(width).height()
        above = self._picture_side() + look.px(16) if self._drawn() else 0
        return QSize(width, max(44, above + words + 2 * look.px(20)))

    def minimumSizeHint(self) -> QSize:
        """Override QWidget.minimumSizeHint."""
        return self.sizeHint()

    def hitButton(self, position: Any) -> bool:
        """Override QAbstractButton.hitButton: the whole card is the target."""
        return self.rect().contains(position)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Override QWidget.paintEvent."""
        look = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        chosen = self.isChecked()
        edge = QPen(look.color("accent" if chosen else "field_border"), 3 if chosen else 1.5)
        painter.setPen(edge)
        painter.setBrush(look.color("accent_soft" if chosen or self.isDown() else "surface"))
        corner = look.px(16 if self._size != "body" else 8)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(2, 2, -2, -2), corner, corner)
        top = look.px(20)
        words = self._words_rect(self.width())
        if self._drawn():
            side = self._picture_side()
            content = side + look.px(16) + words.height()
            top = max(look.px(12), (self.height() - content) // 2)
            square = QRectF((self.width() - side) / 2, top, side, side)
            if self._amount is not None:
                draw_amount(painter, square, self._amount)
            else:
                painter.drawPixmap(square.toRect(), picture(self._picture or "", side))
            top += side + look.px(16)
        else:
            top = max(look.px(8), (self.height() - words.height()) // 2)
        if chosen:
            self._draw_tick(painter)
        painter.setPen(look.color("ink"))
        painter.drawText(
            QRect(8, top, self.width() - 16, self.height() - top), _CENTRED, self._words()
        )
        painter.end()

    def _draw_tick(self, painter: QPainter) -> None:
        """A tick in the corner: that a card is chosen is never told by colour alone."""
        look = theme.current()
        side = look.text_px(20)
        mark = QRectF(self.width() - side - look.px(10), look.px(10), side, side)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.color("accent"))
        painter.drawEllipse(mark)
        pen = QPen(look.color("on_accent"), side / 9, Qt.PenStyle.SolidLine)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        x, y = mark.x(), mark.y()
        # A path: a plain list of points is not safe to hand to the painter.
        tick = QPainterPath(QPointF(x + side * 0.28, y + side * 0.52))
        tick.lineTo(x + side * 0.44, y + side * 0.68)
        tick.lineTo(x + side * 0.73, y + side * 0.35)
        painter.drawPath(tick)

    def _drawn(self) -> bool:
        return self._amount is not None or bool(
            self._picture and not picture(self._picture, 16).isNull()
        )

    def _words(self) -> str:
        return self.text().replace("&&", "&")

    def _longest_word(self) -> int:
        words = self._words().split() or [""]
        return max(self.fontMetrics().horizontalAdvance(word) for word in words)

    def _words_rect(self, width: int) -> QRect:
        room = QRect(0, 0, max(20, width - 16), 1 << 20)
        return self.fontMetrics().boundingRect(room, _CENTRED, self._words())

    def _picture_side(self) -> int:
        look = theme.current()
        large = self._size != "body"
        if self._picture is not None:
            return look.text_px(112 if large else 72)
        return look.px(64 if large else 40)


class ChoiceCard(TakenBack, _Card, QRadioButton):
    """One of several choices of which one can be chosen, as a card."""

    def __init__(
        self,
        words: str,
        *,
        amount: Fraction | None = None,
        picture: str | None = None,
        size: str = "body",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.dress(words, amount, picture, size)


class CheckCard(_Card, QCheckBox):
    """One of several choices of which any number can be chosen, as a card."""

    def __init__(
        self,
        words: str,
        *,
        picture: str | None = None,
        size: str = "body",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.dress(words, None, picture, size)


def draw_amount(painter: QPainter, square: QRectF, amount: Fraction) -> None:
    """Draw a circle that is filled from below by `amount` (0 to 1)."""
    look = theme.current()
    line = max(2.0, square.width() / 22)
    circle = square.adjusted(line / 2, line / 2, -line / 2, -line / 2)
    if amount > 0:
        whole = QPainterPath()
        whole.addEllipse(circle)
        filled = QRectF(circle)
        filled.setTop(circle.bottom() - circle.height() * float(amount))
        part = QPainterPath()
        part.addRect(filled)
        painter.fillPath(whole.intersected(part), look.color("accent"))
    painter.setPen(QPen(look.color("muted"), line))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(circle)


@lru_cache(maxsize=64)
def picture(name: str, side: int) -> QPixmap:
    """The picture `name` of `resources/forms/images/` at `side` pixels; empty without one."""
    file = resource_path("forms", "images", name)
    if not file.is_file():
        return QPixmap()
    return QIcon(str(file)).pixmap(QSize(side, side))


class PictureEditor(Editor):
    """One choice of a few, each with its picture."""

    card_size = "body"
    centred = False

    def __init__(self, question: Question, *, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(question, clock=clock, parent=parent)
        self.box = QGroupBox(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.box)
        self._flow = CardsLayout(
            self.box, spacing=theme.current().px(20 if self.centred else 12), centred=self.centred
        )
        self._group = QButtonGroup(self)
        self._options: tuple[Option, ...] = ()
        self.cards: dict[str, ChoiceCard] = {}

    def named(self) -> QWidget:
        """Override Editor.named."""
        return self.box

    def show_options(self, options: Sequence[Option]) -> None:
        """Override Editor.show_options."""
        options = tuple(options)
        if options == self._options:
            return
        if [option.name for option in options] == [option.name for option in self._options]:
            for option in options:
                self.cards[option.name].set_words(option.words)
            self._options = options
            return
        for card in self.cards.values():
            self._flow.removeWidget(card)
            card.removeEventFilter(self)
            card.deleteLater()
        self._options = options
        self.cards = {}
        for option in options:
            amount = self._amount(option)
            card = ChoiceCard(
                option.words,
                amount=amount,
                picture=option.image if amount is None else None,
                size=self.card_size,
                parent=self.box,
            )
            card.clicked.connect(self._clicked)
            self._group.addButton(card)
            self._watch(card)
            self._flow.addWidget(card)
            self.cards[option.name] = card

    def show_value(self, value: Any) -> None:
        """Override Editor.show_value."""
        chosen = self.cards.get(value) if isinstance(value, str) else None
        if chosen is not None:
            chosen.setChecked(True)
            return
        self._group.setExclusive(False)
        for card in self.cards.values():
            card.setChecked(False)
        self._group.setExclusive(True)

    def focus_target(self) -> QWidget:
        """Override Editor.focus_target."""
        chosen = (card for card in self.cards.values() if card.isChecked())
        return next(chosen, next(iter(self.cards.values()), self.box))

    def _amount(self, _option: Option) -> Fraction | None:
        return None

    @Slot(bool)
    def _clicked(self, _checked: bool) -> None:
        chosen = (name for name, card in self.cards.items() if card.isChecked())
        self.edited.emit(next(chosen, None))


class AmountEditor(PictureEditor):
    """How much of something: each choice a circle filled further than the one before."""

    def _amount(self, option: Option) -> Fraction | None:
        return amount_of(option, self._options)


def amount_of(option: Option, options: Sequence[Option]) -> Fraction | None:
    """How far the circle of `option` is filled: first empty, last full; apart ones have none."""
    steps = [each.name for each in options if not each.exclusive]
    if option.name not in steps or len(steps) < 2:
        return None
    return Fraction(steps.index(option.name), len(steps) - 1)
