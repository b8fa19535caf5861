"""Ends without warning, locks at odd moments, damaged keys, words that a fresh process is given."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from PySide6.QtWidgets import QPlainTextEdit, QPushButton

from app import bootstrap
from app.casework import (
    aside,
    casebook_keys,
    casebook_users,
    casebooks,
    children,
    form_records,
    places,
)
from app.casework.aside import Unkept
from app.casework.form_records import AnswerChange
from app.core.clock import FixedClock
from app.core.paths import settings_folder
from app.core.settings import Settings
from app.models import aside as kept_aside
from app.models import durable, escrow
from app.models.change_log import Change
from app.ui import application as program_module
from app.ui.kit import Message
from app.ui.open_marker import OpenMarker
from app.ui.setup import RecoveryCard
from app.ui.shell import Shell
from app.ui.tasks import InlineTasks
from app.ui.unlock import RecoverCard, TroubleCard, UnlockCard
from tests.made_once import PASSPHRASE
from tests.ui.program.conftest import Seat
from tests.vaults import ROOT, run_python

Sit = Callable[..., Seat]
OWN = "harbour velvet pumpkin ladder"


def unlocked(seat: Seat, passphrase: str = PASSPHRASE) -> Seat:
    seat.type("Passphrase", passphrase)
    seat.press("Unlock")
    seat.until(lambda: seat.program.shell is not None)
    seat.settle()
    return seat


def answered(text: str) -> dict[str, object]:
    return {"value": text, "language": "en", "by": "x", "how": "typed", "at": "2026-11-23"}


def begun(folder: Path, clock: FixedClock) -> tuple[str, str]:
    """A form that somebody has begun; gives the ids of the user and of the form."""
    user_id = casebooks.describe(folder).holders[0].user_id
    desk = casebooks.unlock(folder, user_id, PASSPHRASE, clock)
    child = children.add_child(
        desk, children.ChildDetails(given_name="Tal", family_name="Fenwick"), reason="New"
    )
    record = form_records.start(desk, child.id, "assessment")
    form_records.save_answers(
        desk, record.record_id, [AnswerChange("home_good", answered("A room"))], leaving=True
    )
    desk.close()
    return user_id, record.record_id


def seal(folder: Path, clock: FixedClock, user_id: str, record_id: str, text: str) -> bytes:
    """What a lock seals that could not save `text`."""
    desk = casebooks.unlock(folder, user_id, PASSPHRASE, clock)
    unkept = Unkept(record_id, (AnswerChange("home_good", answered(text)),))
    place = places.Place("form", record_id=record_id, path="home_good", cursor=4)
    data = aside.seal(desk, [unkept], place)
    desk.close()
    return data


# ---- ends without warning ----------------------------------------------------------------------


def test_the_strip_after_an_end_without_warning_says_only_what_is_known(
    sit: Sit, folder: Path, clock: FixedClock
) -> None:
    marker = OpenMarker(folder)
    marker.put()
    at = clock.now().timestamp()
    os.utime(marker._file, (at, at))
    seat = unlocked(sit(folder))
    assert seat.reads("Nothing was saved after the casebook was unlocked at 09:30.")
    assert seat.program.shell.ended_at is None
    seat.program.quit()
    marker.put()
    marker.saved()
    before = (clock.now() - timedelta(days=3, hours=1)).timestamp()
    os.utime(marker._file, (before, before))
    again = unlocked(sit(folder))
    assert again.reads("It last saved something on this laptop at 20 November 2026 at 08:30")
    assert again.program.shell.ended_at is not None


def test_a_lock_that_is_due_while_somebody_quits_is_not_missed(
    sit: Sit, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seat = unlocked(sit(folder))
    page = seat.program.shell.go("help")

    def sleeps() -> None:
        if not seat.program._end.begun:
            seat.program.lock("suspend")

    monkeypatch.setattr(page, "leaving", sleeps)
    seat.program.quit()
    assert seat.ended == [True]
    assert len(seat.restarted) == 1


def test_a_fault_before_the_pages_are_there_leads_to_no_page(
    qtbot: object, desk: casebooks.Desk, dressed: None
) -> None:
    shell = Shell(desk, InlineTasks(), Settings(theme="light"))
    shell.show()
    shell.show_error(ValueError("a fault"))
    (said,) = shell.findChildren(Message)
    assert [button.text() for button in said.findChildren(QPushButton)] == ["Close"]
    shell.report_problem()
    assert shell.page is None
    program_module.register_pages(shell)
    shell.report_problem("ValueError")
    assert shell.page.name == "problem_report"
    assert "Fault: ValueError" in shell.page.shown.toPlainText()
    said.reject()
    shell.leave_for_good()
    shell.close()
    shell.deleteLater()


def test_a_process_that_runs_the_program_is_hardened_before_qt_and_keys(tmp_path: Path) -> None:
    code = """
