"""Attachments: sent in pieces that can be taken up again, fetched whole."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Path
from sqlalchemy import Connection
from starlette.responses import Response, StreamingResponse

from app.sync.protocol import BLOB_CHUNK_BYTES, MOST_BLOB_BYTES, BlobState, Refusal, Sha256
from server import blobs
from server.admission import admitted
from server.caller import Caller
from server.doors.answering import (
    CONFLICT,
    NOT_FOUND,
    REFUSALS,
    PartsOf,
    WithToken,
    answered,
    body_with_token,
)
from server.envelope import ServiceKeys

router = APIRouter(prefix="/v1/blobs", tags=["attachments"])

PathSha256 = Annotated[Sha256, Path()]
UNFIT: Final[dict[int | str, dict[str, Any]]] = {
    422: {
        "model": Refusal,
        "description": "Sizes don't agree, or the bytes aren't those of the hash",
    }
}
_BYTES: Final[dict[str, Any]] = {"schema": {"type": "string", "format": "binary"}}
_PIECE: Final[dict[str, Any]] = {
    "requestBody": {"required": True, "content": {"application/octet-stream": _BYTES}}
}
_WHOLE: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"application/octet-stream": _BYTES}, "description": "The bytes"}
}


@router.head("/{sha256}", response_class=Response, responses=REFUSALS)
def blob_state_door(sha256: PathSha256, shown: WithToken, parts: PartsOf) -> Response:
    """How much of a blob the server has: `Upload-Offset`, and `Upload-Length` once it is known."""

    def work(connection: Connection, _: ServiceKeys, caller: Caller) -> BlobState:
        return blobs.blob_state(connection, caller, sha256)

    state = admitted(parts, shown, "send", work)
    headers = {
        "upload-offset": str(state.offset),
        "upload-complete": "?1" if state.complete else "?0",
    }
    if state.size is not None:
        headers["upload-length"] = str(state.size)
    return Response(headers=headers)


@router.patch(
    "/{sha256}",
    response_model=BlobState,
    responses=REFUSALS | CONFLICT | UNFIT,
    openapi_extra=_PIECE,
)
def blob_append_door(
    sha256: PathSha256,
    shown: WithToken,
    parts: PartsOf,
    *,
    upload_offset: Annotated[int, Header(ge=0, le=MOST_BLOB_BYTES)],
    upload_length: Annotated[int, Header(ge=0, le=MOST_BLOB_BYTES)],
    body: Annotated[bytes, body_with_token(BLOB_CHUNK_BYTES)],
) -> Response:
    """Take the next piece. 409 says in `expected` where it must begin."""

    def work(connection: Connection, keys: ServiceKeys, caller: Caller) -> BlobState:
        return blobs.append(
            connection,
            keys,
            caller,
            parts.settings.blob_folder,
            sha256,
            offset=upload_offset,
            size=upload_length,
            chunk=body,
            now=parts.clock.now(),
        )

    return answered(admitted(parts, shown, "send", work), shown)


@router.get("/{sha256}", response_class=Response, responses=REFUSALS | NOT_FOUND | _WHOLE)
def blob_read_door(sha256: PathSha256, shown: WithToken, parts: PartsOf) -> Response:
    """A whole blob."""

    def work(connection: Connection, keys: ServiceKeys, caller: Caller) -> blobs.BlobFile:
        return blobs.read(connection, keys, caller, parts.settings.blob_folder, sha256)

    found = admitted(parts, shown, "hold", work)
    return StreamingResponse(
        found.chunks,
        headers={"content-length": str(found.size)},
        media_type="application/octet-stream",
    )
