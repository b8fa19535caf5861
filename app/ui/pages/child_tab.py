"""What the tabs of a child's record have in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.casework.children import ChildView
from app.core.i18n import _
from app.ui import theme
from app.ui.kit import Card, FlowLayout, Muted, Pill, ScrollPage, Separator, Small, Strong
from app.ui.kit.layout import clear

if TYPE_CHECKING:
    from app.ui.pages.child import ChildPage


WIDE_TEXT: Final = 1.5


class ChildTab(ScrollPage):
    """One part of the record. `load` is called when it is first shown and when it went stale."""

    def __init__(self, page: ChildPage) -> None:
        super().__init__()
        self.page = page
        self.stale = True

    def load(self, view: ChildView) -> None:
        """Show this part of the record of `view`."""

    def empty(self) -> None:
        """Take everything out, to be drawn anew."""
        clear(self.column)

    def show_list(
        self, lines: Sequence[QWidget], empty: str, *, below: Sequence[QWidget] = ()
    ) -> None:
        """Show what there is, line by line; `empty` where there is nothing. `below` comes last."""
        card = Card(_("What there is"))
        for number, line in enumerate(lines):
            if number:
                card.add(Separator())
            card.add(line)
        if not lines:
            card.add(Muted(empty))
        for part in (card, *below):
            self.add(part)
        self.end()


class Listed(QWidget):
    """A line of a list: what it is, its state, a few words about it, and what can be done.

    Args:
        state: The state in words, and its tone.
        remark: Why something can't be done, or who else can see it; empty for nothing to say.
    """

    def __init__(
        self,
        title: str,
        state: tuple[str, str],
        words: str,
        buttons: Sequence[QPushButton],
        *,
        remark: str = "",
    ) -> None:
        super().__init__()
        look = theme.current()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        said = QVBoxLayout()
        said.setSpacing(look.px(4))
        head = FlowLayout(gap=8)
        head.addWidget(Strong(title).one_line())
        head.addWidget(Pill(*state))
        said.addLayout(head)
        said.addWidget(Small(words))
        if remark:
            said.addWidget(Muted(remark))
        row.addLayout(said, 1)
        # At large text the buttons stand one above the other, so that the words keep their room.
        beside = QHBoxLayout() if look.scale < WIDE_TEXT else QVBoxLayout()
        beside.setSpacing(look.px(8))
        for button in buttons:
            beside.addWidget(button, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight)
        row.addLayout(beside)
        row.setAlignment(beside, Qt.AlignmentFlag.AlignTop)
