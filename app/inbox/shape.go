package inbox

import (
	"encoding/json"
	"fmt"
	"strings"

	"psabridge/app"
)

// Shape is the form of another program's webhook that can be read as it is. Such a call names no customer: the customer is
// in the address it is sent to.
type Shape struct {
	Name  string
	Title string // the program
	Doc   string // where its form is documented
}

// Shapes lists the forms Events reads besides psabridge's own. Keys a form has beyond those documented are let through.
func Shapes() []Shape {
	return []Shape{
		{"simplebackups", "SimpleBackups", "https://docs.simplebackups.com/ (Backup Webhook)"},
		{"restic", "restic-backup-helper", "https://github.com/marc0janssen/restic-backup-helper (docs/configuration/webhooks.md)"},
		{"primebackup", "Prime Backup", "https://github.com/TISUnion/PrimeBackup (docs/feature/notification.md)"},
	}
}

func shapeNames() string {
	var names []string
	for _, s := range Shapes() {
		names = append(names, s.Name)
	}
	return strings.Join(names, ", ")
}

// shape returns the reader of a form; nil when there is no such form.
func (r *eventReader) shape(name string) func(*object) sent {
	return map[string]func(*object) sent{"simplebackups": simpleBackups, "restic": restic, "primebackup": primeBackup}[name]
}

// jobObject is what a backup program's event is about.
const jobObject app.ObjectKind = "job"

// outcome fills in what an event says of a job that ended well or badly.
func (s *sent) outcome(job string, failed bool, title string) {
	s.kind, s.state, s.severity, s.title = job+".failed", app.Recovery, app.SeverityInfo, title
	if failed {
		s.state, s.severity = app.Problem, app.SeverityWarning
	}
}

// simpleBackups reads SimpleBackups' webhook. Its times name no zone, so they are told in the text and the event counts from
// when it arrived. One run reports once, so run and status together are its id.
func simpleBackups(o *object) sent {
	run, status := o.name("id"), o.oneOf("status", "success", "error")
	what := slugType(o.raw("type"), "backup")
	job := o.inner("backup")
	if job == nil {
		o.wrong("backup", "The backup is missing; this is not a SimpleBackups webhook.")
		return sent{}
	}
	if run == "" || status == "" {
		o.wrong("id", "The run's id or status is missing; this is not a SimpleBackups webhook.")
	}
	id, name := job.name("id"), job.name("name")
	if id == "" {
		job.wrong("id", "The backup's id is missing.")
	}
	s := sent{id: run + "/" + status, object: app.Object{Kind: jobObject, ExternalID: id, Name: firstOf(name, id)}}
	word := map[string]string{"success": "succeeded", "error": "failed"}[status]
	s.outcome(what, status == "error", fmt.Sprintf("%s of %s %s", capital(what), s.object.Name, word))
	var facts []string
	for _, part := range []string{"server", "storage"} {
		if in := o.inner(part); in != nil {
			facts = append(facts, capital(part)+": "+in.name("name"))
		}
	}
	facts = append(facts, "Started: "+o.raw("started_at"), "Finished: "+o.raw("finished_at")+" (by SimpleBackups' clock; it does not say the zone)")
	s.text = strings.Join(facts, "\n")
	return s
}

// resticSkipped is the exit code of a forget that found the repository locked by another host: harmless, says its author.
const resticSkipped = "11"

// restic reads restic-backup-helper's webhook: one document per run of one worker.
func restic(o *object) sent {
	job, host := o.name("job"), o.name("hostname")
	code, isNumber := first(o, "exit_code").(json.Number)
	if job == "" || host == "" || !isNumber {
		o.wrong("job", "job, hostname or exit_code is missing; this is not a restic-backup-helper webhook.")
		return sent{}
	}
	s := sent{at: o.moment("finished_at"), object: app.Object{Kind: jobObject, ExternalID: host + "/" + job, Name: host + " " + job}}
	if s.at.IsZero() {
		o.wrong("finished_at", "finished_at is missing; without it a run cannot be told from the next.")
	}
	word := "succeeded"
	if code != "0" {
		word = "failed with exit code " + code.String()
	}
	s.outcome(slugType(job, "job"), code != "0", fmt.Sprintf("restic %s on %s %s", job, host, word))
	if job == "forget" && code == resticSkipped {
		s.state, s.severity, s.title = app.Info, app.SeverityInfo, "restic forget on "+host+" was skipped: another host held the lock"
	}
	s.text = fmt.Sprintf("Repository: %s\nStarted: %s\nFinished: %s", o.raw("repository"), o.raw("started_at"), o.raw("finished_at"))
	return s
}

// primeBackup reads Prime Backup's webhook. The form of its timestamp and of the backup's id is not documented: a time that
// does not say its zone is left aside, and the event counts from when it arrived.
func primeBackup(o *object) sent {
	event := o.raw("event")
	job, what, ok := strings.Cut(event, "_")
	if !ok || (job != "backup" && job != "restore") || (what != "start" && what != "success" && what != "failure") {
		o.wrong("event", "%q is not an event of Prime Backup.", short(event))
		return sent{}
	}
	s := sent{object: app.Object{Kind: jobObject, ExternalID: job, Name: job}}
	stamp := fmt.Sprint(first(o, "timestamp"))
	s.at, _ = moment(stamp) // see above
	s.id = event + "/" + stamp
	if stamp == "<nil>" || len(stamp) > maxName {
		o.wrong("timestamp", "The timestamp is missing; without it an event cannot be told from the next.")
	}
	if title := text(o, "title"); title != "" {
		s.title = title
	}
	title := firstOf(s.title, map[string]string{"start": capital(job) + " started", "success": capital(job) + " succeeded", "failure": capital(job) + " failed"}[what])
	s.outcome(job, what == "failure", title)
	if what == "start" {
		s.kind, s.state = job+".started", app.Info
	}
	var facts []string
	for _, key := range []string{"message", "error", "body"} {
		if t := text(o, key); t != "" {
			facts = append(facts, t)
		}
	}
	s.text = strings.Join(facts, "\n")
	return s
}

// first returns a value of any kind; nil when there is none.
func first(o *object, key string) any {
	v, _ := o.get(key)
	return v
}

// text returns a text of a form that does not promise to send one.
func text(o *object, key string) string {
	s, _ := first(o, key).(string)
	return s
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// slugType makes a part of an event type of a word.
func slugType(word, usual string) string {
	if m := strings.ReplaceAll(string(slug(word)), ".", "_"); m != "" {
		return m
	}
	return usual
}

func capital(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
