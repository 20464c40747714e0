"""What Korean uploads really look like, item by item (docs/uploads.md): what comes in and what goes out.

The first half reads files, without Spark. The second holds cells: a cell of one row as it is written, and the column
that is made of it with its repairs; all its rows are conformed at once.
"""

import unicodedata
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from pyspark.sql import functions as F

from jobs.conform import conform_table
from jobs.contracts import TableContract
from jobs.errors import DataError
from jobs.sources import RawCell, files, read_rows
from jobs.steps.conform import AS_READ, cell_in
from jobs.tables.bronze import RAW_CELLS
from jobs.tables.repairs import KINDS
from tests.support.contracts import contract_of
from tests.support.packages import edited, ole, xls, xlsx
from tests.support.tables import rows as rows_of

HEADING = ["작업번호", "설비번호", "작업일"]
SHEET = "xl/worksheets/sheet1.xml"


def written(cell: RawCell) -> str:
    """A cell's text, and what it stands for where that is another."""
    return f"{cell.text or ''}={cell.filled}" if cell.filled else cell.text or ""


def read(folder: Path, content: bytes, name: str = "log.xlsx", **reads) -> list[list[str]]:
    """Each row of a file as the reader has it: row number, kind, cells up to the last that says something."""
    (folder / name).write_bytes(content)
    contract = contract_of(kind="csv" if name.endswith("csv") else "workbook", **reads)
    return [trimmed([str(r.row), r.kind, *map(written, r.cells)]) for r in read_rows(folder / name, "rows", contract)]


