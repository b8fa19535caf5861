"""Two processes behind one address can't be told from one, and end without dropping anybody."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from app.core.ids import new_id
from tests.server.conftest import Server
from tests.server.laptop import Laptop


def test_what_one_process_took_in_the_other_gives_out(served: Any) -> None:
    server: Server = served(2)
    home = server.new_service()
    # Every request goes to the other process than the one before.
    laptop, colleague = (server.enrolled(home.service_id, "manager") for _ in range(2))
    children = [new_id() for _ in range(6)]
    for child in children:
        pushed = laptop.push(laptop.new_child(child))
        assert pushed.json()["acked"] == laptop.device_seq
    assert laptop.hello().json()["acked"] == 6
    assert laptop.hello().json()["acked"] == 6
    for _ in range(2):
        pulled = colleague.pull(*children).json()
        assert {change["id"] for change in pulled["changes"]} == set(children)
        assert pulled["epoch"] == laptop.enrolled["epoch"]


def test_a_push_that_comes_again_to_the_other_process_has_its_effect_once(served: Any) -> None:
    server: Server = served(2)
    laptop = server.enrolled(server.new_service().service_id)
    message = laptop.push_message(laptop.new_child(new_id()))
    first, second = (laptop.send("POST", "/v1/push", json_body=message) for _ in range(2))
    assert first.json()["results"][0]["duplicate"] is False
    assert second.json()["results"][0]["duplicate"] is True
    assert first.json()["results"][0]["rev"] == second.json()["results"][0]["rev"]


def test_a_code_used_at_both_at_once_lets_one_device_in(served: Any) -> None:
    server: Server = served(2)
    home = server.new_service()
    for _ in range(3):
        code = server.new_code(home.service_id)
        laptops = [server.laptop() for _ in range(4)]
        for turn, laptop in enumerate(laptops):
            laptop.turn = turn
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(Laptop.ask_to_enrol, laptops, [code] * 4))
        assert sorted(answer.status_code for answer in answers) == [200, 403, 403, 403]


def test_a_revocation_at_one_is_known_to_the_other(served: Any) -> None:
    server: Server = served(2)
    home = server.new_service()
    administrator, laptop = server.administrator(home), server.enrolled(home.service_id)
    path = f"/v1/admin/devices/{laptop.device_id}/revoke"
    assert administrator.send("POST", path, json_body={"mode": "wipe"}).status_code == 200
    answers = [laptop.hello() for _ in range(2)]
    assert [answer.status_code for answer in answers] == [403, 403]
    assert answers[0].json()["code"] == "device_revoked"


def test_when_one_ends_the_other_serves_on_and_no_request_is_lost(served: Any) -> None:
    server: Server = served(2)
    laptop = server.enrolled(server.new_service().service_id)
    server.processes[0].terminate()
    assert server.processes[0].wait(40) in {0, -15}
    laptop.https = server.clients[1:]
    assert laptop.push(laptop.operation()).json()["acked"] == 1


def test_a_request_under_way_is_finished_before_the_process_ends(served: Any) -> None:
    server: Server = served(1)
    laptop = server.enrolled(server.new_service().service_id)
    message = laptop.push_message(laptop.operation())
    body = json.dumps(message).encode()
    begun, go_on = threading.Event(), threading.Event()

    def slowly() -> Any:
        yield body[:10]
        begun.set()
        assert go_on.wait(20)
        yield body[10:]

    http = server.clients[0]
    headers = {
        "dpop": laptop.proof("POST", server.addresses[0] + "/v1/push", laptop.token),
        "authorization": f"DPoP {laptop.token}",
    }
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(http.post, "/v1/push", content=slowly(), headers=headers)
        assert begun.wait(20)
        server.processes[0].terminate()
        go_on.set()
        assert answer.result(30).json()["acked"] == 1
    assert server.processes[0].wait(40) in {0, -15}
