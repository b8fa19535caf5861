"""A sync on its way: whose it is, what it has done so far, and whether the person stops it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from app.core.errors import KnownError
from app.core.i18n import _
from app.models.casebook import Casebook
from app.sync import apply, standing
from app.sync.requests import Requests
from app.sync.standing import Standing
from app.sync.wire import Wire


class Cancelled(KnownError):
    """The person stopped the sync. What was exchanged until then stays."""

    def __init__(self) -> None:
        super().__init__(_("Syncing was stopped. What is not sent yet stays on this laptop."))


@dataclass(frozen=True)
class Progress:
    """How far a sync has come.

    Attributes:
        step: hello, send, receive or compare. done, total: Operations, or changes so far; a
            total of 0 isn't known.
    """

    step: str
    done: int
    total: int


@dataclass
class Outcome:
    """What a sync did.

    Attributes:
        sent: Operations that the server has taken. refused: Of those, how many without effect.
        conflicts: How many operations met what others wrote.
        received: Changes that came down. aside: How many of them could not be written.
        changed: Type and id of each record that reads otherwise now.
        let_go: Children who left this laptop.
        read_again: Streams that were read once more because the two sides differed.
        differing: Streams that still differ.
        requests: How many requests it took.
        ahead: By how much the clock of this laptop is ahead of the server's; less than nothing:
            behind.
    """

    sent: int = 0
    refused: int = 0
    conflicts: int = 0
    received: int = 0
    aside: int = 0
    changed: list[tuple[str, str]] = field(default_factory=list)
    let_go: list[str] = field(default_factory=list)
    read_again: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)
    requests: int = 0
    ahead: timedelta = timedelta()


class Course:
    """What every part of one sync needs of it.

    Attributes:
        outcome: What it did so far.
    """

    def __init__(
        self,
        casebook: Casebook,
        wire: Wire,
        requests: Requests,
        progress: Callable[[Progress], None] | None,
        cancelled: Callable[[], bool] | None,
    ) -> None:
        self.casebook = casebook
        self.wire = wire
        self.requests = requests
        self.outcome = Outcome()
        self._progress = progress
        self._cancelled = cancelled

    def standing(self) -> Standing:
        """Where this copy stands with the server now."""
        with self.casebook.engine.connect() as connection:
            return standing.read(connection)

    def arrival(self, here: Standing, received: dict[str, bytes]) -> apply.Arrival:
        """How what comes down is to be written: for whom, from where, with which documents."""
        return apply.Arrival(
            service_id=self.casebook.service_id,
            origin=str(here.server),
            clock=self.casebook.clock,
            blobs=received,
        )

    def count(self) -> None:
        """Count a request that is about to be made.

        Raises:
            Cancelled: The person stopped the sync.
        """
        if self.is_cancelled():
            raise Cancelled
        self.outcome.requests += 1

    def is_cancelled(self) -> bool:
        """Whether the person stopped the sync."""
        return self._cancelled is not None and self._cancelled()

    def step(self, step: str, done: int, total: int) -> None:
        """Say how far the sync is, before a request.

        Raises:
            Cancelled: The person stopped the sync.
        """
        self.count()
        self.tell(step, done, total)

    def tell(self, step: str, done: int, total: int) -> None:
        """Say how far the sync is."""
        if self._progress is not None:
            self._progress(Progress(step, done, total))
