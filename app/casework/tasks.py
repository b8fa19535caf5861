"""Tasks: what somebody is to do for a child, by when, and what was done.

A manager's directions are tasks that belong to a decision. Until the manager has decided they are
planned: nobody is asked to do them yet, and only managers see them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal, cast

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from app.casework import dates, keeping, permission
from app.casework.form_records import called
from app.casework.form_records import names as user_names
from app.casework.keeping import details_of, present
from app.casework.permission import NotAllowed
from app.casework.problems import Problem, RecordGone
from app.core.errors import KnownError
from app.core.i18n import _, language
from app.forms.errors import FormError
from app.models.records import Child, FormRecord, Task

if TYPE_CHECKING:
    from app.casework.desk import Desk

TaskState = Literal["planned", "open", "done"]


@dataclass(frozen=True, kw_only=True)
class TaskDetails:
    """What is to be done. `for_user` is a user's id; `due_on` the day by which."""

    what: str = ""
    for_user: str = ""
    due_on: date | None = None


@dataclass(frozen=True)
class TaskView:
    """A task as shown.

    Attributes:
        title: What is to be done. detail: by whom, by when, who asked, where in which form.
        when: How soon, such as "in 4 working days" or "3 days late"; empty without a day.
        late: Whether the day has passed and it isn't done.
        section, section_label: The page of the form that it is about; empty: the whole of it.
        record_id: The snapshot that it is about.
        done_words: Who did it, when, and what was done; empty while it isn't.
        mine: Whether the person who asks is to do it.
        may_change: Whether they may change or take out what is to be done. Of a manager's
            direction only whoever gave it and managers may; anybody may say that it is done.
    """

    id: str
    child_id: str
    child_name: str
    details: TaskDetails
    title: str
    detail: str
    state: TaskState
    when: str
    late: bool
    section: str
    section_label: str
    record_id: str | None
    oversight_id: str | None
    done_words: str
    mine: bool
    may_change: bool


class AlreadyDone(KnownError):
    """The task was to be changed or done after it was done."""

    def __init__(self) -> None:
        super().__init__(
            _("Somebody has done this task already."), _("Add another one if there is more to do.")
        )


def check_task(details: TaskDetails, today: date) -> tuple[Problem, ...]:
    """What is missing in a task, or unusual."""
    found = []
    if not details.what.strip():
        found.append(Problem("what", _("Say what is to be done."), blocks=True))
    if not details.for_user:
        found.append(Problem("for_user", _("Choose who is to do it."), blocks=True))
    if details.due_on is None:
        found.append(Problem("due_on", _("Enter the day by which it is to be done."), blocks=True))
    elif details.due_on < today:
        found.append(Problem("due_on", _("This day has passed. Check it.")))
    return tuple(found)


def list_tasks(desk: Desk, child_id: str) -> tuple[TaskView, ...]:
    """The tasks for a child: those that are open by their day, then what was done, newest first.

    What a manager directed on a form is read by those who may open that form.
    """
    role = desk.actor.role
    closed = [kind for kind in permission.READING if not permission.reads_form(role, kind)]
    with desk.casebook.read() as session:
        return views(
            desk,
            session,
            Task.child_id == child_id,
            Task.state != "planned",
            or_(FormRecord.id.is_(None), FormRecord.kind.not_in(closed)),
        )


def of_oversight(desk: Desk, session: Session, oversight_id: str) -> tuple[TaskView, ...]:
    """The tasks that belong to one request for a decision, planned ones too."""
    return views(desk, session, Task.oversight_id == oversight_id)


def mine(desk: Desk) -> tuple[TaskView, ...]:
    """What the person who asks is to do, for every child: what is overdue, then the soonest."""
    with desk.casebook.read() as session:
        return views(
            desk,
            session,
            Task.state == "open",
            Task.for_user == desk.actor.id,
            Child.merged_into.is_(None),
        )


def open_for(user_id: str) -> Select[str]:
    """The ids of what a person is to do."""
    return (
        select(Task.id)
        .join(Child, Child.id == Task.child_id)
        .where(
            Task.state == "open",
            Task.for_user == user_id,
            Task.removed_at.is_(None),
            Child.removed_at.is_(None),
            Child.merged_into.is_(None),
        )
    )


def add_task(
    desk: Desk, child_id: str, details: TaskDetails, *, reason: str | None = None
) -> TaskView:
    """Ask somebody to do something for a child.

    Raises:
        NotAllowed: The person may only read. DetailsRefused: Something is missing.
    """
    key = keeping.add(
        desk,
        Task,
        child_id,
        details,
        problems=check_task(details, desk.clock.today()),
        reason=reason,
        more={"asked_at": desk.clock.now(), "asked_by": desk.actor.id},
    )
    return _shown(desk, key)


def change_task(
    desk: Desk, task_id: str, details: TaskDetails, *, reason: str | None = None
) -> TaskView:
    """Change what is to be done, by whom or by when, while it isn't done.

    Raises:
        NotAllowed: The person may only read, or a manager gave them this direction.
        AlreadyDone: Somebody has done it. DetailsRefused: Something is missing.
    """
    desk.must_write()
    _must_be_open(desk, task_id)
    _must_direct(desk, task_id)
    keeping.change(
        desk,
        Task,
        task_id,
        details,
        problems=check_task(details, desk.clock.today()),
        reason=reason,
    )
    return _shown(desk, task_id)


