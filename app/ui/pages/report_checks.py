"""Beside the pages of a report: who checks it, what was said of it, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.casework import report_checking, report_parts, reports, rule_words
from app.casework.dates import in_words
from app.casework.report_checking import Checking, CommentView
from app.casework.report_validators import Finding
from app.casework.report_views import ReportView
from app.core.clock import local
from app.core.i18n import _
from app.ui.kit import (
    Banner,
    Body,
    Card,
    FlowLayout,
    LinkButton,
    Muted,
    Pill,
    SecondaryButton,
    Small,
    button_row,
)
from app.ui.kit.layout import clear
from app.ui.pages.edit_record import ask_and_do

if TYPE_CHECKING:
    from app.ui.page import Page

OF_PROPOSAL: Final = frozenset({"proposal", "conditions", "custody", "proposal_in_text"})
"""Checks whose findings are put right on the page that builds the proposal."""


class ChecksCard(Card):
    """The quality check, the reading back, and what can become of a final report.

    Args:
        again: Shows the report anew once something was done.
        state: What says how far the report is.
    """

    def __init__(self, page: Page, again: Callable[[], object], state: QWidget) -> None:
        super().__init__(_("Check and reading back"))
        self._page, self._again = page, again
        self.add(state)
        self.report: ReportView | None = None
        self._found, self._spelling, self._inside = QVBoxLayout(), QVBoxLayout(), QVBoxLayout()
        for part in (self._found, self._spelling, self._inside):
            part.setSpacing(self.body.spacing())
            self.add(part)

    def show_report(
        self, report: ReportView, checking: Checking, findings: Sequence[Finding]
    ) -> None:
        """Show how far `report` is, and what can be done by whoever looks at it."""
        self.report = report
        for part in (self._found, self._spelling, self._inside):
            clear(part)
        if report.state == "draft":
            self._findings(findings, self._found)
            if any(finding.check in OF_PROPOSAL for finding in findings):
                opener = SecondaryButton(_("Open the proposal"), self._open_proposal)
                self._found.addLayout(button_row(opener))
        self._state(report, checking)
        writes = self._page.desk.actor.may_write
        if report.state == "draft" and writes:
            self._of_draft(report, checking)
        elif report.state == "final" and writes:
            self._of_final(report, checking)

    def show_spelling(self, findings: Sequence[Finding]) -> None:
        """Show the words that no dictionary has, which come after everything else is shown."""
        clear(self._spelling)
        self._findings(findings, self._spelling)

    def go_on_writing(self) -> None:
        """Open the dialog again that a lock closed."""
        shell, report = self._page.shell, self.report
        if report is None:
            return
        if shell.kept_words(("comment", report.id)):
            self._ask_to_comment()

    # -- inside ----------------------------------------------------------------------------

    def _say(self, words: str) -> None:
        self._inside.addWidget(Body(words))

    def _state(self, report: ReportView, checking: Checking) -> None:
        if checking.checked_by and checking.checked_at is not None:
            day = in_words(local(checking.checked_at).date())
            self._say(_("{name} found it fit on {day}.").format(name=checking.checked_by, day=day))
        elif checking.pending:
            self._say(
                _("It went out before anybody checked it: {why}").format(why=checking.pending)
            )
        elif not checking.needs_second_person:
            self._say(_("A report of this kind needs nobody else to check it."))
        elif checking.asked:
            self._say(_("It waits for somebody else to check it."))
        elif report.state == "draft":
            self._say(_("Somebody other than its author has to check it before it goes out."))
        if checking.late:
            self._late(checking)
        for comment in checking.comments:
            if comment.passage_id is None:
                self._comment(comment, report)
        at_passages = sum(1 for one in checking.comments if one.passage_id and not one.done)
        if at_passages:
            self._say(
                _("Comments stand at passages: {count}. Open them under Write.").format(
                    count=at_passages
                )
            )
        for heard in checking.read_back:
            line = FlowLayout(gap=6)
            tone = {"agree": "good", "disagree": "attention"}.get(heard.answer, "plain")
            line.addWidget(Small(f"{heard.heading} · {heard.listener_words}"))
            line.addWidget(Pill(heard.answer_words, tone))
            self._inside.addLayout(line)
            if heard.comment:
                self._inside.addWidget(Body(f"“{heard.comment}”"))

    def _late(self, checking: Checking) -> None:
        """What somebody wrote before their laptop knew that the report is final."""
        self._inside.addWidget(
            Banner(
                _(
                    "This was written on another laptop before it knew that the report is final. "
                    "It is kept here and is no part of the report. If the court has to read it, "
                    "add to it."
                ),
                "attention",
                heading=_("Written while it was made final"),
            )
        )
        for one in checking.late:
            self._inside.addWidget(
                Small(" · ".join(part for part in (one.section, one.who, one.when) if part))
            )
            self._inside.addWidget(Body(one.text))

    def _findings(self, findings: Sequence[Finding], place: QVBoxLayout) -> None:
        """What is to be looked at: of one section together, and the way there."""
        together: dict[tuple[str, str, bool, str], list[str]] = {}
        for one in findings:
            words = one.text
            if one.rule:
                words = f"{words}\n{rule_words.line(one.rule, verified=one.verified)}"
            where = (one.section, one.where, one.blocks, one.put_back)
            together.setdefault(where, []).append(words)
        for (section, where, blocks, put_back), lines in together.items():
            several = len(lines) > 1
            words = "\n".join(f"• {line}" if several else line for line in lines)
            heading = where or _("To look at")
            tone = "serious" if blocks else "attention"
            actions: tuple[QWidget, ...] = ()
            if put_back and self._page.desk.actor.may_write:
                back = SecondaryButton(_("Put it back"), partial(self._put_back, put_back))
                back.setAccessibleDescription(lines[0])
                actions = (back,)
            place.addWidget(Banner(words, tone, heading=heading, actions=actions))
            if section and not put_back and self.report is not None and self.report.editable:
                there = LinkButton(_("Write there"), partial(self._write_at, section), small=True)
                there.setAccessibleDescription(heading)
                place.addWidget(there)

    def _write_at(self, section: str) -> None:
        assert self.report is not None
        self._page.shell.go(
            "report_write",
            report_id=self.report.id,
            child_id=self.report.child_id,
            section=section,
        )

    def _open_proposal(self) -> None:
        assert self.report is not None
        self._page.shell.go(
            "report_proposal", report_id=self.report.id, child_id=self.report.child_id
        )

    def _put_back(self, code: str) -> None:
        assert self.report is not None
        desk, report_id = self._page.desk, self.report.id
        self._do(lambda: report_parts.put_back(desk, report_id, code))

    def _comment(self, comment: CommentView, report: ReportView) -> None:
        day = in_words(local(comment.at).date())
        self._inside.addWidget(Small(f"{comment.who} · {day}"))
        self._say(comment.text)
        if comment.done:
            self._inside.addWidget(Muted(_("Dealt with. {how}").format(how=comment.reply).strip()))
        elif report.editable:
            desk = self._page.desk
            done = SecondaryButton(
                _("Dealt with"),
                lambda: self._do(lambda: report_checking.deal_with(desk, comment.id)),
            )
            done.setAccessibleDescription(comment.text)
            self._inside.addLayout(button_row(done))

    def _find_it_fit(self) -> None:
        assert self.report is not None
        desk, report_id = self._page.desk, self.report.id
        self._do(lambda: report_checking.find_fit(desk, report_id))

    def _of_draft(self, report: ReportView, checking: Checking) -> None:
        desk, report_id = self._page.desk, report.id
        if checking.mine:
            if checking.needs_second_person and not checking.asked and not checking.checked_by:
                self._button(
                    _("Ask for a check"),
                    lambda: self._do(lambda: report_checking.ask(desk, report_id)),
                )
        elif checking.needs_second_person and not checking.checked_by:
            self._button(_("Find it fit"), self._find_it_fit)
            self._button(_("Comment"), self._ask_to_comment)
            if checking.open_comments:
                self._button(
                    _("Send it back"),
                    lambda: self._do(lambda: report_checking.send_back(desk, report_id)),
                )
        self._button(_("Read it back"), self._read_back)

    def _read_back(self) -> None:
        assert self.report is not None
        self._page.shell.go(
            "report_read_back", report_id=self.report.id, child_id=self.report.child_id
        )

    def _of_final(self, _report: ReportView, checking: Checking) -> None:
        waits = checking.pending and not checking.checked_by and not checking.mine
        if waits and self._page.desk.actor.may_countersign:
            self._button(_("Find it fit"), self._find_it_fit)
        self._button(_("In plain words"), self._read_back)
        self._button(_("Add to it"), self._add_to_it)

    def _button(self, words: str, do: Callable[[], object]) -> None:
        self._inside.addLayout(button_row(SecondaryButton(words, do)))

    def _do(self, deed: Callable[[], object]) -> None:
        def done(_none: object) -> None:
            self._page.shell.saved(self._page.desk.clock.now())
            self._again()

        self._page.run(deed, done)

    def _add_to_it(self) -> None:
        assert self.report is not None
        desk, report_id, shell = self._page.desk, self.report.id, self._page.shell
        self._page.run(
            lambda: reports.create_addendum(desk, report_id),
            lambda made: shell.go(
                "report_write",
                report_id=made.id,
                child_id=made.child_id,
                section="addendum.adds",
            ),
            busy_text=_("Writing the report"),
        )

    def _ask_to_comment(self) -> None:
        assert self.report is not None
        desk, report_id = self._page.desk, self.report.id
        ask_and_do(
            self._page,
            ("comment", report_id),
            _("Comment on this report"),
            _("What should be looked at again?"),
            _("To comment on one passage, open it under Write."),
            _("Comment"),
            lambda words: report_checking.comment(desk, report_id, words),
            self._again,
        )
