"""The passphrase and the recovery code of a casebook: checked, confirmed and changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.casework.desk import Desk, NotAllowed
from app.casework.passphrase import confirm_passphrase
from app.core import log
from app.core.errors import KnownError
from app.core.i18n import _
from app.models import kdf, vault


class WrongRecoveryWords(KnownError):
    """What was typed back is not the recovery code of this casebook."""

    def __init__(self) -> None:
        super().__init__(
            _("That is not the recovery code of this casebook."),
            _("Look at the code again and type every group of it."),
        )


def check_passphrase(passphrase: str, user_name: str = "") -> str:
    """What is wrong with a new passphrase, in words; empty where it will do."""
    try:
        vault.check_passphrase(passphrase)
    except vault.WeakPassphrase as weak:
        return f"{weak.user_text} {weak.hint}"
    if user_name.strip() and passphrase.strip().casefold() == user_name.strip().casefold():
        return _("Choose something other than your name.")
    return ""


def confirm_recovery_code(desk: Desk, typed: str) -> None:
    """Note that the recovery code was written down, by having it typed again.

    Raises:
        NotAllowed: The person may only read.
        KnownError: It isn't the code; nothing is noted.
    """
    desk.must_keep_keys()
    if not vault.matches_recovery_code(desk.folder, data_key=desk.data_key, code=typed):
        raise WrongRecoveryWords
    with desk.casebook.write() as work:
        work.state.recovery_confirmed = True
        work.note(
            "keys", "user", desk.actor.id, detail={"what": "recovery code", "confirmed": True}
        )


def recovery_confirmed(desk: Desk) -> bool:
    """Whether the recovery code was confirmed: no child can be added before."""
    return desk.casebook.state().recovery_confirmed


def new_recovery_code(desk: Desk, passphrase: str) -> str:
    """Make a new recovery code; the one before opens nothing from now on.

    It has to be confirmed like the first one.

    Raises:
        NotAllowed: The person may only read.
        WrongPassphrase: The passphrase is not that of the person who acts.
    """
    desk.must_keep_keys()
    confirm_passphrase(desk, passphrase)
    with _key_change(desk, "recovery code"):
        code = vault.new_recovery_code(desk.folder, data_key=desk.data_key)
    with desk.casebook.write() as work:
        work.state.recovery_confirmed = False
    return code


def change_passphrase(desk: Desk, old: str, new: str) -> None:
    """Change the passphrase of the person who acts.

    Raises:
        WrongPassphrase: `old` is not right. WeakPassphrase: `new` is too short.
        NotAllowed: It is the demonstration casebook, whose passphrase is public.
    """
    if desk.demo:
        raise NotAllowed(
            _("The demonstration casebook keeps its public passphrase."),
            _("Make a casebook of your own for real work."),
        )
    vault.check_passphrase(new)
    confirm_passphrase(desk, old)
    with _key_change(desk, "passphrase"):
        vault.set_passphrase(
            desk.folder,
            data_key=desk.data_key,
            user_id=desk.actor.id,
            passphrase=new,
            kdf=kdf.calibrated(),
        )


@contextmanager
def _key_change(desk: Desk, what: str) -> Iterator[None]:
    """Log a change of a key before it is made, and afterwards where it was not made after all.

    Two transactions: the key file keeps its revision in the store while it is changed. Before,
    so that no key ever changes without an entry.
    """
    detail = {"what": what, "by": "passphrase"}
    with desk.casebook.write() as work:
        work.note("keys", "user", desk.actor.id, detail=detail)
    try:
        yield
    except KnownError:
        with desk.casebook.write() as work:
            work.note("keys", "user", desk.actor.id, detail={**detail, "done": False})
        raise


def put_back_previous_keys(folder: Path) -> None:
    """Put the previous copy of the key file in place of a damaged or missing one.

    A passphrase or recovery code changed since that copy opens nothing with it. A copy that is
    older than the store has met is refused at the next unlock.

    Raises:
        KnownError: The copy is no good either, the present file is, or the disk refuses.
    """
    vault.put_back_previous(folder)
    log.casework.warning("the previous copy of the key file was put back")
