"""The code_life step: from readings and the register to `gold.code_life`, in Spark's own workers."""

from datetime import date, datetime
from typing import Any

import pytest

from jobs.contracts import load
from jobs.ledger import Entry
from jobs.settings import Settings
from jobs.steps import Context, Scope, code_life
from jobs.steps.code_life import answer
from jobs.tables import CURRENT, GOLD
from tests.support.lives import Records, happened
from tests.support.paths import CHECKOUT
from tests.support.silver import filled

SOURCE = "complex_archive"
AS_OF = date(2024, 6, 30)


def read(number: int, tag: str, on: date, mm: float, **values: Any) -> dict[str, Any]:
    key = {"_source": SOURCE, "equipment_tag": tag, "measurement_id": f"M{number}", "point": "1"}
    return {**key, "quantity": "wall_thickness_mm", "value": mm, **happened(on), **values}


def unit(tag: str, **values: Any) -> dict[str, Any]:
    return {"_source": SOURCE, "equipment_tag": tag, "equipment_class": "PI", "piping_class": 1, **values}


SILVER = Records(
    equipment=[
        unit("L-1", required_thickness_mm=9.2),
        unit("L-2", required_thickness_mm=7.6, nominal_thickness_mm=12.7, commissioned_on=date(2000, 1, 1)),
        unit("L-3", required_thickness_mm=8.0, nominal_thickness_mm=12.0, commissioned_on=date(1990, 1, 1)),
        unit("L-4", required_thickness_mm=8.0),
        unit("L-5"),
    ],
    maintenance=[
        {"_source": SOURCE, "equipment_tag": tag, "maintenance_id": f"W{tag}", "activity": "replace",
         **happened(date(2020, 6, 1))}
        for tag in ("L-3", "L-4")
    ],
    measurement=[
        read(1, "L-1", date(2000, 1, 1), 12.7),
        read(2, "L-1", date(2010, 1, 1), 10.2),
        read(3, "L-1", date(2010, 1, 1), 12.0, point="2"),
        read(4, "L-2", date(2010, 1, 1), 10.2),
        read(5, "L-3", date(2020, 6, 1), 7.9),
        read(6, "L-4", date(2019, 6, 1), 7.9),
        read(7, "L-5", date(2020, 1, 1), 5.0),
        read(8, "L-5", date(2020, 1, 1), 3.0, quantity="vibration_mm_s", point="3"),
    ],
)  # fmt: skip

EXPECTED = """
tag | point | readings | last       | rate  | life  | reached    | next       | bound_by       | guards                  | governs
L-1 | 1     | 2        | 2010-01-01 | 0.250 | 4.00  | 2014-01-01 | 2012-01-01 | remaining_life |                         | yes
L-1 | 2     | 1        | 2010-01-01 |       |       |            | 2015-01-01 | class          | one_reading             | no
L-2 | 1     | 1        | 2010-01-01 | 0.250 | 10.40 | 2020-05-27 | 2015-01-01 | class          | nominal_first           | yes
L-3 | 1     | 1        | 2020-06-01 |       |       |            | 2025-06-01 | class          | replaced one_reading    | yes
L-4 | 1     | 1        |            |       |       |            |            |                | replaced                | yes
L-5 | 1     | 1        | 2020-01-01 |       |       |            | 2024-12-31 | class          | one_reading no_required | yes
"""


@pytest.fixture
def context(spark: Any, home: Settings) -> Context:
    made = Context(home)
    for name in ("equipment", "maintenance", "measurement"):
        rows = filled(SILVER.frame(spark, name), CURRENT[name])
        made.lake.replace(CURRENT[name], rows, {"_source": SOURCE}, {})
    return made


def test_every_point_has_the_codes_answer_and_the_guards_that_acted(context: Context) -> None:
    contract = load(CHECKOUT / "infra" / "sources" / f"{SOURCE}.yaml")
    scope = Scope("complex", {SOURCE: contract}, {SOURCE: AS_OF}, SOURCE)
    entry = Entry()
    code_life.run(context, scope, entry)
    assert entry.counts == {"points": 6}
    found = context.lake.read(GOLD["code_life"]).orderBy("equipment_tag", "point").collect()
    assert {(row["population"], row["as_of"]) for row in found} == {("complex", AS_OF)}
    lines = [line.split("|") for line in EXPECTED.strip().splitlines()[1:]]
    assert [shown(row.asDict()) for row in found] == [[cell.strip() for cell in line] for line in lines]


def shown(row: dict[str, Any]) -> list[str]:
    cells = [
        *(row[name] for name in ("equipment_tag", "point", "readings", "last_read_on")),
        *(row[name] and f"{row[name]:.{digits}f}" for name, digits in (("corrosion_rate_mm_y", 3), ("remaining_life_y", 2))),
        *(row[name] for name in ("required_reached_on", "next_inspection_on", "bound_by")),
        " ".join(row["guards"]),
        "yes" if row["is_governing"] else "no",
    ]  # fmt: skip
    return ["" if cell is None else str(cell) for cell in cells]


def test_a_day_of_commissioning_after_the_first_reading_is_not_believed() -> None:
    point = {
        "population": "complex", "_source": SOURCE, "equipment_tag": "L-1", "point": "1", "as_of": AS_OF,
        "required_thickness_mm": 8.0, "nominal_thickness_mm": 12.0, "piping_class": 1, "is_vessel": False, "error_mm": 0.1,
        "commissioned_on": date(2015, 1, 1), "replaced_on": None,
        "walls": [{"on": date(2010, 1, 1), "thickness_mm": 9.0}],
    }  # fmt: skip
    assert answer(point)["last_read_on"] == date(2010, 1, 1)
    assert answer({**point, "commissioned_on": datetime(2005, 1, 1).date()})["guards"] == ["nominal_first"]
