"""What a person sees while a night runs: one line per finished run, and on a terminal a bar with what is running."""

from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn


class Run:
    """One Dag run as it goes on: what each step returned, how long it took, and what stopped the run."""

    def __init__(self, title: str) -> None:
        self.title = title
        self.steps: dict[str, dict[str, Any]] = {}
        self.seconds: dict[str, float] = {}
        self.status, self.problem = "done", ""

    def done(self, step: str, seconds: float, told: dict[str, Any]) -> None:
        """A step ended well."""
        self.steps[step], self.seconds[step] = told, seconds

    def stopped(self, status: str, problem: str) -> None:
        """A step was `refused` (data or contract), `failed` (platform) or `skipped` (nothing new), and with it the run."""
        self.status, self.problem = status, problem

    @property
    def counts(self) -> dict[str, int | float]:
        """The numbers of all steps; where two count the same thing, the later one's word stands."""
        told = {name: value for step in self.steps.values() for name, value in step.items() if name != "attempt"}
        return {name: value for name, value in told.items() if isinstance(value, int | float)}


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
            redirect_stdout=False,  # what the tasks print belongs in their logs
            redirect_stderr=False,
        )
        self._task = self._bar.add_task("starting Airflow and Spark", total=total)

    @contextmanager
    def shown(self) -> Iterator[None]:
        with self._bar:
            yield

    @contextmanager
    def run(self, title: str) -> Iterator[Run]:
        """The life of one run; its line is printed when it ends."""
        run, started = Run(title), monotonic()
        self.running(run, "")
        yield run
        counts = "  ".join(f"{name} {_number(value)}" for name, value in run.counts.items())
        sign = "[dim]–" if run.status == "skipped" else "[red]✗"
        said = f"{sign} {escape(run.problem)}[/]" if run.problem else f"[green]✓[/] {counts}"
        steps = ", ".join(f"{step} {seconds:.1f}" for step, seconds in run.seconds.items())
        line = f"{title:<44} {monotonic() - started:6.1f} s  {said}  [dim]{steps}[/]"
        self.console.print(line.rstrip(), highlight=False, soft_wrap=True)
        self._bar.advance(self._task)

    def running(self, run: Run, step: str) -> None:
        """What the bar says is running."""
        self._bar.update(self._task, description=escape(f"{run.title} {step}"))


def _number(value: int | float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.3g}"
