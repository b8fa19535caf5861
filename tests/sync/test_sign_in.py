"""Signing in to the service: through a browser and back, and whatever may go wrong on the way."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from threading import Thread
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

from app.core.clock import FixedClock
from app.core.errors import KnownError
from app.sync import sign_in
from app.sync.device_key import DeviceKey
from app.sync.kept_sign_in import Issuer as Where
from app.sync.kept_sign_in import SignedIn
from app.sync.sign_in_faults import (
    SignInAway,
    SignInBusy,
    SignInClock,
    SignInDenied,
    SignInPortal,
    SignInStopped,
    SignInTooLate,
    SignInUnproven,
)
from app.sync.wire import NetworkOff
from tests.server.browser import Browser
from tests.server.issuer import CLIENT, Issuer, running_issuer

NONCE = DeviceKey().thumbprint()


@pytest.fixture
def issuer(clock: FixedClock) -> Iterator[Issuer]:
    with running_issuer() as running:
        running.now = clock.now
        yield running


@pytest.fixture
def browser() -> Iterator[Browser]:
    made = Browser()
    yield made
    made.closed()


Try = Callable[..., SignedIn]


@pytest.fixture
def attempt(issuer: Issuer, browser: Browser, clock: FixedClock) -> Try:
    """One sign-in; what isn't said is as it should be."""

    def sign(**more: object) -> SignedIn:
        given = {"show": browser.open, "cancelled": lambda: False, "seconds": 10.0} | more
        where = Where(issuer.url, CLIENT)
        return sign_in.sign_in(where, nonce=NONCE, clock=clock, **given)  # type: ignore[arg-type]

    return sign


def test_the_browser_brings_back_a_code_that_this_program_alone_can_use(
    issuer: Issuer, browser: Browser, attempt: Try, clock: FixedClock
) -> None:
    signed_in = attempt()
    assert (signed_in.name, signed_in.until) == ("b.quill", clock.now() + timedelta(hours=1))
    browser.closed()
    assert "go back to Waymark" in browser.shown
    (asked,) = issuer.went
    assert (asked["nonce"], asked["code_challenge_method"]) == (NONCE, "S256")
    assert asked["redirect_uri"].startswith("http://127.0.0.1:")
    assert "prompt" not in asked
    attempt(anew=True)
    assert issuer.went[1]["prompt"] == "select_account"
    for secret in ("state", "code_challenge"):
        assert issuer.went[1][secret] != asked[secret]


def test_nothing_listens_once_the_sign_in_is_over(
    issuer: Issuer, browser: Browser, attempt: Try
) -> None:
    attempt()
    browser.closed()
    with pytest.raises(httpx.ConnectError):
        httpx.get(issuer.went[0]["redirect_uri"], trust_env=False)


def test_a_knock_without_the_state_is_passed_over(
    issuer: Issuer, browser: Browser, attempt: Try
) -> None:
    """Any page can make the browser knock here: it must neither get in nor stop the sign-in."""
    answers = []

    def show(address: str) -> None:
        asked = {name: found[0] for name, found in parse_qs(urlsplit(address).query).items()}
        back = asked["redirect_uri"]
        for query in (
            {"code": "stolen", "state": "guessed"},
            {"code": "stolen"},
            {"code": "stolen", "state": "é"},
        ):
            answers.append(httpx.get(f"{back}?{urlencode(query)}", trust_env=False, timeout=10))
        right = urlencode({"code": "x", "state": asked["state"]})
        answers.append(httpx.get(f"{back}?{right}&code=y", trust_env=False, timeout=10))
        other = {"host": "rebound.example"}
        answers.append(httpx.get(f"{back}?{right}", headers=other, trust_env=False, timeout=10))
        elsewhere = back.replace("/signed-in", "/favicon.ico")
        answers.append(httpx.get(f"{elsewhere}?{right}", trust_env=False, timeout=10))
        browser.open(address)

    # Knocking waits for the door to be looked after, which happens after it was shown.
    def beside(address: str) -> None:
        Thread(target=show, args=(address,)).start()

    assert attempt(show=beside).name == "b.quill"
    assert [answer.status_code for answer in answers] == [404] * 6


