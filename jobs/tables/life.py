"""Spells of items at risk of failing (left-truncated, right-censored lives)."""

from jobs.tables.table import SOURCE, Field, Table

ENDED_BY = ("failure", "calendar", "condition", "unknown_preventive", "repair", "end_of_surveillance")

LIFE = Table(
    name="life",
    layer="gold",
    description="One spell of an item at risk. An item's spells tile its surveillance without gap or overlap.",
    fields=(
        Field("population", "string", "Population the item is learned with (`lives.population`).", nullable=False),
        SOURCE,
        Field("item_id", "string", "The item, as `lives.item` of the contract names it.", nullable=False),
        Field("equipment_tag", "string", "Equipment unit that the item is or belongs to.", nullable=False),
        Field("spell", "int", "Number of the spell within the item, from 1.", nullable=False),
        Field("origin_on", "date", "Day on which the item's age was 0: commissioning or last renewal; the first day of surveillance where neither is known.", nullable=False),
        Field("is_origin_known", "boolean", "False where the true age is unknown and greater than the one used.", nullable=False),
        Field("entered_on", "date", "First day of the spell.", nullable=False),
        Field("ended_on", "date", "Last day of the spell.", nullable=False),
        Field("entered_d", "double", "Age at which the spell came under observation (left truncation).", unit="d", nullable=False),
        Field("ended_d", "double", "Age at which the spell ended.", unit="d", nullable=False),
        Field("event", "boolean", "True where it ended in a failure, false where it is censored.", nullable=False),
        Field("ended_by", "string", "What ended the spell.", codes=ENDED_BY, nullable=False),
        Field("recorded_on", "date", "Day from which the end was known."),
    ),
    partitioned_by=("population", "_source"),
    checks=(("has_time", "entered_d < ended_d"),),
)
