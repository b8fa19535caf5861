"""Signs of harm in what a child answers, kept from the moment they are said.

A child may take back what they said before the laptop is given back, and nobody may lose it for
that. So a sign is raised by the save that brings the answer, in the same transaction, and keeps
the answer as it was given; what the child put in its place is written beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import documents
from app.models.base import canonical
from app.models.change_log import Change
from app.models.records import FormRecord, Handover, HarmPrompt

if TYPE_CHECKING:
    from app.forms.sheet import Sheet
    from app.models.work import UnitOfWork


def handed_over(session: Session, record_id: str | None = None) -> Handover | None:
    """The handover by which this laptop is with a child now; None: it is not.

    One that a sync brought concerns the laptop that it was made on, and no other.

    Args:
        record_id: Only where the child is filling in this form.
    """
    made_here = (
        select(Change.entry)
        .where(Change.record_id == Handover.id, Change.kind == "create", Change.origin.is_(None))
        .exists()
    )
    wanted = (
        select(Handover)
        .where(Handover.state == "open", Handover.removed_at.is_(None), made_here)
        .order_by(Handover.created_at.desc())
    )
    if record_id is not None:
        wanted = wanted.where(Handover.form_record_id == record_id)
    return session.scalars(wanted).first()


def watch(
    work: UnitOfWork,
    record: FormRecord,
    sheet: Sheet,
    *,
    handover_id: str,
    before: Mapping[str, Any],
    now: datetime,
) -> None:
    """Raise what is a sign of harm now, and note beside earlier signs what was changed since.

    Within a handover there is one prompt for each question and distinct answer to it. What stood
    there before a save and has its prompt from an earlier handover is not raised again. Text that
    is still being typed is one answer, which grows.

    Args:
        record, sheet: The form as it stands after the save.
        before: Its answers as they stood before.
    """
    held = work.session.scalars(
        select(HarmPrompt).where(
            HarmPrompt.form_record_id == record.id, HarmPrompt.removed_at.is_(None)
        )
    ).all()
    signs = sheet.harm_signs()
    ours = [prompt for prompt in held if prompt.handover_id == handover_id]
    for prompt in ours:
        if prompt.given is not None:
            typed = prompt.path in signs and sheet.question(prompt.path).type == "text"
            _follow(prompt, documents.read(record.answers, prompt.path), typed=typed, now=now)
    for path in signs:
        given = sheet.json_at(path)
        typed = sheet.question(path).type == "text"
        if any(prompt.path == path and _holds(prompt, given, typed) for prompt in ours):
            continue
        stood_there = _said(documents.read(dict(before), path)) == _said(given)
        if stood_there and any(
            prompt.path == path and _said(prompt.given) in ("", _said(given)) for prompt in held
        ):
            continue
        work.add(
            HarmPrompt(
                child_id=record.child_id,
                form_record_id=record.id,
                handover_id=handover_id,
                path=path,
                given=given,
                raised_at=now,
            )
        )


def _follow(
    prompt: HarmPrompt, standing: Mapping[str, Any] | None, *, typed: bool, now: datetime
) -> None:
    if typed and prompt.later_at is None and _text(standing).startswith(_text(prompt.given)):
        prompt.given = dict(standing or {})
        return
    last = prompt.given if prompt.later_at is None else prompt.later
    if _said(standing) != _said(last):
        prompt.later = None if standing is None else dict(standing)
        prompt.later_at = now


def _holds(prompt: HarmPrompt, given: Mapping[str, Any], typed: bool) -> bool:
    """Whether this answer is one that the prompt was raised for."""
    if _said(prompt.given) == _said(given):
        return True
    return typed and any(
        _goes_on(_text(each), _text(given)) for each in (prompt.given, prompt.later)
    )


def _goes_on(one: str, other: str) -> bool:
    return bool(one and other) and (one.startswith(other) or other.startswith(one))


def _text(answer: Mapping[str, Any] | None) -> str:
    return str((answer or {}).get("value") or "")


def _said(answer: Mapping[str, Any] | None) -> str:
    """What an answer says, to be compared: not when, how or by whom. Empty: nothing."""
    if not answer:
        return ""
    value, refused = answer.get("value"), answer.get("refused")
    if value in (None, "", []) and not refused:
        return ""
    return canonical([value, refused])
