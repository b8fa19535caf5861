"""What stops syncing until a person has answered: signs that the server, or another copy of this
casebook, isn't what it was. Nothing is sent or taken away before the answer.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any, Final, Literal

from sqlalchemy import Connection

from app.core.errors import BugError, KnownError
from app.core.i18n import N_, _
from app.models.base import canonical
from app.models.casebook import Casebook
from app.sync import standing

StopKind = Literal[
    "epoch_changed", "went_back", "many_removals", "numbers_reused", "anchor_mismatch"
]

# After a yes to these the copy has to become a device of its own: enrol it anew.
NEW_DEVICE: Final = frozenset({"numbers_reused", "anchor_mismatch"})

_TEXTS: Final[dict[str, str]] = {
    "epoch_changed": N_("The central server was put back from a backup."),
    "went_back": N_("The central server knows less than it did before."),
    "many_removals": N_("The central server wants to take many records off this laptop."),
    "numbers_reused": N_("Another copy of this casebook has sent work as if it were this one."),
    "anchor_mismatch": N_("The history on this laptop is not the one the central server has seen."),
}


class Stopped(KnownError):
    """Syncing stopped until a person answers.

    Attributes:
        kind: Why. detail: Facts as JSON can hold them, without anything of a child.
    """

    def __init__(self, kind: StopKind, detail: dict[str, Any] | None = None) -> None:
        super().__init__(_(_TEXTS[kind]), _("Open the sync page to see what to do."))
        self.kind: StopKind = kind
        self.detail = detail or {}


def text_of(kind: str) -> str:
    """What happened, as a sentence."""
    return _(_TEXTS[kind])


def keep(connection: Connection, stopped: Stopped) -> None:
    """Keep a stop until it is answered."""
    standing.write(
        connection, stop={"kind": stopped.kind, "detail": stopped.detail, "answer": None}
    )


def allowed(stop: dict[str, Any] | None, kind: StopKind) -> bool:
    """Whether a person has said yes to going on after a stop of that kind."""
    return stop is not None and stop["kind"] == kind and stop["answer"] is True


class StopChanged(KnownError):
    """What was asked is no longer what was shown."""

    def __init__(self) -> None:
        super().__init__(
            _("What the central server wants has changed meanwhile."),
            _("Look at what is asked now, then answer again."),
        )


def mark_of(stop: dict[str, Any]) -> str:
    """What tells a stop from any other, and from the same kind about something else."""
    said = canonical({"kind": stop["kind"], "detail": stop["detail"]})
    return sha256(said.encode("utf-8")).hexdigest()


def answer_stop(casebook: Casebook, kind: StopKind, yes: bool, *, shown: str | None = None) -> None:
    """Answer a stop.

    Args:
        yes: Go on. After *epoch_changed* and *went_back* everything is read anew and the work
            that the server lost is sent again; after *many_removals* the records go that were
            shown, and no others (`removals`); after the others this copy has to be enrolled as a
            device of its own. False: stay stopped.
        shown: `mark_of` the stop that the person saw; None: whichever stands.

    Raises:
        StopChanged: Another one stands than was shown.
        BugError: No such stop stands.
    """
    with casebook.exchange() as (connection, _log):
        stop = standing.read(connection).stop
        if stop is None or stop["kind"] != kind:
            raise BugError("no such stop stands")
        if shown is not None and mark_of(stop) != shown:
            raise StopChanged
        standing.write(connection, stop={**stop, "answer": yes})
