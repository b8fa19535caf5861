"""The assessment: every page typed and clicked through, checked, mended and submitted."""

from __future__ import annotations

from tests.tour import people
from tests.tour.driver import TourFailed
from tests.tour.forms import OnScreen, demo_answers
from tests.tour.telling import Tour

STOP_AT = "family"
MISSED = "offence_why"
PROBLEM = "Write why it happened."


def start_assessment(tour: Tour) -> None:
    """The first pages, up to the middle of a sentence."""
    driver = tour.driver
    driver.push("Assessment")
    form = OnScreen(driver, "assessment", people.CALLED)
    driver.expect_words("What this is for")
    driver.picture("assessment-first-page")
    _fill_until(tour, form, STOP_AT)
    driver.expect_words("Saved here")


def finish_assessment(tour: Tour) -> None:
    """All other pages; one needed answer is left out, to be found by the check."""
    form = OnScreen(tour.driver, "assessment", people.CALLED)
    _fill_until(tour, form, "")
    tour.driver.expect_words("Check the answers")
    tour.driver.picture("check-answers")


def mend_and_submit(tour: Tour) -> None:
    """The error summary leads to what is missing; then the assessment is submitted."""
    driver = tour.driver
    form = OnScreen(driver, "assessment", people.CALLED)
    driver.push("Submit")
    driver.expect_words("There is a problem")
    driver.picture("error-summary")
    label = form.words(form.form.question(MISSED).label)
    line = f"{form.words(form.page('offence').label)}: {PROBLEM}"
    driver.expect_words(line)
    driver.push(line)
    driver.expect(
        driver.until(lambda: driver.field(label).hasFocus(), f"the keyboard in “{label}”"),
        "the line of the error summary leads to its question",
    )
    driver.picture("error-at-the-field")
    form.fill_one(MISSED, demo_answers("assessment.yaml")[MISSED])
    driver.push("Check the answers")
    driver.push("Submit")
    driver.expect_words("Submitted")
    driver.picture("submitted")


def _fill_until(tour: Tour, form: OnScreen, last: str) -> None:
    """Fill page after page up to the page called `last`, or to the check of the answers."""
    driver = tour.driver
    answers = {**demo_answers("assessment.yaml")}
    answers.pop(MISSED)
    seen: set[str] = set()
    while True:
        page = driver.until(
            lambda: form.page_on_screen() or driver.shows("Submit"), "a page of the assessment"
        )
        if page is True or page is None:
            break
        if page.name in seen:
            raise TourFailed(f"the page “{form.words(page.label)}” came twice")
        seen.add(page.name)
        count = form.fill_page(page, answers)
        driver.expect(count > 0, f"{count} answers given on “{form.words(page.label)}”")
        if page.name == last:
            break
        title = form.words(page.label)
        driver.push("Save and continue")
        if page.name == "offence":
            driver.expect_words("There is a problem", PROBLEM)
            driver.push("Save and continue")
        driver.until(
            lambda page=page: form.page_on_screen() is not page, f"the page after “{title}”"
        )
