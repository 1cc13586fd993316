# make demo   itemised awards of an example enterprise
# make test   every check and every test
# Both set up what they need in $(VENV), once; PYTHON=… and VENV=… choose the interpreter and the folder.

SHELL := /bin/sh
VENV ?= .venv
VENV_EVENTS ?= .venv-events
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo "$$p" && break; done)
CASE ?= examples/xian_enterprise.yaml
JOBS ?= 2
ARGS ?=

BIN := $(VENV)/bin
CORE := $(VENV)/.core
DEV := $(VENV)/.dev
EVENTS := $(VENV_EVENTS)/.events
PINS := pyproject.toml constraints.txt
PIP_INSTALL := -m pip --disable-pip-version-check -qq install -c constraints.txt
# The build backend is pinned too: it is installed first and no other is fetched.
BACKEND := hatchling editables
PACKAGE := --no-build-isolation -e
CORE_ROOMS := */subsidy_rules/values/*,*/subsidy_rules/mechanisms/*,*/subsidy_rules/award/*

.DEFAULT_GOAL := help
.PHONY: help demo test check format pytest slow events clean

help:
	@echo 'make demo     print the itemised awards of an example enterprise'
	@echo 'make test     make check, then the tests with the coverage gate'
	@echo 'make check    ruff, mypy, the import contract'
	@echo 'make pytest   the tests alone (ARGS="-k name" is passed on)'
	@echo 'make slow     the tests that are marked slow'
	@echo 'make events   the smoke test of the [events] extra, in an environment of its own'
	@echo 'make format   let ruff format and fix'
	@echo 'make clean    remove what these made'

define new_venv
@if [ -z '$(PYTHON)' ]; then \
	echo 'error: no Python 3.11 or newer found; name one: make PYTHON=/path/to/python3.11' >&2; exit 1; fi
@'$(PYTHON)' -c 'import sys; v = sys.version_info; \
	v >= (3, 11) or sys.exit("error: subsidy-rules needs Python 3.11 or newer; $(PYTHON) is %d.%d. " \
	"Name another: make PYTHON=/path/to/python3.11" % v[:2])'
@echo 'setting up $(1) (once) …' >&2
@'$(PYTHON)' -m venv --clear '$(1)' || { \
	echo 'error: $(PYTHON) cannot make an environment; is its venv package installed?' >&2; exit 1; }
endef

$(CORE): $(PINS)
	$(call new_venv,$(VENV))
	@$(BIN)/python $(PIP_INSTALL) $(BACKEND)
	@$(BIN)/python $(PIP_INSTALL) $(PACKAGE) .
	@touch $@

$(DEV): $(CORE)
	@echo 'installing the development tools into $(VENV) (once) …' >&2
	@$(BIN)/python $(PIP_INSTALL) $(PACKAGE) '.[dev]'
	@touch $@

$(EVENTS): $(PINS)
	$(call new_venv,$(VENV_EVENTS))
	@$(VENV_EVENTS)/bin/python $(PIP_INSTALL) $(BACKEND) setuptools wheel
	@$(VENV_EVENTS)/bin/python $(PIP_INSTALL) $(PACKAGE) '.[events]'
	@touch $@

demo: $(CORE)
	@$(BIN)/subsidy-rules evaluate $(CASE)

check: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Coverage is measured from the tests that say what they expect; the random ones run beside them, at full speed.
test: check
	$(BIN)/pytest -n $(JOBS) -m 'not slow and not random' --cov --cov-branch --cov-report= $(ARGS)
	$(BIN)/coverage report --include='$(CORE_ROOMS)' --precision=2 --show-missing --skip-covered --fail-under=100
	$(BIN)/pytest -n $(JOBS) -m 'random and not slow' $(ARGS)

pytest: $(DEV)
	$(BIN)/pytest -n $(JOBS) $(ARGS)

# pytest exits with 5 when no test carries the mark; that is no failure here.
slow: $(DEV)
	$(BIN)/pytest -n $(JOBS) -m slow $(ARGS) || [ $$? -eq 5 ]

events: $(EVENTS)
	@$(VENV_EVENTS)/bin/python tests/events_smoke.py

format: $(DEV)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf .venv* '$(VENV)' '$(VENV_EVENTS)' build dist .coverage .coverage.* htmlcov .pytest_cache .mypy_cache \
		.ruff_cache .import_linter_cache .hypothesis
	find src tests -type d -name __pycache__ -prune -exec rm -rf {} +
