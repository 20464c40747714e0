"""The sample region against its own laws: ranking, failure probabilities and intervals, on assets that training never saw.

    .venv/bin/python -m bench.truth

Two regions are generated: one to learn from, another of over 20,000 assets to be asked about. Their landmarks come from
clean records (`bench.clean_records`); training, gate and prediction are the default path. The archive is learned from
so many of its assets as give about 500 and 2,200 failed lives; the small firms' population from all of theirs.

The truth of an asset (`jobs.sample.truth`) is its law with the hidden frailty integrated out, given its recorded history:
the best that its features allow. C is of one failure drawn for each asset from that law, censored at 365 days, as if nobody
intervened; its gap is the true law's C less the model's. Coverage is the true law's probability between
p10 and p90, of assets for which both lie within what was followed. Intervals are over assets.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from rich.table import Table

from bench.clean_records import FEATURES, landmarks
from bench.sidebyside import CHECKOUT, SEED, console, interval, served
from jobs.contracts import Lives, read_folder
from jobs.sample import generate
from jobs.sample.kinds import KINDS
from jobs.sample.truth import true_survival
from models import metrics
from models.candidate import Floats
from models.served import Served

LEARNED, ASKED = (1.0, 1), (2.0, 7)
"""Scale and seed of the region to learn from, and of the one that is asked about."""

AS_OF = date(2026, 2, 28)
HORIZONS_D = (30, 90, 365)
JUDGED_D = {90: 0.02, 365: 0.04}
"""Horizons, and the mean absolute error of the failure probability that is aimed at."""

FAILURES = {"complex": (500, 2_200), "sme": (None,)}
"""By population: about how many failed lives are learned from (None: all there are)."""

GRID_D = np.geomspace(1.0, 60 * 365.25, 80)
DRAWS = 100
KEY = ["source", "equipment_tag"]


def region(folder: Path, scale: float, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The truth of a generated region: its assets and their lives."""
    generate(folder, scale, seed)
    return tuple(pd.read_parquet(folder / "truth" / f"{name}.parquet") for name in ("assets", "lives"))


def populations() -> dict[str, tuple[list[str], Lives]]:
    """By population: its sources, and what the sample's contracts say of their lives."""
    found: dict[str, tuple[list[str], Lives]] = {}
    for name, contract in read_folder(CHECKOUT / "infra" / "sources")[0].items():
        sources = found[contract.lives.population][0] if contract.lives.population in found else []
        found[contract.lives.population] = ([*sources, name], contract.lives)
    return found


def of_sources(table: pd.DataFrame, sources: list[str]) -> pd.DataFrame:
    return table[table["source"].isin(sources)]


def some(frame: pd.DataFrame, failures: int | None) -> pd.DataFrame:
    """The rows of so many assets, drawn by chance, that about so many of their lives fail."""
    if failures is None:
        return frame
    names = frame["item_id"].unique()
    kept = np.random.default_rng(SEED).permutation(names)[: round(len(names) * failures / failed_lives(frame))]
    return frame[frame["item_id"].isin(kept)]


def failed_lives(frame: pd.DataFrame) -> int:
    """Lives that are seen to fail; each is in the rows of all landmarks before its end."""
    return len(frame[frame["event"]].drop_duplicates(["_source", "item_id", "event_recorded_on"]))


def truth(assets: pd.DataFrame, lives: pd.DataFrame) -> tuple[pd.DataFrame, Floats]:
    """Assets in service with their kind and days until a failure drawn from their true law (`time_d`), in order of `KEY`;
    and their true survival (n, m) at `GRID_D`."""
    survival = true_survival(assets, lives, AS_OF, list(GRID_D), is_frailty_known=False)
    wide = survival.pivot_table(index=KEY, columns="horizon_d", values="survival").sort_index()
    hazard = _hazard(wide.to_numpy())
    borne = np.random.default_rng(SEED).exponential(size=len(wide))
    right = np.clip((hazard < borne[:, None]).sum(axis=1), 1, len(GRID_D) - 1)
    row = np.arange(len(wide))
    share = (borne - hazard[row, right - 1]) / (hazard[row, right] - hazard[row, right - 1])
    time_d = GRID_D[right - 1] + np.clip(share, 0.0, 1.0) * (GRID_D[right] - GRID_D[right - 1])
    known = assets.set_index(KEY)["kind"].loc[wide.index].reset_index()
    return known.assign(time_d=time_d), wide.to_numpy()


