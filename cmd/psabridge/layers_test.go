package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "psabridge/"

// The rooms of the house (README, "The map of the house") and what each may open the door to. A pattern ends in /* when it
// covers the packages below it; "own" stands for the packages below the importing one's own parent.
var (
	pure     = []string{"app/alert", "app/billing", "app/settings", "app/inbox"}
	ports    = []string{"app/source", "app/psa", "app/secret", "app/channel"}
	engines  = []string{"app/outbox", "app/job", "app/link"}
	useCases = []string{"app/intake", "app/ticketing", "app/push", "app/setup", "app/receive", "app/upkeep", "app/notify"}
)

// allowed says what a package may import of ours. It returns false when no rule covers the package: a new room needs
// a rule before it may be furnished.
func allowed(pkg string) ([]string, bool) {
	switch {
	case pkg == "app", pkg == "app/link", pkg == "static", strings.HasPrefix(pkg, "app/sandbox/"):
		return nil, true
	case pkg == "app/sandbox":
		return []string{"app/sandbox/sample"}, true
	case slices.Contains(pure, pkg), slices.Contains(ports, pkg), pkg == "app/rest", pkg == "store":
		return []string{"app"}, true
	case pkg == "app/job", pkg == "app/schedule", pkg == "app/outbox", pkg == "app/machine":
		return []string{"app"}, true
	case pkg == "app/connect":
		return []string{"app", "app/source", "app/psa", "app/rest", "app/secret"}, true
	case strings.HasPrefix(pkg, "app/source/"):
		return []string{"app", "app/source", "app/rest"}, true
	case strings.HasPrefix(pkg, "app/psa/"):
		return []string{"app", "app/psa", "app/rest"}, true
	case strings.HasPrefix(pkg, "app/channel/"):
		return []string{"app", "app/channel", "app/rest"}, true
	case slices.Contains(useCases, pkg):
		return slices.Concat([]string{"app"}, pure, ports, engines), true
	case pkg == "store/storetest":
		return []string{"app", "store"}, true
	case pkg == "views/stories":
		return []string{"app", "app/link", "static", "views", "views/layout", "views/ui"}, true
	case pkg == "cmd/stories":
		return []string{"views/stories"}, true
	case pkg == "views", strings.HasPrefix(pkg, "views/"):
		return []string{"app", "app/link", "static", "views/*"}, true
	case pkg == "app/web", pkg == "app/web/api":
		return slices.Concat([]string{"app", "store", "views", "views/*", "static", "app/web/api", "app/connect"}, pure, ports, engines, useCases), true
	case strings.HasPrefix(pkg, "cmd/"):
		return []string{"app", "app/*", "store", "views", "static"}, true
	}
	return nil, false
}

// TestImportRules holds the packages to DESIGN's import rules. Test files may import what they like.
func TestImportRules(t *testing.T) {
	for _, p := range listPackages(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		may, known := allowed(name)
		if !known {
			t.Errorf("no import rule covers %s: give it a room in layers_test.go", name)
			continue
		}
		for _, imp := range p.Imports {
			ours, ok := strings.CutPrefix(imp, module)
			if ok && !slices.ContainsFunc(may, func(m string) bool { return covers(m, ours) }) {
				t.Errorf("%s may not import %s", name, ours)
			}
		}
	}
}

// TestStoriesStayOutside: what the tests and `make stories` show is not part of the program.
func TestStoriesStayOutside(t *testing.T) {
	const stories = module + "views/stories"
	for _, p := range listPackages(t) {
		if p.ImportPath != module+"cmd/stories" && slices.Contains(p.Imports, stories) {
			t.Errorf("%s imports the stories", p.ImportPath)
		}
	}
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", module+"cmd/psabridge").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	if linked := strings.Fields(string(out)); slices.Contains(linked, stories) || !slices.Contains(linked, module+"views") {
		t.Error("the program contains the stories, or no views")
	}
}

// TestPureStaysPure keeps the rules free of clocks, files, networks and goroutine tools.
func TestPureStaysPure(t *testing.T) {
	banned := []string{"os", "net", "net/http", "database/sql", "sync", "log", "log/slog", "math/rand", "math/rand/v2", "crypto/rand", "context"}
	for _, p := range listPackages(t) {
		if !slices.Contains(pure, strings.TrimPrefix(p.ImportPath, module)) {
			continue
		}
		for _, imp := range p.Imports {
			if slices.Contains(banned, imp) {
				t.Errorf("%s imports %s: rules are given everything and do nothing", p.ImportPath, imp)
			}
		}
	}
}

// TestSandboxIsStandardLibraryOnly keeps the fake vendors from sharing a misreading with the adapters they test.
func TestSandboxIsStandardLibraryOnly(t *testing.T) {
	for _, p := range listPackages(t) {
		if !strings.HasPrefix(p.ImportPath, module+"app/sandbox") {
			continue
		}
		for _, imp := range p.Imports {
			first, _, _ := strings.Cut(imp, "/")
			if strings.Contains(first, ".") {
				t.Errorf("%s imports %s", p.ImportPath, imp)
			}
		}
	}
}

// TestWebStaysInItsRoom: only app/web may know echo, so that a move to its next version is one package.
func TestWebStaysInItsRoom(t *testing.T) {
	for _, p := range listPackages(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		if name == "app/web" || name == "app/web/api" {
			continue
		}
		for _, imp := range p.Imports {
			if strings.HasPrefix(imp, "github.com/labstack/") {
				t.Errorf("%s imports %s", name, imp)
			}
		}
	}
}

type listed struct {
	ImportPath string
	Imports    []string
}

func listPackages(t *testing.T) []listed {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", module+"...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) < 2 {
		t.Fatalf("go list found %d packages", len(all))
	}
	return all
}

func covers(pattern, pkg string) bool {
	if base, ok := strings.CutSuffix(pattern, "/*"); ok {
		return strings.HasPrefix(pkg, base+"/")
	}
	return pattern == pkg
}
