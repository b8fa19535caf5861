"""The rail of the few places one works in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout

from app.core.i18n import _
from app.ui import theme
from app.ui.kit.buttons import Button
from app.ui.kit.layout import ScrollColumn
from app.ui.shell.joined import Registered

LEAST_WIDTH: Final = 200


class RailNumber(QLabel):
    """How many there are at a place on the rail."""


class RailButton(Button):
    """One place on the rail, with a number where one is known."""

    def __init__(self, text: str, on_click: Callable[[], object]) -> None:
        super().__init__(text, on_click)
        self.setCheckable(True)
        self.setAutoExclusive(True)
        row = QHBoxLayout(self)
        look = theme.current()
        row.setContentsMargins(0, 0, look.px(12), 0)
        row.addStretch(1)
        self.number = RailNumber()
        self.number.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        row.addWidget(self.number)

    def room(self) -> int:
        """How wide the words and a number of two digits need it to be."""
        self.ensurePolished()
        self.number.ensurePolished()
        digits = self.number.fontMetrics().horizontalAdvance("88")
        # Where one is stands in heavier letters.
        heavy = QFontMetrics(theme.current().font(weight=600)).horizontalAdvance(self.text())
        light = self.fontMetrics().horizontalAdvance(self.text())
        return self.sizeHint().width() + max(0, heavy - light) + digits + theme.current().px(8)

    def set_number(self, number: int | None, *, urgent: bool = False) -> None:
        """Show `number`, in the colour of what is urgent where it is; None shows nothing."""
        self.number.setText("" if number is None else str(number))
        self.setAccessibleDescription("" if number is None else str(number))
        self.number.setProperty("urgent", urgent)
        self.number.style().unpolish(self.number)
        self.number.style().polish(self.number)


class Rail(QFrame):
    """The places, each a button.

    Attributes:
        buttons: The button of each place by the name of its page.
    """

    def __init__(self) -> None:
        super().__init__()
        look = theme.current()
        self.setObjectName("rail")
        self.setAccessibleName(_("Places"))
        self.setFixedWidth(look.px(LEAST_WIDTH))
        self.buttons: dict[str, RailButton] = {}
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._area = ScrollColumn(margins=(8, 12, 8, 12), spacing=4)
        self._column = self._area.column
        outer.addWidget(self._area)

    def fill(self, kinds: Iterable[Registered], go: Callable[[str], object]) -> None:
        """Show the kinds of pages that have a place, in their order; a click does `go(name)`."""
        while self._column.count():
            item = self._column.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                # Hidden at once: deleting waits for the event loop, drawing does not.
                widget.hide()
                widget.deleteLater()
        self.buttons = {}
        for kind in kinds:
            if kind.rail is None:
                continue
            button = RailButton(_(kind.rail), partial(go, kind.name))
            self.buttons[kind.name] = button
            self._column.addWidget(button)
        self._column.addStretch(1)
        margins = self._column.contentsMargins()
        rooms = [button.room() for button in self.buttons.values()]
        # Kept free for the bar that comes where the places need more height than there is.
        bar = self._area.verticalScrollBar().sizeHint().width()
        widest = max(rooms, default=0) + margins.left() + margins.right() + bar
        self.setFixedWidth(max(theme.current().px(LEAST_WIDTH), widest))

    def check(self, name: str) -> None:
        """Mark the place where the person is; a page without a place leaves none marked."""
        for place, button in self.buttons.items():
            button.setChecked(place == name)
        if name not in self.buttons:
            for button in self.buttons.values():
                button.setAutoExclusive(False)
                button.setChecked(False)
                button.setAutoExclusive(True)

    def set_number(self, name: str, number: int | None, *, urgent: bool) -> None:
        """Show a number beside a place, where there is one of this name."""
        button = self.buttons.get(name)
        if button is not None:
            button.set_number(number, urgent=urgent)
