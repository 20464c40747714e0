"""Small records of made-up items, as Hypothesis draws them, and what must come of them, worked out plainly.

Days are few, so that events meet on one day, arrive late and stand around the edges of surveillance.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import StructField, StructType

from jobs.steps import peers
from jobs.steps.measured import FEWEST, RECENT
from jobs.tables import SILVER
from jobs.tables.features import FAULTS
from models.lives import LifeRules, latest_failure_d, lives, surveillance

DAY_0 = date(2020, 1, 1)
AS_OF = DAY_0 + timedelta(days=60)

RULES = (
    LifeRules("plain", "test", AS_OF, ends_category=("corrective",), ends_impact=("stopped",), landmark_every_d=7),
    LifeRules("merged", "test", AS_OF, ends_category=("corrective",), merge_within_days=2, landmark_every_d=5, imminent_within_d=9),
    LifeRules(
        "halved", "test", AS_OF, ends_impact=("stopped",), zero_gaps="half", renews=("replace",),
        regimes={"wall_thickness_mm": 2.9}, landmark_every_d=10,
    ),
    LifeRules("two_tables", "test", AS_OF, ends_table="failure", merge_within_days=1, landmark_every_d=3),
    LifeRules(
        "parts", "test", AS_OF - timedelta(days=4), item=("equipment_tag", "subunit"), ends_table="failure",
        zero_gaps="half", landmark_every_d=4,
    ),
    LifeRules(
        "late", "test", AS_OF, ends_impact=("stopped",), complete_from=DAY_0 + timedelta(days=15), landmark_every_d=6,
        landmarks_from=DAY_0 + timedelta(days=25),
    ),
)  # fmt: skip
"""Contracts that differ in all that a life depends on; one batch holds them all, so that Spark runs once."""


TABLES = ("equipment", "maintenance", "failure", "measurement")


@dataclass(frozen=True)
class Records:
    """Rows of the silver tables, as dictionaries."""

    equipment: list[dict[str, Any]] = field(default_factory=list)
    maintenance: list[dict[str, Any]] = field(default_factory=list)
    failure: list[dict[str, Any]] = field(default_factory=list)
    measurement: list[dict[str, Any]] = field(default_factory=list)

    def frame(self, spark: SparkSession, table: str) -> DataFrame:
        """A silver table; what a row does not say is null."""
        schema = StructType([StructField(f.name, f.spark_type) for f in SILVER[table].fields])
        rows = [tuple(row.get(name) for name in schema.names) for row in getattr(self, table)]
        return spark.createDataFrame(rows, schema)


def drawn(strategy: st.SearchStrategy[Any], count: int) -> list[Any]:
    """Some draws of a strategy, the same on every run: for a law that is best checked on many of them at once."""
    found: list[Any] = []

    @settings(max_examples=count, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
    @given(strategy)
    def draw(value: Any) -> None:
        found.append(value)

    draw()
    return found


def side_by_side(all_records: Sequence[Records]) -> tuple[Records, list[LifeRules]]:
    """Many draws in one set of tables, each with sources of its own; one Spark job then serves them all."""
    joined, rules = Records(), []
    for number, one in enumerate(all_records):
        rules += [replace(r, source=f"{r.source}_{number}") for r in RULES]
        for name in TABLES:
            rows = [{**row, "_source": f"{row['_source']}_{number}"} for row in getattr(one, name)]
            getattr(joined, name).extend(rows)
    return joined, rules


def on(day: int) -> date:
    return DAY_0 + timedelta(days=day)


def happened(first: date, last: date | None = None, recorded_on: date | None = None) -> dict[str, Any]:
    """When something happened and became known."""
    last = last or first
    return {
        "occurred_from": datetime.combine(first, time()),
        "occurred_to": datetime.combine(last, time()),
        "recorded_on": recorded_on or last,
    }


_day = st.one_of(st.integers(0, 65), st.integers(0, 65), st.integers(-400, -290))
_when = st.builds(
    lambda day, span, lag: happened(on(day), on(day + span), on(day + span + lag)),
    _day, st.sampled_from((0, 0, 0, 0, 10)), st.sampled_from((0, 0, 0, 1, 3, 20, -2)),
)  # fmt: skip
_impact = st.sampled_from(("stopped", "stopped", "none", None))
_text_tags = st.sampled_from(
    (None, [], [("failure_mode", "ELU", "누유"), ("subunit", "wear", "wear")], [("mechanism", "vibration", "진동")])
)
_job = st.fixed_dictionaries(
    {
        "when": _when,
        "subunit": st.sampled_from(("seal", "bearing", None)),
        "category": st.sampled_from(("corrective", "corrective", "preventive", "other", None)),
        "activity": st.sampled_from(("replace", "replace", "overhaul", "repair", "inspection", None)),
        "preventive_basis": st.sampled_from(("calendar", "condition", "unknown", None)),
        "impact": _impact,
        "downtime_h": st.sampled_from((None, 0.1, 2.5, 7.0)),
        "cost_krw": st.sampled_from((None, 1_000.0, 0.7)),
        "text_tags": _text_tags,
    }
)
_breakdown = st.fixed_dictionaries(
    {
        "when": _when,
        "subunit": st.sampled_from(("seal", None)),
        "impact": _impact,
        "downtime_h": st.just(1.1),
        "failure_mode": st.sampled_from(("ELP", "VIB", "BRD", None)),
        "mechanism": st.sampled_from(("wear", "leakage", None)),
        "text_tags": _text_tags,
    }
)
_reading = st.fixed_dictionaries(
    {
        "when": _when,
        "quantity": st.sampled_from(("vibration_mm_s", "vibration_mm_s", "wall_thickness_mm")),
        "point": st.sampled_from((None, None, "north")),
        "value": st.sampled_from((1.0, 2.5, 4.7, 0.1, float("nan"))),
    }
)
_some_day = st.one_of(st.none(), st.integers(-40, 50))
_entry = st.fixed_dictionaries(
    {
        "commissioned_on": _some_day,
        "surveillance_from": _some_day,
        "surveillance_to": st.one_of(st.none(), st.integers(0, 65)),
    }
)
_unit = st.fixed_dictionaries(
    {
        "rules": st.sampled_from(RULES),
        "entry": st.one_of(st.none(), _entry),
        "service": st.sampled_from(("산", "용수", None)),
        "maintenance": st.lists(_job, max_size=9),
        "failure": st.lists(_breakdown, max_size=5),
        "measurement": st.lists(_reading, max_size=6),
    }
)


def records() -> st.SearchStrategy[Records]:
    """Records of up to 25 equipment units over the sources of `RULES`."""
    return st.lists(_unit, min_size=5, max_size=25).map(_records)


def _records(units: list[dict[str, Any]]) -> Records:
    made = Records()
    for number, unit in enumerate(units):
        key = {"_source": unit["rules"].source, "equipment_tag": f"P-{number}"}
        if unit["entry"] is not None:
            entry = {name: day if day is None else on(day) for name, day in unit["entry"].items()}
            attributes = {"equipment_class": "PU", "service": unit["service"], "load_share": 0.5}
            made.equipment.append({**key, **entry, **attributes})
        for table in ("maintenance", "failure", "measurement"):
            for i, row in enumerate(unit[table]):
                values = {name: value for name, value in row.items() if name != "when"}
                getattr(made, table).append({**key, f"{table}_id": f"{number}-{i}", **row["when"], **values})
    return made


def of_source(rows: Iterable[dict[str, Any]], source: str) -> list[dict[str, Any]]:
    return [row for row in rows if row["_source"] == source]


def known(row: dict[str, Any]) -> tuple[date, date]:
    """The day something happened and the day from which it is known."""
    first, last = row["occurred_from"].date(), row["occurred_to"].date()
    latest = max(first, min(last, row["recorded_on"]))
    day = first + timedelta(days=(latest - first).days // 2)
    return day, max(day, row["recorded_on"])


def expected_events(records: Records, rules: LifeRules) -> list[dict[str, Any]]:
    """What happened to a source's items, by its rules."""
    tables = ("maintenance", "failure") if rules.ends_table == "failure" else ("maintenance",)
    found = []
    for table in tables:
        for row in of_source(getattr(records, table), rules.source):
            item = [row[name] for name in rules.item]
            if None in item:
                continue
            is_job = table == "maintenance"
            day, known_on = known(row)
            ends = rules.ends_impact is None or row["impact"] in rules.ends_impact
            if is_job:
                ends = ends and (rules.ends_category is None or row["category"] in rules.ends_category)
            found.append(
                {
                    "item_id": "|".join(item),
                    "equipment_tag": row["equipment_tag"],
                    "record_id": f"{table}:{row[f'{table}_id']}",
                    "occurred_on": day,
                    "known_on": known_on,
                    "is_job": is_job,
                    "is_failure": ends and table == rules.ends_table,
                    "is_renewal": is_job and row["activity"] in rules.renews,
                    "is_corrective": row.get("category") == "corrective",
                    "is_preventive": row.get("category") == "preventive",
                    "preventive_basis": row.get("preventive_basis"),
                    "downtime_h": row["downtime_h"] if table == rules.ends_table else None,
                    "cost_krw": row.get("cost_krw"),
                    "faults": expected_faults(row) if table == rules.ends_table else set(),
                }
            )
    return found


