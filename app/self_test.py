"""Whether this copy of the program is whole: `--self-test`, also for the built program.

Makes the demonstration casebook in a temporary folder, opens it again, loads every form, looks up
words in each language, draws a pre-sentence report, signs pages with a certificate that it makes,
and draws the unlock window. Says each step on standard output; needs no screen.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.clock import SystemClock
from app.core.errors import BugError

if TYPE_CHECKING:
    from app.casework.desk import Desk

PLAIN_HEADER = b"SQLite format 3"
PASSPHRASE = "of nobody"


def run() -> int:
    """Do every step; 0 where all went well, 1 at the first that did not."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(prefix="waymark-self-test-") as temporary:
        folder = Path(temporary) / "casebook"
        os.environ["WAYMARK_SETTINGS"] = str(Path(temporary) / "settings")
        steps: tuple[tuple[str, Callable[[], str]], ...] = (
            ("encrypted store", lambda: _store(folder)),
            ("forms", _forms),
            ("spelling", _spelling),
            ("pre-sentence report", lambda: _report(folder)),
            ("signature", _signature),
            ("window", lambda: _window(folder)),
        )
        for name, step in steps:
            try:
                said = step()
            except Exception as error:  # noqa: BLE001 - whatever it is, this copy is not whole
                sys.stdout.write(f"{name}: failed: {type(error).__name__}: {error}\n")
                return 1
            sys.stdout.write(f"{name}: {said}\n")
    sys.stdout.write("self-test passed\n")
    return 0


def _open(folder: Path) -> Desk:
    from app.casework import casebooks, demo

    holder = casebooks.describe(folder).holders[0]
    return casebooks.unlock(folder, holder.user_id, demo.DEMO_PASSPHRASE, SystemClock())


def _store(folder: Path) -> str:
    from app.casework import demo

    demo.build(folder, SystemClock())
    stores = [file for file in folder.glob("*.db") if file.is_file()]
    if not stores or any(file.read_bytes()[:15] == PLAIN_HEADER for file in stores):
        raise BugError("the store is missing or not encrypted")
    _open(folder).close()
    return f"made and opened, {stores[0].stat().st_size} bytes"


def _forms() -> str:
    from app.forms.loader import FormLibrary

    forms = FormLibrary.built_in().forms()
    if not forms:
        raise BugError("there are no forms")
    return ", ".join(sorted(f"{form.id} {form.version}" for form in forms))


def _spelling() -> str:
    from app.casework import spelling

    for language, right, wrong in (("en", "neighbour", "nieghbour"), ("cy", "tŷ", "tyŷ")):
        found = [one.word for one in spelling.misspelt(f"{right} {wrong}", language)]
        if found != [wrong]:
            raise BugError(f"spelling in {language} found {len(found)} of one mistake")
    return "English and Welsh"


def _report(folder: Path) -> str:
    from app.casework import caseload, report_choices, reports

    desk = _open(folder)
    try:
        for row in caseload.rows(desk, caseload.CaseloadFilter()).rows:
            choices = report_choices.psr_choices(desk, row.child_id)
            if choices.assessments and choices.hearings:
                made = reports.create_psr(
                    desk, row.child_id, choices.assessments[0].id, choices.hearings[0].id
                )
                pdf = reports.preview(desk, made.id)
                if not pdf.startswith(b"%PDF"):
                    raise BugError("what was drawn is not a PDF")
                return f"drawn, {len(pdf)} bytes"
    finally:
        desk.close()
    raise BugError("no child of the demonstration is ready for a report")


def _signature() -> str:
    from app.reports.certificates import opened
    from app.reports.device_statement import DeviceStatement, device_statement
    from app.reports.pdf import render
    from app.reports.signatures import signatures_in
    from app.reports.signing import what_signing_adds

    now = SystemClock().now()
    credential = opened(_certificate(now), PASSPHRASE)
    statement = DeviceStatement("", "", "", "", "", now, on=False)
    pages = render(device_statement(statement, "en"))
    signed = pages + what_signing_adds(pages, credential, now, said="Self-test")
    (found,) = signatures_in(signed, [credential.held])
    if not (found.whole and found.to_the_end and found.trusted_root):
        raise BugError("a signature that was just made does not hold")
    return f"made and read back, {len(signed) - len(pages)} bytes"


def _certificate(now: datetime) -> bytes:
    """A certificate of nobody with its key, as a PKCS#12 file."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Self-test")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    lock = BestAvailableEncryption(PASSPHRASE.encode("utf-8"))
    return pkcs12.serialize_key_and_certificates(None, key, made, None, lock)


def _window(folder: Path) -> str:
    from app import bootstrap

    app = bootstrap.make_qt([])
    program = bootstrap.open_program(bootstrap.Start(folder=folder))
    app.processEvents()
    if program.gate is None or program.gate.grab().isNull():
        raise BugError("the unlock window could not be drawn")
    program.tasks.close()
    program.gate.hide()
    return "drawn"
