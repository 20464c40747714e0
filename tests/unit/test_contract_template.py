"""A workbook to type into: what is typed there is read by the contract that came with it."""

import shutil
from collections import defaultdict
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest

from jobs import cli
from jobs.contracts import Contract, load
from jobs.contracts.draft import draft
from jobs.contracts.draft.columns import as_date, as_number, is_duration
from jobs.contracts.template import (
    FIRST_ROW,
    GUIDE,
    HEADING_ROW,
    LOG,
    LOG_ENTRIES,
    REGISTER,
    REGISTER_ENTRIES,
    template,
)
from jobs.errors import UsageError
from jobs.sources import deliveries, files, read_rows

TYPED = {
    REGISTER: [
        ["P-101A", "원료 이송펌프", "펌프", "원심", "동진펌프", "DP-200", "0815", "유기용제", "1공정", 80,
         datetime(2015, 3, 20), "상", "유", 30, "무", datetime(2027, 6, 30), "산업안전보건법 제93조"],
        ["M-201", "교반기 모터", "전동기", None, None, None, None, None, None, None, "2015년 3월", None, "무"],
    ],
    LOG: [
        ["26-0001", "P-101A", datetime(2026, 3, 5), datetime(2026, 3, 6), "고장", "교체", None, "누출", "씰", "메카니컬 씰",
         4.5, 6, 850000, "씰 누유"],
        ["26-0002", "M-201", "2026년 4월", None, "예방", "점검", "주기", None, None, None, None, 1, None, None],
    ],
}  # fmt: skip


@pytest.fixture
def firm(tmp_path) -> tuple[Path, Contract]:
    """An inbox with the filled workbook, and the contract."""
    book, contract = template("paper_firm", tmp_path / "given")
    folder = tmp_path / "inbox" / "paper_firm" / "2026-04-30"
    folder.mkdir(parents=True)
    shutil.copy(book, folder / "정비기록.xlsx")
    filled = openpyxl.load_workbook(folder / "정비기록.xlsx")
    for name, rows in TYPED.items():
        for i, row in enumerate(rows, start=FIRST_ROW):
            for j, value in enumerate(row, start=1):
                filled[name].cell(i, j, value)
    filled.save(folder / "정비기록.xlsx")
    return tmp_path / "inbox", load(contract)


def read(inbox: Path, contract: Contract) -> dict[str, list[dict[str, str | None]]]:
    """The data rows by source table: heading -> text."""
    found = defaultdict(list)
    [delivery] = deliveries(contract, inbox)
    for file in files(contract, inbox, delivery):
        for row in read_rows(file.path, file.table, contract, file.name):
            if row.kind == "data":
                found[file.table].append({cell.heading: cell.text for cell in row.cells})
    return found


def test_typed_rows_are_read_whole(firm):
    rows = read(*firm)
    assert [len(rows[table]) for table in ("log", "register")] == [2, 2], (
        "title and heading are no data, the guide no table"
    )
    assert rows["log"][0] == {
        "작업번호": "26-0001", "설비번호": "P-101A", "작업일": "2026-03-05", "등록일": "2026-03-06", "구분": "고장",
        "작업내용": "교체", "근거": None, "영향": "누출", "부위": "씰", "부품": "메카니컬 씰", "정지시간(시간)": "4.5",
        "작업공수(시간)": "6", "비용(원)": "850000", "비고": "씰 누유",
    }  # fmt: skip
    assert rows["register"][1]["가동일"] == "2015년 3월"


