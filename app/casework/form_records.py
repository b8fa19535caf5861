"""Forms filled in for a child: started, opened, saved as one types.

A form that a child has is one record: the form's id and version, a state and the answers as one
document. Whoever is typing sends changed answers only, so that two people who work on different
questions never overwrite each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.casework import permission, reference, signs_of_harm
from app.casework.keeping import consulted
from app.casework.problems import RecordGone
from app.casework.record_facts import facts_for_form
from app.core.clock import FixedClock, age_on
from app.core.errors import KnownError
from app.core.i18n import N_, _, language
from app.forms.answers import is_rows
from app.forms.errors import FormError
from app.forms.schema import ASSESSING, Form, Kind
from app.forms.sheet import Sheet
from app.forms.unknown import UnknownAnswer, unknown_answers
from app.forms.upgrades import upgraded
from app.models import documents
from app.models.records import Child, FormRecord, Oversight, User

if TYPE_CHECKING:
    from app.casework.desk import Desk
    from app.models.work import UnitOfWork

Keeps = Callable[[str, Mapping[str, Any]], bool]
"""Whether an answer is kept, by the name of its question and the answer as JSON."""

FormState = Literal["draft", "submitted", "countersigned", "returned", "superseded"]


@dataclass(frozen=True)
class AnswerChange:
    """One answer that changed.

    Attributes:
        path: Of the question (`home_settled`, `people/<row id>/who`); the path of a repeat
            (`people`) stands for its rows as a whole, when one was added, moved or removed.
        answer: The answer as JSON (see `app.forms.answers`); None takes it out.
    """

    path: str
    answer: Any | None


@dataclass(frozen=True)
class OpenForm:
    """A form of a child, opened to read or fill in.

    Attributes:
        form: The definition, in the version that the record was made with.
        document: The answers as a JSON document, for `app.forms.sheet.Sheet`.
        context: What labels are filled in with: `child` (what the child is called), `age`; in an
            assessment also what the record says already (see `record_facts`).
        title: Such as "Assessment: Before sentence".
        state_text: The state in words.
        saved_at: When it was last written.
        editable: Whether the person may change it: a submitted snapshot never changes, and a
            questionnaire is the child's to fill in, on the child's own screen.
        directions: What a manager asked for when it was returned; empty otherwise.
        revision: Counts writes of the record.
        why_locked: Why this person can't change it, in words; empty where they can.
        kept_back: Whether answers are left out that this person may not read.
        names: What the people of the service are called, by id.
        carried: Whether it was carried forward from the stage before.
        revised: Whether it replaces an earlier revision.
        unknown: Answers that this form doesn't ask for, from an older version or another form.
    """

    record_id: str
    child_id: str
    child_name: str
    form: Form
    document: Mapping[str, Any]
    context: Mapping[str, str]
    title: str
    state: FormState
    state_text: str
    saved_at: datetime
    editable: bool
    directions: str
    revision: int
    why_locked: str = ""
    kept_back: bool = False
    names: Mapping[str, str] = field(default_factory=dict)
    carried: bool = False
    revised: bool = False
    unknown: tuple[UnknownAnswer, ...] = ()


@dataclass(frozen=True)
class Saved:
    """What a save did: `at` is the moment that may be shown as *saved here*."""

    at: datetime
    revision: int


@dataclass(frozen=True)
class FormSummary:
    """A form of a child in a list. `why_not` says why this person can't read it; else empty."""

    record_id: str
    child_id: str
    form_id: str
    kind: str
    title: str
    state: FormState
    state_text: str
    started_at: datetime
    changed_at: datetime
    author: str
    editable: bool
    why_not: str = ""


@dataclass(frozen=True)
class Startable:
    """A form that can be started for a child."""

    form_id: str
    kind: str
    title: str


class NotEditable(KnownError):
    """The form was submitted or given back: its answers don't change any more."""

    def __init__(self) -> None:
        super().__init__(
            _("This form is locked, so it can't be changed."),
            _("If something has changed since, start a new one or ask for it to be returned."),
        )


