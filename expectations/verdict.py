"""What a partition's checks amount to: one verdict over all its tables, reached before anything is published (law 3).

Nothing is green on nothing. An empty batch (`empty_batch`), an expectation that could not be evaluated
(`expectation_raised`), a column that is not there (`missing_column`), a suite of which less was evaluated than declared
(`fewer_evaluated_than_declared`), one that declares nothing (`nothing_declared`) and one whose expectations all had
nothing to judge (`nothing_judged`) are failures with names of their own.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from expectations.rules import Count, TableCounts, compile_rules, expected
from expectations.suites.expectation import Expectation, Severity

Outcome = Literal[
    "passed",
    "failed",
    "too_few_rows",
    "nothing_to_judge",
    "missing_column",
    "expectation_raised",
]
"""`too_few_rows`: it failed in a delivery too small for its severity to speak; its rows are quarantined all the same.
`nothing_to_judge`: no row held a value. Neither is a pass, neither stops. The last two stop whatever the severity."""

UNEVALUATED = ("missing_column", "expectation_raised")


@dataclass(frozen=True)
class ExpectationVerdict:
    """One expectation: the rows it judged (`evaluated`), those that broke it (`unexpected`), and what follows."""

    name: str
    expect: str
    column: str
    severity: Severity
    mostly: float
    rows: int
    evaluated: int
    unexpected: int
    outcome: Outcome
    detail: str = ""

    @property
    def share_good(self) -> float | None:
        """Good rows among those evaluated; none where nothing was."""
        return 1 - self.unexpected / self.evaluated if self.evaluated else None

    @property
    def passed(self) -> bool:
        return self.outcome == "passed"

    @property
    def failed(self) -> bool:
        return self.outcome == "failed" or self.outcome in UNEVALUATED

    @property
    def stops(self) -> bool:
        """True where the partition may not be published."""
        return self.outcome in UNEVALUATED or (self.outcome == "failed" and self.severity == "critical")


@dataclass(frozen=True)
class TableVerdict:
    """One table's suite. `failures` are those of the table as a whole, by name."""

    table: str
    rows: int
    declared: int
    expectations: tuple[ExpectationVerdict, ...]
    failures: tuple[str, ...] = ()

    @property
    def evaluated(self) -> int:
        return sum(e.outcome not in UNEVALUATED for e in self.expectations)

    @property
    def passed(self) -> bool:
        return not self.failures and not any(e.failed for e in self.expectations)

    @property
    def stops(self) -> bool:
        return any(f != "empty_batch" for f in self.failures) or any(e.stops for e in self.expectations)

    @property
    def statistics(self) -> dict[str, int]:
        """How many expectations were declared, evaluated, passed, failed, and could not speak."""
        passed, failed = (sum(getattr(e, what) for e in self.expectations) for what in ("passed", "failed"))
        return {
            "declared": self.declared,
            "evaluated": self.evaluated,
            "passed": passed,
            "failed": failed,
            "not_judged": len(self.expectations) - passed - failed,
        }


@dataclass(frozen=True)
class Verdict:
    """All tables of a partition, and `failures` of it as a whole. `stops` is True where nothing may be published."""

    partition: str
    tables: tuple[TableVerdict, ...]
    failures: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """True where no table has a row: the whole batch is empty."""
        return not any(table.rows for table in self.tables)

    @property
    def passed(self) -> bool:
        return not self.is_empty and not self.failures and all(table.passed for table in self.tables)

    @property
    def stops(self) -> bool:
        return self.is_empty or bool(self.failures) or any(table.stops for table in self.tables)

    def sentences(self, *, stopping: bool = False) -> list[str]:
        """One sentence per failure, or only per failure that stops."""
        lines = list(self.failures)
        lines += ["empty_batch: the delivery has no row for any table"] if self.is_empty else []
        for table in self.tables:
            lines += [f"{table.table}: {f}" for f in table.failures if not (stopping and f == "empty_batch")]
            lines += [_sentence(table.table, e) for e in table.expectations if (e.stops if stopping else e.failed)]
        return lines

    def to_dict(self) -> dict[str, Any]:
        """Plain values for the ledger."""
        return {
            "partition": self.partition,
            "passed": self.passed,
            "stops": self.stops,
            "failures": self.sentences(),
            "tables": [
                {
                    "table": t.table,
                    "rows": t.rows,
                    "passed": t.passed,
                    "stops": t.stops,
                    "failures": list(t.failures),
                    "statistics": t.statistics,
                    "expectations": [asdict(e) | {"share_good": e.share_good} for e in t.expectations],
                }
                for t in self.tables
            ],
        }


