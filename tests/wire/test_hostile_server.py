"""A server that means harm, or something that pretends to be it, gets nothing done on a laptop.

Row 20 of the table of faults: huge bodies, gzip bombs, deep JSON, ids of somebody else's service,
mass deletion, a forged order to wipe, redirects.
"""

from __future__ import annotations

import base64
import gzip
import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import ECKey

from app.core.ids import new_id
from tests.wire.device import bomb
from tests.wire.office import Office, Worker
from tests.wire.proxy import Forgery, Reply, Request, answer, answer_json

MEGABYTE = 1 << 20


@pytest.fixture
def ash(office: Office) -> Worker:
    """Somebody whose children the server has, with one more that it has not."""
    worker = office.worker("Ash Marlow", "practitioner")
    for number in range(3):
        worker.do("add_child", name=f"Child {number}")
    worker.sync()
    worker.do("add_child", name="Ceri")
    return worker


def head(content_type: str = "application/json", **more: str) -> bytes:
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in more.items())
    said = f"HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\nconnection: close\r\n{lines}\r\n"
    return said.encode()


def without_end(megabytes: int) -> Iterator[bytes]:
    """So large an answer, said to be JSON."""
    yield head()
    yield b'{"epoch": "'
    for _ in range(megabytes):
        yield b"0" * MEGABYTE
    yield b'"}'


def forged(kind: str) -> Forgery:
    """An answer that no server of ours gives."""
    deep = b"[" * 200_000 + b"]" * 200_000
    packed = bomb(300)
    return {
        "huge": lambda: without_end(400),
        "said_to_be_huge": lambda: [head(content_length=str(2 << 30)), b"{}"],
        "gzip_bomb": lambda: [
            head(content_encoding="gzip", content_length=str(len(packed))),
            packed,
        ],
        "gzip_bomb_twice": lambda: [
            answer(200, gzip.compress(packed), content_encoding="gzip, gzip")
        ],
        "deep": lambda: [answer(200, b'{"epoch":' + deep + b"}")],
        "huge_number": lambda: [answer(200, b'{"epoch":' + b"9" * 100_000 + b"}")],
        "no_number": lambda: [answer(200, b'{"epoch": NaN}')],
        "not_json": lambda: [answer(200, b"\xff\xfe{}")],
        "half_a_character": lambda: [answer(200, b'{"epoch": "\\ud800"}')],
        "a_list": lambda: [answer(200, b"[]")],
        "empty": lambda: [answer(200, b"")],
        "many_headers": lambda: [head(**{f"x_{n}": "y" * 1000 for n in range(300)}), b"{}"],
    }[kind]()


SENSELESS = (
    "huge",
    "said_to_be_huge",
    "gzip_bomb",
    "gzip_bomb_twice",
    "deep",
    "huge_number",
    "no_number",
    "not_json",
    "half_a_character",
    "a_list",
    "empty",
    "many_headers",
)


@pytest.mark.parametrize("path", ["/v1/hello", "/v1/push", "/v1/pull"])
def test_an_answer_of_no_sense_or_no_end_is_refused_and_changes_nothing(
    office: Office, ash: Worker, path: str, long_run: bool
) -> None:
    # One piece of code reads every answer: all kinds where records come, the largest elsewhere.
    kinds = SENSELESS if long_run or path == "/v1/pull" else ("huge", "gzip_bomb", "deep")
    for number, kind in enumerate(kinds, 1):
        before = ash.report()
        office.wire.forge = lambda request, kind=kind: (
            forged(kind) if request.path == path else None
        )
        assert ash.try_sync()["state"] not in ("confirmed", "waiting"), kind
        assert office.wire.happened["forged"] >= number, kind
        assert ash.report()["records"] == before["records"], kind
    assert ash.peak_megabytes() < 400
    assert ash.report()["whole"]
    office.wire.calm()
    ash.sync()
    assert ash.report()["waiting"] == 0


def altered(path: str, change: Callable[[dict[str, Any]], None]) -> Callable[..., Any]:
    """What stands between the server and the laptop and changes its words."""

    def alter(request: Request, reply: Reply) -> Forgery | None:
        if request.path != path or reply.status != 200:
            return None
        said = reply.json()
        change(said)
        return [answer_json(200, said)]

    return alter


def test_records_of_another_service_are_not_taken_in(office: Office, ash: Worker) -> None:
    stranger = new_id()

    def smuggle(said: dict[str, Any]) -> None:
        for change in said["changes"]:
            change["stream"] = stranger

    robin = office.worker("Robin Calder", "manager")
    ids = robin.do("add_child", name="Sam", allocated_to=ash.user_id)
    robin.sync()
    office.wire.alter = altered("/v1/pull", smuggle)
    assert ash.try_sync()["state"] != "confirmed"
    assert f"child:{ids['child']}" not in ash.report()["records"]
    office.wire.calm()
    ash.sync()
    assert f"child:{ids['child']}" in ash.report()["records"]


@pytest.mark.parametrize("field", ["service_id", "device_id", "user_id"])
def test_a_server_that_speaks_for_another_service_device_or_person_is_not_spoken_to(
    office: Office, ash: Worker, field: str
) -> None:
    waiting = ash.report()["waiting"]
    office.wire.alter = altered("/v1/hello", lambda said: said.update({field: new_id()}))
    assert ash.try_sync()["state"] != "confirmed"
    assert ash.report()["waiting"] == waiting
    assert not [path for _, path in office.wire.seen[-2:] if path == "/v1/push"]


