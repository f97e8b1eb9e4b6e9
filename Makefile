# Everything runs in .venv (test-sdv in .venv-sdv), made on first use; only make and Python >= 3.11 are needed beforehand.

PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
SDV := .venv-sdv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
FIGURES := docs/figures/statistics.txt
# One process a core; the tests of a file stay together, for they share what they have made.
CORES := -n auto --dist loadfile
# Packages of others, each in an environment of its own with the versions that were measured, on one version of Python.
PEER_PYTHON ?= python3.11
PEERS := .venv-peers
PEER_ENVIRONMENTS := $(patsubst tests/power/environments/%.txt,$(PEERS)/%/.done,$(wildcard tests/power/environments/*.txt))
# Of make bench-agreement and bench-pairs: the commit to compare with, and where it is checked out meanwhile.
OLD ?= bf46c80
EARLIER := .bench-agreement
# Of make mutants: beginnings of the modules' paths, mutants in all, seed of their draw.
PRIVACY = synthaudit/report/escaping+synthaudit/report/exports+synthaudit/report/sections/records+synthaudit/files/text
MODULES ?= synthaudit/statistics synthaudit/verdict synthaudit/adapters/alignment $(PRIVACY) synthaudit/report/summary
SAMPLE ?= 320
SEED ?= 1

.PHONY: demo test test-sdv test-postgres test-mlflow test-hooks test-statistics test-browser test-web types-windows docs notebook dist bundle test-bundle golden golden-record mutants bench bench-batch kill-batch bench-agreement bench-cluster bench-pairs bench-power bench-power-pairs study-verdict study-streamed study-forecast catalogue schemas clean

demo: .venv/.core  ## audit and compare the releases of three vendors, whose truth is known
	$(BIN)/synthaudit demo -o out/demo

test: .venv/.dev  ## what continuous integration runs
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -P -m pytest $(CORES)

test-sdv: .venv-sdv/.dev  ## all tests with pandas 2.3, and those of SDV's generators; brings torch
	$(SDV)/python -P -m pytest $(CORES)
	$(SDV)/python -P -m pytest -m sdv

test-postgres: .venv/.dev  ## tables of a PostgreSQL that the tests start themselves
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || \
	  { echo "make test-postgres needs PostgreSQL (Debian: apt install postgresql)" >&2; exit 1; }
	$(BIN)/python -P -m pytest -m postgres

test-mlflow: .venv/.dev .venv-mlflow/.done  ## the recipe for MLflow, in MLflow itself
	$(BIN)/python -P -m pytest -m mlflow

test-hooks: .venv/.dev .venv-hooks/.done  ## the hook for pre-commit, in pre-commit itself
	$(BIN)/python -P -m pytest -m hooks

test-statistics: .venv/.dev  ## seed studies, two test files at a time; the figures go to docs/figures/
	mkdir -p $(dir $(FIGURES)) && rm -f $(FIGURES)
	grep -l 'mark\.statistics' tests/test_*.py | SYNTHAUDIT_FIGURES=$(FIGURES) \
	  xargs -n 1 -P 2 $(BIN)/python -P -m pytest -m statistics
	LC_ALL=C sort -o $(FIGURES) $(FIGURES) && cat $(FIGURES)

golden: .venv/.dev  ## every figure of the golden audits as it was
	PYTHONPATH=tests $(BIN)/python -P -m golden.record --check

golden-record: .venv/.dev  ## the golden audits' figures anew, where a change of behaviour is meant
	PYTHONPATH=tests $(BIN)/python -P -m golden.record --record
	PYTHONPATH=tests $(BIN)/python -P -m golden.surface --record

mutants: .venv/.dev .venv-mutants/.done  ## small changes of the source, and whether a test notices them
	.venv-mutants/bin/python -P tests/mutants/run.py --modules $(MODULES) --sample $(SAMPLE) --seed $(SEED) \
	  --python $(BIN)/python --output docs/figures/mutants.md

bench: .venv/.core $(PEER_ENVIRONMENTS)  ## time and memory beside other packages; writes the README's table of speed
	PYTHONPATH=tests $(BIN)/python -P -m scale.bench --output docs/figures/bench.md; ended=$$?; \
	  PYTHONPATH=tests $(BIN)/python -P -m scale.readme && exit $$ended

bench-batch: .venv/.core  ## 20 releases of 10,000 rows in one batch, beside 20 single audits
	PYTHONPATH=tests $(BIN)/python -P -m scale.batches --output docs/figures/batch.md

kill-batch: .venv/.dev  ## a batch killed at 20 random moments, and run again: the same evidence
	mkdir -p docs/figures && rm -f docs/figures/killed.txt
	SYNTHAUDIT_FIGURES=docs/figures/killed.txt $(BIN)/python -P -m pytest -m statistics -k killed_at_any_point tests/test_promise_interruptions.py

bench-pairs: .venv/.core  ## whole audits by the commit OLD and by this one, in turn
	PYTHONPATH=tests $(BIN)/python -P -m scale.pairs --old $(OLD) $(if $(ONLY),--only $(ONLY)) $(if $(PAIRS),--pairs $(PAIRS)) \
	  --output docs/figures/pairs.md

bench-agreement: .venv/.core  ## agreement alone, by this version and by commit OLD in turns, on one thread
	rm -rf $(EARLIER) && git worktree prune && git worktree add --quiet --detach $(EARLIER) $(OLD)
	PYTHONPATH=.:tests $(BIN)/python -P -m scale.agreement --old $(EARLIER) --output docs/figures/agreement.md; \
	  ended=$$?; git worktree remove --force $(EARLIER); exit $$ended

bench-cluster: .venv/.dev .venv-ray/.done  ## releases of up to 20 million rows on two workers of Dask, one million on two of Ray
	PYTHONPATH=tests $(BIN)/python -P -m scale.cluster --output docs/figures/cluster.md; ended=$$?; \
	  PYTHONPATH=.:tests .venv-ray/bin/python -P -m scale.cluster --engine ray --sizes 1000000 \
	  --output docs/figures/cluster-ray.md && exit $$ended

bench-power: .venv/.core $(PEER_ENVIRONMENTS)  ## every attack on real tables and releases of known truth, beside other packages
	OMP_NUM_THREADS=1 PYTHONPATH=tests $(BIN)/python -P -m power.bench --output docs/figures/power.md

bench-power-pairs: .venv/.core $(PEERS)/tables/.done  ## every attack on the same splits, by commit OLD and by this one: is any figure below?
	rm -rf $(EARLIER) && git worktree prune && git worktree add --quiet --detach $(EARLIER) $(OLD)
	ln -s $(abspath $(PEERS)) $(EARLIER)/$(PEERS)
	OMP_NUM_THREADS=1 PYTHONPATH=$(EARLIER):$(EARLIER)/tests $(BIN)/python -P tests/power/paired.py --measure .bench-power/$(OLD) $(PAIRED) && \
	  OMP_NUM_THREADS=1 PYTHONPATH=.:tests $(BIN)/python -P tests/power/paired.py --measure .bench-power/present $(PAIRED) && \
	  PYTHONPATH=.:tests $(BIN)/python -P tests/power/paired.py --compare .bench-power/$(OLD) .bench-power/present \
	  --commits $(OLD) $$(git rev-parse --short HEAD) --output docs/figures/power-pairs.md; \
	  ended=$$?; git worktree remove --force $(EARLIER); exit $$ended

study-verdict: .venv/.dev $(PEERS)/tables/.done $(PEERS)/generators/.done  ## does the verdict decide, is it never wrong, does it cry wolf; goes on where it was
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 NUMBA_NUM_THREADS=1 PYTHONPATH=tests $(BIN)/python -P -m study.run \
	  $(if $(PILOT),--pilot) --only "$(ONLY)" $(if $(MINUTES),--minutes $(MINUTES)) $(if $(SEEDS),--seeds $(SEEDS))

study-streamed: .venv/.dev  ## releases larger than memory: no leak passes, what is harmless does; goes on where it was
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 NUMBA_NUM_THREADS=1 PYTHONPATH=tests $(BIN)/python -P -m study.streamed \
	  $(if $(PILOT),--pilot) --only "$(ONLY)" $(if $(MINUTES),--minutes $(MINUTES)) $(if $(SEEDS),--seeds $(SEEDS))

study-forecast: .venv/.dev $(PEERS)/tables/.done  ## is the chance of a pass that is told beforehand right; goes on where it was
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 NUMBA_NUM_THREADS=1 PYTHONPATH=tests $(BIN)/python -P -W ignore -m study.forecast

test-browser: .venv/.dev  ## axe-core, screenshots and requests of the demo's pages
	@command -v node >/dev/null || { echo "make test-browser needs node (Debian: apt install nodejs npm)" >&2; exit 1; }
	@command -v npm >/dev/null || { echo "make test-browser needs npm (Debian: apt install npm)" >&2; exit 1; }
	@command -v chromium >/dev/null || { echo "make test-browser needs Chromium (Debian: apt install chromium)" >&2; exit 1; }
	ls out/demo/*/report.html out/demo/compare.html >/dev/null 2>&1 || $(MAKE) demo
	cd tests/browser && npm ci && node check.mjs ../../out/demo/*/report.html ../../out/demo/compare.html
	$(BIN)/python -P -m pytest -m browser

test-web: .venv/.dev  ## the local page in Chromium, from an empty folder to a PDF; figures and pictures go to docs/
	@command -v node >/dev/null || { echo "make test-web needs node (Debian: apt install nodejs npm)" >&2; exit 1; }
	@command -v npm >/dev/null || { echo "make test-web needs npm (Debian: apt install npm)" >&2; exit 1; }
	@command -v chromium >/dev/null || { echo "make test-web needs Chromium (Debian: apt install chromium)" >&2; exit 1; }
	cd tests/browser && npm ci && $(CURDIR)/$(BIN)/python -P serve_tables.py $(CURDIR)/out/web && \
	  node serve.mjs --python $(CURDIR)/$(BIN)/python --tables $(CURDIR)/out/web --commit "$$(git rev-parse --short HEAD)" \
	  --figures $(CURDIR)/docs/figures/serve.md --images $(CURDIR)/docs/images

types-windows: .venv/.dev  ## the types of the package as Windows has them; nothing of it is run there
	$(BIN)/mypy --platform win32 --cache-dir .mypy_cache/windows synthaudit

docs: .venv/.dev  ## the documentation as a site that asks no other host for anything; to out/docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -P -m mkdocs build --strict -f docs/site/mkdocs.yml -d $(CURDIR)/out/docs

notebook: .venv/.dev  ## run docs/example.ipynb anew and keep its outputs
	PYTHONPATH=tests $(BIN)/python -P -m example_notebook

dist: .venv/.dev  ## the wheel and the source distribution; to dist/
	$(BIN)/python -P -m hatchling build -t wheel -t sdist -d dist

bundle: .venv/.dev  ## every wheel with its hash and an installer, for machines without a network; to dist/bundle.zip
	$(BIN)/python -P tests/bundle/bundle.py

test-bundle: .venv/.dev  ## the same, installed in an environment of its own that reaches no index
	$(BIN)/python -P tests/bundle/bundle.py --check

catalogue: .venv/.dev  ## collect the words of page and terminal, after one of them changed, and say what each language lacks
	$(BIN)/pybabel --quiet extract --mapping-file pyproject.toml --output-file synthaudit/locale/synthaudit.pot \
	  --keywords "N_ plural:1,2" --omit-header --no-location --sort-output --no-wrap .
	$(BIN)/python -P tests/languages.py

schemas: .venv/.core  ## the JSON Schemas of evidence, batches and configuration, after their types changed
	$(BIN)/python -m synthaudit.evidence | tee synthaudit/evidence.schema.json > docs/evidence.schema.json
	$(BIN)/python -m synthaudit.runtime.batch_file | tee synthaudit/batch.schema.json > docs/batch.schema.json
	$(BIN)/python -m synthaudit.adapters.config | tee synthaudit/config.schema.json > docs/config.schema.json

clean:  ## everything that make made, but .venv and .venv-sdv
	rm -rf out dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache tests/browser/node_modules

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "synthaudit needs Python 3.11 or later; none found as python3.13, python3.12, python3.11 or python3" >&2; exit 1; }
	$(PYTHON) -m venv .venv || { echo "$(PYTHON) cannot make a virtual environment (Debian: apt install python3-venv)" >&2; rm -rf .venv; exit 1; }

# What cannot be installed is left out of the bench, which says so.
$(PEERS)/%/.done: tests/power/environments/%.txt
	-$(PEER_PYTHON) -m venv --clear $(@D) && $(@D)/bin/python -m pip install --quiet --disable-pip-version-check -r $< && touch $@

.venv-mutants/.done: tests/mutants/environment.txt
	$(PYTHON) -m venv --clear $(@D) && $(@D)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

# Programs that read what an audit wrote, or run it: neither needs synthaudit beside it.
.venv-%/.done: tests/peers/%.txt
	$(PYTHON) -m venv --clear $(@D) && $(@D)/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

.venv-ray/.done: pyproject.toml constraints.txt
	$(PYTHON) -m venv --clear $(@D)
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[ray]'
	touch $@

# Read as files, never imported.
$(PEERS)/tables/.done: tests/power/environments/tables.txt | $(BIN)/python
	rm -rf $(@D)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --target $(@D) -r $< && touch $@

# The environment of the tests holds that of the demo, so installing it settles both.
.venv/.dev: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) -e '.[dev]'
	touch .venv/.core $@

$(SDV)/python:
	@test -n "$(PYTHON)" || { echo "synthaudit needs Python 3.11 or later" >&2; exit 1; }
	$(PYTHON) -m venv .venv-sdv || { rm -rf .venv-sdv; exit 1; }

.venv-sdv/.dev: pyproject.toml constraints-sdv.txt | $(SDV)/python
	$(SDV)/python -m pip install --quiet --disable-pip-version-check -c constraints-sdv.txt -e '.[dev,sdv]'
	touch $@

.venv/.core: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) -e .
	touch $@
