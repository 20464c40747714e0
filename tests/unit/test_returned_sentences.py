"""Every reason has its Korean sentence, and below it what is proposed, or an example of what the column takes."""

import ast
import re
from datetime import date
from pathlib import Path

import pytest

from expectations.suites import KINDS as EXPECTATIONS
from jobs.conform.columns import EXPECTED
from jobs.contracts.checks import OCCURRED
from jobs.korean import with_particle
from jobs.returned.sentences import KINDS, MISSING, UNKNOWN, About, Reason, kind_of, told
from jobs.tables import SILVER
from tests.support.paths import CHECKOUT

DATE = "a date such as 2021-03-05, 2021.3.5 or 2021년 3월"


def literal_codes(module: Path) -> set[str]:
    """Reason codes that a module writes out: the first argument of its `_reason`, or a code in its SQL."""
    text = module.read_text(encoding="utf-8")
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    firsts = [call.args[0] for call in calls if isinstance(call.func, ast.Name) and call.func.id == "_reason"]
    return {first.value for first in firsts if isinstance(first, ast.Constant)} | set(
        re.findall(r"'(\w+)' AS code", text)
    )


def every_code() -> set[str]:
    """Every reason code that conforming, joining and the row rules can give, but `missing_<column>`."""
    written = literal_codes(CHECKOUT / "jobs/conform/table.py") | literal_codes(CHECKOUT / "jobs/steps/conform.py")
    rules = {kind.code for kind in EXPECTATIONS.values() if kind.row}
    return {f"bad_{parse}" for parse in EXPECTED} | rules | (written - {"unmapped_code"})


def test_the_codes_are_read_from_something():
    assert {"bad_korean_date", "orphan", "second_match", "between", "not_null"} <= every_code()


@pytest.mark.parametrize("code", sorted(every_code()))
def test_no_reason_is_without_a_sentence(code: str):
    assert kind_of(code) is not UNKNOWN


def test_no_sentence_is_without_a_reason():
    assert set(KINDS) <= every_code()


@pytest.mark.parametrize("column", [OCCURRED, *sorted({f.name for t in SILVER.values() for f in t.fields})])
def test_a_missing_value_has_its_sentence_whatever_the_column(column: str):
    assert kind_of(f"missing_{column}") is MISSING


EXAMPLES = {
    "in_set": "one of corrective, preventive",
    "not_in_set": "none of x",
    "between": "from 0 to 17,544",
    "length_between": "length from 1 to 10",
    "match_regex": "text like ^P-",
    "a_greater_than_b": "not before commissioned_on",
}


@pytest.mark.parametrize("code", sorted(every_code() | {"missing_equipment_tag", "no_longer_given"}))
@pytest.mark.parametrize("value", [None, "", "2023-02-30", "반나절쯤", "-3", "=1+1", "가" * 200])
def test_a_sentence_is_one_korean_sentence_that_a_cell_can_hold(code: str, value: str | None):
    said = told(Reason(code, "x", value, EXAMPLES.get(code, "a value")), About("작업일", "가동일"))
    assert said.sentence.endswith(("요.", ")."))
    assert said.sentence.count(".") - len(re.findall(r"(?<=\d)\.(?=\d)", said.sentence)) == 1
    assert re.search("[가-힣]", said.sentence)
    assert len(said.sentence) < 160
    assert "\n" not in said.sentence


DATES = [
    ("2023-02-30", "2023년 2월은 28일까지입니다", "제안: 2023-02 또는 2023-02-28"),
    ("2024.2.30", "2024년 2월은 29일까지입니다", "제안: 2024-02 또는 2024-02-29"),
    ("23/11/31", "11월은 30일까지입니다", "제안: 2023-11 또는 2023-11-30"),
    ("20230230", "2월은 28일까지입니다", "제안: 2023-02 또는 2023-02-28"),
    (
        "2026-01-32",
        "1월은 31일까지입니다",
        "예: 2021-03-05",
    ),  # the whole month, and its end, are later than the delivery
    ("1949-02-30", "2월은 28일까지입니다", "예: 2021-03-05"),
    ("2023-13-05", "13월은 없으므로", "제안: 2023-05-13"),
    ("2023-13-35", "13월은 없으므로", "예: 2021-03-05"),
    ("2023.15", "15월은 없으므로", "예: 2021-03-05"),
    ("31/03/2021", "연-월-일 차례로", "제안: 2021-03-31"),
    ("03/04/2021", "연-월-일 차례로", "제안: 2021-03-04 또는 2021-04-03"),
    ("2021 3 5", "줄표(-)", "제안: 2021-03-05"),
    ("3월 5일", "연도가 없으므로", "제안: 2024-03-05 또는 2025-03-05"),
    ("2.29", "연도가 없으므로", "제안: 2024-02-29"),
    ("2023.2.3 오전중", "날짜 뒤의 글", "제안: 2023-02-03"),
    ("작년 여름", "2021년 3월처럼 달까지만", "제안: 2025-06, 2025-07, 2025-08 가운데 하나"),
    ("작년 겨울쯤", "2021년 3월처럼 달까지만", "제안: 2025-01, 2025-02, 2025-12 가운데 하나"),
    ("올해 1월 3일", "2021년 3월처럼 달까지만", "제안: 2026-01-03"),
    ("재작년 5월경", "2021년 3월처럼 달까지만", "제안: 2024-05"),
    ("2022년 여름", "2021년 3월처럼 달까지만", "제안: 2022-06, 2022-07, 2022-08 가운데 하나"),
    ("22년 3월 중순", "2021년 3월처럼 달까지만", "제안: 2022-03"),
    ("언젠가", "2021년 3월처럼 달까지만", "예: 2021-03-05"),
]


