"""What of a record was read otherwise than it was written, cell by cell."""

from typing import NamedTuple

from jobs.tables.table import Field, array_of


class Kind(NamedTuple):
    """A kind of repair: what was done, in English and for a firm in Korean, and an example, as written and as read."""

    english: str
    korean: str
    written: str
    read_as: str


KINDS: dict[str, Kind] = {
    "ditto": Kind(
        "A ditto mark: the value of the cell above.",
        "‘상동’, ‘〃’ 표시를 바로 위 칸의 값으로 채웠습니다.", "〃", "P-101A",
    ),
    "merged": Kind(
        "A cell merged with the one above: the value of the range.",
        "위 칸과 병합된 칸을 병합된 값으로 채웠습니다.", "", "P-101A",
    ),
    "tag": Kind(
        "A tag number in another spelling than the usual one.",
        "설비번호의 표기를 하나로 통일했습니다.", "P101-A", "P-101A",
    ),
    "unit": Kind(
        "A quantity in another unit, stated in the cell or in the contract, converted to the lake's.",
        "칸이나 계약에 적힌 단위의 값을 저장 단위로 환산했습니다.", "90분", "1.5 h",
    ),
    "about": Kind(
        "A number that its writer called approximate, taken for the number.",
        "‘약’이라고 적은 어림값을 그 숫자로 읽었습니다.", "약 3", "3",
    ),
    "century": Kind(
        "A year of two digits: below 50 of this century, else of the last.",
        "두 자리 연도의 앞 두 자리를 채웠습니다(50 미만은 20, 그 밖은 19).", "21/3/5", "2021-03-05",
    ),
    "serial": Kind(
        "A day that Excel had turned into its number, counted from 1900.",
        "엑셀의 날짜 일련번호를 날짜로 읽었습니다.", "44260", "2021-03-05",
    ),
    "since_1904": Kind(
        "Such a number in a workbook that counts its days from 1904, as the same day's number from 1900.",
        "1904년 날짜 체계로 된 파일의 일련번호를 1900년 체계의 번호로 바꾸었습니다.", "42798", "44260",
    ),
    "month": Kind(
        "A month where a day is asked for: its first day, of `recorded_on` its last.",
        "달까지만 적은 날짜를 그 달의 첫날로(등록일은 마지막 날로) 읽었습니다.", "2021년 3월", "2021-03-01",
    ),
    "past_midnight": Kind(
        "An hour past 24, as night shifts write it: on the next day.",
        "24시를 넘겨 적은 야간 근무 시각을 다음 날로 읽었습니다.", "2021-12-31 25:30", "2022-01-01 01:30:00",
    ),
    "recorded_early": Kind(
        "A day of record before the event: no record is known before the event has happened.",
        "일이 일어나기 전으로 적힌 등록일을 일어난 날로 늦추었습니다.", "2021.3.1", "2021-03-05",
    ),
    "ignored": Kind(
        "A text that cannot be read, where the contract says `on_bad_value: ignore`: no value.",
        "읽을 수 없는 글이어서 값을 비워 두었습니다.", "약 백만원쯤", "",
    ),
}  # fmt: skip
"""The kinds of repairs. No repair is what changes nothing that a reader sees: blanks around a text, marks that cannot be
seen, the form of Hangul (NFD), the width of digits, thousands commas, another notation of the same day, the zeros that
pad a SAP number, a code that the contract maps. What a lexicon reads in free text stands in `text_tags`."""

REPAIRS = array_of(column="string", kind="string", written="string", read_as="string")

REPAIRS_FIELD = Field(
    "repairs", REPAIRS,
    "What was read otherwise than it was written, one entry for each cell and kind: the contract's column, the kind "
    f"({', '.join(KINDS)}), the text as written (null for an empty merged cell) and as it was read (null where it was ignored).",
    label="고쳐 읽은 칸",
)  # fmt: skip
