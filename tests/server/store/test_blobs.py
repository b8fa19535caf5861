"""Attachments: found by their hash, sent in pieces, encrypted, given to those who may have them."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from app.sync.protocol import BLOB_CHUNK_BYTES, MOST_BLOB_BYTES, BlobState
from server import blobs
from server.envelope import EnvelopeDamaged
from server.refused import Refused
from tests.server.store.world import Laptop, World


def put(laptop: Laptop, folder: Path, sha: str, **more: Any) -> BlobState:
    """Send one piece."""
    world = laptop.world
    state: BlobState = world.do(
        lambda c: blobs.append(c, world.keys, laptop.caller, folder, sha, now=world.now, **more)
    )
    return state


def send(laptop: Laptop, folder: Path, data: bytes, *, step: int = 5000) -> str:
    """Send a whole blob in pieces; its hash."""
    sha = sha256(data).hexdigest()
    for at in range(0, max(len(data), 1), step):
        put(laptop, folder, sha, offset=at, size=len(data), chunk=data[at : at + step])
    return sha


def get(laptop: Laptop, folder: Path, sha: str) -> bytes:
    world = laptop.world
    data: bytes = world.do(
        lambda c: b"".join(blobs.read(c, world.keys, laptop.caller, folder, sha).chunks)
    )
    return data


def state(laptop: Laptop, sha: str) -> BlobState:
    found: BlobState = laptop.world.do(lambda c: blobs.blob_state(c, laptop.caller, sha))
    return found


@pytest.fixture
def laptop(world: World) -> Laptop:
    return world.laptop(world.person())


@pytest.mark.parametrize("size", [0, 1, 5000, 23_456])
def test_what_was_sent_in_pieces_comes_back_whole(
    laptop: Laptop, tmp_path: Path, size: int
) -> None:
    data = os.urandom(size)
    sha = send(laptop, tmp_path, data)
    assert state(laptop, sha) == BlobState(sha256=sha, offset=size, size=size, complete=True)
    assert get(laptop, tmp_path, sha) == data


def test_sending_goes_on_where_it_broke_off(laptop: Laptop, tmp_path: Path) -> None:
    data = os.urandom(12_000)
    sha = sha256(data).hexdigest()
    put(laptop, tmp_path, sha, offset=0, size=12_000, chunk=data[:5000])
    assert state(laptop, sha) == BlobState(sha256=sha, offset=5000, size=12_000, complete=False)
    with pytest.raises(Refused) as refused:
        put(laptop, tmp_path, sha, offset=0, size=12_000, chunk=data[:5000])
    assert (refused.value.status, refused.value.refusal.expected) == (409, 5000)
    put(laptop, tmp_path, sha, offset=5000, size=12_000, chunk=data[5000:])
    assert get(laptop, tmp_path, sha) == data


def test_what_a_crash_left_in_the_file_is_cut_off(laptop: Laptop, tmp_path: Path) -> None:
    """The piece was on the disk, the transaction that says so was not."""
    data = os.urandom(12_000)
    sha = sha256(data).hexdigest()
    put(laptop, tmp_path, sha, offset=0, size=12_000, chunk=data[:5000])
    (file,) = (tmp_path / laptop.world.service_id).glob("*/*")
    with file.open("ab") as torn:
        torn.write(os.urandom(3000))
    put(laptop, tmp_path, sha, offset=5000, size=12_000, chunk=data[5000:])
    assert get(laptop, tmp_path, sha) == data


def test_sending_what_is_there_already_is_success(laptop: Laptop, tmp_path: Path) -> None:
    sha = send(laptop, tmp_path, b"a" * 6000)
    assert put(laptop, tmp_path, sha, offset=0, size=6000, chunk=b"a" * 6000).complete


def test_bytes_that_are_not_those_of_the_hash_are_forgotten(laptop: Laptop, tmp_path: Path) -> None:
    sha = sha256(b"a" * 6000).hexdigest()
    with pytest.raises(Refused) as refused:
        put(laptop, tmp_path, sha, offset=0, size=6000, chunk=b"b" * 6000)
    assert refused.value.status == 422
    assert state(laptop, sha) == BlobState(sha256=sha, offset=0, complete=False)
    put(laptop, tmp_path, sha, offset=0, size=6000, chunk=b"a" * 6000)
    assert get(laptop, tmp_path, sha) == b"a" * 6000


@pytest.mark.parametrize(
    ("offset", "size", "length", "status"),
    [
        (0, MOST_BLOB_BYTES + 1, 5000, 413),
        (0, MOST_BLOB_BYTES, BLOB_CHUNK_BYTES + 1, 413),
        (0, 4000, 5000, 422),
        (-5000, 5000, 5000, 422),
        (0, 9000, 10, 422),
    ],
)
def test_pieces_keep_the_limits(
    laptop: Laptop, tmp_path: Path, offset: int, size: int, length: int, status: int
) -> None:
    with pytest.raises(Refused) as refused:
        put(laptop, tmp_path, "a" * 64, offset=offset, size=size, chunk=b"x" * length)
    assert refused.value.status == status


def test_knowing_a_hash_gives_nobody_the_bytes(world: World, tmp_path: Path) -> None:
    owner, stranger = world.laptop(world.person()), world.laptop(world.person())
    data = b"a" * 6000
    sha = send(owner, tmp_path, data)
    child = owner.child()
    owner.record(child, "report", pdf={"sha256": sha, "size": len(data)})
    assert {result.status for result in owner.push().results} == {"applied"}
    assert state(stranger, sha) == BlobState(sha256=sha, offset=0, complete=False)
    with pytest.raises(Refused) as refused:
        get(stranger, tmp_path, sha)
    assert refused.value.status == 404
    own = stranger.child()
    stranger.record(own, "report", pdf={"sha256": sha, "size": len(data)})
    assert [result.code for result in stranger.push().results] == [None, "blob_missing"]
    manager = world.laptop(world.person("manager"))
    assert get(manager, tmp_path, sha) == data
    other_service = World(world.engine)
    elsewhere = other_service.laptop(other_service.person("manager"))
    with pytest.raises(Refused):
        get(elsewhere, tmp_path, sha)


def test_a_restricted_record_does_not_open_its_blob_to_a_reader(
    world: World, tmp_path: Path
) -> None:
    manager = world.laptop(world.person("manager"))
    reader = world.person("reader")
    child = manager.child(allocated_to=reader.id)
    laptop = world.laptop(reader)
    seen, hidden = send(manager, tmp_path, b"s" * 5000), send(manager, tmp_path, b"h" * 5000)
    manager.record(child, "report", pdf={"sha256": seen, "size": 5000})
    manager.record(child, "victim", statement={"sha256": hidden, "size": 5000})
    manager.push()
    assert get(laptop, tmp_path, seen) == b"s" * 5000
    with pytest.raises(Refused):
        get(laptop, tmp_path, hidden)


def test_an_operation_waits_for_the_bytes_that_it_names(laptop: Laptop, tmp_path: Path) -> None:
    child = laptop.child()
    data = os.urandom(9000)
    sha = sha256(data).hexdigest()
    put(laptop, tmp_path, sha, offset=0, size=9000, chunk=data[:5000])
    laptop.record(child, "report", pdf={"sha256": sha, "size": 9000})
    assert laptop.push().results[1].code == "blob_missing"
    put(laptop, tmp_path, sha, offset=5000, size=9000, chunk=data[5000:])
    laptop.record(child, "report", pdf={"sha256": sha, "size": 9000})
    assert laptop.push().results[0].status == "applied"


def test_two_devices_that_bring_the_same_bytes_leave_one_blob(
    world: World, laptop: Laptop, tmp_path: Path
) -> None:
    other = world.laptop(world.person())
    sha = send(laptop, tmp_path, b"a" * 6000)
    send(other, tmp_path, b"a" * 6000)
    assert world.count("blob") == 1
    assert get(other, tmp_path, sha) == b"a" * 6000


@pytest.mark.parametrize("damage", ["flip", "cut", "swap"])
def test_a_damaged_file_gives_no_bytes(laptop: Laptop, tmp_path: Path, damage: str) -> None:
    sha = send(laptop, tmp_path, os.urandom(15_000))
    (file,) = (tmp_path / laptop.world.service_id).glob("*/*")
    data = bytearray(file.read_bytes())
    third = len(data) // 3
    if damage == "flip":
        data[third + 40] ^= 1
    elif damage == "cut":
        del data[-10:]
    else:
        data = data[third : 2 * third] + data[:third] + data[2 * third :]
    file.write_bytes(data)
    with pytest.raises(EnvelopeDamaged):
        get(laptop, tmp_path, sha)


def test_the_key_of_a_blob_is_not_in_the_database_in_clear(
    world: World, laptop: Laptop, tmp_path: Path
) -> None:
    sha = send(laptop, tmp_path, b"a" * 6000)
    wrapped = world.do(
        lambda c: c.execute(
            text("SELECT wrapped_key FROM blob WHERE service_id = :s"), {"s": world.service_id}
        ).scalar_one()
    )
    assert len(world.keys.blobs.open(bytes(wrapped), f"blob/{sha}")) == 32
    with pytest.raises(EnvelopeDamaged):
        World(world.engine).keys.blobs.open(bytes(wrapped), f"blob/{sha}")
