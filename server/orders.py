"""Signed orders to a device that was taken out of a service: wipe what it holds, or rescue first.

A laptop obeys an order only with the signature of the service's order key, whose public half it
pinned when it was enrolled: who takes over the server's address can't wipe anything.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from joserfc import jws
from joserfc.jwk import ECKey

from server.envelope import KeyMaster

ALGORITHM: Final = "ES256"
TYPE: Final = "waymark-order+jws"

# *wipe*: destroy the keys and the files. *rescue*: send the work first, then wipe. *none*: the
# device is let in no more and nothing is ordered.
Mode = Literal["wipe", "rescue", "none"]
MODES: Final[tuple[Mode, ...]] = ("wipe", "rescue", "none")


@dataclass(frozen=True)
class OrderKey:
    """A service's key for orders.

    Attributes:
        wrapped: As it stands in `service.order_key_wrapped`.
    """

    key: ECKey
    wrapped: bytes

    @classmethod
    def new(cls, service_id: str, master: KeyMaster) -> OrderKey:
        """A fresh key, wrapped by the master key."""
        key = ECKey.generate_key("P-256", private=True)
        return cls(key, master.wrap(key.as_der(private=True), _place(service_id)))

    @classmethod
    def unwrap(cls, service_id: str, wrapped: bytes, master: KeyMaster) -> OrderKey:
        """The key that the database holds. Raises `server.envelope.EnvelopeDamaged`."""
        return cls(ECKey.import_key(master.unwrap(wrapped, _place(service_id))), wrapped)

    def public_jwk(self) -> dict[str, str]:
        """What laptops pin."""
        parts = self.key.as_dict(private=False)
        return {name: str(parts[name]) for name in ("kty", "crv", "x", "y")}

    def sign(self, service_id: str, device_id: str, mode: Mode, revoked_at: datetime) -> str:
        """The order as a compact JWS.

        It says `service_id`, `device_id`, `mode`, `nonce` and `issued_at` (seconds since 1970).
        One revocation always bears the same nonce, so that a laptop knows an order it has met.
        """
        known = f"{service_id} {device_id} {mode} {revoked_at.isoformat()}"
        claims = {
            "service_id": service_id,
            "device_id": device_id,
            "mode": mode,
            "nonce": hashlib.sha256(known.encode("ascii")).hexdigest(),
            "issued_at": int(revoked_at.timestamp()),
        }
        header = {"alg": ALGORITHM, "typ": TYPE}
        return jws.serialize_compact(header, json.dumps(claims), self.key, algorithms=[ALGORITHM])


def _place(service_id: str) -> str:
    return f"order/{service_id}"
