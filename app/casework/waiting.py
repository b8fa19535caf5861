"""What waits for the person who asks: one list for the Waiting page and the number on the rail.

Signs of harm wait for whoever may hear the child, submitted work for a manager who did not write
it, what a manager returned for its author, and a task for whoever is to do it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Select, Text, func, select, type_coerce
from sqlalchemy.orm import Session, aliased

from app.casework import oversight, questionnaires, report_checking, rival_decisions, tasks
from app.casework.form_records import called, title_of
from app.casework.oversight import OversightItem
from app.casework.questionnaires import PromptView
from app.casework.report_checking import ToCheck
from app.casework.rival_decisions import Rivals
from app.casework.tasks import TaskView
from app.models.queries.caseload import LOCKED
from app.models.records import Child, FormRecord, HarmPrompt, Oversight, Task

if TYPE_CHECKING:
    from app.casework.desk import Desk


@dataclass(frozen=True)
class Returned:
    """A form that a manager returned to its author.

    Attributes:
        record_id: The new version to go on with, or the one that was returned.
        directions: What is to be done as a whole, in the manager's words.
        tasks: What is to be done section by section, and isn't done yet.
        levels: For how many levels the manager proposes another one, unanswered.
    """

    record_id: str
    child_id: str
    child_name: str
    title: str
    directions: str
    tasks: tuple[TaskView, ...] = ()
    levels: int = 0


@dataclass(frozen=True)
class Waiting:
    """What waits for this person, and what waits for somebody else.

    Attributes:
        prompts: Signs of harm that nobody has acted on.
        rivals: Two decisions on one snapshot, between which this person can choose.
        to_decide: What this person can countersign or return.
        returned: What was returned to this person.
        tasks: What else this person is to do, and by when.
        for_others: What waits for a manager, and not for this person.
        to_check: Reports that this person can check.
    """

    prompts: tuple[PromptView, ...]
    rivals: tuple[Rivals, ...]
    to_decide: tuple[OversightItem, ...]
    returned: tuple[Returned, ...]
    tasks: tuple[TaskView, ...]
    for_others: tuple[OversightItem, ...]
    to_check: tuple[ToCheck, ...] = ()

    @property
    def number(self) -> int:
        """How much waits for this person."""
        mine = (self.prompts, self.rivals, self.to_decide, self.returned, self.tasks, self.to_check)
        return sum(map(len, mine))


def read(desk: Desk) -> Waiting:
    """What waits: of what is to be decided, what is overdue, then what has waited longest."""
    prompts = questionnaires.harm_prompts(desk, waiting=True) if desk.actor.may_hear_child else ()
    queue = oversight.queue(desk)
    decides = desk.actor.may_countersign
    with desk.casebook.read() as session:
        returned = _returned_items(desk, session)
    told = {task.id for form in returned for task in form.tasks}
    return Waiting(
        prompts=prompts,
        rivals=rival_decisions.to_choose(desk),
        to_decide=tuple(item for item in queue if decides and not item.mine),
        returned=returned,
        tasks=tuple(task for task in tasks.mine(desk) if task.id not in told),
        for_others=tuple(item for item in queue if item.mine or not decides),
        to_check=report_checking.to_check(desk) if desk.actor.may_write else (),
    )


def number(desk: Desk) -> int:
    """How much waits for this person: `Waiting.number`, without reading it all."""
    with desk.casebook.read() as session:

        def count(query: Select[str]) -> int:
            return session.scalar(select(func.count()).select_from(query.subquery())) or 0

        waiting = count(_returned(desk)) + count(_tasks(desk))
        if desk.actor.may_countersign:
            waiting += count(_to_decide(desk)) + len(rival_decisions.to_choose(desk))
        if desk.actor.may_hear_child:
            waiting += count(
                select(HarmPrompt.id).where(
                    HarmPrompt.state == "open", HarmPrompt.removed_at.is_(None)
                )
            )
        if desk.actor.may_write:
            waiting += count(report_checking.ids_to_check(desk))
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
            func.instr(type_coerce(Oversight.authors, Text), me) == 0,
        )
    )


def _tasks(desk: Desk) -> Select[str]:
    """What this person is to do, but for what is told with a form that was returned to them."""
    told = (
        select(Oversight.id)
        .where(Oversight.id == Task.oversight_id, Oversight.state == "returned")
        .where(Oversight.form_record_id.in_(_returned(desk)))
        .exists()
    )
    return tasks.open_for(desk.actor.id).where(~told)


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
        asked = session.scalars(
            select(Oversight)
            .where(Oversight.form_record_id == record.id, Oversight.state == "returned")
            .order_by(Oversight.decided_at.desc())
        ).first()
        open_tasks = (
            tasks.views(desk, session, Task.oversight_id == asked.id, Task.state == "open")
            if asked
            else ()
        )
        found.append(
            Returned(
                record_id=draft or record.id,
                child_id=child.id,
                child_name=f"{called(child)} {child.family_name}".strip(),
                title=title_of(desk, record),
                directions=record.state_note,
                tasks=tuple(task for task in open_tasks if task.mine),
                levels=len(asked.proposed_levels.keys() - asked.level_answers.keys())
                if asked
                else 0,
            )
        )
    return tuple(found)
