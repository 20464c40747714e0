"""API 570: worked examples as text tables, and each guard."""

from datetime import date

import pytest

from models.code_life import Guard, Limits, Reading, code_life, governing

WORKED = """
readings                                       | required | class | long  | short | life  | reached    | next       | bound by
2000-01-01 12.7, 2010-01-01 10.2               | 7.6      | 1     | 0.250 | 0.250 | 10.40 | 2020-05-27 | 2015-01-01 | class
2000-01-01 12.7, 2010-01-01 10.2               | 9.2      | 1     | 0.250 | 0.250 | 4.00  | 2014-01-01 | 2012-01-01 | remaining_life
2000-01-01 12.7, 2005-01-01 12.0, 2010-01-01 10.2 | 7.6   | 2     | 0.250 | 0.360 | 7.22  | 2017-03-22 | 2013-08-11 | remaining_life
2000-01-01 12.7, 2005-01-01 10.7, 2010-01-01 10.2 | 7.6   | 3     | 0.250 | 0.100 | 10.40 | 2020-05-27 | 2015-03-15 | remaining_life
2000-01-01 12.7, 2010-01-01 10.2               | 7.6      | 4     | 0.250 | 0.250 | 10.40 | 2020-05-27 | 2015-03-15 | remaining_life
2000-01-01 12.7, 2010-01-01 12.2               | 7.6      | 3     | 0.050 | 0.050 | 92.01 | 2102-01-06 | 2020-01-01 | class
"""


def readings(text):
    parts = (part.split() for part in text.split(","))
    return [Reading(date.fromisoformat(day), float(mm), "nominal" in rest) for day, mm, *rest in parts]


def lives(text, limits):
    return code_life(readings(text), limits)


@pytest.mark.parametrize("line", WORKED.strip().splitlines()[1:])
def test_worked_examples(line):
    walls, required, piping_class, long, short, life, reached, following, bound_by = map(str.strip, line.split("|"))
    found = lives(walls, Limits(float(required), int(piping_class)))
    assert f"{found.long_term_rate:.3f}" == long
    assert f"{found.short_term_rate:.3f}" == short
    assert f"{found.remaining_life_y:.2f}" == life
    assert (str(found.required_reached_on), str(found.next_inspection_on)) == (reached, following)
    assert found.bound_by == bound_by
    assert found.guards == ()


GUARDED = """
readings                                                    | guards                        | rate  | life
2000-01-01 10.0, 2010-01-01 10.8                            | wall_growth                   |       |
2000-01-01 12.0, 2005-01-01 10.0, 2010-01-01 10.8           | wall_growth                   | 0.120 | 23.34
2010-01-01 10.0                                             | one_reading                   |       |
2000-01-01 12.0, 2010-01-01 10.4, 2010-01-01 10.0           | same_day                      | 0.200 | 10.00
2000-01-01 12.0 nominal, 2010-01-01 10.0                    | nominal_first                 | 0.200 | 10.00
2000-01-01 10.05, 2010-01-01 10.0                           | within_error                  | 0.010 | 200.03
2000-01-01 10.0, 2010-01-01 7.5                             | below_required                | 0.250 | 0.00
"""


@pytest.mark.parametrize("line", GUARDED.strip().splitlines()[1:])
def test_guards(line):
    walls, guards, rate, life = map(str.strip, line.split("|"))
    found = lives(walls, Limits(8.0, 1))
    assert [str(guard) for guard in found.guards] == guards.split(", ")
    assert ("" if found.rate is None else f"{found.rate:.3f}") == rate
    assert ("" if found.remaining_life_y is None else f"{found.remaining_life_y:.2f}") == life
    assert found.next_inspection_on is not None


def test_a_new_wall_begins_anew():
    limits = Limits(8.0, 2, replaced_on=(date(2005, 6, 1), date(2030, 1, 1)))
    found = lives("2000-01-01 12.0, 2005-01-01 8.1, 2005-06-01 12.0, 2010-06-01 11.0", limits)
    assert found.rate == pytest.approx(0.2, rel=1e-3)
    assert found.guards == (Guard.REPLACED,)
    assert lives("2000-01-01 12.0", Limits(8.0, 2, replaced_on=(date(1999, 1, 1),))).last.thickness_mm == 12.0


def test_the_finding_of_the_day_on_which_the_wall_was_made_new_is_of_the_old_one():
    limits = Limits(8.0, 2, replaced_on=(date(2005, 6, 1),))
    found = lives("2000-01-01 12.0, 2005-06-01 7.9, 2005-06-01 12.0, 2010-06-01 11.0", limits)
    assert (found.rate, found.guards) == (pytest.approx(0.2, rel=1e-3), (Guard.REPLACED,))


def test_without_a_required_thickness_the_class_bounds():
    found = lives("2000-01-01 12.0, 2010-01-01 10.0", Limits(None, 1))
    assert (found.remaining_life_y, found.bound_by, found.guards) == (None, "class", (Guard.NO_REQUIRED,))
    assert lives("2000-01-01 12.0, 2010-01-01 10.0", Limits(None)).next_inspection_on is None
    assert code_life([], Limits(8.0)) is None


def test_a_vessel_with_a_short_life_may_use_all_of_it():
    walls = "2000-01-01 12.0, 2010-01-01 9.0"  # 0.3 mm a year
    assert lives(walls, Limits(8.4, is_vessel=True)).next_inspection_on == date(2012, 1, 1)  # 2 years left: all of them
    assert lives(walls, Limits(8.1, is_vessel=True)).next_inspection_on == date(2012, 1, 1)  # 3 left: up to 2
    assert lives(walls, Limits(8.4)).next_inspection_on == date(2011, 1, 1)


def test_no_inspection_lies_after_the_wall_is_used_up():
    found = lives("2000-01-01 12.0, 2010-01-01 9.0", Limits(8.9, 3))
    assert found.last.on < found.next_inspection_on < found.required_reached_on


def test_the_point_that_must_be_looked_at_first_governs():
    soon, late = (lives("2000-01-01 12.0, 2010-01-01 10.0", Limits(required, 1)) for required in (9.9, 5.0))
    assert governing([late, soon]) is soon
    assert governing([]) is None