def expected_faults(row: dict[str, Any]) -> set[str]:
    """The faults a record tells of."""
    if row.get("category") == "preventive":
        return set()
    coded = {row.get("failure_mode"), row.get("mechanism")} - {None}
    read = {code for kind, code, _ in row["text_tags"] or () if kind != "subunit"}
    return {fault.name for fault in FAULTS if set(fault.codes) & (coded or read)}


def expected_items(records: Records, rules: LifeRules) -> list[dict[str, Any]]:
    """The items of a source with their surveillance."""
    events = expected_events(records, rules)
    register = {row["equipment_tag"]: row for row in of_source(records.equipment, rules.source)}
    tags = {e["item_id"]: e["equipment_tag"] for e in events}
    is_whole = rules.item == ("equipment_tag",)
    if is_whole:
        tags |= {tag: tag for tag in register}
    records_from = min((e["known_on"] for e in events), default=None)
    found = []
    for item_id, tag in tags.items():
        first_known_on = min((e["known_on"] for e in events if e["item_id"] == item_id), default=None)
        entry = register.get(tag)
        met_on = None if is_whole and entry else first_known_on
        start, end = surveillance(entry or {}, met_on, records_from, rules)
        found.append(
            {
                "item_id": item_id,
                "equipment_tag": tag,
                "commissioned_on": (entry or {}).get("commissioned_on"),
                "surveillance_from": start,
                "surveillance_to": end,
                "equipment_class": (entry or {}).get("equipment_class"),
                "service": (entry or {}).get("service"),
            }
        )
    return found


