"""Whether a PDF that somebody holds is one of ours, to the byte, and who was given it.

A report is sealed with the SHA-256 of its pages, and whatever leaves the casebook leaves its
SHA-256 in the history. A file counts as ours where its own is among them; what the file says of
itself is never taken for proof. A signature in it is read whoever made it: whether it is whole,
and whether anybody whom the service trusts vouches for whose it is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.casework.dates import in_words, local_day
from app.casework.keeping import consulted
from app.casework.report_signing import signatures_of
from app.casework.trust import trusted_roots
from app.casework.wording import record_word
from app.core.clock import local
from app.core.errors import KnownError
from app.core.i18n import _
from app.models.queries import history
from app.models.records import Report, ReportSignature, User
from app.reports.signatures import END, Signature, signatures_in
from app.reports.tagged import title_of

if TYPE_CHECKING:
    from app.casework.desk import Desk

Verdict = Literal[
    "sealed", "signed", "not_standing", "not_final", "added_to", "altered", "not_known"
]

MOST_BYTES: Final = 200 * 1024 * 1024
"""No report of ours comes near this; a larger file is not read."""

_MOST_ENDS: Final = 40
"""A file that was added to more often than this is looked at in its first parts alone."""


@dataclass(frozen=True)
class Provenance:
    """What can be said of a file.

    Attributes:
        verdict: sealed: a final report that stands. signed: the same, signed here. not_standing:
            a final one that was withdrawn or replaced. not_final: made here and unchanged, but a
            draft or another paper. added_to: pages of ours to the byte, and something behind them.
            altered: it bears the reference of a report here and is not that file.
        words: The same in a sentence. advice: what to do about it; may be empty.
        copies: When it was given to whom, a sentence each, the first copy first.
        signatures: What the signatures in it are worth, a few sentences each.
        report_id, child_id: The report it is, or that it bears the reference of.
    """

    verdict: Verdict
    words: str
    advice: str = ""
    copies: tuple[str, ...] = ()
    report_id: str | None = None
    child_id: str | None = None
    signatures: tuple[str, ...] = ()


def provenance(desk: Desk, file: Path) -> Provenance:
    """Tell whether a file is a PDF that this casebook made, unchanged.

    It is logged that a report was consulted where the file leads to one.

    Raises:
        KnownError: The file can't be read, or is no PDF.
    """
    content = _read(file)
    digest = hashlib.sha256(content).hexdigest()
    with desk.casebook.read() as session:
        passed_on = history.passed_on(session, digest)
        copies = tuple(_copy_words(session, entry) for entry in passed_on)
        signed = _kept_copy(session, (digest,))
        report = session.get(Report, signed.report_id) if signed else _sealed(session, (digest,))
        if report is not None:
            found = _of_report(session, report, signed, copies)
        elif passed_on:
            found = _of_other_pages(passed_on, copies)
        else:
            found = _of_pages_with_more(session, content) or _of_stranger(session, content)
        roots = trusted_roots(session, desk.casebook.service_id)
    told = map(_signature_words, signatures_in(content, roots))
    found = replace(found, signatures=tuple(told))
    if found.report_id is not None and found.child_id is not None:
        consulted(desk, Report, found.report_id, found.child_id)
    return found


def _read(file: Path) -> bytes:
    try:
        if file.stat().st_size > MOST_BYTES:
            raise KnownError(
                _("That file is too large to be a report of ours."),
                _("Choose the PDF that you were given."),
            )
        content = file.read_bytes()
    except OSError as error:
        raise KnownError(
            _("The file can't be read."),
            _("Close it if it is open in another program, and choose it again."),
        ) from error
    if not content.startswith(b"%PDF-"):
        raise KnownError(
            _("That file is no PDF."), _("Choose the PDF that you were given, as you got it.")
        )
    return content


def _sealed(session: Session, digests: Sequence[str]) -> Report | None:
    return session.scalars(select(Report).where(Report.pdf_hash.in_(digests))).first()


def _kept_copy(session: Session, digests: Sequence[str]) -> ReportSignature | None:
    return session.scalars(
        select(ReportSignature).where(
            ReportSignature.pdf_hash.in_(digests), ReportSignature.removed_at.is_(None)
        )
    ).first()


def _of_report(
    session: Session, report: Report, signed: ReportSignature | None, copies: tuple[str, ...]
) -> Provenance:
    said = {"title": report.title, "reference": report.reference}
    if report.state == "draft":
        return Provenance(
            "not_final",
            _("Unchanged, but a draft: {title} {reference} as it stands now.").format(**said),
            _("Don’t rely on a draft. Ask for the final report."),
            copies,
            report.id,
            report.child_id,
        )
    said["day"] = in_words(local_day(report.finalised_at or report.changed_at))
    if signed is None:
        words = _("Unchanged: {title} {reference}, made final on {day}.").format(**said)
    else:
        words = _(
            "Unchanged: {title} {reference}, made final on {day} and signed here with the "
            "certificate of {name}."
        ).format(name=signed.signer, **said)
    advice = {
        "withdrawn": _("It was withdrawn since. Don’t rely on it."),
        "superseded": _("A newer report has taken its place. Don’t rely on this one."),
    }.get(report.state, "")
    verdict: Verdict = "not_standing" if advice else "signed" if signed else "sealed"
    if signed is None and not advice and (kept := signatures_of(session, report.id)):
        advice = _("This copy bears no signature; one signed by {name} is kept here.").format(
            name=kept[0].signer
        )
    return Provenance(verdict, words, advice, copies, report.id, report.child_id)


def _of_pages_with_more(session: Session, content: bytes) -> Provenance | None:
    """A file that starts with a final report of ours, or a signed copy, and goes on after it."""
    starts = tuple(_starts(content))
    signed = _kept_copy(session, starts)
    report = session.get(Report, signed.report_id) if signed else _sealed(session, starts)
    if report is None or report.state == "draft":
        return None
    said = {"title": report.title, "reference": report.reference}
    if signed is None:
        words = _(
            "Added to: {title} {reference} is in this file as it was made, and something was "
            "added behind it."
        ).format(**said)
    else:
        words = _(
            "Added to: {title} {reference}, signed by {name}, is in this file as it was signed, "
            "and something was added behind it."
        ).format(name=signed.signer, **said)
    return Provenance(
        "added_to",
        words,
        _(
            "What was added can change what the pages show. Compare it with the report here "
            "before anybody relies on it."
        ),
        report_id=report.id,
        child_id=report.child_id,
    )


def _starts(content: bytes) -> Iterator[str]:
    """The SHA-256 of every part of a file, from its start on, that ends as a PDF does."""
    digest, done = hashlib.sha256(), 0
    for count, end in enumerate(END.finditer(content)):
        if count == _MOST_ENDS:
            return
        for at in sorted({end.start() + len(b"%%EOF"), end.end()}):
            digest.update(content[done:at])
            done = at
            yield digest.hexdigest()


def _signature_words(found: Signature) -> str:
    if found.signer is None:
        return _("There is a signature in it that can’t be read, or that is too weak to count.")
    said: dict[str, str] = {"name": found.signer.name, "issuer": found.signer.issued_by}
    if not found.whole:
        return _(
            "There is a signature with the certificate of {name} in it, and it doesn’t hold: what "
            "it stands for was changed."
        ).format(**said)
    if found.at is not None:
        here = local(found.at)
        said |= {"day": in_words(here.date()), "time": f"{here:%H:%M}"}
        words = _(
            "Signed with the certificate of {name} on {day} at {time}, by the clock of the "
            "computer that signed. The signature is whole."
        ).format(**said)
    else:
        words = _(
            "Signed with the certificate of {name}. The signature is whole; it gives no time."
        ).format(**said)
    if not found.to_the_end:
        words += " " + _("It doesn’t stand for what was added to the file after it.")
    if found.trusted_root:
        return f"{words} " + _("{root}, whom your service trusts, vouches for whose it is.").format(
            root=found.trusted_root
        )
    if found.signer.issuer == found.signer.subject:
        return f"{words} " + _("Nobody but the certificate itself says whose it is.")
    return f"{words} " + _(
        "The certificate is from {issuer}; your service has not said that it trusts them."
    ).format(**said)


def _of_other_pages(entries: Sequence[history.Copy], copies: tuple[str, ...]) -> Provenance:
    """A file that was passed on and that no report has now: an earlier draft, a form, a plan."""
    first = entries[0]
    of_report = first.record_type == Report.record_type()
    if of_report:
        words = _("Unchanged, but an earlier draft of a report.")
        advice = _("The report was written again since. Don’t rely on a draft.")
    else:
        words = _("Unchanged: pages that were passed on from here ({what}).").format(
            what=record_word(first.record_type or "")
        )
        advice = _("They show the record as it was on that day.")
    return Provenance(
        "not_final",
        words,
        advice,
        copies,
        first.record_id if of_report else None,
        first.child_id if of_report else None,
    )


def _of_stranger(session: Session, content: bytes) -> Provenance:
    reference = title_of(content).rpartition(" ")[2]
    named = (
        session.scalars(select(Report).where(Report.reference == reference)).first()
        if reference
        else None
    )
    if named is None:
        return Provenance(
            "not_known",
            _("Not known: no report here, and no copy passed on from here, is this file."),
            _("If another laptop of your service made it, sync first and check again."),
        )
    return Provenance(
        "altered",
        _("Not the same: it bears the reference {reference}, but it is not that report.").format(
            reference=reference
        ),
        _(
            "It was changed, or saved again by another program, or it is an older draft. "
            "Compare it with the report here before anybody relies on it."
        ),
        report_id=named.id,
        child_id=named.child_id,
    )


def _copy_words(session: Session, copy: history.Copy) -> str:
    who = session.get(User, copy.given_by)
    said = {
        "day": in_words(local_day(copy.given_at)),
        "recipient": copy.recipient or _("somebody who was not named"),
        "name": who.name if who is not None else _("somebody"),
    }
    if copy.way == "print":
        return _("Printed on {day} for {recipient}, by {name}.").format(**said)
    return _("Passed on {day} to {recipient}, by {name}.").format(**said)
