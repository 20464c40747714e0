"""Failure modes and equipment classes: what the files say, and how they differ from the reference list."""

import csv

import pytest

from jobs.sample.kinds import KINDS
from jobs.tables.iso14224 import CLASSES, CLASSES_OF, JUDGED, MODES, is_defined
from tests.support.paths import shared_data


@pytest.mark.parametrize(
    ("mode", "equipment_class", "defined"),
    [
        ("VIB", "PU", True),
        ("VIB", "HE", False),
        ("FTC", "VA", True),
        ("FTC", "PU", False),
        ("FTS", "CR", True),  # on the second of two rows of the reference matrix
        ("UST", "PU", True),  # in the matrix, without a name in the list
        ("VIB", "BD", True),  # no class of ISO 14224: not judged
        ("VLO", "PU", True),  # of no known class: not judged
        (None, "PU", True),
        ("VIB", None, True),
    ],
)
def test_whether_a_mode_is_defined_for_a_class(mode, equipment_class, defined):
    assert is_defined(mode, equipment_class) is defined


def test_every_mode_has_a_name_of_its_own_and_known_classes():
    assert all(MODES.values()) and len(set(MODES.values())) == len(MODES)
    assert set(CLASSES) - {"BD", "OT"} == JUDGED


def test_the_sample_region_fails_in_modes_of_its_classes_but_for_agitators_seals():
    """The reference matrix knows no leak of process medium of an agitator; the region's agitators have seals that leak."""
    wrong = [
        (k.equipment_class, s.mode) for k in KINDS for s in k.symptoms if not is_defined(s.mode, k.equipment_class)
    ]
    assert wrong == [("AG", "ELP")]


def test_the_files_are_the_reference_list_but_for_the_corrections_they_name():
    folder = shared_data("iso14224")
    with (folder / "failure_mode_codes.csv").open(encoding="utf-8-sig", newline="") as file:
        names = {row["ISO14224_FailureModeCode"]: row["ISO14224_FailureMode"].strip() for row in csv.DictReader(file)}
    with (folder / "failure_mode_by_class.csv").open(encoding="utf-8-sig", newline="") as file:
        classes: dict[str, set[str]] = {}
        for row in csv.DictReader(file):
            mode = row.pop("")
            classes.setdefault(mode, set()).update(name for name, is_used in row.items() if is_used.strip())
    assert set(names) - set(MODES) == {"FTD"}
    assert set(MODES) - set(names) == {"UST", "FTR", "OWD", "VLO"}
    assert set(classes) - set(MODES) == {"FLP", "MOF", "FTD"}
    renamed = {mode for mode in MODES if mode in names and names[mode].casefold() != MODES[mode].casefold()}
    assert renamed == {"SER", "SBU"}  # SBU: a hyphen
    assert {mode: set(CLASSES_OF[mode]) for mode in MODES if mode in classes} == {
        mode: found for mode, found in classes.items() if mode in MODES
    }
