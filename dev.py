#!/usr/bin/env python3
"""Waymark's one door for whoever works on it: run, test, tour, bench, check, words, server, build.

It needs Python 3.11 or later and nothing else. Everything the project needs it puts into
`.venv` beside this file, from `requirements.lock`; system libraries it installs where it may
(Debian, root) and otherwise names in one line.
"""

from __future__ import annotations

import argparse
import ctypes
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
ENVIRONMENT = HERE / ".venv"
LOCK = HERE / "requirements.lock"
WINDOWS = os.name == "nt"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if WINDOWS else "bin/python")

# Debian's names, with one file that each brings: other systems are asked by the file.
SCREEN_LIBRARIES = {
    "libglib2.0-0": "libglib-2.0.so.0",
    "libgl1": "libGL.so.1",
    "libegl1": "libEGL.so.1",
    "libx11-6": "libX11.so.6",
    "libx11-xcb1": "libX11-xcb.so.1",
    "libxkbcommon0": "libxkbcommon.so.0",
    "libxkbcommon-x11-0": "libxkbcommon-x11.so.0",
    "libdbus-1-3": "libdbus-1.so.3",
    "libfontconfig1": "libfontconfig.so.1",
    "libfreetype6": "libfreetype.so.6",
    "libgssapi-krb5-2": "libgssapi_krb5.so.2",
    "libbrotli1": "libbrotlidec.so.1",
    "libpulse0": "libpulse.so.0",
    "libxcb-cursor0": "libxcb-cursor.so.0",
    "libxcb-icccm4": "libxcb-icccm.so.4",
    "libxcb-image0": "libxcb-image.so.0",
    "libxcb-keysyms1": "libxcb-keysyms.so.1",
    "libxcb-randr0": "libxcb-randr.so.0",
    "libxcb-render-util0": "libxcb-render-util.so.0",
    "libxcb-render0": "libxcb-render.so.0",
    "libxcb-shape0": "libxcb-shape.so.0",
    "libxcb-shm0": "libxcb-shm.so.0",
    "libxcb-sync1": "libxcb-sync.so.1",
    "libxcb-util1": "libxcb-util.so.1",
    "libxcb-xfixes0": "libxcb-xfixes.so.0",
    "libxcb-xkb1": "libxcb-xkb.so.1",
    "libxcb-glx0": "libxcb-glx.so.0",
}
# What only the tests and the installer use, with the program that each brings.
TEST_PROGRAMS = {
    "fontconfig": "fc-cache",
    "xvfb": "Xvfb",
    "binutils": "objdump",
    "postgresql": "/usr/lib/postgresql",
    # Debian's holds the compiler too, which veraPDF is asked with.
    "default-jre-headless": "java",
}
# What WeasyPrint draws with, beside which the pages of reports are measured.
RIVAL_LIBRARIES = {
    "libpango-1.0-0": "libpango-1.0.so.0",
    "libpangoft2-1.0-0": "libpangoft2-1.0.so.0",
    "libharfbuzz-subset0": "libharfbuzz-subset.so.0",
}


def say(text: str) -> None:
    print(text, flush=True)


# ------------------------------------------------------------------ set-up
def _library_missing(file: str) -> bool:
    try:
        ctypes.CDLL(file)
    except OSError:
        return True
    return False


def _program_missing(name: str) -> bool:
    return not Path(name).exists() if name.startswith("/") else shutil.which(name) is None


def ensure_system(*, tests: bool) -> None:
    """Install the system libraries that Qt and the tests need, or say how."""
    if not sys.platform.startswith("linux"):
        return
    wanted = [package for package, file in SCREEN_LIBRARIES.items() if _library_missing(file)]
    if tests:
        wanted += [package for package, name in TEST_PROGRAMS.items() if _program_missing(name)]
    if wanted:
        _install_system(wanted)


def _install_system(packages: Sequence[str]) -> None:
    """Install Debian's packages, or say how."""
    line = "apt-get install -y --no-install-recommends " + " ".join(packages)
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        root = "sudo " if shutil.which("apt-get") else "(with your system's own names) "
        say(f"Some system libraries are missing. Install them with:\n  {root}{line}")
        return
    say(f"Installing {len(packages)} system packages …")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in ("apt-get update -qq", line.replace("install", "install -qq", 1)):
        done = subprocess.run(
            command.split(), env=quiet, capture_output=True, text=True, check=False
        )
        if done.returncode:
            say(done.stdout + done.stderr)
            raise SystemExit(f"This did not work: {command}\nRun it by hand, then try again.")


