"""What a person does about syncing: sync, stop, join a server, answer, send again, let go."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import random
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from app.casework import sync_words, syncing
from app.casework.form_records import called
from app.core import log
from app.core.errors import KnownError
from app.core.i18n import _, ngettext
from app.models import durable
from app.models.records import Child
from app.sync import caseload, course, enrolment, exchange, orders, pace, refusals, state, stops
from app.sync.course import Cancelled
from app.sync.exchange import NotEnrolled
from app.sync.orders import Ordered
from app.sync.stops import StopKind, Stopped
from app.sync.wire import Offline, SignInPage

if TYPE_CHECKING:
    from app.casework.desk import Desk

# A removal is not put off for longer by a network that is slow, or made to be.
RESCUE_SECONDS: Final = 120.0

__all__ = ["Cancelled", "NotEnrolled", "Offline", "Ordered", "SignInPage", "Stopped"]


@dataclass(frozen=True)
class Step:
    """How far a sync has come: words, and `done` of `total` (0: nobody knows)."""

    words: str
    done: int
    total: int


@dataclass(frozen=True)
class Result:
    """What a sync did.

    Attributes:
        words: One sentence for the status bar.
        changed: Type and id of each record that reads otherwise now.
        let_go: Ids of children who left this laptop.
        clock_words: That the clock of this laptop isn't the server's; empty where it is.
    """

    words: str
    changed: frozenset[tuple[str, str]]
    let_go: frozenset[str]
    clock_words: str = ""


@dataclass(frozen=True)
class Traveller:
    """A child who can travel with this laptop.

    Attributes:
        here: Whether the child's record is on this laptop now.
        travels: Whether it shall be. assigned: Whether the person works with the child.
    """

    child_id: str
    name: str
    here: bool
    travels: bool
    assigned: bool


# -- syncing -----------------------------------------------------------------------------------


def sync_now(
    desk: Desk,
    progress: Callable[[Step], object] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Result:
    """Exchange everything with the server once. Runs on a thread and a connection of its own.

    Args:
        progress, cancelled: Told, and asked, between requests.

    Raises:
        NotEnrolled: This casebook belongs to no server. Stopped: A person has to answer first.
        Ordered: The service took this laptop out of use; see `obey`.
        Cancelled: `cancelled` said so.
        KnownError: The network or the server failed; everything stays as it was.
    """
    wire = enrolment.connect(desk.casebook)

    def told(at: course.Progress) -> None:
        if progress is not None:
            progress(Step(_step_words(at), at.done, at.total))

    try:
        done = exchange.sync(desk.casebook, wire, progress=told, cancelled=cancelled)
    finally:
        wire.close()
    log.casework.info("synced: %d sent, %d received", done.sent, done.received)
    return Result(
        _result_words(done),
        frozenset(done.changed),
        frozenset(done.let_go),
        sync_words.clock(done.ahead),
    )


def _step_words(at: course.Progress) -> str:
    if at.step == "send":
        return _("Sending {done} of {total}").format(done=at.done, total=at.total)
    if at.step == "receive":
        return ngettext(
            "Receiving: {count} change so far", "Receiving: {count} changes so far", at.done
        ).format(count=at.done)
    return _("Comparing") if at.step == "compare" else _("Asking the server")


def _result_words(done: course.Outcome) -> str:
    said = _("Synced.")
    if done.let_go:
        said += " " + ngettext(
            "The record of {count} child left this laptop.",
            "The records of {count} children left this laptop.",
            len(done.let_go),
        ).format(count=len(done.let_go))
    return said


def seconds_to_next(*, waiting: bool, failures: int) -> float:
    """How long to wait before syncing by itself the next time, see `app.sync.pace`."""
    return pace.seconds_to_next(waiting=waiting, failures=failures, chance=random())


def obey(desk: Desk, ordered: Ordered) -> str:
    """Remove the casebook from this laptop, as the service ordered; the desk can't be used after.

    Where the order is to rescue, what waits is sent first, and what can't be sent is sealed to the
    service's key.

    Returns:
        What became of unsent work; empty where there was none to care for.

    Raises:
        KnownError: Unsent work could not be put in safety, or the disk refuses.
    """
    try:
        sent = _send_last(desk) if ordered.order.mode == "rescue" else 0
        sealed = orders.obey(desk.casebook, desk.folder, ordered.order)
    finally:
        desk.casebook.engine.dispose()
        if desk.instance_lock is not None:
            desk.instance_lock.release()
    return _words_of_rescue(sent, sealed)


def _send_last(desk: Desk) -> int:
    """Send what waits, as a laptop may that was told to rescue; how many pieces went.

    No network and no sign-in keep nothing from being sealed.
    """
    before = syncing.status(desk).waiting
    until = time.monotonic() + RESCUE_SECONDS
    try:
        with closing(enrolment.connect(desk.casebook)) as wire:
            exchange.send_what_waits(
                desk.casebook, wire, cancelled=lambda: time.monotonic() > until
            )
    except KnownError as error:
        log.casework.warning("rescued work was not all sent: %s", type(error).__name__)
    return before - syncing.status(desk).waiting


def _words_of_rescue(sent: int, sealed: Path | None) -> str:
    said = []
    if sent:
        said.append(
            ngettext(
                "{count} change that was only here was sent to your service first.",
                "{count} changes that were only here were sent to your service first.",
                sent,
            ).format(count=sent)
        )
    if sealed is not None:
        said.append(
            _(
                "What could not be sent lies sealed in the file {file}. Hand the laptop to your "
                "administrator."
            ).format(file=sealed)
        )
    return " ".join(said)


# -- joining -----------------------------------------------------------------------------------


def join(desk: Desk, address: str, code: str) -> str:
    """Let this casebook belong to its service at a server; the service's name.

    Also for another person on the same laptop, and for a restored or copied casebook.

    Raises:
        KnownError: The address, the network, the code.
    """
    enrolled = enrolment.enrol(desk.casebook, address, code)
    log.casework.info("joined a server")
    return enrolled.service_name


def address(desk: Desk) -> str:
    """The address of the server that this casebook belongs to; empty where it is none."""
    return state.view(desk.casebook).server or ""


# -- settings ----------------------------------------------------------------------------------


def set_choices(
    desk: Desk,
    *,
    automatic: bool | None = None,
    on_metered: bool | None = None,
    in_custody: bool | None = None,
) -> None:
    """Keep when this laptop syncs; what isn't given stays."""
    state.set_choices(
        desk.casebook, automatic=automatic, on_metered=on_metered, in_custody=in_custody
    )


