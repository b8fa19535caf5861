"""Whoever signs brings a certificate and its key in a file of their own (PKCS#12, `.p12`/`.pfx`).

Opened in memory, judged before anything is signed, and forgotten with the object that holds it:
neither the key nor the passphrase is ever written anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from app.core.clock import local
from app.core.errors import KnownError
from app.core.i18n import _, language
from app.forms.days import day_in_words

# What reads certificates is read in where one is opened: no start of the program waits for it.
if TYPE_CHECKING:
    from cryptography import x509

MOST_BYTES: Final = 1024 * 1024
"""A certificate with its key and those above it takes a few kilobytes."""

LEAST_RSA_BITS: Final = 2048
"""NIST SP 800-131A Rev. 2, table 2: shorter keys sign nothing any more."""

_SEQUENCE: Final = b"\x30"
_VERSION_3: Final = b"\x02\x01\x03"
_LEAST_BYTES: Final = 64
# Uses that a certificate for documents is given; one whose uses are named and hold none of these
# is meant for something else, such as a web server.
_FOR_DOCUMENTS: Final = frozenset(
    {
        "2.5.29.37.0",  # anything
        "1.3.6.1.5.5.7.3.4",  # e-mail
        "1.3.6.1.5.5.7.3.2",  # a person at a service
        "1.3.6.1.5.5.7.3.36",  # documents, RFC 9336
        "1.3.6.1.4.1.311.10.3.12",  # documents, as Microsoft says it
        "1.2.840.113583.1.1.5",  # documents, as Adobe says it
    }
)


class NoCertificate(KnownError):
    """A file holds no certificate that can sign a document; says what is wrong with it."""


class WrongPassphrase(KnownError):
    """The passphrase does not open the file."""

    def __init__(self) -> None:
        super().__init__(
            _("That passphrase doesn’t open the file."),
            _("Type the passphrase of the certificate’s file, not your own of Waymark."),
        )


@dataclass(frozen=True)
class Certificate:
    """What a certificate says of itself.

    Attributes:
        name: Whose it is, as people say it. subject, issuer: the names in full (RFC 4514).
        issued_by: Who issued it, as people say it.
        serial: Hexadecimal. fingerprint: SHA-256 of the certificate, hexadecimal.
        valid_from, valid_until: Days, here.
    """

    name: str
    subject: str
    issued_by: str
    issuer: str
    serial: str
    fingerprint: str
    valid_from: date
    valid_until: date


@dataclass(frozen=True)
class Credential:
    """A certificate with the key that signs, and the certificates above it that came along."""

    certificate: Certificate
    key: Any = field(repr=False)
    held: x509.Certificate = field(repr=False)
    above: tuple[x509.Certificate, ...] = field(repr=False)


def content_of(file: Path, most: int = MOST_BYTES) -> bytes:
    """What is in a file that somebody brings; of one longer than `most` bytes, one byte more.

    Raises:
        KnownError: It can't be read.
    """
    try:
        with file.open("rb") as held:
            return held.read(most + 1)
    except OSError as error:
        raise KnownError(
            _("The file can’t be read."),
            _("Look whether it is still there, and choose it again."),
        ) from error


def told_by(held: x509.Certificate) -> Certificate:
    """What a certificate says of itself."""
    from cryptography.hazmat.primitives import hashes

    return Certificate(
        name=_called(held.subject),
        subject=held.subject.rfc4514_string(),
        issued_by=_called(held.issuer),
        issuer=held.issuer.rfc4514_string(),
        serial=f"{held.serial_number:X}",
        fingerprint=held.fingerprint(hashes.SHA256()).hex(),
        valid_from=local(held.not_valid_before_utc).date(),
        valid_until=local(held.not_valid_after_utc).date(),
    )


def opened(content: bytes, passphrase: str) -> Credential:
    """The certificate and key in a PKCS#12 file.

    Raises:
        WrongPassphrase: It is such a file, and the passphrase is another.
        NoCertificate: It is no such file, it is damaged, or it holds no key.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import pkcs12

    if len(content) > MOST_BYTES or not _is_pkcs12(content):
        raise _no_certificate()
    try:
        key, held, above = pkcs12.load_key_and_certificates(content, passphrase.encode("utf-8"))
    except UnsupportedAlgorithm as error:
        raise NoCertificate(
            _("That file is locked in a way that is too old to be opened here."),
            _("Ask whoever gave you the certificate for the file in a newer format (AES)."),
        ) from error
    except (ValueError, TypeError) as error:
        # The library tells a wrong passphrase and a damaged file by the same error.
        raise WrongPassphrase from error
    if key is None and (held is not None or above):
        raise NoCertificate(
            _("That file holds a certificate, but not the key that signs."),
            _("Export the certificate again together with its private key, and choose that file."),
        )
    if key is None or held is None:
        raise _no_certificate()
    return Credential(told_by(held), key, held, tuple(above))


