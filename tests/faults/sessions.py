"""Sessions at the program on a copy of the demonstration, each in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from app.casework import casebooks, demo
from app.casework.desk import Desk
from app.core.clock import SystemClock
from tests.vaults import ROOT


def session(module: str, what: str, how: str, folder: Path, disk: Path) -> dict[str, Any]:
    """What somebody at the program saw.

    Args:
        module: Of this folder; it says what it takes.
    """
    done = subprocess.run(
        [sys.executable, "-m", f"tests.faults.{module}", what, how, folder, disk],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


def at_desk(folder: Path) -> Desk:
    """The casebook, unlocked again."""
    user_id = casebooks.describe(folder).holders[0].user_id
    return casebooks.unlock(folder, user_id, demo.DEMO_PASSPHRASE, SystemClock())
