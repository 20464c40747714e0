"""The plan step: from the register, both lives and the contract to `gold.plan`, and what of it a firm is shown."""

from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest
from pyspark.sql import DataFrame, SparkSession

from jobs.contracts import Contract, load
from jobs.errors import DataError, UsageError
from jobs.ledger import Entry
from jobs.settings import Settings
from jobs.steps import Context, Scope, due, explained, plan
from jobs.steps import champion as champions
from jobs.steps.planned import planned, told
from jobs.tables import CURRENT, GOLD, Table
from models import registry
from models.gate import Champion
from models.outlook import Outlook, known_periods
from models.splits import landmarks
from tests.support.landmarks import END, landmark_frame
from tests.support.lives import Records, happened
from tests.support.paths import CHECKOUT
from tests.support.silver import filled

OURS, THEIRS = "hanbit_chem", "daon_oleo"
AS_OF = date(2026, 2, 28)


def unit(tag: str, source: str = OURS, **values: Any) -> dict[str, Any]:
    return {"_source": source, "equipment_tag": tag, "equipment_class": "PU", **values}


SILVER = Records(
    equipment=[
        unit("P-1", manufacturer="동진펌프", model="P-100", spare_lead_d=20, criticality_safety="high"),
        unit("P-2", description="이송펌프", has_spare=True, criticality_production="low"),
        unit("V-1", equipment_class="VE", is_shutdown_only=True, legal_inspection_due_on=date(2026, 8, 20),
             legal_inspection_basis="산업안전보건법 제93조"),
        unit("V-2", equipment_class="VE", legal_inspection_due_on=date(2026, 8, 20), surveillance_to=date(2025, 1, 1)),
        unit("P-9", THEIRS),
    ],
    maintenance=[
        {"_source": OURS, "equipment_tag": "P-1", "maintenance_id": "W1", "category": "corrective", "impact": "stopped",
         "activity": "replace", "downtime_h": 6.0, **happened(date(2025, 1, 1))},
    ],
)  # fmt: skip


def gold(spark: SparkSession, table: Table, rows: list[dict[str, Any]]) -> DataFrame:
    return spark.createDataFrame([tuple(row.get(name) for name in table.names) for row in rows], table.schema)


def life(tag: str, p10_d: float | None, source: str = OURS, **values: Any) -> dict[str, Any]:
    prob = {"fail_prob_30d": 0.2, "fail_prob_90d": 0.5, "fail_prob_365d": 0.9, "reference_fail_prob_365d": 0.3}
    model = {"model_name": "sme", "model_version": 1, "candidate": "cox", "is_baseline": False, "drivers": []}
    days = {"as_of": AS_OF, "time_unit": "days", "p10_d": p10_d, "longer_than_d": 1000.0}
    return {
        "population": "sme",
        "_source": source,
        "item_id": tag,
        "equipment_tag": tag,
        **days,
        **prob,
        **model,
        **values,
    }


def code(tag: str, point: str, inspect: date, required: date) -> dict[str, Any]:
    dates = {"as_of": AS_OF, "next_inspection_on": inspect, "required_reached_on": required}
    of = {"population": "sme", "_source": OURS, "equipment_tag": tag, "point": point}
    return {**of, **dates, "readings": 2, "guards": [], "is_governing": point == "1"}


def watched() -> pd.DataFrame:
    """Pumps and vessels that wear: P-1 is the oldest pump and P-2 the youngest; P-9 is another firm's."""
    frame = landmark_frame(60, source=OURS, is_aligned=True).assign(repairs_count=0.0, population="sme")
    pumps = frame[frame["is_scored"] & (frame["equipment_class"] == "PU")].sort_values("age_d")["item_id"].tolist()
    named = frame["item_id"].replace({pumps[-1]: "P-1", pumps[0]: "P-2", pumps[1]: "P-9"})
    return frame.assign(item_id=named, equipment_tag=named, _source=frame["_source"].mask(named == "P-9", THEIRS))


WATCHED = watched()
OUTLOOK = Outlook.learned(known_periods(landmarks(WATCHED), END), ("load_share", "equipment_class", "manufacturer"))


@pytest.fixture(scope="module")
def context(spark: Any, tmp_path_factory: pytest.TempPathFactory) -> Context:
    made = Context(Settings(home=tmp_path_factory.mktemp("home"), sources=CHECKOUT / "infra" / "sources"))
    for name in ("equipment", "maintenance"):
        for source in sorted({row["_source"] for row in getattr(SILVER, name)}):
            rows = filled(SILVER.frame(spark, name), CURRENT[name]).where(f"_source = '{source}'")
            made.lake.replace(CURRENT[name], rows, {"_source": source}, {})
    for name, rows in {
        "remaining_life": [life("P-1", 40.0), life("P-2", 300.0, fail_prob_30d=0.001, fail_prob_90d=0.003,
                           fail_prob_365d=0.1), life("P-9", 10.0, THEIRS)],
        "code_life": [code("V-1", "1", date(2026, 6, 1), date(2026, 12, 1)),
                      code("V-1", "2", date(2026, 9, 1), date(2026, 11, 1))],
        "landmark": WATCHED.astype(object).where(WATCHED.notna(), None).to_dict("records"),
    }.items():  # fmt: skip
        for source in sorted({row["_source"] for row in rows}):
            own = gold(spark, GOLD[name], [row for row in rows if row["_source"] == source])
            made.lake.replace(GOLD[name], own, {"population": "sme", "_source": source}, {})
    return made


