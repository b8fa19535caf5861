"""Who was given a copy of a report, when and why: to be read, saved and printed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QBuffer, QByteArray, QIODevice
from PySide6.QtPdf import QPdfDocument
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.casework import consents, dates, permission, report_standing, report_views
from app.casework.disclosure import Exported
from app.casework.places import Place
from app.casework.report_standing import CopyGiven
from app.casework.report_views import ReportView
from app.core.i18n import _
from app.ui.kit import (
    Card,
    EmptyState,
    KeyFacts,
    PageHeader,
    ScrollPage,
    SecondaryButton,
)
from app.ui.kit.layout import clear
from app.ui.page import Page
from app.ui.pages.edit_record import ReasonDialog
from app.ui.pages.on_paper import choose_printer, paint
from app.ui.pages.pass_on import PassOnDialog, write_file

if TYPE_CHECKING:
    from app.casework.desk import Desk
    from app.ui.shell import Shell


class ReportCopiesPage(Page):
    """The log of who was given a copy of one report."""

    only_shows = True

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.report: ReportView | None = None
        self.header = PageHeader("")
        self.back_button = SecondaryButton(_("Back to the pages"), self._back)
        self.save_button = SecondaryButton(_("Save as PDF"), self._ask_save)
        self.print_button = SecondaryButton(_("Print"), self._ask_print)
        for button in (self.back_button, self.print_button, self.save_button):
            self.header.add_action(button)
        self.lines = QVBoxLayout()
        self.empty = EmptyState(
            _("No copy was given"), _("Whoever gets a copy, on paper or as a file, stands here.")
        )
        self.empty.hide()
        page = ScrollPage(width=860)
        page.add(self.header)
        page.add(self.lines)
        page.add(self.empty)
        page.end()
        self.outer.addWidget(page)
        self._buffer = QBuffer(self)
        self.document = QPdfDocument(self)

    def entered(self, desk: Desk, args: Mapping[str, Any]) -> None:
        """Override Page.entered. args: report_id (after a lock record_id), child_id."""
        self.child_id = args.get("child_id")
        report_id = args.get("report_id") or args["record_id"]
        self.run(
            lambda: (
                report_views.open_report(desk, report_id),
                report_standing.copies(desk, report_id),
            ),
            lambda both: self._show(*both),
        )

    def leaving(self) -> None:
        """Override Page.leaving: no page stays in memory longer than it is looked at."""
        self.document.close()
        self._buffer.close()

    def place(self) -> Place | None:
        """Override Page.place."""
        if self.report is None:
            return None
        return Place("report_copies", child_id=self.report.child_id, record_id=self.report.id)

    def focus_first(self) -> QWidget | None:
        """Override Page.focus_first."""
        return self.back_button

    # -- inside ----------------------------------------------------------------------------

    def _show(self, report: ReportView, found: tuple[CopyGiven, ...]) -> None:
        self.report = report
        self.title = _("Who was given a copy")
        about = f"{report.title} {report.reference} · {report.state_text}"
        self.header.set_words(self.title, about, above=report.child_name)
        clear(self.lines)
        for one in found:
            card = Card(one.to or _("Not recorded"))
            card.add(
                KeyFacts(
                    (
                        (_("When"), dates.day_and_time(one.at)),
                        (_("How"), one.how),
                        (_("Which pages"), report_standing.which_words(one)),
                        (_("Given by"), one.who),
                        (_("Why"), one.why or _("Not recorded")),
                    )
                )
            )
            self.lines.addWidget(card)
        self.empty.setVisible(not found)
        may = self.desk.actor.may_disclose
        why_not = "" if may else permission.refusal("disclose").user_text
        for button in (self.save_button, self.print_button):
            button.setEnabled(may)
            button.setToolTip(why_not)
            button.setAccessibleDescription(why_not)
        if self.shell.kept_words(self._subject("save")):
            self._ask_save()
        elif self.shell.kept_words(self._subject("print")):
            self._ask_print()

    def _subject(self, deed: str) -> tuple[str, str]:
        assert self.report is not None
        return (f"copies_{deed}", self.report.id)

    def _back(self) -> None:
        if self.report is not None:
            self.shell.go("report", report_id=self.report.id, child_id=self.report.child_id)

    def _ask_save(self) -> None:
        if self.report is None:
            return
        desk, child_id = self.desk, self.report.child_id
        self.run(lambda: consents.withheld(desk, child_id), self._ask_to_whom)

    def _ask_to_whom(self, not_to_share: tuple[str, ...]) -> None:
        report, desk = self.report, self.desk
        if report is None:
            return

        def go(dialog: PassOnDialog, file: Path) -> None:
            recipient, reason = dialog.recipient.text().strip(), dialog.reason.text()
            write_file(
                self,
                lambda replace: report_standing.export_copies(
                    desk, report.id, file, recipient=recipient, reason=reason, overwrite=replace
                ),
                self._saved,
                busy_text=_("Writing the copy"),
            )

        PassOnDialog(
            _("Save as PDF"),
            self,
            subject=self._subject("save"),
            file_name=f"{report.reference}-copies.pdf",
            nobody=_("Say who gets this list."),
            on_go=go,
            not_to_share=not_to_share,
        ).ask()

    def _saved(self, done: Exported) -> None:
        self.shell.forget_words(self._subject("save"))
        self.shell.notify(
            _("Saved as {name}. Who got it is in the history.").format(name=done.file.name)
        )
        self.entered(self.desk, self.args)

    def _ask_print(self) -> None:
        if self.report is None:
            return
        ReasonDialog(
            _("Print this list"),
            _("Who gets the printed copy, and why"),
            _("It is kept in the record of who was given a copy."),
            _("Print"),
            self._print,
            self,
            subject=self._subject("print"),
        ).ask()

    def _print(self, recipient: str) -> None:
        assert self.report is not None
        choose_printer(
            self.window(), self.report.reference, lambda printer: self._note(printer, recipient)
        )

    def _note(self, printer: Any, recipient: str) -> None:
        """Nothing goes to the printer that is not in the log."""
        assert self.report is not None
        desk, report_id = self.desk, self.report.id
        self.run(
            lambda: report_standing.print_copies(desk, report_id, recipient),
            lambda pages: self._paint(printer, pages),
        )

    def _paint(self, printer: Any, pages: bytes) -> None:
        self.shell.forget_words(self._subject("print"))
        self.document.close()
        self._buffer.close()
        self._buffer.setData(QByteArray(pages))
        self._buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        self.document.load(self._buffer)
        paint(self.document, printer)
        self.shell.notify(_("Printed. Who got it is in the history."))
        self.entered(self.desk, self.args)
