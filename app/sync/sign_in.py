"""Signing in to the service by OpenID Connect, in the browser that the person knows.

Authorization code with PKCE and a loopback address, as RFC 8252 says for programs on a computer:
the passphrase of the account never comes near Waymark. What comes back is an id_token whose nonce
is the thumbprint of the device's key, so that it is worth nothing on another device; the server
checks it again (`server/sign_in.py`). No token of access is kept, and no secret of the program is
needed.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import ssl
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import httpx
from joserfc import jws, jwt
from joserfc.errors import ExpiredTokenError, InvalidClaimError, JoseError
from joserfc.jwk import KeySet

from app.core.clock import Clock
from app.sync.kept_sign_in import Issuer, SignedIn
from app.sync.loopback import Loopback
from app.sync.sign_in_faults import (
    SignInAway,
    SignInBusy,
    SignInClock,
    SignInDenied,
    SignInNotTrusted,
    SignInPortal,
    SignInStopped,
    SignInTooLate,
    SignInUnproven,
)
from app.sync.transport import LOOPBACK, is_about_trust, make_client
from app.sync.wire import NetworkOff

# Signatures by a key pair alone: with a shared secret, whoever can check could also sign.
ALGORITHMS: Final = ("RS256", "PS256", "ES256")
LEEWAY: Final = timedelta(seconds=120)
WAIT_SECONDS: Final = 300.0
MOST_BYTES: Final = 256 * 1024
LONGEST_ID_TOKEN: Final = 16 * 1024
LONGEST_NAME: Final = 100


class _IdTokenRegistry(jws.JWSRegistry):
    """Issuers put more into a header (`x5t` and chains) than our own tokens have."""

    max_header_length = 4096
    max_signature_length = 2048


_REGISTRY: Final = _IdTokenRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)


@dataclass(frozen=True)
class _Doors:
    authorization: str
    token: str
    keys: str
    names_itself: bool


def sign_in(
    issuer: Issuer,
    *,
    nonce: str,
    clock: Clock,
    show: Callable[[str], object],
    cancelled: Callable[[], bool],
    allowed: Callable[[], bool] = lambda: True,
    anew: bool = False,
    seconds: float = WAIT_SECONDS,
) -> SignedIn:
    """Let a person sign in in the browser. Takes as long as the person does.

    Args:
        nonce: What the id_token must be bound to.
        show: Brings the address that it is given to a browser on this computer.
        allowed: Whether the network may be used; asked before each use of it.
        anew: Let the person choose an account even where the browser knows one.

    Raises:
        KnownError: See `sign_in_faults`.
    """
    verifier, state = secrets.token_urlsafe(64), secrets.token_urlsafe(32)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")
    with closing(make_client(issuer.url)) as client:
        asks = _Asks(client, allowed)
        doors = _doors(asks, issuer)
        with Loopback(state) as loopback:
            asked = {
                "response_type": "code",
                "client_id": issuer.client,
                "redirect_uri": loopback.address,
                "scope": "openid profile",
                "state": state,
                "nonce": nonce,
                "code_challenge": challenge.decode("ascii"),
                "code_challenge_method": "S256",
            }
            if anew:
                asked["prompt"] = "select_account"
            joint = "&" if urlsplit(doors.authorization).query else "?"
            show(f"{doors.authorization}{joint}{urlencode(asked)}")
            said = loopback.wait(seconds, lambda: cancelled() or not allowed())
            back = loopback.address
        if said is None:
            raise (
                SignInStopped() if cancelled() else SignInTooLate() if allowed() else NetworkOff()
            )
        code = _code(said, issuer, doors)
        answered = asks.json(
            "POST",
            doors.token,
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": back,
                "client_id": issuer.client,
                "code_verifier": verifier,
            },
        )
        id_token = answered.get("id_token")
        if not isinstance(id_token, str) or not id_token.isascii():
            raise SignInUnproven("no id_token")
        keys = asks.json("GET", doors.keys)
    return _checked(id_token, keys, issuer, nonce=nonce, now=clock.now())


def _doors(asks: _Asks, issuer: Issuer) -> _Doors:
    found = asks.json("GET", issuer.url.rstrip("/") + "/.well-known/openid-configuration")
    if found.get("issuer") != issuer.url:
        raise SignInUnproven("another issuer")
    methods = found.get("code_challenge_methods_supported", ["S256"])
    if not isinstance(methods, list) or "S256" not in methods:
        raise SignInUnproven("no PKCE")
    return _Doors(
        authorization=_safe(found.get("authorization_endpoint")),
        token=_safe(found.get("token_endpoint")),
        keys=_safe(found.get("jwks_uri")),
        names_itself=found.get("authorization_response_iss_parameter_supported") is True,
    )


def _safe(url: object) -> str:
    """An address of the issuer's that may be gone to: by https, or on this very computer."""
    if not isinstance(url, str):
        raise SignInUnproven("no address")
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise SignInUnproven("no address") from error
    here = parts.scheme == "http" and parts.hostname in LOOPBACK
    if not (parts.scheme == "https" or here) or not parts.hostname or parts.fragment:
        raise SignInUnproven("unsafe address")
    return url


