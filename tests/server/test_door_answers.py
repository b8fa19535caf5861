"""How answers and attachments travel: packed where it is worth it, in pieces that are taken up."""

from __future__ import annotations

import os
import time
from hashlib import sha256
from typing import Any

from app.core.ids import new_id
from app.sync.protocol import BLOB_CHUNK_BYTES
from tests.server.conftest import Server
from tests.server.laptop import Laptop


def piece(laptop: Laptop, content: bytes, start: int, end: int) -> Any:
    path = f"/v1/blobs/{sha256(content).hexdigest()}"
    headers = {"upload-offset": str(start), "upload-length": str(len(content))}
    return laptop.send("PATCH", path, content=content[start:end], headers=headers)


def test_an_attachment_goes_up_in_pieces_and_on_where_it_broke_off(still: Server) -> None:
    laptop = still.enrolled(still.new_service().service_id)
    content = os.urandom(BLOB_CHUNK_BYTES + 70_000)
    path = f"/v1/blobs/{sha256(content).hexdigest()}"
    assert laptop.send("HEAD", path).headers["upload-offset"] == "0"
    assert piece(laptop, content, 0, BLOB_CHUNK_BYTES).json()["complete"] is False
    ahead = piece(laptop, content, BLOB_CHUNK_BYTES + 5000, len(content))
    assert (ahead.status_code, ahead.json()["expected"]) == (409, BLOB_CHUNK_BYTES)
    state = laptop.send("HEAD", path).headers
    assert state["upload-offset"] == str(BLOB_CHUNK_BYTES)
    assert (state["upload-length"], state["upload-complete"]) == (str(len(content)), "?0")
    last = piece(laptop, content, BLOB_CHUNK_BYTES, len(content))
    assert last.json() == {
        "sha256": sha256(content).hexdigest(),
        "offset": len(content),
        "size": len(content),
        "complete": True,
    }
    assert laptop.send("GET", path).content == content
    for file in still.parts.settings.blob_folder.rglob("*"):
        assert not file.is_file() or content[:64] not in file.read_bytes()
    # Who knows the hash alone is told nothing and given nothing.
    colleague = still.enrolled(laptop.service_id)
    assert colleague.send("HEAD", path).headers["upload-complete"] == "?0"
    refused = colleague.send("GET", path)
    assert (refused.status_code, refused.json()) == (404, {"code": "not_found"})


def test_a_piece_beyond_the_limit_is_refused(still: Server) -> None:
    laptop = still.enrolled(still.new_service().service_id)
    content = bytes(BLOB_CHUNK_BYTES + 1)
    answer = piece(laptop, content, 0, len(content))
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_large_answer_is_packed_where_that_is_asked_for(still: Server) -> None:
    home = still.new_service()
    laptop, manager = still.enrolled(home.service_id), still.enrolled(home.service_id, "manager")
    children = [new_id() for _ in range(10)]
    laptop.push(*(laptop.new_child(child, notes="a long note " * 50) for child in children))
    packed = manager.pull(*children)
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["vary"] == "accept-encoding"
    message = {
        "protocol": 1,
        "schema_version": 4,
        "device_id": manager.device_id,
        "epoch": manager.enrolled["epoch"],
        "cursors": [{"stream": child, "after": 0} for child in children],
    }
    plain = manager.send(
        "POST", "/v1/pull", json_body=message, headers={"accept-encoding": "identity"}
    )
    assert "content-encoding" not in plain.headers
    assert plain.json()["changes"] == packed.json()["changes"]
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 3


def test_files_that_nothing_names_are_swept_and_others_kept(still: Server) -> None:
    from server.blobs import sweep
    from server.database import in_service

    laptop = still.enrolled(still.new_service().service_id)
    folder = still.parts.settings.blob_folder
    content = os.urandom(9000)
    assert piece(laptop, content, 0, len(content)).json()["complete"] is True
    stray = folder / laptop.service_id / "ab" / "left-behind"
    stray.parent.mkdir(parents=True, exist_ok=True)
    stray.write_bytes(b"x")
    long_ago = time.time() - 10 * 86400
    for file in folder.rglob("*/*/*"):
        os.utime(file, (long_ago, long_ago))
    now = still.parts.clock.now()
    removed = in_service(
        still.parts.engine,
        laptop.service_id,
        lambda connection: sweep(connection, laptop.service_id, folder, before=now),
    )
    assert removed == 1
    assert laptop.send("GET", f"/v1/blobs/{sha256(content).hexdigest()}").content == content
