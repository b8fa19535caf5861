"""What a report says to the child: a reading age of nine, and nothing of the author's for court."""

from __future__ import annotations

import string
from dataclasses import replace
from datetime import date

import pytest

from app.core.reading_age import GRADE_OF_A_NINE_YEAR_OLD, grade
from app.reports import plain
from app.reports.content import Level
from app.reports.kinds import kinds
from app.reports.material import JUDGED, ContactFacts, LevelFacts, OffenceFacts
from app.reports.passages import Passage, Quote
from tests.reports.samples import material_of_every_kind, psr_material

NEVER = ("offence", "custody", "proposal", "assessment", "risk", "victim", "offender")


def told(code: str, **differs: object) -> tuple[str, ...]:
    made = replace(material_of_every_kind(), **differs)  # type: ignore[arg-type]
    return plain.begun("psr.child", [Passage("psr.child", "made", code)], made, "en")


def test_each_sentence_can_be_read_at_nine_and_is_there_in_both_languages() -> None:
    for code, words in plain.plain_words().sentences.items():
        assert set(words) == {"en", "cy"}, code
        names = [{part[1] for part in string.Formatter().parse(one)} for one in words.values()]
        assert names[0] == names[1], code
        text = words["en"].replace("{", "").replace("}", "")
        assert grade(text) <= GRADE_OF_A_NINE_YEAR_OLD, f"{code}: {text}"
        assert not any(word in text.lower() for word in NEVER), code


def test_each_section_of_each_kind_has_a_name_that_a_child_knows() -> None:
    for kind in kinds().values():
        for section in kind.sections:
            if section.code.endswith("sign_off"):
                continue
            for language in ("en", "cy"):
                named = plain.heading(section.code, language)
                assert named, section.code
                assert not any(word in named.lower() for word in NEVER)


def test_each_part_that_is_drawn_from_the_record_is_told_to_the_child() -> None:
    made = {part for kind in kinds().values() for one in kind.sections for part in one.parts}
    drawn = {part for part in made if not part.startswith("said ")} - {
        # The child's page holds parts of its own; a strength is the author's to put in plain words.
        "child",
        "strengths",
        "sign_off",
    }
    known = set(plain.PARTS) | set(plain.plain_words().sentences)
    assert drawn <= known, drawn - known


@pytest.mark.parametrize("level", ["low", "medium", "high", "very_high"])
def test_a_level_is_said_without_its_name(level: Level) -> None:
    words = told("levels", levels=tuple(LevelFacts(judged, level) for judged in JUDGED))
    assert len(words) == len(JUDGED) + 1
    assert not any(word in " ".join(words).lower() for word in ("level", "high", "low", "medium"))


def test_an_offence_is_told_with_its_day_and_what_the_child_said_to_it() -> None:
    one = OffenceFacts("Theft of a pedal cycle.", date(2026, 9, 3), plea_code="guilty")
    assert told("offences", offences=(one,)) == (
        "You are in court for this: theft of a pedal cycle.",
        "It was on 3 September 2026.",
        "You said that you did it.",
    )
    (*_rest, last) = told("offences", offences=(replace(one, plea_code="not_guilty"),))
    assert last == "You said that you did not do it."
    assert len(told("offences", offences=(replace(one, plea_code="found_guilty"),))) == 2


def test_after_the_court_decided_nobody_is_in_court_for_it() -> None:
    passages = [Passage("panel.offence", "made", "offences")]
    words = plain.begun("panel.offence", passages, psr_material(), "en", for_hearing=False)
    assert words[0] == "Your order is for this: theft of a pedal cycle."


def test_what_was_missed_is_told_by_its_days() -> None:
    kept = ContactFacts(date(2026, 11, 3), "Home visit", "Kept", missed=False)
    gone = ContactFacts(date(2026, 11, 10), "Home visit", "Missed", missed=True)
    assert told("attendance", contacts=(kept, gone)) == (
        "We asked you to come. How often: 2. How often you came: 1.",
    )
    assert told("missed", contacts=(kept, gone))[0] == "You did not come on 10 November 2026."
    assert told("missed", contacts=(kept,)) == ("You did not miss any.",)


def test_the_authors_words_for_the_court_are_never_passed_off_as_plain() -> None:
    said = Quote("“I knew it was wrong.”", "child", "en")
    theirs = Quote("“He is kind.”", "parent", "en")
    passages = [
        Passage("psr.offence", "heading", "Analysis"),
        Passage("psr.offence", "paragraph", "The culpability of Tal is limited."),
        Passage("psr.offence", "paragraph", f"Tal says: {said.words}", quotes=(said,)),
        Passage("psr.offence", "quotation", theirs.words, quotes=(theirs,)),
        Passage("psr.offence", "quotation", said.words, quotes=(said,)),
    ]
    assert plain.said_by_child(passages) == (said,)
    words = plain.begun("psr.offence", passages, psr_material(), "en")
    assert words == ("You said: “I knew it was wrong.”",)
    assert plain.court_words(passages) == (
        "The culpability of Tal is limited.",
        "Tal says: “I knew it was wrong.”",
        "“He is kind.”",
        said.words,
    )


def test_what_is_proposed_is_told_where_the_court_is_asked() -> None:
    made = replace(psr_material(), proposed=("You would meet Ash each week.",))
    assert plain.begun("psr.conclusion", [], made, "en") == ("You would meet Ash each week.",)
    assert plain.begun("psr.child", [], made, "en") == ()
