"""What is left behind: the history of who did what, and the same pages in other looks."""

from __future__ import annotations

from tests.tour import people
from tests.tour.telling import Tour


def history(tour: Tour) -> None:
    """The record says who did what."""
    driver = tour.driver
    driver.push("Caseload")
    driver.open_row("Children", people.NAME)
    driver.wait_for("At a glance")
    driver.open_tab("History")
    driver.expect_words("What was done, by whom", people.WORKER)
    driver.picture("history")


def looks(tour: Tour) -> None:
    """The same page dark, in high contrast, and with text twice as large."""
    driver = tour.driver
    for theme, size, name in (
        ("Dark", "100 %", "dark"),
        ("High contrast", "100 %", "contrast"),
        ("Light", "200 %", "large-text"),
    ):
        driver.push("Settings")
        driver.push(theme)
        driver.push(size)
        driver.picture(f"settings-{name}")
        driver.push("Caseload")
        driver.open_row("Children", people.NAME)
        driver.expect_words("At a glance")
        driver.picture(f"child-{name}")
    driver.push("Settings")
    driver.push("100 %")
