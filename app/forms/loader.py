"""Built-in forms: YAML files read into `Form`, each mistake named with its line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, Final, cast, get_args

import yaml

from app.core.i18n import _
from app.core.paths import resource_path
from app.forms.errors import FormError
from app.forms.question_types import REFUSED_PARAMETERS, REFUSED_TYPES
from app.forms.schema import (
    JUDGEMENTS,
    KINDS,
    NOTHING,
    QUESTION_TYPES,
    READERS,
    SAID_BY,
    SELECT_TYPES,
    Choice,
    Form,
    Group,
    Item,
    Kind,
    Question,
    Repeat,
    ReportLine,
    Words,
)
from app.forms.statements import STATEMENTS

__all__ = ["FormError", "FormLibrary", "load_form"]

NAME: Final = re.compile(r"[a-z][a-z0-9_]*\Z")

_FORM_KEYS: Final = frozenset(Form.model_fields)
_GROUP_KEYS: Final = frozenset({*Group.model_fields, "type"})
_REPEAT_KEYS: Final = frozenset({*Repeat.model_fields, "type"})
_QUESTION_KEYS: Final = frozenset(Question.model_fields) - {"list_name"}
_REPORT_KEYS: Final = frozenset(ReportLine.model_fields)


class Place(dict[str, Any]):
    """A mapping of a form's file that knows where in it it stands (`line 12`)."""

    place: str = ""

    @classmethod
    def at(cls, entries: Mapping[str, Any], place: str) -> Place:
        """`entries` as standing at `place`."""
        found = cls(entries)
        found.place = place
        return found


class _Reader(yaml.CSafeLoader):
    """YAML without its surprises: `yes`, `no` and dates stay text, a key may stand once."""


