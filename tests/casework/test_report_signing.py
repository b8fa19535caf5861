"""Signing a final report, and what Waymark can tell of a signed PDF that somebody brings."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pikepdf
import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.casework import history, report_checking, report_export, report_signing, reports, trust
from app.casework.desk import Desk, NotAllowed
from app.casework.history import HistoryEntry
from app.casework.provenance import provenance
from app.casework.report_signing import SignatureView
from app.casework.report_views import ReportView
from app.core.errors import KnownError
from app.models.records import ReportSignature, Service
from app.reports.certificates import Credential, opened
from app.reports.signing import what_signing_adds
from tests.casework.conftest import AddChild
from tests.casework.test_provenance import saved
from tests.casework.test_reports import case, made
from tests.reports.certificates import (
    NOW,
    PASSPHRASE,
    Pair,
    a_certificate,
    a_root,
    curve_key,
    with_unreadable_name,
)


def brought(desk: Desk, folder: Path, pair: Pair | None = None, **file: object) -> Credential:
    """A certificate as somebody brings it: in a file."""
    held = folder / "ash.p12"
    held.write_bytes((pair or a_certificate()).file(**file))  # type: ignore[arg-type]
    return report_signing.open_certificate(desk, held, PASSPHRASE)


@pytest.fixture
def final(desk: Desk, add_child: AddChild) -> ReportView:
    draft = made(desk, case(desk, add_child))
    return reports.make_final(desk, draft.id, "The hearing is tomorrow.")


@pytest.fixture
def signature(desk: Desk, final: ReportView, tmp_path: Path) -> SignatureView:
    return report_signing.sign(desk, final.id, brought(desk, tmp_path))


def exported(desk: Desk, report_id: str, file: Path, signature_id: str | None = None) -> bytes:
    report_export.export(
        desk, report_id, file, recipient="Fernbridge court", reason="", signature_id=signature_id
    )
    return file.read_bytes()


@contextmanager
def administrator(desk: Desk) -> Iterator[Desk]:
    """The same desk with an administrator at it."""
    yield replace(desk, actor=replace(desk.actor, role="administrator"))


def repainted(pdf: bytes) -> bytes:
    """What somebody makes of a file who adds other pages behind it."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    page = writer.root["/Pages"]["/Kids"][0]
    page[pdf_name("/Rotate")] = generic.NumberObject(180)
    writer.update_container(page)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def entries(desk: Desk, child_id: str, record_type: str) -> list[HistoryEntry]:
    told = history.changes(desk, child_id, limit=500).entries
    return [entry for entry in told if entry.record_type == record_type]


def test_the_signed_copy_holds_the_sealed_pages_to_the_byte_and_is_in_the_history(
    desk: Desk, final: ReportView, signature: SignatureView, tmp_path: Path
) -> None:
    sealed = reports.preview(desk, final.id)
    copy = exported(desk, final.id, tmp_path / "signed.pdf", signature.id)
    assert copy.startswith(sealed) and len(copy) > len(sealed)
    assert exported(desk, final.id, tmp_path / "plain.pdf") == sealed
    assert report_signing.list_signatures(desk, final.id) == (signature,)
    assert (signature.signer, signature.signed_by) == ("Ash Rivers", "Ash Rivers")
    assert signature.signed_at == desk.clock.now()

    (entry,) = entries(desk, final.child_id, "report_signature")
    assert (entry.who, entry.what) == ("Ash Rivers", "Added: Signature with a certificate")
    told = {field.label: field.after for field in entry.fields}
    assert told["Whose certificate"] == "Ash Rivers"
    assert told["Serial number of the certificate"] == "1A2B3C"
    assert told["Fingerprint of the certificate"] == signature.fingerprint
    assert told["Valid until"] == "24 October 2027"

    with pytest.raises(IntegrityError, match="never changes"), desk.casebook.write() as work:
        work.session.get_one(ReportSignature, signature.id).signer = "Somebody else"


