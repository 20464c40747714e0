"""`yeji lexicon …`: the words by which free text is read."""

from pathlib import Path
from typing import Annotated

import typer

from jobs.cli.printing import Json, check_files, is_there, print_json, say
from jobs.errors import UsageError
from jobs.settings import settings

app = typer.Typer(no_args_is_help=True, help="Lexicons: the words by which free text is read.")


@app.command("check")
def check_lexicons(files: Annotated[list[Path], typer.Argument(help="Lexicon files.")]) -> None:
    """Read lexicons and say what is wrong with them, one line per problem.

    Example: yeji lexicon check infra/lexicon/process.csv
    """
    from jobs.conform.lexicon import load

    check_files(files, lambda file: f"fine, {len(load(file).terms):,} terms")


@app.command("suggest")
def suggest_words(
    source: Annotated[str | None, typer.Option(help="A source, as the lake holds it now.")] = None,
    csv: Annotated[Path | None, typer.Option(help="A CSV file instead of a source.")] = None,
    column: Annotated[str | None, typer.Option(help="The column of the CSV file that holds the text.")] = None,
    lexicon: Annotated[str, typer.Option(help="A lexicon of infra/lexicon.")] = "process",
    count: Annotated[int, typer.Option(min=1, help="How many words.")] = 20,
    as_json: Json = False,
) -> None:
    """The next words that would tag the most records which the lexicon does not tag yet.

    Example: yeji lexicon suggest --csv log.csv --column 특이사항
    """
    from jobs.conform.lexicon import load
    from jobs.conform.suggest import suggest
    from jobs.steps import Context
    from jobs.texts import texts_of_csv, texts_of_source

    if (source is None) == (csv is None) or (csv is None) != (column is None):
        raise UsageError("give either --source, or --csv with --column")
    known = sorted(path.stem for path in settings().lexicons.glob("*.csv"))
    if lexicon not in known:
        raise UsageError(f"no lexicon {lexicon}; {settings().lexicons} has {', '.join(known) or 'none'}")
    words = load(settings().lexicons / f"{lexicon}.csv")
    texts = (
        texts_of_csv(is_there(csv), column) if csv and column else texts_of_source(Context(settings()), source or "")
    )
    found = suggest(texts, words, count)
    if as_json:
        print_json({**found._asdict(), "words": [word._asdict() for word in found.words]})
        return
    say(f"{found.untagged:,} of {found.records:,} records have a text in which {lexicon} reads nothing")
    for word in found.words:
        say(f"{word.records:>7,}  {word.word:<20}  {word.example}")
