"""Where things are: every setting comes from a `YEJI_*` environment variable, never from a contract."""

from functools import cache
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from jobs.spreadsheet.limits import Limits

CHECKOUT = Path(__file__).resolve().parents[1]


class Settings(BaseSettings):
    """The platform's settings.

    Everything a run writes lies under `home`. `inbox` is the folder that contract paths are relative to: ingestion reads
    it and never writes there. `database_url` and `mlflow_uri` default to SQLite files under `home`. `reader_…` is what
    reading one workbook may take before it is refused: memory, time, and what it unpacks to. `tuning_trials` is how many
    settings of each candidate a training tries before it compares them; without any it compares them as they are.
    """

    model_config = SettingsConfigDict(env_prefix="YEJI_", env_ignore_empty=True, frozen=True, extra="ignore")

    home: Path = CHECKOUT / ".yeji"
    sources: Path = CHECKOUT / "infra" / "sources"
    lexicons: Path = CHECKOUT / "infra" / "lexicon"
    inbox: Path | None = None
    database_url: str | None = None
    mlflow_uri: str | None = None
    jars: Path = CHECKOUT / ".jars"
    spark_memory: str = "3g"
    tuning_trials: int = Field(default=0, ge=0, le=100)
    reader_memory_mib: int = Limits.memory_mib
    reader_seconds: int = Limits.seconds
    reader_unpacked_mib: int = Limits.unpacked_mib

    @property
    def reader_limits(self) -> Limits:
        return Limits(self.reader_memory_mib, self.reader_seconds, self.reader_unpacked_mib)

    @property
    def inbox_dir(self) -> Path:
        return (self.inbox or self.home / "region" / "inbox").absolute()

    @property
    def lake_dir(self) -> Path:
        return self.home.absolute() / "lake"

    @property
    def landing_dir(self) -> Path:
        return self.home.absolute() / "landing"

    @property
    def work_dir(self) -> Path:
        """Staged rows and models on their way: safe to delete while nothing runs."""
        return self.home.absolute() / "work"

    @property
    def returned_dir(self) -> Path:
        """Workbooks that go back to the firms, by source and delivery."""
        return self.home.absolute() / "returned"

    @property
    def ledger_url(self) -> str:
        return self.database_url or f"sqlite:///{self.home.absolute() / 'ledger.db'}"

    @property
    def mlflow_tracking_uri(self) -> str:
        return self.mlflow_uri or f"sqlite:///{self.home.absolute() / 'mlflow' / 'mlflow.db'}"

    @property
    def mlflow_artifacts(self) -> Path:
        return self.home.absolute() / "mlflow" / "artifacts"

    @property
    def quality_dir(self) -> Path:
        """The Great Expectations context and its Data Docs."""
        return self.home.absolute() / "gx"

    @property
    def docs_dir(self) -> Path:
        return self.quality_dir / "data_docs"

    def docs(self, place: str) -> str:
        """A place in the Data Docs, relative to `home`."""
        return str(self.docs_dir.relative_to(self.home.absolute()) / place)


@cache
def settings() -> Settings:
    """The settings of this process."""
    return Settings()