def judged(made: Served, rows: pd.DataFrame, known: pd.DataFrame, curves: Floats) -> dict:
    """A model's predictions beside the truth."""
    keyed = rows[rows["is_scored"]].set_index(["_source", "item_id"]).loc[pd.MultiIndex.from_frame(known[KEY])]
    found = made.predict(keyed.reset_index())
    time_d, last = known["time_d"].to_numpy(), HORIZONS_D[-1]
    failed, until = time_d <= last, np.minimum(time_d, last)
    true = {h: 1.0 - at(curves, np.full(len(known), float(h))) for h in JUDGED_D}
    drawn = np.vstack([np.ones(len(known)), metrics.draws(len(known), DRAWS, SEED)])
    own_c = metrics.harrell_c(until, failed, found[f"fail_prob_{last}d"].to_numpy(), drawn)
    best_c = metrics.harrell_c(until, failed, true[last], drawn)
    errors = pd.DataFrame({h: np.abs(found[f"fail_prob_{h}d"].to_numpy() - true[h]) for h in JUDGED_D})
    bias = pd.DataFrame({h: found[f"fail_prob_{h}d"].to_numpy() - true[h] for h in JUDGED_D})
    has_both = (found["p10_d"].notna() & found["p90_d"].notna()).to_numpy()
    p10_d, p90_d = (found.loc[has_both, name].to_numpy() for name in ("p10_d", "p90_d"))
    inside = at(curves[has_both], p10_d) - at(curves[has_both], p90_d)
    has_p10 = found["p10_d"].notna().to_numpy()
    by_p10 = 1.0 - at(curves[has_p10], found.loc[has_p10, "p10_d"].to_numpy())
    classes = known["kind"].map({kind.word: kind.equipment_class for kind in KINDS})
    return {
        "assets": len(known),
        "fail_within_365d": int(failed.sum()),
        "c": interval(own_c),
        "c_of_the_true_law": interval(best_c),
        "c_gap": interval(best_c - own_c),
        "error": {h: interval(metrics.weighted_mean(errors[h].to_numpy(), drawn)) for h in JUDGED_D},
        "mean_true": {h: float(true[h].mean()) for h in JUDGED_D},
        "bias": {h: float(bias[h].mean()) for h in JUDGED_D},
        "error_by_class": _by(errors, bias, classes),
        "error_by_firm": _by(errors, bias, known["source"]),
        "coverage": interval(metrics.weighted_mean(inside, drawn[:, has_both])) if has_both.any() else None,
        "coverage_of": float(has_both.mean()),
        "failed_by_p10": float(by_p10.mean()) if has_p10.any() else None,
    }


def at(curves: Floats, days: Floats) -> Floats:
    """(n,): each asset's true survival at its own number of days."""
    hazard = _hazard(curves)
    right = np.clip(np.searchsorted(GRID_D, days), 1, len(GRID_D) - 1)
    row = np.arange(len(days))
    share = np.clip((days - GRID_D[right - 1]) / (GRID_D[right] - GRID_D[right - 1]), 0.0, 1.0)
    return np.exp(-(hazard[row, right - 1] * (1 - share) + hazard[row, right] * share))


def measured(folder: Path) -> dict[str, dict]:
    """By population and failures learned from: the model and how it stands to the truth; each is told as it comes."""
    learned, asked = (region(folder / f"region_{seed}", scale, seed) for scale, seed in (LEARNED, ASKED))
    told = {}
    for population, (sources, rules) in sorted(populations().items()):
        frames = [
            landmarks(*(of_sources(table, sources) for table in tables), AS_OF, rules) for tables in (learned, asked)
        ]
        known, curves = truth(*(of_sources(table, sources) for table in asked))
        for failures in FAILURES[population]:
            learned_from = some(frames[0], failures)
            made, verdict = served(learned_from, FEATURES, HORIZONS_D)
            name = f"{population}, {failed_lives(learned_from):,} failed lives"
            what = {"candidate": verdict.candidate, "verdict": verdict.reason}
            told[name] = {**what, **judged(made, frames[1], known, curves)}
            print(json.dumps({name: told[name]}, ensure_ascii=False), file=sys.stderr, flush=True)
    return told


def show(told: Mapping[str, dict]) -> None:
    """Tables of `measured`."""
    to = console()
    main = Table("learned from", "served", box=None)
    for heading in ("assets", "C", "true law's C", "gap", "error 90 d", "error 365 d", "p10–p90 holds", "of", "by p10"):
        main.add_column(heading, justify="right")
    for name, one in told.items():
        errors = (_text(one["error"][h], 4) for h in JUDGED_D)
        by_p10 = "–" if one["failed_by_p10"] is None else f"{one['failed_by_p10']:.1%}"
        main.add_row(
            name, one["candidate"], f"{one['assets']:,}", _text(one["c"]), _text(one["c_of_the_true_law"]),
            _text(one["c_gap"]), *errors, _text(one["coverage"]), f"{one['coverage_of']:.0%}", by_p10,
        )  # fmt: skip
    to.print(main)
    for name, one in told.items():
        to.print(f"\n{name}: mean absolute error of the failure probability (and its mean: above 0 is too high)")
        table = Table("of", box=None)
        for heading in ("assets", *(f"{h} d" for h in JUDGED_D)):
            table.add_column(heading, justify="right")
        for group, line in {**one["error_by_class"], **one["error_by_firm"]}.items():
            shown = (f"{line[f'error_{h}d']:.4f} ({line[f'bias_{h}d']:+.4f})" for h in JUDGED_D)
            table.add_row(group, f"{line['assets']:,}", *shown)
        to.print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON, for machines")
    as_json = parser.parse_args().json
    with tempfile.TemporaryDirectory() as folder:
        told = measured(Path(folder))
    if as_json:
        print(json.dumps(told, ensure_ascii=False, indent=1))
    else:
        show(told)


def _hazard(survival: Floats) -> Floats:
    return -np.log(np.clip(survival, 1e-300, 1.0))


def _by(errors: pd.DataFrame, bias: pd.DataFrame, group: pd.Series) -> dict[str, dict]:
    group = group.to_numpy()
    columns = {f"error_{h}d": errors[h] for h in JUDGED_D} | {f"bias_{h}d": bias[h] for h in JUDGED_D}
    table = pd.DataFrame(columns).groupby(group).mean().assign(assets=pd.Series(group).value_counts())
    return {str(name): line for name, line in table.to_dict("index").items()}


def _text(of: dict[str, float] | None, places: int = 3) -> str:
    return (
        "–"
        if of is None
        else " to ".join(f"{of[name]:.{places}f}" for name in ("low", "high")).join(
            (f"{of['value']:.{places}f} (", ")")
        )
    )


if __name__ == "__main__":
    main()
