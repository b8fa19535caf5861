"""Any order of work, bad weather, crashes and restores: nothing is lost, nothing is done twice.

Three laptops and one server, all processes with real files; everything that can go wrong on the
wire; kill -9 on either side; clocks a year wrong; the server put back from an old backup. Whenever
it is quiet, the laptops hold the same and so does the server, every mark that was acknowledged is
found where a person can see it, and each operation had its effect once.

A fixed day and one short campaign run always, over two processes on PostgreSQL; `--long` runs many
at length, over SQLite too, each a test of its own with the seed in its name. What they once found
failing stands in the fixed day, in `KEPT` and in `test_two_people`.
"""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any, ClassVar, Final

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from tests.wire.central import Central, Site
from tests.wire.ledger import Ledger, differences, gaps
from tests.wire.nursery import Nursery
from tests.wire.office import Office, Worker
from tests.wire.proxy import STORMY, Fault

NAMES = ("Ash Marlow", "Robin Calder", "Morgan Vale")
COLUMNS = ("school", "gp", "how_to_speak", "consent_note")
PATHS = ("home", "school", "people/r1/who", "people/r2/who", "people/r1/where")
ROWS = ("people/r1", "people/r2")
WHO: Final = st.integers(0, 2)
ANY: Final = st.integers(0, 10_000)
SOMEBODY: Final = {"who": WHO, "number": ANY}
# What may happen next: how often, and with what. The first is what a run without luck consists of.
DEEDS: Final[dict[str, tuple[int, dict[str, Any]]]] = {
    "sync": (9, {"who": WHO}),
    "add_child": (2, {"who": WHO}),
    "change": (6, SOMEBODY | {"column": st.sampled_from(COLUMNS)}),
    "speak_a_language": (2, SOMEBODY),
    "answer": (8, SOMEBODY | {"path": st.sampled_from(PATHS), "leaving": st.booleans()}),
    "take_a_row_out": (2, SOMEBODY | {"row": st.sampled_from(ROWS)}),
    "take_out_of_use": (2, SOMEBODY),
    "take_into_use": (2, SOMEBODY),
    "move": (3, SOMEBODY | {"to": ANY}),
    "submit": (4, SOMEBODY),
    "erase": (1, SOMEBODY),
    "settle_a_conflict": (3, SOMEBODY),
    "sync_in_a_storm": (2, {"who": WHO, "seed": ANY, "rate": st.sampled_from([0.2, 0.5, 0.8])}),
    "sync_with_one_fault": (
        3,
        {
            "who": WHO,
            "kind": st.sampled_from(STORMY),
            "path": st.sampled_from(["/v1/push", "/v1/pull"]),
        },
    ),
    "be_killed_while_syncing": (2, {"who": WHO, "request": st.integers(1, 8)}),
    "be_killed_while_typing": (1, {"who": WHO}),
    "the_server_is_killed": (1, {"who": WHO, "wait": st.floats(0, 0.05)}),
    "set_the_clock": (1, {"who": WHO, "days": st.sampled_from([-365, -1, 0, 365])}),
    "back_the_server_up": (1, {}),
    "put_the_server_back": (1, {}),
    "quiet": (1, {}),
}
# One rule draws them all: of several, the engine leaves most out of a run, and what needs the
# others to have happened never came about.
DEED: Final = st.sampled_from(
    [name for name, (often, _) in DEEDS.items() for _ in range(often)]
).flatmap(lambda name: st.fixed_dictionaries({"do": st.just(name), **DEEDS[name][1]}))
# After these the pages that somebody typed on are left.
LEAVES_PAGES: Final = frozenset(
    {
        "sync",
        "sync_in_a_storm",
        "sync_with_one_fault",
        "be_killed_while_syncing",
        "the_server_is_killed",
        "submit",
        "settle_a_conflict",
    }
)
# What must have come about in a campaign, or it has proved nothing of it.
HAPPENINGS = (
    *STORMY,
    "conflict",
    "conflict of a removal",
    "merged",
    "settled",
    "killed laptop",
    "killed server",
    "clock",
    "server restored",
    "erased",
    "moved",
    "submitted",
)