_Reader.yaml_implicit_resolvers = {
    first: [
        (tag, pattern)
        for tag, pattern in resolvers
        if tag not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool")
    ]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
_Reader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


def _mapping(loader: _Reader, node: yaml.MappingNode) -> Place:
    found = Place()
    found.place = _("line {line}").format(line=node.start_mark.line + 1)
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if isinstance(key, bool):
            key = "true" if key else "false"
        if str(key) in found:
            raise yaml.constructor.ConstructorError(
                None, None, _("“{key}” stands twice.").format(key=key), key_node.start_mark
            )
        found[str(key)] = loader.construct_object(value_node, deep=True)
    return found


_Reader.add_constructor("tag:yaml.org,2002:map", _mapping)


def load_form(path: Path) -> Form:
    """The form that the YAML file at `path` holds.

    Raises:
        FormError: if the file cannot be read or does not describe a form.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise FormError(
            path.name, "", _("The file cannot be read."), error.strerror or ""
        ) from error
    except UnicodeDecodeError as error:
        raise FormError(path.name, "", _("The file is not UTF-8 text.")) from error
    return form_from_yaml(text, file=path.name)


def form_from_yaml(text: str, *, file: str) -> Form:
    """The form that `text` describes; `file` is what mistakes are reported under."""
    try:
        data = yaml.load(text, Loader=_Reader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise FormError(
            file, _("line {line}").format(line=line), error.problem or _("This is not YAML.")
        ) from error
    except yaml.YAMLError as error:
        raise FormError(file, "", _("This is not YAML.")) from error
    return FormBuilder(file).form(data)


class FormBuilder:
    """Turns plain mappings into the frozen models, and says where a mistake stands."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.default_language = "en"
        self.names: dict[str, str] = {}
        self.lists: dict[str, tuple[Choice, ...]] = {}

    def fail(self, what: str, place: str, at: object = None) -> FormError:
        if isinstance(at, Place) and at.place:
            place = f"{place} ({at.place})" if place else at.place
        return FormError(self.file, place, what)

    def keys(self, data: object, allowed: frozenset[str], place: str) -> Place:
        if not isinstance(data, Place):
            raise self.fail(_("A mapping of names to values is needed here."), place)
        for key in data:
            if key not in allowed:
                raise self.fail(_("“{key}” is not a known column.").format(key=key), place, data)
        return data

    def words(self, value: object, place: str, at: object) -> Words:
        if value is None:
            return NOTHING
        if isinstance(value, Mapping):
            texts = {
                str(language): self.string(text, place, at) for language, text in value.items()
            }
        else:
            texts = {self.default_language: self.string(value, place, at)}
        return Words(by_language=texts, default_language=self.default_language)

    def string(self, value: object, place: str, at: object) -> str:
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, str | int | float):
            return str(value).strip()
        raise self.fail(_("Text is needed here."), place, at)

    def expression(self, data: Place, key: str, place: str) -> str | None:
        value = data.get(key)
        if value is None:
            return None
        if isinstance(value, bool):
            return "true()" if value else "false()"
        return self.string(value, f"{place} / {key}", data) or None

    def switch(self, data: Place, key: str, place: str) -> bool | str:
        """A column that is yes, no or an expression."""
        value = data.get(key)
        if value is None or isinstance(value, bool):
            return bool(value)
        text = self.string(value, f"{place} / {key}", data)
        if text in ("yes", "true", "true()"):
            return True
        if text in ("", "no", "false", "false()"):
            return False
        return text

    def flag(self, data: Place, key: str, place: str) -> bool:
        value = data.get(key, False)
        if isinstance(value, bool):
            return value
        if value in ("yes", "no"):
            return bool(value == "yes")
        raise self.fail(_("“{key}” is true or false.").format(key=key), place, data)

    def one_of(self, data: Place, key: str, allowed: Iterable[str], place: str) -> str | None:
        value = data.get(key)
        if value is None:
            return None
        if value not in tuple(allowed):
            raise self.fail(
                _("“{key}” is one of {allowed}.").format(key=key, allowed=", ".join(allowed)),
                place,
                data,
            )
        return cast(str, value)

    def name(self, data: Place, place: str) -> str:
        name = data.get("name")
        if not isinstance(name, str) or not name:
            raise self.fail(_("A name is missing."), place, data)
        if not NAME.match(name):
            raise self.fail(
                _("The name “{name}” is not in small letters, digits and underscores.").format(
                    name=name
                ),
                place,
                data,
            )
        if name == STATEMENTS:
            raise self.fail(
                _("The name “{name}” is kept for what sources said.").format(name=name), place, data
            )
        if name in self.names:
            raise self.fail(
                _("The name “{name}” is used twice; first: {place}.").format(
                    name=name, place=self.names[name]
                ),
                place,
                data,
            )
        self.names[name] = data.place
        return name

    def form(self, raw: object) -> Form:
        data = self.keys(raw, _FORM_KEYS, "")
        for key in ("id", "version", "kind", "title", "survey"):
            if data.get(key) is None:
                raise self.fail(_("“{key}” is missing.").format(key=key), "", data)
        form_id, version = data["id"], data["version"]
        if not isinstance(form_id, str) or not NAME.match(form_id):
            raise self.fail(
                _("The id is not in small letters, digits and underscores."), "id", data
            )
        if not isinstance(version, int) or isinstance(version, bool) or version < 1:
            raise self.fail(_("The version is a whole number from 1."), "version", data)
        kind = cast(Kind, self.one_of(data, "kind", KINDS, ""))
        self.default_language = self.string(
            data.get("default_language", "en"), "default_language", data
        )
        languages = data.get("languages") or [self.default_language]
        if not isinstance(languages, list) or self.default_language not in languages:
            raise self.fail(
                _("The default language is not among the languages."), "languages", data
            )
        same = data.get("same_in_welsh") or []
        if not isinstance(same, list):
            raise self.fail(_("A list is needed here."), "same_in_welsh", data)
        self.lists = self.choice_lists(data.get("choices"))
        reviewed = data.get("welsh_reviewed_by")
        return Form(
            id=form_id,
            version=version,
            kind=kind,
            title=self.words(data["title"], "title", data),
            languages=tuple(self.string(language, "languages", data) for language in languages),
            default_language=self.default_language,
            welsh_reviewed_by=None if reviewed is None else str(reviewed),
            same_in_welsh=frozenset(self.string(text, "same_in_welsh", data) for text in same),
            choices=self.lists,
            survey=self.children(data["survey"], "survey", data),
        )

    def choice_lists(self, raw: object) -> dict[str, tuple[Choice, ...]]:
        if raw is None:
            return {}
        if not isinstance(raw, Place):
            raise self.fail(_("A mapping of names to values is needed here."), "choices")
        lists = {}
        for list_name, entries in raw.items():
            place = f"choices / {list_name}"
            if not isinstance(entries, list) or not entries:
                raise self.fail(_("A list of choices is needed here."), place, raw)
            lists[list_name] = tuple(self.choice(entry, place) for entry in entries)
            seen: set[str] = set()
            for choice, entry in zip(lists[list_name], entries, strict=True):
                if choice.name in seen:
                    raise self.fail(
                        _("The choice “{name}” stands twice.").format(name=choice.name),
                        place,
                        entry,
                    )
                seen.add(choice.name)
        return lists

    def choice(self, raw: object, place: str) -> Choice:
        if not isinstance(raw, Place):
            raise self.fail(_("A mapping of names to values is needed here."), place)
        if "name" not in raw:
            raise self.fail(_("A name is missing."), place, raw)
        name = self.string(raw["name"], place, raw)
        if not name or any(letter.isspace() for letter in name):
            raise self.fail(_("The name of a choice holds no space."), place, raw)
        image = raw.get("image")
        return Choice(
            name=name,
            label=self.words(raw.get("label"), f"{place} / {name}", raw),
            exclusive=self.flag(raw, "exclusive", f"{place} / {name}"),
            image=None if image is None else self.string(image, place, raw),
            columns={
                key: self.string(value, f"{place} / {name}", raw)
                for key, value in raw.items()
                if key not in ("name", "label", "exclusive", "image")
            },
        )

    def children(self, raw: object, place: str, at: object) -> tuple[Item, ...]:
        if not isinstance(raw, list):
            raise self.fail(_("A list of questions is needed here."), place, at)
        return tuple(self.item(entry, place) for entry in raw)

    def item(self, raw: object, place: str) -> Item:
        if not isinstance(raw, Place):
            raise self.fail(_("A mapping of names to values is needed here."), place)
        kind = raw.get("type")
        if not isinstance(kind, str) or not kind:
            raise self.fail(_("A type is missing."), place, raw)
        if kind in ("group", "repeat"):
            return self.group(raw, kind, place)
        return self.question(raw, kind, place)

    def group(self, raw: Place, kind: str, place: str) -> Group:
        name = self.name(raw, place)
        place = f"{place} / {name}"
        self.keys(raw, _REPEAT_KEYS if kind == "repeat" else _GROUP_KEYS, place)
        shared: dict[str, Any] = {
            "name": name,
            "label": self.words(raw.get("label"), f"{place} / label", raw),
            "hint": self.words(raw.get("hint"), f"{place} / hint", raw),
            "relevant": self.expression(raw, "relevant", place),
            "appearance": self.word_set(raw, "appearance", place),
            "children": self.children(raw.get("children"), place, raw),
        }
        if kind == "group":
            return Group(**shared)
        row_label = raw.get("row_label")
        return Repeat(
            **shared,
            row_label=(
                self.words(row_label, f"{place} / row_label", raw)
                if isinstance(row_label, Mapping)
                else row_label
            ),
            row_order=self.expression(raw, "row_order", place),
            count=self.expression(raw, "count", place),
        )

    def word_set(self, data: Place, key: str, place: str) -> frozenset[str]:
        value = data.get(key)
        if value is None:
            return frozenset()
        if isinstance(value, list):
            return frozenset(self.string(entry, place, data) for entry in value)
        return frozenset(self.string(value, place, data).split())

    def question(self, raw: Place, kind: str, place: str) -> Question:
        name = self.name(raw, place)
        place = f"{place} / {name}"
        self.keys(raw, _QUESTION_KEYS, place)
        base, list_name = self.question_type(kind, place, raw)
        readers = self.word_set(raw, "readers", place)
        for reader in readers:
            if reader not in READERS:
                raise self.fail(
                    _("“{key}” is one of {allowed}.").format(
                        key="readers", allowed=", ".join(READERS)
                    ),
                    place,
                    raw,
                )
        default = raw.get("default")
        fields: dict[str, Any] = {
            "name": name,
            "type": base,
            "list_name": list_name,
            "relevant": self.expression(raw, "relevant", place),
            "constraint": self.expression(raw, "constraint", place),
            "required": self.switch(raw, "required", place),
            "calculation": self.expression(raw, "calculation", place),
            "default": None if default is None else self.string(default, place, raw),
            "readonly": self.switch(raw, "readonly", place),
            "choice_filter": self.expression(raw, "choice_filter", place),
            "appearance": self.word_set(raw, "appearance", place),
            "parameters": self.parameters(raw, place),
            "said_by": self.one_of(raw, "said_by", SAID_BY, place) or "practitioner",
            "ask_to_quote": self.flag(raw, "ask_to_quote", place),
            "harm": self.expression(raw, "harm", place),
            "judgement": self.one_of(raw, "judgement", JUDGEMENTS, place),
            "strength": self.flag(raw, "strength", place),
            "report": tuple(self.report_line(line, place) for line in self.lines(raw, place)),
        }
        if readers:
            fields["readers"] = readers
        for key in ("label", "hint", "guidance_hint", "constraint_message", "required_message"):
            if raw.get(key) is not None:
                fields[key] = self.words(raw[key], f"{place} / {key}", raw)
        return Question(**fields)

    def question_type(self, kind: str, place: str, at: Place) -> tuple[str, str | None]:
        base, _space, list_name = kind.partition(" ")
        list_name = list_name.strip()
        if base in REFUSED_TYPES:
            raise self.fail(
                _("The type “{type}” is not supported: {why}").format(
                    type=base, why=REFUSED_TYPES[base]
                ),
                place,
                at,
            )
        if base not in QUESTION_TYPES:
            raise self.fail(_("“{type}” is not a type of question.").format(type=kind), place, at)
        if base not in SELECT_TYPES:
            if list_name:
                raise self.fail(_("Only a select has a choice list."), place, at)
            return base, None
        if not list_name:
            raise self.fail(_("The choice list of this select is missing."), place, at)
        if list_name not in self.lists:
            raise self.fail(
                _("There is no choice list “{name}”.").format(name=list_name), place, at
            )
        return base, list_name

    def parameters(self, data: Place, place: str) -> dict[str, str]:
        value = data.get("parameters")
        if value is None:
            return {}
        names = (
            list(value)
            if isinstance(value, Mapping)
            else re.findall(r"([^\s=,;]+)\s*=", self.string(value, place, data))
        )
        for name in names:
            raise self.fail(
                _("The parameter “{name}” is not supported: {why}").format(
                    name=name, why=REFUSED_PARAMETERS.get(name, "there is no such parameter")
                ),
                place,
                data,
            )
        return {}

    def lines(self, data: Place, place: str) -> list[object]:
        value = data.get("report")
        if value is None:
            return []
        if isinstance(value, list):
            return value
        if isinstance(value, Place):
            return [value]
        raise self.fail(_("A list is needed here."), f"{place} / report", data)

    def report_line(self, raw: object, place: str) -> ReportLine:
        place = f"{place} / report"
        data = self.keys(raw, _REPORT_KEYS, place)
        if data.get("section") is None:
            raise self.fail(_("“{key}” is missing.").format(key="section"), place, data)
        by_value = data.get("by_value") or {}
        if not isinstance(by_value, Mapping):
            raise self.fail(_("A mapping of names to values is needed here."), place, data)
        order = data.get("order", 0)
        if not isinstance(order, int):
            raise self.fail(_("The order is a whole number."), place, data)
        return ReportLine(
            section=self.string(data["section"], place, data),
            order=order,
            text=self.words(data.get("text"), place, data),
            when=self.expression(data, "when", place),
            by_value={key: self.words(text, place, data) for key, text in by_value.items()},
            quote=self.flag(data, "quote", place),
        )


