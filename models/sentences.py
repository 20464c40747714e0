"""What a plan and an asset's two lives say, in Korean and in English: the one catalogue of these sentences.

They compare and name dates; they claim no cause. `said` fills one in.
"""

from typing import Any, NamedTuple


class Said(NamedTuple):
    """The same sentence in both languages."""

    ko: str
    en: str

    def __add__(self, other: "Said") -> "Said":  # type: ignore[override]
        return Said(f"{self.ko} {other.ko}".strip(), f"{self.en} {other.en}".strip())


NOTHING = Said("", "")

CATALOGUE = {
    # the two lives of an asset
    "lives_agree": Said(
        "두 수명이 맞습니다: 두께가 다하는 날({code_on})이 이력으로 본 수명({learned}) 안에 있습니다.",
        "The two lives agree: the wall is used up on {code_on}, within the life that records show ({learned}).",
    ),
    "code_shorter": Said(
        "두께로는 {code_on}에 다하여 이력으로 본 수명({learned})보다 이릅니다: 이력은 고장만 보고 두께는 보지 않으므로 코드의 날을 "
        "지킵니다.",
        "By its wall it is used up on {code_on}, before the life that records show ({learned}): records see failures, not "
        "the wall, so the code's date holds.",
    ),
    "learned_shorter": Said(
        "이력으로 본 수명({learned})이 두께가 다하는 날({code_on})보다 이릅니다: 이런 설비는 두께가 다하기 전에 다른 고장이 "
        "납니다. 코드의 날은 그대로 지킵니다.",
        "Records show a shorter life ({learned}) than the wall does ({code_on}): assets like this fail otherwise before "
        "their wall is used up. The code's date holds all the same.",
    ),
    "code_undated": Said(
        "코드는 두께가 다하는 날을 아직 말하지 않습니다: {guards}. 이력으로 본 수명: {learned}.",
        "The code gives no day on which the wall is used up yet: {guards}. The life that records show: {learned}.",
    ),
    "code_alone": Said(
        "두께로는 {code_on}에 다합니다. 이력으로 배운 수명은 없습니다.",
        "By its wall it is used up on {code_on}. No life was learned from records.",
    ),
    # why a job is planned
    "inspect_code": Said("두께검사를 해야 합니다.", "A thickness inspection has to be made."),
    "inspect_legal": Said("법정검사를 해야 합니다.", "A legal inspection has to be made."),
    "inspect_risk": Said(
        "이런 설비의 10 %가 {p10_on}까지 고장 나므로 그 전에 상태를 점검합니다.",
        "10 % of such assets fail by {p10_on}: its condition is to be checked before.",
    ),
    "replace_pays": Said(
        "다음 기회({window_on})까지 고장 확률이 {fail_prob}이고, 미리 바꾸는 편이 쌉니다.",
        "It fails by the next opportunity ({window_on}) with probability {fail_prob}, and replacing it first is cheaper.",
    ),
    "replace_wall": Said(
        "{required_on}에 필요두께에 이릅니다: 그 전에 고치거나 바꿉니다.",
        "It reaches its required thickness on {required_on}: repair or replace it before.",
    ),
    "replace_wall_past": Said(
        "{required_on}에 이미 필요두께에 이르렀습니다: 바로 고치거나 바꿉니다.",
        "It reached its required thickness on {required_on} already: repair or replace it at once.",
    ),
    # what bound the date
    "bound_code_inspection": Said("두께검사 기한 {limit}(API 570).", "Thickness inspection due {limit} (API 570)."),
    "bound_legal_due": Said("법정검사 기한 {limit}({basis}).", "Legal inspection due {limit} ({basis})."),
    "bound_required_thickness": Said(
        "필요두께 도달일 {limit}(API 570).", "Required thickness reached {limit} (API 570)."
    ),
    "bound_risk": Said("10 % 수명: {p10_on}.", "10 % life: {p10_on}."),
    "bound_lead_time": Said(
        "예비품 납기 {lead_d}일 때문에 이보다 이를 수 없습니다.", "No earlier, for the spare takes {lead_d} days."
    ),
    "bound_window": Said("정기보수({window}) 때만 할 수 있습니다.", "Possible in the shutdown of {window} only."),
    "bound_no_window": Said(
        "정지 중에만 할 수 있으나 알려진 정기보수가 없습니다: 날짜를 정해 계약의 plan.shutdowns에 적습니다.",
        "Possible in a shutdown only, and none is known: set one, and name it in the contract's plan.shutdowns.",
    ),
    "bound_capacity": Said(
        "바라던 때는 작업량이 찼습니다.", "The time wanted is full: more jobs than it can take."
    ),
    # what the law's date wins over
    "over_capacity": Said(
        "작업량은 찼지만 법의 날짜가 우선합니다.", "There is no capacity left: the law's date wins over it."
    ),
    "over_lead_time": Said(
        "예비품 납기({lead_d}일)가 기한보다 깁니다: 서둘러 구하거나 그날까지 운전을 멈춥니다.",
        "The spare takes {lead_d} days, longer than the law allows: get it sooner, or stop the equipment by that date.",
    ),
    "over_window": Said(
        "기한 전에 정기보수가 없습니다: 따로 정지해야 합니다.", "No shutdown lies before it: it has to be stopped for this."
    ),
    "overdue": Said("기한이 이미 지났습니다: 바로 합니다.", "The date has passed already: do it at once."),
    # what to order
    "order": Said("{what}: {order_by}까지 주문합니다.", "Order {what} by {order_by}."),
    "order_now": Said("{what}: 지금 주문합니다.", "Order {what} now."),
}  # fmt: skip
"""By what is said."""

NO_P10 = Said("기록이 미치지 않는 먼 날", "beyond what records reach")
"""In place of the day of a 10 % life that is not known."""

GUARDS = {
    "replaced": Said("벽을 새로 한 뒤 잰 것이 모자람", "too little was measured since the wall was made new"),
    "wall_growth": Said("두께가 늘어 측정 오류로 봄", "the wall seems to grow, a measuring fault"),
    "one_reading": Said("측정이 한 번뿐", "there is one reading only"),
    "no_required": Said("필요두께를 모름", "its required thickness is not known"),
}
"""What keeps the code from a day, by the guard that says so."""


def said(what: str, /, **values: Any) -> Said:
    """The sentence of the catalogue, its places filled in; of a value that is itself said, each language takes its own."""
    ko, en = CATALOGUE[what]
    return Said(ko.format_map(_of(values, "ko")), en.format_map(_of(values, "en")))


def _of(values: dict[str, Any], language: str) -> dict[str, Any]:
    return {name: getattr(value, language) if isinstance(value, Said) else value for name, value in values.items()}
