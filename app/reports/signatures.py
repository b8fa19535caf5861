"""The signatures that stand in a PDF, whoever made them: whole or not, and whose.

A signature can only say that nothing it covers was changed; whether its certificate is somebody's
word depends on who issued it, and so on whom the service trusts. Nobody is asked over a network.
"""

from __future__ import annotations

import io
import logging
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from app.reports.certificates import Certificate, told_by

if TYPE_CHECKING:
    from cryptography import x509

MOST: Final = 20
"""More signatures than this in one file are not looked at."""

END: Final = re.compile(rb"%%EOF(\r\n|\n|\r)?")
"""How a PDF ends, and every state of it that something was added to."""

# What pyHanko raises where a file, or a signature in it, is broken or made to break a reader. A
# filter, or a way to lock a file, that it can't read is a NotImplementedError there.
_UNREADABLE: Final = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    NotImplementedError,
    AssertionError,
    RecursionError,
    EOFError,
    OSError,
    zlib.error,
)


@dataclass(frozen=True)
class Signature:
    """One signature in a file.

    Attributes:
        signer: The certificate; None where the signature can't be read, or was made with a digest
            that is not trusted any more.
        whole: Whether nothing that it covers was changed, nor the signature itself.
        covers: How many bytes from the start of the file on it covers, itself among them; 0 where
            it covers something else.
        to_the_end: Whether that is the whole of the file.
        at: The moment that it gives, by the clock of whoever signed.
        trusted_root: Who vouches for the certificate among those that were given; empty: nobody.
    """

    signer: Certificate | None
    whole: bool = False
    covers: int = 0
    to_the_end: bool = False
    at: datetime | None = None
    trusted_root: str = ""


def signatures_in(pdf: bytes, roots: Sequence[x509.Certificate] = ()) -> tuple[Signature, ...]:
    """The signatures in a file in the order in which they were made.

    What can't be read as a PDF has none. What looks like a signature and can't be read is one
    without a signer.

    Args:
        roots: The certificates that are trusted to issue others.
    """
    if b"/ByteRange" not in pdf:
        return ()
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.pdf_utils.reader import PdfFileReader

    _be_quiet()
    # Rubbish behind a file keeps no reader from showing it, and must not hide a signature.
    for end in reversed([match.end() for match in END.finditer(pdf)][-MOST:]):
        try:
            found = PdfFileReader(io.BytesIO(pdf[:end])).embedded_regular_signatures[:MOST]
        except (PdfError, *_UNREADABLE):
            continue
        return tuple(_read(pdf, one, roots) for one in found)
    return (Signature(None),)


def _read(pdf: bytes, embedded: Any, roots: Sequence[x509.Certificate]) -> Signature:
    from pyhanko.pdf_utils.misc import PdfError
    from pyhanko.sign.validation import KeyUsageConstraints, validate_pdf_signature

    try:
        signer = told_by(_certificate(embedded.signer_cert))
        at = embedded.self_reported_timestamp
        status = validate_pdf_signature(
            embedded,
            _trusting(roots, at),
            skip_diff=True,
            # What a certificate may be used for is its issuer's to say, and asked when we sign.
            key_usage_settings=KeyUsageConstraints(),
        )
        covers = _covers(pdf, embedded)
        vouches = status.validation_path.trust_anchor.certificate if status.trusted else None
        root = "" if vouches is None else told_by(_certificate(vouches)).name
    except (PdfError, *_UNREADABLE):
        return Signature(None)
    return Signature(
        signer,
        whole=bool(status.intact and status.valid and covers),
        covers=covers,
        to_the_end=covers == len(pdf),
        at=at,
        trusted_root=root,
    )


def _covers(pdf: bytes, embedded: Any) -> int:
    """How far a signature covers a file from its start; 0 where it leaves out more than itself."""
    start, length, after, rest = (int(number) for number in embedded.byte_range)
    if start or min(length, after, rest) < 0 or after + rest > len(pdf):
        return 0
    left_out = b"<%s>" % bytes(embedded.pkcs7_content).hex().encode("ascii")
    return after + rest if pdf[length:after].lower() == left_out else 0


def _trusting(roots: Sequence[x509.Certificate], at: datetime | None) -> Any:
    """Whom to trust, as things stood when the signature says that it was made."""
    from asn1crypto import x509 as asn1
    from cryptography.hazmat.primitives.serialization import Encoding
    from pyhanko_certvalidator import ValidationContext

    return ValidationContext(
        trust_roots=[asn1.Certificate.load(root.public_bytes(Encoding.DER)) for root in roots],
        allow_fetching=False,
        moment=at if at is not None and at.tzinfo is not None else None,
    )


def _certificate(held: Any) -> x509.Certificate:
    from cryptography.x509 import load_der_x509_certificate

    return load_der_x509_certificate(held.dump())


def _be_quiet() -> None:
    """What pyHanko logs names whoever signed, and no log of ours names anybody."""
    for name in ("pyhanko", "pyhanko_certvalidator"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
