"""The pre-sentence report: made, looked at, exported, made final, and the file read back."""

from __future__ import annotations

import re
from pathlib import Path

import pypdfium2
from PySide6.QtWidgets import QLineEdit

from tests.tour import people
from tests.tour.driver import Driver
from tests.tour.telling import Tour

HEADINGS = ("Sources of information", "Offence", "Conclusion")
NEVER = re.compile(r"\bNone\b|\b[a-z]+_[a-z_]+\b|\{\w+\}")


def make_report(tour: Tour) -> None:
    """A report from the submitted assessment, shown as its pages will be."""
    driver = tour.driver
    driver.open_tab("Reports")
    driver.push("Make the report")
    driver.expect_words("Make final", "This report", "pages")
    driver.picture("report-draft")
    file = tour.folder / "psr-draft.pdf"
    _export(driver, file)
    text = _text(file)
    driver.expect("DRAFT" in text, "the exported draft is marked as a draft")


def make_final(tour: Tour) -> None:
    """The report is made final, exported again and read back."""
    driver = tour.driver
    driver.push("Make final")
    driver.push("Make final", within=driver.window())
    driver.expect_words("Say why, in a few words.")
    driver.fill("Why it can be given to the court now", "Read through with Tal and Marn.")
    driver.push("Make final", within=driver.window())
    driver.until(lambda: not driver.shows("Make again from the record"), "the report to be final")
    driver.picture("report-final")
    file = tour.folder / "psr-final.pdf"
    _export(driver, file)
    text = _text(file)
    driver.expect("DRAFT" not in text, "the final report is not marked as a draft")
    driver.expect(people.FAMILY in text, "the child's name is in the report, Welsh letters too")
    for words in HEADINGS:
        driver.expect(words in text, f"the report has the heading “{words}”")
    odd = NEVER.search(text)
    driver.expect(odd is None, "no code name, no None and no empty placeholder is in the report")
    pages = len(pypdfium2.PdfDocument(file))
    driver.expect(f"of {pages}" in text, "each page says which of how many it is")
    found = re.search(r"[0-9a-f]{8}(?: ?[0-9a-f]{8}){7}", text)
    driver.expect(found is not None, "the hash of the content stands on the pages")


def _export(driver: Driver, file: Path) -> None:
    driver.push("Export as PDF")
    driver.fill("Who gets it", "Fernbridge Youth Court")
    line = driver.field("File")
    driver.expect(isinstance(line, QLineEdit), "the place of the file can be typed")
    driver.fill_field(line, str(file))
    driver.push("Export")
    driver.until(file.is_file, f"the file {file.name}")


def _text(file: Path) -> str:
    document = pypdfium2.PdfDocument(file)
    return "\n".join(page.get_textpage().get_text_bounded() for page in document)
