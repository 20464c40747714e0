"""Columns that come and go, and cells that cannot be read: as each contract says."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from jobs.pipeline import Outcome
from jobs.settings import Settings
from jobs.steps import Context
from jobs.tables import QUARANTINE, SILVER
from tests.support.partitions import taken_in
from tests.support.region import CONTRACT, FEBRUARY, JANUARY, LOG, Firm

WITHOUT_DOWNTIME = [row.rsplit(",", 1)[0] for row in LOG]
WITH_REMARKS = [f"{LOG[0]},비고", f"{LOG[1]},야간", *(f"{row}," for row in LOG[2:])]
UNREADABLE = [*LOG[:-1], "W039,P-119A,2024.4.12,고장,수리,한참"]


def delivering(home: Settings, policy: str, log: list[str]) -> tuple[Outcome, dict[str, Any], Context]:
    """What came of a delivery under a policy, the facts of its steps, and the lake."""
    made = Firm(home)
    made.write_contract(CONTRACT.replace("tables:\n  equipment", f"{policy}\ntables:\n  equipment"))
    made.deliver(JANUARY, log)
    outcome, context = taken_in(home, JANUARY), Context(home)
    facts = {
        key: value for run in context.ledger.runs("firm_a") for key, value in json.loads(run["facts"] or "{}").items()
    }
    return outcome, facts, context


def reasons(context: Context) -> dict[str, int]:
    """Refused rows by the code of their first reason."""
    found: dict[str, int] = {}
    for row in context.lake.read(QUARANTINE).collect():
        found[row["reasons"][0]["code"]] = found.get(row["reasons"][0]["code"], 0) + 1
    return found


def test_a_new_column_is_reported_and_kept_in_bronze(home: Settings):
    outcome, facts, context = delivering(home, "on_new_column: ignore", WITH_REMARKS)
    assert outcome.status == "done"
    assert facts["new_columns"] == {"log": ["비고"]}
    assert reasons(context) == {}


def test_a_new_column_can_refuse_its_rows(home: Settings):
    outcome, facts, context = delivering(home, "on_new_column: quarantine", WITH_REMARKS)
    assert outcome.status == "done"
    assert facts["reasons"] == {"new_column 비고": 1}
    [row] = context.lake.read(QUARANTINE).collect()
    assert [(why["column"], why["value"]) for why in row["reasons"]] == [("비고", "야간")]


def test_a_new_column_can_refuse_the_delivery(home: Settings):
    outcome, _, _ = delivering(home, "on_new_column: freeze", WITH_REMARKS)
    assert outcome.status == "refused"
    assert "columns that the contract does not know: 비고 in log" in outcome.error


def test_a_missing_column_can_be_done_without(home: Settings):
    outcome, facts, context = delivering(home, "on_missing_column: ignore", WITHOUT_DOWNTIME)
    assert outcome.status == "done"
    assert facts["missing_columns"] == {"log": ["정지시간"]}
    assert context.lake.read(SILVER["maintenance"]).where("downtime_h IS NOT NULL").isEmpty()


def test_an_unreadable_cell_can_be_left_out_or_refuse_the_delivery(home: Settings):
    outcome, facts, context = delivering(home, "on_bad_value: ignore", UNREADABLE)
    assert outcome.status == "done"
    assert facts["warnings"] == {"bad_duration downtime_h": 1}
    assert facts["repairs"] == {"ignored downtime_h": 1}
    left_out = "downtime_h: cells that cannot be read are left out (on_bad_value: ignore); rows: 1"
    assert facts["verdict"]["warnings"] == [left_out]
    assert reasons(context) == {}
    outcome, facts, _ = delivering(home, "on_bad_value: freeze", UNREADABLE)
    assert outcome.status == "refused"
    assert "bad_duration downtime_h" in outcome.error
    assert facts["verdict"]["stops"] and "bad_duration downtime_h" in facts["verdict"]["failures"][0]


PARQUET = """\
source: firm_a
firm: firm_a
title: 아카이브
reads:
  kind: parquet
  tables:
    ORDERS: {path: "firm_a/{delivery_date}/orders.parquet"}
schedule: "0 2 * * *"
delivers: changes
on_missing_column: POLICY
tables:
  maintenance:
    from: ORDERS
    key: [maintenance_id]
    columns:
      maintenance_id: {from: [AUFNR]}
      equipment_tag: {from: [EQUNR], parse: tag}
      occurred: {from: [DAT], parse: korean_date}
      category: {from: [ART], codes: {B: corrective}}
      downtime_h: {from: [STD], parse: number, unit: h}
"""


@pytest.mark.parametrize(("policy", "valid"), [("ignore", 30), ("quarantine", 0), ("freeze", None)])
def test_an_archives_columns_come_and_go(policy: str, valid: int | None, home: Settings):
    made = Firm(home)
    home.sources.mkdir(parents=True)
    (home.sources / "firm_a.yaml").write_text(PARQUET.replace("POLICY", policy))
    columns = {"EQUNR": ["P-1"] * 30, "DAT": ["2024-01-05"] * 30, "ART": ["B"] * 30}
    write(made.folder(JANUARY), {"AUFNR": [f"A{i}" for i in range(30)], **columns, "STD": ["3"] * 30})
    write(made.folder(FEBRUARY), {"AUFNR": [f"B{i}" for i in range(30)], **columns, "NEU": ["x"] * 30})
    assert taken_in(home, JANUARY).status == "done"
    outcome = taken_in(home, FEBRUARY)
    if valid is None:
        assert outcome.status == "refused"
        assert "missing columns: STD in ORDERS" in outcome.error
        assert outcome.error_korean == (
            "firm_a의 2026-02-28 자료: 있어야 할 열이 없습니다: ORDERS 표의 STD. 그 열을 넣어 다시 보내 주세요."
        )
        return
    rows = Context(home).lake.read(SILVER["maintenance"]).where(f"_delivery_date = '{FEBRUARY}'").count()
    assert rows == valid, outcome.error
    assert taken_in(home, JANUARY).status == "done", "an older delivery can be taken in again"


def write(folder: Path, columns: dict[str, list[str]]) -> None:
    folder.mkdir(parents=True)
    pq.write_table(pa.table(columns), folder / "orders.parquet")
