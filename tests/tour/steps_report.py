"""The pre-sentence report: made, looked at, exported, made final, and the file read back."""

from __future__ import annotations

import re
from pathlib import Path

import pypdfium2
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit

from tests.tour import people
from tests.tour.case_file import spoken_of
from tests.tour.driver import Driver, text_of
from tests.tour.pdf_text import run_on, text_in
from tests.tour.record import open_record
from tests.tour.steps_figures import AREA, RATE
from tests.tour.steps_oversight import NEW_WORDS, OLD_WORDS
from tests.tour.steps_read_back import IN_THE_REPORT, PARENT_SAID, SAID
from tests.tour.telling import Tour

WRITTEN = "Since this was written the nurse has seen Cai once, and he slept that night."
SECTION = "3 Assessment of the child"
QUOTED = spoken_of("child_words_help")
PROPOSED = "Curfew: 10 hours a day, for 3 months"
HEADINGS = ("Sources of information", "Offence", "Conclusion")
NEVER = re.compile(r"\bNone\b|\b[a-z]+_[a-z_]+\b|\{\w+\}")


def make_report(tour: Tour) -> None:
    """A report from the submitted assessment, shown as its pages will be."""
    driver = tour.driver
    open_record(driver, "Reports")
    driver.push("Make the report")
    driver.expect_words("Make final", "This report", "pages")
    driver.picture("report-draft")
    file = tour.folder / "psr-draft.pdf"
    export_to(driver, file)
    text = text_in(file)
    driver.expect("DRAFT" in text, "the exported draft is marked as a draft")
    driver.expect(OLD_WORDS in run_on(text), "the draft holds the answer as it was submitted")


def make_from_new_version(tour: Tour) -> None:
    """A report on the new version says what was changed, and not what stood there before."""
    driver = tour.driver
    open_record(driver, "Reports")
    driver.choose("Assessment it rests on", _newest(driver))
    driver.push("Make the report")
    driver.expect_words("Make final")
    file = tour.folder / "psr-changed.pdf"
    export_to(driver, file)
    text = run_on(text_in(file))
    driver.expect(NEW_WORDS in text, "the changed answer is in the report")
    driver.expect(OLD_WORDS not in text, "what stood there before the change is not")
    driver.expect(
        all(words in text for words in (AREA, RATE, "England and Wales")),
        "the wider picture gives the service’s figures and the nation’s",
    )


def build_proposal(tour: Tour) -> None:
    """What the assessment proposes, with its conditions, judged by the rules and put in words."""
    driver = tour.driver
    driver.push("Write")
    driver.push("Build the proposal")
    driver.expect_words("What do you propose?", "For the court", "In plain words")
    driver.fill("Extended activity: Days in all", "120")
    driver.fill("Curfew: Months", "3")
    driver.fill("Curfew: Hours a day", "21")
    driver.expect_words("Curfew: 21 hours a day are more than the rule allows (20).")
    driver.fill("Curfew: Hours a day", "10")
    driver.picture("report-proposal")
    driver.fill("Exclusion: Months", "3")
    driver.fill("Exclusion: Which place, and when", "The bus station after 18:00")
    driver.push("Write it into the report")
    driver.expect_words("The report says this.", PROPOSED)
    driver.push("Back to the text")
    driver.push("See the pages")
    driver.expect_words("Make final", "This report")


def write_passage(tour: Tour) -> None:
    """A passage of one's own, and beside it words that the child agreed to have read in court."""
    driver = tour.driver
    driver.push("Write")
    driver.expect_words("Where it comes from", "Add from the record")
    driver.choose("Section", SECTION)
    driver.push("Add a paragraph")
    driver.until(
        lambda: isinstance(at := QApplication.focusWidget(), QPlainTextEdit) and not text_of(at),
        "the keyboard in a new paragraph",
    )
    driver.type(WRITTEN)
    driver.expect_words("Written for this report.")
    driver.push("Words that were said")
    driver.expect_words("Words that a court may read", QUOTED)
    driver.picture("report-words")
    driver.push("Place", beside=QUOTED)
    driver.until(
        lambda: any(QUOTED in text_of(one) for one in driver.widgets(QPlainTextEdit)),
        "the child's words placed",
    )
    driver.expect(True, "the child's words stand in the report as they were said")
    driver.expect_words("Saved here")
    driver.picture("report-write")
    driver.push("See the pages")
    driver.expect_words("This report", "Somebody other than its author has to check it")


def make_final(tour: Tour) -> None:
    """The report is made final, exported again and read back."""
    driver = tour.driver
    driver.push("Waiting")
    driver.push("Read the report")
    driver.push("Find it fit")
    driver.expect_words(f"{people.MANAGER} found it fit on")
    driver.push("Make final")
    driver.push("Make final", within=driver.window())
    driver.expect_words("Say why, in a few words.")
    driver.fill("Why it can be given to the court now", "Read through with Cai and Ash.")
    driver.push("Make final", within=driver.window())
    driver.until(lambda: not driver.shows("Make again from the record"), "the report to be final")
    driver.picture("report-final")
    file = tour.folder / "psr-final.pdf"
    export_to(driver, file)
    text = text_in(file)
    driver.expect("DRAFT" not in text, "the final report is not marked as a draft")
    driver.expect(people.NAME in text, "the child's name is in the report")
    driver.expect(people.COURT in text, "the court is in the report, Welsh letters too")
    said = run_on(text)
    for words in (WRITTEN, QUOTED, PROPOSED, SAID, PARENT_SAID):
        driver.expect(words in said, f"the report says “{words}”")
    driver.expect(
        f"{people.GIVEN} does not agree with: {IN_THE_REPORT}." in said,
        "it names the part that the child does not agree with",
    )
    for words in HEADINGS:
        driver.expect(words in text, f"the report has the heading “{words}”")
    odd = NEVER.search(text)
    driver.expect(odd is None, "no code name, no None and no empty placeholder is in the report")
    pages = len(pypdfium2.PdfDocument(file))
    driver.expect(f"of {pages}" in text, "each page says which of how many it is")
    found = re.search(r"[0-9a-f]{8}(?: ?[0-9a-f]{8}){7}", text)
    driver.expect(found is not None, "the hash of the content stands on the pages")


def export_to(driver: Driver, file: Path) -> None:
    """Export the report that is open, for the court."""
    driver.push("Export as PDF")
    driver.fill("Who gets it", "Fernbridge Youth Court")
    line = driver.field("File")
    driver.expect(isinstance(line, QLineEdit), "the place of the file can be typed")
    driver.fill_field(line, str(file))
    driver.push("Export")
    driver.until(file.is_file, f"the file {file.name}")


def _newest(driver: Driver) -> str:
    """The assessment that was sent in last, as it is called in the list to choose from."""
    box = driver.field("Assessment it rests on")
    return str(box.itemText(0))
