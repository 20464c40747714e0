"""Tables that say more about another table's records, under the same number: SAP's QMFE about QMEL."""

from collections import Counter
from collections.abc import Mapping, Sequence

from jobs.contracts.draft.match import KEYS, SURE, Match, matched
from jobs.contracts.draft.tables import Joined, Source
from jobs.contracts.vocabulary import squeezed

TABLES = {"maintenance": "log", "failure": "failures", "measurement": "readings", "equipment": "register"}
"""What the source tables are called in a draft."""


def join(chosen: Mapping[str, Source], sources: Sequence[Source]) -> list[str]:
    """Add to the chosen sources the tables that fit to their numbers; says of which tables a person must decide.

    A table is joined if it is none of the lake's itself, holds at most one row per number, and fills something more.
    """
    open_questions = []
    for other in (source for source in sources if not source.kind):
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
    only = [of for name, of in other.columns.items() if _heading_like(name, main) is None]
    return [m for m in matched(only, main.kind) if m.confidence >= SURE and m.column not in main.sure_columns]
