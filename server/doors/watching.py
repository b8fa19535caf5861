"""For those who run the server: is the process alive, is it ready, what has it counted."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import JSONResponse, PlainTextResponse, Response

from server.doors.answering import Failure, PartsOf
from server.health import what_is_missing
from server.metrics import MEDIA_TYPE

router = APIRouter(tags=["watching"])


class Health(BaseModel):
    """The process answers."""

    alive: bool = True


class Readiness(BaseModel):
    """Whether requests can be served, and what is missing: database, migrations, keys, draining."""

    ready: bool
    missing: list[str]


@router.get("/health", response_model=Health)
async def health() -> Health:
    """Whether the process answers at all. It asks nobody else."""
    return Health()


@router.get(
    "/ready",
    response_model=Readiness,
    responses={503: {"model": Readiness}, 500: {"model": Failure}},
)
def ready(parts: PartsOf) -> Response:
    """Whether requests can be served: a reverse proxy sends none to a process that isn't ready."""
    missing = what_is_missing(parts)
    body = Readiness(ready=not missing, missing=missing)
    return JSONResponse(body.model_dump(), 503 if missing else 200)


@router.get("/metrics", response_class=PlainTextResponse)
def metrics(parts: PartsOf) -> Response:
    """What Prometheus asks for. Keep it from the outside at the reverse proxy."""
    return Response(parts.metrics.text(), media_type=MEDIA_TYPE)
