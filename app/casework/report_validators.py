"""What to look at before a report goes out: each finding says where, what to do, and by which rule.

What a rule of law says is dated data. A rule whose source was not read in full only warns; so does
what is merely unusual. What makes the report say something that the record doesn't blocks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework import dates, reference, report_writing
from app.casework.form_records import LOCKED, sheet_of
from app.casework.keeping import of_child, present
from app.casework.reference import Rule
from app.core.clock import age_on
from app.core.errors import KnownError
from app.core.i18n import _, ngettext
from app.forms.sheet import Sheet
from app.models.records import Child, FormRecord, Hearing, Offence, Outcome, Report, Victim
from app.reports.kinds import kind
from app.reports.passages import Passage, changed_quotes

if TYPE_CHECKING:
    from app.casework.desk import Desk

GROWN_UP: Final = 18
SHORTEST_NAME: Final = 3
"""A name of fewer letters is a word of the language as often as a name."""


@dataclass(frozen=True)
class Finding:
    """One thing to look at before the report goes out.

    Attributes:
        check: The name of the check.
        text: What is wrong, and what to do. where: the heading that it stands under, or the front
            sheet; empty: the report as a whole.
        rule: The dated rule that says so, with its source; empty where no rule does.
        verified: False where the rule's source was not read in full: then it never blocks.
        blocks: Whether the report can't be made final like this.
    """

    check: str
    text: str
    where: str = ""
    section: str = ""
    rule: str = ""
    verified: bool = True
    blocks: bool = False


class NotReady(KnownError):
    """A report was to be made final while something in it does not hold."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(
            ngettext(
                "One thing has to be put right before this report can be made final.",
                "{count} things have to be put right before this report can be made final.",
                len(findings),
            ).format(count=len(findings)),
            "\n".join(finding.text for finding in findings),
        )
        self.findings = tuple(findings)


@dataclass(frozen=True)
class _Case:
    """All that the checks look at."""

    report: Report
    child: Child
    hearing: Hearing | None
    offences: Sequence[Offence]
    outcomes: Sequence[Outcome]
    victims: Sequence[Victim]
    assessment: FormRecord
    newest: FormRecord
    sheet: Sheet
    passages: Sequence[Passage]
    facts: Sequence[tuple[str, report_writing.FactNote]]
    headings: Mapping[str, str]
    today: date

    @property
    def day(self) -> date:
        """The day in court, or today."""
        if self.hearing is not None and self.hearing.hearing_date is not None:
            return self.hearing.hearing_date
        return self.today

    def value(self, name: str) -> Any:
        return self.sheet.value(name) if self.sheet.has(name) else None


Check = Callable[[_Case], Iterator[Finding]]


def findings(desk: Desk, report_id: str) -> tuple[Finding, ...]:
    """What to look at in a report, what blocks first.

    Raises:
        RecordGone: It is not in the casebook.
    """
    held = report_writing.passages(desk, report_id)
    with desk.casebook.read() as session:
        report = present(session, Report, report_id)
        case = _case(desk, session, report, held)
        if case is None:
            return ()
        found = [finding for check in CHECKS.values() for finding in check(case)]
    return tuple(sorted(found, key=lambda finding: not finding.blocks))


def must_be_ready(desk: Desk, report_id: str) -> None:
    """Raise `NotReady` where something in the report does not hold."""
    blocking = [finding for finding in findings(desk, report_id) if finding.blocks]
    if blocking:
        raise NotReady(blocking)


def _case(
    desk: Desk, session: Session, report: Report, held: Sequence[report_writing.PassageView]
) -> _Case | None:
    assessment = session.get(FormRecord, report.assessment_id) if report.assessment_id else None
    child = session.get(Child, report.child_id)
    if assessment is None or child is None:
        return None
    hearing = session.get(Hearing, report.hearing_id) if report.hearing_id else None
    offences = of_child(session, Offence, child.id)
    wanted = set(hearing.offence_ids) if hearing is not None else set()
    newest = session.scalars(
        select(FormRecord)
        .where(
            FormRecord.child_id == child.id,
            FormRecord.kind == "assessment",
            FormRecord.state.in_(LOCKED),
            FormRecord.removed_at.is_(None),
        )
        .order_by(FormRecord.submitted_at.desc(), FormRecord.id.desc())
    ).first()
    return _Case(
        report=report,
        child=child,
        hearing=hearing,
        offences=[one for one in offences if not wanted or one.id in wanted],
        outcomes=of_child(session, Outcome, child.id),
        victims=of_child(session, Victim, child.id),
        assessment=assessment,
        newest=newest or assessment,
        sheet=sheet_of(desk, session, assessment),
        passages=report_writing.written(session, report.id) or (),
        facts=[(one.section, note) for one in held for note in one.facts],
        headings=kind(report.kind).headings(report.language),
        today=desk.clock.today(),
    )


