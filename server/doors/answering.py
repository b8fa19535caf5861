"""What every door shares: how a request is shown in, how a body is read, how an answer goes out."""

from __future__ import annotations

import gzip
from typing import Annotated, Any, Final, TypeVar, cast

from fastapi import Depends
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from app.sync.protocol import MOST_REQUEST_BYTES, Refusal
from server.admission import Shown, show
from server.limits import check_depth, read_body
from server.parts import Parts
from server.refused import Refused

M = TypeVar("M", bound=BaseModel)

# Below this a gzip'd answer saves nothing.
_WORTH_ZIPPING: Final = 1024
_ZIP_LEVEL: Final = 3


class Failure(BaseModel):
    """The program failed; operators find the request in the log by its id."""

    id: str


REFUSALS: Final[dict[int | str, dict[str, Any]]] = {
    400: {"model": Refusal, "description": "Not what the protocol says"},
    401: {"model": Refusal, "description": "Nobody is known by this token or proof"},
    403: {"model": Refusal, "description": "Known, but not let in, or not to this"},
    408: {"model": Refusal, "description": "The body took too long to arrive"},
    413: {"model": Refusal, "description": "Larger than the protocol's limits"},
    415: {"model": Refusal, "description": "Packed in a way that isn't read here"},
    500: {"model": Failure, "description": "The program failed; nothing was changed"},
    503: {"model": Refusal, "description": "Try again later"},
}
NOT_FOUND: Final[dict[int | str, dict[str, Any]]] = {
    404: {"model": Refusal, "description": "There is none that the person may see"}
}
CONFLICT: Final[dict[int | str, dict[str, Any]]] = {
    409: {"model": Refusal, "description": "Another epoch, or another place in the sequence"}
}
TOO_OLD: Final[dict[int | str, dict[str, Any]]] = {
    426: {"model": Refusal, "description": "A protocol that isn't spoken here any more"}
}
TOO_OFTEN: Final[dict[int | str, dict[str, Any]]] = {
    429: {"model": Refusal, "description": "Too many wrong codes from this address"}
}


async def _parts(request: Request) -> Parts:
    return cast(Parts, request.app.state.parts)


PartsOf = Annotated[Parts, Depends(_parts)]


async def _with_token(request: Request, parts: PartsOf) -> Shown:
    return show(request, parts, with_token=True)


async def _signed_alone(request: Request, parts: PartsOf) -> Shown:
    return show(request, parts, with_token=False)


# Both are asked for before the body is: nobody unknown has theirs read.
WithToken = Annotated[Shown, Depends(_with_token)]
SignedAlone = Annotated[Shown, Depends(_signed_alone)]


def body_with_token(most: int = MOST_REQUEST_BYTES) -> Any:
    """The bytes of the body, at most so many, of a request with a token."""

    async def read(request: Request, _: WithToken, parts: PartsOf) -> bytes:
        return await _read(request, parts, most)

    return Depends(read)


def body_signed_alone(most: int) -> Any:
    """The bytes of the body, at most so many, of a request that only a proof came with."""

    async def read(request: Request, _: SignedAlone, parts: PartsOf) -> bytes:
        return await _read(request, parts, most)

    return Depends(read)


async def _read(request: Request, parts: Parts, most: int) -> bytes:
    return await read_body(request, most=most, seconds=parts.settings.body_seconds)


def message_of(model: type[M], body: bytes) -> M:
    """A body as the message that it must be, checked as a whole.

    Raises:
        Refused: 400 `malformed`, without saying of what, which may be a value.
    """
    check_depth(body)
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise Refused(400, "malformed") from error


def takes(model: type[BaseModel]) -> dict[str, Any]:
    """What OpenAPI is told of a body that `message_of` reads."""
    return {
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"$ref": f"#/components/schemas/{model.__name__}"}}
            },
        }
    }


def answered(answer: BaseModel, shown: Shown, status: int = 200) -> Response:
    """An answer, gzip'd where that is asked for and worth it."""
    body = answer.model_dump_json().encode()
    headers = {"vary": "accept-encoding"}
    if shown.zipped and len(body) > _WORTH_ZIPPING:
        body = gzip.compress(body, _ZIP_LEVEL, mtime=0)
        headers["content-encoding"] = "gzip"
    return Response(body, status, headers=headers, media_type="application/json")
