"""Signing in to the service as people do it: with a code, again when it ended, as nobody else."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from app.casework import (
    casebook_keys,
    casebooks,
    children,
    joining,
    signing_in,
    sync_deeds,
    syncing,
)
from app.casework.children import ChildDetails
from app.casework.desk import Desk
from app.casework.joining import Welcome
from app.casework.signing_in import NetworkOff, SignInNeeded, SignInStopped, WrongPerson
from app.core.clock import Clock, FixedClock, SystemClock
from app.core.ids import new_id
from app.models import escrow
from server.database import in_service
from server.tables import device_user
from tests import embedded_server
from tests.made_once import PASSPHRASE
from tests.server.browser import Browser
from tests.server.issuer import CLIENT, Issuer, running_issuer
from tests.sync.conftest import Central


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with running_issuer() as running:
        yield running


@pytest.fixture
def browser() -> Iterator[Browser]:
    made = Browser()
    yield made
    made.closed()


@pytest.fixture
def central(tmp_path: Path, clock: FixedClock, issuer: Issuer) -> Iterator[Central]:
    issuer.now = clock.now
    made = Central(tmp_path / "server", clock, sign_in=issuer.url, sign_in_client=CLIENT)
    yield made
    made.close()


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    made: list[Desk] = []

    def make(welcome: Welcome, clock: Clock) -> Desk:
        key = escrow.public_bytes(escrow.make())
        folder = tmp_path / f"casebook {len(made)}"
        desk, code = joining.make(folder, welcome, PASSPHRASE, clock, organisation_key=key)
        casebook_keys.confirm_recovery_code(desk, code)
        made.append(desk)
        return desk

    yield make
    for desk in made:
        desk.close()


def never() -> bool:
    return False


def a_child(desk: Desk) -> None:
    children.add_child(desk, ChildDetails(given_name="Tal", family_name="Fenwick"))


def test_a_laptop_joins_signs_in_and_stays_signed_in_over_a_lock(
    tmp_path: Path, issuer: Issuer, browser: Browser, make: Callable[..., Desk]
) -> None:
    """With the server as a process of its own."""
    folder = tmp_path / "server"
    pid = embedded_server.start(folder)
    try:
        said = embedded_server.asked(
            folder, "new-service", "Larchwood", "--administrator", "Maud Fennimore",
            "--sign-in", issuer.url, "--sign-in-client", CLIENT,
        )  # fmt: skip
        clock = SystemClock()
        welcome = joining.Knock(clock)(embedded_server.address(folder), said["code"])
        assert welcome.has_sign_in
        welcome = signing_in.sign_in_at_the_door(welcome, clock, browser.open, never)
        desk = make(welcome, clock)
        a_child(desk)
        sync_deeds.sync_now(desk)
        now = syncing.status(desk)
        assert (now.word, now.must_sign_in) == ("confirmed", False)
        assert now.signed_in_words == "Signed in to your service as b.quill."
        desk.close()
        again = casebooks.unlock(desk.folder, desk.actor.id, PASSPHRASE, clock)
        a_child(again)
        sync_deeds.sync_now(again)
        assert syncing.status(again).word == "confirmed"
        again.close()
        assert len(issuer.went) == 1
    finally:
        embedded_server.stop(pid)


def _let_in(central: Central, clock: FixedClock, name: str = "Bartholomew Quill") -> Welcome:
    code = central.code(new_id(), "practitioner", name)
    return joining.Knock(clock)(central.address, code)


def test_who_joined_without_signing_in_works_on_and_is_asked_when_syncing(
    central: Central, clock: FixedClock, browser: Browser, make: Callable[..., Desk]
) -> None:
    desk = make(_let_in(central, clock), clock)
    a_child(desk)
    assert syncing.status(desk).must_sign_in
    with pytest.raises(SignInNeeded):
        sync_deeds.sync_now(desk)
    assert syncing.status(desk).waiting
    assert signing_in.sign_in_here(desk, browser.open, never) == "b.quill"
    sync_deeds.sync_now(desk)
    assert syncing.status(desk).word == "confirmed"


def test_a_sign_in_that_ended_is_asked_for_again(
    central: Central, clock: FixedClock, issuer: Issuer, browser: Browser, make: Callable[..., Desk]
) -> None:
    desk = make(_let_in(central, clock), clock)
    signing_in.sign_in_here(desk, browser.open, never)
    sync_deeds.sync_now(desk)
    clock.advance(timedelta(hours=9, minutes=59))
    a_child(desk)
    assert not syncing.status(desk).must_sign_in
    sync_deeds.sync_now(desk)
    assert len(issuer.went) == 1, "once in a working day, though an id_token counts for an hour"
    clock.advance(timedelta(minutes=1))
    a_child(desk)
    now = syncing.status(desk)
    assert (now.must_sign_in, now.signed_in_words) == (True, "")
    with pytest.raises(SignInNeeded):
        sync_deeds.sync_now(desk)
    signing_in.sign_in_here(desk, browser.open, never)
    sync_deeds.sync_now(desk)
    assert syncing.status(desk).word == "confirmed"


def test_what_the_server_does_not_believe_any_more_is_forgotten(
    central: Central, clock: FixedClock, browser: Browser, make: Callable[..., Desk]
) -> None:
    desk = make(_let_in(central, clock), clock)
    signing_in.sign_in_here(desk, browser.open, never)
    sync_deeds.sync_now(desk)
    # As a server that was restored from a backup of yesterday.
    forgotten = (
        update(device_user)
        .where(device_user.c.service_id == central.service_id)
        .values(signed_in_until=None)
    )
    in_service(
        central.parts.engine, central.service_id, lambda connection: connection.execute(forgotten)
    )
    with pytest.raises(SignInNeeded):
        sync_deeds.sync_now(desk)
    assert syncing.status(desk).must_sign_in


def test_somebody_else_is_told_apart_and_gets_nowhere(
    central: Central, clock: FixedClock, issuer: Issuer, browser: Browser, make: Callable[..., Desk]
) -> None:
    desk = make(_let_in(central, clock), clock)
    signing_in.sign_in_here(desk, browser.open, never)
    issuer.person = "m.fennimore"
    with pytest.raises(WrongPerson, match=r"m\.fennimore"):
        signing_in.sign_in_here(desk, browser.open, never)
    assert syncing.status(desk).must_sign_in
    issuer.person = "b.quill"
    signing_in.sign_in_here(desk, browser.open, never, anew=True)
    assert issuer.went[-1]["prompt"] == "select_account"
    # At the door of a new casebook, too: one account of the sign-in is one person's.
    colleague = _let_in(central, clock, "Ida Brook")
    with pytest.raises(WrongPerson):
        signing_in.sign_in_at_the_door(colleague, clock, browser.open, never)


def test_a_sign_in_that_was_stopped_leaves_the_one_before(
    central: Central, clock: FixedClock, browser: Browser, make: Callable[..., Desk]
) -> None:
    desk = make(_let_in(central, clock), clock)
    signing_in.sign_in_here(desk, browser.open, never)
    with pytest.raises(SignInStopped):
        signing_in.sign_in_here(desk, lambda _address: None, lambda: True)
    assert not syncing.status(desk).must_sign_in


def test_in_custody_mode_no_socket_is_opened_for_anything(
    central: Central,
    clock: FixedClock,
    browser: Browser,
    make: Callable[..., Desk],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    desk = make(_let_in(central, clock), clock)
    signing_in.sign_in_here(desk, browser.open, never)
    browser.closed()
    sync_deeds.set_choices(desk, in_custody=True)
    opened: list[Any] = []
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        opened.append(address)
        real(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect)
    attempts: tuple[Callable[[], object], ...] = (
        lambda: sync_deeds.sync_now(desk),
        lambda: sync_deeds.travellers(desk),
        lambda: sync_deeds.join(desk, central.address, "AAAA-BBBB-CCCC"),
        lambda: signing_in.sign_in_here(desk, browser.open, never),
    )
    for attempt in attempts:
        with pytest.raises(NetworkOff):
            attempt()
    assert opened == []
    desk.close()
    later = casebooks.unlock(desk.folder, desk.actor.id, PASSPHRASE, clock)
    assert syncing.status(later).in_custody
    sync_deeds.set_choices(later, in_custody=False)
    sync_deeds.sync_now(later)
    assert opened
    later.close()


def test_custody_mode_stops_a_sync_at_its_next_request(
    central: Central, clock: FixedClock, browser: Browser, make: Callable[..., Desk]
) -> None:
    desk = make(_let_in(central, clock), clock)
    signing_in.sign_in_here(desk, browser.open, never)
    a_child(desk)

    def switch(step: sync_deeds.Step) -> None:
        if step.words.startswith("Sending"):
            sync_deeds.set_choices(desk, in_custody=True)

    with pytest.raises(NetworkOff):
        sync_deeds.sync_now(desk, switch)
    assert syncing.status(desk).word != "confirmed"
    sync_deeds.set_choices(desk, in_custody=False)
    sync_deeds.sync_now(desk)
    assert syncing.status(desk).word == "confirmed"
