"""The anchor of the change log and the identity of the device: what is kept outside the store."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backends import fail

from app.core.paths import settings_folder
from app.models import anchor, device
from app.models.change_log import Head
from tests.vaults import MemoryKeyring

KEY = bytes(range(32))
IDENTITY = "0198c0de-0000-7000-8000-0000000000dd"


@pytest.fixture
def no_keyring() -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())
    yield
    keyring.set_keyring(before)


@pytest.fixture
def memory() -> Iterator[MemoryKeyring]:
    before = keyring.get_keyring()
    memory = MemoryKeyring()
    keyring.set_keyring(memory)
    yield memory
    keyring.set_keyring(before)


def files() -> list[Path]:
    return sorted(path for path in settings_folder().rglob("*") if path.is_file())


def test_the_keyring_is_used_where_there_is_one(memory: MemoryKeyring) -> None:
    keeper = anchor.Keeper("store-one", KEY)
    assert keeper.place == "keyring"
    assert keeper.read() is None
    keeper.keep(Head(7, "ab12"))
    assert anchor.Keeper("store-one", KEY).read() == Head(7, "ab12")
    assert anchor.Keeper("store-two", KEY).read() is None
    assert files() == []
    keeper.forget()
    assert keeper.read() is None
    keeper.forget()


def test_a_file_is_used_where_there_is_no_keyring(no_keyring: None) -> None:
    keeper = anchor.Keeper("store/../one", KEY)
    assert keeper.place == "file"
    keeper.keep(Head(7, "ab12"))
    (kept,) = files()
    assert kept.parent == settings_folder() / "anchors"
    assert anchor.Keeper("store/../one", KEY).read() == Head(7, "ab12")
    keeper.keep(Head(9, "cd34"))
    assert keeper.read() == Head(9, "cd34")
    keeper.forget()
    assert files() == []


def test_an_anchor_that_nobody_with_the_key_made_is_not_believed(
    no_keyring: None, caplog: pytest.LogCaptureFixture
) -> None:
    keeper = anchor.Keeper("store-one", KEY)
    keeper.keep(Head(7, "ab12"))
    (kept,) = files()
    whole = kept.read_text("ascii")
    for content in (
        whole.replace('"entries": 7', '"entries": 6'),
        whole.replace("ab12", "ab13"),
        whole[:-5],
        "",
        "[]",
        '{"entries": "x"}',
    ):
        kept.write_text(content, "ascii")
        with caplog.at_level(logging.WARNING):
            assert keeper.read() is None
    kept.write_text(whole, "ascii")
    assert keeper.read() == Head(7, "ab12")
    assert anchor.Keeper("store-one", bytes(32)).read() is None


def test_a_keyring_out_of_order_is_made_up_for_by_the_file(
    memory: MemoryKeyring, caplog: pytest.LogCaptureFixture
) -> None:
    keeper = anchor.Keeper("store-one", KEY)
    keeper.keep(Head(7, "ab12"))
    memory.broken = True
    with caplog.at_level(logging.WARNING):
        keeper.keep(Head(9, "cd34"))
        assert keeper.read() == Head(9, "cd34")
    memory.broken = False
    # The keyring has the older one now: the higher counts.
    assert keeper.read() == Head(9, "cd34")
    keeper.keep(Head(11, "ef56"))
    assert keeper.read() == Head(11, "ef56")
    assert files() == []
    assert len(memory.kept) == 1


# --- The device ---------------------------------------------------------------------------


def test_a_casebook_is_its_own_here_until_it_is_copied_moved_or_forgotten(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    assert not device.is_ours(here, "store-one", IDENTITY)
    device.keep(here, "store-one", IDENTITY)
    assert device.is_ours(here, "store-one", IDENTITY)
    assert not device.is_ours(here, "store-two", IDENTITY)
    shutil.copytree(here, there)
    assert not device.is_ours(there, "store-one", IDENTITY)
    device.keep(there, "store-one", "0198c0de-0000-7000-8000-0000000000ee")
    assert device.is_ours(here, "store-one", IDENTITY)
    device.forget(here, "store-one")
    assert not device.is_ours(here, "store-one", IDENTITY)
    assert device.is_ours(there, "store-one", "0198c0de-0000-7000-8000-0000000000ee")


def test_a_settings_folder_carried_to_another_computer_vouches_for_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    device.keep(tmp_path, "store-one", IDENTITY)
    monkeypatch.setattr(device, "machine_id", lambda: "another computer")
    assert not device.is_ours(tmp_path, "store-one", IDENTITY)


def test_an_older_store_put_back_by_hand_is_not_the_device_it_was(tmp_path: Path) -> None:
    device.keep(tmp_path, "store-one", IDENTITY)
    device.keep(tmp_path, "store-one", "0198c0de-0000-7000-8000-0000000000ee")
    assert not device.is_ours(tmp_path, "store-one", IDENTITY)


@pytest.mark.parametrize("content", ["", "[]", "{", '{"a": 5}', '{"a": "not an id"}'])
def test_a_damaged_file_of_devices_vouches_for_nothing_and_is_written_anew(
    tmp_path: Path, content: str
) -> None:
    device.keep(tmp_path, "store-one", IDENTITY)
    (settings_folder() / device.FILE_NAME).write_text(content, "utf-8")
    assert not device.is_ours(tmp_path, "store-one", IDENTITY)
    device.keep(tmp_path, "store-one", IDENTITY)
    assert device.is_ours(tmp_path, "store-one", IDENTITY)


def test_the_file_of_devices_names_no_folder_and_no_casebook(tmp_path: Path) -> None:
    device.keep(tmp_path / "casebook of Sam Ferrier", "store-one", IDENTITY)
    text = (settings_folder() / device.FILE_NAME).read_text("utf-8")
    assert "Ferrier" not in text
    assert "store-one" not in text


def test_the_computer_says_the_same_name_twice() -> None:
    assert device.machine_id() == device.machine_id()
    assert device.machine_id().strip()
