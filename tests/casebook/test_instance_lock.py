"""One Waymark to a casebook, on a disk that can be trusted; walls around its process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest

from app.core.clock import FixedClock
from app.core.errors import BugError
from app.models import instance_lock
from app.models.instance_lock import HeldElsewhere, InstanceLock
from tests.vaults import ROOT, run_python

HOLD = """
import sys, time
from pathlib import Path
from app.models.instance_lock import InstanceLock
InstanceLock(Path(sys.argv[1])).acquire()
print("held", flush=True)
time.sleep(60)
"""


def holder_process(folder: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_window_is_told_who_has_the_casebook_open(tmp_path: Path) -> None:
    with holder_process(tmp_path) as process:
        try:
            with pytest.raises(HeldElsewhere, match="already open") as refused:
                InstanceLock(tmp_path).acquire()
            holder = refused.value.holder
            assert holder is not None
            assert holder.pid == process.pid
            assert holder.user in refused.value.user_text
        finally:
            process.kill()


def test_a_lock_left_by_a_killed_window_is_no_hindrance(tmp_path: Path) -> None:
    with holder_process(tmp_path) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    lock = InstanceLock(tmp_path)
    left = lock.holder()
    assert left is not None
    assert left.pid == process.pid
    lock.acquire()
    mine = lock.holder()
    assert mine is not None
    assert mine.pid == os.getpid()
    lock.release()


def test_two_locks_in_one_process_shut_each_other_out(tmp_path: Path, clock: FixedClock) -> None:
    first, second = InstanceLock(tmp_path, clock), InstanceLock(tmp_path)
    with first:
        assert first.held
        holder = second.holder()
        assert holder is not None
        assert holder.since == "2026-11-23T09:30:00+00:00"
        with pytest.raises(HeldElsewhere):
            second.acquire()
        with pytest.raises(BugError):
            first.acquire()
    assert not first.held
    first.release()
    with second:
        assert second.held


def test_a_window_started_while_another_ends_waits_for_it(tmp_path: Path) -> None:
    code = """
import sys, time
from pathlib import Path
from app.models.instance_lock import InstanceLock
lock = InstanceLock(Path(sys.argv[1]))
lock.acquire()
print("held", flush=True)
sys.stdin.readline()
lock.release()
"""
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        lock = InstanceLock(tmp_path)
        with pytest.raises(HeldElsewhere):
            lock.acquire(wait_seconds=0.1)
        process.stdin.write("\n")
        process.stdin.flush()
        lock.acquire(wait_seconds=30)
        lock.release()


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'{"pid": 1}', b"\xff\xff"])
def test_an_unreadable_lock_file_is_no_hindrance_and_names_nobody(
    tmp_path: Path, content: bytes
) -> None:
    (tmp_path / instance_lock.LOCK_NAME).write_bytes(content)
    lock = InstanceLock(tmp_path)
    assert lock.holder() is None
    with lock, pytest.raises(HeldElsewhere):
        InstanceLock(tmp_path).acquire()


MOUNTS = """\
/dev/sda2 / ext4 rw 0 0
tmpfs /run tmpfs rw 0 0
//files/home /home/sam/Team\\040drive cifs rw 0 0
files:/export /mnt/nfs nfs4 rw 0 0
overlay /mnt/nfs/local overlay rw 0 0
broken
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/home/sam/casebook", "ext4"),
        ("/home/sam/Team drive/casebook", "cifs"),
        ("/home/sam/Team drives", "ext4"),
        ("/mnt/nfs", "nfs4"),
        ("/mnt/nfs/local/x", "overlay"),
        ("/run", "tmpfs"),
    ],
)
def test_the_disk_under_a_folder_is_found_in_the_mounts(folder: str, kind: str) -> None:
    assert instance_lock.mount_type(PurePosixPath(folder), MOUNTS) == kind


def test_a_network_share_is_refused_and_nothing_is_written_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not instance_lock.is_network_share(tmp_path)
    monkeypatch.setattr(instance_lock, "mount_type", lambda folder, mounts: "cifs")
    with pytest.raises(instance_lock.OnNetworkShare):
        InstanceLock(tmp_path / "casebook").acquire()
    assert not (tmp_path / "casebook").exists()


@pytest.mark.parametrize(
    ("folder", "service"),
    [
        (PureWindowsPath(r"C:\Users\sam\OneDrive - Rivermouth Council\Waymark"), "OneDrive"),
        (PureWindowsPath(r"C:\Users\sam\OneDrive\Waymark"), "OneDrive"),
        (PurePosixPath("/home/sam/Dropbox (Work)/casebook"), "Dropbox"),
        (
            PurePosixPath("/Users/sam/Library/Mobile Documents/com~apple~CloudDocs/w"),
            "iCloud Drive",
        ),
        (PurePosixPath("/home/sam/Nextcloud/casebook"), "Nextcloud"),
        (PurePosixPath("/home/sam/casebook"), None),
        (PurePosixPath("/home/sam/about onedrive/casebook"), None),
        (PurePosixPath("/home/sam/dropboxes/casebook"), None),
    ],
)
def test_a_folder_that_is_copied_elsewhere_is_named(
    folder: PurePosixPath | PureWindowsPath, service: str | None
) -> None:
    assert instance_lock.synced_folder(folder, {}) == service


def test_a_redirected_folder_is_known_by_the_environment() -> None:
    environment = {"OneDriveCommercial": "/data/sync"}
    assert instance_lock.synced_folder(PurePosixPath("/data/sync/a"), environment) == "OneDrive"
    assert instance_lock.synced_folder(PurePosixPath("/data/synced/a"), environment) is None


def test_a_hardened_process_leaves_no_core_and_its_memory_is_closed() -> None:
    code = """
import ctypes, resource, sys
from app.models.hardening import harden
print(*harden())
print(resource.getrlimit(resource.RLIMIT_CORE))
print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
"""
    done = run_python(code)
    assert done.stdout.splitlines() == ["no_core_file not_dumpable", "(0, 0)", "0"], done.stderr
