"""The service's figures: a manager enters them, and the reports that are begun then give them."""

from __future__ import annotations

from typing import Final

from tests.tour import people
from tests.tour.record import to_the_places
from tests.tour.telling import Tour

AREA: Final = "Fictional Vale"
YEAR: Final = people.TODAY.year - 1
FILLED: Final = {
    "Area": AREA,
    "First day that is counted": f"1/4/{YEAR - 1}",
    "Last day that is counted": f"31/3/{YEAR}",
    "Who published them": people.SERVICE,
    "Name of the publication": "Invented yearly report, table 4",
    "Published on": f"30/6/{YEAR}",
    "White, Decisions": "20",
    "White, Out of how many": "200",
    "Black, Black British, Caribbean or African, Decisions": "12",
    "Black, Black British, Caribbean or African, Out of how many": "40",
}
RATE: Final = "3.00 (1.60 to 5.63)"


def enter_figures(tour: Tour) -> None:
    """What the area's figures are, where they come from, and the rates while they are typed."""
    driver = tour.driver
    to_the_places(driver)
    driver.push("Settings")
    driver.push("See the figures")
    driver.expect_words("No figures are entered for your area yet", "England and Wales")
    driver.picture("figures-none")
    driver.push("Enter figures")
    driver.choose("Decision", "Remanded to youth detention accommodation")
    driver.choose("Out of", "decisions on bail and remand")
    for name, text in FILLED.items():
        driver.fill(name, text)
    driver.expect_words(RATE, f"{AREA}, 1 April {YEAR - 1} to 31 March {YEAR}")
    driver.picture("figures-typed")
    driver.push("Save")
    driver.expect_words("Figures for reports", RATE, f"Entered by {people.MANAGER}")
    driver.picture("figures")
    to_the_places(driver)
