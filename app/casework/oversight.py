"""A manager's recorded oversight of what a practitioner submitted.

A manager who did not write the snapshot countersigns it with reasons, returns it with directions,
or asks for a panel and then decides. Directions are written section by section as tasks: planned
while the manager reads, open once the decision is made. Each decision names the hash of what was
decided on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from app.casework import dates, quality, reference, submission, tasks
from app.casework.assessments import new_revision, snapshot_hash
from app.casework.desk import NotAllowed
from app.casework.form_records import called, found, title_of
from app.casework.keeping import reason_given
from app.casework.problems import DetailsRefused, Problem, RecordGone
from app.casework.tasks import TaskView
from app.core.errors import BugError, KnownError
from app.core.i18n import _, ngettext
from app.forms.schema import JUDGEMENT_LEVELS, Judgement
from app.models.records import Child, FormRecord, Oversight, Panel, Task, User

if TYPE_CHECKING:
    from app.casework.desk import Desk
    from app.models.work import UnitOfWork

Decision = Literal["countersigned", "returned", "recalled"]


@dataclass(frozen=True)
class OversightItem:
    """A submitted form that waits for a manager, or what a manager decided.

    Attributes:
        due: The day by which a dated rule wants a decision. verified: whether the source of that
            rule was read in full. late: the day has passed and nobody has decided.
        age: For how long it has waited, in words; empty once it is decided.
        high: Whether a level of it is high or very high.
        decision: countersigned, returned, recalled, or empty while it waits.
        note: The manager's reasons or directions.
        mine: Whether the person who asks wrote it, or part of it, and so can't decide on it.
        panel: What stands with a panel, in words; empty where none was asked for.
        set_aside: Decisions made at the same time elsewhere that don't count, in words.
    """

    id: str
    record_id: str
    child_id: str
    child_name: str
    title: str
    author: str
    submitted_at: datetime
    due: date | None
    verified: bool
    late: bool
    age: str
    high: bool
    decision: str
    decided_by: str
    decided_at: datetime | None
    note: str
    mine: bool
    panel: str = ""
    set_aside: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PanelDetails:
    """A panel. `why`: what it is to look at; `due_on`: by when; the rest once it was held."""

    why: str = ""
    due_on: date | None = None
    held_on: date | None = None
    attended: str = ""
    decided: str = ""


@dataclass(frozen=True)
class PanelView:
    """A panel as shown.

    Attributes:
        title: What became of it, in words. detail: why, who was there, what it decided.
        held: Whether it has been held.
    """

    id: str
    child_id: str
    details: PanelDetails
    title: str
    detail: str
    held: bool
    oversight_id: str
    problems: tuple[Problem, ...] = ()


class MoreThanASignature(KnownError):
    """A high level was to be countersigned with nothing but a signature."""

    def __init__(self) -> None:
        super().__init__(
            _("A level is High or Very high here, so a signature alone is not enough."),
            _("Write a direction for a section, or say in a few sentences why you agree."),
        )


# -- the queue ---------------------------------------------------------------------------------


def queue(desk: Desk) -> tuple[OversightItem, ...]:
    """What waits for a manager's decision: what is overdue, then what has waited longest."""
    with desk.casebook.read() as session:
        waiting = _items(desk, session, Oversight.state == "waiting")
    return tuple(sorted(waiting, key=lambda item: (not item.late, item.submitted_at, item.id)))


def of_form(desk: Desk, record_id: str) -> tuple[OversightItem, ...]:
    """Every request and decision on one snapshot, the newest first."""
    with desk.casebook.read() as session:
        return tuple(reversed(_items(desk, session, Oversight.form_record_id == record_id)))


def of_child(desk: Desk, child_id: str) -> tuple[OversightItem, ...]:
    """Every request and decision on the forms of a child, the newest first."""
    with desk.casebook.read() as session:
        held = _items(desk, session, Oversight.child_id == child_id)
    return tuple(sorted(held, key=lambda item: (item.submitted_at, item.id), reverse=True))


def item(desk: Desk, session: Session, oversight_id: str) -> OversightItem:
    """One request or decision.

    Raises:
        RecordGone: There is none.
    """
    held = _items(desk, session, Oversight.id == oversight_id)
    if not held:
        raise RecordGone
    return held[0]


