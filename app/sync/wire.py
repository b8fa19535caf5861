"""What a laptop can ask of the server, whatever carries it, and how that may fail."""

from __future__ import annotations

from typing import Protocol

from app.core.errors import KnownError
from app.core.i18n import _
from app.sync.protocol import BlobState, Caseload, Hello, Pull, Pulled, Push, Pushed, Refusal


class Offline(KnownError):
    """The server can't be reached."""

    def __init__(self) -> None:
        super().__init__(
            _("The central server can't be reached."),
            _("Your work is saved on this laptop. Try again when you are online."),
        )


class NetworkOff(KnownError):
    """Custody mode is on: nothing may reach for the network."""

    def __init__(self) -> None:
        super().__init__(
            _("Custody mode is on: this laptop uses no network."),
            _("Your work is saved on this laptop. Switch custody mode off once you are outside."),
        )


class SignInPage(KnownError):
    """Something else answered, such as the sign-in page of a guest network."""

    def __init__(self) -> None:
        super().__init__(
            _("This network shows a page of its own instead of the central server."),
            _("Open a web browser and sign in to the network, then sync again."),
        )


class NotTrusted(KnownError):
    """Whoever answers can't prove to be the server."""

    def __init__(self) -> None:
        super().__init__(
            _("This network does not let Waymark reach the central server safely."),
            _("Nothing was sent. Try another network, or ask your administrator."),
        )


class ServerBusy(KnownError):
    """The server answers, but can't do it now."""

    def __init__(self) -> None:
        super().__init__(
            _("The central server can't take your work just now."),
            _("Your work is saved on this laptop and will be sent later."),
        )


class BadAnswer(KnownError):
    """The server's answer breaks the rules. `what` names the rule, for engineers."""

    def __init__(self, what: str) -> None:
        super().__init__(
            _("The central server gave an answer that Waymark can't use."),
            _("Nothing was changed. If it happens again, tell your administrator."),
        )
        self.what = what


class Refused(KnownError):
    """The server refused the whole request.

    Attributes:
        status: Of HTTP. refusal: Why.
    """

    def __init__(self, status: int, refusal: Refusal) -> None:
        super().__init__(_refusal_text(refusal.code), _("Your work is safe on this laptop."))
        self.status = status
        self.refusal = refusal


def _refusal_text(code: str) -> str:
    texts = {
        "device_revoked": _("This laptop may no longer use the central server."),
        "device_unknown": _("The central server does not know this laptop."),
        "lease_ended": _("This laptop was away for too long and has to be let in again."),
        "code_unknown": _("The central server does not know that code."),
        "code_expired": _("That code was used already, or it is too old."),
        "wrong_service": _("That code is for another youth justice service."),
        "not_signed_in": _("You have to sign in first."),
        "not_allowed": _("You may not do that on the central server."),
        "program_too_old": _("This version of Waymark is too old for the central server."),
        "too_large": _("The central server will not take that much at once."),
    }
    return texts.get(code) or _("The central server did not accept what was sent.")


class Wire(Protocol):
    """The server as a laptop sees it. Each call is one exchange.

    Every method raises `Offline`, `SignInPage`, `NotTrusted`, `ServerBusy`, `BadAnswer` or
    `Refused`.
    """

    def hello(self) -> Hello:
        """What the server knows of this device."""
        ...

    def push(self, message: Push) -> Pushed:
        """Send operations."""
        ...

    def pull(self, message: Pull) -> Pulled:
        """Ask for changes."""
        ...

    def caseload(self) -> Caseload:
        """The children whom the person may take along."""
        ...

    def blob_state(self, sha256: str) -> BlobState:
        """How much of a blob the server has; nothing of one that it never met."""
        ...

    def blob_append(self, sha256: str, *, offset: int, size: int, chunk: bytes) -> BlobState:
        """Send a piece of a blob of `size` bytes, from `offset` on."""
        ...

    def blob_read(self, sha256: str, size: int) -> bytes | None:
        """The bytes of a blob; None where the server has none, or others."""
        ...