def test_every_typed_cell_is_what_its_rule_reads(firm):
    inbox, contract = firm
    rows, kinds = read(inbox, contract), defaultdict(int)
    for feed in contract.tables.values():
        for rule in feed.columns.values():
            for row in rows[feed.from_]:
                if (text := row[rule.headings[0]]) is None:
                    continue
                kinds[rule.parse] += 1
                if rule.codes:
                    assert text in rule.codes
                elif rule.parse == "korean_date":
                    assert as_date(text) >= date(2015, 3, 1)
                elif rule.parse in ("number", "duration"):
                    assert as_number(text) is not None and is_duration(text)
                elif rule.parse == "boolean":
                    assert text in ("유", "무")
    assert kinds["korean_date"] == 6 and kinds["boolean"] == 3 and kinds["number"] == 2 and kinds["duration"] == 3


def test_the_drop_downs_offer_the_words_that_the_contract_maps(firm, tmp_path):
    book = openpyxl.load_workbook(tmp_path / "given" / "paper_firm.xlsx")
    assert book.sheetnames == [GUIDE, LOG, REGISTER]
    offered = {}
    for name, table in ((LOG, "maintenance"), (REGISTER, "equipment")):
        sheet, rules = book[name], firm[1].tables[table].columns
        headings = {sheet.cell(HEADING_ROW, i).column_letter: sheet.cell(HEADING_ROW, i).value for i in range(1, 20)}
        by_heading = {rule.headings[0]: rule for rule in rules.values()}
        for validation in sheet.data_validations.dataValidation:
            rule = by_heading[headings[str(validation.sqref)[0]]]
            if rule.codes:
                words = validation.formula1.strip('"').split(",")
                assert words == list(rule.codes) and len(validation.formula1) <= 257
                offered[rule.headings[0]] = words
    assert set(offered) == {"구분", "작업내용", "근거", "영향", "설비종류", "생산중요도"}
    assert offered["구분"] == ["고장", "예방", "기타"]


def test_dates_numbers_and_ids_have_their_formats(firm, tmp_path):
    book = openpyxl.load_workbook(tmp_path / "given" / "paper_firm.xlsx")
    formats = {
        entry.heading: book[name].column_dimensions[book[name].cell(HEADING_ROW, i).column_letter].number_format
        for name, entries in ((LOG, LOG_ENTRIES), (REGISTER, REGISTER_ENTRIES))
        for i, entry in enumerate(entries, start=1)
    }
    assert formats["작업일"] == formats["가동일"] == formats["법정검사기한"] == "yyyy-mm-dd"
    assert formats["비용(원)"] == formats["정지시간(시간)"] == "#,##0.##"
    assert formats["작업번호"] == formats["제조번호"] == "@", "0815 keeps its zero"


def test_the_guide_explains_every_column(firm, tmp_path):
    guide = openpyxl.load_workbook(tmp_path / "given" / "paper_firm.xlsx")[GUIDE]
    explained = {(row[0], row[1]) for row in guide.iter_rows(values_only=True)}
    for name, entries in ((LOG, LOG_ENTRIES), (REGISTER, REGISTER_ENTRIES)):
        assert {(name, entry.heading) for entry in entries} <= explained


def test_a_draft_of_the_filled_workbook_is_the_same_contract(firm, tmp_path):
    inbox, contract = firm
    [path] = inbox.rglob("*.xlsx")
    text = tmp_path / "paper_firm.yaml"
    text.write_text(draft([path]).text, encoding="utf-8")
    for name, feed in load(text).tables.items():
        for column, rule in feed.columns.items():
            hand = contract.tables[name].columns[column]
            assert (rule.headings, rule.parse, rule.unit) == (hand.headings, hand.parse, hand.unit), f"{name}.{column}"


def test_the_command_writes_both_and_overwrites_nothing(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["yeji", "contract", "template", "paper_firm", "--folder", str(tmp_path / "new")])
    with pytest.raises(SystemExit) as done:
        cli.main()
    assert not done.value.code and "paper_firm.xlsx: to be filled in" in capsys.readouterr().out
    with pytest.raises(SystemExit) as done:
        cli.main()
    assert done.value.code == 2 and "is there already" in capsys.readouterr().err
    with pytest.raises(UsageError, match="no name for a firm"):
        template("한빛", tmp_path)
