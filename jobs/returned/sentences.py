"""Why a cell was refused, in one Korean sentence: what is wrong, and how it should look.

One entry per reason code that the reading side can give (`KINDS`, and `missing_<column>`). Under the sentence stands a
proposal, told from the cell, its row or its neighbours, or else an example of what the column takes. Nothing is proposed
that would be refused again (`jobs.returned.readable`).
"""

import difflib
import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from jobs.conform.dates import KOREAN_DATE
from jobs.conform.units import spelling, units_like
from jobs.contracts import ColumnRule
from jobs.contracts.model import Parse
from jobs.korean import with_particle
from jobs.returned.readable import EARLIEST, day, day_of, full_year, is_readable, says_nothing
from jobs.sources.ditto import is_ditto

SHOWN_LETTERS = 40
NEAR = 0.75
"""How alike two words are, of 1, for one to be proposed for the other."""


@dataclass(frozen=True)
class Reason:
    """A reason of the quarantine: its code, the canonical column, the cell's text, and what was expected (English)."""

    code: str
    column: str
    value: str | None
    expected: str


@dataclass(frozen=True)
class About:
    """What is known of the column that a reason blames.

    `heading` is what the file calls it, `other_heading` the column that it is compared with, `text` what
    the cell says; `words` are those that the
    contract maps, by canonical code; `known` are texts of the column that were accepted; `unit` is the unit of a plain
    number, `scale` what one of it is in the lake's unit; `may_be_empty` says that the column takes no value as well.

    `rule` says how the column is read, into `lake_unit`, and `nothing` which words mean that nothing is said. `latest` is
    the last day that it takes, `delivered_on` the day of the delivery. From the file: `example` is a text of the column
    that was accepted, `instead` what may stand in the cell if it says nothing, `years` those of dates around it, and
    `compared` the text of the column that it is compared with.
    """

    heading: str
    other_heading: str = ""
    text: str | None = None
    words: tuple[tuple[str, str | None], ...] = ()
    known: Sequence[str] = ()
    unit: str = ""
    scale: float = 1.0
    may_be_empty: bool = False
    rule: ColumnRule | None = None
    lake_unit: str = ""
    nothing: tuple[str, ...] = ()
    latest: date | None = None
    delivered_on: date | None = None
    example: str | None = None
    instead: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    compared: str | None = None


@dataclass(frozen=True)
class Told:
    """The sentence for a cell; the texts of which one should take its place, as far as they can be told; an example."""

    sentence: str
    fixes: tuple[str, ...] = ()
    example: str | None = None

    @property
    def text(self) -> str:
        """The sentence, and below it what is proposed, or else the example."""
        if self.fixes:
            return f"{self.sentence}\n제안: {_choice([fix or EMPTIED for fix in self.fixes])}"
        return f"{self.sentence}\n예: {self.example}" if self.example else self.sentence


EMPTIED = "빈 칸으로 두기"


def _choice(fixes: Sequence[str]) -> str:
    return " 또는 ".join(fixes) if len(fixes) < 3 else f"{', '.join(fixes)} 가운데 하나"


Sentence = Callable[[Reason, About], Told]


@dataclass(frozen=True)
class Kind:
    """A reason code: what the summary calls it, what is to be done about it, and its sentence for a cell."""

    title: str
    remedy: str
    sentence: Sentence


def of_doubtful_keys(kind: str, rows: int, keys: Sequence[str]) -> str:
    """What a firm is told of rows that were taken but do not count, or withdraw nothing (`jobs.steps.keys`)."""
    named = ", ".join(keys) + (" 등" if rows > len(keys) else "")
    if kind == "unknown_key":
        return f"취소로 표시한 {rows:,}행의 번호는 받은 적이 없습니다. 번호를 확인해 주세요: {named}"
    if kind == "shared_key":
        return (
            f"{rows:,}행은 같은 자료 안에서 설비나 날짜가 다른 기록과 번호가 같습니다. 번호마다 마지막 행만 셉니다. 나머지 "
            f"행에 새 번호를 적어 주세요: {named}"
        )
    return (
        f"{rows:,}행은 다른 설비나 다른 날짜의 기록이 먼저 쓴 번호여서 받기는 했으나 세지 않습니다: {named}. 새 기록이면 "
        "새 번호를 적어 주세요. 앞서 보낸 기록의 설비나 날짜를 고친 것이면, 고친 기록에 새 번호를 주고 옛 번호의 기록은 "
        "빼거나(늘 전체를 보내는 자료) 취소로 표시해 주세요(바뀐 것만 보내는 자료)."
    )