def test_a_connection_that_says_nothing_keeps_nobody_waiting(
    browser: Browser, attempt: Try
) -> None:
    """Browsers open connections in advance and leave them idle."""
    import socket

    idle = []

    def show(address: str) -> None:
        back = urlsplit(parse_qs(urlsplit(address).query)["redirect_uri"][0])
        idle.append(socket.create_connection(("127.0.0.1", back.port or 0)))
        browser.open(address)

    before = time.monotonic()
    attempt(show=show)
    browser.closed()
    assert time.monotonic() - before < 8
    idle[0].close()


def test_each_part_of_the_id_token_is_checked(
    issuer: Issuer, attempt: Try, clock: FixedClock
) -> None:
    now = int(clock.now().timestamp())
    for changes in (
        {"iss": "https://elsewhere.example"},
        {"aud": "another program"},
        {"aud": [CLIENT, "another program"]},
        {"azp": "another program"},
        {"nonce": DeviceKey().thumbprint()},
        {"nonce": None},
        {"sub": None},
        {"exp": None},
        {"exp": 1e30},
    ):
        issuer.changes = changes
        with pytest.raises(SignInUnproven):
            attempt()
    for changes in ({"exp": now - 121}, {"iat": now + 600}, {"nbf": now + 600}):
        issuer.changes = changes
        with pytest.raises(SignInClock):
            attempt()


def test_a_key_that_the_issuer_does_not_publish_proves_nothing(
    issuer: Issuer, attempt: Try
) -> None:
    hidden = issuer.keys.pop()
    issuer.new_key()
    issuer.changes = {"key": hidden}
    with pytest.raises(SignInUnproven):
        attempt()


def test_each_fault_of_the_sign_in_is_told_in_words_of_its_own(
    issuer: Issuer, attempt: Try
) -> None:
    configuration = "/.well-known/openid-configuration"
    page = b"<html>Welcome to the guest network"
    seen: list[KnownError] = []

    def fails(kind: type[KnownError]) -> None:
        with pytest.raises(kind) as failed:
            attempt()
        seen.append(failed.value)
        issuer.replies, issuer.metadata, issuer.denies = {}, {}, ""
        issuer.broken, issuer.says_it_is = False, None

    issuer.broken = True
    fails(SignInBusy)
    issuer.replies[configuration] = (200, "text/html", page)
    fails(SignInPortal)
    issuer.replies[configuration] = (302, "text/plain", b"")
    fails(SignInPortal)
    issuer.replies[configuration] = (200, "application/json", page)
    fails(SignInPortal)
    issuer.replies[configuration] = (200, "application/json", b"x" * (256 * 1024 + 1))
    fails(SignInUnproven)
    issuer.replies["/token"] = (502, "text/html", page)
    fails(SignInBusy)
    issuer.replies["/token"] = (400, "application/json", b"{}")
    fails(SignInDenied)
    issuer.replies["/token"] = (200, "application/json", b"{}")
    fails(SignInUnproven)
    issuer.says_it_is = "https://elsewhere.example"
    fails(SignInUnproven)
    for metadata in (
        {"authorization_endpoint": "http://elsewhere.example/authorize"},
        {"token_endpoint": "ftp://elsewhere.example"},
        {"jwks_uri": None},
        {"code_challenge_methods_supported": ["plain"]},
        {"authorization_response_iss_parameter_supported": True},
    ):
        issuer.metadata = metadata
        fails(SignInUnproven)
    for said, kind in (("access_denied", SignInDenied), ("temporarily_unavailable", SignInBusy)):
        issuer.denies = said
        fails(kind)
    assert all(error.user_text and error.hint for error in seen)
    assert len({error.user_text for error in seen}) == 4


def test_no_network_cancel_and_time_end_the_wait(
    issuer: Issuer, attempt: Try, clock: FixedClock
) -> None:
    nobody: list[str] = []
    with pytest.raises(SignInTooLate):
        attempt(show=nobody.append, seconds=0.1)
    with pytest.raises(SignInStopped):
        attempt(show=nobody.append, cancelled=lambda: len(nobody) == 2)
    with pytest.raises(NetworkOff):
        attempt(show=nobody.append, allowed=lambda: len(nobody) < 3)
    asked = len(issuer.asked)
    with pytest.raises(NetworkOff):
        attempt(show=nobody.append, allowed=lambda: False)
    assert len(issuer.asked) == asked
    gone = Where("http://127.0.0.1:9", CLIENT)
    with pytest.raises(SignInAway):
        sign_in.sign_in(gone, nonce=NONCE, clock=clock, show=nobody.append, cancelled=lambda: False)
