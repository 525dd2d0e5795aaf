# Needs make and Python 3.11 or newer; all else is put into .venv and node_modules.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

BIN  := $(CURDIR)/.venv/bin
# Node comes from .venv; nothing that these tools run may phone home.
export PATH := $(BIN):$(PATH)
export REDOCLY_TELEMETRY := off
export REDOCLY_SUPPRESS_UPDATE_NOTICE := true
export SUPPRESS_NO_CONFIG_WARNING := true
export NO_UPDATE_NOTIFIER := true

# A moved or copied checkout has an environment that points at its old place.
ifneq ($(shell cat .venv/.installed 2>/dev/null),$(CURDIR))
$(shell rm -f .venv/.installed)
endif

# tests/conftest.py puts what takes long first.
PYTEST := pytest --numprocesses=2 --dist=loadfile --no-loadscope-reorder

VENV      := .venv/.installed
PEERS     := .venv/bench/.installed .venv/exchange/.installed
GENERATOR := templates/node_modules/.installed
FRONTEND  := frontend/node_modules/.installed
TERMINAL  := frontend/dist/.built

TERMINAL_SOURCES := $(shell find frontend generated/typescript generated/contracts -type f \
	-not -path '*/node_modules/*' -not -path 'frontend/dist/*' -not -name '*.spec.ts' 2>/dev/null)
OUTPUT_SYNC := $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)

.PHONY: help
help: ## print this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(firstword $(MAKEFILE_LIST)) | sed -E 's/:.*## /\t/' \
		| while IFS='	' read -r name text; do printf '  make %-14s %s\n' "$$name" "$$text"; done

.PHONY: run
run: $(VENV) $(TERMINAL) ## set up what is missing and serve the terminal on http://localhost:8000
	@exec $(BIN)/trading-pro serve

.PHONY: dev
dev: $(VENV) $(GENERATOR) $(FRONTEND) ## serve with everything reloading: contracts, backend, terminal (http://localhost:5173)
	@exec $(BIN)/honcho -d . -f .ci/Procfile.dev start

.PHONY: mock
mock: $(VENV) $(TERMINAL) ## serve both contracts from their examples, without any handler (MOCK="--help" lists options)
	@exec $(BIN)/python -m templates.mock $(MOCK)

.PHONY: setup
setup: $(VENV) ## install all tools without starting anything
	@$(MAKE) --no-print-directory -j2 $(OUTPUT_SYNC) $(GENERATOR) $(FRONTEND)

.PHONY: generate
generate: $(VENV) $(GENERATOR) ## write generated/ anew from contracts/
	@$(BIN)/python -m templates.generate

.PHONY: test
test: setup ## run everything below but the slow ends of fuzz and bench
	@$(MAKE) --no-print-directory -j2 $(OUTPUT_SYNC) e2e check test-frontend
	@$(BIN)/$(PYTEST) --quiet

.PHONY: check
check: check-style check-types check-imports check-contracts check-drift check-frontend check-notices ## format, lint, types, import rules, contracts, drift

.PHONY: check-style
check-style: $(VENV)
	@$(BIN)/ruff format --check --quiet . || { echo "Not formatted: run make format." >&2; exit 1; }
	@$(BIN)/ruff check --quiet .

.PHONY: check-types
check-types: $(VENV)
	@$(BIN)/mypy

.PHONY: check-imports
check-imports: $(VENV)
	@$(BIN)/lint-imports --no-cache

.PHONY: check-contracts
check-contracts: $(VENV) $(GENERATOR)
	@templates/node_modules/.bin/redocly lint contracts/openapi.yaml contracts/asyncapi.yaml
	@$(BIN)/openapi-spec-validator contracts/openapi.yaml
	@CI=true templates/node_modules/.bin/asyncapi validate generated/contracts/asyncapi.json --fail-severity=error

.PHONY: check-drift
check-drift: $(VENV) $(GENERATOR)
	@$(BIN)/python -m templates.generate --check

