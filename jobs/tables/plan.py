"""The plan."""

from pyspark.sql.types import ArrayType, StringType

from jobs.tables.table import SOURCE, Field, Table

ACTIONS = ("inspect", "replace")
BOUNDS = (
    "code_inspection", "legal_due", "required_thickness", "risk", "lead_time", "window", "no_window", "capacity",
)  # fmt: skip
OVERRIDES = ("over_capacity", "over_lead_time", "over_window", "overdue")

PLAN = Table(
    name="plan",
    layer="gold",
    description="A dated action, ranked by P(failure before the next possible window) × consequence, with its reason and what bound it.",
    fields=(
        Field("population", "string", "Population of the source (`lives.population`).", nullable=False),
        SOURCE,
        Field("action_id", "string", "Item and action, the same from night to night.", nullable=False),
        Field("item_id", "string", "The item.", nullable=False),
        Field("equipment_tag", "string", "Equipment unit that the item is or belongs to.", nullable=False, label="설비번호"),
        Field("description", "string", "What the owner calls the equipment.", label="설비명"),
        Field("as_of", "date", "The date the plan stands on.", nullable=False, label="기준일"),
        Field("rank", "int", "Rank within the source, from 1: first what the law does not let wait, then by what is risked.", nullable=False, label="순위"),
        Field("action", "string", "What is to be done; `replace` may be a repair.", codes=ACTIONS, nullable=False, label="작업"),
        Field("planned_on", "date", "First day on which it is planned.", nullable=False, label="시작"),
        Field("planned_until", "date", "Last such day.", nullable=False, label="끝"),
        Field("limit_on", "date", "Law 8: the latest day that the code (API 570) or the law allows.", label="법 기한"),
        Field("bound_by", "string", "What set the date.", codes=BOUNDS, nullable=False, label="날짜를 정한 것"),
        Field("overrides", ArrayType(StringType()), f"What the law's date won over: {', '.join(OVERRIDES)}.", nullable=False),
        Field("is_shutdown_only", "boolean", "Work on it is possible in a shutdown only.", nullable=False, label="정지 중 작업"),
        Field("window_on", "date", "First day on which it could be done, with its spare there.", nullable=False, label="다음 기회"),
        Field("fail_prob", "double", "Probability of failing before that day if nobody intervenes; null where no life was learned.", unit="1", label="그 전 고장확률"),
        Field("consequence_krw", "double", "What a failure costs by the contract, its downtime and the equipment's criticality counted.", unit="KRW", nullable=False, label="고장 비용(원)"),
        Field("risk_krw", "double", "The probability times the consequence.", unit="KRW", label="위험(원)"),
        Field("spare", "string", "What is to be ordered; null where nothing is.", label="주문할 것"),
        Field("order_by", "date", "The day by which it is to be ordered.", label="주문 기한"),
        Field("reason_ko", "string", "Why, what set the date, what the law won over, and what to order by when, in Korean.", nullable=False, label="이유"),
        Field("reason_en", "string", "The same in English.", nullable=False),
    ),
    partitioned_by=("population", "_source"),
    checks=(("has_dates", "planned_on <= planned_until"), ("keeps_the_law", "limit_on IS NULL OR planned_until <= greatest(limit_on, as_of)")),
)
