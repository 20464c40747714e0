"""A database's address and password: from the environment, as Airflow spells its connections; never from a contract.

`AIRFLOW_CONN_<NAME>` holds a URI (`postgresql://user:password@host:5432/database?sslmode=require`) or the JSON form of
the same (Airflow, "Managing Connections", environment variables). Under a scheduler the Dag's task sets it from
wherever Airflow keeps its connections.
"""

import json
import os
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from jobs.errors import UsageError

DRIVERS = {"postgresql": "org.postgresql.Driver"}
"""JDBC subprotocols that are served, by their driver."""
ALIASES = {"postgres": "postgresql"}


@dataclass(frozen=True)
class Connection:
    """How a database is reached. What identifies it may be shown; the options may not, for they hold the password."""

    name: str
    url: str
    options: dict[str, str]

    def __repr__(self) -> str:
        return f"Connection({self.name}, {self.url})"


def variable(name: str) -> str:
    """The environment variable that holds a connection."""
    return f"AIRFLOW_CONN_{name.upper()}"


def connection(name: str) -> Connection:
    """The connection of that name. Raises UsageError where it is not stated, or not as it should be."""
    stated = os.environ.get(variable(name), "").strip()
    example = f"set {variable(name)}, such as postgresql://reader:password@db.example:5432/pm"
    if not stated:
        raise UsageError(f"the connection {name} is not known here; {example}")
    try:
        scheme, host, port, database, login, password, query = _parts(stated)
    except (ValueError, KeyError, AttributeError):
        raise UsageError(f"the connection {name} cannot be read; {example}") from None
    subprotocol = ALIASES.get(scheme, scheme)
    if subprotocol not in DRIVERS:
        raise UsageError(
            f"the connection {name} is of kind {scheme or 'none'}; served is {', '.join(DRIVERS)}; {example}"
        )
    if not host or not database:
        raise UsageError(f"the connection {name} names no {'database' if host else 'host'}; {example}")
    where = f"{host}:{port}" if port else host
    return Connection(
        name,
        f"jdbc:{subprotocol}://{where}/{database}",
        {
            "url": f"jdbc:{subprotocol}://{where}/{database}" + (f"?{urlencode(query)}" if query else ""),
            "driver": DRIVERS[subprotocol],
            **{key: value for key, value in (("user", login), ("password", password)) if value},
        },
    )


def _parts(stated: str) -> tuple[str, str, int | None, str, str, str, dict[str, str]]:
    """Scheme, host, port, database, user, password and the rest of a URI or of Airflow's JSON."""
    if stated.startswith("{"):
        told = json.loads(stated)
        extra = told.get("extra") or {}
        extra = json.loads(extra) if isinstance(extra, str) else extra
        port = int(told["port"]) if told.get("port") else None
        query = {key: str(value) for key, value in extra.items()}
        of = ("conn_type", "host", "schema", "login", "password")
        scheme, host, database, login, password = (str(told.get(key) or "") for key in of)
        return scheme, host, port, database, login, password, query
    uri = urlsplit(stated)
    query = {key: value for key, value in parse_qsl(uri.query) if key != "__extra__"}
    named = (unquote(part or "") for part in (uri.path.lstrip("/"), uri.username, uri.password))
    database, login, password = named
    return uri.scheme, unquote(uri.hostname or ""), uri.port, database, login, password, query
