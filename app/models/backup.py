"""Encrypted copies of a casebook, and the way back from one.

A backup is a folder with a date in its name: the store, written whole by `VACUUM INTO` under the
same data key, the key file as it was, and `backup.json`, which says what the copy should be and is
sealed with a key made from the data key. A backup that was not finished or not verified never
carries the name of one.
"""

from __future__ import annotations

import contextlib
import hmac
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

import sqlcipher3.dbapi2 as sqlcipher
from pydantic import AwareDatetime, ValidationError
from sqlalchemy import Engine

from app.core import log
from app.core.clock import Clock, local
from app.core.errors import BugError, KnownError
from app.core.i18n import _
from app.models import anchor, database, device, durable, key_file
from app.models.database import STORE_NAME
from app.models.kdf import subkey
from app.models.key_file import KEYS_NAME, Bytes, KeyFile, Part, canonical
from app.models.store_pages import PageReader

PREFIX: Final = "casebook-"
MANIFEST_NAME: Final = "backup.json"
MARK_NAME: Final = "casebook.restored"
REPLACED_PREFIX: Final = "replaced-"
_UNFINISHED: Final = ".unfinished"
_RESTORING: Final = STORE_NAME + ".restoring"
_MAX_MANIFEST_BYTES: Final = 4096
_CHUNK: Final = 1024 * 1024
_PURPOSE: Final = "waymark backup"
_STEPS_BETWEEN_LOOKS: Final = 2000
_INTERRUPTED: Final = 9  # SQLITE_INTERRUPT

Progress = Callable[[int, int], bool]


class BackupDamaged(KnownError):
    """The backup isn't what it was when it was made."""

    def __init__(self) -> None:
        super().__init__(
            _("This backup is damaged or not complete."),
            _("Choose another one. Nothing was changed."),
        )


class NoBackupHere(KnownError):
    """The folder is not a backup."""

    def __init__(self) -> None:
        super().__init__(
            _("There is no backup of a casebook in this folder."),
            _("Choose a folder whose name begins with casebook- and a date."),
        )


class AnotherCasebook(KnownError):
    """The folder holds a casebook that the backup is not of."""

    def __init__(self) -> None:
        super().__init__(
            _("The folder holds another casebook than this backup."),
            _("Restore into an empty folder. Nothing was changed."),
        )


class BackupStopped(KnownError):
    """The person stopped it."""

    def __init__(self) -> None:
        super().__init__(_("The backup was stopped, and nothing of it was kept."))


@dataclass(frozen=True)
class Keep:
    """How many backups are kept: the newest of each of the last days, weeks and months."""

    days: int = 7
    weeks: int = 4
    months: int = 12


class Manifest(Part):
    """What a backup should be.

    Attributes:
        tables: The version of the tables (PRAGMA user_version).
        rows: Rows in all tables together.
        store_sha256: Of the store file, hexadecimal.
        seal: HMAC over the rest with a key made from the data key.
    """

    format: int = 1
    store_id: str
    made_at: AwareDatetime
    tables: int
    rows: int
    store_bytes: int
    store_sha256: str
    seal: Bytes = b""

    def seal_with(self, data_key: bytes) -> bytes:
        """The seal that this content should carry."""
        content = canonical(self.model_dump(mode="json", exclude={"seal"}))
        return hmac.digest(subkey(data_key, _PURPOSE), content, sha256)


@dataclass(frozen=True)
class Backup:
    """A backup in a list.

    Attributes:
        made_at: UTC. store_id: Of which casebook.
    """

    folder: Path
    made_at: datetime
    store_id: str
    size: int


@dataclass(frozen=True)
class Verified:
    """What a look through a whole backup found; a damaged one raises instead."""

    made_at: datetime
    store_id: str
    tables: int
    rows: int


class RestoredMark(Part):
    """Left in the folder by a restore, until the casebook has noted it in its log.

    Attributes:
        replaced: Name of the folder beside the store that holds what was replaced.
    """

    store_id: str
    backup_made_at: AwareDatetime
    restored_at: AwareDatetime
    replaced: str | None = None


# --- Making -------------------------------------------------------------------------------


