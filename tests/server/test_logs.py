"""The server's log and its numbers say what was done, and nothing of whom: a canary through every
door, rightly and wrongly."""

from __future__ import annotations

import json
import time
from typing import Any

from sqlalchemy import text

from app.core.ids import new_id
from server.database import unscoped
from tests.server.conftest import Server
from tests.server.laptop import Laptop

CANARY = "Zebulonia"


def through_every_door(server: Server) -> list[str]:
    """Call each door with the canary in every place that takes a text; what must not be told."""
    home = server.new_service(CANARY + " Service")
    administrator = server.administrator(home)
    body = {"user_name": CANARY, "role": "manager"}
    made = administrator.send("POST", "/v1/admin/codes", json_body=body).json()
    laptop = server.laptop()
    assert laptop.ask_to_enrol(made["code"], device_name=CANARY, platform=CANARY).is_success
    laptop.enrolled = laptop.ask_to_enrol(made["code"]).json()
    laptop.service_id, laptop.user_id = home.service_id, made["user_id"]
    token = laptop.sign_on()
    child = new_id()
    right = laptop.new_child(child, given_name=CANARY, **{CANARY.lower(): CANARY})
    pushed = laptop.push(right | {"reason": CANARY, "recipient": CANARY, "detail": {CANARY: 1}})
    assert pushed.status_code == 200
    assert CANARY in administrator.pull("service", child).text
    assert CANARY in laptop.send("GET", "/v1/caseload").text
    assert CANARY in administrator.send("GET", "/v1/admin/devices").text
    for wrong in (
        right | {"kind": CANARY},
        right | {CANARY: CANARY},
        right | {"set": {CANARY * 60: CANARY}},
        right | {"set": CANARY},
        right | {"made_at": CANARY},
    ):
        assert laptop.push(wrong).status_code == 400
    for method, path in (
        ("GET", f"/v1/{CANARY}"),
        ("GET", f"/v1/blobs/{CANARY}"),
        ("GET", f"/v1/hello?name={CANARY}"),
        ("POST", f"/v1/admin/children/{CANARY}/access"),
        (CANARY.upper(), "/v1/hello"),
    ):
        laptop.https[0].request(
            method, path, content=CANARY, headers={"dpop": CANARY, "authorization": CANARY}
        )
    laptop.ask_to_enrol(CANARY + "-CODE")
    laptop.ask_for_token(id_token=CANARY)
    piece = CANARY.encode() * 10
    sizes = {"upload-offset": "0", "upload-length": str(len(piece))}
    laptop.send("PATCH", f"/v1/blobs/{'0' * 64}", content=piece, headers=sizes)
    return [CANARY, CANARY.upper(), CANARY.lower(), made["code"], token, token.split(".")[2]]


def test_no_log_line_and_no_number_tells_of_anybody(served: Any) -> None:
    server = served()
    secrets = through_every_door(server)
    numbers = server.clients[0].get("/metrics").text
    server.processes[0].terminate()
    server.processes[0].wait(30)
    lines = [json.dumps(line) for line in server.lines]
    assert len(lines) > 20
    for secret in secrets:
        assert secret not in numbers
        for line in lines:
            assert secret not in line
    doors = {line["door"] for line in server.lines if line["event"] == "request"}
    assert {"/v1/push", "/v1/pull", "/v1/blobs/{sha256}", "/v1/enrol", "(none)"} <= doors


def test_a_line_says_door_device_status_and_time(served: Any) -> None:
    server = served()
    laptop: Laptop = server.enrolled(server.new_service().service_id)
    answer = laptop.push(laptop.operation())
    server.processes[0].terminate()
    server.processes[0].wait(30)
    line = next(
        line for line in server.lines if line.get("request") == answer.headers["x-request-id"]
    )
    assert line["door"] == "/v1/push"
    assert (line["service"], line["device"]) == (laptop.service_id, laptop.device_id)
    assert (line["status"], line["method"], line["operations"]) == (200, "POST", 1)
    assert line["ms"] > 0


def test_a_failure_is_told_by_its_type_and_place_and_answered_with_an_id(
    still: Server, capsys: Any
) -> None:
    laptop = still.enrolled(still.new_service().service_id)

    def fail(*_: Any, **__: Any) -> Any:
        raise RuntimeError(CANARY)

    from server.doors import syncing

    kept, syncing.pull = syncing.pull, fail
    try:
        answer = laptop.pull("service")
    finally:
        syncing.pull = kept
    assert answer.status_code == 500
    assert answer.json() == {"id": answer.headers["x-request-id"]}
    said, until = capsys.readouterr().out, time.monotonic() + 20
    # The line is written once the answer has gone out.
    while "RuntimeError" not in said and time.monotonic() < until:
        time.sleep(0.02)
        said += capsys.readouterr().out
    assert "RuntimeError" in said and "test_logs.py" in said
    assert CANARY not in said


def test_numbers_know_doors_and_codes_and_nobody(still: Server) -> None:
    home = still.new_service()
    laptop = still.enrolled(home.service_id)
    laptop.push(laptop.operation())
    jti = new_id()
    laptop.send("GET", "/v1/hello", jti=jti)
    laptop.send("GET", "/v1/hello", jti=jti)
    for name in range(20):
        still.clients[0].get(f"/v1/{name}")
    numbers = still.clients[0].get("/metrics")
    assert numbers.headers["content-type"].startswith("text/plain")
    assert 'waymark_alarm_total{kind="proof_replayed"} 1.0' in numbers.text
    assert 'waymark_operations_total{status="recorded"} 1.0' in numbers.text
    expected = 'waymark_requests_total{door="(none)",method="GET",status="404"} 20.0'
    assert expected in numbers.text
    for told in (home.service_id, laptop.device_id, laptop.user_id):
        assert told not in numbers.text


def test_a_process_is_ready_once_its_database_is(still: Server) -> None:
    client = still.clients[0]
    assert client.get("/health").json() == {"alive": True}
    assert client.get("/ready").json() == {"ready": True, "missing": []}
    with unscoped(still.parts.engine) as connection:
        kept = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    assert kept
    still.parts.draining.set()
    draining = client.get("/ready")
    assert (draining.status_code, draining.json()["missing"]) == (503, ["draining"])
    still.parts.draining.clear()


def test_a_process_whose_database_went_away_says_so_and_lives(served: Any, database: Any) -> None:
    server = served()
    laptop = server.enrolled(server.new_service().service_id)
    from server.database import make_engine

    engine = make_engine(database.owner_url, pool_size=1)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE server_state RENAME TO hidden"))
        connection.execute(text("ALTER TABLE alembic_version RENAME TO hidden_version"))
    try:
        away = server.clients[0].get("/ready")
        assert (away.status_code, away.json()["missing"]) == (503, ["migrations"])
        assert server.clients[0].get("/health").status_code == 200
    finally:
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE hidden RENAME TO server_state"))
            connection.execute(text("ALTER TABLE hidden_version RENAME TO alembic_version"))
        engine.dispose()
    assert server.clients[0].get("/ready").status_code == 200
    assert laptop.hello().status_code == 200
