"""Hostile and broken files, made on the spot, and what the reader says of each: `python -m tests.support.corpus`.

Each case is a file as a firm might deliver it and what must come of it: so many rows of data, or a refusal that says a
certain thing. Nothing binary is kept in the project.
"""

import bz2
import codecs
import gzip
import lzma
import os
import random
import re
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl

from jobs.refusals import Refused
from jobs.sources import files, read_rows
from tests.support.contracts import contract_of
from tests.support.packages import edited, ole, unzipped, with_stated_size, xls, xlsx, zipped

HEADING = ["작업번호", "설비번호", "작업일"]
ROWS = [[f"W{i}", f"P-10{i}", f"2026.3.{i}"] for i in range(1, 4)]
TEXT = "\n".join(",".join(row) for row in [HEADING, *ROWS]) + "\n"
DAY = date(2026, 3, 5)

SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
BOOK = "xl/workbook.xml"
MAIN = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'

Make = Callable[[Path], object]


@dataclass(frozen=True)
class Case:
    """A file: what it is, its name, how it is made, and what must come of it.

    `expected` is a number of rows of data, or words of the refusal. `kind` is the contract's; "inbox" is a CSV contract
    that takes whatever lies in the delivery's folder.
    """

    what: str
    name: str
    make: Make
    expected: int | str
    kind: str = "workbook"


@dataclass(frozen=True)
class Verdict:
    """What the reader made of a file."""

    accepted: bool
    sentence: str
    rows: int = 0
    korean: str = ""

    @property
    def word(self) -> str:
        return "accepted" if self.accepted else "refused"


def judged(case: Case, folder: Path) -> Verdict:
    """Make the file and read it as `land` does; any error but a refusal goes through."""
    path = folder / str(DAY) / case.name
    path.parent.mkdir(parents=True)
    case.make(path)
    kind = "csv" if case.kind == "inbox" else case.kind
    contract = contract_of("{delivery_date}/*", kind=kind)
    try:
        found = files(contract, folder, DAY)
        if problems := [file.problem for file in found if file.problem]:
            return Verdict(False, problems[-1].english, korean=problems[-1].korean)
        kinds = [row.kind for file in found for row in read_rows(file.path, file.table, contract, file.name)]
    except Refused as error:
        return Verdict(False, str(error), korean=error.korean)
    told = ", ".join(f"{kinds.count(kind):,} {kind}" for kind in dict.fromkeys(kinds))
    return Verdict(True, f"{case.name}: rows read: {told}", kinds.count("data"))


def complaints(sentence: str, name: str) -> list[str]:
    """What keeps a refusal from being a sentence that names the file, says what is wrong, and what to do."""
    found = {
        "does not begin with the file's name": not sentence.startswith(name),
        "takes several lines": "\n" in sentence,
        "is longer than 300 characters": len(sentence) > 300,
        "says nothing to do": "; " not in sentence,
        "speaks as a program does": bool(
            re.search(r"Error|Exception|Traceback|errno|0x|\bNone\b|/tmp|index out", sentence)
        ),
    }
    return [what for what, is_so in found.items() if is_so]


def korean_complaints(sentence: str, name: str) -> list[str]:
    """What keeps a refusal from being a sentence that names the file, and tells a clerk in Korean what is wrong and to do."""
    _, _, said = sentence.partition(": ")
    found = {
        "does not begin with the file's name": not sentence.startswith(name),
        "takes several lines": "\n" in sentence,
        "is longer than 300 characters": len(sentence) > 300,
        "is not in Korean": len(re.findall(r"[가-힣]", said)) < 10,
        "holds English words": bool(re.search(r"[a-z]{2,} [a-z]{2,} [a-z]{2,}", said)),
        "does not ask for anything": not said.endswith(("주세요.", "적습니다).")),
        "speaks to whoever runs the platform": bool(re.search(r"YEJI_|계약|contract", said)),
        "holds a field that was not filled": bool(re.search(r"[{}]|\(또는|None", said)),
    }
    return [what for what, is_so in found.items() if is_so]


def cases() -> list[Case]:
    """The corpus."""
    return [*_foreign(), *_cut_off(), *_packages(), *_bombs(), *_sheets(), *_odd_workbooks(), *_texts(), *_inbox()]


def log(*more: list[Any], heading: list[Any] | None = None) -> bytes:
    """A workbook that is as it should be, with other rows below."""

    def fill(book: openpyxl.Workbook) -> None:
        for row in [heading or HEADING, *ROWS, *more]:
            book.active.append(row)

    return xlsx(fill)


def changed(change: Callable[[openpyxl.Workbook], object], *more: list[Any]) -> bytes:
    """A workbook as it should be, then changed with openpyxl."""

    def fill(book: openpyxl.Workbook) -> None:
        for row in [HEADING, *ROWS, *more]:
            book.active.append(row)
        change(book)

    return xlsx(fill)


def _bytes(content: bytes | Callable[[], bytes]) -> Make:
    return lambda path: path.write_bytes(content() if callable(content) else content)


def _book(what: str, content: bytes | Callable[[], bytes], expected: int | str, name: str = "log.xlsx") -> Case:
    return Case(what, name, _bytes(content), expected)