def ensure_rivals() -> None:
    """Install what rivals draw with; where that fails, the bench says so in their line."""
    if not sys.platform.startswith("linux"):
        return
    wanted = [package for package, file in RIVAL_LIBRARIES.items() if _library_missing(file)]
    if wanted:
        try:
            _install_system(wanted)
        except SystemExit as fault:
            say(str(fault))


def ensure_environment() -> None:
    """Make `.venv` from the lock, or leave it where it already matches."""
    if sys.version_info < (3, 11):  # noqa: UP036 - whoever runs this may have an older Python
        raise SystemExit("Waymark needs Python 3.11 or later.")
    wanted = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()
    stamp = ENVIRONMENT / "waymark.stamp"
    if PYTHON.exists() and stamp.exists() and stamp.read_text() == wanted:
        return
    say("Making the environment (about a minute, once) …")
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)], check=False)
    if made.returncode:
        raise SystemExit(
            "Python could not make an environment. On Debian: apt-get install python3-venv"
        )
    installed = subprocess.run(
        [
            str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
            "--require-hashes", "--no-deps", "-r", str(LOCK),
        ],
        check=False,
    )  # fmt: skip
    if installed.returncode:
        raise SystemExit("The packages could not be installed: see the lines above.")
    stamp.write_text(wanted)


def in_environment(*arguments: str, **variables: str) -> int:
    """Run Python of the environment in the project's folder and return its exit code."""
    environment = {**os.environ, "PYTHONPATH": str(HERE), **variables}
    return subprocess.run(
        [str(PYTHON), *arguments], cwd=HERE, env=environment, check=False
    ).returncode


def become(*arguments: str, **variables: str) -> int:
    """As `in_environment`, in this process's place where the system can: signals reach it."""
    if WINDOWS:
        return in_environment(*arguments, **variables)
    os.chdir(HERE)
    environment = {**os.environ, "PYTHONPATH": str(HERE), **variables}
    os.execve(PYTHON, [str(PYTHON), *arguments], environment)


def has_display() -> bool:
    """Whether a window can be shown here."""
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


# ---------------------------------------------------------------- commands
def run(arguments: Sequence[str]) -> int:
    """Open the program on the demonstration casebook, with a central server beside it."""
    ensure_system(tests=False)
    ensure_environment()
    if not has_display():
        say("There is no display here, so this is the tour instead: it leaves pictures in .tour")
        return tour([str(HERE / ".tour")])
    if arguments:
        return in_environment("-m", "app", *arguments)
    return in_environment("-m", "tests.demonstration")


def tour(arguments: Sequence[str]) -> int:
    """Drive the real windows through the main job and leave screenshots, PDFs and tour.json."""
    if len(arguments) != 1:
        raise SystemExit("Say where to: python3 dev.py tour DIR")
    ensure_system(tests=False)
    ensure_environment()
    return in_environment("-m", "tests.tour", arguments[0], QT_QPA_PLATFORM="offscreen")


def bench(arguments: Sequence[str]) -> int:
    """Measure, each subject beside its baseline in the same run."""
    # The benchmarks of sync bring a PostgreSQL up, as the tests do.
    ensure_system(tests=True)
    if "psr_rivals" in arguments or not any(name.isidentifier() for name in arguments):
        ensure_rivals()
    ensure_environment()
    return in_environment("-m", "tests.benchmarks", *arguments, QT_QPA_PLATFORM="offscreen")


def check(arguments: Sequence[str]) -> int:
    """Look through every form for what a person would trip over."""
    ensure_environment()
    return in_environment("-m", "app.forms.lint", *arguments)


def words(arguments: Sequence[str]) -> int:
    """Bring the Welsh of the screens up to the texts of the program, and say what has none."""
    ensure_environment()
    return in_environment("-m", "tests.catalogue", *arguments)


def build(arguments: Sequence[str]) -> int:
    """Build the one-folder program, its third-party notices and its bill of materials."""
    ensure_system(tests=True)
    ensure_environment()
    built = in_environment(
        "-m",
        "PyInstaller",
        "--noconfirm",
        "--log-level",
        "WARN",
        *arguments,
        "build_installer.spec",
    )
    if built:
        return built
    dist = HERE / "dist"
    notices = in_environment(
        "-m", "piplicenses", "--format=plain-vertical", "--with-license-file", "--no-license-path",
        "--with-urls", f"--output-file={dist / 'THIRD-PARTY-NOTICES.txt'}",
    )  # fmt: skip
    if not notices:
        _add_notices_of_data(dist / "THIRD-PARTY-NOTICES.txt")
    bill = in_environment(
        "-m", "cyclonedx_py", "requirements", str(LOCK), "--pyproject", "pyproject.toml",
        "--output-reproducible", "--of", "JSON", "-o", str(dist / "waymark.cdx.json"),
    )  # fmt: skip
    return notices or bill


