"""The program's window over a casebook, for what is measured on the screen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QApplication

from app import bootstrap
from app.casework.desk import Desk
from app.core import turns
from app.core.settings import Settings
from app.forms.loader import FormLibrary
from app.ui import theme
from app.ui.application import register_pages
from app.ui.shell import Shell
from app.ui.tasks import InlineTasks, Tasks


def dressed() -> QApplication:
    """The Qt application, in the light theme."""
    app = bootstrap.make_qt([])
    theme.use("light", 100)
    return app


def window(desk: Desk, tasks: Tasks | None = None, *, forms: Path | None = None) -> Shell:
    """A window at work, with every page in it.

    Args:
        tasks: The database thread; without it, all work is done at once on the calling thread.
        forms: The folder of other forms than those that ship with the program.
    """
    at_work = replace(desk, forms=FormLibrary(forms)) if forms else desk
    shell = Shell(at_work, tasks or InlineTasks(), Settings())
    register_pages(shell)
    shell.resize(1366, 768)
    shell.show()
    QApplication.processEvents()
    # As the program does once its window is there.
    turns.spare_what_is_loaded()
    return shell
