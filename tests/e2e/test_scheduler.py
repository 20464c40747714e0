"""A real scheduler, processes of its own for every task, one Spark Connect server for all of them."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from jobs import connect
from jobs.settings import Settings
from tests.support.airflow import contract, variables
from tests.support.paths import CHECKOUT

KEY = "2024-01-31"
BIN = Path(sys.executable).parent


def deliver(inbox: Path) -> None:
    """Two years of work orders on six pumps."""
    folder = inbox / "tiny" / KEY
    folder.mkdir(parents=True)
    rows = [
        f"W{pump}{month:02d},P-10{pump},202{2 + month // 12}-{month % 12 + 1:02d}-1{pump},고장,교체"
        for pump in range(1, 7)
        for month in range(pump, 24, 5)
    ]
    (folder / "log.csv").write_text("\n".join(["작업번호,설비,작업일,구분,조치", *rows]) + "\n")


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Airflow and the Connect server, as `make scheduler` runs them; the client is signed in to Airflow's API."""
    folder = tmp_path_factory.mktemp("platform")
    home, sources, inbox = folder / "home", folder / "sources", folder / "inbox"
    home.mkdir()
    sources.mkdir()
    (sources / "tiny.yaml").write_text(contract("tiny", population="tiny_firms"))
    deliver(inbox)
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with connect.serving(Settings(home=home)) as server, ExitStack() as running:
        told = (
            os.environ
            | variables(home, home=home, sources=sources, inbox=inbox)
            | server.environment
            | {
                "AIRFLOW__API__PORT": str(port),
                "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{address}/execution/",
                "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "5",
            }
        )
        log = home / "airflow.log"
        airflow(log, told, "db", "migrate").wait(120)
        for part in ("api-server", "dag-processor", "scheduler"):
            running.enter_context(ended(airflow(log, told, part)))
        passwords = home / "airflow" / "passwords.json"
        with httpx.Client(base_url=address, timeout=30) as client:
            until(lambda: answers(client) and passwords.exists(), 240, f"Airflow's API to answer; see {log}")
            password = json.loads(passwords.read_text())["admin"]
            token = client.post("/auth/token", json={"username": "admin", "password": password}).json()["access_token"]
            client.headers["Authorization"] = f"Bearer {token}"
            yield client


def test_scoring_follows_an_ingest_by_the_same_key(platform: httpx.Client) -> None:
    for dag_id in ("ingest_tiny", "score_tiny"):
        until(lambda: unpause(platform, dag_id), 120, f"{dag_id} to be parsed")  # noqa: B023
    made = platform.post("/api/v2/dags/ingest_tiny/dagRuns", json={"logical_date": None, "partition_key": KEY})
    assert made.status_code == 200, made.text

    until(lambda: ended_runs(platform, "ingest_tiny"), 500, "the ingest to end")
    (ingest,) = ended_runs(platform, "ingest_tiny")
    assert ingest["state"] == "success"
    counts = platform.get(
        f"/api/v2/dags/ingest_tiny/dagRuns/{ingest['dag_run_id']}/taskInstances/conform/xcomEntries/return_value"
    ).json()["value"]
    assert counts["attempt"] == 1

    task = f"/api/v2/dags/ingest_tiny/dagRuns/{ingest['dag_run_id']}/taskInstances/check"
    docs = platform.get(f"{task}/links").json()["extra_links"]["Data Docs"]
    assert docs == f"/yeji/docs/sources/tiny.html#{KEY}-1"
    page = platform.get(docs)
    assert page.status_code == 200 and f'id="{KEY}-1"' in page.text
    assert platform.get("/yeji/docs/index.html").status_code == 200

    until(lambda: ended_runs(platform, "score_tiny"), 240, "the scoring to end")
    (score,) = ended_runs(platform, "score_tiny")
    assert (score["run_type"], score["state"]) == ("asset_triggered", "success")


def test_the_api_asks_who_is_there(platform: httpx.Client) -> None:
    assert httpx.get(f"{platform.base_url}/api/v2/dags").status_code == 401
    sent_away = httpx.get(f"{platform.base_url}/yeji/docs/index.html")
    assert (sent_away.status_code, "/auth/login" in sent_away.headers["location"]) == (307, True)
    assert platform.get("/yeji/docs/%2e%2e/great_expectations.yml").status_code == 404


def airflow(log: Path, variables: dict[str, str], *command: str) -> subprocess.Popen[bytes]:
    with log.open("a") as file:
        return subprocess.Popen(
            [str(BIN / "airflow"), *command],
            env=variables,
            stdout=file,
            stderr=file,
            cwd=CHECKOUT,
            start_new_session=True,
        )


@contextmanager
def ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """End a process of ours after a block, and what it started."""
    try:
        yield
    finally:
        os.killpg(process.pid, 15)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.wait(15)


def until(condition: Callable[[], Any], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s for {what}"
        time.sleep(1)


def answers(client: httpx.Client) -> bool:
    try:
        return client.get("/api/v2/monitor/health").is_success
    except httpx.TransportError:
        return False


def unpause(client: httpx.Client, dag_id: str) -> bool:
    return client.patch(f"/api/v2/dags/{dag_id}", json={"is_paused": False}).is_success


def ended_runs(client: httpx.Client, dag_id: str) -> list[dict[str, Any]]:
    """Of the runs for KEY; unpausing also starts the last night's by cron, which has no delivery."""
    runs = client.get(f"/api/v2/dags/{dag_id}/dagRuns").json()["dag_runs"]
    return [run for run in runs if run["partition_key"] == KEY and run["state"] in ("success", "failed")]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
