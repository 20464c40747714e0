"""Two fleets against Cox, Weibull and a random survival forest on the same rows: a cross-section, and an event log.

    .venv/bin/python -m bench.fleets                       (real sets in ../shared/data, or YEJI_SHARED_DATA)

*pysurvival*: 1,000 machines, each with its lifetime so far in weeks; there are no dates, so nothing can be cut in time.
Five folds of machines are each predicted by what was learned of the others. Of our candidates, as they are, that one is
taken whose integrated Brier score is best on folds within the training machines, calibrated with the predictions there,
as the default path does with cuts in time; a candidate that cannot be served is left out.

*Azure PdM*: lives of the four components of 100 machines from failures, replacements, errors and the register, by its
contract and the platform's own steps. Training rows are the landmarks before 2015-09-01 with labels as known then; test
rows are all from then on. Ours is the default path: `models.training` and the gate's verdict on the training rows alone.
"""

import argparse
import json
import tempfile
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from bench import peers
from bench.platform import ingested, landmarks
from bench.sidebyside import CHECKOUT, SEED, Prediction, compared, console, default_path, shared_data, show
from jobs.settings import Settings
from jobs.steps.feature_rows import feature_names
from models import backtest, candidates, metrics, splits
from models.calibration import Calibration
from models.candidate import Candidate, Storable
from models.curves import cumulative_hazard

PEERS = {"Weibull": peers.weibull, "Cox": peers.cox, "random survival forest": peers.forest}

OUTER, INNER = 5, 4
WEEKS = np.arange(8, 89, 4).astype(float)
HORIZONS_W = (26, 52, 78)
OF_MACHINE = ["pressureInd", "moistureInd", "temperatureInd", "team", "provider", "equipment_class"]

CUT = date(2015, 9, 1)
DELIVERED = date(2016, 1, 1)
HORIZONS_D = (30, 90)
DAYS = np.linspace(30, 90, 25)


def cross_section(folder: Path) -> pd.DataFrame:
    """The machines; the unit of time is the week."""
    read = pd.read_csv(folder / "maintenance.csv", sep=";")
    unit = read.index.astype(str)
    time_d, event = read["lifetime"].astype(float), read["broken"] == 1
    return read.assign(
        time_d=time_d, upper_d=time_d.where(event), event=event, unit=unit, weight=1.0, equipment_class="OT"
    )


def folds(rows: pd.DataFrame, count: int) -> np.ndarray:
    """(n,): each row's fold, drawn by chance."""
    return np.random.default_rng(SEED).permutation(len(rows)) % count


def chosen(train: pd.DataFrame) -> tuple[str, Candidate, Calibration]:
    """The candidate that is best on folds within the training rows, fitted on all of them, and its calibration."""
    recipes = {name: of() for name, of in candidates.find().items() if isinstance(of(), Storable)}
    time_d, event, fold = train["time_d"].to_numpy(), train["event"].to_numpy(), folds(train, INNER)
    hazards = {name: np.zeros((len(train), len(WEEKS))) for name in recipes}
    for name, recipe in recipes.items():
        for k in range(INNER):
            fitted = backtest.fit(recipe, train[fold != k], OF_MACHINE, SEED)
            hazards[name][fold == k] = cumulative_hazard(fitted, backtest.inputs(train[fold == k], OF_MACHINE), WEEKS)
    brier = {n: metrics.brier_rows(time_d, event, np.exp(-h), WEEKS).mean() for n, h in hazards.items()}
    best = min(brier, key=lambda name: brier[name])
    calibration = Calibration.fit(HORIZONS_W, WEEKS, hazards[best], time_d, event)
    return best, backtest.fit(recipes[best], train, OF_MACHINE, SEED), calibration


def of_cross_section(folder: Path) -> tuple[str, list[dict]]:
    """The methods on all machines, each predicted by what was learned of the other folds."""
    rows = cross_section(folder)
    fold = folds(rows, OUTER)
    parts: dict[str, list[Prediction]] = {name: [] for name in ("yeji", *PEERS)}
    names, order = [], []
    for k in range(OUTER):
        train, test = rows[fold != k].reset_index(drop=True), rows[fold == k]
        name, fitted, calibration = chosen(train)
        hazard = calibration.apply(WEEKS, cumulative_hazard(fitted, backtest.inputs(test, OF_MACHINE), WEEKS))
        parts["yeji"].append(Prediction.of_curves(np.exp(-hazard)))
        for peer, of in PEERS.items():
            parts[peer].append(of(train, test, OF_MACHINE, WEEKS))
        names.append(name)
        order.append(test)
    title = (
        f"pysurvival: {len(rows):,} machines, {int(rows['event'].sum())} failures; chosen by fold: {', '.join(names)}"
    )
    return title, compared(pd.concat(order), WEEKS, {name: _joined(of) for name, of in parts.items()}, "yeji")


def of_azure(inbox: Path) -> tuple[str, list[dict]]:
    """The methods on the landmarks from the cut on."""
    with tempfile.TemporaryDirectory() as home:
        sources = CHECKOUT / "infra" / "sources" / "real"
        settings = Settings(home=Path(home), inbox=inbox, sources=sources)
        ingested(settings, "azure_pdm", [DELIVERED])
        frame = splits.landmarks(landmarks(settings, "azure_pdm"))
    train = splits.recensor(frame, CUT)
    rows = splits.labelled(frame)
    test = rows[rows["as_of"] >= pd.Timestamp(CUT)]
    features = feature_names(train)
    ours, verdict = default_path(train, test, features, HORIZONS_D, DAYS)
    found = {name: peer(train, test, features, DAYS) for name, peer in PEERS.items()}
    name = f"yeji ({verdict.candidate})"
    title = (
        f"Azure PdM: {len(train):,} training rows, {int(train['event'].sum()):,} failed; {len(test):,} test rows, "
        f"{int(test['event'].sum()):,} failed, {test['unit'].nunique()} machines\n{verdict.reason}"
    )
    return title, compared(test, DAYS, {name: ours, **found}, name)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON, for machines")
    as_json = parser.parse_args().json
    told = {
        "pysurvival": of_cross_section(shared_data("pysurvival")),
        "azure_pdm": of_azure(shared_data("azure_pdm").parent),
    }
    if as_json:
        print(json.dumps({name: {"of": title, "methods": lines} for name, (title, lines) in told.items()}, indent=1))
        return
    to = console()
    for title, lines in told.values():
        to.print(f"\n{title}")
        show(lines, to)


def _joined(parts: list[Prediction]) -> Prediction:
    return Prediction(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("risk", "survival")))


if __name__ == "__main__":
    main()
