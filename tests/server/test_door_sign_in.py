"""Sign-in by OpenID Connect: what an id_token must be, and whose it must be."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from sqlalchemy import update

from app.core.clock import FixedClock
from server.database import in_service
from server.proofs import public_key
from server.tables import device
from tests.server.conftest import Server
from tests.server.issuer import CLIENT, Issuer, running_issuer
from tests.server.laptop import Laptop


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with running_issuer() as running:
        yield running


@pytest.fixture
def laptop(still: Server, issuer: Issuer) -> Laptop:
    """Enrolled in a service with a sign-in; not signed in yet."""
    home = still.new_service(sign_in=issuer.url, sign_in_client=CLIENT)
    return _enrolled(still, home.service_id)


def _enrolled(still: Server, service_id: str) -> Laptop:
    laptop = still.laptop()
    answer = laptop.ask_to_enrol(still.new_code(service_id))
    assert answer.json()["sign_in_client"] == CLIENT
    laptop.service_id, laptop.user_id = service_id, answer.json()["user_id"]
    return laptop


def _nonce(laptop: Laptop) -> str:
    return public_key(laptop.jwk).thumbprint()


def test_a_token_needs_a_sign_in_where_the_service_has_one(
    laptop: Laptop, issuer: Issuer, clock: FixedClock
) -> None:
    without = laptop.ask_for_token()
    assert (without.status_code, without.json()["code"]) == (401, "not_signed_in")
    laptop.sign_on(id_token=issuer.id_token("b.quill", _nonce(laptop), clock.now()))
    assert laptop.hello().status_code == 200


def test_each_part_of_an_id_token_is_checked(
    laptop: Laptop, issuer: Issuer, clock: FixedClock
) -> None:
    stranger = RSAKey.generate_key(2048, private=True, auto_kid=True)
    now = int(clock.now().timestamp())
    wrong: list[dict[str, Any]] = [
        {"iss": "https://elsewhere.example"},
        {"iss": None},
        {"aud": "another program"},
        {"aud": [CLIENT, "another program"]},
        {"azp": "another program"},
        {"aud": None},
        {"exp": now - 121},
        {"exp": None},
        {"iat": now + 600},
        {"nbf": now + 600},
        {"nonce": _nonce(Laptop())},
        {"nonce": None},
        {"sub": None},
        {"sub": ""},
        {"sub": "x" * 256},
        {"key": stranger},
    ]
    for changes in wrong:
        id_token = issuer.id_token("b.quill", _nonce(laptop), clock.now(), **changes)
        answer = laptop.ask_for_token(id_token=id_token)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in"), changes
    right = issuer.id_token("b.quill", _nonce(laptop), clock.now())
    head, claims, _ = right.split(".")
    by_public_key = jwt.encode(
        {"alg": "HS256"},
        jwt.decode(right, issuer.keys[0], algorithms=["RS256"]).claims,
        OctKey.import_key(issuer.keys[0].as_pem(private=False)[:64].replace(b"-", b"x")),
    )
    for rubbish in ("", "x", "é", f"{head}.{claims}.", by_public_key, "x" * 20_000):
        answer = laptop.ask_for_token(id_token=rubbish)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in"), rubbish[:40]
    assert laptop.ask_for_token(id_token=right).status_code == 200


def test_the_first_sign_in_says_whose_account_it_is(
    still: Server, laptop: Laptop, issuer: Issuer, clock: FixedClock
) -> None:
    laptop.sign_on(id_token=issuer.id_token("b.quill", _nonce(laptop), clock.now()))
    other = laptop.ask_for_token(
        id_token=issuer.id_token("m.fennimore", _nonce(laptop), clock.now())
    )
    assert (other.status_code, other.json()["code"]) == (403, "not_allowed")
    colleague = _enrolled(still, laptop.service_id)
    same = colleague.ask_for_token(
        id_token=issuer.id_token("b.quill", _nonce(colleague), clock.now())
    )
    assert (same.status_code, same.json()["code"]) == (403, "not_allowed")


def test_keys_are_kept_for_an_hour_and_asked_for_when_a_new_one_signs(
    laptop: Laptop, issuer: Issuer, clock: FixedClock
) -> None:
    def sign_on() -> None:
        laptop.sign_on(id_token=issuer.id_token("b.quill", _nonce(laptop), clock.now()))

    sign_on()
    sign_on()
    assert issuer.asked.count("/keys") == 1
    clock.advance(timedelta(minutes=2))
    issuer.new_key()
    sign_on()
    assert issuer.asked.count("/keys") == 2
    clock.advance(timedelta(minutes=61))
    sign_on()
    assert issuer.asked.count("/keys") == 3


def test_an_unknown_key_can_not_make_the_server_ask_without_end(
    laptop: Laptop, issuer: Issuer, clock: FixedClock
) -> None:
    laptop.sign_on(id_token=issuer.id_token("b.quill", _nonce(laptop), clock.now()))
    stranger = RSAKey.generate_key(2048, private=True, auto_kid=True)
    for _ in range(5):
        forged = issuer.id_token("b.quill", _nonce(laptop), clock.now(), key=stranger)
        assert laptop.ask_for_token(id_token=forged).status_code == 401
    assert issuer.asked.count("/keys") == 1


def test_an_issuer_that_does_not_answer_is_not_the_laptops_fault(
    laptop: Laptop, issuer: Issuer, clock: FixedClock
) -> None:
    id_token = issuer.id_token("b.quill", _nonce(laptop), clock.now())
    issuer.broken = True
    away = laptop.ask_for_token(id_token=id_token)
    assert (away.status_code, away.json()["code"]) == (503, "busy")
    assert away.headers["retry-after"]
    issuer.broken, issuer.says_it_is = False, "https://elsewhere.example"
    assert laptop.ask_for_token(id_token=id_token).status_code == 503
    issuer.says_it_is = None
    assert laptop.ask_for_token(id_token=id_token).status_code == 200


def test_a_sign_in_counts_for_a_working_day_on_the_device_that_it_was_made_on(
    still: Server, laptop: Laptop, issuer: Issuer, clock: FixedClock
) -> None:
    signed_in = laptop.ask_for_token(
        id_token=issuer.id_token("b.quill", _nonce(laptop), clock.now())
    ).json()
    assert signed_in["signed_in_for"] == 10 * 3600
    clock.advance(timedelta(hours=9, minutes=59))
    again = laptop.ask_for_token()
    assert again.status_code == 200, "its id_token ended hours ago"
    assert again.json()["signed_in_for"] == 60, "it grows no longer by being used"
    expired = issuer.id_token("b.quill", _nonce(laptop), clock.now() - timedelta(hours=9))
    assert laptop.ask_for_token(id_token=expired).status_code == 401, "what is shown is checked"

    # The same person on another device, and a colleague on this one, sign in for themselves.
    elsewhere = _enrolled(still, laptop.service_id)
    assert elsewhere.ask_for_token().json()["code"] == "not_signed_in"
    colleague = laptop.ask_for_token(user_id=elsewhere.user_id)
    assert colleague.status_code == 403

    clock.advance(timedelta(minutes=1))
    ended = laptop.ask_for_token()
    assert (ended.status_code, ended.json()["code"]) == (401, "not_signed_in")


def test_a_sign_in_that_counts_does_not_outlive_its_device(
    still: Server, laptop: Laptop, issuer: Issuer, clock: FixedClock
) -> None:
    laptop.sign_on(id_token=issuer.id_token("b.quill", _nonce(laptop), clock.now()))
    assert laptop.ask_for_token().status_code == 200
    mine = (device.c.service_id == laptop.service_id) & (device.c.device_id == laptop.device_id)
    ended = update(device).where(mine).values(revoked_at=clock.now(), revoke_mode="none")
    in_service(still.parts.engine, laptop.service_id, lambda connection: connection.execute(ended))
    assert laptop.ask_for_token().json()["code"] == "device_revoked"
