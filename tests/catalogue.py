"""The Welsh of the screens and reports: taken from the program, merged, compiled.

`python3 dev.py words` runs this. It reads every text of `app/`, keeps the Welsh that is there,
writes `waymark.po` and `waymark.mo`, and says what has no Welsh yet. Translators edit the `.po`.
"""

from __future__ import annotations

import re
import string
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT: Final = Path(__file__).resolve().parent.parent
FOLDER: Final = ROOT / "resources" / "locale" / "cy" / "LC_MESSAGES"
PO: Final = FOLDER / "waymark.po"
MO: Final = FOLDER / "waymark.mo"

KEYWORDS: Final = {"_": None, "N_": None, "ngettext": (1, 2)}
# In reports `say` and `_say` are `_` in the language of the report.
OF_REPORTS: Final = {**KEYWORDS, "say": None, "_say": None}

# The six forms of CLDR: none, one, two, three, six, and every other number.
NUMBERS: Final = (0, 1, 2, 3, 6, 4)
PLURAL_RULE: Final = "(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n==3 ? 3 : n==6 ? 4 : 5)"
REVIEWED_BY: Final = "X-Waymark-Reviewed-By"


class Words(Catalog):
    """A catalogue whose head says what the program needs, and no moment of making."""

    def __init__(self, reviewed_by: str = "") -> None:
        super().__init__(locale="cy", domain="waymark", fuzzy=False)
        self._num_plurals = len(NUMBERS)
        self._plural_expr = PLURAL_RULE
        self.reviewed_by = reviewed_by

    def _get_mime_headers(self) -> list[tuple[str, str]]:
        return [
            ("Project-Id-Version", "Waymark"),
            ("Language", "cy"),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
            ("Plural-Forms", f"nplurals={len(NUMBERS)}; plural={PLURAL_RULE};"),
            (REVIEWED_BY, self.reviewed_by),
        ]

    mime_headers = property(_get_mime_headers)


def forms_of(text: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    """A text, or each plural form of it."""
    if text is None:
        return ()
    return (text,) if isinstance(text, str) else tuple(text)


def entries(catalogue: Catalog) -> Iterator[Message]:
    """Every entry but the head."""
    return (message for message in catalogue if message.id)


def placeholders(text: str) -> frozenset[str]:
    """The names in braces that a text is filled in at; none where it is never filled in."""
    try:
        return frozenset(name for _, name, _, _ in string.Formatter().parse(text) if name)
    except ValueError:
        return frozenset(re.findall(r"\{(\w+)\}", text))


def keywords_of(file: str) -> Mapping[str, tuple[int, ...] | None]:
    """What translates in `file`, named from the root of the project."""
    return OF_REPORTS if file.startswith("app/reports/") else KEYWORDS


def extracted() -> Words:
    """Every text of the program, without Welsh."""
    found = Words()
    for path in sorted((ROOT / "app").rglob("*.py")):
        file = path.relative_to(ROOT).as_posix()
        for _line, text, _comments, _context in extract_from_file(
            "python", path, keywords=keywords_of(file)
        ):
            if text:
                # A line number would change the file with every change of the program.
                found.add(text, locations=[(file, 0)])
    return found


def kept() -> Words:
    """The catalogue as it is committed."""
    words = Words()
    if PO.exists():
        held = PO.read_text(encoding="utf-8")
        found = re.search(rf'^"{REVIEWED_BY}: (.*)\\n"$', held, re.MULTILINE)
        words.reviewed_by = found.group(1) if found else ""
        with PO.open("rb") as file:
            for message in entries(read_po(file)):
                words[message.id] = message
    return words


def merged(found: Catalog, held: Words) -> Words:
    """The texts of the program with the Welsh that is held; Welsh of no text is left out."""
    words = Words(held.reviewed_by)
    for message in entries(found):
        before = held.get(message.id)
        if before is not None and forms_of(before.id) != forms_of(message.id):
            before = None
        words.add(
            message.id,
            string=before.string if before else "",
            locations=sorted({(file, 0) for file, _ in message.locations}),
            flags=before.flags if before else (),
        )
    return words


def is_done(message: Message) -> bool:
    """Whether a text has all of its Welsh, and nobody doubts it."""
    wanted = len(NUMBERS) if message.pluralizable else 1
    said = [text for text in forms_of(message.string) if text]
    return len(said) == wanted and not message.fuzzy


def write(words: Words) -> None:
    """Write `waymark.po` and `waymark.mo`."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for message in entries(words):
        message.flags -= {"python-format", "python-brace-format"}
    head = "".join(f'"{name}: {value}\\n"\n' for name, value in words.mime_headers)
    with PO.open("wb") as file:
        file.write(f'# The Welsh of Waymark.\nmsgid ""\nmsgstr ""\n{head}\n'.encode())
        write_po(file, words, width=100, omit_header=True, include_lineno=False, sort_by_file=True)
    with MO.open("wb") as file:
        write_mo(file, words)


def main() -> int:
    held = kept()
    words = merged(extracted(), held)
    write(words)
    missing = [message for message in entries(words) if not is_done(message)]
    for message in missing:
        sys.stdout.write(" / ".join(forms_of(message.id)) + "\n")
    gone = len({m.id for m in entries(held)} - {m.id for m in entries(words)})
    sys.stdout.write(f"{len(words)} texts, {len(missing)} without Welsh, {gone} unused now.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
