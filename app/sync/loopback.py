"""Where the browser brings the answer of a sign-in: a socket on this very computer (RFC 8252 §7.3).

It listens on the loopback address alone, on a port that the system picks, and only while a sign-in
is under way. Anybody on this computer can knock there, and any web page can make a browser do so:
what doesn't carry the state of this sign-in is answered and passed over.
"""

from __future__ import annotations

import hmac
import html
import queue
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import parse_qs, urlsplit

from app.core.i18n import _, language

PATH: Final = "/signed-in"
LOOK_EVERY_SECONDS: Final = 0.2
# A browser opens connections that it may never use.
IDLE_SECONDS: Final = 3
MOST_TARGET: Final = 8192
HEADERS: Final = (
    ("Content-Type", "text/html; charset=utf-8"),
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "no-referrer"),
    ("Content-Security-Policy", "default-src 'none'"),
    ("Connection", "close"),
)


class Loopback:
    """Waits for one answer. A context: it listens within it.

    Args:
        state: What the answer must carry.
    """

    def __init__(self, state: str) -> None:
        self._answers: queue.SimpleQueue[dict[str, str]] = queue.SimpleQueue()
        answers = self._answers
        page = _page()

        class Door(BaseHTTPRequestHandler):
            timeout = IDLE_SECONDS

            def do_GET(self) -> None:
                said = _said(self.path)
                here = f"127.0.0.1:{self.server.server_port}"  # type: ignore[attr-defined]
                ours = said is not None and self.headers.get("host", "") == here
                if said is None or not ours or not hmac.compare_digest(said["state"], state):
                    self.send_error(404)
                    return
                body = page.encode("utf-8")
                self.send_response(200)
                for name, value in (*HEADERS, ("Content-Length", str(len(body)))):
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
                answers.put(said)

            def version_string(self) -> str:
                """Override BaseHTTPRequestHandler: nobody needs to know what listens here."""
                return "Waymark"

            def log_message(self, *_: Any) -> None:
                """Override BaseHTTPRequestHandler: what is asked for here is a secret."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Door, bind_and_activate=True)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._server.timeout = LOOK_EVERY_SECONDS

    @property
    def address(self) -> str:
        """Where the browser is to come back to."""
        return f"http://127.0.0.1:{self._server.server_port}{PATH}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.server_close()

    def wait(self, seconds: float, cancelled: Callable[[], bool]) -> dict[str, str] | None:
        """The parameters of the answer; None where `cancelled` says so or none came in time."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and not cancelled():
            self._server.handle_request()
            try:
                return self._answers.get_nowait()
            except queue.Empty:
                continue
        return None


def _said(target: str) -> dict[str, str] | None:
    """The parameters of an answer, each said once; None where it isn't one."""
    if len(target) > MOST_TARGET:
        return None
    parts = urlsplit(target)
    found = parse_qs(parts.query, keep_blank_values=True, max_num_fields=20)
    if parts.path != PATH or any(len(values) != 1 for values in found.values()):
        return None
    said = {name: values[0] for name, values in found.items()}
    return said if said.get("state", "").isascii() and "state" in said else None


def _page() -> str:
    """What the browser shows in the end."""
    title, words = _("Back to Waymark"), _("You can close this page and go back to Waymark.")
    return (
        f'<!doctype html><html lang="{html.escape(language())}"><meta charset="utf-8">'
        f"<title>{html.escape(title)}</title><h1>{html.escape(title)}</h1>"
        f"<p>{html.escape(words)}</p></html>"
    )
