"""The candidates, one module each: adding one is adding a module with a class named `Candidate`."""

import pkgutil
from importlib import import_module

from models.candidate import Candidate


def find() -> dict[str, type[Candidate]]:
    """The candidates' classes by the name of their module."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return {name: import_module(f"{__name__}.{name}").Candidate for name in names}
