"""Airflow with a home of its own; its settings are read when it is first imported, so they are entered here."""

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dags.common.airflow_home import DAGS
from jobs.settings import settings
from tests.support.airflow import contract, variables

if TYPE_CHECKING:
    from airflow.dag_processing.dagbag import DagBag

HOME = Path(tempfile.mkdtemp(prefix="yeji-airflow-"))
os.environ |= variables(HOME)


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of contracts and an inbox: two firms of one population, one without lives, and one contract with a typo.

    `east` has delivered twice, `west` once, `north` never.
    """
    folder, inbox = tmp_path / "sources", tmp_path / "inbox"
    folder.mkdir()
    for source in ("east", "west"):
        (folder / f"{source}.yaml").write_text(contract(source, population="small_firms"))
    (folder / "north.yaml").write_text(contract("north"))
    (folder / "typo.yaml").write_text(contract("typo").replace("korean_date", "koraen_date"))
    for delivery in ("east/2024-01-31", "east/2024-02-29", "west/2024-01-31"):
        (inbox / delivery).mkdir(parents=True)
        (inbox / delivery / "log.csv").touch()
    for name, value in variables(HOME, home=HOME, sources=folder, inbox=inbox).items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    yield folder
    settings.cache_clear()


@pytest.fixture
def parse(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Path], "DagBag"]]:
    """Parses the Dags of a folder of contracts as the scheduler does."""

    def parsed(folder: Path) -> "DagBag":
        from airflow.dag_processing.dagbag import DagBag

        monkeypatch.setenv("YEJI_SOURCES", str(folder))
        settings.cache_clear()
        return DagBag(dag_folder=DAGS)

    yield parsed
    settings.cache_clear()
