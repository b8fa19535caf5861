"""Two laptops and a central server: a code, work without a network, two answers, a lost laptop."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QLabel, QRadioButton

from tests import embedded_server
from tests.tour import people
from tests.tour.driver import Driver, TourFailed
from tests.tour.forms import as_typed
from tests.tour.telling import Tour

SERVER_FOLDER: Final = "server"
PID_FILE: Final = "server.pid"
LOOK_BEGINS_MS: Final = 400
SCHOOL: Final = "School, college or work (optional)"
BEFORE, HERE, THERE = "Fictional Bridge School", "Invented Quay College", "Imagined Mill Workshop"


def set_up_first(tour: Tour) -> None:
    """A service is founded at the server; its administrator sets up a laptop with the code."""
    _start_server(tour)
    made = embedded_server.asked(
        tour.work / SERVER_FOLDER,
        *("new-service", people.SERVICE, "--administrator", people.ADMINISTRATOR, "--every-child"),
    )
    _set_up(tour, str(made["code"]), people.ADMINISTRATOR, people.ADMINISTRATOR_PASSPHRASE)


def send_child(tour: Tour) -> None:
    """A child is added, waits, is sent, and the server confirms it."""
    driver = tour.driver
    driver.push("Add a child")
    driver.fill("Given name", people.GIVEN)
    driver.fill("Family name", people.FAMILY)
    driver.fill("Date of birth", as_typed(people.BORN))
    driver.fill(SCHOOL, BEFORE)
    driver.push("Save")
    driver.expect_words(people.NAME)
    driver.push("Sync")
    driver.expect_words("Server confirmed")
    _sync(driver)
    driver.expect_words("Nothing waits to be sent")
    driver.picture("sync-confirmed")


def make_code(tour: Tour) -> None:
    """The administrator makes a code for a colleague's laptop. It is shown once."""
    driver = tour.driver
    driver.push("Settings")
    driver.push("Code for a new laptop")
    driver.fill("Name", people.WORKER)
    driver.choose("Role", "practitioner")
    driver.push("Make the code", within=driver.window())
    driver.expect_words("It is shown only now.", "It counts once, until")
    shown = driver.until(
        lambda: [one for one in driver.widgets(QLabel) if "Code: " in one.accessibleName()],
        "the code",
    )
    tour.kept["code"] = shown[0].text()
    driver.picture("code-for-a-laptop")
    driver.push("Close", within=driver.window())


def set_up_second(tour: Tour) -> None:
    """The colleague sets up another laptop with it."""
    driver = tour.driver
    driver.wait_for("Set up your casebook")
    driver.push("I have a code from my service")
    driver.fill("Address of the server", _address(tour))
    driver.fill("Code", "ABCD-EFGH-JKMN")
    driver.push("Continue")
    driver.expect_words("The central server does not know that code.")
    driver.push("Back")
    _set_up(tour, tour.kept["code"], people.WORKER, people.WORKER_PASSPHRASE)


def take_child_along(tour: Tour) -> None:
    """Who travels with the laptop is chosen, and comes with the next sync."""
    driver = tour.driver
    driver.push("Sync")
    driver.expect_words("Server confirmed")
    driver.push("Who travels with this laptop")
    driver.button(people.NAME, within=driver.window())
    driver.push(people.NAME, within=driver.window())
    driver.picture("who-travels")
    driver.push("Save and sync", within=driver.window())
    driver.until(lambda: not driver.windows_over(), "the dialog to close")
    driver.push("Caseload")
    driver.open_row("Children", people.NAME)
    driver.open_tab("Details")
    driver.expect_words(BEFORE)


def work_offline(tour: Tour) -> None:
    """The server is away: work goes on, is saved here, and waits with its reason."""
    driver = tour.driver
    end_server(tour.work)
    _change_school(driver, HERE)
    driver.push("Sync")
    driver.push("Sync now")
    driver.expect_words("The central server can't be reached.", "waiting: no network", "No network")
    driver.expect_words("Safe to hand back this laptop: no, 1 change is only here")
    driver.picture("sync-offline")


def write_elsewhere(tour: Tour) -> None:
    """Somebody else writes another answer to the same question, and the server is there again."""
    driver = tour.driver
    _start_server(tour)
    _unlock(driver, people.ADMINISTRATOR_PASSPHRASE)
    _open_details(driver)
    _change_school(driver, THERE)
    driver.push("Sync")
    _sync(driver)
    driver.expect_words("Nothing waits to be sent")


def two_answers(tour: Tour) -> None:
    """Back online both answers stand side by side, with who and when; both on the record too."""
    driver = tour.driver
    _unlock(driver, people.WORKER_PASSPHRASE)
    driver.push("Sync")
    driver.until(lambda: _sync(driver) or driver.shows("Two people changed"), "two answers")
    driver.expect_words(
        f"Two people changed the same answer about {people.NAME}",
        "Before",
        BEFORE,
        HERE,
        THERE,
        people.ADMINISTRATOR,
        "1 thing needs you",
    )
    driver.picture("sync-two-answers")
    driver.push("1 thing needs you")
    driver.expect_words("Keep mine", "Keep theirs", "Write a new answer with reasons")


