"""Time and peak memory of training and of scoring as the archive grows, and whether they grow faster than it does.

    .venv/bin/python -m bench.growth --scales 1 6

Scale 1 is 10,000 assets with about 190,000 landmarks, scale 60 is 600,000 with 11 million: here the assets of a region
generated at scale 1 (landmarks: `bench.clean_records`), as often as the scale says, each copy under tags of its own. *Learn*
is what the step `fit` does: of a larger population a sample of its equipment of at most 200,000 rows, then
`models.training`. *Score* is what the step `score` does: curves, quantiles and reasons of every asset as it stands, by the
champion of the first scale's training. Each is a process of its own. What Spark does before (lives, landmarks) is not in
here.

A slope is that of the logarithm of seconds, or of memory above that of an idle process, over the logarithm of scale.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from rich.table import Table

from bench.clean_records import FEATURES, landmarks
from bench.sidebyside import CHECKOUT, console
from bench.truth import AS_OF, HORIZONS_D, LEARNED, of_sources, populations, region
from jobs.steps.fit import MOST_ROWS
from jobs.steps.item_events import LASTING
from jobs.steps.score import labels
from models import training
from models.served import Served

POPULATION = "complex"
FRAME = "landmarks.parquet"


def copies(frame: pd.DataFrame, scale: int, share: float = 1.0) -> pd.DataFrame:
    """The frame's assets `scale` times, a share of each copy's drawn by chance."""
    names = frame["item_id"].unique()
    parts = []
    for copy in range(scale):
        kept = np.random.default_rng(copy).permutation(names)[: round(share * len(names))]
        part = frame[frame["item_id"].isin(kept)]
        tags = part["item_id"] + f"-{copy}"
        parts.append(part.assign(item_id=tags, equipment_tag=tags))
    return pd.concat(parts, ignore_index=True)


def learn(folder: Path, scale: int) -> None:
    frame = pd.read_parquet(folder / FRAME)
    sample = copies(frame, scale, min(1.0, MOST_ROWS / (len(frame) * scale)))
    lasting = [name for name in LASTING if name in FEATURES]
    training.train(sample, None, FEATURES, HORIZONS_D, folder / f"work_{scale}", attributes=lasting)


def score(folder: Path, scale: int) -> None:
    frame = pd.read_parquet(folder / FRAME, filters=[("is_scored", "==", True)])
    work = min(folder.glob("work_*"), key=lambda of: int(of.name.removeprefix("work_")))
    candidate = training.judge(work).candidate
    served = Served.load(training.served_folder(work, str(candidate)))
    served.predict(copies(frame, scale), labels(served.features, served.time_unit))


def idle(folder: Path, scale: int) -> None:
    """Nothing: what the imports take."""


WORKS = {of.__name__: of for of in (idle, learn, score)}


def cost(of: str, folder: Path, scale: int) -> dict[str, float]:
    """Seconds and peak memory (MiB) of a piece of work in a process of its own."""
    command = [sys.executable, "-m", "bench.growth", "--work", of, "--folder", str(folder), "--scales", str(scale)]
    told = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout
    return json.loads(told.splitlines()[-1])


def slope(scales: list[int], values: list[float]) -> float | None:
    """Of the logarithms; None of one scale."""
    return float(np.polyfit(np.log(scales), np.log(values), 1)[0]) if len(scales) > 1 else None


def measured(scales: list[int]) -> dict:
    """Seconds and memory of each work at each scale, and their slopes."""
    sources, rules = populations()[POPULATION]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tables = (of_sources(table, sources) for table in region(folder / "region", *LEARNED))
        landmarks(*tables, AS_OF, rules).to_parquet(folder / FRAME)
        nothing = cost("idle", folder, 0)["peak_mib"]
        told: dict = {"idle_mib": nothing}
        for of in ("learn", "score"):
            costs = []
            for scale in scales:
                costs.append(cost(of, folder, scale))
                print(f"{of} at scale {scale}: {costs[-1]}", file=sys.stderr, flush=True)
            seconds = [one["seconds"] for one in costs]
            above = [max(one["peak_mib"] - nothing, 1.0) for one in costs]
            told[of] = {
                "by_scale": dict(zip(map(str, scales), costs, strict=True)),
                "slope_of_seconds": slope(scales, seconds),
                "slope_of_memory": slope(scales, above),
            }
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scales", type=int, nargs="+", default=[1, 6], help="ascending; 60 is the archive's size")
    parser.add_argument("--json", action="store_true", help="print JSON, for machines")
    parser.add_argument("--work", choices=WORKS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        started = time.monotonic()
        WORKS[options.work](options.folder, options.scales[0])
        peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(json.dumps({"seconds": round(time.monotonic() - started, 1), "peak_mib": round(peak_mib)}))
        return
    told = measured(sorted(options.scales))
    if options.json:
        print(json.dumps(told, indent=1))
        return
    table = Table("work", *(f"scale {scale}" for scale in sorted(options.scales)), "slope, time", "memory", box=None)
    for of in ("learn", "score"):
        cells = (f"{one['seconds']:,.0f} s, {one['peak_mib']:,.0f} MiB" for one in told[of]["by_scale"].values())
        slopes = (told[of][name] for name in ("slope_of_seconds", "slope_of_memory"))
        table.add_row(of, *cells, *("–" if value is None else f"{value:.2f}" for value in slopes))
    console().print(table)


if __name__ == "__main__":
    main()
