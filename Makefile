# The commands of this project. `make demo` and `make test` work on a fresh checkout.
PYTHON ?= python3
PORT ?= 8000
WORKERS ?= auto
ARGS ?=
ONLY ?=
VENV_PYTHON := .venv/bin/python
# Compiled modules are kept, whatever the environment says: a run of the tests starts dozens of programs.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup demo demo-reset stop test check bench vendor screenshots

help:
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile

setup: ## make .venv from the pinned lock (the other commands call it)
	@$(PYTHON) scripts/setup.py $(if $(filter file,$(origin PYTHON)),--quickest)

demo: setup ## start everything with demo data; PORT=8000 by default, Ctrl-C stops it
	@$(VENV_PYTHON) scripts/demo.py --port $(or $(PORT),8000)

demo-reset: setup ## delete the demo's database, tasks and accounts, to start over
	@$(VENV_PYTHON) -m pairing.demo.reset

stop: setup ## stop the embedded PostgreSQL servers of this checkout
	@$(VENV_PYTHON) -m core.embedded

test: setup ## run the whole test suite on every core; ARGS="-k claim" for a part of it
	@$(PYTHON) scripts/test_tools.py
	@$(VENV_PYTHON) -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

check: setup ## lint, types, import contracts, migrations, deployment settings
	@scripts/check.sh

bench: setup ## measure against the stated goals; ONLY=name for one bench, ARGS=--large for the big sizes
	@$(VENV_PYTHON) -m benchmarks $(if $(ONLY),--only $(ONLY)) $(ARGS)

vendor: ## fetch the pinned browser libraries into static/vendor again (needs npm)
	@$(PYTHON) scripts/vendor.py

screenshots: setup ## take the pictures of the documents from a running demo
	@PORT=$(PORT) $(VENV_PYTHON) scripts/screenshots.py
