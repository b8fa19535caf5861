"""Where things lie, in a checkout and in the built program alike."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import platformdirs


def resource_path(*parts: str) -> Path:
    """The path of a file that ships with the program, below `resources/`."""
    base = Path(getattr(sys, "_MEIPASS", Path(__file__).resolve().parents[2]))
    return base.joinpath("resources", *parts)


def settings_folder() -> Path:
    """The folder of this user's settings; it holds nothing of any child."""
    chosen = os.environ.get("WAYMARK_SETTINGS")
    return (
        Path(chosen) if chosen else Path(platformdirs.user_config_dir("Waymark", appauthor=False))
    )


def log_folder() -> Path:
    """The folder of the program's own log; it holds nothing of any child."""
    chosen = os.environ.get("WAYMARK_SETTINGS")
    if chosen:
        return Path(chosen) / "log"
    return Path(platformdirs.user_log_dir("Waymark", appauthor=False))


def default_casebook_folder() -> Path:
    """Where a casebook is put when the user has not chosen a place."""
    return Path(platformdirs.user_data_dir("Waymark", appauthor=False)) / "casebook"
