"""A final report is signed by the keyboard, and the signed copy is told when it is brought."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.casework import report_signing, reports, trust
from app.casework.desk import Desk
from app.casework.report_views import ReportView
from app.ui.shell import Shell
from tests.reports.certificates import NOW, PASSPHRASE, a_certificate, a_root
from tests.ui.pages.keyboard import dialog, focused, no_dialog, press, tab_to, write
from tests.ui.pages.people import window_on
from tests.ui.pages.test_report_checks import said
from tests.ui.pages.test_report_page import report  # noqa: F401 - the report that is signed


def told() -> str:
    return " ".join(label.text() for label in dialog().findChildren(QLabel))


@pytest.fixture
def final(shell: Shell, desk: Desk, report: ReportView) -> ReportView:  # noqa: F811
    shell.go("report", report_id=report.id, child_id=report.child_id)
    assert shell.page.signatures.isHidden(), "a draft is not offered to be signed"
    return reports.make_final(desk, report.id, "The hearing is tomorrow.")


@pytest.fixture
def certificate(tmp_path: Path, desk: Desk) -> Path:
    file = tmp_path / "ash.p12"
    pair = a_certificate(desk.actor.name, issuer=a_root("Fictional Trust Services"))
    file.write_bytes(pair.file())
    return file


def bring(file: Path, passphrase: str) -> None:
    write("File of your certificate", str(file))
    write("Passphrase of that file", passphrase)
    press("Look at the certificate")


def test_it_is_signed_and_the_signed_copy_is_exported_and_known_again(
    shell: Shell, desk: Desk, final: ReportView, certificate: Path, tmp_path: Path
) -> None:
    shell.go("report", report_id=final.id, child_id=final.child_id)
    press("Sign with a certificate")
    press("Look at the certificate")
    assert dialog().file_field.error.text() == "Say which file."
    bring(certificate, "wrong")
    assert "doesn’t open the file" in dialog().passphrase_field.error.text()
    assert focused() == "Passphrase of that file"
    assert dialog().file.text() == str(certificate)
    write("Passphrase of that file", PASSPHRASE)
    press("Look at the certificate")
    assert dialog().windowTitle() == "Sign with this certificate?"
    for words in (desk.actor.name, "Fictional Trust Services", "24 October 2027", "1A2B3C"):
        assert words in told()
    assert "You are" not in told()
    assert focused() == "Cancel"
    press("Sign")
    assert no_dialog()
    assert f"Signed by {desk.actor.name} on 23 November 2026." in said(shell)

    press("Export as PDF")
    which = tab_to("Which copy")
    assert which.currentText() == f"Signed by {desk.actor.name}"
    signed = tmp_path / "signed.pdf"
    write("Who gets it", "Fernbridge Youth Court")
    write("File", str(signed))
    press("Export")
    assert signed.read_bytes().startswith(reports.preview(desk, final.id))
    assert signed.read_bytes() != reports.preview(desk, final.id)

    shell.go("child", child_id=final.child_id, tab="reports")
    press("Check a PDF")
    write("File", str(signed))
    press("Check")
    assert "signed here with the certificate of" in told()
    assert "The signature is whole." in told()
    assert "to Fernbridge Youth Court, by" in told()


def test_what_can_not_or_should_not_sign_is_said_before_anything_is_signed(
    shell: Shell, desk: Desk, final: ReportView, tmp_path: Path
) -> None:
    shell.go("report", report_id=final.id, child_id=final.child_id)
    press("Sign with a certificate")
    for pair, why in (
        (a_certificate(valid_until=NOW - timedelta(days=3)), "ran out on 20 November 2026"),
        (a_certificate(signs=False, commits=False), "isn’t meant for signing documents"),
    ):
        file = tmp_path / "other.pfx"
        file.write_bytes(pair.file())
        bring(file, PASSPHRASE)
        assert why in dialog().file_field.error.text()
        assert focused() == "File of your certificate"
        assert dialog().go.isEnabled()
    file.write_bytes(a_certificate("Kit Vale").file())
    bring(file, PASSPHRASE)
    assert f"You are {desk.actor.name} here." in told()
    assert "Nobody vouches for whose certificate this is." in told()
    press("Cancel")
    assert no_dialog()
    assert report_signing.list_signatures(desk, final.id) == ()


def test_an_administrator_says_whom_the_service_trusts(
    qtbot: QtBot, shell: Shell, desk: Desk, tmp_path: Path
) -> None:
    own, root = tmp_path / "own.cer", tmp_path / "root.cer"
    own.write_bytes(a_certificate().pem())
    root.write_bytes(a_root("Fictional Trust Services").pem())
    shell.go("settings")
    assert "An administrator can add and take out issuers here." in said(shell)
    shell.hide()
    theirs = replace(desk, actor=replace(desk.actor, role="administrator"))
    window = window_on(qtbot, theirs)
    window.go("settings", part="trust")
    assert "Your service has not named an issuer yet." in said(window)
    write("Certificate of an issuer", str(own))
    press("Trust this issuer")
    assert "somebody’s own certificate" in window.page.trust.field.error.text()
    write("Certificate of an issuer", str(root))
    press("Trust this issuer")
    assert "Fictional Trust Services" in said(window)
    assert [one.name for one in trust.list_trusted(desk)] == ["Fictional Trust Services"]
    press("Stop trusting it")
    assert trust.list_trusted(desk) == ()
    assert focused() == "Trust this issuer"
