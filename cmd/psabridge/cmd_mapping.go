package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"text/tabwriter"

	"psabridge/app"
)

type mappingCmd struct {
	Suggest mappingSuggest `cmd:"" help:"Say which company each unmapped organization probably is, and why."`
	Repairs mappingRepairs `cmd:"" help:"List the mappings that ConnectWise, or another mapping, does not bear out any more."`
	Apply   mappingApply   `cmd:"" help:"Make many mappings, all or none: those of a file, suggested ones, or the repairs that are certain."`
	Revert  mappingRevert  `cmd:"" help:"Take back what mapping apply made, where nothing was changed since."`
	Left    mappingLeft    `cmd:"" help:"The customer left: end the mapping and plan its lines to 0. Pushes nothing."`
}

type mappingScope struct {
	Connection string `help:"Name of the ConnectWise connection; the only one when left out."`
}

func (m mappingScope) name(ctx context.Context, cl *client) (string, error) {
	return billingScope{Connection: m.Connection}.connection(ctx, cl)
}

// similar is the reason of a suggestion that a person must look at.
const similar = "similar"

type mappingSuggest struct{ mappingScope }

type suggestionAnswer struct {
	OrganizationID string  `json:"organization_id"`
	CompanyID      int64   `json:"company_id"`
	Reason         string  `json:"reason"`
	Score          float64 `json:"score"`
}

// Run lists suggestions.
func (m mappingSuggest) Run(ctx context.Context, g *globals, c console) error {
	return g.withBridge(ctx, c, func(cl *client) error { return m.ask(ctx, g, c, cl) })
}

func (m mappingSuggest) ask(ctx context.Context, g *globals, c console, cl *client) error {
	name, err := m.name(ctx, cl)
	if err != nil {
		return err
	}
	all, err := organizations(ctx, cl)
	if err != nil {
		return err
	}
	var companies listAnswer[struct {
		ID         int64  `json:"id"`
		Name       string `json:"name"`
		Identifier string `json:"identifier"`
	}]
	if err := cl.call(ctx, http.MethodGet, "/connections/"+url.PathEscape(name)+"/options/companies", nil, &companies); err != nil {
		return err
	}
	called := map[int64]string{}
	for _, one := range companies.Items {
		called[one.ID] = one.Name + " (" + one.Identifier + ")"
	}
	return show(ctx, g, c, cl, "/mappings/suggestions"+query("connection", name), func(w io.Writer, list listAnswer[suggestionAnswer]) {
		if len(list.Items) == 0 {
			_, _ = fmt.Fprintln(w, "No company suggests itself.")
		}
		tw := tabwriter.NewWriter(w, 0, 2, 2, ' ', 0)
		for _, s := range list.Items {
			reason := strings.ReplaceAll(s.Reason, "_", " ")
			if s.Reason == similar {
				reason += fmt.Sprintf(" %.0f %%", s.Score*100)
			}
			_, _ = fmt.Fprintf(tw, "%s\t%s\t→ %s\t#%d\t%s\n", s.OrganizationID, nameIn(all, s.OrganizationID), called[s.CompanyID], s.CompanyID, reason)
		}
		_ = tw.Flush()
	})
}

func nameIn(all []organizationRow, id string) string {
	for _, o := range all {
		if o.ID == id {
			return o.Name
		}
	}
	return "organization " + id
}

type mappingRepairs struct{ mappingScope }

type repairAnswer struct {
	Code         string          `json:"code"`
	Organization string          `json:"organization"`
	Message      string          `json:"message"`
	Suggest      json.RawMessage `json:"suggest"`
	Why          string          `json:"why"`
}

// certain reports whether one choice would mend it.
func (r repairAnswer) certain() bool { return len(r.Suggest) > 0 && string(r.Suggest) != "null" }

