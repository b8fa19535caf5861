"""The way to a child's record, as every step takes it."""

from __future__ import annotations

from tests.tour import people
from tests.tour.driver import Driver


def open_record(driver: Driver, tab: str = "At a glance") -> None:
    """Open the child's record from the caseload, at the tab called `tab`."""
    to_the_places(driver)
    driver.push("Caseload")
    driver.open_row("Children", people.NAME)
    driver.wait_for("At a glance")
    driver.open_tab(tab)


def to_the_places(driver: Driver) -> None:
    """Leave a form: it has the sections of its own where other pages have the places."""
    if "Caseload" not in driver.words():
        driver.go_back()
        driver.wait_for("Caseload")
