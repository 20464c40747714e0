"""The plan by small cases: where a job comes to stand, what bound it, what is said, and how lines rank."""

from datetime import date, timedelta

import pytest

from models.plan import Action, Bound, Calendar, Item, Life, Over, Window, plan

AS_OF = date(2026, 3, 2)  # a Monday
PLAIN = Calendar(AS_OF)
RISKY = Life(40.0, ((30.0, 0.08), (90.0, 0.25), (365.0, 0.7)))


def day(days: int) -> date:
    return AS_OF + timedelta(days=days)


def item(name: str = "P-101", **values) -> Item:
    return Item(name, name, **{"consequence_krw": 1e7, "spare": "동진펌프 P-100", **values})


def test_an_item_is_looked_at_before_its_ten_percent_life() -> None:
    (line,) = plan([item(life=RISKY)], PLAIN)
    assert (line.action, line.planned_on, line.planned_until) == (Action.INSPECT, day(35), day(40))
    assert (line.bound_by, line.limit_on, line.order_by) == (Bound.RISK, None, None)
    assert line.reason.en == (
        "10 % of such assets fail by 2026-04-11: its condition is to be checked before. 10 % life: 2026-04-11."
    )


def test_where_replacing_pays_it_comes_at_the_next_window_and_its_spare_is_ordered() -> None:
    (line,) = plan([item(life=RISKY, pays=True, lead_d=14)], PLAIN)
    assert (line.action, line.planned_on, line.order, line.order_by) == (
        Action.REPLACE, day(14), "동진펌프 P-100", AS_OF,
    )  # fmt: skip
    assert line.reason.en.endswith("Order 동진펌프 P-100 now.")
    assert line.window_on == day(14)
    assert line.fail_prob == pytest.approx(1 - 0.92 ** (14 / 30))
    assert line.risk_krw == pytest.approx(line.fail_prob * 1e7)


def test_a_long_lead_time_puts_a_replacement_off_and_says_so() -> None:
    (line,) = plan([item(life=RISKY, pays=True, lead_d=60)], PLAIN)
    assert (line.planned_on, line.bound_by, line.order_by) == (day(60), Bound.LEAD_TIME, AS_OF)
    assert line.reason.en.endswith("No earlier, for the spare takes 60 days. Order 동진펌프 P-100 now.")


def test_no_spare_no_lead_time_and_no_order_where_one_is_in_stock() -> None:
    (line,) = plan([item(life=RISKY, pays=True)], PLAIN)
    assert (line.order, line.order_by) == ("", None)


def test_the_earlier_of_the_codes_and_the_laws_inspection_bounds() -> None:
    both = item(inspect_by=day(60), legal_by=day(50), legal_basis="산업안전보건법 제93조")
    (line,) = plan([both], PLAIN)
    assert (line.limit_on, line.bound_by, line.planned_on, line.planned_until) == (
        day(50), Bound.LEGAL_DUE, day(49), day(50),
    )  # fmt: skip
    assert "법정검사 기한 2026-04-21(산업안전보건법 제93조)." in line.reason.ko
    (line,) = plan([item(inspect_by=day(60), legal_by=day(90))], PLAIN)
    assert (line.limit_on, line.bound_by) == (day(60), Bound.CODE_INSPECTION)


def test_the_code_wins_over_a_long_learned_life_and_a_short_one_wins_over_the_code() -> None:
    calm = Life(900.0, ((365.0, 0.01),))
    (line,) = plan([item(life=calm, required_on=day(100))], PLAIN)
    assert (line.action, line.limit_on, line.planned_until) == (Action.REPLACE, day(100), day(100))
    (line,) = plan([item(life=RISKY, pays=True, required_on=day(100))], PLAIN)
    assert (line.planned_on, line.limit_on, line.bound_by) == (day(7), day(100), Bound.RISK)


