"""A report: the pages as they will be, making them final, export and print."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, Qt
from PySide6.QtPdf import QPdfDocument
from PySide6.QtPdfWidgets import QPdfView
from PySide6.QtWidgets import QBoxLayout, QVBoxLayout, QWidget

from app.casework import (
    consents,
    permission,
    report_checking,
    report_export,
    report_signing,
    report_standing,
    report_validators,
    report_views,
    reports,
)
from app.casework.disclosure import Exported
from app.casework.places import Place
from app.casework.report_checking import Checking
from app.casework.report_signing import SignatureView
from app.casework.report_standing import CopyGiven, Standing
from app.casework.report_validators import Finding
from app.casework.report_views import ReportView
from app.casework.reports import RecordChanged
from app.core.i18n import _, ngettext
from app.ui import theme
from app.ui.kit import (
    Body,
    Card,
    KeyFacts,
    Muted,
    PageHeader,
    Pill,
    PrimaryButton,
    ScrollPage,
    SecondaryButton,
)
from app.ui.kit.text import in_groups
from app.ui.page import Page
from app.ui.pages.edit_record import ReasonDialog
from app.ui.pages.on_paper import choose_printer, paint
from app.ui.pages.pass_on import PassOnDialog, write_file
from app.ui.pages.report_checks import ChecksCard
from app.ui.pages.report_signatures import SignaturesCard
from app.ui.pages.report_standing import StandingCard

if TYPE_CHECKING:
    from app.casework.desk import Desk
    from app.ui.shell import Shell

_Read = tuple[
    ReportView,
    bytes,
    Checking,
    tuple[Finding, ...],
    tuple[SignatureView, ...],
    Standing,
    tuple[CopyGiven, ...],
]
"""What the page is drawn from."""


class ReportPage(Page):
    """One report with its preview."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        look = theme.current()
        self.report: ReportView | None = None
        self.signed: tuple[SignatureView, ...] = ()
        self.header = PageHeader("")
        self.state = Pill("")
        self.final = PrimaryButton(_("Make final"), self._ask_final)
        self.export_button = SecondaryButton(_("Export as PDF"), self._ask_export)
        self.print_button = SecondaryButton(_("Print"), self._ask_print)
        self.anew = SecondaryButton(_("Make again from the record"), self._make_anew)
        self.write_button = SecondaryButton(_("Write"), self._write)
        for button in (self.write_button, self.print_button, self.export_button, self.final):
            self.header.add_action(button)
        self.facts = Card(_("This report"))
        self._facts_place: QWidget = QWidget()
        self.facts.add(self._facts_place)
        self.facts.add(
            Muted(_("The hash stands for every word of the report. It is on each page."))
        )
        self.facts.add(self.anew)
        left = QWidget()
        # No least width of its own: the longest word of the facts says it, in each text size.
        left.setMaximumWidth(look.text_px(340))
        beside = QVBoxLayout(left)
        beside.setContentsMargins(0, 0, 0, 0)
        self.checks = ChecksCard(self, self._read_again, self.state)
        # What is still to be done comes before what it is made of.
        beside.addWidget(self.checks)
        self.standing = StandingCard(self, self._read_again)
        beside.addWidget(self.standing)
        beside.addWidget(self.facts)
        self.signatures = SignaturesCard(self, self._read_again)
        beside.addWidget(self.signatures)
        beside.addStretch(1)
        self.document = QPdfDocument(self)
        self.view = QPdfView()
        self.view.setAccessibleName(_("Pages of the report"))
        self.view.setDocument(self.document)
        self.view.setPageMode(QPdfView.PageMode.MultiPage)
        self.view.setZoomMode(QPdfView.ZoomMode.FitToWidth)
        self.view.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # At large text the facts stand above the pages, so that both can be read.
        across = look.scale < 1.5
        body = QBoxLayout(
            QBoxLayout.Direction.LeftToRight if across else QBoxLayout.Direction.TopToBottom
        )
        body.setSpacing(look.px(16))
        body.addWidget(left, 1)
        body.addWidget(self.view, 3)
        if not across:
            left.setMaximumWidth(look.px(2000))
        page = ScrollPage()
        page.add(self.header)
        page.add(body, 1)
        self.view.setMinimumHeight(look.px(360))
        self.outer.addWidget(page)
        self._buffer = QBuffer(self)
        self._pdf = b""

    def entered(self, desk: Desk, args: Mapping[str, Any]) -> None:
        """Override Page.entered. args: report_id (after a lock record_id), child_id."""
        self.child_id = args.get("child_id")
        self._read(args.get("report_id") or args["record_id"], self._go_on_writing)

    def leaving(self) -> None:
        """Override Page.leaving: no page stays in memory longer than it is looked at."""
        self.document.close()
        self._buffer.close()
        self._pdf = b""

    def place(self) -> Place | None:
        """Override Page.place."""
        if self.report is None:
            return None
        return Place("report", child_id=self.report.child_id, record_id=self.report.id)

    def focus_first(self) -> QWidget | None:
        """Override Page.focus_first."""
        return self.view

    # -- inside ----------------------------------------------------------------------------

    def _read(self, report_id: str, then: Callable[[ReportView], object]) -> None:
        """Read the report and its pages, show them, and go on with `then`."""
        desk = self.desk

        def found(read: _Read) -> None:
            report, pages, checking, findings, self.signed, standing, copies = read
            self._show(report, pages)
            self.checks.show_report(report, checking, findings)
            self.signatures.show_report(report, self.signed)
            self.standing.show_report(report, standing, copies)
            then(report)
            if report.editable:
                self.shell.spelling.check_report(report.id, self.checks.show_spelling, self.checks)

        def read() -> _Read:
            # The pages first: those of a draft may be made anew, and its hash with them.
            pages = reports.preview(desk, report_id)
            return (
                report_views.open_report(desk, report_id),
                pages,
                report_checking.checking(desk, report_id),
                report_validators.findings(desk, report_id),
                report_signing.list_signatures(desk, report_id),
                report_standing.standing(desk, report_id),
                report_standing.copies(desk, report_id),
            )

        self.run(
            read,
            found,
            busy_text=_("Opening the report"),
        )

    def _show(self, report: ReportView, pdf: bytes) -> None:
        self.report, self._pdf = report, pdf
        self.title = report.title
        self.header.set_words(report.title, report.subtitle, above=report.child_name)
        self.state.set_text(report.state_text, "good" if report.stands else "attention")
        self.document.close()
        self._buffer.close()
        self._buffer.setData(QByteArray(pdf))
        self._buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        self.document.load(self._buffer)
        pages = self.document.pageCount()
        facts = KeyFacts()
        # On one line: people read it out and compare it with the paper.
        reference = Body(report.reference)
        reference.setWordWrap(False)
        reference.setAccessibleName(f"{_('Reference')}: {report.reference}")
        facts.add(_("Reference"), reference)
        for label, value in (
            (_("Rests on"), report.basis),
            (
                _("Length"),
                ngettext("{count} page", "{count} pages", pages).format(count=pages),
            ),
            (_("Hash"), in_groups(report.content_hash)),
        ):
            facts.add(label, value)
        self.facts.body.replaceWidget(self._facts_place, facts)
        self._facts_place.deleteLater()
        self._facts_place = facts
        may_disclose = self.desk.actor.may_disclose
        why_not = "" if may_disclose else permission.refusal("disclose").user_text
        for button in (self.export_button, self.print_button):
            button.setEnabled(may_disclose)
            button.setToolTip(why_not)
            button.setAccessibleDescription(why_not)
        # Asked of the window: it may not be the active one again so soon after a dialog closed.
        if not report.editable and self.window().focusWidget() in (self.final, self.anew):
            # What comes next: the pages can be passed on now.
            after = self.export_button if may_disclose else self.view
            after.setFocus(Qt.FocusReason.OtherFocusReason)
        self.final.setVisible(report.editable)
        self.anew.setVisible(report.editable)
        self.write_button.setVisible(report.editable)

    def _go_on_writing(self, report: ReportView) -> None:
        """Open the dialog again that a lock closed."""
        if report.editable and self.shell.kept_words(("final", report.id)):
            self._ask_final()
        elif self.shell.kept_words(("print", report.id)):
            self._ask_print()
        elif self.shell.kept_words(("export", report.id)):
            self._ask_export()
        elif not self.standing.go_on_writing():
            self.checks.go_on_writing()

    def _read_again(self) -> None:
        if self.report is not None:
            self._read(self.report.id, lambda _report: None)

    def _again(self, report: ReportView) -> None:
        self.shell.saved(self.desk.clock.now())
        self.entered(self.desk, {"report_id": report.id, "child_id": report.child_id})

    def _write(self) -> None:
        if self.report is not None:
            self.shell.go("report_write", report_id=self.report.id, child_id=self.report.child_id)

    def _make_anew(self) -> None:
        if self.report is None:
            return
        desk, report_id = self.desk, self.report.id
        self.run(
            lambda: reports.make_anew(desk, report_id),
            self._again,
            busy_text=_("Writing the report"),
        )

    def _ask_final(self) -> None:
        if self.report is None:
            return
        ReasonDialog(
            _("Make this report final?"),
            _("Why it can be given to the court now"),
            _("A final report never changes again. A correction is a new report."),
            _("Make final"),
            self._make_final,
            self,
            subject=("final", self.report.id),
        ).ask()

    def _make_final(self, reason: str) -> None:
        assert self.report is not None
        desk, report_id = self.desk, self.report.id
        self.run(
            lambda: reports.make_final(desk, report_id, reason),
            self._made_final,
            self._not_final,
            busy_text=_("Sealing the report"),
        )

    def _made_final(self, report: ReportView) -> None:
        self.shell.forget_words(("final", report.id))
        self._again(report)

    def _not_final(self, error: Exception) -> None:
        if self.report is None or not isinstance(error, RecordChanged):
            self.shell.show_error(error)
            return
        # First the pages as they are now, then why; the reason that was given stays held, and
        # stands in the dialog when *Make final* is pressed again.
        self._read(self.report.id, lambda _report: self.shell.show_error(error))

    # -- export and print --------------------------------------------------------------------

    def _ask_export(self) -> None:
        if self.report is None:
            return
        desk, child_id = self.desk, self.report.child_id
        self.run(lambda: consents.withheld(desk, child_id), self._ask_to_whom)

    def _ask_to_whom(self, not_to_share: tuple[str, ...]) -> None:
        if self.report is None:
            return

        def go(dialog: PassOnDialog, file: Path) -> None:
            recipient, reason = dialog.recipient.text().strip(), dialog.reason.text()
            self.export_to(file, recipient, reason, overwrite=False, signature_id=dialog.copy_id)

        copies = [(one.id, _("Signed by {name}").format(name=one.signer)) for one in self.signed]
        PassOnDialog(
            _("Export as PDF"),
            self,
            subject=("export", self.report.id),
            file_name=report_export.file_name(self.report),
            nobody=_("Say who gets this report."),
            on_go=go,
            not_to_share=not_to_share,
            copies=[*copies, (None, _("Without a signature"))] if copies else (),
        ).ask()

    def export_to(
        self,
        file: Path,
        recipient: str,
        reason: str,
        *,
        overwrite: bool,
        signature_id: str | None = None,
    ) -> None:
        """Write the pages to `file` and say where they are."""
        assert self.report is not None
        desk, report_id = self.desk, self.report.id
        write_file(
            self,
            lambda replace: report_export.export(
                desk,
                report_id,
                file,
                recipient=recipient,
                reason=reason,
                overwrite=replace,
                signature_id=signature_id,
            ),
            self._exported,
            busy_text=_("Exporting the report"),
            overwrite=overwrite,
        )

    def _exported(self, done: Exported) -> None:
        if self.report is not None:
            self.shell.forget_words(("export", self.report.id))
        self.shell.notify(
            _("Exported as {name}. Who got it is in the history.").format(name=done.file.name)
        )

    def _ask_print(self) -> None:
        if self.report is None:
            return
        ReasonDialog(
            _("Print this report"),
            _("Who gets the printed copy, and why"),
            _("It is kept in the record of who was given a copy."),
            _("Print"),
            self._print,
            self,
            subject=("print", self.report.id),
        ).ask()

    def _print(self, recipient: str) -> None:
        assert self.report is not None
        choose_printer(
            self.window(),
            self.report.reference,
            lambda printer: self._note_and_paint(printer, recipient),
        )

    def _note_and_paint(self, printer: Any, recipient: str) -> None:
        """Nothing goes to the printer that is not in the log."""
        assert self.report is not None
        desk, report_id = self.desk, self.report.id
        self.run(
            lambda: report_export.note_print(desk, report_id, recipient=recipient, reason=""),
            lambda _none: self._noted(printer),
        )

    def _noted(self, printer: Any) -> None:
        if self.report is not None:
            self.shell.forget_words(("print", self.report.id))
        self._paint(printer)

    def _paint(self, printer: Any) -> None:
        paint(self.document, printer)
        self.shell.notify(_("Printed. Who got it is in the history."))
