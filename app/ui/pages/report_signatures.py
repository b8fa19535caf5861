"""Beside the pages of a final report: who signed it, and signing it with a certificate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout

from app.casework import report_signing
from app.casework.dates import in_words
from app.casework.report_signing import Credential, SignatureView, WrongPassphrase
from app.casework.report_views import ReportView
from app.core.clock import local
from app.core.i18n import _
from app.ui.gate import words_of
from app.ui.kit import (
    Banner,
    Body,
    Card,
    Dialog,
    FieldFrame,
    KeyFacts,
    Muted,
    PassphraseEdit,
    PathEdit,
    PrimaryButton,
    SecondaryButton,
    Small,
    button_row,
)
from app.ui.kit.fields import bring_into_view
from app.ui.kit.layout import clear
from app.ui.kit.text import in_groups

if TYPE_CHECKING:
    from app.ui.page import Page


class SignaturesCard(Card):
    """The signed copies of a final report, and making one.

    Args:
        again: Shows the report anew once it was signed.
    """

    def __init__(self, page: Page, again: Callable[[], object]) -> None:
        super().__init__(_("Signature"))
        self._page, self._again = page, again
        self._report: ReportView | None = None
        self._inside = QVBoxLayout()
        self._inside.setSpacing(self.body.spacing())
        self.add(self._inside)
        self.sign_button = SecondaryButton(_("Sign with a certificate"), self._ask)
        self.add(button_row(self.sign_button))

    def show_report(self, report: ReportView, signatures: Sequence[SignatureView]) -> None:
        """Show who signed `report`; a draft has no signature and gets none."""
        self._report = report
        clear(self._inside)
        self.setVisible(report.state != "draft" and bool(signatures or self._may_sign))
        for one in signatures:
            self._inside.addWidget(Body(_signed_words(one)))
            until = "" if one.valid_until is None else in_words(one.valid_until)
            self._inside.addWidget(
                Small(
                    _("Issued by {issuer}, valid until {day}.").format(
                        issuer=one.issued_by, day=until
                    )
                )
            )
        if not signatures:
            self._inside.addWidget(
                Muted(_("Nobody has signed this report with a certificate. It needn’t be signed."))
            )
        self.sign_button.setVisible(self._may_sign)

    @property
    def _may_sign(self) -> bool:
        report = self._report
        return report is not None and report.state == "final" and self._page.desk.actor.may_write

    def _ask(self) -> None:
        if self._report is not None:
            BringCertificateDialog(self._page, self._look_at).ask()

    def _look_at(self, credential: Credential) -> None:
        SignDialog(self._page, credential, self._sign).ask()

    def _sign(self, credential: Credential) -> None:
        assert self._report is not None
        desk, report_id = self._page.desk, self._report.id
        self._page.run(
            lambda: report_signing.sign(desk, report_id, credential),
            self._signed,
            busy_text=_("Signing the report"),
        )

    def _signed(self, made: SignatureView) -> None:
        self._page.shell.notify(
            _("Signed with the certificate of {name}. Export offers the signed copy.").format(
                name=made.signer
            )
        )
        self._again()


class BringCertificateDialog(Dialog):
    """Asks for the certificate's file and its passphrase, and opens it.

    Nothing is signed yet. The dialog stays until the file could be opened, so that what was typed
    wrong can be put right; neither file nor passphrase is kept anywhere.
    """

    def __init__(self, page: Page, opened: Callable[[Credential], object]) -> None:
        super().__init__(_("Sign with a certificate"), page, width=560)
        self._page, self._opened = page, opened
        self.file = PathEdit("open", _("Certificates with their key (*.p12 *.pfx)"))
        self.file_field = FieldFrame(
            _("File of your certificate"),
            self.file,
            hint=_("A .p12 or .pfx file, as you got it from whoever issues certificates."),
        )
        self.passphrase = PassphraseEdit()
        self.passphrase_field = FieldFrame(_("Passphrase of that file"), self.passphrase)
        self.column.addWidget(
            Muted(
                _(
                    "You see whose certificate it is before anything is signed. File and "
                    "passphrase are used once and not kept."
                )
            )
        )
        self.column.addWidget(self.file_field)
        self.column.addWidget(self.passphrase_field)
        self.add_button(SecondaryButton(_("Cancel"), self.reject))
        self.go = PrimaryButton(_("Look at the certificate"), self._go)
        self.add_button(self.go)
        self.passphrase.returnPressed.connect(self._go)
        self.file.setFocus()

    def _go(self) -> None:
        file = self.file.text()
        self.file_field.set_error("" if file else _("Say which file."))
        self.passphrase_field.set_error("")
        if not file:
            self.file.setFocus()
            return
        self.go.setEnabled(False)
        desk, passphrase = self._page.desk, self.passphrase.text()
        self._page.run(
            lambda: report_signing.open_certificate(desk, Path(file), passphrase),
            self._found,
            self._failed,
            busy_text=_("Opening the certificate"),
        )

    def _found(self, credential: Credential) -> None:
        # The dialog may have been closed meanwhile: then nothing is wanted any more.
        if shiboken6.isValid(self) and self.isVisible():
            self.passphrase.clear()
            self.accept()
            self._opened(credential)

    def _failed(self, error: Exception) -> None:
        if not (shiboken6.isValid(self) and self.isVisible()):
            return
        self.go.setEnabled(True)
        words = words_of(error)
        if isinstance(error, WrongPassphrase):
            self.passphrase_field.set_error(words)
            self.passphrase.selectAll()
            self._lead_to(self.passphrase_field)
        else:
            self.file_field.set_error(words)
            self._lead_to(self.file_field)

    def _lead_to(self, field: FieldFrame) -> None:
        field.focus_editor()
        # Once more when the words of the error have their place.
        QTimer.singleShot(0, self, lambda: bring_into_view(field))


class SignDialog(Dialog):
    """Shows whose certificate it is, and signs on a yes."""

    def __init__(
        self, page: Page, credential: Credential, sign: Callable[[Credential], object]
    ) -> None:
        super().__init__(_("Sign with this certificate?"), page, width=560)
        self._credential, self._sign = credential, sign
        told = credential.certificate
        own = told.issuer == told.subject
        if own:
            self.column.addWidget(
                Banner(
                    _("Nobody vouches for whose certificate this is. A court may not accept it."),
                    "attention",
                )
            )
        if told.name.casefold() != page.desk.actor.name.casefold():
            self.column.addWidget(
                Banner(
                    _("You are {name} here. Sign only with a certificate that is yours.").format(
                        name=page.desk.actor.name
                    ),
                    "attention",
                )
            )
        self.column.addWidget(
            KeyFacts(
                (
                    (_("Whose certificate"), told.name),
                    (_("Issued by"), _("itself") if own else told.issued_by),
                    (_("Valid until"), in_words(told.valid_until)),
                    (_("Serial number"), told.serial),
                    (_("Fingerprint"), in_groups(told.fingerprint)),
                )
            )
        )
        self.column.addWidget(
            Muted(
                _(
                    "The pages stay as they are; the signature stands behind them in a copy of "
                    "its own. Its time is that of this laptop’s clock, which nobody else "
                    "confirms. That you signed, and with which certificate, is in the history."
                )
            )
        )
        cancel = SecondaryButton(_("Cancel"), self.reject)
        self.add_button(cancel)
        self.add_button(PrimaryButton(_("Sign"), self._go))
        cancel.setFocus()

    def _go(self) -> None:
        self.accept()
        self._sign(self._credential)


def _signed_words(one: SignatureView) -> str:
    day = in_words(local(one.signed_at).date())
    if one.signed_by and one.signed_by.casefold() != one.signer.casefold():
        return _("Signed by {user} with the certificate of {name} on {day}.").format(
            user=one.signed_by, name=one.signer, day=day
        )
    return _("Signed by {name} on {day}.").format(name=one.signer, day=day)
