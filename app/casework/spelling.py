"""Which words of a text are spelled wrong, and what may have been meant. English and Welsh.

Somebody's own words stay as they were said, so nothing is remarked in what a passage holds as a
quotation, nor between quotation marks. Names that stand on the child's record are no mistakes, nor
are the words that the service added, numbers, addresses of mail and web, and capitals: those are
for the house words to judge.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from rapidfuzz.distance import OSA

from app.casework.dictionaries import MOST_SUGGESTIONS, dictionary
from app.casework.house_words import without_what_was_said
from app.core.reading_age import sentences_in
from app.reports.content import Language

Span = tuple[int, int]
"""Before which character a word begins, and behind which it ends."""

LANGUAGES: Final[tuple[Language, ...]] = ("en", "cy")
LONGEST_CHECKED: Final = 100_000
"""Characters: nobody writes a longer text here, and a file that was pasted in is not read."""
FEWEST_OF_OTHER: Final = 2
"""Words of the other language in a sentence from which on they are no accident."""
CLOSE: Final = 2
"""Words within which one that neither language knows goes with the other language."""
NEAR_A_NAME: Final = 2
"""Letters by which a word may differ from a name to have been meant for it."""
SHORTEST_NEAR_A_NAME: Final = 4

_APOSTROPHES: Final = str.maketrans(dict.fromkeys("’‘ʼ`´", "'") | {"‑": "-", "\u00ad": ""})
_LETTERS: Final = r"[\w\u0300-\u036f\u00ad]"
_TOKEN: Final = re.compile(rf"(?<![@#])\b{_LETTERS}+(?:['’‘ʼ`´‑-]{_LETTERS}+)*")
_PART: Final = re.compile(r"[^‑-]+")
_ADDRESS: Final = re.compile(
    r"\S+@\S+|(?:https?://|www\.)\S+"
    r"|\b[\w.-]+\.(?:uk|com|org|net|gov|cymru|wales|pdf|docx?|xlsx?|jpe?g|png)\b\S*"
)
_CLITIC: Final[Mapping[Language, re.Pattern[str]]] = {
    "en": re.compile(r"'s$", re.IGNORECASE),
    "cy": re.compile(r"^[df]'|'(?:r|n|i|u|ch|m|w|th|s)$", re.IGNORECASE),
}
"""What stands at a word with an apostrophe and leaves the word as it is."""
_BEFORE_HYPHEN: Final[Mapping[Language, re.Pattern[str]]] = {
    "en": re.compile(
        r"(?:anti|bi|co|counter|de|ex|inter|mid|multi|non|post|pre|pro|re|self|semi|sub|un)$"
    ),
    "cy": re.compile(r"(?:ad|ail|aml|an|cyd|cyn|di|gor|gwrth|hunan|is|lled|ôl|rhag|rhyng|uwch)$"),
}
# What a Welsh word may begin with, and what it then began with before: soft, nasal, aspirate.
_MUTATED: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("ngh", ("c",)),
    ("ng", ("g",)),
    ("mh", ("p",)),
    ("nh", ("t",)),
    ("ch", ("c",)),
    ("ph", ("p",)),
    ("th", ("t",)),
    ("dd", ("d",)),
    ("b", ("p",)),
    ("d", ("t",)),
    ("f", ("b", "m")),
    ("g", ("c",)),
    ("l", ("ll", "gl")),
    ("m", ("b",)),
    ("n", ("d",)),
    ("r", ("rh", "gr")),
    ("h", ("",)),
)
_VOWELS: Final = "aâeêiîoôuûwŵyŷ"


@dataclass(frozen=True, slots=True)
class Spared:
    """What is right though no dictionary has it.

    Attributes:
        names: Of the child's record, in small letters, and as they are written there.
        words: That the service added, of each language, in small letters.
    """

    names: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    words: Mapping[Language, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))


NOTHING_SPARED: Final = Spared()


@dataclass(frozen=True, slots=True)
class Misspelt:
    """A word that is in no dictionary.

    Attributes:
        start: Before which character it begins. word: as it stands there.
        language: The one that it was looked up in.
    """

    start: int
    word: str
    language: Language

    @property
    def end(self) -> int:
        """Behind which character it ends."""
        return self.start + len(self.word)


def misspelt(
    text: str,
    language: Language,
    *,
    said: Sequence[str] = (),
    spared: Spared = NOTHING_SPARED,
    skipped: Collection[str] = (),
) -> tuple[Misspelt, ...]:
    """The words of a text that are spelled wrong, in their order.

    Args:
        language: `en` or `cy`; a text in any other is not checked. Where a sentence has words
            of the other of the two, such as an answer that was written in it, they are right too.
        said: What somebody said in it, wherever it stands there as it was said.
        skipped: Words, as `plain` gives them, that whoever writes has let stand.
    """
    if language not in LANGUAGES or len(text) > LONGEST_CHECKED:
        return ()
    own = without_what_was_said(text, said)
    own = _ADDRESS.sub(lambda found: " " * len(found.group()), own)
    judges = {one: _Judge(one, spared, frozenset(skipped)) for one in LANGUAGES}
    other = next(one for one in LANGUAGES if one != language)
    found: list[Misspelt] = []
    for start, end in sentences_in(own):
        tokens = list(_TOKEN.finditer(own, start, end))
        wrong = judges[language].wrong(tokens)
        theirs: set[Span] = set()
        if len(wrong) >= FEWEST_OF_OTHER:
            theirs = set(wrong) - set(judges[other].wrong(tokens))
        if len(theirs) < FEWEST_OF_OTHER:
            theirs = set()
        found += (
            Misspelt(at, text[at:to], other if _is_among(at, tokens, theirs) else language)
            for at, to in wrong
            if (at, to) not in theirs
        )
    return tuple(found)


def _is_among(at: int, tokens: Sequence[re.Match[str]], theirs: Collection[Span]) -> bool:
    """Whether a word close to the one that begins at `at` is of the other language."""
    here = next((number for number, token in enumerate(tokens) if token.end() > at), 0)
    close = tokens[max(here - CLOSE, 0) : here + CLOSE + 1]
    return any(token.span() in theirs for token in close)


def suggestions(word: str, language: Language, spared: Spared = NOTHING_SPARED) -> tuple[str, ...]:
    """What may have been meant by a word: names of the record first. Takes up to two seconds."""
    sought, known = plain(word), dictionary(language)
    together = _run_together(sought)
    near = sorted(known.near(sought), key=lambda one: _run_together(one) != together)
    # Of a place such as Fernbridge Youth Court, the words that any dictionary has are no names.
    added = {one: one for one in spared.words.get(language, ())} | dict(spared.names)
    names = (one for one in _names_near(sought, added) if not known.knows(one.casefold()))
    found = [*names, *near]
    apostrophe = "'" if "'" in word else "’"
    written = (one.replace("'", apostrophe) for one in found)
    return tuple(dict.fromkeys(one for one in written if one != word))[:MOST_SUGGESTIONS]


def _run_together(word: str) -> str:
    return word.replace("'", "").replace("-", "").casefold()


def plain(word: str) -> str:
    """A word as dictionaries have it: composed letters, straight apostrophes."""
    return unicodedata.normalize("NFC", word).translate(_APOSTROPHES)


def names_in(*texts: str) -> Iterator[tuple[str, str]]:
    """The words of names, in small letters and as they are written."""
    for text in texts:
        for token in _TOKEN.findall(text):
            for part in {token, *_PART.findall(token)}:
                written = plain(part)
                if not written.isnumeric():
                    yield written.casefold(), written


class _Judge:
    """Says of one word after another whether it is right."""

    def __init__(self, language: Language, spared: Spared, skipped: frozenset[str]) -> None:
        self._language = language
        self._names = spared.names
        self._words = spared.words.get(language, frozenset())
        self._skipped = skipped
        self._judged: dict[str, bool] = {}

    def wrong(self, tokens: Iterable[re.Match[str]]) -> tuple[Span, ...]:
        """From where to where each word goes that is wrong."""
        return tuple(
            span for token in tokens for span in self._wrong_in(token.group(), token.start())
        )

    def _wrong_in(self, token: str, at: int) -> Iterator[Span]:
        if self._right(token):
            return
        parts = list(_PART.finditer(token))
        for number, part in enumerate(parts):
            before = number < len(parts) - 1
            prefix = before and _BEFORE_HYPHEN[self._language].match(plain(part.group()).lower())
            if not prefix and not self._right(part.group()):
                yield at + part.start(), at + part.end()

    def _right(self, token: str) -> bool:
        right = self._judged.get(token)
        if right is None:
            word = plain(token)
            right = _is_not_judged(word) or self._is_right(word)
            if not right:
                stem = _CLITIC[self._language].sub("", word)
                right = stem != word and (_is_not_judged(stem) or self._is_right(stem))
            self._judged[token] = right
        return right

    def _is_right(self, word: str) -> bool:
        if word in self._skipped:
            return True
        folded = word.casefold()
        if any(self._is_spared(one, capital=word[0].isupper()) for one in self._forms(folded)):
            return True
        known = dictionary(self._language)
        if known.knows(word):
            return True
        return self._language == "cy" and any(known.is_of_field(one) for one in _radicals(folded))

    def _forms(self, folded: str) -> Iterator[str]:
        yield folded
        if self._language == "cy":
            yield from _radicals(folded)

    def _is_spared(self, folded: str, *, capital: bool) -> bool:
        # A name in small letters is worth a look: its capital may have been forgotten.
        return folded in self._words or (capital and folded in self._names)


def _is_not_judged(word: str) -> bool:
    """Whether it is no word: numbers, single letters, capitals, capitals within."""
    if len(word) == 1 or any(letter.isdigit() or letter == "_" for letter in word):
        return True
    return any(letter.isupper() for letter in word[1:])


def _radicals(folded: str) -> Iterator[str]:
    """What a Welsh word may be a mutation of."""
    for begins, before in _MUTATED:
        if folded.startswith(begins):
            for one in before:
                yield one + folded[len(begins) :]
    if folded[0] in _VOWELS:
        yield "g" + folded


def _names_near(sought: str, names: Mapping[str, str]) -> Iterator[str]:
    """Names and added words that the word is nearly, the nearest first."""
    folded = sought.casefold()
    if len(folded) < SHORTEST_NEAR_A_NAME:
        return
    near = (
        (OSA.distance(folded, name, score_cutoff=NEAR_A_NAME), written)
        for name, written in names.items()
        if len(name) >= SHORTEST_NEAR_A_NAME
    )
    for distance, written in sorted(near):
        if distance <= (NEAR_A_NAME if len(folded) > SHORTEST_NEAR_A_NAME + 1 else 1):
            yield written
