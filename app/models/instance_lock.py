"""One running Waymark to a casebook, and none on a disk that SQLite can't trust.

The lock is the operating system's, on `casebook.lock`: it ends with its process, however that
ends, so a file left behind by a crash is no hindrance. The file says who holds it.
"""

from __future__ import annotations

import getpass
import json
import os
import socket
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path, PurePath
from typing import Final, Self

from app.core.clock import Clock, SystemClock
from app.core.errors import BugError, KnownError
from app.core.i18n import _

LOCK_NAME: Final = "casebook.lock"
_MAX_BYTES: Final = 4096
# Windows locks bytes against reading too, so the locked byte lies beyond the text.
_LOCKED_BYTE: Final = 1 << 30

_NETWORK_TYPES: Final = frozenset(
    {"9p", "afs", "ceph", "cifs", "davfs", "fuse.davfs2", "fuse.gvfsd-fuse", "fuse.rclone"}
    | {"fuse.sshfs", "glusterfs", "ncpfs", "nfs", "nfs4", "smb3", "smbfs"}
)
_SYNCED: Final = {
    "onedrive": "OneDrive",
    "dropbox": "Dropbox",
    "google drive": "Google Drive",
    "googledrive": "Google Drive",
    "icloud drive": "iCloud Drive",
    "iclouddrive": "iCloud Drive",
    "com~apple~clouddocs": "iCloud Drive",
    "nextcloud": "Nextcloud",
    "owncloud": "ownCloud",
    "box sync": "Box",
    "syncthing": "Syncthing",
}
_DRIVE_REMOTE: Final = 4


@dataclass(frozen=True)
class LockHolder:
    """Who holds a casebook open.

    Attributes:
        since: ISO 8601, UTC.
    """

    pid: int
    user: str
    computer: str
    since: str


class HeldElsewhere(KnownError):
    """Another Waymark has the casebook open.

    Attributes:
        holder: Who; None when it doesn't say.
    """

    def __init__(self, holder: LockHolder | None) -> None:
        self.holder = holder
        text = _("This casebook is already open in another Waymark window.")
        if holder is not None:
            text = _("This casebook is already open: {user} has it open on {computer}.").format(
                user=holder.user, computer=holder.computer
            )
        super().__init__(text, _("Close it there first, then try again."))


class OnNetworkShare(KnownError):
    """The folder is on another computer's disk."""

    def __init__(self) -> None:
        super().__init__(
            _("This folder is on a network drive, where a casebook can be damaged."),
            _("Choose a folder on this laptop's own disk."),
        )


class InstanceLock:
    """The lock on the casebook in one folder; also a context manager."""

    def __init__(self, folder: Path, clock: Clock | None = None) -> None:
        self._file = folder / LOCK_NAME
        self._clock = clock or SystemClock()
        self._handle: int | None = None

    @property
    def held(self) -> bool:
        """Whether this object holds the lock."""
        return self._handle is not None

    def acquire(self, *, wait_seconds: float = 0) -> None:
        """Take the lock.

        Args:
            wait_seconds: How long to wait for another to let go, as at a restart after locking.

        Raises:
            HeldElsewhere: Another process, or another object in this one, holds it.
            OnNetworkShare: The folder is not on this computer's own disk.
            KnownError: The folder can't be written.
        """
        if self.held:
            raise BugError("the casebook's lock is taken twice")
        folder = self._file.parent
        if is_network_share(folder):
            raise OnNetworkShare
        handle = self._open()
        deadline = time.monotonic() + wait_seconds
        while not _try_lock(handle):
            if time.monotonic() >= deadline:
                os.close(handle)
                raise HeldElsewhere(self.holder())
            time.sleep(0.05)
        self._handle = handle
        self._sign(handle)

    def release(self) -> None:
        """Let go. The file stays, emptied: removing it would let two processes in."""
        if self._handle is None:
            return
        handle, self._handle = self._handle, None
        os.ftruncate(handle, 0)
        _unlock(handle)
        os.close(handle)

    def holder(self) -> LockHolder | None:
        """Who signed the lock file last, if it can be read."""
        try:
            with self._file.open("rb") as source:
                return LockHolder(**json.loads(source.read(_MAX_BYTES)))
        except (OSError, ValueError, TypeError):
            return None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def _open(self) -> int:
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            return os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError:
            raise KnownError(
                _("Waymark may not write to the folder of this casebook."),
                _("Check the folder, or choose another."),
            ) from None

    def _sign(self, handle: int) -> None:
        holder = LockHolder(
            pid=os.getpid(),
            user=_user(),
            computer=socket.gethostname(),
            since=self._clock.now().isoformat(timespec="seconds"),
        )
        os.ftruncate(handle, 0)
        os.lseek(handle, 0, os.SEEK_SET)
        os.write(handle, json.dumps(asdict(holder)).encode("utf-8"))


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "?"


if sys.platform == "win32":  # pragma: no cover - not tried on Windows yet
    import msvcrt

    def _try_lock(handle: int) -> bool:
        os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(handle: int) -> None:
        os.lseek(handle, _LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _try_lock(handle: int) -> bool:
        try:
            # flock belongs to the open file, so a second object in this process is shut out too.
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)


def is_network_share(folder: Path) -> bool:
    """Whether `folder` is known to lie on another computer's disk."""
    if sys.platform == "win32":
        return _is_remote_drive(folder)
    try:
        mounts = Path("/proc/self/mounts").read_text("utf-8", errors="replace")
    except OSError:
        # Elsewhere the system doesn't tell in a file; SQLite's own locks are what is left.
        return False
    return mount_type(folder.resolve(), mounts) in _NETWORK_TYPES


def mount_type(folder: PurePath, mounts: str) -> str:
    """The type of the file system that `folder` lies on, from the text of /proc/self/mounts."""
    found, longest = "", -1
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = PurePath(fields[1].replace("\\040", " "))
        if (point == folder or point in folder.parents) and len(point.parts) >= longest:
            found, longest = fields[2], len(point.parts)
    return found


def _is_remote_drive(folder: Path) -> bool:  # pragma: no cover - not tried on Windows yet
    import ctypes

    if str(folder).startswith(("\\\\", "//")):
        return True
    kernel = getattr(ctypes, "windll", None)
    drive = folder.resolve().drive + "\\"
    return kernel is not None and kernel.kernel32.GetDriveTypeW(drive) == _DRIVE_REMOTE


def synced_folder(folder: PurePath, environment: Mapping[str, str] = os.environ) -> str | None:
    """The service that copies `folder` elsewhere, such as "OneDrive"; None when none is known.

    Such a service may copy the store in the middle of a write and put an old file back: the
    screens warn, because councils redirect whole home folders and a refusal would shut people out.
    """
    for variable in ("OneDrive", "OneDriveCommercial", "OneDriveConsumer"):
        root = environment.get(variable)
        if root and (PurePath(root) == folder or PurePath(root) in folder.parents):
            return "OneDrive"
    for part in folder.parts:
        # "OneDrive - Fictional Council" is how Windows names a council's folder.
        name = part.lower()
        for start, service in _SYNCED.items():
            if name == start or name.startswith((start + " -", start + " (")):
                return service
    return None
