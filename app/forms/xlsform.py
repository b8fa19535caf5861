"""Forms that a service writes in a spreadsheet: XLSForm, as `.xlsx` or as a Markdown table.

pyxform reads the sheets and checks what XLSForm itself demands; what it found is then put into the
same builder that reads the built-in forms, so that one set of rules holds. Every mistake names its
sheet and row. What Waymark does not support is refused by name, never left out.

Waymark's own columns of the survey sheet are `waymark::said_by`, `waymark::readers`,
`waymark::ask_to_quote`, `waymark::harm`, `waymark::judgement`, `waymark::strength`,
`waymark::row_label` and, for one sentence in a report, `waymark::report_section`,
`waymark::report_order`, `waymark::report_when`, `waymark::report_quote` and
`waymark::report_text` (with a language like a label). Its settings are `waymark::kind`,
`waymark::welsh_reviewed_by` and `waymark::same_in_welsh` (texts parted by `|`). An exclusive
choice says `yes` in the column `exclusive` of the choices sheet.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile, ZipFile

from app.core.i18n import _
from app.forms.appearances import why_refused
from app.forms.errors import FormError
from app.forms.loader import FormBuilder, Place
from app.forms.plan import plan_of
from app.forms.question_types import REFUSED_COLUMNS, REFUSED_SETTINGS, REFUSED_TYPES
from app.forms.schema import Form

LARGEST: Final = 10 * 1024 * 1024
"""Bytes of a form file; a form of a thousand questions is far smaller."""
LARGEST_UNPACKED: Final = 50 * 1024 * 1024
"""Bytes of all that an `.xlsx` holds; one made to fill the memory says more."""

_TYPES: Final[dict[str, str]] = {
    "select one": "select_one",
    "select all that apply": "select_multiple",
    "rank": "rank",
    "string": "text",
    "int": "integer",
    "datetime": "dateTime",
    "trigger": "acknowledge",
}
_LANGUAGES: Final = {"english": "en", "welsh": "cy", "cymraeg": "cy", "default": ""}
_BIND: Final[dict[str, str]] = {
    "relevant": "relevant",
    "constraint": "constraint",
    "required": "required",
    "readonly": "readonly",
    "calculate": "calculation",
    "jr:constraintMsg": "constraint_message",
    "jr:requiredMsg": "required_message",
}
_COPIED: Final = (
    "name",
    "label",
    "hint",
    "guidance_hint",
    "default",
    "choice_filter",
    "parameters",
)
_OWN: Final = frozenset({"said_by", "readers", "harm", "judgement"})
_OWN_FLAGS: Final = frozenset({"ask_to_quote", "strength"})
_SETTINGS: Final = frozenset(
    {
        "type",
        "name",
        "title",
        "id_string",
        "sms_keyword",
        "default_language",
        "version",
        "children",
        "choices",
        "waymark",
    }
)
_QUESTION_PARTS: Final = frozenset(
    {*_COPIED, "type", "bind", "control", "waymark", "itemset", "list_name", "choices", "children"}
)
_CHOICE_PARTS: Final = frozenset({"name", "label", "exclusive", "media", "waymark"})
_BRACKET: Final = re.compile(r"(?:begin|end)[ _]")
_ROW: Final = re.compile(r"\[row\s*:\s*(\d+)\]\s*")
_SHEET: Final = re.compile(r"['‘](survey|choices|settings)['’] sheet")
_SHEET_START: Final = re.compile(r"On the '\w+' sheet, (?:the )?")


@dataclass(frozen=True)
class Spreadsheet:
    """A form as a spreadsheet describes it, and where in the sheets each part of it stands.

    Attributes:
        survey_rows: Row of the sheet *survey* by the name of a group or question.
        choice_rows: Row of the sheet *choices* by the names of the list and the choice.
    """

    form: Form
    survey_rows: Mapping[str, int]
    choice_rows: Mapping[tuple[str, str], int]

    def where(self, place: str) -> str:
        """Sheet and row of a place as lint names it (`home / label`, `choices / colour / red`)."""
        parts = place.split(" / ")
        if parts[0] == "choices" and len(parts) > 1:
            rows = [
                row
                for (list_name, name), row in self.choice_rows.items()
                if list_name == parts[1] and (len(parts) == 2 or name == parts[2])
            ]
            return _where("choices", min(rows, default=1))
        row = self.survey_rows.get(parts[0].partition(" ")[0])
        return _where("settings", 2) if row is None else _where("survey", row)


def import_xlsform(path: Path) -> Form:
    """The form that the spreadsheet at `path` (`.xlsx` or `.md`) describes.

    Raises:
        FormError: see `read_xlsform`.
    """
    return read_xlsform(path).form


def read_xlsform(path: Path) -> Spreadsheet:
    """What the spreadsheet at `path` (`.xlsx` or `.md`) describes, and where it says so.

    Raises:
        FormError: if it is no XLSForm, or uses something that is not supported; it names the
            sheet and the row.
    """
    if path.suffix not in (".xlsx", ".md"):
        raise FormError(path.name, "", _("Only .xlsx and .md files can be read."))
    try:
        if path.stat().st_size > LARGEST:
            raise FormError(path.name, "", _("The file is too large for a form."))
    except OSError as error:
        raise FormError(
            path.name, "", _("The file cannot be read."), str(error.strerror)
        ) from error
    if path.suffix == ".xlsx":
        _refuse_swollen(path)
    reading = _Import(path)
    return Spreadsheet(reading.form(), reading.rows, reading.choice_rows)


def _refuse_swollen(path: Path) -> None:
    try:
        with ZipFile(path) as packed:
            unpacked = sum(entry.file_size for entry in packed.infolist())
    except (BadZipFile, OSError) as error:
        raise FormError(path.name, "", _("The file is not a spreadsheet.")) from error
    if unpacked > LARGEST_UNPACKED:
        raise FormError(path.name, "", _("The file is too large for a form."))


def _where(sheet: str, row: int) -> str:
    return _("sheet {sheet}, row {row}").format(sheet=sheet, row=row)


class _Import:
    def __init__(self, path: Path) -> None:
        from pyxform.errors import PyXFormError
        from pyxform.xls2json import workbook_to_json
        from pyxform.xls2json_backends import get_xlsform

        self.file = path.name
        try:
            book = get_xlsform(str(path))
            self.rows = _rows(book.survey or ())
            self.choice_rows = _choice_rows(book.choices or ())
            self.refuse_unread(book)
            self.raw = workbook_to_json(
                book, form_name="data", fallback_form_name=path.stem, warnings=[]
            )
        except PyXFormError as error:
            raise self.from_pyxform(error) from error
        except (BadZipFile, OSError, KeyError) as error:
            raise FormError(self.file, "", _("The file is not a spreadsheet.")) from error
        self.default_language = self.language(str(self.raw.get("default_language", ""))) or "en"
        self.languages: dict[str, None] = {}
        self.form_kind = "questionnaire"

    def from_pyxform(self, error: Exception) -> FormError:
        """pyxform's finding, with the sheet and the row in their place."""
        text = str(error)
        row = _ROW.search(text)
        sheet = _SHEET.search(text)
        named = sheet.group(1) if sheet else "survey"
        place = self.where(named, int(row.group(1))) if row else (named if sheet else "")
        words = _SHEET_START.sub("", _ROW.sub("", text)).strip()
        return FormError(self.file, place, words[:1].upper() + words[1:])

    @staticmethod
    def where(sheet: str, row: int) -> str:
        return _where(sheet, row)

    def fail(self, sheet: str, row: int, what: str) -> FormError:
        return FormError(self.file, self.where(sheet, row), what)

    def column(self, name: str, row: int, sheet: str = "survey") -> FormError:
        """That a column is not supported, and why where that is known."""
        why = REFUSED_COLUMNS.get(name.removeprefix("jr:"))
        if why is None:
            what = _("The column “{name}” is not supported.").format(name=name)
        else:
            what = _("The column “{name}” is not supported: {why}").format(name=name, why=why)
        return self.fail(sheet, row, what)

    def setting(self, name: str) -> FormError:
        """That a setting is not supported, and why where that is known."""
        why = REFUSED_SETTINGS.get(name)
        if why is None:
            what = _("The setting “{name}” is not supported.").format(name=name)
        else:
            what = _("The setting “{name}” is not supported: {why}").format(name=name, why=why)
        return self.fail("settings", 2, what)

    def refuse_unread(self, book: Any) -> None:
        """Whatever pyxform would quietly turn into something else."""
        for number, row in enumerate(book.survey or (), start=2):
            kind = str(_cell(row, "type") or "").strip()
            if kind.endswith((" or_other", " or other")):
                raise self.fail(
                    "survey",
                    number,
                    _("“or_other” is not supported; add the choice and a text question."),
                )
            base = kind.partition(" ")[0]
            if base in REFUSED_TYPES and not _BRACKET.match(kind):
                raise self.fail(
                    "survey",
                    number,
                    _("The type “{type}” is not supported: {why}").format(
                        type=base, why=REFUSED_TYPES[base]
                    ),
                )
        for sheet in ("entities", "osm", "external_choices"):
            if getattr(book, sheet, None):
                raise FormError(self.file, sheet, _("This sheet is not supported."))

    def form(self) -> Form:
        """The form, built by the same rules as a built-in one."""
        settings = self.raw
        for key in sorted(set(settings) - _SETTINGS):
            raise self.setting(key)
        own = self.own(settings.get("waymark"), "settings", 2)
        self.form_kind = str(own.pop("kind", "questionnaire"))
        survey = [
            self.item(child)
            for child in settings.get("children", [])
            if child.get("name") != "meta"
        ]
        choices = {
            name: [self.choice(name, choice) for choice in listed]
            for name, listed in settings.get("choices", {}).items()
        }
        version = str(settings.get("version", "1"))
        if not version.isdigit():
            raise self.fail("settings", 2, _("The version is a whole number from 1."))
        title = self.texts(settings.get("title") or settings["id_string"])
        languages = sorted({self.default_language, *self.languages}, key=self.first)
        data = Place(
            id=settings["id_string"],
            version=int(version),
            kind=self.form_kind,
            title=dict.fromkeys(languages, title[self.default_language])
            if set(title) == {self.default_language}
            else title,
            languages=languages,
            default_language=self.default_language,
            same_in_welsh=[
                text.strip() for text in own.pop("same_in_welsh", "").split("|") if text.strip()
            ],
            welsh_reviewed_by=own.pop("welsh_reviewed_by", None),
            choices=Place.at(choices, self.where("choices", 2)),
            survey=survey,
        )
        data.place = self.where("settings", 2)
        for key in sorted(own):
            raise self.setting(key)
        form = FormBuilder(self.file).form(data)
        self.check(form)
        return form

    def first(self, language: str) -> tuple[bool, str]:
        return language != self.default_language, language

    def check(self, form: Form) -> None:
        """Expressions and appearances, named by their row."""
        for fault in plan_of(form).faults:
            name = fault.place.partition(" ")[0]
            raise FormError(self.file, self.place_of(name), f"{fault.place}: {fault.what}")
        for item in form.items():
            kind = getattr(item, "type", None) or (
                "repeat" if type(item).__name__ == "Repeat" else "group"
            )
            for appearance in sorted(item.appearance):
                why = why_refused(appearance, kind)
                if why is not None:
                    raise FormError(
                        self.file,
                        self.place_of(item.name),
                        _("The appearance “{name}” is not supported: {why}").format(
                            name=appearance, why=why
                        ),
                    )

    def place_of(self, name: str) -> str:
        return self.where("survey", self.rows.get(name, 1))

    # Items --------------------------------------------------------------------------------

    def item(self, raw: Mapping[str, Any]) -> Place:
        name = str(raw.get("name", ""))
        row = self.rows.get(name, 1)
        kind = str(raw.get("type", ""))
        found = Place()
        found.place = self.where("survey", row)
        for key in sorted(set(raw) - _QUESTION_PARTS):
            raise self.column(key, row)
        found["type"] = self.kind(kind, raw, row)
        for key in _COPIED:
            if raw.get(key) not in (None, "", {}):
                translated = key in ("label", "hint", "guidance_hint")
                found[key] = self.texts(raw[key]) if translated else raw[key]
        for key, value in (raw.get("bind") or {}).items():
            if key not in _BIND:
                raise self.column(key, row)
            column = _BIND[key]
            found[column] = self.texts(value) if column.endswith("message") else _switch(value)
        self.control(found, raw.get("control") or {}, row)
        own = self.own(raw.get("waymark"), "survey", row)
        self.own_columns(found, own, row)
        if kind in ("group", "repeat"):
            found["children"] = [self.item(child) for child in raw.get("children", [])]
        return found

    def kind(self, kind: str, raw: Mapping[str, Any], row: int) -> str:
        base = _TYPES.get(kind, kind)
        if base not in ("select_one", "select_multiple", "rank"):
            return base
        itemset = str(raw.get("itemset", ""))
        if "." in itemset or "${" in itemset:
            raise self.fail(
                "survey", row, _("Choices that stand in a file or in answers are not supported.")
            )
        return f"{base} {itemset}"

    def control(self, found: Place, control: Mapping[str, Any], row: int) -> None:
        for key, value in control.items():
            if key == "appearance":
                found["appearance"] = value
            elif key == "jr:count" and found["type"] == "repeat":
                found["count"] = value
            else:
                raise self.column(key, row)

    def own(self, raw: object, sheet: str, row: int) -> dict[str, Any]:
        """Waymark's own columns of a row."""
        if raw is None:
            return {}
        if not isinstance(raw, Mapping):
            raise self.fail(sheet, row, _("Columns of Waymark are written waymark::name."))
        return dict(raw)

    def own_columns(self, found: Place, own: dict[str, Any], row: int) -> None:
        if self.form_kind == "questionnaire" and found["type"] not in ("group", "repeat"):
            found["said_by"] = "child"
        report = {
            key.removeprefix("report_"): own.pop(key)
            for key in list(own)
            if key.startswith("report_")
        }
        for key, value in own.items():
            if key in _OWN:
                found[key] = value
            elif key in _OWN_FLAGS:
                found[key] = _switch(value)
            elif key == "row_label" and found["type"] == "repeat":
                found[key] = self.texts(value) if isinstance(value, Mapping) else value
            elif key == "row_order" and found["type"] == "repeat":
                found[key] = value
            else:
                raise self.column(f"waymark::{key}", row)
        if not report:
            return
        if "text" in report:
            report["text"] = self.texts(report["text"])
        if "quote" in report:
            report["quote"] = _switch(report["quote"])
        if "order" in report:
            if not str(report["order"]).isdigit():
                raise self.fail("survey", row, _("The order is a whole number."))
            report["order"] = int(report["order"])
        found["report"] = Place.at(report, self.where("survey", row))

    def choice(self, list_name: str, raw: Mapping[str, Any]) -> Place:
        name = str(raw.get("name", ""))
        row = self.choice_rows.get((list_name, name), 1)
        found = Place(name=name)
        found.place = self.where("choices", row)
        if raw.get("label") is not None:
            found["label"] = self.texts(raw["label"])
        if raw.get("exclusive") is not None:
            found["exclusive"] = _switch(raw["exclusive"])
        media = raw.get("media") or {}
        for key, value in media.items():
            if key != "image":
                raise self.column(key, row, "choices")
            found["image"] = next(iter(value.values())) if isinstance(value, Mapping) else value
        for key, value in raw.items():
            if key not in _CHOICE_PARTS:
                found[key] = str(value)
        return found

    # Languages ----------------------------------------------------------------------------

    def language(self, named: str) -> str:
        """The code of a language as XLSForm names it: `Welsh (cy)`, or a known name."""
        code = re.search(r"\(([A-Za-z-]+)\)\s*\Z", named)
        if code:
            return code.group(1).lower()
        return _LANGUAGES.get(named.strip().lower(), named.strip().lower())

    def texts(self, value: object) -> dict[str, str]:
        """A text by language codes; one without a language is in the form's own."""
        if not isinstance(value, Mapping):
            return {self.default_language: str(value)}
        found = {}
        for named, text in value.items():
            code = self.language(str(named)) or self.default_language
            self.languages[code] = None
            found[code] = str(text)
        return found


def _switch(value: object) -> object:
    """XLSForm's many ways to say yes and no; any other text is an expression."""
    word = str(value).strip().lower()
    if word in ("yes", "true", "true()", "1", "x"):
        return True
    if word in ("no", "false", "false()", "0", ""):
        return False
    return str(value)


def _cell(row: Mapping[str, Any], name: str) -> object:
    for key, value in row.items():
        if str(key).strip().lower().replace(" ", "_") == name:
            return value
    return None


def _rows(survey: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """In which row of the survey sheet each name stands."""
    found: dict[str, int] = {}
    for number, row in enumerate(survey, start=2):
        name = _cell(row, "name")
        if name is not None:
            found.setdefault(str(name).strip(), number)
    return found


def _choice_rows(choices: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], int]:
    """In which row of the choices sheet each choice of each list stands."""
    found: dict[tuple[str, str], int] = {}
    for number, row in enumerate(choices, start=2):
        list_name = _cell(row, "list_name") or _cell(row, "list")
        name = _cell(row, "name") or _cell(row, "value")
        if list_name is not None and name is not None:
            found.setdefault((str(list_name).strip(), str(name).strip()), number)
    return found