def remove_task(desk: Desk, task_id: str, reason: str) -> None:
    """Take a task out of use; the history keeps it.

    Raises:
        NotAllowed: The person may only read, or a manager gave them this direction.
    """
    desk.must_write()
    _must_direct(desk, task_id)
    keeping.remove(desk, Task, task_id, reason)


def finish(desk: Desk, task_id: str, note: str) -> TaskView:
    """Say that a task is done, and what was done.

    Raises:
        NotAllowed: The person may only read. AlreadyDone: Somebody has done it.
        KnownError: It isn't said what was done.
    """
    desk.must_write()
    if not note.strip():
        raise KnownError(
            _("Say in a sentence what was done."), _("Whoever asked for it reads this.")
        )
    with desk.casebook.write() as work:
        task = present(work.session, Task, task_id)
        if task.state == "planned":
            raise RecordGone
        if task.state == "done":
            raise AlreadyDone
        task.state = "done"
        task.done_at, task.done_by = desk.clock.now(), desk.actor.id
        task.done_note = note.strip()
    return _shown(desk, task_id)


def views(desk: Desk, session: Session, *wanted: ColumnElement[bool]) -> tuple[TaskView, ...]:
    """Tasks in use, as shown: open ones by their day, then what was done, the newest first."""
    rows = session.execute(
        select(Task, Child, FormRecord)
        .join(Child, Child.id == Task.child_id)
        .join(FormRecord, FormRecord.id == Task.form_record_id, isouter=True)
        .where(Task.removed_at.is_(None), Child.removed_at.is_(None), *wanted)
    ).all()
    names = user_names(session)
    waiting = sorted(
        (row for row in rows if row.Task.state != "done"),
        key=lambda row: (row.Task.due_on or date.max, row.Task.id),
    )
    done = sorted(
        (row for row in rows if row.Task.state == "done"),
        key=lambda row: (row.Task.done_at, row.Task.id),
        reverse=True,
    )
    return tuple(_view(desk, task, child, form, names) for task, child, form in (*waiting, *done))


def _view(
    desk: Desk, task: Task, child: Child, form: FormRecord | None, names: dict[str, str]
) -> TaskView:
    today = desk.clock.today()
    is_open = task.state != "done"
    label = "" if form is None else section_label(desk, form, task.section, called(child))
    return TaskView(
        id=task.id,
        child_id=child.id,
        child_name=f"{called(child)} {child.family_name}".strip(),
        details=details_of(task, TaskDetails),
        title=task.what,
        detail=_detail(task, label, names),
        state=cast(TaskState, task.state),
        when=dates.how_soon(task.due_on, today) if is_open and task.due_on else "",
        late=is_open and task.due_on is not None and task.due_on < today,
        section=task.section,
        section_label=label,
        record_id=task.form_record_id,
        oversight_id=task.oversight_id,
        done_words=_done_words(task, names),
        mine=task.for_user == desk.actor.id,
        may_change=_may_change(desk, task),
    )


def _may_change(desk: Desk, task: Task) -> bool:
    actor = desk.actor
    return actor.may_write and (
        task.oversight_id is None or actor.may_countersign or task.asked_by == actor.id
    )


def _must_direct(desk: Desk, task_id: str) -> None:
    with desk.casebook.read() as session:
        if _may_change(desk, present(session, Task, task_id)):
            return
    raise NotAllowed(
        _("This is a manager's direction, so only a manager can change it or take it out."),
        _("Say what was done, or ask the manager to change it."),
    )


def _detail(task: Task, label: str, names: dict[str, str]) -> str:
    parts = []
    if label:
        parts.append(label)
    if task.for_user in names:
        parts.append(_("for {name}").format(name=names[task.for_user]))
    if task.due_on:
        parts.append(_("by {day}").format(day=dates.in_words(task.due_on)))
    if task.asked_by and task.asked_by in names:
        parts.append(_("asked by {name}").format(name=names[task.asked_by]))
    return " · ".join(parts)


def _done_words(task: Task, names: dict[str, str]) -> str:
    if task.state != "done" or task.done_at is None:
        return ""
    return _("{who}, {day}: {what}").format(
        who=names.get(task.done_by or "", _("Somebody")),
        day=dates.in_words(dates.local_day(task.done_at)),
        what=task.done_note,
    )


def section_label(desk: Desk, form: FormRecord, section: str, child: str) -> str:
    """What a page of a form is called, with the child's name in it; empty for an unknown page."""
    if not section:
        return ""
    try:
        pages = desk.forms.form(form.form_id, form.form_version).pages
    except FormError:
        return ""
    found = next((page for page in pages if page.name == section), None)
    return "" if found is None else found.label.text(language()).replace("{child}", child)


def _must_be_open(desk: Desk, task_id: str) -> None:
    desk.must_write()
    with desk.casebook.read() as session:
        if present(session, Task, task_id).state == "done":
            raise AlreadyDone


def _shown(desk: Desk, task_id: str) -> TaskView:
    with desk.casebook.read() as session:
        (view,) = views(desk, session, Task.id == task_id)
        return view
