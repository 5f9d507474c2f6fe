# Everything sets itself up: on a fresh machine with Python 3.11 or later and make, `make demo` or `make test` is all.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check --quiet
WORKERS ?= auto

.PHONY: demo test lint format venv clean results truth mnist bench

demo: $(VENV)/.core
	$(BIN)/python scripts/demo.py

test: $(VENV)/.test
	$(BIN)/python -m pytest -n $(WORKERS)

lint: $(VENV)/.test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(VENV)/.test
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

results: $(VENV)/.test
	$(BIN)/python benchmarks/results.py

truth: $(VENV)/.test
	$(BIN)/python benchmarks/truth.py

mnist: $(VENV)/.test
	$(BIN)/python benchmarks/results.py --only mnist

bench: $(VENV)/.bench
	$(BIN)/python benchmarks/performance.py

venv: $(VENV)/.test

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "chainrule needs Python 3.11 or later: make PYTHON=python3.12"; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.core: $(BIN)/python pyproject.toml
	@echo "setting up $(VENV) (about a minute, once)"
	$(PIP) install --editable '.[fast]'
	@touch $@

$(VENV)/.test: $(VENV)/.core
	$(PIP) install --editable '.[test]'
	@touch $@

$(VENV)/.bench: $(VENV)/.core
	$(PIP) install --editable '.[bench]'
	@touch $@

clean:
	rm -rf $(VENV) demo .pytest_cache .mypy_cache .ruff_cache .hypothesis
