"""Return codes: one per row, and no typing mistake goes unnoticed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.sources.codes import ALPHABET, is_intact, is_meant, read_codes, return_code

PLACE = ("firm_a", date(2026, 1, 31), "log", "정비이력.xlsx", "2026", 12, "ab12")

CODES = st.builds(
    lambda row, sheet: return_code("firm_a", date(2026, 1, 31), "log", "log.xlsx", sheet, row, "ab12"),
    st.integers(1, 10**7),
    st.none() | st.text(max_size=5),
)


def test_a_code_stands_for_one_row():
    others = [
        ("firm_b", *PLACE[1:]),
        (PLACE[0], date(2026, 2, 1), *PLACE[2:]),
        (*PLACE[:2], "register", *PLACE[3:]),
        (*PLACE[:3], "other.xlsx", *PLACE[4:]),
        (*PLACE[:4], None, *PLACE[5:]),
        (*PLACE[:5], 13, PLACE[6]),
        (*PLACE[:6], "ab13"),
    ]
    codes = {return_code(*place) for place in [PLACE, *others]}
    assert len(codes) == 8
    assert return_code(*PLACE) == return_code(*PLACE)


def test_rows_of_a_large_file_have_codes_of_their_own():
    codes = {return_code("firm_a", date(2026, 1, 31), "log", "log.csv", None, row, str(row)) for row in range(50_000)}
    assert len(codes) == 50_000
    assert all(is_intact(code) for code in codes)


@given(CODES, st.integers(0, 16), st.sampled_from(ALPHABET))
def test_every_mistyped_letter_is_noticed(code: str, at: int, letter: str):
    typed = code[:at] + letter + code[at + 1 :]
    if code[at] != "-" and letter != code[at]:
        assert not is_intact(typed)


@given(CODES, st.integers(0, 12))
def test_every_swap_of_two_neighbours_is_noticed(code: str, at: int):
    letters = code.replace("-", "")
    swapped = letters[:at] + letters[at + 1] + letters[at] + letters[at + 2 :]
    assert is_intact(swapped) == (swapped == letters)


@given(CODES)
def test_a_code_that_lost_or_gained_a_letter_is_noticed(code: str):
    assert not is_intact(code[:-1])
    assert not is_intact(code[1:])
    assert not is_intact(code + "0")


@given(CODES, CODES)
def test_codes_are_read_as_people_type_them(one: str, other: str):
    assert read_codes(one) == [one]
    assert read_codes(f" {one.lower()}  ") == [one]
    assert read_codes(one.replace("-", "")) == [one]
    assert read_codes(one.replace("0", "O").replace("1", "l")) == [one]
    assert read_codes(one.translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789ABCDEFGHJKMNPQRSTVWXYZ-"})) == [one]
    assert read_codes(f"{one} {other}\n") == [one, other]


def test_a_word_that_is_no_code_is_left_as_it_was_typed():
    assert read_codes("확인했음") == ["확인했음"]
    assert not is_intact("확인했음")
    assert read_codes("") == []


@given(CODES, st.integers(0, 16), st.sampled_from(ALPHABET))
def test_a_mistyped_code_is_still_meant_as_one(code: str, at: int, letter: str):
    assert is_meant(code)
    assert is_meant(code[:at] + letter + code[at + 1 :])
    assert is_meant(code[:at] + code[at + 1 :])
    assert is_meant(f"확인함 {code.lower()}")


@pytest.mark.parametrize("text", ["", "확인했음", "W1", "2026-01-31", "010-1234-5678", "가나다라마바사아자차카타파하"])
def test_what_is_no_code_is_not_meant_as_one(text: str):
    assert not is_meant(text)
