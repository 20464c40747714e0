"""What `make run` costs after set-up: seconds by stage and peak memory over all its processes.

    .venv/bin/python bench/run.py --scale 1

It runs twice in one new home, so that the second run can be held to the first: no row added, no content hash changed.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import psutil

CHECKOUT = Path(__file__).resolve().parents[1]


def timed(command: list[str], environment: dict[str, str]) -> tuple[float, float, int]:
    """Seconds, peak memory (GiB) of the process and all its children, and the exit code."""
    started, peak = time.monotonic(), 0.0
    running = psutil.Popen(command, cwd=CHECKOUT, env=os.environ | environment, stdout=subprocess.DEVNULL)
    while running.poll() is None:
        peak = max(peak, memory(running))
        time.sleep(0.5)
    return time.monotonic() - started, peak, running.returncode


def memory(process: psutil.Process) -> float:
    """Memory of a process and its children (each shared page counted once), in GiB."""
    total = 0
    try:
        for one in [process, *process.children(recursive=True)]:
            total += one.memory_full_info().pss
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        pass
    return total / 2**30


def partitions(environment: dict[str, str]) -> list[dict]:
    command = [sys.executable, "-m", "jobs.cli", "partitions", "--json"]
    return json.loads(subprocess.run(command, env=os.environ | environment, capture_output=True, check=True).stdout)


def stages(home: Path) -> dict[str, float]:
    """Seconds by step, over all partitions and populations of the last attempt."""
    from jobs.ledger import Ledger

    seconds: Counter[str] = Counter()
    for run in Ledger(f"sqlite:///{home / 'ledger.db'}").runs():
        seconds[run["step"]] += run["seconds"] or 0.0
    return {step: round(spent, 1) for step, spent in seconds.items()}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--scale", default="1")
    scale = options.parse_args().scale
    with tempfile.TemporaryDirectory() as folder:
        environment = {"YEJI_HOME": folder}
        first = timed(["make", "run", f"SCALE={scale}"], environment)
        before = partitions(environment)
        by_stage = stages(Path(folder))
        again = timed(["make", "run", f"SCALE={scale}"], environment)
        after = partitions(environment)
    same = [
        (a["content_hash"], a["rows_in"]) == (b["content_hash"], b["rows_in"])
        for a, b in zip(before, after, strict=True)
    ]
    found = {
        "scale": scale,
        "first": dict(zip(("seconds", "peak_gib", "exit"), first, strict=True)),
        "by_stage_s": by_stage,
        "again": dict(zip(("seconds", "peak_gib", "exit"), again, strict=True)),
        "partitions": len(before),
        "unchanged": sum(same),
    }
    print(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
