"""What counts of a record: corrected, refused, reused, withdrawn, late; whatever the order in which deliveries came."""

import random
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs.current import refused_keys
from jobs.lake import Delivered, Lake, Partition, content_hash
from jobs.tables import CURRENT, QUARANTINE, SILVER, Table

MAINTENANCE = SILVER["maintenance"]
DATES = (date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30))

Said = Mapping[str, str]
"""A delivery: by key `text`, `text@tag` (another asset), or `refused`."""

Counts = dict[str, tuple[str, date | None, bool]]
"""By key: the text that counts, newest_refused_on, is_withdrawn."""


def frame(spark: SparkSession, table: Table, partition: Partition, columns: Mapping[str, list[str]]) -> DataFrame:
    filler = {
        "_source": F.lit(partition.source),
        "_delivery_date": F.lit(partition.delivery_date),
        "_attempt": F.lit(partition.attempt),
        "_table": F.lit("log"),
        "_file": F.lit("log.csv"),
        "_row": F.monotonically_increasing_id(),
        "_row_hash": F.lit("0"),
        "_landed_at_utc": F.lit(datetime(2026, 3, 1)),
        "occurred_from": F.lit(datetime(2025, 3, 5)),
        "occurred_to": F.lit(datetime(2025, 3, 5)),
        "recorded_on": F.lit(date(2025, 3, 6)),
        "is_recorded_on_assumed": F.lit(False),
        "_cells": F.array(),
        "reasons": F.array(),
        "record_keys": F.array(F.struct(F.lit("maintenance").alias("table"), F.col("key").alias("key"))),
    }
    names = ", ".join(f"{name} string" for name in columns)
    given = spark.createDataFrame(list(zip(*columns.values(), strict=True)), names)
    return given.select(
        *[(F.col(f.name) if f.name in columns else filler.get(f.name, F.lit(None))).cast(f.spark_type).alias(f.name)
          for f in table.fields]
    )  # fmt: skip


def publish(lake: Lake, partition: Partition, said: Said, published: Sequence[date], is_everything: bool) -> None:
    """What the step `publish` does, with the rows that a delivery says."""
    valid = {key: text for key, text in said.items() if text != "refused"}
    texts, tags = ([text.partition("@")[i] or "P-101A" for text in valid.values()] for i in (0, 2))
    columns = {"maintenance_id": list(valid), "text": texts, "equipment_tag": tags}
    rows = frame(lake.spark, MAINTENANCE, partition, columns)
    refused = frame(lake.spark, QUARANTINE, partition, {"key": [key for key in said if key not in valid]})
    commits = [lake.replace_partition(t, f, partition, {}) for t, f in ((MAINTENANCE, rows), (QUARANTINE, refused))]
    delivered = Delivered(
        partition,
        newest=max(partition.delivery_date, *published),
        complete_on=max(partition.delivery_date, *published) if is_everything else None,
        is_first=not any(commit.replaced for commit in commits),
    )
    lake.refresh_current(MAINTENANCE, rows, refused_keys(refused, MAINTENANCE), delivered)


def counts(lake: Lake) -> Counts:
    rows = lake.read(CURRENT["maintenance"]).collect()
    return {r["maintenance_id"]: (r["text"], r["newest_refused_on"], r["is_withdrawn"]) for r in rows}


def reference(deliveries: Mapping[date, Said], is_everything: bool) -> Counts:
    """The same in plain Python, key by key."""
    newest, found = max(deliveries), {}
    for key in {key for said in deliveries.values() for key in said}:
        versions = {day: deliveries[day][key] for day in sorted(deliveries) if key in deliveries[day]}
        valid = {day: text for day, text in versions.items() if text != "refused"}
        if not valid:
            continue
        first = next(iter(valid.values())).partition("@")[2]
        day = max(day for day, text in valid.items() if text.partition("@")[2] == first)
        doubted = max((d for d in versions if d > day), default=None)
        is_withdrawn = is_everything and newest not in versions
        found[key] = (valid[day].partition("@")[0], doubted, is_withdrawn)
    return found


def a_history(seed: int) -> dict[date, Said]:
    """Four deliveries over six keys: some absent, refused, corrected, or used for another asset."""
    draw = random.Random(seed)

    def said(day: date) -> dict[str, str]:
        versions = {
            f"W{i}": draw.choice(["", "refused", f"{day:%b}", f"{day:%b}", f"{day:%b}@P-999"]) for i in range(6)
        }
        return {key: text for key, text in versions.items() if text} | {"W9": f"{day:%b}"}

    return {day: said(day) for day in DATES}


