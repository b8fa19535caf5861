"""Writing a small file so that a crash leaves the old one or the new one, never a half."""

from __future__ import annotations

import os
import time
from pathlib import Path

OWNER_ONLY = 0o600


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` last through a power cut, where the system can do that."""
    if os.name == "nt":
        # Windows has no handle on a folder to flush; NTFS journals its names by itself.
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_file(file: Path) -> None:
    """Make the content of `file` last through a power cut."""
    handle = os.open(file, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def replace_file(file: Path, content: bytes) -> None:
    """Put `content` in place of `file` in one step, readable by its owner alone.

    Raises:
        OSError: The disk is full or refuses to be written; `file` is as it was.
    """
    draft = file.with_name(file.name + ".new")
    draft.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    handle = os.open(draft, flags, OWNER_ONLY)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        _put_in_place(draft, file)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
    sync_folder(file.parent)


def _put_in_place(draft: Path, file: Path) -> None:
    """`os.replace`, tried again on Windows while a virus scanner holds the file for a moment."""
    for pause in (0.05, 0.1, 0.2, 0.4):
        try:
            os.replace(draft, file)
        except PermissionError:
            if os.name != "nt":
                raise
            time.sleep(pause)
        else:
            return
    os.replace(draft, file)


def copy_file(source: Path, target: Path) -> None:
    """Copy a small file so that `target` is whole or as it was before.

    Raises:
        OSError: `source` can't be read or `target` can't be written.
    """
    replace_file(target, source.read_bytes())
