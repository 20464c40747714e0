"""A row's cells → a record, with every reason to refuse it."""

import pytest
from pyspark.sql import functions as F

from jobs.conform import conform_table
from jobs.conform.lexicon import load
from jobs.contracts import TableContract
from tests.support.paths import CHECKOUT
from tests.support.tables import rows

FEED = TableContract.model_validate({
    "key": "maintenance_id",
    "columns": {
        "maintenance_id": {"from": "번호"},
        "equipment_tag": {"from": ["설비번호", "설비"], "parse": "tag"},
        "occurred": {"from": "작업일", "parse": "korean_date"},
        "recorded_on": {"from": "등록일", "parse": "korean_date"},
        "category": {"from": "구분", "codes": {"고장": "corrective"}},
        "cost_krw": {"from": "비용", "parse": "number", "unit": "천원"},
        "activity": {"value": "repair"},
    },
})  # fmt: skip


def conformed(spark, table: str, feed: TableContract = FEED, lag: int = 7):
    head = table.strip().splitlines()[0]
    names = [name.strip() for name in head.split("|")]
    given = [[None if cell == "null" else cell for cell in row] for row in rows(table)]
    frame = spark.createDataFrame(given, ", ".join(f"`{name}` string" for name in names)).coalesce(1)
    return conform_table(frame, "maintenance", feed, lambda heading: F.col(f"`{heading}`"), lag).collect()


def test_a_record(spark):
    [row] = conformed(
        spark,
        """
        번호 | 설비번호 | 설비   | 작업일  | 등록일   | 구분 | 비용
        W1   | -        | p101-a | 21년 3월 | 2021.4.2 | 고장 | 1,200
    """,
    )
    record = row.maintenance
    assert (record.maintenance_id, record.equipment_tag, record.category) == ("W1", "P-101A", "corrective")
    assert (record.cost_krw, record.activity, record.text) == (1_200_000, "repair", None)
    assert (str(record.occurred_from.date()), str(record.occurred_to.date())) == ("2021-03-01", "2021-03-31")
    assert (str(record.recorded_on), record.is_recorded_on_assumed) == ("2021-04-02", False)
    assert row._reasons_maintenance == [] and row._warnings_maintenance == []


def test_every_reason_is_given(spark):
    [row] = conformed(
        spark,
        """
        번호 | 설비번호 | 설비 | 작업일    | 등록일 | 구분 | 비용
        -    | 미상     | null | 2021.2.30 | 곧     | 점검 | 견적중
    """,
    )
    assert sorted((r.code, r.column, r.value) for r in row._reasons_maintenance) == [
        ("bad_korean_date", "occurred", "2021.2.30"),
        ("bad_korean_date", "recorded_on", "곧"),
        ("bad_number", "cost_krw", "견적중"),
        ("missing_equipment_tag", "equipment_tag", None),
        ("missing_maintenance_id", "maintenance_id", None),
    ]
    assert [(w.code, w.column, w.value) for w in row._warnings_maintenance] == [("unmapped_code", "category", "점검")]


@pytest.mark.parametrize(
    ("occurred", "recorded", "known_on", "is_assumed"),
    [
        ("2021.3.5", "2021.3.9", "2021-03-09", False),
        ("2021.3.5", "2021.3.1", "2021-03-05", False),  # never before it happened
        ("2021.3.5", "-", "2021-03-12", True),
        ("2021.3", "-", "2021-04-07", True),
        ("2021.3.5", "2021.4", "2021-04-30", False),  # of a month, the last day: nothing is known too early
    ],
)
def test_when_a_record_was_known(spark, occurred, recorded, known_on, is_assumed):
    [row] = conformed(
        spark,
        f"""
        번호 | 설비번호 | 설비 | 작업일     | 등록일     | 구분 | 비용
        W1   | P-1      | null | {occurred} | {recorded} | null | null
    """,
    )
    assert (str(row.maintenance.recorded_on), row.maintenance.is_recorded_on_assumed) == (known_on, is_assumed)


def test_a_record_without_time_is_refused(spark):
    [row] = conformed(
        spark,
        """
        번호 | 설비번호 | 설비 | 작업일 | 등록일   | 구분 | 비용
        W1   | P-1      | null | 미상   | 2021.4.2 | null | null
    """,
    )
    assert [r.code for r in row._reasons_maintenance] == ["missing_occurred"]


