"""The report read back: in plain words, with the child and a parent, alone, and on paper."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt

from tests.tour import people
from tests.tour.driver import CONTROL
from tests.tour.pdf_text import text_in
from tests.tour.telling import Tour

PLAIN: Final = "We wrote down what you told us."
FIRST: Final = "Who we asked"
PART: Final = "What happened"
IN_THE_REPORT: Final = "Offence analysis"
SAID: Final = "It was not my idea. I want them to know."
PARENT_SAID: Final = "Mae Cai wedi dweud y gwir."


def put_in_plain_words(tour: Tour) -> None:
    """What nobody has put in plain words is said, and written at once."""
    driver = tour.driver
    driver.push("Read it back")
    driver.expect_words("Who you read it with", FIRST, PART)
    driver.expect_words("Nobody has put the rest of this part in plain words yet.")
    driver.picture("read-back")
    driver.push("Write them now", beside=PART)
    driver.keyboard_in("In plain words")
    driver.press(Qt.Key.Key_End, with_keys=CONTROL)
    driver.type(f"\n{PLAIN}")
    driver.expect_words("Reading age:", "Saved here")
    driver.picture("plain-words")
    driver.go_back()
    driver.expect_words(PLAIN)


def read_with_the_family(tour: Tour) -> None:
    """The child says something to a part, and a parent to the same, in Welsh; each by itself."""
    driver = tour.driver
    driver.choose("What they say to it", "Agree")
    driver.push("Keep", beside=FIRST)
    driver.choose("Who you read it with", "A parent or carer")
    driver.until(
        lambda: driver.field("What they say to it").currentText() == "Choose",
        "nothing said by a parent yet",
    )
    driver.expect(True, "what the child said is not put into a parent's mouth")
    driver.choose("What they say to it", "Could not answer")
    driver.choose("Language of their words", "Cymraeg")
    driver.fill("In their words (optional)", PARENT_SAID)
    driver.push("Keep", beside=FIRST)
    driver.picture("read-back-parent")
    driver.choose("Who you read it with", "The child")


def read_alone(tour: Tour) -> None:
    """The child reads it alone, one part at a time, until the passphrase takes the laptop back."""
    driver = tour.driver
    driver.push("Let them read it alone")
    driver.expect_words("Hi Cai", "The court reads it.")
    driver.push("Start")
    driver.expect_words(FIRST, "1 of 5")
    driver.expect(driver.button("Yes, it is right").isChecked(), "what was said before is there")
    driver.expect_no_effect(Qt.Key.Key_K, "Ctrl+K does nothing while the child reads")
    driver.push("Next")
    driver.expect_words(PART, PLAIN, "Is this right?")
    driver.push("No, it is not right")
    driver.fill("Do you want to say something?", SAID)
    driver.picture("read-alone")
    driver.push("Next")
    driver.expect_words("3 of 5")
    driver.push("Stop")
    driver.fill(f"Passphrase of {people.WORKER}", people.WORKER_PASSPHRASE)
    driver.push("Take the laptop back")
    driver.expect_words("Who you read it with", SAID)


def give_the_childs_copy(tour: Tour) -> None:
    """The child keeps a copy in plain words; then the report goes to somebody else to check."""
    driver = tour.driver
    driver.push("Child’s copy as PDF")
    file = tour.folder / "childs-copy.pdf"
    driver.expect(driver.field("Who gets it").text() == people.GIVEN, "the copy is for the child")
    driver.fill("File", str(file))
    driver.push("Export")
    driver.until(file.is_file, f"the file {file.name}")
    said = " ".join(text_in(file).split())
    driver.expect(PLAIN in said, "the child's copy holds the plain words")
    driver.expect("Ask your worker to tell you" in said, "it says where the report says more")
    driver.push("Back to the pages")
    driver.expect_words("Somebody other than its author has to check it", SAID)
    driver.push("Ask for a check")
    driver.expect_words("It waits for somebody else to check it.")
    driver.picture("report-check-asked")
