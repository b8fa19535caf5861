"""The steps of the tour: how they are named, run and noted down."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from tests.tour.driver import Driver, TourFailed

STEPS_FILE: Final = "steps.jsonl"
KEPT_FILE: Final = "kept.json"
LOCK_SECONDS: Final = 30
LAST_LINES: Final = 3


@dataclass(frozen=True)
class Step:
    """One step: what it is called, and what does it.

    `locks`: at its end the casebook is locked, which ends this process there and then.
    """

    name: str
    do: Callable[[Tour], None]
    locks: bool = False


@dataclass
class Tour:
    """What the steps of one process share.

    Attributes:
        driver: Hands and eyes.
        folder: Where pictures and PDFs go.
        work: A folder of the tour's own, with the casebook in it; thrown away at the end.
        today: The day that the program of this process is used on.
        kept: What a later process has to know, such as where the child's form was left.
    """

    driver: Driver
    folder: Path
    work: Path
    today: date
    kept: dict[str, Any] = field(default_factory=dict)

    @property
    def kept_file(self) -> Path:
        """Where what a later process has to know is written down."""
        return self.work / KEPT_FILE

    def run(self, steps: list[Step]) -> bool:
        """Do the steps in order and note each; false at the first that fails."""
        return all(self._run(step) for step in steps)

    def note(self, name: str, *, ok: bool, seconds: float, error: str = "") -> None:
        """Write down how a step went."""
        line = {
            "step": name,
            "ok": ok,
            "asserted": self.driver.asserted,
            "pictures": self.driver.taken,
            "seconds": round(seconds, 1),
        }
        if error:
            line["error"] = error
        with (self.work / STEPS_FILE).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
        self.driver.asserted, self.driver.taken = [], []

    def _run(self, step: Step) -> bool:
        started = time.monotonic()
        try:
            step.do(self)
        except TourFailed as error:
            seconds = time.monotonic() - started
            told = f"{error}\nlog: {self._end_of_log()}"
            self.note(step.name, ok=False, seconds=seconds, error=told)
            self.driver.picture("failed")
            return False
        self.note(step.name, ok=True, seconds=time.monotonic() - started)
        self.kept_file.write_text(json.dumps(self.kept), "utf-8")
        if step.locks:
            # No line after this one is reached where a lock does what it promises.
            self.driver.push("Lock")
            self.driver.pause(LOCK_SECONDS * 1000)
            self.note(
                step.name,
                ok=False,
                seconds=LOCK_SECONDS,
                error=f"the lock ended nothing; log: {self._end_of_log()}",
            )
            return False
        return True

    def _end_of_log(self) -> str:
        """The last lines that the program wrote into its log."""
        lines = [
            line
            for file in (self.work / "settings" / "log").glob("*.log")
            for line in file.read_text("utf-8").splitlines()
        ]
        return "\n".join(lines[-LAST_LINES:])
