"""The whole program and a real server: set up with a code, synced beside the work, taken out."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.casework import casebooks, children, laptops, rescued, sync_deeds, syncing
from app.casework.children import ChildDetails
from app.casework.desk import Desk
from app.core.clock import FixedClock
from app.core.errors import KnownError
from app.sync import orders
from app.ui.setup import RecoveryCard
from app.ui.unlock import UnlockCard
from tests.casework.sync_desks import NewDesk
from tests.made_once import PASSPHRASE
from tests.sync.conftest import Central
from tests.ui.pages.people import window_on
from tests.ui.program.conftest import Seat


@pytest.fixture
def maud(new_desk: NewDesk, central: Central) -> Desk:
    """The administrator, at a laptop of their own."""
    return new_desk("Maud Fennimore", "administrator", user_id=central.administrator)


@pytest.fixture
def seat(sit: Callable[[Path], Seat], maud: Desk, tmp_path: Path) -> Seat:
    """Ash Rivers in front of a new laptop, set up with a code."""
    made = laptops.new_code(maud, "Ash Rivers", "practitioner")
    seat = sit(tmp_path / "new")
    seat.press("I have a code from my service")
    seat.press("Continue")
    assert seat.reads("Enter the address of the server.")
    seat.type("Address of the server", made.address)
    seat.type("Code", made.text.lower())
    seat.press("Continue")
    assert seat.reads("This casebook is for Ash Rivers.")
    seat.press("That is me")
    seat.type("New passphrase", PASSPHRASE)
    seat.type("The same passphrase again", PASSPHRASE)
    seat.press("Continue")
    seat.type("Passphrase of the key file", "another quiet set of words")
    seat.press("Make the casebook")
    seat.until(lambda: seat.program.gate and isinstance(seat.program.gate.card, RecoveryCard))
    card = seat.program.gate.card
    seat.type("Type the recovery code", card.shown.text())
    seat.press("Confirm and open the casebook")
    seat.until(lambda: seat.program.shell is not None)
    seat.settle()
    return seat


def synced(seat: Seat) -> None:
    """Sync and wait for its end."""
    shell = seat.program.shell
    shell.sync.start()
    seat.until(lambda: not shell.sync.running)
    seat.settle()


def test_a_new_laptop_is_set_up_with_a_code_and_confirmed(seat: Seat) -> None:
    shell = seat.program.shell
    seat.until(lambda: shell.sync.status is not None and shell.sync.status.joined)
    synced(seat)
    seat.until(lambda: shell.sync.status.state == "confirmed")
    assert shell.status_bar.sync_strip.confirmed.text().startswith("Server confirmed ")


def test_a_sync_has_a_thread_of_its_own_and_the_casebook_answers_meanwhile(
    seat: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = seat.program.shell
    seat.until(lambda: shell.sync.status is not None and shell.sync.status.joined)
    go_on, names = threading.Event(), []
    really = sync_deeds.sync_now

    def held(*given: object) -> object:
        names.append(threading.current_thread().name)
        go_on.wait(20)
        return really(*given)

    monkeypatch.setattr(sync_deeds, "sync_now", held)
    shell.sync.start()
    answered = []
    shell.tasks.run(lambda: syncing.status(seat.program.desk), answered.append, owner=None)
    seat.until(lambda: answered)
    assert shell.sync.running
    go_on.set()
    seat.until(lambda: not shell.sync.running)
    assert names == ["sync"]


def test_a_lock_stops_a_sync_and_comes_at_once(seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    shell = seat.program.shell
    seat.until(lambda: shell.sync.status is not None and shell.sync.status.joined)
    began, stopped = threading.Event(), threading.Event()

    def endless(_desk: Desk, _progress: object, cancelled: Callable[[], bool]) -> None:
        began.set()
        while not cancelled():
            stopped.wait(0.01)
        stopped.set()
        raise sync_deeds.Cancelled

    monkeypatch.setattr(sync_deeds, "sync_now", endless)
    shell.sync.start()
    assert began.wait(20)
    seat.program.lock()
    assert stopped.is_set()
    assert seat.ended == [True]


def test_nothing_is_synced_while_the_laptop_is_with_a_child(seat: Seat) -> None:
    shell = seat.program.shell
    seat.until(lambda: shell.sync.status is not None and shell.sync.status.joined)
    page = shell.page
    page.chrome = False
    assert not shell.sync.start()
    page.chrome = True
    assert shell.sync.start()
    seat.until(lambda: not shell.sync.running)


def test_a_laptop_that_was_taken_out_says_so_and_holds_nothing_any_more(
    seat: Seat, maud: Desk
) -> None:
    synced(seat)
    folder = seat.program.folder
    sync_deeds.sync_now(maud)
    (mine,) = [one for one in laptops.laptops(maud) if not one.this]
    laptops.take_out(maud, mine.id, "wipe")
    seat.program.shell.sync.start()
    seat.until(lambda: seat.program.shell is None)
    seat.settle()
    assert seat.reads("Your service has taken this laptop out of use")
    assert {file.name for file in folder.glob("casebook*")} <= {"casebook.lock"}
    assert casebooks.describe(folder).kind == "none"


def test_a_user_of_before_unlocks_as_ever(seat: Seat, sit: Callable[[Path], Seat]) -> None:
    folder = seat.program.folder
    seat.program.quit()
    again = sit(folder)
    again.until(lambda: again.program.gate and isinstance(again.program.gate.card, UnlockCard))
    again.named(QLineEdit, "Passphrase").setText(PASSPHRASE)
    again.press("Unlock")
    again.until(lambda: again.program.shell is not None)
    shell = again.program.shell
    again.until(lambda: shell.sync.status is not None and shell.sync.status.joined)


def _press(window: QWidget, *names: str) -> None:
    """Press one button after another, each in the window that is in front by then."""
    for name in names:
        QApplication.processEvents()
        front = QApplication.activeModalWidget() or window
        buttons = [one for one in front.findChildren(QPushButton) if one.isVisible()]
        next(one for one in buttons if one.text() == name).click()
    QApplication.processEvents()


def test_the_unsent_work_of_a_lost_laptop_reaches_the_others_before_it_is_gone(
    seat: Seat, maud: Desk, new_desk: NewDesk, qtbot: QtBot
) -> None:
    """From the administrator's window to the lost laptop's, and to a colleague's."""
    synced(seat)
    lost, folder = seat.program, seat.program.folder
    child = children.add_child(lost.desk, ChildDetails(given_name="Tal", family_name="Fenwick"))
    sync_deeds.sync_now(maud)
    window = window_on(qtbot, maud)
    window.sync.look()
    window.go("settings")
    _press(window, "Show the laptops", "A laptop is lost or handed in", "Take out this laptop")
    window.hide()
    lost.shell.sync.start()
    seat.until(lambda: lost.shell is None)
    seat.settle()
    assert seat.reads("1 change that was only here was sent to your service first.")
    assert {file.name for file in folder.glob("*")} <= {"casebook.lock"}
    colleague = new_desk("Morgan Idris")
    assert "Tal Fenwick" in [one.name for one in sync_deeds.travellers(colleague)]
    sync_deeds.choose(colleague, child.id, True)
    sync_deeds.sync_now(colleague)
    found = children.open_child(colleague, child.id)
    assert found.called == "Tal"


