"""What is left behind: the history of who did what, and the same pages in other looks."""

from __future__ import annotations

from tests.tour import people
from tests.tour.record import open_record
from tests.tour.telling import Tour


def history(tour: Tour) -> None:
    """The record says who did what."""
    driver = tour.driver
    open_record(driver, "History")
    driver.expect_words("What was done, by whom", people.WORKER)
    driver.picture("history")


def looks(tour: Tour) -> None:
    """The main pages dark, in high contrast, and with text twice as large."""
    driver = tour.driver
    for theme, size, name in (
        ("Dark", "100 %", "dark"),
        ("High contrast", "100 %", "contrast"),
        ("Light", "200 %", "large-text"),
    ):
        driver.push("Settings")
        driver.push(theme)
        driver.push(size)
        driver.expect(driver.button(size).isChecked(), f"the settings say {theme}, {size}")
        driver.picture(f"settings-{name}")
        driver.push("Waiting")
        driver.wait_for("Nothing waits")
        driver.push("Caseload")
        driver.wait_for("travels with this laptop")
        driver.picture(f"caseload-{name}")
        driver.open_row("Children", people.NAME)
        driver.expect_words("At a glance")
        driver.picture(f"child-{name}")
        driver.open_tab("Assessments and plans")
        driver.push("Read", beside="Assessment")
        driver.expect_words("What this is for")
        driver.picture(f"assessment-{name}")
        driver.go_back()
        driver.open_tab("Reports")
        driver.push("Open")
        driver.expect_words("This report")
        driver.picture(f"report-{name}")
    driver.push("Settings")
    driver.push("100 %")