.PHONY: check-frontend
check-frontend: $(FRONTEND)
	@cd frontend && $(BIN)/npm run --silent format:check
	@cd frontend && $(BIN)/npm run --silent lint
	@cd frontend && $(BIN)/npm run --silent types

.PHONY: check-notices
check-notices: $(VENV) $(TERMINAL)
	@$(BIN)/python .ci/third_party.py --check

.PHONY: format
format: $(VENV) $(FRONTEND) ## format and mend what can be mended without thought
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format --quiet .
	@cd frontend && $(BIN)/npm run --silent format

.PHONY: test-backend
test-backend: $(VENV) $(GENERATOR) ## test the generator and the backend
	@$(BIN)/$(PYTEST) -m "not fuzz"

.PHONY: test-frontend
test-frontend: $(FRONTEND) ## test the terminal's parts
	@cd frontend && $(BIN)/npm run --silent test

.PHONY: e2e
e2e: $(VENV) $(TERMINAL) ## test the whole product in a browser (E2E_BROWSER=path names one)
	@browser=$$(sh .ci/browser) || exit 1; cd frontend && E2E_BROWSER="$$browser" \
		E2E_PORT=$${E2E_PORT:-$$($(BIN)/python ../.ci/free_port.py)} $(BIN)/npm run --silent e2e

.PHONY: fuzz
fuzz: $(VENV) ## look for failures with generated requests and stream messages, at full length
	@$(BIN)/$(PYTEST) -m fuzz --hypothesis-profile=full

.PHONY: coverage
coverage: $(VENV) ## count the branches of the trading core that tests take
	@mkdir -p build/coverage
	@$(BIN)/coverage run -m pytest --quiet tests/trading tests/storage tests/rest tests/ports
	@$(BIN)/coverage report
	@$(BIN)/coverage json --quiet && $(BIN)/python .ci/branch_coverage.py build/coverage/report.json

.PHONY: bench
bench: $(VENV) $(PEERS) ## measure what a delivery and an order cost, against the limit of the machine and peers (ten minutes)
	@$(BIN)/python -m tests.benchmarks $(BENCH)

.PHONY: lock
lock: $(VENV) ## write the hashed locks anew from requirements/*.in
	@for name in bench dev exchange runtime sample-data; do \
		case $$name in runtime) more="-c requirements/dev.txt";; sample-data) more=--no-deps;; *) more=;; esac; \
		$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
			--no-annotate requirements/$$name.in $$more -o requirements/$$name.txt || exit 1; \
	done

.PHONY: notices
notices: $(VENV) $(TERMINAL) ## write THIRD_PARTY_NOTICES.md anew
	@$(BIN)/python .ci/third_party.py

.PHONY: clean
clean: ## remove all that make made, but not data/
	rm -rf .venv build templates/node_modules frontend/node_modules frontend/dist frontend/coverage \
		.mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find generated handlers templates tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV): requirements/dev.txt requirements/sample-data.txt pyproject.toml .ci/python-environment
	@sh .ci/python-environment "$(PYTHON)"
	@echo "$(CURDIR)" > $@

.venv/%/.installed: requirements/%.txt | $(VENV)
	@echo "Installing what make bench compares with ($*) …"
	@$(BIN)/python -m venv --clear .venv/$*
	@.venv/$*/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes -r $< \
		&& touch $@ || echo "It could not be installed: make bench goes on without it." >&2

%/node_modules/.installed: %/package-lock.json | $(VENV)
	@echo "Installing the Node packages of $*/ …"
	@cd $* && { $(BIN)/npm ci --no-audit --no-fund --loglevel=error \
		|| { echo "The Node packages of $*/ could not be installed: is the npm registry reachable?" >&2; exit 1; }; }
	@touch $@

$(TERMINAL): $(FRONTEND) $(TERMINAL_SOURCES)
	@echo "Building the terminal …"
	@cd frontend && $(BIN)/npm run --silent build
	@touch $@
