# make run and make test set everything up by themselves; the rest assumes neither.
PYTHON ?= python3
VENV   := .venv
BIN    := $(abspath $(VENV))/bin
STAMP  := $(VENV)/.installed
WAREHOUSE := $(or $(CRM_HOME),$(CURDIR)/warehouse)
export PATH := $(BIN):$(PATH)
export DAGSTER_DISABLE_TELEMETRY := yes
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export GX_ANALYTICS_ENABLED := False

.DEFAULT_GOAL := help
.PHONY: help setup run demo test lint dev dashboard docs benchmark benchmark-models lock clean

help: ## Show the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1|/' | column -t -s '|'

setup: $(STAMP) ## Create .venv and install the pinned packages

$(STAMP): requirements.lock requirements.bootstrap.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if (3, 11) <= v < (3, 14) else f"Python 3.11, 3.12 or 3.13 is needed, this is {v.major}.{v.minor}: make PYTHON=/path/to/python3.11 run")'
	@echo "Installing the pinned packages into $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.bootstrap.lock
	@$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --require-hashes -r requirements.lock
	@$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $(STAMP)

run: $(STAMP) ## Set up, generate the demo company if there are no feeds, run the whole graph, release
	@$(BIN)/acrm demo --if-empty
	@$(BIN)/acrm run

demo: $(STAMP) ## Generate the demo company (SCALE=S, M or L)
	@$(BIN)/acrm demo --scale $(or $(SCALE),S)

test: $(STAMP) ## Set up and run all tests
	@$(BIN)/python -m pytest $(ARGS)

lint: $(STAMP) ## Check style of Python and SQL
	@$(BIN)/python -m pytest tests/test_style.py tests/dbt/test_lint.py tests/dbt/test_layers.py

dev: $(STAMP) ## Dagster's pages on loopback
	@$(BIN)/acrm dev

dashboard: $(STAMP) ## Pages for analysts and managers over the release, on loopback
	@$(BIN)/acrm dashboard

docs: $(STAMP) ## Tables, columns, SQL and lineage of the warehouse by dbt docs, on loopback (PORT=8090)
	@test -f $(WAREHOUSE)/work.duckdb || { echo "$(WAREHOUSE): no warehouse yet; make run builds one"; exit 1; }
	@cd dbt_project && CRM_WORK_DB=$(WAREHOUSE)/work.duckdb $(BIN)/dbt --quiet docs generate --profiles-dir . \
	  --target-path $(WAREHOUSE)/dbt_docs --log-path $(WAREHOUSE)/dbt_docs/logs --vars '{as_of: "$(shell date +%F)"}'
	@echo "Tables and lineage: http://127.0.0.1:$(or $(PORT),8090) (stop with Ctrl-C)"
	@$(BIN)/python -m http.server $(or $(PORT),8090) --bind 127.0.0.1 --directory $(WAREHOUSE)/dbt_docs

benchmark: $(STAMP) ## Measure S and M (SCALES="S M L" for all) against raw SQL; writes docs/benchmark.md
	@$(BIN)/python -m benchmarks.run $(SCALES)

benchmark-models: $(STAMP) ## Published figures of the models beside ours (DATA=folder of the reference data)
	@$(BIN)/python -m benchmarks.models --data $(DATA)
	@$(BIN)/python -m benchmarks.models_more --data $(DATA)
	@$(BIN)/python -m benchmarks.models_checks --data $(DATA)

lock: $(STAMP) ## Resolve the pins again (releases at least a week old)
	@printf 'dbt-core-experimental-parser\n' > $(VENV)/excludes.txt
	@$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links --exclude-newer "$$(date -d '7 days ago' +%F)" --excludes $(VENV)/excludes.txt -q -o requirements.lock

clean: ## Remove what setup made (the warehouse stays)
	@rm -rf $(VENV) build *.egg-info .pytest_cache .ruff_cache
