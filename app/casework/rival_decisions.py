"""Two people decided on one snapshot at once, each on their own laptop: a manager chooses.

A return and a taking back, or the decisions of two managers, meet at the server as fields that
both wrote. They are one matter: which decision counts, and in which new version the author goes
on. Each decision is kept whole. The one that doesn't count stays with the request
(`Oversight.set_aside`), and its version stays readable with every answer in it.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework import permission, submission, sync_words
from app.casework.assessments import new_revision
from app.casework.desk import NotAllowed
from app.casework.form_records import called, found, title_of
from app.casework.problems import RecordGone
from app.core.errors import KnownError
from app.core.i18n import _
from app.models import documents
from app.models.base import moment_of, moment_text
from app.models.records import Child, FormRecord, Oversight, User
from app.sync import conflicts as engine
from app.sync import state
from app.sync.state import Conflict

if TYPE_CHECKING:
    from app.casework.desk import Desk
    from app.models.work import UnitOfWork

# What a decision writes into the request.
OF_DECISION: Final = (
    "state",
    "decided_at",
    "decided_by",
    "note",
    "directions",
    "proposed_levels",
    "level_answers",
    "revision_id",
)
# What it writes into the snapshot.
OF_SNAPSHOT: Final = frozenset({"state", "countersigned_at", "countersigned_by", "state_note"})
TELLS: Final = frozenset({"state", "decided_at", "decided_by", "revision_id"})
"""Fields of a request that two decisions can't both have written alike."""


@dataclass(frozen=True)
class Side:
    """One of the decisions.

    Attributes:
        decision: countersigned, returned or recalled. who, when: by whom, as shown.
        words: Reasons or directions. draft_id: the new version that it opened; None: none.
        typed: How many answers in that version are another than in the snapshot.
        counts: Whether it counts until somebody chooses.
    """

    decision: str
    who: str
    when: str
    words: str
    draft_id: str | None
    typed: int
    counts: bool
    _fields: Mapping[str, Any] = field(repr=False, default_factory=dict)


@dataclass(frozen=True)
class Rivals:
    """The decisions on one snapshot, the one that counts for now first.

    Attributes:
        why_not: Why the person who asks can't choose, in words; empty: they can.
        answered: Chosen here already; the server is told at the next sync.
    """

    id: str
    record_id: str
    child_id: str
    child_name: str
    title: str
    sides: tuple[Side, ...]
    why_not: str
    answered: bool


def rivals(desk: Desk, child_id: str | None = None) -> tuple[Rivals, ...]:
    """The snapshots on which two people decided; of one child where `child_id` is given."""
    found_ones = _conflicts(desk)
    with desk.casebook.read() as session:
        told = (_rivals(desk, session, key, held) for key, held in found_ones.items())
        return tuple(one for one in told if one is not None and child_id in (None, one.child_id))


def to_choose(desk: Desk) -> tuple[Rivals, ...]:
    """Those between which the person who asks can choose."""
    if not desk.actor.may_countersign:
        return ()
    return tuple(one for one in rivals(desk) if not one.why_not and not one.answered)


def covers(told: Collection[str], one: Conflict) -> bool:
    """Whether a conflict is told here: `told` is what `covered` gave."""
    return one.id in told or (one.record_id in told and one.field in OF_SNAPSHOT)


def covered(desk: Desk) -> frozenset[str]:
    """The ids of conflicts, and of snapshots, that are told here, not field by field."""
    told = _conflicts(desk)
    with desk.casebook.read() as session:
        snapshots = session.scalars(
            select(Oversight.form_record_id).where(Oversight.id.in_(told))
        ).all()
    return frozenset(one.id for held in told.values() for one in held).union(snapshots)