class OnlyTheChild(KnownError):
    """A questionnaire was to be changed while the laptop is not with the child."""

    def __init__(self) -> None:
        super().__init__(
            _("Only the child changes the answers of a questionnaire."),
            _("Hand the child the laptop to go on with it."),
        )


_STATE_WORDS: dict[str, str] = {
    "draft": N_("Draft"),
    "submitted": N_("Submitted, waits for a manager"),
    "countersigned": N_("Countersigned"),
    "returned": N_("Returned with directions"),
    "superseded": N_("Replaced by a newer version"),
}


LOCKED: Final = ("submitted", "countersigned")
SHOWS_RECORD: Final = ASSESSING | {"court_report"}
STAGES: Final = "assessment_stages"


def locked(child_id: str, kind: Kind) -> Select[FormRecord]:
    """A query for the locked forms of a kind that a child has in use, the newest first."""
    return (
        select(FormRecord)
        .where(
            FormRecord.child_id == child_id,
            FormRecord.kind == kind,
            FormRecord.state.in_(LOCKED),
            FormRecord.removed_at.is_(None),
        )
        .order_by(FormRecord.submitted_at.desc(), FormRecord.id.desc())
    )


def state_words(state: str, kind: str) -> str:
    """The state of a form in words; what nobody countersigns is given back or finished."""
    if kind == "questionnaire" and state == "submitted":
        return _("Given back")
    if kind == "parent_view" and state == "submitted":
        return _("Finished")
    return _(_STATE_WORDS[state])


def startable(desk: Desk) -> tuple[Startable, ...]:
    """The forms that can be started for a child, in the newest version of each."""
    return tuple(
        Startable(form.id, form.kind, form.title.text(language())) for form in desk.forms.forms()
    )


def start(desk: Desk, child_id: str, form_id: str, stage: str = "") -> OpenForm:
    """Start a form for a child, or go on with the draft of it that is already there.

    Raises:
        NotAllowed: The person may only read.
    """
    desk.must_write()
    with desk.casebook.write() as work:
        return opened(desk, work.session, begun(desk, work, child_id, form_id, stage))


def begun(desk: Desk, work: UnitOfWork, child_id: str, form_id: str, stage: str = "") -> FormRecord:
    """The draft of a form that a child has, or a new one."""
    return draft_of(work.session, child_id, form_id, stage) or new_draft(
        desk, work, child_id, form_id, stage=stage
    )


def draft_of(session: Session, child_id: str, form_id: str, stage: str = "") -> FormRecord | None:
    """The newest draft of a form that a child has: of that stage, or of any where none is named."""
    drafts = session.scalars(
        select(FormRecord)
        .where(
            FormRecord.child_id == child_id,
            FormRecord.form_id == form_id,
            FormRecord.state == "draft",
            FormRecord.removed_at.is_(None),
        )
        .order_by(FormRecord.created_at.desc())
    ).all()
    return next((one for one in drafts if stage in ("", one.stage)), None)


def new_draft(
    desk: Desk,
    work: UnitOfWork,
    child_id: str,
    form_id: str,
    *,
    stage: str = "",
    answers: Mapping[str, Any] | None = None,
    carried_from_id: str | None = None,
    due_on: date | None = None,
) -> FormRecord:
    """A new draft of the newest version of a form, with `answers` in it where there are some.

    What the record knows of a question that asks it so is put in once, to be looked at.
    """
    form = desk.forms.form(form_id)
    record = FormRecord(
        child_id=child_id,
        form_id=form.id,
        form_version=form.version,
        kind=form.kind,
        stage=stage,
        language=language(),
        title=form.title.text("en"),
        answers=dict(answers or {}),
        started_by=desk.actor.id,
        carried_from_id=carried_from_id,
        due_on=due_on,
    )
    work.add(record)
    work.session.flush()
    known = _known(desk, work.session, record, form)
    if known:
        record.answers = {**record.answers, **known}
        work.session.flush()
    return record


