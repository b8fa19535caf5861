"""Oversight: the manager reads, returns with directions, and countersigns what was mended."""

from __future__ import annotations

from tests.tour import people
from tests.tour.case_file import ANSWERED, COUNTERSIGNED, RETURNED, spoken_of
from tests.tour.forms import OnScreen
from tests.tour.record import open_record, to_the_places
from tests.tour.telling import Tour

DIRECTIONS = "This is thoughtful, and Cai is in it. Two things before I sign."
FOR_A_SECTION = RETURNED["directions"]
CHANGED = "harm_reasons"
OLD_WORDS, NEW_WORDS = spoken_of(CHANGED), spoken_of(CHANGED, ANSWERED)
ADDED = "contingencies"


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
    form = OnScreen(tour, "assessment")
    driver.choose("Section", form.words(form.page(RETURNED["section"]).label))
    driver.fill("What is to be done", FOR_A_SECTION)
    driver.picture("direction-for-a-section")
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
    form = OnScreen(tour, "assessment")
    open_record(driver, "Assessments and plans")
    driver.expect_words("Returned")
    driver.picture("returned")
    driver.push("Continue", beside="Assessment")
    driver.expect_words("Your manager returned this and asks for:", DIRECTIONS)
    driver.picture("directions")
    driver.push(form.words(form.page(RETURNED["section"]).label))
    driver.expect_words("Your manager asks here", FOR_A_SECTION)
    field = driver.field(form.words(form.form.question(CHANGED).label))
    driver.expect(
        field.toPlainText() == OLD_WORDS, "the new version holds the answers of the old one"
    )
    driver.picture("asked-at-the-section")
    form.fill_one(CHANGED, NEW_WORDS)
    driver.push("Done", beside=FOR_A_SECTION)
    driver.fill("What you did", "Said what, to whom and what held it back; the car has a plan.")
    driver.push("Save", within=driver.window())
    driver.expect_words("Said what, to whom and what held it back; the car has a plan.")
    plan = form.page("plan")
    driver.push(form.words(plan.label))
    driver.button(form.adding_to(ADDED))
    form.fill_page(plan, {ADDED: ANSWERED[ADDED]})
    driver.expect_words(*(row["contingency_if"] for row in ANSWERED[ADDED] if row))
    driver.push("Check the answers")
    driver.expect_words(NEW_WORDS)
    driver.push("Submit")
    driver.expect_words("Submitted, waits for a manager")


def countersign(tour: Tour) -> None:
    """The manager agrees, with reasons; what waits now is the report."""
    driver = tour.driver
    driver.push("Waiting")
    driver.push("Read and decide")
    driver.push("Countersign")
    driver.fill("Why you agree", COUNTERSIGNED)
    driver.picture("countersign")
    driver.push("Countersign", within=driver.window())
    driver.expect_words("Report to check")


def _may_decide(tour: Tour) -> bool:
    said = tour.driver.words()
    return "Countersign" in said and "Return with directions" in said
