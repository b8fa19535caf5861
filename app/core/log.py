"""The program's own log: what it did, never to whom.

Loggers are named here, in one place. Messages hold ids of operations and names of modules;
no answer, no name, no key. A test searches the file for a canary name after a whole session.
"""

from __future__ import annotations

import logging
from pathlib import Path

from app.core.paths import log_folder

casebook = logging.getLogger("waymark.casebook")
casework = logging.getLogger("waymark.casework")
forms = logging.getLogger("waymark.forms")
reports = logging.getLogger("waymark.reports")
sync = logging.getLogger("waymark.sync")
ui = logging.getLogger("waymark.ui")

FILE_NAME = "waymark.log"


def start(folder: Path | None = None) -> Path:
    """Send the log to a rotating file (three of 512 KiB) and return its path."""
    # Imported here: it reads in sockets and pickles, which the first window needn't wait for.
    from logging.handlers import RotatingFileHandler

    target = folder or log_folder()
    target.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(
        target / FILE_NAME, maxBytes=512 * 1024, backupCount=2, encoding="utf-8"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root = logging.getLogger("waymark")
    root.setLevel(logging.INFO)
    root.handlers[:] = [handler]
    root.propagate = False
    return target / FILE_NAME
