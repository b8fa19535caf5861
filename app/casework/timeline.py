"""All that happened with a child on one line of time: contacts, events, decisions, the plan.

What stands elsewhere in the record (hearings, outcomes, assessments, reports) is read from there,
so that it is noted once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Final, Literal

from sqlalchemy.orm import Session

from app.casework import chronology, dates, form_records, permission, reference
from app.casework.child_views import joined
from app.casework.keeping import child_of, of_child
from app.casework.levels import Kind
from app.core.clock import local
from app.core.i18n import N_, _
from app.models.records import (
    ChronologyEntry,
    FormRecord,
    Hearing,
    Offence,
    Outcome,
    Oversight,
    Panel,
    Report,
    Task,
)

if TYPE_CHECKING:
    from app.casework.desk import Desk

Group = Literal["contact", "event", "decision", "plan"]

GROUPS: Final[tuple[Group, ...]] = ("contact", "event", "decision", "plan")
AT_A_TIME: Final = 30

# What a manager decided on a form.
_DECIDED: Final = {
    "countersigned": N_("{form} countersigned"),
    "returned": N_("{form} returned with directions"),
}
_PROGRESS_TONES: Final[Mapping[str, Kind]] = {"done": "good", "in_progress": "good"}


@dataclass(frozen=True)
class Moment:
    """One thing that happened.

    Attributes:
        on: The day. when: day and time as shown. group: which filter shows it.
        title: What happened. detail: with whom, and what became of it. note: as written.
        pills: Words with the tone that colours them: kept or missed, how far a target is.
        by: Who noted it, and when where that was another day.
        corrected: Why it doesn't stand any more, in words; empty where it stands.
        entry_id: The entry of the chronology that can be corrected; empty for what is not one.
        progress: Code of list `target_progress`, of a step of the plan.
        record_type, record_id: Where it can be read whole; empty where this is all of it.
    """

    key: str
    on: date
    at: str
    when: str
    group: Group
    title: str
    detail: str = ""
    note: str = ""
    pills: tuple[tuple[str, Kind], ...] = ()
    by: str = ""
    corrected: str = ""
    entry_id: str = ""
    progress: str = ""
    record_type: str = ""
    record_id: str = ""


@dataclass(frozen=True)
class TimelinePage:
    """Moments, the newest first. `more`: how many older ones there are."""

    moments: tuple[Moment, ...]
    more: int


def timeline(
    desk: Desk, child_id: str, groups: Collection[Group] = GROUPS, limit: int = AT_A_TIME
) -> TimelinePage:
    """What happened with a child, the newest first.

    Args:
        groups: What to show. limit: at most so many.

    Raises:
        RecordGone: There is no such child.
    """
    with desk.casebook.read() as session:
        child_of(session, child_id)
        found = [
            moment
            for moment in (
                *entries(desk, session, child_id),
                *_court(desk, session, child_id),
                *_forms(desk, session, child_id),
                *_reports(desk, session, child_id),
                *_oversight(desk, session, child_id),
            )
            if moment.group in groups
        ]
    found.sort(key=lambda moment: (moment.on, moment.at, moment.key), reverse=True)
    return TimelinePage(tuple(found[:limit]), max(0, len(found) - limit))


def _moment(
    desk: Desk,
    key: str,
    on: date | datetime,
    group: Group,
    title: str,
    *,
    at: str = "",
    detail: str = "",
    note: str = "",
    by: str = "",
    record: tuple[str, str] = ("", ""),
) -> Moment:
    """What stands elsewhere in the record. Of a moment its day and hour are shown, of a day `at`.

    Args:
        record: Type and id of what can be read whole.
    """
    if isinstance(on, datetime):
        at = local(on).strftime("%H:%M")
        on = dates.local_day(on)
    return Moment(
        key=key,
        on=on,
        at=at,
        when=_when(desk, on, at),
        group=group,
        title=title,
        detail=detail,
        note=note,
        by=by,
        record_type=record[0],
        record_id=record[1],
    )


def _when(desk: Desk, day: date, at: str = "") -> str:
    today = desk.clock.today()
    words = _("Today") if day == today else dates.shortly(day, today)
    return _("{day}, {time}").format(day=words, time=at) if at else words


def entries(desk: Desk, session: Session, child_id: str) -> Iterator[Moment]:
    """What was noted of a child, in no order, within a session."""
    noted = of_child(session, ChronologyEntry, child_id)
    newer = {entry.corrects_id: entry for entry in noted if entry.corrects_id}
    names = form_records.names(session)
    listed = reference.listing(chronology.KINDS)
    for entry in noted:
        if entry.kind == chronology.MISTAKE or entry.happened_on is None:
            continue
        kind = listed.entry(entry.kind)
        group: Group = "event"
        if kind is not None and kind.group in GROUPS:
            group = kind.group
        yield Moment(
            key=entry.id,
            on=entry.happened_on,
            at=entry.happened_at,
            when=_when(desk, entry.happened_on, entry.happened_at),
            group=group,
            title=listed.label(entry.kind),
            detail=joined(entry.who, entry.missed_why),
            note=entry.note,
            pills=_pills(entry),
            by=_noted(names.get(entry.written_by or "", ""), entry),
            corrected=_corrected(newer.get(entry.id), names),
            entry_id=entry.id,
            progress=entry.progress,
        )


def _pills(entry: ChronologyEntry) -> tuple[tuple[str, Kind], ...]:
    found: list[tuple[str, Kind]] = []
    attended = reference.listing("attendance").entry(entry.attendance)
    if attended is not None:
        missed = bool(attended.column("missed"))
        kept = entry.attendance in ("kept", "late")
        found.append((attended.label(), "attention" if missed else "good" if kept else "neutral"))
    if entry.progress:
        found.append(
            (
                reference.label("target_progress", entry.progress),
                _PROGRESS_TONES.get(entry.progress, "neutral"),
            )
        )
    return tuple(found)


def _noted(name: str, entry: ChronologyEntry) -> str:
    day = dates.local_day(entry.created_at)
    if entry.happened_on == day:
        return name
    return _("{name}, noted on {day}").format(name=name, day=dates.in_words(day))


def _corrected(newer: ChronologyEntry | None, names: dict[str, str]) -> str:
    if newer is None:
        return ""
    who = names.get(newer.written_by or "", "")
    if newer.kind == chronology.MISTAKE:
        return _("Taken back by {name}: {why}").format(name=who, why=newer.note)
    day = dates.in_words(dates.local_day(newer.created_at))
    return _("Corrected by {name} on {day}").format(name=who, day=day)


def _court(desk: Desk, session: Session, child_id: str) -> Iterator[Moment]:
    today = desk.clock.today()
    for offence in of_child(session, Offence, child_id):
        if offence.offence_date is not None:
            yield _moment(
                desk,
                offence.id,
                offence.offence_date,
                "event",
                _("Offence"),
                detail=offence.description,
                record=("offence", offence.id),
            )
    for hearing in of_child(session, Hearing, child_id):
        if hearing.hearing_date is not None and hearing.hearing_date <= today:
            yield _moment(
                desk,
                hearing.id,
                hearing.hearing_date,
                "decision",
                reference.label("hearing_types", hearing.hearing_type) or _("Hearing"),
                at=hearing.hearing_time,
                detail=joined(
                    reference.label("courts", hearing.court),
                    reference.label("remand_decisions", hearing.remand_decision),
                ),
                record=("hearing", hearing.id),
            )
    for outcome in of_child(session, Outcome, child_id):
        if outcome.outcome_date is not None:
            yield _moment(
                desk,
                outcome.id,
                outcome.outcome_date,
                "decision",
                reference.label("outcomes", outcome.disposal) or _("Outcome"),
                record=("outcome", outcome.id),
            )


def _forms(desk: Desk, session: Session, child_id: str) -> Iterator[Moment]:
    names = form_records.names(session)
    titles: dict[str, str] = {}
    kept = _kept_back(desk, session, child_id)
    for form in of_child(session, FormRecord, child_id):
        titles[form.id] = title = form_records.title_of(desk, form)
        if form.submitted_at is not None:
            words = (
                _("{form} given back").format(form=title)
                if form.kind == "questionnaire"
                else _("{form} submitted").format(form=title)
            )
            yield _moment(
                desk,
                f"{form.id} submitted",
                form.submitted_at,
                "decision",
                words,
                by=names.get(form.submitted_by or "", ""),
                record=("form_record", form.id),
            )
    for asked in of_child(session, Oversight, child_id):
        if asked.decided_at is None or asked.state not in _DECIDED:
            continue
        yield _moment(
            desk,
            asked.id,
            asked.decided_at,
            "decision",
            _(_DECIDED[asked.state]).format(form=titles.get(asked.form_record_id, "")),
            note="" if asked.form_record_id in kept else _decision_note(asked),
            by=names.get(asked.decided_by or "", ""),
            record=("form_record", asked.form_record_id),
        )


def _kept_back(desk: Desk, session: Session, child_id: str) -> frozenset[str]:
    """The forms that this person may not open: what others wrote of them is kept back, too."""
    return frozenset(
        form.id
        for form in of_child(session, FormRecord, child_id)
        if not permission.reads_form(desk.actor.role, form.kind)
    )


def _decision_note(asked: Oversight) -> str:
    return asked.note if asked.state == "countersigned" else asked.directions


def _oversight(desk: Desk, session: Session, child_id: str) -> Iterator[Moment]:
    """Panels that were held, and tasks that were done."""
    names = form_records.names(session)
    kept = _kept_back(desk, session, child_id)
    for panel in of_child(session, Panel, child_id):
        if panel.held_on is not None and panel.state == "held":
            yield _moment(
                desk,
                panel.id,
                panel.held_on,
                "decision",
                _("Panel held"),
                detail=panel.attended,
                note="" if panel.form_record_id in kept else panel.decided,
                by=names.get(panel.recorded_by or "", ""),
                record=("form_record", panel.form_record_id) if panel.form_record_id else ("", ""),
            )
    for task in of_child(session, Task, child_id):
        if task.form_record_id in kept:
            continue
        if task.state == "done" and task.done_at is not None:
            yield _moment(
                desk,
                task.id,
                task.done_at,
                "plan",
                _("Task done: {what}").format(what=task.what),
                note=task.done_note,
                by=names.get(task.done_by or "", ""),
            )


def _reports(desk: Desk, session: Session, child_id: str) -> Iterator[Moment]:
    names = form_records.names(session)
    for report in of_child(session, Report, child_id):
        if report.finalised_at is not None:
            yield _moment(
                desk,
                report.id,
                report.finalised_at,
                "decision",
                _("{report} made final").format(report=report.title or _("Report")),
                by=names.get(report.finalised_by or "", ""),
                record=("report", report.id),
            )