def expected_lives(records: Records, all_rules: Sequence[LifeRules] = RULES) -> list[tuple]:
    """`gold.life` by the pandas reference, as rows in order."""
    frames = []
    for rules in all_rules:
        events, items = expected_events(records, rules), expected_items(records, rules)
        if items:
            frames.append(lives(pd.DataFrame(events, columns=list(EVENT_COLUMNS)), pd.DataFrame(items), rules))
    return sorted(tuple(row) for frame in frames for row in frame.astype(object).itertuples(index=False))


def expected_features(records: Records, rules: LifeRules, item: dict[str, Any], as_of: date) -> dict[str, float | None]:
    """The features of an item at a date, each counted out from the records known by then."""
    events = [e for e in expected_events(records, rules) if e["item_id"] == item["item_id"] and e["known_on"] <= as_of]
    events.sort(key=lambda e: (e["known_on"], e["occurred_on"], e["record_id"]))
    recent = [e for e in events if (as_of - e["known_on"]).days < 365]
    start = item["surveillance_from"]
    new = expected_failures(events, start, rules)
    days = [e["occurred_on"] for e in events if e["is_failure"] and e["occurred_on"] > start]
    renewals = [e for e in events if e["is_renewal"]]
    origins = [day for day in (item["commissioned_on"], *(e["occurred_on"] for e in renewals)) if day]
    renewal_known_on = max((e["known_on"] for e in renewals), default=date.min)
    worked = [e["occurred_on"] for e in events if e["is_job"]]
    read = [known(r)[1] for r in records.measurement if key_of(r) == (rules.source, item["equipment_tag"])]
    return {
        "age_d": (as_of - max(origins, default=start)).days,
        "is_origin_known": bool(origins),
        "exposure_d": (as_of - start).days,
        "failures_count": len(new),
        "failures_365d_count": len([e for e in new if e in recent]),
        "days_since_failure_d": (as_of - max(days)).days if days else None,
        "mean_gap_d": (max(days) - min(days)).days / (len(new) - 1) if len(new) > 1 else None,
        "repairs_count": len([e for e in events if e["is_corrective"] and e["known_on"] > renewal_known_on]),
        "preventive_365d_count": len([e for e in recent if e["is_preventive"]]),
        "days_since_maintenance_d": (as_of - max(worked)).days if worked else None,
        "downtime_365d_h": pytest.approx(sum(e["downtime_h"] or 0 for e in recent)),
        "cost_365d_krw": pytest.approx(sum(e["cost_krw"] or 0 for e in recent)),
        **expected_spans(events, start, as_of),
        "readings_90d_count": len([day for day in read if 0 <= (as_of - day).days < 90]),
    }


