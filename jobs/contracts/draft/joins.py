"""Tables that say more about another table's records, under the same number: SAP's QMFE about QMEL."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import permutations

from jobs.contracts.draft.columns import Values
from jobs.contracts.draft.match import KEYS, SURE, Match, matched
from jobs.contracts.draft.tables import Joined, Source, kind_weight
from jobs.contracts.vocabulary import heading_score, squeezed

TABLES = {"maintenance": "log", "failure": "failures", "measurement": "readings", "equipment": "register"}
"""What the source tables are called in a draft."""


def complete(sources: Sequence[Source]) -> None:
    """Make one of two tables of a database that are a record only together: SAP's AUFK (orders) and AFIH (their equipment).

    Only for a table of the lake that no table fills alone.
    """
    missing = {*TABLES} - {source.kind for source in sources}
    halves = [source for source in sources if not source.kind and source.file_kind == "jdbc"]
    pairs = [
        (kind_weight(one, kind, found), kind, one, joined, found)
        for kind in missing
        for one, other in permutations(halves, 2)
        if (joined := _by_number(one, other, kind))
        if (found := matched([*one.columns.values(), *_only_in(other, one)], kind))
    ]
    for weight, kind, one, joined, found in sorted(pairs, key=lambda pair: (-pair[0], pair[1])):
        is_free = kind not in {source.kind for source in sources} and not one.kind and not joined.source.kind
        if weight > 0 and is_free and not any(joined.source is of.source for source in sources for of in source.joins):
            one.kind, one.matches, one.joins = kind, found, [joined]


def _by_number(one: Source, other: Source, kind: str) -> Joined | None:
    """The number of a kind's records that both tables have, no two rows of either alike."""
    for heading, values in one.columns.items():
        there = _heading_like(heading, other)
        if there is None or heading_score(heading, kind, KEYS[kind])[0] < 0.95:
            continue
        if all(len(of.words) == of.rows > 0 for of in (values, other.columns[there])):
            return Joined(other, f"{TABLES[kind]}_items", heading, there)
    return None


def join(chosen: Mapping[str, Source], sources: Sequence[Source]) -> list[str]:
    """Add to the chosen sources the tables that fit to their numbers; says of which tables a person must decide.

    A table is joined if it is none of the lake's itself, holds at most one row per number, and fills something more.
    """
    open_questions = []
    used = [of.source for source in sources for of in source.joins]
    for other in (source for source in sources if not source.kind and all(source is not of for of in used)):
        for kind, main in chosen.items():
            key = main.sure(KEYS[kind])
            there = _heading_like(key.values.heading, other) if key else None
            if key is None or there is None or other.file_kind != main.file_kind:
                continue
            fills = _fills(other, main)
            if not fills:
                continue
            most = max(Counter(other.columns[there].filled).values(), default=0)
            if most == 1:
                n = len(main.joins) + 1
                name = f"{TABLES[kind]}_items{n if n > 1 else ''}"
                main.joins.append(Joined(other, name, key.values.heading, there))
                main.matches = [m for m in main.matches if m.column not in {f.column for f in fills}] + fills
            elif most:
                said = ", ".join(f"{kind}.{fill.column} ← {fill.values.heading}" for fill in fills)
                open_questions.append(
                    f"{other.sheets[0].place}: {there} 하나에 {most}행까지 있어 join할 수 없다 ({said}): "
                    "번호마다 한 행만 남긴 표(view)가 있으면 join한다"
                )
            break
    return open_questions


def _heading_like(heading: str, source: Source) -> str | None:
    """A source's heading that is the same but for capitals, blanks and signs."""
    return next((name for name in source.columns if squeezed(name) == squeezed(heading)), None)


def _fills(other: Source, main: Source) -> list[Match]:
    """What a table surely fills that the main one does not, from columns that only it has."""
    found = matched(_only_in(other, main), main.kind)
    return [m for m in found if m.confidence >= SURE and m.column not in main.sure_columns]


def _only_in(other: Source, main: Source) -> list[Values]:
    return [of for name, of in other.columns.items() if _heading_like(name, main) is None]
