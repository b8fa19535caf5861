"""The assessment: every page typed and clicked through, checked, mended and submitted."""

from __future__ import annotations

from tests.tour.case_file import ASSESSMENT
from tests.tour.forms import OnScreen
from tests.tour.telling import Tour

STOP_AT = "family"
MISSED = "offence_why"
PROBLEM = "Write why it happened."
# That the court has custody in view is said near the end, and asks more on pages that are done.
OPENED_BY_THE_COURT = {
    "safety": ("safety_custody_effect", "safety_custody_level"),
    "harm": ("harm_custody_level", "harm_custody_reasons"),
}


def start_assessment(tour: Tour) -> None:
    """The first pages, up to the middle of a sentence."""
    driver = tour.driver
    driver.push("Assessment")
    form = OnScreen(tour, "assessment")
    driver.expect_words("What this is for")
    driver.picture("assessment-first-page")
    _fill_until(tour, form, STOP_AT)
    driver.expect_words("Saved here")


def finish_assessment(tour: Tour) -> None:
    """All other pages; one needed answer is left out, to be found by the check."""
    form = OnScreen(tour, "assessment")
    _fill_until(tour, form, "")
    tour.driver.expect_words("Check the answers")
    tour.driver.picture("check-answers")


def mend_and_submit(tour: Tour) -> None:
    """The error summary leads to what is missing; then the assessment is submitted."""
    driver = tour.driver
    form = OnScreen(tour, "assessment")
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
    form.fill_one(MISSED, ASSESSMENT[MISSED])
    for page, names in OPENED_BY_THE_COURT.items():
        driver.push(form.words(form.page(page).label))
        for name in names:
            form.fill_one(name, ASSESSMENT[name])
    driver.push("Check the answers")
    driver.push("Submit")
    driver.expect_words("Submitted")
    driver.picture("submitted")


def _fill_until(tour: Tour, form: OnScreen, last: str) -> None:
    """Fill page after page up to the page called `last`, or to the check of the answers."""
    answers = {name: it for name, it in ASSESSMENT.items() if name != MISSED}
    form.fill_pages(answers, last=last, expect_problem={"offence": PROBLEM})
