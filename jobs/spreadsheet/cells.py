"""What is read of a cell."""

Value = tuple[str | None, str | None, str | None]
"""A cell's text, its display format, and, where it is empty and merged with a cell above, that cell's text."""

EMPTY: Value = (None, None, None)

SINCE_1904 = "1904"
"""The display format of a plain number in a workbook that counts its days from 1904."""

DAYS_1900_TO_1904 = 1462
"""What is added to such a number for the same day's number from 1900."""