# ---- the checks ------------------------------------------------------------------------------


def _front_sheet(case: _Case) -> Iterator[Finding]:
    where = _("Front sheet")
    if case.child.date_of_birth is None:
        text = _("The date of birth is missing. Enter it under Details.")
        yield Finding("front_sheet", text, where)
    if case.hearing is not None and not case.hearing.court:
        text = _("The court is missing. Enter it with the hearing.")
        yield Finding("front_sheet", text, where)
    if not case.offences:
        text = _("No offence is named. Add it under Court and orders.")
        yield Finding("front_sheet", text, where)
    for offence in case.offences:
        if not offence.plea:
            text = _("The plea is missing for: {offence}. Enter it with the offence.")
            yield Finding("front_sheet", text.format(offence=offence.description), where)


def _ages(case: _Case) -> Iterator[Finding]:
    born, where = case.child.date_of_birth, _("Front sheet")
    if born is None:
        return
    for offence in case.offences:
        day = offence.offence_date
        if day is None:
            continue
        if day < born:
            text = _("An offence is dated before the child was born ({day}). Check both dates.")
            yield Finding("ages", text.format(day=dates.in_words(day)), where, blocks=True)
            continue
        rule = reference.rule("age_of_criminal_responsibility", day)
        if rule is not None and age_on(born, day) < rule.value:
            text = _("The child was {age} on the day of the offence. Check both dates.")
            yield _by(rule, "ages", text.format(age=age_on(born, day)), where)
    if age_on(born, case.day) >= GROWN_UP:
        text = _("The child is {age} on the day of the hearing. Check which court and law apply.")
        yield Finding("ages", text.format(age=age_on(born, case.day)), where)


def _earlier_outcomes(case: _Case) -> Iterator[Finding]:
    first = case.value("offence_pattern") == "first"
    decided = [
        one
        for one in case.outcomes
        if one.outcome_date is not None
        and one.outcome_date < case.day
        and not (case.hearing is not None and one.hearing_id == case.hearing.id)
    ]
    if first and decided:
        text = ngettext(
            "The assessment says that this is the first known offence; the record holds an "
            "earlier outcome. Say which is right.",
            "The assessment says that this is the first known offence; the record holds {count} "
            "earlier outcomes. Say which is right.",
            len(decided),
        )
        yield Finding("earlier_outcomes", text.format(count=len(decided)))


def _facts(case: _Case) -> Iterator[Finding]:
    for section, note in case.facts:
        if note.changed:
            text = _("{what} has changed since it was written here: {then}, now {now}.").format(
                what=note.label, then=note.then, now=note.now or _("nothing")
            )
            yield Finding("facts", text, case.headings.get(section, ""), section)


_LEVELS: Final = ("level_reoffending", "level_serious_harm", "level_safety")


def _levels(case: _Case) -> Iterator[Finding]:
    if case.assessment.state not in LOCKED:
        text = _("The assessment that it rests on is not the one that counts any more.")
        yield Finding("levels", text, blocks=True)
        return
    if case.newest.id != case.assessment.id:
        differ = any(
            getattr(case.newest, name) != getattr(case.assessment, name) for name in _LEVELS
        )
        text = (
            _("A newer assessment sets other levels. Make a new report from it.")
            if differ
            else _("A newer assessment was submitted. Check that the report still holds.")
        )
        yield Finding("levels", text, blocks=differ)
    if case.assessment.state != "countersigned":
        yield Finding("levels", _("No manager has countersigned the levels yet."))


def _age_of_assessment(case: _Case) -> Iterator[Finding]:
    submitted = case.assessment.submitted_at
    if submitted is None:
        return
    since = dates.local_day(submitted)
    rule = reference.rule("review_interval", since)
    if rule is not None and dates.after(rule, since) < case.today:
        text = _("The assessment is from {day}. Review it before the report goes out.")
        yield _by(rule, "age_of_assessment", text.format(day=dates.in_words(since)))


# The orders of the assessment's proposal, with the rules of their shortest and longest length.
LENGTHS: Final[Mapping[str, tuple[str | None, str | None]]] = {
    "referral_order": ("referral_order_min", "referral_order_max"),
    "youth_rehabilitation_order": (None, "yro_max"),
    "yro_intensive": ("yro_iss_min", "yro_max"),
    "yro_fostering": (None, "yro_fostering_max"),
    "detention_and_training": ("dto_min", "dto_max"),
}
CUSTODY: Final = frozenset({"detention_and_training", "long_term_detention"})
GUILTY: Final = frozenset({"guilty"})


