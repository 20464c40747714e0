"""The returned workbook: all of the original, the refused cells marked, and what comes back is read like any file."""

import shutil
import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.workbook import Workbook

from jobs.contracts import Contract
from jobs.errors import DataError, UsageError, YejiError
from jobs.returned import Reason, RefusedRow, ReturnedFile, apart, return_delivery
from jobs.returned.summary import Summary
from jobs.returned.workbook import REFUSED
from jobs.sources import read_rows, unknown_headings
from jobs.sources.codes import is_intact
from jobs.sources.rows import RETURN_CODE, RETURN_REASON, RETURN_SUMMARY
from jobs.spreadsheet.limits import Limits
from tests.support.contracts import contract_of
from tests.support.returned import delivery_of, formulas, refused_rows, store_result

COLUMNS = {
    "maintenance_id": {"from": "작업번호"},
    "equipment_tag": {"from": ["설비 번호", "설비번호"], "parse": "tag"},
    "occurred": {"from": ["작업 일자", "작업일"], "parse": "korean_date"},
    "category": {"from": ["작업 구분", "구분"], "codes": {"고장": "corrective", "예방, 정기": "preventive"}},
    "downtime_h": {"from": "정지시간", "parse": "duration", "unit": "h"},
}
BAD_DATE = Reason("bad_korean_date", "occurred", "2023-02-30", "a date")
NO_TAG = Reason("missing_equipment_tag", "equipment_tag", None, "a value")


def merged_heading(book: Workbook) -> None:
    """A title, a two-row merged heading, five rows, and a sheet that no contract reads."""
    log = book.active
    log.title = "정비이력"
    log["A1"], log["A1"].font = "가나정밀 정비이력", Font(bold=True, size=14)
    log.merge_cells("A1:F1")
    for row in (
        ["작업번호", "설비", "작업", None, "정지시간", "비고"],
        [None, "번호", "일자", "구분", None, None],
        ["W1", "P-101A", datetime(2023, 1, 5), "고장", 2.5, None],
        ["W2", "P-102A", "2023-02-30", "고장", 3, "=1+1"],
        ["W3", None, "2023-02-03", "예방, 정기", 1, None],
        ["W4", None, "2023-02-04", "고장", -1, None],
        ["W5", "P-104A", "2023-02-05", "고장", 1, None],
    ):
        log.append(row)
    for merged in ("A2:A3", "C2:D2", "E2:E3", "F2:F3", "B6:B7"):
        log.merge_cells(merged)
    log["C4"].number_format = 'yyyy"년" m"월" d"일"'
    log["E4"].number_format = "0.00"
    log["D4"].fill = PatternFill("solid", fgColor="FFABCDEF")
    log["F4"].comment = Comment("우리 메모", "정비팀")
    log.column_dimensions["C"].width = 23.5
    log.row_dimensions[4].height = 33
    log.row_dimensions[5].hidden = True
    log.freeze_panes = "B4"
    other = book.create_sheet("계산")
    other["A1"], other["B2"] = "그대로", 0.125
    other["B2"].number_format = "0.0%"


@pytest.fixture
def contract() -> Contract:
    return contract_of(columns=COLUMNS, sheet="정비*", header_rows=2)


@pytest.fixture
def landed(tmp_path: Path) -> Path:
    book = Workbook()
    merged_heading(book)
    path = tmp_path / "rows" / "이력.xlsx"
    path.parent.mkdir()
    book.save(path)
    store_result(path, "F5", "2")
    return tmp_path


def returned(
    contract: Contract, landed: Path, reasons: dict, name: str = "이력.xlsx", refused_only: bool = False
) -> Path:
    delivery = delivery_of(landed, contract, name)
    refused = refused_rows(delivery, contract, reasons)
    assert len(refused) == len(reasons)
    (made,) = return_delivery(contract, delivery, refused, landed / "out", refused_only)
    assert made.path.name == f"{Path(name).stem}_{'반송행만' if refused_only else '반송'}.xlsx"
    assert made.refused == len(reasons)
    return made.path


REASONS = {("정비이력", 5): [BAD_DATE], ("정비이력", 6): [NO_TAG]}


