"""Three months later: what happened since, the plan as it stands, and the review."""

from __future__ import annotations

import re

import pypdfium2
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from tests.tour import people
from tests.tour.case_file import ASSESSMENT, REVIEW
from tests.tour.driver import CONTROL, SHIFT
from tests.tour.forms import STILL_TRUE, OnScreen, as_typed
from tests.tour.record import open_record
from tests.tour.telling import Tour

NOTE = "The new flat is quiet. Nia showed me her school book, and Cai had cooked."
NEWS = "Every Saturday at the café. One tray of scones burned."
PROGRESS_ON = 2
ON_MY_PLAN = 3
WAITING = re.compile(r"(\d+) answers? in this section (?:is|are) carried forward")


def note_a_visit(tour: Tour) -> None:
    """An entry of the chronology, by the keyboard alone."""
    driver = tour.driver
    open_record(driver)
    driver.press(Qt.Key.Key_E, with_keys=CONTROL)
    driver.keyboard_in("What happened")
    driver.type("Home")
    driver.press(Qt.Key.Key_Tab)
    driver.keyboard_in("Day")
    driver.expect(
        driver.field("Day").text() == as_typed(tour.today), "the entry is of today unless told so"
    )
    driver.type("yesterday")
    driver.press(Qt.Key.Key_Tab)
    driver.keyboard_in("Time (optional)")
    driver.type("16:30")
    driver.press(Qt.Key.Key_Tab)
    driver.keyboard_in("With whom (optional)")
    driver.type("Cai and Elin")
    driver.press(Qt.Key.Key_Tab)
    driver.keyboard_in("Was it kept?")
    driver.type("Kept")
    driver.press(Qt.Key.Key_Tab)
    driver.keyboard_in("Note (optional)")
    driver.type(NOTE)
    driver.picture("chronology-entry")
    driver.press(Qt.Key.Key_Return, with_keys=CONTROL)
    driver.until(
        lambda: any(label.text() == NOTE for label in driver.widgets(QLabel)),
        "the entry in the chronology",
    )
    driver.expect_words("Home visit", "Kept")
    driver.picture("chronology")


def note_progress(tour: Tour) -> None:
    """How far a target is, noted where it stands in the plan."""
    driver = tour.driver
    target = ASSESSMENT["targets"][PROGRESS_ON]
    open_record(driver, "Plan")
    driver.expect_words(target["target_outcome"])
    driver.picture("our-plan")
    driver.push("Note progress", beside=target["target_outcome"])
    driver.choose("How far the target is", "In progress")
    driver.fill("What was done, and what helped", NEWS)
    driver.picture("note-progress")
    driver.push("Save", within=driver.window())
    driver.expect_words(NEWS)


def my_plan(tour: Tour) -> None:
    """The child's own plan, in the child's words, on one page to take home."""
    driver = tour.driver
    driver.push("My plan")
    wants = [target["target_child_words"] for target in ASSESSMENT["targets"]]
    driver.expect_words(*wants)
    driver.picture("my-plan")
    driver.push("Save My plan as PDF")
    file = tour.folder / "my-plan.pdf"
    driver.expect(driver.field("Who gets it").text() == people.GIVEN, "the plan is for the child")
    driver.fill("File", str(file))
    driver.push("Export")
    driver.until(file.is_file, f"the file {file.name}")
    document = pypdfium2.PdfDocument(file)
    driver.expect(len(document) == 1, "My plan fits one page")
    said = " ".join(document[0].get_textpage().get_text_bounded().split()).replace("’", "'")
    driver.expect("There are more things in our plan" in said, "My plan says that there is more")
    for words in wants[:ON_MY_PLAN]:
        driver.expect(words in said, f"My plan says “{words}”")


def start_review(tour: Tour) -> None:
    """The review begins with the answers of last time; one after the other is confirmed by F8."""
    driver = tour.driver
    open_record(driver, "Assessments and plans")
    driver.expect_words("answers are carried forward from Assessment", "fits where things are now")
    driver.push("Another stage")
    driver.picture("stages")
    driver.push("Start: Review", exactly="Review")
    form = OnScreen(tour, "review")
    driver.expect_words(form.words(form.page("well").label), "carried forward, unconfirmed")
    driver.picture("review-carried-forward")
    driver.push(form.words(form.page("safety").label))
    before = _waiting(tour)
    driver.press(Qt.Key.Key_F7)
    driver.keyboard_in(STILL_TRUE)
    driver.press(Qt.Key.Key_F8)
    driver.until(lambda: _waiting(tour) == before - 1, "one answer less to confirm")
    driver.keyboard_in(STILL_TRUE)
    driver.press(Qt.Key.Key_F8)
    driver.until(lambda: _waiting(tour) == before - 2, "two answers less to confirm")
    driver.expect(True, f"of {before} answers to confirm two are confirmed by F8")
    driver.picture("review-confirmed")


def fill_review(tour: Tour) -> None:
    """What changed is changed; what is still true is confirmed, a section at once."""
    driver = tour.driver
    form = OnScreen(tour, "review")
    driver.push(form.words(form.page("well").label))
    asked = 0

    def confirm(_page: object) -> None:
        nonlocal asked
        if _waiting(tour):
            asked += 1
            driver.press(Qt.Key.Key_F8, with_keys=SHIFT)
            driver.until(lambda: not driver.shows(STILL_TRUE), "a section that is confirmed")

    form.fill_pages(REVIEW, before_going_on=confirm)
    driver.expect(asked > 1, f"{asked} sections are confirmed at once by Shift+F8")


def compare_and_submit(tour: Tour) -> None:
    """Each answer as it was then and as it is now; then the review is submitted."""
    driver = tour.driver
    driver.push("What changed")
    driver.expect_words("Since the last stage: Assessment", "Then", "Now")
    driver.expect_words(REVIEW["targets"][0]["target_news"])
    driver.picture("what-changed")
    driver.push("Check the answers")
    driver.push("Submit")
    driver.expect_words("Submitted, waits for a manager")
    open_record(driver)
    driver.picture("three-months-later")


def _waiting(tour: Tour) -> int:
    """How many answers of the section wait to be confirmed, as the bar above it says."""
    said = (WAITING.search(words) for words in tour.driver.words())
    return next((int(found.group(1)) for found in said if found), 0)
