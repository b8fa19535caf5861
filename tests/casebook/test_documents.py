"""A form's document: what differs between two says exactly how to get from one to the other."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.models import documents

NAMES = st.sampled_from(["home", "school", "people", "pets"])
ANSWERS = st.fixed_dictionaries({"value": st.integers(0, 3)})


def with_rows(within: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    row_ids = st.lists(st.sampled_from(["r1", "r2", "r3"]), unique=True, max_size=3)
    rows = st.tuples(row_ids, st.lists(within, min_size=3, max_size=3)).map(
        lambda pair: [
            {"id": row_id, "answers": answers}
            for row_id, answers in zip(pair[0], pair[1], strict=False)
        ]
    )
    return st.fixed_dictionaries({"rows": rows})


FLAT = st.dictionaries(NAMES, ANSWERS, max_size=3)
DOCUMENTS = st.dictionaries(
    NAMES, ANSWERS | with_rows(FLAT | st.dictionaries(NAMES, with_rows(FLAT), max_size=2))
)


@given(DOCUMENTS, DOCUMENTS)
def test_differences_lead_from_one_document_to_the_other(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    kept = copy.deepcopy(before)
    result = copy.deepcopy(before)
    for path, (was, is_) in documents.differences(before, after).items():
        # Said last: by then rows have come and gone.
        order = path.endswith("/@order")
        assert documents.read(before if order else result, path) == was
        put = documents.put(result, path, copy.deepcopy(is_))
        assert order or put == was
        assert documents.read(result, path) == is_
    assert result == after
    assert before == kept


@given(DOCUMENTS, st.lists(st.tuples(st.integers(0, 5), ANSWERS), max_size=8))
def test_a_visit_is_said_by_its_outermost_paths(
    before: dict[str, Any], steps: list[tuple[int, dict[str, Any]]]
) -> None:
    """Putting back what is said to have stood there brings back the document before the visit."""
    before["people"] = {"rows": [{"id": "r1", "answers": {"who": {"value": 9}}}]}
    document = copy.deepcopy(before)
    row = {"id": "r1", "answers": {}}
    base: dict[str, Any] = {}
    for choice, answer in steps:
        path, value = [
            ("home", answer),
            ("people/r1/who", answer),
            ("people/r1/pets/p1/name", answer),
            ("people/r1/pets/p1", None),
            ("people/r1", row),
            ("people/r1/who", None),
        ][choice]
        was = documents.put(document, path, copy.deepcopy(value))
        base.setdefault(path, copy.deepcopy(was))
    said = documents.outermost(base)
    assert not [(a, b) for a in said for b in said if a.startswith(b + "/")]
    for path, was in said.items():
        documents.put(document, path, was)
    pets = documents.read(document, "people/r1/pets")
    if pets == {"rows": []} or pets == {"rows": [{"id": "p1", "answers": {}}]}:
        documents.put(document, "people/r1/pets", None)  # an empty repeat says nothing
    assert document == before


@given(DOCUMENTS)
def test_a_document_does_not_differ_from_itself(document: dict[str, Any]) -> None:
    assert documents.differences(document, copy.deepcopy(document)) == {}


@given(DOCUMENTS, NAMES, ANSWERS)
def test_what_was_put_is_read_and_clearing_it_brings_back_the_rest(
    document: dict[str, Any], name: str, answer: dict[str, Any]
) -> None:
    path = f"others/new row/{name}"
    before = copy.deepcopy(document)
    assert documents.put(document, path, answer) is None
    assert documents.read(document, path) == answer
    documents.put(document, "others", None)
    assert document == before


MORE = st.dictionaries(st.sampled_from(["note", "at"]), st.integers(0, 2), max_size=2)


@st.composite
def kept_beside(draw: st.DrawFn) -> dict[str, Any]:
    """A document whose repeats and rows keep more than rows and answers."""
    document: dict[str, Any] = copy.deepcopy(draw(DOCUMENTS))
    for answer in document.values():
        if "rows" in answer:
            answer.update(draw(MORE))
            for row in answer["rows"]:
                row.update(draw(MORE))
    return document


@given(kept_beside())
def test_a_document_is_what_was_taken_apart(document: dict[str, Any]) -> None:
    parts = documents.leaves(document)
    assert documents.assemble(parts) == document
    assert documents.leaves(documents.assemble(parts)) == parts
    assert not [
        (a, b) for a in parts for b in parts if a.startswith(b + "/") and "value" in parts[b]
    ]


@given(kept_beside(), kept_beside())
def test_differences_taken_apart_lead_from_one_document_to_the_other(
    before: dict[str, Any], after: dict[str, Any]
) -> None:
    parts = documents.leaves(before)
    for path, (was, is_) in documents.differences(before, after).items():
        for leaf in documents.leaves_at(path, was):
            del parts[leaf]
        for leaf, value in documents.leaves_at(path, is_).items():
            parts[leaf] = value
    assert documents.assemble(parts) == after


def test_parts_of_two_people_are_joined_without_losing_a_row() -> None:
    parts = {
        "people/b": {"row": True},
        "people/a/who": {"value": "Nan"},
        "people/c": {"row": True},
        "people/@order": ["c", "gone", "b"],
    }
    rows = documents.assemble(parts)["people"]["rows"]
    assert [row["id"] for row in rows] == ["c", "b", "a"]
    assert rows[2]["answers"] == {"who": {"value": "Nan"}}


def test_the_order_of_rows_is_said_where_a_visit_changed_it() -> None:
    document: dict[str, Any] = {"people": {"rows": [{"id": "m", "answers": {}}]}}
    documents.put(document, "people/a/who", {"value": "Nan"})
    assert documents.orders(document, {"people/a/who": None}, ["people/a/who"]) == {
        "people/@order": (None, ["m", "a"])
    }
    documents.put(document, "people/m", None)
    before = {"people/m": {"id": "m", "answers": {}}}
    assert documents.orders(document, before, ["people/m"]) == {}
    documents.put(document, "people/z", {"id": "z", "answers": {}})
    assert documents.orders(document, {"people/z": None}, ["people/z"]) == {}