def _code(said: Mapping[str, str], issuer: Issuer, doors: _Doors) -> str:
    """The code in an answer whose state was right (RFC 9207: and whose issuer is)."""
    named = said.get("iss")
    if (named is None and doors.names_itself) or named not in {None, issuer.url}:
        raise SignInUnproven("answered by another issuer")
    if "error" in said:
        busy = said["error"] in ("server_error", "temporarily_unavailable")
        raise SignInBusy if busy else SignInDenied
    code = said.get("code")
    if not code:
        raise SignInUnproven("no code")
    return code


def _checked(
    id_token: str, keys: Mapping[str, Any], issuer: Issuer, *, nonce: str, now: datetime
) -> SignedIn:
    """What an id_token says, once it is known to be for this device, from this issuer, and now."""
    if len(id_token) > LONGEST_ID_TOKEN:
        raise SignInUnproven("too long")
    try:
        claims = jwt.decode(
            id_token,
            KeySet.import_key_set(keys),  # type: ignore[arg-type]
            algorithms=ALGORITHMS,
            registry=_REGISTRY,
        ).claims
        jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=int(LEEWAY.total_seconds()),
            iss={"essential": True, "value": issuer.url},
            aud={"essential": True, "value": issuer.client},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
        ).validate(claims)
        until = datetime.fromtimestamp(int(claims["exp"]), UTC)
    except ExpiredTokenError as error:
        raise SignInClock from error
    except InvalidClaimError as error:
        if error.claim in ("iat", "nbf"):
            raise SignInClock from error
        raise SignInUnproven(f"claim {error.claim}") from error
    except (JoseError, ValueError, KeyError, TypeError, OverflowError) as error:
        raise SignInUnproven(type(error).__name__) from error
    if not _is_for_us(claims, issuer.client):
        raise SignInUnproven("for another program")
    names = (claims.get(name) for name in ("name", "preferred_username", "email"))
    name = next((one for one in names if isinstance(one, str) and one.strip()), "")
    return SignedIn(id_token, until, " ".join(name.split())[:LONGEST_NAME])


def _is_for_us(claims: Mapping[str, Any], client: str) -> bool:
    """Whether a token for several was asked for by us (OpenID Connect Core 3.1.3.7)."""
    party = claims.get("azp")
    if party is not None:
        return bool(party == client)
    audience = claims["aud"]
    return isinstance(audience, str) or len(audience) == 1


class _Asks:
    """Questions to the issuer: no redirect is followed, no answer is longer than it may be."""

    def __init__(self, client: httpx.Client, allowed: Callable[[], bool]) -> None:
        self._client = client
        self._allowed = allowed

    def json(self, method: str, url: str, form: Mapping[str, str] | None = None) -> dict[str, Any]:
        """The object that it answers with."""
        if not self._allowed():
            raise NetworkOff
        body = b""
        try:
            with self._client.stream(
                method, url, data=form, headers={"accept": "application/json"}
            ) as answer:
                for part in answer.iter_bytes():
                    body += part
                    if len(body) > MOST_BYTES:
                        raise SignInUnproven("too much")
        except httpx.HTTPError as error:
            raise (SignInNotTrusted if is_about_trust(error) else SignInAway) from error
        except (ssl.SSLError, OSError) as error:
            raise SignInAway from error
        return _object(answer, body)


def _object(answer: httpx.Response, body: bytes) -> dict[str, Any]:
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    status = answer.status_code
    if status == 429 or (status >= 500 and status != 511):
        raise SignInBusy
    if 300 <= status < 400 or status == 511 or kind == "text/html":
        raise SignInPortal
    if status >= 400:
        # To a code: it was used already, or came too late. Elsewhere: no such place.
        raise SignInDenied if answer.request.method == "POST" else SignInUnproven("not found")
    try:
        found = json.loads(body)
    except ValueError as error:
        raise SignInPortal from error
    if not isinstance(found, dict):
        raise SignInUnproven("no object")
    return found
