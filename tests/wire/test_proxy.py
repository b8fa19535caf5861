"""The wire does what it says it did, or the campaigns that count its faults prove nothing."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from tests.wire.proxy import STORMY, Fault, Wire, answer_json


class Counting(BaseHTTPRequestHandler):
    """A server that says which request this is."""

    got: list[bytes]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.got.append(body)
        said = f"request {len(self.got)} ".encode() * 50
        self.send_response(200)
        self.send_header("content-length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


@pytest.fixture
def got() -> list[bytes]:
    """The bodies that reached the server, in their order."""
    return []


@pytest.fixture
def wire(got: list[bytes]) -> Iterator[Wire]:
    handler = type("Handler", (Counting,), {"got": got})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    serving = threading.Thread(target=server.serve_forever, args=(0.01,))
    serving.start()
    with Wire() as wire:
        wire.to(("127.0.0.1", server.server_port))
        yield wire
    server.shutdown()
    serving.join()
    server.server_close()


# Without the certificates that httpx would read in for each request anew.
PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def post(url: str, body: bytes) -> httpx.Response:
    with httpx.Client(verify=PLAIN) as client:
        return client.post(url, content=body, timeout=10)


def ask(wire: Wire, body: bytes = b"one") -> httpx.Response | None:
    """The answer; None where there was none, or only a part of one."""
    try:
        return post(wire.url + "/v1/push", body)
    except httpx.TransportError:
        return None


def test_without_a_fault_everything_comes_through(wire: Wire, got: list[bytes]) -> None:
    reply = ask(wire)
    assert reply is not None
    assert reply.text == "request 1 " * 50
    assert got == [b"one"]
    assert wire.seen == [("POST", "/v1/push")]
    assert not wire.happened


@pytest.mark.parametrize(
    ("kind", "reached", "status"),
    [
        ("drop_before", 0, None),
        ("drop_after", 1, None),
        ("delay", 1, 200),
        ("duplicate", 2, 200),
        ("cut", 1, None),
        ("error_500", 0, 500),
        ("error_503", 0, 503),
        ("error_after", 1, 500),
        ("portal", 0, 200),
        ("redirect_file", 0, 302),
        ("redirect_http", 0, 307),
        ("drip", 1, 200),
    ],
)
def test_each_fault_happens_once_and_then_no_more(
    wire: Wire, got: list[bytes], kind: str, reached: int, status: int | None
) -> None:
    wire.next(kind)
    reply = ask(wire)
    assert (reply.status_code if reply else None) == status
    assert len(got) == reached
    assert wire.happened[kind] == 1
    after = ask(wire, b"two")
    assert after is not None
    assert after.text.startswith("request")
    assert wire.happened[kind] == 1


def test_a_reordered_request_arrives_after_the_one_that_was_sent_later(
    wire: Wire, got: list[bytes]
) -> None:
    wire.next("reorder")
    assert ask(wire, b"first") is None
    assert wire.happened["reorder"] == 0
    assert ask(wire, b"second") is not None
    wire.calm()
    assert got == [b"second", b"first"]
    assert wire.happened["reorder"] == 1


def test_what_no_request_follows_is_delivered_when_the_wire_is_calm(
    wire: Wire, got: list[bytes]
) -> None:
    wire.next("reorder")
    assert ask(wire, b"first") is None
    wire.calm()
    assert got == [b"first"]


def test_a_fault_waits_for_the_path_that_it_is_meant_for(wire: Wire, got: list[bytes]) -> None:
    wire.next(Fault("error_500", path="/v1/pull"))
    assert ask(wire) is not None
    assert wire.happened["error_500"] == 0
    assert post(wire.url + "/v1/pull", b"x").status_code == 500


def test_a_forged_answer_never_asks_the_server(wire: Wire, got: list[bytes]) -> None:
    wire.forge = lambda request: [answer_json(200, {"said": request.body.decode()})]
    reply = ask(wire)
    assert reply is not None
    assert reply.json() == {"said": "one"}
    assert not got


def test_a_server_that_is_gone_is_a_bad_gateway(wire: Wire) -> None:
    wire.to()
    reply = ask(wire)
    assert reply is not None
    assert reply.status_code == 502
    assert wire.happened["server_down"] == 1


def test_a_storm_has_every_kind_of_fault_and_the_same_seed_the_same_ones(wire: Wire) -> None:
    counts = []
    for _ in range(2):
        wire.happened.clear()
        wire.storm(5, rate=0.8)
        for _ in range(120):
            ask(wire)
        wire.calm()
        counts.append({kind: wire.happened[kind] for kind in STORMY})
    assert counts[0] == counts[1]
    assert all(counts[0].values())
