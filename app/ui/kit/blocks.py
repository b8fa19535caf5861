"""Cards, banners, key facts, empty states, and the card that says the program is busy."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import shiboken6
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLayout,
    QProgressBar,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.core.i18n import _
from app.ui import theme
from app.ui.kit.buttons import SecondaryButton
from app.ui.kit.flow import FlowLayout
from app.ui.kit.text import Body, Heading, Muted, Strong


class Card(QFrame):
    """A white block with an optional heading. What it holds goes into `.body`."""

    def __init__(self, heading: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        look = theme.current()
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(0, 0, 0, 0)
        self._outer.setSpacing(0)
        column = QVBoxLayout()
        column.setContentsMargins(look.px(16), look.px(16), look.px(16), look.px(16))
        column.setSpacing(look.px(8))
        self._outer.addLayout(column)
        # Words stay together at the top of a card that is higher than they need.
        self._outer.addStretch(1)
        self.body = column
        self.heading: Heading | None = None
        if heading:
            self.heading = Heading(heading)
            self.setAccessibleName(heading)
            column.addWidget(self.heading)

    def add(self, thing: QWidget | QLayout, stretch: int = 0) -> None:
        """Put `thing` at the end of the card; with `stretch` it takes what room is left."""
        if stretch:
            self._outer.setStretch(0, 1)
            self._outer.setStretch(1, 0)
        if isinstance(thing, QWidget):
            self.body.addWidget(thing, stretch)
        else:
            self.body.addLayout(thing, stretch)

    def set_chosen(self, chosen: bool) -> None:
        """Draw the border of the chosen one among several cards."""
        self.setProperty("chosen", chosen)
        self.style().unpolish(self)
        self.style().polish(self)


class Banner(QFrame):
    """A strip that says one thing on the page: `tone` is accent, good, attention or serious."""

    def __init__(
        self,
        text: str = "",
        tone: str = "accent",
        *,
        heading: str = "",
        actions: tuple[QWidget, ...] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        look = theme.current()
        self.setProperty("tone", tone)
        # At large text the words keep the whole width, and what can be done stands below them.
        row = QVBoxLayout(self) if look.large else QHBoxLayout(self)
        row.setContentsMargins(look.px(16), look.px(10), look.px(16), look.px(10))
        row.setSpacing(look.px(12))
        words = QVBoxLayout()
        words.setSpacing(look.px(2))
        self.heading = Strong(heading)
        if not heading:
            self.heading.hide()
        self.text = Body(text)
        if not text:
            self.text.hide()
        words.addWidget(self.heading)
        words.addWidget(self.text)
        row.addLayout(words, 1)
        if look.large and actions:
            below = FlowLayout(gap=8)
            for action in actions:
                below.addWidget(action)
            row.addLayout(below)
        else:
            for action in actions:
                row.addWidget(action, 0, Qt.AlignmentFlag.AlignVCenter)
        self.setAccessibleName(" ".join(part for part in (heading, text) if part))

    def set_words(self, text: str, heading: str | None = None, tone: str | None = None) -> None:
        """Say something else, in another tone where one is given."""
        self.text.setText(text)
        self.text.setVisible(bool(text))
        if heading is not None:
            self.heading.setText(heading)
            self.heading.setVisible(bool(heading))
        if tone is not None and tone != self.property("tone"):
            self.setProperty("tone", tone)
            self.style().unpolish(self)
            self.style().polish(self)
        self.setAccessibleName(" ".join(p for p in (self.heading.text(), text) if p))


class KeyFacts(QWidget):
    """Pairs of label and value in two columns, each readable by itself."""

    def __init__(
        self, facts: Sequence[tuple[str, str]] = (), parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.current().px(16))
        self._grid.setVerticalSpacing(theme.current().px(6))
        # At large text the longest label would push its value out of the window.
        self._wraps = theme.current().large
        self._grid.setColumnStretch(0, 2 if self._wraps else 0)
        self._grid.setColumnStretch(1, 3 if self._wraps else 1)
        self._count = 0
        for label, value in facts:
            self.add(label, value)

    def add(self, label: str, value: str | QWidget) -> None:
        """Put one more pair at the end."""
        name = Muted(label)
        name.setWordWrap(self._wraps)
        shown: QWidget = Body(value) if isinstance(value, str) else value
        if isinstance(value, str):
            shown.setAccessibleName(f"{label}: {value}")
        self._grid.addWidget(name, self._count, 0, Qt.AlignmentFlag.AlignTop)
        self._grid.addWidget(shown, self._count, 1, Qt.AlignmentFlag.AlignTop)
        self._count += 1


class EmptyState(QWidget):
    """What a page says where there is nothing yet, and the one thing to do about it."""

    def __init__(
        self,
        heading: str,
        text: str = "",
        action: QWidget | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        look = theme.current()
        column = QVBoxLayout(self)
        column.setContentsMargins(look.px(16), look.px(32), look.px(16), look.px(32))
        column.setSpacing(look.px(8))
        head = Heading(heading)
        head.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(head)
        if text:
            words = Muted(text)
            words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(words)
        if action is not None:
            column.addSpacing(look.px(8))
            column.addWidget(action, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)


class Separator(QWidget):
    """A hairline across."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Override QWidget::paintEvent."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.current().color("line"))
        painter.end()


