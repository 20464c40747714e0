"""ISO 14224's equipment classes and failure modes, and which mode is defined for which class; facts in files beside this."""

import csv
from pathlib import Path

_HERE = Path(__file__).parent


def _rows(name: str) -> list[dict[str, str]]:
    lines = (_HERE / name).read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


CLASSES = {row["code"]: row["name"] for row in _rows("equipment_classes.csv")}
"""Equipment classes by code."""

MODES = {row["code"]: row["name"] for row in _rows("failure_modes.csv")}
"""Failure modes by code."""

CLASSES_OF = {row["code"]: frozenset(row["classes"].split()) for row in _rows("failure_modes.csv")}
"""The classes that a failure mode is defined for; empty where that is not known."""

JUDGED = frozenset(code for classes in CLASSES_OF.values() for code in classes)
"""The classes that failure modes are defined for."""


def is_defined(mode: str | None, equipment_class: str | None) -> bool:
    """Whether a failure mode is defined for a class. True where either is not known: what is not known is not judged."""
    classes = CLASSES_OF.get(mode or "", frozenset())
    return not classes or equipment_class not in JUDGED or equipment_class in classes
