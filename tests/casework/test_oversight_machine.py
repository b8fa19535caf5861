"""Any order of writing, submitting, taking back, deciding and reviewing, by four people.

No path leads to a signed snapshot that can be changed, to somebody's own countersignature, or to
an answer that is lost; and each decision names the hash of what was decided on. The machine works
on a real encrypted store and keeps a model of what each form must hold.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.casework import assessments, form_records, oversight, returned, stages, tasks
from app.casework.desk import Actor, Desk
from app.casework.form_records import AnswerChange
from app.casework.oversight import PanelDetails
from app.core.clock import FixedClock
from app.core.errors import BugError, KnownError
from app.core.ids import new_id
from app.forms.answers import answer_from_json, to_json
from app.forms.loader import FormLibrary
from app.models import change_log, database
from app.models.casebook import Casebook
from app.models.records import Child, FormRecord, Oversight, Panel, Service, Task, User
from app.models.verify import Verdict
from tests.casebook.conftest import DATA_KEY, STORE_ID

FORMS = Path(__file__).parent.parent / "data" / "forms" / "stages"
LEVEL = "safety_level"
QUESTIONS = st.sampled_from(["home_good", "contact", "what_changed"])
WORDS = st.sampled_from(["Nan", "by the harbour", "ŵyn", "none"])
LEVELS = st.sampled_from(["low", "high"])
NOTES = st.sampled_from(
    ["Agreed.", "The evidence carries the level, and the plan is small enough to keep for now."]
)
PEOPLE = {"ash": "practitioner", "morgan": "practitioner", "rowan": "manager", "sam": "manager"}
REACHED: Counter[str] = Counter()
"""How often each state was there after a step, so that a machine that goes nowhere is seen."""
ANYBODY = st.sampled_from(sorted(PEOPLE))


class Oversees(RuleBasedStateMachine):
    """Four people and one child."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = FixedClock(datetime(2026, 11, 23, 9, 30, tzinfo=UTC))
        self.holds: dict[str, dict[str, Any]] = {}
        self.locked: dict[str, str] = {}
        self.authors: dict[str, set[str]] = {}
        self.level_by: dict[str, str] = {}
        self.there: dict[str, bool] = {}

    @initialize()
    def begin(self) -> None:
        self.engine = database.create_store(Path(self.folder.name) / database.STORE_NAME, DATA_KEY)
        self.ids = {name: new_id() for name in PEOPLE}
        self.casebook = Casebook.initialise(
            self.engine,
            store_id=STORE_ID,
            service=Service(name="Rivermouth"),
            user=User(id=self.ids["ash"], name="ash", role="practitioner"),
            device_name="Test laptop",
            clock=self.clock,
            audit_key=change_log.audit_key(DATA_KEY),
        )
        self.forms = FormLibrary(FORMS)
        with self.casebook.write() as work:
            for name, role in PEOPLE.items():
                if name != "ash":
                    work.add(User(id=self.ids[name], name=name, role=role))
            self.child_id = work.add(Child(given_name="Tal", family_name="Fenwick")).id
        self.begin_stage(self.at("ash"), "before_sentence")
        for question, value in (("home_good", "Nan"), (LEVEL, "low")):
            self.answer("ash", question, value)
        self.level_by = dict.fromkeys(self.holds, self.ids["ash"])
        self.reached: Counter[str] = Counter()

    def teardown(self) -> None:
        if hasattr(self, "engine"):
            verdict: Verdict = self.casebook.verify()
            assert verdict.ok
            REACHED.update(self.reached)
            self.engine.dispose()
        self.folder.cleanup()

    # -- who and what ------------------------------------------------------------------------

    def at(self, name: str) -> Desk:
        self.clock.advance(timedelta(minutes=1))
        self.casebook.actor_id = self.ids[name]
        actor = Actor(self.ids[name], name, PEOPLE[name])  # type: ignore[arg-type]
        return Desk(self.casebook, actor, self.clock, self.forms, Path(self.folder.name), DATA_KEY)

    def records(self) -> list[FormRecord]:
        with self.casebook.read() as session:
            return list(session.scalars(select(FormRecord).order_by(FormRecord.id)))

    def draft(self) -> str | None:
        return next((one.id for one in reversed(self.records()) if one.state == "draft"), None)

    def waiting(self) -> Oversight | None:
        with self.casebook.read() as session:
            return session.scalars(select(Oversight).where(Oversight.state == "waiting")).first()

    def panel(self) -> Panel | None:
        with self.casebook.read() as session:
            return session.scalars(select(Panel).where(Panel.state == "asked")).first()

    def task(self) -> Task | None:
        with self.casebook.read() as session:
            return session.scalars(select(Task).where(Task.state == "open")).first()

    def may_review(self) -> bool:
        """Once something is signed and no draft is open, a new stage can start."""
        states = {one.state for one in self.records()}
        return "countersigned" in states and not states & {"draft", "submitted"}

    def tried(self, work: Callable[[], object]) -> bool:
        """Whether it was done; a refusal in words is as good, and must leave all as it was."""
        try:
            work()
        except KnownError as refused:
            assert refused.user_text
            return False
        self.meet_new_drafts()
        self.reached.update(one.state for one in self.records())
        return True

    def begin_stage(self, desk: Desk, stage: str) -> None:
        stages.start(desk, self.child_id, stage)
        self.meet_new_drafts(desk.actor.id)

    def meet_new_drafts(self, started_by: str = "") -> None:
        """A draft that has come holds every answer of what it goes on from."""
        for record in self.records():
            if record.id in self.holds:
                continue
            before = record.revises_id or record.carried_from_id
            held = self.values(record)
            if before is not None:
                for path, value in self.holds[before].items():
                    assert held.get(path) == value, "an answer was lost on the way"
            self.holds[record.id] = held
            by = record.started_by or started_by
            self.authors[record.id] = {by}
            if record.revises_id:
                self.level_by[record.id] = self.level_by.get(record.revises_id, "")

    @staticmethod
    def values(record: FormRecord) -> dict[str, Any]:
        calculated = {"said"}
        return {
            name: answer["value"]
            for name, answer in record.answers.items()
            if "value" in answer and name not in calculated
        }

    # -- what people do ----------------------------------------------------------------------

    @precondition(lambda self: self.there["draft"])
    @rule(who=ANYBODY, question=QUESTIONS, words=WORDS)
    def write(self, who: str, question: str, words: str) -> None:
        self.answer(who, question, words)

    @precondition(lambda self: self.there["draft"])
    @rule(who=ANYBODY, level=LEVELS)
    def judge(self, who: str, level: str) -> None:
        if self.answer(who, LEVEL, level):
            draft = self.draft()
            assert draft is not None
            self.level_by[draft] = self.ids[who]

    def answer(self, who: str, question: str, value: str) -> bool:
        draft, desk = self.draft(), self.at(who)
        if draft is None:
            return False
        said = {"value": value, "language": "en", "by": desk.actor.id, "how": "typed"}
        change = AnswerChange(question, {**said, "at": self.clock.now().isoformat()})
        form_records.save_answers(desk, draft, [change], leaving=True)
        self.holds[draft][question] = value
        return True

    @precondition(lambda self: self.there["draft"])
    @rule(who=ANYBODY)
    def confirm(self, who: str) -> None:
        """Say of everything carried forward that it is still true."""
        draft, desk = self.draft(), self.at(who)
        if draft is None:
            return
        document = form_records.open_form(desk, draft).document
        now = self.clock.now().isoformat()
        changes = []
        for path, held in document.items():
            if "rows" not in held and answer_from_json(held).unconfirmed:
                kept = to_json(answer_from_json(held))
                changes.append(
                    AnswerChange(path, {**kept, "confirmed_by": desk.actor.id, "confirmed_at": now})
                )
        if changes:
            form_records.save_answers(desk, draft, changes, leaving=True)
            if any(change.path == LEVEL for change in changes):
                self.level_by[draft] = desk.actor.id

    @precondition(lambda self: self.there["draft"])
    @rule(who=ANYBODY)
    def submit(self, who: str) -> None:
        draft, desk = self.draft(), self.at(who)
        if draft is None:
            return
        if self.tried(lambda: assessments.submit(desk, draft)):
            self.authors[draft] |= {desk.actor.id, self.level_by.get(draft, "")}
            (record,) = [one for one in self.records() if one.id == draft]
            self.locked[draft] = record.snapshot_hash

    @precondition(lambda self: self.there["waiting"])
    @rule(who=ANYBODY)
    def recall(self, who: str) -> None:
        asked, desk = self.waiting(), self.at(who)
        if asked is not None:
            done = self.tried(lambda: assessments.recall(desk, asked.form_record_id))
            assert not done or desk.actor.id in self.authors[asked.form_record_id]

    @precondition(lambda self: self.there["waiting"])
    @rule(who=ANYBODY, note=NOTES)
    def countersign(self, who: str, note: str) -> None:
        self.decide(who, lambda desk, key: oversight.countersign(desk, key, note))

    @precondition(lambda self: self.there["waiting"])
    @rule(who=ANYBODY)
    def give_back(self, who: str) -> None:
        self.decide(who, lambda desk, key: oversight.return_with_directions(desk, key, "Ask Nan."))

    @precondition(lambda self: self.there["waiting"])
    @rule(who=ANYBODY, section=st.sampled_from(["home", ""]))
    def direct(self, who: str, section: str) -> None:
        self.decide(who, lambda desk, key: oversight.write_direction(desk, key, section, "Ask."))

    @precondition(lambda self: self.there["waiting"])
    @rule(who=ANYBODY, level=LEVELS)
    def propose(self, who: str, level: str) -> None:
        self.decide(
            who,
            lambda desk, key: oversight.propose_level(
                desk, key, "safety_wellbeing", level, "I see it otherwise."
            ),
        )

    @precondition(lambda self: self.there["waiting"])
    @rule(who=ANYBODY)
    def ask_for_a_panel(self, who: str) -> None:
        self.decide(who, lambda desk, key: oversight.ask_for_panel(desk, key, "Is it safe?"))

    def decide(self, who: str, work: Callable[[Desk, str], object]) -> None:
        asked, desk = self.waiting(), self.at(who)
        if asked is None:
            return
        done = self.tried(lambda: work(desk, asked.id))
        if done:
            assert PEOPLE[who] == "manager"
            assert desk.actor.id not in self.authors[asked.form_record_id]

    @precondition(lambda self: self.there["panel"])
    @rule(who=ANYBODY)
    def hold_the_panel(self, who: str) -> None:
        panel, desk = self.panel(), self.at(who)
        assert panel is not None
        details = PanelDetails(
            why="Is it safe?", held_on=self.clock.today(), attended="All", decided="It is."
        )
        assert self.tried(lambda: oversight.record_panel(desk, panel.id, details))

    @precondition(lambda self: self.there["draft"])
    @rule(who=ANYBODY, accept=st.booleans())
    def answer_the_proposal(self, who: str, accept: bool) -> None:
        draft, desk = self.draft(), self.at(who)
        if draft is None:
            return
        asked = returned.asked_of(desk, draft)
        if self.tried(
            lambda: returned.answer_level(
                desk, draft, "safety_wellbeing", accept=accept, reasons="I have thought again."
            )
        ):
            assert asked is not None
            if accept:
                self.holds[draft][LEVEL] = asked.proposals[0].level
                self.level_by[draft] = desk.actor.id

    @precondition(lambda self: self.there["task"])
    @rule(who=ANYBODY)
    def do_a_task(self, who: str) -> None:
        task, desk = self.task(), self.at(who)
        assert task is not None
        assert self.tried(lambda: tasks.finish(desk, task.id, "Done."))

    @precondition(lambda self: self.there["review"])
    @rule(who=ANYBODY)
    def review(self, who: str) -> None:
        """A new stage carries forward what was signed."""
        self.begin_stage(self.at(who), "review")

    @precondition(lambda self: bool(self.locked))
    @rule(who=ANYBODY)
    def tamper(self, who: str) -> None:
        """No way of the program writes into what is locked, nor unlocks it."""
        self.at(who)
        locked = [one.id for one in self.records() if one.state != "draft"]
        if not locked:
            return
        with pytest.raises(BugError), self.casebook.write() as work:
            work.save_answers(locked[0], {"home_good": {"value": "Changed"}})
        with pytest.raises(IntegrityError), self.casebook.write() as work:
            work.session.get_one(FormRecord, locked[0]).state = "draft"

    # -- what holds at any time --------------------------------------------------------------

    @invariant()
    def look(self) -> None:
        """What can be done next, read once for all rules."""
        if hasattr(self, "child_id"):
            self.there = {
                "draft": self.draft() is not None,
                "waiting": self.waiting() is not None,
                "panel": self.panel() is not None,
                "task": self.task() is not None,
                "review": self.may_review(),
            }

    @invariant()
    def no_answer_is_lost_and_nothing_locked_changes(self) -> None:
        if not hasattr(self, "child_id"):
            return
        for record in self.records():
            for path, value in self.holds[record.id].items():
                assert self.values(record).get(path) == value, (record.state, path)
            if record.id in self.locked:
                assert record.state != "draft"
                assert record.snapshot_hash == self.locked[record.id]
                assert record.snapshot_hash == assessments.snapshot_hash(
                    record.form_id, record.form_version, record.answers
                )

    @invariant()
    def each_decision_names_what_it_was_made_on_and_nobody_signs_their_own(self) -> None:
        if not hasattr(self, "child_id"):
            return
        with self.casebook.read() as session:
            requests = list(session.scalars(select(Oversight)))
        by_record: dict[str, list[Oversight]] = {}
        for asked in requests:
            by_record.setdefault(asked.form_record_id, []).append(asked)
            assert asked.snapshot_hash == self.locked[asked.form_record_id]
            if asked.state in ("countersigned", "returned"):
                assert asked.decided_by in (self.ids["rowan"], self.ids["sam"])
                assert asked.decided_by not in self.authors[asked.form_record_id]
        assert all(len(held) == 1 for held in by_record.values())
        for record in self.records():
            if record.state == "countersigned":
                (asked,) = by_record[record.id]
                assert (asked.state, asked.decided_by) == ("countersigned", record.countersigned_by)


@pytest.mark.timeout(1800)
def test_no_path_unlocks_signs_ones_own_or_loses_an_answer(long_run: bool) -> None:
    REACHED.clear()
    run_state_machine_as_test(
        Oversees,
        settings=settings(
            max_examples=100 if long_run else 12,
            stateful_step_count=60 if long_run else 40,
            deadline=None,
            derandomize=not long_run,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.generate, Phase.shrink),
        ),
    )
    assert {"draft", "submitted", "countersigned"} <= set(REACHED)
