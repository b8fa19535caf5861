"""What a hostile laptop may try: oversized, packed, deep, crooked. Each costs the server little."""

from __future__ import annotations

import gzip
import json
import socket
from typing import Any

import pytest

from app.core.ids import new_id
from app.sync.protocol import MOST_DEPTH, MOST_GROUP_BYTES, MOST_REQUEST_BYTES
from server.limits import check_depth, unpack
from server.refused import Refused
from tests.server.conftest import Server
from tests.server.laptop import Laptop


@pytest.fixture
def laptop(still: Server) -> Laptop:
    return still.enrolled(still.new_service().service_id)


def refused(answer: Any, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def by_hand(server: Server, head: str, body: bytes = b"") -> bytes:
    """The first answer to a request written by hand."""
    host, _, port = server.addresses[0].removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=20) as wire:
        wire.sendall(head.encode() + b"\r\n\r\n" + body)
        return wire.recv(65536)


def signed_head(server: Server, laptop: Laptop, path: str, *lines: str) -> str:
    proof = laptop.proof("POST", server.addresses[0] + path, laptop.token)
    return "\r\n".join(
        (
            f"POST {path} HTTP/1.1",
            "host: 127.0.0.1",
            f"authorization: DPoP {laptop.token}",
            f"dpop: {proof}",
            *lines,
        )
    )


def test_a_size_that_is_too_large_is_refused_before_a_byte_is_read(
    still: Server, laptop: Laptop
) -> None:
    for size in (MOST_GROUP_BYTES + 1, 10**15, 10**30):
        head = signed_head(still, laptop, "/v1/push", f"content-length: {size}")
        answer = by_hand(still, head)
        assert answer.startswith(b"HTTP/1.1 413") or answer.startswith(b"HTTP/1.1 400")


