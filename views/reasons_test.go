package views_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"psabridge/app"
	"psabridge/views"
)

// TestEveryReasonHasWords reads the reasons where they are named: a new one without words fails here.
func TestEveryReasonHasWords(t *testing.T) {
	seen := 0
	for name, value := range constantsOf(t, "Reason") {
		seen++
		words := views.ReasonWords(app.Reason(value))
		if words == value || words == "" || strings.HasSuffix(words, ".") {
			t.Errorf("%s is %q in words", name, words)
		}
	}
	if seen < 20 {
		t.Fatalf("%d reasons were found", seen)
	}
}

// constantsOf reads the constants of a string type of package app.
func constantsOf(t *testing.T, kind string) map[string]string {
	t.Helper()
	dir := filepath.Join("..", "app")
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, f.Name()), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			if typ, ok := spec.Type.(*ast.Ident); ok && typ.Name == kind && len(spec.Values) == 1 {
				if lit, ok := spec.Values[0].(*ast.BasicLit); ok {
					out[spec.Names[0].Name], _ = strconv.Unquote(lit.Value)
				}
			}
			return true
		})
	}
	return out
}
