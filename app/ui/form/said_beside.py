"""What sources said about a question, beside one another under its answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from app.forms.statements import Statement
from app.ui import theme
from app.ui.form.sources_part import SourceCard

LARGE_TEXT: Final = 1.5  # beyond this they stand under one another


class SaidBeside(QWidget):
    """One card for each source, two in a row."""

    def __init__(
        self, statements: Sequence[Statement], child: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        look = theme.current()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, look.px(4), 0, look.px(4))
        grid.setSpacing(look.px(8))
        across = 1 if look.scale >= LARGE_TEXT else 2
        self.cards = [SourceCard(one, child) for one in statements]
        for number, card in enumerate(self.cards):
            row, column = divmod(number, across)
            grid.addWidget(card, row, column, Qt.AlignmentFlag.AlignTop)
        for column in range(across):
            grid.setColumnStretch(column, 1)