def _add_notices_of_data(notices: Path) -> None:
    """Name the dictionaries too, which no package brings: source, version and licences."""
    folder = HERE / "resources" / "dictionaries"
    with notices.open("a", encoding="utf-8", newline="\n") as file:
        for name in ("NOTICE.txt", "cy_GB.LICENSE.txt", "LGPL-3.txt", "GPL-3.txt"):
            file.write("\n\n" + (folder / name).read_text("utf-8"))


def server(arguments: Sequence[str]) -> int:
    """Start the central server: in the folder .server, or on the database whose address is given.

    With an address (postgresql+psycopg://…) the secrets and attachments stand in .server too; the
    tables are brought up to date first.
    """
    if len(arguments) > 1:
        raise SystemExit("Say at most where the database is: python3 dev.py server DATABASE")
    ensure_environment()
    folder = HERE / ".server"
    if not arguments:
        say(f"An embedded server in {folder}. To found a service, in another window:")
        say(f'  {PYTHON} -m server new-service "NAME" --administrator "NAME" --embedded .server')
        return become("-m", "server", "serve", "--embedded", str(folder))
    made = in_environment(
        "-c",
        "import sys, pathlib; from server.settings import embedded_settings as make; "
        "make(pathlib.Path(sys.argv[1]))",
        str(folder),
    )
    variables = {
        "WAYMARK_SERVER_DATABASE_URL": arguments[0],
        "WAYMARK_SERVER_MASTER_KEY_FILE": str(folder / "master.key"),
        "WAYMARK_SERVER_TOKEN_KEY_FILE": str(folder / "token.key"),
        "WAYMARK_SERVER_BLOB_FOLDER": str(folder / "blobs"),
        "WAYMARK_SERVER_PUBLIC_URL": "http://127.0.0.1:8400",
    }
    return (
        made
        or in_environment("-m", "server", "migrate", **variables)
        or become("-m", "server", "serve", **variables)
    )


def lock(_: Sequence[str]) -> int:
    """Write requirements.lock anew from pyproject.toml: universal, hashed, without addresses."""
    ensure_environment()
    return in_environment(
        "-m", "uv", "pip", "compile", "pyproject.toml", "--group", "dev", "--universal",
        "--generate-hashes", "--python-version", "3.11", "--no-annotate", "--no-header",
        "--no-config", "--no-emit-index-url", "--no-emit-find-links", "--upgrade", "--quiet",
        "--output-file", "requirements.lock",
    )  # fmt: skip


def test(arguments: Sequence[str]) -> int:
    """Everything: tests (arguments go to pytest), lint, format, types, import contracts, forms."""
    ensure_system(tests=True)
    ensure_environment()
    # Two workers: what a small machine has. Each takes half of the files, so that what a file sets
    # up is set up once, and whoever is done first takes over from the other.
    chosen = list(arguments) if arguments else ["-n", "2", "--dist", "worksteal"]
    steps: list[tuple[str, tuple[str, ...]]] = [
        ("lint", ("-m", "ruff", "check", ".")),
        ("format", ("-m", "ruff", "format", "--check", ".")),
        ("types", ("-m", "mypy")),
        ("imports", ("-c", "from importlinter.cli import lint_imports_command as c; c()")),
        ("forms", ("-m", "app.forms.lint")),
        ("tests", ("-m", "pytest", *chosen)),
    ]
    if not arguments:
        # The tests try the built program, so it is built anew first.
        steps.insert(-1, ("build", ("dev.py", "build")))
    outcome = []
    for name, command in steps:
        say(f"\n== {name}")
        started = time.monotonic()
        code = in_environment(*command, QT_QPA_PLATFORM="offscreen")
        outcome.append((name, code, time.monotonic() - started))
    say("")
    for name, code, seconds in outcome:
        say(f"{'ok    ' if code == 0 else 'FAILED'} {name} ({seconds:.0f} s)")
    return max(code != 0 for _, code, _ in outcome)


COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "run": run,
    "test": test,
    "tour": tour,
    "bench": bench,
    "check": check,
    "words": words,
    "server": server,
    "build": build,
    "lock": lock,
}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join(
            f"  {name:6} {(command.__doc__ or '').splitlines()[0]}"
            for name, command in COMMANDS.items()
        ),
    )
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    chosen = parser.parse_args()
    return COMMANDS[chosen.command](chosen.arguments)


if __name__ == "__main__":
    raise SystemExit(main())
