"""Making, opening, backing up and restoring a casebook."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal, cast

from sqlalchemy import select

from app.casework import dates, history
from app.casework.desk import Actor, Desk, NotAllowed, Role
from app.casework.passphrase import confirm_passphrase
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
from app.models.work import UnitOfWork

StateKind = Literal["none", "ready", "store_missing", "keys_missing", "damaged"]
Progress = Callable[[int, int], bool]
"""Told how much of how much is done; stops the work when it gives False."""

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


@dataclass(frozen=True)
class UserView:
    """A user of the casebook. `active` is False for somebody who has left."""

    id: str
    name: str
    role: Role
    active: bool


@dataclass(frozen=True)
class ServiceView:
    """The youth justice service of a casebook. `area`: slug of a YJS area, or free text."""

    id: str
    name: str
    area: str
    language: str


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
        path: Path of the question, or what else the page needs to be as it was, such as what was
            typed and not saved. cursor: place of the text cursor in it.
        words: What was typed anywhere in the window and not saved: pairs of what it was typed
            for (a list of texts) and the fields, as JSON can hold them.
    """

    page: str
    child_id: str | None = None
    record_id: str | None = None
    path: str | None = None
    cursor: int | None = None
    words: Sequence[Any] = ()


class WrongRecoveryWords(KnownError):
    """What was typed back is not the recovery code of this casebook."""

    def __init__(self) -> None:
        super().__init__(
            _("That is not the recovery code of this casebook."),
            _("Look at the code again and type every group of it."),
        )


# -- looking and making ------------------------------------------------------------------------


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


def check_passphrase(passphrase: str, user_name: str = "") -> str:
    """What is wrong with a new passphrase, in words; empty where it will do."""
    try:
        vault.check_passphrase(passphrase)
    except vault.WeakPassphrase as weak:
        return f"{weak.user_text} {weak.hint}"
    if user_name.strip() and passphrase.strip().casefold() == user_name.strip().casefold():
        return _("Choose something other than your name.")
    return ""


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


# -- opening -----------------------------------------------------------------------------------


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
        desk = _open(folder, opened, user_id, clock, how=how)
    except BaseException:
        lock_file.release()
        raise
    desk.instance_lock = lock_file
    return desk


def _open(folder: Path, keys: vault.Unlocked, user_id: str, clock: Clock, *, how: str) -> Desk:
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
            "This laptop's clock says {now}, but the last entry of this casebook was made at {was}."
            " Check the date and time of this laptop: what you write now is dated by them."
        )
        if shown < was
        else _(
            "This laptop's clock says {now}. It went ahead by itself or was set, from {was}."
            " Check the date and time of this laptop: what you write now is dated by them."
        )
    )
    return [said.format(now=dates.day_and_time(casebook.clock.now()), was=dates.day_and_time(was))]


# -- ways back in, and users -------------------------------------------------------------------


def confirm_recovery_code(desk: Desk, typed: str) -> None:
    """Note that the recovery code was written down, by having it typed again.

    Raises:
        NotAllowed: The person may only read.
        KnownError: It isn't the code; nothing is noted.
    """
    desk.must_keep_keys()
    if not vault.matches_recovery_code(desk.folder, data_key=desk.data_key, code=typed):
        raise WrongRecoveryWords
    with desk.casebook.write() as work:
        work.state.recovery_confirmed = True
        work.note(
            "keys", "user", desk.actor.id, detail={"what": "recovery code", "confirmed": True}
        )


def recovery_confirmed(desk: Desk) -> bool:
    """Whether the recovery code was confirmed: no child can be added before."""
    return desk.casebook.state().recovery_confirmed


def new_recovery_code(desk: Desk, passphrase: str) -> str:
    """Make a new recovery code; the one before opens nothing from now on.

    It has to be confirmed like the first one.

    Raises:
        NotAllowed: The person may only read.
        WrongPassphrase: The passphrase is not that of the person who acts.
    """
    desk.must_keep_keys()
    confirm_passphrase(desk, passphrase)
    with _key_change(desk, "recovery code"):
        code = vault.new_recovery_code(desk.folder, data_key=desk.data_key)
    with desk.casebook.write() as work:
        work.state.recovery_confirmed = False
    return code


def change_passphrase(desk: Desk, old: str, new: str) -> None:
    """Change the passphrase of the person who acts.

    Raises:
        WrongPassphrase: `old` is not right. WeakPassphrase: `new` is too short.
        NotAllowed: It is the demonstration casebook, whose passphrase is public.
    """
    if desk.demo:
        raise NotAllowed(
            _("The demonstration casebook keeps its public passphrase."),
            _("Make a casebook of your own for real work."),
        )
    vault.check_passphrase(new)
    confirm_passphrase(desk, old)
    with _key_change(desk, "passphrase"):
        vault.set_passphrase(
            desk.folder,
            data_key=desk.data_key,
            user_id=desk.actor.id,
            passphrase=new,
            kdf=kdf.calibrated(),
        )


