"""How each door that asks for a token is knocked at by somebody who may do everything there."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Final

import httpx

from app.core.ids import new_id
from tests.server.isolation.ground import Subject
from tests.server.laptop import Laptop

Knock = Callable[[Laptop, Subject], httpx.Response]

_PIECE: Final = b"a piece of a drawing"
_PIECE_SHA: Final = hashlib.sha256(_PIECE).hexdigest()


def _push(laptop: Laptop, child: Subject) -> httpx.Response:
    fields = {"note": new_id()}
    operation = laptop.operation(
        kind="update",
        type="offence",
        id=child.record,
        child_id=child.child,
        base_rev=99,
        set=fields,
    )
    return laptop.push(operation)


def _send_piece(laptop: Laptop, _: Subject) -> httpx.Response:
    headers = {"upload-offset": "0", "upload-length": str(len(_PIECE))}
    return laptop.send("PATCH", f"/v1/blobs/{_PIECE_SHA}", content=_PIECE, headers=headers)


def _code(laptop: Laptop, _: Subject) -> httpx.Response:
    body = {"user_name": "Percival Thrale", "role": "reader"}
    return laptop.send("POST", "/v1/admin/codes", json_body=body)


def _revoke(laptop: Laptop, child: Subject) -> httpx.Response:
    path = f"/v1/admin/devices/{child.home.second_desk.id}/revoke"
    return laptop.send("POST", path, json_body={"mode": "none"})


def _access(laptop: Laptop, child: Subject) -> httpx.Response:
    body = {"user_id": child.home.second_desk.people[0].id, "given": True}
    return laptop.send("POST", f"/v1/admin/children/{child.child}/access", json_body=body)


def _manifest(laptop: Laptop, child: Subject) -> httpx.Response:
    return laptop.send("GET", f"/v1/admin/devices/{child.home.desk.id}/manifest")


DOORS: Final[dict[str, Knock]] = {
    "GET /v1/hello": lambda laptop, _: laptop.hello(),
    "POST /v1/push": _push,
    "POST /v1/pull": lambda laptop, child: laptop.pull(child.child),
    "GET /v1/caseload": lambda laptop, _: laptop.send("GET", "/v1/caseload"),
    "HEAD /v1/blobs/{sha256}": lambda laptop, child: laptop.send("HEAD", f"/v1/blobs/{child.blob}"),
    "PATCH /v1/blobs/{sha256}": _send_piece,
    "GET /v1/blobs/{sha256}": lambda laptop, child: laptop.send("GET", f"/v1/blobs/{child.blob}"),
    "POST /v1/admin/codes": _code,
    "GET /v1/admin/devices": lambda laptop, _: laptop.send("GET", "/v1/admin/devices"),
    "POST /v1/admin/devices/{device_id}/revoke": _revoke,
    "GET /v1/admin/devices/{device_id}/manifest": _manifest,
    "POST /v1/admin/children/{child_id}/access": _access,
}
