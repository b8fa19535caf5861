"""Copies of a report that leave the casebook: saved or printed, and to whom."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.casework.disclosure import Exported, Pages, must_be_free, note, to_file
from app.casework.keeping import present
from app.casework.report_signing import signed_pages
from app.casework.report_views import ReportView
from app.core.errors import KnownError
from app.core.i18n import _
from app.models.records import Report

if TYPE_CHECKING:
    from app.casework.desk import Desk

_IN_FILE_NAMES: Final = {"draft": "-draft", "withdrawn": "-withdrawn", "superseded": "-replaced"}
"""What the name of a file says of a report that no court may rely on."""


def export(
    desk: Desk,
    report_id: str,
    file: Path,
    *,
    recipient: str,
    reason: str,
    overwrite: bool = False,
    signature_id: str | None = None,
) -> Exported:
    """Write the pages to a file that the person chose, and log to whom they are disclosed.

    The file appears whole or not at all, and never without its entry in the log: that is written
    first. What stood there before stays until then.

    Args:
        signature_id: Of the signed copy that is wanted; None: the pages without a signature.

    Raises:
        NotAllowed: The person may only read.
        FileIsThere: A file of this name exists and was not to be replaced.
        KnownError: It can't be written there (no room, no permission).
    """
    desk.must_disclose()
    must_be_free(file, overwrite=overwrite)
    if not recipient.strip():
        raise KnownError(
            _("Say who gets this report."), _("It is kept in the record of who was given a copy.")
        )
    with desk.casebook.read() as session:
        report = present(session, Report, report_id)
        pdf = signed_pages(session, signature_id) if signature_id else report.pdf or b""
        pages = Pages(pdf, "report", report.id, report.child_id, report.state)
    return to_file(desk, file, pages, recipient=recipient, reason=reason)


def note_print(desk: Desk, report_id: str, *, recipient: str, reason: str) -> None:
    """Log that the pages were printed, and for whom.

    Raises:
        NotAllowed: The person may only read.
    """
    desk.must_disclose()
    with desk.casebook.write(reason.strip() or None) as work:
        report = present(work.session, Report, report_id)
        pages = Pages(report.pdf or b"", "report", report.id, report.child_id, report.state)
        note(desk, work, "print", pages, report.pdf_hash, recipient=recipient, why=reason)


def file_name(report: ReportView) -> str:
    """The name to offer for the file: the reference, nothing of the child."""
    return f"{report.reference}{_IN_FILE_NAMES.get(report.state, '')}.pdf"
