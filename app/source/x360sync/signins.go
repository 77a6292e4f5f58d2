package x360sync

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"psabridge/app"
)

// What a sign-in is called, and how it went. The types of the log differ from server to server and have no documented
// list, so they are known by their words, in what the type is called or in what the row says was done.
var (
	signInWords  = regexp.MustCompile(`\b(log ?in|logins|logging in|logged in|log ?on|logging on|logged on|sign ?in|signing in|signed in|sign ?on|signed on|authenticat\w*)\b`)
	failureWords = regexp.MustCompile(`\b(fail\w*|denied|deny|invalid|incorrect|wrong|unsuccessful\w*|refused|rejected)\b`)
	successWords = regexp.MustCompile(`\b(logged in|logged on|signed in|signed on|authenticated|succe\w*)\b|^(log ?in|log ?on|sign ?in|sign ?on)$`)
)

type signIn int

const (
	noSignIn signIn = iota
	signInFailed
	signInWorked
)

// signInOf tells what a text says about a sign-in. kind may be a slug.
func signInOf(kind string) signIn {
	text := strings.Join(strings.FieldsFunc(strings.ToLower(kind), func(c rune) bool { return c == '_' || c == '-' || c == ' ' }), " ")
	switch {
	case !signInWords.MatchString(text):
		return noSignIn
	case failureWords.MatchString(text):
		return signInFailed
	case successWords.MatchString(text):
		return signInWorked
	}
	return noSignIn
}

func (r logRow) signIn() signIn {
	kind, action := signInOf(r.kind), signInOf(r.ActionText)
	if kind == signInFailed || action == signInFailed {
		return signInFailed
	}
	return max(kind, action)
}

// signInObject is whose sign-in it was: the account or machine that acted, else the one it was about. The log also
// names accounts nobody has; then there is nobody to count for.
func (r logRow) signInObject() (app.Object, bool) {
	account := func(id ref, text string) app.Object {
		return app.Object{Kind: app.ObjectAccount, ExternalID: string(id), Name: named("Account ", id, text)}
	}
	machine := func(id ref, text string) app.Object {
		return app.Object{Kind: app.ObjectMachine, ExternalID: string(id), Name: named("Machine ", id, text)}
	}
	switch {
	case plainID(string(r.ActorPersonID)):
		return account(r.ActorPersonID, textOf("person", r.ActorType, r.ActorText)), true
	case plainID(string(r.ActedOnPersonID)):
		return account(r.ActedOnPersonID, textOf("person", r.ActedOnType, r.ActedOnText)), true
	case plainID(string(r.ActorMachineID)):
		return machine(r.ActorMachineID, textOf("machine", r.ActorType, r.ActorText)), true
	case plainID(string(r.ActedOnMachineID)):
		return machine(r.ActedOnMachineID, textOf("machine", r.ActedOnType, r.ActedOnText)), true
	}
	return app.Object{}, false
}

// textOf is the text of an actor when it is about the kind of thing asked for: a row that names the machine in words may
// carry the account's number, too.
func textOf(want, is, text string) string {
	if is != "" && is != want {
		return ""
	}
	return text
}

// run is how often a sign-in failed in a row, up to a row of the log.
type run struct {
	count int
	last  string
}

func parseRun(s string) run {
	n, last, _ := strings.Cut(s, "@")
	times, err := strconv.Atoi(n)
	if err != nil || times < 0 || !plainID(last) {
		return run{}
	}
	return run{times, last}
}

func (r run) String() string { return strconv.Itoa(r.count) + "@" + r.last }

// signIns counts failed sign-ins in a row, one event each. Rows come again while they are young, so those up to the last
// one that was counted are passed over; and a log that was not read down to its mark counts when it was.
func (p *pull) signIns(rows []logRow) {
	runs := map[string]run{}
	for _, r := range rows {
		what := r.signIn()
		object, ok := r.signInObject()
		if what == noSignIn || !ok || r.partial {
			continue
		}
		key := string(object.Kind) + "/" + object.ExternalID
		now, known := runs[key]
		if !known {
			now = parseRun(p.marks.get(streamSignIn, key))
		}
		if now.last != "" && compareIDs(r.key(), now.last) <= 0 {
			continue
		}
		switch {
		case what == signInFailed:
			now = run{now.count + 1, r.key()}
			p.batch.Events = append(p.batch.Events, p.failedSignIn(r, object, now.count))
		case now.count == 0:
			continue // it worked, as it did before
		default:
			now = run{0, r.key()}
		}
		runs[key] = now
	}
	for key, now := range runs {
		p.news = append(p.news, app.Mark{Stream: streamSignIn, ExternalID: key, Value: now.String()})
	}
}

func (p *pull) failedSignIn(r logRow, object app.Object, times int) app.Event {
	e := r.event(p.source.name, p.tree, r.kind, p.now)
	e.SourceEventID, e.Type, e.State, e.Severity = "signin/"+r.key(), app.TypeSignInFailures, app.Problem, app.SeverityWarning
	e.Object, e.Level, e.Body = object, times, nil
	e.Title = object.Name + ": sign-in failed"
	if times > 1 {
		e.Title = fmt.Sprintf("%s: sign-in failed %d times in a row", object.Name, times)
	}
	e.Text = cmp.Or(e.Text, plain(r.ActionText))
	return e
}
