"""Answers as sentences of a report, and whose words stay out of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.core.clock import FixedClock
from app.forms.loader import form_from_yaml
from app.forms.schema import Form
from app.forms.sentences import in_line, sentences, strengths
from app.forms.sheet import Sheet
from tests.unit.forms.conftest import HEAD

BY = "worker-1"


def texts(sheet: Sheet, language: str = "en", section: str = "psr.child") -> list[str]:
    return [sentence.text for sentence in sentences(sheet, section, language)]


def test_an_answer_becomes_the_sentence_for_its_choice(sheet: Sheet) -> None:
    assert texts(sheet) == []
    sheet.set("settled", "yes", by=BY)
    assert texts(sheet) == ["Tal is settled at home."]
    sheet.set("settled", "no", by=BY)
    assert texts(sheet) == ["Tal is not settled at home."]


def test_sentences_come_in_the_order_the_form_gives(sheet: Sheet) -> None:
    sheet.set("settled", "yes", by=BY)
    sheet.set("moved_in", "2026-03-03", by=BY)
    assert texts(sheet) == [
        "Tal has lived there since 3 March 2026.",
        "Tal is settled at home.",
    ]
    assert texts(sheet, "cy") == ["Bu Tal yno ers 3 Mawrth 2026.", "Mae Tal wedi setlo gartref."]
    assert texts(sheet, section="psr.risk") == []


def test_a_condition_decides_whether_it_is_said(sheet: Sheet) -> None:
    sheet.set("settled", "no", by=BY)
    sheet.set("moved_in", "2026-03-03", by=BY)
    assert texts(sheet) == ["Tal is not settled at home."]


def test_the_childs_own_words_need_the_childs_yes(sheet: Sheet) -> None:
    sheet.set("settled", "no", by="child")
    sheet.set("why_not", "Too loud", by="child")
    assert len(texts(sheet)) == 1
    sheet.set("why_not", "Too loud", by="child", may_quote=False)
    assert len(texts(sheet)) == 1
    sheet.set("why_not", "Too loud", by="child", may_quote=True)
    sentence = sentences(sheet, "psr.child", "en")[1]
    assert (sentence.text, sentence.quote, sentence.said_by) == (
        "Tal said “Too loud”",
        True,
        "child",
    )
    assert (sentence.topic, sentence.path) == ("Where Tal lives", "why_not")


def test_a_quotation_keeps_the_language_it_was_said_in(sheet: Sheet) -> None:
    sheet.set("settled", "no", by="child")
    sheet.set("why_not", "Rhy swnllyd", by="child", language="cy", may_quote=True)
    sentence = sentences(sheet, "psr.child", "en")[1]
    assert (sentence.language, sentence.answer_language) == ("en", "cy")


def test_what_is_wrong_or_not_relevant_or_refused_says_nothing(sheet: Sheet) -> None:
    sheet.set("settled", "no", by="child")
    sheet.set("why_not", "x" * 60, by="child", may_quote=True)
    assert len(texts(sheet)) == 1
    sheet.set("why_not", "Loud", by="child", may_quote=True)
    sheet.set("settled", "yes", by="child")
    assert texts(sheet) == ["Tal is settled at home."]
    sheet.set("settled", None, by="child", refused="skip")
    assert texts(sheet) == []


QUESTIONNAIRE = (
    HEAD.replace("assessment", "questionnaire")
    + """\
  - type: text
    name: secret
    label: Secret
    said_by: child
    readers: [worker]
    report: {section: psr.child, text: {en: "{answer}"}}
  - type: text
    name: open
    label: Open
    said_by: child
    readers: [worker, court]
    report: {section: psr.child, text: {en: "{answer}"}}
"""
)


def test_an_answer_that_is_not_for_the_court_stays_out(clock: FixedClock) -> None:
    form = form_from_yaml(QUESTIONNAIRE, file="q.yaml")
    sheet = Sheet(form, clock=clock)
    sheet.set("secret", "hidden", by="child")
    sheet.set("open", "told", by="child")
    assert texts(sheet) == ["Told"]


@pytest.fixture
def colours(open_sheet: Callable[..., Sheet]) -> Sheet:
    return open_sheet(
        """
        - type: select_multiple colour
          name: likes
          label: Likes
          strength: true
          report:
            - section: psr.child
              order: 1
              by_value: {red: {en: "{child} likes red most."}}
              text: {en: "{child} also likes {answer}."}
        - type: text
          name: why
          label: Why
          report: {section: psr.child, order: 2, text: {en: "The reason: {answer}."}}
        - type: repeat
          name: people
          label: Person
          children:
            - {type: text, name: who, label: Who}
            - type: integer
              name: age
              label: Age
              report: {section: psr.child, order: 3, text: {en: "${who} is {answer}."}}
        """,
        context={"child": "Tal"},
    )


def test_choices_with_words_of_their_own_and_the_rest_together(colours: Sheet) -> None:
    colours.set("likes", ["green", "red", "blue"], by=BY)
    assert texts(colours) == ["Tal likes red most.", "Tal also likes Green and blue."]
    assert strengths(colours, "en") == (("likes", "Likes", "Green, Red and Blue"),)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("it was late.", "The reason: it was late."),
        ("it was late", "The reason: it was late."),
        ("why not?", "The reason: why not?"),
        ("  spaced  ", "The reason: spaced."),
        ("{child} and ${who} <b>", "The reason: {child} and ${who} <b>."),
    ],
)
def test_what_was_typed_goes_in_as_it_is_with_one_full_stop(
    colours: Sheet, typed: str, said: str
) -> None:
    colours.set("why", typed, by=BY)
    assert texts(colours) == [said]


def test_each_row_has_its_sentence(colours: Sheet) -> None:
    for who, age in (("Gran", 70), ("Bob", 9)):
        row, _effects = colours.add_row("people")
        colours.set(f"people/{row}/who", who, by=BY)
        colours.set(f"people/{row}/age", age, by=BY)
    assert texts(colours) == ["Gran is 70.", "Bob is 9."]


def test_a_sentence_starts_with_a_capital_without_a_name(street: Form, clock: FixedClock) -> None:
    sheet = Sheet(street, clock=clock)
    sheet.set("settled", "yes", by=BY)
    assert texts(sheet) == ["The child is settled at home."]


def test_lists_read_as_a_person_says_them() -> None:
    assert in_line((), "en") == ""
    assert in_line(("tea",), "en") == "tea"
    assert in_line(("tea", "milk", "eggs"), "en") == "tea, milk and eggs"
    assert in_line(("te", "llaeth"), "cy") == "te a llaeth"
    assert in_line(("te", "wyau"), "cy") == "te ac wyau"
