"""What is left behind when the program crashes: stacks, never values; read at the next start."""

from __future__ import annotations

import faulthandler
import os
import time
from pathlib import Path
from typing import IO, Final

from app.core.paths import log_folder

LAST_NAME: Final = "crash-last.log"
DAY: Final = 24 * 60 * 60

_open: list[IO[str]] = []


def start(folder: Path | None = None) -> None:
    """Keep what an earlier crash left, and be ready for one of this run."""
    target = folder or log_folder()
    target.mkdir(parents=True, exist_ok=True)
    for left in target.glob("crash-[0-9]*.log"):
        found = left.stat()
        if found.st_size:
            left.replace(target / LAST_NAME)
        elif time.time() - found.st_mtime > DAY:
            # Another window's own file is empty too, so a young one is left alone.
            left.unlink(missing_ok=True)
    handle = (target / f"crash-{os.getpid()}.log").open("w", encoding="utf-8")
    _open.append(handle)
    faulthandler.enable(handle)


def stop() -> None:
    """An orderly end: nothing is left behind."""
    faulthandler.disable()
    while _open:
        handle = _open.pop()
        handle.close()
        Path(handle.name).unlink(missing_ok=True)


def last(folder: Path | None = None) -> str:
    """The stacks of the last crash, or an empty text. Holds names of functions, no values."""
    try:
        return ((folder or log_folder()) / LAST_NAME).read_text("utf-8", errors="replace")
    except FileNotFoundError:
        return ""
