"""What a person has set on this laptop. Kept as JSON beside nothing of any child."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.core.paths import settings_folder

FILE_NAME = "settings.json"


class Settings(BaseModel):
    """The settings of one user of this laptop."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    language: Literal["en", "cy"] = "en"
    theme: Literal["system", "light", "dark", "contrast"] = "system"
    text_size: int = Field(default=100, ge=100, le=200, description="percent")
    idle_lock_minutes: int = Field(default=5, ge=1, le=60)
    casebook: str | None = Field(default=None, description="folder of the casebook last opened")
    backup_folder: str | None = None
    quiet_panel: bool = Field(default=True, description="whether the panel on the right is open")


def load(folder: Path | None = None) -> Settings:
    """The stored settings, or the defaults where there are none or they can't be read."""
    file = (folder or settings_folder()) / FILE_NAME
    try:
        return Settings.model_validate_json(file.read_text("utf-8"))
    except (FileNotFoundError, ValidationError):
        # A damaged settings file must never keep somebody from a casebook: it holds comforts only.
        return Settings()


def save(settings: Settings, folder: Path | None = None) -> None:
    """Write the settings in one step, so that a crash leaves the old file or the new one."""
    target = folder or settings_folder()
    target.mkdir(parents=True, exist_ok=True)
    draft = target / (FILE_NAME + ".new")
    draft.write_text(settings.model_dump_json(indent=2), "utf-8")
    os.replace(draft, target / FILE_NAME)
