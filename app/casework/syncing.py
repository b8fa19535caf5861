"""Where this laptop stands with the central server, as the screens say it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy.orm import Session

from app.casework import history, permission, sync_words
from app.casework.form_records import called
from app.casework.history import Written
from app.core.errors import BugError
from app.core.i18n import _, ngettext
from app.models.records import Child
from app.sync import state, stops, unsent
from app.sync.state import Lease, Stop, SyncItem, SyncView, Word

if TYPE_CHECKING:
    from app.casework.desk import Desk
    from app.sync.unsent import UnsentRecord

MOST_ROWS: Final = 200
# The kind of a notice about two records.
SAME_CHILD: Final = "same_child"


@dataclass(frozen=True)
class Status:
    """What the window always says about syncing.

    Attributes:
        joined: Whether this casebook belongs to a service's server.
        join_again: It was restored or copied, and has to join as a laptop of its own.
        word: saved_here, waiting, sent, confirmed or needs_you. state: that word as it is shown.
        waiting: How many records were changed here and aren't with the server.
        notes: Entries of the history that wait, such as that a record was read.
        needs: How many things a person has to see to.
        waiting_words, confirmed_words: Both as the status bar says them; empty where it is
            not joined.
        lease_words: A warning as the time without the server runs out; else empty.
        must_sign_in: The service asks who is at this laptop, and nobody is signed in.
        signed_in_words: Who is signed in; empty where nobody is or the service doesn't ask.
        automatic, on_metered, in_custody: Whether it syncs by itself, whether over a connection
            that is paid by volume, and whether no network may be used where the laptop is.
    """

    joined: bool
    join_again: bool
    word: Word
    state: str
    waiting: int
    notes: int
    needs: int
    confirmed_at: datetime | None
    waiting_words: str
    confirmed_words: str
    lease_words: str
    must_sign_in: bool
    signed_in_words: str
    automatic: bool
    on_metered: bool
    in_custody: bool


@dataclass(frozen=True)
class WaitingRow:
    """A record that waits to be sent.

    Attributes:
        what: What it is and how much of it changed. child_name: empty where it is of no child.
        changed: When, as shown.
    """

    record_type: str
    record_id: str
    child_id: str
    child_name: str
    what: str
    changed: str


@dataclass(frozen=True)
class RefusedRow:
    """Work that the server refused.

    Attributes:
        id: For `sync_deeds.send_again` and `give_up`.
        why: After "refused:", in words. advice: what can be done.
        written: What was written, field by field, to be read and copied.
        together: How many pieces of work were refused together with it.
        can_send_again: Whether sending it again may help.
    """

    id: str
    record_type: str
    record_id: str
    child_id: str
    child_name: str
    what: str
    changed: str
    why: str
    advice: str
    written: tuple[tuple[str, str], ...]
    together: int
    can_send_again: bool


@dataclass(frozen=True)
class AsideRow:
    """A change from the server that could not be taken in. It is put aside; the rest went on."""

    record_id: str
    child_id: str
    child_name: str
    what: str
    came: str
    why: str
    advice: str


@dataclass(frozen=True)
class StopView:
    """Syncing waits for an answer.

    Attributes:
        about: What exactly is asked: how many records of whom would go; else empty.
        yes: What the button says that goes on. mark: what the answer is bound to.
    """

    kind: str
    text: str
    about: str
    advice: str
    yes: str
    mark: str


@dataclass(frozen=True)
class DiffersRow:
    """A child, or the service, of which this laptop doesn't hold what the server does.

    Attributes:
        child_id: Empty where it is about the service.
    """

    id: str
    child_id: str
    text: str
    advice: str
    since: str


@dataclass(frozen=True)
class LeaseRow:
    """A child whose record the server has to confirm soon, before the laptop as a whole."""

    child_id: str
    text: str


@dataclass(frozen=True)
class NoticeView:
    """Something to be read.

    Attributes:
        child_id: Empty where it is about no child who is here.
        join: Whether it is about two records, both here, that may be one child.
        take_along: Ids of two such records that the person may take along to look at them.
    """

    id: str
    child_id: str
    text: str
    at: str
    join: bool = False
    take_along: tuple[str, ...] = ()


@dataclass(frozen=True)
class HandBack:
    """Whether the laptop may be handed back. `text` says so, and why not; `advice` what to do."""

    safe: bool
    text: str
    advice: str


@dataclass(frozen=True)
class Overview:
    """Everything of the Sync page but the conflicts, see `sync_conflicts`.

    Attributes:
        waiting: Records that wait, the last changed first; `more`: how many beyond these.
        differs: What isn't here what it is at the server. leases: who has to be confirmed soon.
    """

    status: Status
    summary: str
    server: str
    waiting: tuple[WaitingRow, ...]
    more: int
    refused: tuple[RefusedRow, ...]
    aside: tuple[AsideRow, ...]
    differs: tuple[DiffersRow, ...]
    leases: tuple[LeaseRow, ...]
    stop: StopView | None
    notices: tuple[NoticeView, ...]
    hand_back: HandBack


def status(desk: Desk) -> Status:
    """Where this laptop stands. Quick: it is asked after every save."""
    return _status(desk, state.view(desk.casebook))


def _status(desk: Desk, view: SyncView) -> Status:
    with desk.casebook.engine.connect() as connection:
        waits = unsent.count(connection)
    needs = sum(not item.answered and not _settles_itself(item) for item in view.items)
    word: Word = view.word
    if word == "needs_you" and not needs:
        word = "waiting" if waits.records or waits.notes else "sent"
    return Status(
        joined=view.enrolled,
        join_again=view.enrol_anew,
        word=word,
        state=_(sync_words.STATE_WORDS[word]),
        waiting=waits.records,
        notes=waits.notes,
        needs=needs,
        confirmed_at=view.last_confirmed_at,
        waiting_words=sync_words.waiting(waits.records) if view.enrolled else "",
        confirmed_words=(
            sync_words.confirmed(view.last_confirmed_at, desk.clock) if view.enrolled else ""
        ),
        lease_words=sync_words.lease(view.lease_days_left) if view.enrolled else "",
        must_sign_in=view.enrolled and view.has_sign_in and view.signed_in_as is None,
        signed_in_words=sync_words.signed_in(view.signed_in_as),
        automatic=view.automatic,
        on_metered=view.on_metered,
        in_custody=view.in_custody,
    )


def _settles_itself(item: SyncItem) -> bool:
    """Whether nobody has to do anything: what it refers to is still on its way."""
    return item.kind == "aside" and item.reason == "waits_for"


def overview(desk: Desk) -> Overview:
    """What waits, what was refused, what needs a person."""
    view = state.view(desk.casebook)
    now = _status(desk, view)
    leases, stop = state.leases(desk.casebook), state.stop(desk.casebook)
    with desk.casebook.engine.connect() as connection:
        waiting = unsent.records(connection)
    with desk.casebook.read() as session:
        teller = _Teller(desk, session)
        by_kind = {
            kind: tuple(item for item in view.items if item.kind == kind)
            for kind in ("refused", "aside", "differs", "notice")
        }
        return Overview(
            status=now,
            summary=_summary(now),
            server=view.server or "",
            waiting=tuple(teller.waiting(one) for one in waiting[:MOST_ROWS]),
            more=max(0, len(waiting) - MOST_ROWS),
            refused=tuple(teller.refused(item) for item in by_kind["refused"][:MOST_ROWS]),
            aside=tuple(teller.aside(item) for item in by_kind["aside"][:MOST_ROWS]),
            differs=tuple(teller.differs(item) for item in by_kind["differs"][:MOST_ROWS]),
            leases=tuple(teller.lease(one) for one in _ending(leases)[:MOST_ROWS]),
            stop=None if stop is None else teller.stop(stop),
            notices=tuple(teller.notice(item) for item in by_kind["notice"]),
            hand_back=hand_back(desk),
        )


def hand_back(desk: Desk) -> HandBack:
    """Whether everything on this laptop is with the server."""
    found = state.safe_to_hand_back(desk.casebook)
    if found.safe:
        return HandBack(
            True,
            _("Safe to hand back this laptop: yes"),
            _("Everything that was written here is with the server."),
        )
    with desk.casebook.engine.connect() as connection:
        waits = unsent.count(connection)
    if "waiting" in found.reasons and waits.records:
        why = ngettext(
            "{count} change is only here", "{count} changes are only here", waits.records
        ).format(count=waits.records)
    elif found.reasons == ("waiting",):
        why = _("the record of what was read and opened is only here")
    else:
        why = _(sync_words.HAND_BACK[found.reasons[0]])
    return HandBack(
        False,
        _("Safe to hand back this laptop: no, {why}").format(why=why),
        _(sync_words.HAND_BACK_ADVICE.get(found.reasons[0], sync_words.SYNC_FIRST)),
    )


def _summary(status: Status) -> str:
    """The line below the title."""
    said = [_("Everything is saved on this laptop.")]
    if status.waiting:
        said.append(
            ngettext(
                "{count} change waits to be sent.",
                "{count} changes wait to be sent.",
                status.waiting,
            ).format(count=status.waiting)
        )
    elif status.notes:
        said.append(_("Only the record of what was read and opened waits to be sent."))
    else:
        said.append(_("Nothing waits to be sent."))
    if status.needs:
        said.append(
            ngettext("{count} thing needs you.", "{count} things need you.", status.needs).format(
                count=status.needs
            )
        )
    return " ".join(said)


def _ending(leases: Iterable[Lease]) -> list[Lease]:
    """Of children alone: where the laptop's own ends with them, that is said once."""
    return [one for one in leases if one.alone and one.days_left <= sync_words.LEASE_WARNING_DAYS]


