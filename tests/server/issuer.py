"""A small OpenID Connect issuer over a real socket, which signs whatever it is asked to.

It also lets people sign in: `/authorize` sends the browser back with a code, as whoever `person`
is, and `/token` gives an id_token for the code and its verifier (PKCE), once.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT = "waymark-laptops"


@dataclass
class Issuer:
    """An issuer, where it listens, and its keys.

    Attributes:
        asked: The paths that were asked for. broken: It answers with an error.
        person: Who signs in. denies: What it sends the browser back with in place of a code.
        now: Its clock. changes: To the claims of an id_token. metadata: To what it says of itself.
        replies: What it answers at a path in place of its own: status, type and body.
        went: The parameters of each sign-in that began.
    """

    url: str = ""
    keys: list[RSAKey] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    broken: bool = False
    says_it_is: str | None = None
    person: str = "b.quill"
    denies: str = ""
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    changes: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    replies: dict[str, tuple[int, str, bytes]] = field(default_factory=dict)
    went: list[dict[str, str]] = field(default_factory=list)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

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
            return {
                "issuer": self.says_it_is or self.url,
                "jwks_uri": f"{self.url}/keys",
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "code_challenge_methods_supported": ["S256"],
            } | self.metadata
        return {"keys": [key.as_dict(private=False) for key in self.keys]}

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser goes after somebody has signed in, or was turned away."""
        self.went.append(asked)
        back = {"state": asked["state"]}
        if self.denies:
            back["error"] = self.denies
        else:
            back["code"] = secrets.token_urlsafe(16)
            self._codes[back["code"]] = asked | {"person": self.person}
        return f"{asked['redirect_uri']}?{urlencode(back)}"

    def token(self, asked: dict[str, str]) -> dict[str, Any] | None:
        """The id_token for a code; None where code, verifier, address or program don't fit."""
        begun = self._codes.pop(asked.get("code", ""), None)
        if begun is None:
            return None
        digest = hashlib.sha256(asked["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        same = all(begun[name] == asked[name] for name in ("redirect_uri", "client_id"))
        if begun["code_challenge"] != challenge or not same:
            return None
        changes = {"name": begun["person"], **self.changes}
        return {
            "token_type": "Bearer",
            "access_token": "unused",
            "id_token": self.id_token(begun["person"], begun["nonce"], self.now(), **changes),
        }


@contextmanager
def running_issuer() -> Iterator[Issuer]:
    """An issuer with one key, until the end."""
    issuer = Issuer()
    issuer.new_key()

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/authorize":
                self.send_response(302)
                self.send_header("location", issuer.authorize(dict(parse_qsl(parts.query))))
                self.send_header("content-length", "0")
                self.end_headers()
                return
            self._answer(503 if issuer.broken else 200, issuer.answer(self.path))

        def do_POST(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            given = issuer.token(dict(parse_qsl(self.rfile.read(length).decode())))
            issuer.asked.append(self.path)
            self._answer(400 if given is None else 200, given or {"error": "invalid_grant"})

        def _answer(self, status: int, said: Any) -> None:
            kind, body = "application/json", json.dumps(said).encode()
            if self.path in issuer.replies:
                status, kind, body = issuer.replies[self.path]
            self.send_response(status)
            self.send_header("content-type", kind)
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
