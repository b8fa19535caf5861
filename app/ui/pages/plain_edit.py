"""One section of a report in plain words for the child, on the page that writes the report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from app.casework.plain_words import PlainReading, PlainReport, PlainSection
from app.core.i18n import LANGUAGES, _
from app.ui import theme
from app.ui.kit import Banner, Card, LinkButton, Muted, SecondaryButton, Small, button_row
from app.ui.kit.layout import clear
from app.ui.kit.spelled import check_spelling
from app.ui.pages.passage_edit import WordsEdit

REMARKS_SHOWN = 3


class PlainCard(Card):
    """The section in plain words: begun from the record, and the author's once written in.

    Args:
        reading: Says how words read: the words, their language, and where the answer goes.

    Signals:
        typed: What was written: the section, its language and the words.
        language_chosen: The language in which it is to be shown.
    """

    typed = Signal(str, str, str)
    language_chosen = Signal(str)

    def __init__(
        self, reading: Callable[[str, str, Callable[[PlainReading], object]], object]
    ) -> None:
        super().__init__(_("In plain words"))
        self._reading = reading
        self.report: PlainReport | None = None
        self.section: PlainSection | None = None
        self.about = Muted("")
        self.add(self.about)
        self.languages = QComboBox()
        self.languages.setAccessibleName(_("Language of the plain words"))
        for code, name in LANGUAGES.items():
            self.languages.addItem(name, code)
        self.languages.currentIndexChanged.connect(self._language_chosen)
        self.add(self.languages)
        self._passed_by = QWidget()
        QVBoxLayout(self._passed_by).setContentsMargins(0, 0, 0, 0)
        self.add(self._passed_by)
        self.words = WordsEdit(_("In plain words"))
        self.words.textChanged.connect(self._typed)
        self.add(self.words)
        self.begun = Muted(_("These words come from the record. Go on from there, or keep them."))
        self.keep = SecondaryButton(_("Keep these words"), self._keep_as_they_are)
        self.add(self.begun)
        self._keep_row = button_row(self.keep)
        self.add(self._keep_row)
        self._remarks = QWidget()
        remarks = QVBoxLayout(self._remarks)
        remarks.setContentsMargins(0, 0, 0, 0)
        remarks.setSpacing(theme.current().px(2))
        self.add(self._remarks)

    def show_report(self, report: PlainReport, section: str) -> None:
        """Show the plain words of one section of `report`."""
        self.report = report
        self.languages.blockSignals(True)
        self.languages.setCurrentIndex(self.languages.findData(report.language))
        self.languages.blockSignals(False)
        self.about.setText(
            _("For {child}, when it is read back. The court does not see this.").format(
                child=report.called
            )
        )
        self.show_section(section)

    def show_section(self, code: str) -> None:
        """Show the plain words of another section; none where it is not read back."""
        self.section = self.report.section(code) if self.report is not None else None
        self.setVisible(self.section is not None)
        if self.section is None or self.report is None:
            return
        self.words.setReadOnly(not self.report.editable)
        self.words.setAccessibleDescription(self.section.court_heading)
        check_spelling(self.words, self.report.language)
        self.words.blockSignals(True)
        self.words.setPlainText("\n".join(self.section.sentences))
        self.words.blockSignals(False)
        self._show_state()
        self._read()

    def was_kept(self, code: str, language: str, text: str) -> None:
        """What was typed is in the casebook."""
        if self.report is None or self.report.language != language:
            return
        sections = tuple(
            replace(one, written=text.strip(), passed_by=False) if one.code == code else one
            for one in self.report.sections
        )
        self.report = replace(self.report, sections=sections)
        if self.section is not None and self.section.code == code:
            self.section = self.report.section(code)
            self._show_state()

    # -- inside ----------------------------------------------------------------------------

    def _show_state(self) -> None:
        assert self.section is not None
        assert self.report is not None
        said = self._passed_by.layout()
        clear(said)
        self._passed_by.setVisible(self.section.passed_by)
        if self.section.passed_by:
            actions: tuple[QWidget, ...] = ()
            if self.report.editable:
                actions = (LinkButton(_("They still hold"), self._still_hold, small=True),)
            said.addWidget(
                Banner(
                    _("The report or the record has changed since. Read these words again."),
                    "attention",
                    actions=actions,
                )
            )
        offers = self.report.editable and not self.section.written
        self.begun.setVisible(offers)
        self.keep.setVisible(offers and bool(self.section.begun))

    @Slot(int)
    def _language_chosen(self, _number: int) -> None:
        self.language_chosen.emit(self.languages.currentData())

    @Slot()
    def _typed(self) -> None:
        self._send(self.words.toPlainText())
        self._read()

    def _keep_as_they_are(self) -> None:
        self._send(self.words.toPlainText())
        self.words.setFocus()

    def _still_hold(self) -> None:
        self._send(self.words.toPlainText())
        self.words.setFocus()

    def _send(self, text: str) -> None:
        if self.section is not None and self.report is not None:
            self.typed.emit(self.section.code, self.report.language, text)

    def _read(self) -> None:
        assert self.report is not None
        text = self.words.toPlainText()

        def read(found: PlainReading) -> None:
            if text == self.words.toPlainText():
                self._show_reading(found)

        self._reading(text, self.report.language, read)

    def _show_reading(self, found: PlainReading) -> None:
        remarks = self._remarks.layout()
        clear(remarks)
        if found.reading_age is not None:
            remarks.addWidget(Small(_("Reading age: {age}").format(age=found.reading_age)))
        for words in found.remarks[:REMARKS_SHOWN]:
            remarks.addWidget(Small(words))
        self._remarks.setVisible(remarks.count() > 0)