def must_be_fit(credential: Credential, now: datetime) -> None:
    """Refuse a certificate that can't sign a document now.

    Raises:
        NoCertificate: Says what is wrong with it and what to do.
    """
    held, told = credential.held, credential.certificate
    if now < held.not_valid_before_utc:
        raise NoCertificate(
            _("That certificate counts only from {day} on.").format(day=_day(told.valid_from)),
            _("Look whether this laptop’s clock is right, or sign with another certificate."),
        )
    if now > held.not_valid_after_utc:
        raise NoCertificate(
            _("That certificate ran out on {day}.").format(day=_day(told.valid_until)),
            _("Ask whoever issued it for a new one. The report can go out unsigned."),
        )
    if not _may_sign(held):
        raise NoCertificate(
            _("That certificate isn’t meant for signing documents."),
            _("Ask for one whose use is “digital signature”; one of a website can’t sign."),
        )
    if not _is_strong(credential.key):
        raise NoCertificate(
            _("The key of that certificate is too weak, or of a kind that readers don’t know."),
            _("Ask for a certificate with an RSA key of 2048 bits or more, or P-256."),
        )


def _no_certificate() -> NoCertificate:
    return NoCertificate(
        _("That file holds no certificate with a key."),
        _("Choose the .p12 or .pfx file that you were given with your certificate."),
    )


def _day(day: date) -> str:
    return day_in_words(day, language())


def _may_sign(held: x509.Certificate) -> bool:
    from cryptography import x509

    try:
        usage = held.extensions.get_extension_for_class(x509.KeyUsage).value
        if not (usage.digital_signature or usage.content_commitment):
            return False
    except x509.ExtensionNotFound:
        pass
    try:
        if held.extensions.get_extension_for_class(x509.BasicConstraints).value.ca and (
            held.subject != held.issuer
        ):
            return False
    except x509.ExtensionNotFound:
        pass
    try:
        uses = held.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return not _FOR_DOCUMENTS.isdisjoint(use.dotted_string for use in uses)


def _is_strong(key: Any) -> bool:
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    if isinstance(key, rsa.RSAPrivateKey):
        return key.key_size >= LEAST_RSA_BITS
    return isinstance(key, ec.EllipticCurvePrivateKey) and isinstance(
        key.curve, ec.SECP256R1 | ec.SECP384R1 | ec.SECP521R1
    )


def _called(name: x509.Name) -> str:
    """A name in a certificate as people say it: the common name, or whatever there is."""
    from cryptography.x509.oid import NameOID

    for oid in (NameOID.COMMON_NAME, NameOID.ORGANIZATIONAL_UNIT_NAME, NameOID.ORGANIZATION_NAME):
        for attribute in name.get_attributes_for_oid(oid):
            if words := " ".join(str(attribute.value).split()):
                return words
    return name.rfc4514_string()


def _is_pkcs12(content: bytes) -> bool:
    """Whether it is a PKCS#12 file (RFC 7292), all of it: a sequence that starts with version 3."""
    if content[:1] != _SEQUENCE or len(content) < _LEAST_BYTES:
        return False
    long = content[1] & 0x80
    more = content[1] & 0x7F if long else 0
    # A length of no bytes stands for one that the end of the content tells.
    told = int.from_bytes(content[2 : 2 + more], "big") if more else None
    whole = told is None or len(content) >= 2 + more + told
    return whole and content[2 + more : 5 + more] == _VERSION_3
