"""A form's answers as a JSON document: reading, changing and comparing them by path.

A path is a question's name (`home_settled`), a row of a repeat (`people/<row id>`) or a question
within a row (`people/<row id>/who`), to any depth. An answer is a JSON object, never changed in
place: a new one takes its place.
"""

from __future__ import annotations

import copy
from typing import Any

ROWS = "rows"
ROW_ID = "id"
ROW_ANSWERS = "answers"

Document = dict[str, Any]


def read(document: Document, path: str) -> Any | None:
    """The answer, or the row, at `path`; None where there is none."""
    name, _, rest = path.partition("/")
    answer = document.get(name)
    if not rest:
        return answer
    row_id, _, within = rest.partition("/")
    row = _row(answer, row_id)
    if row is None or not within:
        return row
    return read(row.get(ROW_ANSWERS, {}), within)


def put(document: Document, path: str, answer: Any | None) -> Any | None:
    """Set the answer or row at `path` (None takes it out) and return what stood there before.

    A row that an answer belongs to is made, at the end of its repeat, where it isn't there yet.
    """
    name, _, rest = path.partition("/")
    if not rest:
        return _exchange(document, name, answer)
    row_id, _, within = rest.partition("/")
    if answer is None and _row(document.get(name), row_id) is None:
        return None
    rows: list[Document] = document.setdefault(name, {ROWS: []}).setdefault(ROWS, [])
    place = next((i for i, row in enumerate(rows) if row.get(ROW_ID) == row_id), None)
    if within:
        if place is None:
            rows.append({ROW_ID: row_id, ROW_ANSWERS: {}})
            place = len(rows) - 1
        return put(rows[place].setdefault(ROW_ANSWERS, {}), within, answer)
    if place is None:
        rows.append(dict(answer or {}))
        return None
    before = rows[place]
    if answer is None:
        rows.pop(place)
    else:
        rows[place] = answer
    return before


def outermost(before: dict[str, Any | None]) -> dict[str, Any | None]:
    """What stood at several paths before they were changed, without paths that lie in others.

    Args:
        before: In the order in which they were changed. An answer that was changed before the row
            around it was goes back into what is said of the row.
    """
    kept = dict(before)
    order = list(before)
    for at, path in enumerate(order):
        inside = [other for other in order if other.startswith(path + "/")]
        if path in kept and inside:
            within: Document = {}
            put(within, path, copy.deepcopy(before[path]))
            for inner in reversed([other for other in inside if order.index(other) < at]):
                put(within, inner, copy.deepcopy(before[inner]))
            kept[path] = read(within, path)
        for inner in inside:
            kept.pop(inner, None)
    return kept


def differences(before: Document, after: Document) -> dict[str, tuple[Any | None, Any | None]]:
    """What differs, by path: the answer before and after. A repeat is compared row by row; where
    rows changed places, the repeat as a whole differs."""
    found: dict[str, tuple[Any | None, Any | None]] = {}
    for name in [*before, *(name for name in after if name not in before)]:
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        old_rows, new_rows = _rows(old), _rows(new)
        if old_rows is not None and new_rows is not None:
            within = _row_differences(name, old_rows, new_rows)
            found.update({name: (old, new)} if within is None else within)
        else:
            found[name] = (old, new)
    return found


def _row_differences(
    name: str, before: list[Document], after: list[Document]
) -> dict[str, tuple[Any | None, Any | None]] | None:
    """What differs in a repeat; None where its rows don't stand as they did, new ones last."""
    old = {row.get(ROW_ID): row for row in before}
    new = {row.get(ROW_ID): row for row in after}
    kept = [row_id for row_id in old if row_id in new]
    added = [row_id for row_id in new if row_id not in old]
    if list(new) != kept + added:
        return None
    found: dict[str, tuple[Any | None, Any | None]] = {}
    for row_id in [*old, *added]:
        if row_id in old and row_id in new:
            within = differences(old[row_id].get(ROW_ANSWERS, {}), new[row_id].get(ROW_ANSWERS, {}))
            found.update((f"{name}/{row_id}/{path}", pair) for path, pair in within.items())
        else:
            found[f"{name}/{row_id}"] = (old.get(row_id), new.get(row_id))
    return found


def _rows(answer: Any) -> list[Document] | None:
    """The rows of a repeat; None for any other answer."""
    rows = answer.get(ROWS) if isinstance(answer, dict) else None
    return rows if isinstance(rows, list) else None


def _row(answer: Any, row_id: str) -> Document | None:
    return next((row for row in _rows(answer) or () if row.get(ROW_ID) == row_id), None)


def _exchange(document: Document, name: str, answer: Any | None) -> Any | None:
    before = document.get(name)
    if answer is None:
        document.pop(name, None)
    else:
        document[name] = answer
    return before
