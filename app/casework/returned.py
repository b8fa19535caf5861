"""The author's side of a return: what a manager asked for, section by section, and the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy.orm import Session

from app.casework import tasks, wording
from app.casework.desk import NotAllowed
from app.casework.form_records import NotEditable, found, sheet_of
from app.casework.levels import Level, level_of
from app.casework.submission import returned_before
from app.casework.tasks import TaskView
from app.core.errors import KnownError
from app.core.i18n import _
from app.forms.schema import Judgement
from app.models.records import FormRecord, Oversight, Task, User

if TYPE_CHECKING:
    from app.casework.desk import Desk


@dataclass(frozen=True)
class Proposal:
    """A level that a manager proposed beside the author's, and what the author says to it.

    Attributes:
        question, page: Where the author sets the level.
        label: What the judgement is called. authors: the level that was submitted.
        reasons: Why the manager proposes another. by: who that is.
        accepted: Whether the author took it up; None: no answer yet. answer: the author's reasons.
    """

    judgement: Judgement
    question: str
    page: str
    label: str
    authors: Level | None
    level: Level | None
    reasons: str
    by: str
    accepted: bool | None
    answer: str


@dataclass(frozen=True)
class Asked:
    """What a manager asked for when a form was returned.

    Attributes:
        directions: What is to be done as a whole, in the manager's words.
        tasks: The directions, those that are done too. proposals: levels to answer.
    """

    by: str
    directions: str
    tasks: tuple[TaskView, ...]
    proposals: tuple[Proposal, ...]

    def of_page(self, page: str) -> tuple[TaskView, ...]:
        """The directions for one section; those for the whole have an empty one."""
        return tuple(task for task in self.tasks if task.section == page)

    def proposals_of(self, page: str) -> tuple[Proposal, ...]:
        """The proposed levels that are set in one section."""
        return tuple(one for one in self.proposals if one.page == page)


def asked_of(desk: Desk, record_id: str) -> Asked | None:
    """What a manager asked for that this draft is to take up; None: nothing."""
    with desk.casebook.read() as session:
        record = found(session, record_id)
        asked = returned_before(session, record)
        if asked is None:
            return None
        by = session.get(User, asked.decided_by) if asked.decided_by else None
        directions = tasks.views(
            desk, session, Task.oversight_id == asked.id, Task.state != "planned"
        )
        return Asked(
            by=by.name if by else "",
            directions=asked.directions,
            tasks=directions,
            proposals=proposals_in(desk, session, asked, record),
        )


def proposals_in(
    desk: Desk, session: Session, asked: Oversight, record: FormRecord
) -> tuple[Proposal, ...]:
    """The levels that a manager proposed, beside those that were submitted.

    Args:
        record: The snapshot, or the draft that goes on from it.
    """
    if not asked.proposed_levels:
        return ()
    sheet = sheet_of(desk, session, record)
    snapshot = found(session, asked.form_record_id)
    then = sheet if snapshot.id == record.id else sheet_of(desk, session, snapshot)
    questions = dict(sheet.form.judgements)
    told = []
    for name, said in asked.proposed_levels.items():
        judgement = cast(Judgement, name)
        question = questions.get(judgement)
        if question is None:
            continue
        answer: dict[str, Any] = asked.level_answers.get(name, {})
        by = session.get(User, said["by"])
        told.append(
            Proposal(
                judgement=judgement,
                question=question,
                page=sheet.page(question),
                label=wording.judgement_word(judgement),
                authors=level_of(then.value(question)),
                level=level_of(said["level"]),
                reasons=said["reasons"],
                by=by.name if by else "",
                accepted=answer.get("accepted"),
                answer=answer.get("reasons", ""),
            )
        )
    return tuple(told)


def answer_level(
    desk: Desk, record_id: str, judgement: Judgement, *, accept: bool, reasons: str
) -> None:
    """Take up a proposed level in a draft, or keep one's own; either way with reasons.

    Both levels and both reasons stay with the decision that proposed it.

    Raises:
        NotAllowed: The person may only read, or proposed it.
        NotEditable: It is no draft any more. KnownError: No reason, or nothing was proposed.
    """
    desk.must_write()
    if not reasons.strip():
        raise KnownError(
            _("Say in a sentence why, so that the record shows your thinking."),
            _("Both levels and both reasons stay in the record."),
        )
    with desk.casebook.write() as work:
        record = found(work.session, record_id)
        if record.state != "draft":
            raise NotEditable
        asked = returned_before(work.session, record)
        proposal = asked.proposed_levels.get(judgement) if asked is not None else None
        if asked is None or proposal is None:
            raise KnownError(_("No other level is proposed here any more."))
        if proposal["by"] == desk.actor.id:
            raise NotAllowed(
                _("You proposed this level, so its author has to set it."),
                _("Ask the author."),
            )
        now = desk.clock.now()
        asked.level_answers = {
            **asked.level_answers,
            judgement: {
                "accepted": accept,
                "reasons": reasons.strip(),
                "by": desk.actor.id,
                "at": now.isoformat(),
            },
        }
        if accept:
            question = dict(sheet_of(desk, work.session, record).form.judgements)[judgement]
            answer = {
                "value": proposal["level"],
                "language": record.language,
                "by": desk.actor.id,
                "how": "typed",
                "at": now.isoformat(),
            }
            work.save_answers(record_id, {question: answer}, leaving=True)
