"""A practitioner at work: who acts, on which casebook, with which clock and forms."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.casework import permission
from app.casework.permission import NotAllowed, Role
from app.core import log
from app.core.clock import Clock
from app.core.errors import KnownError

if TYPE_CHECKING:
    from app.forms.loader import FormLibrary
    from app.models.anchor import Keeper
    from app.models.casebook import Casebook
    from app.models.instance_lock import InstanceLock

__all__ = ["VISIT_LASTS", "Actor", "Desk", "NotAllowed", "Role"]

# Coming back to a child's record after this long is a new consultation, and logged as one.
VISIT_LASTS: Final = timedelta(minutes=30)


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
        return permission.allows(self.role, "write")

    @property
    def may_countersign(self) -> bool:
        """Whether this person may countersign the work of another."""
        return permission.allows(self.role, "countersign")

    @property
    def may_manage_users(self) -> bool:
        """Whether this person may add users to the casebook."""
        return permission.allows(self.role, "manage_users")

    @property
    def may_read_victims(self) -> bool:
        """Whether this person may read what is held about victims."""
        return permission.allows(self.role, "read_victims")

    @property
    def may_hear_child(self) -> bool:
        """Whether this person may read what a child answered, and act on it."""
        return permission.allows(self.role, "hear_child")

    @property
    def may_disclose(self) -> bool:
        """Whether this person may pass on copies of reports and forms."""
        return permission.allows(self.role, "disclose")


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
    _visit: tuple[str, float] | None = field(default=None, repr=False)
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

    @contextmanager
    def visit(self, child_id: str, part: str = "") -> Iterator[bool]:
        """Read the record of `child_id`; gives True where this starts a new visit.

        A visit lasts until another child's record is opened, `leave` is called or nothing was
        read for half an hour. It is only taken to have begun when the block ended well: what
        could not be logged was not visited, and is logged the next time.

        Args:
            part: A part of the record that is logged by itself, such as `victims`: True where it
                wasn't read yet in this visit.
        """
        # A clock that is set back must not make a visit longer.
        now = self.clock.elapsed()
        starts = (
            self._visit is None
            or self._visit[0] != child_id
            or now - self._visit[1] > VISIT_LASTS.total_seconds()
        )
        yield starts or part not in self._seen
        if starts:
            self._seen.clear()
        self._visit = (child_id, now)
        self._seen.add(part)

    def leave(self) -> None:
        """End the visit to a child's record, as when going back to the caseload."""
        self._visit = None

    def must_write(self) -> None:
        """Raise `NotAllowed` where the person may only read."""
        permission.must(self.actor.role, "write")

    def must_countersign(self) -> None:
        """Raise `NotAllowed` where the person is no manager."""
        permission.must(self.actor.role, "countersign")

    def must_manage_users(self) -> None:
        """Raise `NotAllowed` where the person is not an administrator."""
        permission.must(self.actor.role, "manage_users")

    def must_keep_keys(self) -> None:
        """Raise `NotAllowed` where the person may not change what opens the casebook for all."""
        permission.must(self.actor.role, "keep_keys")

    def must_read_victims(self) -> None:
        """Raise `NotAllowed` where the person may not read what is held about victims."""
        permission.must(self.actor.role, "read_victims")

    def must_hear_child(self) -> None:
        """Raise `NotAllowed` where the person may not read what a child answered."""
        permission.must(self.actor.role, "hear_child")

    def must_disclose(self) -> None:
        """Raise `NotAllowed` where the person may not pass on copies."""
        permission.must(self.actor.role, "disclose")
