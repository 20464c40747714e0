"""A version's model card: what it is, whom it should not be used for, its scores, and what it was made of and with.

The card is a dictionary of JSON's own types; `markdown` is the same for people.
"""

import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

import pandas as pd

from models.backtest import KNOWN, MIN_FAILURES
from models.explain import Label
from models.ranges import Range
from models.served import Served

UNKNOWN = {
    "day_of_failure": "on which day what a finding forestalled would have failed (first or last of the contract's days)",
    "reason_of_renewal": "whether renewals for an unknown reason forestalled failures (none or all)",
}

TESTS = {KNOWN: "known assets, later", "unseen_assets_later": "unseen assets, later"}


def learned(rows: pd.DataFrame) -> dict[str, Any]:
    """What a population's training rows (`splits.recensor`) hold; a life is an item and the day its time ended."""
    lives = rows.assign(ended=rows["as_of"] + pd.to_timedelta(rows["time_d"].round(), unit="D"))
    lives = lives.sort_values("as_of").drop_duplicates(["_source", "item_id", "ended"], keep="last")
    ended_by = lives["ended_by"].where(lives["event"] | (lives["ended_by"] != "failure"), "end_of_surveillance")
    classes = lives["equipment_class"].fillna("")
    return {
        "rows": len(rows),
        "items": int(rows.groupby(["_source", "item_id"]).ngroups),
        "lives": len(lives),
        "failed_lives": int(lives["event"].sum()),
        "forestalled_lives": int((lives["event"] & (lives["upper_d"] > lives["time_d"])).sum()),
        "from": str(rows["as_of"].min().date()),
        "to": str(lives["ended"].max().date()),
        "lives_by_end": {str(k): int(v) for k, v in ended_by.value_counts().items()},
        "failures_by_class": {str(k): int(v) for k, v in lives["event"].groupby(classes).sum().items()},
        "failures_by_source": {str(k): int(v) for k, v in lives["event"].groupby(lives["_source"]).sum().items()},
    }


def card(
    population: str,
    served: Served,
    facts: Mapping[str, Any],
    scores: pd.DataFrame,
    recipes: Sequence[str],
    labels: Mapping[str, Label],
    data_versions: Mapping[str, int],
    data_digest: str,
    packages: Sequence[str],
    ranges: Sequence[Range] = (),
) -> dict[str, Any]:
    """The card of a version.

    facts : `learned`. recipes : the version's recipe, then the baselines it is shown beside, as `scores` names them. ranges : the
    version's.
    """
    shown = scores[scores["candidate"].isin(recipes)]
    return {
        "population": population,
        "candidate": served.name,
        "is_baseline": served.is_baseline,
        "time_unit": served.time_unit,
        "settings": served.candidate.get_params(),
        "not_for": not_for(population, served, facts, shown),
        "scores": [{k: _json(v) for k, v in row.items()} for row in shown.to_dict("records")],
        "calibration": {
            "horizons_d": list(served.calibration.horizons_d),
            "factors": list(served.calibration.factors),
        },
        "ranges": [asdict(one) for one in ranges],
        "follow_up_d": served.follow_up_d,
        "learned": dict(facts),
        "features": [
            {"name": name, "label": labels[name].ko, "unit": labels[name].unit, "meaning": labels[name].en}
            for name in served.features
        ],
        "data_versions": dict(data_versions),
        "data_digest": data_digest,
        "environment": {"python": platform.python_version(), **{name: version(name) for name in packages}},
    }


def not_for(population: str, served: Served, facts: Mapping[str, Any], scores: pd.DataFrame) -> list[str]:
    """Whom the version should not be used for, a sentence each."""
    found = [f"Items outside the population {population}."]
    for kind, counts in (("class", facts["failures_by_class"]), ("source", facts["failures_by_source"])):
        few = [f"{name or 'unknown'} ({count})" for name, count in counts.items() if count < MIN_FAILURES]
        if few:
            found.append(f"By {kind}, under {MIN_FAILURES} failures were learned from: {', '.join(few)}.")
    found.append(not_checkable(scores))
    longest = served.follow_up_d[""]
    found.append(
        f"Beyond {longest:,.0f} {served.time_unit}, the longest follow-up, it says nothing; by class see below."
    )
    if served.is_baseline:
        found.append("It is a baseline: no candidate has earned its place over it.")
    return found


