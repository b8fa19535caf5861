"""What waits for the person who asks: one list for the Waiting page and the number on the rail.

Signs of harm wait for whoever may hear the child, submitted work for a manager who did not write
it, and what a manager returned for its author.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from app.casework import oversight, questionnaires
from app.casework.form_records import called
from app.casework.oversight import OversightItem
from app.casework.questionnaires import PromptView
from app.core.i18n import language
from app.models.queries.caseload import LOCKED
from app.models.records import Child, FormRecord, HarmPrompt, Oversight

if TYPE_CHECKING:
    from app.casework.desk import Desk


@dataclass(frozen=True)
class Returned:
    """A form that a manager returned to its author.

    Attributes:
        record_id: The new version to go on with, or the one that was returned.
        directions: What is to be done, in the manager's words.
    """

    record_id: str
    child_id: str
    child_name: str
    title: str
    directions: str


@dataclass(frozen=True)
class Waiting:
    """What waits for this person, and what waits for somebody else.

    Attributes:
        prompts: Signs of harm that nobody has acted on.
        to_decide: What this person can countersign or return.
        returned: What was returned to this person.
        for_others: What waits for a manager, and not for this person.
    """

    prompts: tuple[PromptView, ...]
    to_decide: tuple[OversightItem, ...]
    returned: tuple[Returned, ...]
    for_others: tuple[OversightItem, ...]

    @property
    def number(self) -> int:
        """How much waits for this person."""
        return len(self.prompts) + len(self.to_decide) + len(self.returned)


def read(desk: Desk) -> Waiting:
    """What waits, that which is due soonest first."""
    prompts = questionnaires.harm_prompts(desk, waiting=True) if desk.actor.may_hear_child else ()
    queue = oversight.queue(desk)
    decides = desk.actor.may_countersign
    with desk.casebook.read() as session:
        returned = _returned_items(desk, session)
    return Waiting(
        prompts=prompts,
        to_decide=tuple(item for item in queue if decides and not item.mine),
        returned=returned,
        for_others=tuple(item for item in queue if item.mine or not decides),
    )


def number(desk: Desk) -> int:
    """How much waits for this person: `Waiting.number`, without reading it all."""
    with desk.casebook.read() as session:

        def count(query: Select[str]) -> int:
            return session.scalar(select(func.count()).select_from(query.subquery())) or 0

        waiting = count(_returned(desk))
        if desk.actor.may_countersign:
            waiting += count(_to_decide(desk))
        if desk.actor.may_hear_child:
            waiting += count(
                select(HarmPrompt.id).where(
                    HarmPrompt.state == "open", HarmPrompt.removed_at.is_(None)
                )
            )
    return waiting


def _to_decide(desk: Desk) -> Select[str]:
    me = desk.actor.id
    return (
        select(Oversight.id)
        .join(FormRecord, FormRecord.id == Oversight.form_record_id)
        .where(
            Oversight.state == "waiting",
            Oversight.removed_at.is_(None),
            FormRecord.submitted_by.is_distinct_from(me),
            FormRecord.started_by.is_distinct_from(me),
        )
    )


def _returned(desk: Desk) -> Select[str]:
    """Forms of this person that were returned, with no new version of them submitted since."""
    answer = aliased(FormRecord)
    return select(FormRecord.id).where(
        FormRecord.state == "returned",
        FormRecord.removed_at.is_(None),
        FormRecord.started_by == desk.actor.id,
        ~select(answer.revises_id)
        .where(answer.revises_id == FormRecord.id, answer.state.in_(LOCKED))
        .exists(),
    )


def _returned_items(desk: Desk, session: Session) -> tuple[Returned, ...]:
    found = []
    for record, child in session.execute(
        select(FormRecord, Child)
        .join(Child, Child.id == FormRecord.child_id)
        .where(FormRecord.id.in_(_returned(desk)))
        .order_by(FormRecord.submitted_at, FormRecord.id)
    ):
        draft = session.scalars(
            select(FormRecord.id).where(
                FormRecord.revises_id == record.id,
                FormRecord.state == "draft",
                FormRecord.removed_at.is_(None),
            )
        ).first()
        form = desk.forms.form(record.form_id, record.form_version)
        found.append(
            Returned(
                record_id=draft or record.id,
                child_id=child.id,
                child_name=f"{called(child)} {child.family_name}".strip(),
                title=form.title.text(language()),
                directions=record.state_note,
            )
        )
    return tuple(found)
