# Entry points. Everything is built with one profile, `ci`, so that the world is compiled once.
# Needed: Rust 1.95 or newer (rustup brings rustfmt and clippy), a C compiler and Node 20 with npm;
# for the tests also Python 3.10 or newer and Chromium.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.PHONY: help demo test lint deny build ui tools clients bench clean

TARGET := $(or $(CARGO_TARGET_DIR),target)
KARAT := $(TARGET)/ci/karat
CLIENTS := $(TARGET)/clients
DEMO := target/demo

help:
	@echo "make demo    build, judge the example, write one page to forward"
	@echo "make test    format, lints and all tests"
	@echo "make lint    format and lints only"
	@echo "make ui      check and build the browser application (needs Node 20)"
	@echo "make deny    licences and known holes of the dependencies (needs cargo-deny)"
	@echo "make bench   measurements beside their ideal"
	@echo "make clean   remove everything that was built"

# What cargo needs beside itself; says what is missing instead of failing in the middle of a build.
tools:
	@command -v cargo >/dev/null || { echo "error: Rust is missing; next: install it from https://rustup.rs"; exit 1; }
	@command -v cc >/dev/null || { echo "error: a C compiler is missing; next: apt-get install gcc (macOS: xcode-select --install)"; exit 1; }
	@cargo fmt --version >/dev/null 2>&1 || rustup component add rustfmt
	@cargo clippy --version >/dev/null 2>&1 || rustup component add clippy

build: tools
	cargo build --profile ci --locked --bin karat

# Types, tests, the build with its limit of size, and the written list of keys.
ui:
	@command -v npm >/dev/null || { echo "error: npm is missing; next: install Node 20 from https://nodejs.org"; exit 1; }
	cd ui && npm ci --no-audit --no-fund && npm run check && npm run build && npm run size && npm run keys -- --check

# Works on a copy, so that the checkout stays as it was.
# Codes 0, 1 and 2 are verdicts; only 3 says that there is none.
demo: build
	@rm -rf $(DEMO) && mkdir -p $(DEMO) && cp -R examples/support-triage $(DEMO)/
	@rm -rf $(DEMO)/support-triage/.karat $(DEMO)/support-triage/karat.lock
	$(KARAT) -C $(DEMO)/support-triage check
	@code=0; $(KARAT) -C $(DEMO)/support-triage eval --gate || code=$$?; test $$code -lt 3
	@$(KARAT) -C $(DEMO)/support-triage show latest --format html --output "$(CURDIR)/$(DEMO)/report.html"
	@echo
	@echo "One page to forward:  $(DEMO)/report.html"
	@echo "The project it judges: $(DEMO)/support-triage"

lint: tools
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --profile ci --locked -- -D warnings

# Programs of others that the tests call Karat with, once for each list of their versions.
clients: $(CLIENTS)/ready

$(CLIENTS)/ready: crates/karat/tests/clients/requirements.txt
	@command -v python3 >/dev/null || { echo "error: Python 3 is missing; next: apt-get install python3 python3-venv"; exit 1; }
	python3 -m venv $(CLIENTS)
	$(CLIENTS)/bin/pip install --quiet --disable-pip-version-check --retries 5 -r $<
	@touch $@

# Quick part first.
test: lint clients
	cargo test --workspace --profile ci --locked --no-run
	@code=0; cargo test --quiet --workspace --profile ci --locked --no-fail-fast 2>&1 | tee $(TARGET)/tests.log || code=$$?; \
	awk '/^test result:/ { passed += $$4; failed += $$6; ignored += $$8 } \
	     END { printf "tests: %d passed, %d failed, %d ignored\n", passed, failed, ignored }' $(TARGET)/tests.log; \
	exit $$code

# Licences, bans, sources and known holes of the dependencies; needs the network for the list of holes.
deny: tools
	@cargo deny --version >/dev/null 2>&1 || { echo "error: cargo-deny is missing; next: cargo install --locked cargo-deny"; exit 1; }
	cargo deny check

# Against the optimised program; needs Python 3. promptfoo and Inspect are measured where they are installed.
bench: tools
	cargo build --release --locked --bin karat
	bench/stats/run.sh 0.1
	bench/store/run.sh
	bench/evals/run.py --karat $(TARGET)/release/karat

clean:
	cargo clean
	rm -rf $(DEMO) examples/*/.karat