def _csv(what: str, content: bytes | str | Callable[[], bytes], expected: int | str, name: str = "log.csv") -> Case:
    made = content.encode() if isinstance(content, str) else content
    return Case(what, name, _bytes(made), expected, kind="csv")


HTML = "<html><body><table><tr><td>작업번호</td><td>설비번호</td></tr></table></body></html>"


def _foreign() -> Iterator[Case]:
    """Files of other kinds under the name of a workbook and of a CSV."""
    noise = random.Random(1).randbytes(3000)
    hwpx = [("mimetype", b"application/hwp+zip"), ("Contents/content.hpf", b"<x/>"), ("Contents/section0.xml", b"<x/>")]
    kinds: list[tuple[str, bytes, str, str]] = [
        ("a PDF", b"%PDF-1.7\n" + noise, "a PDF", "a PDF"),
        ("a PNG", b"\x89PNG\r\n\x1a\n" + noise, "a picture", "a picture"),
        ("a JPEG", b"\xff\xd8\xff\xe0" + noise, "a picture", "a picture"),
        ("a GIF", b"GIF89a" + noise, "a picture", "a picture"),
        ("a BMP", b"BM\x36\x10\0\0\0\0\0\0" + noise, "a picture", "a picture"),
        ("a RAR", b"Rar!\x1a\x07\x01\0" + noise, "compressed archive", "compressed archive"),
        ("a 7z", b"7z\xbc\xaf\x27\x1c" + noise, "compressed archive", "compressed archive"),
        ("an ALZ (알집)", b"ALZ\x01\n\0\0\0" + noise, "compressed archive", "compressed archive"),
        ("an EGG (알집)", b"EGGA\0\x01" + noise, "compressed archive", "compressed archive"),
        ("a gzip", gzip.compress(TEXT.encode()), "compressed archive", "compressed archive"),
        ("a bzip2", bz2.compress(TEXT.encode()), "compressed archive", "compressed archive"),
        ("an xz", lzma.compress(TEXT.encode()), "compressed archive", "compressed archive"),
        ("a 한글 document", ole({"FileHeader": b"HWP Document File", "\x05HwpSummaryInformation": b""}), "(.hwp)", "(.hwp)"),
        ("a 한글 document without its summary", ole({"FileHeader": b"HWP Document File"}), "(.hwp)", "(.hwp)"),
        ("an old 한글 document", b"HWP Document File V3.00 \x1a\x01" + noise, "(.hwp)", "(.hwp)"),
        ("a 한글 XML document", b'<?xml version="1.0"?><HWPML>', "(.hml)", "(.hml)"),
        ("a hwpx", zipped(hwpx), "(.hwpx)", "(.hwpx)"),
        ("a hwpx that lists no parts", zipped(hwpx[::2]), "(.hwpx)", "(.hwpx)"),
        ("a docx", zipped([("word/document.xml", b"<x/>")]), "a Word document", "packed"),
        ("a doc", ole({"WordDocument": b"x"}), "a Word document", "packed"),
        ("a pptx", zipped([("ppt/presentation.xml", b"<x/>")]), "a presentation", "packed"),
        ("a ppt", ole({"PowerPoint Document": b"x"}), "a presentation", "packed"),
        ("an ods", zipped([("mimetype", b"x"), ("content.xml", b"<x/>")]), "OpenDocument", "packed"),
        ("an xlsb", zipped([("xl/workbook.bin", b"x")]), "binary workbook", "packed"),
        ("an Outlook message", ole({"__properties_version1.0": b"x"}), "holds no workbook", "packed"),
        ("an OLE file of nothing", ole({}), "holds no workbook", "packed"),
        ("a zip with the workbook in it", zipped([("log.xlsx", log())]), "a zip archive", "packed"),
        ("a zip of nothing", zipped([]), "a zip archive", "packed"),
        ("HTML saved as .xls", HTML.encode(), "a web page", "a web page"),
        ("HTML in CP949", HTML.encode("cp949"), "a web page", "a web page"),
        ("HTML with a byte order mark", codecs.BOM_UTF8 + HTML.encode(), "a web page", "a web page"),
        ("HTML in UTF-16", codecs.BOM_UTF16_LE + HTML.encode("utf-16-le"), "a web page", "a web page"),
        ("HTML with DOCTYPE", b"<!DOCTYPE html>\n" + HTML.encode(), "a web page", "a web page"),
        ("HTML of Excel", b'<html xmlns:x="urn:schemas-microsoft-com:office:excel">' + HTML.encode(), "a web", "a web"),
        ("a bare HTML table", b"\r\n <TABLE border=1><tr><td>a</td></tr></TABLE>", "a web page", "a web page"),
        ("an .mht", b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n", "a web page", "a web page"),
        ("XML of Excel 2003",
         b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>', "2003", "2003"),
        ("other XML", b'<?xml version="1.0"?><rows/>', "an XML file", "an XML file"),
        ("a Parquet file", b"PAR1" + noise, "a Parquet file", "a Parquet file"),
        ("a database", b"SQLite format 3\0" + noise, "a database", "a database"),
        ("a program", b"MZ" + b"\x90\0" * 40 + noise, "a program", "a program"),
        ("a file under Fasoo DRM", b"\x9b DRMONE  This Document is encrypted" + noise, "document security", "security"),
        ("a file under SoftCamp DRM", b"SCDSA002" + noise, "document security", "security"),
        ("a file under NASCA DRM", b"<## NASCA DRM FILE - VER1.00 ##>" + noise, "document security", "security"),
        ("zeros", b"\0" * 5000, "nothing but zeros", "nothing but zeros"),
        ("noise", b"\x01\xfe" + noise, "begins as no .xlsx", "no text in"),
        ("0 bytes", b"", "the file is empty (0 bytes)", "the file is empty (0 bytes)"),
        ("one byte", b"\x9b", "begins as no .xlsx", "no text in"),
        ("JSON", b'{"rows": [1, 2]}', "plain text", "no heading found"),
    ]  # fmt: skip
    for what, content, as_book, as_csv in kinds:
        yield _book(f"{what} as a workbook", content, as_book, "log.xls" if "HTML" in what else "log.xlsx")
        yield _csv(f"{what} as a CSV", content, as_csv)
    yield _book("a CSV as a workbook", TEXT.encode(), "plain text (CSV)")
    yield _book("a CSV in CP949 as .xls", TEXT.encode("cp949"), "plain text (CSV)", "log.xls")
    yield _book("tabs as .xls", TEXT.replace(",", "\t").encode("cp949"), "plain text (CSV)", "log.xls")
    yield _book("a CSV in UTF-16 as .xls", TEXT.encode("utf-16"), "plain text (CSV)", "log.xls")
    yield _csv("an .xlsx as a CSV", log(), "a workbook, a 한글 document or another")
    yield _csv("an .xls as a CSV", xls([HEADING, *ROWS]), "a workbook, a 한글 document or another")


def _cut_off() -> Iterator[Case]:
    """Files of which only a part arrived, or a part arrived wrong."""
    book, old, text = log(), xls([HEADING, *ROWS]), TEXT.encode()
    for percent in (1, 10, 25, 50, 75, 90, 99):
        yield _book(f"the first {percent} % of an .xlsx", book[: len(book) * percent // 100], "cut off")
    yield _book("an .xlsx without its last byte", book[:-1], "cut off")
    yield _book("an .xlsx without its first bytes", book[100:], "begins as no .xlsx")
    yield _book("an .xlsx with rubbish behind", book + b"\0" * 300, 3)
    yield _book("an .xlsx filled up with zeros", book[: len(book) // 2] + b"\0" * (len(book) // 2), "cut off")
    for percent, says in ((5, "holds no workbook"), (20, "holds no workbook"), (60, "cannot be opened"), (95, 3)):
        yield _book(f"the first {percent} % of an .xls", old[: len(old) * percent // 100], says, "log.xls")
    yield _book("an .xls whose sectors lead in a circle", old[:512] + b"\0" * 512 + old[1024:], "log.xls", "log.xls")
    yield _csv("a CSV cut within a row", text[:-9], 3)
    yield _csv("a CSV cut within a letter", text[:11], "line 1: it is no text")
    yield _csv("a CSV cut within the heading", "작업번호,설비", "missing column")
    yield _csv("a CSV that ends in NULs", text + b"\0" * 600, "line 5: it holds NUL bytes")
    yield _csv("a CSV with NULs in a cell", text + b"W9,P\0-1,2026.3.9\n", "line 5: it holds NUL bytes")


def _packages() -> Iterator[Case]:
    """Zips and OLE files that are not as they should be."""
    book = log()
    yield _book("a password (EncryptedPackage)", ole({"EncryptionInfo": b"\4", "EncryptedPackage": b"x"}), "a password")
    yield _book("a password (EncryptedPackage) as .xls", ole({"EncryptedPackage": b"x"}), "a password", "log.xls")
    yield _book("a locked zip", _locked(book), "locked with a password")
    yield _book("macros (.xlsm)", edited(book, {"xl/vbaProject.bin": b"x"}), "carries macros", "log.xlsm")
    yield _book("macros under the name .xlsx", edited(book, {"xl/vbaProject.bin": b"x"}), "carries macros")
    yield _book("old macros (macro sheet)", edited(book, {"xl/macrosheets/sheet1.xml": b"<x/>"}), "carries macros")
    yield _book("macros in an .xls", xls([HEADING, *ROWS], _VBA_PROJECT_CUR=b"x"), "carries macros", "log.xls")
    yield _book("a path that climbs out", edited(book, {"../../etc/passwd": b"x"}), "named to lead out of the file")
    yield _book("a path that climbs out, Windows", edited(book, {"xl\\..\\..\\x.dll": b"x"}), "named to lead out")
    yield _book("an absolute path", edited(book, {"/etc/passwd": b"x"}), "named to lead out of the file")
    yield _book("a part whose name takes two lines", edited(book, {"../a\nb": b"x"}), r"its part '../a\nb' is named")
    yield _book("a drive", edited(book, {"C:/x.exe": b"x"}), "named to lead out of the file")
    yield _book("a part twice", lambda: zipped([*unzipped(book).items(), (SHEET, b"<x/>")]), "is there twice")
    yield _book("1,100 parts", edited(book, {f"x/{i}": b"x" for i in range(1100)}), "and may have 1,000")
    for part, says in (
        ("[Content_Types].xml", "is damaged"), (BOOK, "a zip archive"), ("xl/styles.xml", 3),
        (STRINGS, "is damaged"), (SHEET, "its rows are not in the file"),
        ("xl/_rels/workbook.xml.rels", "is damaged"), ("xl/theme/theme1.xml", 3), ("docProps/core.xml", 3),
    ):  # fmt: skip
        yield _book(f"without {part}", edited(book, {part: None}), says)
        yield _book(f"an empty {part}", edited(book, {part: b""}), _EMPTY.get(part, "is damaged"))
    yield _book("a part whose bytes were flipped", _flipped(book), "damaged or cut off")
    yield _book("packed with bzip2", edited(book, {}, zipfile.ZIP_BZIP2), 3)
    yield _book("packed with LZMA", edited(book, {}, zipfile.ZIP_LZMA), 3)
    yield _book("not packed", edited(book, {}, zipfile.ZIP_STORED), 3)
    yield _book("an .xlsx under the name .xls", book, 3, "log.xls")
    yield _book("an .xls under the name .xlsx", xls([HEADING, *ROWS]), 3)
    yield _book("a workbook under the name .dat", book, 3, "log.dat")


_EMPTY: dict[str, int | str] = {"xl/theme/theme1.xml": 3}


def _locked(content: bytes) -> bytes:
    """The zip with the flag of encryption on each part."""
    changed = bytearray(content)
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = changed.find(mark)
        while at >= 0:
            changed[at + flags] |= 1
            at = changed.find(mark, at + 4)
    return bytes(changed)


def _flipped(content: bytes) -> bytes:
    at = content.index(SHEET.encode()) + len(SHEET) + 30
    return content[:at] + bytes(b ^ 0x55 for b in content[at : at + 8]) + content[at + 8 :]


def _bombs() -> Iterator[Case]:
    """Files that are small until they are read."""
    book = log()
    zeros = b"\0" * (30 << 20)
    yield _book("a zip bomb", lambda: edited(book, {"xl/media/a.bin": zeros}), "more than 100 times its size")
    yield _book(
        "a zip bomb in the sheet", lambda: edited(book, {SHEET: _rows_xml(b" " * (30 << 20))}), "100 times its size"
    )
    yield _book(
        "a zip bomb that says it is small",
        lambda: with_stated_size(edited(book, {"xl/media/a.bin": zeros}), "xl/media/a.bin", 100), "100 times its size",
    )  # fmt: skip
    yield _book("a part that says it is smaller", with_stated_size(book, SHEET, 100), "says it has 100 bytes")
    yield _book(
        "a part that says it is larger", with_stated_size(book, SHEET, 4_000_000_000), "says it has 4,000,000,000"
    )
    inner = zipped([("a", zeros)])
    yield _book("a zip bomb in a zip", lambda: edited(book, {f"xl/media/{i}.zip": inner for i in range(20)}), 3)
    yield _book("a bomb of 201 MiB that packs badly", _large_bomb, "more than 200 MiB")
    laughs = (
        b"<!DOCTYPE x [<!ENTITY a 'ha'>"
        + b"".join(b"<!ENTITY a%d '%s'>" % (i, b"&a%d;" % (i - 1) * 10) for i in range(1, 10))
        + b"]>"
    )
    outer = b"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>"
    late = b"<!--" + b" " * 300_000 + b"-->" + laughs
    for what, doctype in (("a billion laughs", laughs), ("an outer entity", outer), ("late laughs", late)):
        for part in (BOOK, STRINGS, SHEET, "xl/styles.xml", "[Content_Types].xml"):
            yield _book(f"{what} in {part}", edited(book, {part: _after_head(doctype)}), "declares a DOCTYPE")
    yield _book(
        "entities in UTF-16", edited(book, {STRINGS: lambda x: x.decode().encode("utf-16")}), "not written in UTF-8"
    )
    deep = b"<a>" * 100_000 + b"</a>" * 100_000
    yield _book("XML 100,000 deep", edited(book, {SHEET: _rows_xml(deep)}), "no sheet named")
    many = b"<c r='A1' " + b" ".join(b"a%d='1'" % i for i in range(100_000)) + b"/>"
    yield _book(
        "100,000 attributes", edited(book, {SHEET: _rows_xml(b"<row r='1'>" + many + b"</row>")}), "no sheet named"
    )


def _large_bomb() -> bytes:
    """201 MiB over 3 parts that are not packed at all, so the ratio is in order."""
    return edited(log(), {f"xl/media/{i}.bin": b"x" * (67 << 20) for i in range(3)}, zipfile.ZIP_STORED)


def _after_head(more: bytes) -> Callable[[bytes], bytes]:
    """Something put after the XML declaration, where there is one."""
    return lambda xml: re.sub(rb"^(<\?xml[^>]*\?>)?", lambda found: found[0] + more, xml, count=1)


def _rows_xml(rows: bytes, before: bytes = b"", after: bytes = b"") -> bytes:
    return b"<worksheet " + MAIN + b">" + before + b"<sheetData>" + rows + b"</sheetData>" + after + b"</worksheet>"


def _cell(place: str, text: str) -> bytes:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'.encode()


def _line(number: int, *cells: str) -> bytes:
    return (
        f'<row r="{number}">'.encode()
        + b"".join(_cell(f"{'ABCDE'[i]}{number}", t) for i, t in enumerate(cells))
        + b"</row>"
    )


def _with_rows(*rows: bytes, before: bytes = b"", after: bytes = b"") -> bytes:
    """A workbook whose sheet holds a heading and these rows of XML."""
    return edited(log(), {SHEET: _rows_xml(b"".join([_line(1, *HEADING), *rows]), before, after)})


def _sheets() -> Iterator[Case]:
    """Sheets whose XML says what no program would write."""
    good = _line(2, "W1", "P-1", "2026.3.5")

    def far(place: str, number: int) -> bytes:
        return f'<row r="{number}">'.encode() + _cell("A" + str(number), "W2") + _cell(place, "x") + b"</row>"

    yield _book("a dimension that lies large", _with_rows(good, before=b'<dimension ref="A1:XFD1048576"/>'), 1)
    yield _book("a dimension that lies small", _with_rows(good, before=b'<dimension ref="A1:A1"/>'), 1)
    yield _book("a dimension that is none", _with_rows(good, before=b'<dimension ref="hello"/>'), "is damaged")
    yield _book("a cell in the last corner", _with_rows(good, far("XFD1048576", 1048576)), 2)
    yield _book("a row beyond the last", _with_rows(good, _line(1_048_577, "W2")), "row 1,048,577 is beyond")
    yield _book(
        "a row number of twelve digits", _with_rows(good, _line(999_999_999_999, "W2")), "row 999,999,999,999 is"
    )
    yield _book("row number 0", _with_rows(good, _line(0, "W2")), "row 0 comes after row 2")
    yield _book("row number -1", _with_rows(good, _line(-1, "W2")), "cannot be read after row 2")
    yield _book("a row number that is none", _with_rows(good, b'<row r="zwei"/>'), "cannot be read after row 2")
    yield _book(
        "a row number of 5,000 digits", _with_rows(good, b'<row r="' + b"9" * 5000 + b'"/>'), "cannot be read after"
    )
    yield _book("rows out of order", _with_rows(good, _line(5, "W5"), _line(4, "W4")), "row 4 comes after row 5")
    yield _book("a row twice", _with_rows(good, _line(2, "W9", "P-9", "2026.3.9")), "row 2 comes after row 2")
    yield _book(
        "a cell twice", _with_rows(good, b'<row r="3">' + _cell("A3", "W2") * 2 + b"</row>"), "column A: the cell is"
    )
    yield _book("a column beyond the last", _with_rows(good, far("XFE3", 3)), "row 3: it has a column 16,385")
    yield _book("a column of ten letters", _with_rows(good, far("AAAAAAAAAA3", 3)), "cannot be read after row 2")
    yield _book("a cell without a place", _with_rows(good, b'<row><c t="inlineStr"><is><t>W2</t></is></c></row>'), 2)
    yield _book(
        "a cell in a place that is none", _with_rows(good, b'<row r="3"><c r="3A"><v>1</v></c></row>'), "after row 2"
    )
    yield _book(
        "a text that is not in the list", _with_rows(good, b'<row r="3"><c r="A3" t="s"><v>99</v></c></row>'), "after"
    )
    yield _book(
        "a style that is not in the list",
        _with_rows(good, b'<row r="3"><c r="A3" s="9999"><v>1</v></c></row>'),
        "after",
    )
    yield _book("a number of 5,000 digits", _with_rows(good, _number("9" * 5000)), "cannot be read after row 2")
    yield _book("a number without end", _with_rows(good, _number("1e999")), 2)
    yield _book("a number that is none", _with_rows(good, _number("zwölf")), "cannot be read after row 2")
    yield _book(
        "a cell of 32,768 characters", _with_rows(good, _line(3, "W2", "x" * 32_768)), "row 3, column B: the cell has"
    )
    yield _book("a row of 5 million characters", _with_rows(good, _wide_row()), "and 4,000,000 are let in")
    yield _book("XML that is cut off", edited(log(), {SHEET: lambda xml: xml[: len(xml) // 2]}), "cannot be read")
    yield _book("XML with a forbidden sign", _with_rows(good, _line(3, "W2\x01")), "is damaged")
    yield _book("XML that is not UTF-8", _with_rows(good, _line(3).replace(b"<row", b"\xbc\xb3<row")), "is damaged")
    yield _book(
        "a merge of everything",
        _with_rows(good, _line(3), after=_merges("A1:XFD1048576")),
        "row 2, column A: the cell is merged",
    )
    yield _book("a merge over rows", _with_rows(good, _line(3, "W2"), after=_merges("C2:C3")), 2)
    yield _book(
        "100,000 merges", lambda: _with_rows(good, after=_merges(*[f"A{i}:B{i + 1}" for i in range(9, 100_009)])), 1
    )
    yield _book("a merge that is none", _with_rows(good, after=_merges("A1:ZZZZ9", "hello")), "cannot be read")
    yield _book(
        "100,000 blank rows below",
        lambda: _with_rows(good, b"".join(b'<row r="%d"/>' % i for i in range(3, 100_003))),
        1,
    )
    yield _book("a million blank rows between", _with_rows(good, _line(1_000_000, "W2")), 2)
    yield _book("a million blank rows above", _with_rows_from(1_000_000), "the first 50 rows are empty")


def _number(text: str) -> bytes:
    return f'<row r="3"><c r="A3"><v>{text}</v></c></row>'.encode()


def _merges(*references: str) -> bytes:
    return b"<mergeCells>" + "".join(f'<mergeCell ref="{r}"/>' for r in references).encode() + b"</mergeCells>"


def _wide_row() -> bytes:
    names = [openpyxl.utils.get_column_letter(i) for i in range(1, 170)]
    return b'<row r="3">' + b"".join(_cell(f"{name}3", "x" * 30_000) for name in names) + b"</row>"


def _with_rows_from(first: int) -> bytes:
    return edited(log(), {SHEET: _rows_xml(_line(first, *HEADING) + _line(first + 1, "W1", "P-1", "2026.3.5"))})


def _odd_workbooks() -> Iterator[Case]:
    """Workbooks as firms really have them."""

    def link(book: openpyxl.Workbook) -> None:
        book.active["D2"] = "=[1]Sheet1!A1"

    def merged(book: openpyxl.Workbook) -> None:
        for cells in ("A2:A4", "B2:B4", "C2:C4"):
            book.active.merge_cells(cells)

    def protected(book: openpyxl.Workbook) -> None:
        book.active.protection.sheet = True
        book.active.protection.password = "1234"

    def hidden(book: openpyxl.Workbook) -> None:
        book.create_sheet("숨김").append(["메모"])
        book["숨김"].sheet_state = "hidden"

    def styled(book: openpyxl.Workbook) -> None:
        for row in range(5, 3000):
            book.active.cell(row, 1).number_format = "0.00"

    external = {
        "xl/externalLinks/externalLink1.xml": b"<externalLink " + MAIN + b"/>",
        "xl/externalLinks/_rels/externalLink1.xml.rels": b"<x/>",
    }
    yield _book("links to another workbook, never followed", edited(log(), external), 3)
    yield _book(
        "a formula on another workbook, without result", changed(link), "cell D2: the formula has no stored result"
    )
    yield _book("a formula without result", log(["W4", "P-1", "=TODAY()"]), "cell C5: the formula has no stored result")
    yield _book("cells merged over all rows", changed(merged), 3)
    yield _book("a protected sheet", changed(protected), 3)
    yield _book("a hidden sheet without heading", changed(hidden), "sheet 숨김: no heading found")
    yield _book("thousands of styled empty rows", changed(styled), 3)
    yield _book("dates since 1904", changed(lambda b: setattr(b, "epoch", openpyxl.utils.datetime.CALENDAR_MAC_1904),
                                            ["W4", "P-4", datetime(2026, 3, 5)]), 4)  # fmt: skip
    yield _book("dates since 1904 in an .xls", xls([HEADING, ["W1", "P-1", 44624.0]], is_1904=True), 1, "log.xls")
    yield _book("a date beyond the calendar", _with_date(99_999_999), 4)
    yield _book("a date before the calendar", _with_date(-5), 4)
    yield _book("numbers as text", log(["00123", "P-1", "'2026.3.5"], ["１２３", "P-2", "２０２６.３.５"]), 5)
    yield _book("error cells", log(["#REF!", "#N/A", "#DIV/0!"]), 4)
    yield _book("marks that turn the writing", log(["\u202eW4", "P\u200f-4", "\u20662026.3.5\u2069"]), 4)
    yield _book("invisible blanks", log(["\u00a0W4\u200b", "\ufeffP-4", "2026.3.5\u3000"]), 4)
    yield _book("emoji and old letters", log(["W🛠4", "ㅾP-4", "2026.3.5"]), 4)
    yield _book("line breaks in cells", log(["W4", "P-4\nP-5\r\nP-6", "2026.3.5"]), 4)
    yield _book("a cell of 30,000 characters", log(["W4", "가" * 30_000, "2026.3.5"]), 4)
    yield _book("a cell that is a command", log(["W4", "@SUM(1+1)*cmd|' /C calc'!A0", "2026.3.5"]), 4)
    yield _book("the same heading twice", log(["W4", "P-4", "2026.3.5", "a"], heading=[*HEADING, "작업번호"]), 4)
    yield _book("columns without heading", log(["W4", "P-4", "2026.3.5", "a", "b"], heading=[*HEADING, None, " "]), 4)
    yield _book("16,384 columns", log(heading=[*HEADING, *[f"c{i}" for i in range(16_381)]]), 3)
    yield _book("no heading", xlsx(lambda b: [b.active.append(row) for row in ROWS]), "no heading found")
    yield _book(
        "a heading in row 51", xlsx(lambda b: [b.active.append(r) for r in [["x"]] * 50 + [HEADING]]), "no heading"
    )
    yield _book("a heading and nothing else", xlsx(lambda b: b.active.append(HEADING)), 0)
    yield _book(
        "a column left out", xlsx(lambda b: [b.active.append(r[:2]) for r in [HEADING, *ROWS]]), "missing column 작업일"
    )
    yield _book("a sheet without a cell", xlsx(lambda b: None), "no sheet named '*' holds a row")
    yield _book("blanks alone", xlsx(lambda b: [b.active.append([" ", "\t"]) for _ in range(9)]), "no heading found")
    yield _book("an .xls", xls([HEADING, *ROWS]), 3, "log.xls")
    yield _book(
        "an .xls with a cell in the last corner",
        xls([HEADING, *ROWS, *[[]] * 65_531, [*[""] * 255, "x"]]),
        "more than 512 MiB",
        "log.xls",
    )
    yield _book(
        "an .xls whose sheet's name would colour the screen",
        xls(ROWS, title="a\n\x1b[31m"),
        "sheet a��[31m: no",
        "log.xls",
    )
    yield _book(
        "a sheet's name that reads backwards", changed(lambda b: setattr(b.create_sheet("x"), "title", "a\u202eb")), 3
    )
    yield _book("an .xls without a cell", xls([]), "no sheet named '*' holds a row", "log.xls")
    yield _book(
        "an .xls with a record that lies",
        xls([HEADING, *ROWS]).replace(b"\x04\x02", b"\x04\xff", 1),
        "log.xls",
        "log.xls",
    )


def _with_date(serial: int) -> bytes:
    book = changed(lambda b: None, ["W4", "P-4", datetime(2026, 3, 5)])
    return edited(book, {SHEET: lambda xml: re.sub(rb'(<c r="C5"[^>]*><v>)[^<]*', rb"\g<1>%d" % serial, xml)})


def _texts() -> Iterator[Case]:
    """CSV files."""
    for encoding in ("utf-8", "utf-8-sig", "cp949", "euc-kr", "utf-16", "utf-32"):
        yield _csv(f"{encoding}", TEXT.encode(encoding), 3)
    yield _csv("UTF-16, the other way round", codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), 3)
    yield _csv("UTF-16 without its mark", TEXT.encode("utf-16-le"), "log.csv, line 1")
    yield _csv(
        "UTF-16 of half a letter", codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le") + b"x", "line 5: it is no text"
    )
    yield _csv("two byte order marks", codecs.BOM_UTF8 * 2 + TEXT.encode(), 3)
    yield _csv("a byte order mark alone", codecs.BOM_UTF8, "it is empty")
    yield _csv("GB18030", "作业编号,故障部件,日期\nW1,P-101,泵\n".encode("gb18030"), "no heading found")
    yield _csv("Shift JIS", "作業番号,設備番号,作業日\nW1,P-101,ポンプ\n".encode("shift_jis"), "log.csv")
    yield _csv("Latin-1", "Auftrag,Gerät,Übergabe\n1,2,3\n".encode("latin-1"), "log.csv")
    mixed = TEXT.encode() + "W4,펌프,2026.3.5\n".encode("cp949")
    yield _csv("UTF-8, then CP949", mixed, "line 5: it is no text in utf-8 or cp949, or two encodings are mixed")
    yield _csv("CP949, then UTF-8", TEXT.encode("cp949") + "W4,씰 누유\n".encode(), "two encodings are mixed")
    for delimiter, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        yield _csv(name, TEXT.replace(",", delimiter), 3)
    yield _csv("another delimiter", TEXT.replace(",", "^"), "no heading found")
    yield _csv("columns set with blanks", TEXT.replace(",", "   "), "no heading found")
    yield _csv("a first line sep=;", "sep=;\n" + TEXT.replace(",", ";"), 3)
    yield _csv("line ends of Windows", TEXT.replace("\n", "\r\n"), 3)
    yield _csv("line ends of an old Mac", TEXT.replace("\n", "\r"), 3)
    yield _csv("line ends of all kinds", TEXT.replace("\n", "\r\n", 1) + "W4,P-4,2026.3.4\rW5,P-5,2026.3.5", 5)
    yield _csv("no line end at the end", TEXT[:-1], 3)
    yield _csv("line breaks in quotes", TEXT + 'W4,"P-4\nP-5\r\nP-6",2026.3.4\n', 4)
    yield _csv("quotes and delimiters in quotes", TEXT + 'W4,"P ""4"", 5",2026.3.4\n', 4)
    yield _csv("a quote in the midst of a cell", TEXT + 'W4,3" 배관,2026.3.4\n', 4)
    yield _csv("a quote with a backslash", TEXT + 'W4,"3\\" 배관",2026.3.4\n', 4)
    yield _csv(
        "a quote never closed", TEXT + 'W4,"P-4,2026.3.4\nW5,P-5,2026.3.5\n', "line 5: a quotation mark is opened"
    )
    yield _csv("a quote never closed in the last row", TEXT + 'W4,P-4,"2026.3.4', "line 5: a quotation mark is opened")
    yield _csv("a quote never closed in the heading", '"' + TEXT, "line 1: a quotation mark is opened there")
    yield _csv(
        "two quotes that take in rows",
        TEXT + 'W4,"P-4,2026.3.4\nW5,P-5,x\nW6,"P-6,2026.3.6\n',
        "line 5: a quotation mark",
    )
    yield _csv(
        "a quote never closed, 200,000 characters",
        TEXT + 'W4,"' + "P-4\n" * 50_000,
        "line 5: a cell there holds more than 131,072",
    )
    yield _csv("a million columns", TEXT + "," * 1_000_000 + "\n", "line 5: it has 1,000,001 columns")
    yield _csv("16,385 columns", TEXT + "x," * 16_384 + "\n", "line 5: it has 16,385 columns")
    yield _csv("16,384 columns", TEXT + "x," * 16_383 + "\n", 4)
    yield _csv("a million blank rows below", lambda: (TEXT + ",,\n" * 1_000_000).encode(), 3)
    yield _csv("a million blank lines between", lambda: (TEXT + "\n" * 1_000_000 + "W4,P-4,2026.3.4\n").encode(), 4)
    yield _csv("a million blank lines above", lambda: ("\n" * 1_000_000 + TEXT).encode(), "the first 50 rows are empty")
    yield _csv("a cell of 30,000 characters", TEXT + f"W4,{'가' * 30_000},2026.3.4\n", 4)
    yield _csv(
        "a cell of 200,000 characters",
        TEXT + f"W4,{'x' * 200_000},2026.3.4\n",
        "line 5: a cell there holds more than 131,072",
    )
    yield _csv(
        "a line of 5 million characters", lambda: (TEXT + "W4 " * 1_700_000).encode(), "line 5: it is longer than"
    )
    yield _csv("one line of 50 MB", lambda: b"x" * 50_000_000, "line 1: it is longer than")
    yield _csv("the same heading twice", TEXT.replace("작업일\n", "작업일,작업번호\n"), 3)
    yield _csv("columns without heading", TEXT.replace("작업일\n", "작업일,,\n"), 3)
    yield _csv("rows shorter and longer than the heading", TEXT + "W4\nW5,P-5,2026.3.5,a,b,c\n", 5)
    yield _csv("no heading", TEXT.split("\n", 1)[1], "no heading found")
    yield _csv("a heading and nothing else", ",".join(HEADING), 0)
    yield _csv("line ends alone", "\n\n\n", "it is empty")
    yield _csv("blanks alone", "  \n \t\n", "no heading found")
    yield _csv("a cell that is a command", TEXT + "W4,=cmd|' /C calc'!A0,2026.3.4\n", 4)
    yield _csv("control characters", TEXT + "W4,P\x07-\x1b[31m4,2026.3.4\n", 4)
    yield _csv("marks that turn the writing", TEXT + "\u202eW4,P\u200f-4,2026.3.4\n", 4)
    yield _csv("a table of a bill", "\n".join(["청구서", "", "품목 수량", "펌프 2"]), "no heading found")
    yield _csv("a log of a machine", "[2026-03-05 10:00:00] ERROR pump tripped\n" * 50, "no heading found")


def _inbox() -> Iterator[Case]:
    """What lies in the folder of a delivery."""

    def named(name: bytes) -> Make:
        return lambda path: Path(os.fsdecode(os.fsencode(path.parent) + b"/" + name)).write_text(TEXT, encoding="utf-8")

    def linked(target: str) -> Make:
        return lambda path: path.symlink_to(target)

    def beside(name: str) -> Make:
        return lambda path: (path.write_text(TEXT, encoding="utf-8"), path.with_name(name).write_bytes(b"\0"))

    def twins(path: Path) -> None:
        for name in ("이력.csv", "\u110b\u1175\u1105\u1167\u11a8.csv"):
            path.with_name(name).write_text(TEXT, encoding="utf-8")

    found: list[tuple[str, str, Make, int | str]] = [
        ("a folder", "log.csv", Path.mkdir, "a folder where a file should be"),
        ("a link out of the inbox", "log.csv", linked("/etc/passwd"), "a link that leaves the inbox"),
        ("a link to a folder above", "log.csv", linked("../../.."), "a link that leaves the inbox"),
        ("a link to nothing", "log.csv", linked("nothing.csv"), "a link to nothing"),
        ("a link to itself", "log.csv", linked("log.csv"), "a link"),
        ("a pipe", "log.csv", os.mkfifo, "no ordinary file"),
        ("a name in CP949", "x", named("정비.csv".encode("cp949")), "its name is not written in UTF-8"),
        ("a name that reads backwards", "x", named("log\u202exslx.csv".encode()), "signs that cannot be seen"),
        ("a name with a line break", "x", named(b"log\nb.csv"), "signs that cannot be seen"),
        ("a name with colours", "x", named(b"log\x1b[31m.csv"), "signs that cannot be seen"),
        ("a name that climbs out on Windows", "x", named(b"x\\..\\..\\log.csv"), 3),
        ("a name with blanks and quotes", "x", named("정비 '이력' (최종)_진짜최종.csv".encode()), 3),
        ("the longest name", "x", named(b"l" * 251 + b".csv"), 3),
        ("two names that look alike", "x", twins, "another file has the same name"),
        ("a lock file of LibreOffice beside it", "log.csv", beside(".~lock.log.csv#"), 3),
        ("a lock file of Excel beside it", "log.csv", beside("~$log.csv"), 3),
        ("an unfinished download beside it", "log.csv", beside("more.csv.crdownload"), 3),
        ("an unfinished upload beside it", "log.csv", beside("more.csv.filepart"), 3),
        ("what macOS leaves beside it", "log.csv", beside("._log.csv"), 3),
    ]
    for what, name, make, expected in found:
        yield Case(what, name, make, expected, kind="inbox")


def main() -> None:
    """Print every case with its verdict and its sentence, for a person to read."""
    all_cases = cases()
    for case in all_cases:
        with tempfile.TemporaryDirectory() as folder:
            verdict = judged(case, Path(folder))
        print(f"{case.kind:<8} {case.what:<52} {verdict.word:<8} {verdict.sentence}", flush=True)
        if verdict.korean:
            print(f"{'':<70} {verdict.korean}", flush=True)
    print(f"{len(all_cases)} files", file=sys.stderr)


if __name__ == "__main__":
    main()
