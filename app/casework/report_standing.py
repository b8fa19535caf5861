"""What became of a final report, and who was given a copy of it. Nothing of it is ever deleted.

A report that was withdrawn, or whose place a newer one took, stays as it was; that it no longer
stands, since when, by whom and why is a state of it. Who was given a copy every laptop knows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework import dates
from app.casework.disclosure import Exported, Pages, must_be_free, note, to_file
from app.casework.form_records import called
from app.casework.form_records import names as user_names
from app.casework.keeping import consulted, present
from app.casework.report_views import state_words_of
from app.casework.wording import state_word
from app.core import i18n
from app.core.errors import KnownError
from app.core.i18n import _
from app.models.queries import history as log_entries
from app.models.records import Child, Report, Service
from app.reports.copies_print import CopiesCopy, CopyLine, copies_copy
from app.reports.kinds import kind
from app.reports.pdf import render

if TYPE_CHECKING:
    from app.casework.desk import Desk


@dataclass(frozen=True)
class Named:
    """Another report, by what people call it."""

    report_id: str
    words: str


@dataclass(frozen=True)
class Standing:
    """Whether a report stands, and what it has to do with others.

    Attributes:
        state: final, withdrawn, superseded or draft.
        since, who, why: Since when it no longer stands, who said so and why; empty while it stands.
        replaced_by: The newer report that has its place. replaces: those whose place it took.
        adds_to: The report that it adds to. addenda: those that add to it.
        newer: Final reports that could have its place, the newest first.
    """

    state: str
    since: datetime | None
    who: str
    why: str
    replaced_by: Named | None
    replaces: tuple[Named, ...]
    adds_to: Named | None
    addenda: tuple[Named, ...]
    newer: tuple[Named, ...]


@dataclass(frozen=True)
class CopyGiven:
    """One copy that was given.

    Attributes:
        at: When. who: who gave it. to: who got it. how: exported or printed, in words. why: as
            it was said.
        state: What the report was then, in words; empty where the log does not say.
        sealed: Whether it was of the pages as they stand; otherwise of other pages, such as a draft
            or the report in plain words.
    """

    at: datetime
    who: str
    to: str
    how: str
    why: str
    state: str
    sealed: bool


def standing(desk: Desk, report_id: str) -> Standing:
    """Whether a report stands.

    Raises:
        RecordGone: It is not in the casebook.
    """
    with desk.casebook.read() as session:
        report = present(session, Report, report_id)
        since, who = _ended(session, report)
        return Standing(
            state=report.state,
            since=since,
            who=who,
            why=report.state_reason or "",
            replaced_by=_named(session, report.superseded_by),
            replaces=tuple(_reports(session, Report.superseded_by == report.id)),
            adds_to=_named(session, report.addendum_to),
            addenda=tuple(_reports(session, Report.addendum_to == report.id)),
            newer=tuple(_newer(session, report)),
        )


def _ended(session: Session, report: Report) -> tuple[datetime | None, str]:
    """Since when a report does not stand any more, and who said so."""
    if report.state not in ("withdrawn", "superseded"):
        return None, ""
    for entry in log_entries.entries(session, record_id=report.id, field="state"):
        if entry.set_to.get("state") == report.state:
            return entry.made_at, user_names(session).get(entry.actor_id, "")
    return report.changed_at, ""


def _newer(session: Session, report: Report) -> Iterator[Named]:
    """The final reports on the same child that were made since, and add to nothing."""
    if report.state != "final" or report.finalised_at is None:
        return
    yield from _reports(
        session,
        Report.child_id == report.child_id,
        Report.state == "final",
        Report.id != report.id,
        Report.addendum_to.is_(None),
        Report.finalised_at >= report.finalised_at,
    )


def _reports(session: Session, *which: Any) -> Iterator[Named]:
    query = select(Report).where(*which, Report.removed_at.is_(None)).order_by(Report.id.desc())
    for report in session.scalars(query):
        yield Named(report.id, _words(report))


def _named(session: Session, report_id: str | None) -> Named | None:
    report = session.get(Report, report_id) if report_id else None
    return None if report is None else Named(report.id, _words(report))


def _words(report: Report) -> str:
    title = kind(report.kind).named(i18n.language())
    day = report.finalised_at or report.changed_at
    return f"{title} {report.reference}, {dates.in_words(dates.local_day(day))}"


# ---- copies ----------------------------------------------------------------------------------


def copies(desk: Desk, report_id: str) -> tuple[CopyGiven, ...]:
    """Who was given a copy of a report, the newest first.

    Raises:
        RecordGone: It is not in the casebook.
    """
    with desk.casebook.read() as session:
        report = present(session, Report, report_id)
        names = user_names(session)
        found = tuple(
            CopyGiven(
                at=one.given_at,
                who=names.get(one.given_by, _("Somebody")),
                to=one.recipient,
                how=_("Printed") if one.way == "print" else _("Exported as a file"),
                why=one.why,
                state=state_word(one.state),
                sealed=one.pdf_hash == report.pdf_hash,
            )
            for one in reversed(log_entries.copies_of(session, "report", report_id))
        )
        child_id = report.child_id
    consulted(desk, Report, report_id, child_id)
    return found


def copies_pages(desk: Desk, report_id: str) -> bytes:
    """Who was given a copy, as a PDF, in the language of the screen.

    Raises:
        RecordGone: It is not in the casebook.
    """
    held = copies(desk, report_id)
    language = i18n.language()
    with desk.casebook.read() as session:
        report = present(session, Report, report_id)
        child = session.get_one(Child, report.child_id)
        service = session.get(Service, desk.casebook.service_id)
        copy = CopiesCopy(
            reference=report.reference,
            report_title=kind(report.kind).named(language),
            report_state=state_words_of(session, report),
            service_name=service.name if service is not None else "",
            child_name=f"{called(child)} {child.family_name}".strip(),
            made_on=desk.clock.today(),
            language=language,
        )
    lines = tuple(
        CopyLine(
            when=dates.day_and_time(one.at),
            to=one.to,
            how=one.how,
            which=which_words(one),
            by=one.who,
            why=one.why,
        )
        for one in held
    )
    return render(copies_copy(lines, copy))


def export_copies(
    desk: Desk, report_id: str, file: Path, *, recipient: str, reason: str, overwrite: bool = False
) -> Exported:
    """Write who was given a copy to a file, and log that too.

    Raises:
        NotAllowed: The person may not pass on copies.
        FileIsThere: A file of this name exists and was not to be replaced.
        KnownError: Nobody is named who gets it, or it can't be written there.
    """
    desk.must_disclose()
    must_be_free(file, overwrite=overwrite)
    if not recipient.strip():
        raise KnownError(
            _("Say who gets this list."), _("It is kept in the record of who was given a copy.")
        )
    with desk.casebook.read() as session:
        report = present(session, Report, report_id)
        child_id, state = report.child_id, report.state
    pages = Pages(copies_pages(desk, report_id), "report", report_id, child_id, state)
    return to_file(desk, file, pages, recipient=recipient, reason=reason)


def print_copies(desk: Desk, report_id: str, recipient: str) -> bytes:
    """The pages of the list, once it is in the log that they are printed and for whom.

    Raises:
        NotAllowed: The person may not pass on copies.
    """
    desk.must_disclose()
    pages = copies_pages(desk, report_id)
    with desk.casebook.write() as work:
        report = present(work.session, Report, report_id)
        digest = hashlib.sha256(pages).hexdigest()
        given = Pages(pages, "report", report.id, report.child_id, report.state)
        note(desk, work, "print", given, digest, recipient=recipient, why="")
    return pages


def which_words(one: CopyGiven) -> str:
    """Of which pages a copy was, in words."""
    if one.sealed:
        return _("These pages")
    return _("Other pages ({state})").format(state=one.state) if one.state else _("Other pages")