def test_sap_fields(spark):
    feed = TableContract.model_validate({
        "key": "maintenance_id",
        "columns": {
            "maintenance_id": {"from": "QMNUM"},
            "equipment_tag": {"from": "EQUNR", "parse": "sap_number"},
            "occurred": {"from": ["AUSVN", "AUZTV"], "parse": "sap_timestamp"},
            "recorded_on": {"from": "ERDAT", "parse": "sap_date"},
        },
    })  # fmt: skip
    table = """
        QMNUM | EQUNR              | AUSVN    | AUZTV  | ERDAT
        1     | 000000000010001234 | 20210305 | 152000 | 20210306
        2     | 000000000010001234 | 20210305 | 000000 | 00000000
        3     | 000000000010001234 | 00000000 | 000000 | 20210306
        4     | 000000000010001234 | 20210305 | 996000 | 20210306
    """
    first, second, third, fourth = conformed(spark, table, feed)
    assert (first.maintenance.equipment_tag, str(first.maintenance.occurred_from)) == (
        "10001234",
        "2021-03-05 15:20:00",
    )
    assert (str(second.maintenance.recorded_on), second.maintenance.is_recorded_on_assumed) == ("2021-03-12", True)
    assert [r.code for r in third._reasons_maintenance] == ["missing_occurred"]
    assert [(r.code, r.value) for r in fourth._reasons_maintenance] == [("bad_sap_timestamp", "20210305 996000")]


TAGGED = TableContract.model_validate({
    "key": "failure_id",
    "columns": {
        "failure_id": {"from": "번호"},
        "equipment_tag": {"from": "설비번호", "parse": "tag"},
        "occurred": {"from": "발생일", "parse": "korean_date"},
        "failure_mode": {"from": "고장유형", "codes": {"누유": "ELU", "진동": "VIB"}},
        "text": {"from": "내용"},
    },
    "tags": {"from": "text", "fills": ["maintainable_item", "failure_mode"]},
})  # fmt: skip


def test_free_text_fills_what_the_source_does_not_state(spark):
    frame = spark.createDataFrame(
        [
            ["F1", None, "메카니컬 씰 누유"],  # said once: filled
            ["F2", "진동", "베어링 소음"],  # stated: never overwritten
            ["F3", "기타", "베어링 소음"],  # stated, in a code that the contract does not map: not guessed either
            ["F4", None, "씰 누유, 베어링 진동"],  # said twice, and not the same: all of it is kept, none is chosen
            ["F5", None, "누유 없음"],
            ["F6", None, None],
        ],
        "`번호` string, `고장유형` string, `내용` string",
    ).withColumns({"설비번호": F.lit("P-1"), "발생일": F.lit("2024-03-05")})
    lexicon = load(CHECKOUT / "infra" / "lexicon" / "process.csv")
    found = conform_table(frame.coalesce(1), "failure", TAGGED, lambda h: F.col(f"`{h}`"), 7, lexicon=lexicon).collect()
    filled = {row.failure.failure_id: (row.failure.maintainable_item, row.failure.failure_mode) for row in found}
    assert filled == {
        "F1": ("seal", "ELU"),
        "F2": ("bearing", "VIB"),
        "F3": ("bearing", None),
        "F4": (None, None),
        "F5": (None, None),
        "F6": (None, None),
    }
    said = {row.failure.failure_id: [tuple(tag) for tag in row.failure.text_tags] for row in found}
    assert said["F2"] == [("maintainable_item", "bearing", "베어링"), ("failure_mode", "NOI", "소음")]
    assert [tag for tag in said["F4"] if tag[0] == "failure_mode"] == [
        ("failure_mode", "ELU", "누유"),
        ("failure_mode", "VIB", "진동"),
    ]
    assert said["F5"] == said["F6"] == []
    assert {row.failure.mechanism for row in found} == {None}, "the contract does not ask for it"


def test_without_tags_in_the_contract_no_text_is_read(spark):
    [row] = conformed(
        spark,
        """
        번호 | 설비번호 | 설비 | 작업일   | 등록일 | 구분 | 비용
        W1   | P-1      | null | 2024.3.5 | null   | null | null
    """,
    )
    assert row.maintenance.text_tags is None
