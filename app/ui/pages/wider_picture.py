"""Below the wider picture of a report that is written: what it gives, and what changed since."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.casework.report_writing import FactNote
from app.core.i18n import _
from app.ui import theme
from app.ui.kit import Banner, FlowLayout, LinkButton, SecondaryButton, Small, button_row


class WiderPicture(QWidget):
    """The decisions that figures are given of, those that were corrected since set apart.

    Args:
        take_up: Lets the report give the figures of today; None where nothing is written any more.
        write_out: Makes its words passages that can be written on; None where they are.
        figures: Goes where the service's figures are entered.
    """

    def __init__(
        self,
        facts: Sequence[FactNote],
        *,
        take_up: Callable[[], object] | None,
        write_out: Callable[[], object] | None,
        figures: Callable[[], object],
    ) -> None:
        super().__init__()
        look = theme.current()
        column = QVBoxLayout(self)
        column.setContentsMargins(look.px(12), 0, 0, look.px(8))
        column.setSpacing(look.px(6))
        if not facts:
            column.addWidget(Small(_("No figures are held. The report says so.")))
        changed = take_up is not None and any(fact.changed for fact in facts)
        for fact in facts:
            if not (changed and fact.changed):
                column.addWidget(Small(fact.label))
                continue
            words = (
                _("The record now says: {now}").format(now=fact.now)
                if fact.now
                else _("The record does not say this any more.")
            )
            heading = _("Changed since: {what}").format(what=fact.label)
            column.addWidget(Banner(words, "attention", heading=heading))
        if take_up is not None and changed:
            self.take_up = SecondaryButton(_("Write what it says now"), take_up)
            column.addLayout(button_row(self.take_up))
        links = FlowLayout(gap=12)
        if write_out is not None:
            links.addWidget(LinkButton(_("Change its words"), write_out, small=True))
        links.addWidget(LinkButton(_("Figures for reports"), figures, small=True))
        column.addLayout(links)
