"""Why a delivered file, or a whole delivery, is not taken in: every kind of refusal, in English and in Korean.

The Korean is for the firm's clerk, the English for who runs the platform; both say what is wrong and what to do, of the
same facts. What only an operator can mend (a contract, a database, a right) is no refusal of a file: see `jobs.errors`.
"""

import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from jobs.errors import DataError
from jobs.korean import with_particle


class Both(NamedTuple):
    """The same in both languages."""

    english: str
    korean: str


Fact = str | int | Both
Place = Mapping[str, Fact]
"""Where something is wrong: `file`, and where known `sheet`, `row`, `line`, `column`, `cell`; or `source` and `delivered`."""


@dataclass(frozen=True)
class Kind:
    """A kind of refusal: what is wrong, and what to do, as templates over facts.

    `{name:이/가}` is a fact with the particle that its last sound takes.
    """

    what: Both
    remedy: Both


@dataclass(frozen=True)
class Refusal:
    """One refusal: its kind, and the facts that its sentences name, those of its place among them."""

    kind: str
    facts: Mapping[str, Fact] = field(default_factory=dict)

    @property
    def english(self) -> str:
        """The sentence: the place, what is wrong, and what to do."""
        what, remedy = (self._said(part, 0) for part in _parts(self.kind))
        return f"{self._placed(ENGLISH_PLACES)}: {what}; {remedy}"

    @property
    def korean(self) -> str:
        """The same for the firm's clerk."""
        what, remedy = (self._said(part, 1) for part in _parts(self.kind))
        return f"{self._placed(KOREAN_PLACES)}: {what} {remedy}"

    @property
    def both(self) -> str:
        """Both sentences, on lines of their own."""
        return f"{self.english}\n{self.korean}"

    def _said(self, part: Both, language: int) -> str:
        facts = {name: fact[language] if isinstance(fact, Both) else fact for name, fact in self.facts.items()}
        return TEMPLATES.vformat(part[language], (), facts)

    def _placed(self, places: Mapping[str, str]) -> str:
        return "".join(form.format(self.facts[name]) for name, form in places.items() if name in self.facts)


class Refused(DataError):
    """A delivered file, or a delivery, is refused: `str()` is the English sentence, `korean` the one for its firm."""

    def __init__(self, kind: str, place: Place, **facts: Fact) -> None:
        self.refusal = Refusal(kind, {**place, **facts})
        super().__init__(self.refusal.english, self.refusal.korean)

    def told(self) -> dict[str, Any]:
        """Kind and facts, as another process is told of them in JSON."""
        return {"kind": self.refusal.kind, "facts": dict(self.refusal.facts)}


def from_told(told: Any, place: Place) -> Refused:
    """The refusal that another process told (`Refused.told`); a damaged file at the place, where that is none."""
    try:
        facts = {name: Both(*fact) if isinstance(fact, list) else fact for name, fact in told["facts"].items()}
        return Refused(told["kind"], {}, **{**facts, **place})
    except (KeyError, TypeError, ValueError, AttributeError):
        return Refused("reader_broke", place)


def _parts(kind: str) -> tuple[Both, Both]:
    return KINDS[kind].what, KINDS[kind].remedy


class _Templates(string.Formatter):
    """Templates in which a field may ask for a Korean particle: `{columns:이/가}`."""

    def format_field(self, value: Any, format_spec: str) -> Any:
        """The field, with its particle where one is asked for."""
        if "/" in format_spec:
            return with_particle(str(value), *format_spec.split("/"))
        return super().format_field(value, format_spec)


TEMPLATES = _Templates()

ENGLISH_PLACES = {
    "source": "{}",
    "delivered": "|{}",
    "file": "{}",
    "sheet": ", sheet {}",
    "row": ", row {}",
    "line": ", line {:,}",
    "column": ", column {}",
    "cell": ", cell {}",
}
KOREAN_PLACES = {
    "source": "{}",
    "delivered": "의 {} 자료",
    "file": "{}",
    "sheet": ", ‘{}’ 시트",
    "row": " {}행",
    "line": ", {:,}번째 줄",
    "column": " {}열",
    "cell": " {} 셀",
}