def test_a_stream_without_end_is_cut_at_the_limit(laptop: Laptop) -> None:
    def endless() -> Any:
        for _ in range(MOST_GROUP_BYTES // 65536 + 100):
            yield b" " * 65536

    http = laptop.https[0]
    url = str(http.base_url).rstrip("/") + "/v1/push"
    headers = {
        "dpop": laptop.proof("POST", url, laptop.token),
        "authorization": f"DPoP {laptop.token}",
    }
    refused(http.post("/v1/push", content=endless(), headers=headers), 413, "too_large")


def test_nobody_unknown_has_their_body_read(still: Server, laptop: Laptop) -> None:
    laptop.token = "x"
    head = signed_head(still, laptop, "/v1/push", "content-length: 1000000")
    # The answer comes though the body never does.
    assert by_hand(still, head).startswith(b"HTTP/1.1 401")


def test_a_gzip_bomb_is_refused_while_it_is_unpacked(laptop: Laptop) -> None:
    bomb = gzip.compress(b" " * (200 * 1024 * 1024), 9)
    assert len(bomb) < MOST_REQUEST_BYTES
    answer = laptop.send("POST", "/v1/pull", content=bomb, headers={"content-encoding": "gzip"})
    refused(answer, 413, "too_large")


def test_a_packed_body_is_read_and_a_damaged_one_refused(laptop: Laptop) -> None:
    message = laptop.push_message(laptop.operation())
    assert laptop.send("POST", "/v1/push", json_body=message, zipped=True).status_code == 200
    packed = gzip.compress(json.dumps(message).encode())
    for crooked in (packed[:-5], packed[:10], b"\x1f\x8b", packed + b"more", b"{}", b""):
        answer = laptop.send(
            "POST", "/v1/push", content=crooked, headers={"content-encoding": "gzip"}
        )
        refused(answer, 400, "malformed")
    for coding in ("br", "deflate", "gzip, gzip"):
        answer = laptop.send(
            "POST", "/v1/push", content=packed, headers={"content-encoding": coding}
        )
        refused(answer, 415, "malformed")


def test_unpacking_stops_at_its_limit() -> None:
    assert unpack(gzip.compress(b"a" * 100), most=100) == b"a" * 100
    with pytest.raises(Refused, match="too_large"):
        unpack(gzip.compress(b"a" * 101), most=100)


def test_deep_json_is_refused_before_it_is_parsed(laptop: Laptop) -> None:
    for deep in (b"[" * 500_000, b'{"a":' * 100_000, b'{"operations":' + b"[" * 1000):
        refused(laptop.send("POST", "/v1/push", content=deep), 400, "malformed")


def test_depth_is_counted_outside_of_texts() -> None:
    check_depth(b"[" * MOST_DEPTH + b"]" * MOST_DEPTH)
    check_depth(b'{"a":"' + b"[" * 100 + b'\\"' + b"{" * 100 + b'"}')
    check_depth(b'"' + b"[" * 100)
    with pytest.raises(Refused):
        check_depth(b'"\\\\"' + b"[" * (MOST_DEPTH + 1))


def test_depth_is_counted_in_time_that_grows_with_size_alone() -> None:
    # A pattern with a way back would take hours over these.
    for crooked in (b'"' + b'\\"' * 500_000, b'"\\' * 500_000, b'\\"' * 500_000):
        check_depth(crooked)


def test_an_answer_within_the_depth_of_an_operation_counts(laptop: Laptop) -> None:
    nested: Any = "end"
    for _ in range(MOST_DEPTH):
        nested = [nested]
    refused(laptop.push(laptop.operation(detail={"a": nested})), 400, "malformed")


def test_what_is_not_a_message_is_malformed(laptop: Laptop) -> None:
    right = laptop.push_message(laptop.operation())
    operation = right["operations"][0]
    crooked: list[Any] = [
        None, [], "text", 5, {}, {**right, "more": 1}, {**right, "protocol": "1"},
        {**right, "protocol": True}, {**right, "device_id": "../../etc/passwd"},
        {**right, "device_id": new_id() + "\n"}, {**right, "device_id": "' OR '1'='1"},
        {**right, "operations": []}, {**right, "operations": {}},
        {**right, "operations": [{**operation, "device_seq": 0}]},
        {**right, "operations": [{**operation, "device_seq": 1.5}]},
        {**right, "operations": [{**operation, "kind": "DROP TABLE record"}]},
        {**right, "operations": [{**operation, "made_at": "yesterday"}]},
        {**right, "operations": [{**operation, "own_hash": "0"}]},
    ]  # fmt: skip
    for message in crooked:
        answer = laptop.send("POST", "/v1/push", content=json.dumps(message).encode())
        refused(answer, 400, "malformed")
    for body in (b"", b"{", b"\xff\xfe", b'{"a":NaN}', b'"\\ud800"', b"\x00" * 1000):
        refused(laptop.send("POST", "/v1/push", content=body), 400, "malformed")
    assert laptop.push(operation).status_code == 200


def test_a_body_beyond_a_mebibyte_must_be_one_group(laptop: Laptop) -> None:
    large = {"given_name": "x" * 600_000}
    first, second = (laptop.operation(detail=large) for _ in range(2))
    refused(laptop.push(first, second), 413, "too_large")


def test_more_operations_than_the_limit_must_be_one_group(laptop: Laptop) -> None:
    many = [laptop.operation() for _ in range(501)]
    refused(laptop.push(*many), 413, "too_large")


def test_nobody_speaks_for_another_device(laptop: Laptop) -> None:
    for answer in (
        laptop.push(laptop.operation(), device_id=new_id()),
        laptop.pull("service", device_id=new_id()),
    ):
        refused(answer, 403, "not_allowed")


STATEMENTS = (
    "'; DROP TABLE record; --",
    "%(service)s :service ? $1 {0}",
    "x' OR '1'='1",
    "../../../etc/passwd",
    "a\\'b\"c`d",
)


def test_statements_and_paths_in_names_and_values_are_words(laptop: Laptop) -> None:
    """What a record holds is kept and given back as it was said, and nothing of it is run."""
    child = new_id()
    fields = {"given_name": STATEMENTS[0], "date_of_birth": "2010' OR 1=1 --"}
    fields |= {name: name for name in STATEMENTS}
    said = laptop.operation(kind="create", type="child", id=child, child_id=child, set=fields)
    answer = laptop.push(said)
    assert answer.json()["results"][0]["status"] == "applied"
    again = laptop.operation(
        kind="update", type="child", id=child, child_id=child, set={"gp": STATEMENTS[2]}
    )
    assert laptop.push(again).json()["results"][0]["status"] in {"applied", "merged"}
    laptop.pull(child)
    (told,) = [
        one for one in laptop.pull(child, "service").json()["changes"] if one["type"] == "child"
    ]
    assert told["fields"] | fields == told["fields"]
    assert told["fields"]["gp"] == STATEMENTS[2]
    for crooked in STATEMENTS:
        wrong = laptop.operation(kind="update", type=crooked, id=child, child_id=child)
        refused(laptop.push(wrong), 400, "malformed")
        laptop.device_seq -= 1
        for part in ("id", "child_id", "group", "actor", "op_id"):
            refused(laptop.push(laptop.operation(**{part: crooked})), 400, "malformed")
            laptop.device_seq -= 1
        refused(laptop.pull(crooked), 400, "malformed")
    assert laptop.push(laptop.operation()).status_code == 200


def test_crooked_paths_lead_nowhere(laptop: Laptop) -> None:
    for path in (
        "/v1/blobs/..%2f..%2f..%2fetc%2fpasswd",
        "/v1/blobs/" + "0" * 63,
        "/v1/blobs/" + "A" * 64,
        "/v1/blobs/" + "0" * 64 + "%00",
        "/v1/blobs/%0a" + "0" * 64,
        "/v1/admin/devices/'%20OR%201=1--/manifest",
        "/v1/admin/devices/../manifest",
        "/v1/hello/",
        "//v1/hello",
        "/v1/HELLO",
    ):
        answer = laptop.https[0].get(path, headers={"dpop": "x"})
        assert answer.status_code in {400, 401, 404}, path
        assert answer.json()["code"] in {"malformed", "not_signed_in", "not_found"}


def test_an_order_to_wipe_can_not_be_asked_for_without_standing(
    still: Server, laptop: Laptop
) -> None:
    victim = still.enrolled(laptop.service_id)
    path = f"/v1/admin/devices/{victim.device_id}/revoke"
    refused(laptop.send("POST", path, json_body={"mode": "wipe"}), 403, "not_allowed")
    refused(laptop.send("POST", path, json_body={"mode": "explode"}), 400, "malformed")
    assert victim.hello().status_code == 200


def test_a_body_that_never_comes_is_not_waited_for_without_end(served: Any) -> None:
    server = served(1, BODY_SECONDS="1")
    laptop = server.enrolled(server.new_service().service_id)
    head = signed_head(server, laptop, "/v1/push", "content-length: 100")
    assert by_hand(server, head, b"{").startswith(b"HTTP/1.1 408")


def test_every_refusal_says_why_in_the_words_of_the_protocol(laptop: Laptop) -> None:
    http = laptop.https[0]
    for answer, status in (
        (http.get("/nothing"), 404),
        (http.delete("/v1/hello"), 405),
        (http.post("/v1/enrol"), 401),
        (http.get("/v1/hello"), 401),
    ):
        assert answer.status_code == status
        assert set(answer.json()) == {"code"}
        assert answer.headers["cache-control"] == "no-store"
