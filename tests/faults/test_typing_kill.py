"""kill -9 of the program itself while somebody types into it.

Whatever the status bar had called saved is there afterwards, and so is whatever had been typed
more than two seconds before; the history is whole, and the next start goes on from there.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import IO

import pytest

from app.casework import casebook_backups, casebook_keys, casebooks, children, form_records, history
from app.casework.casebooks import NewCasebook
from app.casework.children import ChildDetails
from app.core.clock import SystemClock
from app.models import escrow, kdf
from tests.faults.typist import text_at
from tests.vaults import CHEAP, PASSPHRASE, ROOT

ROUNDS, LONG_ROUNDS = 20, 200
KEPT_AFTER_SECONDS = 2.0
# Until the kill, from the first character on: some rounds end within the first wait for a save.
LIVES = (0.05, 2.6)


@dataclass
class Told:
    """What the program said in one round.

    Attributes:
        typed: The moment of each character, by the monotonic clock.
        saved: How many characters the status bar called saved.
        killed_at: The moment before the kill.
    """

    typed: list[float] = field(default_factory=list)
    saved: int = 0
    killed_at: float = 0.0

    @property
    def must_be_kept(self) -> int:
        """How many characters may not be missing."""
        old = sum(moment < self.killed_at - KEPT_AFTER_SECONDS for moment in self.typed)
        return max(self.saved, old)


class Typist:
    """The process that runs the program, round after round."""

    def __init__(self, folder: Path, record_id: str, errors: IO[bytes]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.typist", str(folder), record_id],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            bufsize=1,
        )

    def round(self, section: str, path: str, seed: int, life: float) -> Told:
        """Run the program, let it be typed into for `life` seconds, kill it."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{section} {path} {seed}\n")
        self._process.stdin.flush()
        told = Told()
        pid = int(self._next("pid")[0])
        told.typed.append(float(self._next("typed")[1]))
        time.sleep(life)
        told.killed_at = time.monotonic()
        os.kill(pid, signal.SIGKILL)
        for kind, *rest in iter(self._line, ["ended"]):
            if kind == "typed":
                told.typed.append(float(rest[1]))
            elif kind == "saved":
                told.saved = int(rest[0])
        return told

    def close(self) -> None:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def _next(self, kind: str) -> list[str]:
        while True:
            found, *rest = self._line()
            if found == kind:
                return rest
            assert found != "ended", "the program ended by itself"

    def _line(self) -> list[str]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the process that runs the program is gone"
        return line.split()


@pytest.fixture(autouse=True)
def cheap_keys() -> Iterator[None]:
    """The same cost of keys as the program has in these rounds."""
    with kdf.floor_lowered_for_tests(CHEAP):
        yield


@pytest.mark.timeout(1200)
def test_nothing_that_was_called_saved_is_lost(tmp_path: Path, long_run: bool) -> None:
    rounds = LONG_ROUNDS if long_run else ROUNDS
    # Two casebooks side by side: most of the time is spent waiting for somebody who types.
    with ThreadPoolExecutor(2) as side_by_side:
        halves = [
            side_by_side.submit(Campaign(tmp_path / name).run, range(first, rounds, 2))
            for first, name in enumerate(("one", "two"))
        ]
        called_saved = sum(half.result() for half in halves)
    # The rounds were of both kinds: killed before anything was saved, and after.
    assert rounds // 4 < called_saved < rounds


class Campaign:
    """Rounds on one casebook, one after the other, each going on from what the last left."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._errors = folder.with_suffix(".errors")
        self._user_id, self._record_id = a_form(folder)
        self._places = text_questions(folder, self._user_id, self._record_id)
        self._expected: dict[str, str] = {}

    def run(self, numbers: range) -> int:
        """Do these rounds; how many of them called something saved."""
        called_saved = 0
        with self._errors.open("wb") as errors:
            typist = Typist(self._folder, self._record_id, errors)
            for number in numbers:
                called_saved += self._round(typist, number)
            typist.close()
        assert b"Traceback" not in self._errors.read_bytes()
        return called_saved

    def _round(self, typist: Typist, number: int) -> bool:
        section, path = self._places[number % len(self._places)]
        told = typist.round(section, path, number, random.Random(number).uniform(*LIVES))
        answers = what_is_kept(self._folder, self._user_id, self._record_id)
        before = self._expected.get(path, "")
        typed = "".join(text_at(place) for place in range(len(told.typed)))
        kept = answers.get(path, "")
        assert (before + typed).startswith(kept), f"round {number}: another text"
        lost = len(before) + told.must_be_kept - len(kept)
        assert lost <= 0, f"round {number}: {lost} characters are missing"
        if kept:
            self._expected[path] = kept
        assert answers == self._expected
        return told.saved > 0


def a_form(folder: Path) -> tuple[str, str]:
    """A casebook with a child who has an empty assessment: ids of the user and of the form."""
    clock = SystemClock()
    new = NewCasebook(
        service_name="Rivermouth Youth Justice Service",
        user_name="Ash Rivers",
        passphrase=PASSPHRASE,
        organisation_key=escrow.public_bytes(escrow.make()),
    )
    made = casebooks.create(folder, new, clock)
    desk = casebooks.unlock(folder, made.user_id, PASSPHRASE, clock)
    casebook_keys.confirm_recovery_code(desk, made.recovery_code)
    details = ChildDetails(given_name="Tal", family_name="Fenwick", date_of_birth=date(2011, 7, 3))
    child = children.add_child(desk, details)
    record_id = form_records.start(desk, child.id, "assessment").record_id
    casebooks.lock(desk, None)
    return made.user_id, record_id


def text_questions(folder: Path, user_id: str, record_id: str) -> list[tuple[str, str]]:
    """Section and path of three questions of the form that anybody may answer in words."""
    desk = casebooks.unlock(folder, user_id, PASSPHRASE, SystemClock())
    form = form_records.open_form(desk, record_id).form
    desk.close()
    found = [
        (page.name, child.name)
        for page in form.pages
        for child in page.children
        if getattr(child, "type", "") == "text" and not child.relevant
    ]
    return found[:3]


def what_is_kept(folder: Path, user_id: str, record_id: str) -> dict[str, str]:
    """Every text that the casebook holds after the kill; its history must be whole."""
    desk = casebooks.unlock(folder, user_id, PASSPHRASE, SystemClock())
    try:
        assert casebook_backups.check_integrity(desk).ok
        assert history.verify(desk).ok
        opened = form_records.open_form(desk, record_id)
        # What the form itself works out, such as its purpose, nobody typed.
        texts = {question.name for question in opened.form.questions() if question.type == "text"}
        return {
            path: answer["value"]
            for path, answer in opened.document.items()
            if path in texts and isinstance(answer.get("value"), str)
        }
    finally:
        desk.close()