class Campaign(RuleBasedStateMachine):
    """People at work in bad weather."""

    site: ClassVar[Site]
    laptops: ClassVar[Nursery]
    # Of all runs together.
    happened: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="waymark-campaign-")
        self.ledger = Ledger()
        self.children: list[str] = []
        self.records: dict[str, str] = {}
        self.forms: list[str] = []
        # By who, form and question: what was typed on a page that nobody has left since.
        self.typing: dict[tuple[int, str, str], str] = {}
        self.kept = False
        self.seen_before: Counter[str] = Counter()

    @initialize()
    def begin(self) -> None:
        """Three people enrol, and all hold one child."""
        self.site.start()
        self.site.wire.calm()
        self.seen_before = Counter(self.site.wire.happened)
        self.office = Office(Central.of(self.site), self.laptops, Path(self.folder.name))
        for name in NAMES:
            self.office.worker(name, "administrator")
        self.add_child(0)
        self.quiet()

    def teardown(self) -> None:
        try:
            if hasattr(self, "office"):
                self.quiet()
        finally:
            if hasattr(self, "office"):
                self.office.close()
            now = Counter(self.site.wire.happened)
            self.happened.update(now - self.seen_before)
            self.folder.cleanup()

    @rule(deed=DEED)
    def then(self, deed: dict[str, Any]) -> None:
        """What happens next."""
        said = dict(deed)
        name = said.pop("do")
        getattr(self, name)(**said)
        if name in LEAVES_PAGES:
            who = said.get("who")
            self.typing = {key: one for key, one in self.typing.items() if key[0] != who}

    # -- work ----------------------------------------------------------------------------------

    def at(self, who: int) -> Worker:
        """The person, with the program open."""
        worker = self.office.workers[who]
        if not worker.process.alive:
            worker.open_again()
        return worker

    def pick(self, among: list[str], number: int) -> str:
        """One of several."""
        return among[number % len(among)]

    def written(self, worker: Worker, mark: str, record: str, child: str, told: Any) -> None:
        """Note a write that was acknowledged."""
        if "not_done" not in told:
            self.ledger.wrote(mark, worker.name, record, child)

    def add_child(self, who: int) -> None:
        worker, mark = self.at(who), self.ledger.mark()
        ids = worker.do("add_child", name=mark)
        offence = worker.do("add", type="offence", child_id=ids["child"], description=mark)["id"]
        self.children.append(ids["child"])
        self.forms.append(ids["form"])
        self.records |= {ids["child"]: ids["child"], ids["form"]: ids["child"]}
        self.records[offence] = ids["child"]
        self.ledger.wrote(mark, worker.name, f"child:{ids['child']}", ids["child"])

    def change(self, who: int, number: int, column: str) -> None:
        worker, mark = self.at(who), self.ledger.mark()
        child = self.pick(self.children, number)
        told = worker.try_("change", type="child", id=child, **{column: mark})
        self.written(worker, mark, f"child:{child}", child, told)

    def speak_a_language(self, who: int, number: int) -> None:
        worker, mark = self.at(who), self.ledger.mark()
        child = self.pick(self.children, number)
        told = worker.try_("add_language", id=child, language=mark)
        self.written(worker, mark, f"child:{child}", child, told)

    def answer(self, who: int, number: int, path: str, leaving: bool) -> None:
        worker, mark = self.at(who), self.ledger.mark()
        form = self.pick(self.forms, number)
        told = worker.try_("answer", id=form, path=path, answer={"value": mark}, leaving=leaving)
        self.written(worker, mark, f"form_record:{form}", self.records[form], told)
        if "not_done" not in told:
            # What somebody types over before leaving the page was never more than a draft of it.
            before = self.typing.pop((who, form, path), None)
            if before is not None:
                self.ledger.typed_over(before)
            if not leaving:
                self.typing[who, form, path] = mark

    def take_a_row_out(self, who: int, number: int, row: str) -> None:
        self.at(who).try_("answer", id=self.pick(self.forms, number), path=row, answer=None)

    def take_out_of_use(self, who: int, number: int) -> None:
        self.at(who).try_("remove", type="child", id=self.pick(self.children, number))

    def take_into_use(self, who: int, number: int) -> None:
        self.at(who).try_("restore", type="child", id=self.pick(self.children, number))

    def move(self, who: int, number: int, to: int) -> None:
        form, child = self.pick(self.forms, number), self.pick(self.children, to)
        told = self.at(who).try_("move", type="form_record", id=form, to=child)
        if "not_done" not in told:
            self.ledger.moved(f"form_record:{form}", child)
            self.happened["moved"] += 1

    def submit(self, who: int, number: int) -> None:
        told = self.at(who).try_("submit", id=self.pick(self.forms, number))
        self.happened["submitted"] += "not_done" not in told

    def erase(self, who: int, number: int) -> None:
        if len(self.children) < 4:
            return
        child = self.pick(self.children, number)
        self.at(who).do("erase", child=child)
        self.ledger.erased.add(child)
        self.happened["erased"] += 1

    def settle_a_conflict(self, who: int, number: int) -> None:
        worker = self.at(who)
        waiting = [c for c in worker.report()["conflicts"] if c["child_id"] is not None]
        if not waiting:
            return
        conflict = waiting[number % len(waiting)]
        told = worker.try_("resolve", id=conflict["id"], value=conflict["mine"])
        self.happened["settled"] += "not_done" not in told

    # -- the world -----------------------------------------------------------------------------

    def sync(self, who: int) -> None:
        self.at(who).try_sync()

    def sync_in_a_storm(self, who: int, seed: int, rate: float) -> None:
        worker = self.at(who)
        self.site.wire.storm(seed, rate)
        for _ in range(3):
            worker.try_sync()
        self.site.wire.calm()

    def sync_with_one_fault(self, who: int, kind: Any, path: str) -> None:
        worker = self.at(who)
        self.site.wire.next(Fault(kind, path=path))
        worker.try_sync()
        self.site.wire.calm()

    def be_killed_while_syncing(self, who: int, request: int) -> None:
        worker = self.at(who)
        self.happened["killed laptop"] += not worker.sync_killed_at_request(request)

    def be_killed_while_typing(self, who: int) -> None:
        worker, mark = self.at(who), self.ledger.mark()
        form = self.forms[-1]
        worker.process.begin(do="answer", id=form, path="home", answer={"value": mark})
        worker.kill()
        self.happened["killed laptop"] += 1

    def the_server_is_killed(self, who: int, wait: float) -> None:
        worker = self.at(who)
        worker.begin_sync()
        self.office.central.kill_within(wait)
        worker.end_sync()
        self.site.start()
        self.happened["killed server"] += 1

    def set_the_clock(self, who: int, days: int) -> None:
        worker = self.at(who)
        worker.days = days
        worker.do("set_clock", days=days)
        self.happened["clock"] += days != 0

    def back_the_server_up(self) -> None:
        self.site.back_up()
        self.kept = True

    def put_the_server_back(self) -> None:
        if not self.kept:
            return
        self.site.restore_backup()
        self.kept = False
        self.happened["server restored"] += 1

    # -- what must hold when it is quiet -------------------------------------------------------

    def quiet(self) -> None:
        """No more faults; everybody syncs until nothing moves; then all is looked at."""
        self.site.wire.calm()
        self.site.start()
        self.typing.clear()
        workers = [self.at(who) for who in range(len(NAMES))]
        for worker in workers:
            worker.do("leave_pages")
        self.come_to_rest(workers)
        reports = {worker.name: worker.report() for worker in workers}
        central = self.office.central
        there = central.everything(*self.children)
        conflicts = self.office.observer().conflicts(*self.children)
        for name, report in reports.items():
            assert report["whole"], (name, report["why"])
            assert report["waiting"] == 0, name
            assert gaps(report["log"], report["device_id"]) == [], name
            assert report["quarantine"] == [], (name, report["quarantine"])
            unlike = differences(report["records"], there)
            assert not unlike, (name, unlike)
        self.agree(reports)
        logs = [report["log"] for report in reports.values()]
        refused = [report["refused"] for report in reports.values()]
        lost = self.ledger.lost(records=there, conflicts=conflicts, logs=logs)
        # What a server that was put back had lost, and nobody holds any more, is not lost in
        # silence: the laptop that wrote it says so.
        untold = [one for one in lost if one.record not in reports[one.laptop]["told_lost"]]
        assert not untold, untold
        left_behind = self.ledger.left_behind(there, conflicts, *reports.values())
        assert not left_behind, left_behind
        self.once(reports, central.operations(), central.revisions())
        statuses = [op["result"]["status"] for op in central.operations()]
        self.happened["merged"] += statuses.count("merged")
        self.happened["conflict"] += len(conflicts)
        self.happened["conflict of a removal"] += [c["field"] for c in conflicts].count(
            "removed_at"
        )
        self.happened["refused"] += sum(map(len, refused))

    def come_to_rest(self, workers: list[Worker]) -> None:
        """Sync everybody, with a yes to every stop, until nothing moves."""
        for _ in range(15):
            told = []
            for worker in workers:
                said = worker.try_sync()
                if said["state"] == "stopped":
                    worker.do("go_on_after_stop")
                    if said["stop"] in ("numbers_reused", "anchor_mismatch"):
                        worker.enrol_again()
                elif said["state"] not in ("confirmed", "waiting"):
                    raise AssertionError((worker.name, said))
                told.append(said)
            if not any(said.get("moved", True) for said in told):
                return
        raise AssertionError(told)

    def agree(self, reports: dict[str, dict[str, Any]]) -> None:
        """What two laptops hold, they hold alike, the order of rows too."""
        first, *others = (report["records"] for report in reports.values())
        for records in others:
            for record in first.keys() & records.keys():
                assert first[record] == records[record], record

    def once(
        self,
        reports: dict[str, dict[str, Any]],
        operations: list[dict[str, Any]],
        revisions: Any,
    ) -> None:
        """Every operation of every laptop is at the server once, in its order, and each revision
        of a record was made by one operation."""
        for name, report in reports.items():
            mine = [op for op in operations if op["device_id"] == report["device_id"]]
            made = [entry["op_id"] for entry in report["log"] if entry["origin"] is None]
            assert [op["op_id"] for op in mine] == made, name
        assert len({op["op_id"] for op in operations}) == len(operations)
        made_by: dict[str, set[int]] = {}
        for op in operations:
            rev = op["result"]["rev"]
            if rev is not None and op["record_id"] is not None:
                made_by.setdefault(f"{op['type']}:{op['record_id']}", set()).add(rev)
        for record, rev in revisions.items():
            known = made_by.get(record, set())
            assert known <= set(range(1, rev + 1)), record


