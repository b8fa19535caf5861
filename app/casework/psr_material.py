"""Gathering what a pre-sentence report is made from: a locked assessment and the records.

Nothing is taken from a draft, nothing of a victim, and none of the child's words from a
questionnaire without the child's yes.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Final, TypeVar, cast

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from app.casework import reference
from app.casework.form_records import LOCKED, called, sheet_of
from app.casework.problems import RecordGone
from app.core.clock import local
from app.forms.schema import Kind
from app.forms.sentences import Sentence
from app.forms.sheet import Sheet
from app.models.records import (
    Address,
    Child,
    FormRecord,
    Hearing,
    Identifier,
    Offence,
    Outcome,
    Oversight,
    Service,
    User,
)
from app.reports.content import Level, Status
from app.reports.material import (
    JUDGED,
    AssessmentFacts,
    Author,
    ChildFacts,
    CourtFacts,
    HearingFacts,
    LevelFacts,
    MissingSource,
    OffenceFacts,
    OutcomeFacts,
    PsrMaterial,
    SignOff,
    Source,
    said_in,
)

if TYPE_CHECKING:
    from app.casework.desk import Desk

R = TypeVar("R", Offence, Outcome, Hearing)

# The repeat of sources that assessments share: its rows become lists of their own in a report.
SOURCES: Final = "information"
RECEIVED: Final = "received"
PRIVATE: Final = {
    "en": "Kept private; held by the service",
    "cy": "Yn cael ei gadw’n breifat; mae gan y gwasanaeth",
}
ASSESSOR: Final = {"en": "The assessor", "cy": "Yr asesydd"}
# A judgement is a question `…_level`; its reasons stand in `…_reasons` beside it.
LEVEL, REASONS = "_level", "_reasons"


def gather(
    desk: Desk,
    session: Session,
    *,
    child_id: str,
    assessment_id: str,
    hearing_id: str | None,
    reference_number: str,
    status: Status,
    language: str,
    made_on: date,
    written_by: str | None = None,
) -> PsrMaterial:
    """Everything a pre-sentence report says, in the language of the report.

    Args:
        written_by: The id of its author, whoever has the pages drawn; None: the person who asks.

    Raises:
        RecordGone: The child, the assessment or the hearing is not in the casebook, or one of
            them belongs to another child since it was moved.
    """
    child = session.get(Child, child_id)
    record = session.get(FormRecord, assessment_id)
    service = session.get(Service, desk.casebook.service_id)
    if child is None or record is None or service is None or record.state not in LOCKED:
        raise RecordGone
    hearing = session.get(Hearing, hearing_id) if hearing_id else None
    if any(one.child_id != child_id or one.removed_at for one in (record, hearing) if one):
        raise RecordGone
    sheet = sheet_of(desk, session, record)
    sheet.language = language
    author = session.get(User, written_by) if written_by else None
    assessor = ""
    if record.submitted_by != (written_by or desk.actor.id):
        # The assessment says "I" of whoever made it: somebody else's report names that person.
        assessor = _name_of(session, record.submitted_by) or ASSESSOR[language]
        sheet.context["assessor"] = assessor
    received, missing = _sources(sheet)
    countersigned = session.scalars(
        select(Oversight).where(
            Oversight.form_record_id == record.id, Oversight.state == "countersigned"
        )
    ).first()
    countersigner = _name_of(session, countersigned.decided_by if countersigned else None)
    countersigned_on = (
        local(countersigned.decided_at).date()
        if countersigned is not None and countersigned.decided_at is not None
        else None
    )
    before_court, earlier = _offences(session, child_id, hearing)
    return PsrMaterial(
        reference=reference_number,
        service_name=service.name,
        made_on=made_on,
        child=_child(session, child, made_on, language),
        court=_court(hearing, sheet, language),
        author=_author(desk, author, language),
        language=language,
        status=status,
        assessment=AssessmentFacts(
            finished_on=None if record.submitted_at is None else local(record.submitted_at).date(),
            finished_by=_name_of(session, record.submitted_by),
            assessor=assessor,
            countersigned_on=countersigned_on,
            countersigned_by=countersigner,
        ),
        offences=tuple(offence_facts(offence, language) for offence in before_court),
        earlier_outcomes=tuple(_outcomes(session, child_id, earlier, hearing, language)),
        hearings=tuple(_hearings(session, child_id, hearing, before_court, language)),
        sources=received,
        missing_sources=missing,
        levels=tuple(_levels(sheet)),
        said=(
            *_said(sheet, language),
            *_own_words(desk, session, child_id, language, "questionnaire"),
            *_parent_said(desk, session, child_id, language, sheet),
        ),
        sign_off=SignOff(signed_on=made_on if status == "final" else None),
    )


def _author(desk: Desk, user: User | None, language: str) -> Author:
    name, role = (user.name, user.role) if user else (desk.actor.name, desk.actor.role)
    return Author(name, reference.label("roles", role, language))


def _name_of(session: Session, user_id: str | None) -> str:
    user = session.get(User, user_id) if user_id else None
    return "" if user is None else user.name


def _child(session: Session, child: Child, made_on: date, language: str) -> ChildFacts:
    spoken = [child.preferred_language, *child.languages]
    return ChildFacts(
        name=f"{child.given_name} {child.family_name}".strip(),
        preferred_name=called(child),
        date_of_birth=child.date_of_birth,
        address=_address(session, child.id, made_on, language),
        police_number=session.scalars(
            select(Identifier.value).where(
                Identifier.child_id == child.id,
                Identifier.kind == "pnc",
                Identifier.removed_at.is_(None),
            )
        ).first()
        or "",
        languages=", ".join(reference.label("languages", one, language) for one in spoken if one),
        interpreter=""
        if child.interpreter in ("", "no", "not_known")
        else reference.label("yes_no_not_known", child.interpreter, language),
        how_to_speak=child.how_to_speak,
    )


def _address(session: Session, child_id: str, day: date, language: str) -> str:
    """Where the child lives on `day`; only that it is held where it must be kept private."""
    current = session.scalars(
        select(Address)
        .where(
            Address.child_id == child_id,
            Address.removed_at.is_(None),
            or_(Address.from_date.is_(None), Address.from_date <= day),
            or_(Address.to_date.is_(None), Address.to_date >= day),
        )
        .order_by(Address.from_date.desc(), Address.id.desc())
    ).first()
    if current is None:
        return ""
    if current.keep_private:
        return PRIVATE[language]
    return ", ".join(part for part in (*current.lines.splitlines(), current.postcode) if part)


def _court(hearing: Hearing | None, sheet: Sheet, language: str) -> CourtFacts:
    asked = _asked_for(sheet)
    if hearing is None:
        return CourtFacts(court="", hearing_on=None, asked_for=asked)
    return CourtFacts(
        court=reference.label("courts", hearing.court, language) if hearing.court else "",
        hearing_on=hearing.hearing_date,
        hearing_time=hearing.hearing_time,
        asked_for=asked,
        remand_status=reference.label("remand_decisions", hearing.remand_decision, language)
        if hearing.remand_decision
        else "",
        all_options=hearing.all_options or _asked(sheet, "all_options"),
        dangerousness=_asked(sheet, "dangerousness"),
    )


def _asked(sheet: Sheet, what: str) -> bool:
    chosen = sheet.value("court_asked") if sheet.has("court_asked") else None
    return isinstance(chosen, list) and what in chosen


def _asked_for(sheet: Sheet) -> str:
    """What the court asked for besides all options, which the front sheet says itself."""
    if not sheet.has("court_asked"):
        return ""
    chosen = sheet.value("court_asked")
    if not isinstance(chosen, list):
        return ""
    own = [one for one in chosen if one not in ("nothing_special", "all_options", "dangerousness")]
    return ", ".join(sheet.choice_label("court_asked", one) for one in own)


def _offences(
    session: Session, child_id: str, hearing: Hearing | None
) -> tuple[list[Offence], list[Offence]]:
    """The offences that the hearing is about, and the others."""
    every = sorted(
        session.scalars(_of(child_id, Offence)), key=lambda one: one.offence_date or date.max
    )
    wanted = set(hearing.offence_ids) if hearing is not None else set()
    if not wanted:
        dealt_with: set[str] = set()
        for outcome in session.scalars(_of(child_id, Outcome)):
            dealt_with.update(outcome.offence_ids)
        wanted = {offence.id for offence in every} - dealt_with
    now = [offence for offence in every if offence.id in wanted]
    return now, [offence for offence in every if offence.id not in wanted]


def _of(child_id: str, type_: type[R]) -> Select[R]:
    """The records of one type that a child has, in the order that they were made."""
    return (
        select(type_)
        .where(type_.child_id == child_id, type_.removed_at.is_(None))
        .order_by(type_.id)
    )


def offence_facts(offence: Offence, language: str) -> OffenceFacts:
    """An offence as a report tells it."""
    return OffenceFacts(
        description=offence.description,
        committed_on=offence.offence_date,
        committed_until=offence.end_date,
        plea=reference.label("pleas", offence.plea, language) if offence.plea else "",
        reference=offence.police_reference,
        plea_code=offence.plea,
    )


def _outcomes(
    session: Session,
    child_id: str,
    earlier: list[Offence],
    hearing: Hearing | None,
    language: str,
) -> Iterator[OutcomeFacts]:
    described = {offence.id: offence.description for offence in earlier}
    found = session.scalars(_of(child_id, Outcome)).all()
    for outcome in sorted(found, key=lambda one: one.outcome_date or date.min):
        if hearing is not None and outcome.hearing_id == hearing.id:
            continue
        words = reference.label("outcomes", outcome.disposal, language)
        yield OutcomeFacts(
            given_on=outcome.outcome_date,
            outcome=words,
            offences="; ".join(described[one] for one in outcome.offence_ids if described.get(one)),
            given_by=reference.label("courts", outcome.court, language) if outcome.court else "",
            response=reference.label("completed", outcome.completed, language)
            if outcome.completed
            else "",
        )


def _hearings(
    session: Session,
    child_id: str,
    hearing: Hearing | None,
    before_court: list[Offence],
    language: str,
) -> Iterator[HearingFacts]:
    """Earlier hearings of this case: those about one of the same offences."""
    if hearing is None or hearing.hearing_date is None:
        return
    same = {offence.id for offence in before_court}
    found = session.scalars(_of(child_id, Hearing)).all()
    for one in sorted(found, key=lambda held: held.hearing_date or date.min):
        if one.id == hearing.id or one.hearing_date is None:
            continue
        if one.hearing_date > hearing.hearing_date or not same & set(one.offence_ids):
            continue
        yield HearingFacts(
            held_on=one.hearing_date,
            court=reference.label("courts", one.court, language) if one.court else "",
            kind=reference.label("hearing_types", one.hearing_type, language)
            if one.hearing_type
            else "",
            result=reference.label("remand_decisions", one.remand_decision, language)
            if one.remand_decision
            else "",
        )


def _sources(sheet: Sheet) -> tuple[tuple[Source, ...], tuple[MissingSource, ...]]:
    """Who was asked: what came, and what did not and why."""
    received: list[Source] = []
    missing: list[MissingSource] = []
    if not sheet.has(SOURCES):
        return (), ()
    for row in sheet.rows(SOURCES):
        at = f"{SOURCES}/{row}"
        what = sheet.shown(f"{at}/source_kind")
        when = sheet.value(f"{at}/source_date")
        day = date.fromisoformat(when) if isinstance(when, str) and _is_day(when) else None
        if not what:
            continue
        if sheet.value(f"{at}/source_state") == RECEIVED:
            received.append(Source(what, day))
        else:
            state, why = sheet.shown(f"{at}/source_state"), sheet.shown(f"{at}/source_why_not")
            missing.append(MissingSource(what, why or state))
    return tuple(received), tuple(missing)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _levels(sheet: Sheet) -> Iterator[LevelFacts]:
    for judged in JUDGED:
        question = sheet.form.judgements.get(judged)
        if question is None:
            continue
        level = sheet.value(question)
        reasons = question.removesuffix(LEVEL) + REASONS
        reason = sheet.shown(reasons) if sheet.has(reasons) else ""
        yield LevelFacts(judged, cast("Level | None", level or None), reason)


def _said(sheet: Sheet, language: str) -> Iterator[Sentence]:
    """The sentences of the assessment. What the report tells in its own shape is not said twice."""
    told: set[str] = set()
    for judged in JUDGED:
        question = sheet.form.judgements.get(judged)
        if question is not None:
            told |= {question, question.removesuffix(LEVEL) + REASONS}
    for sentence in said_in(sheet, language):
        if sentence.path not in told and not sentence.path.startswith(f"{SOURCES}/"):
            yield sentence


def _parent_said(
    desk: Desk, session: Session, child_id: str, language: str, assessment: Sheet
) -> Iterator[Sentence]:
    """A parent's words, where they said yes; what the assessment tells of them isn't said twice."""
    for sentence in _own_words(desk, session, child_id, language, "parent_view"):
        if not assessment.has(sentence.path) or not assessment.shown(sentence.path):
            yield sentence


def _own_words(
    desk: Desk, session: Session, child_id: str, language: str, kind: Kind
) -> Iterator[Sentence]:
    """The words given back or finished last, where whoever said them said yes."""
    record = session.scalars(
        select(FormRecord)
        .where(
            FormRecord.child_id == child_id,
            FormRecord.kind == kind,
            FormRecord.state.in_(LOCKED),
            FormRecord.removed_at.is_(None),
        )
        .order_by(FormRecord.submitted_at.desc())
    ).first()
    if record is None:
        return
    sheet = sheet_of(desk, session, record)
    sheet.language = language
    yield from said_in(sheet, language)
