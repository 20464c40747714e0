"""Law 5: what is known at t is what had been recorded by t."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import strategies as st
from pyspark.sql import SparkSession

from jobs.steps import peers
from jobs.steps.item_events import item_events, items, rules_frame
from jobs.steps.landmarks import build_landmarks, readings
from jobs.steps.lives import build_lives
from jobs.steps.measured import measured_as_of, settings_frame
from jobs.tables.features import FEATURES
from jobs.tables.life import LIFE
from models.lives import COLUMNS, LifeRules
from tests.support.lives import (
    AS_OF,
    RULES,
    Records,
    drawn,
    expected_end,
    expected_features,
    expected_items,
    expected_lives,
    expected_measured,
    expected_peers,
    happened,
    known,
    on,
    records,
    side_by_side,
)

DATED = ("maintenance", "failure", "measurement")
KNOWN = ("_source", "item_id", "as_of", *(field.name for field in FEATURES), "measured")

later = st.fixed_dictionaries(
    {"from": records(), "also": records(), "t": st.integers(0, 60), "seed": st.integers(0, 2**32)}
)


@pytest.fixture(autouse=True)
def _few_days_suffice_for_a_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "FEWEST_D", 60)


def landmarks(spark: SparkSession, drawn_records: Records, all_rules: list[LifeRules]) -> list[dict[str, Any]]:
    rules = rules_frame(spark, all_rules)
    events = item_events(drawn_records.frame(spark, "maintenance"), drawn_records.frame(spark, "failure"), rules)
    known_items = items(drawn_records.frame(spark, "equipment"), events, rules)
    lives = spark.createDataFrame(build_lives(events, known_items).collect(), LIFE.schema)
    measurement = drawn_records.frame(spark, "measurement")
    read = readings(measurement, known_items)
    stated = measured_as_of(measurement, settings_frame(spark, all_rules), known_items)
    built = build_landmarks(lives, known_items, events, read, stated)
    return [row.asDict() for row in built.collect()]


def mutated(one: Records, other: Records, t: date, random: Random) -> Records:
    """The same past up to t; what was recorded later is dropped, changed, or comes from elsewhere."""
    tables = {}
    for name in DATED:
        rows = getattr(one, name)
        past = [row for row in rows if known(row)[1] <= t]
        kept = [row for row in rows if known(row)[1] > t and random.random() < 0.5]
        changed = [
            {**row, "activity": "replace", "impact": "stopped"} if random.random() < 0.5 else row for row in kept
        ]
        added = [
            {
                **row,
                f"{name}_id": f"new-{row[f'{name}_id']}",
                "recorded_on": max(row["recorded_on"], t + timedelta(days=1)),
            }
            for row in getattr(other, name)
        ]
        tables[name] = past + changed + added
    return replace(one, **tables)


def test_features_do_not_change_with_what_was_recorded_later(spark: SparkSession) -> None:
    draws = drawn(later, 60)
    dates = [on(d["t"]) for d in draws]
    before, rules = side_by_side([d["from"] for d in draws])
    after, _ = side_by_side(
        [mutated(d["from"], d["also"], t, Random(d["seed"])) for d, t in zip(draws, dates, strict=True)]
    )
    known_at = {r.source: dates[i // len(RULES)] for i, r in enumerate(rules)}
    one, two = (
        {
            tuple(str(row[name]) for name in KNOWN)
            for row in landmarks(spark, r, rules)
            if row["as_of"] <= known_at[row["_source"]]
        }
        for r in (before, after)
    )
    assert len(one) > 500
    assert one == two


def test_the_first_record_of_a_source_changes_nothing_before_it(spark: SparkSession) -> None:
    recorded = {"never": None, "later": 40, "after_extract": 62}
    rules = [replace(RULES[0], source=source) for source in recorded]
    units = [{"_source": source, "equipment_tag": "P-1", "commissioned_on": on(0)} for source in recorded]
    jobs = [
        {"_source": source, "equipment_tag": "P-1", "maintenance_id": "W1", **happened(on(day))}
        for source, day in recorded.items()
        if day is not None
    ]
    rows = landmarks(spark, Records(equipment=units, maintenance=jobs), rules)
    found = {source: {row["as_of"]: row["age_d"] for row in rows if row["_source"] == source} for source in recorded}
    assert found["never"] == found["after_extract"] == {AS_OF: 60.0}
    assert min(found["later"]) >= on(40)


def test_features_and_labels_are_those_counted_out_by_hand(spark: SparkSession) -> None:
    joined, rules = side_by_side(drawn(records(), 40))
    by_item: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in landmarks(spark, joined, rules):
        by_item.setdefault((row["_source"], row["item_id"]), []).append(row)
    spells: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in expected_lives(joined, rules):
        spell = dict(zip(COLUMNS, row, strict=True))
        spells.setdefault((spell["_source"], spell["item_id"]), []).append(spell)
    for r in rules:
        items_of_source = expected_items(joined, r)
        for item in items_of_source:
            key = (r.source, item["item_id"])
            found = by_item.pop(key, [])
            training = [row for row in found if not row["is_scored"]]
            assert sorted(row["as_of"] for row in training) == grid(item, r)
            for row in found:
                expected = expected_features(joined, r, item, row["as_of"])
                expected |= expected_peers(joined, r, item, items_of_source, row["as_of"])
                assert {name: row[name] for name in expected} == expected, (key, row["as_of"])
                regime, stated = expected_measured(joined, r, item["equipment_tag"], row["as_of"])
                assert row["regime"] == regime, (key, row["as_of"])
                assert dict(row["measured"] or ()) == pytest.approx(stated), (key, row["as_of"])
            for row in training:
                assert row["weight"] == pytest.approx(1 / len(training))
                label = tuple(row[name] for name in ("time_d", "upper_d", "event", "ended_by", "event_recorded_on"))
                assert label == expected_end(spells[key], row["as_of"], r)
    assert not by_item


def grid(item: dict[str, Any], rules: LifeRules) -> list[date]:
    """The days of surveillance, its last excluded, that lie on the grid."""
    start = max(item["surveillance_from"], rules.landmarks_from or date.min)
    days = [start + timedelta(days=n) for n in range((item["surveillance_to"] - start).days)]
    return [day for day in days if (day - date(1970, 1, 1)).days % rules.landmark_every_d == 0]


def test_each_item_in_service_is_scored_once_at_the_extract_date(spark: SparkSession) -> None:
    scored = [row for row in landmarks(spark, IN_SERVICE, [RULES[0]]) if row["is_scored"]]
    assert [(row["item_id"], row["as_of"], row["weight"]) for row in scored] == [("P-1", AS_OF, 1.0)]


IN_SERVICE = Records(
    equipment=[
        {"_source": "plain", "equipment_tag": "P-1", "commissioned_on": on(0), "surveillance_from": on(0)},
        {"_source": "plain", "equipment_tag": "P-2", "commissioned_on": on(0), "surveillance_to": on(50)},
        {"_source": "plain", "equipment_tag": "P-3", "commissioned_on": on(90)},
    ]
)
