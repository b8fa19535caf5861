"""Whom the service trusts to say whose a certificate is: certificates of issuers, by choice.

Without one, a signature still shows that nothing was changed, and whose name the certificate
bears; nobody then vouches that the name is right.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy.orm import Session

from app.casework import permission
from app.core.errors import KnownError
from app.core.i18n import _
from app.models.records import Service
from app.reports.certificates import content_of, told_by

if TYPE_CHECKING:
    from cryptography import x509

    from app.casework.desk import Desk

MOST_BYTES: Final = 256 * 1024
MOST_TRUSTED: Final = 20
"""An authority has one or two; a list that nobody can read through protects nobody."""


@dataclass(frozen=True)
class TrustedIssuer:
    """An issuer that the service trusts. `fingerprint`: SHA-256 of the certificate."""

    name: str
    valid_until: date
    fingerprint: str


def list_trusted(desk: Desk) -> tuple[TrustedIssuer, ...]:
    """The issuers that the service trusts, by name."""
    with desk.casebook.read() as session:
        return tuple(
            sorted(map(_view, trusted_roots(session, desk.casebook.service_id)), key=_by_name)
        )


def trust(desk: Desk, file: Path) -> tuple[TrustedIssuer, ...]:
    """Take the certificates in a file (`.cer`, `.crt`, `.pem`) among those that are trusted.

    Returns:
        Those of the file.

    Raises:
        NotAllowed: The person is no administrator.
        KnownError: The file can't be read, or holds no certificate of an issuer.
    """
    permission.must(desk.actor.role, "manage_trust")
    found = _issuers_in(content_of(file, MOST_BYTES))
    with desk.casebook.write() as work:
        service = work.session.get_one(Service, desk.casebook.service_id)
        held = list(service.trusted_roots or ())
        held += [text for one in found if (text := _text(one)) not in held]
        if len(held) > MOST_TRUSTED:
            raise KnownError(
                _("Your service trusts as many issuers as can be kept already."),
                _("Take one out that is not needed any more."),
            )
        service.trusted_roots = held
    return tuple(map(_view, found))


def stop_trusting(desk: Desk, fingerprint: str) -> None:
    """Take an issuer out. What was signed stays as it is; nobody vouches for it any more.

    Raises:
        NotAllowed: The person is no administrator.
    """
    permission.must(desk.actor.role, "manage_trust")
    with desk.casebook.write() as work:
        service = work.session.get_one(Service, desk.casebook.service_id)
        service.trusted_roots = [
            _text(one)
            for one in trusted_roots(work.session, desk.casebook.service_id)
            if _view(one).fingerprint != fingerprint
        ]


def trusted_roots(session: Session, service_id: str) -> tuple[x509.Certificate, ...]:
    """The certificates of those whom the service trusts. One that can't be read is left out."""
    from cryptography import x509

    service = session.get(Service, service_id)
    found = []
    for text in (service.trusted_roots if service is not None else None) or ():
        try:
            found.append(_legible(x509.load_der_x509_certificate(base64.b64decode(text))))
        except ValueError:
            # Another copy of the casebook may know a kind of certificate that this one doesn't.
            continue
    return tuple(found)


def _issuers_in(content: bytes) -> tuple[x509.Certificate, ...]:
    from cryptography import x509

    try:
        if b"-----BEGIN CERTIFICATE-----" in content:
            found = x509.load_pem_x509_certificates(content)
        else:
            found = [x509.load_der_x509_certificate(content)]
        found = [_legible(one) for one in found]
    except ValueError as error:
        raise KnownError(
            _("That file holds no certificate."),
            _("Choose the .cer, .crt or .pem file of whoever issues your certificates."),
        ) from error
    if not all(map(_issues, found)):
        raise KnownError(
            _("That is somebody’s own certificate, not one of an issuer."),
            _("Ask whoever issues your certificates for their root certificate."),
        )
    return tuple(found)


def _legible(held: x509.Certificate) -> x509.Certificate:
    """`held` again, whose names are text: else its reader says so only when they are read.

    Raises:
        ValueError: They are not.
    """
    told_by(held)
    return held


def _issues(held: x509.Certificate) -> bool:
    from cryptography import x509

    try:
        return held.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        return False


def _text(held: x509.Certificate) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding

    return base64.b64encode(held.public_bytes(Encoding.DER)).decode("ascii")


def _view(held: x509.Certificate) -> TrustedIssuer:
    told = told_by(held)
    return TrustedIssuer(told.name, told.valid_until, told.fingerprint)


def _by_name(one: TrustedIssuer) -> tuple[str, str]:
    return one.name.casefold(), one.fingerprint
