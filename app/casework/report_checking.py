"""Before a report goes out: somebody else checks it, and the child and family hear it.

Whoever checks is not whoever wrote. Comments stand at passages; when everything is dealt with, the
report is found fit. Where nobody is within reach it may go out with that said on every page.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from app.casework import reference
from app.casework.desk import NotAllowed
from app.casework.form_records import called
from app.casework.form_records import names as user_names
from app.casework.keeping import present, reason_given
from app.casework.problems import RecordGone
from app.casework.report_writing import (
    STALE,
    WRITERS,
    LateWords,
    PassageLocked,
    draft,
    is_checked,
    late_words,
    note_checked,
    writers_of,
)
from app.core.errors import KnownError
from app.core.i18n import _
from app.models.records import (
    Child,
    Report,
    ReportComment,
    ReportPassage,
    ReportReadBack,
)
from app.reports.kinds import kind

if TYPE_CHECKING:
    from app.casework.desk import Desk


class NotYourOwn(NotAllowed):
    """Whoever wrote a report was to check it."""

    def __init__(self) -> None:
        super().__init__(
            _("You wrote this report, so somebody else has to check it."),
            _("Ask a colleague or your manager."),
        )


@dataclass(frozen=True)
class CommentView:
    """A comment on a report. `passage_id`: None stands for the whole of it."""

    id: str
    report_id: str
    passage_id: str | None
    text: str
    who: str
    at: datetime
    done: bool
    reply: str


@dataclass(frozen=True)
class ReadBackView:
    """What somebody said when a section was read to them.

    Attributes:
        heading: What the report calls the section.
        listener: child or parent; answer: agree, disagree or could_not_answer; in words beside.
        language: The one that the comment was said in.
    """

    id: str
    section: str
    heading: str
    listener: str
    listener_words: str
    answer: str
    answer_words: str
    comment: str
    language: str
    read_on: date | None


@dataclass(frozen=True)
class Checking:
    """How far a report is on its way out.

    Attributes:
        needs_second_person: Whether reports of its kind are checked by somebody else.
        asked: Somebody was asked to check it. checked_by: who found it fit; empty: nobody yet.
        pending: Why it went out unchecked; empty where it did not.
        mine: Whether the person who asks wrote it, and so can't check it.
        open_comments: What is still to be dealt with.
        late: What was written on another laptop while this one made it final, and is no part of it.
    """

    needs_second_person: bool
    asked: bool
    checked_by: str
    checked_at: datetime | None
    pending: str
    mine: bool
    comments: tuple[CommentView, ...]
    read_back: tuple[ReadBackView, ...]
    late: tuple[LateWords, ...] = ()

    @property
    def open_comments(self) -> int:
        return sum(not comment.done for comment in self.comments)


@dataclass(frozen=True)
class ToCheck:
    """A report that waits for somebody else's eyes. `went_out`: it is final already."""

    report_id: str
    child_id: str
    child_name: str
    title: str
    author: str
    since: datetime
    went_out: bool
    why: str


def checking(desk: Desk, report_id: str) -> Checking:
    """How far a report is on its way out."""
    late = late_words(desk, report_id)
    with desk.casebook.read() as session:
        report = present(session, Report, report_id)
        names = user_names(session)
        comments = session.scalars(
            select(ReportComment)
            .where(ReportComment.report_id == report_id, ReportComment.removed_at.is_(None))
            .order_by(ReportComment.id)
        ).all()
        stands = is_checked(session, report)
        return Checking(
            needs_second_person=kind(report.kind).second_person,
            asked=report.check_asked_at is not None,
            checked_by=names.get(report.checked_by or "", "") if stands else "",
            checked_at=report.checked_at if stands else None,
            pending=report.pending_reason or "",
            mine=_wrote(desk, report),
            comments=tuple(_comment(one, names) for one in comments),
            read_back=read_back_of(session, report),
            late=late,
        )


def to_check(desk: Desk) -> tuple[ToCheck, ...]:
    """Reports that wait for somebody other than their author, the longest waiting first.

    Those that went out unchecked wait for a manager.
    """
    with desk.casebook.read() as session:
        names = user_names(session)
        rows = session.execute(
            select(Report, Child)
            .join(Child, Child.id == Report.child_id)
            .where(Report.id.in_(ids_to_check(desk)))
        ).all()
        found = [
            ToCheck(
                report_id=report.id,
                child_id=child.id,
                child_name=f"{called(child)} {child.family_name}".strip(),
                title=report.title,
                author=names.get(report.made_by or "", ""),
                since=report.finalised_at or report.check_asked_at or report.changed_at,
                went_out=report.state == "final",
                why=report.pending_reason or "",
            )
            for report, child in rows
        ]
    return tuple(sorted(found, key=lambda one: one.since))


