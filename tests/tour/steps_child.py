"""The child's own questionnaire: handed over, answered, given back; a sign of harm acted on."""

from __future__ import annotations

from PySide6.QtCore import Qt

from tests.tour import people
from tests.tour.driver import ALT
from tests.tour.record import open_record
from tests.tour.telling import Tour

WORDS = "Cooking. Nia says my pasta is the best."


def hear_the_child(tour: Tour) -> None:
    """The laptop is the child's until the worker's passphrase takes it back."""
    driver = tour.driver
    open_record(driver)
    driver.push("Questionnaire")
    driver.expect_words("Hi Cai", "You can skip any question.")
    driver.picture("child-start")
    for key, name in ((Qt.Key.Key_K, "Ctrl+K"), (Qt.Key.Key_Q, "Ctrl+Q"), (Qt.Key.Key_N, "Ctrl+N")):
        driver.expect_no_effect(key, f"{name} does nothing for the child")
    driver.expect_no_effect(
        Qt.Key.Key_Left,
        "Alt and the left arrow do nothing for the child",
        ALT,
    )
    driver.push("Start")
    driver.fill("What are you good at?", WORDS)
    driver.push("Next")
    driver.expect_words("Can the court be told this in your words?", WORDS)
    driver.picture("child-quote")
    driver.push("Yes")
    driver.push("Next")
    driver.push("Cooking")
    driver.push("Next")
    driver.push("Skip")
    driver.push("Mum")
    driver.push("Next")
    driver.push("A lot")
    driver.push("Next")
    driver.wait_for("Do you feel safe when you go out?")
    driver.push("A bit")
    driver.picture("child-amount")
    driver.push("Stop")
    driver.expect_words("Give the laptop to your worker")
    driver.fill(f"Passphrase of {people.WORKER}", people.WORKER_PASSPHRASE)
    driver.picture("child-give-back")
    driver.push("Take the laptop back")
    driver.expect_words("Look at this now", "Do you feel safe when you go out?")
    driver.picture("sign-of-harm")
    driver.push("Note what was done")
    driver.fill("What did you do, or decide?", "Talked with Cai and told Robin at once.")
    driver.push("Note what was done")
    driver.expect_words("Every sign of harm has been acted on")
    driver.push("Go to the child’s record")
    driver.expect_words("Strengths first", WORDS)
    driver.picture("child-at-a-glance")