def expected_measured(
    records: Records, rules: LifeRules, equipment_tag: str, as_of: date
) -> tuple[str | None, dict[str, float]]:
    """The regime of an equipment unit at a date, and the statistics of its readings in it, counted out from those known
    by then."""
    read: dict[tuple[date, date], dict[str, dict[str | None, list[float]]]] = {}
    for row in records.measurement:
        day, known_on = known(row)
        if key_of(row) == (rules.source, equipment_tag) and known_on <= as_of and not np.isnan(row["value"]):
            points = read.setdefault((known_on, day), {}).setdefault(row["quantity"], {})
            points.setdefault(row["point"], []).append(row["value"])
    regimes = {key: _regime(quantities, rules) for key, quantities in read.items()}
    at_point: dict[tuple[str, str | None], dict[tuple[date, date], float]] = {}
    for key in sorted(read):
        for quantity, points in read[key].items():
            for point, values in points.items():
                at_point.setdefault((quantity, point), {})[key] = float(np.mean(values))
    last = {name: max(days) for name, days in at_point.items()}
    regime = max(
        ((last_on, regimes[known_on, last_on] or "") for known_on, last_on in last.values()), default=("", "")
    )[1]
    stated: dict[str, list[dict[str, float]]] = {}
    for (quantity, point), days in at_point.items():
        if (regimes[last[quantity, point]] or "") == regime:
            within = {key: value for key, value in days.items() if (regimes[key] or "") == regime}
            stated.setdefault(quantity, []).append(_point_statistics(within))
    means = {quantity: pd.DataFrame(of_points).mean().dropna() for quantity, of_points in stated.items()}
    named = {f"measured_{quantity}_{name}": value for quantity, of in means.items() for name, value in of.items()}
    return regime or None, named


def _regime(quantities: Mapping[str, Mapping[str | None, list[float]]], rules: LifeRules) -> str | None:
    """The band of each setting read on a day, at each of its measuring points."""
    bands = {
        f"{quantity}={round(float(np.mean(values)) / rules.regimes[quantity])}"
        for quantity, points in quantities.items()
        for values in points.values()
        if quantity in rules.regimes
    }
    return " ".join(sorted(bands)) or None


