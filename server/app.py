"""The server as an ASGI application: doors, refusals in the protocol's words, one true OpenAPI."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.sync.protocol import Enrol, Pull, Push, Refusal, RefusalCode, TokenRequest
from server.crowd import Crowd
from server.doors import administering, blobs, enrolling, syncing, watching
from server.logs import Watch, log, note, told
from server.metrics import Metrics
from server.parts import Parts
from server.refused import Refused
from server.settings import Settings

DESCRIPTION: Final = (
    "Keeps, merges and hands out the casebooks of youth justice services. Every request bears a "
    "`DPoP` proof (RFC 9449) signed with the device's key; all but enrolment and tokens also bear "
    "`Authorization: DPoP <token>`."
)
# Seconds after which a laptop may try again.
_WAIT: Final = {429: "900", 503: "5"}
_BODIES: Final = (Enrol, TokenRequest, Push, Pull, *administering.BODIES)


def make_app(settings: Settings, parts: Parts | None = None) -> FastAPI:
    """The application.

    Args:
        parts: What it is made of; None: what the settings ask for.
    """
    made = parts or Parts.of(settings)

    @asynccontextmanager
    async def living(_: FastAPI) -> AsyncIterator[None]:
        yield
        made.engine.dispose()

    app = FastAPI(
        title="Waymark central server",
        version="1",
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        # A proof is for one address: nobody is sent on to another.
        redirect_slashes=False,
        lifespan=living,
    )
    app.state.parts = made
    for door in (enrolling, syncing, blobs, administering, watching):
        app.include_router(door.router)
    metrics: Metrics = made.metrics

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, Refused)
        return _refusal(request, metrics, error.status, error.refusal)

    async def malformed(request: Request, _: Exception) -> Response:
        return _refusal(request, metrics, 400, Refusal(code="malformed"))

    async def by_routing(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        code: RefusalCode = "not_found" if error.status_code in {404, 405} else "malformed"
        answer = _refusal(request, metrics, error.status_code, Refusal(code=code))
        answer.headers.update(error.headers or {})
        return answer

    async def database_away(request: Request, error: Exception) -> Response:
        if isinstance(error, DBAPIError) and not _is_away(error):
            raise error
        log.error("database", **told(error))
        return _refusal(request, metrics, 503, Refusal(code="busy"))

    app.add_exception_handler(Refused, refused)
    app.add_exception_handler(RequestValidationError, malformed)
    app.add_exception_handler(HTTPException, by_routing)
    app.add_exception_handler(DBAPIError, database_away)
    app.add_exception_handler(NoConnectionFree, database_away)
    app.add_middleware(Crowd, metrics=metrics)
    app.add_middleware(Watch, metrics=metrics)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    return app


def _is_away(error: DBAPIError) -> bool:
    """Whether the database can't be reached or is too busy, rather than asked wrongly."""
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        # Connection exceptions, insufficient resources, operator intervention, locks not given.
        return str(state)[:2] in {"08", "53", "57", "40", "55"}
    return error.connection_invalidated or type(error.orig).__name__ == "OperationalError"


def _refusal(request: Request, metrics: Metrics, status: int, refusal: Refusal) -> Response:
    metrics.refused(refusal.code)
    note(request.scope, code=refusal.code)
    headers = {}
    if status == 401:
        error = "invalid_dpop_proof" if refusal.code.startswith("proof") else "invalid_token"
        headers["www-authenticate"] = f'DPoP error="{error}", algs="ES256"'
    if status in _WAIT:
        headers["retry-after"] = _WAIT[status]
    return JSONResponse(refusal.model_dump(exclude_none=True), status, headers)


def _openapi(app: FastAPI) -> dict[str, Any]:
    """OpenAPI with the bodies that doors read themselves, and how a request shows who it is."""
    if app.openapi_schema:
        return app.openapi_schema
    schema = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    _, bodies = models_json_schema(
        [(model, "validation") for model in _BODIES], ref_template="#/components/schemas/{model}"
    )
    schema["components"]["schemas"].update(bodies["$defs"])
    schema["components"]["securitySchemes"] = {
        "proof": {"type": "apiKey", "in": "header", "name": "DPoP"},
        "token": {"type": "http", "scheme": "DPoP"},
    }
    for path, item in schema["paths"].items():
        if not path.startswith("/v1/"):
            continue
        alone = path in {"/v1/enrol", "/v1/token"}
        for operation in item.values():
            operation["security"] = [{"proof": []} if alone else {"proof": [], "token": []}]
            # Nothing is said of what exactly was wrong with a request.
            if "HTTPValidationError" in str(operation["responses"].get("422")):
                del operation["responses"]["422"]
    schema["components"]["schemas"].pop("HTTPValidationError", None)
    schema["components"]["schemas"].pop("ValidationError", None)
    app.openapi_schema = schema
    return schema
