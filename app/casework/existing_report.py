"""Using a report again: its age, who found it fit, what has changed, and so whether it may be.

The months are a dated rule. What speaks against it is said and never stands in the way: whoever is
on duty decides, and the report that uses it says the same to the court.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework import chronology, dates, reference, wording
from app.casework.assessments import LEVEL_COLUMNS
from app.casework.form_records import locked
from app.casework.keeping import of_child
from app.casework.reference import Rule
from app.core import i18n
from app.core.i18n import N_
from app.models.records import (
    Address,
    CareStatus,
    ChronologyEntry,
    FormRecord,
    Hearing,
    Offence,
    Outcome,
    Report,
    User,
)
from app.reports.content import Language
from app.reports.material import ExistingFacts
from app.reports.words import Wording
from app.reports.words import day as in_words
from app.reports.words import wording as wording_of

if TYPE_CHECKING:
    from app.casework.desk import Desk

RULE: Final = "existing_psr_reuse"
USED_AGAIN: Final = "psr"
"""The kind of report that is used again: the full one."""


@dataclass(frozen=True)
class Reason:
    """One thing that was looked at. `against`: it speaks against using the report again."""

    text: str
    against: bool
    rule: Rule | None = None


@dataclass(frozen=True)
class Change:
    """Something that the record shows since the report. `significant`: it speaks against it."""

    text: str
    significant: bool


@dataclass(frozen=True)
class ExistingView:
    """A final report that could be used again, in the language of the screen.

    Attributes:
        reasons: State, age, check and changes, each in a sentence, in this order.
        changes: What the record shows since, a line for each thing.
    """

    report_id: str
    title: str
    reference: str
    made_on: date
    reasons: tuple[Reason, ...]
    changes: tuple[Change, ...]

    @property
    def words(self) -> str:
        """What it is called where it is chosen."""
        return f"{self.title} {self.reference}, {dates.in_words(self.made_on)}"

    @property
    def may_be_used(self) -> bool:
        """Whether nothing that was looked at speaks against it."""
        return not any(reason.against for reason in self.reasons)


def views(desk: Desk, child_id: str) -> tuple[ExistingView, ...]:
    """The final reports on a child that could be used again, the newest first."""
    with desk.casebook.read() as session:
        held = session.scalars(
            select(Report)
            .where(
                Report.child_id == child_id,
                Report.kind == USED_AGAIN,
                Report.state == "final",
                Report.removed_at.is_(None),
            )
            .order_by(Report.finalised_at.desc(), Report.id.desc())
        ).all()
        return tuple(view(desk, session, report, i18n.language()) for report in held)


def facts(desk: Desk, session: Session, report: Report, language: Language) -> ExistingFacts:
    """What a report that uses another again, or adds to it, says of it to the court."""
    seen = view(desk, session, report, language)
    checked = session.get(User, report.checked_by) if report.checked_by else None
    return ExistingFacts(
        title=report.title,
        reference=report.reference,
        made_on=seen.made_on,
        checked_by=checked.name if checked is not None else "",
        against=tuple(reason.text for reason in seen.reasons if reason.against),
        changes=tuple(change.text for change in seen.changes),
    )


def view(desk: Desk, session: Session, report: Report, language: Language) -> ExistingView:
    """One report, as `views` shows it, in `language` and whatever became of it."""
    made_on = dates.local_day(report.finalised_at or report.changed_at)
    changes = tuple(_changes(session, report, language))
    say = wording_of(language)
    return ExistingView(
        report_id=report.id,
        title=report.title,
        reference=report.reference,
        made_on=made_on,
        reasons=(
            _standing(report, say),
            _age(desk.clock.today(), made_on, language),
            _check(session, report, language),
            Reason(say(N_("The record has changed since.")), against=True)
            if any(change.significant for change in changes)
            else Reason(say(N_("The record shows no significant change since.")), against=False),
        ),
        changes=changes,
    )


def _standing(report: Report, say: Wording) -> Reason:
    if report.state == "final":
        return Reason(say(N_("It is final, and it still stands.")), against=False)
    return Reason(say(N_("It is not a final report that still stands.")), against=True)


def _age(today: date, made_on: date, language: Language) -> Reason:
    say, rule = wording_of(language), reference.rule(RULE, today)
    old = (today - made_on).days
    if rule is None:
        text = say(N_("It was made on {day}.")).format(day=in_words(made_on, language))
        return Reason(text, against=False)
    until = dates.after(rule, made_on)
    if until < today:
        text = say(N_("It was made more than {count} months ago ({source}).")).format(
            count=rule.value, source=rule.source
        )
        return Reason(text, against=True, rule=rule)
    words = say(N_("It was made today.")) if not old else say(N_("It is one day old."))
    if old > 1:
        words = say(N_("It is {count} days old.")).format(count=old)
    limit = say(N_("The rule allows {count} months: until {day}.")).format(
        count=rule.value, day=in_words(until, language)
    )
    return Reason(f"{words} {limit}", against=False, rule=rule)


def _check(session: Session, report: Report, language: Language) -> Reason:
    say = wording_of(language)
    checked = session.get(User, report.checked_by) if report.checked_by else None
    if checked is None or report.checked_at is None:
        return Reason(say(N_("Nobody but its author has checked it.")), against=True)
    text = say(N_("{name} found it fit on {day}.")).format(
        name=checked.name, day=in_words(dates.local_day(report.checked_at), language)
    )
    return Reason(text, against=False)


# ---- what has changed ------------------------------------------------------------------------

# Which new records tell of a change, by the day on which it happened, and whether it is a
# significant one: that there is a hearing is why the report is wanted.
_NEW: Final = (
    (Offence, "offence_date", True),
    (Outcome, "outcome_date", True),
    (Address, "from_date", True),
    (CareStatus, "from_date", True),
    (Hearing, "hearing_date", False),
)


def _changes(session: Session, report: Report, language: Language) -> Iterator[Change]:
    """What the record shows since a report was made, a line for each thing."""
    since = report.finalised_at or report.changed_at
    say = wording_of(language)
    for type_, field, significant in _NEW:
        for record in of_child(session, type_, report.child_id):
            if record.created_at > since:
                word = say(wording.RECORD_WORDS[record.record_type()])
                yield Change(f"{word}: {_on(getattr(record, field), language)}", significant)
    for offence in of_child(session, Offence, report.child_id):
        if offence.created_at <= since < offence.changed_at:
            text = say(N_("Changed since: {what}")).format(
                what=offence.description or say(wording.RECORD_WORDS["offence"])
            )
            yield Change(text, significant=True)
    yield from _events(session, report.child_id, since, language)
    yield from _assessed(session, report, since, say)


def _on(day: date | None, language: Language) -> str:
    return in_words(day, language) if day else wording_of(language)(N_("date not known"))


def _events(
    session: Session, child_id: str, since: datetime, language: Language
) -> Iterator[Change]:
    prompting = chronology.prompting_kinds()
    entries = of_child(session, ChronologyEntry, child_id)
    corrected = {entry.corrects_id for entry in entries}
    for entry in entries:
        if entry.created_at > since and entry.kind in prompting and entry.id not in corrected:
            word = reference.label(chronology.KINDS, entry.kind, language)
            yield Change(f"{word}: {_on(entry.happened_on, language)}", significant=True)


def _assessed(session: Session, report: Report, since: datetime, say: Wording) -> Iterator[Change]:
    newest = session.scalars(
        locked(report.child_id, "assessment").where(FormRecord.submitted_at > since)
    ).first()
    if newest is None:
        return
    yield Change(say(N_("A newer assessment was submitted.")), significant=True)
    before = session.get(FormRecord, report.assessment_id) if report.assessment_id else None
    for name in LEVEL_COLUMNS.values() if before is not None else ():
        then, now = getattr(before, name), getattr(newest, name)
        if then != now:
            text = say(N_("{what}: {then}, now {now}")).format(
                what=say(wording.FIELDS["form_record"][name].label),
                then=_level(then, say),
                now=_level(now, say),
            )
            yield Change(text, significant=True)


def _level(level: Any, say: Wording) -> str:
    return say(wording.LEVELS[level]) if level in wording.LEVELS else say(N_("not set"))