def test_every_sheet_comes_back_with_values_formats_widths_and_merged_headings(contract: Contract, landed: Path):
    path = returned(contract, landed, REASONS)
    before = openpyxl.load_workbook(landed / "rows" / "이력.xlsx", data_only=True)
    after = openpyxl.load_workbook(path)
    assert after.sheetnames == [RETURN_SUMMARY, "정비이력", "계산"]
    for name in before.sheetnames:
        for row in before[name].iter_rows():
            for cell in row:
                same = after[name][cell.coordinate]
                assert same.value == cell.value, cell.coordinate
                assert same.number_format == cell.number_format
                assert same.font.b == cell.font.b
    log, was = after["정비이력"], before["정비이력"]
    assert {str(r) for r in was.merged_cells.ranges} <= {str(r) for r in log.merged_cells.ranges}
    assert log.column_dimensions["C"].width == 23.5
    assert log.row_dimensions[4].height == 33
    assert not log.row_dimensions[5].hidden, "a refused row is shown"
    assert log.freeze_panes == "B4"
    assert log["D4"].fill.fgColor.rgb == "FFABCDEF"
    assert log["F4"].comment.text == "우리 메모"
    assert log["F5"].value == 2, "a formula comes as its stored result"
    assert not formulas(path)


def test_a_refused_cell_is_coloured_and_says_why(contract: Contract, landed: Path):
    log = openpyxl.load_workbook(returned(contract, landed, REASONS))["정비이력"]
    assert log["C5"].fill.fgColor.rgb == REFUSED.fgColor.rgb
    assert log["C5"].comment.text.startswith("2023년 2월은 28일까지입니다")
    assert log["C4"].fill.fgColor.rgb != REFUSED.fgColor.rgb
    assert log["C4"].comment is None
    assert log["B6"].fill.fgColor.rgb == REFUSED.fgColor.rgb, "an empty cell too"
    assert "‘설비 번호’ 칸이 비어" in log["B6"].comment.text


def test_a_reason_on_a_cell_hidden_by_a_merge_is_told_where_it_is_seen(contract: Contract, landed: Path):
    reasons = {("정비이력", 6): [NO_TAG], ("정비이력", 7): [NO_TAG]}
    log = openpyxl.load_workbook(returned(contract, landed, reasons))["정비이력"]
    assert log["B6"].comment.text.count("칸이 비어") == 1, "once for both rows that it is merged over"
    assert log["B6"].fill.fgColor.rgb == REFUSED.fgColor.rgb


def test_only_refused_rows_carry_a_reason_and_a_code_in_the_last_columns(contract: Contract, landed: Path):
    log = openpyxl.load_workbook(returned(contract, landed, REASONS))["정비이력"]
    assert (log["G2"].value, log["H2"].value) == (RETURN_REASON, RETURN_CODE)
    assert "H2:H3" in {str(r) for r in log.merged_cells.ranges}
    codes = {row: log.cell(row, 8).value for row in range(4, 9)}
    assert [row for row, code in codes.items() if code] == [5, 6]
    assert all(is_intact(code) for code in codes.values() if code)
    assert log["G5"].value.startswith("2023년 2월은 28일까지")
    assert log.max_column == 8


def test_two_reasons_of_a_cell_and_of_a_row_are_all_told_and_none_twice(contract: Contract, landed: Path):
    limits = "from 1950-01-01 00:00:00 below 2026-02-02 00:00:00"
    late = [Reason("between", f"occurred_{end}", "2035-01-05 00:00:00", limits) for end in ("from", "to")]
    downtime = Reason("between", "downtime_h", "-1.0", "from 0 to 17,544")
    log = openpyxl.load_workbook(returned(contract, landed, {("정비이력", 7): [*late, downtime]}))["정비이력"]
    assert log["C7"].comment.text.count("아직 오지 않은 날") == 1
    assert "음수는 쓸 수 없으므로" in log["E7"].comment.text
    assert log["G7"].value.count("\n") == 1


def test_coded_columns_offer_the_contracts_words(contract: Contract, landed: Path):
    book = openpyxl.load_workbook(returned(contract, landed, REASONS))
    (offered,) = book["정비이력"].data_validations.dataValidation
    assert offered.type == "list"
    assert "D4" in offered.sqref
    assert "D8" in offered.sqref
    assert "D3" not in offered.sqref
    sheet, cells = offered.formula1.replace("$", "").split("!")
    words = [row[0].value for row in book[sheet.strip("'")][cells]]
    assert words == ["고장", "예방, 정기"]


