"""The wire between laptops and the server, and whatever goes wrong on it.

`Wire` listens on the loopback address and hands each HTTP/1.1 request on to one of the server's
processes, over real sockets on both sides. What it does to a request is either told beforehand
(`next`), drawn from a seeded chance (`storm`), or a forged answer (`forge`). `happened` counts
what was really done, not what was asked for: a cut counts only where bytes were missing, a
duplicate only where the server answered both.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import random
import socket
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Literal, Self

Kind = Literal[
    "drop_before",
    "drop_after",
    "delay",
    "duplicate",
    "reorder",
    "cut",
    "error_500",
    "error_503",
    "error_after",
    "portal",
    "redirect_file",
    "redirect_http",
    "drip",
    "stall",
]
# Those that a storm is made of. A stall lasts until the laptop gives up, so it is only told.
STORMY: Final[tuple[Kind, ...]] = (
    "drop_before",
    "drop_after",
    "delay",
    "duplicate",
    "reorder",
    "cut",
    "error_500",
    "error_503",
    "error_after",
    "portal",
    "redirect_file",
    "redirect_http",
    "drip",
)
PORTAL: Final = b"""<!doctype html><html><head><title>Riverside Guest Wi-Fi</title></head>
<body><h1>Accept the terms to go online</h1><form><button>I accept</button></form></body></html>"""
_HEAD_END: Final = b"\r\n\r\n"
_WHOLE: Final = 20.0
_HELD_AT_MOST: Final = 30.0

Forgery = Iterable[bytes]


@dataclass(frozen=True)
class Request:
    """A request as it came.

    Attributes:
        raw: All of its bytes.
    """

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    raw: bytes

    def json(self) -> Any:
        """Its body, read as JSON."""
        packed = self.headers.get("content-encoding") == "gzip"
        return json.loads(gzip.decompress(self.body) if packed else self.body)


@dataclass(frozen=True)
class Reply:
    """What the server answered."""

    status: int
    headers: dict[str, str]
    body: bytes
    raw: bytes

    def json(self) -> Any:
        """Its body, read as JSON."""
        packed = self.headers.get("content-encoding") == "gzip"
        return json.loads(gzip.decompress(self.body) if packed else self.body)


@dataclass(frozen=True)
class Fault:
    """Something to be done to a request.

    Attributes:
        part: How much of the answer comes through, from 0 to 1, where it is cut.
        path: Only for requests of this path; empty: any.
    """

    kind: Kind
    part: float = 0.5
    path: str = ""


def answer(
    status: int, body: bytes, *, content_type: str = "application/json", **headers: str
) -> bytes:
    """The bytes of a whole answer."""
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return (
        f"HTTP/1.1 {status} Said\r\ncontent-type: {content_type}\r\n"
        f"content-length: {len(body)}\r\nconnection: close\r\n{more}\r\n"
    ).encode("ascii") + body


def answer_json(status: int, value: Any) -> bytes:
    """The bytes of a whole answer that holds `value`."""
    return answer(status, json.dumps(value).encode())


@dataclass
class _Chance:
    """When a storm strikes, and with what."""

    random: random.Random
    rate: float
    kinds: Sequence[Kind]

    def draw(self) -> Fault | None:
        if self.random.random() >= self.rate:
            return None
        return Fault(self.random.choice(self.kinds), part=self.random.random())


class Wire:
    """A proxy before one or more processes of one server.

    Attributes:
        happened: How often each fault really happened, by kind.
        seen: Method and path of each request that came.
        forge: Asked before a request is handed on; the bytes that it gives are the answer instead.
        alter: Given a request and the server's answer to it; gives the bytes to send instead.
    """

    def __init__(self) -> None:
        self.happened: Counter[str] = Counter()
        self.seen: list[tuple[str, str]] = []
        self.forge: Callable[[Request], Forgery | None] | None = None
        self.alter: Callable[[Request, Reply], Forgery | None] | None = None
        self._upstream: list[tuple[str, int]] = []
        self._turn = 0
        self._told: deque[Fault] = deque()
        self._chance: _Chance | None = None
        self._held: Request | None = None
        self._lock = threading.RLock()
        self._idle = threading.Condition(self._lock)
        self._over = threading.Event()
        self._let_go = threading.Event()
        self._working = self._treating = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._accepting = threading.Thread(target=self._accept, name="wire", daemon=True)
        self._accepting.start()

    # -- what tests say to it ------------------------------------------------------------------

    @property
    def url(self) -> str:
        """Where laptops find the server."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def to(self, *upstream: tuple[str, int]) -> None:
        """Hand requests on to these addresses, in turn."""
        self._upstream = list(upstream)

    def next(self, *faults: Fault | Kind) -> None:
        """Do these to the next requests, one each, in this order."""
        made = [fault if isinstance(fault, Fault) else Fault(fault) for fault in faults]
        with self._lock:
            self._told.extend(made)

    def storm(self, seed: int, rate: float = 0.5, kinds: Sequence[Kind] = STORMY) -> None:
        """From now on, do something to about so large a share of all requests."""
        self._chance = _Chance(random.Random(seed), rate, kinds)

    def calm(self) -> None:
        """No more faults. What is still held back is delivered, late, before this returns."""
        with self._idle:
            self._chance = None
            self._told.clear()
            self.forge = self.alter = None
            self._let_go.set()
            self._idle.wait_for(lambda: self._treating == 0, _HELD_AT_MOST)
            self._let_go.clear()
        self._deliver_held()

    def close(self) -> None:
        """Stop. Connections that stand still are let go."""
        self._over.set()
        self._let_go.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._accepting.join()
        with self._idle:
            self._idle.wait_for(lambda: self._working == 0, _WHOLE)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    # -- connections ---------------------------------------------------------------------------

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self._working += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        request = None
        try:
            with connection:
                connection.settimeout(_WHOLE)
                request = read_request(connection)
                if request is not None:
                    with self._lock:
                        self._treating += 1
                    self._treat(connection, request)
        except OSError:
            # The laptop hung up or was killed; that is its part of the game.
            self._count("hung_up")
        finally:
            with self._lock:
                self._working -= 1
                self._treating -= request is not None
                self._idle.notify_all()

    def _count(self, what: str) -> None:
        with self._lock:
            self.happened[what] += 1

    def _fault_for(self, request: Request) -> Fault | None:
        with self._lock:
            self.seen.append((request.method, request.path))
            for fault in self._told:
                if not fault.path or fault.path == request.path:
                    self._told.remove(fault)
                    return fault
            return self._chance.draw() if self._chance else None

    def _treat(self, connection: socket.socket, request: Request) -> None:
        forged = self.forge(request) if self.forge else None
        if forged is not None:
            self._count("forged")
            _send_all(connection, forged, self._over)
            return
        fault = self._fault_for(request)
        kind = fault.kind if fault else None
        if kind == "drop_before":
            self._count(kind)
        elif kind == "reorder":
            self._hold(request)
        elif kind in _SPOKEN:
            self._count(kind)
            connection.sendall(_SPOKEN[kind])
        else:
            self._hand_on(connection, request, fault)
            self._deliver_held()

    def _hand_on(self, connection: socket.socket, request: Request, fault: Fault | None) -> None:
        kind = fault.kind if fault else None
        if kind == "delay":
            self._count(kind)
            time.sleep(0.05)
        reply = self._ask(request)
        if reply is None:
            self._count("server_down")
            connection.sendall(answer(502, b"Bad gateway", content_type="text/plain"))
            return
        if kind == "duplicate":
            second = self._ask(request)
            if second is not None:
                self._count(kind)
                reply = second
        if kind == "drop_after":
            self._count(kind)
        elif kind == "error_after":
            self._count(kind)
            connection.sendall(_SPOKEN["error_500"])
        elif kind == "cut" and fault is not None:
            self._cut(connection, reply, fault.part)
        elif kind == "stall":
            self._count(kind)
            connection.sendall(reply.raw[: len(reply.raw) // 2])
            self._let_go.wait(_HELD_AT_MOST)
        elif kind == "drip":
            self._count(kind)
            step = max(1, len(reply.raw) // 12)
            for start in range(0, len(reply.raw), step):
                connection.sendall(reply.raw[start : start + step])
                time.sleep(0.004)
        else:
            altered = self.alter(request, reply) if self.alter else None
            if altered is None:
                connection.sendall(reply.raw)
            else:
                self._count("altered")
                _send_all(connection, altered, self._over)

    def _cut(self, connection: socket.socket, reply: Reply, part: float) -> None:
        length = min(int(len(reply.raw) * part), len(reply.raw) - 1)
        connection.sendall(reply.raw[:length])
        self._count("cut")
        if length > len(reply.raw) - len(reply.body):
            self._count("cut_in_body")

    def _hold(self, request: Request) -> None:
        """Keep a request back, as a network does that loses its way: the laptop hears nothing,
        and the server gets it after the request that the laptop sent next."""
        with self._lock:
            earlier, self._held = self._held, request
        if earlier is not None:
            self._late(earlier)

    def _deliver_held(self) -> None:
        with self._lock:
            held, self._held = self._held, None
        if held is not None:
            self._late(held)

    def _late(self, request: Request) -> None:
        if self._ask(request) is not None:
            self._count("reorder")

    def _ask(self, request: Request) -> Reply | None:
        """What the server answers; None where none of its processes can be reached."""
        for _ in range(len(self._upstream)):
            with self._lock:
                self._turn += 1
                address = self._upstream[self._turn % len(self._upstream)]
            try:
                with socket.create_connection(address, timeout=_WHOLE) as server:
                    server.sendall(_closing(request))
                    return _reply(_everything(server))
            except OSError:
                continue
        return None


_SPOKEN: Final[dict[str, bytes]] = {
    "error_500": answer(500, b"Internal Server Error", content_type="text/plain"),
    "error_503": answer(503, b"Service Unavailable", content_type="text/plain", retry_after="1"),
    "portal": answer(200, PORTAL, content_type="text/html; charset=utf-8"),
    "redirect_file": answer(302, b"", location="file:///etc/passwd"),
    "redirect_http": answer(307, b"", location="http://127.0.0.1:9/v1/push"),
}


def read_request(connection: socket.socket) -> Request | None:
    """The next request of a connection; None where it ended before one was whole."""
    data = b""
    while _HEAD_END not in data:
        more = connection.recv(65536)
        if not more:
            return None
        data += more
    head, _, body = data.partition(_HEAD_END)
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = dict(_header(line) for line in lines)
    length = int(headers.get("content-length", "0"))
    parts = [body]
    left = length - len(body)
    if headers.get("transfer-encoding", "").lower() == "chunked":
        while not parts[-1].endswith(b"0\r\n\r\n"):
            parts.append(parts.pop() + connection.recv(65536))
    while left > 0:
        more = connection.recv(min(left, 1 << 20))
        if not more:
            return None
        parts.append(more)
        left -= len(more)
    body = b"".join(parts)
    return Request(method, path.partition("?")[0], headers, body, head + _HEAD_END + body)


def _header(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip().lower(), value.strip()


def _closing(request: Request) -> bytes:
    """The request's bytes, asking the server to close afterwards so that the end is certain."""
    head, _, body = request.raw.partition(_HEAD_END)
    kept = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
    return b"\r\n".join([*kept, b"Connection: close"]) + _HEAD_END + body


def _everything(server: socket.socket) -> bytes:
    parts = []
    while True:
        part = server.recv(1 << 18)
        if not part:
            break
        parts.append(part)
    whole = b"".join(parts)
    if _HEAD_END not in whole:
        raise ConnectionError("the server ended before it had answered")
    return whole


def _reply(raw: bytes) -> Reply:
    head, _, body = raw.partition(_HEAD_END)
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = dict(_header(line) for line in lines)
    wanted = int(headers.get("content-length", len(body)))
    if len(body) < wanted and not first.split(" ", 2)[1] == "304" and body:
        raise ConnectionError("the server was killed in the middle of an answer")
    if headers.get("transfer-encoding", "").lower() == "chunked":
        body = _unchunked(body)
    return Reply(int(first.split(" ", 2)[1]), headers, body, raw)


def _unchunked(body: bytes) -> bytes:
    parts = []
    while body:
        size, _, body = body.partition(b"\r\n")
        length = int(size, 16)
        if not length:
            break
        parts.append(body[:length])
        body = body[length + 2 :]
    return b"".join(parts)


def _send_all(connection: socket.socket, parts: Forgery, over: threading.Event) -> None:
    for part in parts:
        if over.is_set():
            return
        connection.sendall(part)
