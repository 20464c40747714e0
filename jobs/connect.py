"""A warm Spark Connect server on this host: `python -m jobs.connect start | stop | status | run COMMAND…`.

Under a scheduler every task is a process of its own; sharing one server spares each a cold JVM (15 s) and keeps every
write to the lake in one JVM. The server listens on the loopback address only and asks for a token, which lies in a
file that only this user can read. One server per `YEJI_HOME`; `run` starts it if needed and stops it if it did.
"""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pyspark

from jobs.errors import UsageError, YejiError
from jobs.session import conf
from jobs.settings import Settings, settings

CLASS = "org.apache.spark.sql.connect.service.SparkConnectServer"
SPARK_HOME = Path(pyspark.__file__).parent  # pip's pyspark: no start script for the server, but spark-submit
START_S = 90.0
STOP_S = 20.0


@dataclass(frozen=True)
class Server:
    """A running server: its process and how a client reaches it."""

    pid: int
    port: int
    token: str

    @property
    def environment(self) -> dict[str, str]:
        """What a client process needs; the token stays out of the URL, which logs may show."""
        return {"SPARK_REMOTE": f"sc://localhost:{self.port}", "SPARK_CONNECT_AUTHENTICATE_TOKEN": self.token}


def start(settings: Settings) -> Server:
    """The server of this home, started if it does not run, once it answers."""
    if (running := find(settings)) is not None:
        return running
    folder = _folder(settings)
    folder.mkdir(parents=True, exist_ok=True)
    port, token = _free_port(), secrets.token_urlsafe(32)
    _write_private(folder / "token", token)
    _write_private(folder / "spark.conf", _properties(settings, port, token))
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen(
            [
                str(SPARK_HOME / "bin" / "spark-submit"),
                "--class",
                CLASS,
                "--properties-file",
                str(folder / "spark.conf"),
                "spark-internal",
            ],
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            cwd=folder,
            env={key: value for key, value in os.environ.items() if key != "SPARK_REMOTE"}
            | {"SPARK_HOME": str(SPARK_HOME), "PYSPARK_PYTHON": sys.executable},
            start_new_session=True,
        )
    server = Server(process.pid, port, token)
    _wait(process, server, folder / "server.log")
    (folder / "server").write_text(f"{server.pid} {psutil.Process(server.pid).create_time()} {port}\n")
    return server


def find(settings: Settings) -> Server | None:
    """The server of this home, or None. A process that merely got the same number is not taken for it."""
    folder = _folder(settings)
    try:
        pid, created, port = (folder / "server").read_text().split()
        process = psutil.Process(int(pid))
        same = process.create_time() == float(created) and process.status() != psutil.STATUS_ZOMBIE
        return Server(int(pid), int(port), (folder / "token").read_text()) if same else None
    except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
        return None


def stop(settings: Settings) -> bool:
    """End the server of this home; whether one ran."""
    server = find(settings)
    if server is not None:
        process = psutil.Process(server.pid)
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_S)
        except psutil.TimeoutExpired:
            process.kill()
    (_folder(settings) / "server").unlink(missing_ok=True)
    return server is not None


@contextmanager
def serving(settings: Settings) -> Iterator[Server]:
    """A server for the length of a block; one that ran before runs on."""
    ran_before = find(settings) is not None
    server = start(settings)
    try:
        yield server
    finally:
        if not ran_before:
            stop(settings)


def _folder(settings: Settings) -> Path:
    return settings.home.absolute() / "connect"


def _properties(settings: Settings, port: int, token: str) -> str:
    """The same configuration as the in-process session, and the server's own; a file, since arguments are public."""
    server = {
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": str(port),
        "spark.connect.authenticate.token": token,
    }
    return "".join(f"{key}={value}\n" for key, value in (conf(settings) | server).items())


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], server: Server, log: Path) -> None:
    """Until the port answers: the server opens it when the session behind it is ready."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise YejiError(f"The Spark Connect server ended at its start; its log is {log}.")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", server.port)) == 0:
                return
        time.sleep(0.2)
    process.kill()
    raise YejiError(f"The Spark Connect server did not answer within {START_S:.0f} s; its log is {log}.")


def _run(command: list[str], variables: dict[str, str]) -> int:
    """Run a command to its end. Ctrl-C is the command's to answer; a request to end is handed on to it."""
    with subprocess.Popen(command, env=variables) as process:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for ending in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(ending, lambda *_: process.terminate())
        return process.wait()


def main(arguments: list[str]) -> int:
    """The command line; `run` passes on the command's own exit code."""
    match arguments:
        case ["start"]:
            server = start(settings())
            print(f"Spark Connect server {server.pid} listens on localhost:{server.port}.")
        case ["stop"]:
            print("The Spark Connect server is stopped." if stop(settings()) else "No Spark Connect server ran.")
        case ["status"]:
            running = find(settings())
            print(f"Spark Connect server {running.pid} on localhost:{running.port}." if running else "None runs.")
            return 0 if running else 1
        case ["run", *command] if command:
            with serving(settings()) as server:
                return _run(command, os.environ | server.environment)
        case _:
            raise UsageError("python -m jobs.connect start | stop | status | run COMMAND…")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except YejiError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
