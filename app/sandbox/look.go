package sandbox

import (
	"cmp"
	"encoding/json"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// Look is a plain view of what the vendors hold, for people and scripts:
// /_look/tickets, /_look/servers, /_look/additions, /_look/writes, /_look/requests,
// /_look/mailbox, /_look/chat, and the same with .json; and the page ConnectWise
// opens for a link to a ticket or an agreement. On the tickets and additions a
// visitor plays the technician, on the servers the trouble. Nothing a client of the vendors may use.
func Look(cw *ConnectWise, x *X360Sync, ax *Axcient, box *Mailbox, chat *Chat) http.Handler {
	mux := http.NewServeMux()
	for name, rows := range map[string]func() any{
		"tickets":   func() any { return ticketsWithNotes(cw) },
		"servers":   func() any { return serversOf(x) },
		"additions": func() any { return additionsWithNames(cw) },
		"writes":    func() any { return cw.QuantityWrites() },
		"mailbox":   func() any { return newestFirst(box.Mails()) },
		"chat":      func() any { return newestFirst(chat.Posts()) },
		"requests": func() any {
			return struct {
				ConnectWise []Request `json:"connectwise"`
				X360Sync    []Request `json:"x360sync"`
				Axcient     []Request `json:"axcient"`
			}{cw.Log(), x.Log(), ax.Log()}
		},
	} {
		mux.HandleFunc("GET /_look/"+name, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'")
			_ = lookPage().ExecuteTemplate(w, name, rows())
		})
		mux.HandleFunc("GET /_look/"+name+".json", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json; charset=utf-8")
			_ = json.NewEncoder(w).Encode(rows())
		})
	}
	playable(mux, cw, x)
	// Where a link to a ticket or an agreement leads in a browser.
	for _, path := range []string{"/v4_6_release/services/system_io/router/openrecord.rails", "/v4_6_release/ConnectWise.aspx"} {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			q := r.URL.Query()
			to := "/_look/tickets#t"
			if strings.HasPrefix(cmp.Or(q.Get("routeTo"), q.Get("recordType")), "Agreement") {
				to = "/_look/additions#g"
			}
			http.Redirect(w, r, to+itoa(atoi(q.Get("recid"))), http.StatusSeeOther)
		})
	}
	mux.Handle("GET /_look/{$}", http.RedirectHandler("/_look/tickets", http.StatusSeeOther))
	return mux
}

func newestFirst[T any](rows []T) []T {
	slices.Reverse(rows)
	return rows
}

type lookTicket struct {
	Ticket
	Notes []Note `json:"notes"`
}

func ticketsWithNotes(cw *ConnectWise) []lookTicket {
	list := []lookTicket{}
	for _, t := range cw.Tickets() {
		list = append(list, lookTicket{t, cw.Notes(t.ID)})
	}
	return list
}

type lookAddition struct {
	Addition
	Agreement string `json:"agreement"`
	Company   string `json:"company"`
	Status    string `json:"agreement_status"`
}

func additionsWithNames(cw *ConnectWise) []lookAddition {
	agreements := map[int]Agreement{}
	for _, a := range cw.Agreements() {
		agreements[a.ID] = a
	}
	list := []lookAddition{}
	for _, a := range cw.Additions(0) {
		g := agreements[a.AgreementID]
		list = append(list, lookAddition{a, g.Name, g.Company, g.Status})
	}
	return list
}

// lookPage is made when somebody looks: it is part of every start otherwise, also where there is no sandbox.
var lookPage = sync.OnceValue(func() *template.Template { return template.Must(template.New("").Parse(lookText)) })

