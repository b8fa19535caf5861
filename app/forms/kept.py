"""A form as a JSON document, to be kept with the records and read again by the same rules.

The document has the vocabulary of the YAML files. Whatever is read back, from this casebook or
from another laptop, passes the builder that reads the built-in forms: a document that breaks one
of its rules is no form.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel

from app.core.i18n import _
from app.forms.errors import FormError
from app.forms.loader import FormBuilder, Place
from app.forms.schema import Choice, Form, Item, Question, Repeat, Words

DEEPEST: Final = 40
"""Levels of a document; a form of groups in groups is far flatter."""

_NESTED: Final = frozenset({"survey", "children", "choices"})


def document_of(form: Form) -> dict[str, Any]:
    """`form` as JSON can hold it; `form_of` gives the same form back."""
    kept = _fields(form)
    kept["choices"] = {
        name: [_choice(choice) for choice in listed] for name, listed in form.choices.items()
    }
    kept["survey"] = [_item(item) for item in form.survey]
    return kept


def form_of(document: object, *, named: str) -> Form:
    """The form that `document` describes; `named` is what mistakes are reported under.

    Raises:
        FormError: if it breaks a rule of forms.
    """
    return FormBuilder(named).form(_placed(document, named))


def _placed(value: object, named: str, level: int = 0) -> object:
    if level > DEEPEST:
        raise FormError(named, "", _("The form goes too deep."))
    if isinstance(value, Mapping):
        return Place({str(key): _placed(each, named, level + 1) for key, each in value.items()})
    if isinstance(value, list):
        return [_placed(each, named, level + 1) for each in value]
    return value


def _item(item: Item) -> dict[str, Any]:
    kept = _fields(item)
    if isinstance(item, Question):
        kept["type"] = f"{item.type} {item.list_name}" if item.list_name else item.type
        kept.pop("list_name", None)
    else:
        kept["type"] = "repeat" if isinstance(item, Repeat) else "group"
        kept["children"] = [_item(child) for child in item.children]
    return kept


def _choice(choice: Choice) -> dict[str, Any]:
    kept = _fields(choice)
    return {**kept.pop("columns", {}), **kept}


def _fields(model: BaseModel) -> dict[str, Any]:
    """What `model` says of itself, without what it holds and what it leaves at its default."""
    kept = {}
    for name, field in type(model).model_fields.items():
        if name in _NESTED:
            continue
        value = getattr(model, name)
        if field.is_required() or value != field.default:
            kept[name] = _plain(value)
    return kept


def _plain(value: Any) -> Any:
    if isinstance(value, Words):
        return dict(value.by_language)
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, BaseModel):
        return _fields(value)
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value
