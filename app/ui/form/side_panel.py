"""The quiet panel at the right: good practice for a question, who says so, and what was before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from app.casework.dates import in_words
from app.casework.stage_changes import LastTime
from app.core.i18n import _, ngettext
from app.forms.answers import Answer
from app.ui import theme
from app.ui.form.controller import FormController
from app.ui.form.practice_part import PracticePart
from app.ui.form.sources_part import SourcesPart
from app.ui.form.typed import date_in_words
from app.ui.kit import Body, Heading, LinkButton, Muted, Pill, SidePanel

WIDTH: Final = 286


@dataclass(frozen=True)
class Before:
    """What stood at a question before.

    Attributes:
        last_time: What the stage before said; None where there is none.
        entries: Pairs of when and by whom it was changed, and the words until then.
    """

    last_time: LastTime | None
    entries: list[tuple[str, str]]


LOOK_UP_AFTER_MS: Final = 300  # passing through a question asks nothing of the casebook


class QuestionPanel(SidePanel):
    """What helps with the question that has the keyboard."""

    def __init__(
        self,
        controller: FormController,
        *,
        look_up: Callable[[str, Callable[[Before], None]], None] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """Make an empty panel.

        Args:
            look_up: Finds what was answered before at a path; calls back on the GUI thread.
        """
        super().__init__(_("About this question"), parent, width=WIDTH)
        self.controller = controller
        self._look_up = look_up
        self.path = ""
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(LOOK_UP_AFTER_MS)
        self._later.timeout.connect(self._ask)
        look = theme.current()
        self.section_heading = Heading(_("This section"))
        self.section = Muted()
        self.practice = PracticePart(controller)
        self.guidance_heading = Heading(_("Good practice"))
        self.guidance = Muted()
        self.said_heading = Heading(_("Written by"))
        self.said = Pill("", "accent")
        self.said_how = Muted()
        self.sources = SourcesPart(controller)
        self.last_heading = Heading(_("Last time"))
        self.last = Body()
        self.before_heading = Heading(_("Before"))
        self.before = Body()
        self.clear = LinkButton(_("Clear this answer"), self._clear, small=True)
        for widget, gap in (
            (self.section_heading, 0),
            (self.section, 16),
            (self.practice, 0),
            (self.guidance_heading, 0),
            (self.guidance, 16),
            (self.said_heading, 0),
            (self.said, 0),
            (self.said_how, 16),
            (self.sources, 0),
            (self.last_heading, 0),
            (self.last, 16),
            (self.before_heading, 0),
            (self.before, 16),
            (self.clear, 0),
        ):
            self.column.addWidget(widget)
            if gap:
                widget.setContentsMargins(0, 0, 0, look.px(gap))
        self.column.addStretch(1)
        self.show_question("")
        controller.changed.connect(self._changed)

    def show_section(self, page: str) -> None:
        """Say how far the section called `page` is; with an empty name nothing is said."""
        self._show(bool(page), self.section_heading, self.section)
        self.practice.show_section(page)
        if not page:
            return
        progress = self.controller.sheet.progress(page)
        lines = [
            ngettext(
                "{answered} of {count} question answered.",
                "{answered} of {count} questions answered.",
                progress.asked,
            ).format(answered=progress.answered, count=progress.asked)
        ]
        if progress.unconfirmed and self.controller.editable:
            lines.append(
                ngettext(
                    "{count} was carried forward and waits for you to confirm it.",
                    "{count} were carried forward and wait for you to confirm them.",
                    progress.unconfirmed,
                ).format(count=progress.unconfirmed)
            )
        if progress.missing:
            lines.append(
                ngettext(
                    "{count} is needed before you can submit.",
                    "{count} are needed before you can submit.",
                    progress.missing,
                ).format(count=progress.missing)
            )
        if progress.problems:
            lines.append(
                ngettext(
                    "{count} needs another look.", "{count} need another look.", progress.problems
                ).format(count=progress.problems)
            )
        self.section.setText("\n".join(lines))

    def show_question(self, path: str) -> None:
        """Show what helps with the question at `path`; with an empty path the panel is empty."""
        again = path != self.path
        self.path = path
        sheet = self.controller.sheet
        guidance = sheet.guidance(path) if path else ""
        self.guidance.setText(guidance)
        self._show(bool(guidance), self.guidance_heading, self.guidance)
        self.sources.show_question(path)
        answer = sheet.answer(path) if path else None
        answered = answer is not None and not answer.empty
        self._show(answered, self.said_heading, self.said, self.said_how)
        if answer is not None and answered:
            self._show_origin(answer)
        own = answered and self.controller.editable and not sheet.is_readonly(path)
        self.clear.setVisible(own)
        if again:
            self._show(False, self.last_heading, self.last, self.before_heading, self.before)
            self._later.start()

    def _show_origin(self, answer: Answer) -> None:
        who = {
            "child": self.controller.sheet.context.get("child", "") or _("The child"),
            "parent": _("Parent or carer"),
            "form": _("Worked out by the form"),
        }.get(answer.by or "", "")
        who = who or self.controller.name_of(answer.by)
        self.said.set_text(who or _("Practitioner"))
        parts = []
        if answer.at:
            day = date_in_words(answer.at[:10], self.controller.language)
            parts.append(_("Written on {day}.").format(day=day))
        ways = {
            "spoken": _("Spoken, then written down."),
            "read_to_me": _("The question was read out."),
            "typed_for_me": _("Typed for them."),
            "carried": _("Carried forward."),
        }
        if answer.how in ways:
            parts.append(ways[answer.how])
        if answer.carried:
            parts.append(self.controller.carried_words(self.path))
        self.said_how.setText(" ".join(parts))
        self.said_how.setVisible(bool(parts))

    def _ask(self) -> None:
        if self.path and self._look_up is not None:
            self._look_up(self.path, partial(self._found, self.path))

    def _found(self, path: str, found: Before) -> None:
        """Show what was answered before, unless the keyboard has moved on."""
        if path != self.path:
            return
        self._show_last_time(path, found.last_time)
        lines = [
            _("“{words}”").format(words=words) + f"\n{when}"
            for when, words in found.entries
            if words
        ]
        self.before.setText("\n\n".join(lines))
        self._show(bool(lines), self.before_heading, self.before)

    def _show_last_time(self, path: str, last: LastTime | None) -> None:
        self._show(last is not None, self.last_heading, self.last)
        if last is None:
            return
        heading = _("Last time")
        if last.day is not None:
            heading = _("Last time ({day})").format(day=in_words(last.day))
        self.last_heading.setText(heading)
        words = last.words.get(path, "")
        self.last.setText(_("“{words}”").format(words=words) if words else _("Not answered"))

    def _changed(self, effects: object) -> None:
        if self.path and self.path in effects.values:
            self.show_question(self.path)

    def _clear(self) -> None:
        if self.path:
            self.controller.set_answer(self.path, None)

    @staticmethod
    def _show(shown: bool, *widgets: QWidget) -> None:
        for widget in widgets:
            widget.setVisible(shown)