WORKBOOK: Place = {
    "form": Both("workbook", "엑셀 파일"),
    "saved": Both("an Excel workbook (.xlsx)", "‘Excel 통합 문서(.xlsx)’"),
    "copied": Both(".xlsx", "‘Excel 통합 문서(.xlsx)’"),
}
CSV: Place = {
    "form": Both("CSV", "CSV 파일"),
    "saved": Both("CSV UTF-8", "‘CSV UTF-8(쉼표로 분리)’"),
    "copied": Both("CSV UTF-8", "‘CSV UTF-8(쉼표로 분리)’"),
}
"""What a file should have been, as facts of the kinds that say what it is instead."""

SAVE_AS_XLSX = Both(
    "open it in Excel and save it as an Excel workbook (.xlsx)",
    "엑셀에서 열어 ‘Excel 통합 문서(.xlsx)’로 다시 저장해 주세요.",
)
SAVE_AS_CSV = Both(
    "open it in Excel and save it as CSV UTF-8",
    "엑셀에서 열어 ‘CSV UTF-8(쉼표로 분리)’로 다시 저장해 주세요.",
)
SAVE = Both("open it in Excel and save it as {saved}", "엑셀에서 열어 {saved}로 다시 저장해 주세요.")
REPAIR = Both(
    "open it in Excel, which may repair it, and save it as an Excel workbook (.xlsx)",
    "엑셀에서 열어 복구한 뒤 ‘Excel 통합 문서(.xlsx)’로 다시 저장해 주세요.",
)
COPY_TABLE = Both(
    "copy its table into Excel and save it as {copied}", "그 안의 표를 엑셀에 옮겨 {copied}로 저장해 주세요."
)
COPY_TABLE_OR_ASK = Both(
    COPY_TABLE.english,
    "그 안의 표를 엑셀에 옮겨 {copied}로 저장하거나, 담당자에게 엑셀 양식을 받아 옮겨 적어 주세요.",
)
DELIVER_AGAIN = Both(
    "copy it again from where it came, and deliver it once it is whole",
    "원래 파일을 다시 복사하여 온전한 파일을 보내 주세요.",
)
DELIVER_TABLE = Both("deliver the table that it was made from", "이 파일을 만들 때 쓴 원래 표를 보내 주세요.")
UNPACK = Both("unpack it and deliver the file inside", "압축을 풀고 안에 든 파일을 보내 주세요.")
PUT_FILE = Both("put the file itself there", "그 자리에 파일을 직접 넣어 주세요.")
RENAME = Both("rename it and deliver it again", "파일 이름을 바꾸어 다시 보내 주세요.")
PUT_MARK_RIGHT = Both("put the mark right, or shorten the cell", "따옴표를 바로잡거나 칸의 글을 줄여 주세요.")
SMALLER = Both(
    "delete what stands beyond its table, or split it; if it is small, save it as a new .xlsx",
    "표 바깥에 남아 있는 내용을 지우거나 파일을 나누어 보내 주세요. 작은 파일이면 새 엑셀 파일(.xlsx)로 다시 저장해 주세요.",
)


def _instead(english: str, korean: str, remedy: Both) -> Kind:
    """A file that is something else than what it should be."""
    return Kind(Both(f"it is no {{form}} but {english}", f"{{form:이/가}} 아니라 {korean}입니다."), remedy)


