"""Expressions come to what ODK's specification says."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.clock import FixedClock
from app.forms.errors import ExpressionError
from app.forms.expressions import parse
from app.forms.functions import REFUSED_FUNCTIONS
from app.forms.loader import form_from_yaml
from app.forms.reach import SheetReach
from app.forms.sheet import Sheet
from app.forms.values import below, number, same, text

SURVEY = """
    - {type: text, name: word, label: Word}
    - {type: integer, name: n, label: N}
    - {type: decimal, name: d, label: D}
    - {type: date, name: day, label: Day}
    - {type: dateTime, name: moment, label: Moment}
    - {type: time, name: hour, label: Hour}
    - {type: text, name: empty, label: Empty}
    - {type: select_multiple colour, name: many, label: Many}
    - {type: select_one colour, name: one, label: One}
    - type: repeat
      name: people
      label: Person
      children:
        - {type: text, name: who, label: Who}
        - {type: integer, name: age, label: Age}
    - type: repeat
      name: nobody
      label: Nobody
      children:
        - {type: select_one colour, name: shirt, label: Shirt}
"""


@pytest.fixture
def filled(open_sheet: Callable[..., Sheet]) -> Sheet:
    sheet = open_sheet(SURVEY, context={"age": "15", "child": "Tal"})
    answers: dict[str, Any] = {
        "word": "Hello there",
        "n": 7,
        "d": "2.50",
        "day": "2026-03-27",
        "moment": "2026-03-27T14:30",
        "hour": "06:00",
        "many": ["red", "blue"],
        "one": "green",
    }
    for path, value in answers.items():
        sheet.set(path, value, by="worker")
    for who, age in (("Ann", 40), ("Bob", 9), ("Cai", None)):
        row, _effects = sheet.add_row("people")
        sheet.set(f"people/{row}/who", who, by="worker")
        sheet.set(f"people/{row}/age", age, by="worker")
    return sheet


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("7 div 2", 3.5),
        ("-7 mod 3", -1),
        ("7 mod -3", 1),
        ("1 div 0", math.inf),
        ("-(${n})", -7),
        ("${d} + 0.25", 2.75),
        ("1 = 1.0", True),
        ("'1' = 1", True),
        ("'a' = 'b' or 'a' != 'b'", True),
        ("${empty} = '' and not(${n} = '')", True),
        ("${empty} < 3 or ${empty} >= 3", False),
        ("${n} > 6 and ${n} <= 7", True),
        ("if(${n} > 6, 'more', 'less')", "more"),
        ("if(${empty}, 'said', 'unsaid')", "unsaid"),
        ("coalesce(${empty}, ${n})", 7),
        ("coalesce(${word}, 'none')", "Hello there"),
        ("true() and not(false())", True),
        ("boolean('') or boolean(0)", False),
        ("boolean-from-string('1')", True),
        ("boolean-from-string('yes')", False),
        ("selected(${many}, 'blue')", True),
        ("selected(${many}, 'blu')", False),
        ("selected(${empty}, 'blue')", False),
        ("selected-at(${many}, 1)", "blue"),
        ("selected-at(${many}, 5)", ""),
        ("count-selected(${many})", 2),
        ("jr:choice-name(${one}, '${one}')", "Green"),
        ("choice-name(${many}, 'many')", "Red, Blue"),
        ("choice-name('red', 'shirt')", "Red"),
        ("choice-name('grey', 'shirt')", "grey"),
        ("string-length(${word})", 11),
        ("concat(${one}, '-', ${n}, '-', true())", "green-7-true"),
        ("join(', ', ${who})", "Ann, Bob, Cai"),
        ("join('-', 'a', ${empty}, 'b')", "a-b"),
        ("substr('abcdef', 1, 3)", "bc"),
        ("substr('abcdef', 4)", "ef"),
        ("substr('abcdef', -2)", "ef"),
        ("substring('12345', 1.5, 2.6)", "234"),
        ("substring('12345', 2)", "2345"),
        ("substring-before('1999/04/01', '/')", "1999"),
        ("substring-after('1999/04/01', '/')", "04/01"),
        ("translate('bar', 'abc', 'AB')", "BAr"),
        ("normalize-space('  a   b ')", "a b"),
        ("contains(${word}, 'lo th')", True),
        ("starts-with(${word}, 'Hell')", True),
        ("ends-with(${word}, 'ther')", False),
        ("regex(${word}, '[A-Za-z ]+')", True),
        ("regex(${word}, 'Hello')", False),
        ("string(${d})", "2.5"),
        ("number('12.5')", 12.5),
        ("int(-2.7)", -2),
        ("int('12.9')", 12),
        ("round(2.5)", 3),
        ("round(-2.5)", -3),
        ("round(1.005, 2)", 1.01),
        ("floor(-2.1)", -3),
        ("ceiling(2.1)", 3),
        ("abs(-3)", 3),
        ("pow(2, 10)", 1024),
        ("sqrt(2)", pytest.approx(1.41421356)),
        ("log10(1000)", pytest.approx(3)),
        ("exp(log(5))", pytest.approx(5)),
        ("exp10(2)", pytest.approx(100)),
        ("sin(pi() div 2) + cos(0) + tan(0)", pytest.approx(2)),
        ("asin(1) + acos(1) + atan(0)", pytest.approx(math.pi / 2)),
        ("atan2(1, 1)", pytest.approx(math.pi / 4)),
        ("today()", date(2026, 7, 2)),
        ("now()", datetime(2026, 7, 2, 0, 30)),
        ("today() - ${day}", 97),
        ("today() > ${day}", True),
        ("${day} = '2026-03-27'", True),
        ("'2026-04-01' > ${day}", True),
        ("date(${day} + 5)", date(2026, 4, 1)),
        ("date('2026-02-30')", ""),
        ("date(${moment})", date(2026, 3, 27)),
        ("date-time(20539.5)", datetime(2026, 3, 27, 12, 0)),
        ("decimal-date-time('1970-01-02')", 1),
        ("decimal-date-time(${moment})", pytest.approx(20539 + 14.5 / 24)),
        ("decimal-time(${hour})", 0.25),
        ("decimal-time(${moment})", pytest.approx(14.5 / 24)),
        ("int((today() - ${day}) div 7)", 13),
        ("format-date(${day}, '%e/%n/%Y %a %b %y %W')", "27/3/2026 Fri Mar 26 13"),
        ("format-date-time(${moment}, '%d-%m %H:%M:%S')", "27-03 14:30:00"),
        ("format-date(${empty}, '%Y')", ""),
        ("count(${people})", 3),
        ("count(${age})", 3),
        ("count-non-empty(${age})", 2),
        ("sum(${age})", 49),
        ("min(${age})", 9),
        ("max(${age}, 99)", 99),
        ("indexed-repeat(${who}, ${people}, 2)", "Bob"),
        ("indexed-repeat(${who}, ${people}, 9)", ""),
        ("count(/data/people[age >= 9])", 2),
        ("/data/people[2]/who", ["Bob"]),
        ("/data/people[last()]/who", ["Cai"]),
        ("/data/people[position() = 1]/who", ["Ann"]),
        ("sum(/data/people[who != 'Ann']/age)", 9),
        ("count(${people}[age > 10]) = 1 and ../n = 7", True),
        ("count(${who}) > 0 and count(/data/people) = 3 and /data/n = 7", True),
        ("${age} = 9", True),
        ("${age} > 100", False),
        ("checklist(1, 2, ${empty} = '', ${n} = 7)", True),
        ("checklist(-1, 1, 'true', 'yes')", False),
        ("weighted-checklist(5, 9, 'true', 2, 'true', 4, '', 9)", True),
        ("weighted-checklist(7, -1, 'true', 2, 'true', 4)", False),
        ("digest('abc', 'SHA-256', 'hex')", "ba7816bf8f01cfea414140de5dae2223"
         "b00361a396177a9cb410ff61f20015ad"),
        ("digest('abc', 'MD5')", "kAFQmDzST7DWlj99KOF/cg=="),
        ("base64-decode('w7Q=')", "ô"),
        ("base64-decode('!')", ""),
        ("version()", "1"),
        ("context('age') >= 12 and context('nothing') = ''", True),
        ("context('child')", "Tal"),
        ("string-length(uuid())", 36),
        ("string-length(uuid(8))", 8),
        ("random() >= 0 and random() < 1", True),
    ],
)  # fmt: skip
def test_an_expression_comes_to(filled: Sheet, expression: str, expected: object) -> None:
    assert parse(expression).value(SheetReach(filled, filled.cell("one"))) == expected


@pytest.mark.parametrize("expression", ["0 div 0", "${word} + 1", "min(${empty})", "sqrt(-1)"])
def test_what_is_no_number_is_nan(filled: Sheet, expression: str) -> None:
    assert math.isnan(parse(expression).value(SheetReach(filled, filled.cell("n"))))


def test_position_in_nested_rows(open_sheet: Callable[..., Sheet]) -> None:
    sheet = open_sheet(
        """
        - type: repeat
          name: houses
          label: House
          children:
            - type: repeat
              name: rooms
              label: Room
              children:
                - {type: calculate, name: room, calculation: position(..)}
                - {type: calculate, name: house, calculation: position(../..)}
        """
    )
    sheet.add_row("houses")
    house, _effects = sheet.add_row("houses")
    sheet.add_row(f"houses/{house}/rooms")
    room, _effects = sheet.add_row(f"houses/{house}/rooms")
    at = f"houses/{house}/rooms/{room}"
    assert (sheet.value(f"{at}/room"), sheet.value(f"{at}/house")) == (2, 2)


@pytest.mark.parametrize(
    "expression",
    ["${n} =", "1 = 2 = 3", "unheard-of(1)", "if(1, 2)", "selected(1)", "'open", "${n} ${n}",
     "//who", "/data/*", "child::who", "text()", "${last-saved#n}", "@n"],
)  # fmt: skip
def test_what_is_no_expression_is_refused_in_words(expression: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        parse(expression)
    assert expression in refused.value.user_text or "last-saved" in refused.value.user_text
    assert "err:" not in refused.value.user_text


@pytest.mark.parametrize("name", sorted(REFUSED_FUNCTIONS))
def test_a_refused_function_is_named_with_its_reason(name: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        parse(f"{name}('a', 'b')")
    assert f"“{name}”" in refused.value.user_text
    assert REFUSED_FUNCTIONS[name] in refused.value.user_text


def test_a_refused_name_inside_quotes_is_only_text() -> None:
    assert "concat" in parse("concat('pulldata(x)', 'area(y)')").functions


@pytest.mark.parametrize(
    ("expression", "place"),
    [("regex('a', '[')", "[" ), ("format-date('2026-01-01', '%Q')", "%Q"),
     ("digest('a', 'SHA-0')", "SHA-0")],
)  # fmt: skip
def test_an_expression_that_fails_at_work_says_so(
    filled: Sheet, expression: str, place: str
) -> None:
    with pytest.raises(ExpressionError, match=re.escape(place)):
        parse(expression).value(SheetReach(filled, filled.cell("n")))


def test_an_expression_is_parsed_once() -> None:
    assert parse("1 + 41") is parse("1 + 41")


def test_text_in_quotes_keeps_what_looks_like_a_reference() -> None:
    found = parse("concat('${n} and jr:x', ${n})")
    assert {reference.name for reference in found.references} == {"n"}


WHOLE = st.integers(min_value=-(10**9), max_value=10**9)


@given(WHOLE, WHOLE)
def test_numbers_and_their_texts_compare_alike(one: int, other: int) -> None:
    assert same(str(one), other) == (one == other)
    assert below(str(one), str(other), or_same=False) == (one < other)


@given(st.dates(min_value=date(1900, 1, 1)), st.dates(min_value=date(1900, 1, 1)))
def test_days_compare_as_on_the_calendar(one: date, other: date) -> None:
    assert below(one, other.isoformat(), or_same=True) == (one <= other)
    assert number(one) - number(other) == (one - other).days


@given(st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_a_number_written_and_read_is_the_same(value: float) -> None:
    assert number(text(value)) == pytest.approx(value, abs=1e-30)


@given(st.text(alphabet=st.characters(blacklist_characters="'$", blacklist_categories=["Cs"])))
def test_any_text_between_quotes_comes_out_as_it_went_in(words: str) -> None:
    form = form_from_yaml(
        "id: t\nversion: 1\nkind: assessment\ntitle: T\nsurvey:\n"
        "  - {type: text, name: a, label: A}\n",
        file="t.yaml",
    )
    sheet = Sheet(form, clock=FixedClock(datetime.now().astimezone()))
    assert parse(f"concat('{words}', '')").value(SheetReach(sheet, sheet.cell("a"))) == words
