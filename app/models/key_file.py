"""The file of key slots, `casebook.keys`: its shape, reading it and replacing it.

The file holds no secret in the clear. Each slot wraps the same data key for one holder. A seal,
made with the data key, covers the list of slots, so that a slot taken out, put in or swapped is
noticed as soon as the data key is known. The revision counts the changes of slots; the store
keeps the highest it has met, so that an older key file is noticed too.
"""

from __future__ import annotations

import base64
import hmac
import json
import os
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
)

from app.core.errors import KnownError
from app.core.i18n import _
from app.models import durable
from app.models.kdf import Argon2Params, subkey

KEYS_NAME = "casebook.keys"
PREVIOUS_NAME = "casebook.keys.previous"
MAX_BYTES = 16 * 1024
FORMAT = 1


class KeysMissing(KnownError):
    """There is no key file."""

    def __init__(self) -> None:
        super().__init__(
            _("The key file of this casebook is missing."),
            _("Put casebook.keys back into the folder from a backup. The records are untouched."),
        )


class KeysDamaged(KnownError):
    """The key file can't be read as one."""

    def __init__(self) -> None:
        super().__init__(
            _("The key file of this casebook is damaged."),
            _("Put back the previous copy or the one in a backup. The records are untouched."),
        )


class KeysTooNew(KnownError):
    """A newer Waymark wrote the key file."""

    def __init__(self) -> None:
        super().__init__(
            _("A newer version of Waymark made this casebook."),
            _("Update Waymark on this laptop, then open it again."),
        )


class KeysNotWritten(KnownError):
    """The key file can't be written; the old one stands."""

    def __init__(self) -> None:
        super().__init__(
            _("The key file could not be saved, so nothing was changed."),
            _("Check that the disk has room and that you may write to the folder."),
        )


def _from_base64(value: object) -> object:
    return base64.b64decode(value, validate=True) if isinstance(value, str) else value


