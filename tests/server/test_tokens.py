"""What proves who asks: each check of a proof and of a token, one at a time, turned against it."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any, Final

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey
from sqlalchemy import text

from app.core.clock import FixedClock
from app.core.ids import new_id
from server.database import scoped
from server.proofs import token_hash
from tests.server.conftest import Server
from tests.server.laptop import Laptop


@pytest.fixture
def laptop(still: Server) -> Laptop:
    """A practitioner's laptop, enrolled and signed on."""
    return still.enrolled(still.new_service().service_id)


def refused(answer: Any, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_right_proof_is_let_in(laptop: Laptop) -> None:
    assert laptop.hello().status_code == 200


WRONG: Final[list[dict[str, Any]]] = [
    {"htm": "POST"},
    {"htm": None},
    {"htu": "https://elsewhere.example/v1/hello"},
    {"htu": "http://127.0.0.1:1/v1/hello"},
    {"htu": "not an address"},
    {"htu": "http://[::1/v1/hello"},
    {"htu": None},
    {"jti": None},
    {"jti": "short"},
    {"jti": "x" * 129},
    {"iat": None},
    {"iat": "now"},
    {"iat": True},
    {"iat": 1e400},
    {"ath": None},
    {"ath": token_hash("another token")},
    {"header": {"typ": "JWT"}},
    {"header": {"typ": None}},
    {"header": {"jwk": None}},
    {"header": {"jwk": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}}},
    {"header": {"jwk": {"kty": "oct", "k": "c2VjcmV0"}}},
]


def test_each_part_of_a_proof_is_checked(laptop: Laptop) -> None:
    for changes in WRONG:
        answer = laptop.send("GET", "/v1/hello", **changes)
        assert (answer.status_code, answer.json()["code"]) == (401, "proof_invalid"), changes
        assert laptop.hello().status_code == 200


def test_a_proof_for_another_door_opens_none(laptop: Laptop, still: Server) -> None:
    refused(
        laptop.send("GET", "/v1/hello", htu=still.addresses[0] + "/v1/caseload"),
        401,
        "proof_invalid",
    )


def test_a_query_or_fragment_in_the_address_is_passed_over(laptop: Laptop, still: Server) -> None:
    answer = laptop.send("GET", "/v1/hello", htu=still.addresses[0] + "/v1/hello?a=b#c")
    assert answer.status_code == 200


@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_proof_too_old_or_too_young_is_refused(
    laptop: Laptop, clock: FixedClock, seconds: int
) -> None:
    iat = int(clock.now().timestamp()) + seconds
    refused(laptop.send("GET", "/v1/hello", iat=iat), 401, "proof_invalid")


@pytest.mark.parametrize("seconds", [-299, 299])
def test_a_clock_that_is_five_minutes_out_is_borne(
    laptop: Laptop, clock: FixedClock, seconds: int
) -> None:
    iat = int(clock.now().timestamp()) + seconds
    assert laptop.send("GET", "/v1/hello", iat=iat).status_code == 200


def test_a_proof_signed_with_another_key_is_refused(laptop: Laptop) -> None:
    other = ECKey.generate_key("P-256", private=True)
    # Signed by another than it names.
    refused(laptop.send("GET", "/v1/hello", key=other), 401, "proof_invalid")
    # Another key altogether, rightly signed: not the one that the token is bound to.
    header = {
        "jwk": {name: other.as_dict(private=False)[name] for name in ("kty", "crv", "x", "y")}
    }
    refused(laptop.send("GET", "/v1/hello", key=other, header=header), 401, "proof_invalid")


def test_a_proof_that_gives_its_private_key_away_is_refused(laptop: Laptop) -> None:
    parts = laptop.key.as_dict(private=True)
    jwk = {name: parts[name] for name in ("kty", "crv", "x", "y", "d")}
    refused(laptop.send("GET", "/v1/hello", header={"jwk": jwk}), 401, "proof_invalid")


def unsigned(laptop: Laptop, url: str, header: dict[str, Any], signature: str = "") -> str:
    """A proof with a header of one's own and no true signature."""
    claims = laptop.proof("GET", url, laptop.token).split(".")[1]
    packed = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
    return f"{packed}.{claims}.{signature}"


def test_a_proof_without_an_algorithm_is_refused(laptop: Laptop, still: Server) -> None:
    url = still.addresses[0] + "/v1/hello"
    for alg in ("none", "None", "NONE", "HS256", ""):
        text_ = unsigned(laptop, url, {"typ": "dpop+jwt", "alg": alg, "jwk": laptop.jwk})
        refused(laptop.send("GET", "/v1/hello", headers={"dpop": text_}), 401, "proof_invalid")


def test_a_proof_signed_with_rsa_is_refused(laptop: Laptop, still: Server) -> None:
    key = RSAKey.generate_key(2048, private=True)
    claims = {
        "htm": "GET",
        "htu": still.addresses[0] + "/v1/hello",
        "iat": int(still.parts.clock.now().timestamp()),
        "jti": new_id(),
        "ath": token_hash(laptop.token),
    }
    header = {"typ": "dpop+jwt", "alg": "RS256"}
    signed = jwt.encode(header, claims, key, algorithms=["RS256"])
    refused(laptop.send("GET", "/v1/hello", headers={"dpop": signed}), 401, "proof_invalid")


def test_no_proof_two_proofs_and_rubbish_are_refused(laptop: Laptop, still: Server) -> None:
    client = laptop.https[0]
    bearer = ("authorization", f"DPoP {laptop.token}")
    url = still.addresses[0] + "/v1/hello"
    proofs = [("dpop", laptop.proof("GET", url, laptop.token)) for _ in range(2)]
    refused(client.get("/v1/hello", headers=[bearer]), 401, "proof_invalid")
    refused(client.get("/v1/hello", headers=[bearer, *proofs]), 401, "proof_invalid")
    for rubbish in ("x", "a.b.c", "." * 50, "é", "x" * 5000):
        sent = [bearer, ("dpop", rubbish.encode())]
        refused(client.get("/v1/hello", headers=sent), 401, "proof_invalid")


