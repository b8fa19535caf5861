"""A laptop as the server meets it: a key, an identity, signed requests over real sockets."""

from __future__ import annotations

import gzip
import json
import platform
from datetime import UTC, datetime
from typing import Any

import httpx
from joserfc import jws
from joserfc.jwk import ECKey

from app.core.clock import Clock, SystemClock
from app.core.ids import new_id
from app.sync.protocol import PROTOCOL
from server.proofs import token_hash


class Laptop:
    """One device and whoever works on it.

    Attributes:
        http: What its requests go out through; further ones are taken in turn.
        enrolled: What the server answered when it was enrolled.
    """

    def __init__(self, *http: httpx.Client, clock: Clock | None = None) -> None:
        self.https = list(http)
        self.turn = 0
        self.clock = clock or SystemClock()
        self.key = ECKey.generate_key("P-256", private=True)
        self.device_id = new_id()
        self.service_id = ""
        self.user_id = ""
        self.token = ""
        self.enrolled: dict[str, Any] = {}
        self.device_seq = 0

    @property
    def jwk(self) -> dict[str, str]:
        """The public key."""
        parts = self.key.as_dict(private=False)
        return {name: str(parts[name]) for name in ("kty", "crv", "x", "y")}

    def proof(self, method: str, url: str, token: str | None, **changes: Any) -> str:
        """A proof for one request; `changes` to its claims, `None` takes one out."""
        header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk} | changes.pop("header", {})
        header = {name: value for name, value in header.items() if value is not None}
        claims: dict[str, Any] = {
            "htm": method,
            "htu": url,
            "iat": int(self.clock.now().timestamp()),
            "jti": new_id(),
        }
        if token:
            claims["ath"] = token_hash(token)
        claims |= changes
        claims = {name: value for name, value in claims.items() if value is not None}
        key = changes.get("key") or self.key
        claims.pop("key", None)
        return jws.serialize_compact(header, json.dumps(claims), key, algorithms=["ES256"])

    def send(
        self,
        method: str,
        path: str,
        *,
        json_body: Any = None,
        content: bytes | None = None,
        headers: dict[str, str] | None = None,
        with_token: bool = True,
        zipped: bool = False,
        **changes: Any,
    ) -> httpx.Response:
        """One signed request, through the next connection in turn."""
        http = self.https[self.turn % len(self.https)]
        self.turn += 1
        url = str(http.base_url).rstrip("/") + path
        token = self.token if with_token else None
        sent = {"dpop": self.proof(method, url, token, **changes)}
        if token:
            sent["authorization"] = f"DPoP {token}"
        if json_body is not None:
            content = json.dumps(json_body).encode()
            sent["content-type"] = "application/json"
        if zipped and content is not None:
            content = gzip.compress(content)
            sent["content-encoding"] = "gzip"
        return http.request(method, path, content=content, headers=sent | (headers or {}))

    def ask_to_enrol(self, code: str, **changes: Any) -> httpx.Response:
        """Ask to be enrolled."""
        message = {
            "protocol": PROTOCOL,
            "code": code,
            "device_id": self.device_id,
            "device_name": "Larchwood laptop 4",
            "platform": platform.system(),
            "device_key": self.jwk,
        }
        return self.send("POST", "/v1/enrol", json_body=message | changes, with_token=False)

    def enrol(self, code: str) -> dict[str, Any]:
        """Be enrolled, and take the token."""
        answer = self.ask_to_enrol(code)
        assert answer.status_code == 200, answer.text
        self.enrolled = answer.json()
        self.service_id = self.enrolled["service_id"]
        self.user_id = self.enrolled["user_id"]
        self.sign_on()
        return self.enrolled

    def ask_for_token(self, **changes: Any) -> httpx.Response:
        """Ask for a token."""
        message = {
            "device_id": self.device_id,
            "service_id": self.service_id,
            "user_id": self.user_id,
        }
        return self.send("POST", "/v1/token", json_body=message | changes, with_token=False)

    def sign_on(self, **changes: Any) -> str:
        """Take a fresh token."""
        answer = self.ask_for_token(**changes)
        assert answer.status_code == 200, answer.text
        self.token = answer.json()["access_token"]
        return self.token

    def hello(self) -> httpx.Response:
        return self.send("GET", "/v1/hello")

    def pull(self, *streams: str, **changes: Any) -> httpx.Response:
        """Ask for a page of these streams, from their beginning."""
        message = {
            "protocol": PROTOCOL,
            "schema_version": 4,
            "device_id": self.device_id,
            "epoch": self.enrolled.get("epoch", new_id()),
            "cursors": [{"stream": name, "after": 0} for name in streams],
        }
        return self.send("POST", "/v1/pull", json_body=message | changes)

    def push(self, *operations: dict[str, Any], **changes: Any) -> httpx.Response:
        """Send operations made by `operation`."""
        return self.send("POST", "/v1/push", json_body=self.push_message(*operations) | changes)

    def push_message(self, *operations: dict[str, Any]) -> dict[str, Any]:
        """The body of a push."""
        return {
            "protocol": PROTOCOL,
            "schema_version": 4,
            "device_id": self.device_id,
            "epoch": self.enrolled.get("epoch", new_id()),
            "operations": list(operations),
        }

    def operation(self, **changes: Any) -> dict[str, Any]:
        """The next operation of this device: a consultation, unless it is told otherwise."""
        self.device_seq += 1
        return {
            "op_id": new_id(),
            "device_seq": self.device_seq,
            "group": new_id(),
            "kind": "unlock",
            "actor": self.user_id or new_id(),
            "made_at": datetime.now(UTC).isoformat(),
            "entry": self.device_seq,
            "own_hash": f"{self.device_seq:064x}",
        } | changes

    def new_child(self, child_id: str, **fields: Any) -> dict[str, Any]:
        """An operation that registers a child."""
        return self.operation(
            kind="create",
            type="child",
            id=child_id,
            child_id=child_id,
            set={"given_name": "Ottilie", "family_name": "Marshwiggle"} | fields,
        )
