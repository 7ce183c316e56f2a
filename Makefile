# Entry points. Everything is built with one profile, `ci`, so that the world is compiled once.
# Needed: Rust 1.95 or newer (rustup brings rustfmt and clippy), a C compiler and Node 20 with npm;
# for the tests also Python 3.10 or newer and Chromium.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo test lint deny build ui journeys walk story tools node browser clients bench clean

TARGET := $(or $(CARGO_TARGET_DIR),target)
KARAT := $(TARGET)/ci/karat
CLIENTS := $(TARGET)/clients
DEMO := target/demo
UI := ui/dist/index.html
# Flags of `karat serve` in the demo, for example SERVE="--port 8000".
SERVE :=

help:
	@echo "make demo    build, judge the example, serve it in the browser"
	@echo "make test    format, lints and all tests"
	@echo "make lint    format and lints only"
	@echo "make ui      check and build the browser application"
	@echo "make journeys  walk through the browser application in Chromium"
	@echo "make story   the ten steps of the story, from pasted rows to a model that becomes worse"
	@echo "make deny    licences and known holes of the dependencies (needs cargo-deny)"
	@echo "make bench   measurements beside their ideal"
	@echo "make clean   remove everything that was built"

# What cargo needs beside itself; says what is missing instead of failing in the middle of a build.
tools:
	@command -v cargo >/dev/null || { echo "error: Rust is missing; next: install it from https://rustup.rs"; exit 1; }
	@command -v cc >/dev/null || { echo "error: a C compiler is missing; next: apt-get install gcc (macOS: xcode-select --install)"; exit 1; }
	@cargo fmt --version >/dev/null 2>&1 || rustup component add rustfmt
	@cargo clippy --version >/dev/null 2>&1 || rustup component add clippy

build: tools $(UI)
	cargo build --profile ci --workspace --locked --bin karat

node:
	@command -v npm >/dev/null || { echo "error: npm is missing; next: install Node 20 or newer from https://nodejs.org"; exit 1; }
	@node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' \
	  || { echo "error: Node $$(node --version) is too old; next: install Node 20.19 or newer from https://nodejs.org"; exit 1; }

ui/node_modules/.package-lock.json: ui/package-lock.json | node
	cd ui && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

# What the program serves in the browser; a program of the profile `ci` reads it from here.
$(UI): ui/node_modules/.package-lock.json docs/reference/openapi.json $(shell find ui/src ui/build ui/public ui/index.html ui/vite.config.ts -type f -not -name schema.d.ts)
	cd ui && npm run --silent types && npx vite build --logLevel warn
	@touch $@

# Types against the server's own description, units, the build with its limit of size, the written list of keys.
ui: ui/node_modules/.package-lock.json
	cd ui && npm run --silent check && npx vite build --logLevel warn && npm run --silent size && npm run --silent keys -- --check

# Works on a copy, so that the checkout stays as it was.
# Codes 0, 1 and 2 are verdicts; only 3 says that there is none.
demo: build
	@rm -rf $(DEMO) && mkdir -p $(DEMO) && cp -R examples/support-triage $(DEMO)/
	@rm -rf $(DEMO)/support-triage/.karat $(DEMO)/support-triage/karat.lock
	$(KARAT) -C $(DEMO)/support-triage check
	@code=0; $(KARAT) -C $(DEMO)/support-triage eval --gate || code=$$?; test $$code -lt 3
	@$(KARAT) -C $(DEMO)/support-triage show latest --format html --output "$(CURDIR)/$(DEMO)/report.html"
	@echo
	@echo "One page to forward:   $(DEMO)/report.html"
	@echo "The project it judges: $(DEMO)/support-triage"
	@echo
	@exec examples/support-triage/simulated/serve.sh $(KARAT) $(DEMO)/support-triage $(SERVE)

lint: tools
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --profile ci --locked -- -D warnings

# Programs of others that the tests call Karat with, once for each list of their versions.
clients: $(CLIENTS)/ready

$(CLIENTS)/ready: crates/karat/tests/clients/requirements.txt crates/karat/tests/clients/package-lock.json | node
	@command -v python3 >/dev/null || { echo "error: Python 3 is missing; next: apt-get install python3 python3-venv"; exit 1; }
	python3 -m venv $(CLIENTS)
	$(CLIENTS)/bin/pip install --quiet --disable-pip-version-check --retries 5 -r $<
	mkdir -p $(CLIENTS)/node
	cp crates/karat/tests/clients/package.json crates/karat/tests/clients/package-lock.json $(CLIENTS)/node
	npm ci --prefix $(CLIENTS)/node --no-audit --no-fund --loglevel=error
	@touch $@

# Chromium, under one of the names that it has.
CHROMIUM ?= $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)
browser:
	@test -n "$(CHROMIUM)" || { echo "error: Chromium is missing; next: apt-get install chromium, or name one with CHROMIUM=/path"; exit 1; }

# Every journey with a mouse and with the keyboard alone; a complaint of the browser fails it.
journeys: build walk

# With the program that is there: the tests have built it already, with the features of their own dependencies.
walk: browser clients
	cd ui && KARAT="$(abspath $(KARAT))" CLIENTS="$(abspath $(CLIENTS))" CHROMIUM="$(CHROMIUM)" npm run --silent journeys

# The ten steps of the story: in Chromium, with the mouse and with the keyboard alone; 7 to 9 against the server once more.
story: build browser clients
	cd ui && KARAT="$(abspath $(KARAT))" CLIENTS="$(abspath $(CLIENTS))" CHROMIUM="$(CHROMIUM)" node --test --test-concurrency=1 journeys/story-*.test.mjs journeys/live.test.mjs
	cargo test --workspace --profile ci --locked --test it -- gateway_proofs gateway_killed signals inferences monitor

# Quick part first.
test: lint ui clients browser
	cargo test --workspace --profile ci --locked --no-run
	@code=0; cargo test --quiet --workspace --profile ci --locked --no-fail-fast 2>&1 | tee $(TARGET)/tests.log || code=$$?; \
	awk '/^test result:/ { passed += $$4; failed += $$6; ignored += $$8 } \
	     END { printf "tests: %d passed, %d failed, %d ignored\n", passed, failed, ignored }' $(TARGET)/tests.log; \
	exit $$code
	$(MAKE) --no-print-directory walk

# Licences, bans, sources and known holes of the dependencies; needs the network for the list of holes.
deny: tools
	@cargo deny --version >/dev/null 2>&1 || { echo "error: cargo-deny is missing; next: cargo install --locked cargo-deny"; exit 1; }
	cargo deny check

# Against the optimised program; needs Python 3. promptfoo and Inspect are measured where they are installed.
bench: tools $(UI)
	cargo build --release --locked --bin karat
	bench/stats/run.sh 0.1
	bench/store/run.sh
	bench/evals/run.py --karat $(TARGET)/release/karat
	bench/gateway/run.py --karat $(TARGET)/release/karat
	bench/gateway/kill.py --karat $(TARGET)/release/karat
	cargo build --release --locked -p karat-store --example fill
	bench/live/run.py --karat $(TARGET)/release/karat --fill $(TARGET)/release/examples/fill

clean:
	cargo clean
	rm -rf $(DEMO) examples/*/.karat
