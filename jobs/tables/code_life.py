"""Code life: what API 570 says of each measuring point of wall thickness."""

from pyspark.sql.types import ArrayType, StringType

from jobs.tables.table import SOURCE, Field, Table

GUARDS = (
    "replaced", "same_day", "nominal_first", "wall_growth", "within_error", "one_reading", "below_required", "no_required",
)  # fmt: skip

CODE_LIFE = Table(
    name="code_life",
    layer="gold",
    description="Corrosion rates, remaining life and next thickness inspection of a measuring point by API 570, with every guard that acted.",
    fields=(
        Field("population", "string", "Population of the source (`lives.population`).", nullable=False),
        SOURCE,
        Field("equipment_tag", "string", "Equipment unit that the point is on.", nullable=False),
        Field("point", "string", "Measuring point; empty where the source names none.", nullable=False),
        Field("as_of", "date", "The date up to which readings were known.", nullable=False),
        Field("readings", "int", "Readings at the point, of all its walls.", nullable=False),
        Field("last_read_on", "date", "Day of the last reading of the present wall, or on which it was new; null where none is known."),
        Field("last_thickness_mm", "double", "Thickness then.", unit="mm", label="최근 두께"),
        Field("required_thickness_mm", "double", "Thickness at which it must be repaired or replaced.", unit="mm", label="필요두께"),
        Field("piping_class", "int", "Piping service class of API 570."),
        Field("long_term_rate_mm_y", "double", "Loss a year since the first reading of the present wall.", unit="mm/y"),
        Field("short_term_rate_mm_y", "double", "Loss a year since the reading before the last.", unit="mm/y"),
        Field("corrosion_rate_mm_y", "double", "The larger of the two; null where no two readings tell one.", unit="mm/y", label="부식률"),
        Field("remaining_life_y", "double", "Years from the last reading until the required thickness is reached.", unit="y", label="코드 잔여수명"),
        Field("required_reached_on", "date", "Day on which it is reached: no repair or replacement is planned later (law 8).", label="필요두께 도달일"),
        Field("next_inspection_on", "date", "Latest day of the next thickness inspection: none is planned later (law 8).", label="두께검사 기한"),
        Field("bound_by", "string", "What set that day.", codes=("remaining_life", "class")),
        Field("guards", ArrayType(StringType()), f"What kept the formulas from being used as they stand: {', '.join(GUARDS)}.", nullable=False),
        Field("is_governing", "boolean", "True for the equipment's point that must be looked at first.", nullable=False),
    ),
    partitioned_by=("population", "_source"),
    checks=(("has_readings", "readings >= 0"),),
)