# -- settling ----------------------------------------------------------------------------------


def send_again(desk: Desk, refused_id: str) -> int:
    """Send refused work again, with what was refused along with it; how many pieces."""
    desk.must_write()
    _still_refused(desk, refused_id)
    return refusals.send_again(desk.casebook, refused_id)


def give_up(desk: Desk, refused_id: str) -> int:
    """Let the server's version count in place of refused work; how many pieces were given up.

    What was written stays in the history of this laptop.
    """
    desk.must_write()
    _still_refused(desk, refused_id)
    return refusals.give_up(desk.casebook, refused_id)


def _still_refused(desk: Desk, refused_id: str) -> None:
    if state.refused(desk.casebook, refused_id) is None:
        raise KnownError(_("Somebody has settled this already."))


def try_aside_again(desk: Desk, record_id: str) -> bool:
    """Try again to take in a change that was put aside; whether it could be."""
    return refusals.retry_aside(desk.casebook, record_id)


def save_aside(desk: Desk, record_id: str, file: Path) -> None:
    """Write a change that was put aside to a file, for the administrator. It is not encrypted.

    Raises:
        NotAllowed: The person may not pass on copies.
        KnownError: It was taken in meanwhile, or the file can't be written.
    """
    desk.must_disclose()
    change = state.aside(desk.casebook, record_id)
    if change is None:
        raise KnownError(_("It has been taken in meanwhile."))
    with desk.casebook.write() as work:
        work.note(
            "export",
            str(change["type"]),
            record_id,
            child_id=change.get("child_id"),
            detail={"what": "put aside"},
        )
    text = json.dumps(change, ensure_ascii=False, indent=1, default=str)
    try:
        durable.replace_file(file, text.encode("utf-8"))
    except OSError:
        raise KnownError(
            _("The file could not be written."), _("Choose another folder, then try again.")
        ) from None


def answer_stop(desk: Desk, kind: StopKind, mark: str) -> None:
    """Go on after a stop, see `app.sync.stops`.

    Args:
        mark: Of the stop that the person saw (`syncing.StopView`).

    Raises:
        KnownError: Something else is asked by now.
    """
    desk.must_write()
    stops.answer_stop(desk.casebook, kind, True, shown=mark)


def read_notice(desk: Desk, notice_id: str) -> None:
    """Count a notice as read."""
    state.read_notice(desk.casebook, notice_id)


# -- who travels -------------------------------------------------------------------------------


def travellers(desk: Desk) -> tuple[Traveller, ...]:
    """The children who are here, and those whom the server lets the person take, by name.

    Asks the server.

    Raises:
        KnownError: The network or the server failed.
    """
    wire = enrolment.connect(desk.casebook)
    try:
        offered = wire.caseload().children
    finally:
        wire.close()
    choices = caseload.choices(desk.casebook)
    with desk.casebook.read() as session:
        here = {
            child.id: f"{called(child)} {child.family_name}".strip()
            for child in session.scalars(
                select(Child).where(Child.removed_at.is_(None), Child.merged_into.is_(None))
            )
        }
    found = {
        one.child_id: Traveller(
            one.child_id,
            here.get(one.child_id, one.name),
            one.child_id in here,
            choices.get(one.child_id, one.child_id in here or one.assigned),
            one.assigned,
        )
        for one in offered
        if one.merged_into is None
    }
    for child_id, name in here.items():
        found.setdefault(
            child_id, Traveller(child_id, name, True, choices.get(child_id, True), False)
        )
    return tuple(sorted(found.values(), key=lambda one: one.name.casefold()))


def choose(desk: Desk, child_id: str, travels: bool) -> None:
    """Take a child along from the next sync on, or leave the child behind once all is sent."""
    desk.must_write()
    caseload.choose(desk.casebook, child_id, travels)


def take_along(desk: Desk, child_ids: Iterable[str]) -> None:
    """Take children along from the next sync on, as two whose records may be one child's."""
    desk.must_write()
    for child_id in child_ids:
        caseload.choose(desk.casebook, child_id, True)
