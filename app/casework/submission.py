"""What stands in the way of submitting beyond the rules of the form, and who wrote what."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework import quality, sources, wording
from app.core.i18n import _
from app.forms.sheet import Problem, Sheet
from app.models.records import FormRecord, Oversight

PROPOSAL: Final = "proposal"
"""The kind of a problem that says which proposed level waits for an answer."""


def problems(session: Session, record: FormRecord, sheet: Sheet) -> tuple[Problem, ...]:
    """What has to be put right first: sources that nobody named, prompts where a level is high,
    and levels that a manager proposed and nobody has answered.
    """
    return (
        *sources.problems(sheet),
        *quality.in_the_way(sheet),
        *_unanswered(session, record, sheet),
    )


def authors(record: FormRecord, sheet: Sheet, submitted_by: str) -> list[str]:
    """Ids of those who wrote a snapshot: who started and submits it, and who set its levels."""
    found = dict.fromkeys((record.started_by or submitted_by, submitted_by))
    for question in sheet.form.judgements.values():
        answer = sheet.answer(question)
        if answer is None or answer.empty:
            continue
        # Of a level carried forward, whoever said that it still holds.
        by = answer.confirmed_by if answer.carried else answer.by
        if by:
            found[by] = None
    return list(found)


def wrote(user_id: str, record: FormRecord, asked: Oversight) -> bool:
    """Whether a person wrote a snapshot or set one of its levels, and so can't decide on it."""
    return user_id in {record.submitted_by, record.started_by, *asked.authors}


def returned_before(session: Session, record: FormRecord) -> Oversight | None:
    """The decision that returned the snapshot which this draft goes on from; None: none did."""
    if not record.revises_id:
        return None
    return session.scalars(
        select(Oversight)
        .where(
            Oversight.form_record_id == record.revises_id,
            Oversight.state == "returned",
            Oversight.removed_at.is_(None),
        )
        .order_by(Oversight.decided_at.desc())
    ).first()


def _unanswered(session: Session, record: FormRecord, sheet: Sheet) -> list[Problem]:
    asked = returned_before(session, record)
    if asked is None:
        return []
    found = []
    for judgement, proposal in asked.proposed_levels.items():
        question = dict(sheet.form.judgements).get(judgement)
        if question is None:
            continue
        answer: dict[str, Any] = asked.level_answers.get(judgement, {})
        level = wording.level_word(proposal["level"])
        if not answer:
            text = _("Your manager proposes {level}. Accept it, or keep your level with reasons.")
        elif answer["accepted"] and sheet.value(question) != proposal["level"]:
            text = _("You accepted {level}, and another level is set. Set it, or keep your level.")
        else:
            continue
        found.append(
            Problem(question, sheet.page(question), text.format(level=level), kind=PROPOSAL)
        )
    return found