def kind_of(code: str) -> Kind:
    """The kind of a reason code; one of its own for a code that is no longer given."""
    if code in KINDS:
        return KINDS[code]
    return MISSING if code.startswith("missing_") else UNKNOWN


def told(reason: Reason, about: About) -> Told:
    """The sentence for a reason, with what is proposed for the cell, or else an example of what it takes."""
    is_silent, stands_there = says_nothing(reason.value), _narrow(about.text or reason.value)
    said = (_text if reason.code.startswith("bad_") and is_silent else kind_of(reason.code).sentence)(reason, about)
    offered = dict.fromkeys(said.fixes or (about.instead if is_silent else ()))
    fixes = tuple(fix for fix in offered if fix != stands_there and _would_be_read(fix, reason, about))
    return replace(said, fixes=fixes, example=None if fixes else said.example or about.example or _usual(reason, about))


def _would_be_read(fix: str, reason: Reason, about: About) -> bool:
    """Whether what is proposed would be accepted in the column."""
    rule = about.rule or ColumnRule.model_validate({"parse": _parse(reason)})
    if not fix:
        return reason.code == "null"
    if not is_readable(rule, fix, about.lake_unit or about.unit, about.nothing):
        return False
    named = day_of(fix) if rule.parse in ("korean_date", "sap_date", "iso_timestamp") else None
    return named is None or (named >= EARLIEST and (about.latest is None or _last(fix, named) <= about.latest))


def _last(text: str, named: date) -> date:
    """The last day that a text can mean, of which `named` is the first."""
    is_month = re.fullmatch(r"\d{4}-\d{2}", text) is not None
    return named.replace(day=monthrange(named.year, named.month)[1]) if is_month else named


def _parse(reason: Reason) -> Parse:
    """How the column of a reason is read, as far as its code tells."""
    return next((parse for parse in USUAL if reason.code == f"bad_{parse}"), "text")


USUAL: dict[Parse, str] = {
    "tag": "P-101A",
    "korean_date": "2021-03-05",
    "sap_date": "20210305",
    "sap_timestamp": "20210305",
    "iso_timestamp": "2021-03-05 15:20:00",
    "number": "1,200",
    "integer": "3",
    "duration": "3시간 30분",
    "boolean": "Y",
}
"""What a column of each kind takes, where its file shows nothing that was accepted."""


def _usual(reason: Reason, about: About) -> str | None:
    if words := [word for word, code in about.words if code is not None]:
        return words[0]
    return USUAL.get(about.rule.parse if about.rule else _parse(reason))


def shown(text: str | None) -> str:
    """A cell's text as a sentence quotes it."""
    plain = re.sub(r"\s+", " ", text or "").strip()
    if not plain:
        return "빈 칸"
    return f"‘{plain[: SHOWN_LETTERS - 1]}…’" if len(plain) > SHOWN_LETTERS else f"‘{plain}’"


def near(text: str | None, known: Sequence[str]) -> tuple[str, ...]:
    """The known text that is nearest to one that is not known, where one is near."""
    found = difflib.get_close_matches(_narrow(text).upper(), [word.upper() for word in known], 1, NEAR)
    return tuple(word for word in known if found and word.upper() == found[0])[:1]


def _narrow(text: str | None) -> str:
    return unicodedata.normalize("NFKC", text or "").strip()


YEAR_FIRST = re.compile(r"'?(\d{4}|\d{2})\s*[.\-/년]\s*(\d{1,2})\s*[.\-/월]\s*(\d{1,2})(?!\d)", re.ASCII)
COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
MONTH_ONLY = re.compile(r"'?(\d{4}|\d{2})\s*[.\-/년]\s*(\d{1,2})\s*[.월]?", re.ASCII)
YEAR_LAST = re.compile(r"(\d{1,2})\s*[.\-/]\s*(\d{1,2})\s*[.\-/]\s*(\d{4})", re.ASCII)
NO_YEAR = re.compile(r"(\d{1,2})\s*[.\-/월]\s*(\d{1,2})\s*일?", re.ASCII)
LOOSE = re.compile(r"(\d{4})[\s,_:]+(\d{1,2})[\s,_:]+(\d{1,2})", re.ASCII)
LIKE_A_DATE = "2021-03-05, 2021.3.5, 2021년 3월 5일처럼"

