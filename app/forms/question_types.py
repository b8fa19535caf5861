"""Question types of ODK that this engine refuses, and why; `docs/forms.md` is the full table."""

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
