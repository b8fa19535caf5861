"""What changed since the last stage, or since the last revision: then and now, side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from app.casework import consents, form_copies
from app.casework.dates import in_words
from app.casework.disclosure import Exported
from app.casework.form_copies import CopyFor
from app.casework.form_records import OpenForm
from app.casework.stage_changes import Comparison, Difference, summary_of, unconfirmed_of
from app.core.clock import local
from app.core.i18n import _
from app.ui import theme
from app.ui.kit import (
    Body,
    Card,
    FlowLayout,
    Heading,
    LinkButton,
    Muted,
    SecondaryButton,
    Separator,
    Small,
    Strong,
)
from app.ui.page import Page
from app.ui.pages.pass_on import PassOnDialog, write_file

LARGE_TEXT: Final = 1.5  # beyond this, then and now stand under one another


class ChangesView(QWidget):
    """The differences, section by section, each with a way to its question.

    Signals:
        lead: a question is to be looked at; carries the names of page and path.
    """

    lead = Signal(str, str)

    def __init__(
        self,
        comparisons: Sequence[Comparison] | None,
        *,
        print_it: Callable[[Comparison], object] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """Make the view; `None` in place of comparisons says that they are still looked up."""
        super().__init__(parent)
        self.links: dict[str, LinkButton] = {}
        look = theme.current()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(look.px(16))
        if comparisons is None:
            column.addWidget(Muted(_("Looking up what changed.")))
            return
        for comparison in comparisons:
            column.addWidget(Heading(heading_of(comparison)))
            words = (summary_of(comparison), unconfirmed_of(comparison))
            column.addWidget(Body(" ".join(part for part in words if part)))
            if print_it is not None:
                row = FlowLayout(gap=12)
                row.addWidget(
                    SecondaryButton(
                        _("Save what changed as PDF"),
                        lambda comparison=comparison: print_it(comparison),
                    )
                )
                column.addLayout(row)
            for section, each in groupby(comparison.differences, key=lambda one: one.section):
                column.addWidget(self._card(section, list(each)))
        if not comparisons:
            column.addWidget(Body(_("There is no earlier snapshot to compare with.")))

    def _card(self, section: str, differences: Sequence[Difference]) -> Card:
        card = Card(section)
        for number, one in enumerate(differences):
            if number:
                card.add(Separator())
            card.add(self._line(one))
        return card

    def _line(self, one: Difference) -> QVBoxLayout:
        look = theme.current()
        grid = QGridLayout()
        grid.setHorizontalSpacing(look.px(16))
        grid.setVerticalSpacing(look.px(4))
        stacked = look.scale >= LARGE_TEXT
        top = Qt.AlignmentFlag.AlignTop
        question = Strong(one.question)
        grid.addWidget(question, 0, 0, 1, 1 if stacked else 2)
        before, after = one.before or _("Not answered"), one.after or _("No longer answered")
        then, now = Body(before), Body(after)
        then.setAccessibleName(
            _("{question}, then: {words}").format(question=one.question, words=before)
        )
        now.setAccessibleName(
            _("{question}, now: {words}").format(question=one.question, words=after)
        )
        for place, (label, words) in enumerate(((_("Then"), then), (_("Now"), now))):
            row, across = (1 + 2 * place, 0) if stacked else (1, place)
            grid.addWidget(Small(label), row, across, top)
            grid.addWidget(words, row + 1, across, top)
            if not stacked:
                grid.setColumnStretch(across, 1)
        foot = FlowLayout(gap=16)
        foot.addWidget(Small(who_and_when(one)).one_line())
        if one.page:
            link = LinkButton(_("Go to this question"), self._goer(one), small=True)
            link.setAccessibleDescription(one.question)
            foot.addWidget(link)
            self.links[one.path] = link
        line = QVBoxLayout()
        line.addLayout(grid)
        line.addLayout(foot)
        return line

    def _goer(self, one: Difference) -> Callable[[], None]:
        def go() -> None:
            self.lead.emit(one.page, one.path)

        return go


def heading_of(comparison: Comparison) -> str:
    """With what it is compared, as in "Since Assessment: Review, 12 May 2026"."""
    day = in_words(comparison.day) if comparison.day else ""
    earlier = ", ".join(part for part in (comparison.title, day) if part)
    if comparison.since == "revision":
        return _("Since the version that was sent in before: {earlier}").format(earlier=earlier)
    return _("Since the last stage: {earlier}").format(earlier=earlier)


def who_and_when(one: Difference) -> str:
    """Who gave the new answer and when, as far as it is known."""
    day = in_words(local(one.when).date()) if one.when else ""
    return ", ".join(part for part in (one.who, day) if part)


def save_changes(page: Page, opened: OpenForm, comparison: Comparison) -> None:
    """Ask who gets what changed as PDF, and where it goes; then write it and log it."""
    desk, record_id = page.desk, opened.record_id
    subject = ("changes", record_id)

    def ask(found: tuple[str, tuple[str, ...]]) -> None:
        file_name, not_to_share = found
        PassOnDialog(
            _("Save what changed as PDF"),
            page,
            subject=subject,
            file_name=file_name,
            nobody=_("Say who gets this copy."),
            on_go=write,
            not_to_share=not_to_share,
        ).ask()

    def write(dialog: PassOnDialog, file: Path) -> None:
        for_whom = CopyFor(dialog.recipient.text().strip(), dialog.reason.text())
        write_file(
            page,
            lambda replace: form_copies.export_changes(
                desk, record_id, comparison.since, file, for_whom, overwrite=replace
            ),
            written,
            busy_text=_("Writing the copy"),
        )

    def written(done: Exported) -> None:
        page.shell.forget_words(subject)
        page.shell.notify(
            _("Saved as {name}. Who got it is in the history.").format(name=done.file.name)
        )

    page.run(
        lambda: (form_copies.file_name(desk, record_id), consents.withheld(desk, opened.child_id)),
        ask,
    )
