"""The facts of the real sets, as far as their contracts and files go."""

from collections import Counter
from pathlib import Path

import pytest
from pyspark.sql import functions as F

from jobs.conform import conform_table
from jobs.contracts import Contract, load
from jobs.sources import RawRow, deliveries, files, read_rows
from tests.support.paths import CHECKOUT, shared_data


def real(name: str) -> tuple[Contract, dict[str, list[RawRow]]]:
    """A real set's contract, and its rows by source table."""
    inbox = shared_data(name).parent
    contract = load(CHECKOUT / "infra" / "sources" / "real" / f"{name}.yaml")
    [delivery] = deliveries(contract, inbox)
    found = files(contract, inbox, delivery)
    return contract, {f.table: list(read_rows(Path(f.path), f.table, contract, f.name)) for f in found}


def texts(row: RawRow) -> dict[str, str | None]:
    return {cell.heading: cell.text for cell in row.cells}


def test_azure_tables_are_read_whole():
    _, tables = real("azure_pdm")
    counts = {name: Counter(row.kind for row in rows) for name, rows in tables.items()}
    assert {name: count["data"] for name, count in counts.items()} == {
        "machines": 100, "failures": 761, "maint": 3286, "errors": 3919,
    }  # fmt: skip
    assert all(count == Counter(data=count["data"], heading=1) for count in counts.values())


def test_most_azure_failures_have_a_replacement_at_the_same_instant():
    _, tables = real("azure_pdm")
    failures = {tuple(texts(row).values()) for row in tables["failures"] if row.kind == "data"}
    replaced = {tuple(texts(row).values()) for row in tables["maint"] if row.kind == "data"}
    assert (len(failures), len(failures & replaced)) == (761, 743)
    assert min(when for when, *_ in replaced) < "2014-12-31" and min(when for when, *_ in failures) > "2015-01-01"


@pytest.fixture(scope="module")
def excavators(spark):
    """The excavators' data rows, conformed: one row per work order with its values, reasons and warnings."""
    contract, tables = real("excavators")
    data = [row for row in tables["rows"] if row.kind == "data"]
    headings = [cell.heading for cell in data[0].cells]
    place = "_file string, _sheet string, _row bigint, "
    schema = place + ", ".join(f"`{heading}` string" for heading in headings)
    frame = spark.createDataFrame([("log.csv", None, row.row, *texts(row).values()) for row in data], schema)
    feed = contract.tables["maintenance"]
    lag = contract.lives.record_lag_days
    conformed = conform_table(frame, "maintenance", feed, lambda h: F.col(f"`{h}`"), lag, contract.reads.nothing)
    return conformed.select(
        "_row", "PMType", "Cost", "OriginalShorttext", "MajorSystem", "maintenance.*",
        F.col("_reasons_maintenance").alias("reasons"), F.col("_warnings_maintenance").alias("warnings"),
    ).collect()  # fmt: skip


def test_excavators_are_read_whole_and_quotes_move_no_cell(excavators):
    assert len(excavators) == 5485
    quoted = [row for row in excavators if '\\"' in row.OriginalShorttext]
    assert quoted and all(row.equipment_tag in "ABCDE" and row.cost_krw is not None for row in quoted)
    assert sum(row.cost_krw < 0 for row in excavators if row.cost_krw is not None) == 6
    assert sum(row.cost_krw > 100_000 for row in excavators if row.cost_krw is not None) == 25


def test_the_shifted_row_is_refused_with_a_reason(excavators):
    [refused] = [row for row in excavators if row.reasons]
    assert (refused._row, refused.PMType) == (3454, "t swing")
    assert [tuple(reason) for reason in refused.reasons] == [("bad_number", "cost_krw", "PM01", "a number in KRW")]


def test_the_literal_na_is_no_value(excavators):
    without = [row for row in excavators if row.MajorSystem == "NA"]
    assert len(without) == 2399 and all(row.subunit is None for row in without)


def test_the_authors_judgement_decides_what_ends_a_life(excavators):
    assert Counter((row.priority, row.category) for row in excavators if not row.warnings) == {
        ("PM01", "corrective"): 5208, ("PM01", "preventive"): 7, ("PM02", "preventive"): 147,
        ("PM02", "corrective"): 6, ("PM06", "corrective"): 71, ("PM06", "other"): 27, ("PM04", "other"): 7,
        ("PM05", "other"): 4, ("PM13", "other"): 6,
    }  # fmt: skip
    unmapped = {(row._row, w.column) for row in excavators for w in row.warnings}
    assert {(3454, "category"), (1812, "category")} <= unmapped


def test_work_order_ids_are_their_place(excavators):
    assert len({row.maintenance_id for row in excavators}) == 5485
    assert excavators[0].maintenance_id == "log.csv:2" and excavators[0].is_recorded_on_assumed