def _items(desk: Desk, session: Session, wanted: ColumnElement[bool]) -> tuple[OversightItem, ...]:
    author, decider = aliased(User), aliased(User)
    rows = session.execute(
        select(
            Oversight,
            FormRecord,
            Child,
            author.name.label("author"),
            decider.name.label("decider"),
        )
        .join(FormRecord, FormRecord.id == Oversight.form_record_id)
        .join(Child, Child.id == Oversight.child_id)
        .join(author, author.id == FormRecord.submitted_by, isouter=True)
        .join(decider, decider.id == Oversight.decided_by, isouter=True)
        .where(wanted, Oversight.removed_at.is_(None))
        .order_by(Oversight.due_on, Oversight.id)
    ).all()
    panels = _panels(session, [row.Oversight.id for row in rows])
    return tuple(
        _item(desk, session, row, _panel_words(panels.get(row.Oversight.id), desk.clock.today()))
        for row in rows
    )


def _item(desk: Desk, session: Session, row: Any, panel: str) -> OversightItem:
    asked: Oversight = row.Oversight
    record: FormRecord = row.FormRecord
    child: Child = row.Child
    today = desk.clock.today()
    submitted = asked.requested_at or record.submitted_at or record.changed_at
    waits = asked.state == "waiting"
    rule = reference.rule("countersign_window", dates.local_day(submitted))
    return OversightItem(
        id=asked.id,
        record_id=record.id,
        child_id=child.id,
        child_name=f"{called(child)} {child.family_name}".strip(),
        title=title_of(desk, record),
        author=row.author or "",
        submitted_at=submitted,
        due=asked.due_on,
        verified=rule is not None and rule.verified,
        late=waits and asked.due_on is not None and asked.due_on < today,
        age=waits_since(dates.local_day(submitted), today) if waits else "",
        high=is_high(record),
        decision="" if waits else asked.state,
        decided_by=row.decider or "",
        decided_at=asked.decided_at,
        note=asked.note if asked.state == "countersigned" else asked.directions,
        mine=submission.wrote(desk.actor.id, record, asked),
        panel=panel if waits else "",
        set_aside=tuple(_set_aside(session, asked)),
    )


def is_high(record: FormRecord) -> bool:
    """Whether a level of a submitted snapshot is high or very high."""
    levels = {record.level_reoffending, record.level_serious_harm, record.level_safety}
    return bool(levels & quality.HIGH)


def waits_since(day: date, today: date) -> str:
    """For how long something waits: "since today", "for 1 day", "for 12 days"."""
    days = (today - day).days
    if days <= 0:
        return _("since today")
    return ngettext("for {count} day", "for {count} days", days).format(count=days)


def decision_words(decision: str, who: str, day: str) -> str:
    """What was decided, by whom and when."""
    words = {
        "countersigned": _("Countersigned by {who} on {day}"),
        "returned": _("Returned by {who} on {day}"),
        "recalled": _("Taken back by {who} on {day}"),
    }
    return words[decision].format(who=who, day=day)


def _set_aside(session: Session, asked: Oversight) -> list[str]:
    told = []
    for one in asked.set_aside.get("decisions", ()):
        user = session.get(User, one["by"]) if one.get("by") else None
        at = datetime.fromisoformat(one["at"]) if one.get("at") else None
        words = decision_words(
            one["decision"],
            user.name if user else _("Somebody"),
            dates.in_words(dates.local_day(at)) if at else _("date not known"),
        )
        told.append(f"{words}: {one['words']}" if one.get("words") else words)
    return told


# -- decisions ---------------------------------------------------------------------------------


def countersign(desk: Desk, oversight_id: str, note: str) -> OversightItem:
    """Record that the manager agrees with the snapshot, and why. The decision names its hash.

    Directions that were planned meanwhile become tasks of the author.

    Raises:
        NotAllowed: The person is no manager, or wrote it.
        KnownError: It doesn't wait any more, no reason is given, a proposed level or a panel is
            still open.
        MoreThanASignature: A level is high, and there is nothing but a signature.
    """
    words = _said(note)
    desk.must_countersign()
    with desk.casebook.write() as work:
        asked, record = _to_decide(desk, work.session, oversight_id)
        planned, panel = _planned(work, asked), _newest_panel(work.session, asked.id)
        if asked.proposed_levels:
            raise KnownError(
                _("You proposed another level, and the author sets the level."),
                _("Return it so that the author can answer, or take the proposal back."),
            )
        if panel is not None and panel.state == "asked":
            raise KnownError(
                _("A panel was asked for, and what it decided is not recorded yet."),
                _("Record the panel first, or take it out if it is not needed any more."),
            )
        if is_high(record) and not quality.adds_something(
            words, asks=bool(planned) or panel is not None
        ):
            raise MoreThanASignature
        _decide(desk, asked, record, "countersigned")
        asked.note = words
        record.countersigned_at = asked.decided_at
        record.countersigned_by = desk.actor.id
        _open_tasks(desk, planned, record)
        work.session.flush()
        return item(desk, work.session, asked.id)


