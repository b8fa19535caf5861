"""The keys of a casebook (design D1): one data key, wrapped once for each way in.

A user's passphrase, the recovery code on paper and the organisation's key each have a slot in the
key file. Every change of slots replaces the file in one step, raises its revision and renews its
seal; the store then remembers that revision.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.core.clock import Clock, SystemClock
from app.core.errors import BugError, KnownError
from app.core.ids import new_id
from app.models import database, escrow, kdf, key_file, recovery_code
from app.models.kdf import Argon2Params
from app.models.key_file import (
    Attempts,
    EscrowSlot,
    Kdf,
    KeyFile,
    PassphraseSlot,
    RecoverySlot,
)
from app.models.store_pages import PLAIN_HEADER
from app.models.vault_errors import (
    MIN_PASSPHRASE,
    RECOVERY_ADVISED_AFTER,
    AlreadyAHolder,
    KeysAltered,
    KeysExist,
    LastHolder,
    NotAHolder,
    OlderKeys,
    OtherCasebook,
    WaitFirst,
    WeakPassphrase,
    WrongPassphrase,
    WrongRecoveryCode,
)

__all__ = [
    "MIN_PASSPHRASE",
    "RECOVERY_ADVISED_AFTER",
    "AlreadyAHolder",
    "Holder",
    "KeysAltered",
    "KeysExist",
    "LastHolder",
    "NewVault",
    "NotAHolder",
    "OlderKeys",
    "OtherCasebook",
    "StateKind",
    "Unlocked",
    "VaultState",
    "WaitFirst",
    "WeakPassphrase",
    "WrongPassphrase",
    "WrongRecoveryCode",
    "add_holder",
    "check_passphrase",
    "create",
    "delay",
    "inspect",
    "matches_recovery_code",
    "new_recovery_code",
    "put_back_previous",
    "remove_holder",
    "set_organisation_key",
    "set_passphrase",
    "unlock",
    "unlock_with_escrow",
    "unlock_with_recovery",
]

LONGEST_WAIT: Final = 300

_NONCE_BYTES: Final = 12
_PURPOSE: Final = "waymark key slot v1"

StateKind = Literal[
    "none",
    "unfinished",
    "ready",
    "store_missing",
    "store_empty",
    "store_plain",
    "keys_missing",
    "keys_damaged",
    "keys_too_new",
]


@dataclass(frozen=True)
class Holder:
    """A user who can open the casebook by passphrase."""

    user_id: str
    name: str


@dataclass(frozen=True)
class NewVault:
    """What making the keys gives. The recovery code is shown once and kept nowhere."""

    data_key: bytes
    recovery_code: str
    store_id: str

    def __repr__(self) -> str:
        return f"NewVault(store_id={self.store_id!r})"


@dataclass(frozen=True)
class Unlocked:
    """An open vault.

    Attributes:
        user_id: Who acts; None after recovery, until a passphrase is set.
        sealed: Whether the list of slots carries its seal. Always true after a passphrase; a
            recovery may go on without it, and the next change of slots renews it.
    """

    data_key: bytes
    user_id: str | None
    store_id: str
    demo: bool = False
    sealed: bool = True

    def __repr__(self) -> str:
        return f"Unlocked(store_id={self.store_id!r}, user_id={self.user_id!r})"


@dataclass(frozen=True)
class VaultState:
    """What can be told about a folder without a key."""

    kind: StateKind
    store_id: str | None = None
    holders: tuple[Holder, ...] = ()
    demo: bool = False
    failed: int = 0
    wait_seconds: int = 0


# --- Making and looking -------------------------------------------------------------------


def create(
    folder: Path,
    *,
    user_id: str,
    user_name: str,
    passphrase: str,
    organisation_key: bytes,
    store_id: str,
    demo: bool = False,
    kdf: Argon2Params | None = None,
) -> NewVault:
    """Make the keys of a new casebook: a passphrase, a recovery code and an escrow slot.

    The store comes next (`database.create_store`). Until then the folder counts as unfinished,
    and `create` may be called again.

    Args:
        organisation_key: The organisation's X25519 public key, 32 bytes.
        kdf: What a derivation costs; the floor where it isn't given.

    Raises:
        KeysExist: There are keys, or a store, in the folder.
        WeakPassphrase: It is too short.
        WeakKeyFile, HeavyKeyFile: `kdf` is outside floor and cap.
        KeysNotWritten: The disk refuses.
    """
    if inspect(folder).kind not in ("none", "unfinished"):
        raise KeysExist
    check_passphrase(passphrase)
    data_key = os.urandom(database.KEY_BYTES)
    code = recovery_code.new()
    bare = KeyFile(store_id=store_id, demo=demo, slots=())
    cost = _cost(kdf)
    keys = bare.model_copy(
        update={
            "slots": (
                _passphrase_slot(bare, data_key, Holder(user_id, user_name), passphrase, cost),
                _recovery_slot(bare, data_key, code, cost),
                _escrow_slot(bare, data_key, organisation_key),
            )
        }
    )
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        raise key_file.KeysNotWritten from None
    key_file.write(folder, keys.sealed(data_key), keep_previous=False)
    return NewVault(data_key, code, store_id)


def check_passphrase(passphrase: str) -> None:
    """Refuse a passphrase that is too short.

    Raises:
        WeakPassphrase: It has fewer than 12 characters, or only one that repeats.
    """
    if len(passphrase.strip()) < MIN_PASSPHRASE or len(set(passphrase)) < 3:
        raise WeakPassphrase


def inspect(folder: Path, clock: Clock | None = None) -> VaultState:
    """What is in `folder`, as far as it shows without a key. Nothing is written.

    Args:
        clock: Says how long the next try has to wait; the computer's own where it isn't given.
    """
    store = folder / database.STORE_NAME
    has_store = store.exists()
    try:
        keys = key_file.read(folder)
    except key_file.KeysMissing:
        return VaultState("keys_missing" if has_store else "none")
    except key_file.KeysTooNew:
        return VaultState("keys_too_new")
    except key_file.KeysDamaged:
        return VaultState("keys_damaged")
    wait = _wait(keys.attempts, (clock or SystemClock()).now())
    return VaultState(
        _kind(store, keys),
        keys.store_id,
        tuple(Holder(s.user_id, s.user_name) for s in keys.passphrases()),
        keys.demo,
        keys.attempts.failed,
        wait,
    )


def _kind(store: Path, keys: KeyFile) -> StateKind:
    try:
        with store.open("rb") as source:
            start = source.read(len(PLAIN_HEADER))
    except FileNotFoundError:
        return "store_missing" if keys.store_made else "unfinished"
    except OSError:
        # What is wrong with it is said when it is opened.
        return "ready"
    if not start:
        return "store_empty"
    return "store_plain" if start == PLAIN_HEADER else "ready"


# --- Opening ------------------------------------------------------------------------------


def unlock(folder: Path, *, user_id: str, passphrase: str, clock: Clock) -> Unlocked:
    """Open the vault with a user's passphrase.

    Raises:
        WrongPassphrase: It is wrong; the try was counted.
        WaitFirst: It is too soon to try again.
        NotAHolder: The user has no slot.
        KeysMissing, KeysDamaged, KeysTooNew, WeakKeyFile, HeavyKeyFile, KeysAltered, OlderKeys:
            The key file is refused. It and the store are untouched.
        OtherCasebook: The keys are not those of the store beside them.
    """
    keys = _accepted(folder)
    slot = _slot_of(keys, user_id)
    now = clock.now()
    attempts = keys.attempts
    if attempts.last_at is not None and now < attempts.last_at:
        # The clock went back: the wait starts anew from now and is never longer than it was.
        attempts = attempts.model_copy(update={"last_at": now})
        _keep_attempts(folder, keys, attempts)
    if wait := _wait(attempts, now):
        raise WaitFirst(failed=attempts.failed, wait_seconds=wait)
    try:
        wrapping = kdf.derive(
            kdf.passphrase_bytes(passphrase), slot.kdf.salt, slot.kdf.params(), _PURPOSE
        )
        data_key = _unwrap(wrapping, slot, keys)
    except InvalidTag:
        failed = attempts.failed + 1
        # Counted before it is told, so that ending the program doesn't hide a try.
        _keep_attempts(folder, keys, Attempts(failed=failed, last_at=now))
        raise WrongPassphrase(failed=failed, wait_seconds=delay(failed)) from None
    if not keys.seal_holds(data_key):
        raise KeysAltered
    if keys.revision < _floor_in_store(folder, data_key):
        raise OlderKeys
    if attempts.failed:
        _keep_attempts(folder, keys, Attempts())
    return Unlocked(data_key, slot.user_id, keys.store_id, keys.demo)


def unlock_with_recovery(folder: Path, *, code: str) -> Unlocked:
    """Open the vault with the recovery code. An older key file is accepted here.

    Raises:
        MistypedCode: It can't be a code at all.
        WrongRecoveryCode: It is not this casebook's.
        KeysMissing, KeysDamaged, KeysTooNew, WeakKeyFile, HeavyKeyFile: The key file is refused.
    """
    secret = recovery_code.to_bytes(code)
    keys = _accepted(folder)
    for slot in keys.slots:
        if isinstance(slot, RecoverySlot):
            wrapping = kdf.derive(secret, slot.kdf.salt, slot.kdf.params(), _PURPOSE)
            try:
                data_key = _unwrap(wrapping, slot, keys)
            except InvalidTag:
                continue
            return _recovered(keys, data_key)
    raise WrongRecoveryCode


def unlock_with_escrow(folder: Path, private_key: X25519PrivateKey) -> Unlocked:
    """Open the vault with the organisation's private key. An older key file is accepted here.

    Raises:
        NotSealedToThisKey: The casebook was sealed to another key.
        KeysMissing, KeysDamaged, KeysTooNew, WeakKeyFile, HeavyKeyFile: The key file is refused.
    """
    keys = _accepted(folder)
    for slot in keys.slots:
        if isinstance(slot, EscrowSlot):
            try:
                data_key = escrow.unseal(slot.wrapped, private_key, keys.bound(slot))
            except escrow.NotSealedToThisKey:
                continue
            return _recovered(keys, data_key)
    raise escrow.NotSealedToThisKey


def _recovered(keys: KeyFile, data_key: bytes) -> Unlocked:
    return Unlocked(data_key, None, keys.store_id, keys.demo, keys.seal_holds(data_key))


# --- Changing slots -----------------------------------------------------------------------


def set_passphrase(
    folder: Path,
    *,
    data_key: bytes,
    user_id: str,
    passphrase: str,
    kdf: Argon2Params | None = None,
    after_recovery: bool = False,
) -> None:
    """Give a holder another passphrase; the old one opens nothing any more.

    The caller has checked who asks: with `unlock`, or by a recovery.

    Args:
        after_recovery: Go on although the seal of the slots is broken, and renew it.

    Raises:
        WeakPassphrase, NotAHolder, KeysAltered, KeysNotWritten: Nothing was changed.
    """
    check_passphrase(passphrase)
    keys = _accepted(folder)
    old = _slot_of(keys, user_id)
    new = _passphrase_slot(keys, data_key, Holder(user_id, old.user_name), passphrase, _cost(kdf))
    slots = tuple(new if slot is old else slot for slot in keys.slots)
    _rewrite(folder, keys, data_key, slots, after_recovery=after_recovery)


def add_holder(
    folder: Path,
    *,
    data_key: bytes,
    user_id: str,
    user_name: str,
    passphrase: str,
    kdf: Argon2Params | None = None,
    after_recovery: bool = False,
) -> None:
    """Let another user open the casebook with a passphrase of their own.

    Args:
        after_recovery: Go on although the seal of the slots is broken, and renew it.

    Raises:
        WeakPassphrase, AlreadyAHolder, KeysAltered, KeysNotWritten: Nothing was changed.
    """
    check_passphrase(passphrase)
    keys = _accepted(folder)
    if any(slot.user_id == user_id for slot in keys.passphrases()):
        raise AlreadyAHolder
    new = _passphrase_slot(keys, data_key, Holder(user_id, user_name), passphrase, _cost(kdf))
    _rewrite(folder, keys, data_key, (*keys.slots, new), after_recovery=after_recovery)


def remove_holder(folder: Path, *, data_key: bytes, user_id: str) -> None:
    """Take a user's passphrase away.

    Someone who copied the old key file could still open an old copy: after a suspicion, make a
    new casebook.

    Raises:
        NotAHolder, LastHolder, KeysAltered, KeysNotWritten: Nothing was changed.
    """
    keys = _accepted(folder)
    old = _slot_of(keys, user_id)
    if len(keys.passphrases()) == 1:
        raise LastHolder
    _rewrite(folder, keys, data_key, tuple(slot for slot in keys.slots if slot is not old))


def new_recovery_code(folder: Path, *, data_key: bytes, kdf: Argon2Params | None = None) -> str:
    """Make another recovery code; the one before opens nothing any more. Gives the new code.

    Raises:
        KeysAltered, KeysNotWritten: Nothing was changed.
    """
    keys = _accepted(folder)
    code = recovery_code.new()
    kept = tuple(slot for slot in keys.slots if not isinstance(slot, RecoverySlot))
    _rewrite(folder, keys, data_key, (*kept, _recovery_slot(keys, data_key, code, _cost(kdf))))
    return code


def set_organisation_key(folder: Path, *, data_key: bytes, organisation_key: bytes) -> None:
    """Seal the data key to another organisation's key instead of the present one.

    Raises:
        OrganisationKeyUnreadable, KeysAltered, KeysNotWritten: Nothing was changed.
    """
    keys = _accepted(folder)
    kept = tuple(slot for slot in keys.slots if not isinstance(slot, EscrowSlot))
    _rewrite(folder, keys, data_key, (*kept, _escrow_slot(keys, data_key, organisation_key)))


def matches_recovery_code(folder: Path, *, data_key: bytes, code: str) -> bool:
    """Whether `code` is this casebook's: to confirm that it was written down right.

    Raises:
        MistypedCode: It can't be a code at all.
    """
    try:
        return unlock_with_recovery(folder, code=code).data_key == data_key
    except WrongRecoveryCode:
        return False


def put_back_previous(folder: Path) -> None:
    """Put the previous copy of the key file in place of a damaged or missing one.

    Raises:
        KeysMissing, KeysDamaged, KeysTooNew: The previous copy is no good; nothing was changed.
        KeysExist: The present key file is a good one.
        KeysNotWritten: The disk refuses.
    """
    previous = key_file.read(folder, key_file.PREVIOUS_NAME)
    if inspect(folder).kind not in ("none", "keys_missing", "keys_damaged"):
        raise KeysExist
    key_file.write(folder, previous, keep_previous=False)


# --- Within -------------------------------------------------------------------------------


def delay(failed: int) -> int:
    """Seconds to wait after so many wrong passphrases: 0, 0, 1, 2, 4 … 300."""
    return 0 if failed < 3 else min(2 ** min(failed - 3, 16), LONGEST_WAIT)


def _wait(attempts: Attempts, now: datetime) -> int:
    if attempts.last_at is None:
        return 0
    whole = delay(attempts.failed)
    passed = now - attempts.last_at
    # Rounded up, and never longer than the whole wait, whatever the clock was set to.
    return max(0, min(whole, whole - passed // timedelta(seconds=1)))


def _keep_attempts(folder: Path, keys: KeyFile, attempts: Attempts) -> None:
    key_file.write(folder, keys.model_copy(update={"attempts": attempts}), keep_previous=False)


def _accepted(folder: Path) -> KeyFile:
    """The key file, its costs within floor and cap."""
    keys = key_file.read(folder)
    for slot in keys.slots:
        if not isinstance(slot, EscrowSlot):
            kdf.check(slot.kdf.params())
    return keys


def _slot_of(keys: KeyFile, user_id: str) -> PassphraseSlot:
    for slot in keys.passphrases():
        if slot.user_id == user_id:
            return slot
    raise NotAHolder


def _floor_in_store(folder: Path, data_key: bytes) -> int:
    """The highest revision of the key file that the store beside it has met."""
    store = folder / database.STORE_NAME
    if database.is_open_here(store):
        # It was compared when it was opened.
        return 0
    try:
        return database.examine(store, data_key, pages=False).application_id
    except database.WrongKey:
        raise OtherCasebook from None
    except KnownError:
        # The store is missing or damaged: opening it says so in its own words.
        return 0


def _rewrite(
    folder: Path,
    keys: KeyFile,
    data_key: bytes,
    slots: tuple[PassphraseSlot | RecoverySlot | EscrowSlot, ...],
    *,
    after_recovery: bool = False,
) -> None:
    if not (after_recovery or keys.seal_holds(data_key)):
        raise KeysAltered
    store = folder / database.STORE_NAME
    floor = database.met_revision(store, data_key)
    changed = keys.model_copy(
        update={"slots": slots, "revision": max(keys.revision, floor) + 1, "attempts": Attempts()}
    ).sealed(data_key)
    key_file.write(folder, changed, keep_previous=True)
    # The file first: were it the other way round, a crash in between would shut everybody out.
    database.keep_key_floor(store, data_key, changed.revision)


def _cost(params: Argon2Params | None) -> Argon2Params:
    cost = params or kdf.floor()
    kdf.check(cost)
    return cost


def _fresh_kdf(cost: Argon2Params) -> Kdf:
    return Kdf(
        memory_kib=cost.memory_kib,
        passes=cost.passes,
        lanes=cost.lanes,
        salt=os.urandom(kdf.SALT_BYTES),
    )


def _passphrase_slot(
    keys: KeyFile,
    data_key: bytes,
    holder: Holder,
    passphrase: str,
    cost: Argon2Params,
) -> PassphraseSlot:
    slot = PassphraseSlot(
        id=new_id(), user_id=holder.user_id, user_name=holder.name, kdf=_fresh_kdf(cost)
    )
    wrapping = kdf.derive(kdf.passphrase_bytes(passphrase), slot.kdf.salt, cost, _PURPOSE)
    return slot.model_copy(update=_wrap(wrapping, data_key, keys.bound(slot)))


def _recovery_slot(keys: KeyFile, data_key: bytes, code: str, cost: Argon2Params) -> RecoverySlot:
    slot = RecoverySlot(id=new_id(), kdf=_fresh_kdf(cost))
    wrapping = kdf.derive(recovery_code.to_bytes(code), slot.kdf.salt, cost, _PURPOSE)
    return slot.model_copy(update=_wrap(wrapping, data_key, keys.bound(slot)))


def _escrow_slot(keys: KeyFile, data_key: bytes, organisation_key: bytes) -> EscrowSlot:
    slot = EscrowSlot(id=new_id(), public_key=organisation_key)
    sealed = escrow.seal(data_key, organisation_key, keys.bound(slot))
    return slot.model_copy(update={"wrapped": sealed})


def _wrap(wrapping: bytes, data_key: bytes, bound_to: bytes) -> dict[str, bytes]:
    nonce = os.urandom(_NONCE_BYTES)
    return {"nonce": nonce, "wrapped": AESGCM(wrapping).encrypt(nonce, data_key, bound_to)}


def _unwrap(wrapping: bytes, slot: PassphraseSlot | RecoverySlot, keys: KeyFile) -> bytes:
    if len(slot.nonce) != _NONCE_BYTES:
        raise InvalidTag
    data_key = AESGCM(wrapping).decrypt(slot.nonce, slot.wrapped, keys.bound(slot))
    if len(data_key) != database.KEY_BYTES:
        raise BugError("a slot wraps something that is not a data key")
    return data_key
