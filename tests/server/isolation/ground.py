"""The ground that the matrix of who may do what is tried on: services, people, children."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Final

import psycopg
from sqlalchemy import text

from app.core.ids import new_id
from server import admin, blobs, bulk, tables
from server.parts import Parts
from tests.server.conftest import Server
from tests.server.laptop import Laptop as HttpLaptop
from tests.server.store.world import Laptop, Person, World

# What is written whether or not a request has an effect: the log and when somebody was here.
LOGS: Final = frozenset({"op_log", "seen_proof", "failed_try"})
_PASSING: Final = {
    "device": {"acked", "anchor_entry", "anchor_hash", "schema_version", "last_seen"}
    | {"lease_until"},
    "manifest": {"cursor", "at"},
    "notice": {"seen_at"},
}
_LASTING: Final = {
    table.name: [
        f'"{column.name}"' for column in table.c if column.name not in _PASSING.get(table.name, ())
    ]
    for table in tables.metadata.sorted_tables
    if table.name not in LOGS
}


@contextmanager
def digest_on_postgresql(conninfo: str) -> Iterator[Callable[[], str]]:
    """What stands in a database, of all services, apart from logs; as a superuser sees it."""
    parts = " UNION ALL ".join(
        f"SELECT '{name}', coalesce(sum(hashtextextended(ROW({', '.join(columns)})::text, 0)), 0)"
        f" FROM {name}"
        for name, columns in _LASTING.items()
    )
    with psycopg.connect(conninfo, autocommit=True) as connection:
        yield lambda: repr(sorted(connection.execute(parts.encode()).fetchall()))


@contextmanager
def digest_on_sqlite(file: Path) -> Iterator[Callable[[], str]]:
    """The same of a file."""
    with closing(sqlite3.connect(file)) as connection:

        def digest() -> str:
            whole = hashlib.sha256()
            for name, columns in _LASTING.items():
                rows = connection.execute(f"SELECT {', '.join(columns)} FROM {name}")
                whole.update(repr((name, sorted(map(repr, rows)))).encode())
            return whole.hexdigest()

        yield digest


@dataclass
class Home(World):
    """A service that was founded in the ordinary way.

    Attributes:
        form: Id of the record of a form of its own. word: of a word of its own.
    """

    parts: Parts = None  # type: ignore[assignment]
    form: str = field(default_factory=new_id)
    word: str = field(default_factory=new_id)

    def __post_init__(self) -> None:
        self.keys = self.do(lambda c: admin.keys_of(c, self.parts, self.service_id))
        self.epoch = self.do(
            lambda c: str(c.execute(text("SELECT epoch FROM server_state")).scalar_one())
        )
        self.now = self.parts.clock.now()

    @cached_property
    def desk(self) -> Laptop:
        """A manager's laptop, that makes what the others try."""
        return self.laptop(self.person("manager"))

    @cached_property
    def second_desk(self) -> Laptop:
        """Another, so that there are conflicts."""
        return self.laptop(self.person("manager"))

    @cached_property
    def colleague(self) -> Laptop:
        """A practitioner to whom the children of others are allocated."""
        return self.laptop(self.person())


@dataclass
class Subject:
    """A child with something of everything, each with a word that stands nowhere else.

    Attributes:
        worker: To whom the child is allocated. told: The child's own name.
        conflict, victim_conflict: Ids; "" where none was wanted.
    """

    home: Home
    child: str
    worker: str
    told: str
    record: str
    victim: str
    victim_told: str
    form: str
    oversight: str
    conflict: str = ""
    conflict_told: str = ""
    victim_conflict: str = ""
    victim_conflict_told: str = ""
    blob: str = ""
    blob_told: bytes = b""
    victim_blob: str = ""
    victim_blob_told: bytes = b""


@dataclass
class Actor:
    """Somebody in a role at their laptop.

    Attributes:
        shared: By whose it is, the child on which everything is tried that has no effect.
        own: A fresh child of one's own.
    """

    role: str
    home: Home
    laptop: HttpLaptop
    shared: dict[str, Subject] = field(default_factory=dict)
    own: Subject | None = None

    @property
    def streams(self) -> list[str]:
        """What the laptop asks for: what it holds, and what it would like to."""
        return [self.shared[whose].child for whose in "ohs"]


