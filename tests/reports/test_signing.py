"""A signature stands behind the sealed pages: whole, unseen, and within PDF/UA-1 and PDF/A-2a."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from app.core.errors import KnownError
from app.reports.certificates import NoCertificate, WrongPassphrase, must_be_fit, opened
from app.reports.kinds import kind, kinds
from app.reports.pdf import render
from app.reports.psr import report_of
from app.reports.signatures import Signature, signatures_in
from app.reports.signing import what_signing_adds
from tests.reports.archival_rules import faults_in
from tests.reports.certificates import (
    NOW,
    PASSPHRASE,
    WEB_SERVER,
    Pair,
    a_certificate,
    a_root,
    curve_key,
    rsa_key,
)
from tests.reports.reading import structure_of
from tests.reports.samples import material_of_every_kind
from tests.reports.test_pdf import findings

SAID = "Signed with the certificate of Ash Rivers on 23 November 2026."


def pages(kind_id: str = "psr", language: str = "en") -> bytes:
    return render(report_of(kind(kind_id), material_of_every_kind(language)))


def added(pdf: bytes, pair: Pair, *above: Any) -> bytes:
    credential = opened(pair.file(above=above), PASSPHRASE)
    return what_signing_adds(pdf, credential, NOW, said=SAID)


@pytest.fixture(scope="module")
def sealed() -> bytes:
    return pages()


@pytest.fixture(scope="module")
def root() -> Pair:
    return a_root()


@pytest.fixture(scope="module")
def signed(sealed: bytes, root: Pair) -> bytes:
    return sealed + added(sealed, a_certificate(issuer=root), root.certificate)


def only(pdf: bytes, *roots: Pair) -> Signature:
    (found,) = signatures_in(pdf, [root.certificate for root in roots])
    return found


# ---- what is added ---------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "cy"])
@pytest.mark.parametrize("kind_id", sorted(kinds()))
def test_no_rule_is_broken_by_the_signed_copy_of_any_kind(
    kind_id: str, language: str, tmp_path: Path
) -> None:
    pdf = pages(kind_id, language)
    whole = pdf + added(pdf, a_certificate(key=curve_key()))
    assert faults_in(whole) == []
    assert findings(whole, tmp_path) == []


def test_the_properties_of_the_file_are_those_that_were_sealed(
    sealed: bytes, signed: bytes
) -> None:
    with pikepdf.open(io.BytesIO(sealed)) as was, pikepdf.open(io.BytesIO(signed)) as now:
        assert dict(now.docinfo) == dict(was.docinfo)
        assert now.Root.Metadata.read_bytes() == was.Root.Metadata.read_bytes()
        assert now.Root.Metadata.objgen == was.Root.Metadata.objgen
        for before, after in zip(was.pages, now.pages, strict=True):
            assert after.Contents.read_bytes() == before.Contents.read_bytes()


def test_nothing_of_it_is_seen(sealed: bytes, signed: bytes) -> None:
    before, after = pypdfium2.PdfDocument(sealed), pypdfium2.PdfDocument(signed)
    assert len(before) == len(after)
    for one, other in zip(before, after, strict=True):
        drawn = [page.render(may_draw_forms=True).to_pil().tobytes() for page in (one, other)]
        assert drawn[0] == drawn[1]


def test_a_screen_reader_says_it_last(signed: bytes) -> None:
    tree = structure_of(signed)
    last = tree.kids[-1]
    assert not isinstance(last, str)
    assert (last.tag, last.text()) == ("Form", SAID)


def test_it_is_a_baseline_signature_without_a_time_stamp(signed: bytes) -> None:
    with pikepdf.open(io.BytesIO(signed)) as held:
        value = held.Root.AcroForm.Fields[0].V
        assert value.SubFilter == "/ETSI.CAdES.detached"
        assert str(value.M) == "D:20261123100000Z"
        assert not {"/Name", "/Reason", "/Location", "/ContactInfo"} & set(value.keys())
        contents = bytes(value.Contents)
    from asn1crypto import cms

    told = cms.ContentInfo.load(contents)["content"]
    (signer,) = told["signer_infos"]
    # ETSI EN 319 142-1, table 1: the certificate is named, the time stands in the dictionary.
    attributes = {one["type"].native for one in signer["signed_attrs"]}
    assert attributes == {"content_type", "message_digest", "signing_certificate_v2"}
    assert [one["type"].native for one in signer["unsigned_attrs"]] == []
    assert len(told["certificates"]) == 2


def test_neither_key_nor_passphrase_is_in_the_file(sealed: bytes) -> None:
    whole = sealed + added(sealed, a_certificate())
    secret = rsa_key().private_numbers()
    for number in (secret.d, secret.p, secret.q):
        digits = number.to_bytes((number.bit_length() + 7) // 8, "big")
        assert digits not in whole
        assert digits.hex().encode() not in whole.lower()
    assert PASSPHRASE.encode() not in whole


# ---- reading it back -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "key", [rsa_key(), curve_key(), curve_key(ec.SECP384R1)], ids=["rsa", "p256", "p384"]
)
def test_it_is_read_back_whole(sealed: bytes, key: Any) -> None:
    whole = sealed + added(sealed, a_certificate(key=key))
    found = only(whole)
    assert found.signer is not None
    assert (found.signer.name, found.signer.serial) == ("Ash Rivers", "1A2B3C")
    assert (found.whole, found.to_the_end, found.covers) == (True, True, len(whole))
    assert found.at == NOW
    assert found.trusted_root == ""
    assert signatures_in(sealed) == ()


def test_who_vouches_is_asked_of_whom_the_service_trusts(
    sealed: bytes, signed: bytes, root: Pair
) -> None:
    assert only(signed).trusted_root == ""
    assert only(signed, a_root(key=curve_key(ec.SECP521R1))).trusted_root == "", (
        "another root of the same name"
    )
    assert only(signed, root).trusted_root == "Fictional Root"
    between = a_certificate("Fictional Office", issuer=root, key=curve_key(), authority=True)
    pair = a_certificate(issuer=between)
    through = sealed + added(sealed, pair, between.certificate)
    assert only(through, root).trusted_root == "Fictional Root"
    alone = sealed + added(sealed, pair)
    assert only(alone, root).trusted_root == "", "what is between did not come along"
    itself = sealed + added(sealed, pair := a_certificate())
    assert only(itself, pair).trusted_root == "Ash Rivers"


def test_a_certificate_that_ran_out_since_is_judged_by_the_time_of_the_signature(
    sealed: bytes, root: Pair
) -> None:
    pair = a_certificate(issuer=root, valid_until=NOW + timedelta(hours=1))
    assert only(sealed + added(sealed, pair), root).trusted_root == "Fictional Root"


def changed(pdf: bytes, at: int) -> bytes:
    return pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :]


def test_every_byte_that_is_changed_under_it_is_noticed(signed: bytes, sealed: bytes) -> None:
    for at in range(0, len(sealed), len(sealed) // 40):
        assert not [one for one in signatures_in(changed(signed, at)) if one.whole], at


def test_a_change_of_the_signature_itself_is_noticed(signed: bytes) -> None:
    contents = signed.rindex(b"/Contents <") + len(b"/Contents <")
    end = signed.index(b">", contents)
    last = len(signed[contents:end].rstrip(b"0")) + contents - 20
    # Where the changed digit is none any more, no signature is found at all.
    assert [one.whole for one in signatures_in(changed(signed, last))] in ([], [False])
    emptied = signed[:contents] + b"0" * (end - contents) + signed[end:]
    assert emptied[:contents] == signed[:contents]
    assert [one.whole for one in signatures_in(emptied)] in ([], [False])


def test_what_is_added_after_it_is_noticed(signed: bytes) -> None:
    later = io.BytesIO()
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    writer.root["/PageMode"] = writer.root["/PageMode"]
    writer.update_root()
    writer.write(later)
    for more in (later.getvalue(), signed + b"\n%%EOF\n", signed + b" "):
        found = only(more)
        assert found.whole
        assert (found.to_the_end, found.covers) == (False, len(signed))


def test_a_range_that_leaves_out_more_than_the_signature_does_not_count(signed: bytes) -> None:
    (numbers,) = re.findall(rb"/ByteRange \[([^\]]+)\]", signed)
    start, length, after, rest = (int(one) for one in numbers.split())
    for other in (
        (start, length - 10, after, rest),
        (start, length, after + 10, rest - 10),
        (5, length - 5, after, rest),
        (start, length, after, rest - 100),
        (start, length, after, 10**12),
        (start, -1, after, rest),
    ):
        text = b" ".join(b"%d" % one for one in other)
        again = signed.replace(numbers, text.ljust(len(numbers))[: len(numbers)])
        assert not [one for one in signatures_in(again) if one.whole and one.to_the_end], other


@pytest.mark.parametrize(
    "pdf",
    [
        b"%PDF-1.7\n/ByteRange",
        b"%PDF-1.7\n/ByteRange [0 1 2 3]\nstartxref\n9\n%%EOF\n",
        b"%PDF-1.7\n/ByteRange\nxref\n0 1\ntrailer <</Root 1 0 R>>\nstartxref\n19\n%%EOF",
        # Compressed, and not as it says; and in a way that nobody uses for it.
        *(
            b"%PDF-1.7\n/ByteRange\n1 0 obj<</Type/XRef/Size 2/W[1 1 1]/Root 1 0 R/Filter"
            + how
            + b"/Length 3>>stream\nabc\nendstream endobj\nstartxref\n20\n%%EOF\n"
            for how in (b"/FlateDecode", b"/JBIG2Decode")
        ),
    ],
)
def test_what_only_looks_like_a_signed_file_breaks_nothing(pdf: bytes) -> None:
    assert not [one for one in signatures_in(pdf) if one.whole]


def test_no_start_of_the_program_waits_for_what_signs() -> None:
    program = (
        "import sys, app.__main__, app.bootstrap, app.ui.settings_page, app.ui.pages.report,"
        " app.ui.pages.given_pdf, app.casework.provenance;"
        "print(*(name for name in ('pyhanko', 'pyhanko_certvalidator', 'asn1crypto', 'aiohttp',"
        " 'cryptography.x509') if name in sys.modules))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout.split() == []


# ---- the certificate -------------------------------------------------------------------------


def refused(pair: Pair, content: bytes | None = None, passphrase: str = PASSPHRASE) -> KnownError:
    with pytest.raises(KnownError) as raised:
        must_be_fit(opened(pair.file() if content is None else content, passphrase), NOW)
    assert raised.value.hint
    return raised.value


def test_a_wrong_passphrase_is_told_from_a_file_of_another_kind() -> None:
    pair = a_certificate()
    for wrong in ("", "marble heron 7", "ŵ" * 40):
        assert isinstance(refused(pair, passphrase=wrong), WrongPassphrase)
    for content in (b"", b"Dear court", pair.pem(), b"%PDF-1.7\n", pair.file()[:200], b"0" * 2**21):
        assert "no certificate" in refused(pair, content).user_text


def test_a_file_without_a_passphrase_is_opened_without_one() -> None:
    assert opened(a_certificate().file(""), "").certificate.name == "Ash Rivers"


def test_a_file_without_the_key_can_not_sign() -> None:
    pair = a_certificate()
    assert "not the key" in refused(pair, pair.file(with_key=False)).user_text


@pytest.mark.parametrize(
    ("about", "why"),
    [
        ({"valid_until": NOW - timedelta(days=3)}, "ran out on 20 November 2026"),
        ({"valid_from": NOW + timedelta(days=2)}, "only from 25 November 2026 on"),
        ({"signs": False, "commits": False}, "isn’t meant for signing"),
        ({"for_": WEB_SERVER}, "isn’t meant for signing"),
        ({"issuer": a_root(), "authority": True}, "isn’t meant for signing"),
        ({"key": rsa_key(1024)}, "too weak"),
        ({"key": ed25519.Ed25519PrivateKey.generate()}, "kind that readers don’t know"),
    ],
)
def test_what_can_not_sign_says_why_and_what_to_do(about: dict[str, Any], why: str) -> None:
    error = refused(a_certificate(**about))
    assert isinstance(error, NoCertificate)
    assert why in error.user_text


def test_a_certificate_without_a_common_name_is_called_what_it_has() -> None:
    pair = a_certificate("Fictional Service, seal")
    assert opened(pair.file(), PASSPHRASE).certificate.name == "Fictional Service, seal"
    assert "Ash Rivers" not in repr(opened(pair.file(), PASSPHRASE).key)
