"""What happened with a child: noted in a few seconds, never changed, corrected by a new entry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework import keeping, reference
from app.casework.keeping import child_of, present
from app.casework.problems import Problem, RecordGone, refuse_blocking
from app.core.errors import KnownError
from app.core.i18n import _
from app.models.records import Carer, Child, ChronologyEntry, Professional

if TYPE_CHECKING:
    from app.casework.desk import Desk

KINDS: Final = "chronology_kinds"
MISTAKE: Final = "mistake"
"""The kind of an entry that takes another back: what it says did not happen."""
LONGEST_NOTE: Final = 20_000
"""Characters of a note: some ten pages. A longer text is a document of its own."""


@dataclass(frozen=True, kw_only=True)
class EntryDetails:
    """One entry of the chronology as it is typed.

    Attributes:
        kind: List `chronology_kinds`.
        happened_on: The day. happened_at: the time of day (HH:MM), where it is known.
        who: With whom, or who was there.
        attendance: List `attendance`. missed_why: the reason, where it was missed.
    """

    kind: str = ""
    happened_on: date | None = None
    happened_at: str = ""
    who: str = ""
    attendance: str = ""
    missed_why: str = ""
    note: str = ""


@dataclass(frozen=True)
class Kind:
    """A kind of entry to choose. `keeps`: somebody was expected, so it was kept or missed."""

    code: str
    label: str
    group: str
    keeps: bool


@dataclass(frozen=True)
class QuickEntry:
    """What a page needs to offer an entry: the kinds, and who it may have been with."""

    kinds: tuple[Kind, ...]
    attendance: tuple[tuple[str, str], ...]
    people: tuple[str, ...]


class AlreadyCorrected(KnownError):
    """The entry has been corrected before: the correction is the one to correct."""

    def __init__(self) -> None:
        super().__init__(
            _("This entry was corrected already."),
            _("Look at the chronology again, and correct the newer entry."),
        )


def kinds(day: date) -> tuple[Kind, ...]:
    """The kinds that may be chosen on a day, contacts first."""
    return tuple(
        Kind(entry.code, entry.label(), entry.group or "", bool(entry.column("keeps")))
        for entry in reference.listing(KINDS).choices(day)
    )


def prompting_kinds() -> frozenset[str]:
    """The kinds of event that ask for the assessment to be looked at again."""
    return frozenset(
        entry.code for entry in reference.listing(KINDS).entries if entry.column("prompts_review")
    )


def quick_entry(desk: Desk, child_id: str) -> QuickEntry:
    """What is offered where something is noted for this child."""
    with desk.casebook.read() as session:
        child = child_of(session, child_id)
        people = [child.preferred_name or child.given_name]
        people += session.scalars(
            select(Carer.name).where(Carer.child_id == child_id, Carer.removed_at.is_(None))
        )
        people += session.scalars(
            select(Professional.name).where(
                Professional.child_id == child_id, Professional.removed_at.is_(None)
            )
        )
    return QuickEntry(
        kinds=kinds(desk.clock.today()),
        attendance=tuple(
            (entry.code, entry.label()) for entry in reference.listing("attendance").entries
        ),
        people=tuple(dict.fromkeys(name for name in people if name)),
    )


def check_entry(details: EntryDetails, born: date | None, today: date) -> tuple[Problem, ...]:
    """What is missing or unusual in an entry. Only what makes no sense blocks."""
    found = []
    kind = reference.listing(KINDS).entry(details.kind)
    if not details.kind:
        found.append(Problem("kind", _("Choose what happened."), blocks=True))
    found += _day(details.happened_on, born, today)
    attended = reference.listing("attendance").entry(details.attendance)
    if kind and kind.column("keeps") and not details.attendance:
        found.append(Problem("attendance", _("Say whether it was kept.")))
    if attended and attended.column("missed") and not details.missed_why.strip():
        found.append(Problem("missed_why", _("Say why it was missed, or what is known of it.")))
    if len(details.note) > LONGEST_NOTE:
        found.append(
            Problem(
                "note",
                _("The note is too long. Keep the main points here, up to {count} letters.").format(
                    count=f"{LONGEST_NOTE:,}"
                ),
                blocks=True,
            )
        )
    elif not details.note.strip() and (kind is None or not kind.column("keeps")):
        found.append(Problem("note", _("Write what happened, in a sentence."), blocks=True))
    return tuple(found)


def _day(day: date | None, born: date | None, today: date) -> list[Problem]:
    if day is None:
        return [Problem("happened_on", _("Enter the day it happened."), blocks=True)]
    if day > today:
        text = _("That day is still to come. Enter the day it happened.")
        return [Problem("happened_on", text, blocks=True)]
    if born and day < born:
        text = _("The child was not born on that day. Check it, or the date of birth.")
        return [Problem("happened_on", text, blocks=True)]
    return []


def add_entry(desk: Desk, child_id: str, details: EntryDetails) -> str:
    """Note what happened; gives the id of the entry.

    Raises:
        NotAllowed: The person may only read.
        DetailsRefused: It says nothing, or on a day that makes no sense.
    """
    return _write(desk, child_id, details, corrects=None, reason=None)


def note_progress(
    desk: Desk,
    child_id: str,
    target_id: str,
    *,
    progress: str,
    note: str,
    day: date | None = None,
) -> str:
    """Note how far a target of the plan is; all together are the history of its progress.

    Args:
        target_id: The row of the target in its form. progress: how far it is, as the form says it.
    """
    on = day or desk.clock.today()
    details = EntryDetails(kind="plan_progress", happened_on=on, note=note)
    return _write(desk, child_id, details, corrects=None, reason=None, target=(target_id, progress))


def correct_entry(desk: Desk, entry_id: str, details: EntryDetails, reason: str) -> str:
    """Put a new entry in the place of one; the one before stays, marked as corrected.

    Raises:
        ReasonMissing: No reason was given. AlreadyCorrected: A newer entry has its place.
        NotAllowed, DetailsRefused: As in `add_entry`. RecordGone: It isn't there.
    """
    desk.must_write()
    with desk.casebook.read() as session:
        before = present(session, ChronologyEntry, entry_id)
        child_id, target = before.child_id, (before.target_id, before.progress)
    why = keeping.reason_given(reason)
    return _write(desk, child_id, details, corrects=entry_id, reason=why, target=target)


def take_back(desk: Desk, entry_id: str, reason: str) -> str:
    """Say that an entry was a mistake: it stays, struck out, with the reason.

    Raises:
        ReasonMissing, AlreadyCorrected, NotAllowed, RecordGone: As in `correct_entry`.
    """
    desk.must_write()
    why = keeping.reason_given(reason)
    with desk.casebook.write(why) as work:
        before = present(work.session, ChronologyEntry, entry_id)
        _not_corrected(work.session, entry_id)
        entry = ChronologyEntry(
            child_id=before.child_id,
            kind=MISTAKE,
            happened_on=before.happened_on,
            note=why,
            corrects_id=entry_id,
            written_by=desk.actor.id,
        )
        work.add(entry)
        work.flush()
        return entry.id


def _write(
    desk: Desk,
    child_id: str,
    details: EntryDetails,
    *,
    corrects: str | None,
    reason: str | None,
    target: tuple[str | None, str] = (None, ""),
) -> str:
    desk.must_write()
    with desk.casebook.write(reason) as work:
        child: Child = child_of(work.session, child_id)
        refuse_blocking(check_entry(details, child.date_of_birth, desk.clock.today()))
        if corrects is not None:
            _not_corrected(work.session, corrects)
        entry = ChronologyEntry(
            child_id=child_id,
            target_id=target[0],
            progress=target[1],
            corrects_id=corrects,
            written_by=desk.actor.id,
        )
        keeping.put(entry, details)
        work.add(entry)
        work.flush()
        return entry.id


def _not_corrected(session: Session, entry_id: str) -> None:
    newer = session.scalars(
        select(ChronologyEntry.id).where(
            ChronologyEntry.corrects_id == entry_id, ChronologyEntry.removed_at.is_(None)
        )
    ).first()
    if newer is not None:
        raise AlreadyCorrected


def details_of_entry(desk: Desk, entry_id: str) -> EntryDetails:
    """What an entry says, to be corrected.

    Raises:
        RecordGone: It isn't there.
    """
    with desk.casebook.read() as session:
        entry = present(session, ChronologyEntry, entry_id)
        if entry.kind == MISTAKE:
            raise RecordGone
        return keeping.details_of(entry, EntryDetails)
