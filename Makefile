# Everything a newcomer or CI runs. Each target sets up what it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DATA ?= ../shared/data
ARGS ?=

.PHONY: demo phone-demo test bench validate golden check docs soak hardware sbom licences audit clean

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@$(BIN)/python -m tools.micropython_wasm.install >/dev/null || true
	@touch $(STAMP)

setup: $(STAMP)

demo: $(STAMP)
	$(BIN)/plantigrade demo $(ARGS)

# Insoles, a phone, nothing else: the page for phones in Chromium. ARGS="--kills 20" kills the browser as often.
phone-demo: $(STAMP)
	$(BIN)/python -m tools.phone_demo $(ARGS)

test: $(STAMP)
	$(BIN)/python -m tools.run_tests $(ARGS)

# The long runs that `make test` samples: an hour of power cuts, five days of wear, five minutes of trouble on the radio.
soak: $(STAMP)
	$(BIN)/python -m tools.run_tests --only-soak $(ARGS)

# Deliberate faults that the tests must notice: make mutants SEED=7 SIZE=450
SEED ?= 1
SIZE ?= 450
JOBS ?= 2
mutants: $(STAMP)
	$(BIN)/python -m tools.mutants --seed $(SEED) --size $(SIZE) --jobs $(JOBS) $(ARGS)

bench: $(STAMP)
	$(BIN)/python -m tools.bench $(ARGS)

validate: $(STAMP)
	$(BIN)/python -m tools.validate --data $(DATA) $(ARGS)

golden: $(STAMP)
	$(BIN)/python -m tools.golden $(ARGS)

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/pyright

docs: $(STAMP)
	$(BIN)/python -m tools.make_docs

# Drawing tools come from hardware/install, which needs root on Debian; elsewhere install KiCad 9 and ngspice first.
hardware: $(STAMP)
	@hardware/install
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[hardware]'
	$(BIN)/python -m hardware.make build/hardware

# What is in it of others: build/sbom.cdx.json (CycloneDX), a list of licences, known vulnerabilities as far as somebody answers.
sbom: $(STAMP)
	$(BIN)/python -m tools.sbom $(ARGS)

licences: $(STAMP)
	$(BIN)/python -m tools.sbom --licences

audit: $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[audit]'
	$(BIN)/python -m tools.sbom.audit

clean:
	rm -rf build $(VENV)
