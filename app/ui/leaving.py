"""What is said when not everything could be saved: before quitting, and after coming back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QPlainTextEdit, QWidget

from app.core import log
from app.core.errors import KnownError
from app.core.i18n import N_, _, ngettext
from app.ui.gate import words_of
from app.ui.kit.buttons import Button, DangerButton, PrimaryButton, SecondaryButton
from app.ui.kit.dialogs import Dialog
from app.ui.kit.fields import FieldFrame
from app.ui.kit.text import Body, Small
from app.ui.tasks import places_of

if TYPE_CHECKING:
    from app.casework.aside import Leftover, TakenBack
    from app.casework.desk import Desk
    from app.ui.shell import Shell


@dataclass(frozen=True)
class Unsaved:
    """What is only on the screen: answers of forms, and other things that were typed.

    Attributes:
        error: Why it can't be saved, where that was said.
    """

    answers: int
    other: int
    error: Exception | None = None

    @property
    def count(self) -> int:
        """How many things would be lost."""
        return self.answers + self.other


class LeavingDialog(Dialog):
    """Somebody wants to quit, and not everything is saved. Nothing is lost without their word."""

    def __init__(
        self,
        unsaved: Unsaved,
        parent: QWidget,
        *,
        try_again: Callable[[], object],
        put_aside: Callable[[], object],
        lose: Callable[[], object],
    ) -> None:
        super().__init__(_("Not everything is saved"), parent, width=520)
        self.column.addWidget(
            Body(
                ngettext(
                    "{count} answer is not in the casebook yet. It is still on the screen.",
                    "{count} answers are not in the casebook yet. They are still on the screen.",
                    unsaved.count,
                ).format(count=unsaved.count)
            )
        )
        if isinstance(unsaved.error, KnownError):
            self.column.addWidget(Body(words_of(unsaved.error)))
        again = self._choice(PrimaryButton(_("Try again"), self._do(try_again)), "")
        self._choice(
            SecondaryButton(_("Keep them encrypted and close"), self._do(put_aside)),
            _(
                "Waymark keeps them outside the casebook, readable with its key alone. They are "
                "put back when you unlock it next."
            ),
        )
        lost = ngettext(
            "Close and lose {count} answer", "Close and lose {count} answers", unsaved.count
        ).format(count=unsaved.count)
        self._choice(DangerButton(lost, self._do(lose)), "")
        self.add_button(SecondaryButton(_("Go back"), self.reject))
        again.setFocus()

    def _choice(self, button: Button, words: str) -> Button:
        self.column.addWidget(button)
        if words:
            self.column.addWidget(Small(words))
        return button

    def _do(self, deed: Callable[[], object]) -> Callable[[], None]:
        def do() -> None:
            self.accept()
            deed()

        return do


class LeftoverDialog(Dialog):
    """Answers that could not go back to where they were typed, to be read and copied."""

    def __init__(
        self, leftovers: Sequence[Leftover], parent: QWidget, seen_to: Callable[[], object]
    ) -> None:
        super().__init__(_("Answers that could not be put back"), parent, width=560)
        self._seen_to = seen_to
        self.column.addWidget(
            Body(
                _(
                    "Somebody changed or submitted the form in the meantime, so nothing was "
                    "overwritten. Copy what is still needed into the form."
                )
            )
        )
        for one in leftovers:
            text = QPlainTextEdit(one.text)
            text.setReadOnly(True)
            text.setTabChangesFocus(True)
            text.setMaximumHeight(text.fontMetrics().height() * 5)
            self.column.addWidget(FieldFrame(one.question, text, hint=one.form))
        self.add_button(SecondaryButton(_("Keep them for later"), self.reject))
        self.add_button(PrimaryButton(_("I have what I need"), self._done))

    def _done(self) -> None:
        self.accept()
        self._seen_to()


def take_back(desk: Desk, carried: bytes) -> TakenBack:
    """Put back what could not be saved at the last lock, and have room for the next time.

    On the database thread. Never fails: what was put aside must keep nobody out.
    """
    from app.casework import aside

    try:
        taken = aside.take_back(desk, carried)
    except Exception as error:  # noqa: BLE001 - said to the person as words that wait
        log.ui.error("words put aside: %s", places_of(error))
        taken = aside.TakenBack(waiting=True)
    aside.keep_room(desk)
    return taken


def say_what_came_back(shell: Shell, taken: TakenBack) -> None:
    """Say above the pages what became of words that could not be saved before."""
    if taken.answers:
        shell.add_strip(
            ngettext(
                "{count} answer could not be saved before the casebook was closed. It is back.",
                "{count} answers could not be saved before the casebook was closed. They are back.",
                taken.answers,
            ).format(count=taken.answers),
            "good",
        )
    if taken.waiting:
        shell.add_strip(
            _(
                "Words that could not be saved before are kept encrypted. Waymark puts them back "
                "when you unlock the casebook next."
            ),
            "attention",
        )
    if taken.leftovers:
        action = N_("Show them")

        def seen_to() -> None:
            from app.casework import aside

            shell.close_strips(action)
            shell.tasks.run(lambda: aside.forget(taken), owner=shell)

        shell.add_strip(
            _("Some answers that could not be saved before can’t be put back by themselves."),
            "attention",
            action,
            lambda: LeftoverDialog(taken.leftovers, shell, seen_to).ask(),
        )
