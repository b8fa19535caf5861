"""The built program is whole: it opens an encrypted store, knows every form, draws a report."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
DIST = PROJECT / "dist"
PROGRAM = DIST / "waymark" / ("waymark.exe" if sys.platform == "win32" else "waymark")

pytestmark = [pytest.mark.frozen, pytest.mark.timeout(900), pytest.mark.xdist_group("frozen")]


@pytest.fixture(scope="module")
def program() -> Path:
    """The built program; built now where it is not there yet."""
    if not PROGRAM.exists():
        subprocess.run([sys.executable, "dev.py", "build"], cwd=PROJECT, check=True)
    return PROGRAM


def test_the_built_program_passes_its_self_test(program: Path, tmp_path: Path) -> None:
    # Neither the environment's Python nor the project's folder may help it.
    clean = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    ran = subprocess.run(
        [str(program), "--self-test"],
        cwd=tmp_path,
        env=clean,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    said = ran.stdout.splitlines()
    assert said[-1] == "self-test passed"
    forms = sorted(file.stem for file in (PROJECT / "resources" / "forms").glob("*.yaml"))
    line = next(line for line in said if line.startswith("forms: "))
    assert [part.split()[0] for part in line.removeprefix("forms: ").split(", ")] == forms


def test_notices_and_bill_of_materials_name_what_is_shipped(program: Path) -> None:
    notices = (DIST / "THIRD-PARTY-NOTICES.txt").read_text("utf-8").lower().replace("_", "-")
    bill = json.loads((DIST / "waymark.cdx.json").read_text("utf-8"))
    named = {component["name"].lower() for component in bill["components"]}
    for package in ("pyside6-essentials", "sqlalchemy", "sqlcipher3", "reportlab", "cryptography"):
        assert package in named
        assert package in notices
    for dictionary in ("en-gb.dic", "cy-gb.dic", "gnu lesser general public license"):
        assert dictionary in notices
