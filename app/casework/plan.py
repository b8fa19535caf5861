"""The plan of a child: one set of targets, seen as *our plan* and as the child's *my plan*.

The targets stand in the newest assessment or review. How far each is has a history of its own,
because a submitted assessment never changes: what was noted last counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework import chronology, dates, form_records, reference, timeline
from app.casework.disclosure import Exported, Pages, must_be_free, reference_of, to_file
from app.casework.keeping import child_of, of_child
from app.casework.levels import Kind
from app.casework.problems import RecordGone
from app.casework.timeline import Moment
from app.core.errors import KnownError
from app.core.i18n import _, language
from app.forms.errors import FormError
from app.forms.sheet import Sheet
from app.models.queries.caseload import LOCKED
from app.models.records import ChronologyEntry, FormRecord, Service
from app.reports import my_plan

if TYPE_CHECKING:
    from app.casework.desk import Desk

TARGETS: Final = "targets"
ENDED: Final = frozenset({"done", "stopped"})
TONES: Final[Mapping[str, Kind]] = {"done": "good", "in_progress": "good"}
ON_MY_PLAN: Final = 5
"""A child's plan on one page has room for so many targets: few and small enough to keep."""


@dataclass(frozen=True)
class Target:
    """One target, as both plans see it.

    Attributes:
        id: Row of the target, the same from stage to stage.
        outcome: What will be different. steps, who, order, factor: as the practitioner wrote.
        by: The day; by_text: as shown. late: by how much it is, in words; empty where it isn't.
        wants, will, helpers: In the child's words; empty where the child has not said it.
        state: Code of list `target_progress`; state_text and kind: its words and their tone.
        progress: What was noted of it, the newest first.
    """

    id: str
    outcome: str
    steps: str
    who: str
    by: date | None
    by_text: str
    order: str
    factor: str
    wants: str
    will: str
    helpers: str
    state: str
    state_text: str
    kind: Kind
    progress: tuple[Moment, ...] = ()
    late: str = ""

    @property
    def ended(self) -> bool:
        """Whether it is done, or not needed any more."""
        return self.state in ENDED


@dataclass(frozen=True)
class IfThen:
    """What is done if things change."""

    if_this: str
    then_that: str
    who: str
    how_soon: str


@dataclass(frozen=True)
class PlanView:
    """The plan of a child.

    Attributes:
        record_id: The form that it stands in. title: that form; draft: it isn't submitted yet.
        wants: What the child wants from the plan, in the child's words.
        controls: What else keeps people safe for now, one line each. tailored: how the work is
            done differently. victim_safety: what keeps those who were harmed safe.
        review_on: When it is looked at again.
    """

    record_id: str
    child_id: str
    called: str
    title: str
    draft: bool
    wants: str
    targets: tuple[Target, ...]
    controls: tuple[str, ...]
    if_thens: tuple[IfThen, ...]
    tailored: str
    victim_safety: str
    review_on: date | None


class NoPlan(KnownError):
    """The child has no plan yet."""

    def __init__(self) -> None:
        super().__init__(
            _("There is no plan yet."),
            _("Write the targets in the assessment; the plan grows out of it."),
        )


def plan_of(desk: Desk, child_id: str) -> PlanView | None:
    """The plan of a child; None where nothing has been planned yet.

    Raises:
        RecordGone: There is no such child.
    """
    with desk.casebook.read() as session:
        child = child_of(session, child_id)
        for record in _forms(session, child_id):
            try:
                sheet = form_records.sheet_of(desk, session, record)
            except FormError:
                continue
            if sheet.has(TARGETS) and sheet.rows(TARGETS):
                noted = _progress(desk, session, child_id)
                return _view(desk, record, sheet, form_records.called(child), noted)
    return None


def _forms(session: Session, child_id: str) -> list[FormRecord]:
    """The forms that a plan may stand in: the one submitted last, then a draft."""
    records = session.scalars(
        select(FormRecord).where(
            FormRecord.child_id == child_id,
            FormRecord.removed_at.is_(None),
            FormRecord.kind != "questionnaire",
            FormRecord.state.in_(("draft", *LOCKED)),
        )
    ).all()
    locked = [record for record in records if record.submitted_at is not None]
    drafts = [record for record in records if record.submitted_at is None]
    locked.sort(key=lambda record: (record.submitted_at, record.id), reverse=True)
    drafts.sort(key=lambda record: (record.created_at, record.id), reverse=True)
    return locked + drafts