def settle(tour: Tour) -> None:
    """A person decides, with reasons."""
    driver = tour.driver
    driver.push("Write a new answer with reasons")
    driver.push("Save the new answer", within=driver.window())
    driver.expect_words("Give the new answer.", "Say why, in a few words.")
    driver.fill("New answer", f"{HERE}, and {THERE} on Fridays")
    driver.fill("Why", "Cai goes to both.")
    driver.picture("sync-new-answer")
    driver.push("Save the new answer", within=driver.window())
    driver.expect_words("Decided here. The server is told with the next sync.")
    driver.picture("sync-decided")


def hand_back(tour: Tour) -> None:
    """Once everything is sent the laptop can be handed back."""
    driver = tour.driver
    _sync(driver)
    driver.expect_words("Safe to hand back this laptop: yes", "Nothing waits to be sent")
    driver.expect(not driver.shows("Two people changed"), "nothing needs anybody any more")
    driver.picture("sync-hand-back")


def take_out(tour: Tour) -> None:
    """The administrator sees whose records lay on a lost laptop, and takes it out."""
    driver = tour.driver
    _unlock(driver, people.ADMINISTRATOR_PASSPHRASE)
    driver.push("Settings")
    driver.push("Show the laptops")
    driver.expect_words(people.WORKER, "This laptop", "In use")
    driver.picture("laptops")
    driver.open_row("Laptops of the service", people.WORKER)
    driver.expect_words("Whose records lay on it", people.NAME)
    driver.click(
        next(
            one
            for one in driver.widgets(QRadioButton)
            if one.accessibleName() == "Remove the casebook at once"
        )
    )
    driver.picture("lost-laptop")
    driver.push("Take out this laptop", within=driver.window())
    driver.expect_words("Taken out Today")
    driver.picture("laptop-taken-out")


def is_gone(tour: Tour) -> None:
    """At its next contact, which comes by itself, the lost laptop removes its casebook."""
    driver = tour.driver
    _type_passphrase(driver, people.WORKER_PASSPHRASE)
    driver.until(lambda: _says(driver, "taken out of use"), "the order to arrive", 90)
    driver.expect_words("Your service has taken this laptop out of use")
    driver.picture("laptop-gone")
    folder = tour.work / "second laptop"
    driver.expect(
        not (folder / "casebook.db").exists() and not (folder / "casebook.keys").exists(),
        "neither the store nor its keys lie on the laptop any more",
    )


def _says(driver: Driver, words: str) -> bool:
    """Whether the window says so; not while one window takes the place of another."""
    try:
        return driver.shows(words)
    except TourFailed:
        return False


def end_server(work: Path) -> None:
    """End the server, where one runs."""
    file = work / PID_FILE
    if file.exists():
        embedded_server.stop(int(file.read_text("ascii")))
        file.unlink()


def _start_server(tour: Tour) -> None:
    pid = embedded_server.start(tour.work / SERVER_FOLDER)
    (tour.work / PID_FILE).write_text(str(pid), "ascii")


def _address(tour: Tour) -> str:
    return embedded_server.address(tour.work / SERVER_FOLDER)


def _set_up(tour: Tour, code: str, name: str, passphrase: str) -> None:
    driver = tour.driver
    driver.wait_for("Set up your casebook")
    driver.push("I have a code from my service")
    driver.fill("Address of the server", _address(tour))
    driver.fill("Code", code)
    driver.picture("set-up-code")
    driver.push("Continue")
    driver.expect_words(people.SERVICE, f"This casebook is for {name}.")
    driver.picture("set-up-who")
    driver.push("That is me")
    driver.fill("New passphrase", passphrase)
    driver.fill("The same passphrase again", passphrase)
    driver.push("Continue")
    driver.push("Make a key for my service now")
    driver.fill("Save the key file as", str(tour.work / f"{name}.key"))
    driver.fill("Passphrase of the key file", people.KEY_PASSPHRASE)
    driver.push("Make the casebook")
    driver.expect_words("Your recovery code")
    shown = next(
        label for label in driver.widgets(QLabel) if "Recovery code: " in label.accessibleName()
    )
    driver.fill("Type the recovery code", shown.text())
    driver.push("Confirm and open the casebook")
    driver.expect_words("Nothing waits to be sent")


def _unlock(driver: Driver, passphrase: str) -> None:
    """Unlock a casebook that one person alone has a passphrase for."""
    _type_passphrase(driver, passphrase)
    driver.wait_for("Caseload")


def _type_passphrase(driver: Driver, passphrase: str) -> None:
    driver.wait_for("Unlock")
    # The thorough look at the folder begins after the first picture.
    driver.pause(LOOK_BEGINS_MS)
    driver.rest()
    driver.fill("Passphrase", passphrase)
    driver.push("Unlock")


def _open_details(driver: Driver) -> None:
    driver.push("Caseload")
    driver.open_row("Children", people.NAME)
    driver.open_tab("Details")


def _change_school(driver: Driver, school: str) -> None:
    """From the details of the child: another school."""
    driver.push("Change details")
    driver.fill(SCHOOL, school)
    driver.push("Save")
    driver.expect_words(school)


def _sync(driver: Driver) -> None:
    """Sync now, and wait for the end."""
    driver.push("Sync now")
    driver.button("Sync now")
