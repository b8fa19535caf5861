"""Tabs that list records: details, people and places, court and orders."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.casework.children import ChildView
from app.casework.desk import NotAllowed
from app.core.i18n import _
from app.ui import theme
from app.ui.kit import (
    Banner,
    Body,
    Card,
    FlowLayout,
    KeyFacts,
    Muted,
    Pill,
    SecondaryButton,
    Separator,
    Strong,
)
from app.ui.pages.child_tab import ChildTab
from app.ui.pages.record_kinds import KINDS, RecordKind


class RecordList(Card):
    """All records of one kind, each with *Change*, and a button to add one."""

    def __init__(self, tab: ChildTab, kind: RecordKind, view: ChildView) -> None:
        super().__init__(_(kind.title))
        self.tab, self.kind, self.view = tab, kind, view
        self._lines = QVBoxLayout()
        self._lines.setSpacing(theme.current().px(10))
        self.add(self._lines)
        if view.editable:
            self.add_button = SecondaryButton(_(kind.add_label), self._add)
            row = QHBoxLayout()
            row.addWidget(self.add_button)
            row.addStretch(1)
            self.add(row)
        desk, child_id = tab.page.desk, view.id
        tab.page.run(lambda: kind.views(desk, child_id), self._show, self._failed)

    def _show(self, records: Sequence[Any]) -> None:
        if not records:
            self._lines.addWidget(Muted(_(self.kind.empty)))
        for number, record in enumerate(records):
            if number:
                self._lines.addWidget(Separator())
            self._lines.addWidget(self._line(record))

    def _line(self, record: Any) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        words = QVBoxLayout()
        words.setSpacing(theme.current().px(2))
        words.addWidget(Strong(record.title))
        if record.detail:
            words.addWidget(Body(record.detail))
        for problem in getattr(record, "problems", ()):
            pill = FlowLayout()
            pill.addWidget(Pill(problem.text, "attention"))
            words.addLayout(pill)
        row.addLayout(words, 1)
        if self.view.editable:
            change = SecondaryButton(_("Change"), lambda: self._change(record.id))
            change.setAccessibleDescription(record.title)
            row.addWidget(change, 0, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight)
        return line

    def _failed(self, error: Exception) -> None:
        if isinstance(error, NotAllowed):
            self._lines.addWidget(Muted(error.user_text))
        else:
            self.tab.page.shell.show_error(error)

    def _add(self) -> None:
        self.tab.page.shell.go(
            "edit_record", record_type=self.kind.record_type, child_id=self.view.id
        )

    def _change(self, record_id: str) -> None:
        self.tab.page.shell.go(
            "edit_record",
            record_type=self.kind.record_type,
            child_id=self.view.id,
            record_id=record_id,
        )


class _RecordsTab(ChildTab):
    """A tab of record lists."""

    record_types: tuple[str, ...] = ()

    def load(self, view: ChildView) -> None:
        """Override ChildTab.load."""
        self.empty()
        self.before(view)
        for record_type in self.record_types:
            self.add(RecordList(self, KINDS[record_type], view))
        self.end()

    def before(self, view: ChildView) -> None:
        """What stands above the lists."""


class PeopleTab(_RecordsTab):
    """Family, professionals, addresses, and the restricted group of victims."""

    record_types = ("carer", "professional", "address", "victim")


class CourtTab(_RecordsTab):
    """Offences, hearings, outcomes."""

    record_types = ("offence", "hearing", "outcome")


class DetailsTab(_RecordsTab):
    """Who the child is, as recorded, with what is still missing left out."""

    record_types = ("alert", "consent", "care_status", "identifier")

    def before(self, view: ChildView) -> None:
        """Override _RecordsTab.before."""
        for problem in view.problems:
            self.add(Banner(problem.text, "attention"))
        card = Card(_("About {child}").format(child=view.called))
        card.add(KeyFacts([(fact.label, fact.value) for fact in view.facts]))
        if view.editable:
            # Not beside each other at any cost: at large text, Welsh needs a line for each.
            buttons = FlowLayout(gap=12)
            shell = self.page.shell
            change = SecondaryButton(
                _("Change details"), lambda: shell.go("change_child", child_id=view.id)
            )
            same = SecondaryButton(
                _("Same child recorded twice?"),
                lambda: shell.go("merge", child_id=view.id),
            )
            buttons.addWidget(change)
            buttons.addWidget(same)
            card.add(buttons)
        self.add(card)
