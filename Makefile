# Everything sets itself up: on a fresh machine with Python 3.11 or later and make, `make demo` or `make test` is all.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check --quiet
WORKERS ?= auto

.PHONY: demo test thorough fuzz lowest pythons arm x86 coverage mutants docs lint packages format venv clean \
	results truth checking proofreading diagnosing estimators mnist bench scale client page-runtime

demo: $(VENV)/.core $(VENV)/.engine
	$(BIN)/python scripts/demo.py

# The site, in build/docs: open build/docs/index.html. A warning is an error.
docs: $(VENV)/.docs $(VENV)/.engine
	$(BIN)/python -m sphinx --fresh-env --fail-on-warning --keep-going --quiet docs build/docs

test: $(VENV)/.test $(VENV)/.engine $(VENV)/.client
	$(TESTS)

# In random order, whose seed the last lines say; in parallel; what is compiled to bytecode is kept.
TESTS = PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

# `make test` takes some cases of each kind, other ones each time; this takes all.
thorough: $(VENV)/.test $(VENV)/.engine $(VENV)/.client
	CHAINRULE_THOROUGH=1 $(TESTS) --timeout 900

# Ten thousand cases of each kind of strangers' input; `make test` has some of each.
fuzz: $(VENV)/.test
	CHAINRULE_FUZZ=$${CHAINRULE_FUZZ:-10000} $(BIN)/python -m pytest -n $(WORKERS) --timeout 7200 tests/strangers

# All tests with exactly the lower bounds of pyproject.toml; LOWEST_TESTS="tests/data tests/model" takes a part.
lowest: $(VENV)/.engine $(VENV)/.client
	$(BIN)/python scripts/lowest.py -n $(WORKERS) $(LOWEST_TESTS)

# All tests with each other Python that is here, or with PYTHONS="3.12 /opt/python/bin/python3"; PYTHONS_TESTS takes a part.
pythons: $(VENV)/.engine $(VENV)/.client
	$(BIN)/python scripts/pythons.py -n $(WORKERS) $(PYTHONS_TESTS)

# The compiled engine on an emulated 64-bit ARM, on Debian; ARM_TESTS takes other tests than those of ten minutes.
arm: $(BIN)/python
	$(BIN)/python scripts/arm.py $(ARM_TESTS)

# The compiled engine as for processors without AVX-512, and without AVX.
x86: $(VENV)/.test
	for width in 32 16; do CHAINRULE_REGISTER=$$width $(BIN)/python scripts/agreement.py && \
		CHAINRULE_REGISTER=$$width $(BIN)/python -m pytest -n $(WORKERS) tests/compiler || exit 1; done

# Which branches of the package the tests take.
coverage: $(VENV)/.test $(VENV)/.engine $(VENV)/.client
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -n $(WORKERS) --dist worksteal
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --skip-covered

# Whether the tests notice small changes to the package: of a sample, MUTANTS=all of every one.
MUTANTS ?= 200
SEED ?= 0
mutants: $(VENV)/.test
	$(BIN)/python scripts/mutants.py --mutants $(MUTANTS) --seed $(SEED)

lint: $(VENV)/.test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

# The wheel and the source distribution, each installed in a fresh environment and used.
packages: $(VENV)/.test
	$(BIN)/python scripts/packages.py

format: $(VENV)/.test
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

results: $(VENV)/.test
	$(BIN)/python benchmarks/results.py

truth: $(VENV)/.test
	$(BIN)/python benchmarks/truth.py

checking: $(VENV)/.test
	$(BIN)/python benchmarks/checking.py --write

proofreading: $(VENV)/.test
	$(BIN)/python benchmarks/proofreading.py --write

diagnosing: $(VENV)/.test
	$(BIN)/python benchmarks/diagnosing.py --write

estimators: $(VENV)/.test
	$(BIN)/python benchmarks/estimators.py --write

mnist: $(VENV)/.test
	$(BIN)/python benchmarks/results.py --only mnist

bench: $(VENV)/.bench
	$(BIN)/python benchmarks/performance.py

# The page's client, bundled into the package; only this needs Node.
client: client/node_modules/.installed
	node client/build.mjs

client/node_modules/.installed: client/package.json client/package-lock.json
	cd client && npm ci
	@touch $@

# What the test that bundles anew needs; where there is no npm, that test says so.
$(VENV)/.client: $(VENV)/.test client/package.json client/package-lock.json
	@if command -v npm >/dev/null; then (cd client && npm ci --silent) && touch $@; fi

venv: $(VENV)/.test

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "chainrule needs Python 3.11 or later: make PYTHON=python3.12"; exit 2; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.core: $(BIN)/python pyproject.toml
	@echo "setting up $(VENV) (about a minute, once)"
	$(PIP) install --editable '.[fast,page]'
	@touch $@

$(VENV)/.test: $(VENV)/.core
	$(PIP) install --editable '.[test]'
	@touch $@

$(VENV)/.docs: $(VENV)/.core
	$(PIP) install --editable '.[docs]'
	@touch $@

# Python for the browser, into the user's cache: the page's offline file carries it.
page-runtime: $(VENV)/.core
	$(BIN)/python scripts/page_runtime.py

# Where it can't be had, the demo writes no such file, and tests that need it fail, and say so; the others run.
$(VENV)/.engine: $(VENV)/.core scripts/page_runtime.py src/chainrule/page/runtime.json
	@if $(BIN)/python scripts/page_runtime.py; then touch $@; fi

$(VENV)/.bench: $(VENV)/.core
	$(PIP) install --editable '.[bench]'
	@touch $@

clean:
	rm -rf $(VENV) .venv-* demo .pytest_cache .mypy_cache .ruff_cache .hypothesis
