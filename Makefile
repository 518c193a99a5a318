# make serve   set everything up and serve the graph on http://localhost:8000
# make test    set everything up and run every check that CI runs
# make suites  fetch the W3C's SPARQL suites; make test runs them instead of an older edition

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# A folder that holds the source documents, if there is one: the tests of the evidence use it.
DURE_DOCUMENTS ?= ../shared/seeds
export DURE_DOCUMENTS

.PHONY: serve test suites conformance format lint types data clean

serve: $(VENV)/.serve
	$(BIN)/dure serve

test: $(VENV)/.test
	@$(BIN)/python -m tests.conformance.obtain package
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -n auto --dist loadgroup

suites: $(VENV)/.test
	$(BIN)/python -m tests.conformance.obtain

conformance: $(VENV)/.test
	@$(BIN)/python -m tests.conformance.obtain package
	$(BIN)/pytest -n 2 --dist loadfile tests/conformance

format: $(VENV)/.test
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

data: $(VENV)/.serve
	$(BIN)/dure data build

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.serve: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/.test: $(VENV)/bin/python pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	touch $@ $(VENV)/.serve

clean:
	rm -rf $(VENV) build dist dure-data .mypy_cache .ruff_cache .pytest_cache .hypothesis
