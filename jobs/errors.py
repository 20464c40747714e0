"""What can go wrong, by whose hands it is mended; the command line turns each into its exit code."""


class YejiError(Exception):
    """The platform failed in a way that one sentence can explain (exit code 3)."""

    exit_code = 3


class DataError(YejiError):
    """The data or the model is refused; the sentence says what to mend (exit code 1), `korean` the same in Korean."""

    exit_code = 1

    def __init__(self, english: str, korean: str = "") -> None:
        self.korean = korean
        super().__init__(english)


class NoDelivery(DataError):
    """A source has handed over nothing for a date; on a night without a delivery that is no fault."""


class NothingNew(NoDelivery):
    """A database was asked, and nothing has changed since the last time."""


class UsageError(YejiError):
    """The command, a setting or a contract is wrong (exit code 2)."""

    exit_code = 2
