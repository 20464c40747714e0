"""What a draft leaves out, and why: one contract reads one kind of file, and one table of each of the lake's."""

from collections.abc import Mapping, Sequence

from jobs.contracts.draft.reads import Origin, caught
from jobs.contracts.draft.tables import Source
from jobs.sources import Grid


def one_kind(sources: Sequence[Source]) -> list[Source]:
    """The sources of one kind of file: of that which holds events and the most rows."""
    used = [source for source in sources if source.kind]

    def weight(kind: str) -> tuple[bool, int]:
        of_kind = [source for source in used if source.file_kind == kind]
        return any(source.kind != "equipment" for source in of_kind), sum(source.row_count for source in of_kind)

    best = max({source.file_kind for source in used}, key=weight, default="")
    return [source for source in sources if source.file_kind == best]


def unread(
    found: Sequence[Grid], sources: Sequence[Source], chosen: Mapping[str, Source], told: Sequence[str], origin: Origin
) -> list[str]:
    """What a person should know of tables that the contract leaves out, or reads though it should not.

    `told` are sentences that say already why a table is not joined.
    """
    read = {sheet.place for source in chosen.values() for sheet in source.sheets}
    read |= {sheet.place for source in chosen.values() for join in source.joins for sheet in join.source.sheets}
    of_place = {sheet.place: source for source in sources for sheet in source.sheets}
    others = [grid for grid in found if grid.place not in read]
    kind = next(iter(chosen.values())).file_kind
    read_files = {sheet.grid.path for source in chosen.values() for sheet in source.sheets}
    untold = [grid for grid in others if not any(line.startswith(f"{grid.place}:") for line in told)]
    said = [
        _why(grid, of_place.get(grid.place), kind, f"{origin.source}_{n}", grid.path in read_files)
        for n, grid in enumerate(untold, 2)
    ]
    return [*told, *said, *caught(chosen, others)]


def _why(grid: Grid, source: Source | None, kind: str, name: str, is_in_read_file: bool) -> str:
    start = f"읽지 않은 표: {grid.place}"
    if source is None or not source.kind:
        return f"{start} (정비이력, 고장이력, 측정, 설비대장 어느 것의 열도 갖추지 않았다)"
    first = ""
    if source.file_kind != kind:
        why = f"한 계약은 한 종류의 파일만 읽는다: 이 계약은 {kind}, 이 표는 {source.file_kind}"
    else:
        why = f"계약 하나에는 {source.kind} 표가 하나다: 다른 표를 읽는다"
        first = "그 시트만 다른 파일로 저장해 " if is_in_read_file and grid.sheet is not None else ""
    return f"{start} ({source.kind}로 보이지만 {why}). {first}둘째 계약을 초안한다: {_command(grid, name)}"


def _command(grid: Grid, source: str) -> str:
    what = f"--connection {grid.described.connection} {grid.described.table}" if grid.described else str(grid.path)
    return f"`yeji contract draft {what} -o infra/sources/{source[:40]}.yaml`"
