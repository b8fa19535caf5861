"""The steps of the tour: how they are named, run and noted down."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.tour.driver import Driver, TourFailed

STEPS_FILE: Final = "steps.jsonl"


@dataclass(frozen=True)
class Step:
    """One step: what it is called, and what does it."""

    name: str
    do: Callable[[Tour], None]


@dataclass
class Tour:
    """What the steps of one process share.

    Attributes:
        driver: Hands and eyes.
        folder: Where pictures and PDFs go.
        work: A folder of the tour's own, with the casebook in it; thrown away at the end.
        kept: What a later process has to know, such as where the child's form was left.
    """

    driver: Driver
    folder: Path
    work: Path
    kept: dict[str, Any] = field(default_factory=dict)

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
            self.note(step.name, ok=False, seconds=seconds, error=str(error))
            self.driver.picture("failed")
            return False
        self.note(step.name, ok=True, seconds=time.monotonic() - started)
        return True
