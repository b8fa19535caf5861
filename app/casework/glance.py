"""The child at a glance: strengths first, then what is due, the levels, the plan, and lately."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework import consents, dates, due, form_records, history, permission, reference
from app.casework import plan as plans
from app.casework.due import DueItem
from app.casework.keeping import child_of
from app.casework.levels import Kind, Level, level_of
from app.core.i18n import _
from app.forms.schema import Question
from app.forms.sheet import Sheet
from app.models.queries.caseload import LOCKED, judged
from app.models.records import Child, FormRecord, User

if TYPE_CHECKING:
    from app.casework.desk import Desk

MOST_STRENGTHS: Final = 8
MOST_LATELY: Final = 6
READ_LATELY: Final = 60
NO_NEWS: Final = frozenset({"consultation", "move", "clock"})
# What is held of victims is not for this page; a sign of harm stands under what is due; the rest
# says again what the form itself says.
NOT_LATELY: Final = frozenset({"victim", "harm_prompt", "handover", "oversight"})
IN_USE: Final = ("draft", *LOCKED)


@dataclass(frozen=True)
class Strength:
    """Something good about the child. `source` says who said it and when ("Mum · 12 Nov").

    `quote` is True where `text` is the child's own words, to show in quotation marks.
    """

    text: str
    source: str
    quote: bool
    on: date | None


@dataclass(frozen=True)
class LevelPoint:
    """The levels that one locked form set, on one day; None where it judged nothing."""

    on: date
    title: str
    record_id: str
    reoffending: Level | None
    serious_harm: Level | None
    safety: Level | None


@dataclass(frozen=True)
class PlanRow:
    """One step of the plan. `kind` colours the pill of `status`; `late`: by how much, in words."""

    want: str
    quote: bool
    step: str
    who: str
    by: date | None
    by_text: str
    status: str
    kind: Kind
    late: str = ""


@dataclass(frozen=True)
class Happening:
    """Something that happened lately, in words; `when` is the day as shown."""

    at: datetime
    when: str
    text: str


@dataclass(frozen=True)
class FormLine:
    """A form of the child in a list. `state_text` says the state in words."""

    record_id: str
    form_id: str
    kind: str
    title: str
    state: str
    state_text: str
    changed_at: datetime
    editable: bool


@dataclass(frozen=True)
class Glance:
    """The child at a glance: strengths first, then what is due and where things are.

    `not_to_share` says what somebody said no to, or took back, that would be shared of the child.
    """

    strengths: tuple[Strength, ...]
    due: tuple[DueItem, ...]
    levels: tuple[LevelPoint, ...]
    plan: tuple[PlanRow, ...]
    lately: tuple[Happening, ...]
    forms: tuple[FormLine, ...]
    not_to_share: tuple[str, ...] = ()


def glance(desk: Desk, child_id: str) -> Glance:
    """The child at a glance.

    Raises:
        RecordGone: There is no such child.
    """
    with desk.casebook.read() as session:
        child = child_of(session, child_id)
        newest = _newest_forms(session, child_id)
        told = [_Told(form, form_records.sheet_of(desk, session, form)) for form in newest]
        last = _said_last(told)
        strengths = [
            strength for one in told for strength in _strengths(desk, session, child, one, last)
        ]
        noted = plans.latest_progress(session, child_id)
        plan = [row for one in told for row in _plan(desk, one, noted, last)]
        levels = _levels(session, child_id)
        not_to_share = consents.not_to_share(desk, session, child_id)
    return Glance(
        strengths=tuple(strengths[:MOST_STRENGTHS]),
        due=due.of_child(desk, child_id),
        levels=levels,
        plan=tuple(plan),
        lately=_lately(desk, child_id),
        forms=_forms(desk, child_id),
        not_to_share=not_to_share,
    )


def _newest_forms(session: Session, child_id: str) -> list[FormRecord]:
    """The newest record of each form, those of the child's own words first."""
    records = session.scalars(
        select(FormRecord)
        .where(
            FormRecord.child_id == child_id,
            FormRecord.removed_at.is_(None),
            FormRecord.state.in_(IN_USE),
        )
        .order_by(FormRecord.created_at, FormRecord.id)
    )
    newest = {record.form_id: record for record in records}
    return sorted(newest.values(), key=lambda record: (record.kind != "questionnaire", record.id))


