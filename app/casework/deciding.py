"""What a manager reads before deciding on a snapshot, so that it can be read in ten minutes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework import (
    dates,
    form_records,
    oversight,
    permission,
    quality,
    reference,
    returned,
    sources,
    stage_changes,
    sync_conflicts,
    tasks,
    wording,
)
from app.casework.form_records import found, sheet_of
from app.casework.glance import Strength, strengths_in
from app.casework.keeping import consulted
from app.casework.levels import Level, level_of
from app.casework.oversight import OversightItem, PanelView
from app.casework.returned import Proposal
from app.casework.stage_changes import Comparison, Difference
from app.casework.submission import returned_before
from app.casework.tasks import TaskView
from app.core.i18n import _
from app.forms.schema import Judgement
from app.forms.sheet import Sheet
from app.models.records import FormRecord, Oversight, Task

if TYPE_CHECKING:
    from app.casework.desk import Desk

# A judgement's reasons stand in the question of this name beside it.
LEVEL: Final = "_level"
REASONS: Final = "_reasons"
# The first is said last: what matters most to a child's and others' safety comes first.
ORDER: Final[tuple[Judgement, ...]] = ("safety_wellbeing", "serious_harm", "reoffending")


@dataclass(frozen=True)
class LevelLine:
    """A judgement as the author made it.

    Attributes:
        reasons: The author's reasons. page: the section in which it stands.
        before: The level of the snapshot before; None where there was none.
        choices: The levels that can be set.
        proposal: Another level that a manager proposes.
        beside: Other levels that managers proposed at the same time, in words.
    """

    judgement: Judgement
    label: str
    level: Level | None
    reasons: str
    page: str
    before: Level | None
    choices: tuple[Level, ...]
    proposal: Proposal | None
    beside: tuple[str, ...] = ()


@dataclass(frozen=True)
class SectionName:
    """A section of the form, to ask something about. The whole form has an empty name."""

    name: str
    label: str


@dataclass(frozen=True)
class ToDecide:
    """Everything that one page shows of a request.

    Attributes:
        strengths: What the form says that is strong: read before the levels.
        levels: The judgements with their reasons.
        before: What the levels are set beside, in words; empty where it is the first.
        changed: What changed since then, answer by answer. same: how much did not, in words.
        unmet: Good practice that was not met when it was submitted.
        needed: What oversight has to add before it can be countersigned, in words; empty where
            nothing has to be, or something was added.
        one_source: What rests on one source alone.
        planned: Directions that are written and not decided on yet.
        earlier: What was asked for when it was last returned, and what was done.
        kept: How the author answered levels that were proposed then.
        may: Whether the person who asks may decide. why_not: else, why.
        direction_by, panel_by: The days that dated rules give to a direction and a panel.
    """

    item: OversightItem
    sections: tuple[SectionName, ...]
    strengths: tuple[Strength, ...]
    levels: tuple[LevelLine, ...]
    before: str
    changed: tuple[Difference, ...]
    same: str
    unmet: tuple[str, ...]
    needed: str
    one_source: tuple[str, ...]
    planned: tuple[TaskView, ...]
    earlier: tuple[TaskView, ...]
    kept: tuple[Proposal, ...]
    panels: tuple[PanelView, ...]
    may: bool
    why_not: str
    direction_by: date | None
    panel_by: date | None


def _compared(desk: Desk, record_id: str) -> Comparison | None:
    """The snapshot beside the one before: the revision that it replaces, or the last stage."""
    told = {one.since: one for one in stage_changes.comparisons(desk, record_id)}
    return told.get("revision") or told.get("stage")


def read(desk: Desk, oversight_id: str) -> ToDecide:
    """Everything about one request. Outside a visit to the record it is logged that it was read.

    Raises:
        RecordGone: There is no such request.
    """
    with desk.casebook.read() as session:
        item = oversight.item(desk, session, oversight_id)
        asked = session.get_one(Oversight, oversight_id)
        record = found(session, item.record_id)
        sheet = sheet_of(desk, session, record)
        before = _before(session, record)
        last = returned_before(session, record)
        seen = ToDecide(
            item=item,
            sections=_sections(sheet),
            strengths=strengths_in(desk, session, record, sheet),
            levels=_levels(
                record,
                sheet,
                before,
                {one.judgement: one for one in returned.proposals_in(desk, session, asked, record)},
            ),
            before=_before_words(desk, before),
            changed=(),
            same="",
            unmet=_unmet(asked),
            needed="",
            one_source=one_source(sheet),
            planned=tasks.views(
                desk, session, Task.oversight_id == asked.id, Task.state == "planned"
            ),
            earlier=tasks.views(
                desk, session, Task.oversight_id == last.id, Task.state != "planned"
            )
            if last
            else (),
            kept=returned.proposals_in(desk, session, last, record) if last else (),
            panels=oversight.panels_on(desk, session, asked.id),
            may=desk.actor.may_countersign and not item.mine and not item.decision,
            why_not=_why_not(desk, item),
            direction_by=_by_rule("direction_window", desk.clock.today()),
            panel_by=_by_rule("panel_window", desk.clock.today()),
        )
    consulted(desk, FormRecord, record.id, record.child_id)
    seen = replace(seen, needed=_needed(seen), levels=_with_beside(desk, oversight_id, seen.levels))
    compared = _compared(desk, record.id)
    if compared is None:
        return seen
    return replace(seen, changed=compared.differences, same=stage_changes.summary_of(compared))


def _by_rule(rule_id: str, today: date) -> date | None:
    rule = reference.rule(rule_id, today)
    return None if rule is None else dates.after(rule, today)


def _why_not(desk: Desk, item: OversightItem) -> str:
    if item.decision:
        return _("Somebody has already decided on this.")
    if item.mine:
        return _("You wrote this, so somebody else has to countersign it.")
    if not desk.actor.may_countersign:
        return permission.refusal("countersign").user_text
    return ""


def _sections(sheet: Sheet) -> tuple[SectionName, ...]:
    """The sections that hold something now."""
    return tuple(
        SectionName(page.name, sheet.label(page.name))
        for page in sheet.form.pages
        if sheet.has(page.name) and sheet.is_relevant(page.name)
    )


def _levels(
    record: FormRecord,
    sheet: Sheet,
    before: FormRecord | None,
    proposed: Mapping[str, Proposal],
) -> tuple[LevelLine, ...]:
    lines = []
    for judgement in ORDER:
        question = sheet.form.judgements.get(judgement)
        if question is None or not sheet.is_relevant(question):
            continue
        reasons = question.removesuffix(LEVEL) + REASONS
        lines.append(
            LevelLine(
                judgement=judgement,
                label=wording.judgement_word(judgement),
                level=level_of(oversight.level_set(record, judgement)),
                reasons=sheet.shown(reasons) if sheet.has(reasons) else "",
                page=sheet.page(question),
                before=level_of(oversight.level_set(before, judgement)) if before else None,
                choices=tuple(
                    level
                    for choice in sheet.choices(question)
                    if (level := level_of(choice.name)) is not None
                ),
                proposal=proposed.get(judgement),
            )
        )
    return tuple(lines)


def _with_beside(
    desk: Desk, oversight_id: str, lines: tuple[LevelLine, ...]
) -> tuple[LevelLine, ...]:
    """The levels, each with what another manager proposed at the same time."""
    beside = sync_conflicts.proposed_beside(desk, oversight_id)
    return tuple(
        replace(
            line,
            beside=tuple(
                _("{who} proposes {what}").format(who=side.who, what=side.text)
                for one in beside.get(line.judgement, ())
                for side in (one.mine, one.theirs)
                if not side.counts and side.text
            ),
        )
        for line in lines
    )


def _before(session: Session, record: FormRecord) -> FormRecord | None:
    """The snapshot that this one follows: which it revises, or else was carried forward from."""
    for earlier in (record.revises_id, record.carried_from_id):
        held = session.get(FormRecord, earlier) if earlier else None
        if held is not None and held.removed_at is None:
            return held
    return session.scalars(
        select(FormRecord)
        .where(
            FormRecord.child_id == record.child_id,
            FormRecord.kind == record.kind,
            FormRecord.id != record.id,
            FormRecord.state.in_(form_records.LOCKED),
            FormRecord.removed_at.is_(None),
            FormRecord.submitted_at < record.submitted_at,
        )
        .order_by(FormRecord.submitted_at.desc())
    ).first()


def _before_words(desk: Desk, before: FormRecord | None) -> str:
    if before is None or before.submitted_at is None:
        return ""
    return _("{form}, {day}").format(
        form=form_records.title_of(desk, before),
        day=dates.in_words(dates.local_day(before.submitted_at)),
    )


def _unmet(asked: Oversight) -> tuple[str, ...]:
    """The prompts that were not met when it was submitted; one that is gone is left out."""
    held = (quality.prompt(prompt_id) for prompt_id in asked.unmet_prompts)
    return tuple(each.label() for each in held if each is not None)


def _needed(seen: ToDecide) -> str:
    """The prompt for oversight itself, where a level is high and nothing is asked for yet."""
    if not seen.may or not seen.item.high or seen.planned or seen.panels:
        return ""
    return next(
        (each.label() for each in quality.prompts() if each.blocks == "countersignature"), ""
    )


def one_source(sheet: Sheet) -> tuple[str, ...]:
    """What is said of harm on the word of no more than one source, in words.

    Judgements of harm count, and each thing that was noticed and not checked.
    """
    told = [warning.text for warning in sources.warnings(sheet, to_manager=True)]
    if sheet.has("incidents"):
        for row in sheet.rows("incidents"):
            at = f"incidents/{row}"
            if sheet.is_relevant(at) and sheet.value(f"{at}/incident_state") == "alleged":
                told.append(
                    _("{what} Said by one source, not checked.").format(
                        what=sheet.shown(f"{at}/incident_what")
                    )
                )
    return tuple(told)
