package main

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"psabridge/app/setup"
	"psabridge/views"
	"psabridge/views/stories"
)

var (
	helpCode = regexp.MustCompile(`<code>psabridge ([^<]*)</code>`)
	helpFlag = regexp.MustCompile(`^--([a-z-]+)`)
)

// TestHelpNamesCommandsThereAre: whatever the pages' help tells people to type is a command, with flags that it has.
func TestHelpNamesCommandsThereAre(t *testing.T) {
	var cmds commands
	parser, err := kong.New(&cmds, kong.Name("psabridge"), kong.Vars{"port": "", "fields": "", "moment": "", "organization": ""})
	if err != nil {
		t.Fatal(err)
	}
	named := 0
	for _, topic := range views.HelpTopics() {
		var page strings.Builder
		m := views.Help{Shell: stories.Quiet("Help", ""), Topic: topic, Facts: views.HelpFacts{Manual: setup.Manual()}}
		if err := views.HelpPage(m).Render(t.Context(), &page); err != nil {
			t.Fatal(err)
		}
		for _, found := range helpCode.FindAllStringSubmatch(page.String(), -1) {
			named++
			if wrong := unknownCommand(parser.Model.Node, strings.Fields(found[1])); wrong != "" {
				t.Errorf("%s says psabridge %s: %s", topic.ID, found[1], wrong)
			}
		}
	}
	if named < 15 {
		t.Errorf("only %d commands were found in the help", named)
	}
}

// unknownCommand walks down the commands by the words and returns what there is not; empty when all of it is there.
func unknownCommand(at *kong.Node, words []string) string {
	i := 0
	for ; i < len(words); i++ {
		child := childOf(at, words[i])
		if child == nil {
			break
		}
		at = child
	}
	if at.DefaultCmd != nil {
		at = at.DefaultCmd // what the words behind it are for
	}
	if i == 0 || len(at.Children) > 0 {
		return "no such command"
	}
	if len(words) > i && len(at.Positional) == 0 && !strings.HasPrefix(words[i], "-") {
		return "it takes no " + words[i]
	}
	for _, word := range words[i:] {
		flag := helpFlag.FindStringSubmatch(word)
		if flag == nil {
			continue
		}
		known := false
		for _, group := range at.AllFlags(false) {
			for _, f := range group {
				known = known || f.Name == flag[1]
			}
		}
		if !known {
			return "no flag " + word
		}
	}
	return ""
}

func childOf(at *kong.Node, word string) *kong.Node {
	for _, child := range at.Children {
		if child.Name == word {
			return child
		}
	}
	return nil
}

// TestServeIsTheSameAlone: serve is parsed without the other commands, and nobody may notice.
func TestServeIsTheSameAlone(t *testing.T) {
	for _, rest := range []string{"--help", "--version", "--bogus", "more", "--port x", "--keys paper", "help"} {
		said := func(args ...string) string {
			var out strings.Builder
			code := execute(t.Context(), append(args, strings.Fields(rest)...), console{in: strings.NewReader(""), out: &out, err: &out})
			return out.String() + strconv.Itoa(code)
		}
		if alone, among := said("serve"), said("--json", "serve"); alone != among {
			t.Errorf("serve %s:\n%s\namong the other commands:\n%s", rest, alone, among)
		}
	}
}
