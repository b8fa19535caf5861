"""Others' work, as syncing brings it: shown where it stands."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from app.casework.sync_deeds import Result
    from app.ui.shell.window import Shell

TAKE_IN_AGAIN_MS: Final = 1000


class Arrivals(QObject):
    """Tells the page that is shown what others wrote."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._shell = shell

    @Slot(object)
    def take_in(self, result: Result) -> None:
        """Others' work arrived: show it where it stands, without moving who is typing."""
        if not result.changed and not result.let_go:
            return
        page = self._shell.page
        if page is None or self._shell.ending:
            return
        if QApplication.activeModalWidget() is not None:
            # Not under a question that somebody is answering.
            QTimer.singleShot(TAKE_IN_AGAIN_MS, self, partial(self.take_in, result))
            return
        if page.child_id is not None and page.child_id in result.let_go:
            self._shell.go("caseload")
            return
        page.others_wrote({record_id for _type, record_id in result.changed})