def campaign(site: Site, laptops: Nursery, number: int, *, steps: int) -> Counter[str]:
    """Run the campaign of that seed, of so many steps; what happened in it."""
    case = type("Campaign", (Campaign,), {"site": site, "laptops": laptops})
    case.happened = Counter()
    run_state_machine_as_test(
        seed(number)(case),
        settings=settings(
            # The first example has the simplest of everything: nothing but syncs.
            max_examples=2,
            stateful_step_count=steps,
            # A campaign that is shorter than another is found by hand, from what is printed.
            phases=[Phase.generate],
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
        _min_steps=steps - 1,
    )
    return Counter(case.happened)


def every_kind(case: Campaign) -> None:
    """A day on which everything that can happen does, once."""
    for number, kind in enumerate(STORMY):
        who, path = number % 3, ("/v1/push", "/v1/pull")[number % 2]
        case.change(who, 0, COLUMNS[number % 4])
        case.sync_with_one_fault(who, kind, path)
    case.quiet()
    for who in (0, 1):
        case.change(who, 0, "school")
        case.answer(who, 0, "people/r1/who", True)
        case.speak_a_language(who, 0)
    case.quiet()
    case.settle_a_conflict(1, 0)
    case.quiet()
    case.change(1, 0, "gp")
    case.take_out_of_use(0, 0)
    for who in (0, 1, 0):
        case.sync(who)
    for _ in range(3):
        case.add_child(2)
    case.quiet()
    case.move(2, 0, 1)
    case.submit(0, 2)
    case.set_the_clock(1, 365)
    case.set_the_clock(2, -365)
    case.be_killed_while_typing(0)
    case.be_killed_while_syncing(1, 2)
    case.the_server_is_killed(2, 0.01)
    case.quiet()
    case.back_the_server_up()
    for who in range(3):
        case.change(who, who, "how_to_speak")
        case.sync(who)
    case.put_the_server_back()
    case.change(0, 0, "consent_note")
    case.quiet()
    case.erase(1, 3)


@pytest.mark.timeout(170)
def test_every_kind_of_fault_and_conflict_comes_about_and_nothing_is_lost(
    large_site: Site, laptops: Nursery
) -> None:
    kind = type("Day", (Campaign,), {"site": large_site, "laptops": laptops})
    kind.happened = Counter()
    case = kind()
    case.begin()
    try:
        every_kind(case)
    finally:
        case.teardown()
    assert [what for what in HAPPENINGS if not kind.happened[what]] == []


SHORT: Final = 14
LONG: Final = 60
# Each found something once, or is one that the short run always takes.
KEPT: Final = (2, 4, 15, 104, 205, 303)
FRESH: Final = 6
# Of all long campaigns of this process, by kind of server.
HAPPENED: Final[dict[str, Counter[str]]] = {}
POSTGRESQL: Final = "two processes over PostgreSQL"
SQLITE: Final = "one process over SQLite"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One campaign is what there is time for in every run; `--long` adds the kept and as many
    that nobody has seen, whose numbers stand in the names of their tests."""
    long = bool(metafunc.config.getoption("--long"))
    if "number" in metafunc.fixturenames:
        fresh = [int.from_bytes(os.urandom(4)) for _ in range(FRESH)]
        kinds = (POSTGRESQL, SQLITE) if long else (POSTGRESQL,)
        numbers = (*KEPT, *fresh) if long else KEPT[:1]
        metafunc.parametrize(
            ("kind", "number"), [(kind, number) for kind in kinds for number in numbers]
        )
    elif "kind" in metafunc.fixturenames:
        metafunc.parametrize("kind", (POSTGRESQL, SQLITE))


# A campaign takes 10 to 40 s on two cores: one that takes so long stands still.
@pytest.mark.timeout(240)
def test_any_order_of_work_and_faults_loses_nothing_and_does_nothing_twice(
    request: pytest.FixtureRequest, laptops: Nursery, kind: str, number: int, long_run: bool
) -> None:
    site = request.getfixturevalue("small_site" if kind == SQLITE else "large_site")
    happened = campaign(site, laptops, number, steps=LONG if long_run else SHORT)
    HAPPENED.setdefault(kind, Counter()).update(happened)


def test_the_long_campaigns_met_every_kind_of_fault_and_conflict(kind: str, long_run: bool) -> None:
    if not long_run:
        pytest.skip("the short campaign is too short for it; the fixed day has every kind")
    assert [what for what in HAPPENINGS if not HAPPENED[kind][what]] == []