def _progress(desk: Desk, session: Session, child_id: str) -> dict[str, list[Moment]]:
    """What was noted of each target, by its row, the newest first."""
    targets = {
        entry.id: entry.target_id
        for entry in of_child(session, ChronologyEntry, child_id)
        if entry.target_id
    }
    found: dict[str, list[Moment]] = {}
    for moment in timeline.entries(desk, session, child_id):
        target = targets.get(moment.entry_id)
        if target is not None:
            found.setdefault(target, []).append(moment)
    for moments in found.values():
        moments.sort(key=lambda moment: (moment.on, moment.at, moment.key), reverse=True)
    return found


def latest_progress(session: Session, child_id: str) -> dict[str, str]:
    """How far each target is by what was noted last, by its row."""
    entries = of_child(session, ChronologyEntry, child_id)
    corrected = {entry.corrects_id for entry in entries}
    noted = [
        entry
        for entry in entries
        if entry.target_id and entry.progress and entry.id not in corrected and entry.happened_on
    ]
    noted.sort(key=lambda entry: (entry.happened_on or date.min, entry.happened_at, entry.id))
    return {entry.target_id or "": entry.progress for entry in noted}


class _Reader:
    """Answers of a sheet in words; empty where the form doesn't ask or nothing was said."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet

    def words(self, path: str) -> str:
        if not self._sheet.has(path) or not self._sheet.is_relevant(path):
            return ""
        return self._sheet.shown(path)

    def value(self, path: str) -> Any:
        return self._sheet.value(path) if self._sheet.has(path) else None

    def day(self, path: str) -> date | None:
        value = self.value(path)
        if not value or self._sheet.problem(path) is not None:
            return None
        return date.fromisoformat(str(value))

    def rows(self, name: str) -> Iterator[str]:
        """The paths of the rows of a repeat."""
        if self._sheet.has(name):
            for row in self._sheet.rows(name):
                yield f"{name}/{row}"


def _view(
    desk: Desk,
    record: FormRecord,
    sheet: Sheet,
    called: str,
    noted: Mapping[str, list[Moment]],
) -> PlanView:
    read = _Reader(sheet)
    return PlanView(
        record_id=record.id,
        child_id=record.child_id,
        called=called,
        title=form_records.title_of(desk, record),
        draft=record.submitted_at is None,
        wants=read.words("plan_child_words"),
        targets=tuple(
            _target(desk, read, row, tuple(noted.get(row.partition("/")[2], ())))
            for row in read.rows(TARGETS)
        ),
        controls=tuple(_control(read, row) for row in read.rows("controls")),
        if_thens=tuple(
            IfThen(
                read.words(f"{row}/contingency_if"),
                read.words(f"{row}/contingency_then"),
                read.words(f"{row}/contingency_who"),
                read.words(f"{row}/contingency_by"),
            )
            for row in read.rows("contingencies")
        ),
        tailored=read.words("tailoring_how") or read.words("tailoring"),
        victim_safety=read.words("victim_safety"),
        review_on=read.day("plan_review_date"),
    )


def _target(desk: Desk, read: _Reader, row: str, noted: tuple[Moment, ...]) -> Target:
    state = str(read.value(f"{row}/target_state") or "")
    state = next((one.progress for one in noted if one.progress and not one.corrected), state)
    by = read.day(f"{row}/target_by")
    return Target(
        id=row.partition("/")[2],
        outcome=read.words(f"{row}/target_outcome"),
        steps=read.words(f"{row}/target_steps"),
        who=read.words(f"{row}/target_who"),
        by=by,
        by_text=dates.shortly(by, desk.clock.today()) if by else "",
        order=read.words(f"{row}/target_order"),
        factor=read.words(f"{row}/target_factor"),
        wants=read.words(f"{row}/target_child_words"),
        will=read.words(f"{row}/target_child_steps"),
        helpers=read.words(f"{row}/target_child_helpers"),
        state=state,
        state_text=reference.label("target_progress", state),
        kind=TONES.get(state, "neutral"),
        progress=noted,
        late=dates.late(by, desk.clock.today(), ended=state in ENDED),
    )


def _control(read: _Reader, row: str) -> str:
    what, who, until = (
        read.words(f"{row}/{name}") for name in ("control_what", "control_who", "control_until")
    )
    told = _("{what}, by {who}").format(what=what, who=who) if who else what
    return _("{what}, until {day}").format(what=told, day=until) if until else told


def note_progress(
    desk: Desk, child_id: str, target_id: str, *, progress: str, note: str, day: date | None = None
) -> str:
    """Note how far a target is; the history keeps what was noted before.

    Raises:
        NotAllowed: The person may only read.
        DetailsRefused: It says nothing, or on a day that makes no sense.
        RecordGone: The plan has no such target.
    """
    desk.must_write()
    found = plan_of(desk, child_id)
    if found is None or target_id not in {target.id for target in found.targets}:
        raise RecordGone
    return chronology.note_progress(
        desk, child_id, target_id, progress=progress, note=note, day=day
    )


# -- my plan on paper --------------------------------------------------------------------------


def my_plan_pages(desk: Desk, child_id: str, tongue: str | None = None) -> bytes:
    """The child's plan as a PDF of one page, in large type and the child's words.

    Args:
        tongue: The language of it; without, that of the screen.

    Raises:
        NoPlan: Nothing has been planned yet.
    """
    said = tongue or language()
    view, sheet = _planned(desk, child_id, said)
    with desk.casebook.read() as session:
        service = session.get(Service, desk.casebook.service_id)
    going_on = [target for target in view.targets if not target.ended]
    read = _Reader(sheet)
    content = my_plan.MyPlan(
        called=view.called,
        service_name=service.name if service is not None else "",
        reference=reference_of(desk, view.record_id),
        made_on=desk.clock.today(),
        language=said,
        wants=read.words("plan_child_words"),
        targets=tuple(
            my_plan.MyTarget(
                wants=target.wants or target.outcome,
                said_so=bool(target.wants),
                will=target.will,
                helpers=target.helpers,
                by=target.by,
            )
            for target in going_on[:ON_MY_PLAN]
        ),
        done=tuple(target.wants or target.outcome for target in view.targets if target.ended),
        more=max(0, len(going_on) - ON_MY_PLAN),
        review_on=view.review_on,
        draft=view.draft,
    )
    return my_plan.on_one_page(content)


def _planned(desk: Desk, child_id: str, tongue: str) -> tuple[PlanView, Sheet]:
    view = plan_of(desk, child_id)
    if view is None:
        raise NoPlan
    with desk.casebook.read() as session:
        record = form_records.found(session, view.record_id)
        sheet = form_records.sheet_of(desk, session, record, tongue=tongue)
    read = _Reader(sheet)
    # What was chosen reads in the language of the page; what was said stays as it was said.
    targets = tuple(
        replace(target, helpers=read.words(f"{TARGETS}/{target.id}/target_child_helpers"))
        for target in view.targets
    )
    return replace(view, targets=targets), sheet


def export_my_plan(
    desk: Desk,
    child_id: str,
    file: Path,
    *,
    recipient: str,
    reason: str = "",
    overwrite: bool = False,
) -> Exported:
    """Write the child's plan to a file, and log to whom it was given.

    Raises:
        NotAllowed: The person may not pass on copies.
        FileIsThere: A file of this name exists and was not to be replaced.
        NoPlan: Nothing has been planned yet.
        KnownError: Nobody is named who gets it, or it can't be written there.
    """
    desk.must_disclose()
    must_be_free(file, overwrite=overwrite)
    if not recipient.strip():
        raise KnownError(
            _("Say who gets this copy."), _("It is kept in the record of who was given a copy.")
        )
    view = plan_of(desk, child_id)
    if view is None:
        raise NoPlan
    pages = Pages(
        my_plan_pages(desk, child_id),
        "form_record",
        view.record_id,
        child_id,
        "draft" if view.draft else "submitted",
    )
    return to_file(desk, file, pages, recipient=recipient, reason=reason)


def file_name(desk: Desk, child_id: str) -> str:
    """The name to offer for the file: a reference, nothing of the child."""
    view = plan_of(desk, child_id)
    if view is None:
        raise NoPlan
    return f"{reference_of(desk, view.record_id)}.pdf"
