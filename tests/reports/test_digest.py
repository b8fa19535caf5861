"""The hash of a report changes when anything that it says changes, and only then."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from app.core.errors import BugError
from app.reports.content import Fact, Paragraph, Run
from app.reports.digest import canonical, content_hash
from app.reports.psr import psr
from tests.reports.samples import psr_material


def test_the_same_material_gives_the_same_hash() -> None:
    assert content_hash(psr(psr_material())) == content_hash(psr(psr_material()))


def test_being_final_does_not_change_the_hash() -> None:
    report = psr(psr_material())
    assert content_hash(replace(report, status="final")) == content_hash(report)


@pytest.mark.parametrize("at", range(len(psr_material().said)))
def test_changing_any_answer_changes_the_hash(at: int) -> None:
    material = psr_material()
    said = list(material.said)
    said[at] = replace(said[at], text=said[at].text.replace("a", "e", 1))
    assert content_hash(psr(replace(material, said=tuple(said)))) != content_hash(psr(material))


def changed(value: Any) -> Any:
    """Something else of the same kind."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        return value + "x"
    if isinstance(value, date):
        return value + timedelta(days=400)
    if isinstance(value, tuple):
        return (*value[:-1], changed(value[-1])) if value else value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        name = dataclasses.fields(value)[-1].name
        return replace(value, **{name: changed(getattr(value, name))})
    return value


@pytest.mark.parametrize(
    "name", ["kind", "title", "subtitle", "reference", "language", "service_name", "made_on"]
)
def test_changing_a_field_of_the_report_changes_the_hash(name: str) -> None:
    report = psr(psr_material())
    other = replace(report, **{name: changed(getattr(report, name))})
    assert content_hash(other) != content_hash(report)


@pytest.mark.parametrize("at", range(len(psr(psr_material()).front)))
def test_changing_the_front_sheet_changes_the_hash(at: int) -> None:
    report = psr(psr_material())
    front = list(report.front)
    front[at] = changed(front[at])
    assert content_hash(replace(report, front=tuple(front))) != content_hash(report)


def test_moving_words_between_fields_changes_the_hash() -> None:
    report = psr(psr_material())
    one = replace(report, front=(Fact("ab", "c"),))
    other = replace(report, front=(Fact("a", "bc"),))
    assert content_hash(one) != content_hash(other)


def test_marking_words_as_a_quotation_changes_the_hash() -> None:
    report = psr(psr_material())
    plain = replace(report, front_blocks=(Paragraph((Run("yes"),)),))
    quoted = replace(report, front_blocks=(Paragraph((Run("yes", quote=True),)),))
    assert content_hash(plain) != content_hash(quoted)


def test_half_a_character_can_be_hashed() -> None:
    report = replace(psr(psr_material()), subtitle="\ud83d\x00")
    assert len(content_hash(report)) == 64
    assert b"\\ud83d\\u0000" in canonical(report)


def test_what_cannot_be_hashed_is_refused() -> None:
    report = replace(psr(psr_material()), front=(Fact("a", {"b"}),))  # type: ignore[arg-type]
    with pytest.raises(BugError):
        content_hash(report)
