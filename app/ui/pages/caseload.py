"""The caseload: who, where things are, what is next, what needs attention, the two levels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QVBoxLayout, QWidget

from app.casework import caseload, reference
from app.casework.caseload import CaseloadFilter, CaseloadRow, Counts
from app.core.i18n import _, ngettext
from app.ui import theme
from app.ui.kit import (
    Banner,
    Cell,
    Column,
    EmptyState,
    PageHeader,
    PrimaryButton,
    ScrollPage,
    SecondaryButton,
    Table,
    TableModel,
)
from app.ui.page import Page
from app.ui.pages.rail_numbers import show_numbers
from app.ui.pages.tones import tone_of

if TYPE_CHECKING:
    from app.casework.desk import Desk
    from app.ui.shell import Shell

SEARCH_AFTER_MS: Final = 200
LARGE: Final = 1.5


class CaseloadPage(Page):
    """The list of children."""

    only_shows = True

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.title = _("Caseload")
        look = theme.current()
        self.add = PrimaryButton(_("Add a child"), lambda: shell.go("add_child"))
        self.header = PageHeader(_("Caseload"), actions=(self.add,))
        self.search = QLineEdit()
        self.search.setAccessibleName(_("Search this list"))
        self.search.setPlaceholderText(_("Search this list"))
        self.search.setClearButtonEnabled(True)
        self.stage = QComboBox()
        self.stage.setAccessibleName(_("Where things are"))
        self.stage.addItem(_("All stages"), None)
        for entry in reference.listing("stages").entries:
            self.stage.addItem(entry.label(), entry.code)
        self.who = QComboBox()
        self.who.setAccessibleName(_("Whose children"))
        self.who.addItem(_("Everyone’s children"), False)
        self.who.addItem(_("Only mine"), True)
        self.attention = QComboBox()
        self.attention.setAccessibleName(_("Needs attention"))
        self.attention.addItem(_("All children"), "")
        self.attention.addItem(_("Needs attention"), "attention")
        self.attention.addItem(_("Something is late"), "late")
        self.attention.addItem(_("Waits to be countersigned"), "unsigned")
        filters = QGridLayout()
        filters.setSpacing(look.px(12))
        # At large text the search takes a line of its own.
        wide = look.scale < LARGE
        filters.addWidget(self.search, 0, 0, 1, 1 if wide else 3)
        filters.setColumnStretch(0, 2 if wide else 1)
        for number, box in enumerate((self.stage, self.who, self.attention)):
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            box.setMinimumContentsLength(14 if wide else 6)
            box.currentIndexChanged.connect(self._ask_again)
            filters.addWidget(box, *((0, number + 1) if wide else (1, number)))
            filters.setColumnStretch(number + 1 if wide else number, 1)
        self.model: TableModel[CaseloadRow] = TableModel(
            (
                Column(_("Child"), self._child, 1),
                Column(_("Age"), lambda row: "" if row.age is None else str(row.age)),
                Column(_("Where things are"), lambda row: row.where, 2),
                Column(_("Next"), lambda row: row.next, 2),
                Column(
                    _("Needs attention"),
                    _attention,
                    2,
                ),
                Column(_("Serious harm"), lambda row: Cell.of_level(row.serious_harm)),
                Column(_("Safety and wellbeing"), lambda row: Cell.of_level(row.safety)),
            )
        )
        self.table = Table(self.model, _("Children"))
        self.table.opened.connect(self._open)
        self.table.near_end.connect(self._more)
        self.not_ready = Banner("", "attention")
        self.not_ready.hide()
        self.empty = QWidget()
        self._empty_column = QVBoxLayout(self.empty)
        page = ScrollPage()
        page.add(self.header)
        page.add(self.not_ready)
        page.add(filters)
        page.add(self.table, 1)
        page.add(self.empty, 1)
        self.table.setMinimumHeight(self.table.height_of(6))
        self.outer.addWidget(page)
        self._next: Any = None
        self._asked = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SEARCH_AFTER_MS)
        self._timer.timeout.connect(self._ask)
        self.search.textChanged.connect(self._typed)
        self.empty.hide()

    def entered(self, desk: Desk, args: Mapping[str, Any]) -> None:
        """Override Page.entered."""
        from app.casework import children

        self.run(lambda: children.leave_child(desk))
        self.run(lambda: (caseload.counts(desk), children.may_add_child(desk)), self._counted)
        self._ask()

    def focus_search(self) -> bool:
        """Override Page.focus_search."""
        self.search.setFocus()
        self.search.selectAll()
        return True

    def focus_first(self) -> QWidget | None:
        """Override Page.focus_first."""
        return self.table

    # -- inside ----------------------------------------------------------------------------

    def _child(self, row: CaseloadRow) -> Cell:
        return Cell(self.shell.shown_name(row.child_id, row.name), strong=True)

    def _filter(self) -> CaseloadFilter:
        needs = self.attention.currentData()
        return CaseloadFilter(
            text=self.search.text().strip(),
            stage=self.stage.currentData(),
            attention=needs == "attention",
            late=needs == "late",
            unsigned=needs == "unsigned",
            mine=bool(self.who.currentData()),
        )

    def _typed(self, _text: str) -> None:
        self._timer.start()

    def _ask_again(self, _index: int) -> None:
        self._ask()

    def _ask(self) -> None:
        self._asked += 1
        asked, wanted, desk = self._asked, self._filter(), self.desk
        self.run(lambda: caseload.rows(desk, wanted), lambda page: self._show(asked, page))

    def _show(self, asked: int, page: caseload.Page) -> None:
        if asked != self._asked:
            return
        self._next = page.next
        self.model.set_rows(page.rows)
        self.table.setVisible(bool(page.rows))
        self.empty.setVisible(not page.rows)
        # Where nobody is here yet, what to do next stands in the middle of the page, once.
        self.add.setVisible(bool(page.rows) or self._filter() != CaseloadFilter())
        if not page.rows:
            self._say_empty()
        elif not self.table.currentIndex().isValid():
            self.table.setCurrentIndex(self.model.index(0, 0))

    def _more(self) -> None:
        if self._next is None:
            return
        after, self._next = self._next, None
        asked, wanted, desk = self._asked, self._filter(), self.desk

        def add(page: caseload.Page) -> None:
            if asked == self._asked:
                self._next = page.next
                self.model.add_rows(page.rows)

        self.run(lambda: caseload.rows(desk, wanted, after), add)

    def _say_empty(self) -> None:
        while self._empty_column.count():
            item = self._empty_column.takeAt(0)
            if item is not None and item.widget() is not None:
                item.widget().deleteLater()
        if self._filter() == CaseloadFilter():
            state = EmptyState(
                _("No child is in this casebook yet"),
                _("Add the first child to start an assessment or a questionnaire."),
                PrimaryButton(_("Add a child"), lambda: self.shell.go("add_child"))
                if self.desk.actor.may_write
                else None,
            )
        else:
            state = EmptyState(
                _("No child fits this search"),
                _("Try fewer letters, or show all stages."),
                SecondaryButton(_("Show all children"), self._show_all),
            )
        self._empty_column.addWidget(state)
        self._empty_column.addStretch(1)

    def _show_all(self) -> None:
        self.search.clear()
        for box in (self.stage, self.who, self.attention):
            box.setCurrentIndex(0)
        self._ask()

    def _counted(self, found: tuple[Counts, tuple[bool, str]]) -> None:
        counts, (may_add, why_not) = found
        words = ngettext(
            "{count} child travels with this laptop.",
            "{count} children travel with this laptop.",
            counts.children,
        ).format(count=counts.children)
        if counts.due_this_week:
            words += " " + ngettext(
                "{count} thing is due this week.",
                "{count} things are due this week.",
                counts.due_this_week,
            ).format(count=counts.due_this_week)
        self.header.set_words(_("Caseload"), words)
        show_numbers(self.shell, counts)
        self.add.setEnabled(self.desk.actor.may_write)
        self.add.setToolTip("" if may_add else why_not)
        self.not_ready.setVisible(not may_add)
        self.not_ready.set_words(why_not)

    def _open(self, number: int) -> None:
        row = self.model.row(number)
        if row is not None:
            self.shell.go("child", child_id=row.child_id)


def _attention(row: CaseloadRow) -> Cell:
    """The first thing to look at, and how many more there are: a row stays one line."""
    pills = [(one.text, tone_of(one.kind)) for one in row.attention[:1]]
    more = len(row.attention) - len(pills)
    if more:
        pills.append((_("{count} more").format(count=more), "plain"))
    return Cell(pills=tuple(pills), whole=", ".join(one.text for one in row.attention))
