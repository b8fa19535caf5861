"""What is due, for every child, the soonest first."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QWidget

from app.casework import caseload, rule_words
from app.casework.due import DueItem
from app.core.i18n import _, ngettext
from app.ui.kit import Cell, Column, EmptyState, PageHeader, ScrollPage, Small, Table, TableModel
from app.ui.page import Page
from app.ui.pages.tones import tone_of

if TYPE_CHECKING:
    from app.casework.desk import Desk
    from app.ui.shell import Shell


class DuePage(Page):
    """Deadlines and things to do. A rule that could not be confirmed says so."""

    only_shows = True

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.title = _("Due")
        self.header = PageHeader(_("Due"))
        self.model: TableModel[DueItem] = TableModel(
            (
                Column(_("When"), lambda item: Cell(pills=((item.when, tone_of(item.urgency)),))),
                Column(
                    _("Child"),
                    lambda item: Cell(
                        shell.shown_name(item.child_id, item.child_name), strong=True
                    ),
                    1,
                ),
                Column(_("What"), lambda item: item.text, 3),
                Column(
                    _("Rule"),
                    lambda item: (
                        ""
                        if item.rule_id is None
                        else (_("source confirmed") if item.verified else _("check this rule"))
                    ),
                ),
            )
        )
        self.table = Table(self.model, _("Due"))
        self.table.opened.connect(self._open)
        self.empty = EmptyState(_("Nothing is due"), _("Hearings, reports and reviews come here."))
        self.empty.hide()
        page = ScrollPage()
        page.add(self.header)
        page.add(self.table, 1)
        page.add(self.empty, 1)
        self.about_rules = Small(rule_words.meaning())
        self.about_rules.hide()
        page.add(self.about_rules)
        self.table.setMinimumHeight(self.table.height_of(6))
        self.outer.addWidget(page)

    def entered(self, desk: Desk, args: Mapping[str, Any]) -> None:
        """Override Page.entered."""
        self.run(lambda: caseload.due(desk), self._show)

    def focus_first(self) -> QWidget | None:
        """Override Page.focus_first."""
        return self.table

    def _show(self, items: tuple[DueItem, ...]) -> None:
        self.model.set_rows(items)
        self.table.setVisible(bool(items))
        self.empty.setVisible(not items)
        self.about_rules.setVisible(not all(item.verified for item in items))
        late = sum(item.urgency == "serious" for item in items)
        self.header.set_words(
            _("Due"),
            ngettext(
                "{count} thing is late or due by tomorrow.",
                "{count} things are late or due by tomorrow.",
                late,
            ).format(count=late)
            if late
            else "",
        )

    def _open(self, number: int) -> None:
        item = self.model.row(number)
        if item is None:
            return
        if item.kind == "outcome" and self.desk.actor.may_write:
            self.shell.go(
                "edit_record",
                record_type="outcome",
                child_id=item.child_id,
                hearing_id=item.record_id,
            )
        elif item.record_type == "form_record":
            self.shell.go("form", record_id=item.record_id, child_id=item.child_id)
        elif item.record_type == "task":
            self.shell.go("child", child_id=item.child_id, tab="tasks")
        elif item.record_type in ("hearing", "offence", "outcome"):
            self.shell.go("child", child_id=item.child_id, tab="court")
        else:
            self.shell.go("child", child_id=item.child_id)