import ctypes, resource, sys
from app import bootstrap
def made(_arguments):
    print(resource.getrlimit(resource.RLIMIT_CORE))
    print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
    raise SystemExit
bootstrap.make_qt = made
bootstrap.run(bootstrap.Start(demo=True))
"""
    done = run_python(code)
    assert done.stdout.splitlines() == ["(0, 0)", "0"], done.stderr


# ---- the recovery code -------------------------------------------------------------------------


def test_the_recovery_code_does_not_stand_on_an_unattended_screen(
    sit: Sit, tmp_path: Path, clock: FixedClock
) -> None:
    folder = tmp_path / "casebook"
    new = casebooks.NewCasebook(
        service_name="Fictional Youth Justice Service",
        user_name="Ash Rivers",
        passphrase=OWN,
        organisation_key=escrow.public_bytes(escrow.make()),
    )
    made = casebooks.create(folder, new, clock)
    seat = sit(folder)
    desk = casebooks.unlock(folder, made.user_id, OWN, clock)
    seat.program.entrance.show_recovery_code(desk, made.recovery_code)
    card = seat.program.gate.card
    assert isinstance(card, RecoveryCard)
    assert seat.reads("If nobody is here for 5 minutes, the casebook locks")
    watch = seat.program._watch
    watch._touched -= 5 * 60
    watch.tick()
    assert seat.ended == [True]
    assert seat.program.desk is None
    # The fresh process asks for the passphrase, and then for the code or another one.
    again = unlocked(sit(folder), OWN)
    assert again.reads("Your recovery code is not confirmed yet.")
    again.press("Confirm the code")
    assert again.named(QPushButton, "Make a new recovery code").isEnabled()


def test_confirming_the_code_ends_its_watch_and_starts_that_of_the_window(
    sit: Sit, tmp_path: Path, clock: FixedClock
) -> None:
    folder = tmp_path / "casebook"
    new = casebooks.NewCasebook(
        service_name="Fictional Youth Justice Service",
        user_name="Ash Rivers",
        passphrase=OWN,
        organisation_key=escrow.public_bytes(escrow.make()),
    )
    made = casebooks.create(folder, new, clock)
    seat = sit(folder)
    desk = casebooks.unlock(folder, made.user_id, OWN, clock)
    seat.program.entrance.show_recovery_code(desk, made.recovery_code)
    first = seat.program._watch
    seat.type("Type the recovery code", made.recovery_code)
    seat.press("Confirm and open the casebook")
    seat.until(lambda: seat.program.shell is not None)
    assert seat.program._watch is not first
    assert not first._timer.isActive()


def test_changes_of_what_opens_the_casebook_are_in_its_log(folder: Path, clock: FixedClock) -> None:
    user_id = casebooks.describe(folder).holders[0].user_id
    desk = casebooks.unlock(folder, user_id, PASSPHRASE, clock)
    casebook_keys.change_passphrase(desk, PASSPHRASE, OWN)
    code = casebook_keys.new_recovery_code(desk, OWN)
    casebook_keys.confirm_recovery_code(desk, code)
    desk.close()
    desk = casebooks.recover(folder, code, user_id, PASSPHRASE, clock)
    with desk.casebook.read() as session:
        held = session.query(Change).filter_by(kind="keys").order_by(Change.entry).all()
        told = [row.record_id for row in held]
    # At set-up the code was confirmed; then a passphrase, a code, its confirmation, a recovery.
    assert told == [user_id] * 5
    assert desk.casebook.verify().ok
    desk.close()
    store = (folder / "casebook.db").read_bytes()
    assert OWN.encode() not in store and code.encode() not in store


# ---- a damaged key file ------------------------------------------------------------------------


def test_the_previous_copy_of_a_damaged_key_file_leads_back_in(
    sit: Sit, folder: Path, clock: FixedClock
) -> None:
    user_id = casebooks.describe(folder).holders[0].user_id
    desk = casebooks.unlock(folder, user_id, PASSPHRASE, clock)
    code = casebook_keys.new_recovery_code(desk, PASSPHRASE)
    casebook_keys.change_passphrase(desk, PASSPHRASE, OWN)
    desk.close()
    (folder / "casebook.keys").write_bytes(b"{ half a file")
    seat = sit(folder)
    assert isinstance(seat.program.gate.card, TroubleCard)
    seat.press("Use the previous copy of the key file")
    assert isinstance(seat.program.gate.card, RecoverCard)
    seat.type("Recovery code", code)
    seat.type("New passphrase", OWN + " again")
    seat.press("Set the new passphrase")
    seat.until(lambda: seat.program.shell is not None)
    seat.settle()
    seat.program.quit()
    unlocked(sit(folder), OWN + " again")


def test_without_a_previous_copy_none_is_offered(sit: Sit, folder: Path) -> None:
    (folder / "casebook.keys.previous").unlink(missing_ok=True)
    (folder / "casebook.keys").write_bytes(b"")
    seat = sit(folder)
    assert isinstance(seat.program.gate.card, TroubleCard)
    names = [b.text() for b in seat.window.findChildren(QPushButton) if b.isVisible()]
    assert "Use the previous copy of the key file" not in names
    assert "Look again" in names


# ---- words that could not be saved -------------------------------------------------------------


def test_a_fresh_process_is_given_the_sealed_words_and_nothing_else_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given, told = tmp_path / "given", tmp_path / "told"
    script = tmp_path / "python"
    script.write_text(
        f"#!{sys.executable}\n"
        "import os, sys\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        "from app.bootstrap import read_carried\n"
        "data = read_carried() if '--carried' in sys.argv else b'none'\n"
        f"open({str(told)!r}, 'w').write(' '.join(sys.argv[1:]))\n"
        f"open({str(given)!r} + '.new', 'wb').write(data)\n"
        f"os.replace({str(given)!r} + '.new', {str(given)!r})\n"
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(sys, "executable", str(script))
    started: list[subprocess.Popen[bytes]] = []
    real = subprocess.Popen

    def start(*arguments: object, **more: object) -> subprocess.Popen[bytes]:
        started.append(real(*arguments, **more))  # type: ignore[call-overload]
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", start)
    # More than a pipe holds at once.
    carried = os.urandom(300_000)
    bootstrap.start_fresh_process(bootstrap.Start(folder=tmp_path, carried=carried))
    assert started[0].wait(60) == 0
    assert given.read_bytes() == carried
    bootstrap.start_fresh_process(bootstrap.Start(folder=tmp_path))
    assert started[1].wait(60) == 0
    assert given.read_bytes() == b"none"
    assert "--carried" not in told.read_text()


def test_words_a_process_was_given_go_to_a_disk_and_back_into_the_casebook(
    sit: Sit, folder: Path, clock: FixedClock
) -> None:
    user_id, record_id = begun(folder, clock)
    carried = seal(folder, clock, user_id, record_id, "A room of their own")
    seat = sit(folder, carried=carried)
    assert seat.program.carried.sealed == b""
    (kept,) = folder.glob("casebook.aside-*")
    assert b"own" not in kept.read_bytes()
    unlocked(seat)
    assert seat.reads("1 answer could not be saved before the casebook was closed. It is back.")
    assert not list(folder.glob("casebook.aside-*"))
    page = seat.program.shell.page
    assert page.name == "form"
    assert page.controller.sheet.value("home_good") == "A room of their own"


def test_a_process_holds_words_that_no_disk_takes_until_somebody_unlocks(
    sit: Sit, folder: Path, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    user_id, record_id = begun(folder, clock)
    carried = seal(folder, clock, user_id, record_id, "A room of their own")

    def refuse(*_asked: object) -> None:
        raise OSError("No space left on device")

    with monkeypatch.context() as full:
        full.setattr(durable, "replace_file", refuse)
        (folder / "casebook.aside").unlink(missing_ok=True)
        seat = sit(folder, carried=carried)
        assert isinstance(seat.program.gate.card, UnlockCard)
        assert seat.program.carried.sealed == carried
        seat.program.gate.close()
        assert not seat.program.ending
        assert seat.reads("This window holds answers that could not be saved")
        seat.press("Go back")
        assert seat.program.gate.isVisible()
    unlocked(seat)
    assert seat.program.carried.sealed == b""
    assert seat.program.shell.page.controller.sheet.value("home_good") == "A room of their own"


def test_what_was_changed_since_is_shown_and_not_overwritten(
    sit: Sit, folder: Path, clock: FixedClock
) -> None:
    user_id, record_id = begun(folder, clock)
    casebook_words = seal(folder, clock, user_id, record_id, "Words from before the lock")
    aside.keep(folder, casebook_words)
    clock.advance(timedelta(minutes=5))
    desk = casebooks.unlock(folder, user_id, PASSPHRASE, clock)
    form_records.save_answers(
        desk, record_id, [AnswerChange("home_good", answered("Newer words"))], leaving=True
    )
    desk.close()
    seat = unlocked(sit(folder))
    desk = seat.program.desk
    document = form_records.open_form(desk, record_id).document
    assert document["home_good"]["value"] == "Newer words"
    seat.press("Show them")
    window = seat.window
    texts = [each.toPlainText() for each in window.findChildren(QPlainTextEdit)]
    assert texts == ["Words from before the lock"]
    assert kept_aside.put_aside(folder, desk.casebook.store_id)
    seat.press("I have what I need")
    assert kept_aside.put_aside(folder, desk.casebook.store_id) == ()
    assert not seat.reads("can’t be put back by themselves")


def test_the_words_of_another_user_wait_for_that_user(folder: Path, clock: FixedClock) -> None:
    user_id, record_id = begun(folder, clock)
    desk = casebooks.unlock(folder, user_id, PASSPHRASE, clock)
    other = casebook_users.admit(desk, "Rowan Okell", "manager", OWN)
    desk.close()
    aside.keep(folder, seal(folder, clock, user_id, record_id, "Ash typed this"))
    desk = casebooks.unlock(folder, other.id, OWN, clock)
    assert aside.take_back(desk).answers == 0
    desk.close()
    desk = casebooks.unlock(folder, user_id, PASSPHRASE, clock)
    assert aside.take_back(desk).answers == 1
    desk.close()


def test_room_on_the_disk_is_kept_and_kept_again(folder: Path, clock: FixedClock) -> None:
    user_id, record_id = begun(folder, clock)
    data = seal(folder, clock, user_id, record_id, "words")
    assert kept_aside.keep_room(folder)
    first = kept_aside.put(folder, data)
    assert first.parent == folder
    assert first.stat().st_size == kept_aside.ROOM_BYTES
    assert not (folder / kept_aside.ROOM_NAME).exists()
    # Without room that was kept, a small file is tried.
    second = kept_aside.put(folder, data)
    assert second.stat().st_size == len(data)
    assert kept_aside.read(first)[: len(data)] == data


# ---- where the anchor lies ---------------------------------------------------------------------


def test_anchors_lie_in_the_settings_folder_and_nowhere_else(
    folder: Path, clock: FixedClock, tmp_path: Path
) -> None:
    user_id = casebooks.describe(folder).holders[0].user_id
    before = set(tmp_path.rglob("*.json"))
    desk = casebooks.unlock(folder, user_id, PASSPHRASE, clock)
    keeper = desk.keeper
    assert keeper is not None and keeper.place == "file"
    desk.close()
    known = keeper.read()
    assert known is not None
    (anchor,) = (settings_folder() / "anchors").iterdir()
    assert set(tmp_path.rglob("*.json")) - before <= {anchor}
    desk = casebooks.unlock(folder, user_id, PASSPHRASE, clock)
    assert desk.casebook.head().entries == known.entries + 1
    desk.close()
