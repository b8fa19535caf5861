"""Statements: who said what about an answer, when and how, and whether it was checked.

They stand in the form's document as the rows of one reserved repeat, so that they are merged row
by row, carried forward and part of the snapshot like any answers. A row holds answers named after
the fields of `Statement`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

from app.forms.answers import answer_from_json, is_rows

STATEMENTS: Final = "statements"
"""The reserved repeat: no question or group of a form has this name."""

PARTS: Final = ("about", "who", "name", "when", "how", "checked", "differs", "words")
_YES: Final = "yes"


@dataclass(frozen=True, slots=True)
class Statement:
    """What one source said about one answer.

    Attributes:
        about: The path of the question.
        who: A code of list `sources`; empty while it is not said yet.
        name: Which person or office, where it matters.
        when: The day as `2026-11-10`, or the text as it was typed.
        how: A code of list `source_ways`.
        checked: Whether somebody verified it.
        differs: Whether it says something else than the answer.
        words: What was said; somebody's own words where they were kept.
        by, at: Who wrote it down last, and when.
        carried: Whether it comes from an earlier stage.
    """

    id: str
    about: str
    who: str = ""
    name: str = ""
    when: str = ""
    how: str = ""
    checked: bool = False
    differs: bool = False
    words: str = ""
    by: str = ""
    at: str = ""
    carried: bool = False


def is_statement(path: str) -> bool:
    """Whether a path of the document is that of a statement, or of a part of one."""
    return path.startswith(f"{STATEMENTS}/")


def path_of(statement_id: str) -> str:
    """The path of a statement in the document."""
    return f"{STATEMENTS}/{statement_id}"


def statement_of(row: Mapping[str, Any]) -> Statement:
    """The statement that a row of the reserved repeat holds."""
    parts = {
        name: answer_from_json(entry)
        for name, entry in row.get("answers", {}).items()
        if name in PARTS and isinstance(entry, Mapping) and not is_rows(entry)
    }
    said = {name: str(answer.value or "") for name, answer in parts.items()}
    newest = max(parts.values(), key=lambda answer: answer.at or "", default=None)
    return Statement(
        id=str(row.get("id", "")),
        about=said.get("about", ""),
        who=said.get("who", ""),
        name=said.get("name", ""),
        when=said.get("when", ""),
        how=said.get("how", ""),
        checked=said.get("checked") == _YES,
        differs=said.get("differs") == _YES,
        words=said.get("words", ""),
        by="" if newest is None else newest.by or "",
        at="" if newest is None else newest.at or "",
        carried=bool(parts) and all(answer.carried for answer in parts.values()),
    )


def rows_of(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows in which a document keeps statements."""
    held = document.get(STATEMENTS)
    if isinstance(held, dict) and is_rows(held):
        yield from (row for row in held["rows"] if isinstance(row, dict))


def statements_of(document: Mapping[str, Any]) -> tuple[Statement, ...]:
    """Every statement that a document holds, in the order in which they were written down."""
    return tuple(statement_of(row) for row in rows_of(document))


def row_of(
    statement: Statement, before: Mapping[str, Any] | None, *, by: str, at: str, language: str
) -> dict[str, Any]:
    """The row that holds a statement.

    What is as it was in `before` keeps who said so and when; so do keys that nobody here knows.
    """
    row: dict[str, Any] = deepcopy(dict(before or {}))
    answers: dict[str, Any] = row.get("answers", {})
    for name in PARTS:
        value = getattr(statement, name)
        if isinstance(value, bool):
            value = _YES if value else ""
        if str(answers.get(name, {}).get("value") or "") == value:
            continue
        if value:
            answers[name] = {
                "value": value,
                "language": language,
                "by": by,
                "how": "typed",
                "at": at,
            }
        else:
            answers.pop(name, None)
    return {**row, "id": statement.id, "answers": answers}
