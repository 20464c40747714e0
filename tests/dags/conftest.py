"""Airflow with a home of its own; its settings are read when it is first imported, so they are entered here."""

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dags.common.airflow_home import DAGS, environment
from jobs.settings import settings

if TYPE_CHECKING:
    from airflow.dag_processing.dagbag import DagBag

HOME = Path(tempfile.mkdtemp(prefix="yeji-airflow-"))
os.environ |= environment(HOME)

CONTRACT = """\
source: {source}
firm: {source}
title: 시험 회사
reads: {{kind: csv, path: "{source}/{{delivery_date}}/*.csv"}}
schedule: "30 2 * * *"
delivers: everything
tables:
  maintenance:
    key: [maintenance_id]
    columns:
      maintenance_id: {{from: [작업번호]}}
      equipment_tag: {{from: [설비], parse: tag}}
      occurred: {{from: [작업일], parse: korean_date}}
      category: {{from: [구분], codes: {{고장: corrective, 예방: preventive}}}}
      activity: {{from: [조치], codes: {{교체: replace, 수리: repair}}}}
"""

LIVES = """\
lives:
  population: {population}
  item: equipment_tag
  ends: {{table: maintenance, category: [corrective]}}
  renews: [replace]
  merge_within_days: 2
  zero_gaps: merge
  record_lag_days: 7
  imminent_within_days: 30
  horizons_d: [30, 90, 365]
  landmark_every_d: 91
"""


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of contracts and an inbox: two firms of one population, one without lives, and one contract with a typo.

    `east` has delivered twice, `west` once, `north` never.
    """
    folder, inbox = tmp_path / "sources", tmp_path / "inbox"
    folder.mkdir()
    for source in ("east", "west"):
        (folder / f"{source}.yaml").write_text(CONTRACT.format(source=source) + LIVES.format(population="small_firms"))
    (folder / "north.yaml").write_text(CONTRACT.format(source="north"))
    (folder / "typo.yaml").write_text(CONTRACT.format(source="typo").replace("korean_date", "koraen_date"))
    for delivery in ("east/2024-01-31", "east/2024-02-29", "west/2024-01-31"):
        (inbox / delivery).mkdir(parents=True)
        (inbox / delivery / "log.csv").touch()
    monkeypatch.setenv("YEJI_HOME", str(HOME))
    monkeypatch.setenv("YEJI_SOURCES", str(folder))
    monkeypatch.setenv("YEJI_INBOX", str(inbox))
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