def ids_to_check(desk: Desk) -> Select[str]:
    """A query for the ids of the reports of `to_check`, to be counted or read."""
    waits: ColumnElement[bool] = and_(Report.check_asked_at.is_not(None), Report.state == "draft")
    if desk.actor.may_countersign:
        waits = or_(waits, and_(Report.pending_reason.is_not(None), Report.state == "final"))
    me = desk.actor.id
    writers = func.json_each(Report.details, f"$.{WRITERS}").table_valued("value")
    return (
        select(Report.id)
        .join(Child, Child.id == Report.child_id)
        .where(
            waits,
            or_(Report.checked_at.is_(None), Report.id.in_(_checked_before(desk))),
            Report.removed_at.is_(None),
            Child.removed_at.is_(None),
            # As `_wrote` says of one report: whoever had a hand in it doesn't check it.
            *(
                or_(who.is_(None), who != me)
                for who in (Report.made_by, Report.check_asked_by, Report.finalised_by)
            ),
            ~exists().select_from(writers).where(writers.c.value == me),
        )
    )


def _checked_before(desk: Desk) -> list[str]:
    """The drafts that somebody found fit, and that were written in elsewhere meanwhile."""
    with desk.casebook.read() as session:
        found = session.scalars(
            select(Report).where(Report.state == "draft", Report.checked_at.is_not(None))
        )
        return [report.id for report in found if not is_checked(session, report)]


def ask(desk: Desk, report_id: str) -> None:
    """Put a draft before somebody else to check.

    Raises:
        PassageLocked: It is no draft any more.
    """
    desk.must_write()
    with desk.casebook.write() as work:
        report = draft(work, report_id)
        report.check_asked_at = desk.clock.now()
        report.check_asked_by = desk.actor.id
        report.checked_at = report.checked_by = None


def comment(desk: Desk, report_id: str, text: str, passage_id: str | None = None) -> str:
    """Say something of a passage, or of the whole report.

    Raises:
        PassageLocked: It is no draft any more. KnownError: Nothing was said.
        RecordGone: The passage is not in it.
    """
    desk.must_write()
    if not text.strip():
        raise KnownError(_("Write what should be looked at again."), "")
    with desk.casebook.write() as work:
        report = draft(work, report_id)
        if (
            passage_id is not None
            and present(work.session, ReportPassage, passage_id).report_id != report_id
        ):
            raise RecordGone
        made = ReportComment(
            child_id=report.child_id,
            report_id=report_id,
            passage_id=passage_id,
            text=text.strip(),
            said_by=desk.actor.id,
        )
        work.add(made)
        work.flush()
        return made.id


def deal_with(desk: Desk, comment_id: str, reply: str = "") -> None:
    """Say that a comment was dealt with, and how."""
    desk.must_write()
    with desk.casebook.write() as work:
        held = present(work.session, ReportComment, comment_id)
        draft(work, held.report_id)
        held.state = "done"
        held.reply = reply.strip()
        held.done_at = desk.clock.now()
        held.done_by = desk.actor.id


def send_back(desk: Desk, report_id: str) -> None:
    """Give a report back to its author with the comments that stand on it.

    Raises:
        NotYourOwn: The person wrote it. KnownError: There is no comment.
    """
    desk.must_write()
    with desk.casebook.write() as work:
        report = draft(work, report_id)
        if _wrote(desk, report):
            raise NotYourOwn
        if not _open_comments(work.session, report_id):
            raise KnownError(
                _("Say at a passage what should be looked at again."),
                _("A report that comes back without a word helps nobody."),
            )
        report.check_asked_at = report.check_asked_by = None


def find_fit(desk: Desk, report_id: str) -> None:
    """Say that a report is fit for the court: a draft, or one that went out unchecked.

    Raises:
        NotAllowed: The person may only read, or it went out unchecked and this is no manager.
        NotYourOwn: The person wrote it. KnownError: Comments are still open.
        PassageLocked: It was found fit already, or no longer stands.
    """
    desk.must_write()
    with desk.casebook.write() as work:
        report = present(work.session, Report, report_id)
        went_out = report.state == "final"
        if report.state != "draft" and not (went_out and report.checked_at is None):
            raise PassageLocked
        if _wrote(desk, report):
            raise NotYourOwn
        if went_out:
            desk.must_countersign()
        if report.state == "draft" and _open_comments(work.session, report_id):
            raise KnownError(
                _("Comments are still open, so it can't be found fit yet."),
                _("The author deals with each of them first."),
            )
        report.checked_at = desk.clock.now()
        report.checked_by = desk.actor.id
        note_checked(work.session, report, desk.actor.id)
        if report.state == "draft":
            # Its sign-off says so.
            report.content_hash = STALE


