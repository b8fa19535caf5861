"""The child's own questionnaire: the laptop is handed over and given back.

While a handover is open, every way into the casebook leads back to it: the child never meets
the record, and the worker meets it again only with the worker's passphrase.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework import permission, signs_of_harm
from app.casework.assessments import snapshot_hash
from app.casework.form_records import begun, called, found, sheet_of
from app.casework.passphrase import confirm_passphrase
from app.casework.problems import RecordGone
from app.core.errors import KnownError
from app.core.i18n import _
from app.models.records import Child, FormRecord, Handover, HarmPrompt, User

if TYPE_CHECKING:
    from app.casework.desk import Desk


@dataclass(frozen=True)
class HandoverView:
    """The laptop is with a child."""

    id: str
    child_id: str
    record_id: str
    started_at: datetime


class WithAChild(KnownError):
    """Somebody who can't take the laptop back unlocked it while it is with a child."""

    def __init__(self, worker: str) -> None:
        super().__init__(
            _("This laptop is with a child, who is answering questions."),
            _("{worker} can unlock it to take it back. So can any practitioner or manager.").format(
                worker=worker
            )
            if worker
            else _("A practitioner or a manager can unlock it to take it back."),
        )


@dataclass(frozen=True)
class PromptView:
    """An answer that may be a sign of harm, for the worker to act on.

    Attributes:
        question, answer: In the words that the child saw and gave; the answer as given first.
        raised_at: When it was given.
        changed: Whether the child changed it, or took it away, before the laptop came back.
        later: The answer that stood there in the end, in words; empty where it was taken away
            or never changed.
        language: The language that the child answered in, as a code; empty where not known.
        what_was_done: What the worker wrote; empty until then.
    """

    id: str
    child_id: str
    child_name: str
    record_id: str
    path: str
    question: str
    answer: str
    raised_at: datetime
    what_was_done: str
    changed: bool = False
    later: str = ""
    language: str = ""

    @property
    def said(self) -> str:
        """What the child said, and what became of it, in one sentence."""
        if not self.changed:
            return _("“{answer}”").format(answer=self.answer)
        if not self.later:
            return _("First said “{first}”, then took it back.").format(first=self.answer)
        if self.later == self.answer:
            return _("Said “{first}”, changed it, and said it again.").format(first=self.answer)
        return _("First said “{first}”, later changed to “{later}”.").format(
            first=self.answer, later=self.later
        )


@dataclass(frozen=True)
class QuotableAnswer:
    """An answer in the child's own words. `may_quote`: the child's yes or no; None: not asked."""

    record_id: str
    path: str
    question: str
    words: str
    language: str
    given_at: datetime
    may_quote: bool | None


def hand_over(desk: Desk, child_id: str, form_id: str) -> HandoverView:
    """Start a questionnaire and note that the laptop is with the child.

    A questionnaire that was begun and not finished is gone on with.

    Raises:
        NotAllowed: The person is not one who may read what the child will answer.
    """
    desk.must_hear_child()
    with desk.casebook.write() as work:
        handover = Handover(
            child_id=child_id,
            form_record_id=begun(desk, work, child_id, form_id).id,
            form_id=form_id,
            user_id=desk.actor.id,
            started_at=desk.clock.now(),
        )
        work.add(handover)
        work.session.flush()
        return _view(handover)


def current_handover(desk: Desk) -> HandoverView | None:
    """The handover that is still open; every way into the casebook leads to it first."""
    with desk.casebook.read() as session:
        handover = signs_of_harm.handed_over(session)
        return None if handover is None else _view(handover)


def let_in(desk: Desk) -> Desk:
    """The desk that was just opened, where its person may go on from here.

    Raises:
        WithAChild: The laptop is with a child, and the person may not read what children answer.
            The casebook is closed again.
    """
    if desk.actor.may_hear_child:
        return desk
    with desk.casebook.read() as session:
        handover = signs_of_harm.handed_over(session)
        worker = session.get(User, handover.user_id) if handover is not None else None
    if handover is None:
        return desk
    desk.close()
    raise WithAChild(worker.name if worker is not None else "")


def give_back(
    desk: Desk, handover_id: str, passphrase: str, *, finished: bool
) -> tuple[PromptView, ...]:
    """End the handover with the worker's passphrase, and say what the worker must look at now.

    Args:
        finished: The child reached the end: the answers are locked as the child gave them.
            Otherwise the questionnaire stays open to go on with another day.

    Raises:
        WrongPassphrase: The laptop stays with the child.
        NotAllowed: So it does where the person may not read what the child answered.
    """
    desk.must_hear_child()
    confirm_passphrase(desk, passphrase)
    now = desk.clock.now()
    with desk.casebook.write() as work:
        handover = work.session.get(Handover, handover_id)
        if handover is None:
            raise RecordGone
        handover.state = "ended"
        handover.ended_at = now
        handover.ended_by = desk.actor.id
        work.seal(handover.form_record_id)
        record = found(work.session, handover.form_record_id)
        # Each save has raised its own; this finds what was a sign before anybody watched for it.
        signs_of_harm.watch(
            work,
            record,
            sheet_of(desk, work.session, record),
            handover_id=handover.id,
            before=record.answers,
            now=now,
        )
        if finished and record.state == "draft":
            record.snapshot_hash = snapshot_hash(
                record.form_id, record.form_version, record.answers
            )
            record.submitted_at = now
            record.submitted_by = desk.actor.id
            record.state = "submitted"
        child_id = record.child_id
    return harm_prompts(desk, child_id, waiting=True)


