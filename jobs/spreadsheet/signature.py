"""What a file is by its first bytes, whatever its name says; and what a person does about it."""

import re
from dataclasses import dataclass

START = 4096
"""So many first bytes are looked at."""

ZIP = b"PK\x03\x04"
EMPTY_ZIP = b"PK\x05\x06"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

XLSX, CSV = "an Excel workbook (.xlsx)", "CSV UTF-8"
SAVE_AS_XLSX = f"open it in Excel and save it as {XLSX}"
SAVE_AS_CSV = f"open it in Excel and save it as {CSV}"
REPAIR = f"open it in Excel, which may repair it, and save it as {XLSX}"
DELIVER_AGAIN = "copy it again from where it came, and deliver it once it is whole"


@dataclass(frozen=True)
class Foreign:
    """A kind of file that is no table: what it is called, and what to do."""

    what: str
    remedy: str

    def sentence(self, form: str) -> str:
        """That it is not of the form that was expected, and how it comes to be."""
        kind = "workbook" if form == XLSX else "CSV"
        return f"it is no {kind} but {self.what}; {self.remedy.format(form=form)}"


PRINTED = "deliver the table that it was made from"
COPIED = "copy its table into Excel and save it as {form}"
SAVED = "open it in Excel and save it as {form}"
UNPACK = "unpack it and deliver the file inside"

SIGNATURES: tuple[tuple[re.Pattern[bytes], Foreign], ...] = tuple(
    (re.compile(pattern, re.S | re.I), Foreign(what, remedy))
    for pattern, what, remedy in (
        (rb".{0,16}(DRMONE|SCDSA|NASCA DRM|DOCUMENT SAFER)", "a file locked by document security (DRM)",
         "release it (문서보안 해제) and deliver it again"),
        (rb"\0{512}", "a file of nothing but zeros, the trace of a copy that was cut off", DELIVER_AGAIN),
        (rb"%PDF", "a PDF", PRINTED),
        (rb"\x89PNG|\xff\xd8\xff|GIF8|BM.{4}\0{4}", "a picture", PRINTED),
        (rb"Rar!|7z\xbc\xaf|\x1f\x8b|BZh\d|\xfd7zXZ|ALZ\x01|EGGA", "a compressed archive", UNPACK),
        (rb"HWP Document File", "a 한글 document (.hwp)", COPIED),
        (rb"(\xef\xbb\xbf)?\s*<\?xml.*<HWPML", "a 한글 document (.hml)", COPIED),
        (rb"(\xef\xbb\xbf)?\s*<\?xml.*urn:schemas-microsoft-com:office:spreadsheet", "an XML table of Excel 2003",
         SAVED),
        (rb"MIME-Version:", "a web page (.mht)", SAVED),
        (rb"(\xef\xbb\xbf|\xff\xfe)?\s*<.{0,4000}?<?\0?(html|h\0t\0m\0l|table|t\0a\0b\0l\0e)", "a web page (HTML)",
         SAVED),
        (rb"(\xef\xbb\xbf|\xff\xfe)?\s*<\?xml", "an XML file", SAVED),
        (rb"PAR1", "a Parquet file", "state `kind: parquet` in the contract, or deliver what the contract says"),
        (rb"SQLite format 3", "a database", "export the table and deliver that"),
        (rb"\x7fELF|MZ.{60}", "a program", "deliver the table itself"),
    )
)  # fmt: skip


def foreign(start: bytes) -> Foreign | None:
    """What a file with these first bytes is, where it is known to be neither text, nor a zip, nor an OLE file."""
    return next((kind for pattern, kind in SIGNATURES if pattern.match(start)), None)
