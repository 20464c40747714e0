"""A source's grade, A to E, with the reasons: what a data engineer tells a firm about what it sends.

Each reason caps the grade; the grade is the lowest cap. Pure functions over the ledger's rows.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jobs.ledger import unmet

GRADES = "ABCDE"

VALID_AT_LEAST = ((0.995, "A"), (0.98, "B"), (0.95, "C"), (0.9, "D"))
MEANT_AT_LEAST = ((0.99, "A"), (0.95, "B"), (0.8, "C"))
"""For what is kept although it says less: codes without a meaning, records of equipment that is not in the register."""

TOLD = {
    "unmapped_code": "codes have no meaning in the contract",
    "orphan": "records name equipment that is not in the register",
    "mode_not_of_class": "failures have a mode that ISO 14224 does not define for the equipment's class",
}
"""The warnings that bear on a grade, by their code."""

COMMONEST = 3
"""So many reasons are named."""

LAST = 12
"""Deliveries that are graded."""


@dataclass(frozen=True)
class Quality:
    """A grade, what bounds it (worst first), the deliveries that it was found in, and, which bounds nothing, the cells of
    their valid rows that were read otherwise than written, by kind of repair and column, the most frequent first."""

    source: str
    grade: str
    reasons: tuple[str, ...]
    deliveries: int
    repairs: Mapping[str, int]


def quality(
    source: str, checks: Sequence[Mapping[str, Any]], partitions: Sequence[Mapping[str, Any]]
) -> Quality | None:
    """The source's grade over its last deliveries; None where nothing was ever checked.

    `partitions` are the ledger's rows by delivery, `checks` the last `check` of each with its facts, both oldest first.
    """
    caps = sorted(_caps(checks[-LAST:], partitions[-LAST:]), reverse=True)
    if not checks and not caps:
        return None
    grade = max((cap for cap, _ in caps), default="A")
    reasons = tuple(f"{cap}: {reason}" for cap, reason in caps)
    repairs = dict(_counts([json.loads(check["facts"]) for check in checks[-LAST:]], "repairs").most_common())
    return Quality(source, grade, reasons, len(partitions[-LAST:]), repairs)


def _caps(checks: Sequence[Mapping[str, Any]], partitions: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    refused = [p["delivery_date"] for p in partitions if p["status"] == "refused"]
    if partitions and partitions[-1]["status"] == "refused":
        yield "E", f"the last delivery, {refused[-1]}, was refused: {partitions[-1]['error']}"
    elif refused:
        yield "C", f"refused deliveries: {', '.join(refused)}"
    if files := [f"{p['delivery_date']} {file['name']}" for p in partitions for file in p["refused_files"]]:
        yield "C", f"refused files: {', '.join(files)}"
    valid, bad = (sum(check[f"rows_{fate}"] or 0 for check in checks) for fate in ("valid", "quarantined"))
    facts = [json.loads(check["facts"]) for check in checks]
    if rows := valid + bad:
        if (cap := _grade(valid / rows, VALID_AT_LEAST)) != "A":
            reasons = _commonest(one["reasons"] for one in facts)
            yield cap, f"{bad:,} of {rows:,} rows were refused ({bad / rows:.1%}), most of all for {reasons}"
        for code, says in TOLD.items():
            of_code = [
                {why.partition(" ")[2]: n for why, n in one["warnings"].items() if why.startswith(f"{code} ")}
                for one in facts
            ]
            count = sum(sum(counts.values()) for counts in of_code)
            if (cap := _grade(1 - count / rows, MEANT_AT_LEAST)) != "A":
                yield cap, f"{count:,} {says}, among {rows:,} rows: {_commonest(of_code)}"
    if facts and (unusual := [*unmet(facts[-1].get("verdict", {})), *facts[-1]["trends"]]):
        yield "B", f"the last delivery is unusual: {'; '.join(unusual)}"


def _grade(share: float, steps: Sequence[tuple[float, str]]) -> str:
    return next((grade for least, grade in steps if share >= least), GRADES[len(steps)])


def _commonest(found: Iterable[Mapping[str, int]]) -> str:
    """The commonest reasons or columns over some deliveries, with their counts."""
    counts: Counter[str] = Counter()
    for one in found:
        counts.update(one)
    first = sorted(counts.items(), key=lambda reason: (-reason[1], reason[0]))[:COMMONEST]
    return ", ".join(f"{name} ({count:,})" for name, count in first)


def _counts(facts: Sequence[Mapping[str, Any]], what: str) -> Counter[str]:
    return sum((Counter(one.get(what, {})) for one in facts), Counter())
