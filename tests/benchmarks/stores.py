"""Casebooks to measure on: made by the product, filled in bulk.

The children are written straight into the tables, past the change log, because a hundred thousand
of them through it would take minutes; what is measured afterwards is the product's own query.
Everybody in them is made up from syllables.
"""

from __future__ import annotations

import random
import shutil
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, insert

from app.casework import casebook_keys, casebooks
from app.casework.casebooks import NewCasebook
from app.casework.desk import Desk
from app.core.clock import SystemClock
from app.models import escrow
from app.models.records import Child, FormRecord, Hearing
from app.models.records.child import plain_name
from app.models.search import SearchText

PASSPHRASE: Final = "seven quiet herons wait"
MANY: Final = 100_000
FEW: Final = 1_000

_SYLLABLES: Final = (
    "ba", "ce", "da", "fe", "ga", "he", "ka", "le", "ma",
    "ne", "pa", "re", "sa", "te", "va", "we", "ya", "ze",
)  # fmt: skip
_GIVEN: Final = (
    "Ash", "Bryn", "Cai", "Dale", "Eden", "Finn", "Gwen", "Haf", "Idris", "Jo",
    "Kit", "Lowri", "Mabli", "Nia", "Owain", "Perry", "Robin", "Sam", "Tal",
)  # fmt: skip
_NAMESPACE: Final = uuid.UUID("6f6ad0a3-31fb-4a4d-9a08-5f5a3fd4d4b1")
_BATCH: Final = 5_000
WORDS_IN_TEXT: Final = 40


def casebook(within: Path, children: int) -> Path:
    """The folder of a casebook with so many children, made the first time it is asked for."""
    folder = within / f"casebook-{children}"
    if not folder.exists():
        desk = new_desk(folder)
        fill(desk, children)
        desk.close()
    return folder


def new_desk(folder: Path) -> Desk:
    """A new, empty casebook, open as its first user."""
    new = NewCasebook(
        service_name="Rivermouth Youth Justice Service",
        user_name="Ash Rivers",
        passphrase=PASSPHRASE,
        organisation_key=escrow.public_bytes(escrow.make()),
    )
    made = casebooks.create(folder, new, SystemClock())
    desk = open_desk(folder)
    casebook_keys.confirm_recovery_code(desk, made.recovery_code)
    return desk


def open_desk(folder: Path) -> Desk:
    """The casebook in `folder`, unlocked as its first user."""
    user_id = casebooks.describe(folder).holders[0].user_id
    return casebooks.unlock(folder, user_id, PASSPHRASE, SystemClock())


def copy_of(folder: Path, other: Path) -> Path:
    """A copy of a closed casebook."""
    return shutil.copytree(folder, other)


def word(number: int) -> str:
    """An invented word, the shorter the smaller the number."""
    parts = []
    number += 1
    while number:
        number, part = divmod(number, len(_SYLLABLES))
        parts.append(_SYLLABLES[part])
    return "".join(parts)


def family_name(number: int) -> str:
    """The family name of a child, shared by some twenty; they sort as the numbers do."""
    parts = []
    number //= 18
    for _ in range(4):
        number, part = divmod(number, len(_SYLLABLES))
        parts.append(_SYLLABLES[part])
    return "".join(reversed(parts)).capitalize()


def text_of(number: int) -> str:
    """Some forty invented words, a few of them in most texts and most of them in a few."""
    chance = random.Random(number)
    return " ".join(word(int(chance.paretovariate(0.6)) % 20_000) for _ in range(WORDS_IN_TEXT))


def fill(desk: Desk, children: int) -> None:
    """Give the casebook so many children; every fifth has a form, every tenth a hearing.

    The first thousand are the same in every casebook, and the first in the list.
    """
    engine = desk.casebook.engine.execution_options(waymark_writes=True)
    with engine.begin() as connection:
        numbers = iter(range(children))
        while batch := list(islice(numbers, _BATCH)):
            _fill(connection, desk, batch)


def _fill(connection: Connection, desk: Desk, numbers: list[int]) -> None:
    common = {"service_id": desk.casebook.service_id, **_times()}
    connection.execute(insert(Child), [_child(number) | common for number in numbers])
    forms = [_form(number, desk.actor.id) | common for number in numbers if number % 5 == 0]
    connection.execute(insert(FormRecord), forms)
    hearings = [_hearing(number) | common for number in numbers if number % 10 == 0]
    connection.execute(insert(Hearing), hearings)
    connection.execute(insert(SearchText), list(_found_by(numbers)))


def _times() -> dict[str, datetime]:
    made = datetime(2026, 9, 1, 9, 0, tzinfo=UTC)
    return {"created_at": made, "changed_at": made}


def _id(kind: str, number: int) -> str:
    return str(uuid.uuid5(_NAMESPACE, f"{kind} {number}"))


def _child(number: int) -> dict[str, Any]:
    given, family = _GIVEN[number % len(_GIVEN)], family_name(number)
    return {
        "id": _id("child", number),
        "given_name": given,
        "family_name": family,
        "sort_name": plain_name(family, given),
        "date_of_birth": date(2009, 1, 1) + timedelta(days=number % 2000),
        "how_to_speak": "One thing at a time, and time to think.",
        "school": "Fictional High School",
    }


def _form(number: int, author: str) -> dict[str, Any]:
    locked = number % 2 == 0
    return {
        "id": _id("form", number),
        "child_id": _id("child", number),
        "form_id": "assessment",
        "form_version": 1,
        "kind": "assessment",
        "state": "countersigned" if locked else "draft",
        "answers": {"what_happened": {"value": text_of(number), "by": author}},
        "started_by": author,
        "submitted_at": datetime(2026, 9, 9, tzinfo=UTC) if locked else None,
        "level_reoffending": "medium" if locked else "",
        "level_serious_harm": "low" if locked else "",
        "level_safety": "high" if locked else "",
    }


def _hearing(number: int) -> dict[str, Any]:
    return {
        "id": _id("hearing", number),
        "child_id": _id("child", number),
        "hearing_date": date(2026, 6, 1) + timedelta(days=number % 400),
        "hearing_time": "10:00",
        "court": "fictional_youth_court",
        "hearing_type": "plea",
    }


def _found_by(numbers: list[int]) -> Iterator[dict[str, Any]]:
    for number in numbers:
        child = _id("child", number)
        name = f"{_GIVEN[number % len(_GIVEN)]} {family_name(number)}"
        yield {
            "record_type": "child",
            "record_id": child,
            "child_id": child,
            "field": "name",
            "name": name,
            "text": "",
        }
        if number % 5 == 0:
            yield {
                "record_type": "form_record",
                "record_id": _id("form", number),
                "child_id": child,
                "field": "answers.what_happened",
                "name": "",
                "text": text_of(number),
            }
