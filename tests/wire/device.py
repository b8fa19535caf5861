"""A device that speaks the protocol by hand, to say what no laptop of ours would.

It knows `app.sync.protocol` and nothing of the laptop's program, so it also looks at the server
from outside: what it pulls is what any laptop would be given.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import httpx
from joserfc import jws
from joserfc.jwk import ECKey

from app.core.ids import new_id
from app.sync.protocol import PROTOCOL, SERVICE_STREAM

# Without the certificates that httpx would read in for each device anew: the wire is plain.
PLAIN: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
_REGISTRY: Final = jws.JWSRegistry(algorithms=["ES256"])
NO_HASH: Final = "0" * 64


class Refused(Exception):
    """The server refused a request.

    Attributes:
        status: The status of the answer. said: Its body.
    """

    def __init__(self, status: int, said: Any) -> None:
        super().__init__(f"{status}: {said}")
        self.status = status
        self.said = said

    @property
    def code(self) -> str:
        """Why, as `app.sync.protocol.RefusalCode` has it."""
        return str(self.said["code"])


@dataclass
class Device:
    """A device at the wire.

    Attributes:
        url: Where it finds the server.
        enrolled: What the server said when it was enrolled.
        seq: The number of the last operation that was made here.
    """

    url: str
    device_id: str = field(default_factory=new_id)
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256"), repr=False)
    enrolled: dict[str, Any] = field(default_factory=dict)
    epoch: str = ""
    seq: int = 0
    schema_version: int = 4
    user_id: str = ""
    token: str | None = field(default=None, repr=False)

    # -- the door ------------------------------------------------------------------------------

    def enrol(self, code: str, name: str = "Spare laptop", **more: Any) -> dict[str, Any]:
        """Belong to a service, by a one-time code."""
        said = {
            "protocol": PROTOCOL,
            "code": code,
            "device_id": self.device_id,
            "device_name": name,
            "device_key": self.key.as_dict(private=False),
            **more,
        }
        said["device_key"] = {k: said["device_key"][k] for k in ("kty", "crv", "x", "y")}
        self.enrolled = self.send("POST", "/v1/enrol", said, signed_in=False)
        self.epoch, self.user_id = self.enrolled["epoch"], self.enrolled["user_id"]
        return self.enrolled

    def sign_in(self) -> None:
        """Get a token."""
        said = {
            "device_id": self.device_id,
            "service_id": self.enrolled["service_id"],
            "user_id": self.user_id,
        }
        self.token = self.send("POST", "/v1/token", said, signed_in=False)["access_token"]

    def proof(self, method: str, path: str, *, jti: str = "", **claims: Any) -> str:
        """A proof for one request. Claims of the same name replace those that it would have."""
        public = self.key.as_dict(private=False)
        header = {
            "typ": "dpop+jwt",
            "alg": "ES256",
            "jwk": {k: public[k] for k in ("kty", "crv", "x", "y")},
        }
        made: dict[str, Any] = {
            "jti": jti or new_id(),
            "htm": method,
            "htu": self.url + path,
            "iat": int(time.time()),
        }
        if self.token is not None:
            digest = hashlib.sha256(self.token.encode()).digest()
            made["ath"] = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        body = json.dumps(made | claims).encode()
        return jws.serialize_compact(header, body, self.key, registry=_REGISTRY)

    def send(
        self,
        method: str,
        path: str,
        said: Any = None,
        *,
        signed_in: bool = True,
        headers: Mapping[str, str] = {},
        raw: bytes | None = None,
    ) -> Any:
        """Send a request and give what was answered.

        Args:
            raw: The body as bytes instead of `said`.

        Raises:
            Refused: The answer was no success.
        """
        if signed_in and self.token is None:
            self.sign_in()
        with_ = {"DPoP": self.proof(method, path), "content-type": "application/json"}
        if not signed_in:
            token, self.token = self.token, None
            with_["DPoP"] = self.proof(method, path)
            self.token = token
        elif self.token is not None:
            with_["Authorization"] = f"DPoP {self.token}"
        body = raw if raw is not None else (json.dumps(said).encode() if said is not None else b"")
        with httpx.Client(verify=PLAIN, timeout=30) as client:
            reply = client.request(method, self.url + path, content=body, headers=with_ | headers)
        if not reply.is_success:
            is_json = reply.headers.get("content-type", "").startswith("application/json")
            raise Refused(reply.status_code, reply.json() if is_json else reply.text)
        return reply.json() if reply.content else {}

    # -- push and pull -------------------------------------------------------------------------

    def operation(self, type_: str, id_: str, child_id: str | None, **more: Any) -> dict[str, Any]:
        """The next operation of this device, as it would stand in a push."""
        self.seq += 1
        return {
            "op_id": new_id(),
            "device_seq": self.seq,
            "group": new_id(),
            "kind": "update",
            "type": type_,
            "id": id_,
            "child_id": child_id,
            "base_rev": 0,
            "actor": self.user_id,
            "made_at": datetime.now(UTC).isoformat(),
            "entry": self.seq,
            "own_hash": NO_HASH,
        } | more

    def new_child(self, name: str, **fields: Any) -> dict[str, Any]:
        """An operation that registers a child; the child's id is its `id`."""
        child = new_id()
        said = {"given_name": name, "allocated_to": self.user_id} | fields
        return self.operation("child", child, child, kind="create", set=said)

    def push(self, *operations: Mapping[str, Any], **envelope: Any) -> dict[str, Any]:
        """Send operations."""
        said = {**self._envelope(), "operations": list(operations)} | envelope
        return dict(self.send("POST", "/v1/push", said))

    def pull(self, cursors: Mapping[str, int], *, limit: int = 500) -> dict[str, Any]:
        """One page of what changed in these streams."""
        wanted = [{"stream": stream, "after": after} for stream, after in cursors.items()]
        said = {**self._envelope(), "cursors": wanted, "limit": limit}
        return dict(self.send("POST", "/v1/pull", said))

    def everything(self, *out_of_use: str) -> dict[str, dict[str, Any]]:
        """All records that this device may see, by `type:id`, page after page.

        Args:
            out_of_use: Children whom nobody is offered any more, to be asked for beside the rest.
        """
        cursors = dict.fromkeys([SERVICE_STREAM, *self.children(), *out_of_use], 0)
        records: dict[str, dict[str, Any]] = {}
        while cursors:
            page = self.pull(cursors)
            for change in page["changes"]:
                name = f"{change['type']}:{change['id']}"
                if change["op"] in ("upsert", "same"):
                    records[name] = change
                elif records.get(name, {}).get("stream") == change["stream"]:
                    del records[name]
            cursors = {s["stream"]: s["next"] for s in page["streams"] if s["more"]}
        return records

    def conflicts(self, *out_of_use: str) -> list[dict[str, Any]]:
        """The conflicts of all children, those too that were settled."""
        cursors = dict.fromkeys([SERVICE_STREAM, *self.children(), *out_of_use], 0)
        found: dict[str, dict[str, Any]] = {}
        while cursors:
            page = self.pull(cursors)
            found |= {one["id"]: one for one in page["conflicts"]}
            cursors = {s["stream"]: s["next"] for s in page["streams"] if s["more"]}
        return list(found.values())

    def children(self) -> list[str]:
        """Ids of the children whom this person may take along."""
        return [child["child_id"] for child in self.send("GET", "/v1/caseload")["children"]]

    def _envelope(self) -> dict[str, Any]:
        return {
            "protocol": PROTOCOL,
            "schema_version": self.schema_version,
            "device_id": self.device_id,
            "epoch": self.epoch,
        }


def bomb(megabytes: int) -> bytes:
    """So much nothing, packed small."""
    return gzip.compress(b"\0" * (megabytes << 20), 9)
