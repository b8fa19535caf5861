"""What is done for every service at once: sweeping, and a new master key under a running server."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from starlette.types import Message, Receive, Scope, Send

from app.core.clock import FixedClock
from app.core.errors import KnownError
from server.__main__ import main
from server.crowd import Crowd
from server.database import scoped
from server.envelope import EnvelopeDamaged, MasterKey, ServiceKeys
from server.looking_after import every_service, rewrap, sweep_service
from server.metrics import Metrics
from server.parts import Parts
from server.settings import PREFIX
from tests.server.conftest import Server, settings_of

ADDRESS = "https://sync.example"


def wrapped_keys(parts: Parts, service_id: str) -> tuple[bytes, bytes]:
    with scoped(parts.engine, service_id) as connection:
        row = connection.execute(
            text("SELECT wrapped_key, order_key_wrapped FROM service WHERE service_id = :id"),
            {"id": service_id},
        ).one()
    return bytes(row[0]), bytes(row[1])


def test_the_master_key_of_a_running_service_is_replaced(
    served: Any,
    variables: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    old: Server = served()
    founded = old.new_service()
    laptop = old.administrator(founded)
    child = laptop.enrolled["user_id"]
    assert laptop.push(laptop.new_child(child)).status_code == 200
    # What a laptop sent itself isn't told to it again: another reads it.
    laptop, order_key = old.administrator(founded), laptop.enrolled["order_key"]
    MasterKey.make(tmp_path / "new.key")
    changed = {
        PREFIX + "FORMER_MASTER_KEY_FILE": variables[PREFIX + "MASTER_KEY_FILE"],
        PREFIX + "MASTER_KEY_FILE": str(tmp_path / "new.key"),
    }
    variables |= changed
    # A process that knows both, then the keys wrapped anew under it, then one that knows the new.
    both: Server = served()
    for name, value in (variables | {PREFIX + "PUBLIC_URL": ADDRESS}).items():
        monkeypatch.setenv(name, value)
    answers = []
    for _ in range(2):
        laptop.https = both.clients
        laptop.sign_on()
        assert "Marshwiggle" in laptop.pull(child).text
        capsys.readouterr()
        assert main(["rotate-master-key"]) == 0
        answers.append(json.loads(capsys.readouterr().out))
    assert answers == [{"rewrapped": 1, "already": 0}, {"rewrapped": 0, "already": 1}]
    assert "Marshwiggle" in laptop.pull(child).text
    del variables[PREFIX + "FORMER_MASTER_KEY_FILE"]
    monkeypatch.delenv(PREFIX + "FORMER_MASTER_KEY_FILE")
    alone: Server = served()
    laptop.https = alone.clients
    laptop.sign_on()
    assert "Marshwiggle" in laptop.pull(child).text
    assert alone.administrator(founded).enrolled["order_key"] == order_key
    former = MasterKey.load(Path(changed[PREFIX + "FORMER_MASTER_KEY_FILE"]))
    with pytest.raises(EnvelopeDamaged):
        ServiceKeys.unwrap(
            founded.service_id, wrapped_keys(alone.parts, founded.service_id)[0], former
        )
    assert main(["rotate-master-key"]) == 2
    assert "FORMER_MASTER_KEY_FILE" in capsys.readouterr().err


def test_replacing_goes_on_where_it_ended_and_stops_at_keys_that_nothing_opens(
    variables: dict[str, str],
) -> None:
    from server.admin import new_service

    parts = Parts.of(settings_of(variables, ADDRESS))
    current, former = MasterKey(os.urandom(32)), parts.master
    ids = [new_service(parts, name="L", administrator="M").service_id for _ in range(3)]
    assert every_service(parts) == sorted(ids)
    with scoped(parts.engine, sorted(ids)[1]) as connection:
        connection.execute(
            text("UPDATE service SET wrapped_key = :key WHERE service_id = :id"),
            {"key": b"\x01" + os.urandom(80), "id": sorted(ids)[1]},
        )
    for _ in range(2):
        with pytest.raises(KnownError, match="Neither"):
            rewrap(parts, current, former)
    first, _, last = (wrapped_keys(parts, id_)[0] for id_ in sorted(ids))
    ServiceKeys.unwrap(sorted(ids)[0], first, current)
    ServiceKeys.unwrap(sorted(ids)[2], last, former)
    parts.engine.dispose()


def test_every_service_is_swept_and_none_shows_to_the_program(
    served: Any,
    variables: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    server: Server = served()
    services = [server.new_service().service_id for _ in range(2)]
    laptops = [server.enrolled(service) for service in services]
    left = []
    for laptop in laptops:
        content = os.urandom(64)
        path = f"/v1/blobs/{hashlib.sha256(content).hexdigest()}"
        headers = {"upload-offset": "0", "upload-length": "64"}
        assert laptop.send("PATCH", path, content=content, headers=headers).status_code == 200
        for name in ("left", "kept"):
            file = tmp_path / "blobs" / laptop.service_id / "ff" / name
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(b"x")
            left.append(file)
    yesterday = time.time() - 2 * 86400
    for file in left:
        if file.name == "left":
            os.utime(file, (yesterday, yesterday))
    for name, value in (variables | {PREFIX + "PUBLIC_URL": ADDRESS}).items():
        monkeypatch.setenv(name, value)
    capsys.readouterr()
    assert main(["sweep"]) == 0
    assert json.loads(capsys.readouterr().out) == {"removed": 2}
    assert [file.exists() for file in left] == [False, True] * 2
    if not variables[PREFIX + "DATABASE_URL"].startswith("sqlite"):
        monkeypatch.delenv(PREFIX + "OWNER_URL")
        assert main(["sweep"]) == 2
        assert "OWNER_URL" in capsys.readouterr().err
        assert main(["sweep", "--service", services[0]]) == 0


def test_spent_proofs_are_swept_once_their_age_alone_would_refuse_them(
    still: Server, clock: FixedClock
) -> None:
    laptop = still.administrator(still.new_service())

    def spent() -> int:
        with scoped(still.parts.engine, laptop.service_id) as connection:
            return connection.execute(
                text("SELECT count(*) FROM seen_proof WHERE service_id = :id"),
                {"id": laptop.service_id},
            ).scalar_one()

    sweep_service(still.parts, laptop.service_id)
    assert spent() > 0
    clock.moment += timedelta(minutes=11)
    sweep_service(still.parts, laptop.service_id)
    assert spent() == 0


def test_one_more_than_can_be_answered_at_once_is_told_to_come_again() -> None:
    async def knock() -> list[Message]:
        waiting, go_on = asyncio.Event(), asyncio.Event()

        async def slow(_: Scope, __: Receive, send: Send) -> None:
            waiting.set()
            await go_on.wait()
            await send({"type": "http.response.start", "status": 200, "headers": []})

        crowd, said = Crowd(slow, Metrics(), most=1), []

        async def send(message: Message) -> None:
            said.append(message)

        async def receive() -> Message:
            return {"type": "http.request"}

        first = asyncio.create_task(crowd({"type": "http"}, receive, send))
        await waiting.wait()
        await crowd({"type": "http"}, receive, send)
        go_on.set()
        await first
        await crowd({"type": "http"}, receive, send)
        return said

    said = asyncio.run(knock())
    assert [one["status"] for one in said if "status" in one] == [503, 200, 200]
    assert (b"retry-after", b"5") in said[0]["headers"]
    assert json.loads(said[1]["body"]) == {"code": "busy"}
