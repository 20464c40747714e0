"""The Spark Connect server: one per home, on the loopback address, for those who hold its token."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from jobs import connect
from jobs.settings import Settings
from tests.support.paths import CHECKOUT

CLIENT = "from jobs.session import session; print(session().range(7).count())"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Settings, connect.Server]]:
    home = Settings(home=tmp_path_factory.mktemp("connect"))
    with connect.serving(home) as server:
        yield home, server
    assert connect.find(home) is None
    assert not psutil.pid_exists(server.pid)


def client(variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", CLIENT],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        cwd=CHECKOUT,
        timeout=120,
    )


def test_a_client_with_the_token_is_served(served: tuple[Settings, connect.Server]) -> None:
    assert client(served[1].environment).stdout.strip() == "7"


def test_a_client_without_it_is_not(served: tuple[Settings, connect.Server]) -> None:
    refused = client(served[1].environment | {"SPARK_CONNECT_AUTHENTICATE_TOKEN": "guessed"})
    assert refused.returncode != 0
    assert "Invalid authentication token" in refused.stderr


def test_it_listens_on_this_host_only(served: tuple[Settings, connect.Server]) -> None:
    ports = [c.laddr for c in psutil.Process(served[1].pid).net_connections("tcp") if c.status == psutil.CONN_LISTEN]
    assert served[1].port in {address.port for address in ports}
    assert {address.ip.removeprefix("::ffff:") for address in ports} == {"127.0.0.1"}


def test_its_token_is_for_this_user_only(served: tuple[Settings, connect.Server]) -> None:
    home, server = served
    secret = [p for p in (home.home / "connect").iterdir() if server.token in p.read_text()]
    assert {path.name for path in secret} == {"token", "spark.conf"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in secret} == {0o600}
    assert server.token not in " ".join(psutil.Process(server.pid).cmdline())


def test_a_second_start_finds_the_first(served: tuple[Settings, connect.Server]) -> None:
    assert connect.start(served[0]) == served[1]


def test_a_process_that_merely_has_its_number_is_not_taken_for_it(tmp_path: Path) -> None:
    home = Settings(home=tmp_path)
    (tmp_path / "connect").mkdir()
    (tmp_path / "connect" / "token").write_text("t")
    (tmp_path / "connect" / "server").write_text(f"{os.getpid()} 1.5 15002\n")
    assert connect.find(home) is None
    assert connect.stop(home) is False
