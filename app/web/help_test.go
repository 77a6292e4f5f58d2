package web_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"psabridge/app/link"
	"psabridge/app/web"
	"psabridge/views"
)

var (
	hrefs    = regexp.MustCompile(`<a [^>]*?href="(/[^"]*|#[^"]*)"`)
	railLink = regexp.MustCompile(`(?s)<nav class="rail".*?</nav>`)
	helpLink = regexp.MustCompile(`(?s)<a class="btn quiet help" href="([^"]*)"`)
)

// content is what stands between the frame of a page and its end.
func content(body string) string {
	_, rest, _ := strings.Cut(body, "<main")
	rest, _, _ = strings.Cut(rest, "</main>")
	return rest
}

// arrive gets a page, also where its address leads on to it: billing to its month.
func (w *world) arrive(path string) answer {
	w.t.Helper()
	got := w.get(path)
	if got.status == http.StatusSeeOther {
		path, _, _ := strings.Cut(got.header.Get("Location"), "#")
		got = w.get(path)
	}
	got.want(w.t, http.StatusOK)
	return got
}

// TestEveryPageHasItsHelp: the last thing of the top line leads to a topic about the page, on every page of the rail and on
// every page below it.
func TestEveryPageHasItsHelp(t *testing.T) {
	w := furnished(t)
	var pages []string
	for _, m := range hrefs.FindAllStringSubmatch(railLink.FindString(w.get("/").body), -1) {
		pages = append(pages, m[1])
	}
	if len(pages) < 12 {
		t.Fatalf("the rail has %v", pages)
	}
	for _, r := range web.Routes(w.server) {
		if r.Method == http.MethodGet && r.Access != "open" && !strings.HasPrefix(r.Path, link.HelpTopics) {
			pages = append(pages, w.fill(r.Path))
		}
	}
	topics := map[string]bool{}
	for _, path := range pages {
		m := helpLink.FindStringSubmatch(w.get(path).body)
		if m == nil {
			continue // a file, or a part of a page
		}
		if m[1] == link.HelpTopics {
			t.Errorf("%s has no topic of the help", path)
		}
		topics[m[1]] = true
	}
	for topic := range topics {
		w.get(topic).want(t, http.StatusOK)
	}
	if len(topics) < 15 {
		t.Errorf("only %d topics are led to", len(topics))
	}
}

// TestHelpLeadsSomewhere follows every link of every topic: to a page there is, and to a part that page has.
func TestHelpLeadsSomewhere(t *testing.T) {
	w := furnished(t)
	pages := map[string]string{}
	page := func(path string) string {
		if _, seen := pages[path]; !seen {
			pages[path] = w.arrive(path).body
		}
		return pages[path]
	}
	from := []string{link.HelpTopics, link.HelpTopics + "?q=hold"}
	for _, topic := range views.HelpTopics() {
		from = append(from, link.Help(topic.ID))
	}
	for _, path := range from {
		links := hrefs.FindAllStringSubmatch(content(page(path)), -1)
		for _, m := range links {
			address, part, _ := strings.Cut(m[1], "#")
			if address == "" {
				address = path
			}
			if body := page(strings.ReplaceAll(address, "&amp;", "&")); part != "" && !strings.Contains(body, ` id="`+part+`"`) {
				t.Errorf("%s leads to %s, which that page does not have", path, m[1])
			}
		}
		if len(links) == 0 {
			t.Errorf("%s has no links", path)
		}
	}
}

// TestHelpOfAnEmptyBridge: before there is anything, every topic still leads to a page.
func TestHelpOfAnEmptyBridge(t *testing.T) {
	w := newWorld(t)
	for _, topic := range views.HelpTopics() {
		got := w.get(link.Help(topic.ID))
		got.want(t, http.StatusOK)
		for _, m := range hrefs.FindAllStringSubmatch(content(got.body), -1) {
			if path, _, _ := strings.Cut(m[1], "#"); path != "" && !strings.HasPrefix(path, link.HelpTopics) {
				w.arrive(strings.ReplaceAll(path, "&amp;", "&"))
			}
		}
	}
	w.get(link.Help("nothing")).want(t, http.StatusNotFound)
}

// TestHelpIsSearched without a script: the form is a filter in the address.
func TestHelpIsSearched(t *testing.T) {
	w := newWorld(t)
	body := content(w.get(link.HelpTopics + "?q=keychain").body)
	if !strings.Contains(body, link.Help("keys")) || strings.Contains(body, link.Help("pause")+`"`) || !strings.Contains(body, `value="keychain"`) {
		t.Error("keychain does not find the topic about keys alone")
	}
	if body := content(w.get(link.HelpTopics + "?q=zebra").body); !strings.Contains(body, "No topic has these words.") {
		t.Error("nothing found is not said")
	}
}

// TestHoldCan: what the help says may be done is what the billing rules say.
func TestHoldCan(t *testing.T) {
	can := web.HoldCan()
	var release, correct, neither []string
	for _, code := range views.HoldCodes() {
		switch c := can[code]; {
		case c.Release:
			release = append(release, string(code))
		case c.Correct:
			correct = append(correct, string(code))
		default:
			neither = append(neither, string(code))
		}
	}
	slices.Sort(correct)
	slices.Sort(neither)
	if want := []string{"incomplete_reading", "unit_mismatch"}; !slices.Equal(correct, want) {
		t.Errorf("corrected alone: %v", correct)
	}
	if want := []string{"agreement_inactive", "ambiguous_addition", "mapping_broken", "no_agreement", "product_bundle", "product_not_found"}; !slices.Equal(neither, want) {
		t.Errorf("neither: %v", neither)
	}
	if len(release) < 14 {
		t.Errorf("released: %v", release)
	}
}
