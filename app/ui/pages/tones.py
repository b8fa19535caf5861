"""Which tone of a pill stands for which kind of thing to look at."""

from __future__ import annotations


def tone_of(kind: str) -> str:
    """The tone for casework's kinds: neutral, good, attention, serious."""
    return "plain" if kind == "neutral" else kind
