# psabridge. `make demo` and `make test` do all the set-up on a fresh machine.

GO       ?= go
BIN      := .bin
VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS  := -s -w -X main.version=$(VERSION)
# The templates' functions are large and used once or twice: copied into their callers they make the program a tenth bigger.
GCFLAGS  := -gcflags=psabridge/views/...=-l -gcflags=psabridge/app/web/...=-l
# The race detector watches our code, not the SQLite that was translated from C: with it every query is 50 times slower.
RACE     := -race -gcflags='modernc.org/...=-race=false'
# Where goroutines of our own meet. `make test` watches these with the race detector, `make test-all` everything.
RACED    := ./app/connect ./app/intake ./app/job ./app/notify ./app/outbox ./app/receive ./app/rest ./app/schedule ./app/secret ./store
GOLANGCI := $(BIN)/golangci-lint
LINT_VER := v2.15.0
TARGETS  := linux/amd64 linux/arm64 windows/amd64 windows/arm64 darwin/amd64 darwin/arm64
KEYRING  := testdata/keyring/with-keyring.sh

.DEFAULT_GOAL := help

help: ## show this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build ./psabridge for this machine
	CGO_ENABLED=0 $(GO) build -trimpath $(GCFLAGS) -ldflags '$(LDFLAGS)' -o psabridge ./cmd/psabridge

demo: build ## the whole product on its built-in sandbox, in a throw-away folder
	./psabridge demo

run: build ## run the bridge itself
	./psabridge serve

sandbox: ## the vendors' fake servers alone, on ports 7370 to 7374
	$(GO) run ./cmd/sandbox --port 7370 --live

stories: ## every component and page in all the states it can be in, with canned data, on port 7379
	@(sleep 3; xdg-open http://127.0.0.1:7379/ || open http://127.0.0.1:7379/ || true) >/dev/null 2>&1 &
	$(GO) run ./cmd/stories --port 7379

# The program's own tests come first and many at once: they mostly wait for processes, browsers and fake vendors.
test: deps ## everything that proves it
	@$(GO) test $(RACE) -shuffle=on -timeout 20m $(RACED)
	@$(GO) test -shuffle=on -parallel 4 -timeout 20m ./cmd/psabridge $$($(GO) list ./... | grep -vxF "$$($(GO) list $(RACED) ./cmd/psabridge)")

test-all: deps ## the long matrices too, all under the race detector: crash sweeps, every page in every state, many seeds
	PSABRIDGE_ALL=1 $(GO) test $(RACE) -shuffle=on -count=1 -timeout 60m ./...

deps: ## install what the tests need (Chromium, a keyring, D-Bus) where that is allowed
	@sh testdata/deps.sh

lint: $(GOLANGCI) generate-check ## gofumpt, go vet, golangci-lint, templates formatted
	$(GO) tool templ fmt -fail ./views
	$(GOLANGCI) run ./...

generate: ## regenerate the templates and format them
	$(GO) tool templ fmt ./views
	$(GO) tool templ generate -path ./views

generate-check: ## fail when a generated file is not current
	$(GO) tool templ generate -path ./views -check

fmt: $(GOLANGCI) generate ## format everything
	$(GOLANGCI) fmt ./...

tidy-check: ## fail when go.mod or go.sum are not tidy
	$(GO) mod tidy -diff

bench: build ## measure size, start, memory and the calls to ConnectWise, as ratios in one run
	$(GO) test -run '^$$' -bench . -benchtime 1x -p 1 ./...

cross: ## build every target without cgo
	@for t in $(TARGETS); do echo "  $$t"; \
	  CGO_ENABLED=0 GOOS=$${t%/*} GOARCH=$${t#*/} $(GO) build -trimpath $(GCFLAGS) -ldflags '$(LDFLAGS)' -o /dev/null ./cmd/psabridge || exit 1; done

release: ## make every download in dist/ from the last commit: programs, installers, packages, SHA256SUMS
	@sh testdata/release/deps.sh
	@GCFLAGS='$(GCFLAGS)' sh testdata/release/release.sh $(TARGETS)

release-check: ## make the release twice and compare
	@sh testdata/release/deps.sh
	@GCFLAGS='$(GCFLAGS)' sh testdata/release/check.sh $(TARGETS)

release-test: ## install, run, sign and take apart what `make release` makes (some minutes)
	@sh testdata/release/deps.sh
	GCFLAGS='$(GCFLAGS)' $(GO) test -count=1 -timeout 30m ./testdata/release

wine-test: ## the Windows program and its installer under Wine (some minutes)
	@sh testdata/release/deps.sh wine
	GCFLAGS='$(GCFLAGS)' $(GO) test -count=1 -timeout 30m ./testdata/release/wine

clean: ## remove what was built
	rm -rf psabridge psabridge.exe dist $(BIN)

$(GOLANGCI):
	GOBIN=$(CURDIR)/$(BIN) $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VER)

.PHONY: help build demo run sandbox stories test test-all deps lint generate generate-check fmt tidy-check bench cross release release-check release-test wine-test clean
