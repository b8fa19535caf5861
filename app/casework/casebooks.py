"""Casebooks: what lies in a folder, making one, opening, recovering and locking it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, cast

from sqlalchemy import select

from app.casework import dates
from app.casework.desk import Actor, Desk, NotAllowed, Role
from app.casework.places import Place, put_place
from app.casework.service_forms import StoredForms
from app.core import log
from app.core.clock import Clock
from app.core.errors import BugError, KnownError
from app.core.i18n import _
from app.core.ids import new_id
from app.forms.library import CasebookForms
from app.forms.loader import FormLibrary
from app.models import (
    anchor,
    backup,
    change_log,
    database,
    device,
    escrow,
    kdf,
    key_file,
    migrations,
    vault,
)
from app.models.casebook import Casebook
from app.models.instance_lock import InstanceLock, synced_folder
from app.models.queries import history as log_entries
from app.models.records import Place as PlaceRow
from app.models.records import Service, User

StateKind = Literal["none", "ready", "store_missing", "keys_missing", "damaged"]

BACKUPS: Final = "backups"
WAIT_FOR_LAST: Final = 2.0
WAYS_BACK_IN: Final = frozenset({"recovery code", "organisation key"})


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
        previous_keys: Whether `put_back_previous_keys` can mend it.
    """

    kind: StateKind
    holders: tuple[HolderView, ...]
    demo: bool
    wait_seconds: int
    message: str
    previous_keys: bool = False


@dataclass(frozen=True)
class GivenIds:
    """What a central server calls the service, the person and this copy of the casebook."""

    service_id: str
    user_id: str
    device_id: str


@dataclass(frozen=True, kw_only=True)
class NewCasebook:
    """What is asked for when a casebook is made.

    Attributes:
        service_name: Name of the youth justice service. area: slug of a YJS area, or empty.
        user_name, role: The first user.
        passphrase: At least 12 characters; not shown in any representation of this object.
        organisation_key: The service's public key (X25519, 32 bytes) that can recover the
            casebook when passphrase and recovery code are lost.
        ids: Of the service, the user and this copy, where a server gave them; None: new ones.
    """

    service_name: str
    area: str = ""
    user_name: str
    role: Role = "practitioner"
    passphrase: str = field(repr=False)
    organisation_key: bytes = field(repr=False)
    ids: GivenIds | None = None


@dataclass(frozen=True)
class Created:
    """A new casebook. The recovery code is shown once, to be written down and confirmed."""

    user_id: str
    recovery_code: str = field(repr=False)


def describe(folder: Path, clock: Clock | None = None) -> CasebookState:
    """What lies in `folder`, without opening or changing anything.

    Args:
        clock: Says how long the next try has to wait; the computer's where it isn't given.
    """
    state = vault.inspect(folder, clock)
    kind, message = _told(state.kind)
    return CasebookState(
        kind=kind,
        holders=tuple(HolderView(holder.user_id, holder.name) for holder in state.holders),
        demo=state.demo,
        wait_seconds=state.wait_seconds,
        message=message,
        previous_keys=_previous_keys(folder, state.kind),
    )


def _told(kind: str) -> tuple[StateKind, str]:
    said: dict[str, tuple[StateKind, KnownError | None]] = {
        "none": ("none", None),
        "unfinished": ("none", None),
        "ready": ("ready", None),
        "store_missing": ("store_missing", database.StoreMissing()),
        "store_empty": ("damaged", database.StoreEmpty()),
        "store_plain": ("damaged", database.StorePlain()),
        "keys_missing": ("keys_missing", key_file.KeysMissing()),
        "keys_damaged": ("damaged", key_file.KeysDamaged()),
        "keys_too_new": ("damaged", key_file.KeysTooNew()),
    }
    if kind not in said:
        raise BugError(f"unknown state of a casebook: {kind}")
    shown, error = said[kind]
    return shown, f"{error.user_text} {error.hint}" if error else ""


def create(folder: Path, new: NewCasebook, clock: Clock, *, demo: bool = False) -> Created:
    """Make a casebook in `folder`, which must hold none.

    Raises:
        KnownError: A casebook is there already, or the folder can't be written.
    """
    if not new.service_name.strip() or not new.user_name.strip():
        raise KnownError(
            _("A casebook needs the name of the service and your name."),
            _("Enter both, then try again."),
        )
    with InstanceLock(folder, clock):
        return _create(folder, new, clock, demo=demo)


