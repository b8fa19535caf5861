"""What the envelope opens, and what it doesn't."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest

from app.core.errors import BugError, KnownError
from app.core.ids import new_id
from server.envelope import Cipher, EnvelopeDamaged, MasterKey, ServiceKeys


@pytest.fixture
def keys() -> ServiceKeys:
    return ServiceKeys.new(new_id(), MasterKey(os.urandom(32)))[0]


def test_what_was_sealed_opens_in_its_place_alone(keys: ServiceKeys) -> None:
    sealed = keys.records.seal(b"words", "record/child/1")
    assert keys.records.open(sealed, "record/child/1") == b"words"
    for cipher, place in (
        (keys.records, "record/child/2"),
        (keys.log, "record/child/1"),
        (ServiceKeys.new(keys.service_id, MasterKey(os.urandom(32)))[0].records, "record/child/1"),
    ):
        with pytest.raises(EnvelopeDamaged):
            cipher.open(sealed, place)


@pytest.mark.parametrize("at", [0, 5, 20, -1])
def test_a_changed_byte_is_noticed(keys: ServiceKeys, at: int) -> None:
    sealed = bytearray(keys.records.seal(b"words of some length", "x"))
    sealed[at] ^= 1
    with pytest.raises(EnvelopeDamaged):
        keys.records.open(bytes(sealed), "x")


@pytest.mark.parametrize("sealed", [b"", b"\1", b"\1" * 28])
def test_what_is_too_short_is_no_sealed_value(keys: ServiceKeys, sealed: bytes) -> None:
    with pytest.raises(EnvelopeDamaged):
        keys.records.open(sealed, "x")


def test_two_seals_of_one_text_share_nothing(keys: ServiceKeys) -> None:
    one, two = (keys.names.seal_text("Robin", "x") for _ in range(2))
    assert one != two
    assert len(one) == len("Robin") + Cipher.OVERHEAD


def test_a_services_key_comes_back_from_its_wrapping_in_its_own_service_alone() -> None:
    master, service_id = MasterKey(os.urandom(32)), new_id()
    keys, wrapped = ServiceKeys.new(service_id, master)
    again = ServiceKeys.unwrap(service_id, wrapped, master)
    assert again.records.open(keys.records.seal(b"a", "x"), "x") == b"a"
    assert again.mark("name") == keys.mark("name")
    for other, key in ((new_id(), master), (service_id, MasterKey(os.urandom(32)))):
        with pytest.raises(EnvelopeDamaged):
            ServiceKeys.unwrap(other, wrapped, key)


def test_marks_of_two_services_share_nothing() -> None:
    master = MasterKey(os.urandom(32))
    one, two = (ServiceKeys.new(new_id(), master)[0] for _ in range(2))
    assert one.mark("Robin") != two.mark("Robin")


def test_a_master_key_file_is_made_for_its_owner_alone_and_loads(tmp_path: Path) -> None:
    path = tmp_path / "master.key"
    MasterKey.make(path)
    assert path.stat().st_mode & 0o077 == 0
    sealed = MasterKey.load(path).wrap(b"k" * 32, "service/x")
    assert MasterKey.load(path).unwrap(sealed, "service/x") == b"k" * 32
    with pytest.raises(FileExistsError):
        MasterKey.make(path)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "changeme",
        base64.b64encode(bytes(32)).decode(),
        base64.b64encode(b"short").decode(),
        "ŵ",
    ],
)
def test_a_file_that_holds_no_key_is_refused_in_words(tmp_path: Path, content: str) -> None:
    path = tmp_path / "master.key"
    path.write_text(content, "utf-8")
    with pytest.raises(KnownError) as refused:
        MasterKey.load(path)
    assert str(path) in refused.value.user_text
    assert not content or content not in refused.value.user_text
    with pytest.raises(KnownError):
        MasterKey.load(tmp_path / "nowhere")


def test_a_short_key_is_a_mistake_of_the_program() -> None:
    with pytest.raises(BugError):
        MasterKey(b"short")
    with pytest.raises(BugError):
        ServiceKeys("x", b"short")
