"""One request under way, on a thread of its own, while what comes next is made ready.

One at a time: a `wire.Wire` isn't for two threads at once. Whoever asks may go on with anything
that needs no server, and uses the wire again only after the answer.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Generic, Self, TypeVar

from app.core.errors import BugError

T = TypeVar("T")


class Asked(Generic[T]):
    """A request that was made."""

    def __init__(self, future: Future[T]) -> None:
        self._future = future

    def answer(self) -> T:
        """What the server answered, once it did. Raises whatever the request raised."""
        return self._future.result()


class Requests:
    """The requests of one sync. Leaving it waits for the one that is under way."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sync-request")
        self._last: Future[object] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._thread.shutdown(wait=True)

    def ask(self, request: Callable[[], T]) -> Asked[T]:
        """Make a request and go on.

        Raises:
            BugError: One is under way already.
        """
        if self._last is not None and not self._last.done():
            raise BugError("two requests of one sync were made at once")
        future = self._thread.submit(request)
        self._last = future  # type: ignore[assignment]
        return Asked(future)
