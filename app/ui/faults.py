"""Errors that nobody caught, brought to where they can be shown."""

from __future__ import annotations

import sys
import threading
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.core import log
from app.ui.tasks import places_of


class Faults(QObject):
    """Errors that nobody caught, from any thread, brought to the GUI thread."""

    raised = Signal(object)

    def install(self) -> None:
        """Hear of every error that would otherwise end the program or go unseen."""

        def hook(_kind: Any, error: BaseException, _trace: Any) -> None:
            log.ui.error("uncaught: %s", places_of(error))
            if isinstance(error, Exception):
                self.raised.emit(error)

        sys.excepthook = hook
        threading.excepthook = lambda told: hook(
            told.exc_type, told.exc_value or RuntimeError(), told.exc_traceback
        )