def _known(desk: Desk, session: Session, record: FormRecord, form: Form) -> dict[str, Any]:
    """The answers whose default looks at what the casebook knows of the child."""
    asked = [q.name for q in form.questions() if q.default and "context(" in q.default]
    child = session.get(Child, record.child_id)
    if not asked or child is None:
        return {}
    context = _shown_context(desk, session, record, form, child)
    filled = Sheet(form, record.answers, clock=desk.clock, context=context).document()
    return {name: filled[name] for name in asked if name in filled and name not in record.answers}


def open_form(desk: Desk, record_id: str, *, for_child: bool = False) -> OpenForm:
    """Open a form of a child to read or go on with. Outside a visit to the record it is logged.

    Args:
        for_child: The laptop is with the child, who goes on with their own questionnaire.

    Raises:
        RecordGone: It is not in the casebook.
        NotAllowed: It is in somebody's own words or tells a life, and is not for this person.
    """
    with desk.casebook.read() as session:
        record = found(session, record_id)
        if not permission.reads_form(desk.actor.role, record.kind):
            raise permission.refusal_of_form(record.kind)
        form, document = _current(desk, record)
        behind = form.version != record.form_version and desk.actor.may_write
        as_kept = opened(desk, session, record, for_child=for_child)
    if not for_child:
        consulted(desk, FormRecord, record_id, as_kept.child_id)
    if not behind:
        return as_kept
    # A draft of an older form is brought up to date once, before anybody goes on with it.
    with desk.casebook.write() as work:
        record = found(work.session, record_id)
        record.answers, record.form_version = dict(document), form.version
        work.session.flush()
        return opened(desk, work.session, record, for_child=for_child)


def list_forms(desk: Desk, child_id: str) -> tuple[FormSummary, ...]:
    """The forms of a child, the one that was touched last first."""
    with desk.casebook.read() as session:
        rows = session.execute(
            select(FormRecord, User.name)
            .join(User, User.id == FormRecord.started_by, isouter=True)
            .where(FormRecord.child_id == child_id, FormRecord.removed_at.is_(None))
            .order_by(FormRecord.changed_at.desc(), FormRecord.id.desc())
        ).all()
        return tuple(_summary(desk, record, author or "") for record, author in rows)


def save_answers(
    desk: Desk, record_id: str, changes: Sequence[AnswerChange], *, leaving: bool = False
) -> Saved:
    """Write changed answers in one transaction.

    While the laptop is with a child, what they say is watched for signs of harm: a sign is kept
    together with the answer, whatever becomes of the answer or of the program afterwards.

    Args:
        leaving: The practitioner leaves the page, which ends the run of saves that the change
            log tells as one.

    Raises:
        NotEditable: The form is locked.
        OnlyTheChild: It is a questionnaire, and the laptop is not with the child.
        RecordGone: It is not in the casebook.
    """
    desk.must_write()
    with desk.casebook.write() as work:
        row = work.session.execute(
            select(FormRecord.state, FormRecord.kind).where(FormRecord.id == record_id)
        ).one_or_none()
        if row is None:
            raise RecordGone
        if row.state != "draft":
            raise NotEditable
        said = {change.path: change.answer for change in changes}
        handover = signs_of_harm.handed_over(work.session, record_id)
        if handover is None and row.kind == "questionnaire":
            raise OnlyTheChild
        if handover is None:
            written = work.save_answers(record_id, said, leaving=leaving)
            return Saved(written.at, written.revision)
        record = found(work.session, record_id)
        before = deepcopy(record.answers)
        written = work.save_answers(record_id, said, leaving=leaving)
        signs_of_harm.watch(
            work,
            record,
            sheet_of(desk, work.session, record),
            handover_id=handover.id,
            before=before,
            now=desk.clock.now(),
        )
        return Saved(written.at, written.revision)


