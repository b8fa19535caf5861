"""The demonstration joins a server of its own, and works the same when there is none."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from app.casework import casebook_users, casebooks, demo, sync_deeds, syncing
from app.core.clock import SystemClock
from app.core.errors import KnownError
from app.models import kdf
from tests import demonstration
from tests.made_once import CHEAP


def test_everybody_of_the_demonstration_joins_and_nothing_is_refused(tmp_path: Path) -> None:
    folder, clock = tmp_path / "demonstration", SystemClock()
    with kdf.floor_lowered_for_tests(CHEAP):
        with ExitStack() as stack:
            address = demonstration.prepare(folder, tmp_path / "server", stack)
            assert address.startswith("http://127.0.0.1:")
            for holder in casebooks.describe(folder).holders:
                desk = casebooks.unlock(folder, holder.user_id, demo.DEMO_PASSPHRASE, clock)
                with closing(desk):
                    sync_deeds.sync_now(desk)
                    seen = syncing.overview(desk)
                    assert (seen.refused, seen.status.state) == ((), "confirmed")
        with ExitStack() as stack:
            # Another day: nobody joins twice.
            assert demonstration.prepare(folder, tmp_path / "server", stack) == address
        desk = casebooks.unlock(folder, holder.user_id, demo.DEMO_PASSPHRASE, clock)
        with closing(desk):
            with pytest.raises(KnownError, match="can't be reached"):
                sync_deeds.sync_now(desk)
            assert casebook_users.users(desk)


def test_a_window_that_a_lock_opened_anew_keeps_the_server_up() -> None:
    waits = [sys.executable, "-c", "import sys; print(flush=True); sys.stdin.read()"]
    with subprocess.Popen(
        waits,
        env={**os.environ, demonstration.TOKEN: "this run"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as window:
        assert window.stdout is not None
        assert window.stdin is not None
        window.stdout.readline()
        assert demonstration.any_window("this run")
        assert not demonstration.any_window("another run")
        window.stdin.close()
        window.wait(20)
    assert not demonstration.any_window("this run")
