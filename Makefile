# `make demo` and `make test` need Python 3.11+, make and a package index; everything else they bring along.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

# Dozens of processes are started here. Where this is set, as in many containers, each compiles every module it imports.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
PEERS := build/peers
CHECKOV := build/checkov
.PHONY: help demo test lint types walls check bench peers bench-assembly package artefacts measure-artefacts terraform checkov
.PHONY: lock docs clean

help: ## what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

demo: $(VENV)/.local-ready ## draw the sample moves, synthesise the song, make the video, print its path
	$(BIN)/bachata demo

test: $(VENV)/.dev-ready ## every test
	$(BIN)/python -m pytest $(PYTEST_ARGS)

lint: $(VENV)/.dev-ready ## style, types, import walls, stale generated files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m tools.schemas --check
	$(BIN)/python -m tools.package --check
	$(BIN)/python -m benchmarks.cost --check

bench: $(VENV)/.dev-ready ## measurements; results go to benchmarks/results
	$(BIN)/python -m benchmarks

peers: $(PEERS)/.ready ## FFmpeg's binary and MoviePy, in build/peers, to compare assembling with

bench-assembly: $(VENV)/.dev-ready $(PEERS)/.ready ## what assembling costs beside them; half an hour
	$(BIN)/python -m benchmarks.assembly

package: $(VENV)/.dev-ready ## the archives of the functions and the jobs' build contexts, in build/
	$(BIN)/python -m tools.package

artefacts: $(VENV)/.dev-ready ## start each artefact as the platform does, hold it to its limits
	$(BIN)/python -m tools.start_artefacts

measure-artefacts: $(VENV)/.dev-ready ## sizes, memory and cold starts, into docs/artefacts.md; wants a quiet machine
	$(BIN)/python -m tools.measure_artefacts

terraform: package ## init, validate and test terraform/ with the real provider; needs Terraform 1.9 and its registry, no account
	$(BIN)/python -m tools.infrastructure --real

checkov: $(CHECKOV)/.ready ## a security scanner for terraform/, in build/checkov

docs: $(VENV)/.dev-ready ## write the generated references
	$(BIN)/python -m tools.schemas
	$(BIN)/python -m tools.package --list
	$(BIN)/python -m benchmarks.cost

lock: $(VENV)/.dev-ready ## resolve every requirements file again
	$(BIN)/python -m tools.lock

clean: ## remove the environment, the local cloud's state and build products
	rm -rf $(VENV) .bachata build

# The environment: uv installs in seconds what takes pip a minute; where uv cannot reach the index pip is set up for,
# pip does the same work. Both check every hash.
$(VENV)/.bootstrap: requirements-bootstrap.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bootstrap.txt
	@touch $@

$(PEERS)/.ready: requirements-peers.txt
	@echo "Installing requirements-peers.txt into $(PEERS) …"
	@test -x $(PEERS)/bin/python || $(PYTHON) -m venv $(PEERS)
	@$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-peers.txt
	@touch $@

$(CHECKOV)/.ready: $(VENV)/.bootstrap requirements-checkov.txt
	@echo "Installing requirements-checkov.txt into $(CHECKOV) …"
	@test -x $(CHECKOV)/bin/python || $(PYTHON) -m venv $(CHECKOV)
	@$(BIN)/uv pip install --quiet --python $(CHECKOV)/bin/python --require-hashes -r requirements-checkov.txt 2>$(CHECKOV)/uv.log \
	  || $(CHECKOV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-checkov.txt
	@touch $@

define install
	@echo "Installing $(1) into $(VENV) …"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r $(1) 2>$(VENV)/uv.log \
	  || { echo "uv could not ($(VENV)/uv.log says why); pip tries, more slowly"; \
	       $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1); }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	@touch $(2)
endef

$(VENV)/.local-ready: $(VENV)/.bootstrap requirements.txt pyproject.toml
	$(call install,requirements.txt,$@)

$(VENV)/.dev-ready: $(VENV)/.bootstrap requirements-dev.txt pyproject.toml
	$(call install,requirements-dev.txt,$@)
