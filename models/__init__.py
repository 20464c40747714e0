"""Remaining-life models: numpy, pandas, lifelines, xgboost; no Spark, no Airflow."""
