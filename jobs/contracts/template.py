"""A workbook to type into, and its contract, for a firm that has its records on paper or in 한글 documents."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from jobs.contracts.checks import OCCURRED
from jobs.contracts.flow import flow
from jobs.contracts.schema import schema_line
from jobs.contracts.vocabulary import plainest_words
from jobs.contracts.words import CODES, DEFAULTS
from jobs.errors import UsageError
from jobs.tables import SILVER

LOG, REGISTER, GUIDE = "정비이력", "설비대장", "작성방법"
HEADING_ROW, FIRST_ROW, LAST_ROW = 2, 3, 5000
FONT = "맑은 고딕"
MUST, MAY = PatternFill("solid", fgColor="FFE699"), PatternFill("solid", fgColor="DDEBF7")
DATE_FORMAT, NUMBER_FORMAT, TEXT_FORMAT = "yyyy-mm-dd", "#,##0.##", "@"


@dataclass(frozen=True)
class Entry:
    """A column to type into: what fills which column of the lake, and what a person is told about it."""

    column: str
    heading: str
    says: str
    example: str
    is_needed: bool = False
    unit: str = ""


LOG_ENTRIES = (
    Entry("maintenance_id", "작업번호", "한 번 쓴 번호는 다시 쓰지 않습니다", "26-0001", is_needed=True),
    Entry("equipment_tag", "설비번호", "설비대장에 적은 번호에서 고릅니다", "P-101A", is_needed=True),
    Entry(OCCURRED, "작업일", "일을 한 날. 날을 모르면 2024년 3월처럼 달만 적습니다", "2026-03-05", is_needed=True),
    Entry("recorded_on", "등록일", "이 줄을 적은 날", "2026-03-06"),
    Entry("category", "구분", "고장이 나서 한 일인가, 미리 한 일인가", "고장", is_needed=True),
    Entry("activity", "작업내용", "무엇을 했는가", "교체", is_needed=True),
    Entry("preventive_basis", "근거", "예방이면, 왜 이때 했는가 (때가 되어서: 주기, 상태를 보고: 상태)", "주기"),
    Entry("impact", "영향", "고장이면, 설비가 어떻게 되었는가", "정지"),
    Entry("subunit", "부위", "설비의 어느 곳인가", "씰"),
    Entry("maintainable_item", "부품", "손본 부품", "메카니컬 씰"),
    Entry("downtime_h", "정지시간(시간)", "설비가 멈춘 시간", "4.5", unit="h"),
    Entry("man_hours_h", "작업공수(시간)", "사람 수 × 시간", "6", unit="h"),
    Entry("cost_krw", "비용(원)", "든 돈", "850,000", unit="원"),
    Entry("text", "비고", "본 대로 적습니다. 사람 이름과 전화번호는 적지 않습니다", "씰 누유, 진동은 없음"),
)
REGISTER_ENTRIES = (
    Entry("equipment_tag", "설비번호", "설비마다 하나, 겹치지 않게", "P-101A", is_needed=True),
    Entry("description", "설비명", "부르는 이름", "원료 이송펌프", is_needed=True),
    Entry("equipment_class", "설비종류", "목록에서 고릅니다", "펌프", is_needed=True),
    Entry("equipment_type", "형식", "종류 안의 형식", "원심"),
    Entry("manufacturer", "제작사", "만든 회사", "동진펌프"),
    Entry("model", "모델", "제작사의 모델", "DP-200"),
    Entry("serial_number", "제조번호", "명판의 번호", "21A-0815"),
    Entry("service", "용도", "다루는 물질이나 쓰임", "유기용제"),
    Entry("unit", "공정", "어느 공정의 설비인가", "1공정"),
    Entry("load_share", "부하율(%)", "평소 부하, 정격의 몇 %인가", "80", unit="%"),
    Entry("commissioned_on", "가동일", "처음 돌린 날. 모르면 2015년 3월처럼 달만", "2015-03-20", is_needed=True),
    Entry("criticality_production", "생산중요도", "멈추면 생산에 얼마나 큰일인가", "상"),
    Entry("has_spare", "예비품", "예비기나 예비품이 있는가", "유"),
    Entry("spare_lead_d", "예비품 납기(일)", "예비품을 주문하면 며칠 걸리는가", "30", unit="d"),
    Entry("is_shutdown_only", "정지중작업", "공장을 세워야만 손댈 수 있는가", "무"),
    Entry("legal_inspection_due_on", "법정검사기한", "다음 법정검사의 마지막 날", "2027-06-30"),
    Entry("legal_inspection_basis", "법정검사근거", "검사를 요구하는 법령", "산업안전보건법 제93조"),
)
YES_NO = ("유", "무")
UNIT_PARSES = {"h": "duration", "d": "integer"}
"""How a cell of a unit is read; any other is a number."""


def template(firm: str, folder: Path) -> tuple[Path, Path]:
    """Write FIRM.xlsx and its contract FIRM.yaml into a folder; existing files are never overwritten."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{1,39}", firm):
        raise UsageError(f"{firm!r} is no name for a firm; take 2 to 40 small letters, digits and _, a letter first")
    folder.mkdir(parents=True, exist_ok=True)
    book, contract = folder / f"{firm}.xlsx", folder / f"{firm}.yaml"
    if standing := next((path for path in (book, contract) if path.exists()), None):
        raise UsageError(f"{standing} is there already; move it away or name another folder")
    workbook().save(book)
    contract.write_text(f"{schema_line(contract)}\n{contract_text(firm)}", encoding="utf-8")
    return book, contract


