"""Rows of CSV files and workbooks: headings found, kinds of rows told apart, bad files refused with a remedy."""

import unicodedata
import zipfile
from datetime import datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest

from jobs.contracts import Contract
from jobs.errors import DataError
from jobs.sources import RawRow, missing_columns, missing_of_joined, read_rows, unknown_headings
from jobs.sources.delimited import Dialect, find_dialect
from jobs.sources.rows import is_subtotal, joined
from jobs.spreadsheet.workbook import number_text
from tests.support.contracts import contract_of

HEADING = ["작업번호", "설비번호", "작업일"]
ROWS = "W1,P-101,2026.3.5\nW2,P-102,2026.3.6\n"


def kinds(rows: list[RawRow]) -> list[tuple[int, str]]:
    return [(row.row, row.kind) for row in rows]


def texts(row: RawRow) -> dict[str, str | None]:
    return {cell.heading: cell.text for cell in row.cells}


def read_csv(folder: Path, content: bytes | str, **reads) -> list[RawRow]:
    path = folder / "log.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(read_rows(path, "rows", contract_of(kind="csv", **reads)))


def read_book(folder: Path, fill, **reads) -> list[RawRow]:
    book = openpyxl.Workbook()
    fill(book)
    book.save(folder / "log.xlsx")
    return list(read_rows(folder / "log.xlsx", "rows", contract_of(**reads)))


TABLE = ",".join(HEADING) + "\n" + ROWS


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encoding_and_delimiter_are_found(tmp_path, encoding, delimiter):
    rows = read_csv(tmp_path, TABLE.replace(",", delimiter).encode(encoding))
    assert kinds(rows) == [(1, "heading"), (2, "data"), (3, "data")]
    assert texts(rows[1]) == {"작업번호": "W1", "설비번호": "P-101", "작업일": "2026.3.5"}


def test_a_single_quotation_mark_is_found_where_no_double_one_is(tmp_path):
    quoted = "'작업번호';'설비번호';'작업일'\n'W1; 1';'P-101';'2026.3.5'\n'W2';'P-''102';'2026.3.6'\n"
    rows = read_csv(tmp_path, quoted)
    assert [list(texts(row).values()) for row in rows[1:]] == [
        ["W1; 1", "P-101", "2026.3.5"],
        ["W2", "P-'102", "2026.3.6"],
    ]
    assert find_dialect(tmp_path / "log.csv", "rows", contract_of(kind="csv"), "log.csv") == Dialect("utf-8", ";", "'")


def test_a_wrong_encoding_that_decodes_is_caught_by_the_heading(tmp_path):
    with pytest.raises(DataError, match=r"log\.csv: no heading found \(looked for 작업번호, .* restore the heading"):
        read_csv(tmp_path, ("作业编号,故障部件,日期\n" + "W1,P-101,泵\n").encode("gb18030"))


def test_bytes_that_are_no_text_are_refused(tmp_path):
    with pytest.raises(DataError, match=r"log\.csv, line 4: it is no text in utf-8 or cp949, .* save it as CSV UTF-8"):
        read_csv(tmp_path, TABLE.encode() + b"\xff\xff\xff,\x81\n")


def test_the_kinds_of_rows_are_told_apart(tmp_path):
    table = "가나정밀 정비이력,,\n,,\n" + TABLE + ",,\n소계,,2\n" + TABLE + "합 계,,4건\n,,\n,,\n"
    assert kinds(read_csv(tmp_path, table)) == [
        (1, "title"), (2, "blank"), (3, "heading"), (4, "data"), (5, "data"), (6, "blank"), (7, "subtotal"),
        (8, "heading"), (9, "data"), (10, "data"), (11, "subtotal"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["합계", "1,200"], True),
        (["3월 소계", "12건", "3,000원"], True),
        (["Grand Total", "5"], True),
        (["계"], True),
        (["온도계", "3"], False),
        (["유량계", "P-101", "교정"], False),
        (["합계", "P-101", "씰 누유"], False),
        (["W1", "합계"], False),
    ],
)
def test_a_subtotal_says_so_and_holds_nothing_but_numbers(cells, expected):
    assert is_subtotal(cells) is expected