def return_with_directions(desk: Desk, oversight_id: str, directions: str = "") -> OversightItem:
    """Give a snapshot back with what is to be done; its author goes on in a new revision.

    Args:
        directions: What is to be done as a whole; may be empty where sections have directions of
            their own, or a level is proposed.

    Raises:
        NotAllowed: The person is no manager, or wrote it.
        KnownError: It doesn't wait any more, or no directions are given.
    """
    desk.must_countersign()
    with desk.casebook.write() as work:
        asked, record = _to_decide(desk, work.session, oversight_id)
        planned = _planned(work, asked)
        if not planned and not asked.proposed_levels:
            directions = _said(directions)
        _decide(desk, asked, record, "returned")
        if directions.strip():
            planned.append(work.add(_direction(desk, asked, directions.strip())))
        asked.directions = record.state_note = directions.strip()
        _open_tasks(desk, planned, record)
        asked.revision_id = new_revision(desk, work, record).record_id
        work.session.flush()
        return item(desk, work.session, asked.id)


def write_direction(
    desk: Desk, oversight_id: str, section: str, what: str, due_on: date | None = None
) -> TaskView:
    """Write down what the author is to do in a section, before deciding.

    Args:
        section: A page of the form by its name; empty: the whole of it.
        due_on: By when; None: as the dated rule says.

    Raises:
        NotAllowed: The person is no manager, or wrote it.
        KnownError: It doesn't wait any more, or nothing is said.
    """
    desk.must_countersign()
    words = _said(what)
    with desk.casebook.write() as work:
        asked, _record = _to_decide(desk, work.session, oversight_id)
        made = work.add(_direction(desk, asked, words, section))
        made.due_on = due_on
        work.session.flush()
        return tasks.views(desk, work.session, Task.id == made.id)[0]


def propose_level(
    desk: Desk, oversight_id: str, judgement: Judgement, level: str, reasons: str
) -> None:
    """Propose another level beside the author's, with reasons. The author sets the level.

    Raises:
        NotAllowed: The person is no manager, or wrote it.
        KnownError: It doesn't wait any more, no reason is given, or it is the author's level.
    """
    desk.must_countersign()
    if level not in JUDGEMENT_LEVELS:
        raise KnownError(_("Choose the level that you propose."))
    words = _said(reasons)
    with desk.casebook.write() as work:
        asked, record = _to_decide(desk, work.session, oversight_id)
        if level == level_set(record, judgement):
            raise KnownError(
                _("This is the level that the author set."),
                _("Propose another one, or agree by countersigning."),
            )
        asked.proposed_levels = {
            **asked.proposed_levels,
            judgement: {
                "level": level,
                "reasons": words,
                "by": desk.actor.id,
                "at": desk.clock.now().isoformat(),
            },
        }


def take_back_proposal(desk: Desk, oversight_id: str, judgement: Judgement) -> None:
    """Take a proposed level back before deciding.

    Raises:
        NotAllowed: The person is no manager, or wrote it. KnownError: It doesn't wait any more.
    """
    desk.must_countersign()
    with desk.casebook.write() as work:
        asked, _record = _to_decide(desk, work.session, oversight_id)
        asked.proposed_levels = {
            name: said for name, said in asked.proposed_levels.items() if name != judgement
        }


def level_set(record: FormRecord, judgement: str) -> str:
    """The level that the author of a submitted snapshot set; empty where none is set."""
    return {
        "reoffending": record.level_reoffending,
        "serious_harm": record.level_serious_harm,
        "safety_wellbeing": record.level_safety,
    }[judgement]