YEARS_AGO = {"올해": 0, "금년": 0, "작년": 1, "지난해": 1, "전년": 1, "재작년": 2}
SEASONS: dict[str, tuple[int, ...]] = {
    "봄": (3, 4, 5),
    "여름": (6, 7, 8),
    "가을": (9, 10, 11),
    "겨울": (1, 2, 12),
    "상반기": (1, 2, 3, 4, 5, 6),
    "하반기": (7, 8, 9, 10, 11, 12),
}
VAGUE = re.compile(
    rf"(?:'?(?P<year>\d{{4}}|\d{{2}})(?:\s*[.\-/년]|\s|(?=[봄여가겨상하]))|(?P<ago>{'|'.join(YEARS_AGO)})(?:도|에)?)\s*"
    rf"(?:(?P<season>{'|'.join(SEASONS)})(?:철|에)?|(?P<month>\d{{1,2}})\s*[.월]?(?:\s*(?P<day>\d{{1,2}})\s*일)?)"
    r"\s*(?:초순?|중순?|하순|상순|말)?\s*(?:경|쯤|즈음|무렵)?",
    re.ASCII,
)
"""A month or a season that is told roughly, or by the year from which people write."""


def _date(reason: Reason, about: About) -> Told:
    text, said = _narrow(reason.value), shown(reason.value)
    if found := YEAR_FIRST.match(text) or COMPACT.fullmatch(text):
        return _impossible_day(reason, said, *found.groups())
    if found := MONTH_ONLY.fullmatch(text):
        return Told(f"{int(found[2])}월은 없으므로 {said} 대신 1월에서 12월 사이의 달을 적어 주세요.")
    if found := LOOSE.fullmatch(text):
        return Told(f"{said} 대신 연-월-일 사이에 줄표(-)를 넣어 적어 주세요.", _days(reason, found.groups()))
    if found := YEAR_LAST.fullmatch(text):
        a, b, year = found.groups()
        return Told(
            f"{said} 대신 연-월-일 차례로 2021-03-05처럼 적어 주세요.", _days(reason, (year, a, b), (year, b, a))
        )
    if found := NO_YEAR.fullmatch(text):
        fixes = _days(reason, *((year, *found.groups()) for year in about.years))
        return Told(f"{said}에는 연도가 없으므로 2021-03-05처럼 연도까지 적어 주세요.", fixes)
    return Told(
        f"{said} 대신 날짜를 {LIKE_A_DATE} 적어 주세요(날을 모르면 2021년 3월처럼 달까지만).", _months(text, about)
    )


def _impossible_day(reason: Reason, said: str, *written: str) -> Told:
    year, month, of_month = full_year(written[0]), int(written[1]), int(written[2])
    if not 1 <= month <= 12:
        swapped = _days(reason, (year, of_month, month))
        return Told(f"{month}월은 없으므로 {said} 대신 1월에서 12월 사이의 달을 적어 주세요.", swapped)
    last = monthrange(year, month)[1]
    if not 1 <= of_month <= last:
        of_year = f"{year}년 " if month == 2 else ""
        whole_month = (f"{year:04}-{month:02}",) if reason.code == "bad_korean_date" else ()
        return Told(
            f"{of_year}{month}월은 {last}일까지입니다: {said} 대신 있는 날짜를 적어 주세요.",
            (*whole_month, *_days(reason, (year, month, last))),
        )
    return Told(f"{said}에서 날짜 뒤의 글을 읽을 수 없으므로 2021-03-05 또는 2021-03-05 15:20처럼 적어 주세요.",
                _days(reason, (year, month, of_month)))  # fmt: skip


def _days(reason: Reason, *written: Sequence[str | int]) -> tuple[str, ...]:
    """Those of some (year, month, day) that there are, as the column writes a day."""
    found = [day(int(year), int(month), int(of_month)) for year, month, of_month in written]
    return tuple(as_written(one, _parse(reason)) for one in found if one)


def as_written(named: date, parse: Parse) -> str:
    """A day as a column that is read so writes it."""
    return f"{named:%Y%m%d}" if parse in ("sap_date", "sap_timestamp") else named.isoformat()