def make(
    engine: Engine,
    folder: Path,
    *,
    clock: Clock,
    keep: Keep | None = None,
    progress: Progress | None = None,
) -> Path:
    """Back up an open casebook, verify the copy, and remove backups that the rule lets go.

    Args:
        engine: Of the casebook; it may be in use.
        folder: Where the backups of this casebook lie; made when it isn't there.
        progress: Told (bytes written, bytes in all) now and then; stops it when it gives False.

    Returns:
        The folder of the new backup.

    Raises:
        DiskFull, StoreUnwritable: The disk refuses; no half backup is left.
        StoreDamaged: The casebook itself can't be read whole.
        BackupStopped: `progress` said so.
    """
    store_file, data_key = database.file_and_key(engine)
    keys = key_file.read(store_file.parent)
    now = clock.now()
    draft: Path | None = None
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _clear_unfinished(folder)
        final = _free_name(folder, f"{PREFIX}{local(now):%Y-%m-%d-%H%M}")
        draft = final.with_name(final.name + _UNFINISHED)
        draft.mkdir(mode=0o700)
        copy = draft / STORE_NAME
        _copy_store(engine, copy, store_file.stat().st_size, progress)
        durable.sync_file(copy)
        durable.copy_file(store_file.parent / KEYS_NAME, draft / KEYS_NAME)
        manifest = _describe(copy, data_key, keys, now)
        durable.replace_file(draft / MANIFEST_NAME, canonical(manifest.model_dump(mode="json")))
        verify(draft, data_key)
        os.rename(draft, final)
        durable.sync_folder(folder)
    except BaseException as error:
        if draft is not None:
            shutil.rmtree(draft, ignore_errors=True)
        if isinstance(error, OSError):
            raise database.disk_error(error) from None
        raise
    rotate(folder, keys.store_id, keep or Keep())
    return final


def _copy_store(engine: Engine, copy: Path, size: int, progress: Progress | None) -> None:
    # SQLite takes an empty file as the place for a copy; made first, it is its owner's alone.
    os.close(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, durable.OWNER_ONLY))

    def stopped() -> bool:
        return progress is not None and not progress(min(copy.stat().st_size, size), size)

    with database.copying(engine) as connection:
        connection.set_progress_handler(stopped, _STEPS_BETWEEN_LOOKS)
        try:
            connection.execute("VACUUM INTO ?", (str(copy),))
        except sqlcipher.Error as error:
            if getattr(error, "sqlite_errorcode", None) == _INTERRUPTED:
                raise BackupStopped from None
            raise


def _describe(copy: Path, data_key: bytes, keys: KeyFile, now: datetime) -> Manifest:
    tables, rows = _counted(copy, data_key)
    manifest = Manifest(
        store_id=keys.store_id,
        made_at=now,
        tables=tables,
        rows=rows,
        store_bytes=copy.stat().st_size,
        store_sha256=_sha256(copy),
    )
    return manifest.model_copy(update={"seal": manifest.seal_with(data_key)})


def _counted(store_file: Path, data_key: bytes) -> tuple[int, int]:
    """The version of the tables and the number of rows of a closed store."""
    with contextlib.closing(database.open_read_only(store_file, data_key)) as connection:
        names = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0"
        ).fetchall()
        rows = 0
        for (name,) in names:
            quoted = name.replace('"', '""')
            rows += connection.execute(f'SELECT count(*) FROM "{quoted}"').fetchone()[0]
        return connection.execute("PRAGMA user_version").fetchone()[0], rows


def _sha256(file: Path) -> str:
    digest = sha256()
    with file.open("rb") as source:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _free_name(folder: Path, wanted: str) -> Path:
    path, number = folder / wanted, 2
    while path.exists():
        path, number = folder / f"{wanted}-{number}", number + 1
    return path


def _clear_unfinished(folder: Path) -> None:
    for leftover in folder.glob(f"{PREFIX}*{_UNFINISHED}"):
        shutil.rmtree(leftover, ignore_errors=True)


# --- Listing and rotating -----------------------------------------------------------------


def listing(folder: Path, store_id: str | None = None) -> tuple[Backup, ...]:
    """The finished backups in `folder`, newest first; of one casebook where `store_id` is given."""
    found = []
    for path in folder.glob(f"{PREFIX}*") if folder.is_dir() else ():
        if path.name.endswith(_UNFINISHED):
            continue
        try:
            manifest = _manifest(path)
            size = (path / STORE_NAME).stat().st_size
        except (KnownError, OSError):
            continue
        if store_id is None or manifest.store_id == store_id:
            found.append(Backup(path, manifest.made_at, manifest.store_id, size))
    return tuple(sorted(found, key=lambda backup: (backup.made_at, backup.folder), reverse=True))


def rotate(folder: Path, store_id: str, keep: Keep) -> tuple[Path, ...]:
    """Remove the backups of one casebook that the rule lets go, and give their folders.

    The newest stays, whatever the rule. Backups of other casebooks are not touched.
    """
    backups = listing(folder, store_id)
    kept = {backup.folder for backup in (*backups[:1], *_kept(backups, keep))}
    gone = []
    for backup in backups:
        if backup.folder in kept:
            continue
        # Renamed first: a crash half-way leaves nothing that looks like a whole backup.
        leaving = backup.folder.with_name(backup.folder.name + _UNFINISHED)
        try:
            os.rename(backup.folder, leaving)
            shutil.rmtree(leaving)
        except OSError:
            log.casebook.warning("an old backup could not be removed")
            continue
        gone.append(backup.folder)
    return tuple(gone)