def test_what_a_lost_laptop_can_not_send_is_sealed_and_named(
    seat: Seat, maud: Desk, clock: FixedClock, qtbot: QtBot
) -> None:
    synced(seat)
    lost, folder = seat.program, seat.program.folder
    children.add_child(lost.desk, ChildDetails(given_name="Tal", family_name="Fenwick"))
    (mine,) = [one for one in laptops.laptops(maud) if not one.this]
    laptops.take_out(maud, mine.id, "rescue")
    clock.advance(timedelta(days=15))
    lost.shell.sync.start()
    seat.until(lambda: lost.shell is None)
    seat.settle()
    sealed = folder / orders.RESCUE_NAME
    assert seat.reads(f"What could not be sent lies sealed in the file {sealed}.")
    assert {file.name for file in folder.glob("*")} <= {"casebook.lock", sealed.name}
    assert b"Fenwick" not in sealed.read_bytes()
    # The key file was made as the laptop was set up, and the service keeps it.
    window = window_on(qtbot, maud)
    window.sync.look()
    window.go("settings")
    _press(window, "Show the laptops", "Work that was rescued", "Read it")
    asked = QApplication.activeModalWidget()
    files = [one for one in asked.findChildren(QLineEdit) if one.isVisible()]
    for line, text in zip(
        files,
        (str(sealed), str(folder.parent / "waymark-service.key"), "another quiet set of words"),
        strict=True,
    ):
        line.setText(text)
    _press(window, "Read it")
    said = [one.text() for one in asked.findChildren(QLabel) if one.isVisible()]
    assert "Fenwick" in said
    asked.reject()
    with pytest.raises(KnownError):
        rescued.read(maud, sealed, folder.parent / "waymark-service.key", "wrong", mine.id)
    with pytest.raises(KnownError):
        rescued.read(
            maud, sealed, folder.parent / "waymark-service.key", "another quiet set of words",
            maud.casebook.device_id,
        )  # fmt: skip
