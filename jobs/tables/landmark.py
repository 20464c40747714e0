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
        Field("time_d", "double", "Days from `as_of` to the failure, the renewal or the end of surveillance.", unit="d", nullable=False),
        Field("upper_d", "double", "Latest time of the failure if nobody had intervened: `time_d` where it was seen, `imminent_within_days` later where a finding forestalled it, or may have (`event` is false then); null where right-censored.", unit="d"),
        Field("event", "boolean", "True where a failure is known to lie between `time_d` and `upper_d`: it was seen, or a finding forestalled it.", nullable=False),
        Field("event_recorded_on", "date", "Day from which the failure or the renewal was known; null where surveillance ended."),
        Field("ended_by", "string", "What ended the time, as in `life`.", nullable=False),
        Field("weight", "double", "1/n over the item's n landmarks.", unit="1", nullable=False),
        Field("is_scored", "boolean", "True for the item's row at the extract date, which has no label yet.", nullable=False),
        *FEATURES,
        Field("measured", array_of(name="string", value="double"), f"Statistics of the readings of the item's equipment, `measured_<quantity>_<statistic>`, each a feature; the mean over measuring points. {MEASURED}", label="측정값 통계"),
    ),
    partitioned_by=("population", "_source"),
    checks=(("has_time", "time_d >= 0"), ("upper_d_after_time_d", "upper_d IS NULL OR upper_d >= time_d")),
)