def choose(desk: Desk, oversight_id: str, which: int, reason: str) -> None:
    """Let one of the decisions count.

    Args:
        which: Its place in `Rivals.sides`.
        reason: Why; stays in the history.

    Raises:
        NotAllowed: The person is no manager, or wrote the snapshot.
        ConflictSettled: Somebody has chosen already. KnownError: No reason is given.
    """
    desk.must_countersign()
    if not reason.strip():
        raise KnownError(_("Say in a sentence why, so that the record shows your thinking."))
    held = _conflicts(desk).get(oversight_id, [])
    with desk.casebook.write(reason.strip()) as work:
        work.seal()
        told = _rivals(desk, work.session, oversight_id, held)
        if told is None or told.answered or not 0 <= which < len(told.sides):
            raise engine.ConflictSettled
        if told.why_not:
            raise NotAllowed(told.why_not, _("Ask another manager."))
        chosen = told.sides[which]
        asked = work.session.get_one(Oversight, oversight_id)
        record = found(work.session, asked.form_record_id)
        _write_request(work, asked, chosen, held)
        others = [side for side in told.sides if side is not chosen]
        asked.set_aside = {
            "decisions": [*asked.set_aside.get("decisions", ()), *(_as_kept(o) for o in others)]
        }
        for side in others:
            _set_aside(desk, work, side, chosen)
        if chosen.decision != "countersigned" and chosen.draft_id is None:
            asked.revision_id = new_revision(desk, work, record).record_id
        _write_snapshot(work, record, chosen, _of_snapshot(desk, record.id))


# -- finding them ------------------------------------------------------------------------------


def _conflicts(desk: Desk) -> dict[str, list[Conflict]]:
    """The conflicts of each request on which two people decided."""
    found_ones: dict[str, list[Conflict]] = {}
    for item in state.view(desk.casebook).items:
        if item.kind != "conflict" or item.record_type != "oversight":
            continue
        one = state.conflict(desk.casebook, item.id)
        if one is not None and _column(one.field) in OF_DECISION:
            found_ones.setdefault(one.record_id, []).append(one)
    return {
        key: _of_deciders(held)
        for key, held in found_ones.items()
        if any(one.field in TELLS for one in held)
    }


def _of_deciders(held: Sequence[Conflict]) -> list[Conflict]:
    """Without the levels that somebody proposed who didn't decide: they are a matter of their
    own."""
    deciders = {
        actor for one in held if one.field in TELLS for actor in (one.mine_actor, one.theirs_actor)
    }
    return [
        one for one in held if not _is_part(one) or {one.mine_actor, one.theirs_actor} <= deciders
    ]


def _column(field: str) -> str:
    """The column that a field stands in, or is a part of."""
    return field.partition(".")[0]


def _of_snapshot(desk: Desk, record_id: str) -> list[Conflict]:
    held = (
        state.conflict(desk.casebook, item.id)
        for item in state.view(desk.casebook).items
        if item.kind == "conflict" and item.record_id == record_id and not item.answered
    )
    return [one for one in held if one is not None and one.field in OF_SNAPSHOT]


def _rivals(
    desk: Desk, session: Session, oversight_id: str, held: Sequence[Conflict]
) -> Rivals | None:
    asked = session.get(Oversight, oversight_id)
    if asked is None or not held:
        return None
    record = session.get(FormRecord, asked.form_record_id)
    child = session.get(Child, asked.child_id)
    if record is None or child is None:
        return None
    return Rivals(
        id=asked.id,
        record_id=record.id,
        child_id=child.id,
        child_name=f"{called(child)} {child.family_name}".strip(),
        title=title_of(desk, record),
        sides=tuple(
            _side(desk, session, record, fields, counts=not number)
            for number, fields in enumerate(_sides(asked, held))
        ),
        why_not=why_not(desk, record, asked),
        answered=all(one.answered for one in held),
    )


def why_not(desk: Desk, record: FormRecord, asked: Oversight) -> str:
    """Why the person who asks can't choose on a request, in words; empty: they can."""
    if not desk.actor.may_countersign:
        return permission.refusal("countersign").user_text
    if submission.wrote(desk.actor.id, record, asked):
        return _("You wrote this, so another manager has to choose.")
    return ""


def _sides(asked: Oversight, held: Sequence[Conflict]) -> list[dict[str, Any]]:
    """What each decision wrote: that which stands, then each that came against it."""
    stands = {name: _plain(getattr(asked, name)) for name in OF_DECISION}
    against: dict[tuple[str | None, datetime | None], dict[str, Any]] = {}
    for one in held:
        if _is_part(one):
            continue
        other = one.mine if one.current != one.mine else one.theirs
        by = (
            (one.mine_actor, one.mine_made_at)
            if one.current != one.mine
            else (one.theirs_actor, one.theirs_made_at)
        )
        against.setdefault(by, {})[one.field] = other
    sides = [_with_parts(stands, asked.decided_by, held)]
    sides += [
        _with_parts({**stands, **written}, actor, held) for (actor, _at), written in against.items()
    ]
    for fields in sides:
        # A version, and words, belong to the decision that opens and says such.
        if fields["state"] == "countersigned":
            fields["revision_id"] = None
    return sides


