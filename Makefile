# Tala needs Python 3.11 or newer and make; everything else is installed into .venv by the targets below.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help run code test lint lock bench format docs pictures clean

help: ## say what each target does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

$(VENV)/runtime.stamp: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit("Tala needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --require-hashes -r requirements.txt
	@touch $@

$(VENV)/dev.stamp: requirements-dev.txt $(VENV)/runtime.stamp
	$(PIP) install --require-hashes -r requirements-dev.txt
	@touch $@

run: $(VENV)/runtime.stamp ## start a demo on http://127.0.0.1:8000 and say who can log in
	@$(BIN)/flask --app wsgi demo serve

code: $(VENV)/runtime.stamp ## print the second factor's code of a demo account: make code NAME=amihan
	@$(BIN)/flask --app wsgi demo code $(NAME)

test: $(VENV)/dev.stamp ## run every test, on SQLite and on PostgreSQL
	$(BIN)/python -m pytest -n 2 --dist worksteal

lint: $(VENV)/dev.stamp ## check style, types, import contracts and templates
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint templates --lint --quiet

format: $(VENV)/dev.stamp ## put code into the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: $(VENV)/dev.stamp ## write the hashed lock files anew, from releases at least a week old
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --exclude-newer "$$($(PYTHON) -c 'import datetime as d; print(d.date.today() - d.timedelta(days=7))')" requirements.in -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --exclude-newer "$$($(PYTHON) -c 'import datetime as d; print(d.date.today() - d.timedelta(days=7))')" requirements-dev.in -o requirements-dev.txt

bench: $(VENV)/dev.stamp ## measure what the README claims, each beside a baseline of the same run
	$(BIN)/python -m benchmarks

clean: ## remove the virtual environment and caches (never an instance)
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache

pictures: $(VENV)/dev.stamp ## take the README's pictures of a fresh demo
	$(BIN)/python tools/make_pictures.py
