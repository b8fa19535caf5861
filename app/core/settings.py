"""What a person has set on this laptop. Kept as JSON beside nothing of any child.

Read before the first window is shown, so it needs nothing that is slow to import.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final

from app.core.paths import settings_folder

FILE_NAME = "settings.json"

LANGUAGES: Final = ("en", "cy")
THEMES: Final = ("system", "light", "dark", "contrast")
TEXT_SIZES: Final = range(100, 201)
IDLE_MINUTES: Final = range(1, 61)


@dataclass(frozen=True)
class Settings:
    """The settings of one user of this laptop. A value that can't be used becomes the default.

    Attributes:
        language: en or cy. theme: system, light, dark or contrast.
        text_size: In percent, 100 to 200. idle_lock_minutes: 1 to 60.
        casebook: Folder of the casebook last opened. backup_folder: where backups go.
        quiet_panel: Whether the panel on the right is open.
        spelling: Whether spelling is checked while one writes.
    """

    language: str = "en"
    theme: str = "system"
    text_size: int = 100
    idle_lock_minutes: int = 5
    casebook: str | None = None
    backup_folder: str | None = None
    quiet_panel: bool = True
    spelling: bool = True

    def __post_init__(self) -> None:
        usable = {
            "language": self.language in LANGUAGES,
            "theme": self.theme in THEMES,
            "text_size": type(self.text_size) is int and self.text_size in TEXT_SIZES,
            "idle_lock_minutes": type(self.idle_lock_minutes) is int
            and self.idle_lock_minutes in IDLE_MINUTES,
            "casebook": self.casebook is None or isinstance(self.casebook, str),
            "backup_folder": self.backup_folder is None or isinstance(self.backup_folder, str),
            "quiet_panel": isinstance(self.quiet_panel, bool),
            "spelling": isinstance(self.spelling, bool),
        }
        for field in fields(self):
            if not usable[field.name]:
                object.__setattr__(self, field.name, field.default)


def load(folder: Path | None = None) -> Settings:
    """The stored settings, or the defaults where there are none or they can't be read."""
    file = (folder or settings_folder()) / FILE_NAME
    try:
        stored: Any = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        # A damaged settings file must never keep somebody from a casebook: it holds comforts only.
        return Settings()
    if not isinstance(stored, dict):
        return Settings()
    known = {field.name for field in fields(Settings)}
    return Settings(**{name: value for name, value in stored.items() if name in known})


def save(settings: Settings, folder: Path | None = None) -> None:
    """Write the settings in one step, so that a crash leaves the old file or the new one."""
    target = folder or settings_folder()
    target.mkdir(parents=True, exist_ok=True)
    draft = target / (FILE_NAME + ".new")
    draft.write_text(json.dumps(asdict(settings), indent=2), "utf-8")
    os.replace(draft, target / FILE_NAME)
