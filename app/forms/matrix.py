"""Where likelihood and impact point: a table that prompts, read from `resources/reference/`.

The level itself is never taken from it. It is always the practitioner's, with reasons.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

import yaml

from app.core.errors import BugError
from app.core.paths import resource_path

FILE: Final = "judgement_matrix.yaml"
_WORDS: Final = frozenset({"code", "en", "cy"})
_CALCULATION: Final = re.compile(r"\s*matrix-level\(\s*\$\{(\w+)\}\s*,\s*\$\{(\w+)\}\s*\)\s*")


@cache
def table() -> Mapping[str, Mapping[str, str]]:
    """The level for each impact, by likelihood, the least first."""
    try:
        with resource_path("reference", FILE).open(encoding="utf-8") as file:
            entries = yaml.safe_load(file)["entries"]
        return {
            entry["code"]: {name: str(it) for name, it in entry.items() if name not in _WORDS}
            for entry in entries
        }
    except (OSError, KeyError, TypeError, yaml.YAMLError) as error:
        raise BugError("the table of likelihood and impact can't be read") from error


def level(likelihood: str, impact: str) -> str:
    """The level that the two point to; empty where one of them is not in the table."""
    return table().get(likelihood, {}).get(impact, "")


def asked_by(calculation: str | None) -> tuple[str, str] | None:
    """The names of the two questions whose answers a calculation looks up in the table."""
    found = _CALCULATION.fullmatch(calculation or "")
    return None if found is None else (found.group(1), found.group(2))
