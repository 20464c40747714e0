"""The lake: replacing a partition, once per attempt, and what counts now."""

from datetime import date
from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from jobs.lake import Lake, LostCommit, Partition, SchemaMismatch, content_hash
from jobs.tables import GOLD, SILVER
from tests.support.silver import rows_of

MAINTENANCE = SILVER["maintenance"]
JANUARY, FEBRUARY = date(2026, 1, 31), date(2026, 2, 28)


@pytest.fixture
def lake(spark: SparkSession, tmp_path: Path) -> Lake:
    return Lake(spark, tmp_path / "lake")


def rows(spark: SparkSession, partition: Partition, texts: dict[str, str]) -> DataFrame:
    """Maintenance rows of a partition, by id and text; everything else is filler."""
    return rows_of(spark, MAINTENANCE, partition, {"maintenance_id": list(texts), "text": list(texts.values())})


def publish(lake: Lake, partition: Partition, texts: dict[str, str]) -> None:
    lake.replace_partition(MAINTENANCE, rows(lake.spark, partition, texts), partition, {})


def test_a_rerun_replaces_its_own_partition_and_nothing_else(lake: Lake):
    publish(lake, Partition("a", JANUARY, 1), {"W1": "x", "W2": "x"})
    publish(lake, Partition("b", JANUARY, 1), {"W1": "b"})
    before = content_hash(lake.read(MAINTENANCE))
    publish(lake, Partition("a", JANUARY, 2), {"W1": "x", "W2": "x"})
    assert content_hash(lake.read(MAINTENANCE)) == before


def test_the_content_hash_sees_a_value_that_moves_to_another_column(spark: SparkSession):
    frame = spark.createDataFrame([("v", None)], "a string, b string")
    moved = spark.createDataFrame([(None, "v")], "a string, b string")
    assert content_hash(frame) != content_hash(moved)
    assert content_hash(frame.select("b", "a")) == content_hash(frame)


def test_repeating_a_step_of_an_attempt_changes_nothing(lake: Lake):
    partition = Partition("a", JANUARY, 1)
    first = lake.replace_partition(MAINTENANCE, rows(lake.spark, partition, {"W1": "x"}), partition, {})
    again = lake.replace_partition(MAINTENANCE, rows(lake.spark, partition, {"W1": "other"}), partition, {})
    assert again == first
    assert [r["text"] for r in lake.read(MAINTENANCE).collect()] == ["x"]


def test_an_attempt_given_up_for_dead_cannot_commit(lake: Lake):
    publish(lake, Partition("a", JANUARY, 2), {"W1": "second"})
    late = Partition("a", JANUARY, 1)
    with pytest.raises(LostCommit, match="a later attempt wrote first"):
        lake.replace_partition(MAINTENANCE, rows(lake.spark, late, {"W1": "first"}), late, {})
    assert not lake.committed(MAINTENANCE, late)
    assert lake.committed(MAINTENANCE, Partition("a", JANUARY, 2))


def test_a_frame_that_is_not_the_table_is_refused_with_every_difference(lake: Lake, spark: SparkSession):
    partition = Partition("a", JANUARY, 1)
    wrong = (
        rows(spark, partition, {"W1": "x"}).drop("text").withColumn("man_hours_h", F.lit("3")).withColumn("x", F.lit(1))
    )
    with pytest.raises(SchemaMismatch) as refusal:
        lake.replace_partition(MAINTENANCE, wrong, partition, {})
    assert "no column text (string)" in str(refusal.value)
    assert "man_hours_h is string, declared double" in str(refusal.value)
    assert "unknown column x" in str(refusal.value)


def test_delta_itself_refuses_a_row_that_breaks_a_constraint(lake: Lake, spark: SparkSession):
    partition = Partition("a", JANUARY, 1)
    with pytest.raises(Exception, match="has_id"):
        lake.replace_partition(MAINTENANCE, rows(spark, partition, {"": "no id"}), partition, {})


def test_replacing_nothing_by_nothing_is_no_lost_commit(lake: Lake, spark: SparkSession):
    life = GOLD["life"]
    commit = lake.replace(life, spark.createDataFrame([], life.schema), {"population": "none"}, {})
    assert (commit.rows, commit.replaced) == (0, False)
