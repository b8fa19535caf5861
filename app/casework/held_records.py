"""The records of many children that say where things are, in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Row, exists, select
from sqlalchemy.orm import Session, aliased

from app.casework import chronology, permission
from app.forms.schema import ASSESSING
from app.models.queries.caseload import LOCKED
from app.models.records import (
    Address,
    Alert,
    Child,
    ChronologyEntry,
    FormRecord,
    HarmPrompt,
    Hearing,
    Outcome,
    Oversight,
    Panel,
    Report,
    Task,
    User,
)


class ChildFacts(NamedTuple):
    """What is needed of the child's own row."""

    child_id: str
    given_name: str
    family_name: str
    preferred_name: str
    date_of_birth: date | None
    stage: str
    allocated_to: str | None

    @property
    def called(self) -> str:
        """What the child is called."""
        return self.preferred_name or self.given_name or self.family_name

    @property
    def name(self) -> str:
        """The name for lists: what the child is called, and the family name."""
        if not (self.preferred_name or self.given_name):
            return self.family_name
        return f"{self.called} {self.family_name}".strip()


@dataclass
class Held:
    """The records of one child that say where things are."""

    hearings: list[Row[Any]] = field(default_factory=list)
    outcomes: list[Row[Any]] = field(default_factory=list)
    forms: list[Row[Any]] = field(default_factory=list)
    waiting: list[Row[Any]] = field(default_factory=list)
    prompts: list[Row[Any]] = field(default_factory=list)
    alerts: list[Row[Any]] = field(default_factory=list)
    addresses: list[Row[Any]] = field(default_factory=list)
    reports: list[Row[Any]] = field(default_factory=list)
    events: list[Row[Any]] = field(default_factory=list)
    tasks: list[Row[Any]] = field(default_factory=list)
    panels: list[Row[Any]] = field(default_factory=list)
    names: Mapping[str, str] = field(default_factory=dict)


def facts(session: Session, child_ids: Collection[str]) -> dict[str, ChildFacts]:
    """The facts of these children, by id."""
    rows = session.execute(
        select(
            Child.id,
            Child.given_name,
            Child.family_name,
            Child.preferred_name,
            Child.date_of_birth,
            Child.stage,
            Child.allocated_to,
        ).where(Child.id.in_(child_ids), Child.removed_at.is_(None), Child.merged_into.is_(None))
    )
    return {row.id: ChildFacts(*row) for row in rows}


def read_held(session: Session, ids: Collection[str], *, hears: bool) -> Mapping[str, Held]:
    """The records of these children, by id.

    Args:
        hears: Whether for a person who may know of signs of harm in what a child answered.
    """
    held: defaultdict[str, Held] = defaultdict(Held)

    def gather(name: str, type_: Any, *columns: Any, only: Sequence[Any] = ()) -> None:
        query = select(type_.child_id, type_.id, *columns).where(
            type_.child_id.in_(ids), type_.removed_at.is_(None), *only
        )
        for row in session.execute(query.order_by(type_.id)):
            getattr(held[row.child_id], name).append(row)

    gather(
        "hearings",
        Hearing,
        Hearing.hearing_date,
        Hearing.hearing_time,
        Hearing.hearing_type,
        Hearing.remand_decision,
        Hearing.report_requested,
        Hearing.report_due,
        Hearing.offence_ids,
        only=(Hearing.hearing_date.is_not(None),),
    )
    gather(
        "outcomes",
        Outcome,
        Outcome.outcome_date,
        Outcome.end_date,
        Outcome.disposal,
        Outcome.term_months,
        Outcome.term_years,
        Outcome.establishment,
        Outcome.completed,
        Outcome.hearing_id,
        Outcome.offence_ids,
        only=(Outcome.outcome_date.is_not(None),),
    )
    gather(
        "forms",
        FormRecord,
        FormRecord.kind,
        FormRecord.state,
        FormRecord.due_on,
        FormRecord.submitted_at,
        FormRecord.revises_id,
        FormRecord.created_at,
        FormRecord.level_reoffending,
        FormRecord.level_serious_harm,
        FormRecord.level_safety,
    )
    gather(
        "waiting",
        Oversight,
        Oversight.due_on,
        Oversight.form_record_id,
        only=(Oversight.state == "waiting",),
    )
    if hears:
        gather("prompts", HarmPrompt, HarmPrompt.raised_at, only=(HarmPrompt.state == "open",))
    gather(
        "alerts",
        Alert,
        Alert.kind,
        Alert.review_on,
        Alert.to_date,
        only=(Alert.review_on.is_not(None),),
    )
    gather(
        "addresses",
        Address,
        Address.confirmed,
        Address.to_date,
        Address.created_at,
    )
    newer = aliased(ChronologyEntry)
    gather(
        "events",
        ChronologyEntry,
        ChronologyEntry.kind,
        ChronologyEntry.happened_on,
        ChronologyEntry.created_at,
        only=(
            ChronologyEntry.kind.in_(chronology.prompting_kinds()),
            ChronologyEntry.happened_on.is_not(None),
            ~exists().where(newer.corrects_id == ChronologyEntry.id, newer.removed_at.is_(None)),
        ),
    )
    gather("reports", Report, Report.hearing_id, Report.state, only=(Report.state == "final",))
    closed = select(FormRecord.id).where(FormRecord.kind.in_(permission.READING))
    gather(
        "tasks",
        Task,
        Task.what,
        Task.due_on,
        Task.for_user,
        only=(
            Task.state == "open",
            # What was directed on a form is for those who may open that form.
            *(
                ()
                if hears
                else (Task.form_record_id.not_in(closed) | Task.form_record_id.is_(None),)
            ),
        ),
    )
    gather(
        "panels",
        Panel,
        Panel.due_on,
        Panel.form_record_id,
        Panel.oversight_id,
        only=(Panel.state == "asked",),
    )
    names = _names(session, {task.for_user for each in held.values() for task in each.tasks})
    for each in held.values():
        each.names = names
    return held


def _names(session: Session, user_ids: Collection[str]) -> Mapping[str, str]:
    if not user_ids:
        return {}
    rows = session.execute(select(User.id, User.name).where(User.id.in_(user_ids)))
    return {row.id: row.name for row in rows}


def locked(held: Held) -> list[Any]:
    """What was submitted and still counts, the newest last."""
    submitted = [form for form in held.forms if form.state in LOCKED and form.submitted_at]
    return sorted(submitted, key=lambda form: (form.submitted_at, form.id))


def newest_locked(held: Held, kinds: Collection[str]) -> Any | None:
    """Of the forms of these kinds that were submitted and still count the newest."""
    return next((form for form in reversed(locked(held)) if form.kind in kinds), None)


def is_assessing(held: Held) -> bool:
    """Whether an assessment is being written."""
    return any(form.kind in ASSESSING and form.state == "draft" for form in held.forms)
