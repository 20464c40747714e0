"""What a crash leaves, and what a rerun makes of it: laws 2 and 3, the power going at every write."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from jobs.lake import Lake
from jobs.steps import Context, run_step, scope_of
from jobs.steps.item_events import current
from jobs.tables import SILVER, Table
from tests.support.partitions import hashes, taken_in
from tests.support.region import FEBRUARY, JANUARY, LOG, Firm

COMMITS = ("replace_partition", "refresh_current")
"""Through these every table of a partition is written."""


class PowerCut(Exception):
    """Not an error that any part of the platform knows."""


def checked(made: Firm, delivery_date: date) -> dict[str, Any]:
    """A partition up to its passed check: what `publish` is called with."""
    scope = {"source": made.source, "delivery_date": str(delivery_date), "settings": made.settings}
    attempt = run_step("land", **scope)["attempt"]
    for step in ("conform", "check"):
        run_step(step, **scope, attempt=attempt)
    return {**scope, "attempt": attempt}


def cut_off_after(table: str, monkeypatch: pytest.MonkeyPatch, scope: dict[str, Any]) -> None:
    """Publish, and let the power go once the table's current rows are there."""
    refresh = Lake.refresh_current

    def refresh_one(lake: Lake, silver: Table, *rest: Any) -> None:
        refresh(lake, silver, *rest)
        if silver.name == table:
            raise PowerCut

    with monkeypatch.context() as broken, pytest.raises(PowerCut):
        broken.setattr(Lake, "refresh_current", refresh_one)
        run_step("publish", **scope)


def cut_off_at(nth: int, monkeypatch: pytest.MonkeyPatch, made: Firm, delivery_date: date) -> bool:
    """Take a partition in, and let the power go right after the nth write; False where there are fewer."""
    done = 0

    def counted(write: Callable[..., Any]) -> Callable[..., Any]:
        def write_and_count(*args: Any) -> Any:
            nonlocal done
            result = write(*args)
            done += 1
            if done == nth:
                raise PowerCut
            return result

        return write_and_count

    with monkeypatch.context() as broken:
        for name in COMMITS:
            broken.setattr(Lake, name, counted(getattr(Lake, name)))
        try:
            taken_in(made.settings, delivery_date)
        except PowerCut:
            return True
    return False


@pytest.mark.timeout(1800)  # as many runs as there are writes
def test_law_2_a_rerun_after_a_crash_at_any_write_is_a_clean_run(clean: Firm, monkeypatch: pytest.MonkeyPatch):
    """February corrects a job of January and adds one; whatever was half-done, running it again makes it whole."""
    clean.deliver(FEBRUARY, [*LOG[:-1], "W039,P-100A,2024.5.5,예방,교체,2시간", "W200,P-101A,2026.2.3,고장,수리,1시간"])
    assert taken_in(clean.settings, JANUARY).status == "done"
    assert taken_in(clean.settings, FEBRUARY).status == "done"
    wanted = hashes(clean.settings)
    crashes = 0
    while cut_off_at(crashes + 1, monkeypatch, clean, FEBRUARY):
        crashes += 1
        assert taken_in(clean.settings, FEBRUARY).status == "done"
        assert hashes(clean.settings) == wanted, f"after a crash at write {crashes}"
    assert crashes == 6, "bronze, two silver tables and what counts of each, quarantine"


def test_law_3_a_publish_that_was_cut_off_goes_on_where_it_stopped(clean: Firm, monkeypatch: pytest.MonkeyPatch):
    scope = checked(clean, JANUARY)
    cut_off_after("equipment", monkeypatch, scope)
    assert Context(clean.settings).ledger.published() == set()
    run_step("publish", **scope)
    after = hashes(clean.settings)
    assert taken_in(clean.settings, JANUARY).status == "done"
    assert hashes(clean.settings) == after


def test_law_3_learning_does_not_see_what_is_half_published(clean: Firm, monkeypatch: pytest.MonkeyPatch):
    """February says of every job how long it took; its publishing is cut off when that already counts."""
    taken_in(clean.settings, JANUARY)
    clean.deliver(FEBRUARY, [LOG[0], *(f"{row.rsplit(',', 1)[0]},9시간" for row in LOG[1:])])
    context = Context(clean.settings)
    table, key = SILVER["maintenance"], ("maintenance_id", "downtime_h")

    def seen() -> set[tuple[Any, ...]]:
        return {
            tuple(row) for row in current(context.lake, table.name, scope_of(context, "test")).select(*key).collect()
        }

    def counted() -> set[tuple[Any, ...]]:
        return {tuple(row) for row in context.lake.read(table.current()).select(*key).collect()}

    before = seen()
    assert before == counted()
    scope = checked(clean, FEBRUARY)
    cut_off_after("maintenance", monkeypatch, scope)
    assert counted() != before
    assert seen() == before
    run_step("publish", **scope)
    assert seen() == counted() != before
