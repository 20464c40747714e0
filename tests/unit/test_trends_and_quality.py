"""What is unusual about a delivery, and a source's grade."""

import json
from typing import Any

import pytest

from expectations.trends import Delivery, Profile, trends
from jobs.quality import quality


def delivery(rows: int = 100, empty: int = 5, corrective: int = 40, after_d: float = 2.0) -> Delivery:
    codes = {"category": {"corrective": corrective, "preventive": rows - corrective}}
    return Delivery({"maintenance": Profile(rows, {"cost_krw": empty}, codes)}, after_d)


EARLIER = [delivery(), delivery(rows=110), delivery(rows=95)]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        (delivery(rows=300, corrective=120), "300 rows, where the last 3 deliveries had about 100"),
        (delivery(rows=40, corrective=16), "40 rows, where the last 3 deliveries had about 100"),
        (delivery(empty=60), "cost_krw is empty in 60% of the rows, usually in 5%"),
        (delivery(corrective=90), "90% of the rows have category corrective, usually 40%"),
        (delivery(after_d=9.0), "it came 9 days after its date, 7 days later than usual"),
    ],
)
def test_what_is_unusual_is_said_in_a_sentence(changed: Delivery, says: str):
    assert any(says in sentence for sentence in trends(changed, EARLIER)), trends(changed, EARLIER)


def test_an_ordinary_delivery_and_a_first_one_are_passed_over_in_silence():
    assert trends(delivery(rows=120, corrective=50), EARLIER) == []
    assert trends(delivery(rows=5), []) == []


def partition(status: str = "published", error: str = "") -> dict[str, Any]:
    return {"delivery_date": "2026-01-31", "status": status, "error": error}


def check(valid: int, refused: int, unmapped: int = 0, unusual: tuple[str, ...] = ()) -> dict[str, Any]:
    warnings = {"unmapped_code activity": unmapped} if unmapped else {}
    reasons = {"bad_korean_date occurred": refused} if refused else {}
    repairs = {"tag equipment_tag": 2, "ditto equipment_tag": valid}
    facts = {"reasons": reasons, "warnings": warnings, "repairs": repairs, "trends": list(unusual)}
    return {"rows_valid": valid, "rows_quarantined": refused, "facts": json.dumps(facts)}


@pytest.mark.parametrize(
    ("checks", "partitions", "grade", "reason"),
    [
        ([check(1000, 1)], [partition()], "A", ""),
        ([check(990, 10)], [partition()], "B", "most of all bad_korean_date occurred (10)"),
        ([check(960, 40)], [partition()], "C", "40 of 1,000 rows were refused (4.0%)"),
        ([check(920, 80)], [partition()], "D", "80 of 1,000"),
        ([check(500, 500)], [partition()], "E", "500 of 1,000"),
        ([check(1000, 0, unmapped=300)], [partition()], "D", "300 codes have no meaning in the contract"),
        ([check(1000, 0, unusual=("300 rows",))], [partition()], "B", "the last delivery is unusual: 300 rows"),
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
