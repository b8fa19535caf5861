"""The resettlement plan, begun with the child, and finding things again by a few letters."""

from __future__ import annotations

from datetime import timedelta

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QListView

from tests.tour import people
from tests.tour.driver import CONTROL, cells
from tests.tour.forms import OnScreen
from tests.tour.record import open_record
from tests.tour.telling import Tour

WORDS = "I want a place they cannot find, with Mum and Nia."
ARRANGED = "Ask Mum's sister, and let social care see the house"
WHO = "Ash Imaginary, worker"
FIRST_DAY = {
    "four_asked": "yes",
    "who_i_am": "Somebody who cooks and keeps promises.",
    "how_i_get_there": "One step at a time, with Rhod.",
    "stage": "custody_likely",
}
HOME = {
    "home_words": WORDS,
    "home_needs": ["named_place", "support_there"],
    "home_structural": ARRANGED,
    "home_personal": "Cai chooses the room and says who has a key.",
    "home_agency": "youth_justice",
    "home_who": WHO,
    "home_by": "in 14 days",
    "home_status": "in_progress",
}


def resettlement(tour: Tour) -> None:
    """Started from the record: the child's words, what is needed, who does what by when."""
    driver = tour.driver
    open_record(driver, "Assessments and plans")
    driver.push("Resettlement plan")
    form = OnScreen(tour, "resettlement")
    title = form.words(form.page("first_day").label)
    driver.expect_words(title)
    form.fill_page(form.page("first_day"), FIRST_DAY)
    home = form.page("home_pathway")
    driver.push(form.words(home.label))
    driver.wait_for(form.words(form.form.question("home_words").label))
    count = form.fill_page(home, HOME)
    driver.expect(count == len(HOME), f"{count} answers given on “{form.words(home.label)}”")
    driver.picture("resettlement-pathway")
    driver.expect_words("Saved here")


def plan_at_a_glance(tour: Tour) -> None:
    """What was agreed is seen the moment the record is opened."""
    driver = tour.driver
    open_record(driver, "At a glance")
    by = people.TODAY + timedelta(days=14)
    row = driver.until(
        lambda: next((words for words in driver.words() if WORDS in words), ""),
        "the child's words in the plan",
    )
    for part in (f"“{WORDS}”", ARRANGED, WHO, str(by.day), "In progress"):
        driver.expect(part in row, f"the plan at a glance says “{part}”")
    driver.expect_words("I am not afraid at home")
    driver.picture("plan-at-a-glance")


def palette(tour: Tour) -> None:
    """Ctrl+K finds a child and a page, by the keyboard alone."""
    driver = tour.driver
    driver.push("Due")
    driver.press(Qt.Key.Key_K, with_keys=CONTROL)
    driver.until(driver.windows_over, "the palette to open")
    driver.type("merr")
    _found(tour, people.NAME)
    driver.picture("palette")
    driver.press(Qt.Key.Key_Return)
    driver.expect_words("At a glance", people.NAME)
    driver.press(Qt.Key.Key_K, with_keys=CONTROL)
    driver.until(driver.windows_over, "the palette to open")
    driver.type("sett")
    _found(tour, "Settings")
    driver.press(Qt.Key.Key_Return)
    driver.expect_words("How it looks")


def _found(tour: Tour, title: str) -> None:
    """Wait until the line of the palette that is chosen begins with `title`."""
    driver = tour.driver

    def chosen() -> str:
        (view,) = driver.widgets(QListView, driver.window())
        lines, row = cells(view), view.currentIndex().row()
        return lines[row] if 0 <= row < len(lines) else ""

    driver.until(lambda: chosen().startswith(title), f"“{title}” first in the palette")
    driver.expect(True, f"Ctrl+K finds “{title}”")
