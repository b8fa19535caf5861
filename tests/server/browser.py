"""A browser as small as can be: it goes where it is sent, and remembers what it was shown."""

from __future__ import annotations

from threading import Thread

import httpx


class Browser:
    """Opens addresses, each on a thread of its own, as a browser beside the program does.

    Attributes:
        went: Every address that was gone to. shown: The last page, once `closed` was waited for.
    """

    def __init__(self) -> None:
        self.went: list[str] = []
        self.shown = ""
        self._threads: list[Thread] = []

    def open(self, address: str) -> None:
        """Go there, and wherever that leads."""
        thread = Thread(target=self._go, args=(address,))
        self._threads.append(thread)
        thread.start()

    def closed(self) -> None:
        """Wait until all pages are there."""
        for thread in self._threads:
            thread.join(20)

    def _go(self, address: str) -> None:
        with httpx.Client(trust_env=False, timeout=20) as client:
            for _ in range(5):
                self.went.append(address)
                answer = client.get(address)
                if answer.status_code not in (302, 303):
                    break
                address = answer.headers["location"]
            self.shown = answer.text
