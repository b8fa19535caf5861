"""What was carried forward from the last stage and waits to be confirmed: one answer, a section."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from app.core.i18n import _, ngettext
from app.ui import theme
from app.ui.kit import Banner, Body, ErrorText, FlowLayout, Pill, SecondaryButton, Small, Strong

NEXT_KEY: Final = "F7"
CONFIRM_KEY: Final = "F8"
CONFIRM_SECTION_KEY: Final = "Shift+F8"
LARGE_TEXT: Final = 1.5


class CarriedCard(QFrame):
    """An answer brought forward from the last stage, waiting for somebody to say it still holds."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        look = theme.current()
        self.label = Strong()
        self.pill = Pill(_("carried forward, unconfirmed"), "attention")
        self.answer = Body()
        self.problem = ErrorText()
        self.problem.hide()
        self.origin = Small()
        self.still_true = SecondaryButton(_("Still true"))
        self.change = SecondaryButton(_("Change"))
        head = FlowLayout()
        head.addWidget(self.label.one_line())
        head.addWidget(self.pill)
        buttons = FlowLayout(gap=4)
        buttons.addWidget(self.still_true)
        buttons.addWidget(self.change)
        column = QVBoxLayout(self)
        column.setContentsMargins(look.px(18), look.px(10), look.px(16), look.px(10))
        column.setSpacing(look.px(6))
        column.addLayout(head)
        column.addWidget(self.answer)
        column.addWidget(self.problem)
        column.addWidget(self.origin)
        column.addLayout(buttons)
        self.setStyleSheet(
            f"CarriedCard {{ background: {look.hex('attention_soft')};"
            f" border: 0; border-left: {look.px(4)}px solid {look.hex('attention_mark')};"
            f" border-radius: {look.px(4)}px; }}"
        )

    def show_problem(self, text: str) -> None:
        """Say what is wrong with the answer as it stands, or nothing."""
        self.problem.setText(text)
        self.problem.setVisible(bool(text))

    def show_words(self, label: str, answer: str, origin: str) -> None:
        """Say what was carried forward, and from when."""
        self.label.setText(label)
        self.answer.setText(answer)
        self.origin.setText(origin)
        self.origin.setVisible(bool(origin))
        self.setAccessibleName(label)
        self.still_true.setAccessibleDescription(f"{label} {answer}")
        self.change.setAccessibleDescription(f"{label} {answer}")


class CarriedBar(Banner):
    """How much of a section waits to be confirmed, and the way to say that all of it is true."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self.all_true = SecondaryButton(_("All of it is still true"))
        self.next = SecondaryButton(_("Next one"))
        super().__init__(tone="attention", actions=(self.next, self.all_true), parent=parent)

    def show_count(self, here: int | None, whole: int) -> None:
        """Say how many answers wait; hidden where none waits.

        Args:
            here: How many in the section that is open; None: no section is.
            whole: How many in the whole form.
        """
        self.setVisible(bool(whole))
        self.all_true.setVisible(bool(here))
        rest = whole - (here or 0)
        words = []
        if here is None:
            heading = ngettext(
                "{count} answer is carried forward and not confirmed",
                "{count} answers are carried forward and not confirmed",
                whole,
            ).format(count=whole)
        else:
            heading = _("Everything in this section is confirmed")
            if here:
                heading = ngettext(
                    "{count} answer in this section is carried forward and not confirmed",
                    "{count} answers in this section are carried forward and not confirmed",
                    here,
                ).format(count=here)
            if rest:
                words.append(
                    ngettext(
                        "{count} more waits in other sections.",
                        "{count} more wait in other sections.",
                        rest,
                    ).format(count=rest)
                )
        if theme.current().scale < LARGE_TEXT:  # else the help tells of the keys
            keys = _("{next} goes to the next one, {confirm} says that it is still true.")
            words.append(keys.format(next=NEXT_KEY, confirm=CONFIRM_KEY))
        self.set_words(" ".join(words), heading, "accent" if here == 0 else "attention")