def _create(folder: Path, new: NewCasebook, clock: Clock, *, demo: bool) -> Created:
    ids = new.ids
    user_id = ids.user_id if ids else new_id()
    keys = vault.create(
        folder,
        user_id=user_id,
        user_name=new.user_name.strip(),
        passphrase=new.passphrase,
        organisation_key=new.organisation_key,
        store_id=new_id(),
        demo=demo,
        # The demonstration's passphrase is public: waiting for it would protect nobody.
        kdf=kdf.floor() if demo else kdf.calibrated(),
    )
    engine = database.create_store(folder / database.STORE_NAME, keys.data_key)
    try:
        casebook = Casebook.initialise(
            engine,
            store_id=keys.store_id,
            service=Service(
                id=ids.service_id if ids else None, name=new.service_name.strip(), area=new.area
            ),
            user=User(id=user_id, name=new.user_name.strip(), role=new.role),
            device_id=ids.device_id if ids else None,
            device_name=device_name(),
            clock=clock,
            audit_key=change_log.audit_key(keys.data_key),
            demo=demo,
        )
        device.keep(folder, keys.store_id, casebook.device_id)
        casebook.close()
    finally:
        engine.dispose()
    log.casework.info("casebook made")
    return Created(user_id=user_id, recovery_code=keys.recovery_code)


def device_name() -> str:
    """What this laptop is called in the log: the kind of computer, never its name or its user's."""
    return {"win32": "Windows", "darwin": "macOS", "linux": "Linux"}.get(sys.platform, sys.platform)


def unlock(folder: Path, user_id: str, passphrase: str, clock: Clock) -> Desk:
    """Open the casebook as the user whose passphrase this is.

    Raises:
        WrongPassphrase: With `wait_seconds` before the next try.
        KnownError: The store is missing, empty, cut short, plain text, damaged or too new, or
            another window has it open.
    """

    def keys() -> vault.Unlocked:
        return vault.unlock(folder, user_id=user_id, passphrase=passphrase, clock=clock)

    return _alone(folder, keys, user_id, clock, how="passphrase")


def recover(folder: Path, code: str, user_id: str, new_passphrase: str, clock: Clock) -> Desk:
    """Open the casebook with the printed recovery code and give the user a new passphrase."""

    def keys() -> vault.Unlocked:
        opened = vault.unlock_with_recovery(folder, code=code)
        return _renewed(folder, opened, user_id, new_passphrase)

    return _alone(folder, keys, user_id, clock, how="recovery code")


def recover_with_organisation_key(
    folder: Path,
    *,
    key_file: Path,
    key_passphrase: str,
    user_id: str,
    new_passphrase: str,
    clock: Clock,
) -> Desk:
    """Open the casebook with the service's private key and give the user a new passphrase."""

    def keys() -> vault.Unlocked:
        opened = vault.unlock_with_escrow(folder, escrow.load(key_file, key_passphrase))
        return _renewed(folder, opened, user_id, new_passphrase)

    return _alone(folder, keys, user_id, clock, how="organisation key")


def _renewed(
    folder: Path, opened: vault.Unlocked, user_id: str, new_passphrase: str
) -> vault.Unlocked:
    vault.set_passphrase(
        folder,
        data_key=opened.data_key,
        user_id=user_id,
        passphrase=new_passphrase,
        after_recovery=True,
    )
    return opened


def _alone(
    folder: Path,
    keys: Callable[[], vault.Unlocked],
    user_id: str,
    clock: Clock,
    *,
    how: str,
) -> Desk:
    """Open the casebook while no other window has it open."""
    lock_file = InstanceLock(folder, clock)
    # The process that was locked a moment ago may still be ending.
    lock_file.acquire(wait_seconds=WAIT_FOR_LAST)
    try:
        opened = keys()
        desk = open_with_keys(folder, opened, user_id, clock, how=how)
    except BaseException:
        lock_file.release()
        raise
    desk.instance_lock = lock_file
    return desk


def open_with_keys(
    folder: Path, keys: vault.Unlocked, user_id: str, clock: Clock, *, how: str
) -> Desk:
    """Open the casebook whose keys are known. `how` they came to be known goes into its log."""
    engine = database.open_engine(
        folder / database.STORE_NAME, keys.data_key, newest=migrations.NEWEST
    )
    keeper = anchor.Keeper(keys.store_id, keys.data_key)
    known = keeper.read()
    try:
        casebook = Casebook.open(
            engine,
            store_id=keys.store_id,
            actor_id=user_id,
            clock=clock,
            audit_key=change_log.audit_key(keys.data_key),
            least_entries=known.entries if known else 0,
            backup=lambda: backup.make(engine, folder / BACKUPS, clock=clock),
        )
        actor = _actor(casebook, user_id)
        _settle_device(folder, casebook)
        with casebook.write() as work:
            work.note("unlock", "user", user_id, detail={"how": how})
            if how in WAYS_BACK_IN:
                work.note("keys", "user", user_id, detail={"what": "passphrase", "by": how})
        demo = casebook.state().demo
    except BaseException:
        engine.dispose()
        raise
    return Desk(
        casebook=casebook,
        actor=actor,
        clock=clock,
        forms=CasebookForms(FormLibrary.built_in(), StoredForms(casebook)),
        folder=folder,
        data_key=keys.data_key,
        demo=demo,
        keeper=keeper,
        notices=_notices(folder, casebook, known),
    )


def _actor(casebook: Casebook, user_id: str) -> Actor:
    with casebook.read() as session:
        user = session.get(User, user_id)
        if user is None or user.removed_at or user.ended_at:
            raise NotAllowed(
                _("This person no longer works with this casebook."),
                _("Ask an administrator if that is wrong."),
            )
        return Actor(id=user.id, name=user.name, role=cast(Role, user.role))


def _settle_device(folder: Path, casebook: Casebook) -> None:
    """Give a restored or copied casebook an identity of its own, and note a restore in its log."""
    if not device.is_ours(folder, casebook.store_id, casebook.device_id):
        casebook.take_new_device(device_name())
        device.keep(folder, casebook.store_id, casebook.device_id)
    mark = backup.restored_mark(folder)
    if mark is not None:
        with casebook.write() as work:
            work.note("restore_backup", detail={"made_at": mark.backup_made_at.isoformat()})
        backup.clear_restored_mark(folder)


def _hash_at(casebook: Casebook, entry: int) -> str | None:
    with casebook.read() as session:
        return session.scalar(
            select(change_log.Change.own_hash).where(change_log.Change.entry == entry)
        )


def _notices(folder: Path, casebook: Casebook, known: change_log.Head | None) -> tuple[str, ...]:
    """What the person has to know about this casebook before they go on, in words."""
    said = []
    if known is not None and known.entries and _hash_at(casebook, known.entries) != known.hash:
        said.append(
            _(
                "The history of this casebook is not the one that this laptop last saw."
                " Tell your manager, and compare it with a backup."
            )
        )
    said += _clock_notice(casebook)
    copied_by = synced_folder(folder)
    if copied_by:
        said.append(
            _(
                "This folder is copied by {service}, which can damage a casebook."
                " Move it to a folder that stays on this laptop."
            ).format(service=copied_by)
        )
    return tuple(said)


def _clock_notice(casebook: Casebook) -> list[str]:
    """That the clock of this laptop was set since it was last used, where the date may be wrong:
    days and times that are written now would be."""
    with casebook.read() as session:
        entry = log_entries.leap_before_this_unlock(session)
    if entry is None:
        return []
    was, shown = change_log.leap_told(entry.detail)
    said = (
        _(
            "This laptop's clock says {now}, but the last entry of this casebook is of {was}."
            " Check the date and time of this laptop: what you write now is dated by them."
        )
        if shown < was
        else _(
            "This laptop's clock says {now}. It went ahead by itself or was set, from {was}."
            " Check the date and time of this laptop: what you write now is dated by them."
        )
    )
    return [said.format(now=dates.day_and_time(casebook.clock.now()), was=dates.day_and_time(was))]


def _previous_keys(folder: Path, kind: str) -> bool:
    """Whether a previous copy of the key file can stand in for the present one."""
    if kind not in ("keys_missing", "keys_damaged"):
        return False
    try:
        key_file.read(folder, key_file.PREVIOUS_NAME)
    except KnownError:
        return False
    return True


def lock(desk: Desk, place: Place | None) -> None:
    """Keep where the person was, note the lock, anchor the log and close the store."""
    try:
        with desk.casebook.write() as work:
            work.seal()
            if place is not None:
                put_place(desk, work, place)
            else:
                held = work.get(PlaceRow, desk.actor.id)
                if held is not None:
                    work.session.delete(held)
            work.note("lock", "user", desk.actor.id)
    finally:
        desk.close()
