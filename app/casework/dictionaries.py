"""The words of English and Welsh, from the dictionaries beside the program (`NOTICE.txt` there).

Reading one takes a second and a suggestion half of one, so nothing here is called where a window
waits. What was asked once is remembered.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from functools import cache
from io import StringIO
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from app.core.errors import BugError
from app.core.paths import resource_path
from app.core.turns import give_way, while_much_is_made
from app.reports.content import Language

if TYPE_CHECKING:
    from spylls.hunspell import Dictionary as Hunspell

FILES: Final[Mapping[Language, str]] = {"en": "en_GB", "cy": "cy_GB"}
MOST_SUGGESTIONS: Final = 5
LONGEST_TO_SUGGEST: Final = 30
"""Letters of a word: a longer one is several, and comparing it takes seconds."""
SECONDS_TO_SUGGEST: Final = 1.5
"""After this long no further suggestion is waited for."""
REMEMBERED: Final = 50_000

_one_at_a_time: Final = Lock()


class _FieldWords(BaseModel):
    """The file of words of the field: where they come from, and the words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    as_of: str
    welsh_reviewed_by: str | None
    en: frozenset[str]
    cy: frozenset[str]


class Dictionary:
    """One language's dictionary, with the words of the field that it lacks."""

    def __init__(self, language: Language) -> None:
        self._hunspell = _read(FILES[language])
        held = _field_words()
        self._of_field = held.en if language == "en" else held.cy
        self._known: dict[str, bool] = {}

    def knows(self, word: str) -> bool:
        """Whether it is a word: straight apostrophes, composed letters, any capitals."""
        known = self._known.get(word)
        if known is None:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            known = self.is_of_field(word.casefold()) or bool(self._hunspell.lookup(word))
            self._known[word] = known
        return known

    def is_of_field(self, folded: str) -> bool:
        """Whether a word in small letters is one of the field that the makers' file lacks."""
        return folded in self._of_field

    def near(self, word: str) -> Iterator[str]:
        """Words that may have been meant, the likeliest first; what takes long is left out."""
        if len(word) > LONGEST_TO_SUGGEST:
            return
        end = time.monotonic() + SECONDS_TO_SUGGEST
        told = 0
        for suggestion in self._hunspell.suggest(word):
            if _is_use(suggestion):
                yield suggestion
                told += 1
            if told >= MOST_SUGGESTIONS or time.monotonic() > end:
                return


@cache
def _loaded(language: Language) -> Dictionary:
    return Dictionary(language)


def dictionary(language: Language) -> Dictionary:
    """The dictionary of a language, read when it is first asked for.

    Raises:
        BugError: Its files can't be read.
    """
    with _one_at_a_time:
        return _loaded(language)


@cache
def _field_words() -> _FieldWords:
    try:
        with resource_path("dictionaries", "field_words.yaml").open(encoding="utf-8") as file:
            return _FieldWords.model_validate(yaml.safe_load(file))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise BugError("the words of the field can't be read") from error


def _read(name: str) -> Hunspell:
    # Imported here: nothing but spelling needs it, and spelling is asked for late.
    from spylls.hunspell import Dictionary as Hunspell
    from spylls.hunspell import readers
    from spylls.hunspell.algo.lookup import Lookup
    from spylls.hunspell.algo.suggest import Suggest
    from spylls.hunspell.readers.file_reader import BaseReader

    class Text(BaseReader):  # type: ignore[misc]
        """A file that was read already. The library's own leaves its files open."""

        def reset_encoding(self, encoding: Any) -> None:
            """Override BaseReader.reset_encoding: it is UTF-8, whatever comes first in it."""

        def __next__(self) -> Any:
            """Override BaseReader.__next__: the window goes on between the lines."""
            give_way()
            return super().__next__()

    class InTurns(Lookup):  # type: ignore[misc]
        """The library's looking up, between whose steps the window goes on."""

        def good_forms(self, *which: Any, **how: Any) -> Any:
            """Override Lookup.good_forms."""
            give_way()
            return super().good_forms(*which, **how)

    try:
        affixes, words = (
            Text(StringIO(resource_path("dictionaries", name + end).read_text("utf-8-sig")))
            for end in (".aff", ".dic")
        )
    except OSError as error:
        raise BugError(f"the dictionary {name} can't be read") from error
    with while_much_is_made():
        rules, context = readers.read_aff(affixes)
        known = readers.read_dic(words, aff=rules, context=context)
        made = Hunspell(rules, known)
        made.lookuper = InTurns(rules, known)
        made.suggester = Suggest(rules, known, made.lookuper)
        made.suggester.words_for_ngram = _Words(made.suggester.words_for_ngram)
        return made


class _Words(list[Any]):
    """All words, gone through while the window goes on."""

    def __iter__(self) -> Iterator[Any]:
        """Override list.__iter__."""
        for word in super().__iter__():
            give_way()
            yield word


_SPLIT: Final = re.compile(r"[ -]")


def _is_use(suggestion: str) -> bool:
    """Whether anybody could mean it: a word cut in two leaves no single letter over."""
    parts = _SPLIT.split(suggestion)
    return len(parts) == 1 or min(len(part) for part in parts) > 1
