"""What a file is by its first bytes, whatever its name says."""

import re
from pathlib import Path

START = 4096
"""So many first bytes are looked at."""

ZIP = b"PK\x03\x04"
EMPTY_ZIP = b"PK\x05\x06"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

SIGNATURES: tuple[tuple[re.Pattern[bytes], str], ...] = tuple(
    (re.compile(pattern, re.S | re.I), kind)
    for pattern, kind in (
        (rb".{0,16}(DRMONE|SCDSA|NASCA DRM|DOCUMENT SAFER)", "drm"),
        (rb"\0{512}", "zeros"),
        (rb"%PDF", "pdf"),
        (rb"\x89PNG|\xff\xd8\xff|GIF8|BM.{4}\0{4}", "picture"),
        (rb"Rar!|7z\xbc\xaf|\x1f\x8b|BZh\d|\xfd7zXZ|ALZ\x01|EGGA", "archive"),
        (rb"HWP Document File", "hwp"),
        (rb"(\xef\xbb\xbf)?\s*<\?xml.*<HWPML", "hml"),
        (rb"(\xef\xbb\xbf)?\s*<\?xml.*urn:schemas-microsoft-com:office:spreadsheet", "xml_2003"),
        (rb"MIME-Version:", "mht"),
        (rb"(\xef\xbb\xbf|\xff\xfe)?\s*<.{0,4000}?<?\0?(html|h\0t\0m\0l|table|t\0a\0b\0l\0e)", "html"),
        (rb"(\xef\xbb\xbf|\xff\xfe)?\s*<\?xml", "xml"),
        (rb"PAR1", "parquet"),
        (rb"SQLite format 3", "database"),
        (rb"\x7fELF|MZ.{60}", "program"),
    )
)


def start_of(path: Path) -> bytes:
    """The first bytes of a file."""
    with path.open("rb") as file:
        return file.read(START)


HWP_HEADER = b"HWP Document File"
"""How the part FileHeader of a .hwp begins, an OLE file; Excel's own parts do not."""
HWPX_PARTS = (b"application/hwp+zip", b"Contents/header.xml", b"Contents/section0.xml", b"Contents/content.hpf")
"""What is written among the first bytes of a .hwpx, a zip: its type, which is stored as it is, or the names of its parts."""


def hangul(content: bytes, name: str) -> str | None:
    """Whether a packed file that holds no workbook is a 한글 document, by what is in it, else by its name."""
    if content.startswith(ZIP):
        is_one = any(part in content[:START] for part in HWPX_PARTS)
        return "hwpx" if is_one or name.lower().endswith(".hwpx") else None
    return "hwp" if HWP_HEADER in content or name.lower().endswith(".hwp") else None


def foreign(start: bytes) -> str | None:
    """What a file with these first bytes is, as a kind of refusal (`jobs.refusals`).

    None where it is not known to be neither text, nor a zip, nor an OLE file.
    """
    return next((kind for pattern, kind in SIGNATURES if pattern.match(start)), None)