def test_a_spare_for_work_by_a_later_date_is_ordered_by_its_lead_time_before() -> None:
    (line,) = plan([item(required_on=day(100), lead_d=30)], PLAIN)
    assert (line.planned_on, line.planned_until, line.order_by) == (day(98), day(100), day(68))
    assert line.reason.en.endswith("Order 동진펌프 P-100 by 2026-05-09.")


def test_shutdown_only_work_lies_in_the_last_shutdown_before_it_is_wanted() -> None:
    calendar = Calendar(AS_OF, (Window(day(7), day(13)), Window(day(28), day(33)), Window(day(200), day(210))))
    (line,) = plan([item(life=RISKY, is_shutdown_only=True)], calendar)
    assert (line.planned_on, line.planned_until, line.bound_by) == (day(28), day(33), Bound.WINDOW)
    assert line.window_on == day(7)
    (line,) = plan([item(life=RISKY, pays=True, lead_d=60, is_shutdown_only=True)], calendar)
    assert (line.planned_on, line.bound_by, line.window_on) == (day(200), Bound.LEAD_TIME, day(200))


def test_without_a_shutdown_the_line_asks_for_one_and_the_law_for_a_stop() -> None:
    (line,) = plan([item(life=RISKY, is_shutdown_only=True)], PLAIN)
    assert (line.planned_on, line.bound_by) == (day(40), Bound.NO_WINDOW)
    assert "plan.shutdowns" in line.reason.ko and "plan.shutdowns" in line.reason.en
    (line,) = plan([item(legal_by=day(40), is_shutdown_only=True)], PLAIN)
    assert (line.planned_on, line.bound_by, line.overrides) == (day(40), Bound.LEGAL_DUE, (Over.WINDOW,))


def test_the_law_wins_over_a_full_week_and_says_so() -> None:
    full = [item(f"P-{n}", inspect_by=day(3)) for n in range(3)]
    lines = {line.item_id: line for line in plan(full, Calendar(AS_OF, jobs_per_week=2))}
    assert [lines[f"P-{n}"].overrides for n in range(3)] == [(), (), (Over.CAPACITY,)]
    assert all(line.planned_until == day(3) for line in lines.values())
    assert lines["P-2"].reason.ko.endswith("작업량은 찼지만 법의 날짜가 우선합니다.")


def test_a_full_week_moves_what_no_law_dates_the_less_risky_first() -> None:
    two = [item("P-A", life=RISKY, consequence_krw=1e6), item("P-B", life=RISKY, consequence_krw=9e6)]
    lines = plan(two, Calendar(AS_OF, jobs_per_week=1))
    assert [(line.item_id, line.planned_on, line.bound_by) for line in lines] == [
        ("P-B", day(35), Bound.RISK), ("P-A", day(28), Bound.CAPACITY),
    ]  # fmt: skip
    soon = Life(0.0, ((30.0, 0.5),))
    crowd = [item(f"P-{n}", life=soon) for n in range(3)]
    assert sorted(line.planned_on for line in plan(crowd, Calendar(AS_OF, jobs_per_week=1))) == [
        day(0),
        day(7),
        day(14),
    ]


def test_what_is_overdue_is_done_at_once() -> None:
    (line,) = plan([item(required_on=day(-10), lead_d=30)], PLAIN)
    assert (line.planned_on, line.overrides, line.order_by) == (AS_OF, (Over.OVERDUE,), AS_OF)
    assert "기한이 이미 지났습니다" in line.reason.ko


def test_nothing_is_planned_beyond_the_horizon() -> None:
    assert plan([item(inspect_by=day(366)), item("P-102", life=Life(400.0, ((365.0, 0.09),)))], PLAIN) == []


def test_the_failure_curve_between_its_known_points() -> None:
    assert [RISKY.fail_prob(days) for days in (0, 30, 90, 365, 1000)] == pytest.approx([0, 0.08, 0.25, 0.7, 0.7])
    assert RISKY.fail_prob(60) == pytest.approx(1 - (0.92 * 0.75) ** 0.5)