def sheet_of(
    desk: Desk,
    session: Session,
    record: FormRecord,
    *,
    at: Mapping[str, Mapping[str, Any]] | None = None,
    keeps: Keeps | None = None,
    tongue: str | None = None,
) -> Sheet:
    """The form with its answers, ready to be asked for problems, sentences or signs of harm.

    A locked snapshot is read as on the day it was locked: neither *today* nor an age moves on.

    Args:
        at: Answers that stood there at another time, by path, to be read in place of those now.
        keeps: Which answers to read at all; the others are as if they had never been given.
        tongue: The language of it; without, that of the screen.
    """
    form, document = _current(desk, record)
    if keeps is not None:
        document = only(document, keeps)
    if at:
        then = deepcopy(dict(document))
        for path, answer in at.items():
            documents.put(then, path, dict(answer))
        document = then
    clock = desk.clock if record.submitted_at is None else FixedClock(record.submitted_at)
    return Sheet(
        form,
        document,
        clock=clock,
        context=context_of(desk, session, record, clock.today()),
        language=tongue or language(),
    )


def _current(desk: Desk, record: FormRecord) -> tuple[Form, Mapping[str, Any]]:
    """The definition and the answers: a draft goes on in the newest version of its form."""
    if record.state != "draft" or not desk.forms.moves_drafts_on(record.form_id):
        return desk.forms.form(record.form_id, record.form_version), record.answers
    form = desk.forms.form(record.form_id)
    if form.version == record.form_version:
        return form, record.answers
    return form, upgraded(record.answers, form.id, record.form_version, form.version)


def context_of(
    desk: Desk, session: Session, record: FormRecord, day: date | None = None
) -> dict[str, str]:
    """What the form looks at and its labels are filled in with, on `day` or today: what the child
    is called, the age, and the stage that the form was started for.
    """
    child = session.get(Child, record.child_id)
    if child is None:
        raise RecordGone
    born = child.date_of_birth
    return {
        "child": called(child),
        "age": "" if born is None else str(age_on(born, day or desk.clock.today())),
        "stage": record.stage,
    }


def _shown_context(
    desk: Desk, session: Session, record: FormRecord, form: Form, child: Child
) -> dict[str, str]:
    """The context of a form that is read on the screen: most that a worker writes show facts of
    the record.
    """
    context = context_of(desk, session, record)
    if form.kind not in SHOWS_RECORD:
        return context
    return {**facts_for_form(session, child, desk.clock.today()), **context}


def called(child: Child) -> str:
    """What the child likes to be called."""
    return child.preferred_name or child.given_name


def found(session: Session, record_id: str) -> FormRecord:
    """The record with this id.

    Raises:
        RecordGone: It is not in the casebook.
    """
    record = session.get(FormRecord, record_id)
    if record is None or record.removed_at is not None:
        raise RecordGone
    return record


def opened(
    desk: Desk, session: Session, record: FormRecord, *, for_child: bool = False
) -> OpenForm:
    """`record` as an open form, without the answers that the person may not read."""
    form, document = _current(desk, record)
    shown = document if for_child else _readable(desk.actor.role, form, document)
    child = session.get(Child, record.child_id)
    if child is None:
        raise RecordGone
    directions = ""
    if record.revises_id:
        said = session.scalars(
            select(Oversight.directions)
            .where(Oversight.form_record_id == record.revises_id)
            .where(Oversight.state == "returned")
            .order_by(Oversight.decided_at.desc())
        ).first()
        directions = _("What is to be done stands at each section.") if said == "" else said or ""
    return OpenForm(
        record_id=record.id,
        child_id=record.child_id,
        child_name=f"{called(child)} {child.family_name}".strip(),
        form=form,
        document=shown,
        context=_shown_context(desk, session, record, form, child),
        title=title_of(desk, record),
        state=cast("FormState", record.state),
        state_text=state_words(record.state, form.kind),
        saved_at=record.changed_at,
        editable=_editable(desk, record),
        directions=directions,
        revision=record.revision,
        why_locked=_why_locked(desk, record, called(child)),
        kept_back=shown != document,
        names=names(session),
        carried=record.carried_from_id is not None,
        revised=record.revises_id is not None,
        unknown=unknown(desk, session, record),
    )


