"""Too many at once: the next are told to come again, in the protocol's words."""

from __future__ import annotations

from typing import Final

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from app.sync.protocol import Refusal
from server.metrics import Metrics

# Requests that one process answers at once; its own threads and connections are fewer.
MOST_AT_ONCE: Final = 400
WAIT_SECONDS: Final = 5


class Crowd:
    """Answers 503 `busy` while so many requests are under way that another would only wait."""

    def __init__(self, app: ASGIApp, metrics: Metrics, most: int = MOST_AT_ONCE) -> None:
        self._app = app
        self._metrics = metrics
        self._most = most
        self._here = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._here >= self._most:
            self._metrics.refused("busy")
            body = Refusal(code="busy").model_dump(exclude_none=True)
            headers = {"retry-after": str(WAIT_SECONDS)}
            await JSONResponse(body, 503, headers)(scope, receive, send)
            return
        self._here += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._here -= 1
