"""What stands beside a prediction: the code's dates of its equipment, and how the two lives compare."""

from datetime import date

import numpy as np
import pandas as pd

from jobs.steps.score import CODE_COLUMNS, beside_code
from models.both_lives import Code

AS_OF = date(2026, 1, 1)


def test_the_codes_dates_stand_on_the_line_of_the_learned_life() -> None:
    predicted = pd.DataFrame(
        {
            "_source": "archive", "equipment_tag": ["L-1", "L-2", "P-1"], "as_of": AS_OF, "p10_d": [100.0, np.nan, 5.0],
            "p90_d": [900.0, np.nan, 7.0], "longer_than_d": 1000.0, "time_unit": "days",
        }
    )  # fmt: skip
    code = {
        ("archive", "L-1"): Code(date(2026, 6, 1), date(2026, 2, 1), []),
        ("archive", "L-2"): Code(None, None, ["one_reading"]),
        ("another", "P-1"): Code(date(2026, 6, 1), date(2026, 2, 1), []),
    }
    found = beside_code(predicted, code)[list(CODE_COLUMNS)]
    assert found.iloc[0, :3].tolist() == [date(2026, 6, 1), date(2026, 2, 1), date(2026, 2, 1)]
    assert found["lives_en"][0].startswith("By its wall it is used up on 2026-02-01, before the life that records show")
    assert found.iloc[1, :3].isna().all() and "측정이 한 번뿐" in found["lives_ko"][1]
    assert found.iloc[2].isna().all(), "another source's equipment of the same tag is not this one's"
