"""What is unusual about a delivery, and a source's grade."""

import json
from dataclasses import replace
from typing import Any

import pytest

from expectations.trends import Delivery, Profile, trends
from jobs.quality import quality


def delivery(
    rows: int = 100, empty: int = 5, corrective: int = 40, after_d: int = 2, date: str = "2026-04-30"
) -> Delivery:
    codes = {"category": {"corrective": corrective, "preventive": rows - corrective}}
    return Delivery(date, {"maintenance": Profile(rows, {"cost_krw": empty}, codes)}, after_d)


EARLIER = [
    delivery(date="2026-01-31"),
    delivery(rows=110, date="2026-02-28"),
    delivery(rows=95, date="2026-03-31"),
]
FILLED = {"maintenance": {"cost_krw", "category"}}
THOSE = "the 3 deliveries from 2026-01-31 to 2026-03-31"


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        (delivery(rows=300, empty=15, corrective=120), [f"maintenance: 300 rows, {THOSE} had 100 on average"]),
        (delivery(rows=40, empty=2, corrective=16), [f"maintenance: 40 rows, {THOSE} had 100 on average"]),
        (delivery(rows=0, empty=0, corrective=0), [f"maintenance: 0 rows, {THOSE} had 100 on average"]),
        (
            delivery(empty=60),
            [f"maintenance: cost_krw is empty in 60% of 100 rows, in {THOSE} it was in 5% on average"],
        ),
        (
            delivery(corrective=90),
            [
                f"maintenance: 90% of 100 rows have category corrective, in {THOSE} 40% had on average",
                f"maintenance: 10% of 100 rows have category preventive, in {THOSE} 60% had on average",
            ],
        ),
        (delivery(after_d=9), [f"it came 9 days after its date, {THOSE} came 2 days after theirs on average"]),
    ],
)
def test_what_is_unusual_is_said_in_a_sentence_with_what_it_is_compared_with(changed: Delivery, says: list[str]):
    assert trends(changed, EARLIER, FILLED) == says


def test_one_earlier_delivery_is_named_and_of_many_the_last_twelve_count():
    assert trends(delivery(rows=300, empty=15, corrective=120), EARLIER[:1], FILLED) == [
        "maintenance: 300 rows, the delivery of 2026-01-31 had 100"
    ]
    once = [delivery(rows=300, empty=15, corrective=120, date=f"2024-{month:02d}-01") for month in range(1, 13)]
    lately = [delivery(date=f"2025-{month:02d}-01") for month in range(1, 13)]
    assert trends(delivery(), [*once, *lately], FILLED) == []


def test_an_ordinary_delivery_and_a_first_one_are_passed_over_in_silence():
    assert trends(delivery(rows=120, corrective=50), EARLIER, FILLED) == []
    assert trends(delivery(rows=5), [], FILLED) == []


def test_deliveries_without_valid_rows_and_columns_that_no_rule_fills_are_no_basis():
    without = [delivery(rows=0, empty=0, corrective=0, date=f"2026-0{month}-28") for month in (1, 2)]
    unusual = delivery(rows=300, empty=200, corrective=290)
    assert trends(unusual, without, FILLED) == []
    assert trends(unusual, [delivery(date="2026-01-31"), *without], FILLED)[0] == (
        "maintenance: 300 rows, the delivery of 2026-01-31 had 100"
    )
    assert trends(delivery(empty=100, corrective=90), EARLIER, {"maintenance": {"activity"}}) == []


def test_the_rows_of_a_first_load_are_no_basis_for_those_of_changes():
    load = replace(delivery(rows=20_000, empty=100, corrective=8_000, date="2026-01-01"), is_first_load=True)
    changes = [delivery(rows=40, empty=2, corrective=16, date=f"2026-01-0{day}") for day in (2, 3)]
    assert trends(changes[0], [load], FILLED) == trends(changes[1], [load, changes[0]], FILLED) == []
    assert trends(delivery(rows=200, empty=150, corrective=80), [load, *changes], FILLED) == [
        "maintenance: 200 rows, the 2 deliveries from 2026-01-02 to 2026-01-03 had 40 on average",
        "maintenance: cost_krw is empty in 75% of 200 rows, in the 3 deliveries from 2026-01-01 to 2026-01-03 it was in 5% "
        "on average",
    ]


def partition(status: str = "published", error: str = "", refused_file: str = "") -> dict[str, Any]:
    files = [{"table": "log", "name": refused_file, "sentence": "it is no workbook"}] if refused_file else []
    return {"delivery_date": "2026-01-31", "status": status, "error": error, "refused_files": files}


def check(
    valid: int, refused: int, unusual: tuple[str, ...] = (), unmet: tuple[str, ...] = (), **warned: int
) -> dict[str, Any]:
    reasons = {"bad_korean_date occurred": refused - 2, "bad_number cost_krw": 2} if refused > 2 else {}
    facts = {
        "reasons": reasons,
        "warnings": {f"{code} activity": count for code, count in warned.items()},
        "repairs": {"tag equipment_tag": 2, "ditto equipment_tag": valid},
        "trends": list(unusual),
        "verdict": {"stops": False, "failures": list(unmet)},
    }
    return {"rows_valid": valid, "rows_quarantined": refused, "facts": json.dumps(facts)}


@pytest.mark.parametrize(
    ("checks", "partitions", "grade", "reason"),
    [
        ([check(1000, 1)], [partition()], "A", ""),
        ([check(990, 10)], [partition()], "B", "most of all for bad_korean_date occurred (8), bad_number cost_krw (2)"),
        ([check(960, 40)], [partition()], "C", "40 of 1,000 rows were refused (4.0%)"),
        ([check(920, 80)], [partition()], "D", "80 of 1,000"),
        ([check(500, 500)], [partition()], "E", "500 of 1,000"),
        ([check(1000, 0, unmapped_code=300)], [partition()], "D", "300 codes have no meaning in the contract"),
        ([check(1000, 0, orphan=9)], [partition()], "A", ""),
        ([check(1000, 0, orphan=40)], [partition()], "B", "40 records name equipment that is not in the register"),
        ([check(1000, 0, mode_not_of_class=90)], [partition()], "C", "90 failures have a mode that ISO 14224 does not"),
        ([check(1000, 0, ("300 rows",))], [partition()], "B", "the last delivery is unusual: 300 rows"),
        ([check(1000, 0, unmet=("cost_krw between",))], [partition()], "B", "is unusual: cost_krw between"),
        ([check(1000, 0)], [partition(refused_file="6월.xlsx")], "C", "refused files: 2026-01-31 6월.xlsx"),
        ([check(1000, 0)], [partition("refused"), partition()], "C", "refused deliveries: 2026-01-31"),
        ([check(1000, 0)], [partition(), partition("refused", "no key")], "E", "was refused: no key"),
    ],
)
def test_the_grade_is_the_lowest_that_a_reason_allows(checks, partitions, grade: str, reason: str):
    found = quality("firm_a", checks, partitions)
    assert found is not None
    assert found.grade == grade
    assert reason in (found.reasons[0] if found.reasons else "")


def test_repairs_are_told_and_bound_nothing():
    found = quality("firm_a", [check(1000, 0), check(10, 0)], [partition(), partition()])
    assert found is not None
    assert found.grade == "A"
    assert list(found.repairs.items()) == [("ditto equipment_tag", 1010), ("tag equipment_tag", 4)]


def test_a_source_that_was_never_checked_has_no_grade():
    assert quality("firm_a", [], []) is None
