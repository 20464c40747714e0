"""Airflow for tests: a home of its own, and a source for its Dags to be made of."""

from pathlib import Path

from dags.common.airflow_home import environment

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


def variables(root: Path, **yeji: Path) -> dict[str, str]:
    """What a process is told before it imports Airflow, all of it below `root`; and `YEJI_<NAME>` for each name given."""
    return environment(root) | {f"YEJI_{name.upper()}": str(path) for name, path in yeji.items()}


def contract(source: str, population: str = "") -> str:
    """The contract of a source of work orders as CSV; of its lives too where a population is named."""
    return CONTRACT.format(source=source) + (LIVES.format(population=population) if population else "")