def test_quoted_fields_keep_delimiters_quotes_and_line_breaks(tmp_path):
    rows = read_csv(tmp_path, TABLE + '"W,3","P ""101""","a\nb"\nW4\nW5,P,2026.3.5,extra\n')
    assert texts(rows[3]) == {"작업번호": "W,3", "설비번호": 'P "101"', "작업일": "a\nb"}
    assert texts(rows[4]) == {"작업번호": "W4", "설비번호": None, "작업일": None}
    assert texts(rows[5])[""] == "extra"


def test_headings_are_spelled_as_in_the_contract(tmp_path):
    heading = unicodedata.normalize("NFD", " 작업번호 ,설비  번호,작업일,비고")
    rows = read_csv(tmp_path, heading + "\nW1,P-101,2026.3.5,x\n")
    names = [cell.heading for cell in rows[1].cells]
    assert names == ["작업번호", "설비 번호", "작업일", "비고"]
    assert unknown_headings(names, contract_of(kind="csv"), "rows") == ["비고"]
    assert missing_columns(["작업번호"], contract_of(kind="csv"), "rows") == [("설비번호", "설비 번호"), ("작업일",)]
    withdrawing = contract_of(kind="csv", withdrawn_when={"삭제": "Y", "_deleted": "true"})
    assert missing_columns(HEADING, withdrawing, "rows") == [("삭제",)], "rows of deletions come only now and then"


def test_a_column_that_may_stand_in_a_joined_table_is_missing_where_none_has_it():
    plain = contract_of(kind="csv", tables={"rows": {"path": "a"}, "more": {"path": "b"}})
    stated = plain.model_dump(mode="json", by_alias=True)
    stated["tables"]["maintenance"]["join"] = [{"table": "more", "on": "작업번호"}]
    contract = Contract.model_validate(stated)
    both = {"rows": ["작업번호", "설비 번호"], "more": ["작업번호", "비고"]}
    assert missing_of_joined(both, contract) == {("rows", "more"): [("작업일",)]}
    assert missing_of_joined({**both, "more": ["작업번호", " 작업일"]}, contract) == {}
    assert missing_of_joined({"rows": []}, contract) == {}, "of a table that was not delivered nothing is known"


def test_a_column_that_vanished_is_refused(tmp_path):
    with pytest.raises(
        DataError, match=r"log\.csv: delivery is missing column 작업일; add it, or correct the contract"
    ):
        read_csv(tmp_path, "작업번호,설비번호\nW1,P-101\n")


def test_files_that_say_nothing_are_refused(tmp_path):
    with pytest.raises(DataError, match=r"empty \(0 bytes\)"):
        read_csv(tmp_path, b"")
    with pytest.raises(DataError, match=r"log\.csv: it is empty; deliver the file with its rows"):
        read_csv(tmp_path, ",,\n,,\n")


def test_headings_of_two_rows_are_joined(tmp_path):
    def fill(book):
        sheet = book.active
        sheet.append(["가나정밀 정비이력"])
        sheet.append(["작업번호", "설비", None, "작업일"])
        sheet.append([None, "번호", "명", None])
        sheet.append(["W1", "P-101", "펌프", datetime(2026, 3, 5)])
        sheet.append(["W2", None, "펌프", "2026.3.6"])
        for merged in ("A1:D1", "B2:C2", "A2:A3", "D2:D3", "B4:B5"):
            sheet.merge_cells(merged)

    rows = read_book(tmp_path, fill, header_rows=2)
    assert kinds(rows) == [(1, "title"), (2, "heading"), (3, "heading"), (4, "data"), (5, "data")]
    assert texts(rows[3]) == {"작업번호": "W1", "설비 번호": "P-101", "설비 명": "펌프", "작업일": "2026-03-05"}
    merged = next(cell for cell in rows[4].cells if cell.heading == "설비 번호")
    assert (merged.text, merged.filled) == (None, "P-101"), (
        "a merged cell stays empty; what it stands for stands beside"
    )
    assert joined([["a", "b", "", "c"], ["", "x", "y", ""]]) == ["a", "b x", "b y", "c"]


