"""How what two people wrote becomes one record: the server is the judge, and no clock is asked.

For each field that an operation writes: it has effect where nobody else wrote that field since
the revision that its device rested on, or where the field still holds what the device started
from. Where both wrote the same value there is nothing to do. Otherwise both values are kept as a
conflict for a person; the record keeps the value that was there first, or of two levels the more
severe. A record that one person took out of use while another wrote in it stays in use, and a
person decides.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

# From the least to the most severe; the values of every judgement.
LEVELS: Final = ("low", "medium", "high", "very_high")

# Fields that hold a set: what one person adds and another takes away doesn't collide.
SETS: Final = frozenset(
    {"child.languages", "hearing.offence_ids", "outcome.offence_ids", "victim.offence_ids"}
)

# When a record was made: whoever's laptop has it from elsewhere says no other moment.
FIRST_COUNTS: Final = frozenset({"created_at"})

# Types of record that are only ever added to: a correction is a new one.
APPEND_ONLY: Final = frozenset({"chronology_entry", "report_signature", "disclosure"})
# What may still be written of such a record: whose it is, and that it is out of use.
STILL_WRITTEN: Final = frozenset({"child_id", "removed_at"})

# What no child-facing view shows and only some roles may hold.
RESTRICTED: Final = frozenset({"victim"})

# Types whose conflicts concern somebody's safety whatever the field.
SAFETY_TYPES: Final = frozenset({"alert", "consent", "harm_prompt", "care_status"})

# A snapshot never changes: while the field named here holds one of these values, no field that
# starts with one of the prefixes may be written.
SEALED: Final[Mapping[str, tuple[str, frozenset[str], tuple[str, ...]]]] = {
    "form_record": (
        "state",
        frozenset({"submitted", "countersigned", "returned", "superseded"}),
        ("answers.",),
    ),
    "report": (
        "state",
        frozenset({"final", "withdrawn", "superseded"}),
        ("content", "pdf", "proposal"),
    ),
}

# What is drawn from other fields, by the start of its name: two drafts of it lose nobody's words,
# so the later one stands until it is drawn anew. What was closed first stays.
DRAWN: Final[Mapping[str, tuple[str, ...]]] = {"report": ("content", "pdf")}
# Of these alone both are kept where two people closed what is drawn; the others follow from it.
DRAWN_BYTES: Final = frozenset({"report.pdf"})

# Who did something that two people may do at once, to the same effect: the first is named.
FIRST_NAMED: Final = frozenset(
    f"report.{name}"
    for name in (
        *("check_asked_at", "check_asked_by", "checked_at", "checked_by"),
        *("finalised_at", "finalised_by"),
    )
)

# Fields that hold several things by name: who writes different ones doesn't collide, and a list
# among them is a set.
NAMED_PARTS: Final = frozenset({"report.details"})

# When a record was taken out of use; None while it is in use.
REMOVED: Final = "removed_at"

Outcome = Literal["applied", "merged", "conflict"]


@dataclass(frozen=True)
class Held:
    """A record as the server holds it.

    Attributes:
        rev: How many times it was written.
        fields: Its fields; one that is None is not among them.
        field_rev: The revision at which each field was last written.
    """

    rev: int
    fields: Mapping[str, Any]
    field_rev: Mapping[str, int]


@dataclass(frozen=True)
class Collision:
    """A field that two people wrote.

    Attributes:
        current: What counts until a person decides.
        safety: Whether somebody's safety may depend on it.
    """

    field: str
    base: Any
    theirs: Any
    mine: Any
    current: Any
    safety: bool


@dataclass(frozen=True)
class Merged:
    """What became of an operation's fields.

    Attributes:
        record: The record afterwards; the same object as before where nothing was written.
        collisions: One for each field that two people wrote.
        outcome: *merged*: somebody else had written other fields since.
    """

    record: Held
    outcome: Outcome
    collisions: tuple[Collision, ...] = field(default=())


NOTHING: Final = Held(0, {}, {})


def merge(
    held: Held,
    type_: str,
    set_to: Mapping[str, Any],
    base: Mapping[str, Any],
    base_rev: int,
    *,
    by_others: Collection[str] | None = None,
    whole: bool = False,
) -> Merged:
    """Write an operation's fields into a record.

    Args:
        held: The record, `NOTHING` where there is none yet.
        type_: The type of the record.
        set_to, base: By field: as written, and as it stood before on the device.
        base_rev: The revision that the device rested on.
        by_others: Fields that somebody else wrote last; None: any may be.
        whole: The operation closes the record and says all of what is closed with it (`SEALED`).
            It counts as it was closed; what others wrote there, unseen, becomes a conflict.
    """
    if held is NOTHING:
        return _made(set_to)
    rev = held.rev + 1
    fields, field_rev = dict(held.fields), dict(held.field_rev)
    collisions: list[Collision] = []
    wrote = False
    parted = _part_ways(held, set_to, base_rev, by_others)
    sealed = _closes(type_, held.fields)
    closing = _closes(type_, set_to) if whole and sealed is None else None
    closes = (sealed is not None, _closes(type_, set_to) is not None)
    for name, mine in _with_unsaid(held, set_to, closing).items():
        theirs, start = held.fields.get(name), base.get(name)
        if mine == theirs or (name in FIRST_COUNTS and theirs is not None):
            continue
        seen = held.field_rev.get(name, 0) <= base_rev
        stays = (sealed is not None and name.startswith(sealed)) or (parted and name == REMOVED)
        stays = stays or _is_written(held, type_, name)
        if (seen or theirs == start) and not stays:
            value = mine
        elif joined := _joined(type_, name, (start, theirs, mine), closes, stays=stays):
            (value,) = joined
            if value == theirs:
                continue
        else:
            closed = closing is not None and name.startswith(closing)
            current = theirs if stays else more_severe(theirs, mine, closed=closed)
            safety = _is_safety(type_, theirs, mine)
            collisions.append(Collision(name, start, theirs, mine, current, safety))
            if current == theirs:
                continue
            value = current
        wrote = True
        field_rev[name] = rev
        if value is None:
            fields.pop(name, None)
        else:
            fields[name] = value
    if wrote and parted and REMOVED not in set_to:
        taken_out = fields.pop(REMOVED)
        field_rev[REMOVED] = rev
        collisions.append(Collision(REMOVED, None, taken_out, None, None, False))
    after = Held(rev, fields, field_rev) if wrote else held
    moved_on = any(at > base_rev for name, at in held.field_rev.items() if name not in set_to)
    outcome: Outcome = "conflict" if collisions else "merged" if moved_on else "applied"
    return Merged(after, outcome, tuple(collisions))


def _made(set_to: Mapping[str, Any]) -> Merged:
    """Make a record: nothing can stand against what is written first."""
    fields = {name: value for name, value in set_to.items() if value is not None}
    return Merged(Held(1, fields, dict.fromkeys(fields, 1)) if fields else NOTHING, "applied")


def _part_ways(
    held: Held,
    set_to: Mapping[str, Any],
    base_rev: int,
    by_others: Collection[str] | None,
) -> bool:
    """Whether one person took the record out of use while another wrote in it."""
    taken_out = held.fields.get(REMOVED) is not None
    taking_out = set_to.get(REMOVED) is not None
    if (taken_out and REMOVED in set_to) or not (taken_out or taking_out):
        return False
    unseen = {
        name
        for name, at in held.field_rev.items()
        if at > base_rev and (by_others is None or name in by_others)
    }
    return REMOVED in unseen if taken_out else bool(unseen - {REMOVED})


def merged_set(base: Any, theirs: Any, mine: Any) -> list[Any]:
    """A set after two people changed it: what either added is in it, what either took away is not.

    Order is theirs, then what was added here.
    """
    start, held, wanted = _as_list(base), _as_list(theirs), _as_list(mine)
    added = [value for value in wanted if value not in start and value not in held]
    taken = [value for value in start if value not in wanted]
    return [value for value in held if value not in taken] + added


def _joined(
    type_: str,
    name: str,
    values: tuple[Any, Any, Any],
    closes: tuple[bool, bool],
    *,
    stays: bool,
) -> tuple[Any] | None:
    """What a field holds that two people wrote, where nothing that either said is lost by it;
    None: a person has to decide.

    Args:
        values: What both started from, theirs and mine.
        closes: Whether theirs is closed, and whether mine closes it.
        stays: Whether theirs can't change any more.
    """
    start, theirs, mine = values
    if name.startswith(DRAWN.get(type_, ())):
        if all(closes) and f"{type_}.{name}" in DRAWN_BYTES:
            return None
        return (theirs,) if stays else (mine,)
    if f"{type_}.{name}" in FIRST_NAMED:
        return (theirs,)
    if name.endswith("/@order") and not stays:
        # Whoever comes last decides in which order rows are shown; no words are lost.
        return (mine,)
    made: Any = None
    if f"{type_}.{name}" in SETS and not stays:
        made = merged_set(start, theirs, mine)
    elif f"{type_}.{name}" in NAMED_PARTS and not stays:
        made = merged_parts(start, theirs, mine)
    return None if made is None else (made,)


def merged_parts(base: Any, theirs: Any, mine: Any) -> dict[str, Any] | None:
    """What is held by name after two people changed it; None where they changed one thing to two
    that are not both to be had."""
    start, held, wanted = (
        value if isinstance(value, Mapping) else {} for value in (base, theirs, mine)
    )
    made = dict(held)
    for name in {**start, **wanted}:
        was, is_, to = start.get(name), held.get(name), wanted.get(name)
        value: Any = to
        if to in (was, is_):
            continue
        if is_ == was:
            pass
        elif isinstance(to, list) and isinstance(is_, list):
            value = merged_set(was, is_, to)
        elif isinstance(to, Mapping) and isinstance(is_, Mapping):
            value = merged_parts(was, is_, to)
            if value is None:
                return None
        else:
            return None
        if value is None:
            made.pop(name, None)
        else:
            made[name] = value
    return made


def more_severe(theirs: Any, mine: Any, *, closed: bool = False) -> Any:
    """Of two levels the more severe; of anything else, theirs. Mine where it was closed so."""
    if closed:
        return mine
    one, other = level_of(theirs), level_of(mine)
    if one is None or other is None:
        return theirs
    return mine if LEVELS.index(other) > LEVELS.index(one) else theirs


def level_of(value: Any) -> str | None:
    """The level that a value, an answer that holds one, or a proposal of one, stands for; None
    for any other."""
    inner = value
    if isinstance(value, Mapping):
        inner = value.get("value", value.get("level"))
    return inner if isinstance(inner, str) and inner in LEVELS else None


def _is_safety(type_: str, theirs: Any, mine: Any) -> bool:
    levels = level_of(theirs) is not None or level_of(mine) is not None
    return levels or type_ in SAFETY_TYPES


def _is_written(held: Held, type_: str, name: str) -> bool:
    """Whether what stands in a field is what it was written with, and stays so."""
    return held.rev > 0 and type_ in APPEND_ONLY and name not in STILL_WRITTEN


def _closes(type_: str, fields: Mapping[str, Any]) -> tuple[str, ...] | None:
    """What is closed, by the starts of its fields' names, where a record of these is closed."""
    rule = SEALED.get(type_)
    if rule is None:
        return None
    name, values, prefixes = rule
    value = fields.get(name)
    return prefixes if isinstance(value, str) and value in values else None


def _with_unsaid(
    held: Held, set_to: Mapping[str, Any], closing: tuple[str, ...] | None
) -> Mapping[str, Any]:
    """What an operation writes; where it closes a record, with what it leaves out of it."""
    if closing is None:
        return set_to
    unsaid = [name for name in held.fields if name.startswith(closing) and name not in set_to]
    return {**set_to, **dict.fromkeys(unsaid)}


def _as_list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []
