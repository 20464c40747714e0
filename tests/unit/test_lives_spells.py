"""The conventions of `models.lives`, case by case: events by day in, spells out.

F: failure. R: renewal. C: corrective job. An event is written as its letters and its day, so that FR10 is a failure
record that renews, on day 10. A spell is written as ages entered and ended and what ended it. Surveillance is day 0 to day 50.
"""

from datetime import date, timedelta
from typing import Any

import pandas as pd
import pytest

from models.lives import COLUMNS, LifeRules, lives, surveillance

DAY_0 = date(2020, 1, 1)


def on(day: int) -> date:
    return DAY_0 + timedelta(days=day)


def spells(text: str, commissioned: int | None = 0, basis: str | None = None, **rules: Any) -> list[str]:
    """The spells of one item, one text each."""
    events = [_event(word, number, basis) for number, word in enumerate(text.split())]
    item = {
        "item_id": "P-1",
        "equipment_tag": "P-1",
        "commissioned_on": None if commissioned is None else on(commissioned),
        "surveillance_from": on(0),
        "surveillance_to": on(50),
    }
    columns = ["item_id", "record_id", "occurred_on", "known_on", "is_failure", "is_renewal", "is_corrective",
               "preventive_basis"]  # fmt: skip
    found = lives(pd.DataFrame(events, columns=columns), pd.DataFrame([item]), LifeRules("s", "p", on(50), **rules))
    assert list(found.columns) == list(COLUMNS)
    return [f"{s.entered_d:g}-{s.ended_d:g} {s.ended_by}" for s in found.itertuples()]


def _event(word: str, number: int, basis: str | None) -> dict[str, Any]:
    letters, day = word.rstrip("-0123456789"), on(int(word.lstrip("FRC")))
    kinds = {"is_failure": "F" in letters, "is_renewal": "R" in letters, "is_corrective": "C" in letters}
    return {"item_id": "P-1", "record_id": f"{number:03}", "occurred_on": day, "known_on": day, **kinds,
            "preventive_basis": basis}  # fmt: skip


@pytest.mark.parametrize(
    ("events", "merge_within_days", "expected"),
    [
        pytest.param("", 0, ["0-50 end_of_surveillance"], id="nothing happened"),
        pytest.param("F10", 0, ["0-10 failure", "10-50 end_of_surveillance"], id="a failure alone repairs"),
        pytest.param("F10 R10", 0, ["0-10 failure", "0-40 end_of_surveillance"], id="replaced at once: new"),
        pytest.param("R10 F10", 0, ["0-10 failure", "0-40 end_of_surveillance"], id="a failure precedes its renewal"),
        pytest.param("FR10", 0, ["0-10 failure", "0-40 end_of_surveillance"], id="one order fails and renews"),
        pytest.param("F10 R12", 2, ["0-10 failure", "0-40 end_of_surveillance"], id="replaced within the days: new"),
        pytest.param(
            "F10 R12", 1, ["0-10 failure", "10-12 unknown_preventive", "0-38 end_of_surveillance"], id="replaced later"
        ),
        pytest.param(
            "R9 F10",
            2,
            ["0-9 unknown_preventive", "0-1 failure", "1-41 end_of_surveillance"],
            id="failed after renewal",
        ),
        pytest.param("F10 F12", 2, ["0-10 failure", "10-50 end_of_surveillance"], id="a doubled order is one failure"),
        pytest.param("F10 F12 F14", 2, ["0-10 failure", "10-50 end_of_surveillance"], id="doubled again"),
        pytest.param("F10 F13", 2, ["0-10 failure", "10-13 failure", "13-50 end_of_surveillance"], id="two failures"),
        pytest.param("C10", 0, ["0-10 repair", "10-50 end_of_surveillance"], id="a corrective job only repairs"),
        pytest.param(
            "C10 C11 R12", 2, ["0-12 unknown_preventive", "0-38 end_of_surveillance"], id="renewed in the end"
        ),
        pytest.param("CR10", 0, ["0-10 condition", "0-40 end_of_surveillance"], id="replaced on a finding"),
        pytest.param("F10 C11", 2, ["0-10 failure", "10-50 end_of_surveillance"], id="the failure's own repair"),
        pytest.param("R-20", 0, ["0-50 end_of_surveillance"], id="renewed before it was commissioned"),
        pytest.param("F0 R50", 0, ["0-50 unknown_preventive"], id="first day tells the age, last day counts"),
    ],
)
def test_spells(events: str, merge_within_days: int, expected: list[str]) -> None:
    assert spells(events, merge_within_days=merge_within_days) == expected


@pytest.mark.parametrize(
    ("basis", "ended_by"),
    [
        ("calendar", "calendar"),
        ("condition", "condition"),
        ("unknown", "unknown_preventive"),
        (None, "unknown_preventive"),
    ],
)
def test_a_preventive_renewal_censors_and_says_why(basis: str | None, ended_by: str) -> None:
    assert spells("R10", basis=basis) == [f"0-10 {ended_by}", "0-40 end_of_surveillance"]


def test_age_counts_from_before_surveillance() -> None:
    assert spells("", commissioned=-100) == ["100-150 end_of_surveillance"]
    assert spells("R-30", commissioned=-100) == ["30-80 end_of_surveillance"]
    assert spells("R-30", commissioned=None) == ["30-80 end_of_surveillance"]
    assert spells("", commissioned=None) == ["0-50 end_of_surveillance"]


def test_failures_of_one_day_are_merged_or_half_a_day_apart_as_the_contract_says() -> None:
    merged = ["0-10 failure", "10-50 end_of_surveillance"]
    halved = ["0-10 failure", "10-10.5 failure", "10-50 end_of_surveillance"]
    assert spells("F10 F10", zero_gaps="merge") == merged
    assert spells("F10 F10", zero_gaps="half") == halved
    assert spells("FR10 FR10", zero_gaps="half") == ["0-10 failure", "0-0.5 failure", "0-40 end_of_surveillance"]
    assert spells("F10 F10", zero_gaps="half", merge_within_days=2) == merged


REGISTERED = {"commissioned_on": on(-100), "surveillance_from": on(-50), "surveillance_to": None}


@pytest.mark.parametrize(
    ("register", "met_on", "complete_from", "expected"),
    [
        pytest.param(REGISTERED, None, None, (-50, 50), id="as registered"),
        pytest.param(REGISTERED, None, 20, (20, 50), id="not before records are complete"),
        pytest.param(REGISTERED, 30, 20, (30, 50), id="a part, from its first record"),
        pytest.param({**REGISTERED, "surveillance_to": on(40)}, None, None, (-50, 40), id="retired"),
        pytest.param({**REGISTERED, "surveillance_to": on(90)}, None, None, (-50, 50), id="retires later"),
        pytest.param(
            {"commissioned_on": on(-100)}, None, None, (5, 50), id="watched since the source recorded anything"
        ),
        pytest.param({"commissioned_on": on(30)}, None, None, (30, 50), id="commissioned later"),
        pytest.param({}, 10, None, (10, 50), id="known only by its records"),
    ],
)
def test_surveillance(
    register: dict[str, Any], met_on: int | None, complete_from: int | None, expected: tuple[int, int]
) -> None:
    rules = LifeRules("s", "p", on(50), complete_from=None if complete_from is None else on(complete_from))
    found = surveillance(register, None if met_on is None else on(met_on), on(5), rules)
    assert found == (on(expected[0]), on(expected[1]))


@pytest.mark.parametrize("records_from", [pytest.param(None, id="none yet"), pytest.param(on(60), id="known later")])
def test_a_source_without_any_record_has_watched_nothing_yet(records_from: date | None) -> None:
    assert surveillance({"commissioned_on": on(-100)}, None, records_from, LifeRules("s", "p", on(50)))[0] == on(50)
