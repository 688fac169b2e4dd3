# The commands of Kept. `make run` needs only Python 3.11+ and a network the first time.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000

.PHONY: run test promises lint bench drill clean

$(VENV)/.installed: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Kept needs Python 3.11 or newer."; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "The venv module is missing. On Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

run: $(VENV)/.installed  ## the demo in one process on 127.0.0.1: web, worker, beat, invented people (PORT=8000)
	@KEPT_DEMO=1 KEPT_BASE_URL=http://localhost:$(PORT) $(BIN)/python manage.py serve --port $(PORT)

# The linters' packages come on top, so that `make run` and `make test` need not wait for them.
$(VENV)/.installed-dev: requirements-dev.txt $(VENV)/.installed
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

lint: $(VENV)/.installed-dev  ## style, types, floors, migrations, deploy check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	@! git grep -nE 'type: ignore\[[a-z, -]+\]$$' -- '*.py' || { echo "Each of these needs its reason behind it."; exit 1; }
	PYTHONPATH=. $(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python -m privacy.testing.deploy_check

promises: $(VENV)/.installed  ## docs/promises.md, from what the last full run of the suite proved
	@$(BIN)/python manage.py promises --markdown > docs/promises.md.new && mv docs/promises.md.new docs/promises.md

test: $(VENV)/.installed  ## the whole suite: on SQLite, and on PostgreSQL and Redis where they answer
	$(BIN)/python -m privacy.testing.suite

drill: $(VENV)/.installed  ## kill workers at random while requests run; a naive variant must fail (KILLS=1000)
	$(BIN)/python -m benchmarks.drill

bench: $(VENV)/.installed  ## ratios against raw SQL and bare Django in one run; QUICK=1 half an hour, SAVE=1 writes results.md
	@QUICK=$(QUICK) SAVE=$(SAVE) $(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) var
