"""A form's answers as a JSON document: reading, changing and comparing them by path.

A path is a question's name (`home_settled`), a row of a repeat (`people/<row id>`) or a question
within a row (`people/<row id>/who`), to any depth. An answer is a JSON object, never changed in
place: a new one takes its place. The order of a repeat's rows has a path too (`people/@order`):
a list of row ids where it isn't that of the ids themselves, else nothing.

**Leaves.** For the server a document is taken apart into answers that never hold one another, so
that people who answer different questions don't collide (`leaves`, `assemble`): each answer by its
path, each row as a mark (`{"row": true}` and what else is kept of the row), the order of rows
where it must be said, and of a repeat whatever it keeps beside its rows.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any

ROWS = "rows"
ROW_ID = "id"
ROW_ANSWERS = "answers"
ORDER = "@order"
MARK = "row"

Document = dict[str, Any]


def read(document: Document, path: str) -> Any | None:
    """The answer, or the row, at `path`; None where there is none."""
    name, _, rest = path.partition("/")
    answer = document.get(name)
    if not rest:
        return answer
    row_id, _, within = rest.partition("/")
    if row_id == ORDER:
        return order_of(answer)
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
    if row_id == ORDER:
        return _reorder(document, name, answer)
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
        if old_rows is not None and new_rows is not None and _beside(old) == _beside(new):
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
        if row_id in old and row_id in new and _beside(old[row_id]) == _beside(new[row_id]):
            within = differences(old[row_id].get(ROW_ANSWERS, {}), new[row_id].get(ROW_ANSWERS, {}))
            found.update((f"{name}/{row_id}/{path}", pair) for path, pair in within.items())
        else:
            found[f"{name}/{row_id}"] = (old.get(row_id), new.get(row_id))
    was, now = order_of({ROWS: before}), order_of({ROWS: after})
    if was != now:
        found[f"{name}/{ORDER}"] = (was, now)
    return found


def _beside(part: Any) -> Document:
    """What a repeat keeps beside its rows, or a row beside its answers."""
    return {key: value for key, value in part.items() if key not in (ROWS, ROW_ID, ROW_ANSWERS)}


def is_whole(document: Any) -> bool:
    """Whether it is a document through and through: of objects, with rows in its repeats."""
    return isinstance(document, dict) and all(map(_is_answer, document.values()))


def _is_answer(answer: Any) -> bool:
    if not isinstance(answer, dict):
        return False
    return all(
        isinstance(row, dict)
        and isinstance(row.get(ROW_ID), str)
        and is_whole(row.get(ROW_ANSWERS, {}))
        for row in _rows(answer) or ()
    )


def leaves(document: Document) -> dict[str, Any]:
    """A document taken apart, by path."""
    found: dict[str, Any] = {}
    for name, answer in document.items():
        found.update(leaves_at(name, answer))
    return found


def leaves_at(path: str, answer: Any | None) -> dict[str, Any]:
    """What stands at one path, taken apart: an answer, a repeat, a row, or the order of rows."""
    if answer is None:
        return {}
    if path.endswith(f"/{ORDER}"):
        return {path: answer}
    if path.count("/") % 2:
        return _row_leaves(path, answer)
    rows = _rows(answer)
    if rows is None:
        return {path: answer}
    found: dict[str, Any] = {}
    if more := {key: part for key, part in answer.items() if key != ROWS}:
        found[path] = more
    order = order_of(answer)
    if order is not None:
        found[f"{path}/{ORDER}"] = order
    for row in rows:
        found.update(_row_leaves(f"{path}/{row.get(ROW_ID)}", row))
    return found


def _row_leaves(path: str, row: Document) -> dict[str, Any]:
    more = {key: part for key, part in row.items() if key not in (ROW_ID, ROW_ANSWERS)}
    found: dict[str, Any] = {path: {**more, MARK: True}}
    for name, answer in (row.get(ROW_ANSWERS) or {}).items():
        found.update(leaves_at(f"{path}/{name}", answer))
    return found


def assemble(parts: Mapping[str, Any]) -> Document:
    """The document that `leaves` took apart.

    Where two people's parts were joined, a row that somebody answered in is there even if its
    mark is gone, and rows that the order doesn't name follow those that it does.
    """
    plain: dict[str, Any] = {}
    repeats: dict[str, dict[str, dict[str, Any]]] = {}
    for path, part in parts.items():
        if part is None:
            continue
        name, _, rest = path.partition("/")
        if rest:
            row_id, _, within = rest.partition("/")
            repeats.setdefault(name, {}).setdefault(row_id, {})[within] = part
        else:
            plain[name] = part
    document: Document = {name: part for name, part in plain.items() if name not in repeats}
    for name, by_row in repeats.items():
        order = by_row.pop(ORDER, {}).get("", [])
        ids = [row_id for row_id in order if row_id in by_row]
        ids += sorted(row_id for row_id in by_row if row_id not in ids)
        document[name] = {
            **plain.get(name, {}),
            ROWS: [_assembled_row(row_id, by_row[row_id]) for row_id in ids],
        }
    return document


def _assembled_row(row_id: str, parts: dict[str, Any]) -> Document:
    mark = parts.pop("", {})
    more = {key: part for key, part in mark.items() if key != MARK}
    return {ROW_ID: row_id, ROW_ANSWERS: assemble(parts), **more}


def order_of(answer: Any) -> list[str] | None:
    """The ids of a repeat's rows, where their order must be said; else None.

    That of an empty repeat is said too, so that it isn't taken for a question never answered.
    """
    rows = _rows(answer)
    if rows is None:
        return None
    ids = [str(row.get(ROW_ID)) for row in rows]
    return None if ids and ids == sorted(ids) else ids


def orders(
    document: Document, before: Mapping[str, Any], changed: Iterable[str]
) -> dict[str, tuple[list[str] | None, list[str] | None]]:
    """The orders of rows, before and after, that changed as rows came or went.

    Args:
        document: As it stands now.
        before: What stood at the paths that were changed.
        changed: Those paths.
    """
    found: dict[str, tuple[list[str] | None, list[str] | None]] = {}
    repeats = {path.rpartition("/")[0] for path in _row_paths(changed)}
    for repeat in repeats - set(before):
        rows = _rows(read(document, repeat)) or []
        went = [
            {ROW_ID: path.rpartition("/")[2]}
            for path, was in before.items()
            if was is not None and path.rpartition("/")[0] == repeat and not read(document, path)
        ]
        earlier = [row for row in rows if not _came(f"{repeat}/{row.get(ROW_ID)}", row, before)]
        was = order_of({ROWS: earlier + went}) if earlier or went else None
        if was != (now := order_of({ROWS: rows})):
            found[f"{repeat}/{ORDER}"] = (was, now)
    return found


def _row_paths(paths: Iterable[str]) -> set[str]:
    """The rows that lie on these paths."""
    found: set[str] = set()
    for path in paths:
        parts = path.split("/")
        found.update("/".join(parts[:end]) for end in range(2, len(parts) + 1, 2))
    return {path for path in found if not path.endswith(f"/{ORDER}")}


def _came(path: str, row: Document, before: Mapping[str, Any]) -> bool:
    """Whether a row was not there before: made by itself, or by the answers in it."""
    if path in before:
        return before[path] is None
    answers = [f"{path}/{name}" for name in row.get(ROW_ANSWERS) or {}]
    return bool(answers) and all(name in before and before[name] is None for name in answers)


def _reorder(document: Document, name: str, order: Any | None) -> list[str] | None:
    answer = document.get(name)
    before, rows = order_of(answer), _rows(answer)
    if rows is None:
        if order is not None:
            document[name] = {ROWS: []}
        return before
    ids = list(order or ())
    first = sorted(
        (row for row in rows if row.get(ROW_ID) in ids), key=lambda row: ids.index(row[ROW_ID])
    )
    rest = sorted(
        (row for row in rows if row.get(ROW_ID) not in ids), key=lambda row: str(row[ROW_ID])
    )
    rows[:] = first + rest
    return before


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