@pytest.fixture(autouse=True)
def champion(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(champions, "in_force", lambda *_: (Champion(1, "cox", {}, "digest"), 1))
    monkeypatch.setattr(registry, "load_outlook", lambda *_: OUTLOOK)


def contract(source: str) -> Contract:
    return load(CHECKOUT / "infra" / "sources" / f"{source}.yaml")


SCOPE = Scope("sme", {name: contract(name) for name in (THEIRS, OURS)}, dict.fromkeys((THEIRS, OURS), AS_OF))


def test_before_anything_is_planned_the_command_says_how_to(context: Context) -> None:
    with pytest.raises(DataError, match="hanbit_chem: nothing is planned; `yeji score hanbit_chem` plans"):
        planned(context, OURS)
    with pytest.raises(UsageError, match="no source nobody"):
        planned(context, "nobody")


def test_every_line_has_its_date_reason_and_what_bound_it(context: Context) -> None:
    entry = Entry()
    plan.run(context, SCOPE, entry)
    assert entry.counts == {"actions": 5, "replaced_as_it_pays": 1, "bound_by_law": 2, "law_won": 1}
    rows = {row["action_id"]: row for row in planned(context, OURS)}
    assert set(rows) == {"P-1|replace", "P-2|inspect", "V-1|inspect", "V-1|replace"}

    pump = rows["P-1|replace"]
    assert (pump["bound_by"], pump["spare"], pump["order_by"]) == ("risk", "동진펌프 P-100", AS_OF)
    assert pump["planned_on"] == date(2026, 3, 20) and pump["planned_until"] == date(2026, 3, 22)
    assert pump["consequence_krw"] == 2 * (30e6 + 6 * 2e6), "a failure and its downtime, twice for safety"
    assert pump["risk_krw"] == pytest.approx(pump["fail_prob"] * pump["consequence_krw"])
    assert rows["P-2|inspect"]["consequence_krw"] == 0.5 * (30e6 + 6 * 2e6)

    look, wall = rows["V-1|inspect"], rows["V-1|replace"]
    assert (look["limit_on"], look["overrides"], look["planned_on"]) == (
        date(2026, 6, 1),
        ["over_window"],
        date(2026, 6, 1),
    )
    assert "따로 정지해야 합니다" in look["reason_ko"]
    assert (wall["limit_on"], wall["planned_on"], wall["bound_by"]) == (date(2026, 11, 1), date(2026, 8, 3), "window")
    assert look["fail_prob"] is None and look["risk_krw"] is None
    assert [row["rank"] for row in rows.values()] == [1, 2, 3, 4]


@pytest.mark.parametrize("known", ["no_champion", "no_outlook"])
def test_where_nothing_says_how_items_age_they_are_looked_at(context: Context, monkeypatch: Any, known: str) -> None:
    if known == "no_champion":
        monkeypatch.setattr(champions, "in_force", lambda *_: (None, 0))
    monkeypatch.setattr(registry, "load_outlook", lambda *_: None)
    assert due.due(context, SCOPE, {OURS: (30e6, 4e6)}).isEmpty()


def test_items_are_taken_in_parts_where_there_are_many(context: Context, monkeypatch: Any) -> None:
    prices = {OURS: (30e6, 4e6)}
    whole = sorted(due.due(context, SCOPE, prices).collect())
    monkeypatch.setattr(due, "MOST_ROWS", 50)
    assert sorted(due.due(context, SCOPE, prices).collect()) == whole
    assert ("hanbit_chem", "P-1") in [tuple(row) for row in whole]


def test_law_9_a_firm_is_shown_its_own_plan_and_nothing_else(context: Context) -> None:
    assert {row["_source"] for row in planned(context, THEIRS)} == {THEIRS}
    assert {row["_source"] for row in planned(context, OURS)} == {OURS}
    assert {row["_source"] for row in planned(context, None)} == {OURS, THEIRS}
    assert not [line for line in told(planned(context, THEIRS), 20) if OURS in line or "동진펌프" in line]


def test_one_sources_night_leaves_the_others_plan_as_it_was(context: Context) -> None:
    before = planned(context, OURS)
    own = {THEIRS: contract(THEIRS)}
    plan.run(context, replace(SCOPE, contracts=own, extracted_on={THEIRS: AS_OF}, source=THEIRS), Entry())
    assert planned(context, OURS) == before


def test_an_assets_life_is_told_with_what_it_rests_on(context: Context) -> None:
    (row,) = explained.explained(context, OURS, "P-1")
    lines = explained.told(row)
    assert lines[0].startswith("hanbit_chem  P-1  as of 2026-02-28, model sme 1 (cox)")
    assert lines[1].startswith("remaining days: p10 40, p50 > 1,000, p90 > 1,000; P(failure): 30 days 20.0%")
    assert lines[2].endswith("reference (medians of its class): P 30.0%")
    with pytest.raises(DataError, match="hanbit_chem: nowhere has no remaining life; known are P-1"):
        explained.explained(context, OURS, "nowhere")
    with pytest.raises(DataError):
        explained.explained(context, OURS, "P-9")
