"""A report on its way out: somebody else's eyes, and a corridor where there are none."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPlainTextEdit

from tests.tour import people
from tests.tour.driver import CONTROL, spoken, text_of
from tests.tour.pdf_text import run_on, text_in
from tests.tour.record import open_record, to_the_places
from tests.tour.steps_report import SECTION, WRITTEN, export_to
from tests.tour.telling import Tour

COMMENT: Final = "Who saw this? Say who told you."
TOLD: Final = " The nurse told me."
ADDED: Final = "Cai has kept every appointment since, and the school will take him back."
WHY: Final = "In the cells, no network, and the hearing is at ten."


def comment_on_a_passage(tour: Tour) -> None:
    """The manager says at a passage what should be looked at again, and sends the report back."""
    driver = tour.driver
    driver.push("Read the report")
    driver.expect_words("(Countersigned)")
    driver.push("Write")
    driver.choose("Section", SECTION)
    passage = _passage(tour, WRITTEN)
    driver.click(passage)
    driver.push("Comment", exactly=spoken(passage))
    driver.fill("What should be looked at again?", COMMENT)
    driver.push("Comment", within=driver.window())
    driver.expect_words(COMMENT)
    driver.picture("comment-on-a-passage")
    driver.push("See the pages")
    driver.push("Send it back")
    driver.expect_words("Comments stand at passages: 1.")


def deal_with_it(tour: Tour) -> None:
    """The author finds the comment at the passage, mends it, and asks again."""
    driver = tour.driver
    open_record(driver, "Reports")
    driver.push("Open")
    driver.expect_words("Comments stand at passages: 1.")
    driver.push("Write")
    driver.choose("Section", SECTION)
    driver.expect_words(COMMENT)
    driver.click(_passage(tour, WRITTEN))
    driver.press(Qt.Key.Key_End, with_keys=CONTROL)
    driver.type(TOLD)
    driver.expect_words(f"{WRITTEN}{TOLD}")
    driver.push("Dealt with", beside=COMMENT)
    driver.expect_words("Dealt with.")
    driver.push("See the pages")
    driver.push("Ask for a check")
    driver.expect_words("It waits for somebody else to check it.")


def add_from_the_corridor(tour: Tour) -> None:
    """An addendum goes out with nobody near to check it, and every page says so."""
    driver = tour.driver
    open_record(driver, "Reports")
    driver.push("Open")
    driver.expect_words("Final", "This report")
    driver.push("Add to it")
    driver.expect_words("Addendum to a report")
    driver.push("Add a paragraph")
    driver.until(
        lambda: isinstance(at := QApplication.focusWidget(), QPlainTextEdit) and not text_of(at),
        "the keyboard in a new paragraph",
    )
    driver.type(ADDED)
    driver.expect_words("Saved here")
    driver.push("See the pages")
    driver.expect_words("This report")
    driver.push("Make final")
    driver.fill("Why it can be given to the court now", WHY)
    driver.push("Make final", within=driver.window())
    driver.expect_words("Final, quality check pending")
    driver.picture("final-check-pending")
    file = tour.folder / "addendum.pdf"
    export_to(driver, file)
    pages = text_in(file)
    said = run_on(pages)
    driver.expect(ADDED in said, "the addendum says what was added")
    driver.expect("which stays as it is" in said, "it names the report that it adds to")
    driver.expect(WHY in said, "it says why nobody has checked it")
    driver.expect("Quality check pending" in pages, "and its pages say that nobody has")


def check_what_went_out(tour: Tour) -> None:
    """What went out unchecked waits for the manager, who finds it fit."""
    driver = tour.driver
    to_the_places(driver)
    driver.push("Waiting")
    driver.expect_words("Went out before anybody checked it", WHY)
    driver.picture("waiting-went-out")
    driver.push("Read the report")
    driver.expect_words("Final, quality check pending", "It went out before anybody checked it")
    driver.push("Find it fit")
    driver.expect_words(f"{people.MANAGER} found it fit on")
    driver.until(
        lambda: not driver.shows("Final, quality check pending"), "the check to stand with it"
    )
    driver.picture("found-fit-afterwards")


def _passage(tour: Tour, words: str) -> QPlainTextEdit:
    """The passage that says so."""
    return tour.driver.until(
        lambda: next(
            (one for one in tour.driver.widgets(QPlainTextEdit) if text_of(one) == words), None
        ),
        f"the passage “{words}”",
    )
