"""From a passphrase to a key: Argon2id, never below a floor.

The floor (64 MiB, three passes, four lanes) is the second choice of RFC 9106 section 4. The cap
keeps a tampered key file from asking for more memory or time than a laptop has.
"""

from __future__ import annotations

import os
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.core.errors import KnownError
from app.core.i18n import _

KEY_BYTES = 32
SALT_BYTES = 16


@dataclass(frozen=True)
class Argon2Params:
    """What one derivation costs.

    Attributes:
        memory_kib: Memory in KiB.
        passes: Passes over that memory.
        lanes: Lanes that may run side by side.
    """

    memory_kib: int
    passes: int
    lanes: int

    def at_least(self, other: Argon2Params) -> bool:
        """Whether no number is lower than in `other`."""
        return (
            self.memory_kib >= other.memory_kib
            and self.passes >= other.passes
            and self.lanes >= other.lanes
        )


FLOOR = Argon2Params(memory_kib=64 * 1024, passes=3, lanes=4)
CAP = Argon2Params(memory_kib=1024 * 1024, passes=20, lanes=16)

_floors = [FLOOR]


class WeakKeyFile(KnownError):
    """The key file asks for less protection than Waymark accepts."""

    def __init__(self) -> None:
        super().__init__(
            _("The key file protects the casebook less than Waymark allows."),
            _("Someone may have changed it. Put back the previous copy, and tell your manager."),
        )


class HeavyKeyFile(KnownError):
    """The key file asks for more memory or time than Waymark gives."""

    def __init__(self) -> None:
        super().__init__(
            _("The key file asks for more memory or time than Waymark gives."),
            _("Someone may have changed it. Put back the previous copy, and tell your manager."),
        )


def floor() -> Argon2Params:
    """The lowest cost that is accepted."""
    return _floors[-1]


@contextmanager
def floor_lowered_for_tests(params: Argon2Params) -> Iterator[None]:
    """Accept cheaper derivations within the block. For tests alone: nothing in `app` calls it."""
    _floors.append(params)
    try:
        yield
    finally:
        _floors.pop()


def check(params: Argon2Params) -> None:
    """Refuse a cost outside floor and cap.

    Raises:
        WeakKeyFile: A number is below the floor.
        HeavyKeyFile: A number is above the cap.
    """
    if not params.at_least(floor()):
        raise WeakKeyFile
    if not CAP.at_least(params):
        raise HeavyKeyFile


def passphrase_bytes(passphrase: str) -> bytes:
    """The bytes of a passphrase, the same whichever way a keyboard composes ŵ and ŷ."""
    return unicodedata.normalize("NFC", passphrase).encode("utf-8")


def derive(secret: bytes, salt: bytes, params: Argon2Params, purpose: str) -> bytes:
    """A 32-byte key from `secret`: Argon2id, then HKDF bound to `purpose`.

    Raises:
        WeakKeyFile, HeavyKeyFile: `params` are outside floor and cap; nothing was computed.
    """
    check(params)
    stretched = hash_secret_raw(
        secret,
        salt,
        time_cost=params.passes,
        memory_cost=params.memory_kib,
        parallelism=params.lanes,
        hash_len=KEY_BYTES,
        type=Type.ID,
    )
    return subkey(stretched, purpose)


def subkey(key: bytes, purpose: str) -> bytes:
    """A 32-byte key for one purpose, from which neither `key` nor any sister can be found."""
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=purpose.encode("utf-8")).derive(key)


def calibrated(aim_seconds: float = 0.5) -> Argon2Params:
    """A cost at or above the floor that takes about `aim_seconds` on this computer.

    Only the passes grow: memory stays at the floor, so that a smaller laptop can open it too.
    """
    began = time.perf_counter()
    derive(b"calibration", os.urandom(SALT_BYTES), floor(), "waymark calibration")
    took = max(time.perf_counter() - began, 1e-4)
    passes = round(floor().passes * aim_seconds / took)
    return replace(floor(), passes=min(max(passes, floor().passes), CAP.passes))
