"""Locking and quitting while nothing can be saved: the key goes, the words come back.

Each round is run with files that may not grow, so that no folder of the computer takes anything,
and where this user may mount a small disk, on a disk that is really full.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from app.casework import aside, form_records, history, places
from app.casework.desk import Desk
from app.models import aside as kept_aside
from tests.faults.sessions import at_desk, session

pytestmark = pytest.mark.usefixtures("cheap_keys")


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
    place = places.last_place(desk)
    assert place is not None
    assert (place.page, place.path) == ("form", seen["path"])
    assert place.cursor == len(seen["text"])
    assert history.verify(desk).ok
    assert kept_aside.put_aside(folder, desk.casebook.store_id) == ()
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
        seen = session("full_disk_lock", "lock", how, folder, disk)
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
        seen = session("full_disk_lock", "stay", how, folder, disk)
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
        seen = session("full_disk_lock", "quit", how, folder, disk)
        assert seen["finished"]
        assert len(seen["put_aside"]) == 1
        check_taken_back(folder, seen)
