"""Whatever somebody typed is drawn as they typed it, or named where nobody could see it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.reports.escape import one_line, pieces
from app.reports.fonts import coverage


def drawn(text: str) -> str:
    return "".join(piece.text for piece in pieces(text))


@pytest.mark.parametrize(
    "text",
    [
        "</para>",
        "<b>x",
        "a<b&c",
        '<img src="file:///etc/passwd">',
        "<font color=[[1,2][0] for x in (1,)]>red</font>",
        "&amp; &#65; %s {0} {child} \\n",
        "Ŵyn ŷ tŷ ŵ Siân “yes” – it’s £4 ½",
        "[U+202E]",
    ],
)
def test_what_the_typeface_holds_is_drawn_as_it_was_typed(text: str) -> None:
    assert drawn(text) == text
    assert not any(piece.mark for piece in pieces(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\x00b", "a[U+0000]b"),
        ("a\x1b[31m", "a[U+001B][31m"),
        ("lone \ud83d half", "lone [U+D83D] half"),
        ("\u202egnihton", "[U+202E]gnihton"),
        ("zero\u200bwidth\ufeff", "zero[U+200B]width[U+FEFF]"),
        ("soft\u00adhyphen", "soft[U+00AD]hyphen"),
        ("\u2066isolated\u2069", "[U+2066]isolated[U+2069]"),
        ("\u0627", "[U+0627]"),
        ("well \U0001f60a", "well [U+1F60A smiling face with smiling eyes]"),
        ("\uffff", "[U+FFFF]"),
        ("\ue000", "[U+E000]"),
        ("→ ✓", "[U+2192 rightwards arrow] [U+2713 check mark]"),
    ],
)
def test_what_nobody_could_see_is_named(text: str, expected: str) -> None:
    assert drawn(text) == expected
    assert any(piece.mark for piece in pieces(text))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\u2029"])
def test_every_line_end_starts_a_new_line(end: str) -> None:
    assert drawn(f"one{end}two") == "one\ntwo"


def test_equal_spellings_are_drawn_alike() -> None:
    assert drawn(unicodedata.normalize("NFD", "ŵŷé")) == "ŵŷé"


def test_tabs_and_odd_spaces_are_spaces() -> None:
    assert drawn("a\tb\u2003c\u202fd") == "a b c d"


def test_one_line_has_one_line() -> None:
    assert one_line("  a\r\nb\u2029 c\x00 ") == "a b c[U+0000]"


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.characters(), max_size=60))
def test_every_character_that_comes_out_can_be_drawn(text: str) -> None:
    for piece in pieces(text):
        for character in piece.text:
            assert character == "\n" or ord(character) in coverage()
            assert unicodedata.category(character) not in {"Cf", "Cs", "Cn"}
