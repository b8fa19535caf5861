"""Assessments, plans and questionnaires of a child."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QWidget

from app.casework import consents, form_copies, form_records, permission, stages
from app.casework.children import ChildView
from app.casework.dates import in_words
from app.casework.disclosure import Exported
from app.casework.form_copies import CopyFor
from app.casework.form_records import FormSummary, Startable
from app.casework.stages import Offered
from app.core.clock import local
from app.core.i18n import _
from app.forms.schema import OWN_VIEWS
from app.ui.kit import Card, FlowLayout, Muted, SecondaryButton
from app.ui.pages.child_tab import ChildTab, Listed
from app.ui.pages.pass_on import PassOnDialog, write_file
from app.ui.pages.stages_card import StagesCard

STATE_TONES = {
    "draft": "plain",
    "submitted": "attention",
    "countersigned": "good",
    "returned": "serious",
    "superseded": "plain",
}


class FormsTab(ChildTab):
    """Every form of the child, and those that can be started."""

    def load(self, view: ChildView) -> None:
        """Override ChildTab.load."""
        desk = self.page.desk
        self.page.run(
            lambda: (
                stages.offered(desk, view.id),
                form_records.startable(desk),
                form_records.list_forms(desk, view.id),
            ),
            lambda found: self._show(view, *found),
        )

    def _show(
        self,
        view: ChildView,
        offered: Offered,
        startable: Sequence[Startable],
        forms: Sequence[FormSummary],
    ) -> None:
        self.empty()
        if view.editable:
            if offered.stages:
                self.add(StagesCard(offered, self.page.start_stage))
            self.add(self._begin(view, startable))
        self.show_list(
            [self._line(view, form) for form in forms],
            _("No form has been started for {child} yet.").format(child=view.called),
        )
        held = next((f for f in forms if self.page.shell.kept_words(_copy_of(f))), None)
        if held is not None:
            self._ask_to_whom(view, held)

    def _begin(self, view: ChildView, startable: Sequence[Startable]) -> Card:
        """What is started by itself: the words of the child and the family, then what goes with
        the assessment."""
        card, role, of_stages = Card(_("Start")), self.page.desk.actor.role, stages.form_ids()
        offered = [
            one
            for one in startable
            if one.form_id not in of_stages and permission.reads_form(role, one.kind)
        ]
        own = [one for one in offered if one.kind in OWN_VIEWS]
        for heading, group in (
            (_("In their own words"), own),
            (_("Beside the assessment"), [one for one in offered if one not in own]),
        ):
            if not group:
                continue
            card.add(Muted(heading))
            row = FlowLayout(gap=12)
            for one in group:
                row.addWidget(self._starter(view, one))
            card.add(row)
        return card

    def _starter(self, view: ChildView, one: Startable) -> SecondaryButton:
        words = one.title
        if one.kind == "questionnaire":
            words = _("{form}: hand the laptop to {child}").format(form=words, child=view.called)
        return SecondaryButton(words, lambda: self.page.start_form(one.form_id, one.kind))

    def _line(self, view: ChildView, form: FormSummary) -> QWidget:
        shell, desk = self.page.shell, self.page.desk
        opener = SecondaryButton(
            _("Continue") if form.editable and form.kind != "questionnaire" else _("Read"),
            lambda: shell.go("form", record_id=form.record_id, child_id=form.child_id),
        )
        opener.setAccessibleDescription(form.title)
        opener.setEnabled(not form.why_not)
        copier = SecondaryButton(_("Save a copy as PDF"), lambda: self._ask_to_whom(view, form))
        why_not = "" if desk.actor.may_disclose else permission.refusal("disclose").user_text
        copier.setEnabled(not (form.why_not or why_not))
        copier.setToolTip(why_not)
        copier.setAccessibleDescription(why_not or form.title)
        return Listed(
            form.title,
            (form.state_text, _tone(form)),
            _("Started {started}, last changed {changed}. {author}").format(
                started=in_words(local(form.started_at).date()),
                changed=in_words(local(form.changed_at).date()),
                author=form.author,
            ),
            (copier, opener),
            remark=form.why_not or _who_reads(form),
        )

    # -- copies ----------------------------------------------------------------------------

    def _ask_to_whom(self, view: ChildView, form: FormSummary) -> None:
        desk = self.page.desk
        self.page.run(
            lambda: (
                form_copies.file_name(desk, form.record_id),
                consents.withheld(desk, view.id),
            ),
            lambda found: self._ask(view, form, *found),
        )

    def _ask(
        self, view: ChildView, form: FormSummary, file_name: str, not_to_share: tuple[str, ...]
    ) -> None:
        PassOnDialog(
            _("Save a copy as PDF"),
            self.page,
            subject=_copy_of(form),
            file_name=file_name,
            nobody=_("Say who gets this copy."),
            on_go=lambda dialog, file: self._write(form, dialog, file),
            not_to_share=not_to_share,
            own_copy=_("It is the parent’s or carer’s own copy")
            if form.kind == "parent_view"
            else _("It is {child}’s own copy").format(child=view.called),
        ).ask()

    def _write(self, form: FormSummary, dialog: PassOnDialog, file: Path) -> None:
        desk = self.page.desk
        for_whom = CopyFor(
            dialog.recipient.text().strip(), dialog.reason.text(), dialog.own_copy.isChecked()
        )
        write_file(
            self.page,
            lambda replace: form_copies.export(
                desk, form.record_id, file, for_whom, overwrite=replace
            ),
            lambda done: self._written(form, done),
            busy_text=_("Writing the copy"),
        )

    def _written(self, form: FormSummary, done: Exported) -> None:
        self.page.shell.forget_words(_copy_of(form))
        self.page.shell.notify(
            _("Saved as {name}. Who got it is in the history.").format(name=done.file.name)
        )


def _tone(form: FormSummary) -> str:
    """What is in somebody's own words waits for nobody once it is given back."""
    if form.kind in OWN_VIEWS and form.state == "submitted":
        return "good"
    return STATE_TONES[form.state]


def _who_reads(form: FormSummary) -> str:
    if form.kind not in permission.READING:
        return ""
    return _("Only practitioners and managers can read it.")


def _copy_of(form: FormSummary) -> tuple[str, str]:
    return ("copy", form.record_id)