def _said(words: str) -> str:
    if not words.strip():
        raise KnownError(
            _("Say in a sentence why, so that the record shows your thinking."),
            _("A signature alone is not oversight."),
        )
    return words.strip()


def _to_decide(desk: Desk, session: Session, oversight_id: str) -> tuple[Oversight, FormRecord]:
    """The request and its snapshot, for somebody who may decide on it now."""
    asked = session.get(Oversight, oversight_id)
    if asked is None or asked.removed_at is not None:
        raise RecordGone
    if asked.state != "waiting":
        raise KnownError(_("Somebody has already decided on this."), _("Look at it again."))
    record = found(session, asked.form_record_id)
    if submission.wrote(desk.actor.id, record, asked):
        raise NotAllowed(
            _("You wrote this, so somebody else has to countersign it."),
            _("Ask another manager."),
        )
    if snapshot_hash(record.form_id, record.form_version, record.answers) != asked.snapshot_hash:
        raise BugError("a submitted snapshot differs from the hash that it was submitted with")
    return asked, record


def _decide(desk: Desk, asked: Oversight, record: FormRecord, decision: Decision) -> None:
    asked.state = record.state = decision
    asked.decided_at = desk.clock.now()
    asked.decided_by = desk.actor.id


def _direction(desk: Desk, asked: Oversight, what: str, section: str = "") -> Task:
    return Task(
        child_id=asked.child_id,
        what=what,
        section=section,
        form_record_id=asked.form_record_id,
        oversight_id=asked.id,
        state="planned",
        asked_at=desk.clock.now(),
        asked_by=desk.actor.id,
    )


def _planned(work: UnitOfWork, asked: Oversight) -> list[Task]:
    return list(
        work.session.scalars(
            select(Task)
            .where(
                Task.oversight_id == asked.id,
                Task.state == "planned",
                Task.removed_at.is_(None),
            )
            .order_by(Task.id)
        )
    )


def _open_tasks(desk: Desk, planned: Sequence[Task], record: FormRecord) -> None:
    """Let planned directions be tasks of the author from now on."""
    today = desk.clock.today()
    rule = reference.rule("direction_window", today)
    for task in planned:
        task.state = "open"
        task.for_user = task.for_user or record.started_by or record.submitted_by or ""
        if task.due_on is None and rule is not None:
            task.due_on = dates.after(rule, today)


# -- panels ------------------------------------------------------------------------------------


def ask_for_panel(
    desk: Desk, oversight_id: str, why: str, due_on: date | None = None
) -> OversightItem:
    """Ask several agencies to look at a snapshot together before deciding on it.

    Args:
        due_on: By when it is to be held; None: as the dated rule says.

    Raises:
        NotAllowed: The person is no manager, or wrote it.
        KnownError: It doesn't wait any more, a panel is asked for already, or nothing is said.
    """
    desk.must_countersign()
    words = _said(why)
    with desk.casebook.write() as work:
        asked, _record = _to_decide(desk, work.session, oversight_id)
        before = _newest_panel(work.session, asked.id)
        if before is not None and before.state == "asked":
            raise KnownError(
                _("A panel has been asked for already."), _("Record it once it was held.")
            )
        today = desk.clock.today()
        rule = reference.rule("panel_window", today)
        if due_on is None and rule is not None:
            due_on = dates.after(rule, today)
        work.add(
            Panel(
                child_id=asked.child_id,
                oversight_id=asked.id,
                form_record_id=asked.form_record_id,
                snapshot_hash=asked.snapshot_hash,
                why=words,
                due_on=due_on,
                asked_at=desk.clock.now(),
                asked_by=desk.actor.id,
            )
        )
        work.session.flush()
        return item(desk, work.session, asked.id)


def check_panel(details: PanelDetails, today: date) -> tuple[Problem, ...]:
    """What is missing in what a panel is recorded to have decided."""
    found = []
    if not details.why.strip():
        found.append(Problem("why", _("Say what the panel is to look at."), blocks=True))
    if details.held_on is None:
        found.append(Problem("held_on", _("Enter the day on which it was held."), blocks=True))
    elif details.held_on > today:
        found.append(Problem("held_on", _("This day is in the future. Check it."), blocks=True))
    if not details.attended.strip():
        found.append(Problem("attended", _("Say who was there, with their agency."), blocks=True))
    if not details.decided.strip():
        found.append(Problem("decided", _("Say what the panel decided."), blocks=True))
    return tuple(found)


