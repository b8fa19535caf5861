"""The card of the settings that says whose certificates the service trusts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.casework.dates import in_words
from app.core.i18n import _
from app.ui import theme
from app.ui.gate import words_of
from app.ui.kit.blocks import Card, Separator
from app.ui.kit.buttons import SecondaryButton, button_row
from app.ui.kit.fields import FieldFrame, PathEdit
from app.ui.kit.layout import clear
from app.ui.kit.text import Body, Muted, Small, Strong, in_groups

if TYPE_CHECKING:
    from app.casework.trust import TrustedIssuer
    from app.ui.page import Page


class TrustCard(Card):
    """The issuers that the service trusts: those there are, and adding one from a file."""

    def __init__(self, page: Page) -> None:
        super().__init__(_("Signatures that are trusted"))
        self._page = page
        self.add(
            Body(
                _(
                    "When a signed PDF is checked, Waymark says who vouches for the certificate. "
                    "These are the issuers that your service takes for that."
                )
            )
        )
        self._lines = QVBoxLayout()
        self._lines.setSpacing(theme.current().px(12))
        self.add(self._lines)
        self.place = PathEdit("open", _("Certificates (*.cer *.crt *.pem)"))
        self.field = FieldFrame(
            _("Certificate of an issuer"),
            self.place,
            hint=_("The root certificate, as whoever issues your certificates gives it out."),
        )
        self.take = SecondaryButton(_("Trust this issuer"), self._trust)
        self.place.line.returnPressed.connect(self.take.click)
        self.only_administrators = Muted(_("An administrator can add and take out issuers here."))
        self.add(self.field)
        self.add(button_row(self.take))
        self.add(self.only_administrators)
        self._may_manage(False)

    def refresh(self) -> None:
        """Read again which issuers there are."""
        desk = self._page.desk

        def read() -> tuple[Any, ...]:
            from app.casework import permission, trust

            return permission.allows(desk.actor.role, "manage_trust"), trust.list_trusted(desk)

        self._page.run(read, self._show)

    def _show(self, read: tuple[bool, tuple[TrustedIssuer, ...]]) -> None:
        may_manage, issuers = read
        self._may_manage(may_manage)
        clear(self._lines)
        for number, issuer in enumerate(issuers):
            if number:
                self._lines.addWidget(Separator())
            self._lines.addWidget(self._line(issuer, may_manage=may_manage))
        if not issuers:
            self._lines.addWidget(Muted(_("Your service has not named an issuer yet.")))

    def _may_manage(self, may: bool) -> None:
        for part in (self.field, self.take):
            part.setVisible(may)
        self.only_administrators.setVisible(not may)

    def _line(self, issuer: TrustedIssuer, *, may_manage: bool) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        words = QVBoxLayout()
        words.setSpacing(theme.current().px(4))
        words.addWidget(Strong(issuer.name))
        words.addWidget(
            Small(
                _("Valid until {day}. Fingerprint {digits}").format(
                    day=in_words(issuer.valid_until), digits=in_groups(issuer.fingerprint)
                )
            )
        )
        row.addLayout(words, 1)
        if may_manage:
            stop = SecondaryButton(_("Stop trusting it"), lambda: self._stop(issuer))
            stop.setAccessibleDescription(issuer.name)
            row.addWidget(stop, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight)
        return line

    def _trust(self) -> None:
        file = self.place.text()
        self.field.set_error("" if file else _("Say which file."))
        if not file:
            self.field.focus_editor()
            return
        desk = self._page.desk

        def take() -> None:
            from app.casework import trust

            trust.trust(desk, Path(file))

        self._page.run(take, self._trusted, self._failed)

    def _trusted(self, _none: object) -> None:
        self.place.setText("")
        self._page.shell.saved(self._page.desk.clock.now())
        self.refresh()

    def _failed(self, error: Exception) -> None:
        self.field.set_error(words_of(error))
        self.field.focus_editor()

    def _stop(self, issuer: TrustedIssuer) -> None:
        desk = self._page.desk

        def stop() -> None:
            from app.casework import trust

            trust.stop_trusting(desk, issuer.fingerprint)

        def stopped(_none: object) -> None:
            self._page.shell.saved(desk.clock.now())
            self.refresh()
            self.take.setFocus(Qt.FocusReason.OtherFocusReason)

        self._page.run(stop, stopped)
