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

from sqlalchemy.orm import Session

from app.casework import (
    dates,
    existing_report,
    proposals,
    reference,
    report_material,
    report_needed,
    report_parts,
    report_writing,
    rule_words,
)
from app.casework.assessments import LEVEL_COLUMNS
from app.casework.existing_report import ExistingView
from app.casework.form_records import LOCKED, locked, sheet_of
from app.casework.keeping import of_child, present
from app.casework.proposal import ORDERS, Proposal
from app.casework.proposal_rules import Remark, remarks
from app.casework.reference import Rule
from app.casework.report_needed import Asked
from app.core import i18n
from app.core.clock import age_on
from app.core.errors import KnownError
from app.core.i18n import _, ngettext
from app.forms.sheet import Sheet
from app.models.records import Child, FormRecord, Hearing, Offence, Outcome, Report, User, Victim
from app.reports.kinds import SAID, kind
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
        put_back: The code of the part that is to be put back; empty where none is.
    """

    check: str
    text: str
    where: str = ""
    section: str = ""
    rule: str = ""
    verified: bool = True
    blocks: bool = False
    put_back: str = ""


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
    missing: Sequence[report_parts.MissingPart]
    today: date
    proposal: Proposal
    assessed: Proposal
    remarks: Sequence[Remark]
    unsaid: Sequence[str]
    asked: Asked | None
    existing: ExistingView | None
    author_name: str
    author_role: str

    @property
    def day(self) -> date:
        """The day in court, or today."""
        if self.hearing is not None and self.hearing.hearing_date is not None:
            return self.hearing.hearing_date
        return self.today

    @property
    def proposal_section(self) -> str:
        """The code of the section that says what is proposed."""
        return proposals.section_of(kind(self.report.kind))

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
    proposal = proposals.of_report(desk, session, report)
    author = session.get(User, report.made_by) if report.made_by else None
    hearing = session.get(Hearing, report.hearing_id) if report.hearing_id else None
    offences = of_child(session, Offence, child.id)
    wanted = set(hearing.offence_ids) if hearing is not None else set()
    newest = session.scalars(locked(child.id, "assessment")).first()
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
        missing=report_parts.missing_from(session, report),
        today=desk.clock.today(),
        proposal=proposal,
        assessed=proposals.assessed(desk, session, report),
        remarks=remarks(proposal, proposals.situation_of(session, report, desk.clock.today())),
        unsaid=proposals.unsaid(session, report),
        asked=None
        if hearing is None
        else report_needed.asked(session, hearing, desk.clock.today()),
        existing=_existing(desk, session, report),
        author_name="" if author is None else author.name,
        author_role="" if author is None else author.role,
    )


def _existing(desk: Desk, session: Session, report: Report) -> ExistingView | None:
    key = str((report.details or {}).get(report_material.EXISTING) or "")
    held = session.get(Report, key) if key else None
    if held is None or held.child_id != report.child_id:
        return None
    return existing_report.view(desk, session, held, i18n.language())


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
                what=note.label, then=note.then or _("nothing"), now=note.now or _("nothing")
            )
            yield Finding("facts", text, case.headings.get(section, ""), section)


def _missing_parts(case: _Case) -> Iterator[Finding]:
    for part in case.missing:
        if not part.why:
            text = _(
                "A part is missing that stands in every report of this kind: {part}. Put it back. "
                "If this report has to do without it, take it out with a reason."
            ).format(part=part.words)
            heading = case.headings.get(part.section, "")
            yield Finding(
                "missing_parts", text, heading, part.section, blocks=True, put_back=part.code
            )


def _silent_sections(case: _Case) -> Iterator[Finding]:
    """The record fills no such section: where the author says nothing, the court reads nothing."""
    said = {passage.section for passage in case.passages if passage.says_something}
    for section in kind(case.report.kind).sections:
        told_by_record = "sources" in section.parts
        left_to_author = not section.parts or any(part.startswith(SAID) for part in section.parts)
        if section.code in said or told_by_record or not left_to_author:
            continue
        if section.code == case.proposal_section and case.unsaid:
            continue
        heading = case.headings.get(section.code, "")
        text = _("Nothing is written under {heading} yet, and the report would say so. Write it.")
        yield Finding("silent_sections", text.format(heading=heading), heading, section.code)


def _levels(case: _Case) -> Iterator[Finding]:
    if case.assessment.state not in LOCKED:
        text = _("The assessment that it rests on is not the one that counts any more.")
        yield Finding("levels", text, blocks=True)
        return
    if case.newest.id != case.assessment.id:
        differ = any(
            getattr(case.newest, name) != getattr(case.assessment, name)
            for name in LEVEL_COLUMNS.values()
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


def _proposal(case: _Case) -> Iterator[Finding]:
    yield from _by_the_rules(case, "proposal")


def _conditions(case: _Case) -> Iterator[Finding]:
    yield from _by_the_rules(case, "conditions")


def _custody(case: _Case) -> Iterator[Finding]:
    yield from _by_the_rules(case, "custody")


def _by_the_rules(case: _Case, check: str) -> Iterator[Finding]:
    """What the rules say of what is proposed."""
    where = _proposal_heading(case)
    for remark in case.remarks:
        if remark.check != check:
            continue
        if remark.rule is None:
            yield Finding(check, remark.text, where, case.proposal_section, blocks=remark.stops)
        else:
            yield _by(remark.rule, check, remark.text, where, case.proposal_section)


def _proposal_in_text(case: _Case) -> Iterator[Finding]:
    for words in case.unsaid:
        text = _("The report does not say yet what is proposed: {words} Write it in from Proposal.")
        yield Finding(
            "proposal_in_text", text.format(words=words), _proposal_heading(case),
            case.proposal_section,
        )  # fmt: skip


def _as_assessed(case: _Case) -> Iterator[Finding]:
    """A manager countersigned the assessment with what it proposes."""
    proposed, assessed = case.proposal, case.assessed
    if not assessed.order or not proposed.order or proposed.order == assessed.order:
        return
    text = _(
        "The assessment proposes another order: {order}. Say in the report why it is not that now."
    )
    order = reference.label(ORDERS, assessed.order)
    yield Finding(
        "as_assessed", text.format(order=order), _proposal_heading(case), case.proposal_section
    )


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


def _report_kind(case: _Case) -> Iterator[Finding]:
    """The kind of report that the hearing asks for, and that the proposal needs."""
    of, asked = kind(case.report.kind), case.asked
    if asked is None or not asked.kind or of.for_ != "hearing" or not of.proposes:
        return
    text = _("This is a report of another kind: {kind}. {why}")
    other = kind(asked.kind).for_ != "hearing"
    for why, rule in asked.why:
        said = text.format(kind=of.named(i18n.language()), why=why)
        if rule is not None and asked.kind == report_needed.WRITTEN != of.id:
            yield _by(rule, "report_kind", said)
        elif other:
            yield Finding("report_kind", said)


def _deadline(case: _Case) -> Iterator[Finding]:
    asked = case.asked
    if asked is None or not asked.late or asked.due is None:
        return
    text = _("The report was due by {day}. Tell the court that it is late.")
    text = text.format(day=dates.in_words(asked.due))
    if asked.due_rule is None:
        yield Finding("deadline", text, _("Front sheet"))
    else:
        yield _by(asked.due_rule, "deadline", text, _("Front sheet"))


def _author(case: _Case) -> Iterator[Finding]:
    """Whether whoever wrote it is of those who make reports on children."""
    role = reference.listing("roles").entry(case.author_role)
    rule = reference.rule("report_author", case.day)
    if rule is None or role is None or role.column("signs_reports"):
        return
    text = _("{name} wrote this report, with this role here: {role}. Check who may sign it.")
    yield _by(rule, "author", text.format(name=case.author_name, role=role.label()))


def _used_again(case: _Case) -> Iterator[Finding]:
    if case.report.kind != "existing":
        return
    if case.existing is None:
        yield Finding("used_again", _("The report that is to be used again is not held here."))
        return
    for reason in case.existing.reasons:
        if reason.against and reason.rule is not None:
            yield _by(reason.rule, "used_again", reason.text)
        elif reason.against:
            yield Finding("used_again", reason.text)


CHECKS: Final[Mapping[str, Check]] = {
    "front_sheet": _front_sheet,
    "ages": _ages,
    "earlier_outcomes": _earlier_outcomes,
    "report_kind": _report_kind,
    "deadline": _deadline,
    "author": _author,
    "used_again": _used_again,
    "facts": _facts,
    "missing_parts": _missing_parts,
    "silent_sections": _silent_sections,
    "levels": _levels,
    "age_of_assessment": _age_of_assessment,
    "proposal": _proposal,
    "conditions": _conditions,
    "custody": _custody,
    "proposal_in_text": _proposal_in_text,
    "as_assessed": _as_assessed,
    "victims": _victims,
    "quotations": _quotations,
}


def _by(rule: Rule, check: str, text: str, where: str = "", section: str = "") -> Finding:
    """A finding that a dated rule makes: it blocks where the rule is law whose source was read."""
    return Finding(
        check,
        text,
        where,
        section,
        rule=rule_words.cited(rule),
        verified=rule.verified,
        blocks=rule.binds,
    )


def _proposal_heading(case: _Case) -> str:
    """The heading that the proposal stands under."""
    return case.headings.get(case.proposal_section, "")
