"""Time to the next work order of each machine and system: real records of five excavators, train before, test after.

    .venv/bin/python -m bench.excavators                   (real sets in ../shared/data, or YEJI_SHARED_DATA)

A row is a work order of the published file. Its time runs to the next order of the same machine and system, which is a
failure where the authors judged it one (`SuspSugg` 0) and a suspension, censored, else. The file lies in blocks, system
after system and in each machine after machine, a block in order of date; `RunningTime`, the authors' own time since the
block's last order, says the same in 5,304 of 5,328 rows. The last order of a block is censored where its machine's
records end. Orders of one day stay in the file's order and are half a day apart, as the contract says; beside it, the
orders of a day as one. Training rows are the orders before 2008-11-29, with labels as known then; test rows are the
others.

Features are those of the platform that these records can give, as known at the order: with it, and nothing after it.
The regressions and XGBoost have the same columns; MTBF and the past mean gap know machine and system instead. Ours is
the default path: `models.training` and the gate's verdict on the training rows alone.
"""

import argparse
import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from bench import peers
from bench.lexicon import work_orders
from bench.sidebyside import Prediction, compared, console, default_path, shared_data, show
from models.candidate import Floats
from models.curves import SMALLEST_SURVIVAL, resample
from models.lives import HALF_DAY
from models.metrics import kaplan_meier

SPLIT = date(2008, 11, 29)
HORIZONS_D = (30, 90, 365)
TIMES = np.unique([*np.linspace(30, 365, 25), *HORIZONS_D]).astype(float)
ZERO_GAPS = {"half": "orders of one day half a day apart", "merge": "orders of one day are one"}
YEAR_D = 365

FEATURES = [
    "age_d", "is_origin_known", "exposure_d", "failures_count", "failures_365d_count", "days_since_failure_d",
    "mean_gap_d", "repairs_count", "preventive_365d_count", "days_since_maintenance_d", "equipment_class", "subunit",
]  # fmt: skip


def orders(folder: Path) -> pd.DataFrame:
    """machine, system (its place in the file), on, is_failure and is_renewal of every order, in the file's order."""
    read = pd.DataFrame(work_orders(folder))
    begins = read["Asset"] != read["Asset"].shift()
    is_next_system = begins & (read["Asset"] <= read["Asset"].shift())
    return pd.DataFrame(
        {
            "machine": read["Asset"],
            "system": is_next_system.cumsum().map("system {:02d}".format),
            "on": pd.to_datetime(read["BscStartDate"]),
            "is_failure": read["SuspSugg"] == "0",
            "is_renewal": read["Action"].fillna("").str.contains("Replace"),
        }
    )


def rows(found: pd.DataFrame, zero_gaps: str) -> pd.DataFrame:
    """The orders as rows of `gold.landmark`, with the features that stand in `FEATURES`; those at the end of their
    machine's records, after which nothing was watched, are left out.

    found : as `orders` gives them. zero_gaps : `half` or `merge`.
    """
    if zero_gaps == "merge":
        found = found.groupby(["machine", "system", "on"], sort=False, as_index=False).any()
    unit = found["machine"] + "|" + found["system"]
    on, of_unit = found["on"], found.groupby(unit)
    start, end = (found.groupby("machine")["on"].transform(which) for which in ("min", "max"))
    gap_d = _days(of_unit["on"].shift(-1) - on)
    is_last = gap_d.isna()
    event = of_unit["is_failure"].shift(-1, fill_value=False).astype(bool)
    time_d = gap_d.where(is_last | (gap_d > 0), HALF_DAY).fillna(_days(end - on))
    failed_on, renewed_on = (on.where(found[name]).groupby(unit).ffill() for name in ("is_failure", "is_renewal"))
    first_failed_on = on.where(found["is_failure"]).groupby(unit).transform("min").where(failed_on.notna())
    failures = found["is_failure"].groupby(unit).cumsum()
    at_renewal = failures.where(found["is_renewal"]).groupby(unit).ffill().fillna(0)
    table = pd.DataFrame(
        {
            "population": "excavators",
            "_source": "excavators",
            "item_id": unit + "|" + of_unit.cumcount().astype(str),
            "equipment_tag": unit,
            "as_of": on,
            "time_d": time_d,
            "event": event,
            "event_recorded_on": (on + pd.to_timedelta(gap_d, unit="D")).where(event),
            "ended_by": np.select([event, ~is_last], ["failure", "unknown_preventive"], "end_of_surveillance"),
            "weight": 1.0,
            "is_scored": False,
            "age_d": _days(on - renewed_on.fillna(start)),
            "is_origin_known": renewed_on.notna().astype(float),
            "exposure_d": _days(on - start),
            "failures_count": failures.astype(float),
            "failures_365d_count": _last_year(found["is_failure"], on, unit),
            "days_since_failure_d": _days(on - failed_on),
            "mean_gap_d": (_days(failed_on - first_failed_on) / (failures - 1)).where(failures > 1),
            "repairs_count": failures - at_renewal,
            "preventive_365d_count": _last_year(~found["is_failure"], on, unit),
            "days_since_maintenance_d": 0.0,
            "equipment_class": "excavator",
            "subunit": found["system"],
            "past_gap_d": _days(on - of_unit["on"].transform("first")) / of_unit.cumcount().replace(0, np.nan),
        }
    )
    return table[table["time_d"] > 0].reset_index(drop=True)


