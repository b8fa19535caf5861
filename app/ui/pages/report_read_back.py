"""Reading a report back with the child and family: section by section, and what they say to it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QBoxLayout, QComboBox, QPlainTextEdit, QVBoxLayout, QWidget

from app.casework import consents, plain_words, reference, report_checking
from app.casework.disclosure import Exported
from app.casework.places import Place
from app.casework.plain_words import PlainSection
from app.casework.report_checking import ReadBackView
from app.core.i18n import LANGUAGES, _
from app.ui import theme
from app.ui.child_mode import speech
from app.ui.kit import (
    Banner,
    Body,
    Card,
    FieldFrame,
    FlowLayout,
    LinkButton,
    Muted,
    PageHeader,
    PrimaryButton,
    ScrollPage,
    SecondaryButton,
    Small,
    button_row,
)
from app.ui.kit.layout import clear
from app.ui.page import Page
from app.ui.pages.pass_on import PassOnDialog, write_file

if TYPE_CHECKING:
    from app.casework.desk import Desk
    from app.casework.plain_words import PlainReport
    from app.ui.shell import Shell

NOTE_LINES: Final = 3
LARGE: Final = 1.5


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
        self.alone = SecondaryButton(_("Let them read it alone"), self._hand_over)
        self.copy = SecondaryButton(_("Child’s copy as PDF"), self._ask_to_whom)
        deeds = FlowLayout(gap=12)
        deeds.addWidget(self.alone)
        deeds.addWidget(self.copy)
        self.scroll.add(deeds)
        self.listener = QComboBox()
        for entry in reference.listing("read_back_listeners").entries:
            self.listener.addItem(entry.label(), entry.code)
        self.listener.currentIndexChanged.connect(self._draw)
        self.tongue = QComboBox()
        for code, name in LANGUAGES.items():
            self.tongue.addItem(name, code)
        self.tongue.currentIndexChanged.connect(self._language_chosen)
        self.scroll.add(
            _beside(
                FieldFrame(_("Who you read it with"), self.listener),
                FieldFrame(_("Language you read it in"), self.tongue),
            )
        )
        self.sections = QVBoxLayout()
        self.sections.setSpacing(theme.current().px(16))
        self.scroll.add(self.sections)
        self.scroll.end()
        self._voice: Any = None

    def entered(self, desk: Desk, args: Mapping[str, Any]) -> None:
        """Override Page.entered. args: report_id (after a lock record_id), child_id; language."""
        self.child_id = args.get("child_id")
        self._read(args.get("report_id") or args["record_id"], args.get("language"))

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

    def _read(self, report_id: str, language: str | None) -> None:
        desk = self.desk
        self.run(lambda: plain_words.read(desk, report_id, language), self._show)

    def _show(self, report: PlainReport) -> None:
        self.report = report
        self.title = _("Read it back")
        self.header.set_words(
            self.title,
            _("In plain words. What is said to it goes into the report as it was said.")
            if report.answers
            else _("In plain words. The report is final, so nothing can be added to it here."),
            above=f"{report.child_name} · {report.title}",
        )
        self.tongue.blockSignals(True)
        self.tongue.setCurrentIndex(self.tongue.findData(report.language))
        self.tongue.blockSignals(False)
        self.alone.setVisible(report.answers)
        self.copy.setVisible(self.desk.actor.may_disclose)
        if self._voice is not None:
            self._voice.stop()
            self._voice.deleteLater()
        self._voice = speech.voice_for(report.language, self)
        self._draw()
        if self.shell.kept_words(self._copy_subject()):
            self._ask_to_whom()

    @Slot(int)
    def _language_chosen(self, _number: int) -> None:
        if self.report is not None:
            self.args["language"] = self.tongue.currentData()
            self._read(self.report.report_id, self.tongue.currentData())

    @Slot()
    def _draw(self, _index: int = 0) -> None:
        if self.report is None:
            return
        clear(self.sections)
        for section in self.report.sections:
            self._section(section)

    def _section(self, section: PlainSection) -> None:
        assert self.report is not None
        look = theme.current()
        card = Card(section.heading)
        if section.heading != section.court_heading:
            card.add(Small(_("In the report: {heading}").format(heading=section.court_heading)))
        for words in section.sentences:
            body = Body(words)
            body.setFont(look.font("strong"))
            card.add(body)
        if not section.sentences and not section.needs_words:
            card.add(Muted(_("There is nothing in this part yet.")))
        if self._voice is not None and section.sentences:
            aloud = SecondaryButton(
                _("Read aloud"), partial(self._read_aloud, " ".join(section.sentences))
            )
            aloud.setAccessibleDescription(section.heading)
            card.add(button_row(aloud))
        self._words_to_come(card, section)
        if section.court_words:
            card.add(_CourtWords(section))
        listener = self.listener.currentData()
        heard = next((one for one in section.heard if one.listener == listener), None)
        if self.report.answers:
            self._ask(card, section, heard)
        elif heard is not None:
            card.add(Body(heard.answer_words))
            if heard.comment:
                card.add(Body(f"“{heard.comment}”"))
        self.sections.addWidget(card)

    def _words_to_come(self, card: Card, section: PlainSection) -> None:
        """Say where nobody has put the author's words in plain words, or not those of today."""
        assert self.report is not None
        if section.needs_words:
            words = _("Nobody has put the rest of this part in plain words yet.")
            offer = _("Write them now")
        elif section.passed_by:
            words = _("The report has changed since these plain words were written.")
            offer = _("Read them through")
        else:
            return
        actions: tuple[QWidget, ...] = ()
        if self.report.editable:
            write = LinkButton(offer, partial(self._write, section), small=True)
            write.setAccessibleDescription(section.heading)
            actions = (write,)
        card.add(Banner(words, "attention", actions=actions))

    def _ask(self, card: Card, section: PlainSection, heard: ReadBackView | None) -> None:
        """What the listener says to a section, in which language, and in their own words."""
        assert self.report is not None
        answer = QComboBox()
        answer.addItem(_("Choose"), "")
        for entry in reference.listing("read_back_answers").entries:
            answer.addItem(entry.label(), entry.code)
        comment = QPlainTextEdit()
        comment.setTabChangesFocus(True)
        comment.setFixedHeight(
            comment.fontMetrics().lineSpacing() * NOTE_LINES + theme.current().px(20)
        )
        tongue = QComboBox()
        for code, name in LANGUAGES.items():
            tongue.addItem(name, code)
        said = {"language": self.report.language}
        if heard is not None:
            said = {
                "answer": heard.answer,
                "comment": heard.comment,
                "language": heard.language or self.report.language,
            }
        said |= self.shell.kept_words(self._subject(section))
        answer.setCurrentIndex(max(0, answer.findData(said.get("answer", ""))))
        comment.setPlainText(str(said.get("comment", "")))
        tongue.setCurrentIndex(max(0, tongue.findData(said["language"])))
        chosen = FieldFrame(_("What they say to it"), answer)
        card.add(_beside(chosen, FieldFrame(_("Language of their words"), tongue)))
        card.add(FieldFrame(_("In their words"), comment, optional=True))
        keep = PrimaryButton(
            _("Keep"), partial(self._keep, section, chosen, answer, comment, tongue)
        )
        keep.setAccessibleDescription(section.heading)
        card.add(button_row(keep))

        def typed(*_args: object) -> None:
            self.shell.keep_words(
                self._subject(section),
                answer=answer.currentData(),
                comment=comment.toPlainText(),
                language=tongue.currentData(),
            )

        comment.textChanged.connect(typed)
        answer.activated.connect(typed)
        tongue.activated.connect(typed)

    def _subject(self, section: PlainSection) -> tuple[str, str, str, str]:
        assert self.report is not None
        return ("read_back", self.report.report_id, section.code, self.listener.currentData())

    def _keep(
        self,
        section: PlainSection,
        chosen: FieldFrame,
        answer: QComboBox,
        comment: QPlainTextEdit,
        tongue: QComboBox,
    ) -> None:
        assert self.report is not None
        if not answer.currentData():
            chosen.set_error(_("Choose what they said to it."))
            chosen.focus_editor()
            return
        chosen.set_error("")
        desk, report_id, subject = self.desk, self.report.report_id, self._subject(section)
        listener, said, words, language = (
            self.listener.currentData(),
            answer.currentData(),
            comment.toPlainText(),
            tongue.currentData(),
        )

        def kept(_id: str) -> None:
            self.shell.forget_words(subject)
            self.shell.saved(self.desk.clock.now())

        self.run(
            lambda: report_checking.note_read_back(
                desk,
                report_id,
                section.code,
                listener,
                answer=said,
                comment=words,
                language=language,
            ),
            kept,
        )

    def _read_aloud(self, words: str) -> None:
        self._voice.say(words)

    # -- where one goes from here ------------------------------------------------------------

    def _back(self) -> None:
        if self.report is not None:
            self.shell.go("report", report_id=self.report.report_id, child_id=self.report.child_id)

    def _write(self, section: PlainSection) -> None:
        assert self.report is not None
        self.shell.go(
            "report_write",
            report_id=self.report.report_id,
            child_id=self.report.child_id,
            section=section.code,
            plain=self.report.language,
        )

    def _hand_over(self) -> None:
        assert self.report is not None
        self.shell.go(
            "report_alone",
            report_id=self.report.report_id,
            child_id=self.report.child_id,
            listener=self.listener.currentData(),
            language=self.report.language,
        )

    # -- the child's copy --------------------------------------------------------------------

    def _copy_subject(self) -> tuple[str, str]:
        assert self.report is not None
        return ("childs_copy", self.report.report_id)

    def _ask_to_whom(self) -> None:
        assert self.report is not None
        desk, child_id = self.desk, self.report.child_id
        self.run(lambda: consents.withheld(desk, child_id), self._ask_copy)

    def _ask_copy(self, not_to_share: tuple[str, ...]) -> None:
        assert self.report is not None
        dialog = PassOnDialog(
            _("Child’s copy as PDF"),
            self,
            subject=self._copy_subject(),
            file_name=plain_words.copy_name(self.report),
            nobody=_("Say who gets this copy."),
            on_go=self._write_copy,
            not_to_share=not_to_share,
        )
        if not dialog.recipient.text():
            dialog.recipient.setText(self.report.called)
        dialog.ask()

    def _write_copy(self, dialog: PassOnDialog, file: Path) -> None:
        assert self.report is not None
        desk, report_id, language = self.desk, self.report.report_id, self.report.language
        recipient, reason = dialog.recipient.text().strip(), dialog.reason.text()
        write_file(
            self,
            lambda replace: plain_words.export_copy(
                desk,
                report_id,
                file,
                language=language,
                recipient=recipient,
                reason=reason,
                overwrite=replace,
            ),
            self._copy_written,
            busy_text=_("Writing the copy"),
        )

    def _copy_written(self, done: Exported) -> None:
        self.shell.forget_words(self._copy_subject())
        self.shell.notify(
            _("Saved as {name}. Who got it is in the history.").format(name=done.file.name)
        )


class _CourtWords(QWidget):
    """The words of the report itself, shown where nobody has put them in plain words, else asked
    for.
    """

    def __init__(self, section: PlainSection) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.opener = LinkButton(_("The words in the report"), self._turn, small=True)
        self.opener.setAccessibleDescription(section.heading)
        column.addWidget(self.opener)
        self.words = QWidget()
        inside = QVBoxLayout(self.words)
        inside.setContentsMargins(theme.current().px(16), 0, 0, 0)
        for words in section.court_words:
            inside.addWidget(Body(words))
        column.addWidget(self.words)
        self.words.setVisible(section.needs_words)

    def _turn(self) -> None:
        self.words.setVisible(self.words.isHidden())


def _beside(*fields: FieldFrame) -> QBoxLayout:
    """Fields side by side, or one above the other at large text."""
    look = theme.current()
    across = look.scale < LARGE
    row = QBoxLayout(
        QBoxLayout.Direction.LeftToRight if across else QBoxLayout.Direction.TopToBottom
    )
    row.setSpacing(look.px(16))
    for field in fields:
        row.addWidget(field, 1)
    return row