def _kept(backups: Iterable[Backup], keep: Keep) -> Iterator[Backup]:
    """The newest backup of each of the last days, weeks and months that have any."""
    seen: dict[str, set[tuple[int, ...]]] = {"day": set(), "week": set(), "month": set()}
    most = {"day": keep.days, "week": keep.weeks, "month": keep.months}
    for backup in backups:
        day = local(backup.made_at).date()
        spans: dict[str, tuple[int, ...]] = {
            "day": (day.toordinal(),),
            "week": tuple(day.isocalendar()[:2]),
            "month": (day.year, day.month),
        }
        for span, value in spans.items():
            if value not in seen[span] and len(seen[span]) < most[span]:
                seen[span].add(value)
                yield backup


# --- Verifying and restoring --------------------------------------------------------------


def verify(folder: Path, data_key: bytes, *, progress: Progress | None = None) -> Verified:
    """Look through a whole backup: seal, every page, SQLite's own check, the number of rows.

    Raises:
        NoBackupHere: There is no `backup.json`.
        BackupDamaged: Something is not as it was made.
        WrongKey: It is a backup of another casebook.
        BackupStopped: `progress` gave False.
    """
    manifest = _manifest(folder)
    store = folder / STORE_NAME
    try:
        reader = PageReader(store, data_key)
        header = reader.header()
        if not hmac.compare_digest(manifest.seal, manifest.seal_with(data_key)):
            if header is None and not reader.any_page_sealed():
                raise database.WrongKey
            raise BackupDamaged
        if reader.size != manifest.store_bytes:
            raise BackupDamaged
        if header is None or _sha256(store) != manifest.store_sha256:
            raise BackupDamaged
        if reader.broken_pages(header, _stopping(progress)):
            raise BackupDamaged
        with contextlib.closing(database.open_read_only(store, data_key)) as connection:
            if connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                raise BackupDamaged
        if _counted(store, data_key) != (manifest.tables, manifest.rows):
            raise BackupDamaged
        key_file.read(folder)
    except (OSError, sqlcipher.Error, database.StoreDamaged, database.StorePlain):
        raise BackupDamaged from None
    except (key_file.KeysMissing, key_file.KeysDamaged):
        raise BackupDamaged from None
    return Verified(manifest.made_at, manifest.store_id, manifest.tables, manifest.rows)


def _stopping(progress: Progress | None) -> Progress | None:
    if progress is None:
        return None

    def told(done: int, whole: int) -> bool:
        if not progress(done, whole):
            raise BackupStopped
        return True

    return told


def restore(
    source: Path,
    folder: Path,
    *,
    data_key: bytes,
    clock: Clock,
    newest: int | None = None,
    progress: Progress | None = None,
) -> RestoredMark:
    """Put a backup in the place of the casebook in `folder`, which nobody has open.

    Whatever was there is kept beside it, in a folder `replaced-…` with the date. The key file that
    is there stays when it is of this casebook and whole, so that passphrases changed since the
    backup stay changed; otherwise that of the backup is put there. At every moment `folder` holds
    the old store or the new one.

    Args:
        source: The folder of the backup.
        data_key: From unlocking the backup's key file or the present one.
        newest: The newest version of the tables that is understood.

    Returns:
        The mark that stays until `clear_restored_mark`: by it the casebook notes the restore in
        its log and takes a new device identity.

    Raises:
        NoBackupHere, BackupDamaged, WrongKey, StoreTooNew, AnotherCasebook: Nothing was changed.
        DiskFull, StoreUnwritable: The disk refuses; the old store is in its place.
        BackupStopped: `progress` gave False; nothing was changed.
    """
    store = folder / STORE_NAME
    if database.is_open_here(store):
        raise BugError("a restore over an open store")
    verified = verify(source, data_key, progress=progress)
    if newest is not None and verified.tables > newest:
        raise database.StoreTooNew
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _drop_needless_links(folder)
        keys_stay = _keys_stay(folder, verified.store_id, data_key)
        _fold_log(store, data_key)
        draft = folder / _RESTORING
        if draft.exists():
            # A restore was cut off here; its mark must not outlive its draft.
            clear_restored_mark(folder)
            draft.unlink()
        _copy_big(source / STORE_NAME, draft)
        mark = RestoredMark(
            store_id=verified.store_id,
            backup_made_at=verified.made_at,
            restored_at=clock.now(),
            replaced=_keep_beside(folder, clock.now()),
        )
        # While the draft is still there the mark says nothing (see `restored_mark`).
        durable.replace_file(folder / MARK_NAME, canonical(mark.model_dump(mode="json")))
        device.forget(folder, verified.store_id)
        anchor.Keeper(verified.store_id, data_key).forget()
        if not keys_stay:
            durable.copy_file(source / KEYS_NAME, folder / KEYS_NAME)
        _remove_log(store)
        os.replace(draft, store)
        durable.sync_folder(folder)
    except OSError as error:
        if (folder / _RESTORING).exists():
            clear_restored_mark(folder)
            (folder / _RESTORING).unlink()
        raise database.disk_error(error) from None
    return mark


