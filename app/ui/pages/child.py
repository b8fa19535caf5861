"""The record of one child: what to know first, then a tab for each part of the record."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget, QTabBar, QVBoxLayout, QWidget

from app.casework import children, syncing
from app.casework.children import ChildView
from app.casework.places import Place
from app.core.i18n import N_, _
from app.ui import sync_banner, theme
from app.ui.kit import Banner, PageHeader, PrimaryButton, SecondaryButton
from app.ui.page import Page
from app.ui.pages.child_chronology import ChronologyTab
from app.ui.pages.child_forms import FormsTab
from app.ui.pages.child_glance import GlanceTab
from app.ui.pages.child_history import HistoryTab
from app.ui.pages.child_plan import PlanTab
from app.ui.pages.child_records import CourtTab, DetailsTab, PeopleTab
from app.ui.pages.child_reports import ReportsTab
from app.ui.pages.child_tab import ChildTab
from app.ui.pages.child_tasks import TasksTab
from app.ui.sync_banner import ConflictBanner

if TYPE_CHECKING:
    from app.casework.desk import Desk
    from app.ui.shell import Shell

TABS: Final[tuple[tuple[str, str, Callable[[ChildPage], ChildTab]], ...]]


class ChildPage(Page):
    """One child."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        look = theme.current()
        self.view: ChildView | None = None
        self.questionnaire = SecondaryButton(_("Questionnaire"), self._questionnaire)
        self.assessment = PrimaryButton(_("Assessment"), self._assessment)
        self.header = PageHeader("", actions=(self.questionnaire, self.assessment))
        self.alerts = Banner("", "serious")
        self.alerts.hide()
        self.lease = Banner("", "attention")
        self.lease.hide()
        self.conflicts = ConflictBanner(self)
        self.bar = QTabBar()
        self.bar.setAccessibleName(_("Parts of the record"))
        self.bar.setDrawBase(False)
        self.bar.setExpanding(False)
        self.bar.setUsesScrollButtons(True)
        self.stack = QStackedWidget()
        for _name, label, _factory in TABS:
            self.bar.addTab(_(label))
            self.stack.addWidget(QWidget())
        self.tabs: dict[int, ChildTab] = {}
        top = QVBoxLayout()
        top.setContentsMargins(look.px(24), look.px(20), look.px(24), 0)
        top.setSpacing(look.px(12))
        top.addWidget(self.header)
        top.addWidget(self.alerts)
        top.addWidget(self.lease)
        top.addWidget(self.conflicts)
        top.addWidget(self.bar)
        self.outer.addLayout(top)
        self.outer.addWidget(self.stack, 1)
        self.bar.currentChanged.connect(self._tab_chosen)
        note = QShortcut(QKeySequence("Ctrl+E"), self)
        note.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        note.activated.connect(self._note)

    def entered(self, desk: Desk, args: Mapping[str, Any]) -> None:
        """Override Page.entered. args: child_id, tab (name of a tab; after a lock path), reason."""
        self.child_id = args["child_id"]
        names = [name for name, _label, _factory in TABS]
        wanted = args.get("tab") or args.get("path") or "glance"
        number = names.index(wanted) if wanted in names else 0
        for tab in self.tabs.values():
            tab.stale = True
        child_id, reason = args["child_id"], args.get("reason")
        before, self.view = self.view, None
        if before is not None and before.id != child_id:
            # Nothing of the child before is left standing while this record is read.
            self.header.set_words("", "")
            self.alerts.hide()
            self.lease.hide()
            self.conflicts.hide()
            for tab in self.tabs.values():
                tab.empty()
        self.bar.setCurrentIndex(number)
        self.run(lambda: children.open_child(desk, child_id, reason), self._opened)

    def place(self) -> Place | None:
        """Override Page.place."""
        return Place("child", child_id=self.child_id, path=TABS[self.bar.currentIndex()][0])

    def focus_first(self) -> QWidget | None:
        """Override Page.focus_first."""
        return self.bar

    @property
    def window_title(self) -> str:
        """Override Page.window_title: the part of the record."""
        return _(TABS[max(0, self.bar.currentIndex())][1])

    def others_wrote(self, record_ids: Collection[str]) -> None:
        """Override Page.others_wrote."""
        if self.view is not None:
            self.refresh()

    def refresh(self) -> None:
        """Read the record again, as after something was written."""
        child_id, desk = self.child_id, self.desk
        assert child_id is not None
        self.view = None
        for tab in self.tabs.values():
            tab.stale = True
        self.run(lambda: children.open_child(desk, child_id), self._opened)

    # -- inside ----------------------------------------------------------------------------

    def _opened(self, view: ChildView) -> None:
        self.view = view
        self.child_id = view.id
        self.title = view.name
        self.header.set_words(view.name, " · ".join(view.headline))
        self.questionnaire.setVisible(view.editable and self.desk.actor.may_hear_child)
        self.assessment.setVisible(view.editable)
        current = [alert for alert in view.alerts if alert.current]
        self.alerts.setVisible(bool(current))
        if current:
            self.alerts.set_words(
                "\n".join(
                    f"{alert.title}: {alert.detail}" if alert.detail else alert.title
                    for alert in current
                ),
                heading=_("Alerts"),
            )
        self.conflicts.read(sync_banner.of_child(self, view.id))
        desk = self.desk
        self.run(
            lambda: syncing.lease_words(desk, view.id, view.name),
            lambda words: self._say_lease(view.id, words),
        )
        # The tab that is chosen now: it may have been clicked while the record was read.
        self._show_tab(self.bar.currentIndex())

    @Slot()
    def _note(self) -> None:
        """Lead to the fields of a new entry of the chronology."""
        number = [name for name, _label, _factory in TABS].index("chronology")
        tab = self.tabs.get(number)
        # Where the fields are not drawn yet, they take the keyboard when they are.
        self.args["new_entry"] = True
        self.bar.setCurrentIndex(number)
        if isinstance(tab, ChronologyTab) and not tab.stale:
            self.args.pop("new_entry")
            tab.begin_entry()

    def _say_lease(self, child_id: str, words: str) -> None:
        if self.child_id == child_id:
            self.lease.set_words(words)
            self.lease.setVisible(bool(words))

    def _tab_chosen(self, number: int) -> None:
        self.args["tab"] = TABS[number][0]
        self.title_changed.emit(self.title)
        self._show_tab(number)

    def _show_tab(self, number: int) -> None:
        if self.view is None:
            return
        tab = self.tabs.get(number)
        if tab is None:
            tab = TABS[number][2](self)
            old = self.stack.widget(number)
            self.stack.insertWidget(number, tab)
            self.stack.removeWidget(old)
            old.deleteLater()
            self.tabs[number] = tab
        self.stack.setCurrentIndex(number)
        if tab.stale:
            tab.stale = False
            tab.load(self.view)

    def _assessment(self) -> None:
        self.start_stage()

    def start_stage(self, stage: str = "", form_id: str = "") -> None:
        """Start a stage of assessment, or go on with it; without one, that which fits now."""
        from app.casework import stages

        child_id, desk = self.child_id, self.desk
        assert child_id is not None
        self.run(
            lambda: stages.start(desk, child_id, stage, form_id),
            lambda form: self.shell.go("form", record_id=form.record_id, child_id=child_id),
        )

    def _start(self, form_id: str) -> None:
        from app.casework import form_records

        child_id, desk = self.child_id, self.desk
        assert child_id is not None
        self.run(
            lambda: form_records.start(desk, child_id, form_id),
            lambda form: self.shell.go("form", record_id=form.record_id, child_id=child_id),
        )

    def start_form(self, form_id: str, kind: str) -> None:
        """Start a form for this child, or hand the laptop over where it is the child's own."""
        if kind == "questionnaire":
            self.shell.go("child_mode", child_id=self.child_id, form_id=form_id)
        else:
            self._start(form_id)

    def _questionnaire(self) -> None:
        from app.casework import form_records

        desk = self.desk
        self.run(
            lambda: [one for one in form_records.startable(desk) if one.kind == "questionnaire"],
            self._hand_over,
        )

    def _hand_over(self, found: list[Any]) -> None:
        if found:
            self.start_form(found[0].form_id, "questionnaire")


TABS = (
    ("glance", N_("At a glance"), GlanceTab),
    ("plan", N_("Plan"), PlanTab),
    ("chronology", N_("Chronology"), ChronologyTab),
    ("details", N_("Details"), DetailsTab),
    ("people", N_("People and places"), PeopleTab),
    ("court", N_("Court and orders"), CourtTab),
    ("forms", N_("Assessments and plans"), FormsTab),
    ("tasks", N_("Tasks"), TasksTab),
    ("reports", N_("Reports"), ReportsTab),
    ("history", N_("History"), HistoryTab),
)