def not_checkable(scores: pd.DataFrame) -> str:
    """From where on coverage cannot be known, from the scores of a back-test."""
    tested = (
        "on any day: nothing could be compared" if scores.empty else f"beyond {int(scores['horizon_d'].max()):,} days"
    )
    return f"Whether 80 % of lives end between p10 and p90 is not yet checkable {tested}."


def markdown(card: Mapping[str, Any], most: int | None = None) -> str:
    """The card for people; only the first sections where all would be longer than `most` characters."""
    text = ""
    for section in _sections(card):
        if most and len(text) + len(section) > most:
            break
        text += section
    return text


def _sections(card: Mapping[str, Any]) -> list[str]:
    facts, kind = card["learned"], "baseline" if card["is_baseline"] else "challenger"
    metrics = [
        [TESTS[s["test"]], s["candidate"], s["metric"], f"{s['horizon_d']}", _interval(s), f"{s['failures']}"]
        for s in card["scores"]
    ]
    edges = [0, *card["calibration"]["horizons_d"]]
    factors = [
        [f"{start}–{end} {card['time_unit']}", f"{factor:.2f}"]
        for start, end, factor in zip(edges, edges[1:], card["calibration"]["factors"], strict=False)
    ]
    per_class = [
        [name or "all", f"{facts['failures_by_class'].get(name, 0) if name else facts['failed_lives']}", f"{days:,.0f}"]
        for name, days in card["follow_up_d"].items()
    ]
    ranges = [
        [
            UNKNOWN[r["unknown"]],
            f"{r['horizon_d']}",
            f"{r['value']:.3f}",
            f"{r['low']:.3f} to {r['high']:.3f}",
            f"{r['rows']:,}",
        ]
        for r in card["ranges"]
    ]
    features = [[f["name"], f["label"], f["unit"], f["meaning"]] for f in card["features"]]
    made = {**card["settings"], "data": card["data_digest"]}
    return [
        f"# {card['population']}: {card['candidate']} ({kind})\n\nRemaining life in {card['time_unit']} of an item if nobody "
        f"intervenes, learned from {facts['rows']:,} rows of {facts['items']:,} items: {facts['lives']:,} lives, "
        f"{facts['failed_lives']:,} of which failed ({facts['forestalled_lives']:,} of them would have, within the contract's "
        f"days, had a finding not been acted on), {facts['from']} to {facts['to']}.\n",
        "\n## Who it should not be used for\n\n" + "".join(f"- {sentence}\n" for sentence in card["not_for"]),
        "\n## Failures and longest follow-up by class\n\nIt says nothing beyond.\n\n"
        + _table(["class", "failures", card["time_unit"]], per_class),
        "\n## Lives by what ended them\n\n"
        + _table(["end", "lives"], [[k, f"{v:,}"] for k, v in facts["lives_by_end"].items()]),
        "\n## What is not known of the ends of lives\n\nMean probability of failing if nobody intervenes, as served and at both "
        "ends of what is not known.\n\n"
        + (
            _table(["not known", f"horizon ({card['time_unit']})", "served", "range", "training rows"], ranges)
            if ranges
            else "The day and the reason of every end are known, or the candidate takes them as intervals.\n"
        ),
        "\n## Scores on the past, with their intervals over equipment\n\n"
        + (
            _table(["test", "candidate", "metric", f"horizon ({card['time_unit']})", "value", "failures"], metrics)
            if metrics
            else "Nothing could be compared.\n"
        ),
        "\n## Calibration\n\nThe hazard between two horizons is multiplied by (the last factor holds beyond):\n\n"
        + _table(["from–to", "factor"], factors),
        "\n## Features\n\n" + _table(["name", "label", "unit", "meaning"], features),
        "\n## Data and settings\n\n"
        + "".join(f"- {path} at version {number}\n" for path, number in card["data_versions"].items())
        + "".join(f"- {name}: {value}\n" for name, value in made.items()),
        "\n## Environment\n\n" + "".join(f"- {name} {number}\n" for name, number in card["environment"].items()),
    ]


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _interval(score: Mapping[str, Any]) -> str:
    if score["low"] is None:
        return f"{score['value']:.3f} (no interval: {score['reason']})"
    return f"{score['value']:.3f} [{score['low']:.3f}, {score['high']:.3f}]"


def _json(value: Any) -> Any:
    return None if pd.isna(value) else value
