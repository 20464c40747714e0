"""Whether a file is a workbook that is safe to read; what is in it is counted while it is inflated.

A zip's own figures are not believed: every part is inflated once, in chunks, and nothing of it is kept but what the
reader must know beforehand. Once a part is found as large as it says, reading it later costs no more than that.
"""

import codecs
import copy
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from openpyxl.utils import range_boundaries

from jobs.errors import DataError
from jobs.spreadsheet.limits import Limits
from jobs.spreadsheet.signature import DELIVER_AGAIN, EMPTY_ZIP, OLE, SAVE_AS_XLSX, START, UNPACK, XLSX, ZIP, foreign

MAX_PARTS = 1000
MAX_RATIO = 100
RATIO_FROM_BYTES = 10 << 20
CHUNK = 1 << 18

MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"')
UNCALCULATED = re.compile(rb'<c r="([A-Z]+\d+)"[^>]*><f[^>]*>[^<]*</f>(?:<v\s*/>|<v></v>)?</c>')


@dataclass(frozen=True)
class SheetFacts:
    """What must be known of a sheet before its rows: a formula without result, and what is merged over rows.

    `merged_down` maps the first row of each such range to its columns and their last rows.
    """

    uncalculated: str | None = None
    merged_down: dict[int, list[tuple[int, int]]] = field(default_factory=dict)


def is_old_workbook(path: Path, name: str) -> bool:
    """True for an .xls, False for a zip. Raises DataError for a file that is neither, saying what it is."""
    with path.open("rb") as file:
        start = file.read(START)
        if start.startswith(OLE):
            _refuse_other_ole(start + file.read(), name)
            return True
    if start.startswith((ZIP, EMPTY_ZIP)):
        return False
    if known := foreign(start):
        raise DataError(f"{name}: {known.sentence(XLSX)}")
    if _is_text(start):
        raise DataError(
            f"{name}: it is no workbook but plain text (CSV) under a workbook's name; {SAVE_AS_XLSX}, "
            "or state `kind: csv` in the contract"
        )
    raise DataError(f"{name}: it is no workbook, or a damaged one (it begins as no .xlsx or .xls does); {SAVE_AS_XLSX}")


def _is_text(start: bytes) -> bool:
    """Whether bytes read as text in one of the encodings of Korean text, with no control characters."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    if re.search(rb"[\0-\x08\x0e-\x1a\x1c-\x1f]", start):
        return False
    for encoding in ("utf-8", "cp949"):
        for cut in range(4 if len(start) == START else 1):  # the last character may be cut through
            try:
                start[: len(start) - cut].decode(encoding)
            except UnicodeDecodeError:
                continue
            return True
    return False


def _refuse_other_ole(content: bytes, name: str) -> None:
    """Raise DataError for an OLE file that is no plain .xls, by the names in its directory."""
    for entry, sentence in (
        ("EncryptedPackage", "it is locked with a password; remove the password in Excel and save it again"),
        ("\x05HwpSummaryInformation", "it is no workbook but a 한글 document (.hwp); copy its table into Excel and save it "
         "as .xlsx"),
        ("WordDocument", "it is no workbook but a Word document; copy its table into Excel and save it as .xlsx"),
        ("PowerPoint Document", "it is no workbook but a presentation; copy its table into Excel and save it as .xlsx"),
        ("_VBA_PROJECT_CUR", "it carries macros, which are not let in; save it as .xlsx, which has none"),
    ):  # fmt: skip
        if _has_stream(content, entry):
            raise DataError(f"{name}: {sentence}")
    if not (_has_stream(content, "Workbook") or _has_stream(content, "Book")):
        raise DataError(f"{name}: it has the form of an old Office file but holds no workbook; {SAVE_AS_XLSX}")


def _has_stream(content: bytes, name: str) -> bool:
    return _entry(content, name) >= 0


def _entry(content: bytes, name: str) -> int:
    """Where the directory entry (128 bytes, the name first, in UTF-16) of this name stands; -1 where there is none."""
    spelled = name.encode("utf-16-le") + b"\0\0"
    at = content.find(spelled)
    while at >= 0 and at % 128:
        at = content.find(spelled, at + 1)
    return at


SECTOR = 512
DATE_SYSTEM, END_OF_FILE = 0x0022, 0x000A


def counts_since_1904(path: Path) -> bool:
    """Whether an .xls counts its days from 1904: what the first record of its kind says, before any sheet's.

    The records are looked for in one run from the workbook's first sector on, where they always stand.
    """
    content = path.read_bytes()
    entry = next((at for name in ("Workbook", "Book") if (at := _entry(content, name)) >= 0), -1)
    at = (int.from_bytes(content[entry + 116 : entry + 120], "little") + 1) * SECTOR if entry >= 0 else len(content)
    while at + 4 <= len(content):
        kind, size = (int.from_bytes(content[i : i + 2], "little") for i in (at, at + 2))
        if kind == DATE_SYSTEM:
            return content[at + 4 : at + 6] == b"\x01\0"
        if kind == END_OF_FILE:
            break
        at += 4 + size
    return False


def inspect(path: Path, name: str, limits: Limits) -> dict[str, SheetFacts]:
    """The facts of each worksheet by the name of its part. Raises DataError unless the zip is a safe workbook."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _refuse_other_zip(members, name)
            return _inflated(archive, members, path.stat().st_size, name, limits)
    except (DataError, MemoryError):
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError):
        raise DataError(f"{name}: it is damaged or cut off; {DELIVER_AGAIN}") from None
    except Exception:  # a way of packing that Python does not know, or one that is damaged
        raise DataError(f"{name}: it is packed in a way that Excel does not pack; {SAVE_AS_XLSX}") from None