@contextmanager
def _key_change(desk: Desk, what: str) -> Iterator[None]:
    """Log a change of a key before it is made, and afterwards where it was not made after all.

    Two transactions: the key file keeps its revision in the store while it is changed. Before,
    so that no key ever changes without an entry.
    """
    detail = {"what": what, "by": "passphrase"}
    with desk.casebook.write() as work:
        work.note("keys", "user", desk.actor.id, detail=detail)
    try:
        yield
    except KnownError:
        with desk.casebook.write() as work:
            work.note("keys", "user", desk.actor.id, detail={**detail, "done": False})
        raise


def add_user(desk: Desk, name: str, role: Role, passphrase: str) -> UserView:
    """Add a user with a passphrase of their own. Only an administrator may.

    In a casebook that has no administrator, anyone who writes may add an administrator.
    """
    if desk.demo:
        raise NotAllowed(
            _("The demonstration casebook keeps the users it has."),
            _("Make a casebook of your own to add users."),
        )
    alone = role == "administrator" and not any(
        user.role == "administrator" and user.active for user in users(desk)
    )
    if alone:
        desk.must_write()
    else:
        desk.must_manage_users()
    if not name.strip():
        raise KnownError(_("Enter the name of the new user."))
    return admit(desk, name, role, passphrase)


def admit(desk: Desk, name: str, role: Role, passphrase: str) -> UserView:
    """Add a user whatever the role of the person who acts: for `add_user` and the demonstration."""
    vault.check_passphrase(passphrase)
    user_id = new_id()
    # The record first: a slot without a user would let somebody in whom nobody knows. Each is a
    # transaction of its own, because the key file keeps its revision in the store.
    with desk.casebook.write() as work:
        work.add(User(id=user_id, name=name.strip(), role=role))
    try:
        vault.add_holder(
            desk.folder,
            data_key=desk.data_key,
            user_id=user_id,
            user_name=name.strip(),
            passphrase=passphrase,
            kdf=kdf.floor() if desk.demo else kdf.calibrated(),
        )
    except KnownError:
        with desk.casebook.write() as work:
            user = work.get(User, user_id)
            if user is not None:
                work.remove(user)
        raise
    return UserView(id=user_id, name=name.strip(), role=role, active=True)


def end_user(desk: Desk, user_id: str, reason: str) -> None:
    """Note that a user no longer works here, and take their passphrase away."""
    desk.must_manage_users()
    # The passphrase first: somebody who has left must not get in, whatever happens afterwards.
    vault.remove_holder(desk.folder, data_key=desk.data_key, user_id=user_id)
    with desk.casebook.write(reason) as work:
        user = work.get(User, user_id)
        if user is None:
            raise BugError("a user who doesn't exist was to be ended")
        user.ended_at = desk.clock.now()


def users(desk: Desk) -> tuple[UserView, ...]:
    """Everyone who has worked in this casebook, in order of name."""
    with desk.casebook.read() as session:
        held = session.scalars(select(User).where(User.removed_at.is_(None)).order_by(User.name))
        return tuple(
            UserView(
                id=user.id,
                name=user.name,
                role=cast(Role, user.role),
                active=user.ended_at is None,
            )
            for user in held
        )


def service(desk: Desk) -> ServiceView:
    """The youth justice service that this casebook is of."""
    with desk.casebook.read() as session:
        held = session.get_one(Service, desk.casebook.service_id)
        return ServiceView(id=held.id, name=held.name, area=held.area, language=held.language)


def put_back_previous_keys(folder: Path) -> None:
    """Put the previous copy of the key file in place of a damaged or missing one.

    A passphrase or recovery code changed since that copy opens nothing with it. A copy that is
    older than the store has met is refused at the next unlock.

    Raises:
        KnownError: The copy is no good either, the present file is, or the disk refuses.
    """
    vault.put_back_previous(folder)
    log.casework.warning("the previous copy of the key file was put back")


def _previous_keys(folder: Path, kind: str) -> bool:
    """Whether a previous copy of the key file can stand in for the present one."""
    if kind not in ("keys_missing", "keys_damaged"):
        return False
    try:
        key_file.read(folder, key_file.PREVIOUS_NAME)
    except KnownError:
        return False
    return True


# -- copies and checks -------------------------------------------------------------------------


def back_up(desk: Desk, folder: Path, progress: Progress | None = None) -> BackupView:
    """Write an encrypted copy to `folder`, check it, and let old copies go by rotation.

    Raises:
        DiskFull, StoreUnwritable: The disk refuses; no half backup is left.
        BackupStopped: `progress` said so.
    """
    with desk.casebook.write() as work:
        work.seal()
        work.note("backup")
    made = backup.make(desk.casebook.engine, folder, clock=desk.clock, progress=progress)
    return next(view for view in backups(folder) if view.file == made)


