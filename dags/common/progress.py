"""What a person sees while a night runs: one line per finished run, and on a terminal a bar with what is running."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from time import monotonic
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn


class Run:
    """One Dag run as it goes on: its steps, what they counted, how long they took."""

    def __init__(self, title: str, started: float) -> None:
        self.title, self.started = title, started
        self.steps: list[str] = []
        self.counts: dict[str, int | float] = {}
        self.problem = ""

    def done(self, step: str, seconds: float, result: Mapping[str, Any] | None) -> None:
        """A step ended well. Later steps may state a count anew; the last word stands."""
        self.steps.append(f"{step} {seconds:.1f}")
        numbers = {k: v for k, v in (result or {}).items() if isinstance(v, int | float) and k != "attempt"}
        self.counts |= numbers

    def failed(self, step: str, reason: str) -> None:
        """A step failed; the run's line says why."""
        self.problem = f"{step}: {reason}"


class Night:
    """The lines and the bar."""

    def __init__(self, console: Console, total: int) -> None:
        self.console = console
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("starting Airflow and Spark", total=total)

    @contextmanager
    def shown(self) -> Iterator[None]:
        with self._bar:
            yield

    @contextmanager
    def run(self, title: str) -> Iterator[Run]:
        """The life of one run; its line is printed when it ends."""
        run = Run(title, monotonic())
        self.running(run, "")
        yield run
        seconds = monotonic() - run.started
        counts = "  ".join(f"{name} {_number(value)}" for name, value in run.counts.items())
        said = f"[red]✗ {escape(run.problem)}[/]" if run.problem else f"[green]✓[/] {counts}"
        steps = f"[dim]({', '.join(run.steps)})[/]" if run.steps else ""
        self.console.print(f"{title:<44} {seconds:6.1f} s  {said}  {steps}", highlight=False, soft_wrap=True)
        self._bar.advance(self._task)

    def running(self, run: Run, step: str) -> None:
        """What the bar says is running."""
        self._bar.update(self._task, description=escape(f"{run.title} {step}"))


def _number(value: int | float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.3g}"