def _refuse_other_zip(members: list[zipfile.ZipInfo], name: str) -> None:
    names = [member.filename for member in members]
    if any(member.flag_bits & 1 for member in members):
        raise DataError(f"{name}: it is locked with a password; remove the password and save it again")
    for member in names:
        if member.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", member) or re.match(r"[A-Za-z]:", member):
            raise DataError(f"{name}: its part {member[:80]!r} is named to lead out of the file; {SAVE_AS_XLSX}")
    if any(re.search(r"vbaProject\.bin$|macrosheets/", member, re.I) for member in names):
        raise DataError(f"{name}: it carries macros (.xlsm), which are not let in; save it as .xlsx, which has none")
    if "xl/workbook.xml" not in names:
        raise DataError(f"{name}: {_other_zip(names)}")
    if len(members) > MAX_PARTS:
        raise DataError(f"{name}: it has {len(members):,} parts and may have {MAX_PARTS:,}; {SAVE_AS_XLSX}")
    if len(set(names)) < len(names):
        twin = next(part for i, part in enumerate(names) if part in names[:i])
        raise DataError(f"{name}: its part {twin[:80]!r} is there twice; {SAVE_AS_XLSX}")


def _other_zip(names: list[str]) -> str:
    """What a zip is that is no .xlsx, and what to do."""
    for part, sentence in (
        ("xl/workbook.bin", f"it is a binary workbook (.xlsb); {SAVE_AS_XLSX}"),
        ("word/document.xml", "it is no workbook but a Word document; copy its table into Excel and save it as .xlsx"),
        ("ppt/presentation.xml", "it is no workbook but a presentation; copy its table into Excel and save it as .xlsx"),
        ("Contents/content.hpf", "it is no workbook but a 한글 document (.hwpx); copy its table into Excel and save it "
         "as .xlsx"),
        ("content.xml", f"it is an OpenDocument file; {SAVE_AS_XLSX}"),
    ):  # fmt: skip
        if part in names:
            return sentence
    return f"it is no workbook but a zip archive; {UNPACK}, as .xlsx"


def _inflated(
    archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], packed: int, name: str, limits: Limits
) -> dict[str, SheetFacts]:
    """Inflate every part, counting; the facts of those that are worksheets."""
    facts: dict[str, SheetFacts] = {}
    total = 0
    for member in members:
        is_sheet = member.filename.startswith("xl/worksheets/") and member.filename.endswith(".xml")
        xml, size, tail = bytearray(), 0, b""
        for chunk in _chunks(archive, member):
            size += len(chunk)
            total += len(chunk)
            if total > limits.unpacked_mib << 20:
                raise DataError(
                    f"{name}: it unpacks to more than {limits.unpacked_mib} MiB (limit: YEJI_READER_UNPACKED_MIB); "
                    "split it into smaller files"
                )
            if total > RATIO_FROM_BYTES and total > MAX_RATIO * packed:
                raise DataError(
                    f"{name}: it unpacks to more than {MAX_RATIO} times its size, as a zip bomb does; {SAVE_AS_XLSX}"
                )
            if not tail:
                _refuse_other_encoding(member.filename, chunk, name)
            if b"<!DOCTYPE" in tail + chunk:
                raise DataError(
                    f"{name}: its part {member.filename[:80]!r} declares a DOCTYPE, which no workbook needs; {SAVE_AS_XLSX}"
                )
            tail = chunk[-16:]
            if is_sheet:
                xml += chunk
        if size != member.file_size:
            raise DataError(
                f"{name}: its part {member.filename[:80]!r} says it has {member.file_size:,} bytes and has {size:,}; "
                f"{SAVE_AS_XLSX}"
            )
        if is_sheet:
            facts[member.filename] = _facts(xml)
    return facts


def _chunks(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """A part's real bytes: as many as it inflates to, not as many as it says."""
    unbelieved = copy.copy(member)
    unbelieved.file_size = 1 << 62
    with archive.open(unbelieved) as part:
        while chunk := part.read(CHUNK):
            yield chunk


def _refuse_other_encoding(part: str, start: bytes, name: str) -> None:
    """A part in UTF-16 would hide from every search for what it declares; Excel writes UTF-8."""
    if part.endswith((".xml", ".rels")) and b"\0" in start[:64]:
        raise DataError(f"{name}: its part {part[:80]!r} is not written in UTF-8; {SAVE_AS_XLSX}")


def _facts(xml: bytearray) -> SheetFacts:
    found = UNCALCULATED.search(xml)
    merged: dict[int, list[tuple[int, int]]] = {}
    for reference in MERGED.findall(xml):
        column, first, _, last = range_boundaries(reference.decode())
        if last > first:
            merged.setdefault(first, []).append((column, last))
    return SheetFacts(found[1].decode() if found else None, merged)
