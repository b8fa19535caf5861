"""Buttons: one primary action on a page, quiet others, links, and one for what can't be undone."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from app.ui import theme


class Button(QPushButton):
    """A button whose accessible name is its visible words. `on_click` takes no arguments."""

    def __init__(
        self,
        text: str,
        on_click: Callable[[], object] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._on_click = on_click
        self.setText(text)
        self.setAutoDefault(False)
        if on_click is not None:
            self.clicked.connect(self._clicked)

    def _clicked(self, _checked: bool = False) -> None:
        if self._on_click is not None:
            self._on_click()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Override QPushButton::keyPressEvent: Enter presses the button that has the keyboard."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            # Held down, Enter repeats: it must not press what appears under it next.
            if not event.isAutoRepeat():
                self.click()
            event.accept()
        else:
            super().keyPressEvent(event)

    def setText(self, text: str) -> None:
        """Override QAbstractButton::setText: the accessible name follows the words."""
        super().setText(text.replace("&", "&&"))
        self.setAccessibleName(text)


class SecondaryButton(Button):
    """A quiet button, for any action that is not the main one."""


class PrimaryButton(Button):
    """The main action of a page. A page has one."""


class DangerButton(Button):
    """An action that takes something away."""


class LinkButton(Button):
    """An action that reads as a link. `small` for links below a form."""

    def __init__(
        self,
        text: str,
        on_click: Callable[[], object] | None = None,
        parent: QWidget | None = None,
        *,
        small: bool = False,
        tone: str = "",
    ) -> None:
        super().__init__(text, on_click, parent)
        if small:
            self.setProperty("fine", True)
        if tone:
            self.setProperty("tone", tone)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)


class WrappingLink(LinkButton):
    """A link of a whole sentence, on as many lines as it needs."""

    _FLAGS = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop

    def __init__(
        self,
        text: str,
        on_click: Callable[[], object] | None = None,
        parent: QWidget | None = None,
        *,
        tone: str = "",
    ) -> None:
        super().__init__(text, on_click, parent, tone=tone)
        self._tone = tone or "ink"
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def heightForWidth(self, width: int) -> int:
        """Override QWidget::heightForWidth."""
        look = theme.current()
        return max(look.px(24), self._words(width).height() + look.px(4))

    def sizeHint(self) -> QSize:
        """Override QWidget::sizeHint: the sentence on one line."""
        width = self._words(1 << 20).width() + 2
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        """Override QWidget::minimumSizeHint: room for the longest word."""
        words = self.accessibleName().split() or [""]
        metrics = self.fontMetrics()
        widest = max(metrics.horizontalAdvance(word) for word in words)
        return QSize(widest + 2, metrics.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Override QWidget::paintEvent."""
        painter = QPainter(self)
        painter.setFont(self.font())
        over = self.underMouse() or self.isDown()
        painter.setPen(theme.current().color("accent" if over else self._tone))
        area = self.rect().adjusted(0, theme.current().px(2), 0, 0)
        painter.drawText(area, self._FLAGS, self.accessibleName())
        painter.end()

    def _words(self, width: int) -> QRect:
        room = QRect(0, 0, max(1, width), 1 << 20)
        return self.fontMetrics().boundingRect(room, self._FLAGS, self.accessibleName())


def button_row(*buttons: QWidget, align: str = "left") -> QHBoxLayout:
    """The buttons side by side; `align` is left or right."""
    row = QHBoxLayout()
    row.setSpacing(theme.current().px(12))
    if align == "right":
        row.addStretch(1)
    for button in buttons:
        row.addWidget(button)
    if align == "left":
        row.addStretch(1)
    return row