const lookText = `
{{define "top"}}{{template "slow" .}}<meta http-equiv="refresh" content="5">{{template "nav" .}}{{end}}
{{define "slow"}}<!doctype html><html lang="en"><meta charset="utf-8"><title>{{.}} – sandbox</title>{{end}}
{{define "nav"}}
<style>body{font:15px system-ui,sans-serif;margin:1.5rem;color:#1c2430;background:#fff}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #d8dde5;vertical-align:top}nav a{margin-right:1rem}td.n{text-align:right;font-variant-numeric:tabular-nums}.x{color:#667}pre{font:inherit;white-space:pre-wrap;margin:0}form{white-space:nowrap}</style>
<nav><a href="/_look/tickets">Tickets</a><a href="/_look/servers">Servers</a><a href="/_look/additions">Additions</a><a href="/_look/writes">Quantity writes</a><a href="/_look/mailbox">Mailbox</a><a href="/_look/chat">Chat</a><a href="/_look/requests">Requests</a></nav><h1>{{.}}</h1>{{end}}
{{define "tickets"}}{{template "slow" "Tickets in ConnectWise"}}<meta http-equiv="refresh" content="30">{{template "nav" "Tickets in ConnectWise"}}<p class="x">Play the technician: note, take or close a ticket, and see what psabridge does with it.</p><table><tr><th>#<th>Summary<th>Company<th>Board<th>Status<th>Owner<th>Priority<th>Entered<th>Notes<th>As a technician
{{range .}}<tr id="t{{.ID}}"><td>{{.ID}}<td><bdi>{{.Summary}}</bdi><div class="x">{{.ExternalXRef}}</div><td><bdi>{{.Company}}</bdi><td><bdi>{{.Board}}</bdi><td>{{.Status}}{{if .Closed}} (closed by {{.ClosedBy}}){{end}}<td>{{.Owner}}<td>{{.Priority}}<td>{{.EnteredAt.Format "15:04:05"}}<td>{{range .Notes}}<div><b>{{.By}}</b> <span class="x">{{.Kind}}</span> {{.Text}}</div>{{end}}<td><form method="post" action="/_look/tickets/{{.ID}}/note"><input name="text" maxlength="500" value="I am looking at it." aria-label="Note on ticket {{.ID}}"> <button>Note</button> <button formaction="/_look/tickets/{{.ID}}/assign">Take</button> <button formaction="/_look/tickets/{{.ID}}/close">Close</button></form>{{else}}<tr><td colspan="10">No ticket yet.{{end}}</table>{{end}}
{{define "servers"}}{{template "top" "Servers in x360Sync"}}<p class="x">Take a server down or bring it back; psabridge sees it when it reads x360Sync next.</p><table><tr><th>Server<th>Organization<th>Connection<th>
{{range .}}<tr id="m{{.ID}}"><td><bdi>{{.Name}}</bdi><td><bdi>{{.Organization}}</bdi><td>{{if .Down}}down{{else}}connected{{end}}<td><form method="post" action="/_look/servers/{{.ID}}/{{if .Down}}back{{else}}down{{end}}"><button>{{if .Down}}Bring it back{{else}}Take it down{{end}}</button></form>{{end}}</table>{{end}}
{{define "additions"}}{{template "slow" "Agreement additions in ConnectWise"}}<meta http-equiv="refresh" content="30">{{template "nav" "Agreement additions in ConnectWise"}}<p class="x">Play the technician who edits a quantity by hand; psabridge sees it when it plans, writes or undoes next.</p><table><tr><th>#<th>Company<th>Agreement<th>Product<th>Quantity<th>Price<th>Cancelled<th>Changed by<th>By hand
{{$last := 0}}{{range .}}<tr id="a{{.ID}}"><td>{{if ne $last .AgreementID}}<a id="g{{.AgreementID}}"></a>{{end}}{{$last = .AgreementID}}{{.ID}}<td><bdi>{{.Company}}</bdi><td><bdi>{{.Agreement}}</bdi> ({{.Status}})<td><bdi>{{.Product}}</bdi><td class="n">{{.Quantity}}<td class="n">{{.UnitPrice}}<td>{{if not .Cancelled.IsZero}}{{.Cancelled.Format "2006-01-02"}}{{end}}<td>{{.UpdatedBy}}<td><form method="post" action="/_look/additions/{{.ID}}/quantity"><input name="quantity" size="6" inputmode="decimal" value="{{.Quantity}}" aria-label="Quantity of addition {{.ID}}"> <button>Set</button></form>{{end}}</table>{{end}}
{{define "writes"}}{{template "top" "Quantities that were set"}}<table><tr><th>At<th>By<th>Agreement<th>Addition<th>Product<th>Before<th>After
{{range .}}<tr><td>{{.At.Format "15:04:05"}}<td>{{.By}}<td>{{.AgreementID}}<td>{{.AdditionID}}<td>{{.Product}}<td class="n">{{.Old}}<td class="n">{{.New}}{{else}}<tr><td colspan="7">Nothing was written yet.{{end}}</table>{{end}}
{{define "mailbox"}}{{template "top" "Mailbox"}}<table><tr><th>At<th>To<th>From<th>Subject and text
{{range .}}<tr><td>{{.At.Format "15:04:05"}}<td>{{range .To}}<div><bdi>{{.}}</bdi></div>{{end}}<td><bdi>{{.From}}</bdi><td><b><bdi>{{.Subject}}</bdi></b><pre>{{.Text}}</pre><div class="x">{{.MessageID}}{{if .InReplyTo}}, in reply to {{.InReplyTo}}{{end}}</div>{{else}}<tr><td colspan="4">No mail yet.{{end}}</table>{{end}}
{{define "chat"}}{{template "top" "Chat"}}<table><tr><th>At<th>Message
{{range .}}<tr><td>{{.At.Format "15:04:05"}}<td><pre>{{.Text}}</pre>{{else}}<tr><td colspan="2">Nothing was posted yet.{{end}}</table>{{end}}
{{define "requests"}}{{template "top" "Requests"}}<h2>ConnectWise</h2>{{template "log" .ConnectWise}}<h2>x360Sync</h2>{{template "log" .X360Sync}}<h2>Axcient</h2>{{template "log" .Axcient}}{{end}}
{{define "log"}}<table><tr><th>At<th>Method<th>Path<th>Status<th>Fault{{range .}}<tr><td>{{.At.Format "15:04:05"}}<td>{{.Method}}<td>{{.Path}} <span class="x">{{.Query}}</span><td>{{.Status}}<td>{{.Fault}}{{end}}</table>{{end}}
`