def record_panel(desk: Desk, panel_id: str, details: PanelDetails) -> PanelView:
    """Record a panel that was held: when, who was there, what it decided.

    Raises:
        NotAllowed: The person may only read. DetailsRefused: Something is missing.
        RecordGone: There is no such panel.
    """
    desk.must_write()
    blocking = tuple(one for one in check_panel(details, desk.clock.today()) if one.blocks)
    if blocking:
        raise DetailsRefused(blocking)
    with desk.casebook.write() as work:
        panel = work.session.get(Panel, panel_id)
        if panel is None or panel.removed_at is not None:
            raise RecordGone
        panel.state = "held"
        panel.why, panel.due_on = details.why.strip(), details.due_on
        panel.held_on = details.held_on
        panel.attended, panel.decided = details.attended.strip(), details.decided.strip()
        panel.recorded_at, panel.recorded_by = desk.clock.now(), desk.actor.id
        return _panel_view(panel, desk.clock.today())


def remove_panel(desk: Desk, panel_id: str, reason: str) -> None:
    """Take a panel out that is not needed; the history keeps it.

    Raises:
        NotAllowed: The person is no manager. ReasonMissing: No reason was given.
        KnownError: It was held.
    """
    desk.must_countersign()
    with desk.casebook.write(reason_given(reason)) as work:
        panel = work.session.get(Panel, panel_id)
        if panel is None or panel.removed_at is not None:
            raise RecordGone
        if panel.state == "held":
            raise KnownError(_("This panel was held, so it stays in the record."))
        work.remove(panel)


def list_panels(desk: Desk, child_id: str) -> tuple[PanelView, ...]:
    """The panels on a child's assessments, the newest first."""
    with desk.casebook.read() as session:
        return tuple(reversed(_panel_views(desk, session, Panel.child_id == child_id)))


def panels_on(desk: Desk, session: Session, oversight_id: str) -> tuple[PanelView, ...]:
    """The panels that were asked for on one request, the oldest first."""
    return _panel_views(desk, session, Panel.oversight_id == oversight_id)


def _panel_views(
    desk: Desk, session: Session, wanted: ColumnElement[bool]
) -> tuple[PanelView, ...]:
    rows = session.execute(
        select(Panel, Oversight.state)
        .join(Oversight, Oversight.id == Panel.oversight_id, isouter=True)
        .where(wanted, Panel.removed_at.is_(None))
        .order_by(Panel.asked_at, Panel.id)
    )
    today = desk.clock.today()
    return tuple(_panel_view(panel, today, waits=state == "waiting") for panel, state in rows)


def _newest_panel(session: Session, oversight_id: str) -> Panel | None:
    return _panels(session, [oversight_id]).get(oversight_id)


def _panels(session: Session, ids: Sequence[str]) -> dict[str, Panel]:
    """The newest panel on each of these requests."""
    held = session.scalars(
        select(Panel)
        .where(Panel.oversight_id.in_(ids), Panel.removed_at.is_(None))
        .order_by(Panel.asked_at, Panel.id)
    )
    return {panel.oversight_id or "": panel for panel in held}


def _panel_words(panel: Panel | None, today: date) -> str:
    if panel is None:
        return ""
    if panel.state == "held":
        return _("Panel held {day}").format(
            day=dates.shortly(panel.held_on, today) if panel.held_on else _("date not known")
        )
    return _("Panel: {when}").format(when=dates.how_soon(panel.due_on, today))


def _panel_view(panel: Panel, today: date, *, waits: bool = True) -> PanelView:
    details = PanelDetails(
        why=panel.why,
        due_on=panel.due_on,
        held_on=panel.held_on,
        attended=panel.attended,
        decided=panel.decided,
    )
    parts: list[Any] = [panel.why]
    if panel.state == "held":
        parts += [
            _("There: {who}").format(who=panel.attended),
            _("Decided: {what}").format(what=panel.decided),
        ]
    return PanelView(
        id=panel.id,
        child_id=panel.child_id,
        details=details,
        title=_panel_words(panel, today)
        if waits or panel.state == "held"
        else _("Panel not held: it was decided before"),
        detail="\n".join(parts),
        held=panel.state == "held",
        oversight_id=panel.oversight_id or "",
    )