def harm_prompts(
    desk: Desk, child_id: str | None = None, *, waiting: bool = False
) -> tuple[PromptView, ...]:
    """Signs of harm in children's answers, those that wait first, the newest first.

    Args:
        waiting: Only those that nobody has acted on.

    Raises:
        NotAllowed: The person may not read what a child answered.
    """
    desk.must_hear_child()
    with desk.casebook.read() as session:
        wanted = (
            select(HarmPrompt, FormRecord, Child)
            .join(FormRecord, FormRecord.id == HarmPrompt.form_record_id)
            .join(Child, Child.id == HarmPrompt.child_id)
            .where(HarmPrompt.removed_at.is_(None))
            .order_by(HarmPrompt.state.desc(), HarmPrompt.raised_at.desc(), HarmPrompt.id)
        )
        if child_id is not None:
            wanted = wanted.where(HarmPrompt.child_id == child_id)
        if waiting:
            wanted = wanted.where(HarmPrompt.state == "open")
        return tuple(
            _prompt(desk, session, prompt, record, child)
            for prompt, record, child in session.execute(wanted)
        )


def _prompt(
    desk: Desk, session: Session, prompt: HarmPrompt, record: FormRecord, child: Child
) -> PromptView:
    first = sheet_of(desk, session, record, at={prompt.path: prompt.given} if prompt.given else {})
    changed = prompt.later_at is not None
    later = ""
    if changed and prompt.later is not None:
        later = sheet_of(desk, session, record, at={prompt.path: prompt.later}).shown(prompt.path)
    return PromptView(
        id=prompt.id,
        child_id=child.id,
        child_name=f"{called(child)} {child.family_name}".strip(),
        record_id=record.id,
        path=prompt.path,
        question=first.label(prompt.path),
        answer=first.shown(prompt.path),
        raised_at=prompt.raised_at or prompt.created_at,
        what_was_done=prompt.what_was_done,
        changed=changed,
        later=later,
        language=str((prompt.given or {}).get("language") or ""),
    )


def act_on_prompt(desk: Desk, prompt_id: str, what_was_done: str) -> None:
    """Note what was done about a sign of harm.

    Raises:
        NotAllowed: The person may not read what a child answered.
        KnownError: Nothing was written.
    """
    desk.must_hear_child()
    if not what_was_done.strip():
        raise KnownError(
            _("Write what you did, or what you decided and why."),
            _("One sentence is enough. It can be read later by your manager."),
        )
    with desk.casebook.write() as work:
        prompt = work.session.get(HarmPrompt, prompt_id)
        if prompt is None:
            raise RecordGone
        prompt.state = "acted"
        prompt.acted_at = desk.clock.now()
        prompt.acted_by = desk.actor.id
        prompt.what_was_done = what_was_done.strip()


def quotable(desk: Desk, child_id: str) -> tuple[QuotableAnswer, ...]:
    """The child's own words from questionnaires, with whether the child said yes to the court.

    Raises:
        NotAllowed: The person may not read what a child answered.
    """
    desk.must_hear_child()
    with desk.casebook.read() as session:
        records = session.scalars(
            select(FormRecord)
            .where(
                FormRecord.child_id == child_id,
                FormRecord.kind == "questionnaire",
                FormRecord.removed_at.is_(None),
            )
            .order_by(FormRecord.created_at)
        ).all()
        words = []
        for record in records:
            sheet = sheet_of(desk, session, record)
            for path in sheet.paths():
                question = sheet.form.question(path.rpartition("/")[2])
                answer = sheet.answer(path)
                if not question.ask_to_quote or answer is None or not answer.value:
                    continue
                if not permission.reads(desk.actor.role, sheet.form, question):
                    continue
                words.append(
                    QuotableAnswer(
                        record_id=record.id,
                        path=path,
                        question=sheet.label(path),
                        words=str(answer.value),
                        language=answer.language or record.language,
                        given_at=record.submitted_at or record.changed_at,
                        may_quote=answer.may_quote,
                    )
                )
        return tuple(words)


def _view(handover: Handover) -> HandoverView:
    return HandoverView(
        id=handover.id,
        child_id=handover.child_id,
        record_id=handover.form_record_id,
        started_at=handover.started_at or handover.created_at,
    )
