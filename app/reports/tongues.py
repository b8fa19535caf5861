"""Which of our two languages words are in, where nobody has said: English or Welsh.

A record holds what people wrote, in the language in which they wrote it, and seldom says which.
A voice that reads a Welsh report aloud has to know where it is English. The small words that every
sentence is made of tell: *the*, *of*, *was*; *mae*, *yn*, *wedi*. Words that are words of both
languages tell nothing, and neither do names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from app.reports.content import Language


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ENGLISH: Final = _words(
    """
    the and of to was were is are with for that this it he she they his her their not from has have
    been being who when what which would will could should can my you your we our us but or so if
    out because there about after before than him them did does said says on off as into over
    how where while until only other another more some any each every very twice once get
    got goes go wants
    """
)
_WELSH: Final = _words(
    """
    y yr yn mae maen ac ar gan wedi oedd roedd bod fod ei eu fy dy ddim nid nad sy sydd ond gyda
    hyn hwn hon honno hynny rydw rydych rydyn rwyt dw wnes wnaeth â ef nhw fe neu os pan mewn
    drwy trwy dros heb rhag er bu bydd byddai gallai gall rhaid yw ydy ydw oes nac na mwy pob
    hefyd eto iawn nawr tra lle beth pwy pam sut faint ers ger tuag dan tan rhwng wrth am ati
    arni arno iddi iddo ganddo ganddi plentyn
    """
)
_SEGMENT: Final = re.compile(r"[^.!?:;…\n]*(?:[.!?:;…]+[”’\"')\]]*(?:\s+|$)|[.!?:;…]+|\n+|$)")
_WORD: Final = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")
_ENDS: Final = ("’n", "'n", "’r", "'r", "’i", "'i", "’u", "'u", "’w", "'w", "’ch", "'ch")
"""How small Welsh words lean on the word before them: *sy’n*, *o’r*, *i’w*."""
_ONLY_WELSH: Final = re.compile("[ŵŷŴŶ]")


def language_of(words: str) -> Language | None:
    """`en` or `cy`, where the small words of a sentence tell; None where they tell nothing."""
    english = welsh = 0
    for found in _WORD.findall(words):
        word = found.lower()
        if word in _ENGLISH:
            english += 1
        elif word in _WELSH or word.endswith(_ENDS) or _ONLY_WELSH.search(word):
            welsh += 1
    if english == welsh:
        return None
    return "en" if english > welsh else "cy"


def by_language(text: str, language: Language) -> Iterator[tuple[str, Language]]:
    """`text` in pieces of one language each; what tells nothing is in that of the report.

    Args:
        language: That of the report.
    """
    held, spoken = "", language
    for segment in _SEGMENT.findall(text):
        if not segment:
            continue
        found = language_of(segment) or language
        if held and found != spoken:
            yield held, spoken
            held = ""
        held, spoken = held + segment, found
    if held:
        yield held, spoken
