# Every job of this project has one name here. `make` alone lists them.

PYTHON ?= python3
BIN := .venv/bin
VERSION := $(shell sed -n 's/^  version: *//p' openapi.yaml | head -n 1)
INSTALLED := .venv/.installed-$(VERSION)
NODE := node_modules/.installed
# Each line of packages.txt is a program, or a file, and the package that has it.
MISSING_PACKAGES := while read -r program package; do PATH="$$PATH:/usr/sbin" command -v "$$program" >/dev/null || test -e "$$program" || echo "$$package"; done < tests/world/packages.txt

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo test serve generate fuzz check bench bench-tools mutation soak world conformance release-check languages publish lock clean

help: ## List what there is (what you are reading)
	@sed -n 's/^\([a-z-]*\):.* ## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{printf "%-20s %s\n", $$1, $$2}'

setup: $(INSTALLED) ## Install everything Python into .venv (needs Python 3.11 and make, no Node)

demo: $(INSTALLED) ## Play the concept page: two threads, a restart "days later", and what each remembers
	@echo "Comparing the committed client with what openapi.yaml generates ..."
	@$(BIN)/python -m generator --check && echo "They are the same."
	@$(BIN)/python examples/demo.py

test: $(INSTALLED) $(NODE) ## Run the whole test suite on all cores (also needs Node 20, for the vendor's npm SDK)
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --numprocesses auto --dist loadfile $(ARGS)

serve: $(INSTALLED) ## Start the server on http://127.0.0.1:8000/api (options in ARGS="--port 9000")
	@$(BIN)/threads-server serve $(ARGS)

generate: $(INSTALLED) ## Rewrite generated/backboard_threads from openapi.yaml
	$(BIN)/python -m generator

fuzz: $(INSTALLED) ## Run schemathesis, every phase and check, against a server of its own
	$(BIN)/python -m tests.fuzz $(ARGS)

check: $(INSTALLED) $(NODE) ## Format, lint, types, document lint, that the client is what the document generates, and the changelog
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	node_modules/.bin/pyright --pythonpath $(BIN)/python
	$(BIN)/python -m generator --check
	$(BIN)/openapi-spec-validator openapi.yaml
	REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true node_modules/.bin/redocly lint openapi.yaml
	node_modules/.bin/spectral lint --fail-severity=hint openapi.yaml
	$(BIN)/python -m tools.release --standing

bench: $(INSTALLED) ## Measure client and server as ratios (ARGS="client" or ARGS="server --only reading" picks; ARGS=--write keeps the table)
	@$(BIN)/python -m benchmarks $(ARGS)

bench-tools: ## Install what make bench needs beside .venv (Debian, as root)
	apt-get install --yes wrk gcc util-linux

mutation: $(INSTALLED) $(NODE) ## Apply mutations in copies of the project and show which test catches each (ARGS="--count 20")
	$(BIN)/python -m tools.mutation $(ARGS)

soak: $(INSTALLED) ## Play the model, fuzz and kill servers for hours, from random seeds (ARGS="--minutes 10")
	$(BIN)/python -m tests.soak $(ARGS)

world: $(INSTALLED) $(NODE) ## Run client, server and document against other people's programs (names the packages it needs)
	@packages=$$($(MISSING_PACKAGES)); test -z "$$packages" || { echo "Install these system packages first:" $$packages; exit 1; }
	$(BIN)/python -m pytest tests/world $(ARGS)

conformance: $(INSTALLED) ## Put the document's questions to any server: BASE_URL=… API_KEY=… (and ARGS="--read-only")
	@$(BIN)/python -m tools.conformance $(ARGS)

release-check: $(INSTALLED) $(NODE) ## Say what changed since the last release, and whether this may be the next one
	@$(BIN)/python -m tools.release $(ARGS)

languages: $(INSTALLED) ## Build and run clients in TypeScript, Java, Go and Rust (needs their tools; ARGS="go rust" picks)
	@$(BIN)/python -m tools.languages $(ARGS)

publish: $(INSTALLED) $(NODE) ## Leave the document, its reference page and the Python package in dist/
	@$(BIN)/python -m tools.publish $(ARGS)

lock: $(INSTALLED) ## Resolve requirements.txt and package-lock.json anew from pyproject.toml and package.json
	UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile pyproject.toml --extra server --extra postgres --group dev \
	  --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --quiet --output-file requirements.txt
	for lock in tests/world/*/requirements.in tests/world/*/tools/*/requirements.in .github/audit/requirements.in; do lock="$${lock%.in}"; UV_CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/uv pip compile $$lock.in \
	  --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --quiet --output-file $$lock.txt; done
	npm install --package-lock-only

clean: ## Remove what setup and the checks made
	rm -rf .venv node_modules .mypy_cache .pytest_cache .ruff_cache .hypothesis .schemathesis build dist report

.venv/.locked: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=/path/to/it")'
	@echo "Making a virtual environment in .venv ..."
	@$(PYTHON) -m venv .venv
	@echo "Installing $$(grep -c == requirements.txt) packages from requirements.txt (half a minute to some minutes) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.txt
	@touch $@

$(INSTALLED): .venv/.locked pyproject.toml
	@echo "Installing this project and compiling it ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q generated generator server tools
	@touch $@

$(NODE): package.json package-lock.json
	@node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' || { echo "Node 20 or newer is needed for this"; exit 1; }
	@echo "Installing the Node packages of package-lock.json ..."
	@npm ci --no-progress --loglevel=error
	@touch $@