OTHER_FILES = {
    "drm": _instead(
        "a file locked by document security (DRM)",
        "문서보안(DRM)이 걸린 파일",
        Both("release it (문서보안 해제) and deliver it again", "문서보안을 해제하고 다시 보내 주세요."),
    ),
    "zeros": _instead(
        "a file of nothing but zeros, the trace of a copy that was cut off",
        "복사하다 끊겨 내용이 없는 파일",
        DELIVER_AGAIN,
    ),
    "pdf": _instead("a PDF", "PDF 파일", DELIVER_TABLE),
    "picture": _instead("a picture", "그림 파일", DELIVER_TABLE),
    "archive": _instead("a compressed archive", "압축 파일", UNPACK),
    "zip": _instead(
        "a zip archive",
        "압축 파일(zip)",
        Both("unpack it and deliver the file inside, as .xlsx", "압축을 풀고 안에 든 파일을 .xlsx로 보내 주세요."),
    ),
    "hwp": _instead("a 한글 document (.hwp)", "한글 문서(.hwp)", COPY_TABLE_OR_ASK),
    "hwpx": _instead("a 한글 document (.hwpx)", "한글 문서(.hwpx)", COPY_TABLE_OR_ASK),
    "hml": _instead("a 한글 document (.hml)", "한글 문서(.hml)", COPY_TABLE_OR_ASK),
    "word": _instead("a Word document", "워드 문서", COPY_TABLE),
    "presentation": _instead("a presentation", "파워포인트 문서", COPY_TABLE),
    "xml_2003": _instead("an XML table of Excel 2003", "엑셀 2003의 XML 표", SAVE),
    "mht": _instead("a web page (.mht)", "웹 페이지(.mht)", SAVE),
    "html": _instead("a web page (HTML)", "웹 페이지(HTML)", SAVE),
    "xml": _instead("an XML file", "XML 파일", SAVE),
    "parquet": _instead(
        "a Parquet file",
        "Parquet 파일",
        Both(
            "state `kind: parquet` in the contract, or deliver what the contract says",
            "약속한 형식의 파일로 보내 주세요.",
        ),
    ),
    "database": _instead(
        "a database",
        "데이터베이스 파일",
        Both("export the table and deliver that", "표를 엑셀이나 CSV로 내보내어 그 파일을 보내 주세요."),
    ),
    "program": _instead("a program", "프로그램 파일", Both("deliver the table itself", "표가 든 파일을 보내 주세요.")),
}