def restored_mark(folder: Path) -> RestoredMark | None:
    """What the last restore left to be noted; None when there is nothing."""
    if (folder / _RESTORING).exists():
        # It was cut off before the new store took its place.
        return None
    try:
        return RestoredMark.model_validate_json((folder / MARK_NAME).read_bytes())
    except (OSError, ValidationError):
        return None


def clear_restored_mark(folder: Path) -> None:
    """Drop the mark, once the log has the restore and the device is a new one."""
    (folder / MARK_NAME).unlink(missing_ok=True)


def _manifest(folder: Path) -> Manifest:
    try:
        with (folder / MANIFEST_NAME).open("rb") as source:
            raw = source.read(_MAX_MANIFEST_BYTES)
    except OSError:
        raise NoBackupHere from None
    try:
        manifest = Manifest.model_validate_json(raw)
    except ValidationError:
        raise BackupDamaged from None
    if manifest.format != 1:
        raise database.StoreTooNew
    return manifest


def _keys_stay(folder: Path, store_id: str, data_key: bytes) -> bool:
    """Whether the key file in `folder` is a whole one of this casebook.

    Raises:
        AnotherCasebook: It is a whole one of another.
    """
    try:
        keys = key_file.read(folder)
    except (key_file.KeysMissing, key_file.KeysDamaged):
        return False
    if keys.store_id != store_id:
        raise AnotherCasebook
    return keys.seal_holds(data_key)


def _fold_log(store: Path, data_key: bytes) -> None:
    """Fold the write-ahead log into the store that is to be replaced, if it is whole.

    Raises:
        AnotherCasebook: The store has another key.
    """
    try:
        database.examine(store, data_key)
    except database.WrongKey:
        raise AnotherCasebook from None
    except (database.StoreMissing, database.StoreDamaged, database.StorePlain):
        return
    database.fold_log(store, data_key)


def _keep_beside(folder: Path, now: datetime) -> str | None:
    """Give what is to be replaced a second name in a folder of its own; gives that folder."""
    names = [STORE_NAME, STORE_NAME + "-wal", KEYS_NAME]
    present = [name for name in names if (folder / name).exists()]
    if STORE_NAME not in present:
        return None
    final = _free_name(folder, f"{REPLACED_PREFIX}{local(now):%Y-%m-%d-%H%M}")
    beside = final.with_name(final.name + _UNFINISHED)
    beside.mkdir(mode=0o700)
    for name in present:
        if name == KEYS_NAME:
            durable.copy_file(folder / name, beside / name)
            continue
        try:
            os.link(folder / name, beside / name)
        except OSError:
            # A disk without second names: a copy it is.
            _copy_big(folder / name, beside / name)
    durable.sync_folder(beside)
    os.rename(beside, final)
    durable.sync_folder(folder)
    return final.name


def _drop_needless_links(folder: Path) -> None:
    """Remove what a restore that was cut off left beside the store, which is still in its place."""
    store = folder / STORE_NAME
    for beside in folder.glob(f"{REPLACED_PREFIX}*"):
        kept = beside / STORE_NAME
        same = store.exists() and kept.exists() and kept.samefile(store)
        if same or beside.name.endswith(_UNFINISHED):
            shutil.rmtree(beside)


def _copy_big(source: Path, target: Path) -> None:
    handle = os.open(
        target,
        os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0),
        durable.OWNER_ONLY,
    )
    with os.fdopen(handle, "wb") as out, source.open("rb") as read:
        shutil.copyfileobj(read, out, _CHUNK)
        out.flush()
        os.fsync(out.fileno())


def _remove_log(store: Path) -> None:
    # A log that belongs to the old store would be replayed into the new one.
    for suffix in ("-wal", "-shm"):
        store.with_name(store.name + suffix).unlink(missing_ok=True)
