"""What of ODK's forms this engine refuses, and why; `docs/forms.md` is the full table."""

from __future__ import annotations

from typing import Final

REFUSED_TYPES: Final[dict[str, str]] = {
    "file": "answers hold no files yet",
    "image": "answers hold no files yet",
    "audio": "answers hold no files yet",
    "video": "answers hold no files yet",
    "background-audio": "nobody is recorded unasked",
    "geopoint": "a laptop in an office has no place worth recording",
    "geotrace": "a laptop in an office has no place worth recording",
    "geoshape": "a laptop in an office has no place worth recording",
    "start-geopoint": "nobody is located unasked",
    "barcode": "there is no camera",
    "range": "sliders are hard to use with a screen reader; use integer with a constraint",
    "select_one_from_file": "choices stand in the form itself",
    "select_multiple_from_file": "choices stand in the form itself",
    "select_one_external": "choices stand in the form itself",
    "csv-external": "choices stand in the form itself",
    "xml-external": "choices stand in the form itself",
    "entity": "entities belong to a server",
    "audit": "the casebook keeps its own record of changes",
    "start": "the casebook keeps its own times",
    "end": "the casebook keeps its own times",
    "today": "use a calculate with today()",
    "deviceid": "the casebook knows its own device",
    "phonenumber": "a laptop has no number",
    "username": "the casebook knows who is at work",
    "email": "the casebook knows who is at work",
    "hidden": "use a calculate",
    "xml": "answers hold no markup",
}

_ON_FILES: Final = "answers hold no files yet"
_ON_PLACES: Final = "answers hold no places"
_ON_SLIDERS: Final = "sliders are hard to use with a screen reader"

REFUSED_PARAMETERS: Final[dict[str, str]] = {
    "randomize": "choices stand in the order of the form",
    "seed": "choices stand in the order of the form",
    "value": "choices stand in the form itself",
    "label": "choices stand in the form itself",
    "start": _ON_SLIDERS,
    "end": _ON_SLIDERS,
    "step": _ON_SLIDERS,
    "tick_interval": _ON_SLIDERS,
    "placeholder": _ON_SLIDERS,
    "tick_labelset": _ON_SLIDERS,
    "max-pixels": _ON_FILES,
    "quality": _ON_FILES,
    "app": "no other program is opened",
    "capture-accuracy": _ON_PLACES,
    "warning-accuracy": _ON_PLACES,
    "allow-mock-accuracy": _ON_PLACES,
    "incremental": _ON_PLACES,
    "rows": "a long answer grows with what is typed; use appearance multiline",
}

REFUSED_COLUMNS: Final[dict[str, str]] = {
    "trigger": "a calculation follows what it looks at",
    "media": "only choices have images",
    "bind": "write the column of the same meaning",
    "body": "write the column of the same meaning",
    "instance": "write the column of the same meaning",
    "save_to": "entities belong to a server",
    "intent": "no other program is opened",
    "query": "choices stand in the form itself",
    "autoplay": "only choices have images",
    "accuracyThreshold": _ON_PLACES,
}

REFUSED_SETTINGS: Final[dict[str, str]] = {
    "style": "a top-level group is a page",
    "instance_name": "the casebook names a form by its title and stage",
    "submission_url": "a form is sent by the casebook, to the service alone",
    "public_key": "the casebook encrypts everything",
    "auto_send": "a form is sent by the casebook",
    "auto_delete": "nothing is deleted but by law",
    "namespaces": "answers hold no markup",
    "instance_xmlns": "answers hold no markup",
    "prefix": "answers are not sent by text message",
    "delimiter": "answers are not sent by text message",
    "sms_separator": "answers are not sent by text message",
    "omit_instanceID": "the casebook names records itself",
    "allow_choice_duplicates": "two choices of one name cannot be told apart",
    "client_editable": "a submitted snapshot never changes",
}
