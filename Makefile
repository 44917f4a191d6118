# Every target works in a fresh checkout: `install` makes .venv/ and is quick when it is current.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.current
NODE := tests/node
NODE_STAMP := $(NODE)/node_modules/.current
# Node trusts the certificates that this machine trusts, as everything else on it does.
TRUST := NODE_EXTRA_CA_CERTS=$${NODE_EXTRA_CA_CERTS:-$(wildcard /etc/ssl/certs/ca-certificates.crt)}

.PHONY: install demo test check node bench crash fuzz lock clean

install: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Exeat needs Python 3.11 or newer; this is " + sys.version.split()[0])'
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv \
		|| { rm -rf .venv; echo "Python's venv is missing; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@echo "Installing what Exeat needs into .venv (about a minute, once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: install
	@$(BIN)/exeat demo

check: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# What tests borrow from Microsoft, where there is npm; without it those tests are skipped, and CI makes that a failure.
ifneq ($(shell command -v npm 2>/dev/null),)
node: $(NODE_STAMP)
endif

node:

$(NODE_STAMP): $(NODE)/package-lock.json
	@echo "Installing what the tests borrow from Microsoft into $(NODE) ..."
	@$(TRUST) npm ci --prefix $(NODE) --loglevel=error --no-audit --no-fund --ignore-scripts && touch $@ \
		|| { echo "Microsoft's packages could not be fetched, so the tests that use them do not run." >&2; [ -z "$$CI" ]; }

# More workers than most machines have cores: many tests wait for a chat that is to be tried again.
test: check node
	$(BIN)/pytest -n 4 --dist worksteal

crash: install
	EXEAT_KILLS=500 $(BIN)/pytest tests/storage/test_crash.py

fuzz: install
	EXEAT_FUZZ=100000 $(BIN)/pytest -n 2 tests/scenarios/test_fuzz.py

bench: install
	$(BIN)/python -m tests.bench

lock: install
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --extra dev \
		--no-header --no-annotate --upgrade --output-file requirements.lock pyproject.toml

clean:
	rm -rf .venv build *.egg-info $(NODE)/node_modules
