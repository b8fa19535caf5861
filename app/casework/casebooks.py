"""Making, opening, backing up and restoring a casebook."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from app.core.clock import Clock
from app.core.errors import BugError

if TYPE_CHECKING:
    from app.casework.desk import Desk, Role

StateKind = Literal["none", "ready", "store_missing", "keys_missing", "damaged"]
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class HolderView:
    """A person who has a passphrase for this casebook."""

    user_id: str
    name: str


@dataclass(frozen=True)
class CasebookState:
    """What lies in a folder, before anything is unlocked.

    Attributes:
        kind: none: nothing yet; ready: can be unlocked; otherwise something is missing or wrong.
        holders: Who can unlock it with a passphrase.
        demo: The demonstration casebook, whose passphrase is public.
        wait_seconds: How long to wait before the next try, after wrong passphrases.
        message: What is wrong and what to do, in words; empty where nothing is.
    """

    kind: StateKind
    holders: tuple[HolderView, ...]
    demo: bool
    wait_seconds: int
    message: str


@dataclass(frozen=True, kw_only=True)
class NewCasebook:
    """What is asked for when a casebook is made.

    Attributes:
        service_name: Name of the youth justice service. area: slug of a YJS area, or empty.
        user_name, role: The first user.
        passphrase: At least 12 characters; not shown in any representation of this object.
        organisation_key: The service's public key (X25519, 32 bytes) that can recover the
            casebook when passphrase and recovery code are lost.
    """

    service_name: str
    area: str = ""
    user_name: str
    role: Role = "practitioner"
    passphrase: str = field(repr=False)
    organisation_key: bytes = field(repr=False)


@dataclass(frozen=True)
class Created:
    """A new casebook. The recovery code is shown once, to be written down and confirmed."""

    user_id: str
    recovery_code: str = field(repr=False)


@dataclass(frozen=True)
class UserView:
    """A user of the casebook. `active` is False for somebody who has left."""

    id: str
    name: str
    role: Role
    active: bool


@dataclass(frozen=True)
class BackupView:
    """One backup. `file` is what to give to `restore`."""

    file: Path
    made_at: datetime
    size: int
    label: str


@dataclass(frozen=True)
class IntegrityView:
    """What a check of the whole casebook found: `findings` in words, empty where all is well."""

    ok: bool
    text: str
    findings: tuple[str, ...]


@dataclass(frozen=True)
class OrganisationKey:
    """A new key of the service: `public` goes into casebooks, the file stays in a safe."""

    public: bytes
    file: Path
    words: str


@dataclass(frozen=True)
class Place:
    """Where somebody was, so that unlocking leads back to it.

    Attributes:
        page: Name of the page. child_id, record_id: what it showed.
        path: Path of the question. cursor: place of the text cursor in it.
    """

    page: str
    child_id: str | None = None
    record_id: str | None = None
    path: str | None = None
    cursor: int | None = None


def _unjoined() -> BugError:
    return BugError("the store is not joined to this function")


def describe(folder: Path) -> CasebookState:
    """What lies in `folder`, without opening or changing anything."""
    raise _unjoined()


def check_passphrase(passphrase: str, user_name: str = "") -> str:
    """What is wrong with a new passphrase, in words; empty where it will do."""
    raise _unjoined()


def create(folder: Path, new: NewCasebook, clock: Clock, *, demo: bool = False) -> Created:
    """Make a casebook in `folder`, which must hold none.

    Raises:
        KnownError: A casebook is there already, or the folder can't be written.
    """
    raise _unjoined()


def unlock(folder: Path, user_id: str, passphrase: str, clock: Clock) -> Desk:
    """Open the casebook as the user whose passphrase this is.

    Raises:
        WrongPassphrase: With `wait_seconds` before the next try.
        KnownError: The store is missing, empty, cut short, plain text, damaged or too new, or
            another window has it open.
    """
    raise _unjoined()


def recover(folder: Path, code: str, user_id: str, new_passphrase: str, clock: Clock) -> Desk:
    """Open the casebook with the printed recovery code and give the user a new passphrase."""
    raise _unjoined()


def recover_with_organisation_key(
    folder: Path,
    key_file: Path,
    key_passphrase: str,
    user_id: str,
    new_passphrase: str,
    clock: Clock,
) -> Desk:
    """Open the casebook with the service's private key and give the user a new passphrase."""
    raise _unjoined()


def confirm_recovery_code(desk: Desk, typed: str) -> None:
    """Note that the recovery code was written down, by having it typed again.

    Raises:
        KnownError: It isn't the code; nothing is noted.
    """
    raise _unjoined()


def recovery_confirmed(desk: Desk) -> bool:
    """Whether the recovery code was confirmed: no child can be added before."""
    raise _unjoined()


def new_recovery_code(desk: Desk, passphrase: str) -> str:
    """Make a new recovery code; the one before opens nothing from now on."""
    raise _unjoined()


def change_passphrase(desk: Desk, old: str, new: str) -> None:
    """Change the passphrase of the person who acts."""
    raise _unjoined()


def add_user(desk: Desk, name: str, role: Role, passphrase: str) -> UserView:
    """Add a user with a passphrase of their own. Only an administrator may.

    A casebook whose users include no administrator lets any of its writers add one.
    """
    raise _unjoined()


def users(desk: Desk) -> tuple[UserView, ...]:
    """Everyone who has worked in this casebook."""
    raise _unjoined()


def back_up(desk: Desk, folder: Path, progress: Progress | None = None) -> BackupView:
    """Write an encrypted copy to `folder`, check it, and let old copies go by rotation."""
    raise _unjoined()


def backups(folder: Path) -> tuple[BackupView, ...]:
    """The backups in `folder`, the newest first."""
    raise _unjoined()


def restore(file: Path, folder: Path, user_id: str, passphrase: str, clock: Clock) -> Desk:
    """Put a backup in place of the casebook in `folder`, which is kept beside it.

    The backup is checked first; the restored casebook takes a new device identity.
    """
    raise _unjoined()


def check_integrity(desk: Desk, progress: Progress | None = None) -> IntegrityView:
    """Check every page of the store, its references and the chain of its log."""
    raise _unjoined()


def make_organisation_key(file: Path, passphrase: str) -> OrganisationKey:
    """Make the service's key pair; the private half goes to `file` under `passphrase`."""
    raise _unjoined()


def read_organisation_key(text: str) -> bytes:
    """The public key in words or hexadecimal as typed or pasted, as 32 bytes."""
    raise _unjoined()


def lock(desk: Desk, place: Place | None) -> None:
    """Keep where the person was, note the lock, anchor the log and close the store."""
    raise _unjoined()


def last_place(desk: Desk) -> Place | None:
    """Where the person was at the last lock."""
    raise _unjoined()
