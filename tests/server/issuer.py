"""A small OpenID Connect issuer over a real socket, which signs whatever it is asked to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT = "waymark-laptops"


@dataclass
class Issuer:
    """An issuer, where it listens, and its keys.

    Attributes:
        asked: The paths that were asked for. broken: It answers with an error.
    """

    url: str = ""
    keys: list[RSAKey] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    broken: bool = False
    says_it_is: str | None = None

    def new_key(self) -> None:
        """Sign with a fresh key from now on; the others stay published."""
        key = RSAKey.generate_key(2048, private=True, auto_kid=True)
        self.keys.insert(0, key)

    def id_token(
        self, subject: str, nonce: str, now: datetime, /, *, key: Any = None, **changes: Any
    ) -> str:
        """An id_token; `None` takes a claim out."""
        issued = int(now.timestamp())
        claims = {
            "iss": self.url,
            "aud": CLIENT,
            "sub": subject,
            "nonce": nonce,
            "iat": issued,
            "exp": issued + 3600,
        }
        claims = {name: value for name, value in (claims | changes).items() if value is not None}
        signing = key or self.keys[0]
        header = {"alg": "RS256", "kid": signing.kid}
        return jwt.encode(header, claims, signing, algorithms=["RS256"])

    def answer(self, path: str) -> Any:
        """What it says at a path."""
        self.asked.append(path)
        if path == "/.well-known/openid-configuration":
            return {"issuer": self.says_it_is or self.url, "jwks_uri": f"{self.url}/keys"}
        return {"keys": [key.as_dict(private=False) for key in self.keys]}


@contextmanager
def running_issuer() -> Iterator[Issuer]:
    """An issuer with one key, until the end."""
    issuer = Issuer()
    issuer.new_key()

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(issuer.answer(self.path)).encode()
            self.send_response(503 if issuer.broken else 200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    issuer.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
