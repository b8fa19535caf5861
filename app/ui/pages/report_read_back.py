"""Reading a report back with the child and family: section by section, and what they say to it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QComboBox, QPlainTextEdit, QVBoxLayout

from app.casework import plain_words, reference, report_checking
from app.casework.casebooks import Place
from app.casework.plain_words import PlainSection
from app.core.i18n import _
from app.ui import theme
from app.ui.child_mode import speech
from app.ui.kit import (
    Body,
    Card,
    FieldFrame,
    Muted,
    PageHeader,
    PrimaryButton,
    ScrollPage,
    SecondaryButton,
    button_row,
)
from app.ui.kit.layout import clear
from app.ui.page import Page

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.casework.desk import Desk
    from app.casework.plain_words import PlainReport
    from app.ui.shell import Shell

NOTE_LINES = 3


class ReportReadBackPage(Page):
    """A report in plain words, to be read with the child, a parent or a carer."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.report: PlainReport | None = None
        self.scroll = ScrollPage(width=760)
        self.outer.addWidget(self.scroll)
        self.header = PageHeader("")
        self.pages_button = SecondaryButton(_("Back to the pages"), self._back)
        self.header.add_action(self.pages_button)
        self.scroll.add(self.header)
        self.listener = QComboBox()
        for entry in reference.listing("read_back_listeners").entries:
            self.listener.addItem(entry.label(), entry.code)
        self.listener.currentIndexChanged.connect(self._draw)
        self.scroll.add(FieldFrame(_("Who you read it with"), self.listener))
        self.sections = QVBoxLayout()
        self.sections.setSpacing(theme.current().px(16))
        self.scroll.add(self.sections)
        self.scroll.end()
        self._voice: Any = None

    def entered(self, desk: Desk, args: Mapping[str, Any]) -> None:
        """Override Page.entered. args: report_id (after a lock record_id), child_id."""
        self.child_id = args.get("child_id")
        report_id = args.get("report_id") or args["record_id"]
        self.run(lambda: plain_words.read(desk, report_id), self._show)

    def leaving(self) -> None:
        """Override Page.leaving: nothing is read aloud to an empty room."""
        if self._voice is not None:
            self._voice.stop()

    def place(self) -> Place | None:
        """Override Page.place."""
        if self.report is None:
            return None
        return Place(
            "report_read_back", child_id=self.report.child_id, record_id=self.report.report_id
        )

    def focus_first(self) -> QWidget | None:
        """Override Page.focus_first."""
        return self.listener

    # -- inside ----------------------------------------------------------------------------

    def _show(self, report: PlainReport) -> None:
        self.report = report
        self.title = _("Read it back")
        self.header.set_words(
            self.title,
            _("In plain words. What is said to it goes into the report as it was said."),
            above=f"{report.child_name} · {report.title}",
        )
        if self._voice is None:
            self._voice = speech.voice_for(report.language, self)
        self._draw()

    def _draw(self, _index: int = 0) -> None:
        if self.report is None:
            return
        clear(self.sections)
        for section in self.report.sections:
            self._section(section)

    def _section(self, section: PlainSection) -> None:
        assert self.report is not None
        look = theme.current()
        listener = self.listener.currentData()
        heard = next((one for one in section.heard if one.listener == listener), None)
        card = Card(section.heading)
        for words in section.sentences:
            body = Body(words)
            body.setFont(look.font("strong"))
            card.add(body)
        if not section.sentences:
            card.add(Muted(_("There is nothing in this part yet.")))
        if self._voice is not None and section.sentences:
            words = " ".join(section.sentences)
            aloud = SecondaryButton(_("Read aloud"), lambda: self._voice.say(words))
            aloud.setAccessibleDescription(section.heading)
            card.add(button_row(aloud))
        answer = QComboBox()
        answer.addItem(_("Choose"), "")
        for entry in reference.listing("read_back_answers").entries:
            answer.addItem(entry.label(), entry.code)
        comment = QPlainTextEdit()
        comment.setTabChangesFocus(True)
        comment.setFixedHeight(comment.fontMetrics().lineSpacing() * NOTE_LINES + look.px(20))
        if heard is not None:
            answer.setCurrentIndex(max(0, answer.findData(heard.answer)))
            comment.setPlainText(heard.comment)
        held = self.shell.kept_words(self._subject(section))
        if held:
            answer.setCurrentIndex(max(0, answer.findData(held.get("answer", ""))))
            comment.setPlainText(str(held.get("comment", "")))
        chosen = FieldFrame(_("What they say to it"), answer)
        card.add(chosen)
        card.add(FieldFrame(_("In their words"), comment, optional=True))
        keep = PrimaryButton(_("Keep"), partial(self._keep, section, chosen, answer, comment))
        keep.setAccessibleDescription(section.heading)
        card.add(button_row(keep))

        def typed(*_args: object) -> None:
            self.shell.keep_words(
                self._subject(section), answer=answer.currentData(), comment=comment.toPlainText()
            )

        comment.textChanged.connect(typed)
        answer.activated.connect(typed)
        self.sections.addWidget(card)

    def _subject(self, section: PlainSection) -> tuple[str, str, str, str]:
        assert self.report is not None
        return ("read_back", self.report.report_id, section.code, self.listener.currentData())

    def _keep(
        self,
        section: PlainSection,
        chosen: FieldFrame,
        answer: QComboBox,
        comment: QPlainTextEdit,
    ) -> None:
        assert self.report is not None
        if not answer.currentData():
            chosen.set_error(_("Choose what they said to it."))
            chosen.focus_editor()
            return
        chosen.set_error("")
        desk, report_id, subject = self.desk, self.report.report_id, self._subject(section)
        listener, said, words = (
            self.listener.currentData(),
            answer.currentData(),
            comment.toPlainText(),
        )

        def kept(_id: str) -> None:
            self.shell.forget_words(subject)
            self.shell.saved(self.desk.clock.now())

        self.run(
            lambda: report_checking.note_read_back(
                desk, report_id, section.code, listener, answer=said, comment=words
            ),
            kept,
        )

    def _back(self) -> None:
        if self.report is not None:
            self.shell.go("report", report_id=self.report.report_id, child_id=self.report.child_id)
