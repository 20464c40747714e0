"""A row that withdraws its record, a number that is used again, and what is shown of both, now and of the past."""

import json
from pathlib import Path

import openpyxl
import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from typer.testing import CliRunner

from jobs import cli
from jobs.lake import Partition, content_hash
from jobs.settings import Settings
from jobs.steps import Context
from jobs.steps.conform import RAW, conformed
from jobs.steps.keys import first_records
from jobs.steps.quarantine import give_back
from jobs.tables import CURRENT, QUARANTINE, WITHDRAWAL, source_table
from tests.support.contracts import contract_of
from tests.support.partitions import taken_in
from tests.support.past import MAINTENANCE, said_rows
from tests.support.region import CONTRACT, FEBRUARY, JANUARY, LOG, Firm, firm
from tests.support.silver import rows_of

WITHDRAWS = CONTRACT.replace("delivers: everything", "delivers: changes").replace(
    "key: [maintenance_id]", "key: [maintenance_id]\n    withdrawn_when: {{삭제: [X, y]}}"
)
HEADING = f"{LOG[0]},삭제"
CHANGES = [
    HEADING,
    "W000,,,,,,Ｙ",
    "W001,P-101A,2023.2.30,고장,수리,많이,x ",
    ",P-102A,2023.2.3,고장,수리,1시간,X",
    "W777,,,,,,X",
    "W002,P-119A,2023.2.3,고장,수리,1시간,",
    "W500,P-104A,2026.2.4,고장,수리,1시간,N",
    "W500,P-103A,2026.2.3,고장,수리,1시간,N",
]


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Firm:
    """A firm that delivers changes: ten records in January; February withdraws three and uses a number again."""
    folder = tmp_path_factory.mktemp("changed")
    made = firm(Settings(home=folder / "home", inbox=folder / "inbox", sources=folder / "sources"))
    made.write_contract(WITHDRAWS)
    for day, log in ((JANUARY, [HEADING, *(f"{row}," for row in LOG[1:11])]), (FEBRUARY, CHANGES)):
        made.deliver(day, log)
        assert taken_in(made.settings, day).status == "done"
    return made


def test_law_1_a_tombstone_needs_only_its_key(changed: Firm):
    context = Context(changed.settings)
    _, partition = context.ledger.partitions()
    fates = [partition[f"rows_{name}"] for name in ("valid", "quarantined", "set_aside")]
    assert sum(fates) == partition["rows_in"] and partition["rows_quarantined"] == 1
    (refused,) = context.lake.read(QUARANTINE).collect()
    assert refused["_row"] == 4
    assert [(r["code"], r["column"]) for r in refused["reasons"]] == [("missing_maintenance_id", "maintenance_id")]
    withdrawn = context.lake.read(WITHDRAWAL).orderBy("_row").collect()
    assert [(r["record_table"], r["record_key"], r["_row"]) for r in withdrawn] == [
        ("maintenance", "W000", 2),
        ("maintenance", "W001", 3),
        ("maintenance", "W777", 5),
    ]


def test_what_is_withdrawn_stands_and_does_not_count(changed: Firm):
    rows = Context(changed.settings).lake.read(CURRENT["maintenance"]).collect()
    found = {r["maintenance_id"]: (r["_delivery_date"], r["newest_refused_on"], r["is_withdrawn"]) for r in rows}
    assert len(found) == 11 and "W777" not in found
    assert found["W000"] == found["W001"] == (JANUARY, None, True)
    assert found["W002"] == (JANUARY, FEBRUARY, False)
    assert found["W003"] == (JANUARY, None, False)
    assert found["W500"] == (FEBRUARY, None, False)


def test_law_2_a_rerun_withdraws_the_same(changed: Firm):
    lake, tables = Context(changed.settings).lake, (WITHDRAWAL, CURRENT["maintenance"])
    before = [content_hash(lake.read(table)) for table in tables]
    assert taken_in(changed.settings, FEBRUARY).status == "done"
    assert [content_hash(lake.read(table)) for table in tables] == before


