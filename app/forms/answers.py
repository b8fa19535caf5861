"""The document in which the answers of one form are kept, and edits of it by path.

The document is a JSON object: a question's name leads to its answer, a repeat's name to
`{"rows": [{"id": …, "answers": {…}}]}`. Groups leave no trace in it, so a question may move
between pages without touching any answer. A path is `home_settled`, or
`people/<row id>/who` for a question in a row, or `people` for a repeat as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, fields
from typing import Any, Final, cast

from app.core.errors import BugError

Value = str | int | bool | list[str] | None
Document = dict[str, Any]

REFUSALS: Final = ("skip", "rather_not_say", "dont_understand")
WAYS: Final = (
    "typed",
    "spoken",
    "read_to_me",
    "typed_for_me",
    "carried",
    "default",
    "calculated",
)
FORM: Final = "form"
"""Who gave an answer that the form itself worked out."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, and what is known about how it came to be."""

    value: Value = None
    language: str | None = None
    by: str | None = None
    how: str = "typed"
    at: str | None = None
    source: str | None = None
    verified: bool | None = None
    carried: bool = False
    confirmed_by: str | None = None
    confirmed_at: str | None = None
    refused: str | None = None
    may_quote: bool | None = None
    more: Mapping[str, Any] = field(default_factory=dict)
    """Keys that this version does not know; they are written back as they came."""

    @property
    def empty(self) -> bool:
        """Whether nothing was answered (a refusal is not an answer, but is a reply)."""
        return self.value is None or self.value in ("", [])

    @property
    def replied(self) -> bool:
        """Whether somebody answered, or said that they will not."""
        return not self.empty or self.refused is not None

    @property
    def confirmed(self) -> bool:
        """Whether somebody said that it still holds, and it is known who and when."""
        return bool(self.confirmed_by and self.confirmed_at)

    @property
    def unconfirmed(self) -> bool:
        """Whether it was carried forward and nobody has confirmed it since."""
        return self.carried and not self.confirmed


_KEYS: Final = tuple(f.name for f in fields(Answer) if f.name != "more")
_ALWAYS: Final = ("value", "language", "by", "how", "at")


def answer_from_json(data: Mapping[str, Any]) -> Answer:
    """The answer that `data`, an object of the document, describes."""
    known = {key: data[key] for key in _KEYS if key in data}
    more = {key: value for key, value in data.items() if key not in _KEYS}
    value = known.get("value")
    if isinstance(value, list):
        known["value"] = [str(entry) for entry in value]
    return Answer(**known, more=more)


def to_json(answer: Answer) -> dict[str, Any]:
    """`answer` as it stands in the document; what was never set is left out."""
    data: dict[str, Any] = {}
    for key in _KEYS:
        value = getattr(answer, key)
        if key in _ALWAYS or value not in (None, False) or (value is False and key != "carried"):
            data[key] = list(value) if isinstance(value, list) else value
    data.update(answer.more)
    return data


def is_rows(entry: object) -> bool:
    """Whether an entry of the document is a repeat."""
    return isinstance(entry, dict) and isinstance(entry.get("rows"), list)


def json_at(document: Document, path: str) -> Any:
    """What stands at `path`: an answer, a repeat, the answers of a row, or `None`."""
    place = _place(document, path)
    return None if place is None else place[0].get(place[1])


def with_json(document: Document, path: str, entry: Any) -> Document:
    """A copy of `document` in which `entry` stands at `path`; `None` takes away what stood there.

    Raises `BugError` if the path leads through a row that the document does not hold.
    """
    changed = deepcopy(document)
    place = _place(changed, path)
    if place is None:
        if entry is None:
            return changed
        raise BugError("an answer was saved into a row that the document does not hold")
    holder, key = place
    if entry is None:
        holder.pop(key, None)
    else:
        holder[key] = deepcopy(entry)
    return changed


def _place(document: Document, path: str) -> tuple[dict[str, Any], str] | None:
    holder: dict[str, Any] = document
    parts = path.split("/")
    while len(parts) > 1:
        repeat = holder.get(parts[0])
        if not is_rows(repeat):
            return None
        row = next((row for row in repeat["rows"] if row["id"] == parts[1]), None)  # type: ignore[index]
        if row is None:
            return None
        if len(parts) == 2:
            return cast("dict[str, Any]", row), "answers"
        holder = row.setdefault("answers", {})
        parts = parts[2:]
    return holder, parts[0]


def each_answer(document: Document) -> Iterator[tuple[str, Answer]]:
    """Every answer of `document` with its path, rows included."""
    yield from _each(document, "")


def _each(holder: Mapping[str, Any], before: str) -> Iterator[tuple[str, Answer]]:
    for name, entry in holder.items():
        if is_rows(entry):
            for row in entry["rows"]:
                yield from _each(row.get("answers", {}), f"{before}{name}/{row['id']}/")
        elif isinstance(entry, dict):
            yield f"{before}{name}", answer_from_json(entry)


def carried_forward(document: Document) -> Document:
    """A copy for the next stage: every answer marked as carried and not yet confirmed.

    What the form itself works out is worked out anew, so nobody has to confirm it.
    """

    def carry(holder: Mapping[str, Any]) -> dict[str, Any]:
        copied: dict[str, Any] = {}
        for name, entry in holder.items():
            if is_rows(entry):
                rows = [
                    {**_but(row, "answers"), "answers": carry(row.get("answers", {}))}
                    for row in entry["rows"]
                ]
                copied[name] = {**_but(entry, "rows"), "rows": rows}
            elif not isinstance(entry, dict) or _is_worked_out(entry):
                copied[name] = deepcopy(entry)
            else:
                copied[name] = {**_but(entry, "confirmed_by", "confirmed_at"), "carried": True}
        return copied

    return carry(document)


def _is_worked_out(entry: Mapping[str, Any]) -> bool:
    return entry.get("by") == FORM and entry.get("how") == "calculated"


def _but(entry: Mapping[str, Any], *left_out: str) -> dict[str, Any]:
    """A copy of what `entry` holds, without some of its keys."""
    return {
        key: part if part is None or isinstance(part, str | int | float) else deepcopy(part)
        for key, part in entry.items()
        if key not in left_out
    }