def lease_words(desk: Desk, child_id: str, name: str) -> str:
    """A warning for a child's record as the time ends for which it may lie here without the
    server; empty where there is none to give."""
    for one in state.leases(desk.casebook, child_id):
        return sync_words.lease_of_child(one.days_left, ended=one.ended, child=name)
    return ""


def lease_pills(desk: Desk) -> dict[str, str]:
    """By child a few words for a list, where the server has to confirm that child soon."""
    return {
        one.child_id: sync_words.lease_pill(one.days_left)
        for one in _ending(state.leases(desk.casebook))
    }


class _Teller:
    """Puts what waits and what was refused into words."""

    def __init__(self, desk: Desk, session: Session) -> None:
        self._desk = desk
        self._session = session
        self._names: dict[str, str] = {}

    def waiting(self, record: UnsentRecord) -> WaitingRow:
        """A record that waits."""
        child_id = record.child_id or ""
        return WaitingRow(
            record_type=record.record_type,
            record_id=record.record_id,
            child_id=child_id,
            child_name=self.name(child_id),
            what=self._what(record.record_type, record.record_id, record.fields, record.made),
            changed=sync_words.moment(record.changed_at, self._desk.clock),
        )

    def refused(self, item: SyncItem) -> RefusedRow:
        """Work that was refused."""
        work = state.refused(self._desk.casebook, item.id)
        if work is None:
            raise BugError("what was refused is listed and not kept")
        child_id = item.child_id or ""
        why, advice = sync_words.REFUSED.get(item.reason, sync_words.REFUSED["malformed"])
        name = self.name(child_id) or _("the child")
        return RefusedRow(
            id=item.id,
            record_type=work.record_type,
            record_id=work.record_id,
            child_id=child_id,
            child_name=self.name(child_id),
            what=self._what(
                work.record_type, work.record_id, frozenset(work.set_to), work.kind == "create"
            ),
            changed=sync_words.moment(work.made_at, self._desk.clock),
            why=_(why).format(child=name),
            advice=_(advice).format(child=name),
            written=self._written(work),
            together=work.group,
            can_send_again=item.reason not in ("erased", "group_rejected"),
        )

    def _written(self, work: state.RefusedWork) -> tuple[tuple[str, str], ...]:
        told = []
        for field, value in work.set_to.items():
            words = history.in_words(
                self._desk,
                self._session,
                Written(work.record_type, work.record_id, work.child_id, field, (value,)),
            )
            if words.kept_back:
                told.append((words.label, _("You may not read this.")))
            elif words.values[0]:
                told.append((words.label, words.values[0]))
        return tuple(told)

    def aside(self, item: SyncItem) -> AsideRow:
        """A change that was put aside."""
        why, advice = sync_words.ASIDE[item.reason]
        child_id = item.child_id or ""
        return AsideRow(
            record_id=item.id,
            child_id=child_id,
            child_name=self.name(child_id),
            what=self.record_word(item.record_type or "", item.id),
            came=sync_words.moment(item.at, self._desk.clock) if item.at else "",
            why=_(why),
            advice=_(advice),
        )

    def stop(self, stop: Stop) -> StopView:
        """What syncing waits for an answer to."""
        advice, yes = sync_words.STOPS[stop.kind]
        about = ""
        if stop.count:
            named = {
                self.name(child) or _("A child who isn’t here"): count
                for child, count in stop.children.items()
            }
            about = sync_words.would_go(stop.count, named)
        return StopView(stop.kind, stops.text_of(stop.kind), about, _(advice), _(yes), stop.mark)

    def differs(self, item: SyncItem) -> DiffersRow:
        """What isn't here what it is at the server."""
        child_id = item.child_id or ""
        text = _(sync_words.DIFFERS_SERVICE)
        if child_id:
            name = self.name(child_id) or _("a child")
            text = _(sync_words.DIFFERS_CHILD).format(child=name)
        return DiffersRow(
            id=item.id,
            child_id=child_id if self.name(child_id) else "",
            text=text,
            advice=_(sync_words.DIFFERS_ADVICE),
            since=sync_words.moment(item.at, self._desk.clock) if item.at else "",
        )

    def lease(self, lease: Lease) -> LeaseRow:
        """A child whom the server has to confirm soon."""
        name = self.name(lease.child_id) or _("a child")
        return LeaseRow(
            lease.child_id,
            sync_words.lease_of_child(lease.days_left, ended=lease.ended, child=name),
        )

    def notice(self, item: SyncItem) -> NoticeView:
        """Something to be read."""
        child_id = item.child_id or ""
        at = sync_words.moment(item.at, self._desk.clock) if item.at else ""
        if item.reason == SAME_CHILD and item.other_id:
            return self._same_child(item.id, child_id, item.other_id, at)
        text = sync_words.NOTICES.get(item.reason)
        name = self.name(child_id) or _("a child")
        return NoticeView(
            id=item.id,
            child_id=child_id if self.name(child_id) else "",
            text=_(text).format(child=name) if text else _("The server has news for you."),
            at=at,
        )

    def _same_child(self, id_: str, child_id: str, other_id: str, at: str) -> NoticeView:
        """Two records that may be one child: both here, one of them, or none."""
        here = [one for one in (child_id, other_id) if self.name(one)]
        if len(here) == 2:
            text = _(sync_words.SAME_CHILD).format(
                child=self.name(child_id), other=self.name(other_id)
            )
            return NoticeView(id_, child_id, text, at, join=True)
        first = here[0] if here else ""
        if permission.allows(self._desk.actor.role, "hand_on"):
            text = _(sync_words.SAME_CHILD_AWAY)
            return NoticeView(id_, first, text, at, take_along=(child_id, other_id))
        away = sync_words.NOTICES[SAME_CHILD]
        text = _(away).format(child=self.name(first) or _("a child"))
        return NoticeView(id_, first, text, at)

    def name(self, child_id: str) -> str:
        """What a child is called, with the family name; empty where the child isn't here."""
        if child_id and child_id not in self._names:
            child = self._session.get(Child, child_id)
            self._names[child_id] = (
                "" if child is None else f"{called(child)} {child.family_name}".strip()
            )
        return self._names.get(child_id, "")

    def record_word(self, record_type: str, record_id: str) -> str:
        """What a record is called; a form by its title."""
        words = history.in_words(
            self._desk, self._session, Written(record_type, record_id, None, "", ())
        )
        return words.record

    def _what(self, record_type: str, record_id: str, fields: frozenset[str], made: bool) -> str:
        word = self.record_word(record_type, record_id)
        answers = sum(name.startswith(history.ANSWERS) for name in fields)
        if answers:
            return ngettext(
                "{record}, {count} answer", "{record}, {count} answers", answers
            ).format(record=word, count=answers)
        if made:
            return _("{record}, new").format(record=word)
        return word
