"""Where syncing stands, in the status bar: how much waits, and when the server confirmed last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QSizePolicy, QWidget

from app.core.i18n import _, ngettext
from app.ui.kit.buttons import LinkButton
from app.ui.kit.flow import FlowLayout
from app.ui.kit.text import Small

if TYPE_CHECKING:
    from app.ui.shell import Shell
    from app.ui.sync_lane import SyncLane


class SyncStrip(QWidget):
    """Two short sentences, and a link where something needs the person."""

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        # In as many lines as they need: at large text they don't fit beside each other.
        row = FlowLayout(self, gap=20, line_gap=2)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.waiting = Small().one_line()
        self.confirmed = Small().one_line()
        self.needs = LinkButton("", lambda: shell.go("sync"), small=True, tone="attention")
        for part in (self.waiting, self.confirmed, self.needs):
            row.addWidget(part)
        self.hide()

    def show_lane(self, lane: SyncLane) -> None:
        """Say where `lane` stands; nothing where this laptop has not joined a server."""
        status = lane.status
        self.setVisible(status is not None and status.joined)
        if status is None or not status.joined:
            return
        self.waiting.setText(lane.step.words if lane.step is not None else status.waiting_words)
        self.confirmed.setText(status.confirmed_words)
        words = status.lease_words and _("Sync soon")
        if status.must_sign_in:
            words = _("Sign in to your service")
        if status.join_again:
            words = _("Join the server again")
        if status.needs:
            words = ngettext(
                "{count} thing needs you", "{count} things need you", status.needs
            ).format(count=status.needs)
        self.needs.setText(words)
        self.needs.setVisible(bool(words))
