"""The document of answers: written, read, changed by path."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import BugError
from app.forms.answers import (
    REFUSALS,
    WAYS,
    Answer,
    answer_from_json,
    carried_forward,
    each_answer,
    json_at,
    to_json,
    with_json,
)

maybe_text = st.none() | st.text(max_size=5)
answers = st.builds(
    Answer,
    value=st.none() | st.text() | st.integers() | st.lists(st.text(max_size=3), max_size=3),
    language=st.sampled_from([None, "en", "cy"]),
    by=maybe_text,
    how=st.sampled_from(WAYS),
    at=maybe_text,
    source=maybe_text,
    verified=st.none() | st.booleans(),
    carried=st.booleans(),
    confirmed_by=maybe_text,
    confirmed_at=maybe_text,
    refused=st.sampled_from([None, *REFUSALS]),
    may_quote=st.none() | st.booleans(),
    more=st.dictionaries(st.sampled_from(["x", "y"]), st.integers()),
)


@given(answers)
def test_an_answer_written_and_read_is_the_same(answer: Answer) -> None:
    assert answer_from_json(to_json(answer)) == answer


def test_no_and_not_said_are_told_apart() -> None:
    assert to_json(Answer(value="x", may_quote=False))["may_quote"] is False
    assert "may_quote" not in to_json(Answer(value="x"))


def document() -> dict[str, Any]:
    return {
        "a": {"value": 1},
        "people": {
            "rows": [
                {
                    "id": "r1",
                    "answers": {
                        "who": {"value": "Gran"},
                        "phones": {"rows": [{"id": "p1", "answers": {"number": {"value": "1"}}}]},
                    },
                },
                {"id": "r2", "answers": {}},
            ]
        },
    }


def test_paths_lead_into_rows() -> None:
    found = document()
    assert json_at(found, "a") == {"value": 1}
    assert json_at(found, "people/r1/who") == {"value": "Gran"}
    assert json_at(found, "people/r1/phones/p1/number") == {"value": "1"}
    assert json_at(found, "people/r2/who") is None
    assert json_at(found, "people/r9/who") is None
    assert json_at(found, "nothing/r1/who") is None


def test_a_change_by_path_leaves_the_rest_and_the_old_document_alone() -> None:
    before = document()
    after = with_json(before, "people/r2/who", {"value": "Bob"})
    assert json_at(after, "people/r2/who") == {"value": "Bob"}
    assert before == document()
    assert with_json(after, "people/r2/who", None) == before
    assert with_json(before, "people/r1/phones/p1/number", {"value": "2"}) != before
    assert with_json(before, "people", {"rows": []})["people"] == {"rows": []}


def test_a_change_in_a_row_that_is_not_there_is_our_own_mistake() -> None:
    with pytest.raises(BugError):
        with_json(document(), "people/r9/who", {"value": "Bob"})
    assert with_json(document(), "people/r9/who", None) == document()


def test_every_answer_is_found_with_its_path() -> None:
    assert [(path, answer.value) for path, answer in each_answer(document())] == [
        ("a", 1),
        ("people/r1/who", "Gran"),
        ("people/r1/phones/p1/number", "1"),
    ]


def test_carrying_forward_marks_every_answer_that_a_person_gave() -> None:
    before = document()
    before["a"].update(confirmed_by="worker-1", confirmed_at="2026-01-01", carried=True)
    before["sum"] = {"value": 3, "by": "form", "how": "calculated"}
    after = dict(each_answer(carried_forward(before)))
    assert after["a"].unconfirmed
    assert after["people/r1/phones/p1/number"].unconfirmed
    assert not after["sum"].carried
    assert [row["id"] for row in carried_forward(before)["people"]["rows"]] == ["r1", "r2"]