def trimmed(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    return cells


def table(text: str) -> list[list[str]]:
    """A text table's rows as `read` gives them."""
    return [trimmed(row) for row in rows_of(text)]


def sheet(text: str, change=lambda sheet: None) -> bytes:
    """A workbook of the rows of a text table, `#44260` a number, `@2021-03-05` a date, then changed."""

    def cell(text: str):
        if text.startswith("@"):
            return datetime.fromisoformat(text[1:])
        return int(text[1:]) if text.startswith("#") else text or None

    def fill(book: openpyxl.Workbook) -> None:
        for row in rows_of(text):
            book.active.append([cell(text) for text in row])
        change(book)

    return xlsx(fill)


LOG = """
    a        | b        | c
    작업번호 | 설비번호 | 작업일
    W1       | P-101A   | 2021.3.5
"""
LOG_READ = table("""
    row | kind    | a        | b        | c
    1   | heading | 작업번호 | 설비번호 | 작업일
    2   | data    | W1       | P-101A   | 2021.3.5
""")


@pytest.mark.parametrize("encoding", ["cp949", "euc-kr", "utf-8", "utf-8-sig"])
def test_cp949_and_utf_8_with_and_without_bom(tmp_path, encoding):
    text = "\n".join(",".join(row) for row in rows_of(LOG))
    assert read(tmp_path, text.encode(encoding), "log.csv") == LOG_READ


@pytest.mark.parametrize("stated", [None, "euc-kr", "cp949"])
def test_bytes_that_strict_cp949_or_euc_kr_refuses(tmp_path, stated):
    """똠 is no letter of EUC-KR; C9A1 and FEFE are letters that a firm has made for itself."""
    row = "W1,펌프".encode("cp949") + b"\x8cc \xc9\xa1\xfe\xfe,2021.3.5\n"
    with pytest.raises(UnicodeDecodeError):
        row.decode("cp949")
    found = read(tmp_path, ",".join(HEADING).encode("cp949") + b"\n" + row, "log.csv", encoding=stated)
    assert found[1] == ["2", "data", "W1", "펌프똠 \ue000\ue0bb", "2021.3.5"]


def test_an_xls_beside_an_xlsx(tmp_path):
    folder = tmp_path / "2026-01-31"
    folder.mkdir()
    (folder / "new.xlsx").write_bytes(sheet(LOG))
    (folder / "old.xls").write_bytes(
        xls([HEADING, ["W2", "P-102", 44260.0], ["W3", "", "상동"]], merged=[(1, 2, 1, 1)])
    )
    found = files(contract_of(), tmp_path, date(2026, 1, 31))
    assert [file.name for file in found] == ["new.xlsx", "old.xls"]
    cells = [[written(c) for c in r.cells] for f in found for r in read_rows(f.path, f.table, contract_of(), f.name)]
    assert list(map(trimmed, cells)) == table("""
        a        | b        | c
        작업번호 | 설비번호 | 작업일
        W1       | P-101A   | 2021.3.5
        작업번호 | 설비번호 | 작업일
        W2       | P-102    | 2021-03-05
        W3       | =P-102   | 상동=2021-03-05
    """)


@pytest.mark.parametrize("name", ["log.hwp", "log.xlsx"])
def test_hwp_is_refused_with_the_way_to_xlsx(tmp_path, name):
    content = ole({"FileHeader": b"HWP Document File", "\x05HwpSummaryInformation": b""})
    with pytest.raises(DataError) as refused:
        read(tmp_path, content, name)
    assert str(refused.value) == (
        f"{name}: it is no workbook but a 한글 document (.hwp); copy its table into Excel and save it as .xlsx"
    )


def test_title_rows(tmp_path):
    assert read(tmp_path, sheet("""
        a                 | b        | c
        설비 정비이력     |          |
        2021년 3월        |          | (단위: 천원)
        작업번호          | 설비번호 | 작업일
        W1                | P-101A   | 2021.3.5
    """, lambda book: book.active.merge_cells("A1:C1"))) == table("""
        row | kind    | a             | b        | c
        1   | title   | 설비 정비이력 |          |
        2   | title   | 2021년 3월    |          | (단위: 천원)
        3   | heading | 작업번호      | 설비번호 | 작업일
        4   | data    | W1            | P-101A   | 2021.3.5
    """)  # fmt: skip


def test_two_row_merged_headings(tmp_path):
    def merge(book):
        for cells in ("A1:A2", "B1:C1", "D1:D2"):
            book.active.merge_cells(cells)

    content = sheet("""
        a        | b      | c    | d
        작업번호 | 설비   |      | 작업일
                 | 번호   | 명   |
        W1       | P-101A | 펌프 | 2021.3.5
    """, merge)  # fmt: skip
    (tmp_path / "log.xlsx").write_bytes(content)
    *_, row = read_rows(tmp_path / "log.xlsx", "rows", contract_of(header_rows=2))
    assert [(cell.heading, cell.text) for cell in row.cells] == [
        ("작업번호", "W1"), ("설비 번호", "P-101A"), ("설비 명", "펌프"), ("작업일", "2021.3.5"),
    ]  # fmt: skip


def test_merged_asset_cells(tmp_path):
    """The cells stay as they were delivered; what they stand for stands beside."""
    assert read(tmp_path, sheet("""
        a        | b        | c
        작업번호 | 설비번호 | 작업일
        W1       | P-101A   | 2021.3.5
        W2       |          | 2021.3.6
        W3       |          | 2021.3.7
        W4       |          | 2021.3.8
    """, lambda book: book.active.merge_cells("B2:B4"))) == table("""
        row | kind    | a        | b        | c
        1   | heading | 작업번호 | 설비번호 | 작업일
        2   | data    | W1       | P-101A   | 2021.3.5
        3   | data    | W2       | =P-101A  | 2021.3.6
        4   | data    | W3       | =P-101A  | 2021.3.7
        5   | data    | W4       |          | 2021.3.8
    """)  # fmt: skip


def test_subtotal_and_total_rows(tmp_path):
    assert [row[:2] for row in read(tmp_path, sheet("""
        a        | b        | c        | d
        작업번호 | 설비번호 | 작업일   | 비용
        W1       | P-101A   | 2021.3.5 | #3
        소계     |          |          | #3
        W2       | 합계기   | 2021.3.6 | #4
        3월 합계 |          | 2건      | 7천원
        Total    |          |          | #7
    """))] == table("""
        row | kind
        1   | heading
        2   | data
        3   | subtotal
        4   | data
        5   | subtotal
        6   | subtotal
    """)  # fmt: skip


def test_blank_separators(tmp_path):
    assert read(tmp_path, sheet("""
        a        | b        | c
        작업번호 | 설비번호 | 작업일
        ''       |          |
        W1       | P-101A   | 2021.3.5
        ''       |          |
        W2       | 〃       | 상동
    """)) == table("""
        row | kind    | a        | b         | c
        1   | heading | 작업번호 | 설비번호  | 작업일
        2   | blank
        3   | data    | W1       | P-101A    | 2021.3.5
        4   | blank
        5   | data    | W2       | 〃=P-101A | 상동=2021.3.5
    """)  # fmt: skip


def test_several_sheets(tmp_path):
    """Each sheet is read on its own: a ditto mark does not look into the sheet before."""

    def more(book):
        book.create_sheet("2월").append(HEADING)
        book["2월"].append(["W2", "〃", "2021.2.1"])
        book.create_sheet("빈 시트")

    (tmp_path / "log.xlsx").write_bytes(sheet(LOG, more))
    found = [(r.sheet, r.kind, written(r.cells[1])) for r in read_rows(tmp_path / "log.xlsx", "rows", contract_of())]
    assert found == [
        ("Sheet", "heading", "설비번호"), ("Sheet", "data", "P-101A"), ("2월", "heading", "설비번호"), ("2월", "data", "〃"),
    ]  # fmt: skip


def test_hidden_rows(tmp_path):
    """What a filter hides is a record all the same."""

    def hide(book):
        book.active.row_dimensions[2].hidden = True

    assert read(tmp_path, sheet(LOG, hide)) == LOG_READ


def test_formulas_with_cached_values(tmp_path):
    def formula(xml: bytes) -> bytes:
        cell = b'<c r="B2" t="str"><f>"P-"&amp;101&amp;"A"</f><v>P-101A</v></c>'
        before, _, after = xml.partition(b'<c r="B2"')
        return before + cell + after.partition(b"</c>")[2]

    assert read(tmp_path, edited(sheet(LOG), {SHEET: formula})) == LOG_READ
    with pytest.raises(
        DataError, match="cell B2: the formula has no stored result; open the file in Excel and save it"
    ):
        read(tmp_path, edited(sheet(LOG), {SHEET: lambda xml: formula(xml).replace(b"<v>P-101A</v>", b"")}))


COLUMN_OF_DATES = """
    a        | b        | c
    작업번호 | 설비번호 | 작업일
    W1       | P-101A   | 2021.3.5
    W2       | P-101A   | @2021-03-05
    W3       | P-101A   | @2021-03-05 15:20
    W4       | #42798   | {}
"""


def test_dates_as_text_and_as_serials_in_one_column(tmp_path):
    """A plain number of a 1904 workbook is a day only where a day is due."""

    def since_1904(book):
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904

    as_1900, as_1904 = (
        [row[2:] for row in read(tmp_path, sheet(COLUMN_OF_DATES.format(serial), change))[1:]]
        for serial, change in (("#44260", lambda book: None), ("#42798", since_1904))
    )
    wanted = table("""
        a  | b      | c
        W1 | P-101A | 2021.3.5
        W2 | P-101A | 2021-03-05
        W3 | P-101A | 2021-03-05 15:20:00
    """)
    assert as_1900 == [*wanted, ["W4", "42798", "44260"]]
    assert as_1904 == [*wanted, ["W4", "42798", "42798=44260"]]


def test_serials_of_an_xls(tmp_path):
    rows = [HEADING, ["W1", "P-101A", 42798.0], ["W2", "P-101A", 42798]]
    dates = [row[4] for row in read(tmp_path, xls(rows, is_1904=True), "log.xls")[1:]]
    assert dates == ["2021-03-05", "42798=44260"]
    assert [row[4] for row in read(tmp_path, xls(rows), "log.xls")[1:]] == ["2017-03-04", "42798"]


FEED = TableContract.model_validate({
    "key": "maintenance_id",
    "columns": {
        "maintenance_id": {"from": "작업번호"},
        "equipment_tag": {"from": ["설비번호", "설비"], "parse": "tag"},
        "occurred": {"from": "작업일", "parse": "korean_date"},
        "recorded_on": {"from": "등록일", "parse": "korean_date"},
        "category": {"from": "구분", "codes": {"고장": "corrective"}, "default": "other"},
        "downtime_h": {"from": "정지시간", "parse": "duration", "unit": "h"},
        "man_hours_h": {"from": "공수", "parse": "duration", "unit": "min"},
        "cost_krw": {"from": "비용", "parse": "number", "unit": "천원"},
        "subunit": {"from": "부위"},
        "text": {"from": "비고"},
    },
})  # fmt: skip

USUAL = {"작업번호": "W1", "설비번호": "P-101A", "작업일": "2021-03-05"}

IGNORED = "on_bad_value: ignore"
"""The item whose contract says so."""

CELLS = {
    "dates": """
        heading  | written               |    | column   | read as                 | repairs
        작업일   | 2021.3.5              | => | occurred | 2021-03-05              |
        작업일   | 2021.03.05.           | => | occurred | 2021-03-05              |
        작업일   | 2021-03-05            | => | occurred | 2021-03-05              |
        작업일   | 2021년 3월 5일        | => | occurred | 2021-03-05              |
        작업일   | 21/3/5                | => | occurred | 2021-03-05              | century: 21/3/5 → 2021-03-05
        작업일   | 72.3.5                | => | occurred | 1972-03-05              | century: 72.3.5 → 1972-03-05
        작업일   | 44260                 | => | occurred | 2021-03-05              | serial: 44260 → 2021-03-05
        작업일   | 42798 = 44260 | => | occurred | 2021-03-05 | since_1904: 42798 → 44260, serial: 44260 → 2021-03-05
        작업일   | 2021.3.5 오후 3:20    | => | occurred | 2021-03-05 15:20:00     |
        작업일   | 2021.2.30             | => | refused  | bad_korean_date         |
        작업일   | 3/5                   | => | refused  | bad_korean_date         |
        작업일   | 오후 3:20             | => | refused  | bad_korean_date         |
    """,
    "month precision": """
        heading  | written               |    | column      | read as                 | repairs
        작업일   | 2021년 3월            | => | occurred    | 2021-03-01 … 2021-03-31 |
        작업일   | 2021년 3월            | => | recorded_on | 2021-04-07              |
        작업일   | 21년 3월              | => | occurred    | 2021-03-01 … 2021-03-31 | century: 21년 3월 → 2021-03-01
        작업일   | 2024.02               | => | occurred    | 2024-02-01 … 2024-02-29 |
        등록일   | 2021.4                | => | recorded_on | 2021-04-30              | month: 2021.4 → 2021-04-30
    """,
    "day of record": """
        heading  | written               |    | column      | read as                 | repairs
        등록일   | 2021.3.9              | => | recorded_on | 2021-03-09              |
        등록일   | -                     | => | recorded_on | 2021-03-12              |
        등록일   | 2021.3.1              | => | recorded_on | 2021-03-05              | recorded_early: 2021.3.1 → 2021-03-05
        등록일   | 곧                    | => | refused     | bad_korean_date         |
    """,
    "night shift past midnight": """
        heading  | written               |    | column   | read as                 | repairs
        작업일   | 2021-12-31 25:30 | => | occurred | 2022-01-01 01:30:00 | past_midnight: 2021-12-31 25:30 → 2022-01-01 01:30:00
        작업일   | 2021-12-31 24:00 | => | occurred | 2022-01-01 | past_midnight: 2021-12-31 24:00 → 2022-01-01
        작업일   | 2021-12-31 31:00      | => | refused  | bad_korean_date         |
        작업일   | 2021-12-31 22시~익일 2시 | => | refused | bad_korean_date        |
    """,
    "units": """
        heading  | written               |    | column      | read as  | repairs
        정지시간 | 3시간 30분            | => | downtime_h  | 3.5      | unit: 3시간 30분 → 3.5 h
        정지시간 | 90분                  | => | downtime_h  | 1.5      | unit: 90분 → 1.5 h
        정지시간 | 2:30                  | => | downtime_h  | 2.5      | unit: 2:30 → 2.5 h
        정지시간 | 3시간                 | => | downtime_h  | 3        |
        정지시간 | 1.5h                  | => | downtime_h  | 1.5      |
        정지시간 | 3                     | => | downtime_h  | 3        |
        정지시간 | 약 3시간              | => | downtime_h  | 3        | about: 약 3시간 → 3 h
        정지시간 | 3㎜                   | => | refused     | bad_duration |
        공수     | 90                    | => | man_hours_h | 1.5      | unit: 90 → 1.5 h
        공수     | 2h                    | => | man_hours_h | 2        |
        비용     | 12                    | => | cost_krw    | 12000    | unit: 12 → 12000 KRW
        비용     | 500원                 | => | cost_krw    | 500      |
        비용     | 3 만 원               | => | cost_krw    | 30000    | unit: 3 만 원 → 30000 KRW
        비용     | 5㎏/㎠                | => | refused     | bad_number |
    """,
    "full-width digits and thousands commas": """
        heading  | written               |    | column      | read as  | repairs
        비용     | １，２３４원          | => | cost_krw    | 1234     |
        비용     | 1,234원               | => | cost_krw    | 1234     |
        비용     | 1,23원                | => | refused     | bad_number |
        작업일   | ２０２１.３.５        | => | occurred    | 2021-03-05 |
        정지시간 | １２시간              | => | downtime_h  | 12       |
    """,
    "NFD Hangul": """
        heading  | written               |    | column      | read as  | repairs
        비고     | nfd:씰 누유           | => | text        | 씰 누유  |
        구분     | nfd:고장              | => | category    | corrective |
        작업일   | nfd:2021년 3월 5일    | => | occurred    | 2021-03-05 |
        설비번호 | nfd:펌프-101          | => | equipment_tag | 펌프-101 |
        정지시간 | nfd:3시간             | => | downtime_h  | 3        |
    """,
    "nothing-words": """
        heading  | written               |    | column      | read as  | repairs
        비용     | 해당없음              | => | cost_krw    | null     |
        비용     | 없음                  | => | cost_krw    | null     |
        비용     | -                     | => | cost_krw    | null     |
        비용     | N/A                   | => | cost_krw    | null     |
        비용     | 미상                  | => | cost_krw    | null     |
        구분     | 미상                  | => | category    | other    |
        설비번호 | 미상                  | => | refused     | missing_equipment_tag |
    """,
    "ditto marks": """
        heading  | written               |    | column        | read as | repairs
        설비번호 | 〃 = P-102            | => | equipment_tag | P-102   | ditto: 〃 → P-102
        설비번호 | 상동 = P102-A         | => | equipment_tag | P-102A  | ditto: 상동 → P102-A, tag: P102-A → P-102A
        작업일   | 〃 = 21.3.5           | => | occurred      | 2021-03-05 | ditto: 〃 → 21.3.5, century: 21.3.5 → 2021-03-05
        비고     | 상동 = 씰 누유        | => | text          | 씰 누유 | ditto: 상동 → 씰 누유
        비고     | 상동 펌프             | => | text          | 상동 펌프 |
        비용     | 〃 = -                | => | cost_krw      | null    | ditto: 〃 → -
        설비번호 | 〃                    | => | refused       | bad_tag |
        구분     | 상동                  | => | refused       | bad_text |
        부위     | ″                     | => | refused       | bad_text |
        작업일   | 〃                    | => | refused       | bad_korean_date |
    """,
    "merged cells": """
        heading  | written               |    | column        | read as | repairs
        설비번호 | = P-102               | => | equipment_tag | P-102   | merged:  → P-102
        설비     | = P-102               | => | equipment_tag | P-101A  |
    """,
    "formula errors": """
        heading  | written               |    | column        | read as | repairs
        설비번호 | #REF!                 | => | refused       | bad_tag |
        비고     | #DIV/0!               | => | refused       | bad_text |
        비용     | #VALUE!               | => | refused       | bad_number |
        비용     | #N/A                  | => | cost_krw      | null    |
    """,
    IGNORED: """
        heading  | written               |    | column        | read as    | repairs
        비용     | 약 백만원쯤           | => | cost_krw      | null       | ignored: 약 백만원쯤 → None
        비용     | 약 백만원             | => | cost_krw      | null       | ignored: 약 백만원 → None
        비용     | 약 3천원              | => | cost_krw      | 3000       | about: 약 3천원 → 3000 KRW, unit: 약 3천원 → 3000 KRW
        등록일   | 나중에                | => | recorded_on   | 2021-03-12 | ignored: 나중에 → None
        비고     | #DIV/0!               | => | text          | null       | ignored: #DIV/0! → None
        작업일   | 언젠가                | => | refused       | bad_korean_date |
    """,
    "tags": """
        heading  | written               |    | column        | read as  | repairs
        설비번호 | 펌프                  | => | equipment_tag | 펌프     |
        설비번호 | Pump                  | => | equipment_tag | PUMP     | tag: Pump → PUMP
        설비번호 | P-101A                | => | equipment_tag | P-101A   |
        설비번호 | P101-A                | => | equipment_tag | P-101A   | tag: P101-A → P-101A
        설비번호 | P 101 A               | => | equipment_tag | P-101A   | tag: P 101 A → P-101A
        설비번호 | Ｐ－１０１Ａ          | => | equipment_tag | P-101A   | tag: Ｐ－１０１Ａ → P-101A
    """,
    "trailing blanks": """
        heading  | written               |    | column        | read as  | repairs
        설비번호 | 'P-101A　 '           | => | equipment_tag | P-101A   |
        비고     | '씰 누유   '          | => | text          | 씰 누유  |
    """,
    "personal names and phone numbers": """
        heading  | written                       |    | column            | read as | repairs
        비고     | 씰 누유, 김철수 과장 확인     | => | has_personal_data | True    |
        비고     | 담당자: 이영희                | => | has_personal_data | True    |
        비고     | 문의 010-1234-5678            | => | has_personal_data | True    |
        비고     | ０１０１２３４５６７８로 연락 | => | has_personal_data | True    |
        비고     | 씰 누유, 베어링 소음          | => | has_personal_data | False   |
        비고     | P-101A 2021-03-05 점검, 이상없음 | => | has_personal_data | False |
        비고     | -                             | => | has_personal_data | null    |
    """,
}
"""A cell under a heading, `= …` what it stands for; of the row, the column that is made of it and the row's repairs.

`refused` shows the reasons' codes; `nfd:` writes the Hangul as macOS does."""


def cells(heading: str, text: str) -> list[tuple[str, str | None, None, str | None]]:
    """The usual row with one cell written otherwise."""
    own, _, filled = text.partition("= ") if "= " in text else (text, "", "")
    if own.startswith("nfd:"):
        own = unicodedata.normalize("NFD", own.removeprefix("nfd:"))
    row = {name: (value, None) for name, value in USUAL.items()}
    row[heading] = (own.rstrip() or None if filled else own, filled or None)
    return [(name, value, None, stands_for) for name, (value, stands_for) in row.items()]


@pytest.fixture(scope="module")
def conformed(spark):
    """Every cell of `CELLS` in a row of its own, conformed at once, but those of IGNORED; by item, in order."""
    given = [(item, i, cells(*row[:2])) for item, text in CELLS.items() for i, row in enumerate(rows_of(text))]
    frame = spark.createDataFrame(given, f"item string, i int, _cells {RAW_CELLS.simpleString()}").coalesce(1)
    frame = frame.withColumn("_cells", F.expr(AS_READ))
    found = []
    for rows, is_kept in (
        (frame.where(F.col("item") != IGNORED), False),
        (frame.where(F.col("item") == IGNORED), True),
    ):
        cell = cell_in(rows, contract_of())
        made = conform_table(rows, "maintenance", FEED, cell, 7, keeps_bad_values=is_kept, cells="_cells")
        found += made.collect()
    return {item: [row for row in sorted(found, key=lambda row: row.i) if row.item == item] for item in CELLS}


def shown(row, column: str) -> str:
    """What became of a row, in one column."""
    record = row.maintenance
    if column == "refused":
        return ", ".join(reason.code for reason in row._reasons_maintenance)
    if column == "occurred":
        ends = [str(at).removesuffix(" 00:00:00") for at in (record.occurred_from, record.occurred_to)]
        return " … ".join(dict.fromkeys(ends))
    value = record[column]
    return "null" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


@pytest.mark.parametrize("item", CELLS)
def test_cells(item, conformed):
    wanted = [
        (heading, text, column, value, repairs) for heading, text, _, column, value, repairs in rows_of(CELLS[item])
    ]
    got = []
    for row, (heading, text, column, _, _) in zip(conformed[item], wanted, strict=True):
        assert column == "refused" or not row._reasons_maintenance, (text, row._reasons_maintenance)
        repairs = [] if column == "refused" else row.maintenance.repairs
        told = ", ".join(f"{r.kind}: {r.written or ''} → {r.read_as}" for r in repairs)
        got.append((heading, text, column, shown(row, column), told))
    assert got == wanted


def test_a_repair_names_the_column_of_the_contract(conformed):
    second = conformed["ditto marks"][1]
    assert [tuple(repair) for repair in second.maintenance.repairs] == [
        ("equipment_tag", "ditto", "상동", "P102-A"),
        ("equipment_tag", "tag", "P102-A", "P-102A"),
    ]


def test_every_kind_of_repair_has_an_example():
    there = {kind for text in CELLS.values() for row in rows_of(text) for kind in KINDS if f"{kind}:" in row[-1]}
    assert there == set(KINDS)
