"""Real stores, keys and disks to be broken."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.casework import demo
from app.core.clock import SystemClock
from app.models import kdf
from tests.vaults import CHEAP, Made, make_vault


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Made]:
    """A casebook of one user, closed."""
    with kdf.floor_lowered_for_tests(CHEAP):
        yield make_vault(tmp_path / "casebook")


@pytest.fixture
def cheap_keys() -> Iterator[None]:
    """The same cost of keys as the sessions have."""
    with kdf.floor_lowered_for_tests(CHEAP):
        yield


@pytest.fixture(scope="session")
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
