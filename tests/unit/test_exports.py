"""The plan for other programs: a table that Excel shows, a calendar that a strict parser takes, orders for an ERP."""

import csv
import io
import re
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.exports import calendar, orders, table
from jobs.exports.calendar import uid
from jobs.exports.words import ACTIONS, BOUNDS, OVERRIDES
from jobs.tables import plan

ROW: dict[str, Any] = {
    "_source": "hanbit_chem", "action_id": "P-101A|replace", "item_id": "P-101A", "equipment_tag": "P-101A",
    "description": "원심펌프 101A호", "as_of": date(2026, 2, 28), "rank": 1, "action": "replace",
    "planned_on": date(2026, 3, 30), "planned_until": date(2026, 4, 5), "limit_on": date(2026, 4, 5),
    "bound_by": "required_thickness", "overrides": ["over_capacity"], "is_shutdown_only": True,
    "window_on": date(2026, 3, 30), "fail_prob": 0.123456, "consequence_krw": 3.0e7, "risk_krw": 3703680.0,
    "spare": "동진펌프 P-100", "order_by": date(2026, 3, 1), "reason_ko": "필요두께에 이릅니다; 바꿉니다, 곧.",
    "reason_en": "Replace it.",
}  # fmt: skip


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_the_table_opens_in_excel_with_korean_headings() -> None:
    text = table([ROW])
    assert text.startswith("\ufeff출처,순위,설비번호,설비명,작업,시작,끝,법 기한,날짜를 정한 것,")
    assert read(text) == [
        {
            "출처": "hanbit_chem", "순위": "1", "설비번호": "P-101A", "설비명": "원심펌프 101A호", "작업": "교체·수리",
            "시작": "2026-03-30", "끝": "2026-04-05", "법 기한": "2026-04-05", "날짜를 정한 것": "필요두께 도달일",
            "정지 중 작업": "O", "다음 기회": "2026-03-30", "그 전 고장확률": "0.1235", "고장 비용(원)": "30000000",
            "위험(원)": "3703680", "주문할 것": "동진펌프 P-100", "주문 기한": "2026-03-01",
            "이유": "필요두께에 이릅니다; 바꿉니다, 곧.", "법이 우선한 것": "작업량보다 법이 우선",
        }
    ]  # fmt: skip


@pytest.mark.parametrize("write", [table, orders])
@pytest.mark.parametrize("risky", ["=1+1", "+82", "-2+3", "@SUM(A1)", "\t=1", "＝1", "'=1"])
def test_no_cell_is_a_formula(write: Any, risky: str) -> None:
    texts = dict.fromkeys(("equipment_tag", "description", "spare"), risky)
    (row,) = read(write([{**ROW, **texts}]))
    assert f"'{risky}" in row.values()
    assert not [cell for cell in row.values() if cell.strip(" \t")[:1] in ("=", "+", "-", "@", "＝")]


def test_a_row_without_a_life_or_a_spare_has_empty_cells() -> None:
    nothing = dict.fromkeys(("description", "limit_on", "fail_prob", "risk_krw", "spare", "order_by"))
    row = {**ROW, **nothing, "overrides": [], "is_shutdown_only": False, "action": "inspect"}
    (shown,) = read(table([row]))
    assert [shown[name] for name in ("법 기한", "그 전 고장확률", "위험(원)", "주문 기한", "정지 중 작업")] == [""] * 5
    (order,) = read(orders([row]))
    assert (order["MATXT"], order["BDTER"], order["PRIOK"], order["ANLZU"], order["KTEXT"]) == (
        "",
        "",
        "3",
        "1",
        "점검 P-101A",
    )


def test_work_orders_bear_the_names_of_sap_pm() -> None:
    (row,) = read(orders([ROW]))
    assert row == {
        "EXTID": "hanbit_chem|P-101A|replace", "AUART": "PM02", "ILART": "P12", "EQUNR": "P-101A",
        "KTEXT": "교체·수리 원심펌프 101A호", "GSTRP": "20260330", "GLTRP": "20260405", "PRIOK": "1", "ANLZU": "0",
        "MATXT": "동진펌프 P-100", "BDTER": "20260330", "LTEXT": "필요두께에 이릅니다; 바꿉니다, 곧.",
    }  # fmt: skip
    (numbered,) = read(orders([{**ROW, "equipment_tag": "10000017", "overrides": [], "description": "가" * 60}]))
    assert (numbered["EQUNR"], numbered["PRIOK"], len(numbered["KTEXT"])) == ("000000000010000017", "2", 40)


