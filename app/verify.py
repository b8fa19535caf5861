"""Whether a PDF is one of ours, unchanged, told on the command line: `--verify FILE`.

The casebook knows, so somebody who may open it unlocks it, as in the window; what is found is the
same there (*Check a PDF*). That it was opened, and which report was looked at, is in its history.
"""

from __future__ import annotations

import sys
from getpass import getpass
from pathlib import Path
from typing import Final

from app.core import settings as settings_file
from app.core.clock import SystemClock
from app.core.errors import KnownError
from app.core.i18n import _, set_language
from app.core.paths import default_casebook_folder
from app.models import hardening

OURS: Final = 0
NOT_AS_IT_WAS: Final = 1
NOT_TOLD: Final = 2


def run(file: Path, folder: Path | None = None, user: str = "") -> int:
    """Say what can be told of a file, on standard output.

    Args:
        folder: The casebook; None: the one that was open last.
        user: Name or id of who unlocks it; empty: asked where there are several.

    Returns:
        0 where it is a final report of ours, unchanged, that stands; 1 where it is not; 2 where it
        could not be told.
    """
    hardening.harden()
    settings = settings_file.load()
    set_language(settings.language)
    if folder is None:
        folder = Path(settings.casebook) if settings.casebook else default_casebook_folder()
    try:
        return _tell(file, folder, user)
    except KnownError as error:
        _say(error.user_text, error.hint)
        return NOT_TOLD


def _tell(file: Path, folder: Path, user: str) -> int:
    from app.casework import casebooks
    from app.casework.provenance import provenance

    desk = casebooks.unlock(folder, _who(folder, user), _passphrase(), SystemClock())
    try:
        found = provenance(desk, file)
    finally:
        desk.close()
    _say(found.words, found.advice, *found.signatures, *found.copies)
    return OURS if found.verdict in ("sealed", "signed") else NOT_AS_IT_WAS


def _who(folder: Path, user: str) -> str:
    from app.casework import casebooks

    state = casebooks.describe(folder)
    if state.kind != "ready":
        raise KnownError(
            state.message or _("There is no casebook here."),
            _("Say where it is with --casebook."),
        )
    if not user and len(state.holders) > 1:
        _say(*(holder.name for holder in state.holders))
        user = _asked(_("Your name: "))
    for holder in state.holders:
        if not user or user.casefold() in (holder.user_id, holder.name.casefold()):
            return holder.user_id
    raise KnownError(_("Nobody of that name has a passphrase for this casebook."))


def _passphrase() -> str:
    """What is typed unseen, or the next line where the input is no terminal."""
    if sys.stdin.isatty():
        return getpass(_("Passphrase: "))
    return sys.stdin.readline().rstrip("\n")


def _asked(words: str) -> str:
    if sys.stdin.isatty():
        return input(words).strip()
    return sys.stdin.readline().strip()


def _say(*sentences: str) -> None:
    for sentence in sentences:
        if sentence:
            sys.stdout.write(f"{sentence}\n")
