"""Lives of the two real sets, by their contracts: the facts of the data folder's README."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pandas as pd
import pytest
from pyspark.sql import DataFrame, SparkSession

from jobs.contracts import Contract, load
from jobs.steps.item_events import items, life_rules, records, rules_frame
from jobs.steps.lives import build_lives, records_summary
from models.lives import LifeRules
from tests.support.lives import Records, happened
from tests.support.paths import CHECKOUT, shared_data

FIRST_RECORDS = date(2015, 1, 1)


def contract(name: str) -> Contract:
    return load(CHECKOUT / "infra" / "sources" / "real" / f"{name}.yaml")


def rules_of(one: Contract) -> LifeRules:
    assert one.lives and one.reads.delivered_on
    return life_rules(one.source, one.lives, one.reads.delivered_on)


def lives_of(spark: SparkSession, silver: Records, rules: LifeRules) -> tuple[pd.DataFrame, DataFrame]:
    """The spells, and the records they come from."""
    table = rules_frame(spark, [rules])
    found = records(silver.frame(spark, "maintenance"), silver.frame(spark, "failure"), table)
    events = found.where("item_id IS NOT NULL")
    spells = build_lives(events, items(silver.frame(spark, "equipment"), events, table)).toPandas()
    return spells.sort_values(["item_id", "spell"], ignore_index=True), found


@pytest.fixture(scope="module")
def azure(spark: SparkSession) -> pd.DataFrame:
    folder, rules = shared_data("azure_pdm"), rules_of(contract("azure_pdm"))
    read = {name: pd.read_csv(folder / f"PdM_{name}.csv") for name in ("machines", "failures", "maint")}
    silver = Records(
        equipment=[{**_of("azure_pdm", row.machineID)} for row in read["machines"].itertuples()],
        failure=[
            {**_of("azure_pdm", row.machineID), **_at(str(row.datetime)), "failure_id": f"f{row.Index}", "impact": "stopped",
             "maintainable_item": row.failure}
            for row in read["failures"].itertuples()
        ],
        maintenance=[
            {**_of("azure_pdm", row.machineID), **_at(str(row.datetime)), "maintenance_id": f"m{row.Index}",
             "maintainable_item": row.comp, "activity": "replace", "category": "preventive"}
            for row in read["maint"].itertuples()
        ],
    )  # fmt: skip
    return lives_of(spark, silver, rules)[0]


def _of(source: str, tag: object) -> dict[str, Any]:
    return {"_source": source, "equipment_tag": str(tag)}


def _at(text: str) -> dict[str, Any]:
    return happened(datetime.fromisoformat(text).date())


def test_no_azure_life_is_at_risk_before_2015_while_ages_run_from_the_2014_replacements(azure: pd.DataFrame) -> None:
    assert azure["entered_on"].min() == FIRST_RECORDS
    first = azure[azure["spell"] == 1]
    assert len(first) == 400
    assert first["is_origin_known"].all()
    assert (first["origin_on"] < FIRST_RECORDS).sum() > 300
    assert first["entered_d"].max() > 150


def test_of_761_azure_failures_743_renew_and_18_repair(azure: pd.DataFrame) -> None:
    following = azure.groupby("item_id").shift(-1)
    failed = azure["event"]
    assert failed.sum() == 761
    assert (following.loc[failed, "entered_d"] == 0).sum() == 743
    runs_on = failed & (following["entered_d"] > 0)
    assert runs_on.sum() == 18
    assert (following.loc[runs_on, "entered_d"] == azure.loc[runs_on, "ended_d"]).all()


def excavator_records() -> Records:
    """Silver maintenance by the contract's own code lists; a row without a readable date is left out."""
    one = contract("excavators").tables["maintenance"]
    rows = pd.read_csv(shared_data("excavators") / "excavators-cleaned.csv", dtype=str)
    rows = (
        rows[pd.to_datetime(rows["BscStartDate"], errors="coerce").notna()].astype(object).replace({float("nan"): None})
    )

    def coded(column: str, row: Mapping[Any, Any]) -> str | None:
        rule = one.columns[column]
        value = next((row[name] for name in rule.headings if row[name] is not None), None)
        return (rule.codes or {}).get(str(value), rule.default)

    return Records(
        maintenance=[
            {
                **_of("excavators", row["Asset"]),
                **_at(row["BscStartDate"]),
                "maintenance_id": str(number),
                "subunit": row["MajorSystem"],
                "category": coded("category", row),
                "activity": coded("activity", row),
            }
            for number, row in enumerate(rows.to_dict("records"))
        ]
    )


def test_zero_day_gaps_of_the_excavators_are_halved_or_merged_as_the_contract_says_and_counted(
    spark: SparkSession,
) -> None:
    silver, rules = excavator_records(), rules_of(contract("excavators"))
    assert (rules.zero_gaps, rules.merge_within_days) == ("half", 0)
    halved, found = lives_of(spark, silver, rules)
    merged, _ = lives_of(spark, silver, replace(rules, zero_gaps="merge"))
    counted = records_summary(found)
    failures = pd.DataFrame(silver.maintenance).query("category == 'corrective' and subunit.notna()")
    days = failures.sort_values("occurred_from").groupby(["equipment_tag", "subunit"])["occurred_from"].diff().dropna()
    assert counted["records_without_item"] == sum(row["subunit"] is None for row in silver.maintenance)
    assert counted["zero_gaps"] == (days.dt.days == 0).sum()
    assert counted["zero_gaps"] / len(days) == pytest.approx(0.20, abs=0.01)
    is_half = halved["ended_on"] == halved["entered_on"]
    assert (halved.loc[is_half, "ended_d"] - halved.loc[is_half, "entered_d"] == 0.5).all()
    assert halved["event"].sum() - merged["event"].sum() == is_half.sum() == zero_gaps_at_risk(failures, halved)
    assert (merged["ended_on"] > merged["entered_on"]).all()


def zero_gaps_at_risk(failures: pd.DataFrame, spells: pd.DataFrame) -> int:
    """Failures 0 days after another of the item, on days after the first of its surveillance."""
    item_id = failures["equipment_tag"] + "|" + failures["subunit"]
    entered_on = item_id.map(spells[spells["spell"] == 1].set_index("item_id")["entered_on"])
    at_risk = failures.assign(item_id=item_id)[failures["occurred_from"] > pd.to_datetime(entered_on)]
    return int(at_risk.duplicated(["item_id", "occurred_from"]).sum())
