"""What answers in the server's place is never believed: pages, floods, bombs, wrong clocks."""

from __future__ import annotations

import base64
import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx
import pytest
from joserfc import jws
from joserfc.jwk import ECKey

from app.core.clock import FixedClock
from app.core.ids import new_id
from app.sync import protocol, transport
from app.sync.device_key import DeviceKey, token_hash
from app.sync.transport import BadAddress, Transport, Who, address_of
from app.sync.wire import BadAnswer, NotTrusted, Offline, Refused, ServerBusy, SignInPage

Reply = tuple[int, dict[str, str], bytes]
JSON = {"content-type": "application/json"}
TOKEN: Reply = (200, JSON, b'{"access_token": "t", "token_type": "DPoP", "expires_in": 600}')


class Impostor:
    """Answers whatever it is told to, over a real socket."""

    def __init__(self) -> None:
        self.reply: Reply | Callable[[BaseHTTPRequestHandler], Reply] = (200, JSON, b"{}")
        self.asked: list[tuple[str, dict[str, str]]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                self.rfile.read(int(self.headers.get("content-length") or 0))
                outer.asked.append((self.path, dict(self.headers.items())))
                reply = TOKEN if self.path == "/v1/token" else outer.reply
                status, headers, body = reply(self) if callable(reply) else reply
                self.send_response(status)
                for name, value in {"content-length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                try:
                    self.wfile.write(body)
                except OSError:
                    self.close_connection = True

            do_GET = do_POST = do_HEAD = do_PATCH = answer  # noqa: N815

            def log_message(self, *_: Any) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}"

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def impostor() -> Iterator[Impostor]:
    made = Impostor()
    yield made
    made.close()


@pytest.fixture
def wire(impostor: Impostor, clock: FixedClock) -> Iterator[Transport]:
    who = Who(new_id(), new_id(), new_id())
    made = Transport(impostor.address, DeviceKey(), who, clock=clock)
    yield made
    made.close()


def pulled(**more: Any) -> bytes:
    answer = {"epoch": new_id(), "server_time": "2026-11-23T09:30:00Z", **more}
    return json.dumps(answer).encode()


def ask(wire: Transport) -> protocol.Pulled:
    return wire.pull(
        protocol.Pull(protocol=1, schema_version=1, device_id=new_id(), epoch=new_id(), cursors=())
    )


FLOOD = b" " * (protocol.MOST_RESPONSE_BYTES + 2)
REFUSED: list[tuple[str, Reply, type[Exception]]] = [
    ("sign-in page", (200, {"content-type": "text/html"}, b"<html>Welcome</html>"), SignInPage),
    ("redirect", (302, {"location": "file:///etc/passwd"}, b""), SignInPage),
    ("redirect with JSON", (307, {**JSON, "location": "https://example.org"}, b"{}"), SignInPage),
    ("network login", (511, JSON, b"{}"), SignInPage),
    ("proxy's words", (403, {"content-type": "text/plain"}, b"blocked"), SignInPage),
    ("500", (500, JSON, b"{}"), ServerBusy),
    ("503", (503, JSON, b'{"code": "busy"}'), ServerBusy),
    ("429", (429, JSON, b'{"code": "busy"}'), ServerBusy),
    ("not JSON", (200, JSON, b"\x00\xff"), BadAnswer),
    ("another answer", (200, JSON, b'{"acked": 3}'), BadAnswer),
    ("deep JSON", (200, JSON, b"[" * 100_000 + b"]" * 100_000), BadAnswer),
    ("bad field", (200, JSON, pulled(changes=[{"stream": 1}])), BadAnswer),
    ("flood", (200, JSON, FLOOD), BadAnswer),
    ("bomb", (200, {**JSON, "content-encoding": "gzip"}, gzip.compress(FLOOD * 8)), BadAnswer),
    ("br", (200, {**JSON, "content-encoding": "br"}, b"{}"), BadAnswer),
    ("no gzip", (200, {**JSON, "content-encoding": "gzip"}, b"plain"), BadAnswer),
    ("cut gzip", (200, {**JSON, "content-encoding": "gzip"}, gzip.compress(b"{}")[:-9]), Offline),
    ("cut", (200, {**JSON, "content-length": "400"}, b'{"epo'), Offline),
]


@pytest.mark.parametrize(("reply", "error"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_what_is_not_the_protocols_answer_is_not_read_as_one(
    wire: Transport, impostor: Impostor, reply: Reply, error: type[Exception]
) -> None:
    if reply[1].get("content-length"):

        def cut(handler: BaseHTTPRequestHandler) -> Reply:
            handler.close_connection = True
            return reply

        impostor.reply = cut
    else:
        impostor.reply = reply
    with pytest.raises(error):
        ask(wire)
    assert all(path.startswith("/v1/") for path, _ in impostor.asked), "nothing was followed"


def test_an_answer_may_be_packed(wire: Transport, impostor: Impostor) -> None:
    packed = {**JSON, "content-encoding": "gzip"}
    impostor.reply = (200, packed, gzip.compress(pulled(new_in_a_later_version=1)))
    assert ask(wire).changes == ()


def test_nobody_there_is_said_so(wire: Transport, impostor: Impostor) -> None:
    impostor.server.server_close()
    with pytest.raises(Offline):
        ask(wire)


def test_who_cannot_prove_to_be_the_server_gets_nothing(clock: FixedClock) -> None:
    def refuses(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed certificate")

    client = httpx.Client(transport=httpx.MockTransport(refuses))
    who = Who(new_id(), new_id(), new_id())
    wire = Transport("https://example.org", DeviceKey(), who, clock=clock, client=client)
    with pytest.raises(NotTrusted):
        wire.hello()
    wire.close()


def test_each_request_is_signed_for_itself(wire: Transport, impostor: Impostor) -> None:
    impostor.reply = (200, JSON, pulled())
    ask(wire)
    ask(wire)
    paths = [path for path, _ in impostor.asked]
    assert paths == ["/v1/token", "/v1/pull", "/v1/pull"], "one token for both"
    seen = set()
    for path, headers in impostor.asked:
        proof = headers["dpop"]
        registry = jws.JWSRegistry(algorithms=["ES256"])
        head = jws.extract_compact(proof.encode(), registry=registry).headers()
        assert "d" not in head["jwk"]
        key = ECKey.import_key(head["jwk"])
        signed = jws.deserialize_compact(proof, key, algorithms=["ES256"], registry=registry)
        claims = json.loads(signed.payload)
        assert (claims["htm"], claims["htu"]) == ("POST", impostor.address + path)
        assert claims.get("ath") == (None if path == "/v1/token" else token_hash("t"))
        seen.add(claims["jti"])
    assert len(seen) == 3


def test_a_refusal_is_a_reason_and_is_not_tried_for_ever(
    wire: Transport, impostor: Impostor
) -> None:
    impostor.reply = (401, JSON, b'{"code": "token_expired"}')
    with pytest.raises(Refused) as refused:
        ask(wire)
    assert refused.value.refusal.code == "token_expired"
    assert [path for path, _ in impostor.asked].count("/v1/pull") == 2
    assert [path for path, _ in impostor.asked].count("/v1/token") == 2


def test_a_laptop_whose_clock_is_wrong_learns_the_servers_time(
    wire: Transport, impostor: Impostor, clock: FixedClock
) -> None:
    """The answer's `Date` is the computer's, which the clock of the tests is far from."""
    clock.advance(timedelta(days=-400))

    def by_time(handler: BaseHTTPRequestHandler) -> Reply:
        issued = claims_of(handler.headers["dpop"])["iat"]
        if abs(time.time() - issued) > 300:
            return (401, JSON, b'{"code": "proof_invalid"}')
        return (200, JSON, pulled())

    impostor.reply = by_time
    assert ask(wire).changes == ()
    assert [path for path, _ in impostor.asked].count("/v1/pull") == 2


def claims_of(proof: str) -> dict[str, Any]:
    """What a proof says, whoever signed it."""
    part = proof.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))))


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        (" https://waymark.example.gov.uk/ ", "https://waymark.example.gov.uk"),
        ("https://[::1]:8400/base/", "https://[::1]:8400/base"),
        ("http://127.0.0.1:8400", "http://127.0.0.1:8400"),
    ],
)
def test_an_address_is_taken_as_it_is_meant(typed: str, address: str) -> None:
    assert address_of(typed) == address


@pytest.mark.parametrize(
    "typed",
    [
        "http://waymark.example.gov.uk",
        "file:///etc/passwd",
        "https://user:secret@example.org",
        "https://",
        "https://example.org:port",
        "https://example.org/?next=1",
        "",
    ],
)
def test_an_address_that_is_not_safe_is_refused(typed: str) -> None:
    with pytest.raises(BadAddress):
        address_of(typed)


def test_the_operating_systems_authorities_are_asked() -> None:
    with transport.make_client("https://example.org") as client:
        pool = client._transport._pool  # type: ignore[attr-defined]
        assert type(pool._ssl_context).__module__.startswith("truststore")
