# make demo: set up, and see every command on HRNet-W32. make test: set up, and run every check there is.
# Needs Python 3.10 or newer and make, nothing else. Everything is written below this folder: torch's cache too, which it
# makes for a compiler that nothing here asks for.

PYTHON ?= python3
FULL := .venv
BARE := .venv-bare
HRNET := $(FULL)/bin/hrnet-cli
export TORCHINDUCTOR_CACHE_DIR := $(CURDIR)/$(FULL)/torchinductor
PIP_FLAGS := --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: demo test lint verify bench docs corpus clean

demo: $(FULL)/.installed
	$(HRNET) describe w32 --stage 2
	$(HRNET) trace w32 --input 1x3x256x192
	$(HRNET) fuse w32 --stage 3 --module 0
	$(HRNET) flops w32
	$(HRNET) verify w32

test: lint $(BARE)/.installed
	$(FULL)/bin/python -m pytest -n 2
	$(BARE)/bin/python -m pytest -n 2 -m "not torch"

lint: $(FULL)/.tested
	$(FULL)/bin/ruff check
	$(FULL)/bin/ruff format --check
	$(FULL)/bin/mypy
	$(FULL)/bin/lint-imports

# Every preset at its own size, both engines and torch's counters, module by module: about ten minutes.
verify: $(FULL)/.installed
	set -e; for preset in $$($(FULL)/bin/python -c 'from hrnet_cli.sources import preset_names; print(*preset_names())'); \
	do $(HRNET) verify $$preset > /dev/null; echo "$$preset: every source that ran agrees"; done

bench: $(FULL)/.benched
	$(FULL)/bin/python benchmarks/run.py --write docs/benchmarks.md

docs: $(FULL)/.tested
	$(FULL)/bin/python tools/docs.py

corpus: $(FULL)/.installed
	$(FULL)/bin/python tools/corpus.py

clean:
	rm -rf $(FULL) $(BARE) .corpus dist build

# The package with everything it can use, as a user installs it; then what its tests and its benchmarks need.
$(FULL)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(FULL)
	$(FULL)/bin/pip install $(PIP_FLAGS) --editable '.[torch]'
	touch $@

$(FULL)/.tested: $(FULL)/.installed
	$(FULL)/bin/pip install $(PIP_FLAGS) --editable '.[torch,test,lint]'
	touch $@

$(FULL)/.benched: $(FULL)/.installed
	$(FULL)/bin/pip install $(PIP_FLAGS) --editable '.[torch,bench]'
	touch $@

# The package alone, without torch: what a CI check installs.
$(BARE)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(BARE)
	$(BARE)/bin/pip install $(PIP_FLAGS) --editable '.[test]'
	touch $@