@pytest.mark.parametrize(("value", "says", "below"), DATES)
def test_dates(value: str, says: str, below: str):
    about = About("작업일", latest=date(2026, 1, 21), delivered_on=date(2026, 1, 20), years=(2024, 2025))
    sentence, line = told(Reason("bad_korean_date", "occurred", value, DATE), about).text.split("\n")
    assert says in sentence
    assert line == below


DATES_OF_SYSTEMS = [
    ("bad_sap_date", "20230230", "제안: 20230228"),
    ("bad_sap_date", "20231305", "제안: 20230513"),
    ("bad_sap_date", "2021.3.5", "제안: 20210305"),
    ("bad_sap_date", "21.3.5", "제안: 20210305"),
    ("bad_sap_date", "2021.3", "예: 20210305"),
    ("bad_sap_timestamp", "20230230", "제안: 20230228"),
    ("bad_sap_timestamp", "2021-03-05", "제안: 20210305"),
    ("bad_sap_timestamp", "15:20", "제안: 152000"),
    ("bad_sap_timestamp", "noon", "예: 20210305"),
    ("bad_iso_timestamp", "2023-02-30 10:00", "제안: 2023-02-28"),
    ("bad_iso_timestamp", "2021.3.5", "제안: 2021-03-05"),
    ("bad_iso_timestamp", "2021.3.5 7:05", "제안: 2021-03-05 07:05:00"),
    ("bad_iso_timestamp", "2021.3.5 오후 3:20", "예: 2021-03-05 15:20:00"),
    ("bad_iso_timestamp", "2021-03", "예: 2021-03-05 15:20:00"),
    ("bad_iso_timestamp", "2015-01-05 06:00:00+09:00", "예: 2021-03-05 15:20:00"),
]


@pytest.mark.parametrize(("code", "value", "below"), DATES_OF_SYSTEMS)
def test_dates_of_systems_are_proposed_in_their_own_spelling(code: str, value: str, below: str):
    assert told(Reason(code, "occurred", value, DATE), About("일시", text=value)).text.split("\n")[1] == below


NUMBERS = [
    ("bad_number", "견적중", "숫자(단위: 천원)를 적어 주세요(아직 모르면 비워 두어도 됩니다)", "예: 1,200"),
    ("bad_number", "〃", "바로 위 칸에 값이 없어 ‘〃’ 표시를", "예: 1,200"),
    ("bad_number", "#12", "숫자만(단위: 천원)", "예: 1,200"),
    ("bad_tag", "상동", "바로 위 칸에 값이 없어 ‘상동’ 표시를", "예: P-101A"),
    ("bad_number", "1O0", "글자(O, l)가 섞였으므로", "제안: 100"),
    ("bad_number", "1.O.0", "글자(O, l)가 섞였으므로", "예: 1,200"),
    ("bad_number", "5~6", "숫자가 여럿이므로", "제안: 5 또는 6"),
    ("bad_number", "5~6만원 정도", "숫자가 여럿이므로", "제안: 5만원 또는 6만원"),
    ("bad_number", "5~6마력", "숫자가 여럿이므로", "예: 1,200"),
    ("bad_number", "12 마력", "단위를 읽을 수 없으므로", "예: 1,200"),
    ("bad_number", "약 12 정도", "숫자만", "제안: 12"),
    ("bad_number", "약 12만원 정도", "숫자만", "제안: 12만원"),
    ("bad_integer", "3.5", "소수점 없는", "제안: 3 또는 4"),
    ("bad_integer", "1,234.5", "소수점 없는", "제안: 1234 또는 1235"),
    ("bad_duration", "3시간 반", "3시간 30분", "제안: 3시간 30분"),
    ("bad_duration", "약 두 시간 반쯤", "3시간 30분", "제안: 2시간 30분"),
    ("bad_duration", "2~3시간", "3시간 30분", "제안: 2시간 또는 3시간"),
    ("bad_duration", "약 3시간 정도", "걸린 시간을", "제안: 3시간"),
    ("bad_duration", "반나절쯤", "비워 두어도 됩니다", "예: 3시간 30분"),
    ("bad_boolean", "아마도", "예 또는 아니오", "예: Y"),
]