def _point_statistics(days: dict[tuple[date, date], float]) -> dict[str, float]:
    """The statistics of one measuring point, from its values by (day known, day read)."""
    first = [days[key] for key in sorted(days)[:RECENT]]
    recent = sorted((day, days[known_on, day]) for known_on, day in sorted(days)[-RECENT:])
    at = np.array([(day - DAY_0).days for day, _ in recent])
    values = np.array([value for _, value in recent])
    found = {"level": values[-1], "mean": values.mean(), "change": values.mean() - np.mean(first)}
    if len(recent) >= FEWEST:
        found["sd"] = values.std(ddof=1)
        if len(set(at)) > 1:
            found["slope"] = np.polyfit(at, values, 1)[0]
    return found


def expected_failures(events: Iterable[dict[str, Any]], start: date, rules: LifeRules) -> list[dict[str, Any]]:
    """The failures among events in the order in which they became known, doubled orders once."""
    failed = [e for e in events if e["is_failure"] and e["occurred_on"] > start]
    days = [e["occurred_on"] for e in failed]
    return [e for i, e in enumerate(failed) if not i or abs((days[i] - days[i - 1]).days) > rules.same_failure_within_d]


def expected_peers(
    records: Records, rules: LifeRules, item: dict[str, Any], items: Sequence[dict[str, Any]], as_of: date
) -> dict[str, float | None]:
    """Failures per year, known by a date, of an item's peers, and the days these rest on."""
    kind = ("equipment_class", "service")
    others = [i for i in items if i != item and all(i[name] == item[name] for name in kind)]
    known_events = [e for e in expected_events(records, rules) if e["known_on"] <= as_of]
    known_events.sort(key=lambda e: (e["known_on"], e["occurred_on"], e["record_id"]))
    failures, exposure_d = 0, 0
    for other in others:
        start, end = other["surveillance_from"], min(as_of, other["surveillance_to"])
        own = [e for e in known_events if e["item_id"] == other["item_id"]]
        failures += len(expected_failures(own, start, rules))
        exposure_d += max((end - start).days, 0)
    rate = pytest.approx(failures * 365.25 / exposure_d) if exposure_d >= peers.FEWEST_D else None
    return {"peers_failures_per_y": rate, "peers_exposure_d": exposure_d}


def expected_spans(events: Sequence[dict[str, Any]], start: date, as_of: date) -> dict[str, float]:
    """How often each fault was met, and for how long it was not."""
    found = {}
    for fault in FAULTS:
        days = [e["occurred_on"] for e in events if fault.name in e["faults"] and e["occurred_on"] > start]
        found |= {f"{fault.name}_count": len(days), f"days_without_{fault.name}_d": (as_of - max([start, *days])).days}
    return found


def expected_end(
    spells: Sequence[dict[str, Any]], as_of: date, rules: LifeRules
) -> tuple[float, float | None, bool, str, date | None]:
    """What comes after a date: days to the next failure, preventive renewal or end, the latest day of the failure, and what
    it was."""
    ahead = [s for s in spells if s["ended_on"] > as_of]
    spell = next((s for s in ahead if s["ended_by"] != "repair"), ahead[-1])
    time_d, ended_by = float((spell["ended_on"] - as_of).days), spell["ended_by"]
    is_failure = spell["event"] or ended_by == "condition"
    return time_d, latest_failure_d(time_d, ended_by, rules), is_failure, ended_by, spell["recorded_on"]


def key_of(row: dict[str, Any]) -> tuple[str, str]:
    return row["_source"], row["equipment_tag"]


EVENT_COLUMNS = (
    "item_id", "equipment_tag", "record_id", "occurred_on", "known_on", "is_job", "is_failure", "is_renewal",
    "is_corrective", "is_preventive", "preventive_basis", "downtime_h",
)  # fmt: skip
