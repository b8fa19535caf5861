"""The recovery code on paper: 160 random bits in letters and digits that are hard to misread.

Crockford's base 32 (no I, L, O or U) with his check character, modulo 37. Codes whose check
character would be a sign such as `$` are drawn again, so that a person only writes letters and
digits; that costs a fifth of one bit.
"""

from __future__ import annotations

import secrets

from app.core.errors import KnownError
from app.core.i18n import _

BITS = 160
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LETTERS = BITS // 5
GROUP = 3

_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})
_SPACING = " -–—_.\t\r\n\u00a0"


class MistypedCode(KnownError):
    """What was typed can't be a recovery code: a letter is wrong, missing or too many."""

    def __init__(self, hint: str) -> None:
        super().__init__(_("That is not a whole recovery code."), hint)


def new() -> str:
    """A fresh code, as it is shown and printed: eleven groups of three."""
    while True:
        number = secrets.randbits(BITS)
        check = number % 37
        if check < len(ALPHABET):
            return shown(_digits(number) + ALPHABET[check])


def shown(letters: str) -> str:
    """`letters` in groups, as on paper."""
    return "-".join(letters[i : i + GROUP] for i in range(0, len(letters), GROUP))


def to_bytes(typed: str) -> bytes:
    """The 20 bytes behind a code, however it was typed: case, spaces, O for 0, I or L for 1.

    Raises:
        MistypedCode: A character isn't used in codes, the length is wrong, or the check fails.
    """
    letters = "".join(c for c in typed.upper() if c not in _SPACING).translate(_MISREAD)
    if any(c not in ALPHABET for c in letters):
        raise MistypedCode(_("A code has only digits and letters, and never the letter U."))
    if len(letters) != LETTERS + 1:
        raise MistypedCode(
            _("A code has {count} letters and digits; you have typed {typed}.").format(
                count=LETTERS + 1, typed=len(letters)
            )
        )
    number = 0
    for letter in letters[:-1]:
        number = number * 32 + ALPHABET.index(letter)
    if number % 37 != ALPHABET.index(letters[-1]):
        raise MistypedCode(_("One letter or digit is wrong. Compare it with the paper."))
    return number.to_bytes(BITS // 8, "big")


def _digits(number: int) -> str:
    digits = []
    for _place in range(LETTERS):
        number, digit = divmod(number, 32)
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))