def names(session: Session) -> dict[str, str]:
    """What the people of the service are called, by id."""
    return {row.id: row.name for row in session.execute(select(User.id, User.name))}


def unknown(
    desk: Desk, session: Session, record: FormRecord, tongue: str | None = None
) -> tuple[UnknownAnswer, ...]:
    """The answers of a form that it doesn't ask for, in words; those of a child are the child's."""
    form, document = _current(desk, record)
    if form.kind == "questionnaire":
        return ()
    child = session.get(Child, record.child_id)
    return unknown_answers(
        form,
        document,
        lambda: _forms_before(desk, session, record),
        language=tongue or language(),
        child="" if child is None else called(child),
    )


def _forms_before(desk: Desk, session: Session, record: FormRecord) -> Iterator[Form]:
    """The forms that an answer may come from: those of the stages before, then any."""
    seen = {record.id}
    earlier_id = record.carried_from_id
    while earlier_id and earlier_id not in seen:
        seen.add(earlier_id)
        earlier = session.get(FormRecord, earlier_id)
        if earlier is None:
            break
        with suppress(FormError):
            yield desk.forms.form(earlier.form_id, earlier.form_version)
        earlier_id = earlier.carried_from_id
    yield from desk.forms.forms()


def _readable(role: permission.Role, form: Form, document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The answers that this role may read, row by row."""
    if form.kind not in permission.READING:
        return document
    return only(document, lambda name, _answer: permission.reads_answer(role, form, name))


def only(document: Mapping[str, Any], keeps: Keeps) -> dict[str, Any]:
    """The answers of a document that are kept, row by row."""
    kept: dict[str, Any] = {}
    for name, answer in document.items():
        if is_rows(answer):
            rows = [
                {**row, "answers": only(row.get("answers", {}), keeps)} for row in answer["rows"]
            ]
            kept[name] = {**answer, "rows": rows}
        elif keeps(name, answer):
            kept[name] = answer
    return kept


def _why_locked(desk: Desk, record: FormRecord, name: str) -> str:
    if record.state != "draft":
        return _("You can read it here. It can't be changed any more.")
    if record.kind == "questionnaire":
        return _(
            "It is not finished. Only {child} changes these answers: hand {child} the laptop to "
            "go on with it."
        ).format(child=name)
    return "" if desk.actor.may_write else permission.refusal("write").user_text


def _editable(desk: Desk, record: FormRecord) -> bool:
    return record.state == "draft" and record.kind != "questionnaire" and desk.actor.may_write


def title_of(desk: Desk, record: FormRecord) -> str:
    """What the form is called, also where a sync brought the record before the form; with its
    stage, as in "Assessment: Review".
    """
    try:
        title = desk.forms.form(record.form_id, record.form_version).title.text(language())
    except FormError:
        title = record.title or record.form_id
    stage = reference.label(STAGES, record.stage)
    if not stage or stage == title:
        return title
    return _("{form}: {stage}").format(form=title, stage=stage)


def _summary(desk: Desk, record: FormRecord, author: str) -> FormSummary:
    return FormSummary(
        record_id=record.id,
        child_id=record.child_id,
        form_id=record.form_id,
        kind=record.kind,
        title=title_of(desk, record),
        state=cast("FormState", record.state),
        state_text=state_words(record.state, record.kind),
        started_at=record.created_at,
        changed_at=record.changed_at,
        author=author,
        editable=_editable(desk, record),
        why_not=""
        if permission.reads_form(desk.actor.role, record.kind)
        else permission.refusal_of_form(record.kind).user_text,
    )