class BusyCard(QFrame):
    """The card in the middle of a BusyOverlay."""


class BusyOverlay(QWidget):
    """Covers a window while long work runs: what is done, how far it is, and Cancel."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        look = theme.current()
        self._cancel_it: Callable[[], object] | None = None
        self._before: QWidget | None = None
        card = BusyCard()
        card.setMinimumWidth(look.px(360))
        column = QVBoxLayout(card)
        column.setContentsMargins(look.px(24), look.px(20), look.px(24), look.px(20))
        column.setSpacing(look.px(12))
        self.text = Strong()
        self.detail = Muted()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.cancel = SecondaryButton(_("Cancel"), self._cancel)
        column.addWidget(self.text)
        column.addWidget(self.bar)
        column.addWidget(self.detail)
        column.addWidget(self.cancel, 0, Qt.AlignmentFlag.AlignRight)
        card.setMaximumWidth(look.text_px(560))
        outer = QVBoxLayout(self)
        outer.addStretch(1)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(card, 1)
        row.addStretch(1)
        outer.addLayout(row)
        outer.addStretch(1)
        window.installEventFilter(self)
        self.hide()

    def begin(self, text: str, cancel: Callable[[], object] | None = None) -> None:
        """Show that `text` is being done; `cancel` is called when the person asks to stop."""
        self._cancel_it = cancel
        self.text.setText(text)
        self.detail.setText("")
        self.detail.hide()
        self.bar.setRange(0, 0)
        self.bar.setAccessibleName(text)
        self.cancel.setText(_("Cancel"))
        self.cancel.setEnabled(True)
        self.cancel.setVisible(cancel is not None)
        self.setGeometry(self.parentWidget().rect())
        self.show()
        self.raise_()
        if cancel is not None:
            self._before = self.window().focusWidget()
            self.cancel.setFocus()

    def progress(self, done: int, total: int, text: str = "") -> None:
        """Say how far it is: `done` of `total`, with words where there are some."""
        self.bar.setRange(0, max(0, total))
        self.bar.setValue(done)
        self.detail.setText(text)
        self.detail.setVisible(bool(text))

    def end(self) -> None:
        """The work is over: the keyboard goes back to where it was."""
        self._cancel_it = None
        before, self._before = self._before, None
        if before is not None and shiboken6.isValid(before) and self.cancel.hasFocus():
            before.setFocus(Qt.FocusReason.OtherFocusReason)
        self.hide()

    def _cancel(self) -> None:
        if self._cancel_it is not None:
            self.cancel.setEnabled(False)
            self.cancel.setText(_("Stopping"))
            self._cancel_it()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Override QObject::eventFilter: stay as large as the window."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self.parentWidget().rect())
        return False

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Override QWidget::paintEvent."""
        painter = QPainter(self)
        veil = QColor(theme.current().color("ground"))
        veil.setAlpha(200)
        painter.fillRect(self.rect(), veil)
        painter.end()
