# What is checked here is what CI checks.
PYTHON ?= $(if $(wildcard .venv/bin/python),.venv/bin/python,python3)
RUN = $(PYTHON) -m

.PHONY: check format lint types contracts test snap run demo bench bench-quick

check: lint types contracts test

format:
	$(RUN) ruff format lwe lwe_tui tests
	$(RUN) ruff check --fix lwe lwe_tui tests

lint:
	$(RUN) ruff format --check lwe lwe_tui tests
	$(RUN) ruff check lwe lwe_tui tests

types:
	$(RUN) mypy

contracts:
	$(PYTHON) -c "from importlinter.cli import lint_imports_command; lint_imports_command()"

test:
	$(RUN) pytest

snap:
	$(RUN) pytest tests/snapshots --snapshot-update

run:
	$(RUN) lwe_tui

demo:
	$(RUN) lwe_tui --preset local

bench:
	tests/benchmarks/run

bench-quick:
	tests/benchmarks/run --quick
