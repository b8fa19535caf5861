"""Proof that a request comes from the device whose key it names (DPoP, RFC 9449).

A proof is a JWS that the device signs for one request: its method, its address, its moment, a
number that is used once and, with a token, the token's hash. What is checked here needs no
database; that the number wasn't seen before is checked where the request is let in, in the
database, so that two processes don't take the same proof twice.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from server.refused import Refused

ALGORITHM: Final = "ES256"
CURVE: Final = "P-256"
TYPE: Final = "dpop+jwt"
# How far a laptop's clock may be from the server's, either way.
SKEW: Final = timedelta(seconds=300)
LONGEST_PROOF: Final = 2048
LONGEST_JTI: Final = 128

# The header of a proof names the key itself, which the library otherwise takes for a mistake.
_REGISTRY: Final = jws.JWSRegistry(algorithms=[ALGORITHM])


@dataclass(frozen=True)
class Proof:
    """A proof whose signature, method, address, moment and token hash were found right.

    Attributes:
        thumbprint: RFC 7638, of the key that signed it.
        jti: The number that may be used once.
        expires_at: After this the proof would be refused by its age alone.
    """

    thumbprint: str
    jti: str
    expires_at: datetime


def check_proof(
    text: str,
    *,
    method: str,
    path: str,
    addresses: Collection[str],
    now: datetime,
    token: str | None = None,
) -> Proof:
    """Check the `DPoP` header of one request.

    Args:
        path: Of the request, as it was called, without the query.
        addresses: The addresses of this server, without a slash at their end.
        token: The access token that came with it.

    Raises:
        Refused: 401 `proof_invalid`, without saying which check failed.
    """
    if not text or len(text) > LONGEST_PROOF:
        raise _invalid()
    try:
        header = jws.extract_compact(text.encode("ascii"), registry=_REGISTRY).headers()
        if header.get("typ") != TYPE or header.get("alg") != ALGORITHM:
            raise _invalid()
        key = public_key(header.get("jwk"))
        signed = jws.deserialize_compact(text, key, algorithms=[ALGORITHM], registry=_REGISTRY)
        claims = json.loads(signed.payload)
    except (JoseError, ValueError, TypeError) as error:
        raise _invalid() from error
    if not isinstance(claims, dict):
        raise _invalid()
    jti, issued = claims.get("jti"), claims.get("iat")
    if not isinstance(jti, str) or not 8 <= len(jti) <= LONGEST_JTI:
        raise _invalid()
    if isinstance(issued, bool) or not isinstance(issued, int | float):
        raise _invalid()
    if not abs(now.timestamp() - issued) <= SKEW.total_seconds():
        raise _invalid()
    if claims.get("htm") != method or not _same_address(claims.get("htu"), addresses, path):
        raise _invalid()
    if token is not None and claims.get("ath") != token_hash(token):
        raise _invalid()
    expires_at = datetime.fromtimestamp(issued, UTC) + SKEW
    return Proof(key.thumbprint(), jti, expires_at)


def public_key(jwk: object) -> ECKey:
    """A device's public key of its JWK.

    Raises:
        ValueError: It is no P-256 key, or there is a private part in it.
    """
    if not isinstance(jwk, Mapping) or jwk.get("kty") != "EC" or jwk.get("crv") != CURVE:
        raise ValueError("not a P-256 key")
    if "d" in jwk:
        raise ValueError("a private key")
    parts: dict[str, Any] = {name: jwk.get(name) for name in ("kty", "crv", "x", "y")}
    if not all(isinstance(part, str) and len(part) <= 64 for part in parts.values()):
        raise ValueError("not a P-256 key")
    try:
        key = ECKey.import_key(parts)
        # The point is looked at only when it is used.
        _ = key.public_key
    except JoseError as error:
        raise ValueError("not a P-256 key") from error
    return key


def token_hash(token: str) -> str:
    """What `ath` must hold for a token."""
    digest = hashlib.sha256(token.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def _same_address(htu: object, addresses: Collection[str], path: str) -> bool:
    if not isinstance(htu, str):
        return False
    try:
        parts = urlsplit(htu)
        given = _origin(htu)
        return parts.path == path and any(given == _origin(address) for address in addresses)
    except ValueError:
        return False


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname, parts.port or usual


def _invalid() -> Refused:
    return Refused(401, "proof_invalid")