@dataclass
class Ground:
    """Three services: one where practitioners have their caseload, one where they have every
    child, and one of strangers."""

    server: Server
    digest: Callable[[], str]
    homes: dict[bool, Home] = field(default_factory=dict)
    actors: dict[tuple[str, bool], Actor] = field(default_factory=dict)

    @cached_property
    def strangers(self) -> Home:
        """The service that nobody here belongs to."""
        return self._home(every_child=False)

    def home(self, *, every_child: bool) -> Home:
        """The service of those who try."""
        if every_child not in self.homes:
            self.homes[every_child] = self._home(every_child=every_child)
        return self.homes[every_child]

    def _home(self, *, every_child: bool) -> Home:
        founded = self.server.new_service(caseload_only=not every_child)
        parts = self.server.parts
        home = Home(parts.engine, service_id=founded.service_id, parts=parts)
        home.desk.op("create", "service_form", home.form, set={"title": "Extra"})
        home.desk.op("create", "service_word", home.word, set={"word": "extra", "language": "en"})
        _done(home.desk)
        return home

    def actor(self, role: str, *, every_child: bool = False) -> Actor:
        """Somebody in this role."""
        key = (role, every_child)
        if key not in self.actors:
            home = self.home(every_child=every_child)
            actor = Actor(role, home, self.server.enrolled(home.service_id, role))
            self.actors[key] = actor
            for whose in "ohsf":
                actor.shared[whose] = self.subject(actor, whose, {"conflict", "blob"})
        return self.actors[key]

    def subject(
        self, actor: Actor, whose: str, wanted: set[str] | frozenset[str] = frozenset()
    ) -> Subject:
        """A fresh child of the actor's own (o), handed on (h), somebody's (s), a stranger's (f)."""
        home = self.strangers if whose == "f" else actor.home
        colleague = home.colleague.people[0].id
        first = actor.laptop.user_id if whose in "oh" else colleague
        made = self._lay(home, first, wanted)
        if whose == "h":
            columns = ("device_id", "stream", "cursor", "at")
            row = (actor.laptop.device_id, made.child, 1, home.now)
            home.do(
                lambda c: bulk.put(c, tables.manifest, columns, [row], service_id=home.service_id)
            )
            home.desk.change(
                made.child, made.child, {"allocated_to": colleague}, "child", base_rev=1
            )
            _done(home.desk)
            made.worker = colleague
        return made

    def make_ready(self, actor: Actor, verb: str) -> None:
        """What a verb needs beside its subject: a child of one's own to move and merge with."""
        if verb.split(maxsplit=1)[0] in ("move", "merge") or verb.endswith("elsewhere"):
            actor.own = self.subject(actor, "o")
        elif verb.startswith("pull"):
            # From here on it is known what lies on the laptop.
            assert actor.laptop.pull(*actor.streams).status_code == 200

    def _lay(self, home: Home, worker: str, wanted: set[str] | frozenset[str]) -> Subject:
        desk = home.desk
        word, victim_word = f"kin{os.urandom(5).hex()}", f"vic{os.urandom(5).hex()}"
        child = desk.child(given_name=word, family_name=word, allocated_to=worker)
        made = Subject(
            home=home,
            child=child,
            worker=worker,
            told=word,
            record=desk.record(child, note="first"),
            victim=desk.record(child, "victim", name=victim_word),
            victim_told=victim_word,
            form=desk.record(child, "form_record", form_id="x", state="submitted"),
            oversight=desk.record(child, "oversight", state="asked"),
        )
        _done(desk)
        if "conflict" in wanted:
            self._disagree(home, made)
        if "blob" in wanted:
            self._attach(home, made)
        return made

    def _disagree(self, home: Home, made: Subject) -> None:
        made.conflict_told, made.victim_conflict_told = made.told + "c", made.victim_told + "c"
        for desk, end in ((home.desk, "1"), (home.second_desk, "2")):
            values = {"note": made.conflict_told + end}
            desk.change(made.child, made.record, values, base_rev=1)
            values = {"phone": made.victim_conflict_told + end}
            desk.change(made.child, made.victim, values, "victim", base_rev=1)
            results = desk.push().results
        made.conflict, made.victim_conflict = (one.conflicts[0] for one in results)

    def _attach(self, home: Home, made: Subject) -> None:
        folder, desk = home.parts.settings.blob_folder, home.desk
        for type_, record in (("offence", made.record), ("victim", made.victim)):
            content = os.urandom(64)
            sha = hashlib.sha256(content).hexdigest()
            home.do(
                lambda c, content=content, sha=sha: blobs.append(
                    c,
                    home.keys,
                    desk.caller,
                    folder,
                    sha,
                    offset=0,
                    size=len(content),
                    chunk=content,
                    now=home.now,
                )
            )
            named = {"drawing": {"sha256": sha, "size": len(content)}}
            desk.change(made.child, record, named, type_, base_rev=9)
            _done(desk)
            if type_ == "victim":
                made.victim_blob, made.victim_blob_told = sha, content
            else:
                made.blob, made.blob_told = sha, content

    def person(self, home: Home) -> Person:
        """Somebody new in a service, whose record its laptops know."""
        person = home.person()
        named = {"name": "Alex Weaver", "role": "practitioner"}
        administrator = home.laptop(home.person("administrator"))
        administrator.op("create", "user", person.id, set=named)
        _done(administrator)
        return person


def _done(desk: Laptop) -> None:
    results = desk.push().results
    assert all(one.code is None for one in results), results
