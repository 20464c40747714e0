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

from jobs.refusals import WORKBOOK, Refused
from jobs.spreadsheet.limits import Limits
from jobs.spreadsheet.signature import EMPTY_ZIP, OLE, START, ZIP, foreign, hangul, start_of

MAX_PARTS = 1000
MAX_RATIO = 100
RATIO_FROM_BYTES = 10 << 20
CHUNK = 1 << 18
SHOWN = 80
"""So many signs of a part's name are shown."""

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
    """True for an .xls, False for a zip. Raises Refused for a file that is neither, saying what it is."""
    start = start_of(path)
    if start.startswith(OLE):
        _refuse_other_ole(path.read_bytes(), name)
        return True
    if start.startswith((ZIP, EMPTY_ZIP)):
        return False
    if known := foreign(start):
        raise Refused(known, {"file": name}, **WORKBOOK)
    kind = "text_as_workbook" if _is_text(start) else hangul(start, name) or "no_workbook"
    raise Refused(kind, {"file": name}, **WORKBOOK)


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
    """Raise Refused for an OLE file that is no plain .xls, by the names in its directory."""
    for entry, kind in (
        ("EncryptedPackage", "password"),
        ("\x05HwpSummaryInformation", "hwp"),
        ("WordDocument", "word"),
        ("PowerPoint Document", "presentation"),
        ("_VBA_PROJECT_CUR", "macros"),
    ):
        if _has_stream(content, entry):
            raise Refused(kind, {"file": name}, **WORKBOOK)
    if not (_has_stream(content, "Workbook") or _has_stream(content, "Book")):
        raise Refused(hangul(content, name) or "old_office", {"file": name}, **WORKBOOK)


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
    """The facts of each worksheet by the name of its part. Raises Refused unless the zip is a safe workbook."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _refuse_other_zip(members, path, name)
            return _inflated(archive, members, path.stat().st_size, name, limits)
    except (Refused, MemoryError):
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError):
        raise Refused("cut_off", {"file": name}) from None
    except Exception:  # a way of packing that Python does not know, or one that is damaged
        raise Refused("odd_packing", {"file": name}) from None


def _refuse_other_zip(members: list[zipfile.ZipInfo], path: Path, name: str) -> None:
    place = {"file": name}
    names = [member.filename for member in members]
    if any(member.flag_bits & 1 for member in members):
        raise Refused("password", place)
    for member in names:
        if member.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", member) or re.match(r"[A-Za-z]:", member):
            raise Refused("part_leads_out", place, part=member[:SHOWN])
    if any(re.search(r"vbaProject\.bin$|macrosheets/", member, re.I) for member in names):
        raise Refused("macros", place)
    if "xl/workbook.xml" not in names:
        known = next((kind for part, kind in OTHER_ZIPS if part in names), None)
        raise Refused(hangul(start_of(path), name) or known or "zip", place, **WORKBOOK)
    if len(members) > MAX_PARTS:
        raise Refused("many_parts", place, parts=len(members), most=MAX_PARTS)
    if len(set(names)) < len(names):
        twin = next(part for i, part in enumerate(names) if part in names[:i])
        raise Refused("part_twice", place, part=twin[:SHOWN])


OTHER_ZIPS = (
    ("xl/workbook.bin", "xlsb"),
    ("word/document.xml", "word"),
    ("ppt/presentation.xml", "presentation"),
    ("Contents/content.hpf", "hwpx"),
    ("Contents/section0.xml", "hwpx"),
    ("content.xml", "ods"),
)
"""The part by which a zip that is no .xlsx is known, and what it is."""


def _inflated(
    archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], packed: int, name: str, limits: Limits
) -> dict[str, SheetFacts]:
    """Inflate every part, counting; the facts of those that are worksheets."""
    facts: dict[str, SheetFacts] = {}
    place = {"file": name}
    total = 0
    for member in members:
        is_sheet = member.filename.startswith("xl/worksheets/") and member.filename.endswith(".xml")
        xml, size, tail = bytearray(), 0, b""
        for chunk in _chunks(archive, member):
            size += len(chunk)
            total += len(chunk)
            if total > limits.unpacked_mib << 20:
                raise Refused("unpacks_large", place, most=limits.unpacked_mib)
            if total > RATIO_FROM_BYTES and total > MAX_RATIO * packed:
                raise Refused("zip_bomb", place, times=MAX_RATIO)
            if not tail:
                _refuse_other_encoding(member.filename, chunk, name)
            if b"<!DOCTYPE" in tail + chunk:
                raise Refused("doctype", place, part=member.filename[:SHOWN])
            tail = chunk[-16:]
            if is_sheet:
                xml += chunk
        if size != member.file_size:
            raise Refused("part_size", place, part=member.filename[:SHOWN], stated=member.file_size, size=size)
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
        raise Refused("part_encoding", {"file": name}, part=part[:SHOWN])


def _facts(xml: bytearray) -> SheetFacts:
    found = UNCALCULATED.search(xml)
    merged: dict[int, list[tuple[int, int]]] = {}
    for reference in MERGED.findall(xml):
        column, first, _, last = range_boundaries(reference.decode())
        if last > first:
            merged.setdefault(first, []).append((column, last))
    return SheetFacts(found[1].decode() if found else None, merged)
