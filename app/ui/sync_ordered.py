"""What is said when the service took this laptop out of use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from app.core.i18n import _
from app.ui.gate import GateCard
from app.ui.kit.buttons import PrimaryButton
from app.ui.kit.text import Body, Heading

if TYPE_CHECKING:
    from app.ui.application import Application


class OrderedCard(GateCard):
    """The casebook is gone from this laptop, or could not be removed: in words, and the way out."""

    def __init__(self, program: Application) -> None:
        super().__init__(program, width=520)
        self.body.addWidget(Heading(_("This laptop was taken out of use")))
        self.message = Body(program.sight.message)
        self.body.addWidget(self.message)
        self.close_button = PrimaryButton(_("Close Waymark"), program.quit)
        self.body.addWidget(self.close_button)

    def first(self) -> QWidget:
        """Override GateCard.first."""
        return self.close_button