// Run lists repairs.
func (m mappingRepairs) Run(ctx context.Context, g *globals, c console) error {
	return g.withBridge(ctx, c, func(cl *client) error { return m.ask(ctx, g, c, cl) })
}

func (m mappingRepairs) ask(ctx context.Context, g *globals, c console, cl *client) error {
	name, err := m.name(ctx, cl)
	if err != nil {
		return err
	}
	return show(ctx, g, c, cl, "/mappings/repairs"+query("connection", name, "limit", "1000"), func(w io.Writer, list listAnswer[repairAnswer]) {
		if len(list.Items) == 0 {
			_, _ = fmt.Fprintln(w, "Nothing needs mending.")
		}
		mend := 0
		for _, r := range list.Items {
			_, _ = fmt.Fprintf(w, "%s, %s\n  %s\n", strings.ReplaceAll(r.Code, "_", " "), r.Organization, r.Message)
			if r.certain() {
				mend++
				_, _ = fmt.Fprintf(w, "  Suggested: %s\n", r.Why)
			}
		}
		list.more(w)
		if mend > 0 {
			_, _ = fmt.Fprintf(w, "Take what is suggested, %s, with: psabridge mapping apply --repairs\n", count(mend, "repair"))
		}
	})
}

type mappingApply struct {
	mappingScope
	File      string   `arg:"" optional:"" help:"JSON as POST /api/v1/mappings takes it: {\"choices\":[…]}; - = standard input."`
	Suggested []string `help:"Take the suggestions with these reasons: same_id, exact, normalised. Similar names are for a person to choose." enum:"same_id,exact,normalised" placeholder:"REASON"`
	Repairs   bool     `help:"Take what mapping repairs suggests."`
}

// Validate refuses nothing in particular, and two things at once.
func (m mappingApply) Validate() error {
	n := 0
	for _, on := range []bool{m.File != "", len(m.Suggested) > 0, m.Repairs} {
		if on {
			n++
		}
	}
	if n != 1 {
		return errors.New("say what is mapped: a file, --suggested REASON,… or --repairs")
	}
	return nil
}

// Run makes mappings.
func (m mappingApply) Run(ctx context.Context, g *globals, c console) error {
	return g.withBridge(ctx, c, func(cl *client) error { return m.ask(ctx, g, c, cl) })
}

func (m mappingApply) ask(ctx context.Context, g *globals, c console, cl *client) error {
	body, n, err := m.choices(ctx, c, cl)
	if err != nil {
		return err
	}
	if n == 0 {
		return app.Errorf(app.NotFound, "There is nothing of that kind to map. Look with: psabridge mapping suggest, psabridge mapping repairs")
	}
	var out struct {
		Revision string `json:"revision"`
	}
	if err := cl.call(ctx, http.MethodPost, "/mappings", body, &out); err != nil {
		return err
	}
	return g.print(c, out, func(w io.Writer) {
		_, _ = fmt.Fprintf(w, "%s mapped. Take that back with: psabridge mapping revert %s\n", count(n, "organization"), out.Revision)
	})
}

// choices are the body of the call and how many there are.
func (m mappingApply) choices(ctx context.Context, c console, cl *client) (body any, n int, err error) {
	if m.File != "" {
		return m.fromFile(c)
	}
	name, err := m.name(ctx, cl)
	if err != nil {
		return nil, 0, err
	}
	list := []any{}
	if m.Repairs {
		list, err = certainRepairs(ctx, cl, name)
	} else {
		var found listAnswer[suggestionAnswer]
		err = cl.call(ctx, http.MethodGet, "/mappings/suggestions"+query("connection", name), nil, &found)
		for _, s := range found.Items {
			if slices.Contains(m.Suggested, s.Reason) {
				list = append(list, map[string]any{"organization_id": s.OrganizationID, "company_id": s.CompanyID})
			}
		}
	}
	return map[string]any{"choices": list}, len(list), err
}

