"""A refused row goes back under a code, and a later delivery that carries the code resolves it."""

import csv
import json
import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from typer.testing import CliRunner

from jobs.cli import app
from jobs.errors import DataError
from jobs.lake import content_hash, matches
from jobs.pipeline import Outcome
from jobs.settings import Settings
from jobs.sources.codes import is_intact, read_codes, return_code
from jobs.sources.rows import RETURN_CODE
from jobs.steps import Context, scope_of
from jobs.steps.quarantine import families, give_back, listed, read_code, refused_rows
from jobs.steps.quarantine import return_code as code_column
from jobs.tables import CELLS, CURRENT, QUARANTINE, SILVER
from tests.support.partitions import taken_in
from tests.support.paths import CHECKOUT
from tests.support.region import FEBRUARY, JANUARY, LOG, REGISTER, Firm, firm

MARCH, APRIL, MAY, JUNE = date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31), date(2026, 6, 30)
BAD = ["W100,P-100A,2023.2.30,고장,수리,1시간", "W101,,2023.2.3,고장,수리,1시간", "W102,P-101A,2023.2.3,고장,수리,많이"]
DIRTY = [*LOG, *BAD]
NEW = "W200,P-104A,2026.3.5,고장,수리,1시간"


def as_lines(book: Path) -> list[str]:
    """A returned workbook's first sheet, saved as CSV by a clerk."""
    sheet = openpyxl.load_workbook(book).worksheets[0]
    lines = []
    for row in sheet.iter_rows(values_only=True):
        cells = ["" if cell is None else str(cell) for cell in row]
        lines.append(",".join(f'"{cell}"' if "," in cell or "\n" in cell else cell for cell in cells))
    return lines


def mend(book: Path, **texts: tuple[str, str]) -> Path:
    """Type over one cell of some rows, by the key in their first cell: what stood there, and what is typed."""
    opened = openpyxl.load_workbook(book)
    for key, (wrong, right) in texts.items():
        [cells] = [row for row in opened.worksheets[0].iter_rows() if row[0].value == key]
        [cell] = [cell for cell in cells if cell.value == wrong]
        cell.value = right
    opened.save(book)
    return book


def send_back(made: Firm, delivery_date: date, book: Path, register: list[str] | None = None) -> Outcome:
    """Put a workbook into the folder of a delivery as it is, beside the register where there is one, and take it in."""
    folder = made.folder(delivery_date)
    folder.mkdir(parents=True)
    shutil.copy(book, folder)
    if register:
        (folder / "register.csv").write_text("\n".join(register) + "\n", encoding="utf-8")
    return taken_in(made.settings, delivery_date)


def typed(book: Path, name: str, *rows: str) -> Path:
    """The workbook under a name, with rows typed below those of its first sheet."""
    opened = openpyxl.load_workbook(book)
    for row in rows:
        opened.worksheets[0].append(row.split(","))
    opened.save(book.with_name(name))
    return book.with_name(name)


def states(made: Firm, source: str = "firm_a") -> dict[str, date | None]:
    """The refused rows of January by their number, and what resolved each."""
    context = Context(made.settings)
    rows = listed(context, context.contract(source), is_open=False)
    by_row = {row["row"]: row["resolved_by"] for row in rows if row["delivery_date"] == JANUARY}
    return {f"W{100 + at}": by_row[len(LOG) + 1 + at] for at in range(len(by_row))}


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> tuple[Firm, dict[str, str], list[dict[str, date | None]]]:
    """January, a CSV with three bad rows; February, the whole workbook, mends one and spoils one again; March, the fixed rows
    alone with a new one typed below, mends that too.

    Also the content hashes of January's slices before and after, and the states after each delivery.
    """
    folder = tmp_path_factory.mktemp("story")
    made = firm(Settings(home=folder / "home", inbox=folder / "inbox", sources=folder / "sources"))
    made.deliver(JANUARY, DIRTY)
    assert taken_in(made.settings, JANUARY).status == "done"
    before, seen = slices(made), [states(made)]
    book = mend(returned(made, JANUARY, folder), W100=("2023.2.30", "2023-02-28"), W102=("많이", "아주 많이"))
    assert send_back(made, FEBRUARY, book, REGISTER).status == "done"
    seen.append(states(made))
    book = mend(returned(made, FEBRUARY, folder, refused_only=True), W102=("아주 많이", "5시간"))
    assert send_back(made, MARCH, typed(book, book.name, NEW)).status == "done"
    seen.append(states(made))
    assert before == slices(made), "nothing is written into the older partition"
    return made, before, seen


def counting(made: Firm) -> list[str]:
    """The numbers of the records that count."""
    rows = Context(made.settings).lake.read(CURRENT["maintenance"]).where("NOT is_withdrawn").collect()
    return sorted(row["maintenance_id"] for row in rows)


