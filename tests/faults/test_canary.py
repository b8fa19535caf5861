"""A name that is typed everywhere in a session is found in no file but the encrypted store's."""

from __future__ import annotations

import os
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.casework import casebooks, demo, search
from app.core.clock import SystemClock
from app.models import kdf
from tests.reports.reading import text_of
from tests.vaults import CHEAP, ROOT

NAME = "Quillonwisp"
STORE = ("casebook.db", "casebook.db-wal", "casebook.db-shm")


@pytest.fixture(autouse=True)
def cheap_keys() -> Iterator[None]:
    """The same cost of keys as the session has."""
    with kdf.floor_lowered_for_tests(CHEAP):
        yield


def test_a_name_is_nowhere_outside_the_encrypted_store(tmp_path: Path) -> None:
    watched = tmp_path / "watched"
    folder = watched / "casebook"
    places = {name: watched / name for name in ("home", "temporary", "settings")}
    for place in places.values():
        place.mkdir(parents=True)
    demo.build(folder, SystemClock())
    pdf = tmp_path / "chosen by the person" / "report.pdf"
    pdf.parent.mkdir()
    session = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.whole_session", str(folder), NAME, str(pdf)],
        cwd=ROOT,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("XDG_")},
            "PYTHONPATH": str(ROOT),
            "QT_QPA_PLATFORM": "offscreen",
            "HOME": str(places["home"]),
            "TMPDIR": str(places["temporary"]),
            "WAYMARK_SETTINGS": str(places["settings"]),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert session.stdout is not None
    said = ""
    for line in session.stdout:
        said += line
        if line == "open\n":
            break
    # The session did what it is for: the name is in the report that was given away.
    assert pdf.exists(), said
    assert NAME in text_of(pdf.read_bytes())
    while_open = found_in(watched)
    written = {path.name for path in watched.rglob("*") if path.is_file()}
    pdf.unlink()
    said += session.communicate("\n", timeout=60)[0]
    assert session.returncode == 0, said
    assert while_open == []
    assert {"waymark.log", *STORE} <= written
    assert found_in(watched) == []
    assert not holds(said.encode())
    # What is packed would hide the name, so nothing of that kind may lie there either.
    assert packed_in(watched) == []
    assert in_the_store(folder)


def in_the_store(folder: Path) -> bool:
    """Whether the name is found in the casebook by those who may open it."""
    user_id = casebooks.describe(folder).holders[0].user_id
    desk = casebooks.unlock(folder, user_id, demo.DEMO_PASSPHRASE, SystemClock())
    try:
        return {"child", "form"} <= {hit.kind for hit in search.find(desk, NAME)}
    finally:
        desk.close()


def found_in(folder: Path) -> list[str]:
    """The files whose name or content holds the name, in any of the ways that text is written."""
    return [
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("*"))
        if holds(path.name.encode()) or (path.is_file() and holds(path.read_bytes()))
    ]


def packed_in(folder: Path) -> list[str]:
    """The files that begin as a PDF, a picture or an archive does."""
    begins = (b"%PDF", b"\x89PNG", b"\xff\xd8", b"PK", b"\x1f\x8b", b"x\x9c", b"BZh", b"\xfd7z")
    return [
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in STORE and path.read_bytes().startswith(begins)
    ]


def holds(content: bytes) -> bool:
    """Whether `content` holds the name: in UTF-8, in UTF-16, in capitals or small letters."""
    small = content.lower()
    return any(
        NAME.lower().encode(encoding) in small for encoding in ("utf-8", "utf-16-le", "utf-16-be")
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
def test_what_looks_for_the_name_would_find_it(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "leak").write_bytes(b"\x00\x01" + f"about {NAME.upper()}.".encode(encoding))
    assert found_in(tmp_path) == ["leak"]


def test_what_looks_for_packed_files_would_find_them(tmp_path: Path) -> None:
    (tmp_path / "report").write_bytes(b"%PDF-1.7 and so on")
    (tmp_path / "squeezed").write_bytes(zlib.compress(NAME.encode() * 40))
    assert packed_in(tmp_path) == ["report", "squeezed"]
