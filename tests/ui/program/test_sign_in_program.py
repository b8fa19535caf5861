"""Signing in to the service from the real windows; the browser is a small one beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QUrl, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QLineEdit

from app.core.clock import FixedClock
from app.core.ids import new_id
from app.ui.setup import RecoveryCard
from tests.made_once import PASSPHRASE
from tests.server.browser import Browser
from tests.server.issuer import CLIENT, Issuer, running_issuer
from tests.sync.conftest import Central
from tests.ui.program.conftest import Seat


class Desktop(QObject):
    """What opens an address where somebody has a desktop.

    Attributes:
        browser: What opens it; None: there is none, and nobody comes.
    """

    def __init__(self) -> None:
        super().__init__()
        self.browser: Browser | None = Browser()

    @Slot(QUrl)
    def opens(self, url: QUrl) -> None:
        if self.browser is not None:
            self.browser.open(bytes(url.toEncoded().data()).decode())


@pytest.fixture
def desktop() -> Iterator[Desktop]:
    made = Desktop()
    QDesktopServices.setUrlHandler("http", made, "opens")
    yield made
    QDesktopServices.unsetUrlHandler("http")
    if made.browser is not None:
        made.browser.closed()


@pytest.fixture
def issuer(clock: FixedClock) -> Iterator[Issuer]:
    with running_issuer() as running:
        running.now = clock.now
        yield running


@pytest.fixture
def central(tmp_path: Path, clock: FixedClock, issuer: Issuer) -> Iterator[Central]:
    made = Central(tmp_path / "server", clock, sign_in=issuer.url, sign_in_client=CLIENT)
    yield made
    made.close()


@pytest.fixture
def seat(sit: Callable[[Path], Seat], central: Central, tmp_path: Path, desktop: Desktop) -> Seat:
    """Bartholomew Quill in front of a new laptop that the server has let in."""
    seat = sit(tmp_path / "new")
    seat.press("I have a code from my service")
    seat.type("Address of the server", central.address)
    seat.type("Code", central.code(new_id(), "practitioner", "Bartholomew Quill"))
    seat.press("Continue")
    seat.press("That is me")
    return seat


def go_on(seat: Seat) -> None:
    """From the passphrase to the open casebook."""
    seat.type("New passphrase", PASSPHRASE)
    seat.type("The same passphrase again", PASSPHRASE)
    seat.press("Continue")
    seat.type("Passphrase of the key file", "another quiet set of words")
    seat.press("Make the casebook")
    seat.until(lambda: seat.program.gate and isinstance(seat.program.gate.card, RecoveryCard))
    seat.type("Type the recovery code", seat.program.gate.card.shown.text())
    seat.press("Confirm and open the casebook")
    seat.until(lambda: seat.program.shell is not None)
    seat.until(lambda: seat.program.shell.sync.status is not None)
    seat.program.shell.go("sync")
    seat.settle()


def test_a_new_laptop_signs_in_before_its_casebook_is_made(seat: Seat, issuer: Issuer) -> None:
    assert seat.reads("Sign in to your service")
    seat.press("Open the browser")
    seat.until(lambda: seat.reads("Your passphrase"))
    go_on(seat)
    shell = seat.program.shell
    assert not shell.sync.status.must_sign_in
    seat.press("Sync now")
    seat.until(lambda: shell.sync.status.state == "confirmed")
    seat.settle()
    assert seat.reads("Signed in to your service as b.quill.")
    assert len(issuer.went) == 1


def test_who_signs_in_later_is_reminded_and_works_meanwhile(
    seat: Seat, issuer: Issuer, clock: FixedClock, central: Central
) -> None:
    seat.press("Sign in later")
    go_on(seat)
    shell = seat.program.shell
    assert shell.status_bar.sync_strip.needs.text() == "Sign in to your service"
    assert shell.sync.why_not() == "You have to sign in to your service first."
    seat.press("Sign in")
    seat.until(lambda: shell.sync.status.state == "confirmed")
    seat.settle()
    # A working day later the sign-in has ended, and the same button is there again.
    clock.advance(timedelta(hours=10))
    shell.sync.look()
    seat.settle()
    seat.until(lambda: seat.reads("Sign in to your service"))
    issuer.person = "m.fennimore"
    seat.press("Sign in")
    seat.until(lambda: seat.reads("You signed in as m.fennimore."))
    issuer.person = "b.quill"
    seat.press("Try again")
    seat.until(lambda: not shell.sync.status.must_sign_in)
    assert issuer.went[-1]["prompt"] == "select_account"
    seat.until(lambda: not shell.sync.running)
    seat.settle()


def test_the_address_can_be_copied_and_waiting_stopped(
    seat: Seat, issuer: Issuer, desktop: Desktop
) -> None:
    browser, desktop.browser = desktop.browser, None
    QDesktopServices.unsetUrlHandler("http")
    seat.press("Open the browser")
    seat.until(lambda: seat.reads("The browser did not open."))
    seat.press("Copy the address")
    address = QGuiApplication.clipboard().text()
    assert address.startswith(f"{issuer.url}/authorize?")
    seat.press("Stop waiting")
    seat.until(lambda: seat.reads("The sign-in was stopped."))
    issuer.broken = True
    seat.press("Try again")
    seat.until(lambda: seat.reads("out of order just now"))
    issuer.broken = False
    seat.press("Try again")
    seat.until(lambda: bool(seat.program.gate.findChildren(QLineEdit)[0].isVisible()))
    seat.press("Copy the address")
    assert browser is not None
    browser.open(QGuiApplication.clipboard().text())
    seat.until(lambda: seat.reads("Your passphrase"))
    browser.closed()
