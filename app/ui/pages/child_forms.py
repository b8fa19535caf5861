"""Assessments, plans and questionnaires of a child."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.casework import form_records
from app.casework.children import ChildView
from app.casework.dates import in_words
from app.casework.form_records import FormSummary, Startable
from app.core.clock import local
from app.core.i18n import _
from app.ui import theme
from app.ui.kit import Card, FlowLayout, Muted, Pill, SecondaryButton, Separator, Small, Strong
from app.ui.pages.child_tab import ChildTab

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
            lambda: (form_records.startable(desk), form_records.list_forms(desk, view.id)),
            lambda found: self._show(view, *found),
        )

    def _show(
        self, view: ChildView, startable: Sequence[Startable], forms: Sequence[FormSummary]
    ) -> None:
        self.empty()
        if view.editable:
            begin = Card(_("Start"))
            row = FlowLayout(gap=12)
            hears = self.page.desk.actor.may_hear_child
            for one in startable:
                if one.kind == "questionnaire" and not hears:
                    continue
                words = (
                    _("{form}: hand the laptop to {child}").format(
                        form=one.title, child=view.called
                    )
                    if one.kind == "questionnaire"
                    else one.title
                )
                row.addWidget(
                    SecondaryButton(
                        words, lambda one=one: self.page.start_form(one.form_id, one.kind)
                    )
                )
            begin.add(row)
            self.add(begin)
        card = Card(_("What there is"))
        for number, form in enumerate(forms):
            if number:
                card.add(Separator())
            card.add(self._line(form))
        if not forms:
            card.add(
                Muted(_("No form has been started for {child} yet.").format(child=view.called))
            )
        self.add(card)
        self.end()

    def _line(self, form: FormSummary) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        words = QVBoxLayout()
        words.setSpacing(theme.current().px(4))
        head = FlowLayout(gap=8)
        head.addWidget(Strong(form.title).one_line())
        head.addWidget(Pill(form.state_text, STATE_TONES[form.state]))
        words.addLayout(head)
        words.addWidget(
            Small(
                _("Started {started}, last changed {changed}. {author}").format(
                    started=in_words(local(form.started_at).date()),
                    changed=in_words(local(form.changed_at).date()),
                    author=form.author,
                )
            )
        )
        row.addLayout(words, 1)
        shell = self.page.shell
        opener = SecondaryButton(
            _("Continue") if form.editable and form.kind != "questionnaire" else _("Read"),
            lambda: shell.go("form", record_id=form.record_id, child_id=form.child_id),
        )
        opener.setAccessibleDescription(form.title)
        if form.why_not:
            opener.setEnabled(False)
            words.addWidget(Muted(form.why_not))
        row.addWidget(opener, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight)
        return line
