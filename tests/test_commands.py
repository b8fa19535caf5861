"""Each command that the README tells of is one that works, and nothing else is told of."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import httpx
import pytest

ROOT = Path(__file__).resolve().parent.parent
TOLD = re.compile(r"python3 dev\.py ([a-z]+)")
QUICK_BENCHMARK = "form_keystroke"
TRIED_ELSEWHERE = {
    # Without a display `run` goes on the tour, and the tour is taken so.
    "run": "tests/test_tour.py",
    "tour": "tests/test_tour.py",
    "build": "tests/test_frozen.py",
}
TRIED_HERE = {"test", "bench", "check", "words", "lock", "server"}


@pytest.fixture
def dev(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """`dev.py`, in the environment that the tests run in."""
    spec = importlib.util.spec_from_file_location("dev", ROOT / "dev.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "ensure_system", lambda *, tests: None)
    monkeypatch.setattr(module, "ensure_environment", lambda: None)
    monkeypatch.setattr(module, "PYTHON", Path(sys.executable))
    return module


@pytest.fixture
def called(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """What a command would run, in place of running it."""
    noted: list[tuple[str, ...]] = []

    def note(*arguments: str, **_variables: str) -> int:
        noted.append(arguments)
        return 0

    monkeypatch.setattr(dev, "in_environment", note)
    return noted


def test_the_readme_tells_of_every_command_and_each_is_tried(dev: ModuleType) -> None:
    told = set(TOLD.findall((ROOT / "README.md").read_text("utf-8")))
    assert told == set(dev.COMMANDS)
    assert told == TRIED_HERE | set(TRIED_ELSEWHERE)
    for command, file in TRIED_ELSEWHERE.items():
        assert command in (ROOT / file).read_text("utf-8")


def test_the_program_is_started_as_the_readme_says() -> None:
    from app.__main__ import main

    (line,) = re.findall(r"-m app (--[a-z]+) FOLDER", (ROOT / "README.md").read_text("utf-8"))
    with pytest.raises(SystemExit) as ended:
        main([line])
    # Known, and asks for the folder that is missing.
    assert ended.value.code == 2


def test_bench_prints_one_object_a_line(dev: ModuleType, capfd: pytest.CaptureFixture[str]) -> None:
    assert dev.bench([QUICK_BENCHMARK]) == 0
    lines = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert [line["name"] for line in lines] == [QUICK_BENCHMARK]
    assert {"subject_s", "baseline", "baseline_s", "ratio", "goal"} <= lines[0].keys()


def test_check_finds_nothing_in_the_forms(dev: ModuleType) -> None:
    assert dev.check([]) == 0


def test_lock_pins_what_the_project_asks_for(
    dev: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A project that needs nothing: pinning it asks no index.
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "nothing"\nversion = "0"\nrequires-python = ">=3.11"\n'
        "dependencies = []\n[dependency-groups]\ndev = []\n",
        "utf-8",
    )
    monkeypatch.setattr(dev, "HERE", tmp_path)
    assert dev.lock([]) == 0
    assert (tmp_path / "requirements.lock").exists()
    assert "://" not in (ROOT / "requirements.lock").read_text("utf-8")


def test_server_starts_one_that_answers(
    dev: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    became: list[tuple[str, ...]] = []
    monkeypatch.setattr(dev, "HERE", tmp_path)
    monkeypatch.setattr(dev, "become", lambda *arguments: became.append(arguments) or 0)
    assert dev.server([]) == 0
    (arguments,) = became
    # Port 0: any that is free, instead of the one that somebody's server may be at already.
    with subprocess.Popen([sys.executable, *arguments, "--port", "0"], cwd=ROOT) as running:
        try:
            address = tmp_path / ".server" / "address"
            while not address.exists():
                assert running.poll() is None, "the server ended"
                time.sleep(0.05)
            answer = httpx.get(address.read_text("utf-8").strip() + "/ready", timeout=30)
        finally:
            running.terminate()
    assert answer.status_code == 200


def test_words_and_test_run_what_they_say(dev: ModuleType, called: list[tuple[str, ...]]) -> None:
    assert dev.words([]) == 0
    assert called == [("-m", "tests.catalogue")]
    assert importlib.util.find_spec("tests.catalogue") is not None
    called.clear()
    assert dev.test([]) == 0
    ran = [" ".join(arguments) for arguments in called]
    wanted: tuple[str, ...] = (
        "ruff check", "ruff format --check", "mypy", "importlinter", "app.forms.lint",
        "dev.py build", "pytest",
    )  # fmt: skip
    for words in wanted:
        assert any(words in line for line in ran), words


def test_one_step_that_fails_fails_the_whole(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    def typing_fails(*arguments: str, **_variables: str) -> int:
        return int("mypy" in arguments)

    monkeypatch.setattr(dev, "in_environment", typing_fails)
    test: Callable[[list[str]], int] = dev.test
    assert test([]) == 1
