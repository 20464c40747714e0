"""Who was champion when: every move of a population's champion, numbered, in the ledger's database.

This record is the one source of truth; MLflow's alias `champion` follows it (`jobs.steps.champion`). A move is recorded
under the number after the one that its author had seen, and a number is given once: of two trainings that were judged
against the same champion one moves, the other is superseded.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Literal

import sqlalchemy as sa

from jobs.errors import UsageError
from jobs.ledger import CHAMPION_MOVE, Ledger

Action = Literal["promote", "refresh", "roll_back", "found"]
"""`promote` and `refresh` by the gate's verdict, `roll_back` by hand, `found`: an alias that no move had been recorded
of."""

MOVE = CHAMPION_MOVE.c


@dataclass(frozen=True)
class Move:
    """One move of a champion. `mlflow_run` holds the verdict, where one moved it."""

    population: str
    number: int
    moved_at_utc: str
    action: Action
    from_version: int | None
    to_version: int
    candidate: str
    is_baseline: bool
    reason: str
    mlflow_run: str | None = None


class Champions:
    """The moves of all populations' champions."""

    def __init__(self, ledger: Ledger) -> None:
        self.engine = ledger.engine

    def moves(self, population: str) -> list[Move]:
        """All moves, oldest first."""
        query = sa.select(CHAMPION_MOVE).where(MOVE.population == population).order_by(MOVE.number)
        with self.engine.connect() as connection:
            return [Move(**row) for row in connection.execute(query).mappings()]

    def history(self, population: str) -> list[Move]:
        """All moves, oldest first; UsageError where there is none."""
        if moves := self.moves(population):
            return moves
        with self.engine.connect() as connection:
            known: Sequence[str] = list(
                connection.scalars(sa.select(MOVE.population).distinct().order_by(MOVE.population))
            )
            names = ", ".join(known) or "none"
        raise UsageError(
            f"{population} never had a champion; populations that have: {names}. Train it: yeji train {population}"
        )

    def on(self, population: str, day: date | None = None) -> Move | None:
        """The move that made the champion of the end of a day (UTC), or the present one; None before the first."""
        query = sa.select(CHAMPION_MOVE).where(MOVE.population == population).order_by(MOVE.number.desc()).limit(1)
        if day:
            query = query.where(MOVE.moved_at_utc < str(day + timedelta(days=1)))
        with self.engine.connect() as connection:
            row = connection.execute(query).mappings().first()
        return Move(**row) if row else None

    def record(self, move: Move) -> bool:
        """Record a move under its number; False where that number was given before: another has moved meanwhile."""
        try:
            with self.engine.begin() as connection:
                connection.execute(CHAMPION_MOVE.insert().values(**asdict(move)))
        except sa.exc.IntegrityError:
            return False
        return True

    @contextmanager
    def alone(self, population: str) -> Iterator[Move | None]:
        """The last move, while no other process can be here for the population: whoever moves an alias holds this.

        It is held by writing to the first move's row, which SQLite and PostgreSQL let one transaction do at a time.
        """
        first = sa.and_(MOVE.population == population, MOVE.number == 1)
        with self.engine.begin() as connection:
            connection.execute(CHAMPION_MOVE.update().where(first).values(number=1))
            yield self.on(population)


def rolled_back(moves: Sequence[Move]) -> set[int]:
    """Versions that an earlier champion was put in the place of, and that have not become champion since."""
    found: set[int] = set()
    order = list(dict.fromkeys(move.to_version for move in moves))
    for move in moves:
        found.discard(move.to_version)
        present = move.from_version
        if move.action == "roll_back" and present and order.index(present) > order.index(move.to_version):
            found.add(present)
    return found


def before(moves: Sequence[Move]) -> int | None:
    """The version that the present champion took the place of, when a verdict made it champion; None if there was
    none."""
    made = [move for move in moves if move.action != "roll_back" and move.to_version == moves[-1].to_version]
    return made[-1].from_version if made else None
