"""Who works with the casebook: each with a role and a passphrase of their own."""

from __future__ import annotations

from tests.tour import people
from tests.tour.record import to_the_places
from tests.tour.telling import Tour


def add_administrator(tour: Tour) -> None:
    """A practitioner who is alone may add an administrator, and nobody else."""
    driver = tour.driver
    driver.push("Settings")
    driver.push("Add a user")
    driver.push("Add the user", within=driver.window())
    driver.expect_words("There is a problem", "Enter their name.")
    _fill_in(tour, people.MANAGER, "manager", people.MANAGER_PASSPHRASE)
    driver.expect_words("Only an administrator can manage the users of this casebook.")
    driver.picture("add-user-refused")
    driver.push("Cancel", within=driver.window())
    _add(tour, people.ADMINISTRATOR, "administrator", people.ADMINISTRATOR_PASSPHRASE)
    driver.expect(not driver.shows(people.MANAGER), "whoever was refused is not among the users")


def add_users(tour: Tour) -> None:
    """The administrator adds a manager and a second practitioner."""
    driver = tour.driver
    to_the_places(driver)
    driver.push("Settings")
    _add(tour, people.MANAGER, "manager", people.MANAGER_PASSPHRASE)
    _add(tour, people.COLLEAGUE, "practitioner", people.COLLEAGUE_PASSPHRASE)
    driver.picture("users")


def _add(tour: Tour, name: str, role: str, passphrase: str) -> None:
    driver = tour.driver
    driver.push("Add a user")
    _fill_in(tour, name, role, passphrase)
    driver.until(lambda: not driver.windows_over(), "the dialog to close")
    driver.expect_words(f"{name} · {role} · yes")


def _fill_in(tour: Tour, name: str, role: str, passphrase: str) -> None:
    driver = tour.driver
    driver.fill("Name", name)
    driver.choose("Role", role)
    driver.fill("First passphrase", passphrase)
    driver.push("Add the user", within=driver.window())