def test_neither_key_nor_passphrase_nor_file_is_kept_and_no_plain_copy(
    desk: Desk, final: ReportView, tmp_path: Path
) -> None:
    pair = a_certificate()
    report_signing.sign(desk, final.id, brought(desk, tmp_path, pair))
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert files
    for file in files:
        content = file.read_bytes()
        assert b"%PDF" not in content and b"/ByteRange" not in content, file
    digits = pair.key.private_numbers().p.to_bytes(128, "big")
    with desk.casebook.engine.connect() as connection:
        tables = connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'search_index_%'"
        ).scalars()
        for table in list(tables):
            for row in connection.exec_driver_sql(f'SELECT * FROM "{table}"'):
                held = " ".join(map(repr, row))
                for never in (PASSPHRASE, "ash.p12", repr(digits)[2:-1], digits.hex()):
                    assert never not in held, table


def test_only_a_final_report_that_stands_is_signed_and_once_with_a_certificate(
    desk: Desk, add_child: AddChild, tmp_path: Path
) -> None:
    credential = brought(desk, tmp_path)
    draft = made(desk, case(desk, add_child))
    with pytest.raises(KnownError, match="draft"):
        report_signing.sign(desk, draft.id, credential)
    reports.make_final(desk, draft.id, "The hearing is tomorrow.")
    # It ran out while it was looked at.
    late = a_certificate(valid_until=NOW - timedelta(days=1))
    with pytest.raises(KnownError, match="ran out"):
        report_signing.sign(desk, draft.id, replace(credential, held=late.certificate))
    assert report_signing.list_signatures(desk, draft.id) == ()
    report_signing.sign(desk, draft.id, credential)
    with pytest.raises(KnownError, match="already"):
        report_signing.sign(desk, draft.id, credential)
    other = brought(desk, tmp_path, a_certificate("Robin Marsh", key=curve_key()))
    assert report_signing.sign(desk, draft.id, other).signer == "Robin Marsh"
    assert len(report_signing.list_signatures(desk, draft.id)) == 2
    report_checking.withdraw(desk, draft.id, "The wrong court.")
    third = brought(desk, tmp_path, a_certificate("Kit Vale", key=curve_key()))
    with pytest.raises(KnownError, match="doesn’t stand"):
        report_signing.sign(desk, draft.id, third)
    with pytest.raises(KnownError, match="can’t be read"):
        report_signing.open_certificate(desk, tmp_path / "gone.p12", PASSPHRASE)


# ---- a PDF that somebody brings --------------------------------------------------------------


def test_a_signed_copy_is_known_and_one_whose_signature_was_taken_off(
    desk: Desk, final: ReportView, signature: SignatureView, tmp_path: Path
) -> None:
    file = tmp_path / "signed.pdf"
    exported(desk, final.id, file, signature.id)
    told = provenance(desk, file)
    assert (told.verdict, told.report_id) == ("signed", final.id)
    assert told.words == (
        f"Unchanged: Pre-sentence report {final.reference}, made final on 23 November 2026 and "
        "signed here with the certificate of Ash Rivers."
    )
    assert told.copies == ("Passed on 23 November 2026 to Fernbridge court, by Ash Rivers.",)
    (words,) = told.signatures
    assert "The signature is whole." in words
    assert "Nobody but the certificate itself says whose it is." in words

    told = provenance(desk, saved(tmp_path, reports.preview(desk, final.id)))
    assert (told.verdict, told.signatures) == ("sealed", ())
    assert told.advice == "This copy bears no signature; one signed by Ash Rivers is kept here."

    report_checking.withdraw(desk, final.id, "The wrong court.")
    assert provenance(desk, file).verdict == "not_standing"


