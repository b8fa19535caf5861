"""Keeping the casebook: a backup from the settings, and its way back from the unlock screen."""

from __future__ import annotations

from tests.tour import people
from tests.tour.record import to_the_places
from tests.tour.telling import Tour


def back_up(tour: Tour) -> None:
    """An encrypted copy in a folder of one's own choice, listed where it was made."""
    driver = tour.driver
    folder = tour.work / "backups"
    driver.push("Settings")
    driver.fill("Folder of the backups", str(folder))
    driver.push("Back up now")
    driver.expect_words("The backup is made and checked.")
    made = driver.until(
        lambda: (
            [words for words in driver.words() if " at " in words and " kB" in words]
            or [words for words in driver.words() if " at " in words and " MB" in words]
        ),
        "the backup in the list",
    )
    driver.scroll_to(driver.button("Back up now"))
    driver.picture("backup")
    tour.kept["backup"] = made[0].split(" · ")[0]
    stores = list(folder.rglob("casebook.db"))
    driver.expect(len(stores) == 1, "one copy of the store lies in the folder")
    driver.expect(
        not stores[0].read_bytes().startswith(b"SQLite format 3"), "the copy is encrypted"
    )


def restore(tour: Tour) -> None:
    """The backup takes the place of the casebook; what was done since is not in it."""
    driver = tour.driver
    driver.wait_for("Unlock")
    driver.push("Restore from a backup")
    driver.expect_words(
        "The backup is checked first. The casebook that is here now is kept beside it, "
        "not thrown away."
    )
    driver.fill("Folder of the backups", str(tour.work / "backups"))
    driver.choose("Backup", tour.kept["backup"])
    driver.choose("Your name", people.WORKER)
    driver.push("Restore this backup")
    driver.expect_words("There is a problem", "Enter your passphrase.")
    driver.fill("Passphrase", people.WORKER_PASSPHRASE)
    driver.picture("restore")
    driver.push("Restore this backup")
    driver.button("Lock")
    to_the_places(driver)
    driver.push("Caseload")
    driver.expect_words("1 child travels with this laptop.", people.NAME)
    driver.picture("restored")
    driver.open_row("Children", people.NAME)
    driver.open_tab("Assessments and plans")
    driver.expect_words("Submitted, waits for a manager", "Resettlement plan")
    driver.expect(
        not driver.shows("Countersigned"), "what was countersigned after the backup waits again"
    )
    driver.open_tab("Reports")
    driver.expect_words("Draft")
    driver.expect(not driver.shows("Final"), "the report that was final after the backup is not")


def check(tour: Tour) -> None:
    """Every page of the restored store, and the chain of its history, is whole."""
    driver = tour.driver
    driver.push("Settings")
    driver.push("Check now")
    driver.expect_words("The casebook is whole")
    driver.scroll_to(driver.button("Check now"))
    driver.picture("casebook-checked")