// certainRepairs are the choices that mend what is broken. Several of one organization become one; where two say different
// things, what comes first is mended first.
func certainRepairs(ctx context.Context, cl *client, connection string) (list []any, err error) {
	of := map[any]map[string]any{}
	for after := ""; ; {
		var found listAnswer[repairAnswer]
		if err := cl.call(ctx, http.MethodGet, "/mappings/repairs"+query("connection", connection, "limit", "1000", "after", after), nil, &found); err != nil {
			return nil, err
		}
		for _, r := range found.Items {
			if !r.certain() {
				continue
			}
			var choice map[string]any
			if err := json.Unmarshal(r.Suggest, &choice); err != nil {
				return nil, err
			}
			organization := choice["organization_id"]
			if of[organization] == nil {
				of[organization] = choice
				list = append(list, choice)
				continue
			}
			addTo(of[organization], choice)
		}
		if found.Next == nil {
			return list, nil
		}
		after = *found.Next
	}
}

// addTo adds what a choice does not say yet.
func addTo(choice, more map[string]any) {
	for key, value := range more {
		have, said := choice[key]
		inner, nested := have.(map[string]any)
		other, both := value.(map[string]any)
		switch {
		case !said:
			choice[key] = value
		case nested && both:
			addTo(inner, other)
		}
	}
}

// fromFile takes the file as it is: what is wrong with it the API says.
func (m mappingApply) fromFile(c console) (any, int, error) {
	text, err := readText(m.File, c)
	if err != nil {
		return nil, 0, err
	}
	var file struct {
		Choices []json.RawMessage `json:"choices"`
	}
	if err := json.Unmarshal([]byte(text), &file); err != nil {
		return nil, 0, app.Wrap(err, app.Invalid, "The file is no JSON of the form {\"choices\":[{\"organization_id\":\"12\",\"company_id\":250}]}.")
	}
	return json.RawMessage(text), len(file.Choices), nil
}

type mappingRevert struct {
	Revision string `arg:"" help:"The revision, as mapping apply printed it."`
}

// Run takes mappings back.
func (m mappingRevert) Run(ctx context.Context, g *globals, c console) error {
	return g.withBridge(ctx, c, func(cl *client) error { return m.ask(ctx, g, c, cl) })
}

func (m mappingRevert) ask(ctx context.Context, g *globals, c console, cl *client) error {
	if err := cl.call(ctx, http.MethodPost, "/mappings/revert", map[string]string{"revision": m.Revision}, nil); err != nil {
		return err
	}
	return g.said(c, map[string]any{"revision": m.Revision, "reverted": true}, "The mappings of revision %s are as they were before.", m.Revision)
}

type mappingLeft struct {
	Organization string `arg:"" help:"The organization: ${organization}."`
	Reason       string `required:"" help:"Why the mapping ends; somebody will ask in a year." placeholder:"TEXT"`
}

// Run ends a customer's mapping.
func (m mappingLeft) Run(ctx context.Context, g *globals, c console) error {
	return g.withBridge(ctx, c, func(cl *client) error { return m.ask(ctx, g, c, cl) })
}

func (m mappingLeft) ask(ctx context.Context, g *globals, c console, cl *client) error {
	all, err := organizations(ctx, cl)
	if err != nil {
		return err
	}
	who, err := find(all, m.Organization)
	if err != nil {
		return err
	}
	var raw json.RawMessage
	if err := cl.long(ctx, "/organizations/"+url.PathEscape(who.ID)+"/left", reasonIn(m.Reason), &raw, g.teller(c)); err != nil {
		return err
	}
	var out struct {
		Plan *planAnswer `json:"plan"`
	}
	if err := json.Unmarshal(raw, &out); err != nil {
		return err
	}
	return g.print(c, raw, func(w io.Writer) {
		_, _ = fmt.Fprintf(w, "The mapping of %s has ended.\n", who.Name)
		if out.Plan != nil {
			out.Plan.print(w)
		}
	})
}