def _months(text: str, about: About) -> tuple[str, ...]:
    """The months that are meant roughly; by the year from which people write, that of the delivery is told."""
    found = VAGUE.fullmatch(text)
    if not found:
        return ()
    if not found["ago"]:
        year = full_year(found["year"])
    elif about.delivered_on:
        year = about.delivered_on.year - YEARS_AGO[found["ago"]]
    else:
        return ()
    months = SEASONS[found["season"]] if found["season"] else (int(found["month"]),)
    if found["day"]:
        return _days(Reason("bad_korean_date", "", text, ""), (year, *months, found["day"]))
    return tuple(f"{year}-{month:02}" for month in months)


def _sap_date(reason: Reason, about: About) -> Told:
    found = COMPACT.match(_narrow(reason.value))
    if found and day(*map(int, found.groups())) is None:
        return _impossible_day(reason, shown(reason.value), *found.groups())
    return Told(
        f"{shown(reason.value)} 대신 날짜를 20210305처럼 여덟 자리 숫자로 적어 주세요.", _found_day(reason, about)
    )


def _sap_timestamp(reason: Reason, about: About) -> Told:
    found = COMPACT.match(_narrow(about.text or reason.value))
    if found and day(*map(int, found.groups())) is None:
        return _impossible_day(reason, shown(about.text or reason.value), *found.groups())
    return Told(
        f"{shown(reason.value)} 대신 날짜는 20210305처럼, 시각은 152000처럼 숫자로만 적어 주세요.",
        _found_day(reason, about),
    )


CLOCK_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?", re.ASCII)


def _iso_timestamp(reason: Reason, about: About) -> Told:
    text = _narrow(reason.value)
    found = YEAR_FIRST.match(text)
    if found and day(full_year(found[1]), int(found[2]), int(found[3])) is None:
        return _impossible_day(reason, shown(reason.value), *found.groups())
    fixes = _found_day(reason, about)
    if fixes and (found := re.fullmatch(KOREAN_DATE, text.upper(), re.ASCII)) and found[5]:
        fixes = (f"{fixes[0]} {int(found[5]):02}:{int(found[6] or 0):02}:{int(found[7] or 0):02}",)
    return Told(f"{shown(reason.value)} 대신 날짜와 시각을 2021-03-05 15:20:00처럼 적어 주세요(시간대는 빼고).", fixes)


def _found_day(reason: Reason, about: About) -> tuple[str, ...]:
    """The day, or in a column of times the time, that a cell names in another spelling than the column's."""
    text = _narrow(about.text or reason.value)
    parse = _parse(reason)
    if parse == "sap_timestamp" and (found := CLOCK_TIME.fullmatch(text)):
        return (f"{int(found[1]):02}{found[2]}{found[3] or '00'}",)
    is_other = MONTH_ONLY.fullmatch(text) or (parse == "sap_timestamp" and ":" in text)
    named = None if is_other else day_of(text)
    return (as_written(named, parse),) if named else ()


NUMBER_IN_TEXT = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?|-?\d+(?:\.\d+)?", re.ASCII)
LETTERS_FOR_DIGITS = str.maketrans("OoIl", "0011")
RANGE = re.compile(r"(?:약\s*)?([\d,.]+)\s*[~\-]\s*([\d,.]+)\s*(\D*?)\s*(?:정도|쯤|가량)?", re.ASCII)


def _number(reason: Reason, about: About) -> Told:
    text, said = _narrow(reason.value), shown(reason.value)
    numbers = NUMBER_IN_TEXT.findall(text)
    in_unit = f"(단위: {about.unit})" if about.unit else ""
    if not numbers:
        or_empty = "(아직 모르면 비워 두어도 됩니다)" if about.may_be_empty else ""
        return Told(f"{said} 대신 숫자{in_unit}를 적어 주세요{or_empty}.")
    if re.fullmatch(r"[\d,.OoIl]+", text) and re.search("[OoIl]", text):
        return Told(
            f"{said}에 숫자 대신 글자(O, l)가 섞였으므로 숫자로 고쳐 주세요.", (text.translate(LETTERS_FOR_DIGITS),)
        )
    if len(numbers) > 1:
        return Told(f"{said}에는 숫자가 여럿이므로 하나만{in_unit} 적어 주세요.", _ends(text))
    unit = re.sub(r"[\s()]|정도|약|쯤|가량", "", text.replace(numbers[0], "", 1))
    if unit and spelling(unit) not in units_like(about.unit or "1"):
        return Told(f"{said}에 적힌 단위를 읽을 수 없으므로 숫자만{in_unit} 적어 주세요.")
    return Told(f"{said} 대신 숫자만{in_unit} 적어 주세요.", (f"{numbers[0]}{unit}",))


