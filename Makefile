# Everything a person or a build server does here. Only python3 (3.11 or newer) and make are needed beforehand.
PYTHON ?= python3
VENV := .venv/bin
REGISTRY ?= demo
JOBS ?= auto
TRANSLATIONS := enterprise_pipeline/translations

export OMP_NUM_THREADS ?= 1
# An empty value lets Python keep its byte code; without it every start would compile every package again.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help run setup assets translations test lint format types imports dependencies check-translations check \
	bench demo golden lock docs-images clean

help: ## Show these targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z][a-z-]*:.*## / {printf "  make %-20s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## Start the registry on 127.0.0.1:8000 (REGISTRY=demo|real, PIPELINE_PORT=8000)
	@$(PYTHON) tools/bootstrap.py run --registry $(REGISTRY)

setup: ## Install everything that running, building and checking need
	@$(PYTHON) tools/bootstrap.py setup

assets: ## Build the front-end files (static/vendor) if they are not current
	@$(PYTHON) tools/bootstrap.py assets

demo: ## Throw the demo registry away and build it anew
	@$(PYTHON) tools/bootstrap.py demo

test: setup ## Run every test on SQLite, PostgreSQL and in Chromium (ARGS="-k name")
	@$(VENV)/python -m pytest -n $(JOBS) --dist loadgroup $(ARGS)

lint: setup ## Check style and formatting
	@$(VENV)/ruff check .
	@$(VENV)/ruff format --check .

format: setup ## Put the code into the agreed format and sort imports
	@$(VENV)/ruff check --fix --exit-zero --quiet .
	@$(VENV)/ruff format .

types: setup ## Check types (mypy --strict)
	@$(VENV)/mypy

imports: setup ## Check that imports only point down
	@$(VENV)/lint-imports --no-logo

dependencies: setup ## Check that every imported package is declared and every declared one used
	@$(VENV)/deptry . --no-ansi

check-translations: setup ## Check that every text is extracted and translated
	@$(VENV)/python -m tools.check_translations

check: lint types imports dependencies check-translations test ## Every gate: style, types, imports, texts, tests

golden: setup ## Compare the rules with worked cases: make golden CASES=file
	@test -n "$(CASES)" || { echo "Say which cases: make golden CASES=tests/cases/file.json" >&2; exit 2; }
	@$(VENV)/python -m flask --app app rules check "$(CASES)"

bench: setup ## Measure against the peers; writes docs/benchmarks.md
	@$(PYTHON) tools/bootstrap.py bench
	@.venv-bench/bin/python -m benchmarks $(ARGS)

translations: setup ## Extract texts into the English catalogue and compile it
	@$(VENV)/python -m tools.check_translations --update

lock: setup ## Resolve requirements*.in and package.json into the hashed locks
	@$(VENV)/python -m tools.lock

docs-images: setup ## Take the screenshots of the documentation anew
	@$(VENV)/python -m tools.docs_images

clean: ## Remove environments, built files and caches; keep the databases in instance/
	@rm -rf .venv .venv-bench node_modules enterprise_pipeline/static/vendor
	@rm -rf .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage* htmlcov test-results
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