def test_every_code_of_the_plan_has_a_word() -> None:
    assert set(ACTIONS) == set(plan.ACTIONS)
    assert set(BOUNDS) == set(plan.BOUNDS)
    assert set(OVERRIDES) == set(plan.OVERRIDES)


PROPERTY = re.compile(r"([A-Z-]+)((?:;[A-Z-]+=[^;:]+)*):(.*)")
UNESCAPED = re.compile(r"(?<!\\)(?:\\\\)*[;,]")


def parsed(text: str) -> list[dict[str, str]]:
    """The events of a calendar, by a strict reading of RFC 5545: line ends, folding, nesting, escapes, required properties."""
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    physical = text.removesuffix("\r\n").split("\r\n")
    assert all(len(line.encode()) <= 75 for line in physical)
    lines = "\r\n".join(physical).replace("\r\n ", "").split("\r\n")
    assert [lines[0], lines[1], lines[-1]] == ["BEGIN:VCALENDAR", "VERSION:2.0", "END:VCALENDAR"]
    assert lines[2].startswith("PRODID:")
    events: list[dict[str, str]] = []
    inside = None
    for line in lines[4:-1]:
        if line == "BEGIN:VEVENT":
            assert inside is None
            inside = {}
        elif line == "END:VEVENT":
            assert inside is not None
            events.append(inside)
            inside = None
        else:
            assert inside is not None
            name, parameters, value = PROPERTY.fullmatch(line).groups()  # type: ignore[union-attr]
            assert name not in inside, f"{name} stands twice"
            assert all(c.isprintable() or c == "\t" for c in value)
            inside[f"{name}{parameters}"] = value
    assert inside is None
    for event in events:
        datetime.strptime(event["DTSTAMP"], "%Y%m%dT%H%M%SZ")
        assert event["DTSTART;VALUE=DATE"] < event["DTEND;VALUE=DATE"]
        for name in ("SUMMARY", "DESCRIPTION"):
            assert not UNESCAPED.search(event[name])
    return events


def test_the_calendar_holds_the_job_and_the_order_as_whole_days() -> None:
    job, order = parsed(calendar([ROW]))
    assert (job["DTSTART;VALUE=DATE"], job["DTEND;VALUE=DATE"]) == ("20260330", "20260406")
    assert job["SUMMARY"] == "교체·수리: P-101A 원심펌프 101A호"
    assert job["DESCRIPTION"] == "필요두께에 이릅니다\\; 바꿉니다\\, 곧.\\nReplace it."
    assert (order["DTSTART;VALUE=DATE"], order["DTEND;VALUE=DATE"]) == ("20260301", "20260302")
    assert order["SUMMARY"] == "주문: 동진펌프 P-100 (P-101A 원심펌프 101A호)"
    assert job["UID"] != order["UID"]


def test_an_event_keeps_its_uid_when_its_date_moves_and_its_sequence_rises() -> None:
    before, after = (
        parsed(calendar([{**ROW, "as_of": day, "planned_on": day, "order_by": None}]))[0]
        for day in (date(2026, 2, 28), date(2026, 3, 1))
    )
    assert before["UID"] == after["UID"] == uid("hanbit_chem", "P-101A|replace", "replace")
    assert int(before["SEQUENCE"]) < int(after["SEQUENCE"])
    assert uid("other", "P-101A|replace", "replace") != before["UID"]


@given(st.text(max_size=200), st.text(max_size=200))
def test_whatever_a_firm_calls_things_the_calendar_can_be_read(tag: str, reason: str) -> None:
    assert len(parsed(calendar([{**ROW, "equipment_tag": tag, "reason_ko": reason}]))) == 2
