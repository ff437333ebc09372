# Two commands for everyone: `make demo` and `make test`. The others are what CI runs, by the same names.

PYTHON ?= $(shell command -v python3.11 || command -v python3 || command -v python)
VENV ?= .venv
BIN := $(VENV)/bin
PHOTO ?= examples/summer-palace.jpg

# The versions that our own model was trained with; a user's install may take any that pyproject.toml allows.
# torchvision is only a dependency of timm here, and its wheel would ask for a CUDA build of torch.
TORCH := torch==2.13.0
TORCHVISION := torchvision==0.28.0

.PHONY: help demo app frontend test test-all lint types imports wheel check bench docs clean

help:
	@echo "make demo [PHOTO=path]   predict a photo's country with the embedded model"
	@echo "make app                 the page in the browser, http://localhost:8501"
	@echo "make frontend            build what the page serves to the browser, if its sources have changed"
	@echo "make test                the tests that take seconds"
	@echo "make test-all            all tests, with coverage: also every recipe, kills and several processes"
	@echo "make check               what CI runs: lint, types, imports, test-all, wheel"
	@echo "make bench               the benchmarks behind every figure in the docs"

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

# Without the front end: `make demo` needs none, and building it takes Node and npm.
$(VENV)/.base: $(BIN)/python pyproject.toml
	TRIOVISION_WITHOUT_FRONTEND=1 $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.base
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(TORCH)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps $(TORCHVISION)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[train,cluster,app,dev]"
	@touch $@

demo: $(VENV)/.base
	@$(BIN)/triovision predict --format table "$(PHOTO)"

$(VENV)/.app: $(VENV)/.base
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[app]"
	@touch $@

frontend: $(VENV)/.base
	@$(BIN)/python scripts/build_frontend.py

app: $(VENV)/.app frontend
	@$(BIN)/triovision app

test: $(VENV)/.dev
	$(BIN)/python -m pytest -m "not slow"

test-all: $(VENV)/.dev
	$(BIN)/python -m pytest --cov --cov-report=
	$(BIN)/python -m coverage report --fail-under=95 --include="$(shell $(BIN)/python scripts/base_modules.py)"
	$(BIN)/python -m coverage report --fail-under=90

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy

imports: $(VENV)/.dev
	$(BIN)/lint-imports

wheel: $(VENV)/.dev
	$(BIN)/python scripts/check_wheel.py

check: lint types imports test-all wheel

bench: $(VENV)/.dev
	$(BIN)/python benchmarks/predict.py
	$(BIN)/python benchmarks/reduced_decode.py
	$(BIN)/python benchmarks/fuzz_photo.py --count 10000
	$(BIN)/python benchmarks/gldv2_join.py
	$(BIN)/python benchmarks/stream.py
	$(BIN)/python benchmarks/full_size.py

docs: $(VENV)/.dev
	$(BIN)/python scripts/generate_cli_docs.py

clean:
	rm -rf $(VENV) build dist .coverage .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis frontend/node_modules src/triovision/app/static
