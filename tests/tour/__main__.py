"""`python -m tests.tour DIR`: the whole tour, one process of the program after the other.

A lock ends the process that held the key, so that the tour is made of several: each drives the
windows of one process of the program, and the next begins where the program would begin anew.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from tests.tour.script import PROCESSES
from tests.tour.session import RESTART_FILE
from tests.tour.steps_sync import end_server
from tests.tour.telling import STEPS_FILE

ROOT: Final = Path(__file__).resolve().parents[2]
SESSION: Final = "tests.tour.session"
LONGEST_SECONDS: Final = 480
SCREEN: Final = {
    "screens": [
        {"name": "laptop", "x": 0, "y": 0, "width": 1366, "height": 768, "logicalDpi": 96,
         "logicalBaseDpi": 96, "dpr": 1}
    ]
}  # fmt: skip


def main(arguments: list[str] | None = None) -> int:
    """Go on the tour; gives the exit code."""
    parser = argparse.ArgumentParser(prog="tests.tour", description=__doc__)
    parser.add_argument("folder", type=Path, help="where pictures, PDFs and tour.json go")
    parser.add_argument("--until", default="", help="stop after the process of this name")
    parser.add_argument("--session", default=SESSION, help="the module that is run as a process")
    asked = parser.parse_args(arguments)
    folder = asked.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    for old in (*folder.glob("[0-9][0-9]-*.png"), *folder.glob("*.pdf"), folder / "tour.json"):
        old.unlink(missing_ok=True)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="waymark-tour-") as work:
        try:
            steps = _all_processes(folder, Path(work), asked.until, asked.session)
        finally:
            end_server(Path(work))
    ok = bool(steps) and all(step["ok"] for step in steps)
    told = {"ok": ok, "seconds": round(time.monotonic() - started, 1), "steps": steps}
    (folder / "tour.json").write_text(json.dumps(told, indent=2, ensure_ascii=False), "utf-8")
    _say(told, folder)
    return 0 if ok else 1


def _all_processes(folder: Path, work: Path, until: str, session: str) -> list[dict[str, Any]]:
    environment = _environment(work)
    for name, ends_locked in PROCESSES:
        restart = work / RESTART_FILE
        command = [
            sys.executable,
            "-X",
            "faulthandler",
            "-m",
            session,
            name,
            str(folder),
            str(work),
        ]
        told = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=LONGEST_SECONDS,
            check=False,
        )
        steps = _steps(work)
        if told.returncode or (ends_locked and not restart.exists()):
            if not steps or steps[-1]["ok"]:
                why = (told.stdout + told.stderr)[-2000:] or "nothing was said"
                why += f" (exit code {told.returncode})"
                steps.append(
                    {"step": f"{name}: the process", "ok": False, "asserted": [], "error": why}
                )
            return steps
        if name == until:
            break
    return _steps(work)


def _environment(work: Path) -> dict[str, str]:
    screen = work / "screen.json"
    screen.write_text(json.dumps(SCREEN), "utf-8")
    return {
        **os.environ,
        "QT_QPA_PLATFORM": f"offscreen:configfile={screen}",
        "WAYMARK_SETTINGS": str(work / "settings"),
        # No keyring of whoever goes on the tour is written to.
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        "PYTHONPATH": str(ROOT),
    }


def _steps(work: Path) -> list[dict[str, Any]]:
    file = work / STEPS_FILE
    if not file.exists():
        return []
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def _say(told: dict[str, Any], folder: Path) -> None:
    lines = []
    for step in told["steps"]:
        how = "ok    " if step["ok"] else "FAILED"
        lines.append(f"{how} {step['step']} ({step.get('seconds', 0):.1f} s)")
        if not step["ok"]:
            lines.append(f"       {step.get('error', '')}")
    lines.append(f"{len(told['steps'])} steps in {told['seconds']:.0f} s; pictures: {folder}")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    raise SystemExit(main())
