"""Both lives on one line: how the learned life and the code's compare, as text tables."""

from datetime import date

import pytest

from models.both_lives import Code, Learned, both_lives
from models.sentences import CATALOGUE, GUARDS

AS_OF = date(2026, 1, 1)

COMPARED = """
p10  | p90  | inspect by | required   | act by     | ko begins                  | en begins
100  | 900  | 2026-06-01 | 2027-01-01 | 2026-06-01 | 두 수명이 맞습니다         | The two lives agree
100  | 900  | 2026-06-01 | 2026-02-01 | 2026-02-01 | 두께로는 2026-02-01에 다하여 | By its wall it is used up on 2026-02-01
100  | 900  | 2030-06-01 | 2040-01-01 | 2030-06-01 | 이력으로 본 수명(2026-04-11 – 2028-06-19)이 | Records show a shorter life (2026-04-11 – 2028-06-19)
100  |      | 2030-06-01 | 2040-01-01 | 2030-06-01 | 두 수명이 맞습니다         | The two lives agree
     |      | 2030-06-01 | 2028-01-01 | 2028-01-01 | 두께로는 2028-01-01에 다하여 이력으로 본 수명(2028-12-31 이후) | By its wall it is used up on 2028-01-01, before the life that records show (after 2028-12-31)
100  | 900  | 2030-06-01 |            | 2030-06-01 | 코드는 두께가 다하는 날을 아직 말하지 않습니다: 측정이 한 번뿐. | The code gives no day on which the wall is used up yet: there is one reading only.
none | none | 2030-06-01 | 2029-01-01 | 2029-01-01 | 두께로는 2029-01-01에 다합니다 | By its wall it is used up on 2029-01-01. No life was learned
"""  # noqa: E501


def number(cell: str) -> float | None:
    return float(cell) if cell else None


@pytest.mark.parametrize("line", COMPARED.strip().splitlines()[1:])
def test_how_the_two_lives_compare(line: str) -> None:
    p10, p90, inspect, required, act_by, ko, en = (cell.strip() for cell in line.split("|"))
    learned = None if p10 == "none" else Learned(AS_OF, number(p10), number(p90), 1095.0)
    dates = (date.fromisoformat(day) if day else None for day in (inspect, required))
    found = both_lives(learned, Code(*dates, guards=["one_reading"]))
    assert str(found.act_by) == act_by
    assert found.said.ko.startswith(ko)
    assert found.said.en.startswith(en)


def test_where_the_code_says_nothing_there_is_nothing_to_compare() -> None:
    assert both_lives(Learned(AS_OF, 1.0, 2.0, 3.0), None).said == ("", "")


@pytest.mark.parametrize("what", [*CATALOGUE, *GUARDS])
def test_both_languages_name_the_same_things(what: str) -> None:
    ko, en = {**GUARDS, **CATALOGUE}[what]
    places = [{part.split("}")[0] for part in text.split("{")[1:]} for text in (ko, en)]
    assert ko and en
    assert places[0] == places[1] or what == "bound_risk"
