"""One JSON line for each request, with ids and numbers alone.

No line holds a path as it was called, a query, a body, a token, an address or the text of an
exception: any of these may hold a child's name. An error is told by its type and the places in
the program that it went through.
"""

from __future__ import annotations

import logging
import sys
import time
import traceback
from collections.abc import MutableMapping
from typing import Any, Final

import structlog
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.typing import FilteringBoundLogger

from app.core.ids import new_id
from server.metrics import Metrics

# Requests that come every few seconds from a watcher; only their failures are worth a line.
QUIET: Final = frozenset({"/health", "/ready", "/metrics"})
NO_DOOR: Final = "(none)"

log: FilteringBoundLogger = structlog.get_logger("waymark.server")


def start() -> None:
    """Send what this program and its libraries say to standard output, a JSON object a line."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(sys.stdout),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers[:] = [_Foreign()]
    root.setLevel(logging.WARNING)
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers[:] = []
        logging.getLogger(name).propagate = True
        logging.getLogger(name).setLevel(logging.INFO)
    logging.getLogger("uvicorn.access").disabled = True


class _Foreign(logging.Handler):
    """Passes on what a library logs, without arguments and without its exception's text."""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        log.log(
            record.levelno,
            "library",
            logger=record.name,
            # Uvicorn's words are templates without values; others' may hold anything.
            said=str(record.msg) if record.name.startswith("uvicorn") else "",
            **(told(error) if error else {}),
        )


def told(error: BaseException) -> dict[str, Any]:
    """An error by its type and its places in the program, without its text."""
    places = [
        f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(error.__traceback__)[-12:]
    ]
    return {"error": type(error).__name__, "places": places}


def note(scope: MutableMapping[str, Any], **facts: str | int) -> None:
    """Add ids and numbers to the line of the request that `scope` is of."""
    scope.setdefault("waymark.facts", {}).update(facts)


class Watch:
    """Counts and logs each request, and answers 500 with an id where the program failed."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id, began, status = new_id(), time.monotonic(), 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *message.get("headers", ()),
                    (b"x-request-id", request_id.encode("ascii")),
                    (b"cache-control", b"no-store"),
                ]
            await send(message)

        failure: dict[str, Any] = {}
        with self._metrics.under_way.track_inprogress():
            try:
                await self._app(scope, receive, sending)
            except Exception as error:  # noqa: BLE001 - the last place: nothing may pass it untold
                failure = told(error)
                if not status:
                    await JSONResponse({"id": request_id}, 500)(scope, receive, sending)
        seconds = time.monotonic() - began
        door = getattr(scope.get("route"), "path", NO_DOOR)
        method = scope["method"] if scope["method"] in {"GET", "HEAD", "POST", "PATCH"} else "other"
        self._metrics.answered(door, method, status, seconds)
        if door in QUIET and status < 400:
            return
        line = {
            "request": request_id,
            "door": door,
            "method": method,
            "status": status,
            "ms": round(seconds * 1000, 1),
            **scope.get("waymark.facts", {}),
            **failure,
        }
        (log.error if failure or status >= 500 else log.info)("request", **line)
