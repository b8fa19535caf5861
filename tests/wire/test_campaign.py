"""Any order of work, bad weather, crashes and restores: nothing is lost, nothing is done twice.

Three laptops and one server, all processes with real files; everything that can go wrong on the
wire; kill -9 on either side; clocks a year wrong; the server put back from an old backup. Whenever
it is quiet, the laptops hold the same and so does the server, every mark that was acknowledged is
found where a person can see it, and each operation had its effect once.

A short fixed part of it runs always, over two processes on PostgreSQL; `--long` runs it at length,
over SQLite too. What it once found failing stands in the fixed day and `test_two_people`.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any, ClassVar, Final

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.wire.central import Central, Site
from tests.wire.ledger import Ledger, differences, gaps
from tests.wire.nursery import Nursery
from tests.wire.office import Office, Worker
from tests.wire.proxy import STORMY, Fault

WHO = st.integers(0, 2)
ANY = st.integers(0, 10_000)
NAMES = ("Ash Marlow", "Robin Calder", "Morgan Vale")
COLUMNS = ("school", "gp", "how_to_speak", "consent_note")
PATHS = ("home", "school", "people/r1/who", "people/r2/who", "people/r1/where")
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

    @rule(who=WHO)
    def add_child(self, who: int) -> None:
        worker, mark = self.at(who), self.ledger.mark()
        ids = worker.do("add_child", name=mark)
        offence = worker.do("add", type="offence", child_id=ids["child"], description=mark)["id"]
        self.children.append(ids["child"])
        self.forms.append(ids["form"])
        self.records |= {ids["child"]: ids["child"], ids["form"]: ids["child"]}
        self.records[offence] = ids["child"]
        self.ledger.wrote(mark, worker.name, f"child:{ids['child']}", ids["child"])

    @rule(who=WHO, number=ANY, column=st.sampled_from(COLUMNS))
    def change(self, who: int, number: int, column: str) -> None:
        worker, mark = self.at(who), self.ledger.mark()
        child = self.pick(self.children, number)
        told = worker.try_("change", type="child", id=child, **{column: mark})
        self.written(worker, mark, f"child:{child}", child, told)

    @rule(who=WHO, number=ANY)
    def speak_a_language(self, who: int, number: int) -> None:
        worker, mark = self.at(who), self.ledger.mark()
        child = self.pick(self.children, number)
        told = worker.try_("add_language", id=child, language=mark)
        self.written(worker, mark, f"child:{child}", child, told)

    @rule(who=WHO, number=ANY, path=st.sampled_from(PATHS), leaving=st.booleans())
    def answer(self, who: int, number: int, path: str, leaving: bool) -> None:
        worker, mark = self.at(who), self.ledger.mark()
        form = self.pick(self.forms, number)
        told = worker.try_("answer", id=form, path=path, answer={"value": mark}, leaving=leaving)
        self.written(worker, mark, f"form_record:{form}", self.records[form], told)

    @rule(who=WHO, number=ANY, row=st.sampled_from(["people/r1", "people/r2"]))
    def take_a_row_out(self, who: int, number: int, row: str) -> None:
        self.at(who).try_("answer", id=self.pick(self.forms, number), path=row, answer=None)

    @rule(who=WHO, number=ANY)
    def take_out_of_use(self, who: int, number: int) -> None:
        self.at(who).try_("remove", type="child", id=self.pick(self.children, number))

    @rule(who=WHO, number=ANY)
    def take_into_use(self, who: int, number: int) -> None:
        self.at(who).try_("restore", type="child", id=self.pick(self.children, number))

    @precondition(lambda self: len(self.children) > 1)
    @rule(who=WHO, number=ANY, to=ANY)
    def move(self, who: int, number: int, to: int) -> None:
        form, child = self.pick(self.forms, number), self.pick(self.children, to)
        told = self.at(who).try_("move", type="form_record", id=form, to=child)
        if "not_done" not in told:
            self.ledger.moved(f"form_record:{form}", child)
            self.happened["moved"] += 1

    @rule(who=WHO, number=ANY)
    def submit(self, who: int, number: int) -> None:
        told = self.at(who).try_("submit", id=self.pick(self.forms, number))
        self.happened["submitted"] += "not_done" not in told

    @precondition(lambda self: len(self.children) > 3)
    @rule(who=WHO, number=ANY)
    def erase(self, who: int, number: int) -> None:
        child = self.pick(self.children, number)
        self.at(who).do("erase", child=child)
        self.ledger.erased.add(child)
        self.happened["erased"] += 1

    @rule(who=WHO, number=ANY)
    def settle_a_conflict(self, who: int, number: int) -> None:
        worker = self.at(who)
        waiting = [c for c in worker.report()["conflicts"] if c["child_id"] is not None]
        if not waiting:
            return
        conflict = waiting[number % len(waiting)]
        told = worker.try_("resolve", id=conflict["id"], value=conflict["mine"])
        self.happened["settled"] += "not_done" not in told

    # -- the world -----------------------------------------------------------------------------

    @rule(who=WHO)
    def sync(self, who: int) -> None:
        self.at(who).try_sync()

    @rule(who=WHO, seed=ANY, rate=st.sampled_from([0.2, 0.5, 0.8]))
    def sync_in_a_storm(self, who: int, seed: int, rate: float) -> None:
        worker = self.at(who)
        self.site.wire.storm(seed, rate)
        for _ in range(3):
            worker.try_sync()
        self.site.wire.calm()

    @rule(who=WHO, kind=st.sampled_from(STORMY), path=st.sampled_from(["/v1/push", "/v1/pull"]))
    def sync_with_one_fault(self, who: int, kind: Any, path: str) -> None:
        worker = self.at(who)
        self.site.wire.next(Fault(kind, path=path))
        worker.try_sync()
        self.site.wire.calm()

    @rule(who=WHO, request=st.integers(1, 8))
    def be_killed_while_syncing(self, who: int, request: int) -> None:
        worker = self.at(who)
        self.happened["killed laptop"] += not worker.sync_killed_at_request(request)

    @rule(who=WHO)
    def be_killed_while_typing(self, who: int) -> None:
        worker, mark = self.at(who), self.ledger.mark()
        form = self.forms[-1]
        worker.process.begin(do="answer", id=form, path="home", answer={"value": mark})
        worker.kill()
        self.happened["killed laptop"] += 1

    @rule(who=WHO, wait=st.floats(0, 0.05))
    def the_server_is_killed(self, who: int, wait: float) -> None:
        worker = self.at(who)
        worker.begin_sync()
        self.office.central.kill_within(wait)
        worker.end_sync()
        self.site.start()
        self.happened["killed server"] += 1

    @rule(who=WHO, days=st.sampled_from([-365, -1, 0, 365]))
    def set_the_clock(self, who: int, days: int) -> None:
        worker = self.at(who)
        worker.days = days
        worker.do("set_clock", days=days)
        self.happened["clock"] += days != 0

    @rule()
    def back_the_server_up(self) -> None:
        self.site.back_up()
        self.kept = True

    @precondition(lambda self: self.kept)
    @rule()
    def put_the_server_back(self) -> None:
        self.site.restore_backup()
        self.kept = False
        self.happened["server restored"] += 1

    # -- what must hold when it is quiet -------------------------------------------------------

    @rule()
    def quiet(self) -> None:
        """No more faults; everybody syncs until nothing moves; then all is looked at."""
        self.site.wire.calm()
        self.site.start()
        workers = [self.at(who) for who in range(len(NAMES))]
        for worker in workers:
            worker.do("leave_pages")
        self.come_to_rest(workers)
        reports = {worker.name: worker.report() for worker in workers}
        central = self.office.central
        there = central.everything()
        conflicts = self.office.observer().conflicts()
        for name, report in reports.items():
            assert report["whole"], (name, report["why"])
            assert report["waiting"] == 0, name
            assert gaps(report["log"], report["device_id"]) == [], name
            locked = self.locked(name, report)
            same = {key: one for key, one in report["records"].items() if key not in locked}
            assert differences(same, there) == [], name
        self.agree(reports)
        logs = [report["log"] for report in reports.values()]
        refused = [report["refused"] for report in reports.values()]
        assert self.ledger.lost(records=there, conflicts=conflicts, logs=logs) == []
        assert self.ledger.left_behind(there, conflicts, *reports.values()) == []
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

    def locked(self, name: str, report: dict[str, Any]) -> set[str]:
        """Forms that were submitted here while somebody else wrote in them: the submitted one
        stays as it is, what came is put aside and shown. Nothing else may be put aside."""
        aside = report["quarantine"]
        assert [one for one in aside if one["why"] != "locked"] == [], name
        self.happened["put aside"] += len(aside)
        return {f"{one['record_type']}:{one['record_id']}" for one in aside}

    def agree(self, reports: dict[str, dict[str, Any]]) -> None:
        """What two laptops hold, they hold alike, the order of rows too."""
        aside = {record for name, one in reports.items() for record in self.locked(name, one)}
        first, *others = (report["records"] for report in reports.values())
        for records in others:
            for record in (first.keys() & records.keys()) - aside:
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


def campaign(site: Site, laptops: Nursery, **chosen: Any) -> Counter[str]:
    """Run one; what happened in it."""
    case = type("Campaign", (Campaign,), {"site": site, "laptops": laptops})
    case.happened = Counter()
    run_state_machine_as_test(
        case,
        settings=settings(
            deadline=None,
            database=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
            **chosen,
        ),
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


# The short runs are the same each time; what failed once in a long one is found by its blob.
SHORT: Final = {"max_examples": 2, "stateful_step_count": 18, "phases": [Phase.generate]}
LONG: Final = {"max_examples": 12, "stateful_step_count": 35, "phases": [Phase.generate]}


@pytest.mark.timeout(3600)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The fixed day and one short campaign are what there is time for in every run."""
    if "kind" in metafunc.fixturenames:
        kinds = ["two processes over PostgreSQL"]
        if metafunc.config.getoption("--long"):
            kinds.append("one process over SQLite")
        metafunc.parametrize("kind", kinds)


def test_any_order_of_work_and_faults_loses_nothing_and_does_nothing_twice(
    request: pytest.FixtureRequest, laptops: Nursery, kind: str, long_run: bool
) -> None:
    name = "small_site" if "SQLite" in kind else "large_site"
    chosen = LONG if long_run else SHORT | {"derandomize": True}
    happened = campaign(request.getfixturevalue(name), laptops, **chosen)
    if long_run:
        assert [what for what in HAPPENINGS if not happened[what]] == []