_VERSIONED: Final = re.compile(r"(?P<id>[a-z][a-z0-9_]*?)\.v(?P<version>\d+)\Z")


class FormLibrary:
    """The forms at hand: files named `<id>.yaml`, older versions `<id>.v<n>.yaml`.

    A file is read when its form is first asked for, and once.
    """

    def __init__(self, folder: Path) -> None:
        self._newest: dict[str, Path] = {}
        self._older: dict[tuple[str, int], Path] = {}
        self._read: dict[Path, Form] = {}
        self._lock = Lock()
        for path in sorted(folder.glob("*.yaml")):
            versioned = _VERSIONED.match(path.stem)
            if versioned:
                self._older[versioned["id"], int(versioned["version"])] = path
            else:
                self._newest[path.stem] = path

    @staticmethod
    def built_in() -> FormLibrary:
        """The forms that ship with the program; the same library each time."""
        return _built_in()

    def form(self, form_id: str, version: int | None = None) -> Form:
        """The form of that id, in that version or else in the newest.

        Raises:
            FormError: if there is no such form or version, or its file is wrong.
        """
        path = self._newest.get(form_id)
        if version is not None:
            path = self._older.get((form_id, version), path)
        if path is None:
            raise FormError(form_id, "", _("There is no form of this name."))
        form = self._load(path)
        if form.id != form_id:
            raise FormError(path.name, "id", _("The id is not the name of the file."))
        if version is not None and form.version != version:
            raise FormError(
                form_id, "", _("Version {version} of it is not here.").format(version=version)
            )
        return form

    def has(self, form_id: str) -> bool:
        """Whether there is a form of that id, in any version."""
        return form_id in self._newest

    def moves_drafts_on(self, form_id: str) -> bool:
        """Whether a draft goes on in the newest version of its form, see `upgrades`."""
        return self.has(form_id)

    def forms(self) -> tuple[Form, ...]:
        """Every form in its newest version, by id."""
        return tuple(self.form(form_id) for form_id in self._newest)

    def of_kind(self, kind: str) -> tuple[Form, ...]:
        """The forms of one kind (`assessment`, `resettlement`, `questionnaire`)."""
        if kind not in get_args(Kind):
            raise KeyError(kind)
        return tuple(form for form in self.forms() if form.kind == kind)

    def _load(self, path: Path) -> Form:
        with self._lock:
            if path not in self._read:
                self._read[path] = load_form(path)
            return self._read[path]


@cache
def _built_in() -> FormLibrary:
    return FormLibrary(resource_path("forms"))
