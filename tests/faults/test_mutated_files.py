"""Good files, mutated at random: read or refused with a sentence, whatever was done to them.

100 files here; `make test-night` does 5,000. A file that fails is made again by its number alone.
"""

import os
import random
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from jobs.refusals import Refused
from jobs.sources import read_rows
from jobs.spreadsheet.limits import Limits
from tests.support.contracts import contract_of
from tests.support.corpus import HEADING, TEXT, complaints, korean_complaints
from tests.support.packages import unzipped, xls, xlsx, zipped

MUTATIONS = int(os.environ.get("YEJI_TEST_MUTATIONS", "100"))

ROWS: list[list[str | float]] = [[f"W{i}", f"P-{i % 9}", 46_000.0 + i] for i in range(60)]


def _filled(book: openpyxl.Workbook) -> None:
    book.active.append(HEADING)
    for i in range(60):
        book.active.append([f"W{i}", f"P-{i % 9}", datetime(2026, 3, 1 + i % 28)])
    book.active.merge_cells("B5:B7")
    book.create_sheet("2월").append(HEADING)
    book["2월"].append(["W99", "P-1", "2026.2.3"])


QUOTED = TEXT + '"W4","P ""4"", 5","2026\n3\n4"\n' + "W5,펌프,2026.3.5\n" * 40

GOOD: dict[str, bytes] = {
    "log.xlsx": xlsx(_filled),
    "log.xls": xls([HEADING, *ROWS]),
    "utf8.csv": QUOTED.encode(),
    "cp949.csv": QUOTED.encode("cp949"),
    "utf16.csv": QUOTED.encode("utf-16"),
}

Mutate = Callable[[bytes, random.Random], bytes]


def flip_bits(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.choice([1, 3, 30])):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def cut(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content))]


def swap_pieces(content: bytes, chance: random.Random) -> bytes:
    a, b, c = sorted(chance.randrange(len(content)) for _ in range(3))
    return content[:a] + content[b:c] + content[a:b] + content[c:]


def repeat_a_piece(content: bytes, chance: random.Random) -> bytes:
    a, b = sorted(chance.randrange(len(content)) for _ in range(2))
    return content[:b] + content[a:b] * chance.choice([1, 2, 50]) + content[b:]


def drop_a_piece(content: bytes, chance: random.Random) -> bytes:
    a, b = sorted(chance.randrange(len(content)) for _ in range(2))
    return content[:a] + content[b:]


def put_in(content: bytes, chance: random.Random) -> bytes:
    """Something that means much to one reader or another."""
    said = chance.choice(
        [b"\0", b'"', b"\n", b",", b"\xff\xfe", b"<", b"&a;", b"999999999", b"-1", b"\r", b"]]>", b"1e999"]
    )
    at = chance.randrange(len(content))
    return content[:at] + said + content[at:]


BYTES: tuple[Mutate, ...] = (flip_bits, cut, swap_pieces, repeat_a_piece, drop_a_piece, put_in)


def edit_a_part(content: bytes, chance: random.Random) -> bytes:
    """A zip as good as it was, but for what one of its parts holds, or that it is gone or called otherwise."""
    parts = unzipped(content)
    name = chance.choice(list(parts))
    what = chance.randrange(8)
    if what == 0:
        del parts[name]
    elif what == 1:
        parts[name + "x"] = parts.pop(name)
    else:
        parts[name] = chance.choice(BYTES)(parts[name], chance)
    return zipped(parts.items())


def mutated(number: int) -> tuple[str, bytes]:
    """The file of a number: its name and bytes."""
    chance = random.Random(number)
    name = chance.choice(list(GOOD))
    mutate = edit_a_part if name.endswith(".xlsx") and chance.random() < 0.7 else chance.choice(BYTES)
    return name, mutate(GOOD[name], chance)


@pytest.mark.timeout(3600)
def test_whatever_is_done_to_a_file_ends_in_rows_or_in_a_sentence(tmp_path: Path):
    wrong, read = [], 0
    for number in range(MUTATIONS):
        name, content = mutated(number)
        path = tmp_path / name
        path.write_bytes(content)
        kind = "csv" if name.endswith(".csv") else "workbook"
        try:
            read += bool(list(read_rows(path, "rows", contract_of(kind=kind), name, Limits(seconds=20))))
        except Refused as error:
            wrong += [f"{number}: {what}: {error}" for what in complaints(str(error), name)]
            wrong += [f"{number}: {what}: {error.korean}" for what in korean_complaints(error.korean, name)]
        except Exception as error:
            wrong.append(f"{number}: {type(error).__name__}: {error}")
    assert not wrong
    assert 0.05 < read / MUTATIONS < 0.9, "mutations that break all files, or none, find nothing"
