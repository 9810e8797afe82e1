# What a person types. Everything needed is made below .sandbox/ at the first call.

PYTHON ?= python3
LANG_CODE ?= en
PORT ?= 8000
ARGS ?=
# pytest for the bench's Python is kept here, so that the bench's own environment stays as it is.
BENCH_PACKAGES = $(CURDIR)/.sandbox/bench-pytest

.PHONY: setup demo serve test test-site coverage lint clean

setup:
	@$(PYTHON) -m sandbox setup

demo:
	@$(PYTHON) -m sandbox demo --lang $(LANG_CODE)

serve:
	@$(PYTHON) -m sandbox serve --port $(PORT)

test:
	@$(PYTHON) -m sandbox test $(ARGS)

coverage:
	@$(PYTHON) -m sandbox test --cov=presales_mgmt --cov-report=html $(ARGS)

# The same suite on a real site: make test-site BENCH=path/to/bench SITE=site.name [ARGS='-k deal']
test-site:
	@test -n "$(BENCH)" -a -n "$(SITE)" || { echo "usage: make test-site BENCH=path/to/bench SITE=site.name [ARGS='-k deal']"; exit 2; }
	@$(BENCH)/env/bin/python -m pip install --quiet --upgrade --target $(BENCH_PACKAGES) -r tests/requirements.txt
	@PRESALES_BENCH=$(abspath $(BENCH)) PRESALES_SITE=$(SITE) PYTHONPATH=$(CURDIR):$(BENCH_PACKAGES) \
		$(abspath $(BENCH))/env/bin/python -m pytest -c $(CURDIR)/pyproject.toml --rootdir $(CURDIR) -p no:cacheprovider $(ARGS)

lint:
	@$(PYTHON) -m sandbox lint

clean:
	rm -rf .sandbox
