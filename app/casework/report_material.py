"""What reports on orders and on other reports tell, beside what every report is made from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy.orm import Session

from app.casework import (
    chronology,
    dates,
    disproportionality,
    existing_report,
    plan,
    reference,
)
from app.casework.form_records import locked
from app.casework.keeping import of_child
from app.casework.levels import level_of
from app.casework.psr_material import offence_facts
from app.models.records import (
    ChronologyEntry,
    FormRecord,
    Hearing,
    Offence,
    Outcome,
    Report,
)
from app.reports.material import (
    ContactFacts,
    LevelsOn,
    OffenceFacts,
    OrderFacts,
    PsrMaterial,
    TargetFacts,
)

if TYPE_CHECKING:
    from app.casework.desk import Desk

ORDER: Final = "order_id"
"""Under this name the details of a report hold the outcome that it is about."""
EXISTING: Final = "existing_id"
"""Under this name the details of a report hold the report that it uses again."""


def with_kind(
    desk: Desk,
    session: Session,
    material: PsrMaterial,
    child_id: str,
    details: Mapping[str, Any],
    *,
    assessment_id: str,
    report_id: str,
    addendum_to: str | None = None,
    pending: str = "",
) -> PsrMaterial:
    """The material with what only some kinds of report tell."""
    order = _order(session, child_id, str(details.get(ORDER) or ""))
    held = session.get(Report, addendum_to or str(details.get(EXISTING) or ""))
    existing = held if held is not None and held.child_id == child_id else None
    wider_picture = disproportionality.passage_of(session, report_id)
    return replace(
        material,
        order=None if order is None else _order_facts(session, order, material.language),
        offences=_offences_of(session, order, material.language) or material.offences,
        contacts=tuple(_contacts(session, child_id, order, material.language)),
        plan=tuple(_plan(desk, child_id, material.language)),
        levels_over_time=tuple(_levels_over_time(session, child_id, assessment_id)),
        existing=None
        if existing is None
        else existing_report.facts(desk, session, existing, material.language),
        figures=disproportionality.given_in(session, wider_picture, material.language),
        figures_written_out=disproportionality.written_out(wider_picture),
        ethnic_group=disproportionality.group_of(session, child_id, material.language),
        pending=pending,
    )


def _order(session: Session, child_id: str, order_id: str) -> Outcome | None:
    order = session.get(Outcome, order_id) if order_id else None
    if order is None or order.child_id != child_id or order.removed_at is not None:
        return None
    return order


def _levels_over_time(session: Session, child_id: str, assessment_id: str) -> Iterator[LevelsOn]:
    """Of the locked assessments up to the one that the report rests on, the oldest first."""
    last = session.get_one(FormRecord, assessment_id).submitted_at
    held = session.scalars(
        locked(child_id, "assessment").where(FormRecord.submitted_at <= last)
    ).all()
    for record in reversed(held):
        if record.submitted_at is not None:
            yield LevelsOn(
                dates.local_day(record.submitted_at),
                reoffending=level_of(record.level_reoffending),
                serious_harm=level_of(record.level_serious_harm),
                safety_wellbeing=level_of(record.level_safety),
            )


def _offences_of(
    session: Session, order: Outcome | None, language: str
) -> tuple[OffenceFacts, ...]:
    """Those that the order was made for, the oldest first; none where it does not say."""
    if order is None:
        return ()
    found = [
        offence
        for offence in of_child(session, Offence, order.child_id)
        if offence.id in order.offence_ids
    ]
    return tuple(
        offence_facts(offence, language)
        for offence in sorted(found, key=lambda one: one.offence_date or date.max)
    )


def _order_facts(session: Session, order: Outcome, language: str) -> OrderFacts:
    hearing = session.get(Hearing, order.hearing_id) if order.hearing_id else None
    court = order.court or (hearing.court if hearing is not None else "")
    return OrderFacts(
        name=reference.label("outcomes", order.disposal, language),
        made_on=order.outcome_date,
        ends_on=order.end_date,
        court=reference.label("courts", court, language) if court else "",
        requirements=tuple(
            reference.label("yro_requirements", code, language) for code in order.requirements
        ),
    )


def _contacts(
    session: Session, child_id: str, order: Outcome | None, language: str
) -> Iterator[ContactFacts]:
    """What the child was expected at while the order ran; all of it where no order is named."""
    entries = of_child(session, ChronologyEntry, child_id)
    corrected = {entry.corrects_id for entry in entries}
    start = order.outcome_date if order is not None and order.outcome_date else date.min
    found = [
        entry
        for entry in entries
        if entry.attendance and entry.id not in corrected and (entry.happened_on or start) >= start
    ]
    listed = reference.listing("attendance")
    for entry in sorted(found, key=lambda one: (one.happened_on or start, one.happened_at, one.id)):
        attended = listed.entry(entry.attendance)
        if entry.happened_on is not None and attended is not None:
            yield ContactFacts(
                on=entry.happened_on,
                what=reference.label(chronology.KINDS, entry.kind, language),
                attendance=attended.label(language),
                missed=bool(attended.column("missed")),
                why=entry.missed_why,
                at=entry.happened_at,
            )


def _plan(desk: Desk, child_id: str, language: str) -> Iterator[TargetFacts]:
    found = plan.plan_of(desk, child_id)
    for target in found.targets if found is not None else ():
        state = reference.label("target_progress", target.state, language)
        yield TargetFacts(target.outcome, state, target.by)
