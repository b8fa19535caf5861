"""One sync, from hello to the comparison of what both sides hold.

It can be cut anywhere: what this device sent counts as sent only with the server's answer, what
came down is written with its cursors, each in one transaction, and a sync that was cut is simply
begun again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from app.core import log
from app.core.errors import KnownError
from app.core.i18n import _
from app.models.casebook import Casebook
from app.sync import digests, extras, joined, orders, outbox, standing, stops
from app.sync.course import Course, Outcome, Progress
from app.sync.protocol import Hello
from app.sync.receiving import Receiving
from app.sync.requests import Requests
from app.sync.sending import Sending
from app.sync.standing import Standing
from app.sync.stops import Stopped
from app.sync.wire import BadAnswer, Refused, Wire

# How often one sync goes round before it leaves the rest to the next.
_MOST_ROUNDS: Final = 4
# Beyond any entry: no revision of the server's that the log names means what it did.
_EVERY_ENTRY: Final = 2**62


class NotEnrolled(KnownError):
    """This copy of the casebook belongs to no server, or has to be enrolled anew."""

    def __init__(self) -> None:
        super().__init__(
            _("This laptop is not connected to a central server."),
            _("Ask your administrator for a code, then connect it in the settings."),
        )


def sync(
    casebook: Casebook,
    wire: Wire,
    *,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Outcome:
    """Exchange everything with the server once.

    Args:
        progress: Told between requests. cancelled: Asked between requests.

    Raises:
        NotEnrolled: This copy belongs to no server yet.
        Stopped: A person has to answer first; the stop is kept (`stops.answer_stop`).
        Cancelled: `cancelled` said so.
        orders.Ordered: The server signed an order to this device; the caller obeys it.
        KnownError: The network or the server failed, see `wire`.
    """
    try:
        with Requests() as requests:
            return _Sync(Course(casebook, wire, requests, progress, cancelled)).run()
    except Stopped as stopped:
        with casebook.exchange() as (connection, _log):
            stops.keep(connection, stopped)
        raise
    except Refused as refused:
        stop = _stop_of(refused)
        if stop is None:
            orders.look_for(casebook, refused)
            raise
        with casebook.exchange() as (connection, _log):
            stops.keep(connection, stop)
        raise stop from refused


def send_what_waits(
    casebook: Casebook, wire: Wire, *, cancelled: Callable[[], bool] | None = None
) -> Outcome:
    """Send the outbox and ask for nothing: what a device does that was ordered to rescue.

    Args:
        cancelled: Asked between requests.

    Raises:
        Cancelled: `cancelled` said so.
        KnownError: The network or the server failed. What is left then, `orders.obey` seals.
    """
    with Requests() as requests:
        course = Course(casebook, wire, requests, None, cancelled)
        Sending(course).push()
        return course.outcome


def _stop_of(refused: Refused) -> Stopped | None:
    """The stop that a refusal stands for."""
    refusal = refused.refusal
    if refusal.code == "epoch_changed" and refusal.epoch:
        return Stopped("epoch_changed", {"epoch": refusal.epoch})
    if refusal.code == "sequence_reused":
        return Stopped("numbers_reused")
    return Stopped("went_back") if refusal.code == "sequence_gap" else None


class _Sync:
    """One run of `sync`."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._casebook = course.casebook
        self._sending = Sending(course)
        self._receiving = Receiving(course)

    def run(self) -> Outcome:
        """See `sync`."""
        with self._casebook.exchange() as (connection, _log):
            here = standing.read(connection)
        self._ready(here)
        hello = self._hello()
        self._look_at(hello)
        with self._casebook.exchange() as (connection, _log):
            extras.take_in(connection)
        self._ask_who_may_come()
        if here.pull_first:
            self._receiving.pull()
            with self._casebook.exchange() as (connection, _log):
                standing.write(connection, pull_first=False)
        for _round in range(_MOST_ROUNDS):
            self._sending.push()
            self._read_what_stood_against()
            self._receiving.pull()
            self._count_revisions_anew()
            self._receiving.let_go()
            joined.follow(self._casebook, self._course.standing().role)
            if not self._waits():
                break
        self._compare()
        self._done()
        return self._course.outcome

    # -- beginning ----------------------------------------------------------------------------

    def _ready(self, here: Standing) -> None:
        if not here.enrolled or here.device_id != self._casebook.device_id:
            raise NotEnrolled
        if here.stop is not None and here.stop["answer"] is not True:
            raise Stopped(here.stop["kind"], here.stop["detail"])
        if here.stop is not None and here.stop["kind"] in stops.NEW_DEVICE:
            raise NotEnrolled

    def _hello(self) -> Hello:
        self._course.step("hello", 0, 0)
        hello = self._course.wire.hello()
        here = self._course.standing()
        ours = (self._casebook.service_id, here.device_id, self._casebook.actor_id)
        if (hello.service_id, hello.device_id, hello.user_id) != ours:
            raise BadAnswer("service")
        return hello

    def _look_at(self, hello: Hello) -> None:
        """Take in where the server stands, or stop where it isn't the one that it was."""
        now = self._casebook.clock.now()
        self._course.outcome.ahead = now - hello.server_time
        with self._casebook.exchange() as (connection, _log):
            here = standing.read(connection)
            new_epoch = hello.epoch != here.epoch
            if new_epoch and not (
                stops.allowed(here.stop, "epoch_changed")
                and (here.stop or {})["detail"].get("epoch") == hello.epoch
            ):
                raise Stopped("epoch_changed", {"epoch": hello.epoch})
            behind = hello.acked < here.acked
            if behind and not (new_epoch or stops.allowed(here.stop, "went_back")):
                raise Stopped("went_back", {"acked": hello.acked})
            if hello.acked > outbox.newest_number(connection, here):
                raise Stopped("numbers_reused", {"acked": hello.acked})
            if not _is_ours(connection, hello):
                raise Stopped("anchor_mismatch", {"entry": hello.anchor_entry})
            if new_epoch or stops.allowed(here.stop, "went_back"):
                # The server counts other work under the same revisions now.
                standing.begin_again(connection)
                standing.write(connection, old_entries_until=_EVERY_ENTRY)
            if behind:
                standing.write(
                    connection,
                    acked=hello.acked,
                    sent_to=outbox.entry_of_number(connection, here, hello.acked),
                )
            _skip_what_was_erased(connection, hello.acked)
            standing.write(
                connection,
                epoch=hello.epoch,
                role=hello.role,
                user_id=hello.user_id,
                lease_until=_by_our_clock(hello.lease_until, hello.server_time, now),
                highest_seen=now,
            )
            if not stops.allowed(here.stop, "many_removals"):
                standing.write(connection, stop=None)

    def _ask_who_may_come(self) -> None:
        self._course.step("hello", 0, 0)
        self._receiving.children = self._course.wire.caseload().children

    # -- between the rounds -------------------------------------------------------------------

    def _read_what_stood_against(self) -> None:
        """Read streams anew in which unsent work stood against what had come down."""
        with self._casebook.exchange() as (connection, _log):
            here = standing.read(connection)
            for stream, state in standing.streams(connection).items():
                if state.reread and not outbox.waits_in(connection, here, stream):
                    standing.begin_again(connection, stream)

    def _count_revisions_anew(self) -> None:
        """Once a server that was put back has told all: what is made from here on rests on it."""
        with self._casebook.exchange() as (connection, _log):
            if standing.read(connection).old_entries_until == _EVERY_ENTRY:
                last = connection.exec_driver_sql("SELECT max(entry) FROM change").scalar_one()
                standing.write(connection, old_entries_until=last)

    def _waits(self) -> bool:
        with self._casebook.exchange() as (connection, _log):
            here = standing.read(connection)
            again = any(state.reread for state in standing.streams(connection).values())
            return outbox.waiting(connection, here) > 0 or again

    # -- comparing ----------------------------------------------------------------------------

    def _compare(self) -> None:
        """Compare what both sides hold; where it differs, read it once more from the beginning."""
        self._course.step("compare", 0, 0)
        differing = self._differing()
        if differing:
            log.sync.warning("streams differ from the server's: %d", len(differing))
            with self._casebook.exchange() as (connection, _log):
                for stream in differing:
                    standing.begin_again(connection, stream)
            self._course.outcome.read_again = differing
            self._receiving.pull()
            self._course.outcome.differing = self._differing()
        with self._casebook.exchange() as (connection, _log):
            digests.keep(connection, self._course.outcome.differing, self._casebook.clock.now())

    def _differing(self) -> list[str]:
        with self._casebook.exchange() as (connection, _log):
            here = standing.read(connection)
            return digests.differing(connection, here, self._receiving.states)

    def _done(self) -> None:
        now = self._casebook.clock.now()
        with self._casebook.exchange() as (connection, _log):
            here = standing.read(connection)
            if here.stop is not None:
                standing.write(connection, stop=None)
            if outbox.waiting(connection, here) == 0:
                last = connection.exec_driver_sql("SELECT max(entry) FROM change").scalar_one()
                standing.write(connection, sent_to=last, last_confirmed_at=now)


def _by_our_clock(moment: datetime, server_time: datetime, now: datetime) -> datetime:
    """A moment of the server by this device's clock, however wrong that is."""
    return now + (moment - server_time)


def _is_ours(connection: Connection, hello: Hello) -> bool:
    """Whether the last entry that the server has seen reads here as it does there."""
    if hello.anchor_entry == 0:
        return True
    own = connection.exec_driver_sql(
        "SELECT own_hash FROM change WHERE entry = ?", (hello.anchor_entry,)
    ).scalar_one_or_none()
    return own == hello.anchor_hash


def _skip_what_was_erased(connection: Connection, acked: int) -> None:
    """Count as sent what the server has and whose values were erased here since, so that it
    isn't sent otherwise under the same number."""
    here = standing.read(connection)
    ahead = outbox.unsent(connection, here, max(0, acked - here.acked))
    if any(entry.erased for entry in ahead):
        standing.write(connection, acked=acked, sent_to=ahead[-1].entry)
