"""Locking and unlocking: each person by their own passphrase, back to where they were."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox

from tests.tour import people
from tests.tour.forms import OnScreen
from tests.tour.telling import Tour

QUESTION = "family_events_effect"
TYPED, CURSOR_BACK, MORE = "Cai listens for the door.", len("for the door."), "each night "


def leave_mid_sentence(tour: Tour) -> None:
    """Something is typed, the cursor put back into it, and nothing waits for the saving."""
    driver = tour.driver
    field = driver.field(_label(tour))
    driver.fill_field(field, TYPED)
    driver.press(*[Qt.Key.Key_Left] * CURSOR_BACK)
    driver.expect(field.toPlainText() == TYPED, f"“{TYPED}” is typed, and the lock comes at once")


def same_question(tour: Tour) -> None:
    """A fresh process asks for the passphrase and leads back to the letter."""
    driver = tour.driver
    driver.wait_for("Passphrase")
    driver.expect(not driver.shows(people.FAMILY), "nothing of the child stands on the lock screen")
    driver.fill("Passphrase", "not the right words at all")
    driver.push("Unlock")
    driver.expect_words("That passphrase is not right.")
    driver.picture("locked")
    unlock(tour, people.WORKER, people.WORKER_PASSPHRASE)
    label = _label(tour)
    field = driver.field(label)
    driver.until(field.hasFocus, f"the keyboard in “{label}”")
    driver.expect(field.toPlainText() == TYPED, "what was typed before the lock is all there")
    driver.type(MORE)
    whole = TYPED[:-CURSOR_BACK] + MORE + TYPED[-CURSOR_BACK:]
    driver.expect(field.toPlainText() == whole, "typing goes on where the cursor was")
    driver.picture("same-question")


def unlock_as_administrator(tour: Tour) -> None:
    """Somebody else unlocks the casebook, and finds nothing of where the practitioner was."""
    driver = tour.driver
    driver.wait_for("Unlock")
    driver.expect(
        holders(tour) == [people.WORKER, people.ADMINISTRATOR],
        "both who have a passphrase can be chosen",
    )
    unlock(tour, people.ADMINISTRATOR, people.ADMINISTRATOR_PASSPHRASE)
    driver.expect_words(f"{people.ADMINISTRATOR}, administrator", "travels with this laptop")
    driver.expect(not driver.shows(TYPED), "the form of the practitioner is not opened for them")


def unlock_as_manager(tour: Tour) -> None:
    """The manager unlocks the same casebook with their own passphrase."""
    unlock(tour, people.MANAGER, people.MANAGER_PASSPHRASE)
    tour.driver.expect_words(f"{people.MANAGER}, manager")


def unlock_as_worker(tour: Tour) -> None:
    """And back: the practitioner, where they were."""
    unlock(tour, people.WORKER, people.WORKER_PASSPHRASE)
    tour.driver.expect_words(f"{people.WORKER}, practitioner")


def unlock(tour: Tour, name: str, passphrase: str) -> None:
    """Choose who one is and type the passphrase."""
    driver = tour.driver
    driver.wait_for("Unlock")
    driver.choose("Your name", name)
    driver.until(lambda: not driver.shows("You can try again in"), "the wait to be over")
    driver.fill("Passphrase", passphrase)
    driver.push("Unlock")
    driver.button("Lock")


def lock_now(tour: Tour) -> None:
    """Say that the casebook is about to be locked."""
    tour.driver.expect(
        bool(tour.driver.button("Lock")), "the casebook is open, and can be locked at once"
    )


def holders(tour: Tour) -> list[str]:
    """Who can be chosen on the unlock screen."""
    box = tour.driver.field("Your name")
    assert isinstance(box, QComboBox)
    return [box.itemText(row) for row in range(box.count())]


def _label(tour: Tour) -> str:
    form = OnScreen(tour, "assessment")
    return form.words(form.form.question(QUESTION).label)
