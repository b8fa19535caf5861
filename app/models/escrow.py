"""The organisation's key pair: a way back into a casebook when its worker can't open it.

The public key is put into each casebook when it is made; the private key stays with the
organisation, away from the laptops, in a file under a passphrase of its own. A data key is sealed
with HPKE (RFC 9180: X25519, HKDF-SHA256, AES-256-GCM), bound to the casebook and its slot.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from pydantic import ValidationError

from app.core.errors import KnownError
from app.core.i18n import _
from app.models import durable, kdf
from app.models.key_file import Bytes, Kdf, Part, canonical

PUBLIC_KEY_BYTES: Final = 32
MAX_BYTES: Final = 4096
_PURPOSE: Final = "waymark organisation key v1"
_SUITE: Final = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class OrganisationKeyUnreadable(KnownError):
    """The file is not an organisation's key, or it is damaged."""

    def __init__(self) -> None:
        super().__init__(
            _("This file is not an organisation's key, or it is damaged."),
            _("Choose the file that was saved when the organisation's key was made."),
        )


class WrongOrganisationPassphrase(KnownError):
    """The passphrase doesn't open the organisation's key."""

    def __init__(self) -> None:
        super().__init__(
            _("That passphrase does not open the organisation's key."),
            _("Check capital letters and the keyboard's language, then try again."),
        )


class NotSealedToThisKey(KnownError):
    """The casebook was sealed to another organisation's key."""

    def __init__(self) -> None:
        super().__init__(
            _("This organisation's key does not open this casebook."),
            _("It was made for another organisation, or before its key was changed."),
        )


class _KeyFile(Part):
    format: int = 1
    public_key: Bytes
    kdf: Kdf
    nonce: Bytes = b""
    wrapped: Bytes = b""

    def bound(self) -> bytes:
        return canonical(self.model_dump(mode="json", exclude={"nonce", "wrapped"}))


def make() -> X25519PrivateKey:
    """A fresh key pair."""
    return X25519PrivateKey.generate()


def public_bytes(private_key: X25519PrivateKey) -> bytes:
    """The 32 bytes of the public key: what a casebook is given."""
    return private_key.public_key().public_bytes_raw()


def save(
    file: Path,
    private_key: X25519PrivateKey,
    passphrase: str,
    *,
    cost: kdf.Argon2Params | None = None,
) -> None:
    """Write the private key to `file`, wrapped under a passphrase.

    Raises:
        KnownError: The file exists already (it is never overwritten) or can't be written.
    """
    if file.exists():
        raise KnownError(
            _("There is already a file of that name, and it may be the only copy of a key."),
            _("Choose another name."),
        )
    params = cost or kdf.floor()
    content = _KeyFile(
        public_key=public_bytes(private_key),
        kdf=Kdf(
            memory_kib=params.memory_kib,
            passes=params.passes,
            lanes=params.lanes,
            salt=os.urandom(kdf.SALT_BYTES),
        ),
    )
    wrapping = kdf.derive(kdf.passphrase_bytes(passphrase), content.kdf.salt, params, _PURPOSE)
    nonce = os.urandom(12)
    wrapped = AESGCM(wrapping).encrypt(nonce, private_key.private_bytes_raw(), content.bound())
    content = content.model_copy(update={"nonce": nonce, "wrapped": wrapped})
    try:
        durable.replace_file(file, canonical(content.model_dump(mode="json")))
    except OSError:
        raise KnownError(
            _("The organisation's key could not be saved."),
            _("Check that the disk has room and that you may write to the folder."),
        ) from None


def read_public(file: Path) -> bytes:
    """The public key in a file that `save` wrote; needs no passphrase.

    Raises:
        OrganisationKeyUnreadable: It is not such a file.
    """
    return _read(file).public_key


def load(file: Path, passphrase: str) -> X25519PrivateKey:
    """The private key in a file that `save` wrote.

    Raises:
        OrganisationKeyUnreadable: It is not such a file.
        WrongOrganisationPassphrase: The passphrase is wrong, or the file was altered.
        WeakKeyFile, HeavyKeyFile: Its parameters are outside floor and cap.
    """
    content = _read(file)
    secret = kdf.passphrase_bytes(passphrase)
    wrapping = kdf.derive(secret, content.kdf.salt, content.kdf.params(), _PURPOSE)
    try:
        raw = AESGCM(wrapping).decrypt(content.nonce, content.wrapped, content.bound())
    except InvalidTag:
        raise WrongOrganisationPassphrase from None
    return X25519PrivateKey.from_private_bytes(raw)


def seal(data_key: bytes, public_key: bytes, bound_to: bytes) -> bytes:
    """`data_key` sealed to a public key of 32 bytes.

    Raises:
        OrganisationKeyUnreadable: `public_key` is not an X25519 key.
    """
    if len(public_key) != PUBLIC_KEY_BYTES:
        raise OrganisationKeyUnreadable
    key = X25519PublicKey.from_public_bytes(public_key)
    try:
        return _SUITE.encrypt(data_key, key, info=bound_to)
    except ValueError:
        # A point of small order would give everybody the same secret.
        raise OrganisationKeyUnreadable from None


def unseal(sealed: bytes, private_key: X25519PrivateKey, bound_to: bytes) -> bytes:
    """The data key that was sealed.

    Raises:
        NotSealedToThisKey: It was sealed to another key, or for another casebook or slot.
    """
    try:
        return _SUITE.decrypt(sealed, private_key, info=bound_to)
    except (InvalidTag, ValueError):
        raise NotSealedToThisKey from None


def _read(file: Path) -> _KeyFile:
    try:
        with file.open("rb") as source:
            raw = source.read(MAX_BYTES + 1)
        if len(raw) > MAX_BYTES:
            raise OrganisationKeyUnreadable
        content = _KeyFile.model_validate_json(raw)
    except (OSError, ValidationError):
        raise OrganisationKeyUnreadable from None
    if content.format != 1 or len(content.public_key) != PUBLIC_KEY_BYTES:
        raise OrganisationKeyUnreadable
    return content
