package stories

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write what the components look like now as what they must look like")

// fingerprint is in the paths of static files; it is not what a component says.
var fingerprint = regexp.MustCompile(`/static/[0-9a-f]{10}/`)

// TestComponents compares each component with what it was, so that a change of one is seen and meant:
// `go test ./views/stories -update` takes it over, and the diff of the files says what changed.
func TestComponents(t *testing.T) {
	dir := filepath.Join("..", "..", "testdata", "golden", "ui")
	var kept []string
	for _, c := range Components() {
		file := filepath.Join(dir, strings.ToLower(c.Name)+".html")
		kept = append(kept, filepath.Base(file))
		got := golden(t.Context(), t, c)
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Errorf("%s: %v", c.Name, err)
			continue
		}
		if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got, "\n")); diff != "" {
			t.Errorf("%s is not what it was (-was +is); -update when that is meant:\n%s", c.Name, diff)
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !slices.Contains(kept, f.Name()) {
			t.Errorf("%s belongs to no component", f.Name())
		}
	}
}

// golden writes a component's cases one element a line.
func golden(ctx context.Context, t *testing.T, c Component) string {
	t.Helper()
	var b bytes.Buffer
	for _, one := range c.Cases {
		fmt.Fprintf(&b, "<!-- %s -->\n", one.Name)
		var html bytes.Buffer
		if err := one.View.Render(ctx, &html); err != nil {
			t.Fatalf("%s, %s: %v", c.Name, one.Name, err)
		}
		b.WriteString(strings.ReplaceAll(strings.TrimSpace(html.String()), "><", ">\n<") + "\n")
	}
	return fingerprint.ReplaceAllString(b.String(), "/static/")
}

// TestEveryComponentHasAStory reads package ui: a new component without a story fails here.
func TestEveryComponentHasAStory(t *testing.T) {
	var have []string
	for _, c := range Components() {
		if len(c.Cases) == 0 {
			t.Errorf("%s is shown in no state", c.Name)
		}
		have = append(have, c.Name)
	}
	slices.Sort(have)
	if diff := cmp.Diff(templates(t, filepath.Join("..", "ui"), ""), have); diff != "" {
		t.Errorf("components without story, or stories without component (-components +stories):\n%s", diff)
	}
}

// launch goes on by itself and has a test of its own.
const launch = "LaunchPage"

// TestEveryPageHasAStory reads package views and what is written here.
func TestEveryPageHasAStory(t *testing.T) {
	used := called(t)
	for _, page := range templates(t, "..", "Page") {
		if !used[page] && page != launch {
			t.Errorf("no story shows %s", page)
		}
	}
}

// TestEveryPageInItsStates: what has no list, and no form that can be wrong, is named here.
func TestEveryPageInItsStates(t *testing.T) {
	still := []string{"problem", "signed-out"}
	for _, p := range byPage(All()) {
		if slices.Contains(still, p.page) || slices.Contains(variants, p.page) || strings.HasPrefix(p.page, "help-") {
			continue
		}
		for _, s := range states {
			if !slices.Contains(p.states, s.name) {
				t.Errorf("%s is not shown in state %s", p.page, s.name)
			}
		}
	}
}

// variants are stories of pages that are shown in all states under another name.
var variants = []string{"money-met", "organization-settings-unlisted", "sources-add-vendor", "import-asks", "sign-in-ended", "source-running"}

// templates are the exported components of a package by the ends of their names, sorted.
func templates(t *testing.T, dir, suffix string) []string {
	t.Helper()
	var out []string
	walk(t, dir, "_templ.go", func(n ast.Node) {
		if f, ok := n.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.IsExported() && strings.HasSuffix(f.Name.Name, suffix) {
			out = append(out, f.Name.Name)
		}
	})
	if len(out) < 20 {
		t.Fatalf("%s has %d components", dir, len(out))
	}
	slices.Sort(out)
	return out
}

// called are the functions of package views that the stories call.
func called(t *testing.T) map[string]bool {
	t.Helper()
	out := map[string]bool{}
	walk(t, ".", ".go", func(n ast.Node) {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok && x.Name == "views" {
				out[s.Sel.Name] = true
			}
		}
	})
	return out
}

// walk shows every node of the files of a folder whose names end so.
func walk(t *testing.T, dir, suffix string, see func(ast.Node)) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"+suffix))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			see(n)
			return true
		})
	}
}
