"""Start Waymark from the command line."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from app import __version__


def read(arguments: list[str]) -> argparse.Namespace:
    """The arguments of the command line."""
    parser = argparse.ArgumentParser(
        prog="waymark", description="The offline casebook for youth justice."
    )
    parser.add_argument("--casebook", type=Path, metavar="DIR", help="folder of the casebook")
    parser.add_argument(
        "--demo", action="store_true", help="open the demonstration casebook (fictional children)"
    )
    parser.add_argument(
        "--self-test",
        action="store_true",
        help="open an encrypted store, load every form, draw a report; say what happened",
    )
    parser.add_argument(
        "--verify",
        type=Path,
        metavar="PDF",
        help="say whether a PDF is a report of this casebook, unchanged (exit code 0: it is)",
    )
    parser.add_argument("--version", action="version", version=f"Waymark {__version__}")
    # Given by the process before this one, after a lock.
    parser.add_argument("--user", default="", help=argparse.SUPPRESS)
    parser.add_argument("--window", default="", help=argparse.SUPPRESS)
    # What could not be saved before the lock comes, sealed, on the standard input.
    parser.add_argument("--carried", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says; gives the exit code."""
    asked = read(sys.argv[1:] if arguments is None else arguments)
    from app import bootstrap
    from app.ui import crash_log

    crash_log.start()
    if asked.self_test:
        from app.self_test import run as self_test

        return self_test()
    folder = asked.casebook.expanduser().resolve() if asked.casebook else None
    if asked.verify:
        from app.verify import run as verify

        code = verify(asked.verify, folder, asked.user)
        crash_log.stop()
        return code
    code = bootstrap.run(
        bootstrap.Start(
            folder=folder,
            demo=asked.demo,
            user_id=asked.user,
            window=asked.window,
            carried=bootstrap.read_carried() if asked.carried else b"",
        )
    )
    crash_log.stop()
    return code


if __name__ == "__main__":
    raise SystemExit(main())
