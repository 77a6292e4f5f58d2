package static

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the part of Pico that is used anew")

// trimmed is what is served of Pico: the vendored file without the rules for markup no page of ours has.
const trimmed = "css/pico.used.css"

// unused is that markup: as a selector names it, and as a template would write it. A template that begins to use some of it
// fails the test below; its line goes then, and the file is written anew with -update.
var unused = map[string]string{
	"dropdown":             `dropdown`,
	"dialog":               `<dialog`,
	"modal":                `modal-is`,
	"[role=group]":         `role="group"`,
	"[role=search]":        `role="search"`,
	"[role=button]":        `role="button"`,
	"[role=link]":          `role="link"`,
	"[data-tooltip]":       `data-tooltip`,
	".secondary":           `class="[^"]*\bsecondary\b`,
	".contrast":            `class="[^"]*\bcontrast\b`,
	".outline":             `class="[^"]*\boutline\b`,
	".striped":             `class="[^"]*\bstriped\b`,
	".container":           `class="(?:[^"]* )?container\b`,
	".overflow-auto":       `overflow-auto`,
	"[type=range]":         `type="range"`,
	"[type=color]":         `type="color"`,
	"[type=time]":          `type="time"`,
	"[type=week]":          `type="week"`,
	"[type=reset]":         `type="reset"`,
	"[dir=rtl]":            `dir="rtl"`,
	"[aria-invalid=false]": `aria-invalid="false"`,
	"[aria-controls]":      `aria-controls`,
	"breadcrumb":           `breadcrumb"`,
	"hgroup":               `<hgroup`,
	"article":              `<article`,
	"aside":                `<aside`,
	"audio":                `<audio`,
	"canvas":               `<canvas`,
	"iframe":               `<iframe`,
	"[multiple]":           ` multiple`,
	"[readonly]":           ` readonly`,
	"optgroup":             `<optgroup`,
	"video":                `<video`,
	"address":              `<address`,
	"samp":                 `<samp`,
	"dfn":                  `<dfn`,
	"sup":                  `<sup[ >]`,
	"ins":                  `<ins[ >]`,
	"del":                  `<del[ >]`,
	"h5":                   `<h5`,
	"h6":                   `<h6`,
	"::-ms-":               `a page for a browser of 2013`,
	":host":                `a shadow root`,
	"@-moz-document":       `a document of Firefox`,
}

// rule is one rule of a style sheet: what stands before the brace, and what stands in it.
type rule struct{ head, body string }

// rulesOf cuts a sheet into its rules.
func rulesOf(css string) (out []rule) {
	for at := 0; at < len(css); {
		open := strings.IndexByte(css[at:], '{')
		if open < 0 {
			return out
		}
		open += at
		depth, end := 1, open+1
		for ; depth > 0; end++ {
			switch css[end] {
			case '{':
				depth++
			case '}':
				depth--
			}
		}
		out = append(out, rule{strings.TrimSpace(css[at:open]), css[open+1 : end-1]})
		at = end
	}
	return out
}

// cut splits at a byte that stands outside brackets and strings.
func cut(text string, at byte) (out []string) {
	depth, from := 0, 0
	var quote byte
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '(' || c == '[':
			depth++
		case c == ')' || c == ']':
			depth--
		case c == at && depth == 0:
			out, from = append(out, text[from:i]), i+1
		}
	}
	return append(out, text[from:])
}

// lists are the parts of a selector that name several things, or what is not meant.
var lists = regexp.MustCompile(`:(?:not|is|where|has)\((?:[^()]|\([^()]*\))*\)`)

// wanted reports whether a selector can match anything of ours.
func wanted(selector string) bool {
	bare := lists.ReplaceAllString(selector, "")
	if strings.HasPrefix(selector, ":host") {
		return false
	}
	for name := range unused {
		if word := regexp.MustCompile(`(^|[^-\w])` + regexp.QuoteMeta(name)); word.MatchString(bare) || strings.Contains(name, "-ms-") && strings.Contains(bare, name) {
			return false
		}
	}
	return true
}

// used leaves the rules that can match anything.
func used(css string) string {
	var out strings.Builder
	for _, r := range rulesOf(css) {
		switch {
		case strings.HasPrefix(r.head, "@-moz-document"):
			continue
		case strings.HasPrefix(r.head, "@media"), strings.HasPrefix(r.head, "@supports"):
			r.body = used(r.body)
		case !strings.HasPrefix(r.head, "@"):
			r.head = strings.Join(slices.DeleteFunc(cut(r.head, ','), func(s string) bool { return !wanted(s) }), ",")
		}
		if r.head != "" && r.body != "" {
			out.WriteString(r.head + "{" + r.body + "}")
		}
	}
	return out.String()
}

