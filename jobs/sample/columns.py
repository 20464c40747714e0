"""Arrays of numbers and days turned into the text that a source writes (pyarrow, whole columns at a time)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from jobs.sample.laws import Floats

EPOCH = date(1970, 1, 1)
NO_DATE = "00000000"


def day_number(day: date) -> float:
    """Days since 1970-01-01."""
    return float((day - EPOCH).days)


def as_date(day: float) -> date:
    return EPOCH + timedelta(days=int(np.floor(day)))


def as_datetime(day: float) -> datetime:
    """The moment, to the minute."""
    return datetime(1970, 1, 1) + timedelta(minutes=int(np.floor(day * 1440)))


def padded(numbers: NDArray[np.int64], width: int) -> pa.Array:
    """Numbers with leading zeros, as SAP keeps its ids."""
    return pc.utf8_lpad(pc.cast(pa.array(numbers), pa.string()), width, "0")


def sap_date(day: Floats) -> pa.Array:
    """yyyyMMdd; 00000000 where there is none (NaN)."""
    dates = np.floor(np.nan_to_num(day)).astype("datetime64[D]")
    year = dates.astype("datetime64[Y]").astype(np.int64) + 1970
    month = dates.astype("datetime64[M]").astype(np.int64) % 12 + 1
    of_month = (dates - dates.astype("datetime64[M]")).astype(np.int64) + 1
    text = pc.cast(pa.array(year * 10000 + month * 100 + of_month), pa.string())
    return pc.if_else(pa.array(np.isnan(day)), NO_DATE, text)


def sap_time(day: Floats) -> pa.Array:
    """HHmmss, the seconds left at 0."""
    minute = np.floor((day % 1) * 1440 + 1e-6).astype(np.int64)
    return padded((minute // 60 * 100 + minute % 60) * 100, 6)


def words(choices: Sequence[str], index: NDArray[np.intp]) -> pa.Array:
    """The words that an index picks."""
    return pa.array(list(choices), pa.string()).take(pa.array(index))


def decimals(numbers: Floats, digits: int) -> pa.Array:
    """Numbers with so many digits after the point, trailing zeros left off."""
    return pc.cast(pa.array(np.round(numbers, digits)), pa.string())


def whole(numbers: Floats) -> pa.Array:
    return pc.cast(pa.array(np.round(numbers).astype(np.int64)), pa.string())


def constant(text: str, n: int) -> pa.Array:
    return pa.repeat(pa.scalar(text, pa.string()), n)


def spaced(*parts: pa.Array) -> pa.Array:
    """Texts joined with a blank."""
    return pc.binary_join_element_wise(*parts, " ")
