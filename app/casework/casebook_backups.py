"""Copies of a casebook: made, listed and put back; and whether the casebook itself is whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.casework import dates, history
from app.casework.casebooks import WAIT_FOR_LAST, HolderView, describe, open_with_keys
from app.casework.desk import Desk
from app.core import log
from app.core.clock import Clock
from app.core.i18n import _
from app.models import backup, database, migrations, vault
from app.models.instance_lock import InstanceLock

Progress = Callable[[int, int], bool]
"""Told how much of how much is done; stops the work when it gives False."""


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
        desk = open_with_keys(folder, keys, user_id, clock, how="restore")
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