def test_what_was_added_to_or_changed_in_a_signed_copy_is_told(
    desk: Desk, final: ReportView, signature: SignatureView, tmp_path: Path
) -> None:
    signed = exported(desk, final.id, tmp_path / "signed.pdf", signature.id)
    sealed = reports.preview(desk, final.id)

    told = provenance(desk, saved(tmp_path, repainted(signed)))
    assert (told.verdict, told.report_id) == ("added_to", final.id)
    assert "signed by Ash Rivers" in told.words
    assert "It doesn’t stand for what was added to the file after it." in told.signatures[0]
    assert told.copies == ()

    told = provenance(desk, saved(tmp_path, repainted(sealed)))
    assert (told.verdict, told.signatures) == ("added_to", ())
    elsewhere = opened(a_certificate("Kit Vale", key=curve_key()).file(), PASSPHRASE)
    countersigned = sealed + what_signing_adds(sealed, elsewhere, NOW, said="Seen")
    told = provenance(desk, saved(tmp_path, countersigned))
    assert (told.verdict, told.report_id) == ("added_to", final.id)
    assert "certificate of Kit Vale" in told.signatures[0]

    contents = signed.rindex(b"/Contents <")
    for at, verdict in ((len(sealed) // 2, "altered"), (contents + 900, "added_to")):
        other = bytearray(signed)
        other[at] = ord("1") if other[at] != ord("1") else ord("2")
        told = provenance(desk, saved(tmp_path, bytes(other)))
        assert told.verdict == verdict, at
        assert not [words for words in told.signatures if "is whole" in words], at


def test_a_file_of_somebody_else_tells_what_its_signature_is_worth(
    desk: Desk, final: ReportView, tmp_path: Path
) -> None:
    sealed = reports.preview(desk, final.id)
    with pikepdf.open(io.BytesIO(sealed)) as held:
        held.docinfo["/Title"] = "A letter"
        out = io.BytesIO()
        held.save(out)
    root = a_root()
    theirs = opened(a_certificate("Kit Vale", issuer=root).file(), PASSPHRASE)
    letter = out.getvalue() + what_signing_adds(out.getvalue(), theirs, NOW, said="Kit")
    file = saved(tmp_path, letter)
    told = provenance(desk, file)
    assert told.verdict == "not_known"
    assert "from Fictional Root; your service has not said" in told.signatures[0]
    trusted = saved(tmp_path, root.pem(), "root.pem")
    with pytest.raises(NotAllowed):
        trust.trust(desk, trusted)
    with administrator(desk) as theirs_to_say:
        (issuer,) = trust.trust(theirs_to_say, trusted)
        assert trust.trust(theirs_to_say, trusted) == (issuer,)
        assert trust.list_trusted(desk) == (issuer,)
        (words,) = provenance(desk, file).signatures
        assert "Fictional Root, whom your service trusts, vouches for whose it is." in words
        trust.stop_trusting(theirs_to_say, issuer.fingerprint)
        assert trust.list_trusted(desk) == ()
    assert "has not said" in provenance(desk, file).signatures[0]


def test_only_a_certificate_of_an_issuer_is_trusted(desk: Desk, tmp_path: Path) -> None:
    with administrator(desk) as whoever:
        for content, why in (
            (a_certificate().pem(), "somebody’s own"),
            (b"Dear court", "holds no certificate"),
            (a_certificate().file(), "holds no certificate"),
            (with_unreadable_name(a_root()).pem(), "holds no certificate"),
        ):
            with pytest.raises(KnownError, match=why):
                trust.trust(whoever, saved(tmp_path, content, "root.cer"))
        with pytest.raises(KnownError, match="can’t be read"):
            trust.trust(whoever, tmp_path / "gone.cer")
    nameless = with_unreadable_name(a_root()).certificate.public_bytes(Encoding.DER)
    with desk.casebook.write() as work:
        work.session.scalars(select(Service)).one().trusted_roots = [
            "bm90IG9uZQ==",
            base64.b64encode(nameless).decode(),
        ]
    assert trust.list_trusted(desk) == ()
