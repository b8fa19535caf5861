"""Where other projects' programs are kept that ours is measured beside, and how they come there.

Never in the lock, nor in the environment of the program: each has a folder of its own, which goes
with `build`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

RIVALS: Final = Path(__file__).parents[2] / "build" / "rivals"


class NotInstalled(Exception):
    """A rival is not here and can't be fetched; says which and why."""


def python_of(name: str) -> Path:
    """The Python of the environment that holds the rival `name`."""
    return RIVALS / name / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def install_python(name: str, package: str) -> None:
    """Make an environment for `name` that holds `package`, where it is not there yet.

    Raises:
        NotInstalled: It can't be fetched.
    """
    installed = RIVALS / name / "installed"
    if installed.exists() and installed.read_text("utf-8") == package:
        return
    fetch([sys.executable, "-m", "venv", "--clear", str(RIVALS / name)])
    fetch([str(python_of(name)), "-m", "pip", "install", "--quiet", package])
    installed.write_text(package, "utf-8")


def fetch(command: Sequence[str]) -> None:
    """Run a command that fetches something.

    Raises:
        NotInstalled: It did not get through.
    """
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=1200)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotInstalled(f"{command[-1]} can't be installed: {error}") from error
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise NotInstalled(f"{command[-1]} can't be installed without a network: {last}")
