"""What the models refuse; each message is one sentence that says what is missing and what would mend it."""


class ModelError(ValueError):
    """The data or the model is refused."""

    korean = ""
    """The sentence for the firm, where there is one."""


class BadRows(ModelError):
    """Rows that nothing can be learned from, by a kind of `KINDS`; both sentences tell the same facts."""

    def __init__(self, kind: str, **facts: str | int) -> None:
        english, korean = KINDS[kind]
        self.korean = korean.format(**facts)
        super().__init__(english.format(**facts))


class TooFewFailures(BadRows):
    """There is too little to learn from or to score with."""


KINDS = {
    "no_label": (
        "no landmark has a label: no item was under surveillance at a date of the grid; check `surveillance_from` in the "
        "register and `landmark_every_d`, `landmarks_from` in the contracts",
        "정답이 있는 기준일이 없습니다. 격자 날짜에 감시 중이던 설비가 없습니다. 설비대장의 감시 시작일과 계약의 "
        "landmark_every_d, landmarks_from 을 확인하십시오.",
    ),
    "no_failure": (
        "no failure among {rows} rows of {items} items: all are censored and nothing can be learned; {needed} failures are "
        "needed to compare candidates; check `lives.ends` in the contracts",
        "설비 {items}대의 {rows}행에 고장이 하나도 없습니다. 모두 중도절단이어서 학습할 수 없습니다. 후보를 비교하려면 고장이 "
        "{needed}건 필요합니다. 계약의 lives.ends 를 확인하십시오.",
    ),
    "few_before_cut": (
        "{failures} failures were recorded before {cut}: {needed} are needed to compare candidates; the baseline "
        "Kaplan–Meier by class is used instead",
        "{cut} 이전에 기록된 고장이 {failures}건입니다. 후보를 비교하려면 {needed}건이 필요합니다. 대신 설비 종류별 기준선"
        "(Kaplan–Meier)을 씁니다.",
    ),
    "few_to_learn": (
        "{failures} failed rows were recorded before {cut}: {needed} are needed to learn from; begin later",
        "{cut} 이전에 기록된 고장 행이 {failures}개입니다. 학습하려면 {needed}개가 필요합니다. 더 늦은 날짜부터 시작하십시오.",
    ),
    "none_after": (
        "no landmark with a label lies after {start}: begin earlier",
        "{start} 이후에는 정답이 있는 기준일이 없습니다. 더 이른 날짜부터 시작하십시오.",
    ),
    "few_in_windows": (
        "{failures} failures in the test windows: {needed} are needed to compare candidates; the baseline Kaplan–Meier by "
        "class is used instead",
        "시험 기간의 고장이 {failures}건입니다. 후보를 비교하려면 {needed}건이 필요합니다. 대신 설비 종류별 기준선"
        "(Kaplan–Meier)을 씁니다.",
    ),
    "not_followed": (
        "no row was followed for {days} days: score a shorter horizon",
        "{days}일 동안 지켜본 행이 없습니다. 더 짧은 기간을 쓰십시오.",
    ),
    "all_censored": (
        "all {rows} times are censored: no score can be given without a failure",
        "{rows}행이 모두 중도절단입니다. 고장이 없으면 점수를 낼 수 없습니다.",
    ),
    "short_records": (
        "the records span {span} days: too short to test a horizon of {horizon} days; {needed} days are needed",
        "기록이 {span}일뿐이어서 {horizon}일 예측을 시험할 수 없습니다. {needed}일이 필요합니다.",
    ),
    "bad_times": (
        "{rows} rows have a time that is negative, infinite or missing, the first that of {item} at {as_of}; mend the dates "
        "of its records",
        "{rows}행의 시간이 음수이거나 무한하거나 비어 있습니다. 첫 행은 {as_of} 기준의 {item}입니다. 그 기록의 날짜를 고치십시오.",
    ),
}
"""Every kind of refusal of rows, in English and in Korean (where the firm reads the same facts)."""


class UntrustedModel(ModelError):
    """A stored model is not the one that was registered, or holds more than data."""


class LeakingFeature(ModelError):
    """A feature tells what was not known at its date; `korean` says the same in Korean."""

    def __init__(self, english: str, korean: str) -> None:
        self.korean = korean
        super().__init__(english)


class NotComparable(ModelError):
    """Two back-tests do not tell of the same."""


class UnknownRun(ModelError):
    """MLflow has no such run, or it is none of ours."""
