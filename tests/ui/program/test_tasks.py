"""Work off the GUI thread: where it runs, where its answer arrives, in what order."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.core.errors import KnownError
from app.ui.tasks import InlineTasks, Tasks, Watch


@pytest.fixture
def tasks(qapp: object) -> Iterator[Tasks]:
    made = Tasks()
    yield made
    assert made.close(10)


def test_work_runs_elsewhere_and_its_answer_arrives_here(qtbot: QtBot, tasks: Tasks) -> None:
    threads: list[threading.Thread] = []
    with qtbot.waitSignal(tasks.idle):
        tasks.run(
            lambda: threads.append(threading.current_thread()),
            lambda _nothing: threads.append(threading.current_thread()),
            owner=None,
        )
    worked, told = threads
    assert worked is not threading.main_thread()
    assert told is threading.main_thread()


def test_work_is_done_in_the_order_it_was_asked_for_on_one_thread(
    qtbot: QtBot, tasks: Tasks
) -> None:
    done: list[int] = []
    threads: set[int] = set()

    def work(number: int) -> None:
        threads.add(threading.get_ident())
        done.append(number)

    with qtbot.waitSignal(tasks.idle):
        for number in range(50):
            tasks.run(lambda number=number: work(number), owner=None)
    assert done == list(range(50))
    assert len(threads) == 1


def test_an_error_reaches_failed_on_this_thread(qtbot: QtBot, tasks: Tasks) -> None:
    seen: list[tuple[Exception, bool]] = []

    def fail() -> None:
        raise KnownError("The disk is full.")

    with qtbot.waitSignal(tasks.idle):
        tasks.run(
            fail,
            lambda _result: pytest.fail("done was called"),
            lambda error: seen.append(
                (error, threading.current_thread() is threading.main_thread())
            ),
            owner=None,
        )
    ((error, here),) = seen
    assert isinstance(error, KnownError)
    assert here


def test_an_error_that_nobody_takes_is_given_to_the_window(qtbot: QtBot, tasks: Tasks) -> None:
    def fail() -> None:
        raise KnownError("The disk is full.")

    with qtbot.waitSignal(tasks.unhandled) as told:
        tasks.run(fail, owner=None)
    assert isinstance(told.args[0], KnownError)


def test_an_answer_for_a_page_that_is_gone_is_dropped(qtbot: QtBot, tasks: Tasks) -> None:
    import shiboken6

    owner = QObject()
    told: list[str] = []
    gate = threading.Event()
    tasks.run(lambda: gate.wait(10), lambda _result: told.append("owner"), owner=owner)
    shiboken6.delete(owner)
    with qtbot.waitSignal(tasks.idle):
        gate.set()
    assert told == []


def test_the_end_waits_for_what_was_asked_for(qapp: object) -> None:
    tasks = Tasks()
    done: list[int] = []
    gate = threading.Event()
    tasks.run(lambda: gate.wait(10), owner=None)
    for number in range(20):
        tasks.run(lambda number=number: done.append(number), owner=None)
    gate.set()
    assert tasks.close(10)
    assert done == list(range(20))


def test_long_work_tells_how_far_it_is_and_can_be_stopped(qtbot: QtBot, tasks: Tasks) -> None:
    tasks.BUSY_AFTER_MS = 0
    seen: list[tuple[int, int]] = []
    reached: list[int] = []
    tasks.progressed.connect(lambda done, total, _text: seen.append((done, total)))

    def work(watch: Watch) -> None:
        for step in range(100_000):
            reached.append(step)
            if not watch(step, 100_000):
                return
            threading.Event().wait(0.001)

    job = tasks.run_watched(work, owner=None, busy_text="Making a backup")
    qtbot.waitUntil(lambda: len(seen) > 3, timeout=10_000)
    with qtbot.waitSignal(tasks.idle, timeout=10_000):
        job.cancel()
    assert len(reached) < 100_000
    assert seen == sorted(seen)


def test_work_that_was_stopped_before_it_began_is_not_done(qapp: object) -> None:
    tasks = Tasks()
    done: list[str] = []
    gate = threading.Event()
    tasks.run(lambda: gate.wait(10), owner=None)
    tasks.run(lambda: done.append("export"), owner=None, cancellable=True)
    tasks.cancel_all()
    gate.set()
    assert tasks.close(10)
    assert done == []


def test_inline_tasks_do_it_at_once(qapp: object) -> None:
    told: list[int] = []
    InlineTasks().run(lambda: 7, told.append, owner=None)
    assert told == [7]


def test_the_log_names_the_fault_and_holds_nothing_of_what_it_was_about(
    qtbot: QtBot, tasks: Tasks, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise ValueError("Zephyrine Quillfeather has no address")

    with caplog.at_level("ERROR"), qtbot.waitSignal(tasks.idle):
        tasks.run(fail, None, lambda _error: None, owner=None)
    assert "ValueError at fail" in caplog.text
    assert "Zephyrine" not in caplog.text


def test_pyside_keeps_its_reference_counts(qtbot: QtBot) -> None:
    """PySide6 6.12.0 aborts in such a loop: it drains the reference count of None."""
    from PySide6.QtWidgets import QLabel

    label = QLabel()
    qtbot.addWidget(label)
    for number in range(50_000):
        label.setText(str(number))
    assert label.text() == "49999"


def test_an_exception_in_a_slot_is_noticed_by_the_tests(qtbot: QtBot) -> None:
    from PySide6.QtWidgets import QPushButton

    button = QPushButton()
    qtbot.addWidget(button)

    def fail() -> None:
        raise ValueError("in a slot")

    button.clicked.connect(fail)
    with qtbot.captureExceptions() as caught:
        button.click()
    assert [kind for kind, _error, _trace in caught] == [ValueError]


def test_a_widget_can_own_work(qtbot: QtBot, tasks: Tasks) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    told: list[int] = []
    with qtbot.waitSignal(tasks.idle):
        tasks.run(lambda: 3, told.append, owner=owner)
    assert told == [3]
