package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// What a script shows of a command.
const (
	showsGood   = "a good run"
	showsWrong  = "something wrong (! psabridge …)"
	showsMisuse = "wrong usage (misuse psabridge …)"
	showsJSON   = "--json"
)

// notShown is what a command does not have, or what no script can bring about.
var notShown = map[string][]string{
	"version":          {showsWrong}, // nothing can go wrong
	"autostart off":    {showsWrong},
	"autostart status": {showsWrong},
	"notify list":      {showsWrong},
	"deliveries link":  {showsGood, showsJSON}, // it takes a ticket that a person opened at ConnectWise
	"billing stop":     {showsGood, showsJSON}, // a push to the sandbox is over before anybody can stop it
}

// TestEveryCommandHasAScript: a new command needs one.
func TestEveryCommandHasAScript(t *testing.T) {
	t.Parallel()
	var cmds commands
	parser, err := kong.New(&cmds, kong.Name("psabridge"), kong.Vars{"port": "", "fields": "", "moment": "", "organization": ""})
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]map[string]bool{}
	for _, line := range scriptLines(t) {
		show, words := whatIsShown(line)
		leaf := leafOf(parser.Model.Node, words)
		if show == "" || leaf == nil {
			continue
		}
		path := strings.TrimPrefix(leaf.FullPath(), "psabridge ")
		if shown[path] == nil {
			shown[path] = map[string]bool{}
		}
		shown[path][show] = true
		if slices.Contains(words, "--json") {
			shown[path][showsJSON] = true
		}
	}
	for _, leaf := range parser.Model.Leaves(false) {
		path := strings.TrimPrefix(leaf.FullPath(), "psabridge ")
		for _, show := range []string{showsGood, showsWrong, showsMisuse, showsJSON} {
			if !shown[path][show] && !slices.Contains(notShown[path], show) {
				t.Errorf("no script in %s shows of psabridge %s: %s", scripts, path, show)
			}
		}
	}
}

func scriptLines(t *testing.T) (lines []string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(scripts, "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		script, _, _ := strings.Cut(string(b), "\n-- ")
		lines = append(lines, strings.Split(script, "\n")...)
	}
	return lines
}

// whatIsShown is what a line of a script shows of a command, and the words behind the program's name.
func whatIsShown(line string) (show string, words []string) {
	before, after, found := strings.Cut(line, "psabridge")
	if !found || after != "" && after[0] != ' ' {
		return "", nil
	}
	words = strings.Fields(after)
	first, _, _ := strings.Cut(before, " ")
	switch first {
	case "", "until", "spawn", "exec":
		return showsGood, words
	case "!":
		return showsWrong, words
	case "misuse":
		return showsMisuse, words
	}
	return "", nil
}

// leafOf is the command the words lead to; a group leads to its default.
func leafOf(at *kong.Node, words []string) *kong.Node {
	for _, word := range words {
		if child := childOf(at, word); child != nil {
			at = child
			continue
		}
		break
	}
	for !at.Leaf() {
		if at.DefaultCmd == nil {
			return nil
		}
		at = at.DefaultCmd
	}
	return at
}