def workbook() -> Workbook:
    """The empty workbook: how to fill it in, the log and the register."""
    book = Workbook()
    guide = book.active
    assert isinstance(guide, Worksheet)
    guide.title = GUIDE
    _write_guide(guide)
    for name, entries, told in (
        (LOG, LOG_ENTRIES, "정비이력: 한 건에 한 줄, 3행부터 적습니다. 노란 칸은 꼭 채웁니다. 모르면 비워 둡니다."),
        (REGISTER, REGISTER_ENTRIES, "설비대장: 설비 하나에 한 줄, 3행부터 적습니다. 노란 칸은 꼭 채웁니다."),
    ):
        _write_sheet(book.create_sheet(name), "maintenance" if name == LOG else "equipment", entries, told)
    return book


def _write_sheet(sheet: Worksheet, table: str, entries: Sequence[Entry], told: str) -> None:
    sheet["A1"] = told
    sheet["A1"].font = Font(name=FONT, bold=True)
    thin = Side(style="thin", color="999999")
    for at, entry in enumerate(entries, start=1):
        letter = get_column_letter(at)
        heading = sheet.cell(HEADING_ROW, at, entry.heading)
        heading.font = Font(name=FONT, bold=True)
        heading.fill = MUST if entry.is_needed else MAY
        heading.border = Border(bottom=thin)
        heading.alignment = Alignment(horizontal="center")
        heading.comment = Comment(f"{entry.says}\n예: {entry.example}", "yeji")
        sheet.column_dimensions[letter].width = 32 if entry.column in ("text", "description") else 14
        sheet.column_dimensions[letter].number_format = _number_format(table, entry)
        if validation := _validation(table, entry):
            validation.add(f"{letter}{FIRST_ROW}:{letter}{LAST_ROW}")
            sheet.add_data_validation(validation)
    sheet.freeze_panes = f"A{FIRST_ROW}"


def _kind(table: str, entry: Entry) -> str:
    return "date" if entry.column == OCCURRED else str(SILVER[table].field(entry.column).type)


def _number_format(table: str, entry: Entry) -> str:
    return {"date": DATE_FORMAT, "double": NUMBER_FORMAT, "boolean": TEXT_FORMAT}.get(_kind(table, entry), TEXT_FORMAT)


def _validation(table: str, entry: Entry) -> DataValidation | None:
    """What a cell accepts: a list is strict where the words are codes, a hint where another word may be right."""
    words = list(plainest_words(entry.column).values())
    if words or _kind(table, entry) == "boolean":
        listed = ",".join(words or YES_NO)
        return DataValidation("list", formula1=f'"{listed}"', allow_blank=True, showErrorMessage=True,
                              errorTitle=entry.heading, error="목록에서 골라 주세요.")  # fmt: skip
    if table == "maintenance" and entry.column == "equipment_tag":
        known = f"{REGISTER}!$A${FIRST_ROW}:$A${LAST_ROW}"
        return DataValidation("list", formula1=known, allow_blank=True, showErrorMessage=True, errorStyle="warning",
                              errorTitle=entry.heading, error="설비대장에 없는 번호입니다. 맞습니까?")  # fmt: skip
    if _kind(table, entry) == "double":
        return DataValidation("decimal", operator="greaterThanOrEqual", formula1="0", allow_blank=True,
                              showErrorMessage=True, errorTitle=entry.heading, error="0 이상의 수만 적어 주세요.")  # fmt: skip
    return None


