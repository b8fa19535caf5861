"""What became of a final report: whether it stands, what took its place, who was given a copy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtWidgets import QVBoxLayout

from app.casework import dates, report_checking
from app.casework.report_standing import CopyGiven, Named, Standing
from app.casework.report_views import ReportView
from app.core.i18n import _, ngettext
from app.ui.kit import (
    Banner,
    Body,
    Card,
    ChoiceBox,
    FieldFrame,
    Muted,
    SecondaryButton,
    Small,
    button_row,
)
from app.ui.kit.layout import clear
from app.ui.pages.edit_record import ReasonDialog, ask_and_do

if TYPE_CHECKING:
    from app.ui.page import Page

SHOWN: Final = 3


class StandingCard(Card):
    """Whether a report stands, and who was given a copy of it.

    Args:
        again: Shows the report anew once something was done.
    """

    def __init__(self, page: Page, again: Callable[[], object]) -> None:
        super().__init__(_("What became of it"))
        self._page, self._again = page, again
        self._report: ReportView | None = None
        self._standing: Standing | None = None
        self._inside = QVBoxLayout()
        self._inside.setSpacing(self.body.spacing())
        self.add(self._inside)

    def show_report(
        self, report: ReportView, standing: Standing, copies: Sequence[CopyGiven]
    ) -> None:
        """Show what became of `report`; of a draft that nobody was given there is nothing."""
        self._report, self._standing = report, standing
        clear(self._inside)
        self.setVisible(report.state != "draft" or bool(copies))
        self._state(standing)
        for words, others in (
            (_("It has the place of:"), standing.replaces),
            (_("It adds to:"), (standing.adds_to,) if standing.adds_to else ()),
            (_("This adds to it:"), standing.addenda),
        ):
            if others:
                self._inside.addWidget(Muted(words))
                for other in others:
                    self._open_button(other)
        self._copies(copies)
        writes = self._page.desk.actor.may_write
        if standing.state != "final" or not writes:
            return
        if standing.newer:
            self._inside.addLayout(
                button_row(SecondaryButton(_("A newer report replaces it"), self.ask))
            )
        self._inside.addLayout(button_row(SecondaryButton(_("Withdraw it"), self._ask_to_withdraw)))

    def ask(self) -> None:
        """Ask which newer report has its place, and why."""
        if self._report is not None and self._standing is not None:
            SupersedeDialog(
                self._page, self._report.id, self._standing.newer, self._supersede
            ).ask()

    def go_on_writing(self) -> bool:
        """Open the dialog again that a lock closed. Whether there was one."""
        if self._report is None:
            return False
        shell = self._page.shell
        if shell.kept_words(("withdraw", self._report.id)):
            self._ask_to_withdraw()
            return True
        held = shell.kept_words(_subject(self._report.id))
        if held and self._standing is not None and self._standing.newer:
            self.ask()
            return True
        return False

    # -- inside ----------------------------------------------------------------------------

    def _state(self, standing: Standing) -> None:
        if standing.state not in ("withdrawn", "superseded"):
            return
        day = dates.in_words(dates.local_day(standing.since)) if standing.since else ""
        words = (
            _("It was withdrawn on {day} by {who}. It is kept as it was.")
            if standing.state == "withdrawn"
            else _("A newer report took its place on {day}, says {who}. It is kept as it was.")
        )
        text = words.format(day=day, who=standing.who)
        self._inside.addWidget(Banner(f"{text}\n{standing.why}".strip(), "attention"))
        if standing.replaced_by is not None:
            self._open_button(standing.replaced_by)

    def _open_button(self, other: Named) -> None:
        shell, child_id = self._page.shell, self._page.child_id
        opener = SecondaryButton(
            _("Open"), lambda: shell.go("report", report_id=other.report_id, child_id=child_id)
        )
        opener.setAccessibleDescription(other.words)
        self._inside.addWidget(Body(other.words))
        self._inside.addLayout(button_row(opener))

    def _copies(self, copies: Sequence[CopyGiven]) -> None:
        if not copies:
            self._inside.addWidget(Muted(_("No copy of it was given to anybody.")))
            return
        words = ngettext("{count} copy was given.", "{count} copies were given.", len(copies))
        self._inside.addWidget(Body(words.format(count=len(copies))))
        for one in copies[:SHOWN]:
            to = one.to or _("Not recorded")
            self._inside.addWidget(Small(f"{dates.day_and_time(one.at)}: {to}"))
        assert self._report is not None
        report = self._report
        see = SecondaryButton(
            _("See who was given a copy"),
            lambda: self._page.shell.go(
                "report_copies", report_id=report.id, child_id=report.child_id
            ),
        )
        self._inside.addLayout(button_row(see))

    def _ask_to_withdraw(self) -> None:
        assert self._report is not None
        desk, report_id = self._page.desk, self._report.id
        ask_and_do(
            self._page,
            ("withdraw", report_id),
            _("Withdraw this report?"),
            _("Why does it no longer stand?"),
            _("It is kept as it was, with your reason. Tell whoever was given a copy."),
            _("Withdraw it"),
            lambda words: report_checking.withdraw(desk, report_id, words),
            self._again,
        )

    def _supersede(self, why: str, by: str) -> None:
        assert self._report is not None
        desk, shell, report_id = self._page.desk, self._page.shell, self._report.id

        def done(_none: object) -> None:
            shell.forget_words(_subject(report_id))
            shell.saved(desk.clock.now())
            self._again()

        self._page.run(lambda: report_checking.supersede(desk, report_id, why, by), done)


class SupersedeDialog(ReasonDialog):
    """Asks which newer report has the place of one, and why.

    Args:
        on_confirm: Gets the reason, and the id of the newer report.
    """

    def __init__(
        self,
        page: Page,
        report_id: str,
        newer: Sequence[Named],
        on_confirm: Callable[[str, str], object],
    ) -> None:
        super().__init__(
            _("A newer report replaces it"),
            _("Why does it take its place?"),
            _("It is kept as it was, with your reason. Tell whoever was given a copy."),
            _("Replace it"),
            lambda why: on_confirm(why, self.newer.currentData()),
            page,
            subject=_subject(report_id),
        )
        self.newer = ChoiceBox((one.words, one.report_id) for one in newer)
        held = page.shell.kept_words(_subject(report_id))
        self.newer.setCurrentIndex(max(0, self.newer.findData(held.get("newer"))))
        self.newer.activated.connect(self._typed)
        self.column.insertWidget(0, FieldFrame(_("The newer report"), self.newer))
        self.newer.setFocus()

    def beside_words(self) -> dict[str, Any]:
        """Override ReasonDialog.beside_words."""
        return {**super().beside_words(), "newer": self.newer.currentData()}


def _subject(report_id: str) -> tuple[str, str]:
    return ("supersede", report_id)