KINDS: dict[str, Kind] = OTHER_FILES | {
    "empty_file": Kind(
        Both("the file is empty (0 bytes)", "빈 파일입니다(0바이트)."),
        Both("deliver it again", "내용이 든 파일을 다시 보내 주세요."),
    ),
    "no_file": Kind(Both("no such file", "파일이 없습니다."), Both("deliver it again", "다시 보내 주세요.")),
    # what lies in the inbox
    "link_to_nothing": Kind(Both("it is a link to nothing", "가리키는 파일이 없는 바로 가기(링크)입니다."), PUT_FILE),
    "link_out": Kind(
        Both("it is a link that leaves the inbox", "다른 폴더를 가리키는 바로 가기(링크)입니다."), PUT_FILE
    ),
    "folder": Kind(Both("it is a folder where a file should be", "파일이 있어야 할 자리에 폴더가 있습니다."), PUT_FILE),
    "no_ordinary_file": Kind(Both("it is no ordinary file", "일반 파일이 아닙니다."), PUT_FILE),
    "name_not_utf8": Kind(
        Both(
            "its name is not written in UTF-8, as some unpackers leave it",
            "압축을 풀 때 파일 이름의 글자가 깨진 것 같습니다(UTF-8이 아님).",
        ),
        RENAME,
    ),
    "name_unseen": Kind(
        Both("its name holds signs that cannot be seen (�)", "파일 이름에 보이지 않는 글자(�)가 있습니다."), RENAME
    ),
    "same_name": Kind(
        Both("another file has the same name", "이름이 같은 파일이 또 있습니다."),
        Both("rename one and deliver it again", "한쪽 이름을 바꾸어 다시 보내 주세요."),
    ),
    "no_day": Kind(
        Both("its place says no day", "폴더나 파일 이름에서 보낸 날을 알 수 없습니다."),
        Both(
            "name it by the day of the delivery (YYYY-MM-DD)",
            "이름에 보낸 날을 2026-01-31처럼 적어 주세요.",
        ),
    ),
    # what lies beside the files that the contract asks for
    "unread": Kind(
        Both("no table of the contract reads it", "약속한 이름이나 형식이 아니어서 읽지 않았습니다."),
        Both(
            "if it holds records, deliver it as {paths}, else leave it out",
            "기록이 든 파일이면 약속한 이름과 형식({paths})으로 보내 주시고, 아니면 빼 주세요.",
        ),
    ),
    "unread_hwp": Kind(
        Both("no table of the contract reads it, for it is a 한글 document", "한글 문서여서 읽지 않았습니다."),
        COPY_TABLE_OR_ASK,
    ),
    "unread_workbook": Kind(
        Both(
            "no table of the contract reads it, for it is a workbook of another form ({ending})",
            "약속한 형식의 파일이 아니어서({ending}) 읽지 않았습니다.",
        ),
        SAVE,
    ),
    "twin": Kind(
        Both("it holds the same bytes as {other}, which was read", "{other:과/와} 내용이 똑같아 한 번만 읽었습니다."),
        Both("leave one of them out", "둘 가운데 하나만 보내 주세요."),
    ),
    # workbooks: the file
    "text_as_workbook": Kind(
        Both(
            "it is no workbook but plain text (CSV) under a workbook's name",
            "엑셀 파일이 아니라 이름만 엑셀인 텍스트(CSV)입니다.",
        ),
        Both(f"{SAVE_AS_XLSX.english}, or state `kind: csv` in the contract", SAVE_AS_XLSX.korean),
    ),
    "no_workbook": Kind(
        Both(
            "it is no workbook, or a damaged one (it begins as no .xlsx or .xls does)",
            "엑셀 파일이 아니거나 손상된 파일입니다.",
        ),
        SAVE_AS_XLSX,
    ),
    "old_office": Kind(
        Both(
            "it has the form of an old Office file but holds no workbook",
            "옛 오피스 파일이지만 그 안에 엑셀 통합 문서가 없습니다.",
        ),
        SAVE_AS_XLSX,
    ),
    "password": Kind(
        Both("it is locked with a password", "암호가 걸려 있어 열 수 없습니다."),
        Both("remove the password in Excel and save it again", "엑셀에서 암호를 풀고 다시 저장해 주세요."),
    ),
    "macros": Kind(
        Both("it carries macros, which are not let in", "매크로가 든 파일은 받지 않습니다."),
        Both(
            "save it as .xlsx, which has none",
            "매크로가 없는 ‘Excel 통합 문서(.xlsx)’로 다시 저장해 주세요.",
        ),
    ),
    "xlsb": Kind(Both("it is a binary workbook (.xlsb)", "바이너리 통합 문서(.xlsb)는 받지 않습니다."), SAVE_AS_XLSX),
    "ods": Kind(Both("it is an OpenDocument file", "오픈도큐먼트(OpenDocument) 파일은 받지 않습니다."), SAVE_AS_XLSX),
    "cut_off": Kind(Both("it is damaged or cut off", "파일이 손상되었거나 복사하다 끊겼습니다."), DELIVER_AGAIN),
    "odd_packing": Kind(
        Both("it is packed in a way that Excel does not pack", "엑셀이 쓰지 않는 방식으로 압축되어 있습니다."),
        SAVE_AS_XLSX,
    ),
    "part_leads_out": Kind(
        Both(
            "its part {part!r} is named to lead out of the file",
            "파일 안의 {part!r:은/는} 파일 바깥을 가리키므로 받지 않습니다.",
        ),
        SAVE_AS_XLSX,
    ),
    "part_twice": Kind(
        Both("its part {part!r} is there twice", "파일 안에 {part!r:이/가} 두 번 들어 있습니다."), SAVE_AS_XLSX
    ),
    "many_parts": Kind(
        Both(
            "it has {parts:,} parts and may have {most:,}",
            "파일 안의 조각이 {parts:,}개입니다({most:,}개까지 받습니다).",
        ),
        SAVE_AS_XLSX,
    ),
    "unpacks_large": Kind(
        Both(
            "it unpacks to more than {most} MiB (limit: YEJI_READER_UNPACKED_MIB)",
            "파일 안의 내용을 모두 펼치면 {most} MiB를 넘습니다.",
        ),
        Both("split it into smaller files", "여러 파일로 나누어 보내 주세요."),
    ),
    "zip_bomb": Kind(
        Both(
            "it unpacks to more than {times} times its size, as a zip bomb does",
            "파일 안의 내용을 펼치면 파일 크기의 {times}배를 넘어 보통 엑셀 파일로 볼 수 없습니다.",
        ),
        SAVE_AS_XLSX,
    ),
    "doctype": Kind(
        Both(
            "its part {part!r} declares a DOCTYPE, which no workbook needs",
            "파일 안의 {part!r}에 엑셀 파일에는 없어야 할 선언(DOCTYPE)이 있습니다.",
        ),
        SAVE_AS_XLSX,
    ),
    "part_size": Kind(
        Both(
            "its part {part!r} says it has {stated:,} bytes and has {size:,}",
            "파일 안의 {part!r:은/는} 적힌 크기({stated:,}바이트)와 실제 크기({size:,}바이트)가 다릅니다.",
        ),
        SAVE_AS_XLSX,
    ),
    "part_encoding": Kind(
        Both(
            "its part {part!r} is not written in UTF-8",
            "파일 안의 {part!r:이/가} 엑셀이 쓰는 인코딩(UTF-8)이 아닙니다.",
        ),
        SAVE_AS_XLSX,
    ),
    "cannot_be_opened": Kind(
        Both("it is damaged, so that it cannot be opened", "파일이 손상되어 열 수 없습니다."), REPAIR
    ),
    "reader_broke": Kind(Both("it is damaged", "파일이 손상되었습니다."), REPAIR),
    "slow": Kind(
        Both(
            "reading it takes more than {seconds} s (limit: YEJI_READER_SECONDS)",
            "읽는 데 {seconds}초가 넘게 걸려 받지 못했습니다.",
        ),
        SMALLER,
    ),
    "large": Kind(
        Both(
            "reading it takes more than {memory} MiB of memory (limit: YEJI_READER_MEMORY_MIB)",
            "읽는 데 메모리가 {memory} MiB 넘게 들어 받지 못했습니다.",
        ),
        SMALLER,
    ),
    "wide_merges": Kind(
        Both("merged ranges cover {cells:,} cells ({part})", "병합한 셀이 {cells:,}칸에 걸쳐 있습니다({part})."),
        Both("unmerge them, save it again", "셀 병합을 풀고 다시 저장해 주세요."),
    ),
    # workbooks: a sheet
    "no_sheet": Kind(
        Both(
            "no sheet named {pattern!r} holds a row (sheets: {sheets})",
            "읽을 시트({pattern!r})에 내용이 없습니다(파일에 있는 시트: {sheets}).",
        ),
        Both(
            "rename the sheet, or correct `sheet` in the contract",
            "자료를 넣은 시트의 이름을 확인하여 다시 보내 주세요.",
        ),
    ),
    "sheet_lost": Kind(Both("its rows are not in the file", "시트의 내용이 파일에 들어 있지 않습니다."), REPAIR),
    "sheet_damaged": Kind(Both("it is damaged and cannot be read", "시트가 손상되어 읽을 수 없습니다."), REPAIR),
    "sheet_damaged_after": Kind(
        Both(
            "it is damaged and cannot be read after row {after:,}",
            "시트가 손상되어 {after:,}행 다음부터 읽을 수 없습니다.",
        ),
        REPAIR,
    ),
    "row_order": Kind(
        Both(
            "row {number:,} comes after row {last:,}", "{last:,}행 다음에 {number:,}행이 나와 행의 차례가 어긋납니다."
        ),
        REPAIR,
    ),
    "row_beyond": Kind(
        Both(
            "row {number:,} is beyond a sheet's last ({last:,})",
            "{number:,}행은 시트의 마지막 행({last:,}행)을 넘습니다.",
        ),
        REPAIR,
    ),
    "column_beyond": Kind(
        Both(
            "it has a column {number:,}, and a sheet has at most {most:,}",
            "{number:,}번째 열까지 있습니다(시트에는 {most:,}열까지 있을 수 있습니다).",
        ),
        REPAIR,
    ),
    "no_result": Kind(
        Both("the formula has no stored result", "수식의 계산 결과가 저장되어 있지 않습니다."),
        Both("open the file in Excel and save it", "파일을 엑셀에서 열어 다시 저장해 주세요."),
    ),
    "merged_apart": Kind(
        Both(
            "the cell is merged with one above and says something else",
            "위 셀과 병합되어 있는데 다른 값이 들어 있습니다.",
        ),
        Both("unmerge the cells", "셀 병합을 풀고 다시 저장해 주세요."),
    ),
    "cell_twice": Kind(Both("the cell is there twice", "같은 셀이 두 번 들어 있습니다."), REPAIR),
    "long_cell": Kind(
        Both(
            "the cell has {size:,} characters, and Excel allows {most:,}",
            "셀의 글이 {size:,}자입니다(엑셀에서는 {most:,}자까지 됩니다).",
        ),
        Both("shorten it", "글을 줄여 주세요."),
    ),
    "long_row": Kind(
        Both(
            "it holds {size:,} characters, and {most:,} are let in",
            "한 행의 글이 모두 {size:,}자입니다({most:,}자까지 받습니다).",
        ),
        Both("shorten its cells", "셀의 글을 줄여 주세요."),
    ),
    # csv files
    "packed_as_csv": Kind(
        Both(
            "it is no CSV but a workbook, a 한글 document or another packed file",
            "CSV 파일이 아니라 엑셀 파일이나 한글 문서, 또는 압축 파일입니다.",
        ),
        Both(f"{SAVE_AS_CSV.english}, or state `kind: workbook` in the contract", SAVE_AS_CSV.korean),
    ),
    "no_text": Kind(
        Both(
            "it is no text in {encodings}, or two encodings are mixed",
            "글자를 {encodings} 인코딩으로 읽을 수 없거나, 두 인코딩이 섞여 있습니다.",
        ),
        Both(f"{SAVE_AS_CSV.english}, or state its `encoding` in the contract", SAVE_AS_CSV.korean),
    ),
    "nul_bytes": Kind(
        Both(
            "it holds NUL bytes, as a copy that was cut off does, or text in UTF-16 without its mark",
            "복사하다 끊긴 파일에 남는 빈 바이트(NUL)가 있습니다.",
        ),
        Both(
            f"{DELIVER_AGAIN.english}, or save it as CSV UTF-8",
            "원래 파일을 다시 복사하여 보내거나, 엑셀에서 열어 ‘CSV UTF-8(쉼표로 분리)’로 다시 저장해 주세요.",
        ),
    ),
    "long_line": Kind(
        Both(
            "it is longer than {most:,} characters, so it is no row of a table",
            "한 줄이 {most:,}자를 넘어 표의 행으로 볼 수 없습니다.",
        ),
        SAVE_AS_CSV,
    ),
    "quote_open": Kind(
        Both("a quotation mark is opened there and never closed", "여기서 연 따옴표가 닫히지 않았습니다."),
        Both("close it, or take it away", "따옴표를 닫거나 지워 주세요."),
    ),
    "quote_torn": Kind(
        Both(
            "a quotation mark opened there is closed in the midst of line {closed:,}, so rows run into one another",
            "여기서 연 따옴표가 {closed:,}번째 줄 한가운데에서 닫혀 여러 행이 한데 붙었습니다.",
        ),
        Both(
            "put the mark right (a {quote} inside a cell is written twice)",
            "따옴표를 바로잡아 주세요(칸 안의 {quote} 표시는 두 번 적습니다).",
        ),
    ),
    "long_field": Kind(
        Both(
            "a cell there holds more than {most:,} characters, mostly because a quotation mark is opened and never closed",
            "한 칸의 글이 {most:,}자를 넘습니다. 대개 따옴표를 열고 닫지 않아서 그렇습니다.",
        ),
        PUT_MARK_RIGHT,
    ),
    "many_columns": Kind(
        Both(
            "it has {columns:,} columns, and a table may have {most:,}",
            "열이 {columns:,}개입니다({most:,}개까지 받습니다).",
        ),
        Both("deliver the table alone", "표만 남겨 다시 보내 주세요."),
    ),
    # Parquet files
    "no_parquet": Kind(
        Both("it is no Parquet file, or one that was cut off", "Parquet 파일이 아니거나 복사하다 끊긴 파일입니다."),
        Both("send the extract again", "자료를 다시 추출하여 보내 주세요."),
    ),
    # the rows of a table
    "no_rows": Kind(
        Both("it is empty", "내용이 없습니다."), Both("deliver the file with its rows", "행이 든 파일을 보내 주세요.")
    ),
    "no_first_rows": Kind(
        Both("the first {rows} rows are empty", "처음 {rows}행이 비어 있습니다."),
        Both("deliver the file with its rows", "표를 시트의 위쪽으로 옮기거나 행이 든 파일을 보내 주세요."),
    ),
    "no_heading": Kind(
        Both(
            "no heading found (looked for {wanted} … in the first {rows} rows)",
            "처음 {rows}행에서 제목 줄(열 이름: {wanted} …)을 찾지 못했습니다.",
        ),
        Both("restore the heading, or correct the contract", "제목 줄을 되살려 다시 보내 주세요."),
    ),
    "missing_columns": Kind(
        Both("delivery is missing column {columns}", "{columns} 열이 없습니다."),
        Both("add it, or correct the contract", "그 열을 넣어 다시 보내 주세요."),
    ),
    # whole deliveries
    "no_file_of_table": Kind(
        Both(
            "no file matches {path!r} in the inbox {inbox}{there}",
            "받는 폴더({inbox})의 {path!r} 자리에 파일이 없습니다{there}.",
        ),
        Both("deliver it, or correct `path` in the contract", "빠진 파일을 넣어 함께 보내 주세요."),
    ),
    "no_part_of_table": Kind(
        Both("the delivery has no file of table {table}", "{table} 표의 파일이 없습니다."),
        Both("send the extract again, complete", "자료를 빠짐없이 다시 추출하여 보내 주세요."),
    ),
    "nothing_of_table": Kind(
        Both("no file of {tables} can be read", "{tables} 표의 파일 가운데 읽을 수 있는 것이 없습니다."),
        Both(
            "nothing was published.\n{sentences}",
            "그래서 이 자료를 받지 못했습니다. 고쳐서 다시 보내 주세요.\n{sentences}",
        ),
    ),
    "incomplete_extract": Kind(
        Both("the extract is not complete", "추출한 파일 가운데 읽을 수 없는 것이 있습니다."),
        Both(
            "nothing was published.\n{sentences}",
            "그래서 이 자료를 받지 못했습니다. 빠짐없이 다시 보내 주세요.\n{sentences}",
        ),
    ),
    "delivery_missing_columns": Kind(
        Both("the delivery is missing columns: {columns}", "있어야 할 열이 없습니다: {columns}."),
        Both("add them, or correct the contract", "그 열을 넣어 다시 보내 주세요."),
    ),
    "delivery_new_columns": Kind(
        Both(
            "the delivery has columns that the contract does not know: {columns}",
            "약속하지 않은 열이 있습니다: {columns}.",
        ),
        Both(
            "add them to the contract, or send the delivery without them",
            "그 열을 빼고 다시 보내 주세요. 꼭 필요한 열이면 담당자에게 알려 주세요.",
        ),
    ),
    "would_withdraw": Kind(
        Both(
            "some of its rows carry a return code and some none, and {missing:,} of {held:,} records of table {table} are "
            "missing, which it would withdraw",
            "반송코드가 있는 행과 없는 행이 섞여 있는데, 이대로 받으면 {table} 표에서 여기에 없는 {missing:,}건이 모두 "
            "취소됩니다(받아 둔 기록은 {held:,}건).",
        ),
        Both(
            "send mended and new rows in …_반송행만.xlsx, or every row; if these are all, delete the column 반송코드",
            "고친 행과 새 행은 ‘…_반송행만’ 파일에 적어 그 이름대로 보내거나, 남은 행까지 모두 넣어 보내 주세요. "
            "이것이 전부이면 ‘반송코드’ 열을 지우고 다시 보내 주세요.",
        ),
    ),
    "delivery_without_rows": Kind(
        Both("the delivery holds no rows of data", "자료에 행이 하나도 없습니다."),
        Both("nothing was published. Send it again, filled.", "내용을 채워 다시 보내 주세요."),
    ),
}


def either(words: Sequence[str]) -> Both:
    """Words of which one is meant: a or b, a 또는 b."""
    return Both(" or ".join(words), " 또는 ".join(words))


def in_both(columns: Iterable[Sequence[str]]) -> Both:
    """Columns by the headings that each may have: 설비번호 or 설비 번호, 작업일."""
    words = [either(headings) for headings in columns]
    return Both(", ".join(word.english for word in words), ", ".join(word.korean for word in words))