// settled are the values our own sheet sets for the whole page. Its layers come after that of Pico, whatever the theme.
func settled(own string) map[string]bool {
	out := map[string]bool{}
	_, layers, _ := strings.Cut(own, "@layer tokens")
	for _, layer := range rulesOf("@layer tokens" + layers) {
		for _, r := range rulesOf(layer.body) {
			if r.head != ":root" || !strings.Contains(layer.head, "@layer") {
				continue
			}
			for _, d := range cut(r.body, ';') {
				if name, _, ok := strings.Cut(strings.TrimSpace(d), ":"); ok && strings.HasPrefix(name, "--pico-") {
					out[name] = true
				}
			}
		}
	}
	return out
}

// unsettled leaves out of the rules for the whole page what our own sheet settles.
func unsettled(css string, settled map[string]bool) string {
	var out strings.Builder
	for _, r := range rulesOf(css) {
		switch {
		case strings.HasPrefix(r.head, "@media"):
			r.body = unsettled(r.body, settled)
		case strings.HasPrefix(r.head, ":root") && !strings.Contains(r.head, " "), r.head == "[data-theme=dark]":
			r.body = strings.Join(slices.DeleteFunc(cut(r.body, ';'), func(d string) bool {
				name, _, _ := strings.Cut(d, ":")
				return settled[name]
			}), ";")
		}
		if r.body != "" {
			out.WriteString(r.head + "{" + r.body + "}")
		}
	}
	return out.String()
}

var (
	reads  = regexp.MustCompile(`var\((--pico-[\w-]+)`)
	frames = regexp.MustCompile(`@keyframes ([\w-]+)`)
)

// needed leaves out values nothing reads and movements nothing makes, until none is left; others are the sheets that read
// them too.
func needed(css, others string) string {
	for {
		read := map[string]bool{}
		for _, m := range reads.FindAllStringSubmatch(css+others, -1) {
			read[m[1]] = true
		}
		for _, m := range frames.FindAllStringSubmatch(css, -1) {
			read[m[1]] = strings.Count(css+others, m[1]) > 1
		}
		next := without(css, read)
		if next == css {
			return css
		}
		css = next
	}
}

func without(css string, read map[string]bool) string {
	var out strings.Builder
	for _, r := range rulesOf(css) {
		switch {
		case strings.HasPrefix(r.head, "@keyframes"):
			if m := frames.FindStringSubmatch(r.head); !read[m[1]] {
				continue
			}
		case strings.HasPrefix(r.head, "@"):
			r.body = without(r.body, read)
		default:
			r.body = strings.Join(slices.DeleteFunc(cut(r.body, ';'), func(d string) bool {
				name, _, _ := strings.Cut(d, ":")
				return d == "" || strings.HasPrefix(name, "--pico-") && !read[name]
			}), ";")
		}
		if r.body != "" {
			out.WriteString(r.head + "{" + r.body + "}")
		}
	}
	return out.String()
}

// TestPicoIsTrimmed: what is served is the vendored file, less what no page of ours can need.
func TestPicoIsTrimmed(t *testing.T) {
	all, err := os.ReadFile("css/pico.min.css")
	if err != nil {
		t.Fatal(err)
	}
	text := string(all)
	end := strings.Index(text, "*/") + len("*/")
	licence := strings.Replace(strings.TrimPrefix(text[:end], `@charset "UTF-8";`), "*/", "* What no page uses is left out; the whole file is beside this one.\n */", 1)
	own := read("css/psabridge.css")
	want := licence + "\n" + needed(unsettled(used(text[end:]), settled(own)), own)
	if *update {
		if err := os.WriteFile(trimmed, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
		t.Logf("%d of %d bytes", len(want), len(all))
	}
	if got, err := os.ReadFile(trimmed); err != nil || string(got) != want {
		t.Errorf("%s is not current: go test ./static -run TestPicoIsTrimmed -update (%v)", trimmed, err)
	}
}

// TestNothingUsesWhatWasTrimmed looks through every template for markup whose rules are not served.
func TestNothingUsesWhatWasTrimmed(t *testing.T) {
	views := os.DirFS(filepath.Join("..", "views"))
	err := fs.WalkDir(views, ".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".templ" {
			return err
		}
		text, err := fs.ReadFile(views, path)
		for name, markup := range unused {
			if found := regexp.MustCompile(markup).Find(text); found != nil {
				t.Errorf("%s has %q, and the rules for %s are not served", path, found, name)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
