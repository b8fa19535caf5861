"""Two people wrote one answer: both, with who and when, and what a person decides.

Until somebody has decided, both are shown wherever the answer is, and of two levels the more
severe counts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from app.casework import (
    history,
    permission,
    report_writing,
    rival_decisions,
    sync_words,
    wording,
)
from app.casework.desk import NotAllowed
from app.casework.form_records import called
from app.casework.form_records import found as form_record
from app.casework.history import ANSWERS, Written
from app.casework.levels import Level, level_of
from app.core.errors import KnownError
from app.core.i18n import _, language
from app.models.records import Child, FormRecord, Oversight, ReportPassage, User
from app.sync import conflicts as engine
from app.sync import state
from app.sync.merge import level_of as level_code
from app.sync.state import Conflict

if TYPE_CHECKING:
    from app.casework.desk import Desk
    from app.forms.schema import Question


@dataclass(frozen=True)
class Side:
    """One of the values.

    Attributes:
        who: The person; empty of what stood there before. when: As shown; empty where unknown.
        text: How the value reads; empty where there was none. level: Where it is one.
        counts: Whether it counts until somebody decides.
        reasons: Why a manager proposed this level; empty of anything else.
    """

    who: str
    when: str
    text: str
    level: Level | None
    counts: bool
    reasons: str = ""


@dataclass(frozen=True)
class NewAnswer:
    """How another answer is given: one of some choices, or words.

    Attributes:
        choices: Codes and their words; empty: it is written.
    """

    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class ConflictView:
    """A conflict, side by side.

    Attributes:
        record, label: The record and the question that it is about.
        mine: What was written on this laptop, or by whoever's arrived later; theirs: what the
            server held by then.
        here: Whether `mine` was written by the person who asks.
        safety: Whether somebody's safety may depend on it.
        closed: The form is submitted, so only what counts now can stay.
        answered: Decided here already; the server is told at the next sync.
        kept_back: The person may not read the values, and so can't decide.
        why_not: Why the person who asks can't decide, in words; empty: they can, or may not read.
        new_answer: How another answer can be given; None: it can't.
    """

    id: str
    child_id: str
    child_name: str
    record_type: str
    record_id: str
    field: str
    record: str
    label: str
    base: Side
    mine: Side
    theirs: Side
    here: bool
    safety: bool
    closed: bool
    answered: bool
    kept_back: bool
    new_answer: NewAnswer | None
    why_not: str = ""


class NotForYou(KnownError):
    """The person may not read what was written, and so can't decide about it."""

    def __init__(self) -> None:
        super().__init__(
            _("You may not read these answers, so somebody else has to decide."),
            _("Ask the child’s practitioner or a manager."),
        )


def conflicts(desk: Desk, child_id: str | None = None) -> tuple[ConflictView, ...]:
    """What two people wrote at once, safety first; of one child where `child_id` is given.

    Two decisions on one snapshot are told whole, see `rival_decisions`.
    """
    items = [item for item in state.view(desk.casebook).items if item.kind == "conflict"]
    whole = rival_decisions.covered(desk)
    with desk.casebook.read() as session:
        return tuple(
            _view(desk, session, found)
            for item in items
            if child_id is None or item.child_id == child_id
            if (found := state.conflict(desk.casebook, item.id)) is not None
            if not rival_decisions.covers(whole, found)
        )


def of_form(desk: Desk, record_id: str) -> tuple[ConflictView, ...]:
    """The conflicts of one form, or of one request for a decision, that nobody has decided on."""
    items = [
        item
        for item in state.view(desk.casebook).items
        if item.kind == "conflict" and item.record_id == record_id and not item.answered
    ]
    whole = rival_decisions.covered(desk)
    with desk.casebook.read() as session:
        return tuple(
            _view(desk, session, found)
            for item in items
            if (found := state.conflict(desk.casebook, item.id)) is not None
            if not rival_decisions.covers(whole, found)
        )


def keep_mine(desk: Desk, conflict_id: str, reason: str = "") -> None:
    """Let `mine` count from now on."""
    _resolve(desk, conflict_id, lambda conflict: conflict.mine, reason)


def keep_theirs(desk: Desk, conflict_id: str, reason: str = "") -> None:
    """Let `theirs` count from now on."""
    _resolve(desk, conflict_id, lambda conflict: conflict.theirs, reason)


def answer_anew(desk: Desk, conflict_id: str, text: str, reason: str) -> None:
    """Let another answer count, with reasons.

    Args:
        text: A code of `NewAnswer.choices`, or words.
        reason: Why; stays with the change in the history.

    Raises:
        KnownError: No answer, or no reason, is given.
    """
    if not text.strip():
        raise KnownError(_("Give the new answer."))
    if not reason.strip():
        raise KnownError(
            _("Say in a sentence why, so that the record shows your thinking."),
        )

    def value(conflict: Conflict) -> Any:
        if not conflict.field.startswith(ANSWERS):
            return text.strip()
        former = conflict.theirs if isinstance(conflict.theirs, Mapping) else conflict.mine
        kept = dict(former) if isinstance(former, Mapping) else {}
        return {**kept, "value": text.strip()}

    _resolve(desk, conflict_id, value, reason)


