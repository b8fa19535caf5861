"""Certificates of invented people, made when a test asks for one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
PASSPHRASE = "Marble heron 7"


@dataclass(frozen=True)
class Pair:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: Any

    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    def file(
        self,
        passphrase: str = PASSPHRASE,
        *,
        above: Sequence[x509.Certificate] = (),
        with_key: bool = True,
    ) -> bytes:
        """As a PKCS#12 file."""
        lock = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
        return pkcs12.serialize_key_and_certificates(
            b"certificate", self.key if with_key else None, self.certificate, list(above), lock
        )


@cache
def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


@cache
def curve_key(curve: type[ec.EllipticCurve] = ec.SECP256R1) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(curve())


def a_certificate(
    name: str = "Ash Rivers",
    *,
    issuer: Pair | None = None,
    key: Any = None,
    valid_from: datetime = NOW - timedelta(days=30),
    valid_until: datetime = NOW + timedelta(days=335),
    signs: bool = True,
    commits: bool = True,
    for_: tuple[x509.ObjectIdentifier, ...] = (),
    authority: bool = False,
) -> Pair:
    """A certificate with a key; issued by itself where no issuer is given."""
    key = key or rsa_key()
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "GB"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Fictional Youth Justice Service"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number() if authority else 0x1A2B3C)
        .not_valid_before(valid_from)
        .not_valid_after(valid_until)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=signs,
                content_commitment=commits,
                key_encipherment=not signs,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=authority,
                crl_sign=authority,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
    )
    if for_:
        made = made.add_extension(x509.ExtendedKeyUsage(for_), critical=False)
    signing = issuer.key if issuer else key
    digest = None if isinstance(signing, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return Pair(made.sign(signing, digest), key)


def a_root(name: str = "Fictional Root", key: Any = None) -> Pair:
    """A certificate that others are issued from."""
    return a_certificate(name, key=key or curve_key(ec.SECP384R1), authority=True)


def with_unreadable_name(pair: Pair) -> Pair:
    """The same, with a name that is no text in any writing."""
    name = pair.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
    der = pair.certificate.public_bytes(Encoding.DER)
    spoilt = der.replace(str(name).encode(), b"\xff" * len(str(name)))
    return Pair(x509.load_der_x509_certificate(spoilt), pair.key)


WEB_SERVER = (ExtendedKeyUsageOID.SERVER_AUTH,)
