"""The whole program in a test: real keys, a real store, the real database thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from app import bootstrap
from app.casework import casebook_keys, casebooks
from app.core.clock import FixedClock
from app.core.settings import Settings
from app.ui import lock
from app.ui.application import Application
from app.ui.outside import Outside
from tests.casework.sync_desks import caseload_only, central, new_desk
from tests.made_once import PASSPHRASE, new_casebook
from tests.ui.window import cheap_keys, child_id, desk, dressed, place

__all__ = [
    "caseload_only",
    "central",
    "cheap_keys",
    "child_id",
    "desk",
    "dressed",
    "new_desk",
    "place",
]

PATIENCE = 30_000


@dataclass
class Seat:
    """Somebody in front of the program, who acts on what can be seen by its name."""

    program: Application
    qtbot: QtBot
    restarted: list[tuple[Path, str, str, bytes]] = field(default_factory=list)
    ended: list[bool] = field(default_factory=list)

    @property
    def window(self) -> QWidget:
        """The window in front."""
        window = QApplication.activeModalWidget() or self.program.shell or self.program.gate
        assert window is not None
        return window

    def settle(self) -> None:
        """Wait until nothing is left to do."""
        QApplication.processEvents()
        self.qtbot.waitUntil(lambda: self.program.tasks.pending == 0, timeout=PATIENCE)
        QApplication.processEvents()

    def until(self, what: Callable[[], object]) -> None:
        """Wait until `what()` is so."""
        self.qtbot.waitUntil(lambda: bool(what()), timeout=PATIENCE)

    def named(self, kind: type[QWidget], name: str) -> QWidget:
        """The visible widget of this kind and name."""
        for widget in self.window.findChildren(kind):
            if widget.isVisible() and widget.accessibleName() == name:
                return widget
        seen = sorted(
            widget.accessibleName()
            for widget in self.window.findChildren(kind)
            if widget.isVisible()
        )
        raise AssertionError(f"no {kind.__name__} is called {name!r}; there are {seen}")

    def press(self, name: str) -> None:
        """Press a button and wait for what follows."""
        button = self.named(QAbstractButton, name)
        assert button.isEnabled(), f"{name} can't be pressed"
        button.click()
        self.settle()

    def type(self, name: str, text: str) -> None:
        """Fill in a line."""
        self.named(QLineEdit, name).setText(text)

    def reads(self, words: str) -> bool:
        """Whether these words can be read in the window now."""
        from PySide6.QtWidgets import QLabel

        return any(
            words in widget.text() and widget.isVisible()
            for widget in self.window.findChildren(QLabel)
        )


@pytest.fixture
def sit(
    qtbot: QtBot,
    clock: FixedClock,
    cheap_keys: None,
    dressed: None,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[[Path], Seat]]:
    """Starts the program on a folder, as often as a test likes."""
    monkeypatch.setattr(lock.LockWatch, "watch_system", lambda _watch, _window: None)
    seats: list[Seat] = []

    def start(folder: Path, settings: Settings | None = None, carried: bytes = b"") -> Seat:
        restarted: list[tuple[Path, str, str, bytes]] = []
        ended: list[bool] = []
        outside = Outside(
            first_sight=bootstrap.first_sight,
            describe=bootstrap.describe,
            restart=lambda *asked: restarted.append(asked),
            end=lambda: ended.append(True),
            finish=lambda: None,
        )
        program = Application(
            outside,
            folder=folder,
            settings=settings or Settings(theme="light"),
            clock=clock,
            carried=carried,
        )
        seat = Seat(program, qtbot, restarted, ended)
        seats.append(seat)
        program.start()
        seat.settle()
        return seat

    yield start
    for seat in seats:
        program = seat.program
        if not program.ending:
            program.quit()
        for window in (program.gate, program.shell):
            if window is not None:
                window.hide()
                window.deleteLater()


@pytest.fixture
def folder(tmp_path: Path, clock: FixedClock, cheap_keys: None) -> Path:
    """A casebook that nobody has open; its user is Ash Rivers, its code is confirmed."""
    place = tmp_path / "casebook"
    made = new_casebook(place)
    desk = casebooks.unlock(place, made.user_id, PASSPHRASE, clock)
    casebook_keys.confirm_recovery_code(desk, made.recovery_code)
    desk.close()
    return place