@pytest.mark.parametrize("is_everything", [True, False], ids=["everything", "changes"])
@pytest.mark.parametrize("order", [DATES, (DATES[2], DATES[0], DATES[3], DATES[1])], ids=["in order", "shuffled"])
def test_law_2_what_counts_is_the_same_in_any_order_of_arrival(
    order: Sequence[date], is_everything: bool, spark: SparkSession, tmp_path: Path
):
    lake, deliveries = Lake(spark, tmp_path / "lake"), a_history(1)
    for i, day in enumerate(order):
        publish(lake, Partition("a", day, 1), deliveries[day], order[: i + 1], is_everything)
    wanted = reference(deliveries, is_everything)
    assert any(doubted for _, doubted, _ in wanted.values())
    assert counts(lake) == wanted
    recomputed = lake.counting(MAINTENANCE, "a", max(DATES) if is_everything else None)
    assert content_hash(recomputed) == content_hash(lake.read(CURRENT["maintenance"]))


@pytest.mark.parametrize("is_everything", [True, False], ids=["everything", "changes"])
def test_a_rerun_with_other_rows_is_as_if_they_had_come_first(is_everything: bool, spark: SparkSession, tmp_path: Path):
    lake = Lake(spark, tmp_path / "lake")
    deliveries = a_history(3)
    for i, day in enumerate(DATES[:3]):
        publish(lake, Partition("a", day, 1), deliveries[day], DATES[: i + 1], is_everything)
    again = {"W1": "again", "W2": "refused", "W7": "new"}
    publish(lake, Partition("a", DATES[1], 2), again, DATES[:3], is_everything)
    assert counts(lake) == reference({**dict(list(deliveries.items())[:3]), DATES[1]: again}, is_everything)


def test_the_past_is_what_counted_then(spark: SparkSession, tmp_path: Path):
    lake = Lake(spark, tmp_path / "lake")
    for i, day in enumerate(DATES[:2]):
        publish(lake, Partition("a", day, 1), {"W1": f"{day:%b}", f"W{day:%b}": "x"}, DATES[: i + 1], True)
    then = lake.counting(MAINTENANCE, "a", DATES[0], without=DATES[1:])
    assert {r["maintenance_id"]: r["text"] for r in then.collect()} == {"W1": "Jan", "WJan": "x"}
    assert counts(lake) == {"W1": ("Feb", None, False), "WFeb": ("x", None, False), "WJan": ("x", None, True)}


def test_another_sources_records_are_left_alone(spark: SparkSession, tmp_path: Path):
    lake = Lake(spark, tmp_path / "lake")
    publish(lake, Partition("b", DATES[0], 1), {"W1": "b"}, DATES[:1], True)
    for i, day in enumerate(DATES[:2]):
        publish(lake, Partition("a", day, 1), {f"W{i}": "a"}, DATES[: i + 1], True)
    of_b = lake.read(CURRENT["maintenance"]).where("_source = 'b'").collect()
    assert [(r["text"], r["is_withdrawn"]) for r in of_b] == [("b", False)]


def test_a_delivery_that_is_not_complete_withdraws_nothing(spark: SparkSession, tmp_path: Path):
    lake = Lake(spark, tmp_path / "lake")
    publish(lake, Partition("a", DATES[0], 1), {"W1": "Jan", "W2": "Jan"}, DATES[:1], True)
    half = Partition("a", DATES[1], 1)
    rows = frame(spark, MAINTENANCE, half, {"maintenance_id": ["W1"], "text": ["Feb"], "equipment_tag": ["P-101A"]})
    refused = frame(spark, QUARANTINE, half, {"key": []})
    lake.replace_partition(MAINTENANCE, rows, half, {})
    for is_first in (True, False):
        delivered = Delivered(half, newest=DATES[1], complete_on=DATES[0], is_first=is_first)
        lake.refresh_current(MAINTENANCE, rows, refused_keys(refused, MAINTENANCE), delivered)
        assert counts(lake) == {"W1": ("Feb", None, False), "W2": ("Jan", None, False)}


def test_within_a_delivery_the_later_row_counts(spark: SparkSession, tmp_path: Path):
    lake, partition = Lake(spark, tmp_path / "lake"), Partition("a", DATES[0], 1)
    columns = {
        "maintenance_id": ["W1", "W0", "W1"],
        "text": ["first", "other", "second"],
        "equipment_tag": ["P-101A"] * 3,
    }
    twice = frame(spark, MAINTENANCE, partition, columns)
    refused = refused_keys(frame(spark, QUARANTINE, partition, {"key": []}), MAINTENANCE)
    lake.replace_partition(MAINTENANCE, twice, partition, {})
    for is_first in (True, False):
        lake.refresh_current(MAINTENANCE, twice, refused, Delivered(partition, DATES[0], DATES[0], is_first))
        assert {key: text for key, (text, *_) in counts(lake).items()} == {"W0": "other", "W1": "second"}
