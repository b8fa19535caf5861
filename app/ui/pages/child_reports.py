"""Reports on a child: those there are, and making a new one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from app.casework import report_choices, report_needed, report_views, reports
from app.casework.children import ChildView
from app.casework.report_choices import Choice, PsrChoices
from app.casework.report_needed import Asked
from app.casework.report_views import ReportView
from app.core.i18n import LANGUAGES, _, language
from app.ui.kit import Card, ChoiceBox, FieldFrame, Muted, PrimaryButton, SecondaryButton
from app.ui.pages.child_tab import ChildTab, Listed
from app.ui.pages.given_pdf import GivenPdfDialog
from app.ui.pages.report_asked import AskedBanner, ExistingCard

LEAST_LETTERS: Final = 16


class ReportsTab(ChildTab):
    """Pre-sentence reports of the child."""

    def load(self, view: ChildView) -> None:
        """Override ChildTab.load."""
        desk = self.page.desk
        self.page.run(
            lambda: (
                report_choices.psr_choices(desk, view.id),
                report_views.list_reports(desk, view.id),
                report_needed.for_hearings(desk, view.id),
            ),
            lambda found: self._show(view, *found),
        )

    def _show(
        self,
        view: ChildView,
        choices: PsrChoices,
        found: Sequence[ReportView],
        asked: Mapping[str, Asked],
    ) -> None:
        self.empty()
        self._asked, self._usable = asked, choices.existing
        new = [self._new(view, choices)] if view.editable else []
        # Whoever has begun one comes back to it; whoever has not wants to begin.
        if not found:
            for card in new:
                self.add(card)
        self.show_list(
            [self._line(report) for report in found],
            _("No report has been made for {child} yet.").format(child=view.called),
            below=[*(new if found else []), self._given()],
        )

    def _given(self) -> Card:
        """Tell whether a file that somebody brings is one of ours."""
        card = Card(_("A PDF that you were given"))
        card.add(
            Muted(_("Waymark can tell whether a PDF is a report sealed here, and unchanged since."))
        )
        row = QHBoxLayout()
        row.addWidget(SecondaryButton(_("Check a PDF"), lambda: GivenPdfDialog(self.page).ask()))
        row.addStretch(1)
        card.add(row)
        return card

    def _new(self, view: ChildView, choices: PsrChoices) -> Card:
        card = Card(_("New report"))
        if choices.why_not:
            card.add(Muted(choices.why_not))
            return card
        self.kind = _box(choices.kinds)
        self.assessment = _box(choices.assessments)
        self.hearing = _box(choices.hearings)
        self.order = _box(choices.orders)
        self.existing = _box([Choice(one.report_id, one.words) for one in choices.existing])
        self._about = {
            "order": FieldFrame(_("Order it is about"), self.order),
            "existing": FieldFrame(_("Report to be used again"), self.existing),
        }
        self._no_order = Muted(_("Add the order first, under Court and orders."))
        self.asked = AskedBanner()
        self.seen = ExistingCard(view.called)
        self._chosen_by_hand = False
        self.tongue = QComboBox()
        for code, name in LANGUAGES.items():
            self.tongue.addItem(name, code)
        self.tongue.setCurrentIndex(self.tongue.findData(language()))
        card.add(FieldFrame(_("Hearing it is for"), self.hearing))
        card.add(self.asked)
        card.add(FieldFrame(_("Kind of report"), self.kind))
        for frame in self._about.values():
            card.add(frame)
        card.add(self.seen)
        card.add(self._no_order)
        card.add(FieldFrame(_("Language of the report"), self.tongue))
        card.add(FieldFrame(_("Assessment it rests on"), self.assessment))
        self.kind.activated.connect(self._kind_chosen_by_hand)
        self.kind.currentIndexChanged.connect(self._kind_chosen)
        self.hearing.currentIndexChanged.connect(self._hearing_chosen)
        self.existing.currentIndexChanged.connect(self._existing_chosen)
        row = QHBoxLayout()
        self.make = PrimaryButton(_("Make the report"), lambda: self._make(view))
        row.addWidget(self.make)
        row.addStretch(1)
        card.add(row)
        self._hearing_chosen()
        self._kind_chosen()
        return card

    def _kind_chosen_by_hand(self, _number: int) -> None:
        self._chosen_by_hand = True

    def _hearing_chosen(self, _number: int = 0) -> None:
        """Say what the hearing asks for, and choose that kind unless the person chose one."""
        asked = self._asked.get(self.hearing.currentData())
        usable = any(seen.may_be_used for seen in self._usable)
        self.asked.show_asked(asked, usable=usable)
        if asked is not None and asked.kind and not self._chosen_by_hand:
            at = self.kind.findData(asked.kind)
            if at >= 0:
                self.kind.setCurrentIndex(at)

    def _existing_chosen(self, _number: int = 0) -> None:
        key = self.existing.currentData()
        self.seen.show_seen(next((one for one in self._usable if one.report_id == key), None))

    def _kind_chosen(self, _number: int = 0) -> None:
        """Ask only for what reports of this kind are about."""
        kind = self.kind.currentData()
        of_order = kind in ("progress", "breach")
        self._about["order"].setVisible(of_order and self.order.count() > 0)
        self._about["existing"].setVisible(kind == "existing" and self.existing.count() > 0)
        self.seen.setVisible(kind == "existing")
        if kind == "existing":
            self._existing_chosen()
        self._no_order.setVisible(of_order and not self.order.count())
        wanted = self.order.count() if of_order else self.existing.count()
        self.make.setEnabled(not (of_order or kind == "existing") or wanted > 0)

    def _make(self, view: ChildView) -> None:
        desk, kind = self.page.desk, self.kind.currentData()
        assessment_id, hearing_id = self.assessment.currentData(), self.hearing.currentData()
        tongue = self.tongue.currentData()
        order_id = self.order.currentData() if kind in ("progress", "breach") else None
        existing_id = self.existing.currentData() if kind == "existing" else None
        self.page.run(
            lambda: reports.create(
                desk,
                view.id,
                kind,
                assessment_id,
                hearing_id=hearing_id,
                order_id=order_id,
                existing_id=existing_id,
                language=tongue,
            ),
            self._open,
            busy_text=_("Writing the report"),
        )

    def _open(self, report: ReportView) -> None:
        self.page.shell.go("report", report_id=report.id, child_id=report.child_id)

    def _line(self, report: ReportView) -> QWidget:
        opener = SecondaryButton(_("Open"), lambda: self._open(report))
        opener.setAccessibleDescription(f"{report.title} {report.reference}")
        return Listed(
            report.title,
            (report.state_text, "good" if report.stands else "attention"),
            " · ".join((report.reference, report.subtitle, report.basis)),
            (opener,),
        )


def _box(choices: Sequence[Choice]) -> ChoiceBox:
    return ChoiceBox(((choice.words, choice.id) for choice in choices), letters=LEAST_LETTERS)
