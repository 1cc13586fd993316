# make demo   itemised awards of an example enterprise
# make test   every check and every test
# Both set up what they need in $(VENV), once; PYTHON=… and VENV=… choose the interpreter and the folder.

SHELL := /bin/sh
VENV ?= .venv
VENV_EVENTS ?= .venv-events
VENV_LOWEST ?= .venv-lowest
VENV_OFFLINE ?= .venv-offline
VENV_DOCS ?= .venv-docs
VENV_BENCH ?= .venv-bench
VENV_MUTANTS ?= .venv-mutants
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo "$$p" && break; done)
CASE ?= examples/xian_enterprise.yaml
JOBS ?= 2
ARGS ?=

BIN := $(VENV)/bin
CORE := $(VENV)/.core
DEV := $(VENV)/.dev
EVENTS := $(VENV_EVENTS)/.events
LOWEST := $(VENV_LOWEST)/.lowest
DOCS := $(VENV_DOCS)/.docs
BENCH := $(VENV_BENCH)/.bench
MUTANTS := $(VENV_MUTANTS)/.mutants
PINS := pyproject.toml constraints.txt
PIP := -m pip --disable-pip-version-check -qq
PIP_INSTALL := $(PIP) install -c constraints.txt
PIP_LOWEST := $(PIP) install --only-binary :all: -c constraints-lowest.txt
# What shows a dependency that is too old: reading, the models, the command, the tables, and whole answers.
LOWEST_TESTS := tests/values tests/facts tests/policy tests/report tests/serve/test_cli.py tests/schemas \
	tests/test_bad.py tests/test_clauses.py tests/test_examples.py
