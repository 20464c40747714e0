"""Items at as-of dates: features known then, and what came after."""

from jobs.tables.features import FEATURES, STATISTICS
from jobs.tables.table import SOURCE, Field, Table, array_of

MEASURED = " ".join(f"`{statistic.name}`: {statistic.description}" for statistic in STATISTICS)

LANDMARK = Table(
    name="landmark",
    layer="gold",
    description="An item at a date of the fixed calendar grid: what was known then, and (time, event) after it.",
    fields=(
        Field("population", "string", "Population the item is learned with.", nullable=False),
        SOURCE,
        Field("item_id", "string", "The item.", nullable=False),
        Field("equipment_tag", "string", "Equipment unit that the item is or belongs to.", nullable=False),
        Field("as_of", "date", "The date at which the features were known.", nullable=False),
        Field("time_d", "double", "Days from `as_of` to the failure or the censoring.", unit="d", nullable=False),
        Field("event", "boolean", "True where the time ended in a failure.", nullable=False),
        Field("event_recorded_on", "date", "Day from which the failure was known; null where censored."),
        Field("ended_by", "string", "What ended the time, as in `life`.", nullable=False),
        Field("weight", "double", "1/n over the item's n landmarks.", unit="1", nullable=False),
        Field("is_scored", "boolean", "True for the item's row at the extract date, which has no label yet.", nullable=False),
        *FEATURES,
        Field("measured", array_of(name="string", value="double"), f"Statistics of the readings of the item's equipment, `measured_<quantity>_<statistic>`, each a feature; the mean over measuring points. {MEASURED}", label="측정값 통계"),
    ),
    partitioned_by=("population", "_source"),
    checks=(("has_time", "time_d >= 0"),),
)
