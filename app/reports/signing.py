"""Signing a sealed PDF: what a signature adds behind it (PAdES baseline B-B, ETSI EN 319 142-1).

The sealed pages stand in the signed file to the byte; what is added holds the signature, and what
PDF/UA and PDF/A ask of the field that it stands in. Nothing of it is seen on the pages. The time
is that of the laptop: nobody else is asked, so a report can be signed where there is no network.
"""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any, Final

from app.core.clock import local
from app.reports.certificates import Credential

FIELD: Final = "Signature"
_DIGEST: Final = "sha256"
_PRINTED_AND_LOCKED: Final = 4 | 128
"""Flags of the field: PDF/A-2 (6.3.2) asks that it is printed and not hidden; it has no area."""


def what_signing_adds(pdf: bytes, credential: Credential, at: datetime, *, said: str) -> bytes:
    """What has to stand behind `pdf` so that it is signed.

    Args:
        pdf: A file that `tagged` made, unsigned.
        at: The moment that the signature gives, by the laptop's clock.
        said: What a screen reader says where the signature stands.
    """
    import asyncio

    return asyncio.run(_what_signing_adds(pdf, credential, at, said))


async def _what_signing_adds(pdf: bytes, credential: Credential, at: datetime, said: str) -> bytes:
    # Read in here, and not with the program: nobody who signs nothing waits for it.
    from pyhanko.sign import fields, signers
    from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes

    writer = _writer(pdf)
    _add_field(writer, said)
    signer = signers.PdfSigner(
        signers.PdfSignatureMetadata(
            field_name=FIELD, subfilter=fields.SigSeedSubFilter.PADES, md_algorithm=_DIGEST
        ),
        _signer(credential),
    )
    session = signer.init_signing_session(writer, existing_fields_only=True)
    session.system_time = local(at)
    document = session.prepare_tbs_document(
        validation_info=None,
        bytes_reserved=await session.estimate_signature_container_size(None),
    )
    prepared, out = document.digest_tbs_document()
    await document.perform_signature(
        document_digest=prepared.document_digest,
        pdf_cms_signed_attrs=PdfCMSSignedAttributes(signing_time=session.system_time),
    )
    return bytes(out.getbuffer()[len(pdf) :])


def _signer(credential: Credential) -> Any:
    from asn1crypto import keys, x509
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from pyhanko.sign.signers import SimpleSigner
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    held, *above = (
        x509.Certificate.load(one.public_bytes(Encoding.DER))
        for one in (credential.held, *credential.above)
    )
    store = SimpleCertificateStore()
    store.register_multiple(above)
    key = credential.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return SimpleSigner(
        signing_cert=held, signing_key=keys.PrivateKeyInfo.load(key), cert_registry=store
    )


def _writer(pdf: bytes) -> Any:
    """What adds to a file and leaves its properties as they are: PDF/A asks that the two places
    that tell them agree, and the pages are as old as they were."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    class Adding(IncrementalPdfFileWriter):  # type: ignore[misc]
        def _update_meta(self) -> None:
            """Override: not a word of them."""

    return Adding(io.BytesIO(pdf))


def _add_field(writer: Any, said: str) -> None:
    """The field that the signature stands in: last in reading order, on the last page, with no
    area, so that nothing is seen of it."""
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.generic import pdf_name, pdf_string
    from pyhanko.sign import fields

    fields.append_signature_field(writer, fields.SigFieldSpec(FIELD, on_page=-1))
    field = writer.root["/AcroForm"]["/Fields"].raw_get(0)
    page = field.get_object().raw_get("/P")
    tree = writer.root["/StructTreeRoot"]
    document = tree.raw_get("/K")
    number = tree["/ParentTreeNextKey"]
    field.get_object().update(
        {
            pdf_name("/F"): generic.NumberObject(_PRINTED_AND_LOCKED),
            pdf_name("/TU"): pdf_string(said),
            pdf_name("/StructParent"): generic.NumberObject(number),
        }
    )
    element = writer.add_object(
        generic.DictionaryObject(
            {
                pdf_name("/Type"): pdf_name("/StructElem"),
                pdf_name("/S"): pdf_name("/Form"),
                pdf_name("/P"): document,
                pdf_name("/Pg"): page,
                pdf_name("/Alt"): pdf_string(said),
                pdf_name("/K"): generic.DictionaryObject(
                    {
                        pdf_name("/Type"): pdf_name("/OBJR"),
                        pdf_name("/Obj"): field,
                        pdf_name("/Pg"): page,
                    }
                ),
            }
        )
    )
    held = document.get_object()
    kids = held["/K"]
    if not isinstance(kids, generic.ArrayObject):
        kids = generic.ArrayObject([held.raw_get("/K")])
        held[pdf_name("/K")] = kids
    kids.append(element)
    tree["/ParentTree"]["/Nums"].extend([generic.NumberObject(number), element])
    tree[pdf_name("/ParentTreeNextKey")] = generic.NumberObject(number + 1)
    for changed in (field.get_object(), held, tree["/ParentTree"], tree, writer.root):
        writer.update_container(changed)
