"""The proposal of a report: begun from its assessment, built order by order, kept in its words.

The record of the proposal is the one truth. The text of the report says it in passages of their
own, each a fact that keeps its link, so that a requirement that changes is pointed out where it
stands, and is written anew with one press.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy.orm import Session

from app.casework import proposal_kept, proposal_words, reference, report_writing
from app.casework.form_records import called, sheet_of
from app.casework.keeping import of_child, present
from app.casework.problems import RecordGone
from app.casework.proposal import (
    ANSWERED,
    OF_ORDER,
    OF_REQUIREMENT,
    Proposal,
    Requirement,
    answered,
)
from app.casework.proposal_rules import Situation
from app.core.errors import KnownError
from app.core.i18n import _
from app.forms.sentences import sentences
from app.models.records import (
    Child,
    FormRecord,
    Hearing,
    Offence,
    Outcome,
    Report,
    ReportPassage,
    ReportRequirement,
)
from app.models.work import UnitOfWork
from app.reports.content import Language
from app.reports.kinds import SAID, ReportKind, kind

if TYPE_CHECKING:
    from datetime import date

    from app.casework.desk import Desk

CONCLUSION: Final = "psr.conclusion"
"""The section of an assessment that says what is proposed."""
BY_COURT: Final = frozenset({"first_tier", "community", "custody"})
"""Groups of outcomes that a court decides."""
AMOUNTS: Final[Mapping[str, tuple[int, int]]] = {
    "months": (1, 1200),
    "days": (1, 366),
    "hours": (1, 1000),
    "hours_a_day": (1, 24),
    "hours_a_week": (1, 168),
    "times_a_month": (1, 31),
    "pounds": (1, 100_000),
}
"""What can be meant at all, by what it is measured in; what is lawful the dated rules say."""


@dataclass(frozen=True)
class ProposalView:
    """A report's proposal as the page that builds it shows it.

    Attributes:
        language: Of the report. editable: whether it can still be changed by who asks.
        section: The section of the report that says it. in_text: whether its words say what is
            proposed now.
    """

    report_id: str
    child_id: str
    child_name: str
    called: str
    title: str
    language: str
    editable: bool
    proposal: Proposal
    situation: Situation
    section: str
    in_text: bool


# ---- reading ---------------------------------------------------------------------------------


def open_proposal(desk: Desk, report_id: str) -> ProposalView:
    """The proposal of a report.

    A draft that was made before proposals were built begins with what its assessment proposes.

    Raises:
        RecordGone: The report is not in the casebook.
    """
    with desk.casebook.read() as session:
        report = present(session, Report, report_id)
        begins = report.state == "draft" and report.proposal_order is None and desk.actor.may_write
    if begins:
        with desk.casebook.write() as work:
            begin(desk, work, present(work.session, Report, report_id))
    with desk.casebook.read() as session:
        return _view(desk, session, present(session, Report, report_id))


def _view(desk: Desk, session: Session, report: Report) -> ProposalView:
    child = session.get_one(Child, report.child_id)
    proposal = of_report(desk, session, report)
    return ProposalView(
        report_id=report.id,
        child_id=child.id,
        child_name=f"{called(child)} {child.family_name}".strip(),
        called=called(child),
        title=report.title,
        language=report.language,
        editable=report.state == "draft" and desk.actor.may_write,
        proposal=proposal,
        situation=situation_of(session, report, desk.clock.today()),
        section=section_of(kind(report.kind)),
        in_text=_held(session, report) == dict(proposal_kept.said(session, report)),
    )


def of_report(desk: Desk, session: Session, report: Report) -> Proposal:
    """What a report proposes: as it was built, or else as its assessment says."""
    if report.proposal_order is None:
        return assessed(desk, session, report)
    return proposal_kept.built(session, report)


def assessed(desk: Desk, session: Session, report: Report) -> Proposal:
    """What the assessment of a report proposes; nothing for a report on an order."""
    of = kind(report.kind)
    record = session.get(FormRecord, report.assessment_id) if report.assessment_id else None
    if record is None or not of.proposes or of.for_ == "order":
        return Proposal()
    return answered(sheet_of(desk, session, record))


def situation_of(session: Session, report: Report, today: date) -> Situation:
    """What the proposal of a report is judged beside, as the record stands."""
    child = session.get_one(Child, report.child_id)
    hearing = session.get(Hearing, report.hearing_id) if report.hearing_id else None
    day = hearing.hearing_date if hearing is not None and hearing.hearing_date else today
    offences = of_child(session, Offence, child.id)
    before = set(hearing.offence_ids) if hearing is not None else set()
    assessment = session.get(FormRecord, report.assessment_id) if report.assessment_id else None
    asked = _asked(assessment)
    court = reference.listing("courts").entry(hearing.court) if hearing is not None else None
    return Situation(
        day=day,
        born=child.date_of_birth,
        pleas=tuple(one.plea for one in offences if not before or one.id in before),
        convicted_before=any(
            _by_court(one) and one.outcome_date is not None and one.outcome_date < day
            for one in of_child(session, Outcome, child.id)
            if hearing is None or one.hearing_id != hearing.id
        ),
        all_options=(hearing is not None and hearing.all_options) or "all_options" in asked,
        dangerousness="dangerousness" in asked,
        court=(court.group or "") if court is not None else "",
        written=report.kind == "psr",
    )


def _asked(assessment: FormRecord | None) -> tuple[str, ...]:
    held = ((assessment.answers if assessment is not None else None) or {}).get("court_asked")
    value = held.get("value") if isinstance(held, dict) else None
    return tuple(value) if isinstance(value, list) else ()


def _by_court(outcome: Outcome) -> bool:
    entry = reference.listing("outcomes").entry(outcome.disposal)
    return entry is not None and entry.group in BY_COURT


# ---- building --------------------------------------------------------------------------------


def begin(desk: Desk, work: UnitOfWork, report: Report) -> None:
    """Begin the proposal of a draft with what its assessment proposes, and say it in its words."""
    first = assessed(desk, work.session, report)
    report.proposal_order = first.order
    report.proposal_months = first.months
    for one in first.requirements:
        work.add(
            ReportRequirement(
                child_id=report.child_id, report_id=report.id, requirement=one.requirement
            )
        )
        work.flush()
    _bring_into_text(desk, work, report)


def change_order(desk: Desk, report_id: str, proposal: Proposal) -> ProposalView:
    """Keep the order, how much of it, and what the author judges of the case.

    The requirements are kept one by one, with `change_requirement`.

    Raises:
        PassageLocked: The report is no draft. RecordGone: It isn't there.
        KnownError: An amount can't be meant.
    """
    desk.must_write()
    _must_be_meant(proposal, OF_ORDER)
    with desk.casebook.write() as work:
        report = report_writing.draft(work, report_id)
        for name in (
            "order", "months", "hours", "pounds", "imprisonable", "threshold", "persistent",
        ):  # fmt: skip
            if getattr(report, f"proposal_{name}") != getattr(proposal, name):
                setattr(report, f"proposal_{name}", getattr(proposal, name))
        report_writing.written_in(desk, report)
        work.flush()
        return _view(desk, work.session, report)


def add_requirement(desk: Desk, report_id: str, code: str) -> ProposalView:
    """Add a requirement to the order, of which nothing is said yet.

    Raises:
        PassageLocked, RecordGone: As in `change_order`.
    """
    desk.must_write()
    with desk.casebook.write() as work:
        report = report_writing.draft(work, report_id)
        work.add(ReportRequirement(child_id=report.child_id, report_id=report.id, requirement=code))
        report_writing.written_in(desk, report)
        work.flush()
        return _view(desk, work.session, report)


def change_requirement(desk: Desk, requirement: Requirement) -> ProposalView:
    """Keep what is said of a requirement.

    Raises:
        PassageLocked, RecordGone, KnownError: As in `change_order`.
    """
    desk.must_write()
    _must_be_meant(requirement, OF_REQUIREMENT)
    with desk.casebook.write() as work:
        record = present(work.session, ReportRequirement, requirement.id)
        report = report_writing.draft(work, record.report_id)
        for name in (
            "months", "days", "hours", "hours_a_day", "hours_a_week", "times_a_month",
            "from_date", "what", "agreed",
        ):  # fmt: skip
            if getattr(record, name) != getattr(requirement, name):
                setattr(record, name, getattr(requirement, name))
        report_writing.written_in(desk, report)
        work.flush()
        return _view(desk, work.session, report)


def remove_requirement(desk: Desk, requirement_id: str) -> ProposalView:
    """Take a requirement out of the order; the history keeps it."""
    desk.must_write()
    with desk.casebook.write() as work:
        record = present(work.session, ReportRequirement, requirement_id)
        report = report_writing.draft(work, record.report_id)
        work.remove(record)
        report_writing.written_in(desk, report)
        work.flush()
        return _view(desk, work.session, report)


def restore_requirement(desk: Desk, requirement_id: str) -> ProposalView:
    """Put a requirement back that was taken out."""
    desk.must_write()
    with desk.casebook.write() as work:
        record = work.session.get(ReportRequirement, requirement_id)
        if record is None:
            raise RecordGone
        report = report_writing.draft(work, record.report_id)
        if record.removed_at is not None:
            work.restore(record)
        report_writing.written_in(desk, report)
        work.flush()
        return _view(desk, work.session, report)


def _must_be_meant(held: Proposal | Requirement, measures: tuple[str, ...]) -> None:
    for measure in measures:
        count = held.amount(measure)
        least, most = AMOUNTS[measure]
        if count is not None and not least <= count <= most:
            raise KnownError(
                _("{count} can't be meant here.").format(count=count),
                _("Enter a whole number from {least} to {most}.").format(least=least, most=most),
            )


# ---- in the words of the report --------------------------------------------------------------


def write_into_report(desk: Desk, report_id: str) -> ProposalView:
    """Make the words of a draft say what is proposed now.

    Words that the author added to a passage of the proposal stay; what they say of it is brought
    up to date. What is proposed no longer goes.

    Raises:
        PassageLocked: The report is no draft. RecordGone: It isn't there.
    """
    desk.must_write()
    with desk.casebook.write() as work:
        report = report_writing.draft(work, report_id)
        _bring_into_text(desk, work, report)
        report_writing.written_in(desk, report)
        work.flush()
        return _view(desk, work.session, report)


def section_of(of: ReportKind) -> str:
    """The section of a kind of report that says what is proposed: where the assessment would."""
    said = f"{SAID}{CONCLUSION}"
    found = next((one.code for one in of.sections if said in one.parts), "")
    return found or of.sections[-2].code


def _bring_into_text(desk: Desk, work: UnitOfWork, report: Report) -> None:
    of = kind(report.kind)
    if not of.proposes:
        return
    section = section_of(of)
    work.flush()
    _leave_out_answers(desk, work, report, section)
    work.flush()
    session = work.session
    held: dict[tuple[str, str], ReportPassage] = {}
    for record in report_writing.records(session, report.id):
        links = _links(record)
        if links and all(key in held for key in links) and record.text in links.values():
            # Two laptops have each written it in: it is said once.
            work.remove(record)
            continue
        held |= dict.fromkeys(links, record)
        if links:
            _up_to_date(work, record)
    work.flush()
    placed = [one for one in report_writing.records(session, report.id) if one.section == section]
    after = _last_before(placed)
    for key, words in proposal_kept.said(session, report):
        if key in held:
            after = held[key]
            continue
        record = ReportPassage(
            child_id=report.child_id,
            report_id=report.id,
            section=section,
            kind="paragraph" if key[0] == "report" else "bullet",
            text=words,
            facts={"facts": [_fact(key, words)]},
        )
        record.place = report_writing.place_after(work, placed, after.id if after else None)
        work.add(record)
        work.flush()
        placed = sorted(
            (one for one in report_writing.records(session, report.id) if one.section == section),
            key=lambda one: (one.place, one.id),
        )
        after = record


def _held(session: Session, report: Report) -> dict[tuple[str, str], str]:
    """What the passages of a report say of its proposal, as `proposal_kept.said` gives it."""
    return {
        key: words
        for record in report_writing.records(session, report.id)
        for key, words in _links(record).items()
    }


def unsaid(session: Session, report: Report) -> tuple[str, ...]:
    """What is proposed and the report says nowhere, as the court would read it."""
    held = _held(session, report)
    return tuple(words for key, words in proposal_kept.said(session, report) if key not in held)


def _fact(key: tuple[str, str], words: str) -> dict[str, Any]:
    record_type, record_id = key
    field = proposal_kept.SAID_BY[record_type]
    return {"record_type": record_type, "record_id": record_id, "field": field, "value": words}


def _links(record: ReportPassage) -> dict[tuple[str, str], str]:
    """The parts of a proposal that a passage says, with the words that it says them in."""
    return {
        (str(one["record_type"]), str(one["record_id"])): str(one["value"])
        for one in (record.facts or {}).get("facts", ())
        if proposal_kept.SAID_BY.get(one["record_type"]) == one["field"]
    }


def _up_to_date(work: UnitOfWork, record: ReportPassage) -> None:
    """Make a passage say what is proposed now; one that says nothing else any more goes."""
    text, kept = record.text, []
    for one in record.facts.get("facts", ()):
        if proposal_kept.SAID_BY.get(one["record_type"]) != one["field"]:
            kept.append(one)
            continue
        now = report_writing.fact_now(
            work.session, one["record_type"], one["record_id"], one["field"]
        )
        if one["value"] in text:
            text = text.replace(one["value"], now, 1)
        elif now and now != one["value"]:
            # The author has other words for it: theirs stay, and what is proposed stands below.
            text = f"{text} {now}".strip()
        if now:
            kept.append({**one, "value": now})
    if not text.strip():
        work.remove(record)
    elif text != record.text or kept != record.facts.get("facts"):
        record.text, record.facts = text.strip(), {**record.facts, "facts": kept}


def _leave_out_answers(desk: Desk, work: UnitOfWork, report: Report, section: str) -> None:
    """Take out the sentences that the assessment gave of its own proposal."""
    assessment = (
        work.session.get(FormRecord, report.assessment_id) if report.assessment_id else None
    )
    if assessment is None:
        return
    sheet = sheet_of(desk, work.session, assessment, tongue=report.language)
    given = [
        sentence.text.strip()
        for sentence in sentences(sheet, CONCLUSION, report.language)
        if sentence.path in ANSWERED
    ]
    for record in report_writing.records(work.session, report.id):
        if record.section != section or not set(record.paths).intersection(ANSWERED):
            continue
        text = record.text
        for words in given:
            text = text.replace(words, "")
        record.text = " ".join(text.split())
        record.paths = [path for path in record.paths if path not in ANSWERED]
        if not record.text:
            work.remove(record)


def _last_before(placed: list[ReportPassage]) -> ReportPassage | None:
    """The passage after which a proposal is said: the aim of youth justice, where it opens."""
    opening = [one for one in placed if one.kind == "made" and one.text == "aim"]
    return opening[-1] if opening else (placed[-1] if placed else None)


# ---- for the child ---------------------------------------------------------------------------


def told_to_child(
    desk: Desk, session: Session, report: Report, language: Language
) -> tuple[str, ...]:
    """What is proposed, said to the child in plain words, a paragraph for each part of it."""
    return proposal_words.for_child(of_report(desk, session, report), language)
