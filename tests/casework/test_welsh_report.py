"""A report in Welsh: what the program writes in it is Welsh, and what people wrote is theirs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

import pytest

from app.casework import chronology, court, reference, report_checking, reports
from app.casework.chronology import EntryDetails
from app.casework.desk import Desk
from app.core.paths import resource_path
from app.forms.loader import FormLibrary
from app.forms.schema import Question, Words
from app.models.records import Report
from app.reports.kinds import kinds
from tests import catalogue
from tests.casework.conftest import AddChild
from tests.casework.test_reports import Case, case
from tests.reports.reading import structure_of
from tests.reports.test_tongues import tongues

PLACE = re.compile(r"\$?\\?\{[^}]*\}")
SAME_IN_BOTH = {"Tal"}


@pytest.fixture
def of(desk: Desk, add_child: AddChild) -> Case:
    found = case(desk, add_child, quote_agreed="yes")
    court.add_outcome(
        desk,
        found.child_id,
        court.OutcomeDetails(
            disposal="yro",
            outcome_date=date(2026, 11, 1),
            end_date=date(2027, 11, 1),
            court="fernbridge_youth",
            requirements=("supervision",),
        ),
    )
    chronology.add_entry(
        desk,
        found.child_id,
        EntryDetails(
            kind="home_visit", happened_on=date(2026, 11, 10), attendance="missed_accepted"
        ),
    )
    return found


def ours(words: Words) -> Iterator[str]:
    if "cy" in words.languages and words.text("cy") != words.text("en"):
        yield words.text("en")


@cache
def english_of_the_program() -> tuple[frozenset[str], tuple[re.Pattern[str], ...]]:
    """The English of every text, label and sentence that has a Welsh of its own: those that stand
    by themselves, and those with something filled in.
    """
    texts: set[str] = set()
    words = catalogue.merged(catalogue.extracted(), catalogue.kept())
    for message in catalogue.entries(words):
        welsh = message.string if isinstance(message.string, tuple | list) else (message.string,)
        texts |= set(catalogue.forms_of(message.id)) - set(welsh)
    for name in reference.list_names():
        texts |= {one.en for one in reference.listing(name).entries if one.en != one.cy}
    for form in FormLibrary(resource_path("forms")).forms():
        for choices in form.choices.values():
            for choice in choices:
                texts |= set(ours(choice.label))
        for item in form.items():
            texts |= set(ours(item.label)) if item.label else set()
            for line in item.report if isinstance(item, Question) else ():
                for said in (*line.by_value.values(), *((line.text,) if line.text else ())):
                    texts |= set(ours(said))
    filled = {text for text in texts if PLACE.search(text)}
    # What is little but places to fill in fits everything.
    telling = {text for text in filled if len(re.findall(r"[^\W\d_]", PLACE.sub("", text))) > 8}
    patterns = tuple(re.compile(f"{_open(text)}\\.?", re.DOTALL) for text in telling)
    return frozenset(text.strip(" .") for text in texts - filled), patterns


def _open(text: str) -> str:
    return ".+?".join(re.escape(part) for part in PLACE.split(text))


def strings(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield from (part for part in re.split(r"(?<=[.:?!;])\s+|\n", node) if part.strip())
    elif isinstance(node, dict):
        for name, value in node.items():
            # Codes.
            if name not in ("is", "kind", "source", "language", "status", "level", "reference"):
                yield from strings(value)
    elif isinstance(node, list):
        for one in node:
            yield from strings(one)


def content(desk: Desk, report_id: str) -> Any:
    reports.make_anew(desk, report_id)
    with desk.casebook.read() as session:
        return session.get_one(Report, report_id).content


def english_in(held: Any) -> Iterator[str]:
    """What the program wrote in English, sentence by sentence."""
    plain, filled = english_of_the_program()
    for one in strings(held):
        words = one.strip()
        if words not in SAME_IN_BOTH and (
            words.strip(" .") in plain or any(pattern.fullmatch(words) for pattern in filled)
        ):
            yield words


def make(desk: Desk, of: Case, kind_id: str, language: str) -> str:
    (order,) = court.list_outcomes(desk, of.child_id)
    made = reports.create(
        desk,
        of.child_id,
        kind_id,
        of.assessment_id,
        hearing_id=of.hearing_id,
        order_id=order.id,
        language=language,
    )
    return made.id


@pytest.mark.parametrize("kind_id", [one for one in kinds() if one != "addendum"])
def test_nothing_that_the_program_writes_in_a_welsh_report_is_english(
    desk: Desk, of: Case, kind_id: str
) -> None:
    report_id = make(desk, of, kind_id, "cy")
    last = next(iter(kinds()[kind_id].sections)).code
    report_checking.note_read_back(desk, report_id, last, "child", answer="disagree")
    assert list(english_in(content(desk, report_id))) == []


def test_the_check_itself_finds_english(desk: Desk, of: Case) -> None:
    plain, filled = english_of_the_program()
    held = [one.strip() for one in strings(content(desk, make(desk, of, "psr", "en")))]
    found = [
        one for one in held if one.strip(" .") in plain or any(p.fullmatch(one) for p in filled)
    ]
    assert len(found) > 40


def test_english_answers_are_named_english_in_the_file_of_a_welsh_report(
    desk: Desk, of: Case
) -> None:
    pdf = reports.preview(desk, make(desk, of, "psr", "cy"))
    named = dict.fromkeys(tongues(structure_of(pdf)))
    english = " ".join(words for language, words in named if language == "en-GB")
    assert "They took a bicycle that was not locked" in english
    assert "theft of a pedal cycle" in english
    assert not [words for language, words in named if language != "en-GB"]
    assert "Roedd" not in english and "Mae " not in english
