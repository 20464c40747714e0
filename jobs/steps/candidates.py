"""Candidates for people: which there are, and how a candidate stands to the laws that all must keep."""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from jobs.errors import UsageError
from models import candidate_laws, candidates
from models.candidate import Candidate, Storable


def known() -> list[dict[str, Any]]:
    """Every candidate: its name, what it is, whether it is a baseline, whether it can become champion, its settings."""
    return [
        {
            "name": name,
            "description": (sys.modules[of.__module__].__doc__ or "").partition("\n")[0],
            "is_baseline": of.is_baseline,
            "can_be_champion": issubclass(of, Storable),
            "settings": of().get_params(),
        }
        for name, of in candidates.find().items()
    ]


def check(name: str) -> list[dict[str, str]]:
    """How a candidate, named or in a file of its own, stands to each law; `wrong` is empty where it keeps it."""
    return [vars(found) for found in candidate_laws.check(_named(name))]


def _named(name: str) -> type[Candidate]:
    found = candidates.find()
    if name in found:
        return found[name]
    path = Path(name)
    if path.suffix != ".py" or not path.is_file():
        raise UsageError(f"no candidate {name}: there are {', '.join(found)}; or give a Python file that holds one")
    spec = spec_from_file_location(path.stem, path)
    assert spec and spec.loader
    module = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise UsageError(f"{path} cannot be run: {type(error).__name__}: {error}") from None
    of = getattr(module, "Candidate", None)
    if not (isinstance(of, type) and issubclass(of, Candidate)):
        raise UsageError(f"{path} has no class Candidate made of models.candidate.Candidate")
    return of
