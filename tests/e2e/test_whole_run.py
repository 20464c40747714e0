"""A whole small region, through Airflow and without it: the same lake, a champion, and predictions."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from jobs.lake import content_hash
from jobs.ledger import Ledger
from jobs.settings import Settings
from jobs.steps import Context
from jobs.tables import CURRENT, GOLD, QUARANTINE, SILVER
from tests.support.paths import CHECKOUT

FIRMS = ("hanbit_chem", "samil_solvent", "dongnam_gas")

pytestmark = pytest.mark.timeout(1800)  # two whole nights, each in one fixture


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small region, and the contracts of three of its firms."""
    from jobs.sample import generate

    made = tmp_path_factory.mktemp("night")
    generate(made / "region", scale=0.1, seed=7)
    (made / "sources").mkdir()
    for name in FIRMS:
        contract = CHECKOUT / "infra" / "sources" / f"{name}.yaml"
        (made / "sources" / contract.name).write_bytes(contract.read_bytes())
    return made


def run(folder: Path, home: str, *command: str) -> tuple[subprocess.CompletedProcess[str], Settings]:
    environment = {
        "YEJI_HOME": str(folder / home),
        "YEJI_INBOX": str(folder / "region" / "inbox"),
        "YEJI_SOURCES": str(folder / "sources"),
    }
    without = {name: value for name, value in os.environ.items() if name != "SPARK_REMOTE"}
    done = subprocess.run(
        [sys.executable, "-m", *command], env=without | environment, capture_output=True, text=True, check=False
    )
    return done, Settings(home=folder / home, inbox=folder / "region" / "inbox", sources=folder / "sources")


@pytest.fixture(scope="module")
def by_airflow(folder: Path) -> tuple[subprocess.CompletedProcess[str], Settings]:
    return run(folder, "airflow_home", "dags.common.night")


@pytest.fixture(scope="module")
def by_yeji(folder: Path) -> tuple[subprocess.CompletedProcess[str], Settings]:
    return run(folder, "yeji_home", "jobs.cli", "run", "--json")


def test_a_night_through_airflow_publishes_trains_and_scores(by_airflow):
    done, settings = by_airflow
    assert done.returncode == 0, done.stdout + done.stderr
    assert {p["status"] for p in Ledger(settings.ledger_url).partitions()} == {"published"}
    for said in ("Champion of sme", "Look at first", "Data Docs", "MLflow"):
        assert said in done.stdout
    assert (settings.quality_dir / "data_docs" / "index.html").exists()


def test_without_airflow_the_tables_are_the_same(by_airflow, by_yeji):
    done, settings = by_yeji
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["models"]["sme"]["scored"] > 0
    tables = (*SILVER.values(), *CURRENT.values(), QUARANTINE, *GOLD.values())
    for table in tables:
        hashes = {content_hash(Context(s).lake.read(table)) for s in (settings, by_airflow[1])}
        assert len(hashes) == 1, f"{table.name} differs"
    mine, airflows = (Ledger(s.ledger_url).partitions() for s in (settings, by_airflow[1]))
    assert [p["content_hash"] for p in mine] == [p["content_hash"] for p in airflows]
