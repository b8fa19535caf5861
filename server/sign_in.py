"""Sign-in by OpenID Connect, where a service has one: what an id_token must be to be believed.

The laptop signs the person in (system browser, PKCE) and hands the id_token over with its request
for a token. Its nonce must be the thumbprint of the device's key, so that an id_token that was
taken elsewhere is worth nothing on another device. The issuer's keys are asked for when first
needed and again after an hour, or when a token names a key that isn't known yet.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import httpx
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from server.refused import Refused
from server.settings import is_loopback

# Signatures by a key pair alone: with a shared secret, whoever can check could also sign.
ALGORITHMS: Final = ("RS256", "PS256", "ES256")
LEEWAY: Final = timedelta(seconds=120)
KEEP: Final = timedelta(hours=1)
LEAST_BETWEEN: Final = timedelta(seconds=60)
TIMEOUT_SECONDS: Final = 10.0
MOST_BYTES: Final = 256 * 1024
LONGEST_ID_TOKEN: Final = 16 * 1024


class _IdTokenRegistry(jws.JWSRegistry):
    """Issuers put more into a header (`x5t` and chains) than our own tokens have."""

    max_header_length = 4096
    max_signature_length = 2048


@dataclass
class _Known:
    keys: KeySet
    asked_at: datetime


class SignedIn(NamedTuple):
    """Whom an id_token is about, and when it was issued."""

    subject: str
    at: datetime


class SignIns:
    """Checks id_tokens; keeps each issuer's keys for an hour. Safe to share between threads."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}
        # One for each issuer, so that a slow one keeps nobody else waiting.
        self._locks: dict[str, threading.Lock] = {}

    def read(
        self, id_token: str, *, issuer: str, client: str, nonce: str, now: datetime
    ) -> SignedIn:
        """By which name the issuer knows the person who signed in, and when that was.

        Args:
            client: The audience that the token must be for.
            nonce: What it must be bound to.

        Raises:
            Refused: 401 `not_signed_in`: it proves nothing here. 503 `busy`: the issuer doesn't
                answer, or not as it should.
        """
        if len(id_token) > LONGEST_ID_TOKEN:
            raise Refused(401, "not_signed_in")
        try:
            header = jws.extract_compact(id_token.encode("ascii"), registry=_REGISTRY).headers()
        except (JoseError, ValueError) as error:
            raise Refused(401, "not_signed_in") from error
        kid = header.get("kid")
        try:
            keys = self._keys(issuer, kid if isinstance(kid, str) else None, now)
        except (httpx.HTTPError, JoseError, ValueError) as error:
            raise Refused(503, "busy") from error
        try:
            claims = jwt.decode(id_token, keys, algorithms=ALGORITHMS, registry=_REGISTRY).claims
            jwt.JWTClaimsRegistry(
                now=int(now.timestamp()),
                leeway=int(LEEWAY.total_seconds()),
                iss={"essential": True, "value": issuer},
                aud={"essential": True, "value": client},
                exp={"essential": True},
                iat={"essential": True},
                sub={"essential": True},
                nonce={"essential": True, "value": nonce},
            ).validate(claims)
        except (JoseError, ValueError) as error:
            raise Refused(401, "not_signed_in") from error
        subject = claims["sub"]
        if not _for_us(claims, client) or not subject or len(subject) > 255 or "\0" in subject:
            raise Refused(401, "not_signed_in")
        return SignedIn(str(subject), datetime.fromtimestamp(int(claims["iat"]), UTC))

    def _keys(self, issuer: str, kid: str | None, now: datetime) -> KeySet:
        with self._locks.setdefault(issuer, threading.Lock()):
            known = self._known.get(issuer)
            if known is not None:
                age = now - known.asked_at
                named = kid is None or any(key.kid == kid for key in known.keys.keys)
                if age < KEEP and (named or age < LEAST_BETWEEN):
                    return known.keys
            keys = _ask(issuer)
            self._known[issuer] = _Known(keys, now)
            return keys


def _for_us(claims: dict[str, Any], client: str) -> bool:
    """Whether a token for several was asked for by us (OpenID Connect Core 3.1.3.7)."""
    party = claims.get("azp")
    if party is not None:
        return bool(party == client)
    audience = claims["aud"]
    return isinstance(audience, str) or len(audience) == 1


def _ask(issuer: str) -> KeySet:
    with httpx.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False) as client:
        found = _read(client, issuer.rstrip("/") + "/.well-known/openid-configuration")
        if found.get("issuer") != issuer or not isinstance(found.get("jwks_uri"), str):
            raise ValueError("the issuer says that it is another")
        return KeySet.import_key_set(_read(client, found["jwks_uri"]))  # type: ignore[arg-type]


def _read(client: httpx.Client, url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    if not safe:
        raise ValueError("an issuer is asked by https alone")
    body = b""
    with client.stream("GET", url) as answer:
        if answer.status_code != 200:
            raise ValueError("the issuer did not answer")
        for part in answer.iter_bytes():
            body += part
            if len(body) > MOST_BYTES:
                raise ValueError("the issuer says too much")
    found = json.loads(body)
    if not isinstance(found, dict):
        raise ValueError("the issuer did not answer")
    return found


_REGISTRY: Final = _IdTokenRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
