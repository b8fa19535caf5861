"""The longest time that the window doesn't answer while ten thousand changes are exchanged.

Somebody types into a form all along, which saves itself; the sync runs where the program runs it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from PySide6.QtTest import QTest

from app.casework import form_records, sync_deeds
from app.casework.caseload import rows
from app.core.ids import new_id
from app.ui.form.form_page import FormPage
from app.ui.shell import Shell
from app.ui.tasks import Tasks
from tests.benchmarks import stores, sync_laptops, windows
from tests.benchmarks.event_loop_stall import (
    BETWEEN_KEYS_MS,
    Heartbeat,
    during,
    settle,
    text_questions,
    wait,
)
from tests.benchmarks.measuring import Measured
from tests.benchmarks.sync_central import SETTINGS, central
from tests.benchmarks.sync_laptops import Laptop
from tests.benchmarks.sync_share import share_of
from tests.server.cluster import running_cluster

CHANGES: Final = 10_000
LETTERS: Final = 100


def measure(within: Path) -> Iterator[Measured]:
    """First so many changes go up, then as many of another laptop come down."""
    changes = share_of(CHANGES)
    windows.dressed()
    desk = stores.new_desk(within / "stall")
    with ExitStack() as stack:
        server = stack.enter_context(
            central(
                stack.enter_context(running_cluster(SETTINGS)),
                within / "stall-server",
                user_id=desk.actor.id,
                service_id=desk.casebook.service_id,
            )
        )
        sync_deeds.join(desk, server.address, server.code(desk.actor.id, "administrator"))
        sync_deeds.set_choices(desk, automatic=False)
        sync_laptops.fill(Laptop(desk.casebook), changes)
        record_id = form_records.start(
            desk, rows(desk, limit=1).rows[0].child_id, "assessment"
        ).record_id
        tasks = Tasks()
        shell = windows.window(desk, tasks)
        settle(tasks)
        heart = Heartbeat()
        type_on = typing(shell, tasks, record_id)
        idle = during(heart, lambda: [type_on() for _ in range(LETTERS)])
        sending = during(heart, syncing(shell, type_on))
        other = new_id()
        folder = within / "stall-other"
        sync_laptops.new_casebook(folder, server.service_id, other, "Perry Fenwick")
        with sync_laptops.opened(folder) as laptop:
            laptop.enrol(server.address, server.code(other, "manager"))
            sync_laptops.fill(laptop, changes, desk.actor.id)
            laptop.sync()
        receiving = during(heart, syncing(shell, type_on))
        held = len(sync_laptops.held(Laptop(desk.casebook)))
        if held < 2 * changes:
            raise SystemExit(f"the window's syncs did not bring everything: {held}")
        shell.sync.end()
        settle(tasks)
        tasks.run(desk.close, owner=None)
        tasks.close()
    longest = max(sending, receiving)
    yield Measured(
        "sync_stall",
        longest,
        "one second; idle_s is the same typing without a sync",
        1.0,
        longest,
        "<= 0.05",
        more={
            "changes": changes,
            "idle_s": idle,
            "sending_s": sending,
            "receiving_s": receiving,
        },
    )


def typing(shell: Shell, tasks: Tasks, record_id: str) -> Callable[[], None]:
    """Types the next letter into a form."""
    shell.go("form", record_id=record_id)
    settle(tasks)
    page = shell.page
    if not isinstance(page, FormPage) or page.view is None:
        raise SystemExit("the form did not open")
    path = next(
        path
        for name in (page.name for page in page.controller.pages())
        for path in text_questions(page, name)
    )
    target = page.view.fields[path].editor.focus_target()
    target.setFocus()
    letters = iter(stores.text_of(1) * 100)

    def type_on() -> None:
        QTest.keyClick(target, next(letters))
        wait(BETWEEN_KEYS_MS)

    return type_on


def syncing(shell: Shell, type_on: Callable[[], None]) -> Callable[[], None]:
    """One sync of the window, with typing until it is over."""

    def work() -> None:
        if not shell.sync.start():
            raise SystemExit(f"no sync began: {shell.sync.why_not()}")
        while shell.sync.running:
            type_on()
        if shell.sync.error is not None:
            raise SystemExit(f"the sync failed: {shell.sync.error}")

    return work
