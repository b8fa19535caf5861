"""How signing in to the service may fail, each in words that say what can be done."""

from __future__ import annotations

from app.core.errors import KnownError
from app.core.i18n import _


class SignInNeeded(KnownError):
    """The service asks who is at this laptop, and nothing here says so any more."""

    def __init__(self) -> None:
        super().__init__(
            _("You have to sign in to your service first."),
            _("Your work is saved on this laptop. Sign in on the Sync page to send it."),
        )


class SignInAway(KnownError):
    """The service's sign-in can't be reached."""

    def __init__(self) -> None:
        super().__init__(
            _("Your service’s sign-in can’t be reached."),
            _("Your work is saved on this laptop. Try again when you are online."),
        )


class SignInBusy(KnownError):
    """The service's sign-in answers, but not now."""

    def __init__(self) -> None:
        super().__init__(
            _("Your service’s sign-in is out of order just now."),
            _("Your work is saved on this laptop. Try again later."),
        )


class SignInPortal(KnownError):
    """Something else answered, such as the sign-in page of a guest network."""

    def __init__(self) -> None:
        super().__init__(
            _("This network shows a page of its own instead of your service’s sign-in."),
            _("Open a web browser and sign in to the network, then try again."),
        )


class SignInNotTrusted(KnownError):
    """Whoever answers can't prove to be the service's sign-in."""

    def __init__(self) -> None:
        super().__init__(
            _("This network does not let Waymark reach your service’s sign-in safely."),
            _("Nothing was sent. Try another network, or ask your administrator."),
        )


class SignInTooLate(KnownError):
    """Nobody signed in while it was waited for."""

    def __init__(self) -> None:
        super().__init__(
            _("Nobody signed in within five minutes."),
            _("Try again. If the browser does not open, copy the address into it."),
        )


class SignInStopped(KnownError):
    """The person stopped it here."""

    def __init__(self) -> None:
        super().__init__(_("The sign-in was stopped."), _("You can sign in at any time."))


class SignInDenied(KnownError):
    """The service's sign-in said no."""

    def __init__(self) -> None:
        super().__init__(
            _("Your service’s sign-in did not let you in."),
            _("Try again. If it happens again, ask your administrator."),
        )


class SignInClock(KnownError):
    """The answer is from a time that this laptop's clock doesn't believe."""

    def __init__(self) -> None:
        super().__init__(
            _("The sign-in has ended already, or the clock of this laptop is wrong."),
            _("Check date and time of this laptop, then try again."),
        )


class SignInUnproven(KnownError):
    """The answer proves nothing. `what` names why, for engineers."""

    def __init__(self, what: str) -> None:
        super().__init__(
            _("Your service’s sign-in gave an answer that Waymark can’t use."),
            _("Nothing was sent. If it happens again, tell your administrator."),
        )
        self.what = what


class WrongPerson(KnownError):
    """Somebody signed in, but not the person whom the casebook is for.

    Args:
        name: Who, as the sign-in says; may be empty.
    """

    def __init__(self, name: str) -> None:
        said = _("You signed in as somebody else than this casebook is for.")
        if name:
            said = _("You signed in as {name}. This casebook is for somebody else.").format(
                name=name
            )
        super().__init__(
            said,
            _("Sign in with your own account. If it was your own, ask your administrator."),
        )
