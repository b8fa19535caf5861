"""Signing a final report with somebody's certificate.

The signed copy is a document of its own beside the sealed one, which stays as it is. It is kept
in the casebook, encrypted like everything there, and leaves it only as a file that somebody
chooses. Certificate file, passphrase and key are read when they are needed and not kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.dates import local_day
from app.casework.form_records import names as user_names
from app.casework.keeping import present
from app.casework.problems import RecordGone
from app.core.errors import BugError, KnownError
from app.core.i18n import N_, _
from app.models.records import Report, ReportSignature
from app.reports import certificates
from app.reports.certificates import Certificate, Credential, WrongPassphrase
from app.reports.signatures import signatures_in
from app.reports.signing import what_signing_adds
from app.reports.words import day, wording

if TYPE_CHECKING:
    from app.casework.desk import Desk

__all__ = ["Certificate", "Credential", "WrongPassphrase"]

SAID = N_("Signed with the certificate of {name} on {day}.")


@dataclass(frozen=True)
class SignatureView:
    """A signed copy of a report.

    Attributes:
        signer: Whose certificate. signed_by: the user who signed; mostly the same person.
        signed_at: By the clock of the laptop. fingerprint: of the certificate.
    """

    id: str
    report_id: str
    signer: str
    issued_by: str
    serial: str
    fingerprint: str
    valid_until: date | None
    signed_at: datetime
    signed_by: str


def open_certificate(desk: Desk, file: Path, passphrase: str) -> Credential:
    """The certificate in a file, with its key, fit to sign with now.

    Raises:
        WrongPassphrase: The passphrase is another.
        NoCertificate: The file holds none, or one that can't sign; says why and what to do.
        KnownError: The file can't be read.
    """
    credential = certificates.opened(certificates.content_of(file), passphrase)
    certificates.must_be_fit(credential, desk.clock.now())
    return credential


def sign(desk: Desk, report_id: str, credential: Credential) -> SignatureView:
    """Make a signed copy of a final report and keep it beside the report.

    Raises:
        NotAllowed: The person may only read.
        NoCertificate: The certificate can't sign any more.
        KnownError: The report is not final, or is signed with this certificate already.
    """
    desk.must_write()
    at = desk.clock.now()
    told = credential.certificate
    certificates.must_be_fit(credential, at)
    with desk.casebook.read() as session:
        report = _must_stand(session, report_id, told)
        pages, language = report.pdf or b"", report.language
    said = wording(language)(SAID).format(name=told.name, day=day(local_day(at), language))
    added = what_signing_adds(pages, credential, at, said=said)
    signed = pages + added
    if not [one for one in signatures_in(signed) if one.whole and one.to_the_end]:
        raise BugError("a signature that was just made does not hold")
    with desk.casebook.write() as work:
        report = _must_stand(work.session, report_id, told)
        kept = work.add(
            ReportSignature(
                child_id=report.child_id,
                report_id=report.id,
                added=added,
                pdf_hash=hashlib.sha256(signed).hexdigest(),
                signed_at=at,
                signed_by=desk.actor.id,
                signer=told.name,
                subject=told.subject,
                issuer=told.issuer,
                issued_by=told.issued_by,
                serial=told.serial,
                fingerprint=told.fingerprint,
                valid_until=told.valid_until,
            )
        )
        work.flush()
        return _view(kept, user_names(work.session))


def list_signatures(desk: Desk, report_id: str) -> tuple[SignatureView, ...]:
    """The signed copies of a report, the newest first."""
    with desk.casebook.read() as session:
        names = user_names(session)
        return tuple(_view(one, names) for one in signatures_of(session, report_id))


def signed_pages(session: Session, signature_id: str) -> bytes:
    """A signed copy as it leaves the casebook.

    Raises:
        RecordGone: It, or the report, is not in the casebook.
    """
    kept = present(session, ReportSignature, signature_id)
    report = present(session, Report, kept.report_id)
    if report.pdf is None or kept.added is None:
        raise RecordGone
    return report.pdf + kept.added


def signatures_of(session: Session, report_id: str) -> Sequence[ReportSignature]:
    """The signed copies of a report within a session, the newest first."""
    return session.scalars(
        select(ReportSignature)
        .where(ReportSignature.report_id == report_id, ReportSignature.removed_at.is_(None))
        .order_by(ReportSignature.id.desc())
    ).all()


def _must_stand(session: Session, report_id: str, told: Certificate) -> Report:
    report = present(session, Report, report_id)
    if report.state == "draft":
        raise KnownError(
            _("A draft can’t be signed."), _("Make the report final first: that is what is signed.")
        )
    if report.state != "final":
        raise KnownError(
            _("This report doesn’t stand any more, so it can’t be signed."),
            _("Sign the report that has taken its place."),
        )
    if any(one.fingerprint == told.fingerprint for one in signatures_of(session, report_id)):
        raise KnownError(
            _("This report is signed with that certificate already."),
            _("Export the signed copy."),
        )
    return report


def _view(kept: ReportSignature, names: dict[str, str]) -> SignatureView:
    return SignatureView(
        id=kept.id,
        report_id=kept.report_id,
        signer=kept.signer,
        issued_by=kept.issued_by,
        serial=kept.serial,
        fingerprint=kept.fingerprint,
        valid_until=kept.valid_until,
        signed_at=kept.signed_at or kept.created_at,
        signed_by=names.get(kept.signed_by or "", ""),
    )