def withdraw(desk: Desk, report_id: str, reason: str) -> None:
    """Say that a final report no longer stands. It is kept as it was.

    Raises:
        ReasonMissing: No reason was given. KnownError: It is not a final report that stands.
    """
    _leave_standing(desk, report_id, "withdrawn", reason)


def supersede(desk: Desk, report_id: str, reason: str, by: str | None = None) -> None:
    """Say that a newer report has the place of a final one. It is kept as it was.

    Args:
        by: The newer report: final, still standing, on the same child. None: it is not held here.

    Raises:
        ReasonMissing, KnownError: As in `withdraw`. RecordGone: The newer report is none of those.
    """
    _leave_standing(desk, report_id, "superseded", reason, by)


def _leave_standing(
    desk: Desk, report_id: str, state: str, reason: str, by: str | None = None
) -> None:
    desk.must_write()
    why = reason_given(reason)
    with desk.casebook.write(why) as work:
        report = present(work.session, Report, report_id)
        if report.state != "final":
            raise KnownError(
                _("Only a final report that still stands can be taken back."),
                _("A draft can be left as it is, or made again."),
            )
        if by is not None:
            newer = present(work.session, Report, by)
            if newer.id == report.id or (newer.child_id, newer.state) != (report.child_id, "final"):
                raise RecordGone
            report.superseded_by = newer.id
        report.state = state
        report.state_reason = why


# ---- reading back ----------------------------------------------------------------------------


def note_read_back(
    desk: Desk,
    report_id: str,
    section: str,
    listener: str,
    *,
    answer: str,
    comment: str = "",
    language: str = "",
) -> str:
    """Keep what a child, or a parent or carer, said to a section. Saying it again takes its place.

    Raises:
        PassageLocked: The report is no draft any more.
        KnownError: No answer was chosen.
    """
    desk.must_write()
    if reference.listing("read_back_answers").entry(answer) is None:
        raise KnownError(_("Choose what they said to it."), "")
    with desk.casebook.write() as work:
        report = draft(work, report_id)
        held = next(
            (
                one
                for one in _read_backs(work.session, report_id)
                if (one.section, one.listener) == (section, listener)
            ),
            None,
        )
        if held is None:
            held = ReportReadBack(
                child_id=report.child_id, report_id=report_id, section=section, listener=listener
            )
            work.add(held)
        held.answer = answer
        held.comment = comment.strip()
        held.language = language or report.language
        held.read_on = desk.clock.today()
        held.read_by = desk.actor.id
        # What was said of it goes into its sign-off.
        report.content_hash = STALE
        work.flush()
        return held.id


def _read_backs(session: Session, report_id: str) -> list[ReportReadBack]:
    return list(
        session.scalars(
            select(ReportReadBack)
            .where(ReportReadBack.report_id == report_id, ReportReadBack.removed_at.is_(None))
            .order_by(ReportReadBack.section, ReportReadBack.id)
        )
    )


def read_back_of(session: Session, report: Report) -> tuple[ReadBackView, ...]:
    """What was said when a report was read back, section by section, within a session."""
    headings = kind(report.kind).headings(report.language)
    order = list(headings)
    return tuple(
        _heard(one, headings[one.section])
        for one in sorted(
            (one for one in _read_backs(session, report.id) if one.section in headings),
            key=lambda one: order.index(one.section),
        )
    )


def _heard(held: ReportReadBack, heading: str) -> ReadBackView:
    return ReadBackView(
        id=held.id,
        section=held.section,
        heading=heading,
        listener=held.listener,
        listener_words=reference.label("read_back_listeners", held.listener),
        answer=held.answer,
        answer_words=reference.label("read_back_answers", held.answer),
        comment=held.comment,
        language=held.language,
        read_on=held.read_on,
    )


# ---- inside ----------------------------------------------------------------------------------


def _comment(held: ReportComment, names: dict[str, str]) -> CommentView:
    return CommentView(
        id=held.id,
        report_id=held.report_id,
        passage_id=held.passage_id,
        text=held.text,
        who=names.get(held.said_by or "", ""),
        at=held.created_at,
        done=held.state != "open",
        reply=held.reply,
    )


def _wrote(desk: Desk, report: Report) -> bool:
    wrote = (report.made_by, report.check_asked_by, report.finalised_by, *writers_of(report))
    return desk.actor.id in wrote


def _open_comments(session: Session, report_id: str) -> bool:
    query = select(ReportComment.id).where(
        ReportComment.report_id == report_id,
        ReportComment.state == "open",
        ReportComment.removed_at.is_(None),
    )
    return session.scalars(query).first() is not None
