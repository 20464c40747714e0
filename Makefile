# The whole project by its targets; `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: docs help setup run run-real scheduler test lint test-unit test-spec test-laws test-spark test-faults test-night test-dags test-e2e lock clean
SHELL := /bin/bash

PYTHON ?= python3
SCALE ?= 1
SEED ?= 7
BIN := .venv/bin
PYTEST := $(BIN)/pytest
export YEJI_HOME ?= $(CURDIR)/.yeji

help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## (.*)/\1|\2/' | column -t -s '|'

setup:
	@$(PYTHON) infra/bootstrap.py

run: setup ## the nightly run on the sample region (SCALE=1 SEED=7)
	@$(BIN)/yeji sample "$(YEJI_HOME)/region" --scale $(SCALE) --seed $(SEED)
	@$(BIN)/python -m dags.common.night

run-real: export YEJI_SOURCES = $(CURDIR)/infra/sources/real
run-real: export YEJI_INBOX ?= $(CURDIR)/../shared/data
run-real: setup ## the same Dags on the real data sets in YEJI_INBOX
	@$(BIN)/python -m dags.common.night

scheduler: setup ## Airflow's scheduler and pages, with one Spark Connect server for all tasks
	$(BIN)/python -m jobs.connect run $(BIN)/python -m dags.common.airflow_home airflow standalone

test: setup lint ## install everything and pass the tests
	$(PYTEST) -n 2 --dist loadfile
	$(BIN)/python -m jobs.connect run $(PYTEST) -n 2 --dist loadfile tests/spark

lint: setup ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check --exclude jobs/tables .
	$(BIN)/mypy

test-unit: setup ## pure functions
	$(PYTEST) tests/unit
test-spec: setup ## examples as text tables
	$(PYTEST) tests/spec
test-laws: setup ## the laws, by Hypothesis
	$(PYTEST) tests/laws
test-spark: setup ## steps on Spark, in process and against a Connect server
	$(PYTEST) tests/spark
	$(BIN)/python -m jobs.connect run $(PYTEST) -n 2 --dist loadfile tests/spark
test-faults: setup ## bad input and crashes
	$(PYTEST) tests/faults
test-night: setup ## 5,000 mutated files against the reader (minutes; not part of make test)
	YEJI_TEST_MUTATIONS=5000 $(PYTEST) tests/faults/test_mutated_files.py
test-dags: setup ## the Dags: imports, owners, edges
	$(PYTEST) tests/dags
test-e2e: setup ## whole runs, and a real scheduler
	$(PYTEST) tests/e2e

docs: setup ## rewrite docs/generated from the code
	$(BIN)/python -m jobs.tables.dictionary
	$(BIN)/python -m jobs.contracts.schema

lock: setup ## regenerate requirements.lock from setup.py
	uv=$$(command -v uv || echo .venv/uv/bin/uv); \
	$$uv pip compile setup.py --extra dev --universal --python-version 3.11 --no-annotate -o requirements.lock

clean: ## remove the environment, the JARs and what runs wrote
	rm -rf .venv .jars "$(YEJI_HOME)" *.egg-info build .pytest_cache .mypy_cache .ruff_cache .hypothesis
