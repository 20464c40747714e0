"""No cell of a returned workbook runs that did not run in the original, whatever a firm's cells say."""

import csv
import random
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from jobs.returned import Reason, return_delivery
from jobs.returned.safe import typed, writable
from tests.support.contracts import contract_of
from tests.support.returned import delivery_of, formulas, refused_rows

STARTS = [
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "＝",
    "＋",
    "－",
    "＠",
    " =",
    "'=",
    "\u200b=",
    "\ufeff+",
    "_x003D_",
    "\xa0-",
]
TAILS = [
    "1+1",
    'HYPERLINK("http://example.com","눌러")',
    "cmd|' /C calc'!A0",
    'DDE("cmd","/C calc","x")',
    'WEBSERVICE("http://example.com")',
    "SUM(A1:A9)*",
    "P-101A",
    "가동 중지",
    "5",
    "3.20",
    "0012",
    "",
    "_x000D_",
    "#N/A",
    "a\nb",
    '"quoted"',
    "<f>1</f>",
    "&amp;",
    "{=1}",
]
TEXTS = st.one_of(
    st.tuples(st.sampled_from(STARTS), st.sampled_from(TAILS)).map("".join),
    st.tuples(st.sampled_from(STARTS), st.text(max_size=12)).map("".join),
    st.text(max_size=20),
    st.sampled_from(["#N/A", "#REF!", "=", "-", "-5", "-0", "-1.5", "1E5", "TRUE", "2023-02-30", "∑", "🛠"]),
)
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
REASON = Reason("missing_equipment_tag", "equipment_tag", None, "a value")


def drawn(count: int) -> list[str]:
    """Texts from a seed: a dangerous start and tail, or any characters."""
    chosen = random.Random(7)
    found = []
    for _ in range(count):
        any_text = "".join(chr(chosen.choice([*range(32, 127), *range(0xAC00, 0xAC40), 9, 10, 13])) for _ in range(8))
        start, tail = chosen.choice([*STARTS, ""]), chosen.choice([*TAILS, any_text])
        found.append(start + tail)
    return found


def assert_text(cell: openpyxl.cell.Cell, text: str) -> None:
    """The cell holds the text, as text; one that starts like a formula is marked so that editing does not wake it."""
    kept = writable(text)
    if not kept:
        assert cell.value is None
        return
    assert cell.data_type == "s", repr(text)
    assert cell.value == kept
    if kept.startswith(DANGEROUS):
        assert cell.quotePrefix, repr(text)


def returned_csv(folder: Path, texts: list[str]) -> Path:
    """A CSV with a text per row, refused in every row, as it is returned."""
    (folder / "rows").mkdir()
    with (folder / "rows" / "log.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["작업번호", "설비번호", "작업일", "비고"])
        writer.writerows([f"W{at}", text, "2023-02-03", text] for at, text in enumerate(texts))
    contract = contract_of(kind="csv")
    delivery = delivery_of(folder, contract, "log.csv")
    reasons = {(None, row): [REASON] for row in range(2, len(texts) + 2)}
    (made,) = return_delivery(contract, delivery, refused_rows(delivery, contract, reasons), folder / "out")
    return made.path


@settings(max_examples=20, deadline=None)
@given(st.lists(TEXTS.map(lambda text: text.replace("\x00", "")), min_size=1, max_size=30))
def test_no_text_of_a_csv_becomes_a_formula(texts: list[str]):
    with TemporaryDirectory() as folder:
        path = returned_csv(Path(folder), texts)
        assert not formulas(path)
        log = openpyxl.load_workbook(path).worksheets[0]
        for row, text in enumerate(texts, start=2):
            for column in (2, 4):
                cell, was = log.cell(row, column), typed(text)
                if isinstance(was, str):
                    assert_text(cell, text)
                else:
                    assert cell.value == was, "a true number stays one"
            for added in (5, 6):
                assert log.cell(row, added).data_type in ("s", "n")


def test_ten_thousand_texts_of_a_workbook_stay_texts(tmp_path: Path):
    texts = [ILLEGAL_CHARACTERS_RE.sub("", text) for text in drawn(10_000)]
    numbers = [-(at % 97) - 0.5 for at in range(len(texts))]
    book = openpyxl.Workbook()
    log = book.active
    log.append(["작업번호", "설비번호", "작업일", "비고", "수치"])
    for row, (text, number) in enumerate(zip(texts, numbers, strict=True), start=2):
        log.append([f"W{row}", None, "2023-02-03", None, number])
        for column in (2, 4):
            cell = log.cell(row, column)
            cell.value, cell.data_type = text, "s"
    (tmp_path / "rows").mkdir()
    book.save(tmp_path / "rows" / "log.xlsx")
    contract = contract_of()
    delivery = delivery_of(tmp_path, contract, "log.xlsx")
    refused = refused_rows(delivery, contract, {("Sheet", row): [REASON] for row in range(2, 200)})
    (made,) = return_delivery(contract, delivery, refused, tmp_path / "out")
    assert not formulas(made.path)
    again = openpyxl.load_workbook(made.path)["Sheet"]
    starting_so = 0
    for row, (text, number) in enumerate(zip(texts, numbers, strict=True), start=2):
        assert_text(again.cell(row, 2), text)
        assert_text(again.cell(row, 4), text)
        starting_so += text.startswith(DANGEROUS)
        assert (again.cell(row, 5).data_type, again.cell(row, 5).value) == ("n", number)
    assert starting_so > 5_000, "most of them are dangerous"