def _ends(text: str) -> tuple[str, ...]:
    """Both ends of a range, each with its unit."""
    found = RANGE.fullmatch(text)
    return (f"{found[1]}{found[3]}", f"{found[2]}{found[3]}") if found else ()


def _integer(reason: Reason, about: About) -> Told:
    if found := re.fullmatch(r"(-?[\d,]+)\.\d+", _narrow(reason.value), re.ASCII):
        below = int(found[1].replace(",", "") or 0)
        fixes = () if found[1].startswith("-") else (str(below), str(below + 1))
        return Told(f"{shown(reason.value)} 대신 소수점 없는 숫자를 적어 주세요.", fixes)
    return _number(reason, about)


HOURS_IN_WORDS = {"한": 1, "두": 2, "세": 3, "네": 4, "다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9, "열": 10}
IN_WORDS = re.compile(rf"({'|'.join(HOURS_IN_WORDS)})\s*(?=시간)")


def _duration(reason: Reason, about: About) -> Told:
    text, said = _narrow(reason.value), shown(reason.value)
    plain = IN_WORDS.sub(lambda found: str(HOURS_IN_WORDS[found[1]]), re.sub(r"약\s*|\s*(?:정도|쯤|가량)", "", text))
    fix = re.sub(r"(\d+)\s*시간\s*반$", r"\1시간 30분", plain)
    or_empty = "(아직 모르면 비워 두어도 됩니다)" if about.may_be_empty and not NUMBER_IN_TEXT.search(plain) else ""
    return Told(f"{said} 대신 걸린 시간을 3시간 30분, 1.5시간, 90분처럼 적어 주세요{or_empty}.", _ends(plain) or (fix,))


def _text(reason: Reason, about: About) -> Told:
    if is_ditto(reason.value):
        return Told(
            f"바로 위 칸에 값이 없어 {shown(reason.value)} 표시를 읽을 수 없으므로 ‘{about.heading}’ 칸에 값을 적어 주세요."
        )
    return Told(
        f"수식의 결과가 오류({shown(reason.value)})이므로 수식을 고치거나 ‘{about.heading}’ 칸에 값을 적어 주세요."
    )


def _boolean(reason: Reason, about: About) -> Told:
    return Told(f"{shown(reason.value)} 대신 예 또는 아니오(Y/N, O/X)로 적어 주세요.")


def _missing(reason: Reason, about: About) -> Told:
    if reason.value:
        words = [word for word, code in about.words if code is not None]
        return Told(f"{shown(reason.value)}에서 값을 읽을 수 없으므로 ‘{about.heading}’ 칸에 값을 다시 적어 주세요.",
                    near(reason.value, [*words, *about.known]))  # fmt: skip
    return Told(f"‘{about.heading}’ 칸이 비어 있거나 ‘없음’이므로 값을 적어 주세요.")


def _must_be_empty(reason: Reason, about: About) -> Told:
    return Told(f"‘{about.heading}’ 칸은 비워 두는 칸이므로 {shown(reason.value)}의 값을 지워 주세요.", ("",))


def _in_set(reason: Reason, about: About) -> Told:
    allowed, text = set(reason.expected.removeprefix("one of ").split(", ")), about.text or reason.value
    words = [word for word, code in about.words if code in allowed] or sorted(allowed)
    return Told(
        f"{shown(text)} 대신 ‘{_listed(words)}’ 가운데 하나로 적어 주세요.",
        near(text, [*words, *about.known]),
        words[0],
    )


def _not_in_set(reason: Reason, about: About) -> Told:
    return Told(f"{with_particle(shown(reason.value), '은', '는')} 쓸 수 없는 값이므로 다른 값으로 적어 주세요.")


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words[:12]) + (" 등" if len(words) > 12 else "")


