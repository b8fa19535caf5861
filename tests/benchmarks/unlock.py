"""Unlocking a casebook beside the bare Argon2id derivation that guards it."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from argon2.low_level import Type, hash_secret_raw
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.casework import casebooks
from app.core.clock import SystemClock
from tests.benchmarks import stores
from tests.benchmarks.measuring import Measured, side_by_side


def measure(within: Path) -> Iterator[Measured]:
    """From the passphrase to an open casebook: keys, store, tables, forms, the entry of the log."""
    folder = within / "to-unlock"
    stores.new_desk(folder).close()
    keys = json.loads((folder / "casebook.keys").read_text("utf-8"))
    slot = next(slot for slot in keys["slots"] if slot["type"] == "passphrase")
    opened = []

    def subject() -> bytes:
        desk = casebooks.unlock(folder, slot["user_id"], stores.PASSPHRASE, SystemClock())
        opened.append(desk)
        return desk.data_key

    def close() -> None:
        while opened:
            opened.pop().close()

    took, bare = side_by_side(
        subject, lambda: unwrapped(keys, slot, stores.PASSPHRASE), rounds=9, between=close
    )
    close()
    yield Measured(
        "unlock",
        took,
        "Argon2id alone, of the same cost, and the unwrapping of the key",
        bare,
        took / bare,
        "<= 1.2",
    )


def unwrapped(keys: dict[str, Any], slot: dict[str, Any], passphrase: str) -> bytes:
    """The data key, by the derivation and nothing else."""
    cost = slot["kdf"]
    stretched = hash_secret_raw(
        passphrase.encode("utf-8"),
        base64.b64decode(cost["salt"]),
        time_cost=cost["passes"],
        memory_cost=cost["memory_kib"],
        parallelism=cost["lanes"],
        hash_len=32,
        type=Type.ID,
    )
    wrapping = HKDF(SHA256(), 32, salt=None, info=b"waymark key slot v1").derive(stretched)
    bound = {
        "format": keys["format"],
        "store_id": keys["store_id"],
        "demo": keys["demo"],
        "slot": {name: slot[name] for name in slot if name not in ("nonce", "wrapped")},
    }
    return AESGCM(wrapping).decrypt(
        base64.b64decode(slot["nonce"]),
        base64.b64decode(slot["wrapped"]),
        json.dumps(bound, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode(),
    )
