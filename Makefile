# What is checked here is what CI checks.
PYTHON ?= $(if $(wildcard .venv/bin/python),.venv/bin/python,python3)
RUN = $(PYTHON) -m

.PHONY: check format lint types contracts test

check: lint types contracts test

format:
	$(RUN) ruff format lwe tests
	$(RUN) ruff check --fix lwe tests

lint:
	$(RUN) ruff format --check lwe tests
	$(RUN) ruff check lwe tests

types:
	$(RUN) mypy

contracts:
	$(PYTHON) -c "from importlinter.cli import lint_imports_command; lint_imports_command()"

test:
	$(RUN) pytest
