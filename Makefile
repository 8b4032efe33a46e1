# Two commands do everything: `make demo` shows what dicomveil does, `make test` runs every check.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin

.PHONY: help demo test lint types floors pytest explore bench clean

help:
	@echo 'make demo    install, write a small synthetic hospital, de-identify it, show before and after'
	@echo 'make test    install, then ruff, mypy, import-linter and pytest'
	@echo 'make explore run the properties on 2,000 new random inputs each; minutes'
	@echo 'make bench   time dicomveil against a plain copy'
	@echo 'make clean   remove what these commands made'

demo: $(VENV)/.installed
	./$(BIN)/python demo/run_demo.py

test: lint types floors pytest

lint: $(VENV)/.installed-dev
	./$(BIN)/ruff check .
	./$(BIN)/ruff format --check .

types: $(VENV)/.installed-dev
	./$(BIN)/mypy

floors: $(VENV)/.installed-dev
	./$(BIN)/lint-imports --no-logo --no-cache

pytest: $(VENV)/.installed-dev
	./$(BIN)/python -m pytest

explore: $(VENV)/.installed-dev
	./$(BIN)/python -m pytest -m hypothesis --hypothesis-profile=explore

bench: $(VENV)/.installed-dev
	./$(BIN)/python benchmarks/run_benchmarks.py

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find src tests tools demo benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo 'dicomveil needs Python 3.11 or later; name one with: make PYTHON=python3.11 ...' >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
	  || { echo 'making a virtual environment failed; on Debian and Ubuntu: apt install python3-venv' >&2; \
	       rm -rf $(VENV); exit 1; }

$(VENV)/.installed: pyproject.toml | $(BIN)/python
	./$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml | $(BIN)/python
	./$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(VENV)/.installed
