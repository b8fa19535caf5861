"""Sending, as part of a sync: the outbox in order, a page at a time.

While the server works on a request, the next page is made ready. That changes nothing of what is
written when: an operation counts as sent with its answer.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection

from app.core.errors import BugError
from app.models import migrations
from app.sync import blobs, outbox, refusals, standing
from app.sync.course import Course
from app.sync.protocol import PROTOCOL, Push, Pushed
from app.sync.standing import Standing
from app.sync.stops import Stopped
from app.sync.wire import BadAnswer


class _ToSend(NamedTuple):
    """A page of the outbox.

    Attributes:
        here: Where this copy stands when it is sent. waiting: Operations that wait then.
        seen: The newest entry of the log when it was read.
    """

    here: Standing
    page: outbox.Page
    waiting: int
    seen: int


class Sending:
    """The sending of one sync."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._casebook = course.casebook

    def push(self) -> None:
        """Send everything that waits.

        Raises:
            Cancelled: The person stopped the sync. KnownError: The network or the server failed.
        """
        following = self._to_send()
        while following is not None:
            here, page_, waiting, _seen = following
            self._course.step(
                "send", self._course.outcome.sent, self._course.outcome.sent + waiting
            )
            page_ = blobs.send(self._casebook, self._course.wire, page_, self._course.count)
            message = Push(
                protocol=PROTOCOL,
                schema_version=migrations.NEWEST,
                device_id=self._casebook.device_id,
                epoch=str(here.epoch),
                operations=page_.operations,
            )
            self._course.count()
            asked = self._course.requests.ask(partial(self._course.wire.push, message))
            following = self._to_send_after(here, page_)
            answer = asked.answer()
            _check_results(message, answer)
            with self._casebook.exchange() as (connection, _log):
                self._sent(connection, here, page_, answer)
                if following is not None and outbox.erased_after(connection, following.seen):
                    # What was lawfully erased meanwhile goes without its values.
                    following = None
            following = following or self._to_send()

    def _to_send(self) -> _ToSend | None:
        """The next page of the outbox. What a page visit left open is sealed before it is read."""
        with self._casebook.exchange() as (connection, _log):
            return _next_of(connection, standing.read(connection))

    def _to_send_after(self, here: Standing, sent: outbox.Page) -> _ToSend | None:
        """What follows a page that is under way, as far as it is sealed already."""
        with self._casebook.engine.connect() as connection:
            return _next_of(
                connection,
                replace(here, acked=sent.operations[-1].device_seq, sent_to=sent.entries[-1]),
            )

    def _sent(
        self, connection: Connection, before: Standing, sent: outbox.Page, answer: Pushed
    ) -> None:
        """Keep what became of operations: from here on they count as sent."""
        here = standing.read(connection)
        if (here.acked, here.sent_to) != (before.acked, before.sent_to):
            raise BugError("two syncs of one casebook ran at once")
        now = self._casebook.clock.now()
        for operation, entry, result in zip(
            sent.operations, sent.entries, answer.results, strict=True
        ):
            # Its values stayed here, so that the server's result says nothing of them.
            kept_back = operation.op_id in sent.unsendable
            refused = result.status == "rejected" and outbox.concerns_somebody(operation)
            self._course.outcome.conflicts += result.status == "conflict"
            if refused or (kept_back and operation.type and operation.id):
                self._course.outcome.refused += 1
                outbox.keep_refused(
                    connection, operation, entry, code=result.code or "malformed", at=now
                )
        pairs = zip(sent.operations, answer.results, strict=True)
        emptied = [pair for pair in pairs if pair[0].op_id in sent.emptied]
        refusals.tell_of_lost(connection, emptied, now)
        self._course.outcome.sent += len(sent.operations)
        standing.write(connection, acked=sent.operations[-1].device_seq, sent_to=sent.entries[-1])


def _next_of(connection: Connection, here: Standing) -> _ToSend | None:
    page_ = outbox.next_page(connection, here)
    if page_ is None:
        return None
    return _ToSend(here, page_, outbox.waiting(connection, here), outbox.newest(connection))


def _check_results(message: Push, answer: Pushed) -> None:
    sent = message.operations
    if answer.epoch != message.epoch:
        raise Stopped("epoch_changed", {"epoch": answer.epoch})
    if [(one.op_id, one.device_seq) for one in answer.results] != [
        (one.op_id, one.device_seq) for one in sent
    ]:
        raise BadAnswer("results")
    if answer.acked < sent[-1].device_seq:
        raise BadAnswer("acked")