def _to_base64(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")


Bytes = Annotated[
    bytes,
    BeforeValidator(_from_base64),
    PlainSerializer(_to_base64, return_type=str, when_used="json"),
]


class Part(BaseModel):
    """One part of a key file: fixed fields, no others, never changed in place."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Kdf(Part):
    """How a slot's key is derived."""

    alg: Literal["argon2id"] = "argon2id"
    memory_kib: Annotated[int, Field(gt=0)]
    passes: Annotated[int, Field(gt=0)]
    lanes: Annotated[int, Field(gt=0)]
    salt: Bytes

    def params(self) -> Argon2Params:
        """The cost alone."""
        return Argon2Params(self.memory_kib, self.passes, self.lanes)


class PassphraseSlot(Part):
    """The data key wrapped for one user under a passphrase."""

    type: Literal["passphrase"] = "passphrase"
    id: str
    user_id: str
    user_name: str
    kdf: Kdf
    nonce: Bytes = b""
    wrapped: Bytes = b""


class RecoverySlot(Part):
    """The data key wrapped under the printed recovery code."""

    type: Literal["recovery"] = "recovery"
    id: str
    kdf: Kdf
    nonce: Bytes = b""
    wrapped: Bytes = b""


class EscrowSlot(Part):
    """The data key sealed to the organisation's public key."""

    type: Literal["escrow"] = "escrow"
    id: str
    public_key: Bytes
    wrapped: Bytes = b""


Slot = Annotated[PassphraseSlot | RecoverySlot | EscrowSlot, Field(discriminator="type")]


class Attempts(Part):
    """Wrong passphrases since the last right one, over all users of this casebook."""

    failed: Annotated[int, Field(ge=0)] = 0
    last_at: datetime | None = None


class KeyFile(Part):
    """The whole key file.

    Attributes:
        revision: How often the slots were changed.
        store_made: Whether the store was ever finished; false only in the middle of set-up.
        seal: HMAC over all but `attempts`, `store_made` and itself, with a key made from the
            data key.
    """

    format: int = FORMAT
    store_id: str
    demo: bool = False
    revision: Annotated[int, Field(ge=1, le=2**31 - 1)] = 1
    slots: tuple[Slot, ...]
    seal: Bytes = b""
    store_made: bool = False
    attempts: Attempts = Attempts()

    def bound(self, slot: PassphraseSlot | RecoverySlot | EscrowSlot) -> bytes:
        """What a slot's ciphertext is bound to: the casebook and the slot's own header."""
        header = slot.model_dump(mode="json", exclude={"nonce", "wrapped"})
        return canonical(
            {"format": self.format, "store_id": self.store_id, "demo": self.demo, "slot": header}
        )

    def seal_with(self, data_key: bytes) -> bytes:
        """The seal that this content should carry."""
        covered = self.model_dump(mode="json", exclude={"attempts", "store_made", "seal"})
        return hmac.digest(subkey(data_key, "waymark key file seal"), canonical(covered), sha256)

    def sealed(self, data_key: bytes) -> KeyFile:
        """This content with its seal renewed."""
        return self.model_copy(update={"seal": self.seal_with(data_key)})

    def seal_holds(self, data_key: bytes) -> bool:
        """Whether nobody without the data key changed the slots."""
        return hmac.compare_digest(self.seal, self.seal_with(data_key))

    def passphrases(self) -> tuple[PassphraseSlot, ...]:
        """The slots of the users, in the order they were added."""
        return tuple(s for s in self.slots if isinstance(s, PassphraseSlot))


def canonical(content: Any) -> bytes:
    """JSON bytes that are the same for the same content."""
    return json.dumps(
        content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode("utf-8")


def read(folder: Path, name: str = KEYS_NAME) -> KeyFile:
    """The key file in `folder`.

    Raises:
        KeysMissing: There is none.
        KeysTooNew: Its format is newer than this program.
        KeysDamaged: It is too long, not JSON, or not of the right shape.
    """
    file = folder / name
    try:
        with file.open("rb") as source:
            raw = source.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise KeysMissing from None
    except OSError:
        raise KeysDamaged from None
    if len(raw) > MAX_BYTES:
        raise KeysDamaged
    try:
        content = json.loads(raw)
        if isinstance(content, dict) and _is_newer(content.get("format")):
            raise KeysTooNew
        return KeyFile.model_validate(content)
    except (ValueError, RecursionError, ValidationError):
        # The cause is dropped: it would quote the file.
        raise KeysDamaged from None


def _is_newer(found: object) -> bool:
    return isinstance(found, int) and found > FORMAT


def write(folder: Path, keys: KeyFile, *, keep_previous: bool) -> None:
    """Replace the key file in one step.

    Args:
        keep_previous: Whether the present file becomes `casebook.keys.previous`. Slots changing
            keep it; the counter of attempts does not, or it would push a useful copy out.

    Raises:
        KeysNotWritten: The disk refuses; the old file stands.
    """
    content = json.dumps(keys.model_dump(mode="json"), indent=1, ensure_ascii=False).encode("utf-8")
    if len(content) > MAX_BYTES:
        raise KnownError(
            _("This casebook has as many holders as its key file can take."),
            _("Take out someone who no longer uses it, then try again."),
        )
    file = folder / KEYS_NAME
    try:
        if keep_previous and file.exists():
            durable.copy_file(file, folder / PREVIOUS_NAME)
        durable.replace_file(file, content)
    except OSError:
        raise KeysNotWritten from None


def mark_store_made(folder: Path) -> int:
    """Note that the store beside the key file was finished. Gives the revision, 0 without keys."""
    if not os.path.exists(folder / KEYS_NAME):
        return 0
    keys = read(folder)
    if not keys.store_made:
        write(folder, keys.model_copy(update={"store_made": True}), keep_previous=False)
    return keys.revision
