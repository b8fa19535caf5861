"""One fingerprint of what a report says, printed on each of its pages."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from datetime import date
from typing import Any

from app.core.errors import BugError
from app.reports.content import Report

FORMAT = 1
"""Changes when the canonical text of a report changes, so that an old hash is never misread."""


def content_hash(report: Report) -> str:
    """The SHA-256 of everything `report` says, as 64 hexadecimal digits.

    Whether it is a draft does not count: the final report bears the hash of the draft that was
    checked, if not a word was changed in between.
    """
    return hashlib.sha256(canonical(report)).hexdigest()


def canonical(report: Report) -> bytes:
    """`report` as the bytes that are hashed: ASCII JSON, keys sorted, each value with its type."""
    content = _plain(report)
    del content["status"]
    text = json.dumps(
        {"format": FORMAT, "report": content},
        ensure_ascii=True,
        sort_keys=True,
        separators=(",", ":"),
    )
    return text.encode("ascii")


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        fields = {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
        return {"is": type(value).__name__, **fields}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise BugError(f"a report cannot hold a {type(value).__name__}")
