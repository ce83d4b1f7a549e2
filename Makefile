# Every target does its own set-up, and does it again only where what it is made from has changed.

PYTHON = .venv/bin/python
READY = .venv/ready
BUILD = $(PYTHON) hatch_build.py

# A virtual environment whose interpreter was removed or upgraded away is made again.
WORKS := $(shell $(PYTHON) -c '' 2>/dev/null && echo yes)

.DEFAULT_GOAL := help
.PHONY: help setup assets run test test-long lint bench clean again

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

setup: $(READY) assets ## make the virtual environment in .venv and build the front end

$(READY): pyproject.toml constraints.txt $(if $(WORKS),,again)
	@python=$$(.tools/find-python) && echo "Making .venv with $$python ..." && "$$python" -m venv --clear .venv
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt hatchling
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --constraint constraints.txt \
		--no-build-isolation $$($(BUILD) requirements) --editable '.[dev]'
	@touch $@

again:

assets: $(READY) ## build the front end into static/dist, unless it is fresh
	@$(BUILD)

run: assets ## serve the site on http://127.0.0.1:8000 (PORT=... for another port)
	@exec $(PYTHON) -m app serve $(if $(PORT),--port $(PORT))

test: assets ## run the tests
	@$(PYTHON) -m pytest

test-long: assets ## run the tests, those that take minutes too
	@$(PYTHON) -m pytest -m 'long or not long'

lint: assets ## check style, types and the direction of imports
	$(PYTHON) -m ruff check
	$(PYTHON) -m ruff format --check
	$(PYTHON) -m mypy
	@$(BUILD) npm run --silent types
	$(PYTHON) -m pytest --quiet tests/test_house.py

bench: assets ## measure capture and serving, and print the table
	@$(PYTHON) -m tests.benchmarks

clean: ## remove everything that was made here, but for recorded traces
	rm -rf .venv node_modules static/dist build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find app tests -name __pycache__ -type d -prune -exec rm -rf {} +
