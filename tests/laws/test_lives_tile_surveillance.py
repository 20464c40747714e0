"""Lives: spells tile surveillance, and Spark builds what the reference states (DESIGN.md §7)."""

from datetime import date
from itertools import pairwise

from hypothesis import given, settings
from pyspark.sql import SparkSession

from jobs.steps.item_events import item_events, items, rules_frame
from jobs.steps.lives import build_lives
from models.lives import COLUMNS
from tests.support.lives import RULES, Records, drawn, expected_items, expected_lives, records, side_by_side

MANY = settings(max_examples=100, deadline=None, derandomize=True)


@MANY
@given(records())
def test_spells_tile_surveillance_without_gap_or_overlap(given_records: Records) -> None:
    spells: dict[tuple[str, str], list[dict]] = {}
    for row in expected_lives(given_records):
        spell = dict(zip(COLUMNS, row, strict=True))
        spells.setdefault((spell["_source"], spell["item_id"]), []).append(spell)
    for rules in RULES:
        for item in expected_items(given_records, rules):
            start, end = item["surveillance_from"], item["surveillance_to"]
            _assert_tiles(spells.pop((rules.source, item["item_id"]), []), start, end)
    assert not spells


def _assert_tiles(spells: list[dict], start: date, end: date) -> None:
    if start >= end:
        assert spells == []
        return
    assert spells[0]["entered_on"] == start
    assert spells[-1]["ended_on"] == end
    assert all(before["ended_on"] == after["entered_on"] for before, after in pairwise(spells))
    assert [s["spell"] for s in spells] == list(range(1, len(spells) + 1))
    for spell in spells:
        days = (spell["ended_on"] - spell["entered_on"]).days
        assert spell["ended_d"] - spell["entered_d"] == (days or 0.5)
        assert spell["entered_d"] == (spell["entered_on"] - spell["origin_on"]).days >= 0
        assert spell["event"] == (spell["ended_by"] == "failure")


def test_spark_builds_what_the_reference_states(spark: SparkSession) -> None:
    joined, all_rules = side_by_side(drawn(records(), 60))
    rules = rules_frame(spark, all_rules)
    events = item_events(joined.frame(spark, "maintenance"), joined.frame(spark, "failure"), rules)
    built = build_lives(events, items(joined.frame(spark, "equipment"), events, rules))
    assert built.columns == list(COLUMNS)
    assert sorted(tuple(row) for row in built.collect()) == expected_lives(joined, all_rules)
