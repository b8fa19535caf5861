"""What can be wrong with a store or its disk, in words for the person before it."""

from __future__ import annotations

import errno
from collections.abc import Callable

from app.core.errors import KnownError
from app.core.i18n import _


class StoreMissing(KnownError):
    """There is no store file."""

    def __init__(self) -> None:
        super().__init__(
            _("The records of this casebook are missing from its folder."),
            _("Restore the latest backup. Waymark never starts an empty casebook in its place."),
        )


class StoreDamaged(KnownError):
    """The store is there, but some of it can't be trusted."""

    def __init__(self, what: str = "") -> None:
        super().__init__(
            what or _("The records of this casebook are damaged."),
            _("Nothing was changed. Restore the latest backup, and keep the damaged file."),
        )


class StoreEmpty(StoreDamaged):
    """The store has no byte in it."""

    def __init__(self) -> None:
        super().__init__(_("The file with the records of this casebook is empty."))


class StoreCutShort(StoreDamaged):
    """The end of the store is missing."""

    def __init__(self) -> None:
        super().__init__(_("The end of the file with the records of this casebook is missing."))


class StorePlain(KnownError):
    """The store is not encrypted."""

    def __init__(self) -> None:
        super().__init__(
            _("The file in the place of this casebook is not encrypted, so Waymark won't open it."),
            _("Restore the latest backup, and tell your manager where the file came from."),
        )


class StoreTooNew(KnownError):
    """The tables of the store are of a version that this program doesn't know."""

    def __init__(self) -> None:
        super().__init__(
            _("A newer version of Waymark made this casebook."),
            _("Update Waymark on this laptop, then open it again."),
        )


class WrongKey(KnownError):
    """The key is not the key of this store."""

    def __init__(self) -> None:
        super().__init__(
            _("The key file and the records in this folder do not belong together."),
            _("Put back the casebook.keys and casebook.db of the same backup."),
        )


class StoreExists(KnownError):
    """A casebook is already there."""

    def __init__(self) -> None:
        super().__init__(
            _("There is already a casebook in this folder."), _("Choose an empty folder.")
        )


class StoreBusy(KnownError):
    """Another part of the program, or another program, holds the store."""

    def __init__(self) -> None:
        super().__init__(
            _("The casebook is busy and could not save just now."),
            _("Your words are still on the screen. Try again in a moment."),
        )


class DiskFull(KnownError):
    """No room is left for what should be written."""

    def __init__(self) -> None:
        super().__init__(
            _("The disk is full, so this could not be saved."),
            _("Make room on the disk, then try again. What was saved before is safe."),
        )


class StoreUnwritable(KnownError):
    """The disk or the folder refuses to be read or written."""

    def __init__(self) -> None:
        super().__init__(
            _("The disk refused to read or save the casebook."),
            _("Check that the disk is there and that you may write to the folder."),
        )


_KNOWN: dict[int, Callable[[], KnownError]] = {
    5: StoreBusy,  # SQLITE_BUSY
    6: StoreBusy,  # SQLITE_LOCKED
    8: StoreUnwritable,  # SQLITE_READONLY
    10: StoreUnwritable,  # SQLITE_IOERR
    11: StoreDamaged,  # SQLITE_CORRUPT
    13: DiskFull,  # SQLITE_FULL
    14: StoreUnwritable,  # SQLITE_CANTOPEN
    26: StoreDamaged,  # SQLITE_NOTADB
}


def as_known(error: BaseException | None) -> KnownError | None:
    """What a driver's error means for a person; None when it is our own mistake."""
    code = getattr(error, "sqlite_errorcode", None)
    known = _KNOWN.get(code & 0xFF) if isinstance(code, int) else None
    return known() if known else None


def disk_error(error: OSError) -> KnownError:
    """What an error of the file system means for a person."""
    full = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
    return DiskFull() if error.errno in full else StoreUnwritable()
