"""The key pair of a service, whose private half opens a casebook when all else is lost."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.models import escrow, vault


@dataclass(frozen=True)
class OrganisationKey:
    """A new key of the service: `public` goes into casebooks, the file stays in a safe."""

    public: bytes
    file: Path
    words: str


def make_organisation_key(file: Path, passphrase: str) -> OrganisationKey:
    """Make the service's key pair; the private half goes to `file` under `passphrase`.

    Raises:
        WeakPassphrase: The passphrase is too short.
        KnownError: The file exists already or can't be written.
    """
    vault.check_passphrase(passphrase)
    private = escrow.make()
    escrow.save(file, private, passphrase)
    public = escrow.public_bytes(private)
    return OrganisationKey(public=public, file=file, words=_in_groups(public))


def read_organisation_key(text: str) -> bytes:
    """The public key as typed or pasted in groups of letters and digits, as 32 bytes.

    Raises:
        KnownError: It can't be a public key.
    """
    letters = "".join(char for char in text if char.isalnum())
    try:
        key = bytes.fromhex(letters)
    except ValueError:
        key = b""
    if len(key) != escrow.PUBLIC_KEY_BYTES:
        raise escrow.OrganisationKeyUnreadable
    return key


def read_organisation_key_file(file: Path) -> bytes:
    """The public key that lies in a key file of the service; needs no passphrase."""
    return escrow.read_public(file)


def _in_groups(key: bytes) -> str:
    text = key.hex()
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))
