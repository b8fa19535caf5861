"""One sync, from hello to the comparison of what both sides hold.

It can be cut anywhere: what this device sent counts as sent only with the server's answer, what
came down is written with its cursors, each in one transaction, and a sync that was cut is simply
begun again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Final, NamedTuple

from sqlalchemy import Connection

from app.core import log
from app.core.errors import BugError, KnownError
from app.core.i18n import _
from app.models import migrations
from app.models.casebook import Casebook
from app.sync import (
    apply,
    blobs,
    caseload,
    digests,
    extras,
    joined,
    orders,
    outbox,
    page,
    purge,
    refusals,
    removals,
    standing,
    stops,
)
from app.sync.protocol import (
    MOST_CHANGES,
    PROTOCOL,
    CaseloadChild,
    Cursor,
    Hello,
    Pull,
    Pulled,
    Push,
    Pushed,
    StreamState,
)
from app.sync.requests import Asked, Requests
from app.sync.standing import Standing
from app.sync.stops import Stopped
from app.sync.wire import BadAnswer, Refused, Wire

# How often one sync goes round before it leaves the rest to the next.
_MOST_ROUNDS: Final = 4
# Beyond any entry: no revision of the server's that the log names means what it did.
_EVERY_ENTRY: Final = 2**62


class Cancelled(KnownError):
    """The person stopped the sync. What was exchanged until then stays."""

    def __init__(self) -> None:
        super().__init__(_("Syncing was stopped. What is not sent yet stays on this laptop."))


class NotEnrolled(KnownError):
    """This copy of the casebook belongs to no server, or has to be enrolled anew."""

    def __init__(self) -> None:
        super().__init__(
            _("This laptop is not connected to a central server."),
            _("Ask your administrator for a code, then connect it in the settings."),
        )


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
            return _Sync(casebook, wire, requests, progress, cancelled).run()
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
        return _Sync(casebook, wire, requests, None, cancelled).send()


def _stop_of(refused: Refused) -> Stopped | None:
    """The stop that a refusal stands for."""
    refusal = refused.refusal
    if refusal.code == "epoch_changed" and refusal.epoch:
        return Stopped("epoch_changed", {"epoch": refusal.epoch})
    if refusal.code == "sequence_reused":
        return Stopped("numbers_reused")
    return Stopped("went_back") if refusal.code == "sequence_gap" else None


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


class _Coming(NamedTuple):
    """A page that was asked for, and how far this copy has come when it is written."""

    after: Mapping[str, int]
    answer: Asked[Pulled]


class _Sync:
    """One run of `sync`.

    While the server works on a request, the next page of the outbox is made ready; while a page
    that came down is written, the server already works on the next. Neither changes what is
    written when: an operation counts as sent with its answer, a page is written whole.
    """

    def __init__(
        self,
        casebook: Casebook,
        wire: Wire,
        requests: Requests,
        progress: Callable[[Progress], None] | None,
        cancelled: Callable[[], bool] | None,
    ) -> None:
        self._casebook = casebook
        self._wire = wire
        self._requests = requests
        self._progress = progress
        self._cancelled = cancelled
        self._outcome = Outcome()
        self._states: dict[str, StreamState] = {}
        self._removals = removals.Watch()
        self._children: tuple[CaseloadChild, ...] = ()

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
            self._pull()
            with self._casebook.exchange() as (connection, _log):
                standing.write(connection, pull_first=False)
        for _round in range(_MOST_ROUNDS):
            self._push()
            self._read_what_stood_against()
            self._pull()
            self._count_revisions_anew()
            self._let_go()
            joined.follow(self._casebook, self._standing().role)
            if not self._waits():
                break
        self._compare()
        self._done()
        return self._outcome

    def send(self) -> Outcome:
        """See `send_what_waits`."""
        self._push()
        return self._outcome

    # -- beginning ----------------------------------------------------------------------------

    def _ready(self, here: Standing) -> None:
        if not here.enrolled or here.device_id != self._casebook.device_id:
            raise NotEnrolled
        if here.stop is not None and here.stop["answer"] is not True:
            raise Stopped(here.stop["kind"], here.stop["detail"])
        if here.stop is not None and here.stop["kind"] in stops.NEW_DEVICE:
            raise NotEnrolled

    def _hello(self) -> Hello:
        self._step("hello", 0, 0)
        hello = self._wire.hello()
        here = self._standing()
        ours = (self._casebook.service_id, here.device_id, self._casebook.actor_id)
        if (hello.service_id, hello.device_id, hello.user_id) != ours:
            raise BadAnswer("service")
        return hello

    def _look_at(self, hello: Hello) -> None:
        """Take in where the server stands, or stop where it isn't the one that it was."""
        now = self._casebook.clock.now()
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
        self._step("hello", 0, 0)
        self._children = self._wire.caseload().children

    # -- sending ------------------------------------------------------------------------------

    def _push(self) -> None:
        following = self._to_send()
        while following is not None:
            here, page_, waiting, _seen = following
            self._step("send", self._outcome.sent, self._outcome.sent + waiting)
            page_ = blobs.send(self._casebook, self._wire, page_, self._count)
            message = Push(
                protocol=PROTOCOL,
                schema_version=migrations.NEWEST,
                device_id=self._casebook.device_id,
                epoch=str(here.epoch),
                operations=page_.operations,
            )
            self._count()
            asked = self._requests.ask(partial(self._wire.push, message))
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
            self._outcome.conflicts += result.status == "conflict"
            if refused or (kept_back and operation.type and operation.id):
                self._outcome.refused += 1
                outbox.keep_refused(
                    connection, operation, entry, code=result.code or "malformed", at=now
                )
        pairs = zip(sent.operations, answer.results, strict=True)
        emptied = [pair for pair in pairs if pair[0].op_id in sent.emptied]
        refusals.tell_of_lost(connection, emptied, now)
        self._outcome.sent += len(sent.operations)
        standing.write(connection, acked=sent.operations[-1].device_seq, sent_to=sent.entries[-1])

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

    # -- receiving ----------------------------------------------------------------------------

    def _pull(self) -> None:
        with self._casebook.exchange() as (connection, _log):
            caseload.want(connection, self._children)
        here, coming = self._ask_for_changes()
        while True:
            answer = coming.answer.answer()
            page.check(answer, coming.after, str(here.epoch))
            self._removals.look_at(
                self._casebook, answer, self._following(answer, coming.after, here)
            )
            received = blobs.fetch(self._casebook, self._wire, answer, self._count)
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
                self._tell("receive", self._outcome.received, 0)

    def _ask_for_changes(self) -> tuple[Standing, _Coming]:
        with self._casebook.exchange() as (connection, _log):
            here = standing.read(connection)
            after = _cursors(connection)
        self._step("receive", self._outcome.received, 0)
        return here, self._ask_after(here, after)

    def _ask_ahead(self, here: Standing, before: _Coming, answer: Pulled) -> _Coming | None:
        """Ask for what follows a page that isn't written yet; None: the person stopped the sync."""
        if self._is_cancelled():
            return None
        reached = {state.stream: state.next for state in answer.streams if state.held}
        self._outcome.requests += 1
        return self._ask_after(here, {**before.after, **reached})

    def _ask_after(self, here: Standing, after: Mapping[str, int]) -> _Coming:
        message = self._asking(after, here)
        return _Coming(after, self._requests.ask(partial(self._wire.pull, message)))

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
            applied = apply.apply_page(connection, log_, answer, self._arrival(here, received))
            refusals.send_again_what_is_known(connection, log_, answer)
            _nothing_waits(connection)
        self._outcome.received += len(answer.changes)
        self._outcome.aside += applied.aside
        self._outcome.changed += applied.changed
        if applied.taken_away:
            purge.clear_old_pages(self._casebook)
        self._states.update((state.stream, state) for state in answer.streams)

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
            self._count()
            answer = self._wire.pull(self._asking(asked, here))
            page.check(answer, asked, str(here.epoch))
            yield answer

    def _let_leave(self, here: Standing) -> None:
        """Let records go that left a stream and came in no other one here."""
        going = self._removals.look_at_leaving(self._casebook)
        with self._casebook.exchange() as (connection, log_):
            done = apply.apply_again(
                connection, log_, [id_ for _, id_ in going], self._arrival(here, {})
            )
        self._outcome.changed += done.changed
        if done.taken_away:
            purge.clear_old_pages(self._casebook)

    def _let_go(self) -> None:
        not_held = [name for name, state in self._states.items() if not state.held]
        with self._casebook.exchange() as (connection, log_):
            gone = purge.let_go(connection, log_, not_held)
        self._outcome.let_go += gone
        for stream in gone:
            self._states.pop(stream, None)
        if gone:
            purge.clear_old_pages(self._casebook)

    def _waits(self) -> bool:
        with self._casebook.exchange() as (connection, _log):
            here = standing.read(connection)
            again = any(state.reread for state in standing.streams(connection).values())
            return outbox.waiting(connection, here) > 0 or again

    # -- comparing ----------------------------------------------------------------------------

    def _compare(self) -> None:
        """Compare what both sides hold; where it differs, read it once more from the beginning."""
        self._step("compare", 0, 0)
        differing = self._differing()
        if differing:
            log.sync.warning("streams differ from the server's: %d", len(differing))
            with self._casebook.exchange() as (connection, _log):
                for stream in differing:
                    standing.begin_again(connection, stream)
            self._outcome.read_again = differing
            self._pull()
            self._outcome.differing = self._differing()
        with self._casebook.exchange() as (connection, _log):
            digests.keep(connection, self._outcome.differing, self._casebook.clock.now())

    def _differing(self) -> list[str]:
        with self._casebook.exchange() as (connection, _log):
            here = standing.read(connection)
            return digests.differing(connection, here, self._states)

    def _done(self) -> None:
        now = self._casebook.clock.now()
        with self._casebook.exchange() as (connection, _log):
            here = standing.read(connection)
            if here.stop is not None:
                standing.write(connection, stop=None)
            if outbox.waiting(connection, here) == 0:
                last = connection.exec_driver_sql("SELECT max(entry) FROM change").scalar_one()
                standing.write(connection, sent_to=last, last_confirmed_at=now)

    # -- on the way ---------------------------------------------------------------------------

    def _standing(self) -> Standing:
        with self._casebook.engine.connect() as connection:
            return standing.read(connection)

    def _arrival(self, here: Standing, received: dict[str, bytes]) -> apply.Arrival:
        return apply.Arrival(
            service_id=self._casebook.service_id,
            origin=str(here.server),
            clock=self._casebook.clock,
            blobs=received,
        )

    def _count(self) -> None:
        if self._is_cancelled():
            raise Cancelled
        self._outcome.requests += 1

    def _is_cancelled(self) -> bool:
        return self._cancelled is not None and self._cancelled()

    def _step(self, step: str, done: int, total: int) -> None:
        self._count()
        self._tell(step, done, total)

    def _tell(self, step: str, done: int, total: int) -> None:
        if self._progress is not None:
            self._progress(Progress(step, done, total))


def _next_of(connection: Connection, here: Standing) -> _ToSend | None:
    page_ = outbox.next_page(connection, here)
    if page_ is None:
        return None
    return _ToSend(here, page_, outbox.waiting(connection, here), outbox.newest(connection))


def _cursors(connection: Connection) -> dict[str, int]:
    """How far this copy has come, by stream."""
    return {stream: state.after for stream, state in standing.streams(connection).items()}


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


def _nothing_waits(connection: Connection) -> None:
    """Move on past entries that came down, so that looking for unsent work stays quick."""
    here = standing.read(connection)
    if outbox.waiting(connection, here) == 0:
        last = connection.exec_driver_sql("SELECT max(entry) FROM change").scalar_one()
        standing.write(connection, sent_to=last)
