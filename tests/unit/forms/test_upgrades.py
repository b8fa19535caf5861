"""Answers from one version of a form to the next."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from app.core.errors import BugError
from app.forms import upgrades
from app.forms.errors import FormError
from app.forms.loader import FormLibrary
from app.forms.upgrades import renamed, unchanged, upgrade, upgraded


@pytest.fixture
def no_steps(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(upgrades, "_STEPS", {})
    yield


DOCUMENT: dict[str, Any] = {"a": {"value": 1}, "rows": {"rows": [{"id": "x", "answers": {}}]}}


@pytest.mark.usefixtures("no_steps")
def test_steps_are_taken_one_after_another() -> None:
    upgrade("tiny", 1, 2)(lambda document: renamed(document, "a", "b"))
    upgrade("tiny", 2, 3)(unchanged)
    upgrade("tiny", 3, 4)(lambda document: {**document, "c": {"value": len(document)}})
    got = upgraded(DOCUMENT, "tiny", 1, 4)
    assert list(got) == ["b", "rows", "c"]
    assert got["b"] == {"value": 1} and got["c"] == {"value": 2}
    assert list(upgraded(DOCUMENT, "tiny", 2, 3)) == ["a", "rows"]


@pytest.mark.usefixtures("no_steps")
def test_the_old_document_stays_as_it_was() -> None:
    @upgrade("tiny", 1, 2)
    def step(document: dict[str, Any]) -> dict[str, Any]:
        document["a"]["value"] = 2
        document["rows"]["rows"].clear()
        return document

    upgraded(DOCUMENT, "tiny", 1, 2)
    assert DOCUMENT["a"]["value"] == 1 and len(DOCUMENT["rows"]["rows"]) == 1


@pytest.mark.usefixtures("no_steps")
def test_a_version_nobody_thought_about_is_refused() -> None:
    upgrade("tiny", 1, 2)(unchanged)
    with pytest.raises(FormError, match="from version 2 to 3"):
        upgraded(DOCUMENT, "tiny", 1, 3)


@pytest.mark.usefixtures("no_steps")
def test_answers_of_a_newer_version_are_refused() -> None:
    with pytest.raises(FormError, match="version 3, which is newer"):
        upgraded(DOCUMENT, "tiny", 3, 2)


@pytest.mark.usefixtures("no_steps")
def test_a_step_is_one_version_and_one_only() -> None:
    with pytest.raises(BugError):
        upgrade("tiny", 1, 3)
    upgrade("tiny", 1, 2)(unchanged)
    with pytest.raises(BugError):
        upgrade("tiny", 1, 2)(unchanged)


@pytest.mark.usefixtures("no_steps")
def test_renaming_keeps_the_place_and_needs_an_answer() -> None:
    assert list(renamed({"x": 1, "a": 2, "y": 3}, "a", "b")) == ["x", "b", "y"]
    assert renamed({"x": 1}, "a", "b") == {"x": 1}


def test_every_built_in_form_has_its_steps() -> None:
    for form in FormLibrary.built_in().forms():
        taken = {start for form_id, start in upgrades.steps() if form_id == form.id}
        assert taken == set(range(1, form.version))