def returned(made: Firm, delivery_date: date, folder: Path, refused_only: bool = False) -> Path:
    context = Context(made.settings)
    written = give_back(context, context.contract("firm_a"), delivery_date, folder, refused_only)
    return next(file.path for file in written if file.file.startswith("log"))


def slices(made: Firm) -> dict[str, str]:
    """Content hashes of January's part of each table."""
    lake = Context(made.settings).lake
    january = matches({"_source": "firm_a", "_delivery_date": JANUARY})
    return {t.name: content_hash(lake.read(t).where(january)) for t in (CELLS, QUARANTINE, SILVER["maintenance"])}


def test_a_row_is_resolved_by_the_first_delivery_that_carries_its_code_and_is_accepted(story):
    _, _, seen = story
    assert seen[0] == {"W100": None, "W101": None, "W102": None}
    assert seen[1] == {"W100": FEBRUARY, "W101": None, "W102": None}, "refused again is not resolved"
    assert seen[2] == {"W100": FEBRUARY, "W101": None, "W102": MARCH}, "both codes of a row refused twice count"


def test_a_mended_row_enters_like_any_row(story):
    made, _, _ = story
    rows = Context(made.settings).lake.read(SILVER["maintenance"]).where(F.col("maintenance_id") == "W100").collect()
    (row,) = [row for row in rows if row["_delivery_date"] == FEBRUARY]
    assert (str(row["occurred_from"])[:10], row["equipment_tag"], row["downtime_h"]) == ("2023-02-28", "P-100A", 1.0)


def test_fixed_rows_alone_withdraw_nothing_and_change_no_other_record(story):
    made, _, _ = story
    context = Context(made.settings)
    for table, keys in (("maintenance", 43), ("equipment", 20)):
        rows = context.lake.read(CURRENT[table]).collect()
        assert len(rows) == keys and not any(row["is_withdrawn"] for row in rows), table
    current = context.lake.read(CURRENT["maintenance"])
    assert {row["maintenance_id"] for row in current.where(F.col("_delivery_date") == MARCH).collect()} == {
        "W102",
        "W200",
    }
    fresh = context.lake.counting(SILVER["maintenance"], "firm_a", FEBRUARY)
    assert content_hash(fresh) == content_hash(current), "what counts is the same when it is found anew"


def test_fixed_rows_alone_are_said_to_be_so_and_are_not_held_to_a_whole_delivery(story, capsys, monkeypatch):
    made, _, _ = story
    context = Context(made.settings)
    assert context.ledger.incomplete("firm_a", "log") == {str(MARCH)}
    facts = {day: json.loads(run["facts"]) for day, run in context.ledger.last_checks("firm_a").items()}
    assert facts[str(MARCH)]["trends"] == [], "no row count fell"
    assert facts[str(MARCH)]["verdict"]["failures"] == []
    assert scope_of(context, source="firm_a").extracted_on == {"firm_a": FEBRUARY}, "it says nothing of March"
    monkeypatch.setattr("jobs.cli.settings", lambda: made.settings)
    told = CliRunner().invoke(app, ["partitions"]).output
    assert "published, corrections" in told
    assert f"corrections of firm_a {MARCH}, table log, register: it holds none but rows that went back" in told


def test_rows_with_and_without_codes_that_would_withdraw_most_are_held(story, tmp_path: Path):
    made, _, _ = story
    context, before = Context(made.settings), counting(made)
    book = typed(returned(made, FEBRUARY, tmp_path, refused_only=True), "log.xlsx", NEW)
    outcome = send_back(made, APRIL, book, REGISTER)
    assert outcome.status == "refused" and counting(made) == before
    assert "some of its rows carry a return code and some none, and 41 of 43 records of table log" in outcome.error
    assert "‘…_반송행만’ 파일에 적어" in outcome.error_korean
    assert context.ledger.partitions()[-1]["error_korean"] == outcome.error_korean


def test_the_codes_are_those_that_the_workbook_shows(story, tmp_path: Path):
    made, _, _ = story
    context = Context(made.settings)
    rows = [r for r in listed(context, context.contract("firm_a"), is_open=False) if r["delivery_date"] == JANUARY]
    lines = list(csv.DictReader(as_lines(returned(made, JANUARY, tmp_path))))
    shown = [line[RETURN_CODE] for line in lines if line[RETURN_CODE]]
    assert [row["return_code"] for row in rows] == shown
    assert all(is_intact(code) for code in shown)


