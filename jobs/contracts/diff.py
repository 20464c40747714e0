"""What changes from one contract to the next, and what of it breaks what was agreed.

A change breaks where a delivery or a reader that was right by the old contract is wrong, or means something else, by the
new one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from jobs.contracts.model import (
    ColumnRule,
    Contract,
    Expectation,
    Lives,
    Reads,
    Sharing,
    SourceTable,
    TableContract,
    Tags,
)
from jobs.tables import SILVER

WIDER = {
    ("integer", "number"), ("integer", "duration"), ("number", "duration"), ("iso_timestamp", "korean_date"),
}  # fmt: skip
"""Parse rules of which the second reads all that the first does, as the same value."""


POLICIES = ("ignore", "quarantine", "freeze")
"""What a contract says of what it did not expect, the stricter the later."""
REFUSES = {"quarantine": "rows", "freeze": "a delivery"}


@dataclass(frozen=True)
class Change:
    """A change of one field."""

    breaks: bool
    field: str
    says: str

    def __str__(self) -> str:
        return f"{'breaks' if self.breaks else 'fits'}  {self.field}: {self.says}"


def diff(old: Contract, new: Contract) -> list[Change]:
    """Every change in the order of a contract; those that break first."""
    found = [*_head(old, new), *_reads(old.reads, new.reads), *_tables(old, new)]
    found += [*_lives(old.lives, new.lives), *_costs(old, new), *_sharing(old.sharing, new.sharing)]
    return sorted(found, key=lambda change: not change.breaks)


def _changed(field: str, old: object, new: object, breaks: bool = True) -> Iterator[Change]:
    if old != new:
        yield Change(breaks, field, f"{_shown(old)} → {_shown(new)}")


def _shown(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "nothing"
    return str(value)


def _head(old: Contract, new: Contract) -> Iterator[Change]:
    for name in ("source", "firm", "timezone", "delivers"):
        yield from _changed(name, getattr(old, name), getattr(new, name))
    for name in ("title", "schedule"):
        yield from _changed(name, getattr(old, name), getattr(new, name), breaks=False)
    for name in ("on_new_column", "on_missing_column", "on_bad_value"):
        was, now = getattr(old, name), getattr(new, name)
        if was != now:
            is_stricter = POLICIES.index(now) > POLICIES.index(was)
            may = f"; {REFUSES[now]} may be refused that would have been taken in" if is_stricter else ""
            yield Change(is_stricter, name, f"{was} → {now}{may}")


def _reads(old: Reads, new: Reads) -> Iterator[Change]:
    yield from _changed("reads.kind", old.kind, new.kind)
    yield from _changed("reads.delivered_on", old.delivered_on, new.delivered_on)
    for name in ("connection", "parallel", "late_by_hours"):
        yield from _changed(f"reads.{name}", getattr(old, name), getattr(new, name), breaks=False)
    for word in sorted({*old.nothing} ^ {*new.nothing}):
        does = "means nothing now" if word in new.nothing else "is a value now"
        yield Change(True, "reads.nothing", f"{word} {does}")
    for name in old.sources:
        if name not in new.sources:
            yield Change(True, f"reads.tables.{name}", "removed")
        else:
            yield from _source_table(f"reads.tables.{name}", old.sources[name], new.sources[name])
    for name in new.sources:
        if name not in old.sources:
            yield Change(True, f"reads.tables.{name}", "new: every delivery must bring it")


def _source_table(at: str, old: SourceTable, new: SourceTable) -> Iterator[Change]:
    for name in ("path", "sheet"):
        was, now = getattr(old, name), getattr(new, name)
        yield from _changed(f"{at}.{name}", was, now, breaks=not fnmatchcase(was, now))
    yield from _changed(f"{at}.header_rows", old.header_rows, new.header_rows)
    for name in ("encoding", "delimiter"):  # where none is stated it is found by trial
        was, now = getattr(old, name), getattr(new, name)
        yield from _changed(f"{at}.{name}", was, now, breaks=now is not None)
    yield from _changed(f"{at}.table", old.table, new.table)
    for name in ("changed", "key", "split_by"):
        yield from _changed(f"{at}.{name}", getattr(old, name), getattr(new, name), breaks=False)


def _tables(old: Contract, new: Contract) -> Iterator[Change]:
    for name, feed in old.tables.items():
        if name not in new.tables:
            yield Change(True, f"tables.{name}", "removed")
        else:
            yield from _changed(f"tables.{name}.from", old.feeds(name), new.feeds(name))
            yield from _table(f"tables.{name}", name, feed, new.tables[name])
    for name in new.tables:
        if name not in old.tables:
            yield Change(False, f"tables.{name}", "new")


def _table(at: str, name: str, old: TableContract, new: TableContract) -> Iterator[Change]:
    yield from _changed(f"{at}.key", old.key, new.key)
    yield from _changed(f"{at}.join", [j.table for j in old.join], [j.table for j in new.join])
    for was in old.join:
        for now in new.join:
            if was.table == now.table and was.pairs != now.pairs:
                yield Change(True, f"{at}.join.{was.table}", f"on {_shown(was.pairs)} → {_shown(now.pairs)}")
    yield from _where(f"{at}.where", old.where, new.where)
    yield from _withdrawn_when(f"{at}.withdrawn_when", old.withdrawn_when, new.withdrawn_when)
    for column, rule in old.columns.items():
        if column not in new.columns:
            yield Change(True, f"{at}.columns.{column}", "removed")
        else:
            field = next((f for f in SILVER[name].fields if f.name == column), None)
            unit = field.unit if field else ""
            yield from _rule(f"{at}.columns.{column}", rule, new.columns[column], unit)
    for column, rule in new.columns.items():
        if column not in old.columns:
            asked = f"; a delivery without {' or '.join(rule.headings)} is refused" if rule.headings else ""
            yield Change(False, f"{at}.columns.{column}", f"new column{asked}")
    yield from _tags(f"{at}.tags", old.tags, new.tags)
    yield from _expectations(f"{at}.expect", old.expect, new.expect)


def _where(at: str, old: Mapping[str, tuple[str, ...]], new: Mapping[str, tuple[str, ...]]) -> Iterator[Change]:
    for column in {**old, **new}:
        if column not in old:
            yield Change(True, f"{at}.{column}", f"only rows with {_shown(new[column])} count now")
        elif column not in new:
            yield Change(False, f"{at}.{column}", "rows with any value count now")
        else:
            was, now = old[column], new[column]
            yield from _changed(f"{at}.{column}", was, now, breaks=not {*was} <= {*now})


def _withdrawn_when(
    at: str, old: Mapping[str, tuple[str, ...]], new: Mapping[str, tuple[str, ...]]
) -> Iterator[Change]:
    for heading in {**old, **new}:
        was, now = set(old.get(heading, ())), set(new.get(heading, ()))
        for word in sorted(was - now):
            yield Change(True, f"{at}.{heading}", f"{word} withdraws no record now")
        for word in sorted(now - was):
            yield Change(True, f"{at}.{heading}", f"{word} withdraws the record now")


def _rule(at: str, old: ColumnRule, new: ColumnRule, lake_unit: str) -> Iterator[Change]:
    is_ordered = old.needs_all_headings or new.needs_all_headings
    kept = old.headings == new.headings if is_ordered else set(old.headings) <= set(new.headings)
    yield from _changed(f"{at}.from", old.headings, new.headings, breaks=not kept or not old.headings)
    yield from _changed(f"{at}.value", old.value, new.value)
    yield from _changed(f"{at}.row_number", old.row_number, new.row_number)
    yield from _changed(f"{at}.parse", old.parse, new.parse, breaks=(old.parse, new.parse) not in WIDER)
    yield from _changed(f"{at}.unit", old.unit or lake_unit, new.unit or lake_unit)
    yield from _codes(f"{at}.codes", old.codes, new.codes)
    yield from _changed(f"{at}.default", old.default, new.default, breaks=old.default is not None)


def _codes(at: str, old: Mapping[str, str | None] | None, new: Mapping[str, str | None] | None) -> Iterator[Change]:
    if (old is None) != (new is None):
        yield Change(True, at, "codes are mapped now" if old is None else "codes are no longer mapped")
        return
    was, now = old or {}, new or {}
    for word in was:
        if word not in now:
            yield Change(True, f"{at}.{word}", f"removed, it was {_shown(was[word])}")
        else:
            yield from _changed(f"{at}.{word}", was[word], now[word])
    for word in now:
        if word not in was:
            yield Change(False, f"{at}.{word}", f"new, {_shown(now[word])}")


def _tags(at: str, old: Tags | None, new: Tags | None) -> Iterator[Change]:
    if old is None or new is None:
        if old != new:
            yield Change(new is None, at, "removed: free text is read no more" if new is None else "new")
        return
    for name, was, now in (("from", old.from_, new.from_), ("lexicon", old.lexicon, new.lexicon)):
        yield from _changed(f"{at}.{name}", was, now)
    yield from _changed(f"{at}.fills", old.fills, new.fills, breaks=not {*old.fills} <= {*new.fills})


def _expectations(at: str, old: tuple[Expectation, ...], new: tuple[Expectation, ...]) -> Iterator[Change]:
    """An expectation breaks where it can stop a delivery that none could stop before."""

    def by_subject(of: tuple[Expectation, ...]) -> dict[tuple[Any, ...], Expectation]:
        found: dict[tuple[Any, ...], Expectation] = {}
        for e in of:
            subject = (e.expect, e.column, e.column_list)
            again = sum(known[:3] == subject for known in found)
            found[*subject, f"{again + 1}" if again else ""] = e
        return found

    was, now = by_subject(old), by_subject(new)
    for subject, expectation in now.items():
        named = f"{at}.{'.'.join(_shown(part) for part in subject if part)}"
        before, is_critical = was.get(subject), expectation.severity == "critical"
        if before is None:
            yield Change(is_critical, named, f"new, {expectation.severity}")
        elif before != expectation:
            eased = before.model_copy(update={"mostly": expectation.mostly, "severity": expectation.severity})
            is_easier = eased == expectation and expectation.mostly <= before.mostly
            is_safe = not is_critical or (is_easier and before.severity == "critical")
            yield Change(not is_safe, named, f"changed, {expectation.severity}, mostly {expectation.mostly:g}")
    for subject in was:
        if subject not in now:
            yield Change(False, f"{at}.{'.'.join(_shown(part) for part in subject if part)}", "removed")


def _lives(old: Lives | None, new: Lives | None) -> Iterator[Change]:
    if old is None or new is None:
        if old != new:
            yield Change(new is None, "lives", "removed: nothing is predicted any more" if new is None else "new")
        return
    was, now = old.model_dump(mode="json"), new.model_dump(mode="json")
    for name in was:
        if name == "horizons_d":
            breaks = not {*was[name]} <= {*now[name]}
        else:
            breaks = name in ("population", "item", "ends", "renews", "merge_within_days", "zero_gaps")
        yield from _changed(f"lives.{name}", was[name], now[name], breaks=breaks)


def _costs(old: Contract, new: Contract) -> Iterator[Change]:
    yield from _changed("costs", old.costs, new.costs, breaks=False)
    yield from _changed("plan", old.plan, new.plan, breaks=False)
    yield from _changed("thickness_error_mm", old.thickness_error_mm, new.thickness_error_mm, breaks=False)


def _sharing(old: Sharing | None, new: Sharing | None) -> Iterator[Change]:
    """A partner may rely on what was agreed to be shared: less of it breaks, more of it does not."""
    was, now = set(old.purposes if old else ()), set(new.purposes if new else ())
    for purpose in sorted(was - now):
        yield Change(True, "sharing.purposes", f"{purpose} is withdrawn")
    for purpose in sorted(now - was):
        yield Change(False, "sharing.purposes", f"{purpose} is new")
    if old is None or new is None:
        if old != new and was == now:
            yield Change(new is None, "sharing", "removed" if new is None else "new")
        return
    for column in sorted({*old.withhold} ^ {*new.withhold}):
        is_withheld = column in new.withhold
        yield Change(is_withheld, "sharing.withhold", f"{column} is {'withheld now' if is_withheld else 'shared now'}")
    yield from _changed("sharing.k", old.k, new.k, breaks=new.k > old.k)
    yield from _changed("sharing.until", old.until, new.until, breaks=new.until < old.until)
