"""Stages of assessment: which there are, which form is right, and what is carried forward.

A stage is a snapshot of its own. It starts with the answers of the one before, each marked as
carried forward until the practitioner confirms or changes it, and it may start in another form:
questions of the same name carry over, and what the new form doesn't ask is kept with it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework import dates, reference
from app.casework.form_records import (
    LOCKED,
    STAGES,
    OpenForm,
    draft_of,
    new_draft,
    opened,
    title_of,
)
from app.casework.held_records import facts
from app.casework.orders import COURT_ORDERS, end_of, runs
from app.casework.reference import Entry, Rule
from app.casework.standing import standings
from app.core.errors import BugError
from app.core.i18n import language
from app.forms.answers import Document, carried_forward, each_answer
from app.forms.errors import FormError
from app.forms.upgrades import upgraded
from app.models.records import FormRecord, Hearing, Outcome, User

if TYPE_CHECKING:
    from app.casework.desk import Desk
    from app.models.work import UnitOfWork

REVIEW: Final = "review"


@dataclass(frozen=True)
class Earlier:
    """The locked snapshot that a new stage is carried forward from.

    Attributes:
        title: Such as "Assessment: Before sentence".
        day: When it was submitted. author: by whom.
        answers: How many answers it holds.
    """

    record_id: str
    title: str
    day: date
    author: str
    answers: int


@dataclass(frozen=True)
class FormOffer:
    """A form in which a stage can start. `draft_id`: the draft to go on with; empty for none."""

    form_id: str
    title: str
    draft_id: str = ""


@dataclass(frozen=True)
class StageOffer:
    """A stage that can start for a child.

    Attributes:
        code: Of list `assessment_stages`. words: what it is called.
        forms: In which forms, the one that is right first.
        suggested: Whether it fits where things are for the child.
        due: When it would be due; None where no rule says so.
        rule: What the rule is about; empty where there is none.
        verified: False where the rule's source was not read in full.
    """

    code: str
    words: str
    forms: tuple[FormOffer, ...]
    suggested: bool
    due: date | None = None
    rule: str = ""
    verified: bool = True


@dataclass(frozen=True)
class Offered:
    """The stages that can start, those that fit first, and what they are carried forward from."""

    stages: tuple[StageOffer, ...]
    earlier: Earlier | None


def words_of(stage: str) -> str:
    """What a stage is called; empty for none."""
    return reference.label(STAGES, stage)


def form_ids() -> frozenset[str]:
    """Every form that is right for some stage: what is carried from stage to stage."""
    return frozenset(
        form for entry in reference.listing(STAGES).entries for form in _forms_of(entry)
    )


def offered(desk: Desk, child_id: str) -> Offered:
    """The stages that can start for a child today."""
    today = desk.clock.today()
    with desk.casebook.read() as session:
        suggested = _suggested(session, child_id, today)
        offers = []
        for entry in reference.listing(STAGES).choices(today):
            forms = tuple(_form_offers(desk, session, child_id, entry))
            if not forms:
                continue
            rule = _rule(entry, today)
            offers.append(
                StageOffer(
                    code=entry.code,
                    words=entry.label(),
                    forms=forms,
                    suggested=entry.code == suggested,
                    due=None if rule is None else _due(session, child_id, entry, rule, today),
                    rule="" if rule is None else rule.label(),
                    verified=rule is None or rule.verified,
                )
            )
        offers.sort(key=lambda offer: not offer.suggested)
        return Offered(tuple(offers), _earlier(desk, session, child_id))


def suggested(desk: Desk, child_id: str) -> str:
    """The code of the stage that fits where things are for a child."""
    with desk.casebook.read() as session:
        return _suggested(session, child_id, desk.clock.today())


def start(desk: Desk, child_id: str, stage: str = "", form_id: str = "") -> OpenForm:
    """Start a stage for a child, or go on with the draft of it that is already there.

    Args:
        stage: Its code; without one, that which fits where things are.
        form_id: The form to start it in; without one, the right one.

    Raises:
        NotAllowed: The person may only read.
    """
    desk.must_write()
    with desk.casebook.write() as work:
        stage = stage or _suggested(work.session, child_id, desk.clock.today())
        return opened(desk, work.session, begin(desk, work, child_id, stage, form_id))


def start_review(desk: Desk, child_id: str) -> OpenForm:
    """Start a review, carried forward from the newest snapshot, as after a significant event.

    Raises:
        NotAllowed: The person may only read.
    """
    return start(desk, child_id, REVIEW)


def begin(desk: Desk, work: UnitOfWork, child_id: str, stage: str, form_id: str = "") -> FormRecord:
    """The draft of a stage that a child has, or a new one carried forward, within `work`."""
    today = desk.clock.today()
    entry = reference.listing(STAGES).entry(stage)
    if entry is None:
        raise BugError("there is no such stage of assessment")
    form_id = form_id or _there(desk, entry)[0]
    draft = draft_of(work.session, child_id, form_id, stage)
    if draft is not None:
        return draft
    before, rule = newest_snapshot(work.session, child_id), _rule(entry, today)
    return new_draft(
        desk,
        work,
        child_id,
        form_id,
        stage=stage,
        answers=None if before is None else carried_forward(_in_newest_version(desk, before)),
        carried_from_id=None if before is None else before.id,
        due_on=None if rule is None else _due(work.session, child_id, entry, rule, today),
    )


def newest_snapshot(session: Session, child_id: str) -> FormRecord | None:
    """The newest locked snapshot of any stage that a child has."""
    return session.scalars(
        select(FormRecord)
        .where(
            FormRecord.child_id == child_id,
            FormRecord.form_id.in_(form_ids()),
            FormRecord.state.in_(LOCKED),
            FormRecord.removed_at.is_(None),
        )
        .order_by(FormRecord.submitted_at.desc(), FormRecord.id.desc())
    ).first()


# -- inside --------------------------------------------------------------------------------------


def _in_newest_version(desk: Desk, before: FormRecord) -> Document:
    if not desk.forms.moves_drafts_on(before.form_id):
        return before.answers
    newest = desk.forms.form(before.form_id)
    if newest.version == before.form_version:
        return before.answers
    return upgraded(before.answers, newest.id, before.form_version, newest.version)


def _forms_of(entry: Entry) -> list[str]:
    return [str(form_id) for form_id in entry.column("forms") or ()]


def _there(desk: Desk, entry: Entry) -> list[str]:
    """The forms of a stage that can be filled in here."""
    return [form_id for form_id in _forms_of(entry) if desk.forms.has(form_id)]


def _form_offers(desk: Desk, session: Session, child_id: str, entry: Entry) -> Iterator[FormOffer]:
    drafts: dict[str, str] = {}
    for form_id, record_id in session.execute(
        select(FormRecord.form_id, FormRecord.id)
        .where(
            FormRecord.child_id == child_id,
            FormRecord.state == "draft",
            FormRecord.stage == entry.code,
            FormRecord.removed_at.is_(None),
        )
        .order_by(FormRecord.created_at)
    ):
        drafts[form_id] = record_id
    for form_id in _there(desk, entry):
        try:
            title = desk.forms.form(form_id).title.text(language())
        except FormError:
            continue
        yield FormOffer(form_id, title, drafts.get(form_id, ""))


def _suggested(session: Session, child_id: str, today: date) -> str:
    """What fits where things are: the first stage of that place that is still to be done."""
    known = facts(session, [child_id])
    held = standings(session, list(known.values()), today, hears=False)
    where = held[child_id].stage if child_id in held else ""
    done = _done(session, child_id)
    entries = reference.listing(STAGES).choices(today)
    if done and where == "new":
        return REVIEW
    for entry in entries:
        fits = where in (entry.column("where") or ())
        if fits and (entry.column("again") or entry.code not in done):
            return entry.code
    return REVIEW if done else entries[0].code


def _done(session: Session, child_id: str) -> Collection[str]:
    return set(
        session.scalars(
            select(FormRecord.stage).where(
                FormRecord.child_id == child_id,
                FormRecord.form_id.in_(form_ids()),
                FormRecord.state.in_(LOCKED),
                FormRecord.removed_at.is_(None),
            )
        )
    )


def _rule(entry: Entry, today: date) -> Rule | None:
    rule_id = entry.column("due")
    return reference.rule(str(rule_id), today) if rule_id else None


def _due(session: Session, child_id: str, entry: Entry, rule: Rule, today: date) -> date | None:
    """When a stage that starts today is due; None where what it is counted from isn't known."""
    match entry.column("due_from"):
        case "start":
            return dates.after(rule, today)
        case "hearing":
            hearing = session.scalars(
                select(Hearing.hearing_date)
                .where(
                    Hearing.child_id == child_id,
                    Hearing.removed_at.is_(None),
                    Hearing.hearing_date >= today,
                )
                .order_by(Hearing.hearing_date)
            ).first()
            return None if hearing is None else dates.ahead(rule, hearing)
        case "order":
            made = [day for one in _running(session, child_id, today) if (day := one.outcome_date)]
            return dates.after(rule, max(made)) if made else None
        case "end":
            ends = [end for one in _running(session, child_id, today) if (end := end_of(one))]
            return dates.ahead(rule, min(ends)) if ends else None
    raise BugError("a stage counts its due day from what nobody knows")


def _running(session: Session, child_id: str, today: date) -> list[Outcome]:
    """The orders of a court that run today."""
    listed = reference.listing("outcomes")
    return [
        outcome
        for outcome in session.scalars(
            select(Outcome).where(
                Outcome.child_id == child_id,
                Outcome.removed_at.is_(None),
                Outcome.outcome_date.is_not(None),
            )
        )
        if (entry := listed.entry(outcome.disposal)) is not None
        and entry.group in COURT_ORDERS
        and runs(outcome, today)
    ]


def _earlier(desk: Desk, session: Session, child_id: str) -> Earlier | None:
    before = newest_snapshot(session, child_id)
    if before is None or before.submitted_at is None:
        return None
    author = session.get(User, before.submitted_by) if before.submitted_by else None
    return Earlier(
        record_id=before.id,
        title=title_of(desk, before),
        day=dates.local_day(before.submitted_at),
        author="" if author is None else author.name,
        answers=sum(1 for _path, answer in each_answer(before.answers) if answer.replied),
    )
