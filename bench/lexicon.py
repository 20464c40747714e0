"""How well the lexicon reads free text: held to the hand-made tags of the excavators' work orders.

    .venv/bin/python bench/lexicon.py                      (real sets in ../shared/data, or YEJI_SHARED_DATA)

`infra/lexicon/excavators.csv` was written looking at machines A to D; machine E was held back, and its rows are what
counts. Each work order has a set of hand tags ("Engine_Hydraulic System" is two), an untagged one the empty set.
Precision, recall and F1 are counted over pairs of work order and tag. The baseline gives every work order of E the
commonest tag of A to D.

The hand tags were themselves made by rules on the same short texts (column `Rule`), in the sites' own words; agreement
with them is easier to reach than with a person's judgement of each record, and says nothing of another site's words.
"""

import argparse
import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table

from jobs.conform.lexicon import Lexicon, load
from jobs.contracts import load as load_contract
from jobs.sources import read_rows

CHECKOUT = Path(__file__).resolve().parents[1]
ORDERS = "excavators-cleaned.csv"
HELD_BACK = "E"
TEXT, MACHINE, SYSTEM, MODE = "OriginalShorttext", "Asset", "MajorSystem", "FM"

SYSTEMS = {"Hydraulic Cylinder": "Hydraulic Cylinders"}
"""Hand tags of systems in another spelling."""
NO_SYSTEM = {"NA", "Not Trans", "180"}
MODES = {
    "Leak": "ELU",
    "Structural Integrity": "STD",
    "Fail to Start": "FTS",
    "Over Temp": "OHE",
    "Fail to Stop": "UST",
    "Noise": "NOI",
}
"""Hand tags of failure modes as ISO 14224's; the others (Unspecified, Missing / Loose, …) are no modes and not judged."""

Row = Mapping[str, str | None]
Tags = frozenset[str]


def work_orders(folder: Path) -> list[Row]:
    """The cleaned file's rows, as its contract reads them."""
    contract = load_contract(CHECKOUT / "infra" / "sources" / "real" / "excavators.yaml")
    rows = read_rows(folder / ORDERS, "rows", contract)
    return [{cell.heading: cell.text for cell in row.cells} for row in rows if row.kind == "data"]


def systems(row: Row) -> Tags:
    """The systems that a hand tagged."""
    tagged = (row[SYSTEM] or "NA").split("_")
    return frozenset(SYSTEMS.get(tag, tag) for tag in tagged if tag not in NO_SYSTEM)


def modes(row: Row) -> Tags:
    """The failure modes that a hand tagged, as ISO 14224's codes."""
    return frozenset(MODES[tag] for tag in (row[MODE] or "NA").split("_") if tag in MODES)


def read(lexicon: Lexicon, kind: str, known: Iterable[str] | None = None) -> Callable[[Row], Tags]:
    """The codes of one kind that the lexicon reads, of those that are judged."""
    judged = set(known) if known else None
    return lambda row: frozenset(
        tag.code for tag in lexicon.tags(row[TEXT]) if tag.kind == kind and (judged is None or tag.code in judged)
    )


def scores(rows: Iterable[Row], by_hand: Callable[[Row], Tags], found: Callable[[Row], Tags]) -> list[dict]:
    """Precision, recall and F1 by tag, the commonest first, and of all pairs together ("all")."""
    right, extra, missed = Counter[str](), Counter[str](), Counter[str]()
    for row in rows:
        wanted, got = by_hand(row), found(row)
        right.update(wanted & got)
        extra.update(got - wanted)
        missed.update(wanted - got)
    tags = sorted({*right, *extra, *missed}, key=lambda tag: (-right[tag] - missed[tag], tag))
    total = _score("all", right.total(), extra.total(), missed.total())
    return [*[_score(tag, right[tag], extra[tag], missed[tag]) for tag in tags], total]


def _score(tag: str, right: int, extra: int, missed: int) -> dict:
    """None stands for a share of nothing: no tag of it was found, or none was given by hand."""
    precision = right / (right + extra) if right + extra else None
    recall = right / (right + missed) if right + missed else None
    f1 = 2 * right / (2 * right + extra + missed) if right + extra + missed else None
    return {"tag": tag, "by_hand": right + missed, "precision": precision, "recall": recall, "f1": f1}


def measured(rows: list[Row], lexicon: Lexicon) -> dict[str, list[dict]]:
    """The scores on the held-back machine, of the lexicon and the baseline, and on the machines it was written from."""
    seen = [row for row in rows if row[MACHINE] != HELD_BACK]
    unseen = [row for row in rows if row[MACHINE] == HELD_BACK]
    found = {}
    for name, by_hand, reading in (
        ("system", systems, read(lexicon, "subunit")),
        ("failure mode", modes, read(lexicon, "failure_mode", MODES.values())),
    ):
        commonest = Counter(tag for row in seen for tag in by_hand(row)).most_common(1)[0][0]
        always = frozenset([commonest])
        found[f"{name}, held-back machine {HELD_BACK}"] = scores(unseen, by_hand, reading)
        found[f"{name}, held-back machine {HELD_BACK}: always {commonest}"] = [
            scores(unseen, by_hand, lambda _, always=always: always)[-1]
        ]
        found[f"{name}, machines it was written from"] = [scores(seen, by_hand, reading)[-1]]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON, for machines")
    as_json = parser.parse_args().json
    data = Path(os.environ.get("YEJI_SHARED_DATA", CHECKOUT.parent / "shared" / "data")) / "excavators"
    if not (data / ORDERS).is_file():
        parser.error(f"no {data / ORDERS}; set YEJI_SHARED_DATA to the folder that holds excavators/{ORDERS}")
    found = measured(work_orders(data), load(CHECKOUT / "infra" / "lexicon" / "excavators.csv"))
    if as_json:
        print(json.dumps(found, ensure_ascii=False, indent=1))
        return
    console = Console(highlight=False)
    for title, lines in found.items():
        console.print(f"\n{title}")
        table = Table("tag", box=None)
        for name in ("by hand", "precision", "recall", "F1"):
            table.add_column(name, justify="right")
        for line in lines:
            shown = ("–" if line[name] is None else f"{line[name]:.3f}" for name in ("precision", "recall", "f1"))
            table.add_row(line["tag"], f"{line['by_hand']:,}", *shown)
        console.print(table)


if __name__ == "__main__":
    main()
