"""What is known of an item at a date: the one place where features are declared.

Names are ASCII snake_case with their unit, as they go to the models; the Korean label is for people.
Each is computed from what had been recorded by the landmark's date (law 5) in `jobs.steps.landmarks`, what the records
say of faults and cost in `jobs.steps.event_features`, what its peers' say in `jobs.steps.peers`.
"""

from dataclasses import dataclass

from jobs.tables.table import Field


@dataclass(frozen=True)
class Fault:
    """A group of faults, by ISO 14224 failure modes (tables B.6 to B.15) and mechanisms (table B.2)."""

    name: str
    description: str
    label: str
    modes: tuple[str, ...]
    mechanisms: tuple[str, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        return (*self.modes, *self.mechanisms)

    @property
    def fields(self) -> tuple[Field, Field]:
        """How many were recorded, and how long ago the last one was."""
        return (
            Field(f"{self.name}_count", "double", f"{self.description} recorded since surveillance began.", unit="1", label=f"{self.label} 횟수"),
            Field(f"days_without_{self.name}_d", "double", f"Days since the last recorded of: {self.description.lower()}; since surveillance began where none is.", unit="d", label=f"{self.label} 없이 지난 일수"),
        )  # fmt: skip


FAULTS = (
    Fault("leak", "Leaks", "누설", ("ELF", "ELP", "ELU", "INL", "LCP"), ("leakage",)),
    Fault("vibration", "Vibration or noise", "진동·소음", ("NOI", "VIB"), ("vibration", "looseness", "cavitation")),
    Fault("wear", "Wear, corrosion or breakage", "마모·부식·파손", ("STD",), ("wear", "corrosion", "erosion", "fatigue", "breakage")),
    Fault("electrical", "Electrical or control faults", "전기·제어 이상", ("AIR", "ERO", "FOF", "FOV", "FTF", "FTS", "PTF", "SHH", "SLL", "SPO", "UST")),
)  # fmt: skip
"""The faults that are counted. A record tells of one by its mode or mechanism, or by its text where it has neither."""

FEATURES = (
    Field("age_d", "double", "Days since the item was new or last renewed; a lower bound where the origin is unknown.", unit="d", label="사용기간"),
    Field("is_origin_known", "double", "1 where the true age is known.", unit="1", label="사용기간 확인"),
    Field("exposure_d", "double", "Days under surveillance so far.", unit="d", label="기록기간"),
    Field("failures_count", "double", "Failures recorded since surveillance began.", unit="1", label="고장 횟수"),
    Field("failures_365d_count", "double", "Failures recorded in the last 365 days.", unit="1", label="최근 1년 고장 횟수"),
    Field("days_since_failure_d", "double", "Days since the last recorded failure; null without one.", unit="d", label="마지막 고장 후 일수"),
    Field("mean_gap_d", "double", "Mean days between recorded failures; null under two.", unit="d", label="평균 고장 간격"),
    Field("repairs_count", "double", "Corrective jobs since the item was new or renewed.", unit="1", label="교체 후 수리 횟수"),
    Field("preventive_365d_count", "double", "Preventive jobs recorded in the last 365 days.", unit="1", label="최근 1년 예방정비 횟수"),
    Field("days_since_maintenance_d", "double", "Days since the last recorded job; null without one.", unit="d", label="마지막 정비 후 일수"),
    Field("downtime_365d_h", "double", "Recorded downtime in the last 365 days.", unit="h", label="최근 1년 정지시간"),
    Field("cost_365d_krw", "double", "Recorded cost of jobs in the last 365 days.", unit="KRW", label="최근 1년 정비비용"),
    Field("readings_90d_count", "double", "Readings recorded in the last 90 days.", unit="1", label="최근 측정 횟수"),
    *(field for fault in FAULTS for field in fault.fields),
    Field("peers_failures_per_y", "double", "Recorded failures per year of the source's other items of the class and service; null where these rest on under ten years.", unit="1/y", label="동종 설비 연간 고장률"),
    Field("peers_exposure_d", "double", "Days under surveillance of the source's other items of the class and service.", unit="d", label="동종 설비 기록기간"),
    Field("load_share", "double", "Usual load as a share of the rated load.", unit="1", label="부하율"),
    Field("equipment_class", "string", "Equipment class code.", label="설비종류"),
    Field("equipment_type", "string", "Type within the class.", label="형식"),
    Field("manufacturer", "string", "Maker.", label="제작사"),
    Field("service", "string", "Fluid or duty.", label="용도"),
    Field("regime", "string", "How it was run at the latest reading: the band of each setting.", label="운전 조건"),
    Field("subunit", "string", "Subunit, where the item is one.", label="하위장치"),
)  # fmt: skip

STATISTICS = (
    Field("level", "double", "The latest reading.", label="최근값"),
    Field("mean", "double", "Mean of the latest 30 days read.", label="평균"),
    Field("slope", "double", "Change per unit of time over the latest 30 days read (least squares); null under three.", label="기울기"),
    Field("sd", "double", "Standard deviation of the latest 30 days read; null under three.", label="표준편차"),
    Field("change", "double", "Mean of the latest 30 days read less that of the first 30.", label="처음 대비 변화"),
)
"""What is stated of every quantity that is measured: `measured_<quantity>_<statistic>`, in the quantity's own unit."""

MEASURED = "measured_"
"""How the names of what was measured begin."""

CHANGEABLE = ("preventive_365d_count", "days_since_maintenance_d", "load_share")
"""What the owner of an asset can change about it."""
