"""Containers of office files, made by hand so that a test can make them wrong: zips, OLE files, BIFF8 workbooks."""

import io
import re
import struct
import zipfile
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import openpyxl

SECTOR = 512
FREE, END, FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD

Edit = bytes | None | Callable[[bytes], bytes]
"""What becomes of a zip's part: other bytes, nothing, or what a function makes of it."""


def xlsx(fill: Callable[[Any], None]) -> bytes:
    """A workbook as Excel writes it: its texts in a list of their own, to which the cells point."""
    book = openpyxl.Workbook()
    fill(book)
    content = io.BytesIO()
    book.save(content)
    return _with_listed_texts(content.getvalue())


def _with_listed_texts(content: bytes) -> bytes:
    texts: list[bytes] = []

    def listed(cell: re.Match[bytes]) -> bytes:
        texts.append(b"<si>" + cell[2] + b"</si>")
        return cell[1] + b't="s"><v>%d</v></c>' % (len(texts) - 1)

    parts = {
        name: re.sub(rb'(<c [^>]*)t="inlineStr"><is>(.*?)</is></c>', listed, part, flags=re.S)
        if name.startswith("xl/worksheets/")
        else part
        for name, part in unzipped(content).items()
    }
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    part = b'<Override PartName="/xl/sharedStrings.xml" ContentType="' + kind + b'" /></Types>'
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(b"</Types>", part)
    parts["xl/sharedStrings.xml"] = (
        b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">' + b"".join(texts) + b"</sst>"
    )
    return zipped(parts.items())


def zipped(parts: Iterable[tuple[str, bytes]], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip of these parts, in this order."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", compression) as archive:
        for name, part in parts:
            archive.writestr(name, part)
    return content.getvalue()


def unzipped(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def edited(content: bytes, edits: Mapping[str, Edit], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The zip with some parts changed, added, or taken away."""
    parts: dict[str, bytes | None] = dict(unzipped(content))
    for name, edit in edits.items():
        parts[name] = edit(parts[name] or b"") if callable(edit) else edit
    return zipped(((name, part) for name, part in parts.items() if part is not None), compression)


def with_stated_size(content: bytes, part: str, size: int) -> bytes:
    """The zip whose directory lies about how large a part is once inflated."""
    changed, at = bytearray(content), content.index(b"PK\x01\x02")
    while content[at : at + 4] == b"PK\x01\x02":
        name_size, extra, comment = struct.unpack("<3H", content[at + 28 : at + 34])
        if content[at + 46 : at + 46 + name_size] == part.encode():
            changed[at + 24 : at + 28] = struct.pack("<I", size)
        at += 46 + name_size + extra + comment
    return bytes(changed)


def ole(streams: Mapping[str, bytes]) -> bytes:
    """An OLE file (512-byte sectors); every stream is padded to 4096 bytes, so none lies in the mini stream."""
    padded = {name: content.ljust(4096, b"\0") for name, content in streams.items()}
    directory_sectors = -(-(len(streams) + 1) // 4)
    sectors = {name: -(-len(content) // SECTOR) for name, content in padded.items()}
    fat_sectors = 1
    while fat_sectors * 128 < fat_sectors + directory_sectors + sum(sectors.values()):
        fat_sectors += 1
    fat = [FAT] * fat_sectors + _chained(fat_sectors, directory_sectors)
    entries = [_entry("Root Entry", 5, END, 0, child=1 if streams else FREE)]
    body = b""
    for i, (name, content) in enumerate(padded.items(), start=1):
        entries.append(_entry(name, 2, len(fat), len(content), right=i + 1 if i < len(streams) else FREE))
        fat += _chained(len(fat), sectors[name])
        body += content.ljust(sectors[name] * SECTOR, b"\0")
    fat += [FREE] * (fat_sectors * 128 - len(fat))
    header = struct.pack(
        "<8s16s5H6s9I", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, b"", 0, fat_sectors, fat_sectors,
        0, 4096, END, 0, END, 0,
    )  # fmt: skip
    places = [*range(fat_sectors), *[FREE] * (109 - fat_sectors)]
    directory = b"".join(entries).ljust(directory_sectors * SECTOR, b"\0")
    return header + struct.pack("<109I", *places) + struct.pack(f"<{len(fat)}I", *fat) + directory + body


def _chained(first: int, count: int) -> list[int]:
    return [*range(first + 1, first + count), END]


def _entry(name: str, kind: int, start: int, size: int, right: int = FREE, child: int = FREE) -> bytes:
    spelled = name.encode("utf-16-le") + b"\0\0"
    return struct.pack(
        "<64sHBB3I16sI8s8sIQ", spelled, len(spelled), kind, 1, FREE, right, child, b"", 0, b"", b"", start, size
    )


def xls(
    rows: Iterable[Iterable[str | float]],
    is_1904: bool = False,
    title: str = "이력",
    merged: Iterable[tuple[int, int, int, int]] = (),
    **streams: bytes,
) -> bytes:
    """An Excel 97 workbook of one sheet; with other streams beside the workbook's own.

    A float is a date, an int a plain number; `merged` holds first and last row, first and last column from 0.
    """
    sheet = [_record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 1997, 0, 6))]
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            if isinstance(cell, str):
                text = struct.pack("<HB", len(cell), 1) + cell.encode("utf-16-le")
                sheet.append(_record(0x0204, struct.pack("<HHH", r, c, 0) + text))
            else:
                sheet.append(_record(0x0203, struct.pack("<HHHd", r, c, isinstance(cell, int), cell)))
    if ranges := list(merged):
        places = b"".join(struct.pack("<4H", *range_) for range_ in ranges)
        sheet.append(_record(0x00E5, struct.pack("<H", len(ranges)) + places))
    sheet.append(_record(0x000A, b""))
    name = struct.pack("<BB", len(title), 1) + title.encode("utf-16-le")
    first = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 1997, 0, 6))
    first += _record(0x0042, struct.pack("<H", 1200)) + _record(0x0022, struct.pack("<H", is_1904))
    formats = b"".join(_record(0x00E0, struct.pack("<HHHBBBBIIH", 0, n, 0, 0, 0, 0, 0, 0, 0, 0)) for n in (14, 0))
    size = len(first) + len(formats) + 4 + 6 + len(name) + 4
    bound = _record(0x0085, struct.pack("<IH", size, 0) + name)
    book = first + formats + bound + _record(0x000A, b"") + b"".join(sheet)
    return ole({"Workbook": book, **streams})


def _record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content
