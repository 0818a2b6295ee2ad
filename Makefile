# All that a newcomer types: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
RUN_READY := $(VENV)/.run-ready
TEST_READY := $(VENV)/.test-ready
SPARK_READY := $(VENV)/.spark-ready
BENCH_READY := $(VENV)/.bench-ready
# Two workers, each with a linear algebra library that takes every core for matrices of a few rows, spend twice the processor's time.
PYTEST := OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest
ASSETS := safeground/design/static/manifest.json
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input

.PHONY: demo test test-spark spark check bench calibrate wheel lock clean fix

## A needs assessment of a made-up county, from nothing: installs, makes the county, lands, builds, says where it is.
demo: $(RUN_READY) $(ASSETS)
	@$(BIN)/python -m safeground demo demo-workspace

## Every test. Those that need Chromium, Spark or the real data say so when they are skipped.
test: $(TEST_READY) $(ASSETS)
	@$(PYTEST) --numprocesses auto --dist loadfile $(PYTEST_ARGS)

## The same measures on a small Spark cluster as on DuckDB. Needs Java; installs PySpark (half a gigabyte), which `make test` does without.
test-spark: $(SPARK_READY) $(ASSETS)
	@$(PYTEST) -m spark $(PYTEST_ARGS)

## PySpark, with which `make test` runs the tests on Spark beside the others.
spark: $(SPARK_READY)

## What must hold before a change is kept: form, types, import direction, definitions.
check: $(TEST_READY) $(ASSETS)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m safeground definitions check

## Side by side with the machine's own limits and with peers, which it installs. Takes half an hour and 15 gigabytes of scratch space.
bench: $(BENCH_READY) $(ASSETS)
	@$(BIN)/python -m benchmarks

## Whether the designs of evaluation keep their promises, over made-up trials with known truth. Takes half an hour; TRIALS=100 for a look.
calibrate: $(TEST_READY)
	@$(BIN)/python benchmarks/calibrate.py $(TRIALS)

## A wheel with the design's static files inside, for machines without make.
wheel: $(TEST_READY) $(ASSETS)
	@$(BIN)/python -m build --wheel --no-isolation --outdir dist

## Put form right.
fix: $(TEST_READY)
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

## Lock dependencies with hashes and without addresses (needs uv).
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate \
	  pyproject.toml requirements/build.in -o requirements/run.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate \
	  pyproject.toml requirements/build.in requirements/test.in -c requirements/run.txt -o requirements/test.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate \
	  requirements/assets.in -o requirements/assets.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate \
	  --extra spark pyproject.toml -c requirements/test.txt -o requirements/spark.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate \
	  pyproject.toml requirements/build.in requirements/test.in requirements/bench.in -c requirements/test.txt -o requirements/bench.txt

clean:
	rm -rf $(VENV) dist build node_modules safeground/design/static

$(VENV)/.made:
	@echo "Making the virtual environment in $(VENV)"
	@$(PYTHON) -c 'import sys; sys.exit("Safeground needs Python 3.11 or later; this is %d.%d. Name another with: make PYTHON=python3.12" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(RUN_READY): $(VENV)/.made requirements/run.txt pyproject.toml
	@echo "Installing what Safeground needs (about a minute)"
	@$(PIP_INSTALL) --require-hashes -r requirements/run.txt
	@$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(TEST_READY): $(RUN_READY) requirements/test.txt
	@echo "Installing what tests need"
	@$(PIP_INSTALL) --require-hashes -r requirements/test.txt
	@touch $@

$(BENCH_READY): $(TEST_READY) requirements/bench.txt
	@echo "Installing the peers that benchmarks compare with"
	@$(PIP_INSTALL) --require-hashes -r requirements/bench.txt
	@touch $@

$(SPARK_READY): $(TEST_READY) requirements/spark.txt
	@echo "Installing PySpark"
	@$(PIP_INSTALL) --require-hashes -r requirements/spark.txt
	@touch $@

$(ASSETS): $(RUN_READY) package-lock.json scripts/make_assets.py
	@$(BIN)/python scripts/make_assets.py
	@touch $@
