"""Law 8: nothing is planned later than the code and the law allow, whatever the learned life, capacity or spares say."""

from collections import Counter
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from models.plan import Action, Calendar, Item, Life, Line, Over, Window, plan

AS_OF = date(2026, 2, 28)

days = st.integers(-60, 500).map(lambda n: AS_OF + timedelta(days=n))
lives = st.builds(
    Life,
    p10_d=st.none() | st.floats(0, 2000),
    points=st.tuples(st.floats(0, 0.3), st.floats(0, 0.3), st.floats(0, 0.3)).map(
        lambda p: ((30.0, p[0]), (90.0, p[0] + p[1]), (365.0, p[0] + p[1] + p[2]))
    ),
)
items = st.builds(
    Item,
    item_id=st.integers(0, 99).map(lambda n: f"P-{n}"),
    equipment_tag=st.just("P"),
    life=st.none() | lives,
    pays=st.booleans(),
    consequence_krw=st.floats(0, 1e9),
    spare=st.just("씰"),
    lead_d=st.sampled_from([0, 30, 400]),
    is_shutdown_only=st.booleans(),
    inspect_by=st.none() | days,
    legal_by=st.none() | days,
    required_on=st.none() | days,
)
windows = st.builds(
    lambda first, length, jobs: Window(first, first + timedelta(days=length), jobs),
    days, st.integers(0, 30), st.none() | st.integers(1, 2),
)  # fmt: skip
calendars = st.builds(
    Calendar,
    as_of=st.just(AS_OF),
    shutdowns=st.lists(windows, max_size=3).map(lambda found: tuple(sorted(found, key=lambda window: window.first))),
    jobs_per_week=st.none() | st.integers(1, 2),
)
regions = st.lists(items, max_size=25, unique_by=lambda item: item.item_id)


def law_of(item: Item, action: Action) -> date | None:
    """The latest day on which law 8 lets the action be planned."""
    laws = (item.inspect_by, item.legal_by) if action is Action.INSPECT else (item.required_on,)
    return min((day for day in laws if day), default=None)


@given(regions, calendars)
def test_law_8_no_action_is_planned_later_than_the_code_and_the_law_allow(
    found: list[Item], calendar: Calendar
) -> None:
    by_id = {item.item_id: item for item in found}
    for line in plan(found, calendar):
        law = law_of(by_id[line.item_id], line.action)
        assert line.limit_on == law
        if law:
            assert line.planned_on <= line.planned_until <= max(law, AS_OF)
            assert (Over.OVERDUE in line.overrides) == (law < AS_OF)
        assert line.planned_on >= AS_OF


@given(regions, calendars)
def test_law_8_what_the_law_asks_within_the_horizon_is_planned(found: list[Item], calendar: Calendar) -> None:
    planned = {(line.item_id, line.action) for line in plan(found, calendar)}
    for item in found:
        for action in Action:
            law = law_of(item, action)
            if law and law <= calendar.horizon:
                assert (item.item_id, action) in planned


@given(regions, calendars)
def test_law_8_what_the_law_wins_over_is_said_and_nothing_else_is_overbooked(
    found: list[Item], calendar: Calendar
) -> None:
    by_id = {item.item_id: item for item in found}
    booked: Counter[tuple[object, ...]] = Counter()
    for line in plan(found, calendar):
        item = by_id[line.item_id]
        assert line.limit_on or not line.overrides
        if line.overrides or line.bound_by == "no_window":
            continue
        if line.action is Action.REPLACE:
            assert line.planned_on >= AS_OF + timedelta(days=item.lead_d)
        booked[opportunity(line, item, calendar)] += 1
    for (_, room), jobs in booked.items():
        assert room is None or jobs <= room


def opportunity(line: Line, item: Item, calendar: Calendar) -> tuple[object, ...]:
    """The week or shutdown that a line stands in, and the jobs it has room for; several shutdowns over one day are one."""
    if not item.is_shutdown_only:
        return line.planned_on - timedelta(days=line.planned_on.weekday()), calendar.jobs_per_week
    over = [window for window in calendar.shutdowns if window.first <= line.planned_on <= window.last]
    assert over, "shutdown-only work lies in a shutdown"
    rooms = [window.jobs for window in over]
    return tuple(window.first for window in over), None if None in rooms or len(over) > 1 else rooms[0]


@given(regions, calendars)
def test_the_order_of_the_register_does_not_matter(found: list[Item], calendar: Calendar) -> None:
    assert plan(found, calendar) == plan(found[::-1], calendar)


@given(regions, calendars)
def test_ranks_fall_with_what_is_risked_after_what_cannot_wait(found: list[Item], calendar: Calendar) -> None:
    lines = plan(found, calendar)
    assert [line.rank for line in lines] == list(range(1, len(lines) + 1))
    can_wait = [line for line in lines if not line.overrides and not (line.limit_on and line.limit_on < line.window_on)]
    risks = [line.risk_krw or 0.0 for line in can_wait]
    assert risks == sorted(risks, reverse=True)
    assert can_wait == lines[len(lines) - len(can_wait) :]