class _Told(NamedTuple):
    """A form and what it says."""

    form: FormRecord
    sheet: Sheet


Last = Mapping[str, str]
"""The id of the form that says something last under a name that forms share."""


def _said_last(told: Sequence[_Told]) -> Last:
    """What an earlier form says under the same name was carried forward, and is told once."""
    last: dict[str, str] = {}
    for form, sheet in sorted(told, key=lambda one: one.form.id):
        for path in sheet.paths():
            if not _empty(sheet, path):
                last[_top(path)] = form.id
    return last


def _top(path: str) -> str:
    """The question, or the repeat around it."""
    return path.partition("/")[0]


# -- strengths ---------------------------------------------------------------------------------


def strengths_in(
    desk: Desk, session: Session, form: FormRecord, sheet: Sheet
) -> tuple[Strength, ...]:
    """What one form says that is strong, as far as this person may read it."""
    child = session.get_one(Child, form.child_id)
    found = _strengths(desk, session, child, _Told(form, sheet), None)
    return tuple(found)[:MOST_STRENGTHS]


def _strengths(
    desk: Desk, session: Session, child: Child, told: _Told, last: Last | None
) -> Iterator[Strength]:
    form, sheet = told
    for path in sheet.paths():
        question = sheet.question(path)
        if not question.strength or not sheet.is_relevant(path):
            continue
        if last is not None and last.get(_top(path)) != form.id:
            continue
        if not permission.reads(desk.actor.role, sheet.form, question):
            continue
        answer = sheet.answer(path)
        if answer is None or answer.empty:
            continue
        words, typed = sheet.shown(path), question.type == "text"
        on = _day_of(answer.at) or dates.local_day(form.changed_at)
        who = _who_said(session, child, question, answer.source, answer.by)
        yield Strength(
            text=words
            if typed
            else _("{question} {answer}").format(question=sheet.label(path), answer=words),
            source=_("{who} · {day}").format(who=who, day=dates.shortly(on, desk.clock.today())),
            quote=typed and question.said_by == "child",
            on=on,
        )


def _day_of(at: str | None) -> date | None:
    return dates.local_day(datetime.fromisoformat(at)) if at else None


def _who_said(
    session: Session, child: Child, question: Question, source: str | None, by: str | None
) -> str:
    """Who an answer came from: the child, a parent, a named source, or who wrote it down."""
    if question.said_by == "child":
        return form_records.called(child)
    if source:
        return source
    if question.said_by == "parent" or by == "parent":
        return _("Parent or carer")
    user = session.get(User, by) if by else None
    return user.name if user else _("Practitioner")


# -- levels ------------------------------------------------------------------------------------


def _levels(session: Session, child_id: str) -> tuple[LevelPoint, ...]:
    rows = session.execute(
        select(
            FormRecord.id,
            FormRecord.title,
            FormRecord.submitted_at,
            FormRecord.level_reoffending,
            FormRecord.level_serious_harm,
            FormRecord.level_safety,
        )
        .where(
            FormRecord.child_id == child_id,
            FormRecord.removed_at.is_(None),
            judged(FormRecord),
            FormRecord.state.in_(LOCKED),
            FormRecord.submitted_at.is_not(None),
        )
        .order_by(FormRecord.submitted_at)
    )
    return tuple(
        LevelPoint(
            on=dates.local_day(row.submitted_at),
            title=row.title,
            record_id=row.id,
            reoffending=level_of(row.level_reoffending),
            serious_harm=level_of(row.level_serious_harm),
            safety=level_of(row.level_safety),
        )
        for row in rows
    )


