"""Answers that may be a sign of harm, shown to the worker the moment the laptop comes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.casework import questionnaires
from app.casework.questionnaires import PromptView
from app.core.clock import local
from app.core.errors import KnownError
from app.core.i18n import _
from app.ui import theme
from app.ui.form.editors.texts import GrowingText
from app.ui.kit import (
    Banner,
    Body,
    Card,
    FieldFrame,
    Heading,
    Muted,
    PageHeader,
    PrimaryButton,
    ScrollPage,
    SecondaryButton,
    Small,
    Strong,
    button_row,
)
from app.ui.kit.layout import clear
from app.ui.page import Page
from app.ui.pages.rail_numbers import count_again

if TYPE_CHECKING:
    from app.casework.desk import Desk
    from app.ui.shell import Shell


class PromptCard(Card):
    """One answer, in the words the child saw and gave, and what was done about it."""

    def __init__(self, prompt: PromptView, page: HarmPage) -> None:
        super().__init__()
        self.prompt = prompt
        when = local(prompt.raised_at).strftime("%H:%M")
        self.add(Heading(prompt.question))
        self.setAccessibleName(prompt.question)
        self.add(Strong(prompt.said))
        self.add(Small(_("{child}, {time}").format(child=prompt.child_name, time=when)))
        if prompt.what_was_done:
            self.add(Muted(_("What was done: {text}").format(text=prompt.what_was_done)))
            return
        self.text = GrowingText()
        self.subject = ("harm", prompt.id)
        # Held by the window until it is saved, so that a lock leads back to it.
        self.text.setPlainText(str(page.shell.kept_words(self.subject).get("words", "")))
        self.text.textChanged.connect(partial(page.hold, self))
        self.frame = FieldFrame(
            _("What did you do, or decide?"),
            self.text,
            hint=_("One sentence is enough. Your manager can read it."),
        )
        self.add(self.frame)
        self.add(button_row(PrimaryButton(_("Note what was done"), partial(page.act, self))))


class HarmPage(Page):
    """`entered` with child_id: the signs of harm of that child that wait for somebody."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.title = _("Signs of harm")
        self.cards: list[PromptCard] = []
        self.scroll = ScrollPage(width=820)
        self.header = PageHeader(_("Look at this now"))
        self.steps = Banner(
            _(
                "Stay with the child. Say that you read it and thank them for telling you. Ask "
                "only what you need to keep them safe now. Tell your manager and follow your "
                "service’s safeguarding steps. If there is danger now, ring 999."
            ),
            "serious",
            heading=_("An answer may be a sign of harm"),
        )
        self.list = QWidget()
        self._column = QVBoxLayout(self.list)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(theme.current().px(16))
        self.done = SecondaryButton(_("Go to the child’s record"), self._go_on)
        for widget in (self.header, self.steps, self.list):
            self.scroll.add(widget)
        self.scroll.add(button_row(self.done))
        self.scroll.end()
        self.outer.addWidget(self.scroll)

    def entered(self, desk: Desk, args: Mapping[str, Any]) -> None:
        """Override Page.entered."""
        self.child_id = args.get("child_id")
        child_id = self.child_id
        self.run(lambda: questionnaires.harm_prompts(desk, child_id), self._show)

    def act(self, card: PromptCard) -> None:
        """Note what was done about one sign."""
        desk, prompt_id, words = self.desk, card.prompt.id, card.text.toPlainText()
        child_id = self.child_id

        def failed(error: Exception) -> None:
            if isinstance(error, KnownError):
                card.frame.set_error(error.user_text)
                card.frame.focus_editor()
            else:
                self.shell.show_error(error)

        def act_and_list() -> tuple[PromptView, ...]:
            questionnaires.act_on_prompt(desk, prompt_id, words)
            return questionnaires.harm_prompts(desk, child_id)

        def acted(prompts: Sequence[PromptView]) -> None:
            self.shell.forget_words(card.subject)
            self._show(prompts)
            count_again(self)

        self.run(act_and_list, acted, failed)

    def hold(self, card: PromptCard) -> None:
        """Let the window hold what is typed about one sign until it is saved."""
        words = card.text.toPlainText()
        if words.strip():
            self.shell.keep_words(card.subject, words=words)
        else:
            self.shell.forget_words(card.subject)

    def _show(self, prompts: Sequence[PromptView]) -> None:
        clear(self._column)
        self.cards = []
        waiting = [prompt for prompt in prompts if not prompt.what_was_done]
        for prompt in (*waiting, *(prompt for prompt in prompts if prompt.what_was_done)):
            card = PromptCard(prompt, self)
            self.cards.append(card)
            self._column.addWidget(card)
        self.steps.setVisible(bool(waiting))
        self.header.set_words(
            _("Look at this now") if waiting else _("Every sign of harm has been acted on")
        )
        if not prompts:
            self._column.addWidget(Body(_("There is nothing to act on.")))
        if waiting:
            self.cards[0].text.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.done.setFocus(Qt.FocusReason.OtherFocusReason)

    def _go_on(self) -> None:
        if self.child_id and self.shell.has("child"):
            self.shell.go("child", child_id=self.child_id)
        elif self.shell.has("caseload"):
            self.shell.go("caseload")
