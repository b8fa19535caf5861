"""The Welsh of the screens: all of it there, filled in at the same places, and never guessed at."""

from __future__ import annotations

import ast
import gettext
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from reportlab.pdfbase.ttfonts import TTFontFile

from app.core import i18n
from app.reports.words import wording
from tests import catalogue

# Words of both languages.
SAME_IN_WELSH = {"Hash", "Panel", "Person"}
HAS_WORDS = 2


@pytest.fixture(scope="module")
def held() -> catalogue.Words:
    """The catalogue as it is committed."""
    return catalogue.kept()


@pytest.fixture(scope="module")
def found() -> catalogue.Words:
    """Every text of the program."""
    return catalogue.extracted()


def _calls(file: str, tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            name = (
                function.id
                if isinstance(function, ast.Name)
                else function.attr
                if isinstance(function, ast.Attribute)
                else ""
            )
            if name in catalogue.keywords_of(file):
                yield node


def _sources() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((catalogue.ROOT / "app").rglob("*.py")):
        yield (
            path.relative_to(catalogue.ROOT).as_posix(),
            ast.parse(path.read_text(encoding="utf-8")),
        )


def _ids(words: Catalog) -> set[tuple[str, ...]]:
    return {catalogue.forms_of(message.id) for message in catalogue.entries(words)}


def test_every_text_of_the_program_is_in_the_catalogue(
    found: catalogue.Words, held: catalogue.Words
) -> None:
    new = _ids(found) - _ids(held)
    gone = _ids(held) - _ids(found)
    assert (new, gone) == (set(), set()), "run `python3 dev.py words`, then translate"


def test_every_text_has_its_welsh(held: catalogue.Words) -> None:
    bare = [message.id for message in catalogue.entries(held) if not catalogue.is_done(message)]
    assert bare == []


def _misfilled(message: Message) -> Iterator[str]:
    one, *many = (catalogue.placeholders(text) for text in catalogue.forms_of(message.id))
    for count, text in zip(catalogue.NUMBERS, catalogue.forms_of(message.string), strict=False):
        wanted = [one, *many] if count == 1 else many or [one]
        if catalogue.placeholders(text) not in wanted:
            yield text


def test_placeholders_are_those_of_the_english(held: catalogue.Words) -> None:
    wrong = [text for message in catalogue.entries(held) for text in _misfilled(message)]
    assert wrong == []


@pytest.mark.parametrize(
    ("english", "welsh"),
    [
        ("Due {day}", "I’w wneud erbyn {dydd}"),
        ("Due {day}", "I’w wneud"),
        ("Due", "I’w wneud erbyn {day}"),
        (("{count} page", "{count} pages"), ("{count} tudalen",) * 5 + ("tudalennau",)),
    ],
)
def test_a_lost_or_translated_placeholder_is_noticed(
    english: str | tuple[str, str], welsh: str | tuple[str, ...]
) -> None:
    assert list(_misfilled(Message(english, string=welsh)))


def test_a_keyboard_hint_stands_where_the_english_has_one(held: catalogue.Words) -> None:
    def hints(text: str) -> int:
        return sum(after.isalpha() for before, after in pairwise(text) if before == "&")

    wrong = [
        text
        for message in catalogue.entries(held)
        for text in catalogue.forms_of(message.string)
        if hints(text) != hints(catalogue.forms_of(message.id)[0])
    ]
    assert wrong == []


def test_the_compiled_catalogue_says_what_the_text_says(held: catalogue.Words) -> None:
    with catalogue.MO.open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for message in catalogue.entries(held):
        one, *many = catalogue.forms_of(message.id)
        if not many:
            assert compiled.gettext(one) == message.string
        else:
            for count, text in zip(catalogue.NUMBERS, message.string, strict=True):
                assert compiled.ngettext(one, many[0], count) == text
    assert compiled.info()[catalogue.REVIEWED_BY.lower()] == held.reviewed_by


def test_english_passes_for_welsh_only_where_it_is_listed(held: catalogue.Words) -> None:
    def bare(text: str) -> str:
        for name in catalogue.placeholders(text):
            text = text.replace(f"{{{name}}}", "")
        return "".join(letter for letter in text if letter.isalpha())

    same = {
        one
        for message in catalogue.entries(held)
        for one, *_ in [catalogue.forms_of(message.id)]
        if one in catalogue.forms_of(message.string) and len(bare(one)) > HAS_WORDS
    }
    assert same == SAME_IN_WELSH


def test_every_letter_of_the_welsh_is_in_the_fonts(held: catalogue.Words) -> None:
    letters = {
        letter
        for message in catalogue.entries(held)
        for text in catalogue.forms_of(message.string)
        for letter in text
        if letter.isalpha() or letter in "’“”"
    }
    fonts = sorted((catalogue.ROOT / "resources" / "fonts").glob("*.ttf"))
    assert fonts
    for font in fonts:
        drawn = TTFontFile(str(font)).charToGlyph
        missing = {letter for letter in letters | set("ŵŷŴŶ") if ord(letter) not in drawn}
        assert (font.name, missing) == (font.name, set())


def test_nothing_is_filled_in_before_it_is_translated() -> None:
    filled = [
        f"{file}:{call.lineno}"
        for file, tree in _sources()
        for call in _calls(file, tree)
        for argument in call.args
        if isinstance(argument, ast.JoinedStr | ast.BinOp)
        or (
            isinstance(argument, ast.Call)
            and isinstance(argument.func, ast.Attribute)
            and argument.func.attr == "format"
        )
    ]
    assert filled == []


def _said_at_import(file: str, tree: ast.Module) -> Iterator[int]:
    later = {
        id(inside)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for inside in ast.walk(node)
    }
    for call in _calls(file, tree):
        marked = isinstance(call.func, ast.Name) and call.func.id == "N_"
        if id(call) not in later and not marked:
            yield call.lineno


def test_nothing_is_translated_once_and_for_all() -> None:
    # Said at import, it would stay in the language that was spoken then.
    assert [f"{file}:{at}" for file, tree in _sources() for at in _said_at_import(file, tree)] == []


@pytest.mark.parametrize(
    ("count", "pages", "children"),
    [
        (0, "0 tudalen", "0 mis"),
        (1, "1 dudalen", "1 mis"),
        (2, "2 dudalen", "2 fis"),
        (3, "3 tudalen", "3 mis"),
        (6, "6 thudalen", "6 mis"),
        (11, "11 tudalen", "11 mis"),
    ],
)
def test_numbers_mutate_what_they_count(count: int, pages: str, children: str) -> None:
    i18n.set_language("cy")
    assert i18n.ngettext("{count} page", "{count} pages", count).format(count=count) == pages
    assert i18n.ngettext("{count} month", "{count} months", count).format(count=count) == children


def test_help_names_the_buttons_as_they_read() -> None:
    i18n.set_language("cy")
    whole = "\n".join(
        i18n._(one)
        for message in catalogue.entries(catalogue.kept())
        for one in catalogue.forms_of(message.id)[:1]
        if "“I can’t remember it”" in one or "“Restore from a backup”" in one or "14:02" in one
    )
    for button in ("I can’t remember it", "Restore from a backup"):
        assert f"“{i18n._(button)}”" in whole
    assert i18n._("Saved here {time}").format(time="14:02") in whole


def test_a_report_speaks_welsh_whatever_the_screen_speaks() -> None:
    i18n.set_language("en")
    assert wording("cy")("What was not available") == "Beth nad oedd ar gael"
    assert wording("en")("What was not available") == "What was not available"


def test_unreviewed_welsh_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    i18n.set_language("en")
    assert i18n.is_reviewed()
    i18n.set_language("cy")
    assert i18n.is_reviewed() == bool(catalogue.kept().reviewed_by)
    monkeypatch.setattr(i18n._current, "_info", {catalogue.REVIEWED_BY.lower(): "Ann Example"})
    assert i18n.is_reviewed()


def test_merging_keeps_what_was_translated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogue, "FOLDER", tmp_path)
    monkeypatch.setattr(catalogue, "PO", tmp_path / "waymark.po")
    monkeypatch.setattr(catalogue, "MO", tmp_path / "waymark.mo")
    before = catalogue.Words(reviewed_by="Ann Example")
    before.add("Child", string="Plentyn")
    before.add("Gone", string="Wedi mynd")
    before.add(("{count} page", "{count} pages"), string=("{count} tudalen",) * 6)
    catalogue.write(before)
    now = catalogue.Words()
    now.add("Child", locations=[("app/one.py", 3)])
    now.add("New", locations=[("app/one.py", 4)])
    now.add(("{count} page", "{count} pages"))
    catalogue.write(catalogue.merged(now, catalogue.kept()))
    after = catalogue.kept()
    assert after.reviewed_by == "Ann Example"
    assert {m.id: m.string for m in catalogue.entries(after) if isinstance(m.id, str)} == {
        "Child": "Plentyn",
        "New": "",
    }
    pages = after.get("{count} page")
    assert pages is not None
    assert catalogue.is_done(pages)
