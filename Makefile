# One command for each thing people do here. Needs Python 3.11 or newer, git and make.
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8000
HOST ?= 127.0.0.1
export HOST PORT

.PHONY: demo run serve sandbox secrets settings-page check test test-embedded test-grown test-shape bench chaos clean

.venv/made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "runlens: Python 3.11 or newer is needed; name it with make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "runlens: Python's venv module is missing; on Debian: apt install python3-venv"; exit 1; }
	@touch $@

.venv/runtime: .venv/made requirements.txt
	@echo "Installing what the product needs …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/tests: .venv/runtime tests/requirements.txt
	@echo "Installing what the tests need …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	@touch $@

## The product beside a stand-in of the API, with two people to sign in as.
demo: .venv/runtime
	@exec $(BIN)/python -m dashboard.demo

## Development: reloads when a file changes. Secrets and database under var/dev/.
run: .venv/runtime
	@$(BIN)/python -m dashboard.local_secrets var/dev >/dev/null
	@set -a; SECRET_KEY_FILE=var/dev/secret_key; VAULT_KEYS_FILE=var/dev/vault_keys; \
	DEBUG=1; SITE_URL=http://localhost:$(PORT); ALLOWED_HOSTS=localhost,127.0.0.1; \
	DATABASE_URL="$${DATABASE_URL:-sqlite:///$(CURDIR)/var/dev/runlens.sqlite3}"; set +a; \
	$(BIN)/python manage.py migrate --verbosity 0 && \
	$(BIN)/python manage.py setuplink --at-start && \
	exec $(BIN)/python manage.py runserver $(PORT)

## The production server; settings come from the environment (docs/settings.md).
serve: .venv/runtime
	@exec $(BIN)/python -m dashboard.start

## The stand-in of the API alone, for an instance of your own to ask; it says with which settings.
SANDBOX_PORT ?= 3030
sandbox: .venv/runtime
	@$(BIN)/python -m dashboard.local_secrets var/dev >/dev/null
	@SECRET_KEY_FILE=var/dev/secret_key VAULT_KEYS_FILE=var/dev/vault_keys \
	exec $(BIN)/python manage.py sandbox --port $(SANDBOX_PORT)

## SECRET_KEY and VAULT_KEYS as files that only you can read: make secrets DIR=/somewhere/safe
DIR ?= var/secrets
secrets: .venv/runtime
	@$(BIN)/python -m dashboard.local_secrets $(DIR)

## docs/settings.md, from the code.
settings-page: .venv/runtime
	@$(BIN)/python -m dashboard.settings_page > docs/settings.md

## Everything but the tests: format, lint, types, arrows, deployment, migrations.
check: .venv/tests
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/djade --check --target-version 5.2 $$(git ls-files 'templates/*.html')
	@$(BIN)/python -m dashboard.local_secrets var/check >/dev/null
	@set -a; SECRET_KEY_FILE=var/check/secret_key; VAULT_KEYS_FILE=var/check/vault_keys; \
	SITE_URL=https://runlens.example; TRUST_PROXY_PROTO=1; DATABASE_URL=sqlite:///var/check/db.sqlite3; set +a; \
	$(BIN)/mypy . && \
	$(BIN)/lint-imports --no-logo && \
	$(BIN)/python manage.py check --deploy --fail-level WARNING && \
	$(BIN)/python manage.py makemigrations --check --dry-run

## The whole suite, after the checks. With TEST_DATABASE_URL and TEST_CACHE_URL it runs on them as well,
## side by side with the embedded run; what each run prints comes when it ends.
test: check
	@$(BIN)/python -m tests.browser.get_browser
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target test-embedded $(if $(TEST_DATABASE_URL),test-grown)

# What knows neither database nor cache, or has its own in any case, is tested once.
NEED_NO_STORE := domain large trigger sandbox bench searcher templatetags deploy chaos browser/test_demo.py

test-embedded:
	@echo "On SQLite and local memory"
	@env -u TEST_DATABASE_URL -u TEST_CACHE_URL HYPOTHESIS_PROFILE=thorough \
	  $(BIN)/python -m pytest -o cache_dir=.pytest_cache/embedded

test-grown:
	@echo "On $(firstword $(subst :, ,$(TEST_DATABASE_URL))) and $(firstword $(subst :, ,$(TEST_CACHE_URL)))"
	@$(BIN)/python -m pytest -o cache_dir=.pytest_cache/grown $(addprefix --ignore=tests/,$(NEED_NO_STORE))

## Ratios beside floors and peers, into docs/benchmarks.md. BENCH=full measures the rest; GATE=1 fails on a goal that is missed.
BENCH ?= quick
bench: .venv/tests
	@$(BIN)/python -m tests.browser.get_browser || true
	@$(BIN)/python -m tests.bench $(if $(filter full,$(BENCH)),--full) $(if $(GATE),--gate)

## The browser suite through a proxy before two web servers and a watcher, on TEST_DATABASE_URL and TEST_CACHE_URL.
test-shape: .venv/tests
	@$(BIN)/python -m tests.browser.get_browser
	@BROWSER_SHAPE=grown $(BIN)/python -X dev -m pytest tests/browser tests/grown

## Breaks one thing after the other while people use the product; what held comes into docs/reliability.md.
SECONDS ?= 600
SEED ?= 1
chaos: .venv/tests
	@$(BIN)/python -m tests.chaos --seconds $(SECONDS) --seed $(SEED)

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
