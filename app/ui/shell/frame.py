"""What stands round every page: bars above and below, strips, the rail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from app.ui.shell.custody import CustodyBanner
from app.ui.shell.rail import Rail
from app.ui.shell.status_bar import StatusBar
from app.ui.shell.strips import DemoBanner, Strip, Strips
from app.ui.shell.top_bar import TopBar

if TYPE_CHECKING:
    from app.ui.shell.window import Shell


class Frame(QWidget):
    """The parts in their places; made anew with the language, the theme or the size of text.

    Attributes:
        stack: The pages.
    """

    def __init__(self, shell: Shell, said: list[Strip]) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.top_bar = TopBar(shell)
        column.addWidget(self.top_bar)
        self.demo_banner = DemoBanner()
        self.demo_banner.setVisible(shell.desk.demo)
        column.addWidget(self.demo_banner)
        self.custody_banner = CustodyBanner(shell)
        self.custody_banner.hide()
        column.addWidget(self.custody_banner)
        self.strips = Strips(said)
        column.addWidget(self.strips)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        self.rail = Rail()
        middle.addWidget(self.rail)
        self.stack = QStackedWidget()
        middle.addWidget(self.stack, 1)
        column.addLayout(middle, 1)
        self.status_bar = StatusBar(shell, lambda code: shell.change_settings(language=code))
        column.addWidget(self.status_bar)