def test_the_summary_says_what_where_and_how_to_send_it_back(contract: Contract, landed: Path):
    summary = openpyxl.load_workbook(returned(contract, landed, REASONS))[RETURN_SUMMARY]
    text = "\n".join(str(cell.value) for row in summary.iter_rows() for cell in row if cell.value is not None)
    for said in ("가나정밀 (firm_a)", "2026-01-31", "이력.xlsx", "5행 가운데 2행", "전체를 보내", "(다시 보내는 날"):
        assert said in text
    rows = [[cell.value for cell in row] for row in summary.iter_rows()]
    assert ["정비이력", "작업 일자", "읽을 수 없는 날짜", 1, "C5"] in [row[:5] for row in rows]
    assert ["정비이력", "설비 번호", "꼭 있어야 할 값이 없음", 1, "B6"] in [row[:5] for row in rows]
    links = [cell.hyperlink.location for row in summary.iter_rows() for cell in row if cell.hyperlink]
    assert links == ["'정비이력'!C5", "'정비이력'!B6"]


def test_refused_only_holds_the_head_and_the_refused_rows_with_what_hangs_into_them(contract: Contract, landed: Path):
    reasons = {("정비이력", 5): [BAD_DATE], ("정비이력", 7): [Reason("between", "downtime_h", "-1", "from 0 to 9")]}
    original = openpyxl.load_workbook(landed / "rows" / "이력.xlsx")
    original["정비이력"]["B6"] = "P-103A"
    original.save(landed / "rows" / "이력.xlsx")
    store_result(landed / "rows" / "이력.xlsx", "F5", "2")
    path = returned(contract, landed, reasons, refused_only=True)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == [RETURN_SUMMARY, "정비이력"]
    log = book["정비이력"]
    assert [log.cell(row, 1).value for row in range(1, 6)] == ["가나정밀 정비이력", "작업번호", None, "W2", "W4"]
    assert log["B5"].value == "P-103A", "merged over the row above"
    assert log["E5"].comment is not None
    assert log.max_row == 5
    links = {cell.hyperlink.location for row in book[RETURN_SUMMARY].iter_rows() for cell in row if cell.hyperlink}
    assert links == {"'정비이력'!C4", "'정비이력'!E5"}, "the places are those of this file"
    rows = [row for row in read_rows(path, "rows", contract) if row.kind == "data"]
    assert [row.cells[0].text for row in rows] == ["W2", "W4"]


def test_what_comes_back_is_read_like_any_delivery(contract: Contract, landed: Path):
    everything = contract_of(columns=COLUMNS, header_rows=2)
    path = returned(contract, landed, REASONS)
    book = openpyxl.load_workbook(path)
    del book["계산"]
    book["정비이력"]["C5"] = "2023-02-28"
    book.save(path)
    before = list(read_rows(landed / "rows" / "이력.xlsx", "rows", contract))
    after = list(read_rows(path, "rows", everything))
    assert [(r.sheet, r.row, r.kind) for r in after] == [(r.sheet, r.row, r.kind) for r in before]
    for was, now in zip(before, after, strict=True):
        if was.row != 5 and was.kind == "data":
            assert [c.text for c in now.cells][: len(was.cells)] == [c.text for c in was.cells]
    fixed = {cell.heading: cell.text for cell in after[4].cells}
    assert fixed["작업 일자"] == "2023-02-28"
    assert is_intact(fixed[RETURN_CODE])
    names = [cell.heading for cell in after[1].cells]
    assert unknown_headings(names, everything, "rows") == ["비고"], "the added columns are known"


def test_a_row_refused_again_keeps_its_earlier_code_and_loses_its_earlier_marks(contract: Contract, landed: Path):
    first = returned(contract, landed, REASONS)
    old = openpyxl.load_workbook(first)["정비이력"]["H5"].value
    again = landed / "again"
    (again / "rows").mkdir(parents=True)
    book = openpyxl.load_workbook(first)
    book["정비이력"]["B6"] = "P-103A"
    book.save(again / "rows" / "이력.xlsx")
    delivery = delivery_of(again, contract, "이력.xlsx", delivery_date=date(2026, 2, 28))
    refused = refused_rows(delivery, contract, {("정비이력", 5): [BAD_DATE]})
    (made,) = return_delivery(contract, delivery, refused, again / "out")
    book = openpyxl.load_workbook(made.path)
    log = book["정비이력"]
    assert book.sheetnames == [RETURN_SUMMARY, "정비이력", "계산"]
    assert log.max_column == 8
    codes = log["H5"].value.split()
    assert codes[0] == old
    assert len(codes) == 2
    assert (log["G6"].value, log["H6"].value, log["B6"].comment) == (None, None, None)
    assert log["B6"].fill.fgColor.rgb != REFUSED.fgColor.rgb


