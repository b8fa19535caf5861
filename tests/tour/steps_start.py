"""From nothing to a casebook with a child in it: set-up, the child, the offence, the hearing."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel

from tests.tour import people
from tests.tour.case_file import CHILD
from tests.tour.forms import as_typed
from tests.tour.record import open_record
from tests.tour.telling import Tour

OFFENCE = "Robbery of a phone at the bus station"


def set_up(tour: Tour) -> None:
    """The wizard, from its first card to the service's key."""
    driver = tour.driver
    driver.wait_for("Set up your casebook")
    driver.picture("set-up")
    driver.push("Make a new casebook")
    driver.push("Continue")
    driver.expect_words("There is a problem", "Enter the name of your service.")
    driver.fill("Name of the youth justice service", people.SERVICE)
    driver.push("Continue")
    driver.fill("Your name", people.WORKER)
    driver.push("Practitioner: I work with children")
    driver.push("Continue")
    driver.fill("New passphrase", "too short")
    driver.expect_words("Too short: use at least 12 characters.")
    driver.fill("New passphrase", people.WORKER_PASSPHRASE)
    driver.fill("The same passphrase again", people.WORKER_PASSPHRASE)
    driver.expect_words("Strong: long, and several different words.")
    driver.picture("set-up-passphrase")
    driver.push("Continue")
    driver.push("Make a key for my service now")
    driver.fill("Save the key file as", str(tour.work / "service.key"))
    driver.fill("Passphrase of the key file", people.KEY_PASSPHRASE)
    driver.picture("set-up-service-key")
    driver.push("Make the casebook")
    driver.expect_words("Your recovery code")
    driver.expect((tour.work / "service.key").is_file(), "the key file of the service was written")


def confirm_recovery(tour: Tour) -> None:
    """The recovery code is read from the screen and typed back."""
    driver = tour.driver
    shown = next(
        label for label in driver.widgets(QLabel) if "Recovery code: " in label.accessibleName()
    )
    code = shown.text()
    driver.expect(len(code) >= 24, "a recovery code of at least 24 characters is shown")
    driver.picture("recovery-code")
    driver.fill("Type the recovery code", code[:-4] + "AAAA")
    driver.push("Confirm and open the casebook")
    driver.until(
        lambda: any("code" in words and "not" in words for words in driver.words()),
        "a wrong code to be refused",
    )
    driver.expect(not driver.shows("Caseload"), "a code with a slip in it opens nothing")
    driver.fill("Type the recovery code", code.lower())
    driver.push("Confirm and open the casebook")
    driver.expect_words("No child is in this casebook yet")


def add_child(tour: Tour) -> None:
    """A first child, after the error summary has led to what was missing."""
    driver = tour.driver
    driver.picture("caseload-empty")
    driver.push("Add a child")
    driver.fill("Given name", people.GIVEN)
    driver.fill("Date of birth", "31/2/2011")
    driver.push("Save")
    problem = "Date of birth: write a day such as 27/3/2011."
    driver.expect_words("There is a problem", problem)
    driver.picture("add-child-problem")
    driver.push(problem)
    driver.expect(
        driver.field("Date of birth").hasFocus(), "the line of the error summary leads to its field"
    )
    driver.fill("Family name", people.FAMILY)
    driver.fill("Pronouns (optional)", CHILD["pronouns"])
    driver.fill("Date of birth", as_typed(people.BORN))
    driver.fill("How to speak with this child (optional)", CHILD["how_to_speak"])
    driver.choose("Sex (optional)", "Male")
    driver.choose("Speech, language and communication needs (optional)", "Screened, needs found")
    driver.fill("School, college or work (optional)", CHILD["school"])
    driver.picture("add-child")
    driver.push("Save")
    driver.expect_words(people.NAME, CHILD["school"])
    driver.picture("child-details")


def point_out_duplicate(tour: Tour) -> None:
    """A second record of the same child is pointed out before it is saved."""
    driver = tour.driver
    driver.push("Caseload")
    driver.wait_for("travels with this laptop")
    driver.push("Add a child")
    driver.fill("Given name", "Kai")
    driver.fill("Family name", "Merryn")
    driver.fill("Date of birth", as_typed(people.BORN))
    driver.expect_words("Is this child here already?", people.NAME)
    driver.scroll_to(driver.button("Open this record"))
    driver.picture("likely-duplicate")
    driver.push("Open this record")
    driver.expect_words(people.NAME)
    driver.push("Caseload")
    driver.expect_words("1 child travels with this laptop.")


def merge_duplicate(tour: Tour) -> None:
    """Recorded twice all the same: the second record is joined with the first."""
    driver = tour.driver
    driver.push("Add a child")
    driver.fill("Given name", "Kai")
    driver.fill("Family name", "Merryn")
    driver.fill("Date of birth", as_typed(people.BORN))
    driver.fill("School, college or work (optional)", CHILD["school"])
    driver.push("Save")
    driver.expect_words("Kai Merryn")
    driver.push("Caseload")
    driver.expect_words("2 children travel with this laptop.")
    driver.open_row("Children", people.NAME)
    driver.open_tab("Details")
    driver.push("Same child recorded twice?")
    driver.expect_words("Kai Merryn", "The date of birth is the same.")
    driver.picture("merge")
    driver.push("Join with this record")
    driver.push("Join the records", within=driver.window())
    driver.expect_words("Say why, in a few words.")
    driver.fill("How do you know that it is the same child?", "Cai and Cai’s mother say so.")
    driver.picture("merge-reason")
    driver.push("Join the records", within=driver.window())
    driver.expect_words("What was done, by whom", "Reason: Cai and Cai's mother say so.")
    driver.push("Caseload")
    driver.expect_words("1 child travels with this laptop.")


def record_offence(tour: Tour) -> None:
    """The offence, in plain words, and the date that doesn't fit is refused."""
    driver = tour.driver
    open_record(driver, "Court and orders")
    driver.push("Add an offence")
    driver.fill("Date of the offence (optional)", as_typed(people.OFFENCE_ON))
    driver.fill("What happened, in plain words", OFFENCE)
    driver.choose("Category (optional)", "Robbery")
    driver.fill("Seriousness, 1 to 8 (optional)", "6")
    driver.choose("A knife or blade was involved (optional)", "Yes")
    driver.choose("Plea or answer (optional)", "Guilty")
    driver.picture("offence")
    driver.push("Save")
    driver.expect_words(OFFENCE)


def record_hearing(tour: Tour) -> None:
    """The hearing that the report is for."""
    driver = tour.driver
    driver.push("Add a hearing")
    driver.fill("Date of the hearing", as_typed(people.HEARING_ON))
    driver.fill("Time (optional)", "10:00")
    driver.fill("Court (optional)", people.COURT)
    driver.choose("The court asked for a pre-sentence report (optional)", "Yes")
    driver.push("Save")
    driver.expect_words(people.COURT)
    driver.picture("court")
