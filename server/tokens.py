"""Tokens: short-lived, for one person on one device, worthless without the device's key.

A token says whom it was made for; what that person may do is read from the database at each
request, so a token never outlives a role, an account or a device.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from app.core.ids import is_id
from server.refused import Refused

ALGORITHM: Final = "HS256"
ISSUER: Final = "waymark"
LONGEST_TOKEN: Final = 2048


@dataclass(frozen=True)
class Bearer:
    """Whom a token was made for.

    Attributes:
        thumbprint: Of the key that the request must be signed with.
    """

    service_id: str
    device_id: str
    user_id: str
    thumbprint: str


def issue_token(
    key: bytes, bearer: Bearer, *, role: str, now: datetime, seconds: int, token_id: str
) -> str:
    """A token for `bearer` that is good for `seconds`. The role in it is for people to read."""
    issued = int(now.timestamp())
    claims = {
        "iss": ISSUER,
        "sub": bearer.user_id,
        "service": bearer.service_id,
        "device": bearer.device_id,
        "role": role,
        "cnf": {"jkt": bearer.thumbprint},
        "iat": issued,
        "exp": issued + seconds,
        "jti": token_id,
    }
    return jwt.encode({"alg": ALGORITHM}, claims, OctKey.import_key(key), algorithms=[ALGORITHM])


def read_token(key: bytes, text: str, *, now: datetime) -> Bearer:
    """Whom a token was made for.

    Raises:
        Refused: 401 `not_signed_in`: this server never made it. `token_expired`: it did.
    """
    if len(text) > LONGEST_TOKEN:
        raise Refused(401, "not_signed_in")
    try:
        claims = jwt.decode(text, OctKey.import_key(key), algorithms=[ALGORITHM]).claims
    except (JoseError, ValueError) as error:
        raise Refused(401, "not_signed_in") from error
    bound, ends = claims.get("cnf"), claims.get("exp")
    thumbprint = bound.get("jkt") if isinstance(bound, dict) else None
    named = [claims.get(name) for name in ("service", "device", "sub")]
    if claims.get("iss") != ISSUER or not isinstance(ends, int) or not isinstance(thumbprint, str):
        raise Refused(401, "not_signed_in")
    if not all(isinstance(name, str) and is_id(name) for name in named):
        raise Refused(401, "not_signed_in")
    if now.timestamp() >= ends:
        raise Refused(401, "token_expired")
    service_id, device_id, user_id = map(str, named)
    return Bearer(service_id, device_id, user_id, thumbprint)
