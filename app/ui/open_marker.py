"""A marker of a casebook being open, to know afterwards whether the end was an orderly one.

It lies in the folder of the log and holds nothing but whether something was saved; its time is that
of the last save, or of the unlocking where nothing was saved.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Final

from app.core.clock import local
from app.core.i18n import _
from app.core.paths import log_folder

_SAVED: Final = "saved"


@dataclass(frozen=True)
class EndedBefore:
    """How far a casebook had come when the program ended without warning.

    Attributes:
        at: When something was last saved; where `saved` is False, when it was unlocked.
    """

    at: datetime
    saved: bool


def words_for(left: EndedBefore, today: date) -> str:
    """What is said after an end without warning, in one or two sentences."""
    at = local(left.at)
    time = f"{at:%H:%M}"
    if at.date() != today:
        from app.casework.dates import in_words

        time = _("{day} at {time}").format(day=in_words(at.date()), time=time)
    if left.saved:
        return _(
            "Waymark ended without warning last time. It last saved something on this laptop at "
            "{time}; everything saved is here."
        ).format(time=time)
    return _(
        "Waymark ended without warning last time. Nothing was saved after the casebook was "
        "unlocked at {time}."
    ).format(time=time)


class OpenMarker:
    """The marker of the casebook in one folder."""

    def __init__(self, folder: Path) -> None:
        name = sha256(str(folder.resolve()).encode("utf-8", "surrogatepass")).hexdigest()[:12]
        self._file = log_folder() / f"open-{name}"

    def left(self) -> EndedBefore | None:
        """What an end without warning left behind; None where the last end was an orderly one."""
        try:
            at = datetime.fromtimestamp(self._file.stat().st_mtime, UTC)
            return EndedBefore(at, self._file.read_text("utf-8", errors="replace") == _SAVED)
        except FileNotFoundError:
            return None

    def put(self) -> None:
        """The casebook is open."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        self._file.write_text("", "utf-8")

    def saved(self) -> None:
        """Something was saved now."""
        if self._file.exists():
            self._file.write_text(_SAVED, "utf-8")

    def take(self) -> None:
        """The casebook is closed in order."""
        self._file.unlink(missing_ok=True)
