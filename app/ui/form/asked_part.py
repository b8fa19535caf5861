"""What a manager asked for, at the section that it is about: directions to do, levels to answer.

For a manager who reads what waits, the same place leads to a direction for the section in hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.casework import oversight, returned
from app.casework.dates import in_words
from app.casework.oversight import OversightItem
from app.casework.returned import Asked, Proposal
from app.casework.tasks import TaskView
from app.core.i18n import _
from app.ui import theme
from app.ui.kit import (
    Body,
    Card,
    FlowLayout,
    LevelBadge,
    Pill,
    SecondaryButton,
    Small,
    Strong,
    level_word,
)
from app.ui.kit.layout import clear
from app.ui.pages.edit_record import ask_and_do
from app.ui.pages.finish_task import finish_task

if TYPE_CHECKING:
    from app.casework.form_records import OpenForm
    from app.ui.page import Page


@dataclass(frozen=True)
class _Found:
    asked: Asked | None
    waits: OversightItem | None


class AskedPart(QWidget):
    """The directions and proposed levels of one section of an open form.

    Args:
        page: The page of the form; `on_level` is called when a level was answered, since that may
            have written one.
    """

    def __init__(self, page: Page, on_level: Callable[[], object]) -> None:
        super().__init__()
        self._page = page
        self._on_level = on_level
        self._opened: OpenForm | None = None
        self._found = _Found(None, None)
        self._section = ""
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.current().px(8))
        self.hide()

    def look_up(self, opened: OpenForm) -> None:
        """Find what is asked for in a form that was opened."""
        self._opened = opened
        desk = self._page.desk

        def read() -> _Found:
            if opened.editable:
                return _Found(returned.asked_of(desk, opened.record_id), None)
            if opened.state != "submitted" or not desk.actor.may_countersign:
                return _Found(None, None)
            waiting = [one for one in oversight.of_form(desk, opened.record_id) if one.age]
            return _Found(None, next((one for one in waiting if not one.mine), None))

        self._page.run(read, self._take)

    def show_section(self, section: str) -> None:
        """Show what is asked for in a section; the first one also tells of the whole form."""
        self._section = section
        self._draw()

    # -- inside ----------------------------------------------------------------------------

    def _take(self, found: _Found) -> None:
        self._found = found
        self._draw()
        self._go_on_writing()

    def _draw(self) -> None:
        clear(self._column)
        shown = False
        asked, waits = self._found.asked, self._found.waits
        if asked is not None:
            lines = [
                *(self._task(task) for task in asked.of_page(self._where())),
                *(self._proposal(one) for one in asked.proposals_of(self._section)),
            ]
            if lines:
                card = Card(_("Your manager asks here"))
                for line in lines:
                    card.add(line)
                self._column.addWidget(card)
                shown = True
        elif waits is not None and self._is_section():
            row = FlowLayout(gap=10)
            row.addWidget(
                SecondaryButton(_("Add a direction for this section"), partial(self._direct, waits))
            )
            row.addWidget(SecondaryButton(_("Decide"), partial(self._decide, waits)))
            self._column.addLayout(row)
            shown = True
        self.setVisible(shown)

    def _where(self) -> str:
        """The section in hand; the list of all answers stands for the whole form."""
        return self._section if self._is_section() else ""

    def _is_section(self) -> bool:
        opened = self._opened
        return opened is not None and self._section in {page.name for page in opened.form.pages}

    def _task(self, task: TaskView) -> QWidget:
        line, column = _block()
        done = task.state == "done"
        column.addWidget(Body(task.title))
        head = FlowLayout(gap=8)
        if done:
            head.addWidget(Pill(_("Done"), "good"))
        elif task.details.due_on is not None:
            words = _("by {day}").format(day=in_words(task.details.due_on))
            head.addWidget(Pill(words, "serious" if task.late else "attention"))
        column.addLayout(head)
        if done:
            column.addWidget(Small(task.done_words))
        else:
            buttons = FlowLayout(gap=10)
            finish = SecondaryButton(_("Done"), partial(finish_task, self._page, task, self._again))
            finish.setAccessibleDescription(task.title)
            buttons.addWidget(finish)
            column.addLayout(buttons)
        return line

    def _proposal(self, one: Proposal) -> QWidget:
        line, column = _block()
        head = FlowLayout(gap=8)
        head.addWidget(Strong(_("Another level is proposed:")).one_line())
        head.addWidget(LevelBadge(one.level, one.label, strong=True))
        column.addLayout(head)
        column.addWidget(Body(_("{who}: {what}").format(who=one.by, what=one.reasons)))
        if one.accepted is not None:
            said = (
                _("You took it up: {reasons}") if one.accepted else _("You kept {own}: {reasons}")
            )
            column.addWidget(Small(said.format(own=level_word(one.authors), reasons=one.answer)))
        buttons = FlowLayout(gap=10)
        for words, accept in (
            (_("Set {level}").format(level=level_word(one.level)), True),
            (_("Keep {level}").format(level=level_word(one.authors)), False),
        ):
            button = SecondaryButton(words, partial(self._answer, one, accept))
            button.setAccessibleDescription(one.label)
            buttons.addWidget(button)
        column.addLayout(buttons)
        return line

    # -- deeds -----------------------------------------------------------------------------

    def _answer(self, one: Proposal, accept: bool) -> None:
        assert self._opened is not None
        desk, record_id = self._page.desk, self._opened.record_id
        title = _("Set the proposed level?") if accept else _("Keep your level?")
        ask_and_do(
            self._page,
            (_subject_of(accept), record_id, one.judgement),
            title,
            _("Why"),
            _("Both levels and both reasons stay in the record."),
            _("Save"),
            lambda words: returned.answer_level(
                desk, record_id, one.judgement, accept=accept, reasons=words
            ),
            self._on_level,
        )

    def _go_on_writing(self) -> None:
        """Open the dialog again that a lock closed."""
        asked, opened = self._found.asked, self._opened
        if asked is None or opened is None:
            return
        deeds: list[tuple[tuple[str, ...], Callable[[], None]]] = [
            (("done", task.id), partial(finish_task, self._page, task, self._again))
            for task in asked.tasks
            if task.state != "done"
        ]
        for one in asked.proposals:
            for accept in (True, False):
                subject = (_subject_of(accept), opened.record_id, one.judgement)
                deeds.append((subject, partial(self._answer, one, accept)))
        go_on = next((do for held, do in deeds if self._page.shell.kept_words(held)), None)
        if go_on is not None:
            go_on()

    def _again(self) -> None:
        if self._opened is not None:
            self.look_up(self._opened)

    def _direct(self, item: OversightItem) -> None:
        self._page.shell.go(
            "decide",
            record_id=item.id,
            child_id=item.child_id,
            section=self._section,
            ask=True,
        )

    def _decide(self, item: OversightItem) -> None:
        self._page.shell.go("decide", record_id=item.id, child_id=item.child_id)


def _subject_of(accept: bool) -> str:
    return "take level" if accept else "keep level"


def _block() -> tuple[QWidget, QVBoxLayout]:
    block = QWidget()
    column = QVBoxLayout(block)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(theme.current().px(6))
    return block, column
