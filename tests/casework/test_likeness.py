"""How alike two records are, and why."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.casework.likeness import CERTAIN, SHOWN_FROM, Known, compare, sound

BORN = date(2011, 3, 7)


def known(
    given: str,
    family: str,
    born: date | None = BORN,
    *,
    called: str = "",
    others: str = "",
    numbers: tuple[tuple[str, str], ...] = (),
) -> Known:
    return Known(given, family, called, others, born, frozenset(numbers))


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        (known("Stephen", "Fenwick"), known("Steven", "Fennick"), "sound alike"),
        (known("Catrin", "Price"), known("Katrin", "Pryce"), "sound alike"),
        (known("Wren", "Hollis"), known("Hollis", "Wren"), "swapped"),
        (
            known("Taliesin", "Fenwick", called="Tal"),
            known("Tal", "Fenwick", date(2011, 7, 3)),
            "Day and month",
        ),
        (known("Siân", "O’Dowd"), known("SIAN", "ODowd"), "same"),
        (known("Noor", "Larkspur"), known("Noor", "Larkspur"), "The names are the same."),
        (known("Mae", "Castell-Hughes"), known("Mae", "Castell Hughes"), "same"),
    ],
)
def test_the_same_child_is_almost_certain(one: Known, other: Known, why: str) -> None:
    alike = compare(one, other)
    assert alike.score >= CERTAIN
    assert any(why in reason for reason in alike.reasons)


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        # A name without a date of birth, or a date with one wrong digit, is worth a look.
        (known("Noor", "Larkspur"), known("Noor", "Larkspur", None), "same"),
        (known("Noor", "Larkspur"), known("Noor", "Larkspur", date(2011, 3, 8)), "one part"),
        # Twins, or one child under two names: a person decides.
        (known("Jac", "Larkspur"), known("Mia", "Larkspur"), "Family name and date of birth"),
        (
            known("Noor", "Larkspur", numbers=(("pnc", "12/345A"),)),
            known("Ivy", "Penhallow", None, numbers=(("pnc", "12 345a"),)),
            "identifier",
        ),
    ],
)
def test_what_may_be_the_same_child_is_shown_but_not_certain(
    one: Known, other: Known, why: str
) -> None:
    alike = compare(one, other)
    assert SHOWN_FROM <= alike.score < CERTAIN
    assert any(why in reason for reason in alike.reasons)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (known("Noor", "Larkspur"), known("Ivy", "Penhallow")),
        (known("Noor", "Larkspur"), known("Nora", "Larkin", date(2009, 1, 1))),
        (known("Noor", "Larkspur"), known("Noor", "Larkspur", date(2008, 9, 12))),
        (
            known("Noor", "Larkspur", numbers=(("pnc", "1"),)),
            known("Ivy", "Penhallow", numbers=(("nhs", "1"),)),
        ),
        (
            known("Noor", "Larkspur", numbers=(("pnc", " "),)),
            known("Ivy", "Penhallow", numbers=(("pnc", "-"),)),
        ),
    ],
)
def test_another_child_is_not_shown(one: Known, other: Known) -> None:
    assert compare(one, other).score < SHOWN_FROM


@pytest.mark.parametrize(
    ("one", "other"),
    [("Stephen", "Steven"), ("Phillip", "Filip"), ("Rhys", "Rees"), ("Shawn", "Chaun")],
)
def test_names_that_are_confused_sound_the_same(one: str, other: str) -> None:
    assert sound(one) == sound(other)


names = st.text(st.characters(categories=("Lu", "Ll", "Mn", "Zs", "Pd")), max_size=12)
knowns = st.builds(
    known, names, names, st.none() | st.dates(date(2005, 1, 1), date(2016, 1, 1)), called=names
)


@given(knowns, knowns)
def test_likeness_is_the_same_from_either_side(one: Known, other: Known) -> None:
    assert compare(one, other).score == compare(other, one).score
    assert 0 <= compare(one, other).score <= 100