def test_a_proof_is_good_once(laptop: Laptop) -> None:
    jti = new_id()
    assert laptop.send("GET", "/v1/hello", jti=jti).status_code == 200
    refused(laptop.send("GET", "/v1/hello", jti=jti), 401, "proof_replayed")


def test_a_proof_is_spent_even_where_the_request_is_refused(laptop: Laptop) -> None:
    jti = new_id()
    refused(laptop.send("GET", "/v1/admin/devices", jti=jti), 403, "not_allowed")
    refused(laptop.send("GET", "/v1/admin/devices", jti=jti), 401, "proof_replayed")


def test_a_replayed_proof_is_refused_by_the_other_process_too(served: Any) -> None:
    server = served(2)
    laptop = server.enrolled(server.new_service().service_id)
    url = server.addresses[0] + "/v1/hello"
    headers = {
        "dpop": laptop.proof("GET", url, laptop.token),
        "authorization": f"DPoP {laptop.token}",
    }
    answers = [client.get("/v1/hello", headers=headers) for client in server.clients]
    assert answers[0].status_code == 200
    refused(answers[1], 401, "proof_replayed")


def test_spent_proofs_are_forgotten_once_their_age_refuses_them(
    laptop: Laptop, still: Server, clock: FixedClock
) -> None:
    def kept() -> int:
        with scoped(still.parts.engine, laptop.service_id) as connection:
            return int(
                connection.execute(
                    text("SELECT count(*) FROM seen_proof WHERE service_id = :s"),
                    {"s": laptop.service_id},
                ).scalar_one()
            )

    for _ in range(5):
        laptop.hello()
    assert kept() > 5
    clock.advance(timedelta(minutes=11))
    laptop.sign_on()
    assert kept() == 1


def test_a_token_ends_after_ten_minutes(laptop: Laptop, clock: FixedClock) -> None:
    clock.advance(timedelta(seconds=599))
    assert laptop.hello().status_code == 200
    clock.advance(timedelta(seconds=1))
    ended = laptop.hello()
    refused(ended, 401, "token_expired")
    assert ended.headers["www-authenticate"].startswith("DPoP ")


def test_a_token_of_another_device_is_worth_nothing(laptop: Laptop, still: Server) -> None:
    other = still.enrolled(laptop.service_id)
    other.token = laptop.token
    refused(other.hello(), 401, "proof_invalid")


def test_a_token_of_another_service_shows_that_service_and_no_other(still: Server) -> None:
    here = still.enrolled(still.new_service("Larchwood").service_id)
    there = still.enrolled(still.new_service("Alderbeck").service_id)
    there.service_id = here.service_id
    refused(there.ask_for_token(), 401, "device_unknown")
    assert there.hello().json()["service_name"] == "Alderbeck"


def forged(laptop: Laptop, key: bytes, **changes: Any) -> str:
    claims = json.loads(base64.urlsafe_b64decode(laptop.token.split(".")[1] + "=="))
    return jwt.encode({"alg": "HS256"}, claims | changes, OctKey.import_key(key))


def test_a_token_that_this_server_never_made_is_refused(laptop: Laptop, still: Server) -> None:
    right = still.parts.settings.token_key
    for token in (
        forged(laptop, b"x" * 32),
        forged(laptop, right, iss="elsewhere"),
        forged(laptop, right, cnf={}),
        forged(laptop, right, exp="never"),
        forged(laptop, right, service="' OR 1=1 --"),
        laptop.token[:-2] + "AA",
        laptop.token.rpartition(".")[0] + ".",
        "",
        "x" * 3000,
    ):
        laptop.token = token or "-"
        refused(laptop.hello(), 401, "not_signed_in")


def test_a_token_of_a_device_that_was_never_enrolled_is_refused(
    laptop: Laptop, still: Server
) -> None:
    laptop.token = forged(laptop, still.parts.settings.token_key, device=new_id())
    refused(laptop.hello(), 401, "device_unknown")


def test_a_token_for_somebody_who_never_signed_in_there_is_refused(
    laptop: Laptop, still: Server
) -> None:
    colleague = still.enrolled(laptop.service_id)
    laptop.user_id = colleague.user_id
    refused(laptop.ask_for_token(), 403, "not_allowed")
    laptop.token = forged(laptop, still.parts.settings.token_key, sub=colleague.user_id)
    refused(laptop.hello(), 403, "not_allowed")


def test_a_role_counts_as_the_database_has_it_now(laptop: Laptop, still: Server) -> None:
    def become(column: str, value: Any) -> None:
        with scoped(still.parts.engine, laptop.service_id) as connection:
            connection.execute(
                text(
                    f"UPDATE account SET {column} = :value"
                    " WHERE service_id = :service AND user_id = :user"
                ),
                {"value": value, "service": laptop.service_id, "user": laptop.user_id},
            )

    refused(laptop.send("GET", "/v1/admin/devices"), 403, "not_allowed")
    become("role", "administrator")
    assert laptop.send("GET", "/v1/admin/devices").status_code == 200
    become("role", "reader")
    refused(laptop.send("GET", "/v1/admin/devices"), 403, "not_allowed")
    become("role", "emperor")
    refused(laptop.hello(), 403, "not_allowed")
    become("role", "reader")
    become("ended_at", "2026-11-22 09:00:00")
    refused(laptop.hello(), 403, "not_allowed")
    refused(laptop.ask_for_token(), 403, "not_allowed")
