"""The program with a real casebook: set up, unlock, lose the passphrase, lock, come back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLineEdit

from app import bootstrap
from app.casework import casebook_backups, casebook_keys, casebooks
from app.core import log
from app.core.clock import FixedClock
from app.core.settings import Settings, load
from app.ui import window_place
from app.ui.kit import Dialog
from app.ui.open_marker import OpenMarker
from app.ui.setup import RecoveryCard, SetupCard, strength
from app.ui.unlock import FolderCard, TroubleCard, UnlockCard
from tests.made_once import PASSPHRASE
from tests.ui.program.conftest import Seat

Sit = Callable[..., Seat]
OWN = "harbour velvet pumpkin ladder"
SERVICE = "quarry mitten saffron orbit"


def unlocked(seat: Seat, passphrase: str = PASSPHRASE) -> Seat:
    seat.type("Passphrase", passphrase)
    seat.press("Unlock")
    seat.until(lambda: seat.program.shell is not None)
    seat.settle()
    return seat


def test_a_casebook_is_set_up_and_its_code_typed_back(sit: Sit, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "casebook"
    seat = sit(folder)
    assert isinstance(seat.program.gate.card, SetupCard)
    seat.press("Make a new casebook")
    seat.press("Continue")
    assert seat.reads("There is a problem")
    seat.type("Name of the youth justice service", "Fictional Youth Justice Service")
    seat.press("Continue")
    seat.type("Your name", "Ash Rivers")
    seat.press("Manager: I countersign the work of others")
    seat.press("Continue")
    seat.type("New passphrase", OWN)
    seat.type("The same passphrase again", OWN + "s")
    seat.press("Continue")
    assert seat.reads("The two passphrases are not the same.")
    seat.type("The same passphrase again", OWN)
    seat.press("Continue")
    seat.type("Save the key file as", str(tmp_path / "keys" / "service.key"))
    seat.type("Passphrase of the key file", OWN)
    seat.press("Make the casebook")
    assert seat.reads("Choose another passphrase than your own.")
    seat.type("Passphrase of the key file", SERVICE)
    seat.press("Make the casebook")
    card = seat.program.gate.card
    assert isinstance(card, RecoveryCard)
    seat.type("Type the recovery code", "not the code")
    seat.press("Confirm and open the casebook")
    assert seat.program.shell is None
    seat.type("Type the recovery code", card.shown.text().lower().replace("-", " "))
    seat.press("Confirm and open the casebook")
    seat.until(lambda: seat.program.shell is not None)
    assert seat.program.desk.actor.role == "manager"
    assert load().casebook == str(folder)
    assert (tmp_path / "keys" / "service.key").exists()


def test_a_code_that_is_not_confirmed_is_asked_for_again(sit: Sit, tmp_path: Path) -> None:
    folder = tmp_path / "casebook"
    from app.models import escrow

    new = casebooks.NewCasebook(
        service_name="Fictional Youth Justice Service",
        user_name="Ash Rivers",
        passphrase=OWN,
        organisation_key=escrow.public_bytes(escrow.make()),
    )
    from app.core.clock import SystemClock

    casebooks.create(folder, new, SystemClock())
    seat = unlocked(sit(folder), OWN)
    assert seat.reads("Your recovery code is not confirmed yet.")
    seat.press("Confirm the code")
    assert seat.program.shell.page.name == "settings"
    assert isinstance(seat.program.shell.focusWidget(), QLineEdit)


def test_the_unlock_window_is_there_before_the_store_is_looked_at(
    sit: Sit, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sight = bootstrap.first_sight(folder)
    assert sight is not None
    assert (sight.kind, [holder.name for holder in sight.holders]) == ("ready", ["Ash Rivers"])


def test_the_right_passphrase_opens_and_a_wrong_one_says_so(sit: Sit, folder: Path) -> None:
    seat = sit(folder)
    assert isinstance(seat.program.gate.card, UnlockCard)
    assert seat.reads("Casebook of Ash Rivers")
    seat.press("Unlock")
    assert seat.reads("Enter your passphrase.")
    seat.type("Passphrase", "not this one at all")
    seat.press("Unlock")
    assert seat.reads("That passphrase is not right.")
    unlocked(seat)
    assert seat.program.desk.actor.name == "Ash Rivers"
    assert seat.program.gate is None


def test_wrong_passphrases_make_one_wait_longer_and_lead_to_the_recovery_code(
    sit: Sit, folder: Path, clock: FixedClock
) -> None:
    from datetime import timedelta

    seat = sit(folder)
    waits: list[int] = []
    card = seat.program.gate.card
    counted = card._wait

    def wait(seconds: int, why: str) -> None:
        waits.append(seconds)
        counted(0, why)

    card._wait = wait
    for _try in range(5):
        seat.type("Passphrase", "not this one at all")
        seat.press("Unlock")
        clock.advance(timedelta(seconds=120))
    assert waits == sorted(waits)
    assert waits[-1] > waits[0]
    assert seat.reads("use your recovery code")


def test_the_button_waits_while_one_may_not_try(sit: Sit, folder: Path) -> None:
    seat = sit(folder)
    card = seat.program.gate.card
    card._wait(90, "That passphrase is not right.")
    assert not card.unlock.isEnabled()
    assert "You can try again in 90 seconds." in card.field.error.text()
    card._until = 0.0
    card._tick()
    assert card.unlock.isEnabled()


def test_the_recovery_code_sets_a_new_passphrase(sit: Sit, desk: object, tmp_path: Path) -> None:
    code = casebook_keys.new_recovery_code(desk, PASSPHRASE)  # type: ignore[arg-type]
    desk.close()  # type: ignore[attr-defined]
    seat = sit(tmp_path / "casebook")
    seat.press("I can’t remember it")
    seat.press("Set the new passphrase")
    assert seat.reads("Enter the recovery code.")
    seat.type("Recovery code", code)
    seat.type("New passphrase", OWN)
    seat.press("Set the new passphrase")
    seat.until(lambda: seat.program.shell is not None)
    seat.settle()
    seat.program.quit()
    unlocked(sit(tmp_path / "casebook"), OWN)


def test_a_backup_is_restored_before_anything_is_unlocked(
    sit: Sit, desk: object, tmp_path: Path
) -> None:
    folder = tmp_path / "casebook"
    casebook_backups.back_up(desk, tmp_path / "stick")  # type: ignore[arg-type]
    desk.close()  # type: ignore[attr-defined]
    (folder / "casebook.db").write_bytes(b"")
    seat = sit(folder)
    assert isinstance(seat.program.gate.card, TroubleCard)
    seat.press("Restore from a backup")
    assert seat.reads("There is no backup in this folder.")
    seat.type("Folder of the backups", str(tmp_path / "stick"))
    seat.until(seat.program.gate.card.go.isVisible)
    seat.settle()
    seat.type("Passphrase", PASSPHRASE)
    seat.press("Restore this backup")
    seat.until(lambda: seat.program.shell is not None)
    seat.settle()


@pytest.mark.parametrize("content", [b"", b"SQLite format 3\0" + b"\0" * 500])
def test_a_store_that_is_no_store_is_refused_in_words_and_left_alone(
    sit: Sit, folder: Path, content: bytes
) -> None:
    store = folder / "casebook.db"
    store.write_bytes(content)
    seat = sit(folder)
    card = seat.program.gate.card
    assert isinstance(card, TroubleCard)
    assert card.message.text()
    assert store.read_bytes() == content
    seat.press("Open another folder")
    assert isinstance(seat.program.gate.card, FolderCard)
    seat.type("Folder of the casebook", str(folder.parent / "elsewhere"))
    seat.press("Open")
    assert isinstance(seat.program.gate.card, SetupCard)


def test_before_unlocking_the_language_and_the_text_size_can_be_changed(
    sit: Sit, folder: Path
) -> None:
    seat = sit(folder)
    before = seat.program.gate.card
    seat.press("Cymraeg")
    assert seat.program.gate.card is not before
    assert load().language == "cy"
    seat.press("English")
    seat.program.step_text(1)
    assert load().text_size == 110


# ---- lock --------------------------------------------------------------------------------------


def test_a_lock_ends_the_process_and_a_fresh_one_comes_back_to_the_page(
    sit: Sit, folder: Path
) -> None:
    seat = unlocked(sit(folder))
    seat.program.shell.go("help")
    seat.program.shell.lock()
    assert seat.ended == [True]
    ((where, user_id, window, carried),) = seat.restarted
    assert carried == b""
    assert where == folder
    assert user_id
    assert "x" in window
    assert seat.program.desk is None
    again = unlocked(sit(folder))
    assert again.program.shell.page.name == "help"


def test_a_lock_wins_over_an_open_dialog(sit: Sit, folder: Path) -> None:
    seat = unlocked(sit(folder))
    seat.program.shell.go("settings")
    seat.settle()
    seat.press("Add a user")
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, Dialog)
    seat.program.lock("idle")
    assert seat.ended == [True]
    assert not dialog.isVisible()


def test_a_lock_wins_over_a_page_that_fails(
    sit: Sit, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seat = unlocked(sit(folder))
    page = seat.program.shell.go("help")

    def fail() -> None:
        raise ValueError("a fault")

    monkeypatch.setattr(page, "leaving", fail)
    seat.program.lock("suspend")
    assert seat.ended == [True]


def test_what_a_page_puts_on_the_thread_in_leaving_is_done_before_the_lock(
    sit: Sit, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seat = unlocked(sit(folder))
    page = seat.program.shell.go("help")
    done: list[str] = []
    desk = seat.program.desk

    def save() -> None:
        with desk.casebook.read():
            done.append("saved")

    monkeypatch.setattr(page, "leaving", lambda: page.run(save, lambda _n: done.append("told")))
    seat.program.lock()
    assert done == ["saved", "told"]


def test_a_second_lock_while_one_is_under_way_does_nothing(sit: Sit, folder: Path) -> None:
    seat = unlocked(sit(folder))
    seat.program.lock()
    seat.program.lock("idle")
    assert seat.ended == [True]
    assert len(seat.restarted) == 1


def test_a_locked_casebook_can_be_opened_by_the_process_after_it(sit: Sit, folder: Path) -> None:
    unlocked(sit(folder)).program.lock()
    seat = unlocked(sit(folder))
    assert seat.program.desk is not None


def test_what_was_copied_here_is_taken_off_the_clipboard(sit: Sit, folder: Path) -> None:
    seat = unlocked(sit(folder))
    seat.program.clipboard.copy_secret("RECOVERY-CODE")
    assert QApplication.clipboard().text() == "RECOVERY-CODE"
    seat.program.lock()
    assert QApplication.clipboard().text() == ""


def test_an_end_without_warning_is_told_the_next_time_and_only_then(
    sit: Sit, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seat = unlocked(sit(folder))
    # The process is killed: nothing of the orderly end happens, and its lock file is left.
    with monkeypatch.context() as killed:
        killed.setattr(OpenMarker, "take", lambda _marker: None)
        seat.program.quit()
    again = unlocked(sit(folder))
    assert again.reads("Waymark ended without warning last time")
    again.program.quit()
    third = unlocked(sit(folder))
    assert not third.reads("Waymark ended without warning last time")


def test_quitting_saves_closes_and_starts_nothing(sit: Sit, folder: Path) -> None:
    seat = unlocked(sit(folder))
    seat.program.shell.close()
    assert seat.program.ending
    assert seat.program.desk is None
    assert seat.restarted == []


def test_the_window_of_the_next_process_is_like_this_one(sit: Sit, folder: Path) -> None:
    seat = sit(folder)
    seat.program.gate.resize(900, 640)
    words = window_place.window_words(seat.program.gate)
    assert words.startswith("900x640+")
    seat.program.gate.resize(700, 500)
    window_place.put_window(seat.program.gate, words)
    assert (seat.program.gate.width(), seat.program.gate.height()) == (900, 640)
    window_place.put_window(seat.program.gate, "nonsense")
    assert seat.program.gate.width() == 900


def test_settings_and_log_hold_nothing_of_a_child(sit: Sit, folder: Path, tmp_path: Path) -> None:
    log.start()
    seat = unlocked(sit(folder))
    from datetime import date

    from app.casework import children

    desk = seat.program.desk
    details = children.ChildDetails(
        given_name="Zephyrine", family_name="Quillfeather", date_of_birth=date(2011, 7, 3)
    )
    made: list[str] = []
    seat.program.tasks.run(lambda: made.append(children.add_child(desk, details).id), owner=None)
    seat.settle()
    seat.program._fault(ValueError("Zephyrine Quillfeather"))
    seat.program.lock()
    outside = [
        file for file in tmp_path.rglob("*") if file.is_file() and folder not in file.parents
    ]
    assert outside
    for file in outside:
        content = file.read_bytes()
        assert b"Zephyrine" not in content, file
        assert made[0].encode() not in content, file


# ---- passphrases -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("passphrase", "tone"),
    [
        ("short", "serious"),
        ("aaaaaaaaaaaaaaaaaaaa", "serious"),
        ("Tr0ub4dor&3xyz", "attention"),
        (OWN, "good"),
        ("velvet velvet velvet velvet", "serious"),
        ("summer holiday summer holiday", "attention"),
    ],
)
def test_long_unlike_words_are_what_makes_a_passphrase_strong(passphrase: str, tone: str) -> None:
    assert strength(passphrase)[0] == tone


def test_settings_that_cannot_be_used_become_the_defaults(tmp_path: Path) -> None:
    from app.core import settings

    (tmp_path / settings.FILE_NAME).write_text(
        '{"theme": "neon", "text_size": 900, "language": "cy", "idle_lock_minutes": true, "x": 1}',
        "utf-8",
    )
    assert settings.load(tmp_path) == Settings(language="cy")
    (tmp_path / settings.FILE_NAME).write_text("[]", "utf-8")
    assert settings.load(tmp_path) == Settings()
    settings.save(Settings(theme="dark", text_size=150), tmp_path)
    assert settings.load(tmp_path) == Settings(theme="dark", text_size=150)
