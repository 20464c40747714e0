"""What the models refuse; each message is one sentence that says what is missing and what would mend it."""


class ModelError(ValueError):
    """The data or the model is refused."""


class TooFewFailures(ModelError):
    """There is too little to learn from or to score with."""


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