def divided(table: pd.DataFrame, split: date) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Training rows, before the split, labels as known then; test rows, from the split on."""
    day = pd.Timestamp(split)
    train, test = table[table["as_of"] < day], table[table["as_of"] >= day]
    left_d = _days(day - train["as_of"])
    is_later = train["time_d"] > left_d
    return (
        train.assign(
            time_d=train["time_d"].mask(is_later, left_d),
            event=train["event"] & ~is_later,
            event_recorded_on=train["event_recorded_on"].mask(is_later),
            ended_by=train["ended_by"].mask(is_later, "end_of_surveillance"),
        ),
        test.assign(unit=test["equipment_tag"]),
    )


def mtbf(train: pd.DataFrame, test: pd.DataFrame) -> Prediction:
    """Mean time between failures of the machine and system in training, of the system or of all where it had none; the
    lives are exponential."""
    mean_d = test["equipment_tag"].map(_mean_time(train, "equipment_tag"))
    mean_d = mean_d.fillna(test["subunit"].map(_mean_time(train, "subunit")))
    mean_d = mean_d.fillna(train["time_d"].sum() / train["event"].sum()).to_numpy()
    return Prediction(-mean_d, np.exp(-TIMES / mean_d[:, None]))


def past_mean_gap(train: pd.DataFrame, test: pd.DataFrame) -> Prediction:
    """Mean gap between the machine and system's orders up to the row; the curve is Kaplan–Meier's of training times in
    units of it."""
    typical = train["past_gap_d"].median()
    own, of_test = (part["past_gap_d"].fillna(typical).clip(lower=HALF_DAY).to_numpy() for part in (train, test))
    times, share = kaplan_meier(train["time_d"].to_numpy() / own, train["event"].to_numpy(), np.ones(len(train)))
    hazard = resample(times, -np.log(np.maximum(share, SMALLEST_SURVIVAL))[None], (TIMES / of_test[:, None]).ravel())
    return Prediction(-of_test, np.exp(-hazard).reshape(len(test), len(TIMES)))


def measured(table: pd.DataFrame) -> tuple[list[dict], dict]:
    """The methods on the test rows, and what the table held and chose."""
    train, test = divided(table, SPLIT)
    ours, verdict = default_path(train, test, FEATURES, HORIZONS_D, TIMES)
    found = {
        f"yeji, default path ({verdict.candidate})": ours,
        "MTBF": mtbf(train, test),
        "past mean gap": past_mean_gap(train, test),
        "Weibull": peers.weibull(train, test, FEATURES, TIMES),
        "Cox": peers.cox(train, test, FEATURES, TIMES),
        "XGBoost AFT": peers.xgb_aft(train, test, FEATURES, TIMES),
    }
    facts = {
        "training_rows": len(train),
        "test_rows": len(test),
        "test_failures": int(test["event"].sum()),
        "machine_systems": int(test["unit"].nunique()),
        "verdict": verdict.reason,
    }
    return compared(test, TIMES, found, next(iter(found))), facts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON, for machines")
    as_json = parser.parse_args().json
    found = orders(shared_data("excavators"))
    told = {}
    for zero_gaps, title in ZERO_GAPS.items():
        lines, facts = measured(rows(found, zero_gaps))
        told[zero_gaps] = {**facts, "methods": lines}
        if not as_json:
            to = console()
            to.print(
                f"\n{title}: {facts['training_rows']:,} training rows; {facts['test_rows']:,} test rows, "
                f"{facts['test_failures']:,} failures, {facts['machine_systems']} machine-systems\n{facts['verdict']}"
            )
            show(lines, to)
    if as_json:
        print(json.dumps(told, ensure_ascii=False, indent=1))


def _days(span: pd.Series) -> pd.Series:
    return span.dt.total_seconds() / 86_400


def _last_year(counted: pd.Series, on: pd.Series, unit: pd.Series) -> pd.Series:
    """How many of a unit's orders up to each row, within 365 days before it, are counted."""
    by_row = pd.Series(0.0, counted.index)
    for _, index in counted.groupby(unit).groups.items():
        day = on.loc[index].to_numpy()
        total = np.concatenate([[0], counted.loc[index].cumsum().to_numpy()])
        from_row = np.searchsorted(day, day - np.timedelta64(YEAR_D, "D"), side="right")
        by_row.loc[index] = total[1:] - total[from_row]
    return by_row


def _mean_time(train: pd.DataFrame, by: str) -> Floats:
    sums = train.groupby(by)[["time_d", "event"]].sum()
    return (sums["time_d"] / sums["event"])[sums["event"] > 0]


if __name__ == "__main__":
    main()
