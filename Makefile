# The commands people type. `make help` lists them.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help run test test-services soak validate lint types bench bench-services services services-stop screenshot kill-test lock

# The clients that tests ask Keepa's server with have an environment of their own.
export KEEPA_PACKAGE_ENV ?= var/keepa-package
EMBEDDED := DATABASE_URL= REDIS_URL= KAFKA_BOOTSTRAP_SERVERS= ELASTICSEARCH_URL=

help: ## what can be typed
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

run: $(VENV)/.run ## install, migrate and start everything; without a Keepa key with invented products
	@$(BIN)/python -m arbitrage_site.run

test: $(VENV)/.test lint types ## lint, types and the whole suite on the embedded backends
	@echo "Tests ..."
	@$(EMBEDDED) $(BIN)/pytest -n auto --dist loadgroup

test-services: $(VENV)/.test ## the suite on real servers, which it starts and stops, and one seed of faults; needs Java 21
	@services/services install
	@services/services with tests/services/run

soak: $(VENV)/.test ## kill, pause and starve every process and server, over ten seeds, and prove after each that nothing is lost
	@services/services install
	@services/services with $(BIN)/python -m tests.faults --seeds 10

# Everything it needs comes with the tests but bubblewrap, in which the image's command runs without root.
validate: $(VENV)/.test ## compose, image, shell, YAML and the API's description, each by the tool made for it
	@command -v bwrap >/dev/null || [ "$$(id -u)" != 0 ] \
	  || { apt-get update -q && apt-get install -y -q bubblewrap; } >var/bubblewrap.log 2>&1 || true
	@$(BIN)/pytest validate

lint: $(VENV)/.test ## ruff and djlint
	@echo "Lint ..."
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/djlint --check --lint templates

types: $(VENV)/.test ## strict mypy
	@echo "Types ..."
	@$(BIN)/mypy .

services: ## install and start Kafka, Elasticsearch, PostgreSQL and Redis here; prints the variables that name them
	@services/services install
	@services/services start
	@services/services env

services-stop: ## stop them; their data stays
	@services/services stop

bench: $(VENV)/.test ## the promises in the README that need no server, measured
	@$(BIN)/python -m benchmarks

bench-services: $(VENV)/.test ## those on real servers, which it starts and stops; needs Java 21
	@services/services install
	@services/services with $(BIN)/python -m benchmarks.services

screenshot: $(VENV)/.test ## the README's picture, of the demo that runs at 127.0.0.1:8000; needs Chromium
	@$(BIN)/python docs/screenshot.py

kill-test: $(VENV)/.test ## kill every process of the demo at random for two minutes, then prove that nothing is lost
	@$(BIN)/python -m tests.kill_everything

lock: $(VENV)/.test ## compile requirements.in and requirements-dev.in into locks with hashes
	@$(BIN)/uv pip compile --quiet --no-header --generate-hashes requirements.in -o requirements.txt
	@$(BIN)/uv pip compile --quiet --no-header --generate-hashes requirements-dev.in -o requirements-dev.txt

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; set PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Creating $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)

# uv installs in seconds; where it cannot be had or reaches nothing, pip does the same in a minute.
define install
	@$(BIN)/uv pip install --python $(BIN)/python --compile-bytecode --require-hashes -r $(1) \
	  || { echo "Without uv: pip takes about a minute."; \
	       $(BIN)/pip install --disable-pip-version-check --require-hashes --no-deps -r $(1); }
endef

$(VENV)/.run: requirements.txt | $(BIN)/python
	@echo "Installing what the project needs (about 55 MB, once) ..."
	@$(BIN)/pip install --quiet --disable-pip-version-check uv || true
	$(call install,requirements.txt)
	@touch $@

$(VENV)/.test: requirements-dev.txt $(VENV)/.run
	@echo "Installing what the tests need ..."
	$(call install,requirements-dev.txt)
	@touch $@