def _proposal(case: _Case) -> Iterator[Finding]:
    if not kind(case.report.kind).proposes:
        return
    order = case.value("proposal_order")
    if not isinstance(order, str) or not order:
        return
    where = _proposal_heading(case)
    yield from _proposal_length(case, order, where)
    born = case.child.date_of_birth
    age = None if born is None else age_on(born, case.day)
    least = reference.rule("dto_min_age", case.day)
    if order == "detention_and_training" and age is not None and least and age < least.value:
        text = _("A detention and training order is not open below the age of {age}.")
        yield _by(least, "proposal", text.format(age=least.value), where)
    persistent = reference.rule("dto_persistent_below", case.day)
    young = age is not None and persistent is not None and age < persistent.value
    if order == "detention_and_training" and persistent is not None and young:
        text = _("Below the age of {age} this order needs offending that is persistent. Say why.")
        yield _by(persistent, "proposal", text.format(age=persistent.value), where)
    asked = case.value("proposal_requirements")
    work = reference.rule("unpaid_work_min_age", case.day)
    too_young = age is not None and work is not None and age < work.value
    if isinstance(asked, list) and "unpaid_work" in asked and work is not None and too_young:
        text = _("Unpaid work is not open below the age of {age}. Choose another requirement.")
        yield _by(work, "proposal", text.format(age=work.value), where)
    pleas = reference.rule("referral_order_guilty_pleas", case.day)
    if order == "referral_order" and pleas is not None:
        guilty = sum(one.plea in GUILTY for one in case.offences)
        if case.offences and guilty < pleas.value:
            text = _("A referral order needs a guilty plea, and the record holds none.")
            yield _by(pleas, "proposal", text, where)


def _proposal_length(case: _Case, order: str, where: str) -> Iterator[Finding]:
    months = case.value("proposal_months")
    if not isinstance(months, int):
        return
    shortest_id, longest_id = LENGTHS.get(order, (None, None))
    shortest = reference.rule(shortest_id, case.day) if shortest_id else None
    longest = reference.rule(longest_id, case.day) if longest_id else None
    if shortest is not None and months < shortest.value:
        text = _("{months} months are less than this order can be ({least}).")
        text = text.format(months=months, least=shortest.value)
        yield _by(shortest, "proposal", text, where)
    if longest is not None and months > longest.value:
        text = _("{months} months are more than this order can be ({most}).")
        text = text.format(months=months, most=longest.value)
        yield _by(longest, "proposal", text, where)


def _custody(case: _Case) -> Iterator[Finding]:
    if case.value("proposal_order") not in CUSTODY or not kind(case.report.kind).proposes:
        return
    where = _proposal_heading(case)
    asked = case.value("court_asked")
    open_to_custody = (case.hearing is not None and case.hearing.all_options) or (
        isinstance(asked, list) and "all_options" in asked
    )
    if not open_to_custody:
        text = _("Custody is proposed, but the court has not asked for all options.")
        yield Finding("custody", text, where, blocks=True)
    if case.report.kind != "psr":
        text = _("Where custody is proposed, the report is a written pre-sentence report.")
        rule = reference.rule("custody_needs_written_report", case.day)
        if rule is not None:
            yield _by(rule, "custody", text, where)


def _victims(case: _Case) -> Iterator[Finding]:
    names = {
        part
        for victim in case.victims
        for part in (victim.name, *victim.name.split()[-1:])
        if len(part) >= SHORTEST_NAME
    }
    for passage in case.passages:
        if passage.kind == "made":
            continue
        if any(re.search(rf"\b{re.escape(name)}\b", passage.text, re.IGNORECASE) for name in names):
            text = _("The name of somebody who was harmed stands here. Take it out.")
            heading = case.headings.get(passage.section, "")
            yield Finding("victims", text, heading, passage.section, blocks=True)


def _quotations(case: _Case) -> Iterator[Finding]:
    for passage in case.passages:
        for quote in changed_quotes(passage):
            text = _("These words do not stand as they were said: {words}").format(
                words=quote.words
            )
            heading = case.headings.get(passage.section, "")
            yield Finding("quotations", text, heading, passage.section, blocks=True)


CHECKS: Final[Mapping[str, Check]] = {
    "front_sheet": _front_sheet,
    "ages": _ages,
    "earlier_outcomes": _earlier_outcomes,
    "facts": _facts,
    "levels": _levels,
    "age_of_assessment": _age_of_assessment,
    "proposal": _proposal,
    "custody": _custody,
    "victims": _victims,
    "quotations": _quotations,
}


def _by(rule: Rule, check: str, text: str, where: str = "") -> Finding:
    """A finding that a dated rule makes: it blocks where the rule is law whose source was read."""
    return Finding(
        check,
        text,
        where,
        rule=f"{rule.label()} ({rule.source})",
        verified=rule.verified,
        blocks=rule.verified and rule.legal_or_local == "legal",
    )


def _proposal_heading(case: _Case) -> str:
    """The heading that the proposal stands under: the last before the sign-off."""
    return next(reversed(list(case.headings.values())[:-1]), "")