@pytest.mark.parametrize(("code", "value", "says", "below"), NUMBERS)
def test_numbers_and_durations(code: str, value: str, says: str, below: str):
    unit = "시간" if code == "bad_duration" else "천원" if code == "bad_number" else ""
    said = told(Reason(code, "cost_krw", value, "a number"), About("비용", unit=unit, may_be_empty=True))
    sentence, line = said.text.split("\n")
    assert says in sentence
    assert line == below


def test_a_formulas_error_is_told_from_a_number_sign():
    said = told(Reason("bad_text", "text", "#REF!", "a text"), About("내용"))
    assert said.text.startswith("수식의 결과가 오류(‘#REF!’)이므로")


def test_what_the_file_shows_is_proposed_or_is_the_example():
    empty = Reason("missing_equipment_tag", "equipment_tag", None, "a value")
    assert told(empty, About("설비번호", instead=("P-101A", "P-101B"))).text.endswith("\n제안: P-101A 또는 P-101B")
    assert told(empty, About("설비번호", example="K-201")).text.endswith("\n예: K-201")
    assert told(Reason("null", "text", "x", "nothing"), About("비고")).text.endswith("\n제안: 빈 칸으로 두기")
    late = Reason("a_greater_than_b", "surveillance_to", "2020-01-01", "not before surveillance_from")
    assert told(late, About("끝", "처음", compared="2021-01-01")).text.endswith("\n예: 2021-01-01")


def test_a_code_that_is_not_known_is_told_by_the_contracts_words():
    words = (("고장", "corrective"), ("예방 정비", "preventive"), ("미정", None))
    unknown = Reason("missing_category", "category", "예방정비", "a value")
    assert told(unknown, About("구분", words=words)).fixes == ("예방 정비",)
    assert told(unknown, About("구분", words=words[:1])).text.endswith("\n예: 고장")


@pytest.mark.parametrize(
    ("value", "expected", "says"),
    [
        ("-3.0", "from 0 to 17,544", "음수는 쓸 수 없으므로 ‘-3’ 대신 0 이상 17,544 이하의 값(단위: 시간)"),
        ("99999.0", "from 0 to 17,544", "‘-3’ 대신 0 이상 17,544 이하"),
        ("2.0", "below 1", "1 미만"),
        ("0.0", "above 0", "0 초과"),
    ],
)
def test_limits(value: str, expected: str, says: str):
    assert (
        says in told(Reason("between", "downtime_h", value, expected), About("정지", text="-3", unit="시간")).sentence
    )


def test_limits_are_told_in_the_unit_that_the_source_writes():
    about = About("비용(천원)", text="-5", unit="천원", scale=1e3)
    said = told(Reason("between", "cost_krw", "-5000.0", "from 0 to 100,000,000,000"), about)
    assert "‘-5’ 대신 0 이상 100,000,000 이하의 값(단위: 천원)" in said.sentence


def test_a_day_that_is_not_yet_is_told_from_one_too_old():
    expected = "from 1950-01-01 00:00:00 below 2026-02-02 00:00:00"
    late = told(Reason("between", "occurred_from", "2035-04-01 00:00:00", expected), About("작업일", text="35.4.1"))
    assert late.sentence.startswith("‘35.4.1’은 아직 오지 않은 날")
    assert "1950-01-01부터 2026-02-01까지" in late.sentence
    old = told(Reason("between", "commissioned_on", "1905-04-01", "from 1950-01-01 to 2026-02-01"), About("가동일"))
    assert "너무 오래된 날" in old.sentence


def test_words_are_those_of_the_contract_not_the_lake():
    words = (("교체", "replace"), ("수리", "repair"), ("점검", "inspection"))
    said = told(Reason("in_set", "activity", "x", "one of replace, repair"), About("작업", words=words))
    assert "교체, 수리" in said.sentence
    assert "점검" not in said.sentence
    assert "replace" not in said.sentence


def test_a_tag_near_a_known_one_is_proposed():
    about = About("설비번호", known=("P-101A", "K-201B"))
    assert told(Reason("match_regex", "equipment_tag", "P-1O1A", "text like ^P"), about).fixes == ("P-101A",)
    assert told(Reason("match_regex", "equipment_tag", "보일러", "text like ^P"), about).fixes == ()


@pytest.mark.parametrize(
    ("word", "with_topic"),
    [("작업일", "작업일은"), ("설비번호", "설비번호는"), ("‘P-101’", "‘P-101’은"), ("‘2’", "‘2’는")],
)
def test_a_particle_follows_the_sound(word: str, with_topic: str):
    assert with_particle(word, "은", "는") == with_topic