BOUND = re.compile(
    r"(?:(?P<low_word>from|above) (?P<low>[\d.,:+\-e]+(?: [\d:]+)?))?\s*"
    r"(?:(?P<high_word>to|below) (?P<high>[\d.,:+\-e]+(?: [\d:]+)?))?"
)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def _between(reason: Reason, about: About) -> Told:
    said = shown(about.text or reason.value)
    found = BOUND.fullmatch(reason.expected)
    if not found:
        return Told(f"{with_particle(said, '은', '는')} 받을 수 있는 범위를 벗어나므로 고쳐 주세요.")
    low, high = found["low"], found["high"]
    if DAY.match(low or high or ""):
        return _between_days(reason, said, found)
    low, high = _scaled(low, about.scale), _scaled(high, about.scale)
    range_ = _range(found["low_word"], low, found["high_word"], high)
    in_unit = f"(단위: {about.unit})" if about.unit else ""
    if (reason.value or "").startswith("-") and low and not low.startswith("-"):
        return Told(f"음수는 쓸 수 없으므로 {said} 대신 {range_}의 값{in_unit}을 적어 주세요.")
    return Told(f"{said} 대신 {range_}의 값{in_unit}을 적어 주세요.")


def _scaled(bound: str | None, scale: float) -> str | None:
    """A limit in the unit that the source writes."""
    return f"{float(bound.replace(',', '')) / scale:,.10g}" if bound else None


def _range(low_word: str | None, low: str | None, high_word: str | None, high: str | None) -> str:
    from_ = f"{low} {'초과' if low_word == 'above' else '이상'}" if low else ""
    to = f"{high} {'미만' if high_word == 'below' else '이하'}" if high else ""
    return f"{from_} {to}".strip()


def _between_days(reason: Reason, said: str, found: re.Match[str]) -> Told:
    low = found["low"] and found["low"][:10]
    high = found["high"] and _last_day(found["high"], found["high_word"] == "below")
    range_ = f"{low or ''}부터 {high}까지" if low and high else f"{low} 이후" if low else f"{high}까지"
    day = (reason.value or "")[:10]
    late = "아직 오지 않은 날" if high and day > high else "너무 오래된 날" if low and day < low else "받을 수 없는 날"
    return Told(f"{with_particle(said, '은', '는')} {late}이므로 실제 날짜({range_})를 적어 주세요.")


def _last_day(bound: str, is_exclusive: bool) -> str:
    moment = datetime.fromisoformat(bound)
    if is_exclusive and moment.time() == datetime.min.time():
        moment -= timedelta(days=1)
    return moment.date().isoformat()


def _length(reason: Reason, about: About) -> Told:
    found = BOUND.fullmatch(reason.expected.removeprefix("length ").strip())
    range_ = _range(found["low_word"], found["low"], found["high_word"], found["high"]) if found else "정해진 범위"
    return Told(
        f"{shown(reason.value)}의 글자 수는 {range_}여야 하므로 고쳐 적어 주세요.", near(reason.value, about.known)
    )


def _pattern(reason: Reason, about: About) -> Told:
    like = f"({shown(about.known[0])}처럼)" if about.known else ""
    return Told(f"{shown(reason.value)} 대신 ‘{about.heading}’에 정해진 모양으로{like} 적어 주세요.",
                near(reason.value, about.known))  # fmt: skip


def _forbidden_pattern(reason: Reason, about: About) -> Told:
    return Told(
        f"{with_particle(shown(reason.value), '은', '는')} ‘{about.heading}’에 쓸 수 없는 모양이므로 다르게 적어 주세요."
    )


def _order(reason: Reason, about: About) -> Told:
    own, other = f"‘{about.heading}’", f"‘{about.other_heading or '견주는 칸'}’"
    if reason.expected.startswith("not before"):
        return Told(
            f"{with_particle(own, '이', '가')} {other}보다 앞서므로 두 칸을 견주어 맞는 값으로 고쳐 주세요.",
            example=about.compared,
        )
    return Told(f"{with_particle(own, '은', '는')} {other}보다 커야 하므로 두 칸을 견주어 맞는 값으로 고쳐 주세요.")


def _orphan(reason: Reason, about: About) -> Told:
    return Told(f"‘{about.heading}’의 번호와 짝이 되는 행이 다른 표에 없으므로 번호를 고치거나 그 행을 넣어 주세요.")