def judge_table(table: str, suite: Sequence[Expectation], found: TableCounts, results: Sequence[bool]) -> TableVerdict:
    """The verdict of one table: what was counted, and what Great Expectations made of it (in the suite's order)."""
    verdicts = tuple(
        judge(expectation, found.counts.get(rule.id), met, found)
        for rule, expectation, met in zip(compile_rules(suite), suite, results, strict=False)
    )
    failures = []
    if not found.rows:
        failures.append("empty_batch")
    if not suite:
        failures.append("nothing_declared")
    if sum(v.outcome not in UNEVALUATED for v in verdicts) < len(suite):
        failures.append("fewer_evaluated_than_declared")
    if found.rows and verdicts and all(v.outcome == "nothing_to_judge" for v in verdicts):
        failures.append("nothing_judged")
    return TableVerdict(table, found.rows, len(suite), verdicts, tuple(failures))


def judge(expectation: Expectation, count: Count | None, met: bool, found: TableCounts) -> ExpectationVerdict:
    """One expectation's verdict. `met` is Great Expectations': the share of good rows is at least `mostly`."""
    if missing := sorted(set(expectation.columns) - found.columns):
        return _verdict(expectation, Count(), "missing_column", f"no column {', '.join(missing)}")
    if count is None or count.error:
        return _verdict(expectation, Count(), "expectation_raised", count.error if count else "it gave no result")
    if expectation.code == "row_count":
        return _verdict(expectation, Count(count.rows, 0, 0 if met else count.rows), "passed" if met else "failed")
    if count.observed is not None and not met:
        outcome: Outcome = "failed" if found.rows >= expectation.min_rows else "too_few_rows"
        return _verdict(expectation, count, outcome, f"{count.observed:,.4g}, expected {expected(expectation)}")
    if (count.rows == count.missing and expectation.code not in ("not_null", "null")) or not count.rows:
        return _verdict(expectation, count, "nothing_to_judge")
    if met:
        return _verdict(expectation, count, "passed")
    return _verdict(expectation, count, "failed" if found.rows >= expectation.min_rows else "too_few_rows")


def _verdict(expectation: Expectation, count: Count, outcome: Outcome, detail: str = "") -> ExpectationVerdict:
    return ExpectationVerdict(
        name=expectation.name,
        expect=expectation.expect,
        column=expectation.column,
        severity=expectation.severity,
        mostly=expectation.mostly,
        rows=count.rows,
        evaluated=evaluated(expectation, count),
        unexpected=count.unexpected,
        outcome=outcome,
        detail=detail,
    )


def evaluated(expectation: Expectation, count: Count) -> int:
    """How many rows it judged: all in its domain for the two null tests, else those with a value."""
    return count.rows if expectation.code in ("not_null", "null") else count.rows - count.missing


def _sentence(table: str, verdict: ExpectationVerdict) -> str:
    if verdict.detail:
        said = verdict.outcome if verdict.outcome in UNEVALUATED else verdict.severity
        return f"{table}: {said}: {verdict.name}: {verdict.detail}"
    if not verdict.column and verdict.rows == verdict.evaluated == verdict.unexpected:
        return f"{table}: {verdict.severity}: {verdict.name}: the table has {verdict.rows} rows"
    good = verdict.share_good or 0.0
    return (
        f"{table}: {verdict.severity}: {verdict.name}: {verdict.unexpected} of {verdict.evaluated} rows break it "
        f"({good:.1%} good, at least {verdict.mostly:.0%} expected)"
    )
