"""Two decisions on one snapshot, side by side, and the button that lets one of them count."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.casework.rival_decisions import Rivals, Side
from app.core.i18n import N_, _, ngettext
from app.ui import theme
from app.ui.kit import (
    Body,
    Card,
    FlowLayout,
    Muted,
    Pill,
    SecondaryButton,
    Small,
    Strong,
)

LARGE_TEXT = 1.5
_DECIDED: Final = {
    "countersigned": N_("Countersigned by {who}"),
    "returned": N_("Returned by {who}"),
    "recalled": N_("Taken back by {who}"),
}


class RivalCard(Card):
    """Both decisions with who and when, and what each would lead to.

    Args:
        choose: Called with the place of the decision that shall count.
    """

    def __init__(
        self, rivals: Rivals, child_name: str, choose: Callable[[int], object] | None
    ) -> None:
        super().__init__(child_name)
        look = theme.current()
        head = FlowLayout(gap=8)
        head.addWidget(Strong(rivals.title).one_line())
        head.addWidget(
            Pill(_("decided here"), "good") if rivals.answered else Pill(_("needs you"), "serious")
        )
        self.add(head)
        self.add(
            Body(
                _(
                    "Two people decided on this at once. Choose which decision counts; both are "
                    "kept."
                )
            )
        )
        # At large text the decisions stand one above the other.
        row = QHBoxLayout() if look.scale < LARGE_TEXT else QVBoxLayout()
        row.setSpacing(look.px(24))
        for number, side in enumerate(rivals.sides):
            row.addWidget(self._side(number, side, None if rivals.answered else choose), 1)
        self.add(row)
        if choose is None and not rivals.answered and rivals.why_not:
            self.add(Muted(rivals.why_not))

    def _side(self, number: int, side: Side, choose: Callable[[int], object] | None) -> QWidget:
        block = QWidget()
        column = QVBoxLayout(block)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.current().px(6))
        said = _(_DECIDED[side.decision]).format(who=side.who)
        column.addWidget(Strong(said))
        if side.when:
            column.addWidget(Small(side.when))
        if side.words:
            column.addWidget(Body(side.words))
        if side.typed:
            column.addWidget(
                Small(
                    ngettext(
                        "{count} answer was changed in its new version.",
                        "{count} answers were changed in its new version.",
                        side.typed,
                    ).format(count=side.typed)
                )
            )
        if side.counts:
            column.addWidget(Muted(_("Counts until you choose.")))
        if choose is not None:
            buttons = FlowLayout(gap=8)
            button = SecondaryButton(_("Let this count"), partial(choose, number))
            button.setAccessibleDescription(said)
            buttons.addWidget(button)
            column.addLayout(buttons)
        column.addStretch(1)
        return block
