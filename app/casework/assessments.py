"""An assessment is finished by submitting it: a snapshot that never changes again."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from app.casework import dates, quality, reference, submission
from app.casework.form_records import NotEditable, OpenForm, found, opened, sheet_of
from app.casework.permission import NotAllowed
from app.core.errors import KnownError
from app.core.i18n import _, ngettext
from app.forms.schema import KINDS, OWN_VIEWS
from app.forms.sheet import Problem
from app.models.base import canonical
from app.models.records import FormRecord, Oversight

if TYPE_CHECKING:
    from app.casework.desk import Desk
    from app.models.work import UnitOfWork

# What a child or a parent said is their own: nobody signs it off.
COUNTERSIGNED_KINDS: Final = frozenset(KINDS) - OWN_VIEWS
FINISHED_BY_WORKER: Final = frozenset(KINDS) - {"questionnaire"}
LEVEL_COLUMNS: Final = {
    "reoffending": "level_reoffending",
    "serious_harm": "level_serious_harm",
    "safety_wellbeing": "level_safety",
}


class SubmitRefused(KnownError):
    """The form still holds problems; `problems` leads to each question."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(
            ngettext(
                "One question needs another look before this can be submitted.",
                "{count} questions need another look before this can be submitted.",
                len(problems),
            ).format(count=len(problems)),
            _("Everything is saved. Go through the list, then submit again."),
        )
        self.problems = problems


@dataclass(frozen=True)
class Submitted:
    """A locked snapshot: its hash stands for exactly these answers to exactly this form."""

    record_id: str
    at: datetime
    snapshot_hash: str


def snapshot_hash(form_id: str, form_version: int, answers: Mapping[str, Any]) -> str:
    """SHA-256 (hex) of a form's answers in one canonical spelling."""
    spelled = canonical({"form": form_id, "version": form_version, "answers": answers})
    return hashlib.sha256(spelled.encode("utf-8")).hexdigest()


def submit(desk: Desk, record_id: str) -> Submitted:
    """Lock a form as a snapshot and put it before a manager, unless nobody countersigns it.

    Raises:
        SubmitRefused: Questions are missing or don't fit; nothing was changed.
        NotEditable: It is locked already.
    """
    desk.must_write()
    now, today = desk.clock.now(), desk.clock.today()
    with desk.casebook.write() as work:
        work.seal(record_id)
        record = found(work.session, record_id)
        if record.state != "draft" or record.kind not in FINISHED_BY_WORKER:
            raise NotEditable
        sheet = sheet_of(desk, work.session, record)
        problems = (*sheet.obstacles(), *submission.problems(work.session, record, sheet))
        if problems:
            raise SubmitRefused(problems)
        # Defaults and calculations are part of what was submitted.
        record.answers = sheet.document()
        record.form_version = sheet.form.version
        record.snapshot_hash = snapshot_hash(record.form_id, record.form_version, record.answers)
        record.submitted_at = now
        record.submitted_by = desk.actor.id
        record.state = "submitted"
        for judgement, question in sheet.form.judgements.items():
            level = sheet.value(question)
            setattr(record, LEVEL_COLUMNS[judgement], level if isinstance(level, str) else "")
        if record.revises_id:
            found(work.session, record.revises_id).state = "superseded"
        if sheet.form.kind in COUNTERSIGNED_KINDS:
            window = reference.rule("countersign_window", today)
            work.add(
                Oversight(
                    child_id=record.child_id,
                    form_record_id=record.id,
                    requested_at=now,
                    requested_by=desk.actor.id,
                    due_on=None if window is None else dates.after(window, today),
                    snapshot_hash=record.snapshot_hash,
                    authors=submission.authors(record, sheet, desk.actor.id),
                    unmet_prompts=list(quality.unmet(sheet)),
                )
            )
        return Submitted(record.id, now, record.snapshot_hash)


def recall(desk: Desk, record_id: str, reason: str = "") -> OpenForm:
    """Take back what was submitted and not yet decided on, as a new draft with the same answers.

    Args:
        reason: Why, for the history.

    Raises:
        NotAllowed: The person may only read, or did not write it.
        KnownError: A manager has decided on it, or it was never submitted.
    """
    desk.must_write()
    with desk.casebook.write(reason.strip() or None) as work:
        record = found(work.session, record_id)
        waiting = work.session.scalars(
            select(Oversight).where(
                Oversight.form_record_id == record_id, Oversight.state == "waiting"
            )
        ).first()
        if record.state != "submitted" or waiting is None:
            raise KnownError(
                _("This can't be taken back: it does not wait for a manager."),
                _("Start a new assessment if something has changed."),
            )
        if not submission.wrote(desk.actor.id, record, waiting):
            raise NotAllowed(
                _("Only those who wrote this can take it back."),
                _("A manager can return it with directions."),
            )
        waiting.state = "recalled"
        waiting.decided_at = desk.clock.now()
        waiting.decided_by = desk.actor.id
        draft = new_revision(desk, work, record)
        waiting.revision_id = draft.record_id
        return draft


def new_revision(desk: Desk, work: UnitOfWork, record: FormRecord) -> OpenForm:
    """A draft with the answers of a locked snapshot, which it will replace when it is submitted."""
    draft = FormRecord(
        child_id=record.child_id,
        form_id=record.form_id,
        form_version=record.form_version,
        kind=record.kind,
        title=record.title,
        stage=record.stage,
        language=record.language,
        answers=record.answers,
        started_by=record.started_by,
        revises_id=record.id,
        carried_from_id=record.carried_from_id,
    )
    work.add(draft)
    work.session.flush()
    return opened(desk, work.session, draft)
