# Every target does its own set-up, and does it again only where what it is made from has changed.
#
# PORT=9000      serve on another port
# TESTS=...      run only these tests
# PYTHON=3.12    use this version of Python, in a virtual environment of its own

# Assigned here, so that variables of the same name in the environment are not taken for these.
PYTHON =
TESTS =

VENV = .venv$(addprefix -,$(PYTHON))
BIN = $(VENV)/bin
READY = $(VENV)/ready
BUILD = $(BIN)/python hatch_build.py
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt

# Each process has a server and a browser of its own. `worksteal` keeps the tests of a module, which share the browser,
# together for as long as no process is idle.
PYTEST = $(BIN)/python -m pytest --numprocesses auto --maxprocesses 8 --dist worksteal

# A virtual environment whose interpreter was removed or upgraded away is made again.
WORKS := $(shell $(BIN)/python -c '' 2>/dev/null && echo yes)

.DEFAULT_GOAL := help
.PHONY: help setup assets run test test-long lint bench clean again

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

setup: $(READY) assets ## make the virtual environment in .venv and build the front end

$(READY): pyproject.toml constraints.txt $(if $(WORKS),,again)
	@python=$$(.tools/find-python $(PYTHON)) && echo "Making $(VENV) with $$python; this takes a minute ..." && "$$python" -m venv --clear $(VENV)
	@$(INSTALL) hatchling
	@$(INSTALL) hatchling $$($(BUILD) requirements)
	@$(INSTALL) --no-build-isolation --editable '.[dev]'
	@touch $@

again:

assets: $(READY) ## build the front end into static/dist, unless it is fresh
	@$(BUILD)

run: assets ## serve the site on http://127.0.0.1:8000
	@exec $(BIN)/python -m app serve $(if $(PORT),--port $(PORT))

test: assets ## run the tests
	@$(PYTEST) $(TESTS)

test-long: assets ## run the tests, those that take minutes too
	@$(PYTEST) -m 'long or not long' $(TESTS)

lint: assets ## check style, types and who imports what
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BUILD) npm run --silent types
	$(BIN)/python -m pytest --quiet tests/test_house.py

bench: assets ## measure capture and serving, and print the tables
	@$(BIN)/python -m tests.benchmarks
	@$(BIN)/python -m tests.benchmarks.serving

clean: ## remove what was made here, but for recorded traces
	rm -rf .venv* node_modules static/dist build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find app tests -name __pycache__ -type d -prune -exec rm -rf {} +
