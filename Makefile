# Two commands: `make demo` and `make test`. Both set up all they need; without root they use pip packages alone.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test coverage lint graph setup setup-dev clean
.DEFAULT_GOAL := demo

demo: setup
	$(BIN)/voicedrill demo

# Live tests share one virtual sound card and real time: they run alone, after the others.
test: setup-dev
	$(BIN)/python -m pytest -q -n auto --dist worksteal -m "not live"
	$(BIN)/python -m pytest -q -m live

# Branch coverage, that of the program's own processes included; slower than the tests alone.
coverage: setup-dev
	$(BIN)/python -m pytest -q --cov --cov-report=term:skip-covered

lint: setup-dev
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# After a change of wordings: the demo model's words and language model, without retraining.
graph: setup-dev
	$(BIN)/python -m tools.demo_model.rebuild_graph

setup: $(VENV)/.installed

setup-dev: $(VENV)/.installed-dev

$(VENV)/.installed: pyproject.toml tools/setup.sh
	PYTHON="$(PYTHON)" sh tools/setup.sh $(VENV)
	touch $@

$(VENV)/.installed-dev: pyproject.toml tools/setup.sh
	PYTHON="$(PYTHON)" sh tools/setup.sh $(VENV) dev
	touch $@ $(VENV)/.installed

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .coverage
