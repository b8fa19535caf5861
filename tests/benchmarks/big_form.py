"""A form of 400 questions and 150 expressions, made up, and the same questions as plain data."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml

PAGES: Final = 10
ON_A_PAGE: Final = 40
EXPRESSIONS: Final = 150
FORM_ID: Final = "four_hundred"
CHOICES: Final = ("never", "sometimes", "often", "always")
KINDS: Final = ("text", "text", "select_one often", "text", "integer", "select_one often", "date")


class Plain(NamedTuple):
    """A question as somebody sees it: its words, and what it is answered with."""

    label: str
    kind: str
    lines: int


def names() -> list[str]:
    """The name of every question, in order."""
    return [f"question_{number}" for number in range(PAGES * ON_A_PAGE)]


def plain() -> list[Plain]:
    """Every question as plain data."""
    return [
        Plain(_label(number), _kind(number).split()[0], 3 if _is_long(number) else 1)
        for number in range(PAGES * ON_A_PAGE)
    ]


def write(folder: Path) -> Path:
    """Write the form into `folder` and return its file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{FORM_ID}.yaml"
    file.write_text(yaml.safe_dump(content(), sort_keys=False, allow_unicode=True), "utf-8")
    return file


def content() -> dict[str, Any]:
    """The form as its file says it."""
    pages = [
        {
            "type": "group",
            "name": f"page_{page}",
            "label": {"en": f"Topic {page + 1}"},
            "children": [_question(page * ON_A_PAGE + place) for place in range(ON_A_PAGE)],
        }
        for page in range(PAGES)
    ]
    return {
        "id": FORM_ID,
        "version": 1,
        "kind": "assessment",
        "title": {"en": "A form of four hundred questions"},
        "languages": ["en"],
        "default_language": "en",
        "choices": {
            "often": [{"name": name, "label": {"en": name.capitalize()}} for name in CHOICES]
        },
        "survey": pages,
    }


def _label(number: int) -> str:
    return f"What is there to say about part {number % ON_A_PAGE + 1} of this topic?"


def _kind(number: int) -> str:
    return KINDS[number % len(KINDS)]


def _is_long(number: int) -> bool:
    return _kind(number) == "text" and number % 2 == 0


def _question(number: int) -> dict[str, Any]:
    question: dict[str, Any] = {
        "type": _kind(number),
        "name": f"question_{number}",
        "label": {"en": _label(number)},
    }
    if _is_long(number):
        question["appearance"] = "multiline"
    question.update(_expressions(number))
    return question


def _expressions(number: int) -> Iterator[tuple[str, Any]]:
    """Every eighth question has three expressions: 150 in all."""
    if number % 8 != 7:
        return
    before = [f"${{question_{number - back}}}" for back in (1, 2, 3, 4)]
    yield "relevant", f"{before[0]} != 'nothing' and count-selected({before[1]}) >= 0"
    yield "required", f"string-length({before[2]}) > 3 or {before[3]} = 'often'"
    yield "constraint", "string-length(.) < 2000"
    yield "constraint_message", {"en": "Write a little less."}