def _write_guide(sheet: Worksheet) -> None:
    lines = (
        ("이 파일을 채우는 법",),
        ("1. 설비대장 시트에 설비를 먼저 적고, 정비이력 시트에 한 일을 적습니다.",),
        ("2. 제목 줄과 시트 이름은 바꾸지 않습니다. 열을 지우지 않습니다.",),
        ("3. 모르는 칸은 비워 둡니다. 없음, 미상, - 도 빈칸으로 봅니다.",),
        ("4. 보낼 때는 처음부터 지금까지 전부가 든 이 파일을 그대로 보냅니다.",),
        (),
        ("시트", "제목", "꼭 적기", "무엇을 적나", "예", "고를 수 있는 말"),
    )
    for line in lines:
        sheet.append(line)
    for name, table, entries in ((LOG, "maintenance", LOG_ENTRIES), (REGISTER, "equipment", REGISTER_ENTRIES)):
        for entry in entries:
            words = plainest_words(entry.column).values() or (YES_NO if _kind(table, entry) == "boolean" else ())
            needed = "예" if entry.is_needed else ""
            sheet.append((name, entry.heading, needed, entry.says, entry.example, ", ".join(words)))
    for row in sheet.iter_rows():
        for cell in row:
            cell.font = Font(name=FONT, bold=cell.row in (1, len(lines)))
    for letter, width in zip("ABCDEF", (10, 16, 8, 60, 22, 60), strict=True):
        sheet.column_dimensions[letter].width = width


def contract_text(firm: str) -> str:
    """The contract by which the workbook is read."""
    path = f"{firm}/{{delivery_date}}/*.xlsx"
    lines = [
        f"# {firm}: `yeji contract template`이 만든 엑셀에 손으로 옮겨 적은 기록.",
        f"source: {firm}",
        f"firm: {firm}",
        f"title: {firm} 설비 정비이력",
        "reads:",
        "  kind: workbook",
        "  tables:",
        f"    log: {flow({'path': path, 'sheet': LOG})}",
        f"    register: {flow({'path': path, 'sheet': REGISTER})}",
        'schedule: "0 2 * * *"',
        "delivers: everything   # 보낼 때마다 전부를 보낸다. 빠진 작업번호는 취소로 본다",
        "tables:",
        *_table_text("maintenance", "log", "maintenance_id", LOG_ENTRIES),
        *_table_text("equipment", "register", "equipment_tag", REGISTER_ENTRIES),
        "lives:",
        "  population: sme",
        "  item: equipment_tag",
        "  ends: {table: maintenance, category: [corrective], impact: [stopped, leaked]}",
        "  renews: [replace, overhaul]",
        "  merge_within_days: 2",
        "# records_complete_from: {maintenance: 2026-01-01}   이날부터 빠짐없이 적었다",
        "# costs: {failure: 원, planned: 원, downtime_h: 원}   고장 한 번, 계획 정비 한 번, 정지 한 시간",
    ]
    return "\n".join(lines) + "\n"


def _table_text(table: str, source: str, key: str, entries: Sequence[Entry]) -> list[str]:
    rules = [f"      {entry.column}: {flow(_rule(table, entry))}" for entry in entries]
    return [f"  {table}:", f"    from: {source}", f"    key: [{key}]", "    columns:", *rules]


def _rule(table: str, entry: Entry) -> dict[str, object]:
    rule: dict[str, object] = {"from": [entry.heading]}
    kind = _kind(table, entry)
    if entry.column == "equipment_tag":
        rule["parse"] = "tag"
    elif kind == "date":
        rule["parse"] = "korean_date"
    elif kind == "boolean":
        rule["parse"] = "boolean"
    elif kind in ("double", "int"):
        rule |= {"parse": UNIT_PARSES.get(entry.unit, "number"), "unit": entry.unit}
    elif entry.column in CODES:
        rule["codes"] = {word: code for code, word in plainest_words(entry.column).items()}
        if entry.column in DEFAULTS:
            rule["default"] = DEFAULTS[entry.column]
    return rule
