"""Tasks for a child, and the oversight of everything that was submitted."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.casework import oversight, tasks
from app.casework.children import ChildView
from app.casework.dates import in_words
from app.casework.oversight import OversightItem, PanelView, decision_words
from app.casework.tasks import TaskView
from app.core.clock import local
from app.core.i18n import _
from app.ui import theme
from app.ui.kit import (
    Body,
    Card,
    FlowLayout,
    Muted,
    Pill,
    PrimaryButton,
    SecondaryButton,
    Separator,
    Small,
    Strong,
)
from app.ui.pages.child_tab import ChildTab
from app.ui.pages.decide import pills_of
from app.ui.pages.finish_task import finish_task

Found = tuple[tuple[TaskView, ...], tuple[OversightItem, ...], tuple[PanelView, ...]]


class TasksTab(ChildTab):
    """What is to be done for the child, by whom; and what managers decided, and why."""

    def load(self, view: ChildView) -> None:
        """Override ChildTab.load."""
        desk, child_id = self.page.desk, view.id

        def read() -> Found:
            return (
                tasks.list_tasks(desk, child_id),
                oversight.of_child(desk, child_id),
                oversight.list_panels(desk, child_id),
            )

        self.page.run(read, partial(self._show, view))

    def _show(self, view: ChildView, found: Found) -> None:
        held, decisions, panels = found
        self.empty()
        to_do = Card(_("Tasks"))
        still = [task for task in held if task.state != "done"]
        self._fill(to_do, [self._task(view, task) for task in still], _("There is no task."))
        if view.editable:
            row = FlowLayout(gap=12)
            row.addWidget(
                SecondaryButton(
                    _("Add a task"),
                    lambda: self.page.shell.go("edit_record", record_type="task", child_id=view.id),
                )
            )
            to_do.add(row)
        self.add(to_do)
        seen = Card(_("Oversight"))
        self._fill(
            seen,
            [self._decision(item) for item in decisions],
            _("Nothing has been submitted yet. A manager sees everything that is."),
        )
        self.add(seen)
        if panels:
            met = Card(_("Panels"))
            self._fill(met, [self._panel(panel) for panel in panels], "")
            self.add(met)
        done = [task for task in held if task.state == "done"]
        if done:
            finished = Card(_("Done"))
            self._fill(finished, [self._task(view, task) for task in done], "")
            self.add(finished)
        self.end()
        begun = next(
            (task for task in still if self.page.shell.kept_words(("done", task.id))), None
        )
        if begun is not None:
            self._ask(begun)

    @staticmethod
    def _fill(card: Card, lines: Sequence[QWidget], empty: str) -> None:
        for number, line in enumerate(lines):
            if number:
                card.add(Separator())
            card.add(line)
        if not lines:
            card.add(Muted(empty))

    def _task(self, view: ChildView, task: TaskView) -> QWidget:
        line, column = _line()
        head = FlowLayout(gap=8)
        head.addWidget(Strong(task.title))
        if task.when:
            head.addWidget(Pill(task.when, "serious" if task.late else "attention"))
        column.addLayout(head)
        column.addWidget(Small(task.detail))
        if task.done_words:
            column.addWidget(Body(task.done_words))
        elif view.editable:
            row = FlowLayout(gap=10)
            done = PrimaryButton(
                _("Done"), partial(finish_task, self.page, task, self.page.refresh)
            )
            change = SecondaryButton(
                _("Change"),
                lambda: self.page.shell.go(
                    "edit_record", record_type="task", child_id=view.id, record_id=task.id
                ),
            )
            for button in (done, change) if task.may_change else (done,):
                button.setAccessibleDescription(task.title)
                row.addWidget(button)
            column.addLayout(row)
        return line

    def _decision(self, item: OversightItem) -> QWidget:
        line, column = _line()
        column.addWidget(Strong(item.title))
        column.addWidget(
            Small(
                _("By {author}, submitted {day}").format(
                    author=item.author, day=in_words(local(item.submitted_at).date())
                )
            )
        )
        if item.decision and item.decided_at is not None:
            day = in_words(local(item.decided_at).date())
            column.addWidget(Body(decision_words(item.decision, item.decided_by, day)))
            if item.note:
                column.addWidget(Body(item.note))
        pills = FlowLayout(gap=8)
        for pill in pills_of(item):
            pills.addWidget(pill)
        column.addLayout(pills)
        for words in item.set_aside:
            column.addWidget(Muted(_("Does not count: {decision}").format(decision=words)))
        row = FlowLayout(gap=10)
        opens = SecondaryButton(
            _("See the oversight") if item.decision or item.mine else _("Read and decide"),
            lambda: self.page.shell.go("decide", record_id=item.id, child_id=item.child_id),
        )
        opens.setAccessibleDescription(item.title)
        row.addWidget(opens)
        column.addLayout(row)
        return line

    def _panel(self, panel: PanelView) -> QWidget:
        line, column = _line()
        head = FlowLayout(gap=8)
        head.addWidget(Pill(panel.title, "good" if panel.held else "attention"))
        column.addLayout(head)
        column.addWidget(Body(panel.detail))
        return line


def _line() -> tuple[QWidget, QVBoxLayout]:
    line = QWidget()
    column = QVBoxLayout(line)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(theme.current().px(4))
    return line, column
