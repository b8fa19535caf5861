"""A real PostgreSQL for tests: made in a temporary folder, run as an ordinary user, gone after.

PostgreSQL refuses to run as root, so it is started as the account *nobody* where root runs the
tests. It listens on a socket in its folder and on nothing else, and doesn't wait for the disk.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.engine import URL

_SETTINGS = "-c listen_addresses= -c fsync=off -c full_page_writes=off -c max_connections=100"
_NUMBERS = count(1)


@dataclass(frozen=True)
class Cluster:
    """A running PostgreSQL.

    Attributes:
        folder: Holds its socket.
    """

    folder: Path

    def url(self, database: str, user: str = "postgres") -> str:
        """The address of a database, for SQLAlchemy."""
        url = URL.create(
            "postgresql+psycopg", username=user, database=database, query={"host": str(self.folder)}
        )
        return url.render_as_string(hide_password=False)

    def do(self, *statements: str, database: str = "postgres") -> None:
        """Run statements as the superuser, each on its own."""
        engine = create_engine(self.url(database), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)
        engine.dispose()

    def fresh_database(self) -> str:
        """The name of a new empty database, owned by *waymark_owner*.

        *waymark_program* may connect and owns nothing. Neither is a superuser.
        """
        name = f"waymark_{os.getpid()}_{next(_NUMBERS)}"
        self.do(f"CREATE DATABASE {name} OWNER waymark_owner")
        return name


def programs() -> Path:
    """The folder with PostgreSQL's programs.

    Raises:
        FileNotFoundError: There are none: `dev.py test` installs them where it may.
    """
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    if found:
        return found[-1].parent
    if on_path:
        return Path(on_path).parent
    raise FileNotFoundError("PostgreSQL's initdb: install postgresql")


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A fresh PostgreSQL for as long as the block lasts."""
    bin_ = programs()
    account = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
    # Short: the path of a socket has at most 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="waymark-pg-", dir="/tmp"))
    if account is not None:
        os.chown(folder, account.pw_uid, account.pw_gid)

    def run(*command: str | Path) -> None:
        subprocess.run(
            command,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            cwd=folder,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    data = folder / "data"
    try:
        run(bin_ / "initdb", "-A", "trust", "--no-sync", "-U", "postgres", "-D", data)
        options = f"-k {folder} {_SETTINGS}"
        run(bin_ / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start")
        made = Cluster(folder)
        made.do("CREATE ROLE waymark_owner LOGIN", "CREATE ROLE waymark_program LOGIN")
        try:
            yield made
        finally:
            run(bin_ / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
