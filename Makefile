# SPDX-License-Identifier: EUPL-1.2
# SPDX-FileCopyrightText: 2026 The Liaison authors

.PHONY: demo test build install coverage lint bench bench-mailbox bench-log bench-relay clean

PREFIX ?= /usr/local

# Programs that contain Swift's own libraries: the machine that they run on needs no toolchain.
RELEASE = -c release --static-swift-stdlib

# The main job, played with real programs. Set-up and release build included.
demo: build
	scripts/demo

# Every test, set-up included.
test:
	scripts/setup --tests
	swift build --build-tests
	swift package generate-manual --help >/dev/null
	LIAISON_BIN="$$(swift build --show-bin-path)" swift test --skip-build

build:
	scripts/setup
	swift build $(RELEASE)

# Both programs, their manual pages in English and French, and completions for bash, zsh and fish.
install: build
	install -D -t "$(DESTDIR)$(PREFIX)/bin" "$$(swift build $(RELEASE) --show-bin-path)/liaison" "$$(swift build $(RELEASE) --show-bin-path)/liaisond"
	scripts/pages "$(DESTDIR)$(PREFIX)/share"

# Which lines the tests of the libraries run, by file; whole programs are not counted.
coverage:
	scripts/setup --tests
	swift build --build-tests --enable-code-coverage --scratch-path .build/coverage
	swift test --skip-build --enable-code-coverage --scratch-path .build/coverage --skip ScriptTests
	llvm-cov report "$$(swift build --scratch-path .build/coverage --show-bin-path)"/liaisonPackageTests.xctest \
		-instr-profile "$$(dirname "$$(swift test --show-codecov-path --scratch-path .build/coverage)")/default.profdata" \
		-ignore-filename-regex '(checkouts|Tests|Benchmarks|derived)/'

# The form of sources, scripts and Python, set-up included.
lint:
	scripts/setup --tests
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
bench-relay:
	scripts/setup --tests
	swift build $(RELEASE) --product liaisond
	swift run $(RELEASE) relaybench

clean:
	rm -rf .build .venv demo
