"""Which laptop a casebook lives on, so that a copy of it is not taken for the original.

A device's identity stands in the store. Outside it, in this user's settings folder, stands the
same identity under a fingerprint of the casebook, the computer and the folder. When the two do not
agree, the store was copied here or restored, and the casebook takes a new identity before it may
sync: two devices that number their changes alike would overwrite each other.

A clone of a whole virtual machine, settings and machine id included, is not noticed here; the
server notices it by the numbers of the changes.
"""

from __future__ import annotations

import json
import sys
import uuid
from hashlib import sha256
from pathlib import Path
from typing import Final

from app.core.errors import KnownError
from app.core.i18n import _
from app.core.ids import is_id
from app.core.paths import settings_folder
from app.models import durable

FILE_NAME: Final = "devices.json"
_MACHINE_ID_FILES: Final = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))


def is_ours(folder: Path, store_id: str, device_id: str) -> bool:
    """Whether the identity inside the store is the one that this casebook has here.

    If not, the store was copied here, moved or restored: give it a new identity, then `keep` it.
    """
    return _read().get(_fingerprint(folder, store_id)) == device_id


def keep(folder: Path, store_id: str, device_id: str) -> None:
    """Keep an identity outside the store.

    Raises:
        KnownError: The settings folder can't be written.
    """
    entries = _read()
    entries[_fingerprint(folder, store_id)] = device_id
    _write(entries)


def forget(folder: Path, store_id: str) -> None:
    """Drop the identity kept outside, so that the store takes a new one. For a restore.

    Raises:
        KnownError: The settings folder can't be written.
    """
    entries = _read()
    if entries.pop(_fingerprint(folder, store_id), None) is not None:
        _write(entries)


def _fingerprint(folder: Path, store_id: str) -> str:
    parts = (store_id, machine_id(), str(folder.resolve()))
    return sha256("\x00".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def machine_id() -> str:
    """What the operating system calls this computer; the network card's number as a last way."""
    if sys.platform == "win32":  # pragma: no cover - not tried on Windows yet
        import winreg

        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Cryptography") as key:
            return str(winreg.QueryValueEx(key, "MachineGuid")[0])
    for file in _MACHINE_ID_FILES:
        try:
            if text := file.read_text("ascii").strip():
                return text
        except (OSError, UnicodeDecodeError):
            continue
    return f"{uuid.getnode():012x}"


def _read() -> dict[str, str]:
    try:
        content = json.loads((settings_folder() / FILE_NAME).read_text("utf-8"))
    except (OSError, ValueError):
        # Without it every casebook takes a new identity, which is safe.
        return {}
    if not isinstance(content, dict):
        return {}
    return {
        key: value
        for key, value in content.items()
        if isinstance(key, str) and isinstance(value, str) and is_id(value)
    }


def _write(entries: dict[str, str]) -> None:
    try:
        settings_folder().mkdir(parents=True, exist_ok=True)
        durable.replace_file(
            settings_folder() / FILE_NAME, json.dumps(entries, indent=1).encode("utf-8")
        )
    except OSError:
        raise KnownError(
            _("Waymark could not save its settings on this laptop."),
            _("Check that the disk has room and that you may write to your own folders."),
        ) from None
