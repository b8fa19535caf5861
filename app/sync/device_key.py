"""The device's own key (P-256), and the proof of it that every request carries (DPoP, RFC 9449).

The key is made on the laptop and never leaves the encrypted casebook; a token that is stolen is
worth nothing without it.
"""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import datetime
from typing import Final

from joserfc import jws
from joserfc.jwk import ECKey

from app.core.ids import new_id

ALGORITHM: Final = "ES256"
CURVE: Final = "P-256"
TYPE: Final = "dpop+jwt"
# The header of a proof names the key itself, which the library otherwise takes for a mistake.
_REGISTRY: Final = jws.JWSRegistry(algorithms=[ALGORITHM])


class DeviceKey:
    """A device's key pair.

    Args:
        pem: The private key, as `private_pem` gave it; None makes a new one.
    """

    def __init__(self, pem: str | None = None) -> None:
        self._key = (
            ECKey.generate_key(CURVE, private=True) if pem is None else ECKey.import_key(pem)
        )

    def __repr__(self) -> str:
        return "DeviceKey()"

    def private_pem(self) -> str:
        """The private key, to be kept in the casebook."""
        return self._key.as_pem(private=True).decode("ascii")

    def public_jwk(self) -> dict[str, str]:
        """The public key, for the server."""
        parts = self._key.as_dict(private=False)
        return {name: str(parts[name]) for name in ("kty", "crv", "x", "y")}

    def thumbprint(self) -> str:
        """By which the key is known (RFC 7638); a sign-in is bound to it."""
        return self._key.thumbprint()

    def proof(
        self,
        method: str,
        url: str,
        *,
        now: datetime,
        token: str | None = None,
        nonce: str | None = None,
    ) -> str:
        """A proof for one request.

        Args:
            url: Its address, without a query. now: The server's time as far as it is known.
        """
        claims: dict[str, object] = {
            "jti": new_id(),
            "htm": method,
            "htu": url,
            "iat": int(now.timestamp()),
        }
        if token is not None:
            claims["ath"] = token_hash(token)
        if nonce is not None:
            claims["nonce"] = nonce
        header = {"typ": TYPE, "alg": ALGORITHM, "jwk": self.public_jwk()}
        return jws.serialize_compact(
            header, json.dumps(claims), self._key, algorithms=[ALGORITHM], registry=_REGISTRY
        )


def token_hash(token: str) -> str:
    """What `ath` holds for a token."""
    digest = hashlib.sha256(token.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
