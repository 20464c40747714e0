"""What counts of a record: corrected, refused, reused or withdrawn, late; whatever the order in which deliveries came."""

import random
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from jobs.current import refused_keys, withdrawn_keys
from jobs.lake import Delivered, Lake, Partition, content_hash
from jobs.tables import CURRENT, QUARANTINE, WITHDRAWAL
from tests.support.past import MAINTENANCE, REFUSED, WITHDRAWN, Said, counts, reference, said_rows
from tests.support.silver import rows_of

DATES = (date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30))
ORDERS = {"in order": DATES, "shuffled": (DATES[2], DATES[0], DATES[3], DATES[1])}


def publish(
    lake: Lake, day: date, said: Said, published: Sequence[date], is_everything: bool, attempt: int = 1
) -> None:
    """What the step `publish` does, with the rows that a delivery says."""
    partition, newest = Partition("a", day, attempt), max(day, *published)
    frames = rows, withdrawals, quarantine = said_rows(lake.spark, {day: said}, attempt)
    tables = (MAINTENANCE, WITHDRAWAL, QUARANTINE)
    commits = [lake.replace_partition(t, f, partition, {}) for t, f in zip(tables, frames, strict=True)]
    is_first = not any(commit.replaced for commit in commits)
    delivered = Delivered(partition, newest, newest if is_everything else None, is_first)
    withdrawn, refused = withdrawn_keys(withdrawals, MAINTENANCE), refused_keys(quarantine, MAINTENANCE)
    lake.refresh_current(MAINTENANCE, rows, withdrawn, refused, delivered)


def counted(lake: Lake) -> Mapping[str, tuple[str, date | None, bool]]:
    return counts(lake.read(CURRENT["maintenance"]))


def a_history(seed: int) -> dict[date, Said]:
    """Four deliveries over sixty keys: some absent, refused, withdrawn, corrected, or used for another asset."""
    draw = random.Random(seed)

    def said(day: date) -> dict[str, list[str]]:
        rows = ["text", "text", "text@P-999", WITHDRAWN, REFUSED]
        return {
            f"W{k}": [
                text.replace("text", f"{day:%b} {i}") for i, text in enumerate(draw.choices(rows, k=draw.randrange(3)))
            ]
            for k in range(60)
        }

    return {day: said(day) for day in DATES}


@pytest.mark.parametrize("is_everything", [True, False], ids=["everything", "changes"])
@pytest.mark.parametrize("order", ORDERS.values(), ids=ORDERS)
def test_law_2_what_counts_is_the_same_in_any_order_of_arrival(
    order: Sequence[date], is_everything: bool, spark: SparkSession, tmp_path: Path
):
    """After every delivery, after a rerun with other rows, and of the past: as if all had come in order."""
    lake, deliveries = Lake(spark, tmp_path / "lake"), a_history(1)
    for i, day in enumerate(order):
        publish(lake, day, deliveries[day], order[: i + 1], is_everything)
        arrived = {day: deliveries[day] for day in order[: i + 1]}
        assert counted(lake) == reference(arrived, max(arrived) if is_everything else None)
    newest, then = (DATES[3], DATES[1]) if is_everything else (None, None)
    recomputed = lake.counting(MAINTENANCE, "a", newest)
    assert content_hash(recomputed) == content_hash(lake.read(CURRENT["maintenance"]))
    past = lake.counting(MAINTENANCE, "a", then, until=DATES[1])
    assert counts(past) == reference({day: deliveries[day] for day in DATES[:2]}, then)

    deliveries[DATES[0]] = a_history(2)[DATES[0]]
    publish(lake, DATES[0], deliveries[DATES[0]], DATES, is_everything, attempt=2)
    assert counted(lake) == reference(deliveries, newest)


def test_a_late_first_delivery_is_not_taken_for_the_newest(spark: SparkSession, tmp_path: Path):
    lake = Lake(spark, tmp_path / "lake")
    publish(lake, DATES[1], {"W1": [WITHDRAWN], "W2": [REFUSED]}, DATES[1:2], False)
    publish(lake, DATES[0], {"W1": ["Jan"], "W2": ["Jan"]}, DATES[:2], False)
    assert counted(lake) == {"W1": ("Jan", None, True), "W2": ("Jan", DATES[1], False)}


def test_another_sources_records_are_left_alone(spark: SparkSession, tmp_path: Path):
    lake, other = Lake(spark, tmp_path / "lake"), Partition("b", DATES[0], 1)
    rows = rows_of(spark, MAINTENANCE, other, {"maintenance_id": ["W1"], "text": ["b"]})
    none = [keys(rows_of(spark, table, other, {column: []}), MAINTENANCE) for keys, table, column in NOTHING]
    lake.replace_partition(MAINTENANCE, rows, other, {})
    lake.refresh_current(MAINTENANCE, rows, *none, Delivered(other, DATES[0], DATES[0], True))
    for i, day in enumerate(DATES[:2]):
        publish(lake, day, {f"W{i}": ["a"]}, DATES[: i + 1], True)
    of_b = lake.read(CURRENT["maintenance"]).where("_source = 'b'").collect()
    assert [(r["text"], r["is_withdrawn"]) for r in of_b] == [("b", False)]


NOTHING = ((withdrawn_keys, WITHDRAWAL, "record_key"), (refused_keys, QUARANTINE, "record_keys"))


def test_a_delivery_that_is_not_complete_withdraws_nothing(spark: SparkSession, tmp_path: Path):
    lake = Lake(spark, tmp_path / "lake")
    publish(lake, DATES[0], {"W1": ["Jan"], "W2": ["Jan"]}, DATES[:1], True)
    half = Partition("a", DATES[1], 1)
    rows = rows_of(spark, MAINTENANCE, half, {"maintenance_id": ["W1"], "text": ["Feb"]})
    none = [keys(rows_of(spark, table, half, {column: []}), MAINTENANCE) for keys, table, column in NOTHING]
    lake.replace_partition(MAINTENANCE, rows, half, {})
    for is_first in (True, False):
        lake.refresh_current(MAINTENANCE, rows, *none, Delivered(half, DATES[1], DATES[0], is_first))
        assert counted(lake) == {"W1": ("Feb", None, False), "W2": ("Jan", None, False)}


def test_within_a_delivery_the_later_row_counts(spark: SparkSession, tmp_path: Path):
    lake = Lake(spark, tmp_path / "lake")
    for attempt in (1, 2):
        publish(lake, DATES[0], {"W1": ["first", "second"], "W0": ["other"]}, DATES[:1], True, attempt)
        assert {key: text for key, (text, *_) in counted(lake).items()} == {"W0": "other", "W1": "second"}
