"""A contract proposed from the files that a firm has: workbooks and csv files, of any layout that can be read.

Headings are matched to the lake's columns by the words that firms use and by the values below them. What is sure becomes
a line of the contract with its confidence and evidence, what is doubtful a comment that says what is open; a person
reads it, edits it and keeps it. `draft` gives the text and what `yeji contract check` says of it.
"""

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from jobs.contracts.draft.joins import TABLES, complete, join
from jobs.contracts.draft.keys import judged_key
from jobs.contracts.draft.left_out import one_kind, unread
from jobs.contracts.draft.reads import Origin, delivers_text, origin_in, origin_of, reads_text
from jobs.contracts.draft.rules import lives_text, table_lines
from jobs.contracts.draft.tables import Source, common_title, find_sheet, gathered, merged
from jobs.contracts.draft.write import comment, notes, table_text
from jobs.contracts.flow import scalar
from jobs.contracts.load import ContractError, load
from jobs.contracts.schema import schema_line
from jobs.errors import DataError
from jobs.sources import Grid, grids

ABOUT = "초안: `yeji contract draft`가 파일에서 제안했다. 줄 끝의 수는 확신(0~1), 그 뒤는 근거. '열림'은 사람이 정한다."
TERMS = (
    "costs: {failure: ?, planned: ?, downtime_h: ?}   (고장 한 번, 계획 정비 한 번, 정지 한 시간의 값, 원)",
    "sharing: 서면 동의가 있을 때만 적는다. 없으면 이 회사의 자료는 밖으로 나가지 않는다",
)
"""What no file says and only the firm can."""


@dataclass(frozen=True)
class Draft:
    """A proposed contract: its source's name, its text, and what `yeji contract check` finds wrong with it."""

    source: str
    text: str
    problems: tuple[str, ...]


def draft(files: Sequence[Path], out: Path | None = None) -> Draft:
    """Propose a contract for the tables in the files. `out` is where it will be kept: its name is the source's.

    Raises DataError for a file that cannot be read, and where no file holds a log or a register.
    """
    return _proposed([grid for path in files for grid in grids(path)], origin_of(files, out), out)


def draft_of_database(tables: Sequence[Grid], out: Path | None = None) -> Draft:
    """Propose a contract for tables of a database (`jobs.sources.jdbc.database_grids`)."""
    return _proposed(list(tables), origin_in(tables, out), out)


def _proposed(found: list[Grid], origin: Origin, out: Path | None) -> Draft:
    sources = gathered([sheet for grid in found if (sheet := find_sheet(grid))])
    complete(sources)
    of_one_kind = one_kind(sources)
    chosen = {kind: table for kind in TABLES if (table := merged(of_one_kind, kind))}
    if not chosen:
        raise DataError(f"{', '.join(origin.names)}: no table of maintenance jobs (with a date and a tag) "
                        "and no register (with unique tags) was found; name the columns in a heading row")  # fmt: skip
    told = join(chosen, of_one_kind)
    left_out = unread(found, sources, chosen, told, origin)
    text = "\n".join(_lines(origin, out, chosen, left_out)) + "\n"
    return Draft(origin.source, text, tuple(_problems(text, origin.source)))


def _lines(origin: Origin, out: Path | None, chosen: dict[str, Source], left_out: list[str]) -> list[str]:
    keys = {kind: judged_key(source, origin) for kind, source in chosen.items()}
    is_once = not origin.is_dated and not all(key.is_one for _, key in keys.values())
    is_korean = any(_has_hangul(source) for source in chosen.values())
    tables = {kind: table_lines(source, keys[kind][1], is_once, is_korean) for kind, source in chosen.items()}
    first = next(iter(chosen))
    return [
        *([schema_line(out)] if out else []),
        comment(ABOUT),
        f"source: {scalar(origin.source)}",
        f"firm: {scalar(origin.firm)}",
        f"title: {scalar(common_title(list(chosen.values())) or f'{origin.source} 설비 정비이력')}",
        *reads_text(chosen, origin, is_once),
        'schedule: "0 2 * * *"   # 날마다 02:00에 새 인도분을 찾는다',
        delivers_text(chosen, keys[first][0], origin),
        "tables:",
        *[line for table in tables.values() for line in table_text(table)],
        *lives_text(chosen, tables, "sme" if is_korean else origin.source),
        *notes([*left_out, *TERMS]),
    ]


def _has_hangul(source: Source) -> bool:
    return any(re.search("[가-힣]", "".join((of.heading, *of.words))) for of in source.all_columns)


def _problems(text: str, source: str) -> list[str]:
    """What `yeji contract check` says of the draft, with the draft's own lines."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{source}.yaml"
        path.write_text(text, encoding="utf-8")
        try:
            load(path)
        except ContractError as error:
            return [line.replace(f"{path}:", f"{path.name}:") for line in str(error).splitlines()]
    return []
