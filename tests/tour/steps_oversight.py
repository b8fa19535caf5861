"""Oversight: the manager reads, returns with directions, and countersigns what was mended."""

from __future__ import annotations

from tests.tour import people
from tests.tour.forms import OnScreen, demo_answers
from tests.tour.record import open_record, to_the_places
from tests.tour.telling import Tour

DIRECTIONS = "Say what the older boys did, and how Tal can get home another way."
FOR_A_SECTION = "Say when the older boys are at the bus stop."
AGREED = "The levels follow from the evidence, and the plan is small enough to keep."
CHANGED = "offence_why"
NEW_WORDS = "Two older boys had threatened Tal at the bus stop. Tal kept watch out of fear of them."


def own_work_waits(tour: Tour) -> None:
    """Whoever wrote it can't countersign it."""
    driver = tour.driver
    to_the_places(driver)
    driver.push("Waiting")
    driver.expect_words(
        people.NAME, "You wrote this, so somebody else has to countersign it.", "Read"
    )
    driver.expect(
        not driver.shows("Countersign") or not _may_decide(tour),
        "the author finds no button to countersign",
    )
    driver.picture("waiting-own-work")


def return_it(tour: Tour) -> None:
    """The manager reads it from the queue and gives it back, saying what is to be done."""
    driver = tour.driver
    driver.push("Waiting")
    driver.expect_words(people.NAME, f"By {people.WORKER}")
    driver.picture("waiting-manager")
    driver.push("Read")
    driver.expect_words("Submitted, waits for a manager", "What this is for")
    driver.go_back()
    driver.push("Read and decide")
    driver.expect_words("The levels, and why", "Good practice")
    driver.expect(_may_decide(tour), "the manager may countersign or return it")
    driver.picture("decide")
    driver.push("Add a direction")
    driver.fill("What is to be done", FOR_A_SECTION)
    driver.push("Add it", within=driver.window())
    driver.expect_words(FOR_A_SECTION)
    driver.push("Return with directions")
    driver.fill("What is to be done", DIRECTIONS)
    driver.picture("return-with-directions")
    driver.push("Return", within=driver.window())
    driver.expect_words("Nothing waits")


def change_what_was_asked(tour: Tour) -> None:
    """The author finds the directions over a new version, changes an answer and submits again."""
    driver = tour.driver
    form = OnScreen(driver, "assessment", people.CALLED)
    open_record(driver, "Assessments and plans")
    driver.expect_words("Returned")
    driver.picture("returned")
    driver.push("Continue", beside="Assessment")
    driver.expect_words("Your manager returned this and asks for:", DIRECTIONS)
    driver.picture("directions")
    driver.push(form.words(form.page("offence").label))
    driver.wait_for(form.words(form.form.question(CHANGED).label))
    old = demo_answers("assessment.yaml")[CHANGED].replace("{child}", people.CALLED)
    field = driver.field(form.words(form.form.question(CHANGED).label))
    driver.expect(field.toPlainText() == old, "the new version holds the answers of the old one")
    form.fill_one(CHANGED, NEW_WORDS)
    driver.push("Check the answers")
    driver.expect_words(NEW_WORDS)
    driver.push("Submit")
    driver.expect_words("Submitted, waits for a manager")


def countersign(tour: Tour) -> None:
    """The manager agrees, with reasons; afterwards nothing waits."""
    driver = tour.driver
    driver.push("Waiting")
    driver.push("Read and decide")
    driver.push("Countersign")
    driver.fill("Why you agree", AGREED)
    driver.picture("countersign")
    driver.push("Countersign", within=driver.window())
    driver.expect_words("Nothing waits")


def _may_decide(tour: Tour) -> bool:
    said = tour.driver.words()
    return "Countersign" in said and "Return with directions" in said