def _with_parts(
    fields: Mapping[str, Any], actor: str | None, held: Sequence[Conflict]
) -> dict[str, Any]:
    """A decision with the levels that whoever made it proposed: of two levels the more severe
    stands for now, whichever decision does."""
    made = copy.deepcopy(dict(fields))
    for one in held:
        if _is_part(one) and actor in (one.mine_actor, one.theirs_actor):
            column, _dot, path = one.field.partition(".")
            documents.put(made[column], path, one.mine if actor == one.mine_actor else one.theirs)
    return made


def _is_part(one: Conflict) -> bool:
    """Whether a conflict is about one judgement."""
    return "." in one.field


def _side(
    desk: Desk, session: Session, record: FormRecord, fields: Mapping[str, Any], *, counts: bool
) -> Side:
    user = session.get(User, fields["decided_by"]) if fields["decided_by"] else None
    draft = session.get(FormRecord, fields["revision_id"]) if fields["revision_id"] else None
    at = fields["decided_at"]
    return Side(
        decision=str(fields["state"]),
        who=user.name if user else _("Somebody"),
        when=sync_words.moment(moment_of(at), desk.clock) if at else "",
        words=str(fields["note"] if fields["state"] == "countersigned" else fields["directions"])
        if fields["state"] != "recalled"
        else "",
        draft_id=draft.id if draft is not None else None,
        typed=_typed(record, draft),
        counts=counts,
        _fields=fields,
    )


def _typed(record: FormRecord, draft: FormRecord | None) -> int:
    if draft is None:
        return 0
    return len(documents.differences(record.answers, draft.answers))


def _plain(value: Any) -> Any:
    """A column as a conflict says it."""
    return moment_text(value) if isinstance(value, datetime) else value


# -- choosing ----------------------------------------------------------------------------------


def _write_request(
    work: UnitOfWork, asked: Oversight, chosen: Side, held: Sequence[Conflict]
) -> None:
    for one in held:
        if not one.answered:
            head, dot, path = one.field.partition(".")
            value = chosen._fields[head]
            engine.settle(work, one.id, documents.read(value, path) if dot else value)
    if asked.revision_id != chosen.draft_id:
        asked.revision_id = chosen.draft_id


def _as_kept(side: Side) -> dict[str, Any]:
    return {
        "decision": side.decision,
        "by": side._fields["decided_by"],
        "at": side._fields["decided_at"],
        "words": side.words,
        "revision_id": side.draft_id,
    }


def _set_aside(desk: Desk, work: UnitOfWork, side: Side, chosen: Side) -> None:
    """Lock the version that a decision opened; every answer in it can be read from now on."""
    if side.draft_id is None or side.draft_id == chosen.draft_id:
        return
    draft = work.session.get(FormRecord, side.draft_id)
    if draft is None:
        raise RecordGone
    waiting = work.session.scalars(
        select(Oversight).where(Oversight.form_record_id == draft.id, Oversight.state == "waiting")
    ).all()
    for asked in waiting:
        asked.state = "recalled"
        asked.decided_at, asked.decided_by = desk.clock.now(), desk.actor.id
    draft.state = "superseded"
    draft.state_note = _("Another version counts.")


def _write_snapshot(
    work: UnitOfWork, record: FormRecord, chosen: Side, held: Sequence[Conflict]
) -> None:
    draft = work.session.get(FormRecord, chosen.draft_id) if chosen.draft_id else None
    signed = chosen.decision == "countersigned"
    if draft is not None and draft.state not in ("draft", "superseded"):
        state_now = "superseded"
    else:
        state_now = {"recalled": "submitted"}.get(chosen.decision, chosen.decision)
    wanted = {
        "state": state_now,
        "countersigned_at": chosen._fields["decided_at"] if signed else None,
        "countersigned_by": chosen._fields["decided_by"] if signed else None,
        "state_note": chosen.words if chosen.decision == "returned" else "",
    }
    for one in held:
        engine.settle(work, one.id, wanted[one.field])
    at = wanted["countersigned_at"]
    record.state = state_now
    record.countersigned_at = moment_of(at) if at else None
    record.countersigned_by = wanted["countersigned_by"]
    record.state_note = str(wanted["state_note"])
