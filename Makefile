# Every target installs what it needs first, and can be run again at any time.
# The logic is in xtask/ (Rust); what the targets do is said by `cargo xtask`.

TOOLCHAIN := $(shell sed -n 's/^channel = "\(.*\)"/\1/p' rust-toolchain.toml)
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
# What the build needs beside a C compiler: cmake and friends for librdkafka and its TLS.
BUILD_TOOLS := cmake g++ perl pkg-config
TEST_TOOLS := java mvn kcat python3 redis-server
BUILD_PACKAGES := cmake g++ perl pkg-config
TEST_PACKAGES := default-jre-headless maven kcat python3 python3-venv redis-server

.PHONY: help quickstart build test fuzz lint bench golden javac toolchain build-tools test-tools

help: ## shows this
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /make \1\t/' | expand -t 20

quickstart: build ## builds, then runs a broker, a worker and two connectors in one process
	target/release/connect-wasm quickstart

build: toolchain build-tools ## target/release/connect-wasm and target/release/plugins/*.wasm
	cargo xtask build

test: toolchain build-tools test-tools ## every test; starts Apache Kafka on this machine
	cargo xtask test

fuzz: toolchain build-tools test-tools ## the parsers under libFuzzer, the REST API under schemathesis
	cargo xtask fuzz

lint: toolchain build-tools ## formatting, clippy, licences, structure
	cargo xtask lint

bench: toolchain build-tools test-tools ## the comparison with the JVM worker and kcat
	cargo xtask bench

golden: toolchain build-tools test-tools javac ## records the JVM worker's answers again
	cargo xtask golden

javac: # the JVM's connectors for recording are compiled; comparing needs none
	@command -v javac >/dev/null || { $(SUDO) apt-get update && $(SUDO) apt-get install -y --no-install-recommends default-jdk-headless; }

toolchain:
	@rustup toolchain list | grep -q '^$(TOOLCHAIN)-' && rustup +$(TOOLCHAIN) target list --installed 2>/dev/null | grep -q wasm32-wasip2 && rustup +$(TOOLCHAIN) component list --installed 2>/dev/null | grep -q clippy || \
	rustup toolchain install $(TOOLCHAIN) --profile minimal -c clippy -c rustfmt -t wasm32-wasip2

build-tools:
	@for tool in $(BUILD_TOOLS); do command -v $$tool >/dev/null || { $(SUDO) apt-get update && $(SUDO) apt-get install -y --no-install-recommends $(BUILD_PACKAGES); break; }; done

test-tools:
	@( for tool in $(TEST_TOOLS); do command -v $$tool || exit 1; done; python3 -c 'import ensurepip' ) >/dev/null 2>&1 || { $(SUDO) apt-get update && $(SUDO) apt-get install -y --no-install-recommends $(TEST_PACKAGES); }
