"""Locking and quitting while nothing can be saved: the key goes, the words come back.

Each round is run with files that may not grow, so that no folder of the computer takes anything,
and where this user may mount a small disk, on a disk that is really full.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.casework import aside, casebooks, demo, form_records, history
from app.casework.desk import Desk
from app.core.clock import SystemClock
from app.models import aside as places
from app.models import kdf
from tests.faults.test_full_disk import demonstration, disks
from tests.vaults import CHEAP, ROOT

__all__ = ["demonstration", "disks"]


@pytest.fixture(autouse=True)
def cheap_keys() -> Iterator[None]:
    """The same cost of keys as the sessions have."""
    with kdf.floor_lowered_for_tests(CHEAP):
        yield


def session(what: str, how: str, folder: Path, disk: Path) -> dict[str, Any]:
    """What somebody at the program saw."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.full_disk_lock", what, how, folder, disk],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    return seen


def at_desk(folder: Path) -> Desk:
    """The casebook, unlocked again."""
    user_id = casebooks.describe(folder).holders[0].user_id
    return casebooks.unlock(folder, user_id, demo.DEMO_PASSPHRASE, SystemClock())


def answer(desk: Desk, seen: dict[str, Any]) -> Any:
    """What the casebook holds where the words were typed."""
    held = form_records.open_form(desk, seen["record_id"]).document.get(seen["path"])
    return held["value"] if held else None


def check_taken_back(folder: Path, seen: dict[str, Any]) -> None:
    """The words are outside the casebook, sealed; the next unlock puts them back, once."""
    data = bytes.fromhex(seen["carried"])
    words = seen["text"].encode()
    for put_aside in (data, *(file.read_bytes() for file in folder.glob("casebook.aside*"))):
        assert words not in put_aside
    desk = at_desk(folder)
    assert answer(desk, seen) != seen["text"]
    taken = aside.take_back(desk, data)
    assert taken.answers > 0
    assert not taken.waiting and not taken.leftovers
    assert answer(desk, seen) == seen["text"]
    place = casebooks.last_place(desk)
    assert place is not None
    assert (place.page, place.path) == ("form", seen["path"])
    assert place.cursor == len(seen["text"])
    assert history.verify(desk).ok
    assert places.put_aside(folder, desk.casebook.store_id) == ()
    assert aside.take_back(desk).answers == 0
    desk.close()


def test_what_was_typed_before_a_lock_that_cannot_save_comes_back(
    demonstration: Path,
    disks: list[tuple[str, Path]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for how, disk in disks:
        monkeypatch.setenv("WAYMARK_SETTINGS", str(tmp_path / f"settings-{how}"))
        folder = Path(shutil.copytree(demonstration, disk / "casebook"))
        seen = session("lock", how, folder, disk)
        if how == "disk":
            # The full disk itself takes them, in the room that was kept.
            assert len(seen["put_aside"]) == 1
            assert seen["carried"] == ""
        else:
            # No disk takes anything: the process that follows the lock is given them.
            assert seen["put_aside"] == []
            assert seen["carried"] != ""
        check_taken_back(folder, seen)


def test_quitting_without_room_asks_and_keeps_what_was_typed(
    demonstration: Path,
    disks: list[tuple[str, Path]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for how, disk in disks:
        monkeypatch.setenv("WAYMARK_SETTINGS", str(tmp_path / f"settings-{how}"))
        folder = Path(shutil.copytree(demonstration, disk / "casebook"))
        seen = session("stay", how, folder, disk)
        assert seen["open"] and seen["on_screen"]
        assert seen["asked"] == [
            "Try again",
            "Keep them encrypted and close",
            "Close and lose 1 answer",
            "Go back",
        ]
        # Once there is room again, it closes and nothing was put aside.
        assert seen["finished"]
        assert seen["put_aside"] == []
        desk = at_desk(folder)
        assert answer(desk, seen) == seen["text"]
        desk.close()


def test_words_kept_encrypted_at_the_end_come_back(
    demonstration: Path,
    disks: list[tuple[str, Path]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for how, disk in disks:
        if how != "disk":
            continue
        monkeypatch.setenv("WAYMARK_SETTINGS", str(tmp_path / f"settings-{how}"))
        folder = Path(shutil.copytree(demonstration, disk / "casebook"))
        seen = session("quit", how, folder, disk)
        assert seen["finished"]
        assert len(seen["put_aside"]) == 1
        check_taken_back(folder, seen)