def test_a_mistyped_code_is_pointed_out(contract: Contract, landed: Path):
    path = returned(contract, landed, REASONS)
    book = openpyxl.load_workbook(path)
    code = book["정비이력"]["H5"].value
    book["정비이력"]["H5"] = damaged = ("1" if code[0] != "1" else "2") + code[1:]
    book.save(landed / "rows" / "이력.xlsx")
    summary = openpyxl.load_workbook(returned(contract, landed, {("정비이력", 6): [NO_TAG]}))[RETURN_SUMMARY]
    rows = [tuple(cell.value for cell in row[:3]) for row in summary.iter_rows()]
    assert ("정비이력", "5행", damaged) in rows


CSV = "작업번호,설비번호,작업일,구분,정지시간\n0012,P-101A,2023-02-30,고장,-5\nW2,P-102A,2023-02-03,고장,1.50\n"


@pytest.mark.parametrize(
    ("encoding", "stated", "kind"),
    [("cp949", "cp949", "‘CSV(쉼표로 분리)’"), ("utf-8-sig", None, "‘CSV UTF-8(쉼표로 분리)’")],
)
def test_a_csv_comes_back_as_a_workbook(tmp_path: Path, encoding: str, stated: str | None, kind: str):
    contract = contract_of("f/{delivery_date}/정비*.csv", kind="csv", columns=COLUMNS, encoding=stated)
    (tmp_path / "rows").mkdir()
    (tmp_path / "rows" / "정비[이력].csv").write_bytes(CSV.encode(encoding))
    path = returned(contract, tmp_path, {(None, 2): [BAD_DATE]}, "정비[이력].csv")
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["정비 이력", RETURN_SUMMARY], "the data first: a spreadsheet saves the open sheet as CSV"
    log = book.active
    rows = [[cell.value for cell in row] for row in log.iter_rows()]
    assert rows[1][:5] == ["0012", "P-101A", "2023-02-30", "고장", -5], "a true negative number stays one"
    assert rows[2][:5] == ["W2", "P-102A", "2023-02-03", "고장", "1.50"], (
        "a number whose spelling would change does not"
    )
    assert log["C2"].number_format == "@", "a date that is typed there stays as it is typed"
    assert "2월은 28일까지" in log["C2"].comment.text
    text = "\n".join(str(cell.value) for row in book[RETURN_SUMMARY].iter_rows() for cell in row)
    assert kind in text
    assert "f/(다시 보내는 날, 2026-01-31 꼴)/정비[이력]_반송.xlsx" in text
    assert "f/(다시 보내는 날, 2026-01-31 꼴)/정비[이력].csv" in text


def test_signs_that_no_workbook_holds_are_left_out_of_what_is_said_of_their_cell(tmp_path: Path):
    contract = contract_of(kind="csv", columns=COLUMNS)
    (tmp_path / "rows").mkdir()
    (tmp_path / "rows" / "log.csv").write_text(CSV.replace("1.50", "5\x01\ufffe~"), encoding="utf-8")
    reason = Reason("bad_duration", "downtime_h", "5\x01\ufffe~", "a duration")
    log = openpyxl.load_workbook(returned(contract, tmp_path, {(None, 3): [reason]}, "log.csv")).active
    assert "‘5~’" in log["E3"].comment.text


def test_the_name_to_send_back_under_is_that_of_the_file_not_of_the_pattern(tmp_path: Path):
    contract = contract_of("f/log_{delivery_date}_*.csv", kind="csv", columns=COLUMNS)
    (tmp_path / "rows").mkdir()
    (tmp_path / "rows" / "log_2026-01-31_2반.csv").write_text(CSV, encoding="utf-8")
    path = returned(contract, tmp_path, {(None, 2): [BAD_DATE]}, "log_2026-01-31_2반.csv")
    summary = openpyxl.load_workbook(path)[RETURN_SUMMARY]
    text = "\n".join(str(cell.value) for row in summary.iter_rows() for cell in row)
    assert "f/log_(다시 보내는 날, 2026-01-31 꼴)_2반.csv" in text and "*" not in text


