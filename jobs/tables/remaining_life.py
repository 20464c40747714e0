"""Predictions."""

from jobs.tables.table import SOURCE, Field, Table, array_of

TIME_UNITS = ("days", "hours", "cycles")

DRIVERS = array_of(feature="string", value="string", factor="double", text_ko="string", text_en="string", is_changeable="boolean")
"""The factors of a prediction: each the feature, its value, the factor on the p50 (or on the failure probability at 365 days
where p50 is null), the sentence in Korean and English, and whether the owner can change it."""

REMAINING_LIFE = Table(
    name="remaining_life",
    layer="gold",
    description="Remaining life of an item in service if nobody intervenes, as the population's champion sees it.",
    fields=(
        Field("population", "string", "Population whose champion predicted.", nullable=False),
        SOURCE,
        Field("item_id", "string", "The item.", nullable=False),
        Field("equipment_tag", "string", "Equipment unit that the item is or belongs to.", nullable=False),
        Field("as_of", "date", "The date the prediction stands on.", nullable=False),
        Field("model_name", "string", "Registered model.", nullable=False),
        Field("model_version", "int", "Its version.", nullable=False),
        Field("candidate", "string", "The kind of model.", nullable=False),
        Field("is_baseline", "boolean", "True where the champion is a baseline (law 7).", nullable=False),
        Field("time_unit", "string", "What its times are counted in, by the contracts' `lives.time`; where it is not days, read it for the unit d.", nullable=False, codes=TIME_UNITS, label="시간 단위"),
        Field("p10_d", "double", "Days by which 10 % of such items have failed; null beyond the follow-up.", unit="d", label="10% 수명"),
        Field("p50_d", "double", "Days by which half have failed; null beyond the follow-up.", unit="d", label="중앙 수명"),
        Field("p90_d", "double", "Days by which 90 % have failed; null beyond the follow-up.", unit="d", label="90% 수명"),
        Field("longer_than_d", "double", "Longest follow-up of its class: a null quantile means longer than this.", unit="d", nullable=False),
        Field("fail_prob_30d", "double", "Probability of failing within 30 days.", unit="1", nullable=False),
        Field("fail_prob_90d", "double", "Probability of failing within 90 days.", unit="1", nullable=False),
        Field("fail_prob_365d", "double", "Probability of failing within 365 days.", unit="1", nullable=False),
        Field("reference_p50_d", "double", "Median remaining life of the class's reference item; null beyond the follow-up.", unit="d"),
        Field("reference_fail_prob_365d", "double", "The reference item's probability of failing within 365 days.", unit="1", nullable=False),
        Field("code_inspection_on", "date", "Latest day of the next thickness inspection of the equipment (API 570); null where no wall is measured.", label="두께검사 기한"),
        Field("code_required_on", "date", "Day on which a wall of the equipment reaches its required thickness (API 570).", label="필요두께 도달일"),
        Field("code_act_by", "date", "The earlier of the two: whatever the learned life says, nothing is put off longer (law 8).", label="코드 기한"),
        Field("lives_ko", "string", "How the learned life and the code's compare, in Korean; null where the code says nothing.", label="두 수명"),
        Field("lives_en", "string", "The same in English."),
        Field("drivers", DRIVERS, "What makes it differ from the reference, strongest first.", nullable=False),
    ),
    partitioned_by=("population", "_source"),
    checks=(("is_probability", "fail_prob_30d BETWEEN 0 AND 1 AND fail_prob_365d BETWEEN 0 AND 1"),),
)
