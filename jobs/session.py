"""The only place that builds a Spark session.

Without `SPARK_REMOTE` the session is classic and in process (`local[*]`); with it, it is a Spark Connect client of a
warm server. Both run under the same configuration.
"""

import os
import sys
from functools import cache
from pathlib import Path

from pyspark.sql import SparkSession

from jobs.settings import Settings, settings

INTERPRETED_BELOW = 16 * 2**20
"""Bytes of a delivery below which plans are interpreted."""

DELTA = "io.delta:delta-spark_4.1_2.13:4.4.0"
POSTGRESQL = "org.postgresql:postgresql:42.7.14"


def conf(settings: Settings) -> dict[str, str]:
    """Spark's configuration, the same for the in-process session and the Connect server.

    Small data suffers under Spark's defaults: 200 shuffle partitions and 50-task Delta snapshots on two cores.
    """
    cores = os.cpu_count() or 2
    return {
        "spark.master": f"local[{cores}]",
        "spark.driver.memory": settings.spark_memory,
        **_jars(settings.jars),
        "spark.local.dir": str(settings.work_dir.parent / "spark"),
        "spark.sql.warehouse.dir": str(settings.lake_dir),
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.legacy.parquet.nanosAsLong": "true",  # pandas writes nanoseconds, which Spark knows only so
        "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",  # others read INT96 as a time without a zone
        "spark.sql.shuffle.partitions": str(2 * cores),
        "spark.sql.sources.parallelPartitionDiscovery.parallelism": str(2 * cores),
        "spark.databricks.delta.snapshotPartitions": "2",
        "spark.databricks.delta.properties.defaults.enableDeletionVectors": "true",
        "spark.sql.codegen.hugeMethodLimit": "8000",  # a longer method is never compiled by the JVM
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        "spark.sql.ansi.enabled": "true",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
        "spark.sql.pyspark.jvmStacktrace.enabled": "false",
        "spark.python.sql.dataFrameDebugging.enabled": "false",  # it triples the calls to Java that make a plan
        "spark.driver.extraJavaOptions": "-XX:+UseParallelGC -Djava.net.preferIPv6Addresses=false",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
    }


def fit_to_size(spark: SparkSession, size: int | None) -> None:
    """Spare small work the compiling: a firm's few hundred rows are read before Java has compiled the plan for them.

    `size` is in bytes as delivered, None where nobody knows yet. Measured on a delivery of 455 rows: land to publish 25 s
    compiled and adaptive, 17 s interpreted (warm JVM, busy machine); on the archive compiled code wins.
    """
    is_small = size is not None and size < INTERPRETED_BELOW
    spark.conf.set("spark.sql.codegen.factoryMode", "NO_CODEGEN" if is_small else "FALLBACK")
    spark.conf.set("spark.sql.codegen.wholeStage", str(not is_small).lower())
    spark.conf.set("spark.sql.adaptive.enabled", str(not is_small).lower())


def _jars(cache: Path) -> dict[str, str]:
    """Delta and the PostgreSQL driver: from the project's cache, or resolved into it by Spark the first time."""
    packages = (DELTA, POSTGRESQL)
    jars = [cache / "jars" / "{}_{}-{}.jar".format(*package.split(":")) for package in packages]
    if all(jar.exists() for jar in jars):
        return {"spark.jars": ",".join(str(jar) for jar in sorted(cache.glob("jars/*.jar")))}
    return {"spark.jars.packages": ",".join(packages), "spark.jars.ivy": str(cache)}


def has_died() -> bool:
    """Whether the Java process of this process's session has ended; False where there is none, or it is elsewhere."""
    from pyspark import SparkContext

    gateway = SparkContext._gateway
    return gateway is not None and gateway.proc.poll() is not None


@cache
def session() -> SparkSession:
    """The session of this process."""
    if os.environ.get("SPARK_REMOTE"):
        return SparkSession.builder.remote(os.environ["SPARK_REMOTE"]).getOrCreate()
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # Spark's own workers have this Python's packages
    builder = SparkSession.builder.appName("yeji")
    for key, value in conf(settings()).items():
        builder = builder.config(key, value)
    return builder.getOrCreate()
