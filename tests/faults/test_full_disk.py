"""A full disk, seen from the window: what was typed stays, and no half file is left.

Files may not grow in the first round of each; where this user may mount a small disk, there is a
second one on a disk that is really full.
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

from app.casework import casebooks, demo, form_records, history
from app.casework.desk import Desk
from app.core.clock import SystemClock
from app.models import kdf
from app.models.change_log import Change
from tests.vaults import CHEAP, ROOT


@pytest.fixture(autouse=True)
def cheap_keys() -> Iterator[None]:
    """The same cost of keys as the sessions have."""
    with kdf.floor_lowered_for_tests(CHEAP):
        yield


@pytest.fixture(scope="module")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration casebook, closed."""
    folder = tmp_path_factory.mktemp("demonstration") / "casebook"
    with kdf.floor_lowered_for_tests(CHEAP), pytest.MonkeyPatch.context() as patch:
        patch.setenv("WAYMARK_SETTINGS", str(folder.parent / "settings"))
        demo.build(folder, SystemClock())
    return folder


@pytest.fixture
def disks(tmp_path: Path) -> Iterator[list[tuple[str, Path]]]:
    """How the room runs out, and where: files that may not grow; a small disk where one can be."""
    plain, small = tmp_path / "plain", tmp_path / "small"
    for point in (plain, small):
        point.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=48m", "waymark-test", str(small)]
    try:
        mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    yield [("limit", plain), *([("disk", small)] if mounted else [])]
    if mounted:
        subprocess.run(["umount", "--lazy", str(small)], check=True)


def session(what: str, how: str, folder: Path, disk: Path) -> dict[str, Any]:
    """What somebody at the program saw."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.full_disk_session", what, how, folder, disk],
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
        seen = session("save", how, folder, disk)
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
        seen = session("export", how, folder, disk)
        assert seen["said"] == ["There is no room left there, so the file was not written."]
        assert seen["left"] == []
        assert (disk / "report.pdf").stat().st_size == seen["written"] > 0
        assert sorted(path.name for path in disk.iterdir()) == ["report.pdf"]
        desk = at_desk(folder)
        with desk.casebook.read() as reading:
            given = reading.query(Change).filter_by(kind="disclosure", record_id=seen["report_id"])
            assert given.count() == 1
        desk.close()