def test_ids_that_are_paths_or_statements_are_refused(office: Office, ash: Worker) -> None:
    robin = office.worker("Robin Calder", "manager")
    robin.do("add_child", name="Sam", allocated_to=ash.user_id)
    robin.sync()
    for bad in ("../../etc/passwd", "x'; DROP TABLE child; --", "", "A" * 5000):

        def spoil(said: dict[str, Any], bad: str = bad) -> None:
            for change in said["changes"]:
                change["id"] = bad

        office.wire.alter = altered("/v1/pull", spoil)
        before = ash.report()["records"]
        assert ash.try_sync()["state"] != "confirmed"
        assert ash.report()["records"] == before
    office.wire.calm()
    ash.sync()


def test_types_and_fields_that_are_statements_write_no_statement(
    office: Office, ash: Worker
) -> None:
    robin = office.worker("Robin Calder", "manager")
    ids = robin.do("add_child", name="Sam", allocated_to=ash.user_id)
    robin.sync()
    bad = 'school" = \'\'; DROP TABLE "offence"; --'

    def spoil(said: dict[str, Any]) -> None:
        for change in said["changes"]:
            change["fields"][bad] = "x"

    office.wire.alter = altered("/v1/pull", spoil)
    ash.try_sync()
    office.wire.calm()
    ash.sync()
    told = ash.report()
    assert told["whole"]
    assert f"child:{ids['child']}" in told["records"]
    ash.do("add", type="offence", child_id=ids["child"], description="still has its table")


def order(key: ECKey, worker: Worker, mode: str, **claims: Any) -> str:
    """An order, signed with `key`."""
    said = {
        "device_id": worker.device_id,
        "service_id": worker.service_id,
        "nonce": new_id(),
        "mode": mode,
        "iat": int(time.time()),
    } | claims
    return jws.serialize_compact({"alg": "ES256"}, json.dumps(said).encode(), key)


def unsigned(worker: Worker) -> str:
    said = {"device_id": worker.device_id, "service_id": worker.service_id, "mode": "wipe"}
    parts = [{"alg": "none"}, said]
    packed = [base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=") for p in parts]
    return b".".join([*packed, b""]).decode()


def test_an_order_to_wipe_that_the_service_did_not_sign_wipes_nothing(
    office: Office, ash: Worker
) -> None:
    for forged_order in (
        order(ECKey.generate_key("P-256"), ash, "wipe"),
        order(ECKey.generate_key("P-256"), ash, "rescue"),
        unsigned(ash),
        "",
        "a.b.c",
    ):
        body = {"code": "device_revoked", "order": forged_order}
        office.wire.forge = lambda request, body=body: [answer_json(403, body)]
        told = ash.try_sync()
        assert told["state"] != "confirmed"
        assert ash.report()["whole"]
        assert ash.store_is_there()
    office.wire.calm()
    ash.sync()
    assert ash.report()["waiting"] == 0


def test_the_order_for_another_laptop_wipes_nothing_here(office: Office, ash: Worker) -> None:
    robin = office.worker("Robin Calder", "practitioner")
    robin.sync()
    office.central.revoke(robin.device_id, "wipe")
    heard: list[Any] = []

    def listen(request: Request, reply: Reply) -> None:
        if reply.status >= 400:
            heard.append(reply.json())

    office.wire.alter = listen
    robin.try_sync()
    office.wire.calm()
    orders = [said for said in heard if said.get("order")]
    assert orders
    office.wire.forge = lambda request: [answer_json(403, orders[0])]
    assert ash.try_sync()["state"] != "confirmed"
    assert ash.store_is_there()
    office.wire.calm()
    ash.sync()


def test_an_answer_that_takes_nearly_everything_away_is_held_until_a_person_says_yes(
    office: Office,
) -> None:
    ash = office.worker("Ash Marlow", "manager")
    for number in range(30):
        ash.do("add_child", name=f"Child {number}")
    ash.sync()

    def erase_all(said: dict[str, Any]) -> None:
        streams = {s["stream"]: s for s in said["streams"]}
        children = [name for name in streams if name != "service"]
        for child in children:
            state = streams[child]
            state["head"] += 1
            state["next"] = state["head"]
            state["count"], state["digest"] = 0, "0" * 32
            said["changes"].append(
                {
                    "stream": child,
                    "seq": state["head"],
                    "op": "erase",
                    "type": "child",
                    "id": child,
                    "child_id": child,
                    "rev": 99,
                }
            )

    office.wire.alter = altered("/v1/pull", erase_all)
    told = ash.try_sync()
    assert told["state"] == "stopped"
    assert told["stop"] == "many_removals"
    children = [name for name in ash.report()["records"] if name.startswith("child:")]
    assert len(children) == 30


def test_a_token_that_was_overheard_opens_nothing_without_the_key(
    office: Office, ash: Worker
) -> None:
    overheard: list[Request] = []

    def listen(request: Request, reply: Reply) -> None:
        overheard.append(request)

    office.wire.alter = listen
    ash.sync()
    office.wire.calm()
    acked = len(office.central.operations())
    statuses = [office.central.say_again(request) for request in overheard]
    assert overheard
    assert all(status in (401, 403) for status in statuses)
    assert len(office.central.operations()) == acked
