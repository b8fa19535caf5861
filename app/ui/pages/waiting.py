"""What waits for the person at work: signs of harm, what to decide, what came back, tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from app.casework import assessments, questionnaires, rival_decisions, waiting
from app.casework.dates import in_words
from app.casework.oversight import OversightItem
from app.casework.questionnaires import PromptView
from app.casework.report_checking import ToCheck
from app.casework.rival_decisions import Rivals
from app.casework.tasks import TaskView
from app.casework.waiting import Returned, Waiting
from app.core.clock import local
from app.core.i18n import _, ngettext
from app.ui.kit import (
    Body,
    Card,
    FlowLayout,
    Heading,
    Muted,
    PageHeader,
    Pill,
    PrimaryButton,
    ScrollPage,
    SecondaryButton,
    Small,
    Strong,
    button_row,
)
from app.ui.kit.layout import clear
from app.ui.page import Page
from app.ui.pages.decide import pills_of
from app.ui.pages.edit_record import ask_and_do
from app.ui.pages.finish_task import finish_task
from app.ui.pages.rail_numbers import count_again
from app.ui.rival_card import RivalCard

if TYPE_CHECKING:
    from app.casework.desk import Desk
    from app.ui.shell import Shell


class WaitingPage(Page):
    """The queue: signs of harm, what to decide on, what came back with directions, tasks."""

    only_shows = True

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.title = _("Waiting")
        self.scroll = ScrollPage(width=820)
        self.outer.addWidget(self.scroll)

    def entered(self, desk: Desk, args: Mapping[str, Any]) -> None:
        """Override Page.entered."""
        self.run(lambda: waiting.read(desk), self._show)

    def _show(self, found: Waiting) -> None:
        clear(self.scroll.column)
        self.scroll.add(
            PageHeader(
                _("Waiting"),
                _("Signs of harm first, then what is overdue and what has waited longest."),
            )
        )
        for prompt in found.prompts:
            self.scroll.add(self._prompt(prompt))
        for rivals in found.rivals:
            self.scroll.add(
                RivalCard(
                    rivals,
                    self.shell.shown_name(rivals.child_id, rivals.child_name),
                    partial(self._choose, rivals),
                )
            )
        for item in found.to_decide:
            self.scroll.add(self._item(item))
        for returned in found.returned:
            self.scroll.add(self._returned(returned))
        for report in found.to_check:
            self.scroll.add(self._report(report))
        for task in found.tasks:
            self.scroll.add(self._task(task))
        if not found.number:
            self.scroll.add(Muted(_("Nothing waits for you.")))
        if found.for_others:
            self.scroll.add(Heading(_("Waits for somebody else")))
        for item in found.for_others:
            self.scroll.add(self._item(item))
        self.scroll.end()
        self.shell.set_number("waiting", found.number or None)
        self._go_on_writing(found)

    def _prompt(self, prompt: PromptView) -> Card:
        card = Card(self.shell.shown_name(prompt.child_id, prompt.child_name))
        card.add(Pill(_("May be a sign of harm"), "serious"))
        card.add(Muted(prompt.question))
        card.add(Strong(prompt.said))
        card.add(
            Body(
                _(
                    "Talk with the child if you can. Tell your manager or safeguarding lead today, "
                    "then write what was done."
                )
            )
        )
        card.add(
            button_row(
                PrimaryButton(_("Write what was done"), lambda: self._act(prompt)),
                SecondaryButton(
                    _("Open the record"),
                    lambda: self.shell.go("child", child_id=prompt.child_id),
                ),
            )
        )
        return card

    def _report(self, report: ToCheck) -> Card:
        card = Card(self.shell.shown_name(report.child_id, report.child_name))
        words = _("Went out before anybody checked it") if report.went_out else _("Report to check")
        card.add(Pill(words, "serious" if report.went_out else "attention"))
        card.add(Strong(report.title))
        card.add(
            Muted(
                _("Written by {author}, waits since {day}").format(
                    author=report.author, day=in_words(local(report.since).date())
                )
            )
        )
        if report.why:
            card.add(Body(report.why))
        leads = PrimaryButton(
            _("Read the report"),
            lambda: self.shell.go("report", report_id=report.report_id, child_id=report.child_id),
        )
        leads.setAccessibleDescription(report.title)
        card.add(button_row(leads))
        return card

    def _act(self, prompt: PromptView) -> None:
        desk = self.desk
        ask_and_do(
            self,
            ("harm", prompt.id),
            _("What was done?"),
            _("What you did, or decided and why"),
            _("One sentence is enough."),
            _("Save"),
            lambda words: questionnaires.act_on_prompt(desk, prompt.id, words),
            self._again,
        )

    def _go_on_writing(self, found: Waiting) -> None:
        """Open the dialog again that a lock closed."""
        deeds: list[tuple[tuple[str, str], Callable[[], None]]] = [
            *((("harm", prompt.id), partial(self._act, prompt)) for prompt in found.prompts),
            *(
                (("done", task.id), partial(finish_task, self, task, self._again))
                for task in found.tasks
            ),
            *((("recall", item.id), partial(self._recall, item)) for item in found.for_others),
            *(
                (("choose", f"{one.id} {which}"), partial(self._choose, one, which))
                for one in found.rivals
                for which in range(len(one.sides))
            ),
        ]
        begun = (do for subject, do in deeds if self.shell.kept_words(subject))
        go_on = next(begun, None)
        if go_on is not None:
            go_on()

    def _returned(self, form: Returned) -> Card:
        card = Card(self.shell.shown_name(form.child_id, form.child_name))
        card.add(Strong(form.title))
        card.add(Pill(_("Returned with directions"), "attention"))
        if form.directions:
            card.add(Body(form.directions))
        for task in form.tasks:
            if task.section_label:
                card.add(
                    Body(_("{section}: {what}").format(section=task.section_label, what=task.title))
                )
        if form.levels:
            card.add(
                Body(
                    ngettext(
                        "Another level is proposed for {count} judgement.",
                        "Another level is proposed for {count} judgements.",
                        form.levels,
                    ).format(count=form.levels)
                )
            )
        card.add(
            button_row(
                PrimaryButton(
                    _("Go on with it"),
                    lambda: self.shell.go("form", record_id=form.record_id, child_id=form.child_id),
                )
            )
        )
        return card

    def _task(self, task: TaskView) -> Card:
        card = Card(self.shell.shown_name(task.child_id, task.child_name))
        card.add(Strong(task.title))
        if task.when:
            card.add(Pill(task.when, "serious" if task.late else "attention"))
        card.add(Small(task.detail))
        card.add(
            button_row(
                PrimaryButton(_("Done"), partial(finish_task, self, task, self._again)),
                SecondaryButton(
                    _("Open the record"),
                    lambda: self.shell.go("child", child_id=task.child_id, tab="tasks"),
                ),
            )
        )
        return card

    def _item(self, item: OversightItem) -> Card:
        card = Card(self.shell.shown_name(item.child_id, item.child_name))
        card.add(Strong(item.title))
        card.add(
            Small(
                _("By {author}, submitted {day}").format(
                    author=item.author, day=in_words(local(item.submitted_at).date())
                )
            )
        )
        pills = FlowLayout(gap=8)
        for pill in pills_of(item):
            pills.addWidget(pill)
        card.add(pills)
        read = SecondaryButton(
            _("Read"),
            lambda: self.shell.go("form", record_id=item.record_id, child_id=item.child_id),
        )
        if item.mine:
            card.add(Muted(_("You wrote this, so somebody else has to countersign it.")))
            buttons = [read]
            if self.desk.actor.may_write:
                buttons.append(SecondaryButton(_("Take it back"), partial(self._recall, item)))
            card.add(button_row(*buttons))
        elif not self.desk.actor.may_countersign:
            card.add(Muted(_("A manager has to decide on this.")))
            card.add(button_row(read))
        else:
            card.add(
                button_row(
                    PrimaryButton(
                        _("Read and decide"),
                        lambda: self.shell.go("decide", record_id=item.id, child_id=item.child_id),
                    ),
                    read,
                )
            )
        return card

    def _choose(self, rivals: Rivals, which: int) -> None:
        desk = self.desk
        ask_and_do(
            self,
            ("choose", f"{rivals.id} {which}"),
            _("Let this decision count?"),
            _("Why this one"),
            _("The other decision stays with the assessment, and so does its version."),
            _("Let it count"),
            lambda words: rival_decisions.choose(desk, rivals.id, which, words),
            self._again,
        )

    def _recall(self, item: OversightItem) -> None:
        desk = self.desk
        ask_and_do(
            self,
            ("recall", item.id),
            _("Take it back?"),
            _("Why you take it back"),
            _("You go on in a new version with the same answers. What was submitted stays."),
            _("Take it back"),
            lambda words: assessments.recall(desk, item.record_id, words),
            self._again,
        )

    def _again(self) -> None:
        self.shell.saved(self.desk.clock.now())
        self.entered(self.desk, self.args)
        count_again(self)
