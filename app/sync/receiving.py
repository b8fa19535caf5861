"""Receiving, as part of a sync: what changed in the streams that this copy holds or wants.

While a page that came down is written, the server already works on the next. Each page is written
whole, with its cursors.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection

from app.core.errors import BugError
from app.models import migrations
from app.sync import apply, blobs, caseload, outbox, page, purge, refusals, removals, standing
from app.sync.course import Course
from app.sync.protocol import (
    MOST_CHANGES,
    PROTOCOL,
    CaseloadChild,
    Cursor,
    Pull,
    Pulled,
    StreamState,
)
from app.sync.requests import Asked
from app.sync.standing import Standing


class _Coming(NamedTuple):
    """A page that was asked for, and how far this copy has come when it is written."""

    after: Mapping[str, int]
    answer: Asked[Pulled]


class Receiving:
    """The receiving of one sync.

    Attributes:
        states: Where each stream stands, by the newest answer.
        children: Whose records this copy may want.
    """

    def __init__(self, course: Course) -> None:
        self._course = course
        self._casebook = course.casebook
        self._removals = removals.Watch()
        self.states: dict[str, StreamState] = {}
        self.children: tuple[CaseloadChild, ...] = ()

    def pull(self) -> None:
        """Take in everything that changed, as far as this copy may hold it.

        Raises:
            Cancelled: The person stopped the sync. KnownError: The network or the server failed.
        """
        with self._casebook.exchange() as (connection, _log):
            caseload.want(connection, self.children)
        here, coming = self._ask_for_changes()
        while True:
            answer = coming.answer.answer()
            page.check(answer, coming.after, str(here.epoch))
            self._removals.look_at(
                self._casebook, answer, self._following(answer, coming.after, here)
            )
            received = blobs.fetch(self._casebook, self._course.wire, answer, self._course.count)
            more = any(state.more and state.held for state in answer.streams)
            following = self._ask_ahead(here, coming, answer) if more else None
            self._take_in(here, coming, answer, received)
            if not more:
                self._let_leave(here)
                return
            if following is not None and not self._rests_on(following):
                # It answers what this copy doesn't ask any more, but the wire is its until then.
                following.answer.answer()
                following = None
            if following is None:
                here, coming = self._ask_for_changes()
            else:
                coming = following
                self._course.tell("receive", self._course.outcome.received, 0)

    def _ask_for_changes(self) -> tuple[Standing, _Coming]:
        with self._casebook.exchange() as (connection, _log):
            here = standing.read(connection)
            after = _cursors(connection)
        self._course.step("receive", self._course.outcome.received, 0)
        return here, self._ask_after(here, after)

    def _ask_ahead(self, here: Standing, before: _Coming, answer: Pulled) -> _Coming | None:
        """Ask for what follows a page that isn't written yet; None: the person stopped the sync."""
        if self._course.is_cancelled():
            return None
        reached = {state.stream: state.next for state in answer.streams if state.held}
        self._course.outcome.requests += 1
        return self._ask_after(here, {**before.after, **reached})

    def _ask_after(self, here: Standing, after: Mapping[str, int]) -> _Coming:
        message = self._asking(after, here)
        return _Coming(after, self._course.requests.ask(partial(self._course.wire.pull, message)))

    def _rests_on(self, coming: _Coming) -> bool:
        """Whether this copy has come as far as it said when it asked ahead."""
        with self._casebook.engine.connect() as connection:
            return _cursors(connection) == coming.after

    def _take_in(
        self, here: Standing, coming: _Coming, answer: Pulled, received: dict[str, bytes]
    ) -> None:
        with self._casebook.exchange() as (connection, log_):
            if _cursors(connection).keys() != coming.after.keys():
                raise BugError("two syncs of one casebook ran at once")
            applied = apply.apply_page(
                connection, log_, answer, self._course.arrival(here, received)
            )
            refusals.send_again_what_is_known(connection, log_, answer)
            _nothing_waits(connection)
        self._course.outcome.received += len(answer.changes)
        self._course.outcome.aside += applied.aside
        self._course.outcome.changed += applied.changed
        if applied.taken_away:
            purge.clear_old_pages(self._casebook)
        self.states.update((state.stream, state) for state in answer.streams)

    def _asking(self, asked: Mapping[str, int], here: Standing) -> Pull:
        return Pull(
            protocol=PROTOCOL,
            schema_version=migrations.NEWEST,
            device_id=self._casebook.device_id,
            epoch=str(here.epoch),
            cursors=tuple(Cursor(stream=stream, after=after) for stream, after in asked.items()),
            limit=MOST_CHANGES,
        )

    def _following(
        self, answer: Pulled, asked: Mapping[str, int], here: Standing
    ) -> Iterator[Pulled]:
        """The pages after this one, read ahead and not written."""
        while any(state.more and state.held for state in answer.streams):
            asked = {**asked, **{state.stream: state.next for state in answer.streams}}
            self._course.count()
            answer = self._course.wire.pull(self._asking(asked, here))
            page.check(answer, asked, str(here.epoch))
            yield answer

    def _let_leave(self, here: Standing) -> None:
        """Let records go that left a stream and came in no other one here."""
        going = self._removals.look_at_leaving(self._casebook)
        with self._casebook.exchange() as (connection, log_):
            done = apply.apply_again(
                connection, log_, [id_ for _, id_ in going], self._course.arrival(here, {})
            )
        self._course.outcome.changed += done.changed
        if done.taken_away:
            purge.clear_old_pages(self._casebook)

    def let_go(self) -> None:
        """Let records go whose streams this copy does not hold any more."""
        not_held = [name for name, state in self.states.items() if not state.held]
        with self._casebook.exchange() as (connection, log_):
            gone = purge.let_go(connection, log_, not_held)
        self._course.outcome.let_go += gone
        for stream in gone:
            self.states.pop(stream, None)
        if gone:
            purge.clear_old_pages(self._casebook)


def _cursors(connection: Connection) -> dict[str, int]:
    """How far this copy has come, by stream."""
    return {stream: state.after for stream, state in standing.streams(connection).items()}


def _nothing_waits(connection: Connection) -> None:
    """Move on past entries that came down, so that looking for unsent work stays quick."""
    here = standing.read(connection)
    if outbox.waiting(connection, here) == 0:
        last = connection.exec_driver_sql("SELECT max(entry) FROM change").scalar_one()
        standing.write(connection, sent_to=last)
