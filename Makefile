PYTHON ?= python3
VENV = .venv
BIN = $(VENV)/bin
# Differs as soon as what is installed in .venv is no longer what it should be.
KEY := $(shell (pwd; cat requirements/*.txt pyproject.toml) | cksum | tr ' ' '-')
PIP = $(BIN)/python -m pip --quiet --disable-pip-version-check --no-input install --no-deps
LINTERS := tests/contract/linters
CLIENTS := tests/clients/generated
COLLECTIONS := tests/collections
LOCK := .venv-lock
COMPILE = $(LOCK)/bin/uv pip compile --quiet --universal --python-version 3.11 --python $(LOCK)/bin/python \
	--generate-hashes --no-emit-index-url --no-header $(ARGS)
# Tests start many processes; without bytecode in files each of them would compile every module again.
PYTEST = PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --numprocesses auto --maxprocesses 8 --dist worksteal
INTERPRETER := import sys; print(sys.base_exec_prefix, sys.version)

.DEFAULT_GOAL := help
.PHONY: $(shell sed -n 's/^\([a-z-]*\): \#\# .*/\1/p' Makefile)

run: ## Install what is needed and serve on 127.0.0.1:8080 (ARGS="--port 0 ...")
	$(call install,run)
	@$(BIN)/python -m ledgersim serve $(ARGS)

test: ## Install what is needed and run all tests (ARGS="-k name ...")
	$(call install,dev)
	$(PYTEST) $(ARGS)

test-data: ## Run all tests with the spaces of servers in folders, as with --data (ARGS="-k name ...")
	$(call install,dev)
	TEST_DATA=1 $(PYTEST) $(ARGS)

fuzz: ## Try 40 times as many examples of the tests with hypothesis, other ones in each run (ARGS="-k name ...")
	$(call install,dev)
	$(PYTEST) --verbose -m hypothesis --hypothesis-profile fuzz $(ARGS)

fuzz-http: ## Send mutated requests to a server by raw sockets and Schemathesis (ARGS="--requests 300000 --seed 2 ...")
	$(call install,dev)
	@$(MAKE) --silent .fuzz/installed
	@$(BIN)/python -m tests.fuzz $(ARGS)

test-lowest: VENV = .venv-lowest
test-lowest: ## Run all tests with the lowest versions that pyproject.toml allows (ARGS="-k name ...")
	$(call install,lowest)
	$(PYTEST) -m "not pinned" $(ARGS)

check: ## Lint, check types and imports, and run all tests
	$(call install,dev)
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy
	$(BIN)/lint-imports --no-logo
	$(PYTEST)

soak: ## Check a long mixed load with kills against a model (ARGS="--minutes 60 --seed 1")
	$(call install,dev)
	@$(BIN)/python -m tests.soak $(ARGS)

clients: ## Generate clients from the OpenAPI documents and run them (ARGS="orval php")
	$(call install,dev)
	@$(MAKE) --silent .clients/installed
	@$(BIN)/python -m tests.clients.generate $(ARGS)

openapi: ## Regenerate the examples, and from them the OpenAPI documents and the collections in openapi/
	$(call install,dev)
	@$(BIN)/python -m tests.contract.examples
	@for name in aptic payex riverty admin; do \
		$(BIN)/python -m ledgersim openapi $$name --output openapi/$$name.json; \
		$(BIN)/python -m ledgersim openapi $$name --profile codegen --output openapi/$$name.codegen.json; \
	done
	@$(BIN)/python -m tests.collections

contract: ## Lint the OpenAPI documents, run the collections, and verify a Pact contract (needs npm)
	@if ! command -v npm >/dev/null; then \
		echo "Skipped: Redocly and Spectral need npm (Node.js 20 or later)." >&2; \
	else \
		set -e; \
		$(MAKE) --silent $(LINTERS)/node_modules; \
		export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true; \
		$(LINTERS)/node_modules/.bin/redocly lint --config $(LINTERS)/redocly.yaml openapi/*.json; \
		$(LINTERS)/node_modules/.bin/spectral lint --ruleset $(LINTERS)/spectral.yaml --fail-severity warn openapi/*.json; \
	fi
	$(call install,dev)
	@$(MAKE) --silent .contract/installed
	@$(BIN)/python -m tests.contract.live

benchmark: ## Measure speed and memory beside a floor (ARGS="--only get,list --rounds 3 --large --peers --help")
	$(call install,run)
	@$(MAKE) --silent .benchmark/installed $(if $(findstring --peers,$(ARGS)),.benchmark/peers/installed)
	@$(BIN)/python -m benchmarks $(ARGS)

docs: ## Build the documentation site into .site/html, and check it (needs npm)
	$(call install,dev)
	@$(MAKE) --silent .site/installed
	@$(BIN)/python -m tests.packaging.site

dist: ## Build wheel and sdist into dist/
	$(call install,run)
	@$(BIN)/hatchling build --directory dist

image-check: ## Execute the Dockerfile without a container engine, and start the result (Linux, root)
	$(call install,dev)
	@$(BIN)/python -m tests.packaging.image

release-check: ## Build wheel and sdist into dist/, and check them, the image, the site and more (ARGS="--tag v1.2.3")
	$(call install,dev)
	@$(MAKE) --silent .release/installed .site/installed $(LINTERS)/node_modules
	@$(BIN)/python -m tests.packaging.release $(ARGS)

format: ## Write the code as `make check` wants it, as far as a tool can
	$(call install,dev)
	$(BIN)/python -m ruff check --fix .
	$(BIN)/python -m ruff format .

screenshots: ## Retake the screenshots in docs/screenshots/ (needs chromium and chromium-driver)
	$(call install,dev)
	@$(BIN)/python -m tests.ui.screenshots

lock: ## Pin what pyproject.toml asks for, keeping the pins that still do (ARGS=--upgrade: the newest)
	@[ -x $(LOCK)/bin/uv ] || { $(PYTHON) -m venv --clear $(LOCK) && $(LOCK)/bin/python -m pip install --quiet uv; }
	$(COMPILE) pyproject.toml --output-file requirements/run.txt
	$(COMPILE) --group build --constraints requirements/run.txt --output-file requirements/build.txt
	$(COMPILE) pyproject.toml --group dev --constraints requirements/run.txt --constraints requirements/build.txt \
		--output-file requirements/dev.txt
	$(COMPILE) pyproject.toml --group test --resolution lowest-direct --upgrade --output-file requirements/lowest.txt
	$(COMPILE) --group clients --output-file requirements/clients.txt
	set -e; for group in docs fuzz floor pact peers release; do $(COMPILE) --group $$group --output-file requirements/$$group.txt; done

lock-image: ## Pin the digest of the base image (needs docker)
	digest=$$(docker buildx imagetools inspect python:3.13-slim --format '{{.Manifest.Digest}}') \
		&& sed -i "s/^ARG BASE=.*/ARG BASE=python:3.13-slim@$$digest/" Dockerfile

clean: ## Remove everything that was installed or built
	rm -rf $(VENV) $(VENV)-lowest $(LOCK) $(LINTERS)/node_modules .benchmark .clients .contract .fuzz .release .site build dist .mypy_cache .pytest_cache .ruff_cache \
		.import_linter_cache .hypothesis .schemathesis
	find app tests -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## List the commands
	@sed -n 's/^\([a-z-]*\): ## /\1\t/p' Makefile | while IFS='	' read -r name text; do \
		printf 'make %-13s %s\n' "$$name" "$$text"; \
	done

.clients/installed: requirements/clients.txt $(CLIENTS)/package.json $(CLIENTS)/package-lock.json
	@echo "Installing client generators into .clients" >&2
	$(call venv,.clients/venv,clients)
	$(call npm,.clients,$(CLIENTS))
	@touch $@

$(LINTERS)/node_modules: $(LINTERS)/package-lock.json
	@npm ci --silent --prefix $(LINTERS)
	@touch $@

.contract/installed: requirements/pact.txt $(COLLECTIONS)/package.json $(COLLECTIONS)/package-lock.json
	@echo "Installing Bruno, Newman, httpYac and Pact into .contract" >&2
	$(call venv,.contract/venv,pact)
	$(call npm,.contract,$(COLLECTIONS))
	@touch $@

.fuzz/installed: requirements/fuzz.txt
	@echo "Installing Schemathesis into .fuzz" >&2
	$(call venv,.fuzz,fuzz)
	@touch $@

.release/installed: requirements/release.txt
	@echo "Installing the tools of a release into .release" >&2
	$(call venv,.release,release)
	@touch $@

.site/installed: requirements/docs.txt site/package.json site/package-lock.json
	@echo "Installing MkDocs and Mermaid into .site" >&2
	$(call venv,.site/venv,docs)
	@cp site/package.json site/package-lock.json site/.npmrc .site
	@npm ci --prefix .site --loglevel error
	@touch $@

.benchmark/installed: requirements/floor.txt
	@echo "Installing the floor of the benchmark into .benchmark" >&2
	@rm -rf .benchmark/floor
	@$(PIP) --target .benchmark/floor --require-hashes --requirement requirements/floor.txt
	@touch $@

.benchmark/peers/installed: requirements/peers.txt benchmarks/package.json benchmarks/package-lock.json
	@echo "Installing other simulators into .benchmark/peers" >&2
	$(call venv,.benchmark/peers/venv,peers)
	$(call npm,.benchmark/peers,benchmarks)
	@touch $@

# $(call venv,FOLDER,NAME): an environment of its own with requirements/NAME.txt, for tools that the project does not import.
define venv
@$(PYTHON) -m venv --clear $(1)
@$(1)/bin/python -m pip --quiet --disable-pip-version-check install --no-deps --require-hashes --requirement requirements/$(2).txt
endef

# $(call npm,FOLDER,SOURCE): the npm packages that SOURCE pins, in FOLDER; none without npm.
define npm
@cp $(2)/package.json $(2)/package-lock.json $(2)/.npmrc $(1)
@if command -v npm >/dev/null; then npm ci --prefix $(1) --loglevel error; fi
endef

# $(call install,run): the packages pinned in requirements/ and the project itself. Done again
# when the KEY changes, or when PYTHON names another interpreter than that of the environment.
# dev.txt contains all of run.txt and build.txt.
define install
@is_other() { [ "$(origin PYTHON)" != file ] && [ "$$($(PYTHON) -c '$(INTERPRETER)')" != "$$($(BIN)/python -c '$(INTERPRETER)')" ]; }; \
if ! [ -x $(BIN)/python ] || [ "$$(cat $(VENV)/installed-$(1) 2>/dev/null)" != "$(KEY)" ] || is_other; then \
	set -e; \
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "ledgersim needs Python 3.11 or later; make $(1) PYTHON=... names one")'; \
	echo "Installing requirements/$(1).txt into $(VENV)" >&2; \
	{ [ -x $(BIN)/python -a -e $(BIN)/pip ] && ! is_other; } || $(PYTHON) -m venv --clear $(VENV); \
	$(PIP) --require-hashes --requirement requirements/$(1).txt$(if $(filter run,$(1)), --requirement requirements/build.txt); \
	$(PIP) $(if $(filter lowest,$(1)),,--no-build-isolation) --editable .; \
	for set in $(if $(filter dev,$(1)),run dev,$(1)); do echo "$(KEY)" > $(VENV)/installed-$$set; done; \
fi
endef