def _second_match(reason: Reason, about: About) -> Told:
    return Told(f"‘{about.heading}’의 번호가 같은 행이 앞에 이미 있으므로 한 행만 남기거나 번호를 고쳐 주세요.")


def _absent_column(reason: Reason, about: About) -> Told:
    return Told(f"‘{about.heading}’ 칸(열)이 파일에 없으므로 그 열을 넣고 값을 적어 주세요.")


def _new_column(reason: Reason, about: About) -> Told:
    return Told("약속하지 않은 열에 값이 있으므로 그 열을 지우거나 담당자에게 알려 주세요.")


def _unknown(reason: Reason, about: About) -> Told:
    return Told(
        f"{with_particle(shown(reason.value), '은', '는')} 받을 수 없으므로 ‘{about.heading}’ 칸을 확인해 주세요."
    )


A_DATE = f"있는 날짜를 {LIKE_A_DATE} 적습니다."
SAY_IT = "상동·〃 표시나 수식 오류 대신 값을 적습니다."
VALUE_NEEDED = Kind("꼭 있어야 할 값이 없음", "빈 칸에 값을 적습니다.", _missing)
MISSING = VALUE_NEEDED
UNKNOWN = Kind("받을 수 없는 값", "색이 있는 칸의 메모를 보고 고칩니다.", _unknown)

KINDS: dict[str, Kind] = {
    "bad_text": Kind("뜻을 알 수 없는 표시", SAY_IT, _text),
    "bad_tag": Kind("뜻을 알 수 없는 표시", SAY_IT, _text),
    "bad_sap_number": Kind("뜻을 알 수 없는 표시", SAY_IT, _text),
    "bad_korean_date": Kind("읽을 수 없는 날짜", A_DATE, _date),
    "bad_sap_date": Kind("읽을 수 없는 날짜", "날짜를 20210305처럼 여덟 자리로 적습니다.", _sap_date),
    "bad_sap_timestamp": Kind("읽을 수 없는 날짜·시각", "날짜는 20210305, 시각은 152000처럼 적습니다.", _sap_timestamp),
    "bad_iso_timestamp": Kind("읽을 수 없는 날짜·시각", "2021-03-05 15:20:00처럼 적습니다.", _iso_timestamp),
    "bad_number": Kind("읽을 수 없는 숫자", "숫자만 적습니다. 설명은 비고 칸에 적습니다.", _number),
    "bad_integer": Kind("읽을 수 없는 숫자", "소수점 없는 숫자만 적습니다.", _integer),
    "bad_duration": Kind("읽을 수 없는 시간", "3시간 30분, 1.5시간, 90분처럼 적습니다.", _duration),
    "bad_boolean": Kind("읽을 수 없는 예/아니오", "예 또는 아니오(Y/N, O/X)로 적습니다.", _boolean),
    "not_null": VALUE_NEEDED,
    "null": Kind("비워 두어야 할 칸", "값을 지웁니다.", _must_be_empty),
    "in_set": Kind("정해진 말이 아님", "목록에서 골라 적습니다.", _in_set),
    "not_in_set": Kind("쓸 수 없는 값", "다른 값으로 적습니다.", _not_in_set),
    "between": Kind("범위를 벗어난 값", "메모에 적힌 범위 안의 값으로 고칩니다.", _between),
    "length_between": Kind("글자 수가 맞지 않음", "메모에 적힌 글자 수에 맞춥니다.", _length),
    "match_regex": Kind("정해진 모양이 아님", "다른 행과 같은 모양으로 적습니다.", _pattern),
    "not_match_regex": Kind("쓸 수 없는 모양", "다른 행과 같은 모양으로 적습니다.", _forbidden_pattern),
    "a_greater_than_b": Kind("두 칸의 앞뒤가 맞지 않음", "두 칸을 견주어 맞는 값으로 고칩니다.", _order),
    "orphan": Kind("짝이 되는 행이 없음", "번호를 고치거나 짝이 되는 행을 넣습니다.", _orphan),
    "absent_column": Kind("약속한 열이 없음", "빠진 열을 넣습니다.", _absent_column),
    "new_column": Kind("약속하지 않은 열", "그 열을 지우거나 담당자에게 알립니다.", _new_column),
    "second_match": Kind("같은 번호의 행이 또 있음", "한 행만 남기거나 번호를 고칩니다.", _second_match),
}
"""Every reason code but `missing_<column>`, which stands for all required columns."""