def test_doubtful_keys_are_told_to_the_platform_and_to_the_firm(changed: Firm, tmp_path: Path):
    context = Context(changed.settings)
    january, february = context.ledger.partitions()
    assert january["doubtful_keys"] == []
    assert [(one["kind"], one["rows"], one["keys"]) for one in february["doubtful_keys"]] == [
        ("reused_key", 1, ["W002"]),
        ("shared_key", 2, ["W500"]),
        ("unknown_key", 1, ["W777"]),
    ]
    facts = json.loads(context.ledger.last_checks("firm_a")[str(FEBRUARY)]["facts"])
    assert facts["warnings"]["reused_key maintenance.maintenance_id"] == 1
    assert any("do not count" in sentence for sentence in facts["verdict"]["warnings"])
    written = give_back(context, context.contract("firm_a"), FEBRUARY, tmp_path, refused_only=True)
    summary = openpyxl.load_workbook(written[0].path)["반송 요약"]
    texts = [str(cell.value) for row in summary.iter_rows() for cell in row if cell.value]
    assert any("같은 자료 안에서" in text and "W500" in text for text in texts)
    assert any("먼저 쓴 번호여서" in text and "W002" in text for text in texts)


def test_the_record_that_had_a_key_first_is_the_last_row_of_its_first_delivery(spark: SparkSession):
    twice = {f"W{i}": ["a@P-1", "b@P-2", "c@P-3"] for i in range(9)}
    rows, *_ = said_rows(spark, {JANUARY: twice, FEBRUARY: {"W0": ["d@P-4"]}})
    found = first_records(rows, MAINTENANCE).collect()
    assert len(found) == 9 and {row["first"]["equipment_tag"] for row in found} == {"P-3"}


def test_records_are_shown_now_and_as_they_were(changed: Firm, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("jobs.cli.settings", lambda: changed.settings)
    run = CliRunner().invoke
    now = run(cli.app, ["show", "maintenance", "--key", "W000", "--key", "W002", "--key", "W9"]).output
    assert f"W000  withdrawn  firm_a {JANUARY} log.csv row 2" in now
    assert f"W002  counts, in doubt since {FEBRUARY}" in now
    assert "equipment_tag P-102A" in now
    assert "W9  no such record" in now
    assert "maintenance: 2 records, 1 of them withdrawn, 1 in doubt" in now
    assert (
        f"doubtful keys of firm_a {FEBRUARY}: maintenance.maintenance_id: 1 rows" in run(cli.app, ["partitions"]).output
    )
    then = run(cli.app, ["show", "maintenance", "--source", "firm_a", "--as-of", str(JANUARY), "--json"]).output
    rows = {row["maintenance_id"]: row for row in json.loads(then)}
    assert len(rows) == 10 and "W500" not in rows
    assert not any(row["is_withdrawn"] or row["newest_refused_on"] for row in rows.values())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["maintenence"], "no table maintenence (did you mean 'maintenance'?); there are equipment, maintenance"),
        (["maintenance", "--source", "firm_b"], "no source firm_b"),
        (["failure", "--source", "firm_a"], "firm_a: its contract fills no failure"),
        (["failure"], "no contract fills failure"),
        (["maintenance", "--as-of", "2026-01-30"], "maintenance: nothing was published by 2026-01-30"),
        (["maintenance", "--as-of", "last year"], "'last year'"),
    ],
)
def test_what_cannot_be_shown_is_said(arguments, says, changed: Firm, monkeypatch: pytest.MonkeyPatch, capsys):
    monkeypatch.setattr("jobs.cli.settings", lambda: changed.settings)
    monkeypatch.setattr("sys.argv", ["yeji", "show", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    assert says in capsys.readouterr().err


def test_a_row_of_a_table_of_columns_withdraws_by_its_key_alone(spark: SparkSession):
    contract = contract_of(kind="parquet", delivers="changes", withdrawn_when={"_deleted": "true"})
    partition = Partition("firm_a", JANUARY, 1)
    columns = {
        "작업번호": ["W1", "W2", None],
        "설비번호": ["P-101A", None, None],
        "작업일": ["2026-01-03", None, None],
        "_deleted": [None, "true", "true"],
    }
    bronze = source_table("firm_a", "rows", list(columns))
    rows = rows_of(spark, bronze, partition, columns).withColumn(RAW, F.array())
    staged = conformed(rows, contract, "rows", ["maintenance"], partition, {}).orderBy("_row").collect()
    assert [row["maintenance"] and row["maintenance"]["maintenance_id"] for row in staged] == ["W1", None, None]
    assert [row["_withdrawn_maintenance"] for row in staged] == [None, "W2", None]
    assert [[reason["code"] for reason in row["_reasons"]] for row in staged] == [[], [], ["missing_maintenance_id"]]
