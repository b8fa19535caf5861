"""`python -m tests.benchmarks [NAME…]`: measure, and print one JSON object a line.

Each benchmark runs in a process of its own. Stores that several of them read are made once, in a
folder that goes at the end. A slow machine fails nothing: only ratios within one run mean
something, and whoever reads them compares them with their goals.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from tests.benchmarks.sync_share import VARIABLE

NAMES = (
    "cold_start",
    "unlock",
    "save_answer",
    "list_page",
    "search",
    "form_open",
    "form_keystroke",
    "stage_open",
    "stage_carry",
    "psr_pages",
    "psr_rivals",
    "event_loop_stall",
    "memory_100k",
    "sync_push",
    "sync_changes",
    "sync_rivals",
    "sync_load",
    "sync_stall",
)


def surroundings(within: Path) -> dict[str, str]:
    """The environment of a benchmark: no screen, nothing of the person who runs it."""
    return {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "WAYMARK_SETTINGS": str(within / "settings"),
        "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
    }


def all_of(names: Sequence[str]) -> int:
    """Run each of `names` in a process of its own; gives the exit code."""
    broken = []
    with tempfile.TemporaryDirectory(prefix="waymark-bench-") as folder:
        for name in names:
            command = [sys.executable, "-m", "tests.benchmarks", name, "--within", folder]
            if subprocess.run(command, env=surroundings(Path(folder)), check=False).returncode:
                broken.append(name)
    if broken:
        print("did not run to the end: " + ", ".join(broken), file=sys.stderr)
    return 1 if broken else 0


def main() -> int:
    """Do what the command line asks for."""
    parser = argparse.ArgumentParser(prog="dev.py bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(NAMES))
    parser.add_argument(
        "--share",
        type=float,
        default=1.0,
        help="how much of their work the benchmarks of sync do; 0.05 for a quick look",
    )
    parser.add_argument("--within", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    unknown = sorted(set(asked.names) - set(NAMES))
    if unknown:
        parser.error(f"there is no {', '.join(unknown)}; there are {', '.join(NAMES)}")
    if asked.within is None:
        os.environ[VARIABLE] = str(asked.share)
        return all_of(asked.names or NAMES)
    for name in asked.names:
        for measured in import_module(f"tests.benchmarks.{name}").measure(asked.within):
            print(measured.line(), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
