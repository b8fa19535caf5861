"""A full disk, seen from the window: what was typed stays, and no half file is left.

Files may not grow in the first round of each; where this user may mount a small disk, there is a
second one on a disk that is really full.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app.casework import form_records, history
from app.models.change_log import Change
from tests.faults.sessions import at_desk, session

pytestmark = pytest.mark.usefixtures("cheap_keys")


def test_what_is_typed_without_room_stays_on_the_screen_and_is_saved_with_room(
    demonstration: Path,
    disks: list[tuple[str, Path]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for how, disk in disks:
        # Each copy of the casebook is on a laptop of its own.
        monkeypatch.setenv("WAYMARK_SETTINGS", str(tmp_path / f"settings-{how}"))
        folder = Path(shutil.copytree(demonstration, disk / "casebook"))
        seen = session("full_disk_session", "save", how, folder, disk)
        assert seen["text"].endswith("These words stay. ")
        assert seen["on_screen"] and seen["told"]
        assert seen["status"] == "Not saved"
        assert not seen["told_afterwards"]
        assert seen["status_afterwards"] == "Saved here"
        desk = at_desk(folder)
        document = form_records.open_form(desk, seen["record_id"]).document
        assert document[seen["path"]]["value"] == seen["text"]
        assert history.verify(desk).ok
        desk.close()


def test_an_export_without_room_leaves_no_half_file_and_no_entry(
    demonstration: Path,
    disks: list[tuple[str, Path]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for how, disk in disks:
        monkeypatch.setenv("WAYMARK_SETTINGS", str(tmp_path / f"settings-{how}"))
        folder = Path(shutil.copytree(demonstration, tmp_path / f"casebook-{how}"))
        seen = session("full_disk_session", "export", how, folder, disk)
        assert seen["said"] == ["There is no room left there, so the file was not written."]
        assert seen["left"] == []
        assert (disk / "report.pdf").stat().st_size == seen["written"] > 0
        assert sorted(path.name for path in disk.iterdir()) == ["report.pdf"]
        desk = at_desk(folder)
        with desk.casebook.read() as reading:
            given = reading.query(Change).filter_by(kind="disclosure", record_id=seen["report_id"])
            assert given.count() == 1
        desk.close()
