"""Whether a source's own numbers tell every record from every other."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from jobs.contracts.checks import OCCURRED
from jobs.contracts.draft.match import KEYS, Match
from jobs.contracts.draft.reads import Origin
from jobs.contracts.draft.tables import Source
from jobs.contracts.vocabulary import squeezed


@dataclass(frozen=True)
class Key:
    """Whether a column tells every record from every other over all files, and what says so."""

    is_one: bool
    evidence: str
    is_counter: bool = False


def judged_key(source: Source, origin: Origin) -> tuple[Match | None, Key]:
    """The column that numbers the records, and whether it does."""
    match = source.sure(KEYS[source.kind])
    if match is None:
        return None, Key(False, "번호라고 볼 열이 없다")
    if source.kind == "equipment":
        return match, Key(True, f"{len(match.values.words)}개 번호")
    return match, key_of(source, match, origin.deliveries)


def key_of(source: Source, match: Match, deliveries: dict[str, str]) -> Key:
    """Judge a source's own numbers as a key.

    Equal numbers are no fault where the rows say the same (a row typed twice), or where they stand in different
    deliveries and name the same equipment (a correction). `deliveries` gives each file's delivery.
    """
    about = [m.values.heading for m in (source.sure("equipment_tag"), source.sure(OCCURRED)) if m]
    seen: dict[str, dict[str, dict[tuple[str, ...], str]]] = defaultdict(lambda: defaultdict(dict))
    for sheet in source.sheets:
        delivery = deliveries[str(sheet.grid.path)]
        for number, row in sheet.rows:
            if key := sheet.cell(row, match.values.heading):
                said = tuple(squeezed(sheet.cell(row, heading)) for heading in about)
                seen[key][delivery].setdefault(said, f"{sheet.place} {number}행")
    if not seen:
        return Key(False, "값이 없다")
    restarted = {
        number: places
        for number, by_delivery in seen.items()
        for places in [next((list(of.values()) for of in by_delivery.values() if len(of) > 1), [])]
        if places
    }
    returned = {
        number: [next(iter(of.values())) for of in by_delivery.values()]
        for number, by_delivery in seen.items()
        if number not in restarted and len({said[0] for of in by_delivery.values() for said in of}) > 1
    }
    clashes = restarted | returned
    if len(clashes) > max(2, 0.02 * len(seen)):
        clash, places = next(iter(clashes.items()))
        why = "번호가 다시 시작한다" if len({p.rsplit(" ", 1)[0] for p in places}) > 1 else "번호가 겹친다"
        return Key(False, f"{why}: {len(seen)}개 번호 가운데 {len(clashes)}개가 서로 다른 기록에 쓰였다 "
                          f"(예: {clash}: {places[0]}, {places[1]}){_together(source, match)}")  # fmt: skip
    note = f", {len(clashes)}개만 겹친다" if clashes else ""
    is_counter = {*seen} == {str(number) for number in range(1, len(seen) + 1)}
    counted = "; 1부터 센 순번이라, 열림: 다음에 보낼 때도 같은 기록에 같은 번호가 남는가" if is_counter else ""
    return Key(True, f"{len(seen)}개 번호가 모두 다른 기록{note}{counted}", is_counter)


def _together(source: Source, match: Match) -> str:
    """The column that tells the records apart together with the number, if one does; a contract's key is one column."""
    described = source.sheets[0].grid.described
    heading = match.values.heading
    own = described.key if described and len(described.key) > 1 else ()
    others = [name for name in source.columns if name != heading]
    pairs = own or next(((heading, other) for other in others if _is_unique(source, (heading, other))), ())
    return f"; {', '.join(pairs)}을 함께 보아야 한 기록이다: 둘을 이은 번호 열이 있어야 한다" if pairs else ""


def _is_unique(source: Source, headings: tuple[str, ...]) -> bool:
    """Whether no two rows of a source say the same under the headings."""
    seen = Counter(
        tuple(sheet.cell(row, name) for name in headings) for sheet in source.sheets for _, row in sheet.rows
    )
    return seen.total() == len(seen) > 1