def test_the_name_to_send_back_under_says_the_day_where_the_contract_asks_for_it(tmp_path: Path):
    contract = contract_of("f/log_{delivery_date}.csv", kind="csv", columns=COLUMNS)
    (tmp_path / "rows").mkdir()
    (tmp_path / "rows" / "log_2026-01-31.csv").write_text(CSV, encoding="utf-8")
    path = returned(contract, tmp_path, {(None, 2): [BAD_DATE]}, "log_2026-01-31.csv", refused_only=True)
    summary = openpyxl.load_workbook(path)[RETURN_SUMMARY]
    text = "\n".join(str(cell.value) for row in summary.iter_rows() for cell in row)
    assert "f/log_(다시 보내는 날, 2026-01-31 꼴)_반송행만.xlsx" in text
    assert "f/log_(다시 보내는 날, 2026-01-31 꼴)_반송행만.csv" in text
    assert "새 행을 아래에 더 적어도 됩니다" in text and "취소되지 않습니다" in text, "as `Raw.corrections` has it"


def returned_twice(tmp_path: Path, refused_only: bool) -> ReturnedFile:
    """What goes back of a CSV source's workbook that went back once before, its row refused again."""
    contract = contract_of(kind="csv", columns=COLUMNS)
    (tmp_path / "rows").mkdir()
    (tmp_path / "rows" / "log.csv").write_text(CSV, encoding="utf-8")
    first = returned(contract, tmp_path, {(None, 2): [BAD_DATE]}, "log.csv", refused_only=refused_only)
    again = tmp_path / "again"
    (again / "rows").mkdir(parents=True)
    shutil.copy(first, again / "rows")
    delivery = delivery_of(again, contract, first.name, delivery_date=date(2026, 2, 28))
    refused = refused_rows(delivery, contract, {("log", 2): [BAD_DATE]})
    (made,) = return_delivery(contract, delivery, refused, again / "out")
    return made


def test_a_workbook_of_a_csv_source_that_comes_back_goes_back_as_one(tmp_path: Path):
    made = returned_twice(tmp_path, refused_only=False)
    assert made.path.name == "log_반송.xlsx"
    book = openpyxl.load_workbook(made.path)
    assert book.sheetnames == ["log", RETURN_SUMMARY]
    assert len(book["log"]["G2"].value.split()) == 2, "under both codes"
    assert (book["log"]["E2"].value, book["log"]["A2"].value) == (-5, "0012")


def test_a_workbook_of_refused_rows_that_comes_back_whole_is_still_one(tmp_path: Path):
    made = returned_twice(tmp_path, refused_only=True)
    assert made.path.name == "log_반송행만.xlsx"
    text = [str(c.value) for row in openpyxl.load_workbook(made.path)[RETURN_SUMMARY].iter_rows() for c in row]
    assert any("새 행을 아래에 더 적어도 됩니다" in said for said in text)


def test_a_source_that_delivers_changes_may_send_the_mended_rows_alone(landed: Path):
    contract = contract_of(columns=COLUMNS, sheet="정비*", header_rows=2, delivers="changes")
    summary = openpyxl.load_workbook(returned(contract, landed, REASONS, refused_only=True))[RETURN_SUMMARY]
    text = "\n".join(str(cell.value) for row in summary.iter_rows() for cell in row)
    assert "고친 행만 남겨서 보내도 되고" in text


def test_a_file_without_refused_rows_is_not_in_refused_only(contract: Contract, landed: Path):
    delivery = delivery_of(landed, contract, "이력.xlsx")
    assert return_delivery(contract, delivery, [], landed / "out", refused_only=True) == []
    (made,) = return_delivery(contract, delivery, [], landed / "out")
    assert made.rows == 5
    assert "되돌린 행이 없습니다." in [c.value for r in openpyxl.load_workbook(made.path)[RETURN_SUMMARY] for c in r]


def test_a_reason_whose_cell_stands_in_another_table_is_told_beside_the_row(contract: Contract, landed: Path):
    reasons = {("정비이력", 5): [Reason("orphan", "통지번호", None, "a row of log that it belongs to")]}
    book = openpyxl.load_workbook(returned(contract, landed, reasons))
    assert "통지번호" in book["정비이력"]["G5"].value
    assert "5행" in [cell.value for row in book[RETURN_SUMMARY].iter_rows() for cell in row]