# -- the plan ----------------------------------------------------------------------------------

# A row of a plan is any group or row of a repeat whose questions end like this, in any form.
PLAN_PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "want": ("_outcome", "_words"),
    "step": ("_steps", "_structural"),
    "who": ("_who",),
    "by": ("_by",),
    "status": ("_state", "_status"),
}

STATUS_KINDS: Final[Mapping[str, Kind]] = {
    "done": "good",
    "in_progress": "good",
    "started": "good",
    "waiting": "attention",
    "stuck": "attention",
    "needs_action": "attention",
    "stopped": "neutral",
}


def _plan(desk: Desk, told: _Told, noted: Mapping[str, str], last: Last) -> Iterator[PlanRow]:
    form, sheet = told
    rows: dict[str, dict[str, str]] = {}
    for path in sheet.paths():
        before, _slash, name = path.rpartition("/")
        for part, endings in PLAN_PARTS.items():
            ending = next((each for each in endings if name.endswith(each)), None)
            if (
                ending is not None
                and sheet.is_relevant(path)
                and permission.reads_answer(desk.actor.role, sheet.form, name)
            ):
                rows.setdefault(f"{before}/{name.removesuffix(ending)}", {})[part] = path
    for key, parts in rows.items():
        if not {"step", "status"} <= parts.keys() or last.get(_top(parts["step"])) != form.id:
            continue
        if not _empty(sheet, parts["step"]):
            # What was noted of a target since counts, not what the locked form said of it.
            row_id = key.split("/")[1] if key.count("/") > 1 else ""
            yield _plan_row(desk, sheet, parts, noted.get(row_id, ""))


def _empty(sheet: Sheet, path: str) -> bool:
    answer = sheet.answer(path)
    return answer is None or answer.empty


def _plan_row(desk: Desk, sheet: Sheet, parts: Mapping[str, str], noted: str) -> PlanRow:
    def shown(part: str) -> str:
        return sheet.shown(parts[part]) if part in parts and not _empty(sheet, parts[part]) else ""

    by: Any = sheet.value(parts["by"]) if "by" in parts else None
    day = date.fromisoformat(str(by)) if by and not sheet.problem(parts["by"]) else None
    status = noted or str(sheet.value(parts["status"]) or "")
    return PlanRow(
        want=shown("want"),
        quote="want" in parts and sheet.question(parts["want"]).said_by == "child",
        step=shown("step"),
        who=shown("who"),
        by=day,
        by_text=dates.shortly(day, desk.clock.today()) if day else "",
        status=reference.label("target_progress", noted) if noted else shown("status"),
        kind=STATUS_KINDS.get(status, "neutral"),
        late=dates.late(day, desk.clock.today(), ended=status in plans.ENDED),
    )


# -- lately, and forms -------------------------------------------------------------------------


def _lately(desk: Desk, child_id: str) -> tuple[Happening, ...]:
    """What was done lately, each thing once a day.

    That somebody read the record isn't news, nor is each piece that a merge moved.
    """
    today = desk.clock.today()
    found: dict[tuple[date, str], Happening] = {}
    for entry in history.changes(desk, child_id, limit=READ_LATELY).entries:
        if entry.kind in NO_NEWS or entry.record_type in NOT_LATELY:
            continue
        day = dates.local_day(entry.at)
        when = _("Today") if day == today else dates.shortly(day, today)
        found.setdefault((day, entry.what), Happening(entry.at, when, entry.what))
    return tuple(found.values())[:MOST_LATELY]


def _forms(desk: Desk, child_id: str) -> tuple[FormLine, ...]:
    return tuple(
        FormLine(
            record_id=form.record_id,
            form_id=form.form_id,
            kind=form.kind,
            title=form.title,
            state=form.state,
            state_text=form.state_text,
            changed_at=form.changed_at,
            editable=form.editable,
        )
        for form in form_records.list_forms(desk, child_id)
    )