def test_the_commands_say_it(story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    made, _, _ = story
    monkeypatch.setattr("jobs.cli.settings", lambda: made.settings)
    run = CliRunner().invoke
    told = run(app, ["quarantine", "firm_a", "--open"]).output
    assert "firm_a: " in told
    assert "missing_equipment_tag equipment_tag  open" in told
    assert "bad_korean_date" not in told
    assert '"resolved_by": "2026-02-28"' in run(app, ["quarantine", "firm_a", "--json"]).output
    told = run(app, ["returned", "firm_a", "--delivery", "2026-01-31", "-o", str(tmp_path), "--refused-only"]).output
    assert "log.csv: 3 of 43 rows go back" in told
    assert [path.name for path in tmp_path.iterdir()] == ["log_반송행만.xlsx"]


def test_the_command_opens_a_session_of_its_own(story, tmp_path: Path):
    made, _, _ = story
    home, inbox, sources = made.settings.home, made.settings.inbox_dir, made.settings.sources
    env = {**os.environ, "YEJI_HOME": str(home), "YEJI_INBOX": str(inbox), "YEJI_SOURCES": str(sources)}
    command = [sys.executable, "-m", "jobs.cli", "returned", "firm_a", "--delivery", "2026-01-31", "-o", str(tmp_path)]
    ran = subprocess.run(command, env=env, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log_반송.xlsx", "register_반송.xlsx"]


def test_a_delivery_that_is_not_published_is_not_returned(clean: Firm, tmp_path: Path):
    context = Context(clean.settings)
    with pytest.raises(DataError, match=r"firm_a\|2026-01-31: it is not published"):
        give_back(context, context.contract("firm_a"), JANUARY, tmp_path, refused_only=False)


def test_spark_makes_and_reads_the_same_codes_as_python(spark: SparkSession):
    day = date(2026, 1, 31)
    places = [
        ("firm_a", day, "log", f"이력 {i}.xlsx", None if i % 3 else "정비'이력", i * 7919, f"{i:064x}")
        for i in range(200)
    ]
    names = (
        "_source string, _delivery_date date, _table string, _file string, _sheet string, _row bigint, _row_hash string"
    )
    frame = spark.createDataFrame(places, names)
    made = [row[0] for row in frame.orderBy("_row").select(code_column()).collect()]
    assert made == [return_code(*place) for place in places]
    typed = [made[0], made[1].replace("-", ""), made[2].replace("0", "O").replace("1", "L"), "확인함"]
    read = spark.createDataFrame([(t,) for t in typed], "t string").select(read_code(F.col("t"))).collect()
    assert [row[0] for row in read][:3] == [read_codes(t)[0] for t in typed][:3] == made[:3]


def test_refused_rows_come_with_cells_and_reasons_in_their_order(story):
    made, _, _ = story
    context = Context(made.settings)
    rows = list(refused_rows(context, context.contract("firm_a"), JANUARY))
    assert [row.cells[0] for row in rows] == [("작업번호", "W100"), ("작업번호", "W101"), ("작업번호", "W102")]
    assert [row.reasons[0].code for row in rows] == ["bad_korean_date", "missing_equipment_tag", "bad_duration"]


def test_codes_of_one_row_are_a_family():
    links = [("c2", "c1"), ("c3", "c2"), ("c3", "c1"), ("d2", "d1")]
    for order in (links, links[::-1]):
        found = families(order)
        assert len({found[code] for code in ("c1", "c2", "c3")}) == 1 and found["d1"] == found["d2"] != found["c1"]
    assert families([]) == {}


def test_either_code_of_a_row_that_was_refused_again_resolves_both(story, tmp_path: Path):
    made, _, _ = story
    book = returned(made, JANUARY, tmp_path, refused_only=True)
    opened = openpyxl.load_workbook(book)
    [cells] = [row for row in opened.worksheets[0].iter_rows() if row[0].value == "W101"]
    cells[1].value = "P-101A"
    opened.save(book)
    assert send_back(made, MAY, book).status == "done"
    tags = {day: state for day, reason, state in resolved(made) if reason == "missing_equipment_tag"}
    assert tags == dict.fromkeys((JANUARY, FEBRUARY, MARCH), MAY), "January's code alone stood in the mended row"
    others = {(day, state) for day, reason, state in resolved(made) if reason != "missing_equipment_tag"}
    assert others == {(JANUARY, FEBRUARY), (JANUARY, MARCH), (FEBRUARY, MARCH), (MAY, None)}


def test_a_whole_delivery_resolves_the_rows_whose_keys_it_brings_valid(story):
    made, _, _ = story
    mended = [f"W10{i},P-10{i}A,2023.2.3,고장,수리,1시간" for i in (0, 1)]
    made.deliver(JUNE, [*LOG, *mended, NEW])
    assert taken_in(made.settings, JUNE).status == "done"
    since = {(reason, state) for day, reason, state in resolved(made) if day == MAY}
    assert since == {("bad_korean_date", JUNE), ("bad_duration", None)}, "it does not bring W102"


def resolved(made: Firm) -> list[tuple[date, str, date | None]]:
    """The refused rows: the delivery, the first reason, and what resolved each."""
    context = Context(made.settings)
    rows = listed(context, context.contract("firm_a"), is_open=False)
    return [(row["delivery_date"], row["reasons"][0]["code"], row["resolved_by"]) for row in rows]
