"""`yeji explain …`: why an asset's remaining life is what it is."""

from typing import Annotated

import typer

from jobs.cli.printing import Json, print_json, say
from jobs.settings import settings


def explain(
    source: Annotated[str, typer.Argument(help="The source.")],
    item: Annotated[str, typer.Argument(help="An item, or an equipment tag: then all its items.")],
    as_json: Json = False,
) -> None:
    """An asset's remaining life, the factors that multiply to it, and what the code says; as the last scoring left it.

    Example: yeji explain hanbit_chem P-101A
    """
    from jobs.steps import Context
    from jobs.steps.explained import explained, told

    found = explained(Context(settings()), source, item)
    if as_json:
        print_json(found)
        return
    for row in found:
        for line in told(row):
            say(line)
