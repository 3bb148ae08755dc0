# make demo: install the tool and show it on HRNet-W32, then install torch and compare both engines.
# make test: install what is needed and run every check that CI runs.
# Needs Python 3.10 or newer (PYTHON=python3.12 chooses one) and make. Everything is written inside this folder.

PYTHON ?= python3
BARE := .venv-bare
FULL := .venv
export TORCHINDUCTOR_CACHE_DIR := $(CURDIR)/$(FULL)/torchinductor
PIP_FLAGS := --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: demo test lint hostile verify bench mutants docs corpus clean

demo: $(BARE)/.installed
	$(BARE)/bin/hrnet-cli trace w32 --input 1x3x256x192
	$(BARE)/bin/hrnet-cli flops w32
	$(MAKE) $(FULL)/.installed
	$(FULL)/bin/hrnet-cli verify w32

# Each test runs once: those that need torch in the full environment, all others without it.
test: lint $(BARE)/.tested
	$(BARE)/bin/python -m pytest -n 2 -m "not torch" --cov --durations=10
	$(FULL)/bin/python -m pytest -n 2 -m "torch or smoke" --durations=10

lint: $(FULL)/.tested
	$(FULL)/bin/ruff check
	$(FULL)/bin/ruff format --check
	$(FULL)/bin/mypy
	$(FULL)/bin/lint-imports

# Every test that plays an attacker, with a process for each hostile config: docs/security.md. SECONDS bounds the fuzzers,
# SEED is the number of their first text, FOLDER has more to try. BARE=.venv-3.13 keeps another Python apart.
SECONDS := 20
SEED := 0
hostile: $(BARE)/.tested
	$(BARE)/bin/python -m pytest -n 2 -m "hostile and not torch" --hostile-together 1 --hostile-seconds $(SECONDS) \
	    --hostile-seed $(SEED) $(if $(FOLDER),--hostile-folder $(FOLDER))

# Every preset at its own size: both engines and torch's counters, module by module. About ten minutes.
verify: $(FULL)/.installed
	set -e; for preset in $$($(FULL)/bin/python -c 'from hrnet_cli.sources import preset_names; print(*preset_names())'); \
	do $(FULL)/bin/hrnet-cli verify $$preset > /dev/null; echo "$$preset: every peer that ran agrees"; done

bench: $(FULL)/.benched
	$(FULL)/bin/python benchmarks/run.py --write docs/benchmarks.md

# Plants faults in a copy of the repository and counts those that the tests catch. At most 15 minutes.
mutants: $(FULL)/.mutated
	$(FULL)/bin/python tools/mutants.py

docs: $(FULL)/.tested
	$(FULL)/bin/python tools/docs.py

corpus: $(FULL)/.installed
	$(FULL)/bin/python tools/corpus.py

clean:
	rm -rf $(FULL) $(BARE) .corpus dist build

# The package alone, without torch: what a CI check installs.
$(BARE)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(BARE)
	$(BARE)/bin/pip install $(PIP_FLAGS) --editable .
	touch $@

$(BARE)/.tested: $(BARE)/.installed
	$(BARE)/bin/pip install $(PIP_FLAGS) --upgrade pip
	$(BARE)/bin/pip install $(PIP_FLAGS) --editable . --group test
	touch $@

# The package with everything it can use; then what its checks and its benchmarks need.
$(FULL)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(FULL)
	$(FULL)/bin/pip install $(PIP_FLAGS) --upgrade pip
	$(FULL)/bin/pip install $(PIP_FLAGS) --editable '.[torch]'
	touch $@

$(FULL)/.tested: $(FULL)/.installed
	$(FULL)/bin/pip install $(PIP_FLAGS) --editable '.[torch]' --group test --group lint
	touch $@

$(FULL)/.mutated: $(FULL)/.tested
	$(FULL)/bin/pip install $(PIP_FLAGS) --group mutants
	touch $@

$(FULL)/.benched: $(FULL)/.installed
	$(FULL)/bin/pip install $(PIP_FLAGS) --editable '.[torch]' --group bench
	touch $@