DIST := build/offline
# The build backend is pinned too: it is installed first and no other is fetched.
BACKEND := hatchling editables
PACKAGE := --no-build-isolation -e
CORE_ROOMS := */subsidy_rules/values/*,*/subsidy_rules/mechanisms/*,*/subsidy_rules/award/*

.DEFAULT_GOAL := help
.PHONY: help bench demo fuzz mutants test check format pytest slow events lowest offline console schemas docs workbook clean

help:
	@echo 'make demo     print the itemised awards of an example enterprise'
	@echo 'make test     make check, then the tests with the coverage gate'
	@echo 'make check    ruff, mypy, the import contract'
	@echo 'make pytest   the tests alone (ARGS="-k name" is passed on)'
	@echo 'make slow     the tests that are marked slow'
	@echo 'make bench    how fast, as ratios to what is measured in the same run'
	@echo 'make fuzz     changed inputs at one door (ARGS="money --count 100000 --seed 1")'
	@echo 'make mutants  change the code in one place at a time; the tests have to notice (ARGS="values")'
	@echo 'make events   the smoke test of the [events] extra, in an environment of its own'
	@echo 'make lowest   a slice of the tests with the lowest versions that pyproject.toml allows'
	@echo 'make offline  fetch the wheels, then install from them alone and run the command'
	@echo 'make console  every command on consoles that are not UTF-8'
	@echo 'make schemas  write schemas/ from the code'
	@echo 'make workbook recalculate workbooks of results in LibreOffice (soffice), where it is installed'
	@echo 'make docs     build the documentation site into build/docs, in an environment of its own'
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

$(LOWEST): pyproject.toml constraints-lowest.txt
	$(call new_venv,$(VENV_LOWEST))
	@$(VENV_LOWEST)/bin/python $(PIP_LOWEST) $(BACKEND)
	@$(VENV_LOWEST)/bin/python $(PIP_LOWEST) $(PACKAGE) . hypothesis jsonschema pytest
	@touch $@

$(DOCS): $(PINS) constraints-docs.txt
	$(call new_venv,$(VENV_DOCS))
	@$(VENV_DOCS)/bin/python $(PIP_INSTALL) $(BACKEND)
	@$(VENV_DOCS)/bin/python $(PIP_INSTALL) -c constraints-docs.txt $(PACKAGE) '.[docs]'
	@touch $@

$(BENCH): $(PINS) constraints-bench.txt
	$(call new_venv,$(VENV_BENCH))
	@$(VENV_BENCH)/bin/python $(PIP_INSTALL) $(BACKEND)
	@$(VENV_BENCH)/bin/python $(PIP_INSTALL) -c constraints-bench.txt $(PACKAGE) '.[bench]'
	@touch $@

# mutmut makes the changes; tests/mutants runs them.
$(MUTANTS): $(PINS) constraints-mutants.txt
	$(call new_venv,$(VENV_MUTANTS))
	@$(VENV_MUTANTS)/bin/python $(PIP_INSTALL) $(BACKEND)
	@$(VENV_MUTANTS)/bin/python $(PIP_INSTALL) -c constraints-mutants.txt $(PACKAGE) '.[dev]' mutmut
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

bench: $(BENCH)
	$(VENV_BENCH)/bin/python -m benchmarks.bench $(ARGS)

fuzz: $(DEV)
	$(BIN)/python -m tests.fuzz.run $(ARGS)

mutants: $(MUTANTS)
	$(VENV_MUTANTS)/bin/python -m pytest -q tests/mutants
	$(VENV_MUTANTS)/bin/python -m tests.mutants.run $(ARGS)

events: $(EVENTS)
	@$(VENV_EVENTS)/bin/python tests/events_smoke.py
	@$(VENV_EVENTS)/bin/python tests/events_lives.py

lowest: $(LOWEST)
	$(VENV_LOWEST)/bin/python -m pytest -p no:cacheprovider -m 'not slow and not random' $(LOWEST_TESTS) $(ARGS)

# docs/install.md, as it is written there: wheels on a machine with a registry, and from a folder on one without.
offline: $(DEV)
	rm -rf $(DIST) '$(VENV_OFFLINE)'
	$(BIN)/python $(PIP) wheel --no-build-isolation -c constraints.txt --wheel-dir $(DIST)/wheels .
	$(BIN)/python -m venv '$(VENV_OFFLINE)'
	$(VENV_OFFLINE)/bin/python $(PIP) install --no-index --find-links $(DIST)/wheels subsidy-rules
	mkdir -p $(DIST)/elsewhere && cd $(DIST)/elsewhere && \
		'$(abspath $(VENV_OFFLINE))/bin/subsidy-rules' evaluate '$(abspath $(CASE))' --format json >installed.json && \
		'$(abspath $(VENV_OFFLINE))/bin/python' -I -m subsidy_rules check && \
		'$(abspath $(BIN))/subsidy-rules' evaluate '$(abspath $(CASE))' --format json | cmp - installed.json
	@echo 'installed from $(DIST)/wheels alone; the same bytes as the source'

console: $(DEV)
	PYTHONIOENCODING=gbk $(BIN)/pytest -m slow tests/serve/test_console.py $(ARGS)

schemas: $(DEV)
	$(BIN)/python -m tests.schemas.kept

# Skipped, with the reason, where there is no LibreOffice.
workbook: $(DEV)
	$(BIN)/pytest -m slow tests/sheets/test_recalculated.py $(ARGS)

# The variable silences a notice of the theme about what comes after MkDocs 1.
docs: $(DOCS)
	NO_MKDOCS_2_WARNING=1 $(VENV_DOCS)/bin/python -m mkdocs build --strict
	$(VENV_DOCS)/bin/python -m pytest tests/docs

format: $(DEV)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf .venv* '$(VENV)' '$(VENV_EVENTS)' '$(VENV_LOWEST)' '$(VENV_OFFLINE)' '$(VENV_DOCS)' '$(VENV_BENCH)' '$(VENV_MUTANTS)' build dist \
		.coverage .coverage.* htmlcov .pytest_cache .mypy_cache \
		.ruff_cache .import_linter_cache .hypothesis
	find src tests -type d -name __pycache__ -prune -exec rm -rf {} +