def test_parquet_tables_are_not_returned(landed: Path):
    contract = contract_of(kind="parquet", columns=COLUMNS)
    row = RefusedRow("rows", "x.parquet", None, 1, "h", [], [BAD_DATE])
    with pytest.raises(UsageError, match="Parquet"):
        return_delivery(contract, delivery_of(landed, contract), [row], landed / "out")


def test_a_range_merged_over_a_whole_sheet_does_not_fill_the_memory(contract: Contract, landed: Path):
    path = landed / "rows" / "이력.xlsx"
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    with zipfile.ZipFile(path, "w") as book:
        for name, content in parts.items():
            book.writestr(name, content.replace(b'ref="B6:B7"', b'ref="B6:XFD1048576"'))
    delivery = delivery_of(landed, contract, "이력.xlsx")
    with pytest.raises(DataError, match=r"이력\.xlsx: merged ranges cover .* unmerge them"):
        return_delivery(contract, delivery, [], landed / "out")


def test_a_workbook_that_takes_too_much_to_open_whole_is_told_and_leaves_nothing(contract, tmp_path, monkeypatch):
    """50,000 cells: more than the writer's server has lying free, of which a small workbook can be made."""
    monkeypatch.setattr(apart, "TIMES", 1)
    book = Workbook(write_only=True)
    sheet = book.create_sheet("정비이력")
    for row in range(5_000):
        sheet.append([f"W{row}-{column}" for column in range(10)])
    book.save(tmp_path / "이력.xlsx")
    summary = Summary("가나정밀", "firm_a", date(2026, 1, 31), "이력.xlsx", ())
    job = apart.Job(tmp_path / "이력.xlsx", "이력.xlsx", "rows", contract, {}, summary, False)
    with pytest.raises(DataError, match=r"^이력\.xlsx: to open it whole takes more than 40 MiB of memory or 30 s"):
        apart.write_apart(tmp_path / "out" / "이력_반송.xlsx", job, Limits(memory_mib=40))
    assert list((tmp_path / "out").iterdir()) == []
    monkeypatch.undo()
    apart.write_apart(tmp_path / "out" / "이력_반송.xlsx", job, Limits())
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["이력_반송.xlsx"]


def test_a_fault_of_the_writer_is_no_fault_of_the_file(contract: Contract, landed: Path):
    job = apart.Job(landed / "rows" / "이력.xlsx", "이력.xlsx", "rows", contract, {}, None, False)  # type: ignore[arg-type]
    with pytest.raises(YejiError, match=r"^이력\.xlsx: its returned workbook was not written: AttributeError") as told:
        apart.write_apart(landed / "out" / "a.xlsx", job, Limits())
    assert not isinstance(told.value, DataError)


def test_files_of_one_stem_do_not_overwrite_each_other(contract: Contract, landed: Path):
    shutil.copy(landed / "rows" / "이력.xlsx", landed / "rows" / "이력.xlsm")
    made = return_delivery(contract, delivery_of(landed, contract, "이력.xlsx", "이력.xlsm"), [], landed / "out")
    assert [file.path.name for file in made] == ["이력.xlsx_반송.xlsx", "이력.xlsm_반송.xlsx"]


def test_limits_of_a_column_in_another_unit_are_told_in_the_firms(contract: Contract, landed: Path):
    columns = {**COLUMNS, "downtime_h": {"from": "정지시간", "parse": "duration", "unit": "분"}}
    in_minutes = contract_of(columns=columns, sheet="정비*", header_rows=2)
    reasons = {("정비이력", 7): [Reason("between", "downtime_h", "-0.0166", "from 0 to 17,544")]}
    log = openpyxl.load_workbook(returned(in_minutes, landed, reasons))["정비이력"]
    assert "‘-1’ 대신 0 이상 1,052,640 이하의 값(단위: 분)" in log["E7"].comment.text


def test_a_hidden_column_with_a_refused_cell_is_shown(contract: Contract, landed: Path):
    path = landed / "rows" / "이력.xlsx"
    book = openpyxl.load_workbook(path, data_only=True)
    for column in ("C", "E"):
        book["정비이력"].column_dimensions[column].hidden = True
    book.save(path)
    log = openpyxl.load_workbook(returned(contract, landed, {("정비이력", 5): [BAD_DATE]}))["정비이력"]
    assert (log.column_dimensions["C"].hidden, log.column_dimensions["E"].hidden) == (False, True)


