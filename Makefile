# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors

.PHONY: setup demo test test-release build install coverage lint bench bench-mailbox bench-log bench-relay clean

PREFIX ?= /usr/local

# Programs that contain Swift's own libraries: the machine that they run on needs no toolchain.
RELEASE = -c release --static-swift-stdlib

# How the programs and the tests are built that the tests run: for debugging, unless the environment says otherwise.
TESTED ?=

# The main job, played with real programs. Set-up and release build included.
demo: build
	scripts/demo

# What tests need, once for all of them.
setup:
	scripts/setup --tests

# Every test, set-up included.
test: setup
	swift build $(TESTED) --build-tests
	swift build $(TESTED) --product generate-manual
	LIAISON_BIN="$$(swift build $(TESTED) --show-bin-path)" swift test $(TESTED) --skip-build

# The scripts of the tests, over the optimised programs that are installed.
test-release: build setup
	swift build $(RELEASE) --product generate-manual
	swift build --build-tests
	LIAISON_BIN="$$(swift build $(RELEASE) --show-bin-path)" swift test --skip-build --filter ScriptTests

build:
	scripts/setup
	swift build $(RELEASE)

# Both programs, their manual pages in English and French, and completions for bash, zsh and fish.
install: build
	swift build $(RELEASE) --product generate-manual
	bin="$$(swift build $(RELEASE) --show-bin-path)" && \
		install -D -t "$(DESTDIR)$(PREFIX)/bin" "$$bin/liaison" "$$bin/liaisond" && \
		scripts/pages "$(DESTDIR)$(PREFIX)/share" "$$bin"

# Which lines the tests of the libraries run, by file; whole programs are not counted.
coverage: setup
	swift build --build-tests --enable-code-coverage --scratch-path .build/coverage
	swift test --skip-build --enable-code-coverage --scratch-path .build/coverage --skip ScriptTests
	llvm-cov report "$$(swift build --scratch-path .build/coverage --show-bin-path)"/liaisonPackageTests.xctest \
		-instr-profile "$$(dirname "$$(swift test --show-codecov-path --scratch-path .build/coverage)")/default.profdata" \
		-ignore-filename-regex '(checkouts|Tests|Benchmarks|derived)/'

# The form of sources, scripts and Python, set-up included.
lint: setup
	swift format lint --strict --recursive Sources Tests Benchmarks Package.swift
	shellcheck scripts/* Tests/Scripts/*.sh Tests/Scripts/*.bash .ci/run
	.venv/bin/ruff check --no-cache tools Tests

# A directory of 500 institutions beside one of four: what a refresh moves and what a send costs; then 1 GiB sealed and opened
# beside the bare cipher; in one run.
bench:
	scripts/setup
	swift run $(RELEASE) scale

# A unit's mailbox of 100, 10,000 and 100,000 deliveries, ten of them new: what lists cost a device, in one run.
bench-mailbox:
	scripts/setup
	swift run $(RELEASE) mailbox

# A log of ten million entries beside one of ten thousand, in one run; needs 20 GB of disk and some minutes.
bench-log:
	scripts/setup
	swift run $(RELEASE) logscale

# The relay over mutual TLS: what it answers, how fast, at what cost, with how much stored, and beside a flood, in one run.
bench-relay: setup
	swift build $(RELEASE) --product liaisond
	swift run $(RELEASE) relaybench

clean:
	[ ! -d demo ] || scripts/sandbox down demo
	rm -rf .build .venv demo
