"""The champion of a population: the record of its moves (`jobs.champions`) and the alias in MLflow that follows it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from jobs.champions import Action, Champions, Move, before, rolled_back
from jobs.errors import DataError, UsageError
from jobs.ledger import now_utc
from jobs.settings import Settings
from jobs.steps import Context
from models import registry
from models.errors import ModelError
from models.gate import Champion
from models.outlook import Outlook


def tracking(settings: Settings) -> registry.Tracking:
    """Where runs and models are kept."""
    return registry.Tracking(settings.mlflow_tracking_uri, settings.mlflow_artifacts)


def in_force(context: Context, population: str) -> tuple[Champion | None, int]:
    """The champion and the number of the move that made it so; None and 0 before the first.

    The alias follows the record first: a move whose process was stopped before it moved the alias is ended here. An alias
    that no move is recorded of (the ledger is new) is recorded as found.
    """
    champions, where = Champions(context.ledger), tracking(context.settings)
    if champions.on(population) is None and (found := registry.champion(where, population)):
        champions.record(
            _move(population, 1, "found", None, found, "the alias stood there before any move was recorded")
        )
    with champions.alone(population) as last, _told():
        if last is None:
            return None, 0
        registry.point(where, population, registry.ALIAS, last.to_version)
        return registry.version_of(where, population, last.to_version), last.number


def outlook_in_force(context: Context, population: str) -> Outlook | None:
    """By what replacements are decided of the items that the champion predicts; None where there is no champion, or it knows
    nothing of how items age."""
    if in_force(context, population)[0] is None:
        return None
    with _told():
        return registry.load_outlook(tracking(context.settings), population)


def promote(
    context: Context, population: str, version: int, against: int, action: Action, reason: str, mlflow_run: str
) -> bool:
    """Make a version champion; False, and nothing is moved, where another has moved the champion meanwhile.

    against : the number of the last move when the training began (0 for none). Doing it again changes nothing.
    """
    champions, where = Champions(context.ledger), tracking(context.settings)
    moves = champions.moves(population)
    if moves and moves[-1].to_version == version and moves[-1].number in (against, against + 1):
        in_force(context, population)
        return True
    with _told():
        registry.verify(where, population, version)
        made = registry.version_of(where, population, version)
    present = next((move.to_version for move in moves if move.number == against), None)
    is_recorded = champions.record(_move(population, against + 1, action, present, made, reason, mlflow_run))
    in_force(context, population)
    return is_recorded


def roll_back(context: Context, population: str, to: int | None = None) -> Move:
    """Make an earlier champion champion again: the one before the present, or a version named.

    Raises UsageError where there is none, DataError where its files are not those that were registered.
    """
    champions, where = Champions(context.ledger), tracking(context.settings)
    moves = champions.history(population)
    last = moves[-1]
    target = to if to is not None else before(moves)
    if target is None:
        raise UsageError(f"{population}: there is no champion before version {last.to_version} to roll back to")
    if target == last.to_version:
        raise UsageError(f"{population}: version {target} is the champion already")
    former = sorted({move.to_version for move in moves} - {last.to_version})
    if target not in former:
        names = ", ".join(str(number) for number in former) or "none"
        raise UsageError(f"{population}: version {target} never was champion; the earlier champions: {names}")
    with _told():
        registry.verify(where, population, target)
        made = registry.version_of(where, population, target)
    reason = f"version {last.to_version} was rolled back by hand"
    move = _move(population, last.number + 1, "roll_back", last.to_version, made, reason)
    if not champions.record(move):
        raise DataError(f"{population}: the champion was moved meanwhile; look again: yeji champion {population}")
    in_force(context, population)
    return move


def demoted(context: Context, population: str) -> list[Champion]:
    """The former champions that were rolled back, of those that MLflow still has."""
    where, found = tracking(context.settings), []
    for number in sorted(rolled_back(Champions(context.ledger).moves(population))):
        with suppress(ModelError):
            found.append(registry.version_of(where, population, number))
    return found


@contextmanager
def _told() -> Iterator[None]:
    """What the models refuse, as the command line tells it."""
    try:
        yield
    except ModelError as error:
        raise DataError(str(error)) from error


def _move(
    population: str, number: int, action: Action, present: int | None, to: Champion, reason: str, run: str | None = None
) -> Move:
    return Move(population, number, now_utc(), action, present, to.version, to.candidate, to.is_baseline, reason, run)