def test_cells_are_text_with_their_display_format(tmp_path):
    values = [datetime(2026, 3, 5, 15, 20), time(15, 20), timedelta(hours=27, minutes=30), 12.0, 0.1 + 0.2, True, "=x"]

    def fill(book):
        book.active.append([*HEADING, *"abcd"])
        book.active.append(values[:6])
        book.active["D2"].number_format = "0000"

    cells = read_book(tmp_path, fill)[1].cells
    assert [cell.text for cell in cells][:6] == ["2026-03-05 15:20:00", "15:20:00", "27:30:00", "12", "0.3", "TRUE"]
    assert cells[3].display_format == "0000" and cells[4].display_format is None
    assert [number_text(n) for n in (1e15, 1e-7, -2.50)] == ["1000000000000000", "0.0000001", "-2.5"]


def test_each_matching_sheet_is_read_and_empty_ones_are_skipped(tmp_path):
    def fill(book):
        book.active.title = "1월"
        for name in ("2월", "요약", "Sheet9"):
            book.create_sheet(name)
        for name in ("1월", "2월"):
            book[name].append(HEADING)
            book[name].append([name, "P-101", "2026.1.5"])
        book["요약"].append(["참고"])

    rows = read_book(tmp_path, fill, sheet="*월")
    assert [(row.sheet, row.row, row.kind) for row in rows][1::2] == [("1월", 2, "data"), ("2월", 2, "data")]
    with pytest.raises(DataError, match=r"log\.xlsx, sheet 요약: no heading found"):
        read_book(tmp_path, fill)
    with pytest.raises(DataError, match=r"no sheet named '정비\*' holds a row \(sheets: 1월, 2월, 요약, Sheet9\)"):
        read_book(tmp_path, fill, sheet="정비*")


def test_a_formula_without_stored_result_is_refused(tmp_path):
    def fill(book):
        book.active.append(HEADING)
        book.active.append(["W1", "P-101", "=TODAY()"])

    with pytest.raises(DataError, match=r"sheet Sheet, cell C2: the formula has no stored result; open the file"):
        read_book(tmp_path, fill)


def zipped(path: Path, **parts: bytes) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)


@pytest.mark.parametrize(
    ("parts", "says"),
    [
        (None, "it is no workbook but plain text"),
        ({"a": b"x"}, "it is no workbook but a zip archive"),
        ({"xl__workbook_xml": b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"}, "declares a DOCTYPE"),
        (
            {"xl__workbook_xml": b"<workbook/>", "xl__bomb": b"\0" * (30 << 20)},
            "unpacks to more than 100 times its size",
        ),
        ({"xl__workbook_xml": b"<workbook/>"}, "it is damaged"),
    ],
)
def test_files_that_are_no_safe_workbook_are_refused(tmp_path, parts, says):
    path = tmp_path / "log.xlsx"
    path.write_text("작업번호,설비번호") if parts is None else zipped(path, **parts)
    with pytest.raises(DataError, match=rf"^log\.xlsx: .*{says}") as refused:
        list(read_rows(path, "rows", contract_of()))
    assert "\n" not in str(refused.value)


def test_an_ole_file_that_is_no_xls_is_refused(tmp_path):
    path = tmp_path / "log.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000)
    with pytest.raises(DataError, match=r"log\.xls: it has the form of an old Office file but holds no workbook"):
        list(read_rows(path, "rows", contract_of()))
