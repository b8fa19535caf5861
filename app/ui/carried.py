"""Sealed words that no disk took at the last lock, held by this process until one does."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import QObject, QTimer, Slot

from app.ui.tasks import Tasks

CARRY_MS: Final = 10_000


class Carried(QObject):
    """What the process before this one could neither save nor put on a disk.

    Attributes:
        sealed: The words, sealed by `aside`; empty where there are none any more.
    """

    def __init__(self, sealed: bytes, folder: Path, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self.sealed = sealed
        self._folder = folder
        self._tasks = tasks
        self._again = QTimer(self)
        self._again.setInterval(CARRY_MS)
        self._again.timeout.connect(self._try)

    def start(self) -> None:
        """Try to put the words on a disk, now and every while until one takes them."""
        if self.sealed:
            self._try()
            self._again.start()

    def drop(self) -> None:
        """They are in the casebook or on a disk by now, or not wanted."""
        self._again.stop()
        self.sealed = b""

    def put_down(self) -> None:
        """Put the words on a disk, at once. Raises KnownError where none takes them."""
        _put_down(self._folder, self.sealed)

    @Slot()
    def _try(self) -> None:
        if self.sealed and self._tasks.pending <= 1:
            op = partial(_put_down, self._folder, self.sealed)
            self._tasks.run(op, lambda _: self.drop(), lambda _: None, owner=self)


def _put_down(folder: Path, sealed: bytes) -> None:
    from app.casework import aside

    aside.keep(folder, sealed)
