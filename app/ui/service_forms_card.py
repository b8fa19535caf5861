"""The card of the settings in which a service brings in its own forms."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.casework.dates import in_words
from app.core.clock import local
from app.core.i18n import _
from app.ui import theme
from app.ui.gate import words_of
from app.ui.kit.blocks import Card, Separator
from app.ui.kit.buttons import SecondaryButton, button_row
from app.ui.kit.fields import ErrorSummary, FieldFrame, PathEdit
from app.ui.kit.flow import FlowLayout
from app.ui.kit.layout import clear
from app.ui.kit.pills import Pill
from app.ui.kit.text import Body, Muted, Small, Strong

if TYPE_CHECKING:
    from app.casework.service_forms import ServiceFormView
    from app.ui.page import Page


class ServiceFormsCard(Card):
    """The forms of the service: those there are, and adding one from a spreadsheet."""

    def __init__(self, page: Page) -> None:
        super().__init__(_("Forms of your service"))
        self._page = page
        self.add(
            Body(
                _(
                    "You can write a form of your own in a spreadsheet. It is then offered for "
                    "every child, beside the forms of this program."
                )
            )
        )
        self.summary = ErrorSummary()
        self.place = PathEdit("open", _("Spreadsheets (*.xlsx *.md)"))
        self.field = FieldFrame(
            _("Spreadsheet of the form"),
            self.place,
            hint=_("An XLSForm: an .xlsx file with the sheets survey, choices and settings."),
        )
        self.bring_in = SecondaryButton(_("Add a form from a spreadsheet"), self._add)
        self.place.line.returnPressed.connect(self.bring_in.click)
        self.only_managers = Muted(_("A manager or an administrator can add forms here."))
        self._lines = QVBoxLayout()
        self._lines.setSpacing(theme.current().px(12))
        self.add(self._lines)
        self.add(self.summary)
        self.add(self.field)
        self.add(button_row(self.bring_in))
        self.add(self.only_managers)
        self._may_manage(False)

    def refresh(self) -> None:
        """Read again which forms there are."""
        desk = self._page.desk

        def read() -> tuple[Any, ...]:
            from app.casework import service_forms

            return service_forms.may_manage(desk), service_forms.listed(desk)

        self._page.run(read, self._show)

    def _show(self, read: tuple[bool, tuple[ServiceFormView, ...]]) -> None:
        may_manage, forms = read
        self._may_manage(may_manage)
        clear(self._lines)
        for number, form in enumerate(forms):
            if number:
                self._lines.addWidget(Separator())
            self._lines.addWidget(self._line(form, may_manage=may_manage))
        if not forms:
            self._lines.addWidget(Muted(_("Your service has not added a form yet.")))

    def _may_manage(self, may: bool) -> None:
        for part in (self.field, self.bring_in):
            part.setVisible(may)
        self.only_managers.setVisible(not may)

    def _line(self, form: ServiceFormView, *, may_manage: bool) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        words = QVBoxLayout()
        words.setSpacing(theme.current().px(4))
        head = FlowLayout(gap=8)
        head.addWidget(Strong(form.title).one_line())
        head.addWidget(Pill(*_use(form)))
        words.addLayout(head)
        words.addWidget(
            Small(
                _("{version}. {kind}. Added {day} by {name}.").format(
                    version=form.version_text,
                    kind=form.kind_text,
                    day=in_words(local(form.added_at).date()),
                    name=form.added_by,
                )
            )
        )
        if form.problem:
            words.addWidget(Small(form.problem))
        row.addLayout(words, 1)
        if may_manage and (form.offered or form.problem or not form.in_use):
            turn = SecondaryButton(
                _("Stop offering it") if form.in_use else _("Offer it again"),
                lambda: self._turn(form),
            )
            turn.setAccessibleDescription(f"{form.title}, {form.version_text}")
            row.addWidget(turn, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight)
        return line

    def _turn(self, form: ServiceFormView) -> None:
        desk = self._page.desk

        def turn() -> None:
            from app.casework import service_forms

            if form.in_use:
                service_forms.stop_offering(desk, form.id)
            else:
                service_forms.offer_again(desk, form.id)

        self._page.run(turn, lambda _nothing: self.refresh())

    def _add(self) -> None:
        if not self.place.text():
            self._refused_with((_("Choose a file."),))
            return
        desk, file = self._page.desk, Path(self.place.text())

        def add() -> Any:
            from app.casework import service_forms

            return service_forms.add(desk, file)

        self.bring_in.setEnabled(False)
        self._page.run(
            add, self._added, self._refused, busy_text=_("Looking through the spreadsheet")
        )

    def _added(self, form: ServiceFormView) -> None:
        self.bring_in.setEnabled(True)
        self.place.setText("")
        self.field.set_error("")
        self.summary.show_errors([])
        self.refresh()
        self._page.shell.notify(_("The form “{title}” is added.").format(title=form.title))

    def _refused(self, error: Exception) -> None:
        self.bring_in.setEnabled(True)
        findings: tuple[str, ...] = getattr(error, "findings", ())
        self._refused_with(findings, words_of(error))

    def _refused_with(self, findings: tuple[str, ...], told: str = "") -> None:
        self.field.set_error(told or " ".join(findings))
        self.summary.show_errors([(text, self.field) for text in findings or (told,)])


def _use(form: ServiceFormView) -> tuple[str, str]:
    if form.problem:
        return _("Can't be used"), "serious"
    if form.offered:
        return _("Offered"), "good"
    if form.in_use:
        return _("Kept for what was filled in with it"), "plain"
    return _("Not offered"), "plain"
