# What a person types; `make` alone lists it. Everything needed is made below .sandbox/ at the first call.

PYTHON ?= python3
# demo: the language of the story (en, zh), and the process whose deal is played (R1 to R9).
LANG_CODE ?= en
PROCESS ?= R7
# serve: another site than the sandbox's own, and the port.
SITE ?=
PORT ?= 8000
# bench: a small run on the sandbox; how many projects and rounds; which operations; whether the data stays for the
# next run; to see where the time goes instead of measuring; the folder of the results.
QUICK ?=
SIZE ?=
ROUNDS ?=
ONLY ?=
KEEP ?=
EXPLAIN ?=
OUT ?= bench-results
# test, coverage, test-site: more arguments for pytest, such as ARGS='-k deal'.
ARGS ?=

RUFF_VERSION = 0.17.6

MADE = $(or $(SANDBOX_HOME),$(CURDIR)/.sandbox)
# pytest for the bench's Python is kept here, so that the bench's own environment stays as it is.
BENCH_PACKAGES = $(MADE)/bench-pytest-$(shell $(BENCH)/env/bin/python -c 'import sys; print("py%d%d" % sys.version_info[:2])')

# The sandbox's own Python, to be used in recipes of targets that depend on `setup`.
SANDBOX_PYTHON = $$($(PYTHON) -c 'from sandbox.engine.paths import venv_python; print(venv_python())')
RUFF = $(MADE)/ruff-$(RUFF_VERSION)/bin/ruff
NODE_PACKAGES = node_modules/.package-lock.json
NODE = node_modules/.bin

.PHONY: help setup demo serve test coverage test-sandbox test-site bench bench-clean lint lint-python lint-scripts lint-conventions format duties regulations clean
.DEFAULT_GOAL = help

help: ## list what can be made
	@awk -F ' ## ' '/^[a-z-]+:.* ## / { sub(/:.*/, "", $$1); printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## make the sandbox: a Python environment and Frappe's engine; about a minute, once
	@$(PYTHON) -m sandbox setup > /dev/null

demo: ## play a deal on a fresh site, and write it to demo-R7-en.html [LANG_CODE=zh] [PROCESS=R1, up to R9]
	@$(PYTHON) -m sandbox demo --lang $(LANG_CODE) --process $(PROCESS)

serve: ## serve a site on this machine only [PORT=8000] [SITE=demo-en.localhost]
	@$(PYTHON) -m sandbox serve --port $(PORT) $(if $(SITE),--site $(SITE))

test: setup ## run the tests on the sandbox, with coverage [ARGS='-k deal']
	@$(SANDBOX_PYTHON) -m pytest --cov=presales_mgmt --cov-report=term $(ARGS)

coverage: setup ## the same, with the coverage of every line in htmlcov/index.html
	@$(SANDBOX_PYTHON) -m pytest --cov=presales_mgmt --cov-report=term --cov-report=html $(ARGS)

test-sandbox: setup ## run the tests of the sandbox itself [ARGS='-k database']
	@$(SANDBOX_PYTHON) -m pytest $(ARGS) sandbox/tests

test-site: ## run the tests on a real site: BENCH=path/to/bench SITE=site.name [ARGS='-k deal']
	@test -n "$(BENCH)" -a -n "$(SITE)" || { echo "usage: make test-site BENCH=path/to/bench SITE=site.name [ARGS='-k deal']"; exit 2; }
	@$(BENCH)/env/bin/python -m pip install --quiet --upgrade --target $(BENCH_PACKAGES) -r tests/requirements.txt
	@PRESALES_BENCH=$(abspath $(BENCH)) PRESALES_SITE=$(SITE) PYTHONPATH=$(CURDIR):$(BENCH_PACKAGES) \
		$(abspath $(BENCH))/env/bin/python -m pytest -c $(CURDIR)/pyproject.toml --rootdir $(CURDIR) -p no:cacheprovider $(ARGS)

BENCH_OPTIONS = $(if $(QUICK),--quick) $(if $(SIZE),--size $(SIZE)) $(if $(ROUNDS),--rounds $(ROUNDS)) \
	$(if $(ONLY),--only '$(ONLY)') $(if $(KEEP),--keep) $(if $(EXPLAIN),--explain) \
	--out $(abspath $(OUT))
ON_SITE = PYTHONPATH=$(CURDIR) $(abspath $(BENCH))/env/bin/python -m benchmarks --sites $(abspath $(BENCH))/sites --site $(SITE)

bench: $(if $(BENCH),,setup) ## measure beside bare ERPNext: BENCH=path/to/bench SITE=site.name, or QUICK=1 on the sandbox
	@test -n "$(BENCH)" -a -n "$(SITE)" -o -n "$(QUICK)" || { echo "usage: make bench BENCH=path/to/bench SITE=site.name [SIZE=50000] [ONLY=report] [KEEP=1], or make bench QUICK=1"; exit 2; }
	@$(if $(BENCH),$(ON_SITE),$(SANDBOX_PYTHON) -m benchmarks) $(BENCH_OPTIONS)

bench-clean: ## take the data of a run with KEEP=1, or of one that was broken off, from BENCH=path SITE=name
	@test -n "$(BENCH)" -a -n "$(SITE)" || { echo "usage: make bench-clean BENCH=path/to/bench SITE=site.name"; exit 2; }
	@$(ON_SITE) --clean

lint: ## check Python, scripts, DocType files and conventions
	@$(MAKE) --no-print-directory --keep-going lint-python lint-scripts lint-conventions

lint-python: $(RUFF)
	$(RUFF) check
	$(RUFF) format --check

lint-scripts: $(NODE_PACKAGES)
	$(NODE)/eslint --max-warnings 0 presales_mgmt
	$(NODE)/prettier --check --log-level warn .

lint-conventions: setup
	@$(SANDBOX_PYTHON) -m pytest --quiet --noconftest -p no:cacheprovider tests/test_conventions.py

format: $(RUFF) $(NODE_PACKAGES) ## put Python, scripts and DocType files into their form
	$(RUFF) check --fix
	$(RUFF) format
	$(NODE)/eslint --fix presales_mgmt
	$(NODE)/prettier --write --log-level warn .
	@$(SANDBOX_PYTHON) -m tests.test_conventions

duties: ## write docs/duties.md from DocTypes, workflow and api
	@$(PYTHON) -m traceability duties

regulations: ## write docs/regulations.md from the clauses, the processes and the tests
	@$(PYTHON) -m traceability regulations

clean: ## remove all that was made here: sandbox, sites, reports, node_modules
	rm -rf $(MADE) node_modules htmlcov .coverage .coverage.* .pytest_cache .ruff_cache demo-*.html bench-results

$(RUFF): | setup
	@$(SANDBOX_PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: \
		--upgrade --target $(MADE)/ruff-$(RUFF_VERSION) ruff==$(RUFF_VERSION)

$(NODE_PACKAGES): package.json package-lock.json
	@command -v npm > /dev/null || { echo "npm is missing: install Node.js 20.19 or newer to check the scripts"; exit 1; }
	@npm ci --silent --no-audit --no-fund
	@touch $@
