"""What Dags wait for."""

from airflow.sdk import Asset


def published(source: str) -> Asset:
    """The silver rows of a source; an event of it carries the delivery date as its partition key."""
    return Asset(name=f"published_{source}", uri=f"yeji://silver/{source}")
