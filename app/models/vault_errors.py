"""Why a vault stays shut, in words for the person before it."""

from __future__ import annotations

from typing import Final

from app.core.errors import KnownError
from app.core.i18n import _

MIN_PASSPHRASE: Final = 12
RECOVERY_ADVISED_AFTER: Final = 10


class WrongPassphrase(KnownError):
    """The passphrase doesn't open this user's slot.

    Attributes:
        wait_seconds: How long to wait before the next try.
        recovery_advised: Whether it is time to point to the recovery code.
    """

    def __init__(self, *, failed: int, wait_seconds: int) -> None:
        self.wait_seconds = wait_seconds
        self.recovery_advised = failed >= RECOVERY_ADVISED_AFTER
        super().__init__(_("That passphrase is not right."), _hint(self))


class WaitFirst(WrongPassphrase):
    """It is too soon for another try; nothing was tried."""

    def __init__(self, *, failed: int, wait_seconds: int) -> None:
        super().__init__(failed=failed, wait_seconds=wait_seconds)
        self.user_text = _("Wait {seconds} seconds before the next try.").format(
            seconds=wait_seconds
        )
        self.args = (self.user_text,)


def _hint(error: WrongPassphrase) -> str:
    if error.recovery_advised:
        return _("You can use the recovery code, or ask your manager. Nothing is ever deleted.")
    return _("Check capital letters and the keyboard's language, then try again.")


class WrongRecoveryCode(KnownError):
    """The code is a whole one, but not this casebook's."""

    def __init__(self) -> None:
        super().__init__(
            _("That recovery code does not open this casebook."),
            _("Look for a newer code, or ask your manager to use the organisation's key."),
        )


class NotAHolder(KnownError):
    """The user has no passphrase for this casebook."""

    def __init__(self) -> None:
        super().__init__(
            _("This person has no passphrase for this casebook."),
            _("Someone who can open it may add them."),
        )


class AlreadyAHolder(KnownError):
    """The user has a passphrase already."""

    def __init__(self) -> None:
        super().__init__(
            _("This person already has a passphrase for this casebook."),
            _("Change that passphrase instead."),
        )


class LastHolder(KnownError):
    """Nobody would be left who can open the casebook by passphrase."""

    def __init__(self) -> None:
        super().__init__(
            _("This is the only person who can open the casebook."),
            _("Add someone else first."),
        )


class WeakPassphrase(KnownError):
    """The passphrase is too short to keep a thief out."""

    def __init__(self) -> None:
        super().__init__(
            _("A passphrase needs at least {count} characters.").format(count=MIN_PASSPHRASE),
            _("Three or four unrelated words are easy to remember and hard to guess."),
        )


class KeysAltered(KnownError):
    """The seal is broken: someone without the data key changed the slots."""

    def __init__(self) -> None:
        super().__init__(
            _("The key file was changed outside Waymark."),
            _("Put back the previous copy, or open the casebook with the recovery code."),
        )


class OlderKeys(KnownError):
    """The key file is older than one that the store has met."""

    def __init__(self) -> None:
        super().__init__(
            _("This key file is older than the casebook: it was copied back from some time ago."),
            _("Put the newest casebook.keys back, or open the casebook with the recovery code."),
        )


class OtherCasebook(KnownError):
    """The key file belongs to another casebook."""

    def __init__(self) -> None:
        super().__init__(
            _("This key file belongs to another casebook."),
            _("Put back the casebook.keys of the same backup as casebook.db."),
        )


class KeysExist(KnownError):
    """A casebook is there already."""

    def __init__(self) -> None:
        super().__init__(
            _("There is already a casebook in this folder."), _("Choose an empty folder.")
        )