def _resolve(desk: Desk, conflict_id: str, choose: Callable[[Conflict], Any], reason: str) -> None:
    """Settle a conflict.

    Raises:
        NotAllowed: The person may only read, or a manager who didn't write it has to decide.
        NotForYou: They may not read these answers.
        ConflictSettled, RecordClosed: See `app.sync.conflicts`.
    """
    desk.must_write()
    found = state.conflict(desk.casebook, conflict_id)
    if found is None:
        raise engine.ConflictSettled
    if found.record_type in permission.WRITING:
        permission.must(desk.actor.role, permission.WRITING[found.record_type])
    with desk.casebook.read() as session:
        seen = _view(desk, session, found)
    if seen.kept_back:
        raise NotForYou
    if seen.why_not:
        raise NotAllowed(seen.why_not, _("Ask another manager."))
    with desk.casebook.write(reason.strip() or None) as work:
        work.seal()
        engine.settle(work, conflict_id, choose(found))
        passage = work.session.get(ReportPassage, found.record_id)
        if passage is not None:
            report_writing.settled(desk, work, passage)


def _view(desk: Desk, session: Session, found: Conflict) -> ConflictView:
    values = (found.base, found.mine, found.theirs)
    words = history.in_words(
        desk,
        session,
        Written(found.record_type, found.record_id, found.child_id, found.field, values),
    )
    child = session.get(Child, found.child_id) if found.child_id else None
    current = _same_as(found)
    texts = tuple(text or _lines(value) for text, value in zip(words.values, values, strict=True))
    if words.kept_back:
        texts = ("", "", "")
    levels = (
        (None, None, None)
        if words.kept_back
        else tuple(level_of(level_code(value)) for value in values)
    )

    def side(at: int, actor: str | None, made_at: datetime | None) -> Side:
        return Side(
            who=_name(session, actor) if at else "",
            when=sync_words.moment(made_at, desk.clock) if made_at else "",
            text=texts[at],
            level=levels[at],
            counts=current == at,
            reasons=_reasons(values[at]) if _is_proposal(found) else "",
        )

    return ConflictView(
        id=found.id,
        child_id=found.child_id or "",
        child_name="" if child is None else f"{called(child)} {child.family_name}".strip(),
        record_type=found.record_type,
        record_id=found.record_id,
        field=found.field,
        record=words.record,
        label=words.label,
        base=side(0, None, None),
        mine=side(1, found.mine_actor, found.mine_made_at),
        theirs=side(2, found.theirs_actor, found.theirs_made_at),
        here=found.mine_actor == desk.actor.id,
        safety=found.safety,
        closed=found.closed,
        answered=found.answered,
        kept_back=words.kept_back,
        new_answer=None if found.closed or words.kept_back else _new_answer(desk, session, found),
        why_not=_why_not(desk, session, found),
    )


def _why_not(desk: Desk, session: Session, found: Conflict) -> str:
    """Between two levels that managers proposed a manager decides who didn't write the form."""
    asked = session.get(Oversight, found.record_id) if _is_proposal(found) else None
    if asked is None:
        return ""
    return rival_decisions.why_not(desk, form_record(session, asked.form_record_id), asked)


def _is_proposal(found: Conflict | ConflictView) -> bool:
    """Whether two managers proposed a level for the same judgement."""
    return found.record_type == "oversight" and found.field.startswith(f"{history.PROPOSED}.")


def proposed_beside(desk: Desk, oversight_id: str) -> dict[str, tuple[ConflictView, ...]]:
    """By judgement: where two managers proposed a level at once, and nobody has decided."""
    found: dict[str, tuple[ConflictView, ...]] = {}
    for one in of_form(desk, oversight_id):
        if _is_proposal(one):
            judgement = one.field.partition(".")[2]
            found[judgement] = (*found.get(judgement, ()), one)
    return found


def _reasons(proposal: Any) -> str:
    return str(proposal.get("reasons", "")) if isinstance(proposal, Mapping) else ""


def _same_as(found: Conflict) -> int:
    """Which side counts: 1 mine, 2 theirs, 0 neither."""
    if found.current == found.theirs:
        return 2
    return 1 if found.current == found.mine else 0


def _lines(value: Any) -> str:
    """A value that has no words of its own."""
    if isinstance(value, Mapping) and set(value) == {"sha256", "size"}:
        return _("Pages whose file has the SHA-256 {hash}").format(hash=value["sha256"])
    inner = value.get("value") if isinstance(value, Mapping) else value
    if inner is None or inner in ("", []):
        return ""
    return inner if isinstance(inner, str) else json.dumps(inner, ensure_ascii=False)


def _name(session: Session, user_id: str | None) -> str:
    user = session.get(User, user_id) if user_id else None
    return user.name if user else _("Somebody")


def _new_answer(desk: Desk, session: Session, found: Conflict) -> NewAnswer | None:
    """How another answer can be given to the question, or to the column of text."""
    if not found.field.startswith(ANSWERS):
        written = [value for value in (found.mine, found.theirs) if value is not None]
        known = wording.FIELDS.get(found.record_type, {}).get(found.field)
        plain = known is not None and known.shown == "text" and found.field != "state"
        return NewAnswer() if plain and all(type(value) is str for value in written) else None
    question = _question(desk, session, found)
    if question is None:
        return None
    record = session.get(FormRecord, found.record_id)
    if record is None:
        return None
    if question.type == "text":
        return NewAnswer()
    if question.type == "select_one" and question.list_name:
        form = desk.forms.form(record.form_id, record.form_version)
        choices = form.choices.get(question.list_name, ())
        return NewAnswer(tuple((one.name, one.label.text(language())) for one in choices))
    return None


def _question(desk: Desk, session: Session, found: Conflict) -> Question | None:
    record = session.get(FormRecord, found.record_id)
    if record is None:
        return None
    name = found.field.removeprefix(ANSWERS).rsplit("/", 1)[-1]
    try:
        return desk.forms.form(record.form_id, record.form_version).question(name)
    except (KeyError, KnownError):
        return None
