"""A practitioner at work: who acts, on which casebook, with which clock and forms."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from app.core import log
from app.core.clock import Clock
from app.core.errors import KnownError
from app.core.i18n import _

if TYPE_CHECKING:
    from app.forms.loader import FormLibrary
    from app.models.anchor import Keeper
    from app.models.casebook import Casebook
    from app.models.instance_lock import InstanceLock

Role = Literal["practitioner", "manager", "administrator", "reader"]

WRITERS: Final[frozenset[str]] = frozenset({"practitioner", "manager", "administrator"})
COUNTERSIGNERS: Final[frozenset[str]] = frozenset({"manager"})

# Coming back to a child's record after this long is a new consultation, and logged as one.
VISIT_LASTS: Final = timedelta(minutes=30)


class NotAllowed(KnownError):
    """The role of the person who acts doesn't allow what was asked for."""


@dataclass(frozen=True)
class Actor:
    """The person who unlocked the casebook, and so the person who acts.

    Attributes:
        id: The user's id.
        name: The name that colleagues know.
        role: practitioner, manager, administrator or reader.
    """

    id: str
    name: str
    role: Role

    @property
    def may_write(self) -> bool:
        """Whether this person may change records; a reader may not."""
        return self.role in WRITERS

    @property
    def may_countersign(self) -> bool:
        """Whether this person may countersign the work of another."""
        return self.role in COUNTERSIGNERS

    @property
    def may_manage_users(self) -> bool:
        """Whether this person may add users to the casebook."""
        return self.role == "administrator"

    @property
    def may_read_victims(self) -> bool:
        """Whether this person may read what is held about victims."""
        return self.role != "reader"


@dataclass
class Desk:
    """An open casebook with the person who works on it. Lives on the one database thread.

    Attributes:
        casebook: The open store.
        actor: Who acts.
        clock: Where the time comes from.
        forms: The forms that can be filled in.
        folder: Where the casebook lies.
        data_key: The key of the store, for changes to the key file; never shown.
        demo: Whether this is the demonstration casebook, with fictional children.
        notices: What the person has to know about this casebook before going on, in words.
    """

    casebook: Casebook
    actor: Actor
    clock: Clock
    forms: FormLibrary
    folder: Path
    data_key: bytes = field(repr=False)
    demo: bool = False
    notices: tuple[str, ...] = ()
    instance_lock: InstanceLock | None = None
    keeper: Keeper | None = field(default=None, repr=False)
    _visit: tuple[str, datetime] | None = field(default=None, repr=False)
    _seen: set[str] = field(default_factory=set, repr=False)

    def close(self) -> None:
        """Anchor the log, close the store and let another window open this casebook."""
        try:
            self.casebook.seal()
            self._anchor()
        finally:
            try:
                self.casebook.close()
            finally:
                if self.instance_lock is not None:
                    self.instance_lock.release()

    def _anchor(self) -> None:
        if self.keeper is None:
            return
        try:
            self.keeper.keep(self.casebook.head())
        except KnownError:
            # Without an anchor the casebook opens all the same; nothing may hold a lock open.
            log.casework.warning("the state of the log could not be noted outside the casebook")

    def visit(self, child_id: str, part: str = "") -> bool:
        """Note that the record of `child_id` is being read; True where this starts a new visit.

        A visit lasts until another child's record is opened, `leave` is called or nothing was
        read for half an hour.

        Args:
            part: A part of the record that is logged by itself, such as `victims`: True where it
                wasn't read yet in this visit.
        """
        now = self.clock.now()
        starts = (
            self._visit is None or self._visit[0] != child_id or now - self._visit[1] > VISIT_LASTS
        )
        self._visit = (child_id, now)
        if starts:
            self._seen.clear()
        first = part not in self._seen
        self._seen.add(part)
        return first

    def leave(self) -> None:
        """End the visit to a child's record, as when going back to the caseload."""
        self._visit = None

    def must_write(self) -> None:
        """Raise `NotAllowed` where the person may only read."""
        if not self.actor.may_write:
            raise NotAllowed(
                _("Your role lets you read this casebook, not change it."),
                _("Ask an administrator if you need to make changes."),
            )

    def must_manage_users(self) -> None:
        """Raise `NotAllowed` where the person is not an administrator."""
        if not self.actor.may_manage_users:
            raise NotAllowed(
                _("Only an administrator can manage the users of this casebook."),
                _("Ask your administrator to do this."),
            )

    def must_read_victims(self) -> None:
        """Raise `NotAllowed` where the person may not read what is held about victims."""
        if not self.actor.may_read_victims:
            raise NotAllowed(
                _("Your role doesn't let you read what is held about victims."),
                _("Ask a practitioner or manager if you need to know something."),
            )
