"""Roles, services, children and verbs: each cell of the table is tried at the real doors.

What may not be done is refused and leaves the database, of all services, as it was. What may be
done is done: a server that refuses everything fails here too.
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tests.server.isolation.expected import (
    OF_CHILDREN,
    OF_PEOPLE,
    ROLES,
    WITHOUT_A_ROLE,
    Line,
)
from tests.server.isolation.ground import Actor, Ground
from tests.server.isolation.verbs import LOOKS, ON_CHILDREN, ON_PEOPLE, WANTED

CHILDREN = {line.verb: line for line in OF_CHILDREN}
PEOPLE = {line.verb: line for line in OF_PEOPLE}


def try_on_child(ground: Ground, actor: Actor, line: Line, whose: str, *, allowed: bool) -> bool:
    """Whether a verb had its effect on a child; raises where the database disagrees."""
    subject = actor.shared[whose]
    if allowed and line.verb not in LOOKS:
        subject = ground.subject(actor, whose, WANTED.get(line.verb, frozenset()))
    ground.make_ready(actor, line.verb)
    before = ground.digest()
    done = ON_CHILDREN[line.verb](ground, actor, subject)
    changed = ground.digest() != before
    if line.verb not in LOOKS:
        assert changed == done, f"the answer says {done}, the database {changed}"
    elif not done:
        assert not changed, "it was refused and something is otherwise"
    return done


def wrong_cells(
    ground: Ground, line: Line, roles: Iterable[str] = ROLES, *, every_child: bool = False
) -> list[tuple[str, str, object]]:
    """The cells of a line that aren't as the table has them: (role, whose, what was wrong)."""
    wrong: list[tuple[str, str, object]] = []
    for role in roles:
        actor = ground.actor(role, every_child=every_child)
        for whose in "sf" if every_child else line.tried:
            allowed = line.allows(role, whose, every_child=every_child)
            try:
                done = try_on_child(ground, actor, line, whose, allowed=allowed)
            except AssertionError as error:
                wrong.append((role, whose, str(error)))
                continue
            if done != allowed:
                wrong.append((role, whose, done))
    return wrong


@pytest.mark.parametrize("verb", ON_CHILDREN)
def test_what_may_be_done_with_a_child(ground: Ground, verb: str) -> None:
    assert wrong_cells(ground, CHILDREN[verb]) == []


@pytest.mark.parametrize("verb", ON_CHILDREN)
def test_where_each_practitioner_has_every_child(ground: Ground, verb: str) -> None:
    roles = ("practitioner", "reader")
    assert wrong_cells(ground, CHILDREN[verb], roles, every_child=True) == []


@pytest.mark.parametrize(
    "verb", ["pull the child", "move a record out", "erase the child", "fetch its attachment"]
)
def test_the_same_over_sqlite(ground_on_sqlite: Ground, verb: str) -> None:
    assert wrong_cells(ground_on_sqlite, CHILDREN[verb]) == []


@pytest.mark.parametrize("verb", ON_PEOPLE)
def test_what_may_be_done_with_people_devices_and_the_service(ground: Ground, verb: str) -> None:
    line, wrong = PEOPLE[verb], []
    for role in ROLES:
        actor = ground.actor(role)
        for whose in line.tried:
            done = ON_PEOPLE[verb](ground, actor, whose)
            if done != line.allows(role, whose):
                wrong.append((role, whose, done))
    assert wrong == []


def test_every_line_is_tried() -> None:
    assert ON_CHILDREN.keys() == CHILDREN.keys()
    assert ON_PEOPLE.keys() == PEOPLE.keys()


def test_every_door_has_cells(ground: Ground) -> None:
    """A new door is in no line of the table, and fails here."""
    paths = ground.server.clients[0].get("/openapi.json").json()["paths"]
    doors = {f"{method.upper()} {path}" for path, item in paths.items() for method in item}
    assert doors == {line.door for line in (*OF_CHILDREN, *OF_PEOPLE)} | WITHOUT_A_ROLE