def backups(folder: Path) -> tuple[BackupView, ...]:
    """The backups in `folder`, the newest first."""
    return tuple(
        BackupView(
            file=each.folder,
            made_at=each.made_at,
            size=each.size,
            label=dates.day_and_time(each.made_at),
        )
        for each in backup.listing(folder)
    )


def holders_of_backup(file: Path) -> tuple[HolderView, ...]:
    """Who can open a backup with a passphrase."""
    return describe(file).holders


def restore(file: Path, folder: Path, user_id: str, passphrase: str, clock: Clock) -> Desk:
    """Put a backup in place of the casebook in `folder`, which is kept beside it.

    The backup is checked first; the restored casebook takes a new device identity. The passphrase
    is the one of now, or the one of the day of the backup.

    Raises:
        WrongPassphrase: It opens neither. BackupDamaged, AnotherCasebook: Nothing was changed.
    """
    lock_file = InstanceLock(folder, clock)
    lock_file.acquire(wait_seconds=WAIT_FOR_LAST)
    try:
        keys = _keys_for_restore(file, folder, user_id, passphrase, clock)
        backup.restore(file, folder, data_key=keys.data_key, clock=clock, newest=migrations.NEWEST)
        desk = _open(folder, keys, user_id, clock, how="restore")
    except BaseException:
        lock_file.release()
        raise
    desk.instance_lock = lock_file
    return desk


def _keys_for_restore(
    file: Path, folder: Path, user_id: str, passphrase: str, clock: Clock
) -> vault.Unlocked:
    present, of_backup = vault.inspect(folder), vault.inspect(file)
    known = any(holder.user_id == user_id for holder in present.holders)
    if known and present.store_id == of_backup.store_id:
        try:
            return vault.unlock(folder, user_id=user_id, passphrase=passphrase, clock=clock)
        except vault.WrongPassphrase:
            # The passphrase may have been changed since; then that of the backup opens it.
            log.casework.info("the present keys did not open; trying those of the backup")
    return vault.unlock(file, user_id=user_id, passphrase=passphrase, clock=clock)


def check_integrity(desk: Desk, progress: Progress | None = None) -> IntegrityView:
    """Check every page of the store, its references and the chain of its log."""
    findings = []
    if database.integrity(desk.casebook.engine):
        findings.append(_("Parts of the casebook file can't be read. Restore the latest backup."))
    verdict = history.verify(desk, progress)
    if not verdict.ok:
        findings.append(verdict.text)
    text = (
        _("Something is wrong with this casebook.")
        if findings
        else _("The casebook is whole: {count} entries of its history were checked.").format(
            count=verdict.entries
        )
    )
    return IntegrityView(ok=not findings, text=text, findings=tuple(findings))


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


def lock(desk: Desk, place: Place | None) -> None:
    """Keep where the person was, note the lock, anchor the log and close the store."""
    try:
        with desk.casebook.write() as work:
            work.seal()
            if place is not None:
                _put_place(desk, work, place)
            else:
                held = work.get(PlaceRow, desk.actor.id)
                if held is not None:
                    work.session.delete(held)
            work.note("lock", "user", desk.actor.id)
    finally:
        desk.close()


def keep_place(desk: Desk, place: Place, *, left_at: datetime | None = None) -> None:
    """Keep where the person is, so that a crash too leads back to it.

    Args:
        left_at: When they were there, where that was not now: a later place is left alone.
    """
    with desk.casebook.write() as work:
        held = work.get(PlaceRow, desk.actor.id)
        if left_at is None or held is None or held.left_at <= left_at:
            _put_place(desk, work, place)


def _put_place(desk: Desk, work: UnitOfWork, place: Place) -> None:
    row = work.get(PlaceRow, desk.actor.id)
    if row is None:
        row = work.add(PlaceRow(user_id=desk.actor.id, page=place.page, left_at=desk.clock.now()))
    row.page, row.child_id, row.record_id = place.page, place.child_id, place.record_id
    row.path, row.cursor, row.left_at = _with_words(place), place.cursor, desk.clock.now()


def _with_words(place: Place) -> str | None:
    """The path, and after a line end, which no path has, the words."""
    if not place.words:
        return place.path
    return f"{place.path or ''}\n{json.dumps(list(place.words), ensure_ascii=False)}"


def last_place(desk: Desk) -> Place | None:
    """Where the person was at the last lock."""
    with desk.casebook.read() as session:
        row = session.get(PlaceRow, desk.actor.id)
        if row is None:
            return None
        path, _end, words = (row.path or "").partition("\n")
        return Place(
            page=row.page,
            child_id=row.child_id,
            record_id=row.record_id,
            path=path or None,
            cursor=row.cursor,
            words=json.loads(words) if words else (),
        )
