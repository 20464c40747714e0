"""Airflow wiring: Dags call the steps of `jobs` by name."""
