"""What waits for a manager, and signs of harm that somebody has to act on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from app.casework import oversight, questionnaires, waiting
from app.casework.dates import in_words
from app.casework.oversight import OversightItem
from app.casework.questionnaires import PromptView
from app.casework.waiting import Returned, Waiting
from app.core.clock import local
from app.core.i18n import _
from app.ui.kit import (
    Body,
    Card,
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
from app.ui.pages.edit_record import ReasonDialog
from app.ui.pages.rail_numbers import count_again

if TYPE_CHECKING:
    from app.casework.desk import Desk
    from app.ui.shell import Shell


class WaitingPage(Page):
    """The queue: signs of harm first, then what is to be countersigned."""

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
            PageHeader(_("Waiting"), _("Signs of harm first, then what is to be countersigned."))
        )
        for prompt in found.prompts:
            self.scroll.add(self._prompt(prompt))
        for item in found.to_decide:
            self.scroll.add(self._item(item))
        for returned in found.returned:
            self.scroll.add(self._returned(returned))
        if not found.number:
            self.scroll.add(Muted(_("Nothing waits for you.")))
        if found.for_others:
            self.scroll.add(Heading(_("Waits for somebody else")))
        for item in found.for_others:
            self.scroll.add(self._item(item))
        self.scroll.end()
        self.shell.set_number("waiting", found.number or None)
        self._go_on_writing(found.prompts, found.to_decide)

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

    def _act(self, prompt: PromptView) -> None:
        desk = self.desk
        self._ask(
            ("harm", prompt.id),
            _("What was done?"),
            _("What you did, or decided and why"),
            _("One sentence is enough."),
            _("Save"),
            lambda words: questionnaires.act_on_prompt(desk, prompt.id, words),
        )

    def _ask(
        self,
        subject: tuple[str, str],
        title: str,
        label: str,
        hint: str,
        confirm: str,
        work: Callable[[str], object],
    ) -> None:
        """Ask for words and do `work` with them; they are held until it is done."""

        def done(_result: object) -> None:
            self.shell.forget_words(subject)
            self._again()

        ReasonDialog(
            title,
            label,
            hint,
            confirm,
            lambda words: self.run(lambda: work(words), done),
            self,
            subject=subject,
        ).ask()

    def _go_on_writing(
        self, prompts: Sequence[PromptView], to_decide: Sequence[OversightItem]
    ) -> None:
        """Open the dialog again that a lock closed."""
        deeds: list[tuple[tuple[str, str], Callable[[], None]]] = [
            (("harm", prompt.id), partial(self._act, prompt)) for prompt in prompts
        ]
        for item in to_decide:
            deeds.append((("countersign", item.id), partial(self._countersign, item)))
            deeds.append((("return", item.id), partial(self._return, item)))
        begun = (do for subject, do in deeds if self.shell.kept_words(subject))
        go_on = next(begun, None)
        if go_on is not None:
            go_on()

    def _returned(self, form: Returned) -> Card:
        card = Card(self.shell.shown_name(form.child_id, form.child_name))
        card.add(Strong(form.title))
        card.add(Pill(_("Returned with directions"), "attention"))
        card.add(Body(form.directions))
        card.add(
            button_row(
                PrimaryButton(
                    _("Go on with it"),
                    lambda: self.shell.go("form", record_id=form.record_id, child_id=form.child_id),
                )
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
        if item.due is not None:
            card.add(Pill(_("Due {day}").format(day=in_words(item.due)), "attention"))
        read = SecondaryButton(
            _("Read"),
            lambda: self.shell.go("form", record_id=item.record_id, child_id=item.child_id),
        )
        if item.mine:
            card.add(Muted(_("You wrote this, so somebody else has to countersign it.")))
            card.add(button_row(read))
        elif not self.desk.actor.may_countersign:
            card.add(Muted(_("A manager has to decide on this.")))
            card.add(button_row(read))
        else:
            card.add(
                button_row(
                    PrimaryButton(_("Countersign"), lambda: self._countersign(item)),
                    SecondaryButton(_("Return with directions"), lambda: self._return(item)),
                    read,
                )
            )
        return card

    def _countersign(self, item: OversightItem) -> None:
        desk = self.desk
        self._ask(
            ("countersign", item.id),
            _("Countersign"),
            _("Why you agree"),
            _("Your reasons stay with the assessment, under your name."),
            _("Countersign"),
            lambda words: oversight.countersign(desk, item.id, words),
        )

    def _return(self, item: OversightItem) -> None:
        desk = self.desk
        self._ask(
            ("return", item.id),
            _("Return with directions"),
            _("What is to be done"),
            _("{author} sees this at the top of the new version.").format(author=item.author),
            _("Return"),
            lambda words: oversight.return_with_directions(desk, item.id, words),
        )

    def _again(self) -> None:
        self.shell.saved(self.desk.clock.now())
        self.entered(self.desk, self.args)
        count_again(self)
