"""Runs the program itself and types into a form until it is killed.

`typist.py FOLDER RECORD_ID`, then one line on standard input for each round: a section
of the form, the path of a text question in it, and a number that the pauses depend on. Everything
is imported once; each round is a fork of that process. It says on standard output:

    pid 4711         the program of this round
    typed 17 123.4   so many characters were typed so far, at this moment of the monotonic clock
    saved 12         the status bar says "Saved here" of so many
    ended            the program is gone
"""

from __future__ import annotations

import os
import random
import sys
import time
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QWidget

from app import bootstrap
from app.forms.loader import FormLibrary
from app.models import kdf
from app.ui import application
from app.ui.application import Application
from app.ui.form.form_page import FormPage
from app.ui.unlock import UnlockCard
from tests.vaults import CHEAP, PASSPHRASE

KEY_MS = 12
LONG_PAUSE_MS = (600, 800)
ONE_PAUSE_IN = 12


def say(*words: object) -> None:
    """One line, written whole at once."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


class Typist(QObject):
    """Somebody who unlocks the casebook, opens the form and types on and on."""

    def __init__(self, program: Application, record_id: str, section: str, path: str, seed: int):
        super().__init__()
        self._program = program
        self._record_id = record_id
        self._section, self._path = section, path
        self._chance = random.Random(seed)
        self._target: QWidget | None = None
        self._typed = 0
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._act)
        self._timer.start(KEY_MS)

    @Slot()
    def _act(self) -> None:
        if self._target is not None:
            self._type()
        elif self._program.shell is not None:
            self._open_form()
        elif self._program.gate is not None and isinstance(self._program.gate.card, UnlockCard):
            self._unlock(self._program.gate.card)

    def _unlock(self, card: UnlockCard) -> None:
        line = card.first()
        if isinstance(line, QLineEdit) and line.isVisible() and not line.text():
            QTest.keyClicks(line, PASSPHRASE)
            QTest.keyClick(line, Qt.Key.Key_Return)

    def _open_form(self) -> None:
        shell = self._program.shell
        page = shell.page
        if not isinstance(page, FormPage):
            shell.go("form", record_id=self._record_id)
        elif page.controller is not None:
            page.show_section(self._section)
            page.view.focus_question(self._path)
            self._target = page.view.fields[self._path].editor.focus_target()
            QTest.keyClick(self._target, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
            QTest.keyClick(self._target, Qt.Key.Key_End)
            shell.was_saved.connect(self._saved)

    def _type(self) -> None:
        QTest.keyClick(self._target, text_at(self._typed))
        self._typed += 1
        say("typed", self._typed, time.monotonic())
        pause = self._chance.randrange(ONE_PAUSE_IN) == 0
        self._timer.setInterval(self._chance.randint(*LONG_PAUSE_MS) if pause else KEY_MS)

    @Slot()
    def _saved(self) -> None:
        if self._program.shell.status_bar.saved_label.text().startswith("Saved here"):
            say("saved", self._typed)


def text_at(place: int) -> str:
    """The character that is typed at this place: words that are numbered, so that a gap shows."""
    return f"word{place // 8:03d} "[place % 8]


def one_round(folder: Path, record_id: str, section: str, path: str, seed: int) -> None:
    """Run the program until it is killed."""
    with kdf.floor_lowered_for_tests(CHEAP):
        app = bootstrap.make_qt([])
        program = bootstrap.open_program(bootstrap.Start(folder=folder))
        typist = Typist(program, record_id, section, path, seed)
        app.exec()
        typist.deleteLater()


def read_in_all() -> None:
    """Import what the program would import on its way, so that no round has to."""
    for package in (import_module(name) for name in ("app.casework", *application.PAGE_PACKAGES)):
        for module in iter_modules(package.__path__, package.__name__ + "."):
            import_module(module.name)
    for name in ("lock", "shell", "settings_page", "help_page", "problem_report"):
        import_module(f"app.ui.{name}")
    FormLibrary.built_in().form("assessment")


def main() -> None:
    """A round for each line of standard input."""
    folder, record_id = Path(sys.argv[1]), sys.argv[2]
    read_in_all()
    for line in sys.stdin:
        section, path, seed = line.split()
        child = os.fork()
        if child == 0:
            one_round(folder, record_id, section, path, int(seed))
            os._exit(1)
        say("pid", child)
        os.waitpid(child, 0)
        say("ended")


if __name__ == "__main__":
    main()