def test_a_sheet_that_two_tables_are_read_from_carries_the_marks_of_both(tmp_path: Path):
    content = "작업번호,설비번호,작업일,구분,정지시간\nW1,,2023-02-30,고장,1\n"
    reads = {"log": {"path": "{delivery_date}/*.csv"}, "again": {"path": "{delivery_date}/*.csv"}}
    contract = contract_of(kind="csv", columns=COLUMNS, tables=reads)
    feeds = contract.model_dump(by_alias=True, exclude_none=True)
    feeds["tables"]["failure"] = {
        "from": "again",
        "key": ["failure_id"],
        "columns": {"failure_id": {"from": ["작업번호"]}, "equipment_tag": {"from": ["설비번호"], "parse": "tag"}},
    }
    feeds["tables"]["maintenance"]["from"] = "log"
    contract = Contract.model_validate(feeds)
    for table in reads:
        (tmp_path / table).mkdir()
        (tmp_path / table / "log.csv").write_text(content, encoding="utf-8")
    delivery = delivery_of(tmp_path, contract, "log.csv")
    refused = refused_rows(delivery, contract, {(None, 2): [BAD_DATE]})[:1]
    refused += refused_rows(delivery, contract, {(None, 2): [NO_TAG]})[1:]
    assert [row.table for row in refused] == ["log", "again"]
    (made,) = return_delivery(contract, delivery, refused, tmp_path / "out")
    log = openpyxl.load_workbook(made.path).worksheets[0]
    assert log["C2"].comment is not None
    assert log["B2"].comment is not None
    assert len(log["G2"].value.split()) == 2


def below(cell) -> str:
    """The line under a comment's sentence."""
    return cell.comment.text.split("\n")[1]


NAMED = """\
작업번호,설비번호,설비명,작업일,등록일,구분,정지시간
W1,P-101A,원료펌프,2023-01-03,2023-01-04,고장,2시간
W2,P-102A,순환펌프,2023-02-03,2023-02-04,고장,3시간
W3,,순환펌프,2023-03-03,2023-03-04,고장,3시간
W4,P-101A,원료펌프,,2023-04-04,고장,3시간
W5,P-101A,원료펌프,5월 5일,,고장,3시간
W6,P-101A,원료펌프,2023-06-06,2023-06-06,고장,반나절
W7,,냉각탑,12월 28일,2024-01-03,고정,3시간
W8,P-103A,원료펌프,2024-02-03,2024-02-04,예방,1시간
"""


def test_what_the_row_and_its_neighbours_tell_is_proposed(tmp_path: Path):
    columns = COLUMNS | {"recorded_on": {"from": "등록일", "parse": "korean_date"}}
    contract = contract_of(kind="csv", columns=columns)
    (tmp_path / "rows").mkdir()
    (tmp_path / "rows" / "log.csv").write_text(NAMED, encoding="utf-8")
    no_year = [Reason("bad_korean_date", "occurred", text, "a date") for text in ("5월 5일", "12월 28일")]
    reasons = {
        (None, 4): [NO_TAG],
        (None, 5): [Reason("missing_occurred", "occurred", None, "a value")],
        (None, 6): no_year[:1],
        (None, 7): [Reason("bad_duration", "downtime_h", "반나절", "a duration")],
        (None, 8): [NO_TAG, no_year[1], Reason("missing_category", "category", "고정", "a value")],
    }
    log = openpyxl.load_workbook(returned(contract, tmp_path, reasons, "log.csv")).active
    assert below(log["B4"]) == "제안: P-102A", "the only tag of what is called so"
    assert below(log["D5"]) == "제안: 2023-04-04", "the row's other day"
    assert below(log["D6"]) == "제안: 2023-05-05 또는 2024-05-05", "by the rows above and below"
    assert below(log["G7"]) == "예: 2시간", "what this column took in this file"
    assert below(log["B8"]) == "예: P-101A", "nothing else is called 냉각탑"
    assert below(log["D8"]) == "제안: 2023-12-28", "registered in January 2024: nothing later is proposed"
    assert below(log["F8"]) == "예: 고장"
    assert log["H8"].value.count("\n") == 2 and "제안: 2023-12-28" in log["H8"].value
